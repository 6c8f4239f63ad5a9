"""Several models or versions written as one plan on a real store and server, and over a line that breaks midway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import servers, stores
from tests.support.cutting_proxy import CuttingProxy, Fate, cutting_proxy
from tests.support.fakes import FrozenClock
from tui.domain.writes import changes
from tui.domain.writes.changes import ThingState
from tui.gateway import environment
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.ledger import Ledger
from tui.services.registry_writes import RegistryWrites
from tui.services.write_flow import Outcome, WriteFlow, WriteResult

SECONDS = 30.0
DONE, SKIPPED, UNKNOWN, NOT_DONE = Outcome.DONE, Outcome.SKIPPED, Outcome.UNKNOWN, Outcome.NOT_DONE


@dataclass
class Scene:
    """The writes, the registry that they go to, and a second client that sees what is truly there."""

    writes: RegistryWrites
    flow: WriteFlow
    registry: ClientRegistry
    ledger: Ledger
    other: Any
    names: tuple[str, ...]
    uri: str
    proxy: CuttingProxy | None = None

    def truly(self) -> dict[str, str | None]:
        """The owner of each model that is there."""
        found = self.other.search_registered_models()
        return {model.name: model.tags.get("owner") for model in found if model.name in self.names}

    def versions(self) -> dict[str, str | None]:
        """The tag of each version of the first model that is there."""
        found = self.other.search_model_versions(f"name='{self.names[0]}'")
        return {str(made.version): made.tags.get("checked") for made in found}

    def cut(self, request: str, at: int, *fates: Fate) -> None:
        """What happens from the request on whose first line holds ``request`` for the ``at``-th time."""
        assert self.proxy is not None
        proxy, seen = self.proxy, [0]

        def look(line: str) -> None:
            if request in line:
                seen[0] += 1
                if seen[0] == at:
                    proxy.fates[:] = fates

        proxy.at_request = look

    def models(self, *names: str) -> list[ThingState]:
        """These models as they are, those that are gone left out."""
        return self.writes.models(names)

    def tag(self, models: list[ThingState], value: str) -> list[Outcome]:
        return outcomes(self.flow.carry_out(changes.tagging(models, {"owner": value})))

    def delete(self, plan: changes.Plan) -> list[Outcome]:
        return outcomes(self.flow.carry_out(self.flow.dressed(plan)))


def _scene(uri: str, direct: str, folder: Path, stem: str, proxy: CuttingProxy | None = None) -> Scene:
    from mlflow import MlflowClient

    environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=SECONDS)
    other = MlflowClient(direct, registry_uri=direct)
    names = tuple(f"{stem} {letter}" for letter in "abc")
    for name in names:
        other.create_registered_model(name, tags={"owner": "ana"})
        for _ in range(3):
            other.create_model_version(name, "s3://bucket/model", await_creation_for=0)
        other.set_registered_model_alias(name, "champion", "2")
    registry = ClientRegistry(Connection(uri, uri, SECONDS))
    ledger = Ledger(folder / "ledger.jsonl", FrozenClock(), "ana@bastion")
    writes = RegistryWrites(registry, ledger, place=uri)
    writes.models(names)  # whatever MLflow asks once has been asked
    kinds = dict.fromkeys(("model", "version"), lambda: writes)
    flow = WriteFlow(ledger, FrozenClock(), kinds, context="prod", read_only=False)
    return Scene(writes, flow, registry, ledger, other, names, uri, proxy)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("several")
    with servers.mlflow_server(stores.make_store(folder).uri, folder / "artifacts") as address:
        yield address


@pytest.fixture
def scene(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    stem = request.node.name[-60:].replace("/", "-").replace(":", "-")
    with cutting_proxy(server) as proxy:
        yield _scene(proxy.uri, server, tmp_path, stem, proxy)


@pytest.fixture(params=["sqlite", "server"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    """Over a line that holds."""
    uri = stores.make_store(tmp_path).uri if request.param == "sqlite" else request.getfixturevalue("server")
    return _scene(uri, uri, tmp_path, f"whole {request.node.name[-50:]}")


def outcomes(told: WriteResult) -> list[Outcome]:
    return [result.outcome for result in told.report.results]


def test_several_models_are_tagged_and_deleted(whole: Scene) -> None:
    a, b, c = whole.names
    assert whole.tag(whole.models(a, b, c), "zoe") == [DONE] * 3
    assert whole.truly() == {a: "zoe", b: "zoe", c: "zoe"}
    going = whole.flow.dressed(whole.writes.deletion_of_models([a, c]))
    assert [change.before for change in going.changes] == ["3 versions, newest v3, champion v2"] * 2
    assert (going.typed, changes.refusals(going)) == ("2 models", ())
    assert whole.delete(going) == [DONE, DONE]
    assert whole.truly() == {b: "zoe"}
    assert [known.name for known in whole.models(*whole.names)] == [b]
    assert {entry.outcome for entry in whole.ledger.read().entries} == {"done"}


def test_what_was_changed_meanwhile_is_not_deleted(whole: Scene) -> None:
    a, b, _ = whole.names
    seen = whole.writes.deletion_of_models([a, b])
    whole.other.create_model_version(b, "s3://bucket/model", await_creation_for=0)
    assert whole.delete(seen) == [DONE, Outcome.CONFLICT]
    assert a not in whole.truly() and b in whole.truly()
    whole.other.set_registered_model_alias(b, "champion", "1")
    assert whole.delete(whole.writes.deletion_of_models([b])) == [DONE]


def test_several_versions_are_tagged_and_deleted(whole: Scene) -> None:
    name = whole.names[0]
    tagged = changes.tagging(whole.writes.versions(name, "12"), {"checked": "yes"})
    other = changes.tagging(whole.writes.versions(name, "3"), {"checked": "no"})
    told = whole.flow.carry_out(changes.Plan((*tagged.changes, *other.changes)))
    assert outcomes(told) == [DONE] * 3 and told.outcome is DONE
    assert whole.versions() == {"1": "yes", "2": "yes", "3": "no"}
    going = whole.writes.deletion_of_versions(name, "23")
    assert [change.before for change in going.changes] == ["champion", ""]
    assert whole.delete(going) == [DONE, DONE]
    assert whole.versions() == {"1": "yes"}


def test_the_last_change_is_taken_back_also_by_the_next_deck(whole: Scene) -> None:
    name = whole.names[0]
    first = whole.flow.carry_out(changes.tagging(whole.models(name), {"owner": "zoe"}))
    whole.flow.carry_out(changes.noting(whole.models(name)[0], "Used by billing."))
    later = RegistryWrites(whole.registry, whole.ledger, place=whole.uri)
    described = later.undo(name)
    assert described is not None and (described.of, described.changes[0].before) == (2, "Used by billing.")
    assert whole.flow.carry_out(described).outcome is DONE
    tagged = later.undo(name)
    assert tagged is not None and tagged.of == first.report.number
    whole.other.set_registered_model_tag(name, "owner", "theirs")
    assert whole.flow.carry_out(tagged).outcome is Outcome.CONFLICT and whole.truly()[name] == "theirs"
    whole.other.set_registered_model_tag(name, "owner", "zoe")
    assert whole.flow.carry_out(tagged).outcome is DONE
    assert later.undo(name) is None and whole.truly()[name] == "ana"


def test_a_model_is_made_renamed_and_gets_a_version(whole: Scene) -> None:
    name = f"{whole.names[0]} new"
    made = whole.flow.carry_out(whole.writes.creation(name))
    assert made.outcome is DONE and made.taken_back is None, "it is deleted, which is not taken back by itself"
    assert whole.flow.carry_out(whole.writes.creation(name)).outcome is Outcome.CONFLICT
    renamed = whole.flow.carry_out(changes.renaming(whole.models(name)[0], f"{name}er"))
    assert renamed.outcome is DONE and {which for _, which in renamed.touched} == {name, f"{name}er"}
    back = whole.writes.undo(f"{name}er")
    assert back is not None and whole.flow.carry_out(back).outcome is DONE and whole.models(name)
    first = whole.registry.get_version(whole.names[0], "1")
    copied = whole.flow.carry_out(whole.flow.dressed(whole.writes.copy(first, name)))
    assert copied.outcome is DONE and copied.done[0].id == f"{name}/1"
    whole.other.delete_registered_model(name)


# The second of three writes breaks; where reading back is cut too, nobody can tell.
CUTS: list[tuple[list[Fate], Outcome, bool]] = [
    (["cut before"], NOT_DONE, False),
    (["cut after"], DONE, True),
    (["cut before", "cut before"], UNKNOWN, False),
    (["cut after", "cut before"], UNKNOWN, True),
    (["pass", "cut after"], UNKNOWN, True),
]
IDS = [" ".join(cut[0]) for cut in CUTS]


@pytest.mark.parametrize(("fates", "outcome", "written"), CUTS, ids=IDS)
def test_the_line_is_cut_while_models_are_deleted(
    scene: Scene, fates: list[Fate], outcome: Outcome, written: bool
) -> None:
    a, b, c = scene.names
    seen = scene.flow.dressed(scene.writes.deletion_of_models(scene.names))
    scene.cut("registered-models/delete ", 2, *fates)
    told = scene.flow.carry_out(seen)
    assert outcomes(told) == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert scene.truly().keys() == {b, c} - ({b} if written else set()) - ({c} if outcome is DONE else set())
    entry = scene.ledger.read().entries[0]
    assert [step["outcome"] for step in entry.result["steps"]] == [one.value for one in outcomes(told)]
    # Finishing reads again what is left, and deletes what is there.
    left = scene.flow.finishing(told)
    assert [change.id for change in left.changes] == sorted(scene.truly())
    if outcome is UNKNOWN:
        steps = scene.ledger.read().entries[0].result["steps"]
        assert steps[1]["outcome"] == ("done" if written else "not done"), "what became of it is on record now"
    if left.changes:
        assert left.typed == (left.changes[0].id if len(left.changes) == 1 else f"{len(left.changes)} models")
        assert set(outcomes(scene.flow.carry_out(left))) == {DONE}
    assert not scene.truly() and a not in scene.truly()


@pytest.mark.parametrize(("fates", "outcome", "written"), CUTS, ids=IDS)
def test_the_line_is_cut_while_models_are_tagged(
    scene: Scene, fates: list[Fate], outcome: Outcome, written: bool
) -> None:
    a, b, c = scene.names
    seen = scene.models(a, b, c)
    scene.cut("registered-models/set-tag ", 2, *fates)
    assert scene.tag(seen, "zoe") == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert scene.truly() == {a: "zoe", b: "zoe" if written else "ana", c: "zoe" if outcome is DONE else "ana"}
    if outcome is not DONE:
        assert set(scene.tag(scene.models(b, c), "zoe")) == {DONE}
    assert set(scene.truly().values()) == {"zoe"}


@pytest.mark.parametrize(("fates", "outcome", "written"), CUTS, ids=IDS)
@pytest.mark.parametrize("deed", ["set-tag", "delete"])
def test_the_line_is_cut_while_versions_are_written(
    scene: Scene, fates: list[Fate], outcome: Outcome, written: bool, deed: str
) -> None:
    name = scene.names[0]
    if deed == "set-tag":
        plan = changes.tagging(scene.writes.versions(name, "123"), {"checked": "yes"})
    else:
        plan = scene.writes.deletion_of_versions(name, "123")
    scene.cut(f"model-versions/{deed} ", 2, *fates)
    told = scene.flow.carry_out(plan)
    if deed == "set-tag":
        done = {at for at, value in scene.versions().items() if value == "yes"}
    else:
        done = set("123") - scene.versions().keys()
    assert outcomes(told) == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert done == {"1"} | ({"2"} if written else set()) | ({"3"} if outcome is DONE else set())
    entry = scene.ledger.read().entries[-1]
    assert [step["outcome"] for step in entry.result["steps"]] == [one.value for one in outcomes(told)]
