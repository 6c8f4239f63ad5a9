"""Large SQLite stores for benchmarks, in seconds: rows written by SQL into a schema that MLflow made.

``python -m tests.support.big_store FOLDER RUNS`` makes one, if it is not there yet, and writes its URI to stdout.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.support.stores import FIRST_START_MS, Store, make_store

EXPERIMENT = "bench/big"
STATUSES = ("FINISHED",) * 17 + ("FAILED", "KILLED", "RUNNING")
USERS = ("ana", "ben", "ci")

_METRICS = "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)"
_HISTORY = "INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)"
_PARAMS = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"
_TAGS = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
_RUNS = (
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
    "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
    "VALUES (?, ?, 'UNKNOWN', '', '', ?, ?, ?, ?, '', 'active', ?, ?)"
)


def make_big_store(
    folder: Path,
    runs: int = 10_000,
    *,
    metrics: int = 10,
    params: int = 10,
    tags: int = 5,
    columns: int = 60,
    history: int = 0,
    seed: int = 0,
) -> Store:
    """A store with ``runs`` runs in the experiment ``bench/big``, kept in ``folder`` and made only once.

    Each run has so many metrics, params and tags (two of them MLflow's own), out of ``columns`` different keys, shared
    out in the same proportion. ``history`` is the number of points of each metric's curve; 0 leaves the curves out.
    """
    name = f"big-{runs}-{metrics}-{params}-{tags}-{columns}-{history}-{seed}.db"
    if not (folder / name).exists():
        making = make_store(folder, f"making-{os.getpid()}-{name}")
        try:
            experiment = int(making.add_experiment(EXPERIMENT))
            with closing(sqlite3.connect(making.path)) as connection:
                _fill(connection, experiment, runs, (metrics, params, tags), columns, history, seed)
            os.replace(making.path, folder / name)
        finally:
            making.path.unlink(missing_ok=True)
    return Store(folder / name)


def _fill(
    connection: sqlite3.Connection,
    experiment: int,
    runs: int,
    values: tuple[int, int, int],
    columns: int,
    history: int,
    seed: int,
) -> None:
    # Nothing is lost if this is cut short: the file gets its name only when it is whole.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name IN ('runs', 'metrics', 'latest_metrics', 'params', 'tags')"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    chance = random.Random(seed)
    # Ascending, so that every primary key grows at its end only.
    ids = sorted(f"{chance.getrandbits(128):032x}" for _ in range(runs))
    order = list(range(runs))
    chance.shuffle(order)  # when each started: the newest runs are scattered over the table, as in life
    connection.executemany(_RUNS, _runs(chance, ids, order, experiment))
    of_metrics, of_params, of_tags = (max(count, columns * count // sum(values)) for count in values)
    connection.executemany(_METRICS, _metrics(chance, ids, order, values[0], of_metrics))
    if history:
        connection.executemany(_HISTORY, _history(chance, ids, order, values[0], of_metrics, history))
    connection.executemany(_PARAMS, _texts(chance, ids, "param", values[1], of_params))
    connection.executemany(_TAGS, (("mlflow.runName", f"run-{at}", run) for run, at in zip(ids, order, strict=True)))
    connection.executemany(_TAGS, (("mlflow.user", USERS[at % 3], run) for run, at in zip(ids, order, strict=True)))
    own = max(0, values[2] - 2)
    connection.executemany(_TAGS, _texts(chance, ids, "tag", own, max(own, of_tags - 2)))
    for _, sql in indexes:
        connection.execute(sql)
    connection.commit()


def _has(at: int, key: int, count: int, pool: int) -> bool:
    """Whether run ``at`` carries ``key``: exactly ``count`` of the ``pool`` keys, not the same ones for every run."""
    return (at * 7 + key) % pool < count


def _runs(
    chance: random.Random, ids: list[str], order: list[int], experiment: int
) -> Iterator[tuple[str, str, str, str, int, int | None, str, int]]:
    for run, at in zip(ids, order, strict=True):
        start = FIRST_START_MS + 60_000 * at
        status = STATUSES[at % len(STATUSES)]
        end = None if status == "RUNNING" else start + chance.randrange(1_000, 9_000_000)
        yield run, f"run-{at}", USERS[at % 3], status, start, end, f"file:///nowhere/{run}/artifacts", experiment


def _metrics(
    chance: random.Random, ids: list[str], order: list[int], count: int, pool: int
) -> Iterator[tuple[str, float, int, int, int, str]]:
    for key in range(pool):
        name, size = f"metric_{key:02d}", 10.0 ** (key % 7 - 3)
        for run, at in zip(ids, order, strict=True):
            if _has(at, key, count, pool):
                nan = (at + key) % 997 == 0
                yield name, 0.0 if nan else chance.random() * size, FIRST_START_MS + 60_000 * at, 99, int(nan), run


def _history(
    chance: random.Random, ids: list[str], order: list[int], count: int, pool: int, points: int
) -> Iterator[tuple[str, float, int, int, int, str]]:
    for key in range(pool):
        for run, at in zip(ids, order, strict=True):
            if _has(at, key, count, pool):
                for step in range(points):
                    yield f"metric_{key:02d}", chance.random(), FIRST_START_MS + 60_000 * at + step, step, 0, run


def _texts(chance: random.Random, ids: list[str], kind: str, count: int, pool: int) -> Iterator[tuple[str, str, str]]:
    for key in range(pool):
        # Constant, few, many different and numeric: what columns look like.
        choices = [f"{kind}-{key}-{n}" for n in range(1 + key % 12)] if key % 3 else [str(10.0**-n) for n in range(5)]
        for at, run in enumerate(ids):
            if _has(at, key, count, pool):
                yield f"{kind}_{key:02d}", chance.choice(choices), run


if __name__ == "__main__":
    sys.stdout.write(make_big_store(Path(sys.argv[1]), int(sys.argv[2])).uri + "\n")
