"""The open-source Unity Catalog, as far as its interface goes: what it has is shown, what it lacks is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databricks.test_models_screen import app_on, to_models
from tests.support.driver import drive
from tests.support.fakes import FrozenClock
from tests.support.oss_catalog import OssCatalog, oss_catalog
from tests.support.snapshots import Picture
from tests.support.stores import make_store
from tui.config.launch import Options, resolve
from tui.config.model import Settings
from tui.demo.simulated.server import NOW_MS
from tui.domain.problem import Kind, Problem
from tui.gateway import environment
from tui.gateway.prompts import ClientPrompts
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.session import Session, open_session

IRIS = "unity.default.iris"


@pytest.fixture
def served() -> Iterator[tuple[OssCatalog, str]]:
    with oss_catalog() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path, calm_environment: Path) -> str:
    return make_store(tmp_path).uri


@pytest.fixture
def registry(served: tuple[OssCatalog, str], store: str) -> ClientRegistry:
    environment.prepare(tracking_uri=store, registry_uri=served[1], profile=None, extra={}, timeout_s=20.0)
    return ClientRegistry(Connection(store, served[1], 20.0))


@pytest.fixture
def opened(served: tuple[OssCatalog, str], store: str, tmp_path: Path) -> Iterator[Session]:
    options = Options(tracking_uri=store, registry_uri=served[1])
    session = open_session(resolve(options, {}, tmp_path, Settings(cache=False)), None, FrozenClock(NOW_MS))
    yield session
    session.close()


def test_models_and_versions_are_read_page_by_page(registry: ClientRegistry) -> None:
    first = registry.search_models()
    rest = registry.search_models(token=first.next_token)
    names = [model.name for page in (first, rest) for model in page.models]
    assert names == [IRIS, "unity.default.churn", "unity.risk.limits"] and rest.next_token is None
    assert registry.get_model(IRIS).description == "About iris"
    versions = registry.search_versions(IRIS)
    assert [made.version for made in versions.versions] == ["1", "2"] and versions.next_token == "2"
    assert registry.get_version(IRIS, "3").run_id == f"{3:032x}"
    assert "temporary-model-version-credentials" in registry.version_facts(IRIS, "1").unread


def test_descriptions_and_deletion_are_written(registry: ClientRegistry, served: tuple[OssCatalog, str]) -> None:
    registry.describe_model(IRIS, "new")
    registry.describe_version(IRIS, "2", "better")
    registry.delete_version(IRIS, "1")
    assert registry.get_model(IRIS).description == "new"
    assert registry.get_version(IRIS, "2").description == "better"
    assert sorted(served[0].versions[IRIS]) == [2, 3]
    with pytest.raises(Problem) as caught:
        registry.get_version(IRIS, "1")
    assert caught.value.kind is Kind.NOT_FOUND


def test_what_it_lacks_is_said_and_not_asked(registry: ClientRegistry, served: tuple[OssCatalog, str]) -> None:
    lacking: list[Callable[[], object]] = [
        lambda: registry.set_alias(IRIS, "champion", "1"),
        lambda: registry.delete_alias(IRIS, "champion"),
        lambda: registry.tag_model(IRIS, "team", "growth"),
        lambda: registry.tag_version(IRIS, "1", "team", None),
        lambda: registry.rename_model(IRIS, "unity.default.flower"),
        lambda: registry.copy_version(IRIS, "1", "unity.default.flower"),
        lambda: registry.search_models(filter_string="name LIKE 'unity.%'"),
        ClientPrompts(registry._session).search_models,
        lambda: registry.registered_as([f"{1:032x}"]),
    ]
    for ask in lacking:
        with pytest.raises(Problem) as caught:
            ask()
        assert caught.value.kind is Kind.UNSUPPORTED and "Unity Catalog" in caught.value.message and caught.value.hint
    assert served[0].asked == []


async def test_on_the_screen(opened: Session) -> None:
    async with drive(app_on(opened), (200, 50)) as deck:
        await to_models(deck, IRIS)
        await deck.until_text("3 models · open-source Unity Catalog")
        await deck.until_text("its interface has no aliases, tags or renaming")
        # The list of models tells nothing of versions: they are counted, page by page as far as the first.
        await deck.until(lambda: "v1" in deck.line_with("About churn"), "the newest version is told")
        await deck.until(lambda: "≥2" in deck.line_with(IRIS), "more than a page is said to be more")
        assert "champion" not in deck.text() and "⚠" not in deck.text()
        await deck.until_text("unity.risk.limits")
        await deck.press("g", "enter")
        await deck.until_text("models › unity.default.churn")
        await deck.until_text("v1")
        assert "no-champion" not in deck.text(), "where there are no aliases, none is missed"
        await deck.until(lambda: "v1" in deck.line_with("newest"), "the newest version is told")
        assert "move" not in deck.lines()[-1]
        on_top = deck.app.screen
        await deck.press("a", "t")
        await deck.settle()
        assert deck.app.screen is on_top, "keys for what is not there do nothing"


async def test_a_picture(opened: Session, picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # so that the store's path is shown as ~/mlflow.db
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_models(deck, IRIS)
        await deck.until(lambda: "≥2" in deck.line_with(IRIS), "the versions are counted")
        await deck.until_text("cannot be read")
        await deck.until(
            lambda: not opened.log.in_flight and "request" not in deck.lines()[-1], "nothing is being asked"
        )
        await deck.settle()
        picture(deck)
