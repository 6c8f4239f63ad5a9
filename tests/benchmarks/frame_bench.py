"""What the column store costs: ``python -m tests.benchmarks.frame_bench [--json] [--runs N]``.

100 000 runs of 25 values: taking pages in, memory, sorting, filtering and laying out, and for each how long another
thread that wants to run every millisecond was kept waiting at worst.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.frame_data import pages
from tui.domain.filter import parse
from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.runs.view import RunsViewSpec, SortKey, build_view

NOW_MS = 1_764_000_100_000
VALUES = 25
BYTES_BUDGET = 1200 * 1024 // 1000
VIEW_BUDGET_MS = 150.0
MASK_BUDGET_MS = 50.0
HOLD_BUDGET_MS = 50.0

FILTERS = {
    "filter by a metric": "val_metric_1 > 0.9",
    "filter by a param's number": "param_0 < 0.001",
    "filter by a word": "ox-77",
    "filter by several": "status = failed and took > 1h or param_1 = adam -team:team-3",
    "filter by a regular expression": "name ~ ox-7+$",
}
SORTS = {
    "sort by a metric": (SortKey("metrics.val_metric_1", True),),
    "sort by three columns": (
        SortKey("params.param_1"),
        SortKey("params.param_0", True),
        SortKey("metrics.val_metric_3"),
    ),
    "sort by name": (SortKey("name"),),
}


class Heartbeat:
    """A thread that wants to run every millisecond, and notes the longest it had to wait beyond that."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._longest = 0.0
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        last = time.perf_counter()
        while not self._stop.wait(0.001):
            now = time.perf_counter()
            self._longest = max(self._longest, now - last - 0.001)
            last = now

    def longest_ms(self) -> float:
        """The longest wait since this was last asked."""
        time.sleep(0.005)
        longest, self._longest = self._longest, 0.0
        return 1000 * longest

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def resident_bytes() -> int:
    """Memory of this process that is in use, after giving back what can be given back."""
    gc.collect()
    pages_in_use = Path("/proc/self/statm")
    if pages_in_use.exists():
        ctypes.CDLL(None).malloc_trim(0)
        return int(pages_in_use.read_text(encoding="ascii").split()[1]) * 4096
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measured(act: Callable[[], object], heartbeat: Heartbeat) -> dict[str, float]:
    """First and later time of ``act``, and the longest wait of another thread, in milliseconds."""
    times = []
    heartbeat.longest_ms()
    for _ in range(4):
        start = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - start))
    return {
        "first_ms": round(times[0], 1),
        "ms": round(sorted(times[1:])[1], 1),
        "hold_ms": round(heartbeat.longest_ms(), 1),
    }


def run(runs: int) -> dict[str, object]:
    """Every figure; made-up pages are made beforehand and dropped one by one."""
    heartbeat = Heartbeat()
    frame = RunsFrame()
    before = resident_bytes()
    append_ms = []
    append_hold = 0.0
    for page in pages(runs):
        heartbeat.longest_ms()
        start = time.perf_counter()
        frame.append(page)
        append_ms.append(1000 * (time.perf_counter() - start))
        append_hold = max(append_hold, heartbeat.longest_ms())
        del page
    stored = resident_bytes() - before
    snapshot = frame.snapshot()
    spec = RunsViewSpec(now_ms=NOW_MS)
    found: dict[str, object] = {
        "runs": runs,
        "append a page of 1000": {
            "first_ms": round(append_ms[0], 1),
            "ms": round(sorted(append_ms)[len(append_ms) // 2], 1),
            "hold_ms": round(append_hold, 1),
        },
        "first view": measured(lambda: build_view(snapshot, spec), heartbeat),
    }
    for name, sort in SORTS.items():
        fresh = frame_again(frame)
        found[name] = measured(lambda sort=sort, fresh=fresh: build_view(fresh, replace(spec, sort=sort)), heartbeat)  # type: ignore[misc]
    del fresh
    for name, text in FILTERS.items():
        query = parse(text)
        found[name] = measured(lambda query=query: query.mask(snapshot, now_ms=NOW_MS), heartbeat)  # type: ignore[misc]
        with_view = replace(spec, query=query)
        found[f"{name}, laid out"] = measured(lambda wanted=with_view: build_view(snapshot, wanted), heartbeat)  # type: ignore[misc]
    table = build_view(snapshot, spec)
    start = time.perf_counter()
    for column in table.columns:
        table.texts(column.key, runs // 2, runs // 2 + 50)
    found["texts of a page, cold"] = {"ms": round(1000 * (time.perf_counter() - start), 1)}
    found["bytes a run, stored"] = round(stored / runs)
    found["bytes a run, with views"] = round((resident_bytes() - before) / runs)
    heartbeat.stop()
    return found


def frame_again(frame: RunsFrame) -> FrameSnapshot:
    """A snapshot that nothing was asked of yet."""
    frame.set_experiments({})
    return frame.snapshot()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--runs", type=int, default=100_000)
    options = arguments.parse_args()
    found = run(options.runs)
    if options.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return
    lines = [f"{options.runs} runs of {VALUES} values (ms: first time, then; longest wait of another thread)"]
    for name, figure in found.items():
        if isinstance(figure, dict):
            budget = MASK_BUDGET_MS if name in FILTERS else VIEW_BUDGET_MS
            first = f"{figure.get('first_ms', '')!s:>8}"
            lines.append(f"{name:<46}{first}{figure['ms']:>8}{figure.get('hold_ms', '')!s:>8}   budget {budget:.0f}")
        elif name.startswith("bytes"):
            lines.append(f"{name:<46}{figure:>8}   budget {BYTES_BUDGET}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
