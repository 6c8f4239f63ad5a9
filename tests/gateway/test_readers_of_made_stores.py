"""The reader of MLflow's SQL schema on stores that chance makes: odd numbers and times, ties, blanks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.gateway.test_readers_sql import both, calls_of, differing
from tests.support import stores

LARGEST = 1.7976931348623157e308
TEXTS = st.text("aB0 漢🧪é\u202e'\"%_\\/\n\x07", max_size=8)
KEYS = st.one_of(st.sampled_from(["loss", "acc", "a/b", "漢 字", "mlflow.runName", "mlflow.user"]), TEXTS.filter(bool))
TIMES = st.one_of(st.none(), st.sampled_from([0, 1, 1_700_000_000_000]), st.integers(-(2**53), 2**53))
NUMBERS = st.one_of(st.sampled_from([0.0, -0.0, LARGEST, -LARGEST, 5e-324]), st.floats(allow_nan=False, width=64))
STAGES = st.sampled_from(["active", "active", "deleted"])


@st.composite
def runs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some runs with all that is recorded of them."""
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 7))):
        is_child = draw(st.booleans())
        made.append(
            {
                "id": f"{draw(st.integers(0, 15)):x}{number:031x}",
                "name": draw(st.one_of(st.none(), TEXTS)),
                "user": draw(st.one_of(st.none(), TEXTS)),
                "status": draw(st.sampled_from(["FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED"])),
                "start": draw(TIMES),
                "end": draw(TIMES),
                "stage": draw(STAGES),
                "experiment": draw(st.sampled_from([0, 1])),
                "metrics": draw(st.dictionaries(KEYS, st.tuples(NUMBERS, TIMES, st.integers(-9, 9), st.booleans()))),
                "params": draw(st.dictionaries(KEYS, TEXTS)),
                "tags": draw(st.dictionaries(KEYS, st.one_of(st.none(), TEXTS), max_size=4)),
                "parent": made[0]["id"] if made and is_child else "",
            }
        )
    return made


def fill(path: Path, made: list[dict[str, Any]]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for run in made:
            connection.execute(
                "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, "
                "artifact_uri, experiment_id) VALUES (?, ?, ?, ?, ?, ?, ?, 'file:///x', ?)",
                [run[key] for key in ("id", "name", "user", "status", "start", "end", "stage", "experiment")],
            )
            for key, (value, time, step, is_nan) in run["metrics"].items():
                row = (key, 0.0 if is_nan else value, time or 0, step, is_nan, run["id"])
                connection.execute("INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", row)
                connection.executemany(
                    "INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)",
                    [row, (key, 1.5, (time or 0) + 1, step, False, run["id"])],
                )
            connection.executemany(
                "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                [(key, value, run["id"]) for key, value in run["params"].items()],
            )
            tags = {**run["tags"], **({"mlflow.parentRunId": run["parent"]} if run["parent"] else {})}
            connection.executemany(
                "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
                [(key, value, run["id"]) for key, value in tags.items()],
            )


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,  # other stores are a change's own business; more of them by raising max_examples
    phases=(Phase.generate,),  # each store is seconds of MLflow's own making
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made=runs(), number=st.integers(0, 2**30))
def test_a_store_that_chance_made(made: list[dict[str, Any]], number: int, tmp_path: Path) -> None:
    store = stores.make_store(tmp_path, f"{number}-{len(list(tmp_path.iterdir()))}.db")
    store.add_experiment("first")
    fill(store.path, made)
    fast, slow = both(store.path)
    asked = ("tracking.search_runs", "tracking.get_run", "tracking.child_runs", "history.page")
    of_runs = [call for call in calls_of(store.path) if call[0] in asked]
    of_runs += [("registry.source_runs", ([run["id"] for run in made],), {})]
    wrong, known = differing(fast, slow, of_runs)
    assert not wrong, "\n".join(wrong)
    # A run that MLflow refuses is left to MLflow, and with it the pages that it is on.
    refused = any(run[key] is None for run in made for key in ("user", "start", "status"))
    assert "tracking.search_runs" in known or refused
