"""Evaluations that mlflow.genai.evaluate has made, of a real store and of a real server over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import open_session
from tests.support import servers
from tests.support.evaluated import log_evaluation
from tests.support.stores import Store, make_store
from tui.domain.traces.summary import FAILS, compared, feedback_of, tallied_by_judge
from tui.domain.traces.values import ERROR, TraceScope
from tui.gateway import dispatch

Ask = Mapping[str, Callable[..., Any]]
EXPERIMENT = "1"


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, tuple[str, str, str]]:
    store = make_store(tmp_path_factory.mktemp("evaluated"))
    return store, log_evaluation(store)


@pytest.fixture(scope="module", params=["sqlite", "server"])
def ask(
    request: pytest.FixtureRequest,
    logged: tuple[Store, tuple[str, str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("own")
    store = Store(folder / "mlflow.db")
    shutil.copyfile(logged[0].path, store.path)
    if request.param == "sqlite":
        yield dispatch.operations(open_session(store.uri))
        return
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield dispatch.operations(open_session(address))


def test_runs_with_their_means_and_dataset(ask: Ask, logged: tuple[Store, tuple[str, str, str]]) -> None:
    _, (dataset, first, second) = logged
    runs = ask["evaluations.runs"]([EXPERIMENT])
    assert [(run.id, run.name, run.status) for run in runs] == [
        (second, "agent-v2", "FINISHED"),
        (first, "agent-v1", "FINISHED"),
    ]
    assert runs[0].means["exact/mean"] == 1.0 and runs[1].means["exact/mean"] == 0.5
    assert {(run.dataset, run.dataset_id) for run in runs} == {("questions", dataset)}
    assert "agent" in runs[0].agent or "lambda" in runs[0].agent
    assert len(ask["evaluations.runs"]([EXPERIMENT], dataset="questions")) == 2
    assert ask["evaluations.runs"]([EXPERIMENT], dataset="another") == ()
    assert ask["evaluations.runs"]([]) == ()


def test_runs_that_an_older_mlflow_evaluated_are_told_by_what_they_hold(tmp_path: Path) -> None:
    """Before there was a tag for it."""
    from mlflow import MlflowClient

    store = make_store(tmp_path)
    client = MlflowClient(store.uri)
    evaluated, trained = (client.create_run("0").info.run_id for _ in range(2))
    client.log_metric(evaluated, "correctness/mean", 0.5)
    client.log_metric(trained, "val/loss", 0.5)
    client.create_run("0")
    found = dispatch.operations(open_session(store.uri))["evaluations.runs"](["0"])
    assert [run.id for run in found] == [evaluated]


def test_what_each_judge_said_and_what_became_of_each_input(
    ask: Ask, logged: tuple[Store, tuple[str, str, str]]
) -> None:
    first, second = logged[1][1:]
    infos = {}
    for run_id in (first, second):
        wanted = TraceScope((EXPERIMENT,), run_id=run_id).filter_string
        infos[run_id] = ask["traces.search"]([EXPERIMENT], filter_string=wanted).infos
        assert len(infos[run_id]) == 4
    tally = tallied_by_judge(infos[first], first)
    assert list(tally) == ["exact", "grade"]
    assert (tally["exact"].count, tally["exact"].mean) == (4, 0.5)
    assert tally["grade"].errors == 1 and tally["grade"].mean == pytest.approx(1 / 3)
    failed = next(info for info in infos[first] if info.state == ERROR)
    assert "q3" in failed.request
    assert all(one.run_id == first for one in feedback_of(failed, first).values())
    rows, mistaken = compared([(second, infos[second]), (first, infos[first])])
    became = {row.request: row.verdicts[1] for row in rows}
    assert mistaken == 0 and len(rows) == 4
    wrong = {request: verdict for request, verdict in became.items() if verdict}
    assert wrong == {'{"question": "q0"}': FAILS, failed.request: FAILS}
    said = feedback_of(next(info for info in infos[first] if "q0" in info.request), first)["grade"]
    assert (said.value, said.rationale) == ("no", "it says x")


def test_a_dataset_with_its_records_schema_tags_and_users(ask: Ask, logged: tuple[Store, tuple[str, str, str]]) -> None:
    dataset = logged[1][0]
    (listed,) = ask["evaluations.sets"]([EXPERIMENT])
    one = ask["evaluations.dataset"](dataset)
    assert (listed.id, one.name, one.records, one.tags["owner"]) == (dataset, "questions", 4, "ana")
    assert one.experiment_ids == (EXPERIMENT,) and '"question"' in one.schema and one.digest and one.created_ms
    first = ask["evaluations.records"](dataset, max_results=3)
    rest = ask["evaluations.records"](dataset, max_results=3, token=first.next_token)
    records = [*first.records, *rest.records]
    assert len(first.records) == 3 and rest.next_token is None
    assert sorted(record.inputs["question"] for record in records) == ["q0", "q1", "q2", "q3"]
    assert records[0].expectations == {"answer": records[0].inputs["question"][1:]} and records[0].outputs is None
    assert records[0].tags["kind"] == "new" and not records[0].trace_id
    assert ask["evaluations.traces_in"](dataset) == frozenset()


def test_the_newest_version_of_each_scorer(ask: Ask) -> None:
    (one,) = ask["evaluations.scorers"]([EXPERIMENT])
    assert (one.name, one.version, one.kind, one.says) == ("polite", 2, "Guidelines", "be very polite")
    assert "be very polite" in one.definition and one.created_ms
    assert ask["evaluations.scorers"](["0"]) == ()
