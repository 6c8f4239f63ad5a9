"""The column store beside pandas: ``python -m tests.benchmarks.columns_bench [--runs N]``.

The same pages of runs go into each, in a process of its own: what it costs to load what it stands on, to take the pages
in, and to keep them. Once with the same keys in every run, and once with the keys of 200 unlike sweeps side by side, as
when several experiments are shown together.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from tests.benchmarks.frame_bench import resident_bytes
from tests.benchmarks.frame_data import pages
from tui.domain.runs.frame import RunsFrame
from tui.domain.values import RunsPage

STORES = ("ours", "pandas")
SHAPES = ("alike", "unlike")
SWEEPS = 200


def made(shape: str, runs: int) -> Iterator[RunsPage]:
    """The pages; of unlike ones, the names of each sweep's params and metrics bear its number."""
    if shape == "alike":
        yield from pages(runs)
        return
    for number, page in enumerate(pages(runs, runs // SWEEPS)):
        own = f"sweep_{number}."
        yield replace(
            page,
            metrics={own + key: values for key, values in page.metrics.items()},
            params={own + key: values for key, values in page.params.items()},
        )


def loading(module: str) -> float:
    """Milliseconds to import a module in a process that has imported nothing, the median of three."""
    script = f"import time; start = time.perf_counter(); import {module}; print(1000 * (time.perf_counter() - start))"
    times = [float(subprocess.check_output([sys.executable, "-c", script])) for _ in range(3)]
    return sorted(times)[1]


def run_ours(shape: str, runs: int) -> dict[str, float]:
    """The figures of the deck's own store."""
    before = resident_bytes()
    taking_in = 0.0
    frame = RunsFrame()
    for page in made(shape, runs):
        start = time.perf_counter()
        frame.append(page)
        taking_in += time.perf_counter() - start
        del page
    kept = resident_bytes() - before
    return {"load": loading("tui.domain.runs.frame"), "take in": 1000 * taking_in, "bytes a run": kept / runs}


def run_pandas(shape: str, runs: int) -> dict[str, float]:
    """The figures of one DataFrame, made of the pages' frames in a single concatenation, its cheapest way."""
    import pandas as pd

    before = resident_bytes()
    taking_in = 0.0
    parts = []
    for page in made(shape, runs):
        start = time.perf_counter()
        parts.append(pd.DataFrame(_columns(page)))
        taking_in += time.perf_counter() - start
        del page
    start = time.perf_counter()
    frame = pd.concat(parts, ignore_index=True)
    taking_in += time.perf_counter() - start
    parts.clear()
    kept = resident_bytes() - before
    assert len(frame) == runs
    return {"load": loading("pandas"), "take in": 1000 * taking_in, "bytes a run": kept / runs}


def _columns(page: RunsPage) -> dict[str, object]:
    columns: dict[str, object] = {
        "run_id": page.run_ids,
        "experiment_id": page.experiment_ids,
        "name": page.names,
        "status": page.statuses,
        "user": page.info["user"],
        "start": page.starts_ms,
        "end": page.ends_ms,
        "lifecycle": page.lifecycles,
    }
    for section in ("metrics", "params", "tags"):
        for key, sparse in getattr(page, section).items():
            column: list[object] = [float("nan") if section == "metrics" else None] * len(page)
            for row, value in zip(sparse.rows, sparse.values, strict=True):
                column[row] = value
            columns[f"{section}.{key}"] = column
    return columns


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=20_000)
    arguments.add_argument("--one", nargs=2, metavar=("STORE", "SHAPE"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        store, shape = options.one
        found = (run_ours if store == "ours" else run_pandas)(shape, options.runs)
        sys.stdout.write(json.dumps(found))
        return
    for shape in SHAPES:
        figures = {
            store: json.loads(
                subprocess.run(
                    [sys.executable, "-m", __spec__.name, "--runs", str(options.runs), "--one", store, shape],
                    check=True,
                    capture_output=True,
                ).stdout
            )
            for store in STORES
        }
        sys.stdout.write(f"{options.runs} runs, keys {shape:<32}{'ours':>10}{'pandas':>10}\n")
        for name in figures["ours"]:
            unit = name if name.startswith("bytes") else f"{name} (ms)"
            sys.stdout.write(f"  {unit:<46}" + "".join(f"{figures[store][name]:>10.0f}" for store in STORES) + "\n")


if __name__ == "__main__":
    main()
