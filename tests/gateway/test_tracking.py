"""Experiments and runs: what comes out is what MLflow recorded, from a SQLite store and from a server alike."""

from __future__ import annotations

import math

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.zoo import HOSTILE, MANY
from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, RunsPage, SparseNumbers, SparseTexts


def _cell(columns: dict[str, SparseTexts] | dict[str, SparseNumbers], key: str, row: int) -> str | float | None:
    column = columns.get(key)
    if column is None or row not in column.rows:
        return None
    return column.values[column.rows.index(row)]


def _row(page: RunsPage, run_id: str) -> int:
    return page.run_ids.index(run_id)


def test_experiments_by_lifecycle(gateway: Gateway) -> None:
    zoo = gateway.zoo
    active = {found.id for found in gateway.tracking.search_experiments().experiments}
    deleted = {found.id for found in gateway.tracking.search_experiments(Lifecycle.DELETED).experiments}
    everything = {found.id for found in gateway.tracking.search_experiments(Lifecycle.ALL).experiments}
    assert {zoo.experiment, zoo.many, zoo.hostile_experiment} <= active
    assert deleted == {zoo.deleted_experiment}
    assert everything == active | deleted


def test_experiments_come_last_updated_first_and_page_by_page(gateway: Gateway) -> None:
    whole = gateway.tracking.search_experiments().experiments
    stamps = [found.updated_ms or 0 for found in whole]
    assert stamps == sorted(stamps, reverse=True)
    first = gateway.tracking.search_experiments(max_results=2)
    assert first.next_token
    second = gateway.tracking.search_experiments(max_results=2, token=first.next_token)
    assert [found.id for found in (*first.experiments, *second.experiments)] == [found.id for found in whole[:4]]
    rest = gateway.tracking.search_experiments(max_results=1000)
    assert rest.next_token is None


def test_experiments_filtered_by_the_server(gateway: Gateway) -> None:
    found = gateway.tracking.search_experiments(filter_string="tags.team = 'red'").experiments
    assert [experiment.name for experiment in found] == ["zoo"]
    assert found[0].note == "# Zoo"
    assert found[0].lifecycle == "active"
    assert found[0].created_ms and found[0].updated_ms


def test_one_experiment_by_id_and_by_name(gateway: Gateway) -> None:
    by_id = gateway.tracking.get_experiment(gateway.zoo.experiment)
    assert by_id == gateway.tracking.get_experiment_by_name("zoo")
    assert by_id.tags["team"] == "red"
    hostile = gateway.tracking.get_experiment(gateway.zoo.hostile_experiment)
    assert gateway.tracking.get_experiment_by_name(hostile.name).id == hostile.id


@pytest.mark.parametrize("name", ["no such", 'it\'s "odd" \x00 ‮ 漢'])
def test_an_experiment_that_is_not_there(gateway: Gateway, name: str) -> None:
    with pytest.raises(Problem) as caught:
        gateway.tracking.get_experiment_by_name(name)
    assert caught.value.kind is Kind.NOT_FOUND
    with pytest.raises(Problem) as caught:
        gateway.tracking.get_experiment("987654321")
    assert caught.value.kind is Kind.NOT_FOUND
    assert "987654321" in caught.value.message


def test_runs_as_columns(gateway: Gateway) -> None:
    zoo = gateway.zoo
    page = gateway.tracking.search_runs([zoo.experiment])
    assert len(page) == len(page.names) == len(page.starts_ms) == len(page.models) == 8
    assert zoo.deleted_run not in page.run_ids
    child = _row(page, zoo.children[2])
    assert page.names[child] == "child 2"
    assert page.statuses[child] == "FAILED"
    assert page.experiment_ids[child] == zoo.experiment
    assert page.ends_ms[child] - page.starts_ms[child] == 4997
    assert _cell(page.params, "lr", child) == "0.2"
    assert _cell(page.params, "empty", child) == ""
    assert _cell(page.metrics, "loss", child) == pytest.approx(0.2)
    assert _cell(page.tags, "mlflow.parentRunId", child) == zoo.parent
    running = _row(page, zoo.running)
    assert (page.statuses[running], page.ends_ms[running]) == ("RUNNING", -1)
    assert _cell(page.params, "lr", running) is None
    assert page.info["user"][running]


def test_runs_come_latest_start_first(gateway: Gateway) -> None:
    starts = list(gateway.tracking.search_runs([gateway.zoo.many], max_results=50).starts_ms)
    assert starts == sorted(starts, reverse=True)


def test_odd_numbers_survive(gateway: Gateway) -> None:
    page = gateway.tracking.search_runs([gateway.zoo.experiment])
    row = _row(page, gateway.zoo.odd_numbers)
    nan = _cell(page.metrics, "nan", row)
    assert isinstance(nan, float) and math.isnan(nan)
    assert _cell(page.metrics, "inf", row) == math.inf
    assert _cell(page.metrics, "-inf", row) == -math.inf
    assert _cell(page.metrics, "tiny", row) == 5e-324
    assert _cell(page.metrics, "zero", row) == 0.0
    detail = gateway.tracking.get_run(gateway.zoo.odd_numbers)
    found = {metric.key: metric for metric in detail.metrics}
    assert math.isnan(found["nan"].value) and found["inf"].value == math.inf
    assert (found["-inf"].value, found["-inf"].step, found["-inf"].timestamp_ms) == (-math.inf, 2**40, 3)
    assert found["tiny"].step == -7


def test_hostile_text_comes_across_as_it_is(gateway: Gateway) -> None:
    page = gateway.tracking.search_runs([gateway.zoo.experiment])
    row = _row(page, gateway.zoo.hostile_run)
    assert page.names[row] == HOSTILE
    assert _cell(page.params, "p/x y", row) == HOSTILE
    assert _cell(page.tags, "t b:c", row) == HOSTILE
    assert _cell(page.metrics, "a/b c.d", row) == 1.5
    detail = gateway.tracking.get_run(gateway.zoo.hostile_run)
    assert detail.name == HOSTILE
    assert detail.note == "two\nlines\x07"
    assert len(detail.params["long"]) == 6000


def test_deleted_runs(gateway: Gateway) -> None:
    zoo = gateway.zoo
    deleted = gateway.tracking.search_runs([zoo.experiment], view=Lifecycle.DELETED)
    assert (deleted.run_ids, deleted.lifecycles) == ([zoo.deleted_run], ["deleted"])
    assert len(gateway.tracking.search_runs([zoo.experiment], view=Lifecycle.ALL)) == 9
    assert gateway.tracking.get_run(zoo.deleted_run).lifecycle == "deleted"


def test_many_runs_over_pages(gateway: Gateway) -> None:
    ids: list[str] = []
    token: str | None = None
    pages = 0
    while pages == 0 or token:
        page = gateway.tracking.search_runs([gateway.zoo.many], max_results=400, token=token)
        ids += page.run_ids
        token = page.next_token
        pages += 1
    assert pages == 4
    assert len(ids) == MANY and set(ids) == set(gateway.zoo.many_runs)


def test_runs_of_several_experiments_and_of_none(gateway: Gateway) -> None:
    zoo = gateway.zoo
    both = gateway.tracking.search_runs([zoo.experiment, zoo.many], max_results=2000)
    assert set(both.experiment_ids) == {zoo.experiment, zoo.many}
    assert len(both) == MANY + 8
    none = gateway.tracking.search_runs([zoo.hostile_experiment])
    assert (len(none), none.next_token, none.params) == (0, None, {})


def test_the_servers_filter(gateway: Gateway) -> None:
    page = gateway.tracking.search_runs(
        [gateway.zoo.experiment], filter_string="params.lr = '0.1' AND attributes.status = 'FINISHED'"
    )
    assert page.run_ids == [gateway.zoo.children[1]]


@pytest.mark.parametrize(
    ("filter_string", "words"),
    [
        ("acc > 0.5", "Invalid attribute key 'acc'"),
        ("metrics.loss > 'high'", "metric"),
        ("params.lr = 0.1", "string value"),
        ("metrics.loss > 1 OR metrics.loss < 0", "Invalid"),
        ("((", "Invalid"),
    ],
)
def test_a_refused_filter_says_why_in_the_servers_words(gateway: Gateway, filter_string: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        gateway.tracking.search_runs([gateway.zoo.experiment], filter_string=filter_string)
    assert caught.value.kind is Kind.BAD_REQUEST
    assert words in caught.value.message
    assert caught.value.code == "INVALID_PARAMETER_VALUE"
    assert "Traceback" not in str(caught.value) and "Exception" not in str(caught.value)


def test_a_run_in_full(gateway: Gateway) -> None:
    zoo = gateway.zoo
    run = gateway.tracking.get_run(zoo.with_inputs)
    assert (run.experiment_id, run.experiment_name, run.name) == (zoo.experiment, "zoo", "with inputs")
    assert (run.status, run.end_ms, run.lifecycle, run.parent_id) == ("RUNNING", None, "active", None)
    assert run.artifact_uri
    (dataset,) = run.datasets
    assert (dataset.name, dataset.digest, dataset.context) == ("train", "abc123", "training")
    assert "data.csv" in dataset.source and "num_rows" in dataset.profile and "colspec" in dataset.schema
    assert run.logged_model_ids == (zoo.model_id,)
    page = gateway.tracking.search_runs([zoo.experiment])
    row = _row(page, zoo.with_inputs)
    assert page.models[row] == 1
    assert list(page.datasets.rows) == [row] and page.datasets.values == ["train@abc123"]
    child = gateway.tracking.get_run(zoo.children[0])
    assert child.parent_id == zoo.parent
    (loss,) = child.metrics
    assert (loss.key, loss.step) == ("loss", 4)


def test_a_run_that_is_not_there(gateway: Gateway) -> None:
    with pytest.raises(Problem) as caught:
        gateway.tracking.get_run("0" * 32)
    assert caught.value.kind is Kind.NOT_FOUND
    assert "0" * 32 in caught.value.title


@pytest.mark.parametrize("run_id", ["../../etc", "", "a'b", "x" * 300, "‮"])
def test_what_is_no_id_of_a_run(gateway: Gateway, run_id: str) -> None:
    with pytest.raises(Problem) as caught:
        gateway.tracking.get_run(run_id)
    assert caught.value.kind in (Kind.NOT_FOUND, Kind.BAD_REQUEST)


def test_child_runs(gateway: Gateway) -> None:
    zoo = gateway.zoo
    children = gateway.tracking.child_runs(zoo.parent, zoo.experiment)
    assert {child.run_id for child in children} == set(zoo.children)
    assert {child.status for child in children} == {"FINISHED", "FAILED"}
    assert {child.name for child in children} == {"child 0", "child 1", "child 2"}
    assert gateway.tracking.child_runs(zoo.children[0], zoo.experiment) == ()
    assert len(gateway.tracking.child_runs(zoo.parent, zoo.experiment, max_results=1)) == 1
    with pytest.raises(Problem) as caught:
        gateway.tracking.child_runs("x' OR '1", zoo.experiment)
    assert caught.value.kind is Kind.BAD_REQUEST


def test_counts_where_they_are_cheap(gateway: Gateway) -> None:
    zoo = gateway.zoo
    asked = [zoo.experiment, zoo.many, zoo.hostile_experiment]
    counts = gateway.tracking.count_runs(asked)
    if gateway.session.kind == "sqlite":
        assert counts == {zoo.experiment: 8, zoo.many: MANY, zoo.hostile_experiment: 0}
    else:
        assert counts == {}
    assert gateway.tracking.count_runs([]) == {}


def test_about_the_server(gateway: Gateway) -> None:
    import mlflow

    info = gateway.tracking.server()
    assert info.kind in ("sqlite", "http")
    assert info.version == ("" if info.kind == "sqlite" else mlflow.__version__)
    assert info.tracking_uri == gateway.session.place


def test_registered_as(gateway: Gateway) -> None:
    zoo = gateway.zoo
    asked = [*zoo.children, zoo.parent, *zoo.many_runs[:120], "x' OR '1"]
    found = gateway.registry.registered_as(asked)
    assert set(found) == {zoo.children[0], zoo.children[1]}
    made = {version.version: version for version in found[zoo.children[0]]}
    assert set(made) == {"1", "2"}
    assert made["2"].aliases == ("blue", "champion") and made["1"].aliases == ()
    assert made["1"].model == "churn"
    assert gateway.registry.registered_as([]) == {}
