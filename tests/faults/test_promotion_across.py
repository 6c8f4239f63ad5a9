"""A version promoted from a registry in a file to servers, with proxied and local files, and what fails midway."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import servers, stores
from tests.support.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.fakes import FrozenClock
from tui.domain.models.values import COPIED_FROM, CarriedVersion, SourceRun
from tui.domain.problem import Problem
from tui.gateway import environment
from tui.gateway.carried import EXPERIMENT, hashes_below, put_into
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.alias_moves import AliasMoves, done_steps
from tui.services.ledger import Ledger
from tui.services.registry_writes import Promotions, RegistryWrites, wanted_of
from tui.services.write_flow import Outcome, WriteFlow, WriteKind, WriteResult

SECONDS = 30.0
ORIGIN = "dev: models:/churn/1"


@dataclass
class Dev:
    """A registry in a file: one version, whose files lie in the artifacts of its run."""

    uri: str
    registry: ClientRegistry
    hashes: dict[str, str]


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Dev:
    folder = tmp_path_factory.mktemp("dev")
    uri = stores.make_store(folder).uri
    environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=SECONDS)
    session = Connection(uri, uri, SECONDS)
    client = session.client()
    files = folder / "files"
    (files / "data").mkdir(parents=True)
    (files / "MLmodel").write_text("flavors: {}\n")
    (files / "data" / "weights.bin").write_bytes(bytes(range(256)) * 4000)
    run = client.create_run(client.create_experiment("churn", folder.as_uri())).info
    client.log_metric(run.run_id, "auc", 0.93)
    client.log_param(run.run_id, "depth", 3)
    client.log_artifacts(run.run_id, str(files), "model")
    client.create_registered_model("churn")
    client.create_model_version("churn", f"{run.artifact_uri}/model", run_id=run.run_id, await_creation_for=0)
    # Of a model that was logged in the same run, and measured for itself.
    model = client.create_logged_model(run.experiment_id, "net", source_run_id=run.run_id)
    client.log_metric(run.run_id, "auc", 0.7, model_id=model.model_id)
    client.log_metric(run.run_id, "auc", 0.6)
    client.log_metric(run.run_id, "loss", 0.3)
    client.log_model_artifacts(model.model_id, str(files))
    client.finalize_logged_model(model.model_id, "READY")
    source = f"models:/{model.model_id}"
    client.create_model_version("churn", source, run_id=run.run_id, model_id=model.model_id, await_creation_for=0)
    return Dev(uri, ClientRegistry(session), hashes_below(str(files)))


@pytest.fixture(scope="module", params=["proxied files", "local files"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prod")
    proxied = request.param == "proxied files"
    store = stores.make_store(folder).uri
    with servers.mlflow_server(store, folder / "artifacts", serve_artifacts=proxied) as address:
        yield address


@dataclass
class Prod:
    """Where it goes, over a line that can break, and a client that sees what is truly there."""

    proxy: CuttingProxy
    registry: ClientRegistry
    promotions: Promotions
    flow: WriteFlow
    ledger: Ledger
    other: Any
    name: str
    earlier: frozenset[str] = frozenset()  # runs of other tests

    def promote(self, dev: Dev, version: str = "1") -> WriteResult:
        made = dev.registry.get_version("churn", version)
        wanted = wanted_of(f"{self.name} @champion")
        return self.flow.carry_out(self.promotions.plan(made, wanted, ("dev", dev.registry)))

    def runs(self) -> dict[str, str]:
        """The lifecycle of each run of this test that holds files, deleted ones as well, by its id."""
        known = self.other.get_experiment_by_name(EXPERIMENT)
        found = self.other.search_runs([known.experiment_id], run_view_type=3) if known is not None else []
        return {run.info.run_id: run.info.lifecycle_stage for run in found if run.info.run_id not in self.earlier}

    def versions(self) -> list[Any]:
        return list(self.other.search_model_versions(f"name = '{self.name}'"))


@pytest.fixture
def prod(dev: Dev, server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Prod]:
    from mlflow import MlflowClient

    other = MlflowClient(server, registry_uri=server)
    with cutting_proxy(server) as proxy:
        uri = proxy.uri
        environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=SECONDS)
        registry = ClientRegistry(Connection(uri, uri, SECONDS))
        ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana@bastion")
        copies = RegistryWrites(registry, ledger, place=uri)
        moves = AliasMoves(registry, ledger, place=uri)
        promotions = Promotions(registry, copies, moves, None)
        kinds: dict[str, Callable[[], WriteKind]] = {
            "promotion": lambda: promotions,
            "version": lambda: copies,
            "model alias": lambda: moves,
        }
        flow = WriteFlow(ledger, FrozenClock(), kinds, context="prod", read_only=False)
        name = request.node.name.replace("[", " ").replace("]", "")[-50:]
        made = Prod(proxy, registry, promotions, flow, ledger, other, name)
        made.earlier = frozenset(made.runs())
        yield made


def left_here() -> list[str]:
    return [one.name for one in Path(tempfile.gettempdir()).glob("mlflow-deck-*") if (one / "files").exists()]


def test_the_files_arrive_as_they_were_and_the_alias_is_moved_and_put_back(
    dev: Dev, prod: Prod, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # of other tests that run meanwhile there may be more
    before = left_here()
    told = prod.promote(dev)
    assert told.outcome is Outcome.DONE, told.report.problem
    (made,) = prod.versions()
    assert made.tags[COPIED_FROM] == ORIGIN
    assert prod.other.get_registered_model(prod.name).aliases == {"champion": made.version}
    assert prod.runs() == {made.run_id: "active"}
    run = prod.other.get_run(made.run_id)
    assert run.data.metrics == {"auc": 0.6, "loss": 0.3} and run.info.status == "FINISHED"
    assert run.data.params == {"depth": "3"} and dev.registry.source_params("0" * 32) == {}
    folder = tmp_path / "fetched"
    folder.mkdir()
    assert prod.registry.fetch_version(prod.name, made.version, str(folder)) == dev.hashes == hashes_below(str(folder))
    entry = prod.ledger.read().entries[-1]
    assert (entry.what, entry.outcome, len(entry.details["steps"])) == ("version.promote", "done", 2)
    moves = AliasMoves(prod.registry, prod.ledger, place=prod.proxy.uri)
    (move,) = moves.told(prod.ledger.read().entries, prod.name)
    assert [(step.alias, step.expected, step.to) for step in done_steps(move)] == [("champion", None, made.version)]
    back = told.taken_back
    assert back is not None and prod.flow.carry_out(prod.flow.dressed(back)).outcome is Outcome.DONE
    assert prod.other.get_registered_model(prod.name).aliases == {}
    assert left_here() == before, "nothing of it stays on this machine"


def test_a_lost_answer_makes_no_second_version(dev: Dev, prod: Prod) -> None:
    cut(prod, "model-versions/create")
    told = prod.promote(dev)
    assert told.outcome is Outcome.DONE, told.report.problem
    assert len(prod.versions()) == 1 and list(prod.runs().values()) == ["active"]


def test_a_run_whose_making_was_not_answered_is_found_by_its_tag(dev: Dev, prod: Prod) -> None:
    cut(prod, "runs/create")
    told = prod.promote(dev)
    assert told.outcome is Outcome.DONE, told.report.problem
    (made,) = prod.versions()
    assert prod.runs() == {made.run_id: "active"}


def test_a_run_that_cannot_even_be_looked_for_is_named(dev: Dev, prod: Prod) -> None:
    cut(prod, "runs/create")
    prod.proxy.refused["runs/search"] = 500
    told = prod.promote(dev)
    (run_id,) = prod.runs()
    attempt = prod.other.get_run(run_id).data.tags["mlflow_deck.carried_by"]
    assert told.outcome is Outcome.NOT_DONE and prod.versions() == []
    assert attempt in str(told.report.problem) and f"the experiment {EXPERIMENT}" in str(told.report.problem)


def test_half_an_upload_is_deleted_and_nothing_registered(
    dev: Dev, prod: Prod, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    whole = MlflowClient.log_artifacts

    def half(self: Any, run_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        (Path(local_dir) / "data" / "weights.bin").rename(Path(local_dir).parent / "weights.bin")
        whole(self, run_id, local_dir, artifact_path)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MlflowClient, "log_artifacts", half)
    told = prod.promote(dev)
    assert told.outcome is Outcome.REFUSED and "No space left on device" in str(told.report.problem)
    assert prod.versions() == [] and list(prod.runs().values()) == ["deleted"]


def test_a_logged_model_takes_its_own_metrics_along(dev: Dev, prod: Prod) -> None:
    assert prod.promote(dev, "2").outcome is Outcome.DONE
    (run_id,) = prod.runs()
    assert prod.other.get_run(run_id).data.metrics == {"auc": 0.7, "loss": 0.3}, "and the run's for the rest"


def test_what_cannot_be_deleted_is_named(dev: Dev, prod: Prod, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow import MlflowClient

    def fails(*_: object) -> None:
        prod.proxy.refused["runs/delete"] = 500
        raise OSError("the line broke")

    monkeypatch.setattr(MlflowClient, "log_artifacts", fails)
    told = prod.promote(dev)
    (run_id,) = prod.runs()
    assert told.outcome is Outcome.NOT_DONE
    assert f"is left: run {run_id} in the experiment {EXPERIMENT}" in str(told.report.problem)


def test_files_that_come_out_other_than_they_went_in_are_no_version(dev: Dev, prod: Prod, tmp_path: Path) -> None:
    folder = tmp_path / "way" / "files"
    folder.mkdir(parents=True)
    carried = CarriedVersion(ORIGIN, str(folder), dev.registry.fetch_version("churn", "1", str(folder)))
    torn = replace(carried, hashes={**carried.hashes, "MLmodel": "0" * 64})
    uri, source = prod.proxy.uri, SourceRun("x", metrics={f"m-{number}": 1.0 for number in range(1500)})
    torn = replace(torn, params={f"p-{number}": "1" for number in range(150)})
    with pytest.raises(Problem, match="MLmodel of 2 files came out other than they went in"):
        put_into(prod.registry.client, prod.name, torn, source, (uri, uri), "prod")
    (run_id,) = prod.runs()
    data = prod.other.get_run(run_id).data
    assert len(data.metrics) == 1500 and len(data.params) == 150, "however many there are"
    assert prod.versions() == [] and list(prod.runs().values()) == ["deleted"]


def cut(prod: Prod, request: str) -> None:
    """Lose the answer to the next such request."""

    def look(line: str) -> None:
        if request in line:
            prod.proxy.fates[:] = ["cut after"]
            prod.proxy.at_request = lambda _line: None

    prod.proxy.at_request = look
