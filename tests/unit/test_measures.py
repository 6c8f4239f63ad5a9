"""What a version was measured at: its logged model's values by dataset, its run's only as the run's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import FrozenClock
from tui.config.model import ModelSettings
from tui.domain.artifacts import ModelMetric
from tui.domain.columns import Arrangement, SpecTable
from tui.domain.models import model_facts
from tui.domain.models.board import Board
from tui.domain.models.measures import Measured, carried_metrics, latest_metrics, measured
from tui.domain.models.model_facts import rows
from tui.domain.models.rows import Notation, Versions
from tui.domain.models.values import (
    MISSING,
    ModelFacts,
    ModelVersion,
    RegisteredModel,
    SourceModel,
    SourceRun,
    parse_signature,
)
from tui.services.model_health import RUNS_AT_ONCE, ModelHealth

RUN = SourceRun("r", "train-net", "FINISHED", experiment_id="1", metrics={"auc": 0.6, "loss": 0.3})


def checkpoints() -> FakeRegistry:
    """One run that logged three models, the best in the middle; each is a version."""
    registry = FakeRegistry()
    registry.add("net", 3, aliases={"champion": "1", "challenger": "2"})
    registry.runs["r"] = RUN
    for number, value in ((1, 0.70), (2, 0.95), (3, 0.60)):
        registry.change_version("net", str(number), run_id="r", model_id=f"m-{number}")
        registry.logged[f"m-{number}"] = SourceModel(
            f"m-{number}", run_id="r", metrics=(ModelMetric("auc", value, number, run_id="r"),)
        )
    return registry


def learnt(registry: FakeRegistry, **settings: object) -> ModelHealth:
    health = ModelHealth(registry, FrozenClock(), ModelSettings(**settings))  # type: ignore[arg-type]
    health.gather([registry.get_model(name) for name in registry.models], facts=False)
    health.take(made for name in registry.models for made in registry.by_model[name].values())
    health.gather_made_of(made for name in registry.models for made in registry.by_model[name].values())
    return health


def board_of(model: RegisteredModel, health: ModelHealth) -> SpecTable[RegisteredModel]:
    columns = Board([model], health, Notation()).columns()
    return SpecTable([model], lambda one: one.name, columns, Arrangement())


def test_what_is_carried_elsewhere_is_the_model_s_and_the_run_s_for_the_rest() -> None:
    one = SourceModel("m", metrics=(ModelMetric("auc", 0.7, 1, run_id="r"),))
    assert carried_metrics(one, RUN) == {"auc": 0.7, "loss": 0.3}
    assert carried_metrics(None, RUN) == {"auc": 0.6, "loss": 0.3} and carried_metrics(None, None) == {}
    measured_on = [ModelMetric("auc", value, 1, dataset=name) for name, value in (("train", 0.99), ("test (eu)", 0.8))]
    several = SourceModel("m", metrics=tuple(measured_on))
    assert carried_metrics(several, RUN) == {"auc": 0.8, "auc/test _eu_": 0.8, "auc/train": 0.99, "loss": 0.3}


def test_versions_of_one_run_have_their_own_metrics() -> None:
    registry = checkpoints()
    health = learnt(registry)
    model, versions = registry.models["net"], list(registry.by_model["net"].values())
    columns = Versions(model, versions, health, Notation()).columns()
    table = SpecTable(versions, lambda made: made.version, columns, Arrangement(sort=(("metric", True),)))
    assert [made.version for made in table.rows] == ["2", "1", "3"]
    assert table.texts("metric", 0, 3) == ["0.95", "0.70", "0.60"]
    assert table.texts("change", 0, 3) == ["+0.25  +35.7%", "same", "−0.1  −14.3%"]
    assert board_of(model, health).texts("metric", 0, 1) == ["0.7"]
    assert [f.sentence for f in health.findings(model) if f.rule == "challenger-better"] == [
        "Challenger v2 beats champion v1 on auc: 0.95 against 0.7."
    ]


def on_two_datasets() -> FakeRegistry:
    """Two versions that a later run judged: better by the test data, worse by the training data."""
    registry = FakeRegistry()
    registry.add("churn", 2, aliases={"champion": "1", "challenger": "2"})
    registry.runs["r"], registry.runs["e"] = RUN, SourceRun("e", "judge", "FINISHED", experiment_id="1")
    for number, test, train in ((1, 0.71, 0.99), (2, 0.83, 0.97)):
        registry.change_version("churn", str(number), run_id="r", model_id=f"m-{number}")
        registry.logged[f"m-{number}"] = SourceModel(
            f"m-{number}",
            metrics=(
                ModelMetric("auc", test, 0, "test", "t1", "e"),
                ModelMetric("auc", train, 0, "train", "r1", "e"),
            ),
        )
    return registry


def test_of_several_datasets_one_counts_and_it_is_said_which() -> None:
    registry = on_two_datasets()
    health = learnt(registry)
    assert health.metric == "auc@test", "what test data says counts more than what training data does"
    assert health.undecided == ("auc@test", "auc@train")
    assert {"auc@test", "auc@train"} <= set(health.metrics_known()) and "auc" not in health.metrics_known()
    model = registry.models["churn"]
    board = board_of(model, health)
    assert next(column.title for column in board.columns if column.key == "metric") == "auc@test"
    assert board.texts("metric", 0, 1) == ["0.71"]
    assert any("on auc@test: 0.83 against 0.71" in finding.sentence for finding in health.findings(model))
    health.choose_metric("auc@train")
    assert (health.metric, len(health.undecided)) == ("auc@train", 0)
    assert not any(finding.rule == "challenger-better" for finding in health.findings(model))
    assert learnt(registry, metric="auc@train").metric == "auc@train"
    assert learnt(registry, metric="auc").metric == "auc@test"


def test_the_panel_of_a_move_tells_both_and_the_runs_own_apart() -> None:
    registry = on_two_datasets()
    health = learnt(registry)
    now, then = registry.by_model["churn"].values()
    told = {row.name: (row.now, row.then, row.note.rpartition("  ")[2]) for row in rows(now, then, health, Notation())}
    assert told["auc@test"] == ("0.71", "0.83", "better")
    assert told["auc@train"] == ("0.99", "0.97", "worse")
    assert told["auc of the run"] == ("0.6", "0.6", "same")
    names = [row.name for row in rows(now, then, health, Notation())]
    assert names.index("auc@test") < names.index("auc@train") < names.index("auc of the run")


MODEL = SourceModel(
    "m",
    metrics=(
        ModelMetric("auc", 0.8, 3, "test", "t1", "a", 10),
        ModelMetric("auc", 0.7, 3, "test", "t2", "b", 20),
        ModelMetric("f1", 0.5, 1),
    ),
)


@pytest.mark.parametrize(
    ("metric", "model", "wanted"),
    [
        ("auc@test", MODEL, Measured("auc", 0.7, "test", "t2", 3, "b")),
        ("auc@test@t1", MODEL, Measured("auc", 0.8, "test", "t1", 3, "a")),
        ("auc@other", MODEL, None),
        ("auc@", MODEL, None),
        ("f1@", MODEL, Measured("f1", 0.5, step=1)),
        ("loss", MODEL, Measured("loss", 0.3, run_id="r", is_of_run=True)),
        ("loss@test", MODEL, None),
        ("auc", SourceModel("m", status=MISSING), Measured("auc", 0.6, run_id="r", is_of_run=True)),
        ("auc", None, Measured("auc", 0.6, run_id="r")),
        ("nothing", MODEL, None),
        ("", MODEL, None),
    ],
)
def test_where_a_value_comes_from(metric: str, model: SourceModel | None, wanted: Measured | None) -> None:
    assert measured(metric, model, RUN) == wanted


def test_the_last_of_each_metric_on_each_dataset_is_kept() -> None:
    recorded = [ModelMetric("auc", at / 10, at % 4, "test", "t", "r", at) for at in range(8)]
    assert latest_metrics([*recorded, ModelMetric("auc", 0.1)]) == (
        ModelMetric("auc", 0.1),
        ModelMetric("auc", 0.7, 3, "test", "t", "r", 7),
    )


def test_a_board_of_a_hundred_models_asks_few_times() -> None:
    registry = FakeRegistry()
    for number in range(100):
        registry.add(f"model-{number:03d}", 1, aliases={"champion": "1"})
        registry.change_version(f"model-{number:03d}", "1", run_id=f"r{number}", model_id=f"m-{number}")
        registry.runs[f"r{number}"] = SourceRun(f"r{number}", experiment_id=str(number % 7))
        registry.logged[f"m-{number}"] = SourceModel(f"m-{number}", metrics=(ModelMetric("auc", number / 100),))
    health = ModelHealth(registry, FrozenClock())
    models = list(registry.models.values())
    health.gather(models, facts=False)
    assert registry.called("source_runs") == registry.called("source_models") == 100 // RUNS_AT_ONCE == 1
    assert health.metric == "auc"
    health.gather(models, facts=False)
    assert registry.called("source_models") == 1, "what is known is not asked for again"


def test_a_model_in_no_known_experiment_is_asked_for_by_itself() -> None:
    registry = FakeRegistry()
    registry.add("loose", 1, aliases={"champion": "1"})
    registry.change_version("loose", "1", model_id="m-1")
    registry.logged["m-1"] = SourceModel("m-1", metrics=(ModelMetric("auc", 0.5),))
    health = learnt(registry)
    assert health.measured(registry.by_model["loose"]["1"]) == Measured("auc", 0.5)


def test_one_run_of_mlflow_itself(tmp_path: Path) -> None:
    """The three checkpoints as MLflow records them, and a judgement of a later run."""
    from tests.gateway.conftest import open_session
    from tests.support import stores
    from tui.gateway.registry import ClientRegistry

    session = open_session(stores.make_store(tmp_path).uri)
    client = session.client()
    experiment = client.create_experiment("checkpoints", artifact_location=tmp_path.as_uri())
    run = client.create_run(experiment).info.run_id
    client.create_registered_model("net")
    for step, value in ((1, 0.70), (2, 0.95), (3, 0.60)):
        logged = client.create_logged_model(experiment, name=f"checkpoint-{step}", source_run_id=run)
        client.log_metric(run, "auc", value, step=step, model_id=logged.model_id)
        client.finalize_logged_model(logged.model_id, "READY")
        client.create_model_version("net", f"models:/{logged.model_id}", run_id=run, model_id=logged.model_id)
    registry = ClientRegistry(session)
    health = ModelHealth(registry, FrozenClock())
    versions = registry.search_versions("net").versions
    health.take(versions)
    health.gather_made_of(versions)
    assert health.metric == "auc"
    assert {made.version: value_of(health, made) for made in versions} == {"1": 0.70, "2": 0.95, "3": 0.60}


def value_of(health: ModelHealth, made: ModelVersion) -> float | None:
    found = health.measured(made)
    return found.value if found is not None else None


def test_a_column_called_by_a_number_keeps_it() -> None:
    said = {"inputs": '[{"type": "double", "name": 0}, {"type": "long", "name": 1}, {"type": "string"}]'}
    signature = parse_signature(said)
    assert signature is not None
    assert [field.name for field in signature.inputs] == ["0", "1", "[2]"]
    table = model_facts.signature(ModelFacts(signature=signature)).table
    assert list(table.texts("name", 0, 3)) == ["in 0", "in 1", "in [2]"]
