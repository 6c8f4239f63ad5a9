"""Filters as sent to a real store: it understands them, and answers with no run less than the filter matches here."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from tests.support import stores
from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.filter import parse
from tui.domain.filter.pushdown import pushdown

TEXTS = ("adam", "Adam", "1", "1e-3", "a'b", 'a"b', "it's \"q\"", "a_b", "100%", "a\\", "[x]", "Ünï", "\u212a", "k",
         "a;b", "--x", "/*y*/", "two\nlines")  # fmt: skip
FILTERS = (
    "metrics.auc > 0.4", "auc != 1", "auc : 0.5", "auc <= 1e22", "auc > -1e-05 status = failed",
    "metrics.`a loss` = -2",
    "-status:fin", "status = failed or status = killed", "has:opt", "opt IS NULL", "NOT opt IS NULL", "name : ox",
    "name ILIKE 'B%'", "name != adam", "lr = 0.001 opt : a", "start > 2020-01-01", "start < today", "age < 1h",
    "note : a", "params.`odd key` = 1 or x", "-has:team", "opt IN (adam)",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> MlflowClient:
    folder: Path = tmp_path_factory.mktemp("filters")
    return stores.make_store(folder).client()


@pytest.fixture(scope="module")
def runs(client: MlflowClient) -> Iterator[list[MadeRun]]:
    chance = random.Random(3)
    experiment = client.create_experiment("filters")
    for _ in range(40):
        metrics = {key: chance.choice([0.0, 1.0, 0.5, -2.0, math.nan, math.inf]) for key in ("auc", "a loss")}
        params = {key: chance.choice(TEXTS) for key in ("lr", "opt") if chance.random() < 0.8}
        tags = {key: chance.choice(TEXTS) for key in ("team", "mlflow.note.content") if chance.random() < 0.7}
        run_id = client.create_run(experiment, run_name=chance.choice(["gallant ox", "Brave", "adam"])).info.run_id
        client.log_batch(
            run_id,
            [Metric(key, value, 1, 0) for key, value in metrics.items() if chance.random() < 0.8],
            [Param(key, value) for key, value in params.items()],
            [RunTag(key, value) for key, value in tags.items()],
        )
        client.set_terminated(run_id, chance.choice(["FINISHED", "FAILED", "KILLED"]))
    yield [
        MadeRun(
            run.info.run_id,
            run.info.run_name,
            run.info.status,
            start=run.info.start_time,
            end=run.info.end_time,
            experiment=experiment,
            metrics={key: math.inf if value > 1e308 else value for key, value in run.data.metrics.items()},
            params=run.data.params,
            tags=run.data.tags,
        )
        for run in client.search_runs([experiment], max_results=1000)
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(
    "text",
    [
        *FILTERS,
        *(f"opt {operator} {_quoted(value)}" for value in TEXTS for operator in ("=", "!=", ":", "LIKE", "ILIKE")),
        *(f"team : {_quoted(value[1:])}" for value in TEXTS),
    ],
)
def test_the_store_answers_with_no_less(text: str, client: MlflowClient, runs: list[MadeRun]) -> None:
    snapshot = snapshot_of(runs)
    now_ms = max(run.end for run in runs)
    query = parse(text)
    pushed = pushdown(query, snapshot.names(), now_ms=now_ms)
    try:
        mask = query.mask(snapshot, now_ms=now_ms).tolist()
    except ValueError:
        mask = [False] * len(runs)
    wanted = {run.id for run, matches in zip(runs, mask, strict=True) if matches}
    (experiment,) = {run.experiment for run in runs}
    found = {run.info.run_id for run in client.search_runs([experiment], pushed.filter_string, max_results=1000)}
    assert wanted <= found, pushed
    if pushed.exact:
        assert wanted == found, pushed
