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
from tui.domain.models.values import RegisteredModel
from tui.gateway import environment
from tui.gateway.registry.client import ClientRegistry
from tui.gateway.session import Session
from tui.services.ledger import Ledger
from tui.services.model_writes import ModelWrites
from tui.services.models_together import as_they_are, going
from tui.services.writes import Outcome, Report

SECONDS = 30.0
DONE, SKIPPED, UNKNOWN, NOT_DONE = Outcome.DONE, Outcome.SKIPPED, Outcome.UNKNOWN, Outcome.NOT_DONE


@dataclass
class Scene:
    """The writes, the registry that they go to, and a second client that sees what is truly there."""

    writes: ModelWrites
    registry: ClientRegistry
    ledger: Ledger
    other: Any
    names: tuple[str, ...]
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

    def tag(self, models: tuple[RegisteredModel, ...], value: str) -> list[Outcome]:
        reports = self.writes.each(models, lambda model: self.writes.tag_model(model, "owner", value))
        return [report.outcome for report in reports]

    def delete(self, models: tuple[RegisteredModel, ...]) -> list[Outcome]:
        return [report.outcome for report in self.writes.each(models, self.writes.delete_model)]


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
    registry = ClientRegistry(Session(uri, uri, SECONDS))
    ledger = Ledger(folder / "ledger.jsonl", FrozenClock(), "ana@bastion")
    as_they_are(registry, names)  # whatever MLflow asks once has been asked
    return Scene(ModelWrites(registry, ledger, context="prod", place=uri), registry, ledger, other, names, proxy)


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


def outcomes(report: Report[Any]) -> list[Outcome]:
    return [result.outcome for result in report.results]


def test_several_models_are_tagged_and_deleted(whole: Scene) -> None:
    a, b, c = whole.names
    found = whole.registry.search_models(filter_string=f"name LIKE '{a[:-1]}%'").models
    assert whole.tag(found, "zoe") == [DONE] * 3
    assert whole.truly() == {a: "zoe", b: "zoe", c: "zoe"}
    gone = going(whole.registry, [a, c])
    assert [(one.versions_words, one.aliases_words) for one in gone] == [("3, newest v3", "champion v2")] * 2
    assert whole.delete(tuple(one.model for one in gone)) == [DONE, DONE]
    assert whole.truly() == {b: "zoe"}
    assert as_they_are(whole.registry, whole.names)[0].name == b
    assert {entry.outcome for entry in whole.ledger.read().entries} == {"done"}


def test_what_was_changed_meanwhile_is_not_deleted(whole: Scene) -> None:
    a, b, _ = whole.names
    seen = as_they_are(whole.registry, [a, b])
    whole.other.create_model_version(b, "s3://bucket/model", await_creation_for=0)
    assert whole.delete(seen) == [DONE, Outcome.CONFLICT]
    assert a not in whole.truly() and b in whole.truly()
    whole.other.set_registered_model_alias(b, "champion", "1")
    assert whole.delete(as_they_are(whole.registry, [b])) == [DONE]


def test_several_versions_are_tagged_and_deleted(whole: Scene) -> None:
    name = whole.names[0]
    seen = [whole.registry.get_version(name, at) for at in "123"]
    assert outcomes(whole.writes.tag_versions(seen, "checked", {"1": "yes", "2": "yes", "3": "no"})) == [DONE] * 3
    assert whole.versions() == {"1": "yes", "2": "yes", "3": "no"}
    assert outcomes(whole.writes.delete_versions(seen[1:], {"2": ("champion",)})) == [DONE, DONE]
    assert whole.versions() == {"1": "yes"}


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
    seen = as_they_are(scene.registry, scene.names)
    scene.cut("registered-models/delete ", 2, *fates)
    assert scene.delete(seen) == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert scene.truly().keys() == {b, c} - ({b} if written else set()) - ({c} if outcome is DONE else set())
    assert [entry.outcome for entry in scene.ledger.read().entries][:2] == ["done", outcome.value]
    # Finishing reads again what is left, and deletes what is there.
    left = as_they_are(scene.registry, [b, c])
    assert [model.name for model in left] == sorted(scene.truly())
    assert set(scene.delete(left)) <= {DONE}
    assert not scene.truly() and a not in scene.truly()


@pytest.mark.parametrize(("fates", "outcome", "written"), CUTS, ids=IDS)
def test_the_line_is_cut_while_models_are_tagged(
    scene: Scene, fates: list[Fate], outcome: Outcome, written: bool
) -> None:
    a, b, c = scene.names
    seen = as_they_are(scene.registry, scene.names)
    scene.cut("registered-models/set-tag ", 2, *fates)
    assert scene.tag(seen, "zoe") == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert scene.truly() == {a: "zoe", b: "zoe" if written else "ana", c: "zoe" if outcome is DONE else "ana"}
    assert scene.tag(as_they_are(scene.registry, [b, c]), "zoe") == [DONE, DONE]
    assert set(scene.truly().values()) == {"zoe"}


@pytest.mark.parametrize(("fates", "outcome", "written"), CUTS, ids=IDS)
@pytest.mark.parametrize("deed", ["set-tag", "delete"])
def test_the_line_is_cut_while_versions_are_written(
    scene: Scene, fates: list[Fate], outcome: Outcome, written: bool, deed: str
) -> None:
    name = scene.names[0]
    seen = [scene.registry.get_version(name, at) for at in "123"]
    scene.cut(f"model-versions/{deed} ", 2, *fates)
    if deed == "set-tag":
        report: Report[Any] = scene.writes.tag_versions(seen, "checked", dict.fromkeys("123", "yes"))
        done = {at for at, value in scene.versions().items() if value == "yes"}
    else:
        report = scene.writes.delete_versions(seen, {"2": ("champion",)})
        done = set("123") - scene.versions().keys()
    assert outcomes(report) == [DONE, outcome, DONE if outcome is DONE else SKIPPED]
    assert done == {"1"} | ({"2"} if written else set()) | ({"3"} if outcome is DONE else set())
    entry = scene.ledger.read().entries[-1]
    assert [step["outcome"] for step in entry.result["steps"]] == [one.value for one in outcomes(report)]
