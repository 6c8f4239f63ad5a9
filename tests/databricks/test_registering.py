"""Registering onto Unity Catalog: what lacks is said where the name is chosen, and refused with what to ask for."""

from __future__ import annotations

from functools import partial

from tests.databricks.test_models_screen import app_on, opened
from tests.databricks.test_permitted import HeldCatalog, name_asked, to_row, to_run
from tests.support.driver import Deck, drive
from tests.support.snapshots import Picture
from tui.app.application import DeckApp
from tui.demo.simulated.state import Workspace
from tui.services.session import Session
from tui.ui.dialogs.listing import PickNameModal

__all__ = ["opened"]


async def into(deck: Deck[int], *levels: str) -> None:
    """Ask for the name of the run's model, and go down level by level."""
    await deck.press("R")
    await name_asked(deck)
    for level in levels:
        await to_row(deck, level)
        await deck.press("enter")
        await deck.until(partial(_is_asked_within, deck, level), f"what is in {level} is offered")


def _is_asked_within(deck: Deck[int], level: str) -> bool:
    modal = deck.app.screen
    return isinstance(modal, PickNameModal) and modal.grid.table is not None and modal.input.value == level


async def refused_as(deck: Deck[int], name: str, statement: str) -> None:
    """Take a name all the same, and be told the statement that would allow it, to copy."""
    await deck.type(name)
    await deck.press("enter")
    await deck.until_text(statement)
    await deck.press("y")
    await deck.until_text("Copied the statement")
    assert statement in deck.app.clipboard


async def test_a_schema_in_which_one_may_not_create_models(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await into(deck, "prod.", "prod.ml.")
        await deck.until_text("New models will be refused here: needs CREATE MODEL on prod.ml; you have")
        await refused_as(deck, "new", "GRANT CREATE MODEL ON SCHEMA prod.ml TO `ada@example.com`;")
    assert "prod.ml.new" not in workspace.models


async def test_a_catalog_that_one_may_not_use(opened: Session, workspace: Workspace) -> None:
    workspace.grants["prod"] = {"account users": ["BROWSE"]}
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await into(deck, "prod.")
        await deck.until_text("New models will be refused here: needs USE CATALOG on prod; you have BROWSE")
        assert "CREATE MODEL" not in deck.text(), "nothing is said of a schema that is not chosen yet"
        await refused_as(deck, "ml.new", "GRANT USE CATALOG ON CATALOG prod TO `ada@example.com`;")


async def test_a_schema_that_one_may_not_use(opened: Session, workspace: Workspace) -> None:
    workspace.grants["prod.ml"] = {"ds-readers": ["CREATE_MODEL"]}
    workspace.fail("/api/2.1/unity-catalog/models", 403, "PERMISSION_DENIED", "No USE SCHEMA.", method="GET")
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await into(deck, "prod.", "prod.ml.")
        await deck.until_text("New models will be refused here: needs USE SCHEMA on prod.ml; you have")
        await deck.until_text("Could not list the models of prod.ml")
        await refused_as(deck, "new", "GRANT USE SCHEMA ON SCHEMA prod.ml TO `ada@example.com`;")


async def test_where_one_may_create_models_nothing_is_said(opened: Session) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await into(deck, "dev.", "dev.ml.")
        assert "refused" not in deck.text()


async def test_a_picture(opened: Session, picture: Picture) -> None:
    opened.catalog = catalog = HeldCatalog(opened.catalog, is_held=False)
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await into(deck, "prod.", "prod.ml.")
        await _at_rest(deck)
        deck.shows("New models will be refused here")
        await deck.type("new")
        catalog.let_go.clear()
        await deck.press("enter")
        await deck.until_text("Reading the grants on prod.ml.new")
        await deck.settle()
        catalog.let_go.set()
        await deck.until_text("GRANT CREATE MODEL")
        await _at_rest(deck)
        picture(deck)


async def _at_rest(deck: Deck[int]) -> None:
    """Wait until nothing is asked for any more, and all of it is drawn."""
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(
        lambda: not app.session.log.in_flight and "request" not in deck.lines()[-1], "nothing is being asked"
    )
    await deck.settle()
