"""Models of Unity Catalog on the screen: by schema, with what serves, and with refusals explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.driver import Deck, drive
from tests.support.fakes import FrozenClock
from tui.app.application import DeckApp
from tui.config.launch import Options, resolve
from tui.config.model import Settings
from tui.demo.simulated.server import NOW_MS
from tui.demo.simulated.state import Workspace
from tui.services.session import Session, open_session


@pytest.fixture
def opened(request: pytest.FixtureRequest, profile: str, tmp_path: Path) -> Iterator[Session]:
    registry = getattr(request, "param", None)
    options = Options(profile=profile, registry_uri=registry)
    settings = Settings(cache=False, requests_a_second=1000)
    session = open_session(resolve(options, {}, tmp_path, settings), None, FrozenClock(NOW_MS))
    yield session
    session.close()


async def to_models(deck: Deck[int], shown: str) -> None:
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(lambda: app.begun and app.page is not None, "the context is open")
    await deck.press("2")
    await deck.until_text(shown)


def app_on(session: Session) -> DeckApp:
    return DeckApp(session.launch, lambda _launch: session, environment={}, folder=Path())


async def test_by_catalog_and_schema(opened: Session) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_models(deck, "prod.agents.helpdesk")
        await deck.press("C")
        await deck.until_text("every catalog")
        assert "finance" not in deck.text()
        await deck.press("down", "down", "down", "enter")
        await deck.until_text("every schema")
        await deck.press("down", "down", "enter")
        await deck.until_text("server: name LIKE 'prod.ml.%'")
        await deck.until(lambda: "helpdesk" not in deck.text(), "the other schemas are gone")
        await deck.until_text("prod.ml.churn       ┊ v12")


async def test_the_board_and_the_versions_say_what_serves_off_its_alias(opened: Session) -> None:
    async with drive(app_on(opened), (200, 50)) as deck:
        await to_models(deck, "prod.ml.churn")
        await deck.until_text("⚠ churn-prod v11 90%, v10 10%  churn-canary v12")
        assert "┊ fraud-scoring v4 " in deck.text(), "no sign where the alias is served"
        await deck.press("G", "k", "enter")
        await deck.until_text("models › prod.ml.churn")
        await deck.until_text("⚠ churn-prod 90%")
        assert "v11" in deck.line_with("⚠ churn-prod 90%") and "v10" in deck.line_with("⚠ churn-prod 10%")
        champion = next(line for line in deck.lines() if "v12" in line and "churn-canary" in line)
        assert "champion" in champion and "⚠ churn-canary" not in champion


async def test_a_move_says_what_serves_and_a_refusal_what_to_ask_for(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_models(deck, "prod.ml.fraud-cards")
        await deck.press("G")
        await deck.until_text("models › prod.ml.fraud-cards")
        await deck.press("a")
        await deck.until_text("Needs to own prod.ml.fraud-cards; you have APPLY TAG")
        await deck.until_text("GRANT MANAGE ON FUNCTION prod.ml.`fraud-cards` TO `ada@example.com`;")
        await deck.press("y")
        await deck.until_text("Copied the statement")
        await deck.press("escape", "k", "a")
        await deck.until_text("churn-prod goes on serving v11")
        await deck.press("escape", "V")
        await deck.until_text("serving › churn-canary")
        assert "fraud-scoring" not in deck.text() and "churn-prod" in deck.text()
    assert workspace.asked("/api/2.0/mlflow/unity-catalog/registered-models/alias", "POST") == 0


@pytest.mark.parametrize("opened", ["workspace"], indirect=True)
async def test_the_workspace_s_own_registry_is_marked(opened: Session) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_models(deck, "churn-legacy")
        await deck.until_text("legacy registry of the workspace")
