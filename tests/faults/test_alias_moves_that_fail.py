"""Moving aliases on a real server while others move them, and over a line that breaks at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import servers, stores
from tests.support.cutting_proxy import CuttingProxy, Fate, cutting_proxy
from tests.support.fakes import FrozenClock
from tests.support.flows import Mover, aliases_found, put_back
from tui.domain.writes import plans as alias_plan
from tui.gateway import environment
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.ledger import Ledger
from tui.services.write_flow import Outcome

SECONDS = 30.0


@dataclass
class Scene:
    """The desk behind the proxy, and a second client that talks to the server itself."""

    moves: Mover
    proxy: CuttingProxy
    other: Any
    model: str

    def truly(self, alias: str = "champion") -> str | None:
        aliases = self.other.get_registered_model(self.model).aliases
        return str(aliases[alias]) if alias in aliases else None

    def plan(self, **wanted: str | None) -> alias_plan.AliasPlan:
        return alias_plan.plan(self.model, self.moves.state(self.model), wanted)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("aliases")
    with servers.mlflow_server(stores.make_store(folder).uri, folder / "artifacts") as address:
        yield address


@pytest.fixture
def scene(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    from mlflow import MlflowClient

    model = f"churn of {request.node.name[:60]}".replace("/", "-").replace(":", "-")
    with cutting_proxy(server) as proxy:
        environment.prepare(tracking_uri=proxy.uri, registry_uri=proxy.uri, profile=None, extra={}, timeout_s=SECONDS)
        other = MlflowClient(server, registry_uri=server)
        other.create_registered_model(model)
        for _ in range(3):
            other.create_model_version(model, "s3://bucket/model", await_creation_for=0)
        other.set_registered_model_alias(model, "champion", "2")
        other.set_registered_model_alias(model, "challenger", "3")
        registry = ClientRegistry(Connection(proxy.uri, proxy.uri, SECONDS))
        ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana@bastion")
        scene = Scene(Mover(registry, ledger, place=proxy.uri), proxy, other, model)
        scene.moves.state(model)  # whatever MLflow asks once has been asked
        yield scene


def test_done_and_undone(scene: Scene) -> None:
    assert scene.moves.carry_out(scene.plan(champion="1"), "latency").outcome is Outcome.DONE
    assert scene.truly() == "1"
    undo = scene.moves.undo_plan(scene.model)
    assert undo is not None and scene.moves.carry_out(undo).outcome is Outcome.DONE
    assert scene.truly() == "2"
    assert [entry.outcome for entry in scene.moves.entries(scene.model)] == ["done", "done"]


def test_a_second_client_between_the_panel_and_the_write(scene: Scene) -> None:
    plan = scene.plan(champion="1")
    scene.other.set_registered_model_alias(scene.model, "champion", "3")
    report = scene.moves.carry_out(plan)
    assert report.outcome is Outcome.CONFLICT
    assert aliases_found(report) == {"champion": "3"}
    assert scene.truly() == "3"
    assert scene.moves.entries(scene.model)[0].outcome == "conflict"
    assert not any(" /api/2.0/mlflow/registered-models/alias" in line and "POST" in line for line in scene.proxy.seen)


def test_a_second_client_between_the_write_and_the_reading_back(scene: Scene) -> None:
    plan = scene.plan(champion="1")
    seen: list[str] = []

    def quicker(line: str) -> None:
        seen.append(line)
        if len(seen) == 4:
            scene.other.set_registered_model_alias(scene.model, "champion", "3")

    scene.proxy.at_request = quicker
    report = scene.moves.carry_out(plan)
    assert report.outcome is Outcome.OVERTAKEN
    assert scene.truly() == "3" == aliases_found(report)["champion"]


def test_the_version_is_deleted_meanwhile(scene: Scene) -> None:
    plan = scene.plan(champion="1")
    scene.other.delete_model_version(scene.model, "1")
    report = scene.moves.carry_out(plan)
    assert report.outcome is Outcome.REFUSED
    assert report.report.problem is not None and "not found" in report.report.problem.message
    assert scene.truly() == "2"


# The requests of a move: it is read again; MLflow's client reads it once more and posts; it is read back.
STEPS: list[tuple[list[Fate], Outcome, str, str]] = [
    (["cut before"], Outcome.NOT_DONE, "2", "not done"),
    (["cut after"], Outcome.NOT_DONE, "2", "not done"),
    (["pass", "cut before"], Outcome.NOT_DONE, "2", "not done"),
    (["pass", "pass", "cut before"], Outcome.NOT_DONE, "2", "not done"),
    (["pass", "pass", "cut after"], Outcome.DONE, "1", "done"),
    (["pass", "pass", "pass", "cut before"], Outcome.UNKNOWN, "1", "done"),
    (["pass", "pass", "pass", "cut after"], Outcome.UNKNOWN, "1", "done"),
    (["pass", "pass", "cut after", "cut before"], Outcome.UNKNOWN, "1", "done"),
    (["pass", "pass", "cut before", "cut before"], Outcome.UNKNOWN, "2", "not done"),
]


@pytest.mark.parametrize(("fates", "outcome", "truly", "settled"), STEPS, ids=[" ".join(step[0]) for step in STEPS])
def test_the_line_is_cut(scene: Scene, fates: list[Fate], outcome: Outcome, truly: str, settled: str) -> None:
    plan = scene.plan(champion="1")
    scene.proxy.seen.clear()
    scene.proxy.fates = list(fates)
    report = scene.moves.carry_out(plan)
    assert report.outcome is outcome, scene.proxy.seen
    assert scene.truly() == truly
    assert scene.moves.entries(scene.model)[0].outcome == outcome.value
    posts = [line for line in scene.proxy.seen if line.startswith("POST")]
    assert len(posts) <= 1, "a write is never tried again"
    scene.moves.settle(scene.model)
    assert scene.moves.entries(scene.model)[0].outcome == settled


def test_a_plan_is_cut_midway_and_put_back(scene: Scene) -> None:
    plan = scene.plan(champion="3", challenger=None)
    passes: list[Fate] = ["pass"] * 8
    scene.proxy.fates = [*passes, "cut before"]
    report = scene.moves.carry_out(plan)
    assert report.outcome is Outcome.PARTLY
    assert (scene.truly("champion"), scene.truly("challenger")) == ("3", "3")
    back = put_back(report)
    assert back is not None and scene.moves.carry_out(back).outcome is Outcome.DONE
    assert (scene.truly("champion"), scene.truly("challenger")) == ("2", "3")


def test_two_desks_move_the_same_alias_at_the_same_time(scene: Scene, tmp_path: Path) -> None:
    import threading

    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ben@bastion")
    second = Mover(scene.moves.registry, ledger, place=scene.proxy.uri)
    plans = [scene.plan(champion="1"), scene.plan(champion="3")]
    reports: list[Outcome] = []
    ready = threading.Barrier(2)

    def run(desk: Mover, plan: alias_plan.AliasPlan) -> None:
        ready.wait()
        reports.append(desk.carry_out(plan).outcome)

    threads = [threading.Thread(target=run, args=pair) for pair in zip((scene.moves, second), plans, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = scene.moves.entries(scene.model)
    done = [entry for entry in entries if entry.outcome == "done"]
    assert {entry.number for entry in entries} == {1, 2}
    assert len(reports) == 2 and set(reports) <= {Outcome.DONE, Outcome.CONFLICT, Outcome.OVERTAKEN}
    assert scene.truly() in {"1", "3"}
    if len(done) == 1:
        (step,) = done[0].details["steps"]
        assert scene.truly() == step["to"] or Outcome.OVERTAKEN in reports
