"""Bringing a file or folder of artifacts to a folder of this machine: whole or not at all, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tui.domain.artifacts import ArtifactEntry, Downloaded, FolderSize, unsafe_reason
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import size as size_words
from tui.gateway import progress
from tui.gateway.artifacts.sources import Source, checked

TITLE = "Could not download"
STAGING = ".mlflow-deck-{token}.part"
"""The folder beside the destination in which everything lies until it is whole."""

_DEEPEST = 64
_MOST_FILES = 500_000
_TOLD_EVERY_S = 0.1
_MOST_NUMBERS = 1000


def cancelled() -> Problem:
    """The problem of a download that a person has stopped."""
    return Problem(Kind.CANCELLED, "Download stopped", "Nothing was kept of it.")


def files_below(source: Source, path: str, stop: threading.Event) -> list[ArtifactEntry]:
    """Every file below a folder, by listing folder after folder; progress counts the files found."""
    found: list[ArtifactEntry] = []
    waiting: list[tuple[str, int]] = [(path, 0)]
    told = 0.0
    while waiting:
        if stop.is_set():
            raise cancelled()
        folder, depth = waiting.pop()
        entries, dropped = checked(source.entries(folder)[0], folder)
        if dropped:
            raise Problem(
                Kind.FORBIDDEN,
                TITLE,
                f"The store names {dropped} entries of {folder or 'the root'} that are not in it; nothing was written.",
                "Such names would lead out of the folder that was chosen.",
            )
        if depth >= _DEEPEST or len(found) > _MOST_FILES:
            raise Problem(
                Kind.UNSUPPORTED, TITLE, f"{folder or 'It'} holds too many files or levels of folders, or itself again."
            )
        found += [entry for entry in entries if not entry.is_folder]
        waiting += [(entry.path, depth + 1) for entry in reversed(entries) if entry.is_folder]
        if time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            progress.report(len(found), 0, "counting")
    return found


def measured(files: Sequence[ArtifactEntry]) -> FolderSize:
    """How many files, how many bytes, and of how many the size is not known."""
    sizes = [entry.size for entry in files]
    return FolderSize(len(files), sum(size or 0 for size in sizes), sum(1 for size in sizes if size is None))


class Transfer:
    """One download: ``name`` is what it is to be called in ``destination``, ``token`` what tells it from others."""

    def __init__(self, source: Source, destination: str, name: str, token: str, stop: threading.Event) -> None:
        self._source = source
        self._folder = Path(destination)
        self._name = safe_name(name)
        self._staging = self._folder / STAGING.format(token=token)
        self._stop = stop
        self._done = 0
        self._total = 0
        self._told = 0.0

    def run(self, path: str, files: Sequence[ArtifactEntry], *, as_folder: bool) -> Downloaded:
        """Fetch the files, which are below ``path`` or are it, and give them their place; raises Problem."""
        self._total = measured(files).size
        made = _make_folders(self._folder)
        try:
            self._require_room()
            self._staging.mkdir(mode=0o700)
            top = self._staging / "content"
            if as_folder:
                top.mkdir()
            refused: dict[str, Problem] = {}
            for entry in files:
                target = top if not as_folder else top.joinpath(*_relative(entry.path, path))
                try:
                    self._fetch(entry, target)
                except Problem as problem:
                    # Given to nobody, because of its name: no reason to do without the others.
                    if not as_folder or problem.kind is not Kind.UNSUPPORTED:
                        raise
                    target.unlink(missing_ok=True)
                    refused[entry.path] = problem
                    self._total -= entry.size or 0
            if files and len(refused) == len(files):
                raise refused[files[0].path]
            final = _publish(top, self._folder, self._name)
        except BaseException:
            shutil.rmtree(self._staging, ignore_errors=True)
            _remove_empty(made)
            raise
        shutil.rmtree(self._staging, ignore_errors=True)
        return Downloaded(str(final), len(files) - len(refused), self._done, tuple(refused))

    def _require_room(self) -> None:
        free = shutil.disk_usage(self._folder).free
        if self._total > free:
            raise Problem(
                Kind.STORE_UNREADABLE,
                TITLE,
                f"{self._folder} has {size_words(free)} left, and {size_words(self._total)} are wanted.",
                "Choose another folder, or make room.",
            )

    def _fetch(self, entry: ArtifactEntry, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        reader = self._source.open(entry.path, entry.size)
        came = 0
        try:
            with open(target, "xb") as written:
                for chunk in reader.chunks():
                    if self._stop.is_set():
                        raise cancelled()
                    written.write(chunk)
                    came += len(chunk)
                    self._tell(len(chunk), entry)
        finally:
            reader.close()
        if reader.size is not None and came < reader.size:
            raise Problem(
                Kind.UNREACHABLE,
                TITLE,
                f"{entry.path} ended after {size_words(came)} of {size_words(reader.size)}.",
                "Try again; the file may still be being written.",
            )
        if self._stop.is_set():
            raise cancelled()

    def _tell(self, more: int, entry: ArtifactEntry) -> None:
        self._done += more
        if time.monotonic() - self._told > _TOLD_EVERY_S or self._done >= self._total:
            self._told = time.monotonic()
            progress.report(self._done, self._total, entry.path)


def safe_name(name: str) -> str:
    """A name for a file or folder of this machine: one part, not hidden, never leading anywhere else."""
    plain = name.replace("/", "_").replace("\0", "_").strip()
    return plain if plain not in ("", ".", "..") else "artifacts"


def free_name(folder: Path, name: str) -> Path:
    """The name, or ``name (2).ext`` and so on where there is something of that name already."""
    stem, dot, last = name.partition(".") if not name.startswith(".") else (name, "", "")
    for number in range(1, _MOST_NUMBERS):
        tried = folder / (name if number == 1 else f"{stem} ({number}){dot}{last}")
        if not os.path.lexists(tried):
            return tried
    raise Problem(Kind.STORE_UNREADABLE, TITLE, f"{folder} holds a thousand files called {name} already.")


def _relative(path: str, folder: str) -> list[str]:
    """The parts of a file's path below the folder that is fetched; raises Problem where it is not below it."""
    below = path[len(folder) + 1 :] if folder else path
    if unsafe_reason(path) or (folder and not path.startswith(f"{folder}/")):
        raise Problem(Kind.FORBIDDEN, TITLE, f"The store named {path}, which is not in {folder or 'the root'}.")
    return below.split("/")


def _publish(made: Path, folder: Path, name: str) -> Path:
    """Give what is whole its place, in one step, without replacing anything."""
    for _ in range(_MOST_NUMBERS):
        final = free_name(folder, name)
        if made.is_dir():
            os.rename(made, final)
            return final
        try:
            # Unlike a rename this fails where another program has just made a file of that name.
            os.link(made, final)
        except FileExistsError:
            continue
        except OSError:  # no hard links here
            os.rename(made, final)
            return final
        os.unlink(made)
        return final
    raise Problem(Kind.STORE_UNREADABLE, TITLE, f"No name is free for {name} in {folder}.")


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; answers the ones made, the innermost first."""
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
