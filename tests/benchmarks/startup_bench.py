"""The first frame, the rows last seen, the first live rows, memory and idleness of the deck, beside bare references.

``python -m tests.benchmarks.startup_bench [--runs N] [--times N] [--json]``

References in the same run, in turn with the deck: a Textual app that shows one word; a script that imports
MlflowClient and makes the same two calls. Everything is at 200x50 on a pseudo-terminal, with files and bytecode warm.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.grid_pty import Program
from tests.support.big_store import EXPERIMENT, make_big_store

COLUMNS, LINES = 200, 50
VALUES = 25  # of a run: 10 metrics, 10 params, 5 tags
PAGE = 200  # runs of the deck's first page, which the bare script asks for too

ONE_WORD = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class OneWord(App):
    def compose(self) -> ComposeResult:
        yield Static("word")

OneWord().run()
"""

BARE = f"""
import sys, resource
from mlflow import MlflowClient

client = MlflowClient(sys.argv[1], sys.argv[1])
experiments = client.search_experiments(max_results=1000, order_by=["last_update_time DESC"])
runs = client.search_runs([experiments[0].experiment_id], max_results={PAGE}, order_by=["attributes.start_time DESC"])
print("rows", len(runs), flush=True)
token = runs.token
kept = list(runs)
while token and len(kept) < int(sys.argv[2]):
    page = client.search_runs([experiments[0].experiment_id], max_results=1000, page_token=token)
    token = page.token
    kept += page
print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""


class Timed(Program):
    """A program whose screen is watched from its first byte."""

    def __init__(self, argv: list[str]) -> None:
        self.begun = time.perf_counter()
        super().__init__(argv, COLUMNS, LINES)

    def until(self, *texts: str, seconds: float = 120) -> float:
        """Milliseconds from the start until one of these is on the screen."""
        while True:
            self._read(0.002)
            seen = bytes(self._unread).decode("utf-8", "replace")
            if any(text in seen for text in texts):
                return (time.perf_counter() - self.begun) * 1000
            if time.perf_counter() - self.begun > seconds:
                raise RuntimeError(f"none of {texts} came:\n{self.text()}")

    def shown(self, text: str, *, seconds: float) -> float:
        """Milliseconds from the start until this stands on the screen, as a terminal has it after each byte so far."""
        while text not in self.text():
            if time.perf_counter() - self.begun > seconds:
                raise RuntimeError(f"{text!r} did not come:\n{self.text()}")
            self._read(0.05)
        return (time.perf_counter() - self.begun) * 1000


@contextmanager
def ended(program: Timed) -> Iterator[Timed]:
    try:
        yield program
    finally:
        program.close()


def children(pid: int) -> list[int]:
    """Process ids of a process and its children."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():  # a process is the child of the thread that started it
        for child in (task / "children").read_text().split():
            found += children(int(child))
    return found


def processor_ms(pid: int) -> float:
    """The processor time that a process has taken so far, by the kernel's clock of a hundredth of a second."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


def first_frames(first: str, times: int, home: Path, note: Callable[[str, float], None]) -> None:
    """The first frame and the rows last seen, in turn with an app of one word; the configuration is the caller's.

    In milliseconds, and in those of processor time, of which a busy machine changes less.
    """
    (home / "one_word.py").write_text(ONE_WORD)
    one_word = [sys.executable, str(home / "one_word.py")]
    deck = [sys.executable, "-m", "tui"]
    with ended(Timed(deck)) as program:  # warms bytecode, and leaves rows last seen
        program.until(first)
        program.idle(3)
    for _ in range(times):
        with ended(Timed(one_word)) as program:
            note("one word", program.until("word"))
            note("one word processor", processor_ms(program.pid))
        with ended(Timed(deck)) as program:
            note("first frame", program.until("Experiments"))
            note("first frame processor", processor_ms(program.pid))
            note("last seen", program.until(first))
            note("last seen processor", processor_ms(program.pid))


def peak_kb(pid: int) -> int:
    """The highest memory that a process has had, in kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def measure(runs: int, times: int) -> dict[str, float]:
    """All figures: milliseconds, kilobytes and bytes, medians over ``times`` turns."""
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = make_big_store(Path(os.environ.get("DECK_BENCH_STORES", folder)), runs, history=0)
        uri = f"sqlite:///{store.path}"
        touch(store.path)
        (home / "bare.py").write_text(BARE)
        os.environ.update({"HOME": folder, "XDG_CACHE_HOME": f"{folder}/c", "XDG_STATE_HOME": f"{folder}/s"})
        os.environ["MLFLOW_TRACKING_URI"] = uri
        # Of what is installed the bytecode is always there, so the deck's own has to be: it is not compiled each time.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        deck = [sys.executable, "-m", "tui"]
        first = newest_name(uri)
        first_frames(first, times, home, note)
        for kept in (home / "c").rglob("last-seen"):
            subprocess.run(["rm", "-r", str(kept)], check=True)
        for _ in range(max(3, times // 3)):
            begun = time.perf_counter()
            bare = subprocess.Popen(
                [sys.executable, str(home / "bare.py"), uri, str(runs)], stdout=subprocess.PIPE, text=True, cwd=folder
            )
            assert bare.stdout is not None
            for line in bare.stdout:
                word, figure = line.split()
                if word == "rows":
                    note("bare rows", (time.perf_counter() - begun) * 1000)
                else:
                    note("bare memory", float(figure))
            bare.wait()
            os.environ["MLFLOW_DECK_CONFIG"] = str(no_cache(home))
            with ended(Timed(deck)) as program:
                note("live rows", program.until(first))
                program.press("\r")
                program.press("G")
                program.wait_for(f"· {grouped(runs)} ", seconds=600)
                note("deck memory", sum(peak_kb(pid) for pid in children(program.pid)))
                program.idle(2)  # what was still on its way has come
                note("idle bytes", program.idle(5))
    return {name: round(statistics.median(values), 1) for name, values in found.items()}


def newest_name(uri: str) -> str:
    """The name of the run that began last, which heads the table."""
    import sqlite3

    with sqlite3.connect(uri.removeprefix("sqlite:///")) as connection:
        row = connection.execute("SELECT name FROM runs ORDER BY start_time DESC, run_uuid LIMIT 1").fetchone()
    return str(row[0])


def touch(database: Path) -> None:
    """Make the big experiment the one that was updated last, which both programs open."""
    import sqlite3

    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE experiments SET last_update_time = ? WHERE name = ?", (time.time_ns() // 1_000_000, EXPERIMENT)
        )


def no_cache(home: Path) -> Path:
    """A configuration that remembers no rows, so that what is seen is live."""
    file = home / "config.yaml"
    file.write_text("cache: false\n")
    return file


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def report(found: dict[str, float], runs: int) -> str:
    """The figures beside their budgets."""
    allowed = 1.3 * found["bare memory"] + 1.2 * runs
    lines = (
        ("first frame", found["first frame"], found["one word"], 1.25),
        ("rows last seen", found["last seen"], found["one word"], 1.6),
        ("first live rows", found["live rows"], found["bare rows"], 1.1),
    )
    shown = [f"Start at {COLUMNS}x{LINES}, a SQLite store of {grouped(runs)} runs of {VALUES} values"]
    shown += [
        f"{name:16} {took:8.0f} ms   reference {bare:8.0f} ms   {took / bare:5.2f} x, budget {most:g} x"
        for name, took, bare, most in lines
    ]
    shown.append(
        f"{'memory':16} {found['deck memory'] / 1024:8.0f} MB   bare script {found['bare memory'] / 1024:6.0f} MB   "
        f"allowed {allowed / 1024:.0f} MB, all runs loaded"
    )
    shown.append(f"{'idle, 5 s':16} {found['idle bytes']:8.0f} bytes   budget 0")
    return "\n".join(shown)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.runs, asked.times)
    sys.stdout.write((json.dumps(found, indent=2) if asked.json else report(found, asked.runs)) + "\n")


if __name__ == "__main__":
    main()
