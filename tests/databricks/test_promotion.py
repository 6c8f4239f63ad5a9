"""Promotion from one catalog to another, and deletion, by keys: grants read before, a plan, and the ledger."""

from __future__ import annotations

from tests.databricks.test_models_screen import app_on, opened, to_models
from tests.support.driver import Deck, drive
from tui.demo.simulated.state import Workspace
from tui.features.models.versions import VersionsPane
from tui.services.session import Session
from tui.ui.dialogs.ask_line import AskLineModal

__all__ = ["opened"]

CHURN, DEV = "prod.ml.churn", "dev.ml.churn"
COPIES = "/api/2.0/mlflow/unity-catalog/model-versions/create"


async def to_versions(deck: Deck[int], name: str, version: str) -> None:
    """Go to the page of a model by its row on the board, and into its versions."""
    await to_models(deck, CHURN)
    await deck.press("slash")
    await deck.type(name)
    await deck.press("enter")
    await deck.until(lambda: deck.text().count(".ml.") > 0 and "helpdesk" not in deck.text(), "the board is narrowed")
    await deck.press("enter")
    await deck.until_text(f"models › {name}")
    await deck.until_text(version)


async def asked_for_target(deck: Deck[int], target: str) -> None:
    await deck.press("p")
    await deck.until(lambda: isinstance(deck.app.screen, AskLineModal), "the target is asked for")
    await deck.type(target)
    await deck.press("enter")


async def test_a_version_is_promoted_from_dev_to_prod(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_versions(deck, DEV, "v31")
        await asked_for_target(deck, CHURN)
        await deck.until_text("v31 of dev.ml.churn → a new version of prod.ml.churn")
        await deck.until_text("Its newest version is v14")
        await deck.until_text("champion v12")
        assert workspace.asked(COPIES, "POST") == 0, "nothing is written before it is confirmed"
        assert workspace.asked(f"/api/2.1/unity-catalog/effective-permissions/function/{CHURN}") > 0
        await deck.press("enter", "enter")
        await deck.until_text("Copied models:/dev.ml.churn/31 as version prod.ml.churn v15, read back")
    made = workspace.models[CHURN]
    assert made.aliases == {"champion": 12, "challenger": 13, "previous": 11}
    assert made.versions[15].source == "models:/dev.ml.churn/31"
    entry = opened.ledger.read().entries[-1]
    assert (entry.what, entry.subject, entry.outcome) == ("version.copy", CHURN, "done")


async def test_left_at_the_plan_nothing_is_copied(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_versions(deck, DEV, "v31")
        await asked_for_target(deck, "dev.ml.churn_next")
        await deck.until_text("dev.ml.churn_next does not exist yet: it is created")
        await deck.press("escape")
        await deck.settle()
    assert "dev.ml.churn_next" not in workspace.models and workspace.asked(COPIES, "POST") == 0


async def test_where_models_may_not_be_made_promotion_is_refused_before(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_versions(deck, DEV, "v31")
        await asked_for_target(deck, "prod.ml.brand_new")
        await deck.until_text("Needs CREATE MODEL on prod.ml; you have")
        await deck.until_text("GRANT CREATE MODEL ON SCHEMA prod.ml TO `ada@example.com`;")
    assert "prod.ml.brand_new" not in workspace.models and workspace.asked(COPIES, "POST") == 0


async def test_deletion_says_before_which_aliases_go(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_versions(deck, CHURN, "v12")
        versions = deck.app.screen.query_one(VersionsPane)
        await deck.until(lambda: versions.grid.cursor_key == "12", "the cursor is on the champion")
        await deck.press("delete")
        await deck.until_text("Delete version prod.ml.churn v12")
        await deck.until_text("These aliases go with it: champion.")
        await deck.type("prod.ml.churn")
        await deck.press("enter", "enter")
        await deck.until_text("Deleted version prod.ml.churn v12")
    assert workspace.models[CHURN].aliases == {"challenger": 13, "previous": 11}


async def test_deletion_of_a_model_says_before_which_aliases_go(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (200, 50)) as deck:
        await to_models(deck, CHURN)
        await deck.press("slash")
        await deck.type(CHURN)
        await deck.press("enter", "delete")
        await deck.until_text("Delete model prod.ml.churn")
        await deck.until_text("champion v12, challenger v13, previous v11")
        await deck.press("escape")
        await deck.settle()
    assert CHURN in workspace.models
