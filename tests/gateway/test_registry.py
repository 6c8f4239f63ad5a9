"""The registry: what comes out is what MLflow recorded, and each write does what it says, on SQLite and a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import open_session
from tests.gateway.zoo import HOSTILE
from tests.support import servers, stores
from tests.support.fakes import FrozenClock
from tui.console.report import lint
from tui.domain.artifacts import ModelMetric
from tui.domain.models.values import MISSING, READY, SignatureField
from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs
from tui.features.logged_models.screen import versions_of
from tui.gateway import readers
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.ports import RegistryPort
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.model_health import ModelHealth

MLMODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}
  sklearn: {sklearn_version: 1.9.1, code: null}
mlflow_version: 3.17.2
model_size_bytes: 27918
saved_input_example_info: {artifact_path: input_example.json, type: dataframe}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true},
    {"type": "long", "name": "hour", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: '[{"name": "temperature", "default": 0.5, "type": "double", "shape": null}]'
"""


@dataclass
class Desk:
    """A registry through the gateway, MLflow's own client for the same place, and the ids of what is in it."""

    session: Connection
    registry: RegistryPort
    client: Any
    run: str
    bare_run: str
    deleted_run: str
    logged_model: str


@pytest.fixture(scope="module", params=["sqlite", "server"])
def desk_uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry")
    store = stores.make_store(folder)
    if request.param == "sqlite":
        yield store.uri
        return
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield address


@pytest.fixture(scope="module")
def desk(desk_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    session = open_session(desk_uri)
    client = session.client()
    folder = tmp_path_factory.mktemp("files")
    model = folder / "model"
    model.mkdir()
    (model / "MLmodel").write_text(MLMODEL)
    (model / "requirements.txt").write_text("mlflow==3.17.2\n# a comment\nscikit-learn\n")
    experiment = client.create_experiment("zoo", artifact_location=None if "http" in desk_uri else folder.as_uri())
    run = client.create_run(experiment, run_name="made it", tags={"mlflow.source.git.commit": "4f2c9e1"}).info.run_id
    client.log_metric(run, "auc", 0.93)
    client.log_artifacts(run, str(model), "old-model")
    client.log_text(run, "no model", "notes/readme.txt")
    logged = client.create_logged_model(experiment, name="new-model", source_run_id=run)
    client.log_model_artifacts(logged.model_id, str(model))
    client.finalize_logged_model(logged.model_id, "READY")
    from mlflow.entities import LoggedModelOutput

    client.log_outputs(run, models=[LoggedModelOutput(logged.model_id, 0)])
    client.set_terminated(run)
    bare = client.create_run(experiment, run_name="bare").info.run_id
    deleted = client.create_run(experiment, run_name="deleted").info.run_id
    client.delete_run(deleted)
    return Desk(session, ClientRegistry(session), client, run, bare, deleted, logged.model_id)


def test_versions_made_of_a_logged_model_by_hand_are_found_by_it(desk: Desk) -> None:
    client, other = desk.client, "m-" + "0" * 32
    experiment = client.get_run(desk.run).info.experiment_id
    alone = client.create_logged_model(experiment, name="of-no-run").model_id
    client.finalize_logged_model(alone, "READY")
    client.create_registered_model("by-hand")
    # A server wants the model named, and then tags it; a store takes the source alone, and notes nothing else.
    is_server = desk.session.transport is not None
    named = {"model_id": alone} if is_server else {}
    client.create_model_version("by-hand", f"models:/{alone}", **named)
    client.set_registered_model_alias("by-hand", "blue", "1")
    model = client.get_logged_model(alone)
    # Neither is a version whose source is nothing but the folder of the logged model.
    client.create_model_version("by-hand", model.artifact_location, **named)
    of_folder, of_name = RegisteredAs("by-hand", "2", ()), RegisteredAs("by-hand", "1", ("blue",))
    ways = [desk.registry.registered_as]
    if not is_server:
        ways.append(readers.sql_reads(desk.session)["registry.registered_as"])
    for registered_as in ways:
        for ids in ([alone], [alone, other], [desk.run, alone, other]):
            found = registered_as(ids)
            assert found[alone] == (of_folder, of_name) and other not in found, ids
    assert [desk.registry.get_version("by-hand", version).model_id for version in "12"] == [alone, alone]
    listed = ClientArtifacts(desk.session).logged_model(alone)
    for known in (listed, replace(listed, tags={})):
        assert set(versions_of(desk.registry, [], [known])[alone]) == {of_folder, of_name}
    client.delete_registered_model("by-hand")
    client.delete_logged_model(alone)


def test_a_model_from_nothing_to_nothing(desk: Desk) -> None:
    registry = desk.registry
    registry.create_model("life", "# First")
    assert registry.create_version("life", f"models:/{desk.logged_model}", run_id=desk.run, description="one") == "1"
    assert registry.create_version("life", f"runs:/{desk.run}/old-model", run_id=desk.run) == "2"
    registry.set_alias("life", "champion", "1")
    registry.set_alias("life", "blue", "2")
    registry.tag_model("life", "owner", "ana")
    registry.tag_version("life", "1", "approved", "yes")
    registry.describe_version("life", "2", "**two**")
    model = registry.get_model("life")
    assert (model.name, model.description, model.tags["owner"]) == ("life", "# First", "ana")
    assert dict(model.aliases) == {"champion": "1", "blue": "2"}
    assert model.aliases_of("1") == ("champion",)
    assert model.newest is not None and model.newest.version == "2"
    assert model.created_ms and model.updated_ms and not model.is_prompt
    one, two = (registry.get_version("life", number) for number in "12")
    assert (one.status, one.description, dict(one.tags), one.run_id) == (READY, "one", {"approved": "yes"}, desk.run)
    assert one.model_id == desk.logged_model
    assert (two.description, two.stage, two.model_id) == ("**two**", "", "")

    registry.set_alias("life", "champion", "2")
    registry.delete_alias("life", "blue")
    registry.delete_alias("life", "blue")  # MLflow takes that without a word
    assert dict(registry.get_model("life").aliases) == {"champion": "2"}
    registry.tag_model("life", "owner", None)
    registry.tag_version("life", "1", "approved", None)
    registry.describe_model("life", "Second")
    assert registry.copy_version("life", "1", "life-prod") == "1"
    assert registry.get_version("life-prod", "1").run_id == desk.run
    registry.rename_model("life", "afterlife")
    renamed = registry.get_model("afterlife")
    assert (renamed.description, "owner" in renamed.tags) == ("Second", False)
    assert dict(renamed.aliases) == {"champion": "2"}
    registry.delete_version("afterlife", "2")
    assert dict(registry.get_model("afterlife").aliases) == {}
    assert [made.version for made in registry.search_versions("afterlife").versions] == ["1"]
    registry.delete_model("afterlife")
    registry.delete_model("life-prod")
    with pytest.raises(Problem) as caught:
        registry.get_model("afterlife")
    assert caught.value.kind is Kind.NOT_FOUND


def test_aliases_are_read_one_by_one_as_the_model_tells_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = desk.registry
    registry.create_model("aliased")
    for _ in range(3):
        registry.create_version("aliased", "s3://bucket/model")
    for alias, version in (("champion", "2"), ("challenger", "3"), ("old", "1"), ("eu-prod", "2")):
        registry.set_alias("aliased", alias, version)
    whole = dict(registry.get_model("aliased").aliases)
    assert registry.aliases_at("aliased", tuple(whole)) == whole
    assert registry.aliases_at("aliased", ("champion", "Champion", "nobody")) == {"champion": "2"}
    registry.delete_version("aliased", "2")
    assert registry.aliases_at("aliased", ("champion", "old")) == {"old": "1"}
    with pytest.raises(Problem) as caught:
        registry.aliases_at("nobody's", ("champion",))
    assert caught.value.kind is Kind.NOT_FOUND
    monkeypatch.setattr(ClientRegistry, "get_model", lambda *_: pytest.fail("the whole model is read"))
    assert registry.aliases_at("aliased", ("challenger",)) == {"challenger": "3"}


def test_pages_of_models_and_of_versions(desk: Desk) -> None:
    registry = desk.registry
    for number in range(5):
        registry.create_model(f"paged-{number}")
    for _ in range(7):
        registry.create_version("paged-3", f"models:/{desk.logged_model}", run_id=desk.run)
    registry.set_alias("paged-3", "champion", "4")
    only = "name LIKE 'paged-%'"
    first = registry.search_models(filter_string=only, max_results=3)
    assert first.next_token is not None
    second = registry.search_models(filter_string=only, max_results=3, token=first.next_token)
    assert second.next_token is None
    models = {model.name: model for model in (*first.models, *second.models)}
    assert list(models) == [f"paged-{number}" for number in range(5)]
    assert dict(models["paged-3"].aliases) == {"champion": "4"}
    page = registry.search_versions("paged-3", max_results=4)
    rest = registry.search_versions("paged-3", max_results=4, token=page.next_token)
    assert [made.version for made in (*page.versions, *rest.versions)] == list("7654321")
    assert rest.next_token is None
    counts = registry.count_versions(["paged-3", "paged-0", "not there"])
    assert counts in ({}, {"paged-3": 7, "paged-0": 0, "not there": 0})
    asked = [("paged-3", "4"), ("paged-3", "99"), ("not there", "1")]
    assert set(registry.get_versions(asked)) == {("paged-3", "4")}


@pytest.mark.parametrize("source", ["logged model", "run artifact"])
def test_what_a_version_is_made_of(desk: Desk, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = f"facts of a {source}"
    uri = f"models:/{desk.logged_model}" if source == "logged model" else f"runs:/{desk.run}/old-model"
    desk.registry.create_model(name)
    desk.registry.create_version(name, uri, run_id=desk.run)
    facts = desk.registry.version_facts(name, "1")
    assert facts.is_read, facts.unread
    assert facts.signature is not None
    assert facts.signature.inputs == (SignatureField("amount", "double"), SignatureField("hour", "long", False))
    assert facts.signature.outputs[0].type == "tensor(int64, -1)"
    assert facts.signature.params == (SignatureField("temperature", "double = 0.5", False),)
    assert facts.signature.summary == "2 in, 1 out, 1 params"
    assert facts.input_example == "input_example.json"
    assert facts.requirements == ("mlflow==3.17.2", "scikit-learn")
    assert facts.flavors["sklearn"]["sklearn_version"] == "1.9.1"
    assert (facts.size_bytes, facts.mlflow_version) == (27918, "3.17.2")
    assert set(facts.files) == {"MLmodel", "requirements.txt"}
    assert not list(tmp_path.iterdir()), "nothing is left in the working folder"


def test_a_version_whose_files_are_not_there(desk: Desk) -> None:
    desk.registry.create_model("hollow")
    desk.registry.create_version("hollow", f"runs:/{desk.bare_run}/nothing", run_id=desk.bare_run)
    facts = desk.registry.version_facts("hollow", "1")
    assert not facts.is_read and "MLmodel" in facts.unread
    with pytest.raises(Problem) as caught:
        desk.registry.version_facts("hollow", "2")
    assert caught.value.kind is Kind.NOT_FOUND


def test_source_runs(desk: Desk) -> None:
    gone = "0" * 32
    found = desk.registry.source_runs([desk.run, desk.bare_run, desk.deleted_run, gone, "no' id", ""])
    made = found[desk.run]
    assert (made.name, made.status, made.lifecycle) == ("made it", "FINISHED", "active")
    assert dict(made.metrics) == {"auc": 0.93} and made.commit == "4f2c9e1"
    assert found[desk.deleted_run].lifecycle == "deleted"
    assert found[gone].is_missing and found["no' id"].lifecycle == MISSING
    assert desk.registry.source_runs([]) == {}


def test_the_metrics_of_logged_models(desk: Desk) -> None:
    """By dataset, the last of each, with the run that measured it, which may be a later one; one deleted is missing."""
    client = desk.client
    experiment = client.get_run(desk.bare_run).info.experiment_id
    trained, later = (client.create_run(experiment).info.run_id for _ in range(2))
    judged, gone = (client.create_logged_model(experiment, name=name).model_id for name in ("judged", "gone"))
    client.log_metric(trained, "auc", 0.98, step=1, model_id=judged)
    client.log_metric(trained, "auc", 0.99, step=2, model_id=judged)
    for value, dataset, digest in ((0.71, "test", "t1"), (0.97, "train", "r1")):
        client.log_metric(
            later,
            "auc2",
            value,
            model_id=judged,
            dataset_name=dataset,
            dataset_digest=digest,
            timestamp=int(value * 100),
        )
    client.delete_logged_model(gone)
    wanted = [judged, desk.logged_model, gone, "m-" + "0" * 32, "odd"]
    for experiments in ([], [experiment]):
        found = desk.registry.source_models(wanted, experiments)
        assert found[judged].name == "judged" and found[desk.logged_model].status == "READY"
        auc, test, train = found[judged].metrics
        assert (auc.key, auc.value, auc.step, auc.dataset, auc.run_id) == ("auc", 0.99, 2, "", trained)
        assert test == ModelMetric("auc2", 0.71, 0, "test", "t1", later, 71)
        assert (train.dataset, train.value) == ("train", 0.97)
        assert [one for one in wanted if found[one].is_missing] == wanted[2:]
    if isinstance(desk.registry, ClientRegistry) and desk.registry.kind == "sqlite":
        session = open_session(desk.registry.uri)
        assert readers.sql_reads(session)["registry.source_models"](wanted) == found


def test_a_version_whose_logged_model_is_deleted(desk: Desk, tmp_path: Path) -> None:
    """MLflow still loads it: its files are read, no rule finds fault, and its run offers the models that are left."""
    from mlflow.entities import LoggedModelOutput

    client, registry = desk.client, desk.registry
    (tmp_path / "MLmodel").write_text(MLMODEL)
    experiment = client.get_run(desk.run).info.experiment_id
    run = client.create_run(experiment).info.run_id
    kept, gone = (client.create_logged_model(experiment, name=n, source_run_id=run) for n in ("kept", "gone"))
    for logged in (kept, gone):
        client.log_model_artifacts(logged.model_id, str(tmp_path))
        client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run, models=[LoggedModelOutput(one.model_id, 0) for one in (kept, gone)])
    registry.create_model("orphan", "About it.")
    registry.create_version("orphan", f"models:/{gone.model_id}", run_id=run)
    registry.set_alias("orphan", "champion", "1")
    client.set_terminated(run)
    client.delete_logged_model(gone.model_id)
    facts = registry.version_facts("orphan", "1")
    assert facts.is_read and facts.signature is not None, facts.unread
    assert [entry.label for entry in registry.registrable(run)] == ["kept"]
    report = lint(registry, ModelHealth(registry, FrozenClock()), ["orphan"])
    assert [finding.rule for finding in report.findings] == ["unpinned"] or not report.findings, report.findings


def test_what_of_a_run_can_be_registered(desk: Desk) -> None:
    found = desk.registry.registrable(desk.run)
    assert [(entry.label, entry.uri, entry.has_signature) for entry in found] == [
        ("new-model", f"models:/{desk.logged_model}", True),
        ("old-model", f"runs:/{desk.run}/old-model", True),
    ]
    assert desk.registry.registrable(desk.bare_run) == ()
    assert [desk.registry.registrable_at(entry.uri) for entry in found] == list(found)


def test_what_is_no_model_cannot_be_registered(desk: Desk) -> None:
    assert desk.registry.registrable_at(f"runs:/{desk.run}/notes") is None
    assert desk.registry.registrable_at(f"runs:/{desk.run}/absent") is None


def test_hostile_names_come_across_as_they_are(desk: Desk) -> None:
    name = HOSTILE.replace("/", "").replace(":", "").replace("'", "").replace('"', "")
    desk.registry.create_model(name, HOSTILE)
    desk.registry.create_version(name, f"models:/{desk.logged_model}", run_id=desk.run, description=HOSTILE)
    model = desk.registry.get_model(name)
    assert (model.name, model.description) == (name, HOSTILE)
    assert desk.registry.search_versions(name).versions[0].description == HOSTILE


@pytest.mark.parametrize("alias", ["latest", "v12", "two words", "", "é!"])
def test_an_alias_that_mlflow_refuses(desk: Desk, alias: str) -> None:
    desk.registry.create_model(f"refuses {alias!r}".replace("'", ""))
    with pytest.raises(Problem) as caught:
        desk.registry.set_alias(f"refuses {alias!r}".replace("'", ""), alias, "1")
    assert caught.value.kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND)


def test_each_write_that_cannot_be_is_told(desk: Desk) -> None:
    registry = desk.registry
    registry.create_model("taken")
    for write in (
        lambda: registry.create_model("taken"),
        lambda: registry.rename_model("absent", "other"),
        lambda: registry.describe_model("absent", "x"),
        lambda: registry.set_alias("taken", "champion", "77"),
        lambda: registry.create_version("absent", f"models:/{desk.logged_model}"),
        lambda: registry.copy_version("absent", "1", "taken"),
        lambda: registry.delete_version("taken", "77"),
        lambda: registry.tag_version("taken", "77", "a", "b"),
    ):
        with pytest.raises(Problem) as caught:
            write()
        assert caught.value.kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND), caught.value
        assert "Traceback" not in str(caught.value)


class _Asked:
    """A client that keeps what it was asked for, and a session that has it."""

    tracking_uri = registry_uri = "http://mlflow.example.com:5000"
    place = tracking_uri
    kind = "http"

    def __init__(self) -> None:
        self.filters: list[str | None] = []

    def client(self) -> _Asked:
        return self

    def explain(self, status: int) -> None:
        raise AssertionError(status)

    def search_registered_models(self, *, filter_string: str | None, **how: object) -> Any:
        from mlflow.store.entities import PagedList

        self.filters.append(filter_string)
        return PagedList([], None)


def test_a_search_names_the_prompts_tag_so_that_no_filter_is_added_that_old_servers_take_for_all() -> None:
    asked = _Asked()
    registry = ClientRegistry(asked)  # type: ignore[arg-type]  # as much of a session as a search needs
    registry.search_models()
    registry.search_models(filter_string="name LIKE 'churn%'")
    assert asked.filters == [
        "name != 'mlflow.prompt.is_prompt'",
        "name LIKE 'churn%' AND name != 'mlflow.prompt.is_prompt'",
    ]
