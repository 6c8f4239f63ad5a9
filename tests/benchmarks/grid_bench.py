"""The grid's latency and bytes on a pseudo-terminal, beside a bare ScrollView in the same run.

``python -m tests.benchmarks.grid_bench [--rows N] [--columns N] [--times N] [--json]``
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.grid_pty import Drawn, Program, module

COLUMNS, LINES = 200, 50


@dataclass(frozen=True)
class Task:
    """A key to press, what of it is budgeted, and how both programs are brought to where it means the same."""

    name: str
    key: str
    most_ms: float
    most_times_bare: float
    lead: str = ""  # pressed in the grid only, before measuring


TASKS = (
    Task("cursor key", "\x1b[B", 16, 2),
    Task("page down", "\x1b[6~", 33, 3),
    Task("sideways", "\x1b[C", 33, 3, lead="\x1b[C" * 18),
)


@dataclass(frozen=True)
class Figures:
    """One program at one task."""

    p50_ms: float
    p95_ms: float
    bytes_a_key: int
    bytes_a_touched_cell: float  # a cell of a line in which anything changed
    bytes_a_changed_cell: float  # a cell that looks otherwise than before


def figures(drawn: Sequence[Drawn]) -> Figures:
    """What a row of presses comes to."""
    times = sorted(one.seconds * 1000 for one in drawn)
    size = sum(one.size for one in drawn)
    return Figures(
        round(statistics.median(times), 2),
        round(times[min(len(times) - 1, round(len(times) * 0.95))], 2),
        round(size / len(drawn)),
        round(size / max(1, sum(one.touched for one in drawn)), 2),
        round(size / max(1, sum(one.changed for one in drawn)), 2),
    )


def measure(rows: int, columns: int, times: int) -> dict[str, dict[str, Figures]]:
    """Press each task's key in turn in both programs, so that whatever else the machine does falls on both."""
    programs = {
        kind: Program(module("tests.benchmarks.grid_apps", kind, str(rows), str(columns)), COLUMNS, LINES)
        for kind in ("grid", "bare")
    }
    try:
        for program in programs.values():
            program.wait_for("gallant-ox-0")
        found: dict[str, dict[str, Figures]] = {}
        for task in TASKS:
            if task.lead:
                programs["grid"].press(task.lead)
            count = min(times, 40) if task.name == "cursor key" or task.lead else times
            drawn: dict[str, list[Drawn]] = {kind: [] for kind in programs}
            for _ in range(count):
                for kind, program in programs.items():
                    drawn[kind].append(program.press(task.key))
            found[task.name] = {kind: figures(some) for kind, some in drawn.items()}
        idle = {kind: program.idle(2) for kind, program in programs.items()}
        found["idle, 2 s"] = {kind: Figures(0, 0, size, 0, 0) for kind, size in idle.items()}
        return found
    finally:
        for program in programs.values():
            program.close()


def report(found: dict[str, dict[str, Figures]], rows: int, columns: int) -> str:
    """The figures as a small table, each beside its budget."""
    head = (
        *("", "grid p50", "p95 ms", "bare p50", "p95 ms", "p95 budget", "bytes/key", "bare"),
        *("bytes/cell of changed lines", "bare", "bytes/changed cell", "bare"),
    )
    table: list[tuple[object, ...]] = [head]
    for task in TASKS:
        grid, bare = found[task.name]["grid"], found[task.name]["bare"]
        budget = f"{task.most_ms:g} ms, {task.most_times_bare:g} x bare"
        times = (grid.p50_ms, grid.p95_ms, bare.p50_ms, bare.p95_ms, budget)
        drawn = [(one.bytes_a_key, one.bytes_a_touched_cell, one.bytes_a_changed_cell) for one in (grid, bare)]
        table.append((task.name, *times, *(figure for pair in zip(*drawn, strict=True) for figure in pair)))
    widths = [max(len(str(line[place])) for line in table) for place in range(len(head))]
    lines = [
        f"Grid of {rows} rows x {columns} columns at {COLUMNS}x{LINES}, to the last byte, beside a bare ScrollView"
    ]
    lines += ["  ".join(str(cell).rjust(w) for cell, w in zip(line, widths, strict=True)) for line in table]
    idle = found["idle, 2 s"]
    lines.append(f"idle, 2 s   {idle['grid'].bytes_a_key} bytes (bare {idle['bare'].bytes_a_key})")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.rows, asked.columns, asked.times)
    if asked.json:
        plain = {task: {kind: vars(some) for kind, some in both.items()} for task, both in found.items()}
        sys.stdout.write(json.dumps(plain, indent=2) + "\n")
    else:
        sys.stdout.write(report(found, asked.rows, asked.columns) + "\n")


if __name__ == "__main__":
    main()
