"""Downloads of artifacts: begun, watched, stopped, and tidied up after however they end."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from tui.domain.artifacts import ArtifactEntry, ArtifactRoot, Downloaded, FolderSize
    from tui.gateway.ports import ArtifactsPort


Listener = Callable[[int, int, str], None]
_underway: set[Path] = set()
_lock = threading.Lock()


class Download:
    """One download of a file or folder into ``destination``, to be run on a thread of its own.

    The context's process writes into a hidden folder beside the destination and gives it its name when it is whole.
    That process can be ended at any time, and the hidden folder is then removed from here.
    """

    def __init__(
        self, port: ArtifactsPort, root: ArtifactRoot, entry: ArtifactEntry, destination: str, name: str = ""
    ) -> None:
        self.root = root
        self.entry = entry
        self.name = name
        self._port = port
        self._token = secrets.token_hex(6)
        self._folder = Path(destination).expanduser().absolute()
        self._stopped = threading.Event()

    @property
    def folder(self) -> Path:
        """The folder into which it goes."""
        return self._folder

    @property
    def staging(self) -> Path:
        """Where it lies until it is whole; the gateway names it by the same rule."""
        return self._folder / f".mlflow-deck-{self._token}.part"

    def run(self, on_progress: Listener) -> Downloaded:
        """Fetch; returns when everything has its final name. Raises Problem, CANCELLED where it was stopped."""
        with _lock:
            _underway.add(self.staging)
        try:
            if self._stopped.is_set():
                raise Problem(Kind.CANCELLED, "Download stopped", "Nothing was kept of it.")
            return self._port.download(
                self.root, self.entry, str(self._folder), name=self.name, token=self._token, on_progress=on_progress
            )
        except Problem as problem:
            if problem.kind in (Kind.HOST_LOST, Kind.TIMEOUT, Kind.CANCELLED):
                # Whoever was writing may not have been able to tidy up.
                shutil.rmtree(self.staging, ignore_errors=True)
            raise
        finally:
            with _lock:
                _underway.discard(self.staging)

    def stop(self) -> None:
        """Ask it to stop; what was written so far goes. Blocks for as long as the request to do so takes."""
        self._stopped.set()
        self._port.cancel(self._token)


def measure(port: ArtifactsPort, root: ArtifactRoot, entry: ArtifactEntry) -> FolderSize:
    """How much a file or folder is; a folder is counted to its end."""
    from tui.domain.artifacts import FolderSize

    if not entry.is_folder:
        return FolderSize(1, entry.size or 0, 1 if entry.size is None else 0)
    return port.measure(root, entry.path)


@atexit.register
def _tidy() -> None:
    """Remove what downloads have left that were under way when the deck ended."""
    for folder in tuple(_underway):
        shutil.rmtree(folder, ignore_errors=True)


# Writing what was exported to a file of a person's choice.


class AlreadyThere(Exception):
    """A file of that name is there, and nobody said that it may be replaced."""


def export(made: str | bytes, name: str, folder: Path, *, replace: bool = False) -> Path:
    """Write a text, or bytes, to a file; a relative name counts from ``folder``. Answers the file's path.

    A file that is there is replaced only where that was said, and then in one step. Raises AlreadyThere, or Problem
    (CONFIG) where it cannot be written.
    """
    data = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
    file = (folder / Path(name).expanduser()).absolute()
    try:
        if not replace:
            with open(file, "xb") as stream:
                stream.write(data)
            return file
        beside = file.with_name(f".{file.name}.part-{os.getpid()}")
        try:
            beside.write_bytes(data)
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise AlreadyThere(str(file)) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Problem(Kind.CONFIG, "The file was not written", f"{file}: {reason}.", "Name another file.") from None
    return file
