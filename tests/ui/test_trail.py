"""Back and forward through the pages that were open, and the recent ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.driver import Deck
from tests.support.model_shop import model_shop
from tests.support.models import open_models
from tui.app.application import DeckApp
from tui.app.contexts import Trail, Visit
from tui.ui.routes import LedgerRoute, ModelRoute, VersionRoute


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


def crumbs(deck: Deck[int]) -> str:
    assert isinstance(deck.app, DeckApp) and deck.app.page is not None
    return " › ".join(deck.app.page.crumbs)


async def test_back_and_forward_as_in_a_browser(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        app = deck.app
        assert isinstance(app, DeckApp)
        app.go(ModelRoute("churn"))
        await deck.until(lambda: crumbs(deck) == "models › churn", "the model's page is open")
        page = app.page
        app.go(VersionRoute("churn", "12"))
        await deck.until(lambda: crumbs(deck) == "models › churn › v12", "the version's page is open")
        await deck.press("ctrl+o")
        await deck.until(lambda: app.page is page, "the page beneath is there as it was left")
        await deck.press("alt+right")
        await deck.until(lambda: crumbs(deck) == "models › churn › v12", "forward again")
        await deck.press("escape")
        await deck.until(lambda: app.page is page, "esc is a step back too")
        await deck.press("alt+right")
        await deck.until(lambda: crumbs(deck) == "models › churn › v12", "and forward")
        await deck.press("1")
        await deck.until(lambda: app.top_here == "browse", "another top")
        await deck.press("ctrl+o")
        await deck.until(lambda: crumbs(deck) == "models › churn › v12", "back to a page of another top")
        await deck.press("alt+right")
        await deck.until(lambda: app.top_here == "browse", "and forward to the top")
        await deck.press("alt+right")
        await deck.until(lambda: "no page to go forward to" in message(deck), "there is nothing after it")


async def test_a_recent_place_is_opened_by_its_crumbs(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        app = deck.app
        assert isinstance(app, DeckApp)
        app.go(VersionRoute("churn", "11"))
        await deck.until(lambda: crumbs(deck) == "models › churn › v11", "the version's page is open")
        await deck.press("1")
        await deck.until(lambda: app.top_here == "browse", "another top")
        await deck.press("apostrophe")
        await deck.until_text("Recent places")
        await deck.type("it's")
        await deck.until(lambda: "it's" in deck.text(), "the key is a letter where one types")
        await deck.press(*["backspace"] * 4)
        await deck.type("v11")
        await deck.press("enter")
        await deck.until(lambda: crumbs(deck) == "models › churn › v11", "it is open again")


def test_a_trail() -> None:
    first, ledger, model = Visit("browse"), Visit("browse", LedgerRoute()), Visit("models", ModelRoute("churn"))
    trail = Trail(first)
    assert trail.step(-1) is None and trail.recent() == []
    trail.went(ledger)
    trail.went(Visit("browse", LedgerRoute()))
    trail.went(model)
    assert trail.step(-1) is ledger and trail.step(1) is model and trail.step(1) is None
    assert trail.recent() == [ledger, first]
    trail.closed("models", [])
    assert trail.here.is_same(Visit("models")), "what lies beneath was not gone to before"
    assert trail.step(-1) is model
    trail.went(first)
    assert trail.step(1) is None, "going on forgets what came after"
