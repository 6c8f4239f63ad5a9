"""What is asked before a write is offered: names of three levels, grants, and keys that are typed meanwhile."""

from __future__ import annotations

import threading
from typing import Any

from tests.databricks.test_models_screen import app_on, opened, to_models
from tests.support.driver import Deck, drive
from tui.app.application import DeckApp
from tui.demo.simulated.state import Workspace
from tui.services.session import Session
from tui.ui.dialogs.listing import PickNameModal
from tui.ui.routes import RunRoute

__all__ = ["opened"]


class HeldCatalog:
    """A catalog whose grants are read only when it is let go; at first it is, where it is said so."""

    def __init__(self, catalog: Any, *, is_held: bool = True) -> None:
        self._catalog = catalog
        self.let_go = threading.Event()
        if not is_held:
            self.let_go.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    def access(self, name: str) -> Any:
        assert self.let_go.wait(60), "nobody let the grants be read"
        return self._catalog.access(name)


async def name_asked(deck: Deck[int], *, is_open: bool = True) -> None:
    """Wait until the dialogue that asks for a name takes the keys, or no longer does."""
    said = "the name is asked for" if is_open else "the name is no longer asked for"

    def is_there() -> bool:
        modal = deck.app.screen
        return isinstance(modal, PickNameModal) and modal.grid.table is not None

    await deck.until(lambda: is_there() is is_open, said)


async def to_row(deck: Deck[int], key: str) -> None:
    """Move down to a row of the list of names."""
    modal = deck.app.screen
    assert isinstance(modal, PickNameModal)
    table = modal.grid.table
    assert table is not None
    for _ in range(table.row_count):
        if modal.grid.cursor_key == key:
            return
        await deck.press("down")
    raise AssertionError(f"no row {key}; the screen:\n{deck.text()}")


async def to_run(deck: Deck[int]) -> None:
    """Go to the page of the newest run of the person's own experiment."""
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(lambda: app.begun and app.page is not None, "the context is open")
    await deck.until_text("churn")
    app.go(RunRoute(f"{1:032x}"))
    await deck.until_text("Params 3")


async def test_a_run_s_model_is_registered_under_a_name_of_three_levels(opened: Session, workspace: Workspace) -> None:
    before = len(workspace.models["dev.ml.churn"].versions)
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await deck.press("R")
        await deck.until_text("Register as")
        await deck.until_text("The name has three levels: catalog.schema.model.")
        assert "with a signature" in deck.text()
        await deck.type("dev.")
        await deck.until_text("In Unity Catalog a model is named by three levels")
        await deck.press("escape")
        await name_asked(deck, is_open=False)
        await deck.press("R")
        await name_asked(deck)
        await deck.until_text("a catalog")
        await deck.type("de")
        await to_row(deck, "dev.")
        await deck.press("enter")
        await deck.until_text("a schema")
        await name_asked(deck)
        await to_row(deck, "dev.ml.")
        await deck.press("enter")
        await deck.until(lambda: "a schema" not in deck.text(), "the schemas are left")
        await name_asked(deck)
        await deck.until_text("a new version of it")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("as a version of dev.ml.churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: len(workspace.models["dev.ml.churn"].versions) == before + 1, "it is registered")
        await deck.until_text("models › dev.ml.churn › v32")


async def test_a_name_where_one_may_not_register_is_refused_before_anything_is_written(
    opened: Session, workspace: Workspace
) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_run(deck)
        await deck.press("R")
        await deck.until_text("Register as")
        await deck.type("prod.ml.brand_new")
        await deck.press("enter")
        await deck.until_text("Needs CREATE MODEL on prod.ml; you have")
        await deck.until_text("GRANT CREATE MODEL ON SCHEMA prod.ml TO `ada@example.com`;")
        await deck.press("y")
        await deck.until_text("Copied the statement")
        await deck.press("escape")
        await deck.until(lambda: "GRANT" not in deck.text(), "the refusal is closed")
        await deck.press("R")
        await name_asked(deck)
        await deck.type("finance.risk.limits")
        await deck.press("enter")
        await deck.until_text("GRANT USE CATALOG ON CATALOG finance TO `ada@example.com`;")
    assert "prod.ml.brand_new" not in workspace.models
    assert workspace.asked("/api/2.0/mlflow/unity-catalog/model-versions/create", "POST") == 0


async def test_keys_typed_while_grants_are_read_reach_nothing_beneath(opened: Session) -> None:
    catalog = HeldCatalog(opened.catalog)
    opened.catalog = catalog
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_models(deck, "prod.ml.fraud-cards")
        await deck.press("G")
        await deck.until_text("models › prod.ml.fraud-cards")
        await deck.press("a")
        await deck.until_text("Reading the grants on prod.ml.fraud-cards")
        await deck.press("g", "3", "t")
        await deck.until_text("Reading the grants on prod.ml.fraud-cards")
        await deck.press("escape")
        await deck.until(lambda: "Reading the grants" not in deck.text(), "the reading is left")
        await deck.until_text("models › prod.ml.fraud-cards")
        catalog.let_go.set()
        await deck.settle()
        assert "GRANT MANAGE" not in deck.text()
        await deck.press("a")
        await deck.until_text("GRANT MANAGE ON FUNCTION prod.ml.`fraud-cards`")


async def test_a_refusal_that_rests_on_a_doubt_leaves_the_word_to_the_server(
    opened: Session, workspace: Workspace
) -> None:
    workspace.groups_of_groups = ["ml-platform"]
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_models(deck, "prod.ml.fraud-cards")
        await deck.press("G")
        await deck.until_text("models › prod.ml.fraud-cards")
        await deck.press("a")
        await deck.until_text("Needs to own prod.ml.fraud-cards; you have APPLY TAG")
        await deck.until_text("GRANT MANAGE ON FUNCTION prod.ml.`fraud-cards` TO `ada@example.com`;")
        assert "ALL PRIVILEGES" not in deck.text(), "the least that would do is asked for"
        await deck.until_text("w try all the same")
        await deck.press("w")
        await deck.until_text("Move champion of prod.ml.fraud-cards")
        await deck.press("tab")
        await deck.type("3")
        await deck.press("enter")
        await deck.until_text("enter does it")
        aliases = workspace.models["prod.ml.fraud-cards"].aliases
        assert aliases == {"champion": 4}, "it is armed first, as ever"
        await deck.press("enter")
        await deck.until(lambda: aliases == {"champion": 3}, "the server allows it")


async def test_a_refusal_without_a_doubt_offers_no_way_round(opened: Session, workspace: Workspace) -> None:
    workspace.models["prod.ml.fraud-cards"].owner = "boss@example.com"
    workspace.owners |= {"prod": "boss@example.com", "prod.ml": "boss@example.com"}
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_models(deck, "prod.ml.fraud-cards")
        await deck.press("G")
        await deck.until_text("models › prod.ml.fraud-cards")
        await deck.press("t")
        await deck.until(lambda: "Reading the grants" not in deck.text(), "the grants are read")
        await deck.press("escape", "a")
        await deck.until_text("owner is boss@example.com")
        assert "all the same" not in deck.text()
        await deck.press("w")
        await deck.settle()
        await deck.until_text("owner is boss@example.com")
    assert workspace.asked("/api/2.0/mlflow/unity-catalog/registered-models/alias", "POST") == 0
