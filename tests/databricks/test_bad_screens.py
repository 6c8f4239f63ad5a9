"""Workspaces in which something is wrong, on the screen: said in words, with the next step, and nothing made up."""

from __future__ import annotations

from tests.databricks.test_models_screen import app_on, opened, to_models
from tests.databricks.test_serving import to_serving
from tests.support.driver import Deck, drive
from tui.app.application import DeckApp
from tui.demo.simulated.state import Workspace
from tui.services.session import Session

__all__ = ["opened"]


async def begun(deck: Deck[int]) -> None:
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(lambda: app.begun and app.page is not None, "the context is open")


async def test_an_expired_token_names_the_profile_to_sign_in_by(opened: Session, workspace: Workspace) -> None:
    workspace.token = "renewed"
    async with drive(app_on(opened), (120, 36)) as deck:
        await begun(deck)
        await deck.until_text("databricks auth login")
        await deck.until(lambda: "--profile sim" in " ".join(deck.text().split()), "the profile is named")
        assert "MLFLOW_TRACKING_USERNAME" not in deck.text()


async def test_a_token_that_expires_names_the_profile_on_the_serving_screen_too(
    opened: Session, workspace: Workspace
) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        workspace.token = "renewed"
        await deck.press("r")
        await deck.until(lambda: "--profile sim" in " ".join(deck.text().split()), "the profile is named")
        assert "churn-prod" in deck.text(), "what was there stays"


async def test_a_workspace_without_unity_catalog_says_which_registry_there_is(
    opened: Session, workspace: Workspace
) -> None:
    workspace.metastore = ""
    async with drive(app_on(opened), (120, 36)) as deck:
        await begun(deck)
        await deck.press("2")
        await deck.until_text("no metastore is assigned to the")
        await deck.until_text("registry_uri: workspace")


async def test_where_nothing_is_granted_nothing_is_said_to_be_unregistered(
    opened: Session, workspace: Workspace
) -> None:
    workspace.grants, workspace.groups = {}, []
    for model in workspace.models.values():
        model.owner = "somebody-else"
    workspace.owners = dict.fromkeys(workspace.owners, "somebody-else")
    async with drive(app_on(opened), (120, 36)) as deck:
        await begun(deck)
        await deck.press("2")
        await deck.until_text("There is no model here that you may see")
        assert "No model is registered" not in deck.text()


async def test_a_model_that_may_not_be_read_is_not_said_to_have_no_champion(
    opened: Session, workspace: Workspace
) -> None:
    path = "/api/2.0/mlflow/unity-catalog/registered-models/get"
    workspace.fail(path, 403, "PERMISSION_DENIED", "Not yours.", times=10_000)
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_models(deck, "prod.ml.fraud-cards")
        await deck.until_text("not readable")
        await deck.until(lambda: not opened.log.in_flight, "nothing is being asked")
        await deck.settle()
        assert "⚠" not in deck.text() and "with findings" not in deck.text()
        assert deck.line_with("prod.ml.fraud-cards").count("?") >= 2


async def test_a_storm_of_429_says_how_long_the_workspace_asks_to_wait(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        path = "/api/2.0/serving-endpoints"
        workspace.fail(path, 429, "REQUEST_LIMIT_EXCEEDED", "Too many requests.", times=10_000, Retry_After="45")
        await deck.press("r")
        await deck.until_text("the workspace asks to wait 45 s.")
        assert "churn-prod" in deck.text(), "what was there stays"
