"""Promotion from one catalog to another, and deletion, by keys: grants read before, a plan, and the ledger."""

from __future__ import annotations

from dataclasses import replace

from tests.databricks.test_models_screen import app_on, opened, to_models
from tests.support.driver import Deck, drive
from tests.support.fakes import FrozenClock
from tui.app.application import DeckApp
from tui.demo.simulated.server import NOW_MS
from tui.demo.simulated.state import Workspace
from tui.features.models.screen import VersionsPane
from tui.services.registry_writes import wanted_of
from tui.services.serving_desk import BEGUN
from tui.services.session import Session, open_session
from tui.ui.dialogs.choices import AskLineModal

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


async def begun(deck: Deck[int], line: str) -> None:
    """Promote the newest version of the model in the making, and wait for the plan."""
    await to_versions(deck, DEV, "v31")
    await asked_for_target(deck, line)
    await deck.until_text("v31 of dev.ml.churn → a new version of prod.ml.churn")


async def test_copy_alias_and_endpoint_are_one_plan_and_one_taking_back(opened: Session, workspace: Workspace) -> None:
    workspace.looks_until_ready = 1
    async with drive(app_on(opened), (120, 40)) as deck:
        await begun(deck, f"{CHURN} @champion on churn-prod")
        await deck.until_text("prod.ml.churn  v11 → v15  90%")
        await deck.until_text("until that is done, what serves now goes on serving")
        assert "stay where they are" not in deck.text()
        assert workspace.asked(COPIES, "POST") == 0, "nothing is written before it is confirmed"
        await deck.press("enter", "enter")
        await deck.until(lambda: workspace.models[CHURN].aliases["champion"] == 15, "the alias is moved")
        endpoint = workspace.endpoints["churn-prod"]
        await deck.until(
            lambda: endpoint.config["served_entities"][0]["entity_version"] == "15" or endpoint.update, "it serves it"
        )
        await deck.until(lambda: opened.ledger.read().entries[-1].outcome == "done", "it is on record")
        await deck.settle()
        entry = opened.ledger.read().entries[-1]
        assert (entry.what, entry.subject) == ("version.promote", CHURN)
        assert len(entry.details["steps"]) == 3
        plan = opened.desk.undo(CHURN)[0]
        assert plan is not None and [change.field for change in plan.changes] == ["served", "aliases.champion"]
        looked = opened.flow.carry_out(plan)
        assert looked.outcome.value == "done", looked
    assert workspace.models[CHURN].aliases["champion"] == 12
    assert opened.desk.undo(CHURN)[0] is None, "it is taken back once"


async def test_after_a_restart_it_is_followed_and_taken_back_on_either_screen(
    opened: Session, workspace: Workspace
) -> None:
    """What the workspace has but taken on is no more than begun, and each part is taken back where one looks for it."""
    workspace.looks_until_ready = 10**6
    made = opened.registry.get_version(DEV, "31")
    told = opened.flow.carry_out(opened.promotions.plan(made, wanted_of(f"{CHURN} @champion on churn-prod")))
    assert told.outcome.value == "done" and opened.ledger.read().entries[-1].outcome == BEGUN
    plan = opened.desk.undo(DEV)[0]
    assert plan is not None and {change.id for change in plan.changes} == {CHURN, "churn-prod"}, "known where it began"
    update = workspace.endpoints["churn-prod"].update
    assert update is not None
    update.looks_left = 1
    again = open_session(opened.launch, None, FrozenClock(NOW_MS))
    try:
        async with drive(app_on(again), (120, 36)) as deck:
            app = deck.app
            await deck.until(lambda: isinstance(app, DeckApp) and app.begun, "the context is open")
            await deck.press("3")
            await deck.until_text("churn-prod serves churn v15 90%, churn v10 10% now")
            entry = again.ledger.read().entries[-1]
            assert (entry.outcome, [step["outcome"] for step in entry.result["steps"]]) == ("done", ["done"] * 3)
            await deck.press("down", "down")
            await deck.until_text("serving › churn-prod")
            workspace.looks_until_ready = 1
            await deck.press("u")
            await deck.until_text("u on the model takes it back whole")
            await deck.press("enter", "enter")
            await deck.until_text("churn-prod serves churn v11 90%, churn v10 10% now")
            await deck.press("u")
            await deck.until_text("Nothing done to churn-prod from here is left to take back")
        plan = again.desk.undo(CHURN)[0]
        assert plan is not None and [change.field for change in plan.changes] == ["aliases.champion"]
        assert again.flow.carry_out(plan).outcome.value == "done"
        assert workspace.models[CHURN].aliases["champion"] == 12
        assert again.desk.undo(CHURN)[0] is None and again.desk.undo(DEV)[0] is None
    finally:
        again.close()


async def test_an_endpoint_that_does_not_come_up_leaves_a_promotion_done_in_part(
    opened: Session, workspace: Workspace
) -> None:
    workspace.looks_until_ready = 10**6
    made = opened.registry.get_version(DEV, "31")
    opened.flow.carry_out(opened.promotions.plan(made, wanted_of(f"{CHURN} @champion on churn-prod")))
    update = workspace.endpoints["churn-prod"].update
    assert update is not None
    update.looks_left, update.failure = 1, "No space left on device"
    changes = opened.serving_writes.made
    number, plan = changes.begun()["churn-prod"]
    while changes.settle(number, plan)[0] is None:
        pass
    entry = opened.ledger.read().entries[-1]
    assert entry.outcome == "partly" and entry.result["steps"][2]["outcome"] == "not done"
    assert changes.undo_plan("churn-prod") is None and changes.begun() == {}
    back = opened.desk.undo(CHURN)[0]
    assert back is not None and [change.field for change in back.changes] == ["aliases.champion"]


async def test_what_fails_midway_says_what_was_done_and_is_put_back(opened: Session, workspace: Workspace) -> None:
    path = "/api/2.0/serving-endpoints/churn-prod/config"
    workspace.fail(path, 400, "INVALID_PARAMETER_VALUE", "No capacity for that.", method="PUT", times=1)
    async with drive(app_on(opened), (120, 40)) as deck:
        await begun(deck, f"{CHURN} @champion on churn-prod")
        await deck.press("enter", "enter")
        await deck.until_text("No capacity for that.")
        assert workspace.models[CHURN].aliases["champion"] == 15
        await deck.until_text("put back")
        await deck.press("b")
        await deck.until_text("v15 → v12")
        await deck.press("enter", "enter")
        await deck.until(lambda: workspace.models[CHURN].aliases["champion"] == 12, "the alias is put back")
    assert 15 in workspace.models[CHURN].versions, "what a registry has made it has for good"
    assert workspace.endpoints["churn-prod"].update is None


async def test_a_number_that_somebody_else_took_meanwhile_is_not_pointed_at(
    opened: Session, workspace: Workspace
) -> None:
    async with drive(app_on(opened), (120, 40)) as deck:
        await begun(deck, f"{CHURN} @champion")
        made = opened.registry.get_version(DEV, "31")
        plan = opened.promotions.plan(made, wanted_of(f"{CHURN} @champion"))
        copies = opened.registry.copy_version(DEV, "30", CHURN)
        assert copies == "15"
        told = opened.flow.carry_out(plan)
        assert told.outcome.value != "done" and workspace.models[CHURN].aliases["champion"] == 12
        (copy, move) = plan.changes
        told = opened.flow.carry_out(replace(plan, changes=(move,)))
        assert told.outcome.value == "not done" and "v15 of prod.ml.churn is not the copy" in str(told.report.problem)
        assert copy.makes and workspace.models[CHURN].aliases["champion"] == 12


async def test_a_line_that_asks_for_what_is_not_there(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_versions(deck, DEV, "v31")
        await asked_for_target(deck, f"{CHURN} @champion on fraud-scoring")
        await deck.until_text("needs CAN MANAGE on the endpoint fraud-scoring")
        await deck.press("escape")
        await asked_for_target(deck, f"{CHURN} on helpdesk-agent")
        await deck.until_text("helpdesk-agent serves no version of prod.ml.churn")
    assert workspace.asked(COPIES, "POST") == 0
