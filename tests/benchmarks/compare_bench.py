"""Opening a comparison beside the bare client that fetches the same runs, and moving through what it shows.

``python -m tests.benchmarks.compare_bench [--runs N] [--params N] [--metrics N] [--large] [--json]``
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from tests.support.stores import Store, make_store

T = TypeVar("T")
OPENING_MOST = 1.3  # times the bare client
LARGE = (500, 4000, 8000)  # runs, params, metrics: to be usable


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What ``work`` answered, and the seconds that it took."""
    start = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - start


def wide_runs(store: Store, runs: int, params: int, metrics: int) -> list[str]:
    """Runs with so many params and metrics each, two thirds of which differ."""
    import sqlite3

    chance = random.Random(5)
    ids = store.add_runs(store.add_experiment("wide"), runs, metrics=0, params=0, tags=2)
    texts = ("adamw", "sgd", "0.1", "0.01", "1e-3", '{"layers": [64, 128]}', "[64, 64]")
    with closing(sqlite3.connect(store.path)) as connection, connection:
        for run_id in ids:
            connection.executemany(
                "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                [(f"block_{n}/param", texts[n % 7] if n % 3 else chance.choice(texts), run_id) for n in range(params)],
            )
            connection.executemany(
                "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 1, 1, 0, ?)",
                [(f"group_{n}/loss", chance.random() if n % 3 else 1.0, run_id) for n in range(metrics)],
            )
    return ids


def opening(runs: int, params: int, metrics: int) -> dict[str, float]:
    """Seconds for the bare client, and for the deck's gateway, sheet, comparison and first page of rows."""
    from mlflow import MlflowClient

    from tui.gateway.dispatch import tracking_of
    from tui.gateway.session import Connection
    from tui.services.compared_runs import RunsWanted, read

    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder))
        ids = wide_runs(store, runs, params, metrics)
        client = MlflowClient(store.uri)
        client.get_run(ids[0])
        tracking = tracking_of(Connection(store.uri, store.uri, 600.0))
        tracking.get_run(ids[0])
        _, bare = timed(lambda: [client.get_run(run_id) for run_id in ids])
        compared, fetched = timed(lambda: read(tracking, RunsWanted(tuple(ids))))
        again, searched = timed(lambda: read(tracking, RunsWanted(tuple(ids), None, compared.experiments)))
        assert len(again.sheet.subjects) == len(ids)
        figures = {"bare client": bare, "read one by one": fetched, "read by one search": searched}
        return {**figures, **laid_out(compared.sheet)}


def laid_out(sheet: object) -> dict[str, float]:
    """Seconds to compare a sheet, to arrange it in each order, and to write a page of its cells."""
    from tui.domain.diff.arrangement import DiffArrangement, arrange
    from tui.domain.diff.comparison import Comparison
    from tui.domain.diff.sheet import Sheet
    from tui.domain.diff.table import CellWriter, CompareTable

    assert isinstance(sheet, Sheet)
    comparison, compared = timed(lambda: Comparison(sheet))
    arranged, by_name = timed(lambda: arrange(comparison, DiffArrangement()))
    _, by_change = timed(lambda: arrange(comparison, DiffArrangement(order="change")))
    _, by_spread = timed(lambda: arrange(comparison, DiffArrangement(order="spread")))
    _, filtered = timed(lambda: arrange(comparison, DiffArrangement(query="block_1")))
    table, laid = timed(lambda: CompareTable(comparison, arranged, CellWriter(comparison, 0), room=200))

    def page() -> None:
        for column in table.columns[:14]:
            table.texts(column.key, 1024, 1088)
            table.tones(column.key, 1024, 1088)

    _, paged = timed(page)
    return {
        "compare": compared,
        "arrange by name": by_name,
        "arrange by change": by_change,
        "arrange by spread": by_spread,
        "filter": filtered,
        "lay out": laid,
        "a page of cells": paged,
    }


def made_up(runs: int, params: int, metrics: int) -> object:
    """A sheet of that size, made without a server."""
    from tui.domain.diff.sheet import SheetBuilder, Subject

    chance = random.Random(7)
    texts = ["adamw", "sgd", "0.1", "0.01", "1e-3"]
    builder = SheetBuilder([Subject(str(at), f"run-{at}") for at in range(runs)])
    for column in range(runs):
        builder.texts(
            "params", column, {f"p{n}": texts[n % 5] if n % 3 else chance.choice(texts) for n in range(params)}
        )
        builder.numbers("metrics", column, {f"m{n}_loss": chance.random() if n % 3 else 1.0 for n in range(metrics)})
    return builder.sheet()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--params", type=int, default=1000)
    parser.add_argument("--metrics", type=int, default=3000)
    parser.add_argument("--large", action="store_true", help="also 500 runs and 12 000 rows, without a server")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    figures[f"{said.runs} runs"] = opening(said.runs, said.params, said.metrics)
    if said.large:
        runs, params, metrics = LARGE
        figures[f"{runs} runs x {params + metrics} rows"] = laid_out(made_up(runs, params, metrics))
    first = next(iter(figures.values()))
    opened = first["read one by one"] + first["compare"] + first["arrange by name"] + first["lay out"]
    share = opened / first["bare client"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if said.json:
        print(json.dumps({"seconds": figures, "opening beside bare": share, "peak MB": peak}, indent=2))
    else:
        for name, found in figures.items():
            print(name)
            for step, seconds in found.items():
                print(f"  {step:<20} {seconds * 1000:>10.1f} ms")
        print(f"opening is {share:.2f} x the bare client (budget {OPENING_MOST}); peak memory {peak:.0f} MB")
    return 0 if share <= OPENING_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
