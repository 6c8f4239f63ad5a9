"""The sample store of ``mlflow-deck demo``: made once, in a process of its own, and found again thereafter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from tui.config.launch import Launch
from tui.config.model import Settings
from tui.demo.sample import marker
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import time_left

ROOM_BYTES = 100_000_000
"""Free space that making the store may need, several times what it takes in the end."""


@dataclass(frozen=True)
class Progress:
    """How far the making is; ``total`` is 0 while that is not known."""

    step: str
    done: int
    total: int

    def __str__(self) -> str:
        return f"{self.step}  {self.done}/{self.total}" if self.total else self.step


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
    sample = Sample(marker.tracking_uri(place), place)
    if not fresh and marker.is_current(place):
        return sample
    before = marker.read(place)
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
                marker.begin(place)
                process.make(place, held, tell)
            finally:
                marker.discard(place)
    except (OSError, marker.NotOurs) as error:
        raise explain(error, place) from error
    return sample


def _still_wanted(place: Path, fresh: bool, before: marker.Marker | None) -> bool:
    """Whether the store must be made, now that nobody else is making it; ``before`` was read on being asked."""
    made_meanwhile = marker.read(place) != before
    return not marker.is_current(place) or (fresh and not made_meanwhile)


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
        self._began = seconds()
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
        passed_ms = round((self._seconds() - self._began) * 1000)
        left = time_left(progress.done, progress.total, passed_ms)
        return f"Making the sample store  {bar}  {progress.done}/{progress.total}{left}  {progress.step}"

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
        [sys.executable, "-m", "tui.demo.simulated"],
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
                "Run python -m tui.demo.simulated to see why.",
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
