"""The sample store of ``mlflow-deck demo``: made once, in a process of its own, and found again thereafter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from tui.config.launch import Launch
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import time_left
from tui.domain.uris import sqlite_uri

# The file that says a folder holds our sample store, whether that is whole, and what made it; no mlflow here.


SAMPLE_VERSION = 3
"""Raised whenever what the sample holds changes, so that stores made before are remade."""

MARKER = "mlflow-deck-sample.json"
_NEW_MARKER = f"{MARKER}.new"
DATABASE = "mlflow.db"
SCRATCH = "making"
"""Folder inside the store's for temporary files while it is made."""


@dataclass(frozen=True)
class Marker:
    """What the marker file says. ``folder`` matters because MLflow records artifact places as absolute paths."""

    complete: bool
    sample: int
    mlflow: str
    folder: str
    built_at_ms: int


class NotOurs(Exception):
    """The folder holds something, and nothing says that it is a sample store of ours."""


def mlflow_version() -> str:
    """The version of the installed MLflow, read without importing it; empty when there is none.

    Its own file is read first: asking the packaging metadata takes ten times as long, before the first frame.
    """
    spec = find_spec("mlflow")
    if spec is None or spec.origin is None:
        return ""
    try:
        text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        text = ""
    if found := re.search(r"""^VERSION\s*=\s*["']([^"']+)""", text, re.MULTILINE):
        return found[1]
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mlflow")
    except PackageNotFoundError:
        return ""


def tracking_uri(folder: Path) -> str:
    """The address of the store in ``folder``."""
    return sqlite_uri(str(folder / DATABASE))


def read(folder: Path) -> Marker | None:
    """The marker in ``folder``; None where there is none, or none that can be understood."""
    try:
        found = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        if found.pop("made_by") != "mlflow-deck":
            return None
        return Marker(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def is_current(folder: Path) -> bool:
    """Whether ``folder`` holds a whole sample store of this version, made there by the MLflow installed now."""
    found = read(folder)
    return (
        found is not None
        and found.complete
        and found.sample == SAMPLE_VERSION
        and found.mlflow == mlflow_version()
        and found.folder == str(folder)
        and (folder / DATABASE).is_file()
    )


def begin(folder: Path) -> None:
    """Make ``folder`` ours, empty and marked as unfinished.

    Raises NotOurs when something of somebody else's is in it, and OSError when it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    _write(folder, complete=False, built_at_ms=0)


def finish(folder: Path, *, built_at_ms: int) -> None:
    """Mark the store in ``folder`` as whole, in one step."""
    _write(folder, complete=True, built_at_ms=built_at_ms)


def clear(folder: Path) -> None:
    """Delete everything in ``folder``; raises NotOurs rather than touch what we did not make.

    An empty folder is nobody's. The database goes first and the marker last, so that an interruption leaves a folder
    that is still known to be ours and can never be taken for a whole store. Nothing is written: the disk may be full.
    """
    try:
        entries = [entry for entry in folder.iterdir() if entry.name not in (MARKER, _NEW_MARKER)]
    except FileNotFoundError:
        return
    if read(folder) is None and (entries or (folder / MARKER).exists()):
        raise NotOurs(str(folder))
    for entry in sorted(entries, key=lambda entry: entry.name != DATABASE):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    for name in (_NEW_MARKER, MARKER):
        (folder / name).unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Remove an unfinished store and its folder as far as possible; never a whole one, nor what is not ours."""
    found = read(folder)
    if found is not None and found.complete and (folder / DATABASE).is_file():
        return
    try:
        if found is not None:
            clear(folder)
        folder.rmdir()
    except OSError:
        return  # not ours, or marked as unfinished, and then the next build begins by clearing it


def _write(folder: Path, *, complete: bool, built_at_ms: int) -> None:
    marker = Marker(complete, SAMPLE_VERSION, mlflow_version(), str(folder), built_at_ms)
    text = json.dumps({"made_by": "mlflow-deck", **asdict(marker)}, indent=2) + "\n"
    fresh = folder / _NEW_MARKER
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, folder / MARKER)
    finally:
        fresh.unlink(missing_ok=True)


ROOM_BYTES = 100_000_000
"""Free space that making the store may need, several times what it takes in the end."""


@dataclass(frozen=True)
class Progress:
    """How far the making is, by cost; ``total`` is 0 while that is not known."""

    step: str
    done: int
    total: int

    def __str__(self) -> str:
        return f"{self.step}  {self.share}" if self.total else self.step

    @property
    def share(self) -> str:
        """How much is done, in percent; pieces cost too unlike to be counted for a person."""
        return f"{100 * self.done // self.total} %" if self.total else ""


@dataclass(frozen=True)
class Sample:
    """A whole sample store."""

    tracking_uri: str
    folder: Path


Report = Callable[[Progress], None]


def default_folder() -> Path:
    """Where the sample store is, or will be, for this person."""
    from tui.resources import data_dir

    return data_dir() / "sample"


def ensure_sample(folder: Path | None = None, *, fresh: bool = False, report: Report = lambda _: None) -> Sample:
    """The sample store, made first if it is not there, if another MLflow or another deck made it, or if ``fresh``.

    Blocks until it is whole. Raises Problem when it cannot be made; then, and after ctrl+c, nothing unfinished is left.
    Of several callers at once one makes it, and the others wait.
    """
    place = (folder or default_folder()).absolute()
    sample = Sample(tracking_uri(place), place)
    if not fresh and is_current(place):
        return sample
    before = read(place)
    # Opening a store that is there needs none of these.
    from tui.demo.sample import process
    from tui.demo.sample.process import explain, full

    def tell(step: str, done: int, total: int) -> None:
        report(Progress(step, done, total))

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with process.lock(place.with_name(place.name + ".lock"), tell) as held:
            if not _still_wanted(place, fresh, before):
                return sample
            if shutil.disk_usage(place.parent).free < ROOM_BYTES:
                raise full(place)
            try:
                begin(place)
                process.make(place, held, tell)
            finally:
                discard(place)
    except (OSError, NotOurs) as error:
        raise explain(error, place) from error
    return sample


def _still_wanted(place: Path, fresh: bool, before: Marker | None) -> bool:
    """Whether the store must be made, now that nobody else is making it; ``before`` was read on being asked."""
    made_meanwhile = read(place) != before
    return not is_current(place) or (fresh and not made_meanwhile)


class ProgressLine:
    """Draws progress: one line that is drawn over on a terminal, and elsewhere a line for each new step."""

    WIDTH = 20

    def __init__(
        self, stream: TextIO, *, columns: int | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._columns = columns
        self._live = stream.isatty()
        self._step = ""
        self._seconds = seconds
        self._began: float | None = None  # the first piece; loading MLflow before it says nothing of the pace
        self._drawn = 0
        encoding = getattr(stream, "encoding", None) or "ascii"
        try:
            "━─".encode(encoding)
            self._bar = "━─"
        except (UnicodeEncodeError, LookupError):
            self._bar = "#-"

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, progress: Progress) -> None:
        """Show ``progress``."""
        if self._live:
            self._draw(self._line(progress))
        elif progress.step != self._step:
            self._stream.write(f"{progress}\n")
        self._step = progress.step
        self._stream.flush()

    def clear(self) -> None:
        """Take the line off the terminal again."""
        if self._drawn:
            self._draw("")
            self._stream.flush()

    def _line(self, progress: Progress) -> str:
        if not progress.total:
            return progress.step
        filled = self.WIDTH * progress.done // progress.total
        bar = self._bar[0] * filled + self._bar[1] * (self.WIDTH - filled)
        now = self._seconds()
        self._began = now if self._began is None else self._began
        passed_ms = round((now - self._began) * 1000)
        left = time_left(progress.done, progress.total, passed_ms)
        return f"Making the sample store  {bar}  {progress.share}{left}  {progress.step}"

    def _draw(self, line: str) -> None:
        columns = self._columns or shutil.get_terminal_size().columns
        line = line[: columns - 1]
        # Spaces instead of an erasing sequence: every terminal knows them.
        self._stream.write("\r" + line.ljust(self._drawn) + ("" if line else "\r"))
        self._drawn = len(line)


# The workspace of ``mlflow-deck demo --databricks``: simulated by a process of its own, opened as a context.


PROFILE = "simulated"
_END_SECONDS = 2.0


@dataclass(frozen=True)
class Simulation:
    """A simulation that answers: its address, and the file of the profile that leads there."""

    address: str
    profile_file: Path


@contextmanager
def simulation() -> Iterator[Simulation]:
    """Run the simulation until the block ends; it ends by itself when this process does. Raises Problem."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tui.demo.simulated.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert server.stdin is not None and server.stdout is not None
    before = os.environ.get("DATABRICKS_CONFIG_FILE")
    try:
        address, token = server.stdout.readline().strip(), server.stdout.readline().strip()
        if not token:
            raise Problem(
                Kind.INTERNAL,
                "Could not start the simulated workspace",
                "Its process ended before it answered.",
                "Run python -m tui.demo.simulated.server to see why.",
            )
        with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
            file = Path(folder) / "databrickscfg"
            file.touch(mode=0o600)
            file.write_text(f"[{PROFILE}]\nhost = {address}\ntoken = {token}\n", encoding="utf-8")
            # Read by this process and by the contexts' own, in place of the person's profiles.
            os.environ["DATABRICKS_CONFIG_FILE"] = str(file)
            yield Simulation(address, file)
    finally:
        if before is None:
            os.environ.pop("DATABRICKS_CONFIG_FILE", None)
        else:
            os.environ["DATABRICKS_CONFIG_FILE"] = before
        with suppress(OSError):
            server.stdin.close()
        try:
            server.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def launch_of(
    running: Simulation,
    settings: Settings,
    *,
    read_only: bool,
    ascii: bool = False,  # noqa: A002  as the option is called
    ssh: bool = False,
) -> Launch:
    """The context that opens the simulation; nothing of it is remembered."""
    origin = "mlflow-deck demo --databricks"
    return Launch(
        context_name="simulated workspace",
        tracking_uri=f"databricks://{PROFILE}",
        registry_uri=f"databricks-uc://{PROFILE}",
        profile=PROFILE,
        read_only=read_only,
        catalog="prod.ml",
        settings=replace(
            settings,
            context=None,
            contexts={},
            cache=False,
            ascii=settings.ascii or ascii,
            ssh=settings.ssh or ssh,
        ),
        origins=dict.fromkeys(("tracking_uri", "registry_uri", "profile", "catalog"), origin),
    )
