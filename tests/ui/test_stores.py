"""One board over the stores of several contexts, by keys: side by side, one of them down, and what can be done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.deck import OFFLINE, World, message
from tests.support.driver import Deck
from tests.support.model_shop import model_shop
from tui.app.application import DeckApp
from tui.config.launch import Launch
from tui.config.model import ContextSettings, Settings
from tui.domain.models.values import COPIED_FROM, ModelsPage, Signature, SignatureField
from tui.features.compare.screen import VersionDiffScreen
from tui.features.models.model import ModelScreen
from tui.features.models.stores import StoresScreen
from tui.services.registry_desk import Store, reference
from tui.services.session import Session

NAMES = ("dev", "staging", "prod")


@pytest.fixture
def worlds(tmp_path: Path) -> dict[str, World]:
    """Three registries: prod as it is, staging without fraud_score's champion, dev with another churn v12."""
    shared = "http://registry:5000"
    contexts = {
        "dev": ContextSettings("http://dev:5000", registry_uri=shared, catalog="d"),
        "staging": ContextSettings("http://staging:5000", registry_uri=shared, catalog="s"),
        "prod": ContextSettings("http://prod:5000"),
    }
    settings = Settings(contexts=contexts)
    made = {}
    for name in NAMES:
        folder = tmp_path / name
        folder.mkdir()
        made[name] = model_shop(folder, settings=settings, context_name=name)
    made["staging"].registry.move("fraud_score", "champion", None)
    del made["staging"].registry.models["ltv"]
    dev = made["dev"].registry
    dev.change_version("churn", "12", run_id=f"{914:032x}")
    facts = dev.facts["churn", "12"]
    dev.facts["churn", "12"] = replace(facts, signature=Signature((SignatureField("a", "long"),), ()))
    dev.add("d.rank", 2, aliases={"champion": "2"})
    made["staging"].registry.add("s.rank", 1, aliases={"champion": "1"})
    prod = made["prod"]

    def connect(launch: Launch) -> Session:
        prod.opened.append(launch)
        session = made[launch.context_name].session(launch)
        session.close = lambda: prod.closed.append(launch.context_name)
        return session

    prod.connect = connect  # type: ignore[method-assign]
    return made


async def board(deck: Deck[int]) -> StoresScreen:
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await deck.press("0")
    await deck.until(lambda: isinstance(deck.app.screen, StoresScreen), "the board is open")
    screen = deck.app.screen
    assert isinstance(screen, StoresScreen)
    await deck.until(lambda: not any(store.is_reading for store in screen.pane.stores), "every context is read")
    return screen


async def test_side_by_side_and_what_differs(worlds: dict[str, World]) -> None:
    async with worlds["prod"].open((200, 40)) as deck:
        screen = await board(deck)
        assert [launch.context_name for launch in worlds["prod"].opened] == ["dev", "staging"]
        deck.shows("0 Board", "Board · 3 contexts", "dev 6 models", "staging 5 models", "prod 5 models")
        await deck.until_text("signature differs between dev and prod")
        line = deck.line_with("churn  ")
        assert "v12 in dev and in prod are from other runs" in line
        assert line.count("v12") >= 3
        assert "champion of prod absent in staging" in deck.line_with("fraud_score")
        await deck.press("slash")
        await deck.type("absent")
        await deck.press("enter")
        await deck.until(lambda: screen.pane.grid.row_count == 1, "the filter looks at what differs as well")
    assert sorted(worlds["prod"].closed) == ["dev", "staging"]


async def test_one_that_is_down_is_said_and_the_rest_stands(worlds: dict[str, World]) -> None:
    registry = worlds["staging"].registry
    answers, read = registry.search_models, list[str]()

    def half(*, max_results: int = 200, token: str | None = None, **_: object) -> ModelsPage:
        read.append("cut" if token else "first page")
        if token:
            raise OFFLINE
        return replace(answers(max_results=2), next_token="2")

    registry.search_models = lambda **_: (_ for _ in ()).throw(OFFLINE)  # type: ignore[method-assign]
    async with worlds["prod"].open((200, 40)) as deck:
        screen = await board(deck)
        await deck.until_text("staging down: mlflow.example.com:5000 refused the connection.")
        assert "?" in deck.line_with("pricing") and deck.line_with("churn  ").count("v12") == 3, deck.text()
        assert screen.pane.cell(screen.pane.stores[1], "churn") is None
        registry.search_models = answers  # type: ignore[method-assign]
        await deck.press("r")
        await deck.until_text("staging 5 models")
        registry.search_models = lambda **_: (_ for _ in ()).throw(OFFLINE)  # type: ignore[method-assign]
        await deck.press("r")
        await deck.until_text("showing 5 models from before")
        await deck.until(lambda: not any(store.is_reading for store in screen.pane.stores), "the others are read")
        assert "as of now" in deck.line_with("churn  ")
        registry.search_models = half  # type: ignore[method-assign]
        await deck.press("r")
        await deck.until(lambda: read == ["first page", "cut"], "it is cut between two pages")
        await deck.until(lambda: not any(store.is_reading for store in screen.pane.stores), "the others are read")
        deck.shows("staging down", "showing 5 models from before", "dev 6 models", "prod 5 models")
        assert "as of now" in deck.line_with("churn  ") and "v12" in deck.line_with("churn  ")


async def test_from_a_cell(worlds: dict[str, World]) -> None:
    async with worlds["prod"].open((200, 40)) as deck:
        screen = await board(deck)
        screen.pane.grid.move_to("churn")
        screen.pane.grid.move_to_column("store.dev")
        await deck.press("d")
        await deck.until_text("Compare with the champion of")
        await deck.press("down", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, VersionDiffScreen), "the two are compared")
        diff = deck.app.screen
        assert isinstance(diff, VersionDiffScreen)
        await deck.until(lambda: diff.pane.laid is not None, "the rows are laid out")
        assert diff.route.across == (("prod", "churn"), ("dev", "churn"))
        deck.shows("tenure_days")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "the board is back")
        await deck.press("p", "down", "enter")
        await deck.until_text("Carry dev: models:/churn/12 as a version of churn")
        deck.shows("their SHA-256 are compared")
        prod = worlds["prod"].registry
        await deck.until_text("enter go on")
        await deck.press("enter")
        await deck.until_text("enter does it")
        assert prod.aliases_at("churn", ["champion"]) == {"champion": "12"}, "nothing is written before"
        await deck.press("enter")
        await deck.until(lambda: "read back" in message(deck), "it is told")
        newest = max(prod.by_model["churn"], key=int)
        assert prod.by_model["churn"][newest].tags == {COPIED_FROM: "dev: models:/churn/12"}
        assert prod.aliases_at("churn", ["champion"]) == {"champion": newest}
        await deck.until(lambda: deck.app.screen is screen, "the board is back")
        await deck.until(lambda: "now by " in deck.line_with("churn  "), "the ledger tells who moved it")
        await deck.press("u")
        await deck.until_text("Move champion of churn: v15 → v12")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "the board is back")
        screen.pane.grid.move_to("rank")
        await deck.press("p", "enter")
        await deck.until_text("Copy models:/d.rank/2 as a version of s.rank")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "the board is back")
        screen.pane.grid.move_to("churn")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "the model is open there")
        assert deck.lines()[0].startswith(" dev")


def test_a_context_that_cannot_be_read_is_not_what_the_others_are_held_against() -> None:
    session = cast(Session, SimpleNamespace(launch=SimpleNamespace(protected=False)))
    one, down = Store("dev", session), Store("far", session, problem=OFFLINE)
    assert reference([one, down]) == "dev"
    assert reference([one, Store("far", session)]) == "far"
    assert reference([one, Store("prod", session, problem=OFFLINE)]) == "prod", "which is told as down"


async def test_without_other_contexts_it_is_said(tmp_path: Path) -> None:
    async with model_shop(tmp_path).open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("0")
        await deck.until(lambda: "The board sets the models of several contexts" in deck.text(), "it is said")
        deck.shows("contexts:", "tracking_uri: https://mlflow.example.com", "config init")
        await deck.press("escape")
        assert "Board" not in deck.lines()[0]
