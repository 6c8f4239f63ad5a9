"""Registered models by keys: finding, moving, undoing, judging, comparing, registering; and what may go wrong."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.driver import Deck
from tests.support.fake_registry import cut_after, cut_before, forbidden
from tests.support.model_shop import ODD, model_shop
from tui.app import DeckApp
from tui.config.model import ModelSettings, Settings
from tui.domain.model_values import FAILED, VersionsPage
from tui.domain.places import parse_place
from tui.domain.problem import Kind, Problem
from tui.screens.modals.compared_row import ComparedRowModal
from tui.screens.modals.move_alias import MoveAliasPanel
from tui.screens.modals.plan_faces import Face
from tui.screens.modals.plan_panel import PlanPanel
from tui.screens.model import ModelScreen
from tui.screens.models import ModelsScreen
from tui.screens.version_diff import VersionDiffScreen


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


def models(deck: Deck[int]) -> ModelsScreen:
    screen = next((screen for screen in deck.app.screen_stack if isinstance(screen, ModelsScreen)), None)
    assert screen is not None
    return screen


def panel(deck: Deck[int]) -> PlanPanel:
    assert isinstance(deck.app.screen, PlanPanel)
    return deck.app.screen


async def open_models(deck: Deck[int]) -> int:
    """Go to the models and wait until all is judged; answers how many keys that took."""
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await deck.press("2")
    await deck.until(lambda: models(deck).board.complete, "the models are read")
    await deck.until(lambda: "with faults" in deck.text() and "so far" not in deck.text(), "they are judged")
    await deck.until(lambda: models(deck).versions.complete, "the versions are read")
    return 1


def row(deck: Deck[int], name: str) -> str:
    """The line of the board that shows a model."""
    return next(line for line in deck.lines()[2:] if name in line)


def champion(world: World, name: str = "churn") -> str | None:
    return world.registry.models[name].aliases.get("champion")


# the five tasks of the README, with their keys counted


async def test_which_version_is_champion(world: World) -> None:
    async with world.open() as deck:
        keys = await open_models(deck)
        assert "v12" in row(deck, "churn")
        assert keys == 1
        await deck.press("slash")
        await deck.type("fraud")
        await deck.until(lambda: models(deck).board.grid.row_count == 1, "one model is left")
        assert "v7" in row(deck, "fraud_score")


async def test_put_champion_back_to_the_version_before(world: World) -> None:
    async with world.open() as deck:
        keys = await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.press("enter", "enter")
        keys += 5
        await deck.until(lambda: champion(world) == "11", "champion is back")
        await deck.until(lambda: "read back 14:00:00, ledger #1 · u undoes" in message(deck), "it is told")
        assert keys == 6
        assert "champion of churn: v12 → v11" in message(deck)
        await deck.until(lambda: "v11" in row(deck, "churn"), "the board shows it")


async def test_what_changed_between_champion_and_challenger(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("d")
        await deck.until_text("v12 against v14")
        await deck.until_text("auc")
        assert "+0.0052" in deck.line_with("auc")
        await deck.press("x")
        await deck.until_text("tenure_days")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is models(deck), "back on the board")


async def test_which_models_are_unhealthy_and_why(world: World) -> None:
    async with world.open(size=(200, 40)) as deck:
        keys = await open_models(deck)
        await deck.press("ctrl+z")
        assert keys + 1 == 2
        await deck.until_text("ctrl+z shows all")
        text = deck.text()
        assert "No version is champion." in row(deck, "pricing")
        assert "failed to register: the upload was cut short" in row(deck, "pricing")
        assert "fraud_score" not in text
        await deck.press("f")
        await deck.until_text("Readiness of")


async def test_register_this_runs_model(world: World) -> None:
    from tests.support.deck import enter_runs

    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until_text("run id")
        await deck.press("R")
        await deck.until_text("Register as")
        assert "without a signature" in deck.text()
        await deck.type("ltv")
        await deck.press("enter")
        await deck.until(lambda: "1" in world.registry.by_model["ltv"], "it is registered")
        await deck.until(lambda: "Registered model as ltv v1, ledger #1" in message(deck), "it is told")
        await deck.until_text("models › ltv › v1")


# versions side by side


async def open_diff(deck: Deck[int]) -> VersionDiffScreen:
    await open_models(deck)
    await deck.press("d")
    await deck.until(lambda: isinstance(deck.app.screen, VersionDiffScreen), "the page is open")
    screen = deck.app.screen
    assert isinstance(screen, VersionDiffScreen)
    await deck.until(lambda: screen.pane.laid is not None, "the rows are laid out")
    return screen


async def test_the_commits_of_two_versions(world: World) -> None:
    for number, made in enumerate(world.tracking.runs):
        world.tracking.runs[number] = replace(made, tags={**made.tags, "mlflow.source.git.commit": f"{number:040x}"})
    async with world.open() as deck:
        await open_diff(deck)
        await deck.press("V")
        await deck.until(lambda: "not inside a git repository" in message(deck), "it is said")


async def test_versions_side_by_side_fold_and_open_a_row_in_full(world: World) -> None:
    async with world.open() as deck:
        screen = await open_diff(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ComparedRowModal), "the row is shown in full")
        assert "v12" in deck.text() and "v14" in deck.text()
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "the page is back")
        before = screen.pane.grid.row_count
        await deck.press("Z")
        await deck.until(lambda: screen.pane.grid.row_count < before, "the group is folded")
        await deck.press("Z")
        await deck.until(lambda: screen.pane.grid.row_count == before, "it is unfolded")
        await deck.press("F")
        await deck.until(lambda: screen.pane.arrangement.folded != frozenset(), "all are folded")
        await deck.until(lambda: screen.pane.grid.row_count < before, "and laid out so")


async def test_the_version_of_a_column_opens(world: World) -> None:
    async with world.open() as deck:
        await open_diff(deck)
        await deck.press("o")
        await deck.until_text("models › churn › v14")


async def test_two_marked_versions_are_compared(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "g", "g", "space", "j", "space", "d")
        await deck.until(lambda: isinstance(deck.app.screen, VersionDiffScreen), "the page is open")
        screen = deck.app.screen
        assert isinstance(screen, VersionDiffScreen)
        marked = {screen.route.baseline, screen.route.other}
        assert len(marked) == 2 and marked <= set(world.registry.by_model["churn"])


# moving


async def test_a_conflict_is_shown_and_looked_at_anew(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter", "enter")
        await deck.until_text("champion is on v13 now, not on v12")
        assert champion(world) == "13" and world.registry.called("set_alias") == 0
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.PLAN, "it is shown as it is now")
        await deck.until_text("champion v13")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")


async def test_an_outcome_that_is_unknown_is_said_and_looked_up(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "both sides are known")
        await deck.press("enter")
        world.registry.trouble.extend([None, cut_after, cut_before])
        await deck.press("enter")
        await deck.until_text("The outcome is unknown")
        await deck.press("r")
        await deck.until_text("champion is on v11")
        assert world.ledger.read().entries[0].outcome == "done"


async def test_a_part_that_was_done_is_put_back(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("X")
        await deck.until_text("Swap champion and challenger")
        await deck.press("enter")
        refuse_once(world, "set_alias", "challenger")
        await deck.press("enter")
        await deck.until_text("Only a part was done: champion")
        await deck.press("b")
        await deck.until(lambda: champion(world) == "12", "champion is put back")
        assert world.registry.models["churn"].aliases["challenger"] == "14"


async def test_several_in_one_line(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("A")
        await deck.until_text("Move several aliases")
        await deck.type("champion=14 challenger= late")
        await deck.until_text("“late” is not ALIAS=VERSION")
        await deck.press(*["backspace"] * 5, "enter", "enter")
        await deck.until(lambda: champion(world) == "14", "it is moved")
        assert "challenger" not in world.registry.models["churn"].aliases


async def test_undo_also_after_a_restart_and_not_over_somebody_else(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("u")
        await deck.until_text("Undo #1")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "12", "it is undone")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
        await deck.press("u")
        await deck.until(lambda: "could be undone" in message(deck), "there is nothing left")
        await deck.press("tab", "k", "k", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "13", "champion is moved again")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
        world.registry.move("churn", "champion", "9")
        await deck.press("u")
        await deck.until_text("somebody has moved it since")
        await deck.press("enter")
        assert champion(world) == "9"


async def test_a_protected_alias_wants_the_name_typed_and_perhaps_a_reason(tmp_path: Path) -> None:
    settings = Settings(models=ModelSettings(protected_aliases=("champion",), reason_required=True))
    world = model_shop(tmp_path)
    world.settings = settings
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.press("enter")
        await deck.until_text("wants a reason")
        await deck.type("incident 4711")
        await deck.press("enter")
        await deck.until_text("type the model's name to go on")
        await deck.press("enter", "enter")
        assert champion(world) == "12"
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("enter does it")
        await deck.press("enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
    assert world.ledger.read().entries[0].why == "incident 4711"


async def test_aliases_that_cannot_be_are_refused_in_words(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        for typed, words in (("latest", "is reserved"), ("v9", "is reserved"), ("two words", "letters, digits"),
                             ("Champion", "“champion” is in use")):  # fmt: skip
            panel(deck).query_one("#alias").value = typed  # type: ignore[attr-defined]  # an Input
            await deck.until_text(words)
            await deck.press("enter")
            assert panel(deck).face is Face.PLAN
        panel(deck).query_one("#alias").value = "blue"  # type: ignore[attr-defined]  # an Input
        panel(deck).query_one("#to").value = "99"  # type: ignore[attr-defined]  # an Input
        await deck.until_text("There is no version 99")
        panel(deck).query_one("#to").value = "\uff11\uff11"  # type: ignore[attr-defined]  # an Input
        await deck.until_text("is no version: versions are numbers")
    assert world.registry.called("set_alias") == 0


async def test_without_a_ledger_the_move_waits_for_a_yes(world: World) -> None:
    (world.folder / "state").mkdir(parents=True, exist_ok=True)
    (world.folder / "state" / "ledger.jsonl").mkdir()
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.press("enter", "enter")
        await deck.until_text("w moves without a record")
        assert champion(world) == "12"
        await deck.press("w")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: "not in the ledger" in message(deck), "it is told")


async def test_a_read_only_context_offers_no_write(tmp_path: Path) -> None:
    world = model_shop(tmp_path, read_only=True)
    async with world.open() as deck:
        await open_models(deck)
        assert "move alias" not in deck.lines()[-1]
        await deck.press("a", "u", "X", "A", "t", "e", "delete")
        await deck.settle()
        assert deck.app.screen is models(deck)
        page = models(deck)
        ids = {action.id for action in page.actions_here()}
        assert not {"registry.move", "registry.undo", "registry.delete", "models.create"} & ids
        assert {"registry.diff", "registry.ledger", "registry.faults"} <= ids


# the other writes


async def test_describe_tag_create_rename_and_delete(world: World) -> None:
    registry = world.registry
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("t")
        await deck.until_text("KEY=VALUE")
        await deck.type("tier=1")
        await deck.press("enter")
        await deck.until(lambda: registry.models["churn"].tags.get("tier") == "1", "it is tagged")
        await deck.press("e")
        await deck.until_text("Description of churn")
        await deck.type("New. ")
        await deck.press("ctrl+s")
        await deck.until(lambda: "New. " in registry.models["churn"].description, "it is described")
        await deck.press("plus")
        await deck.until_text("Create a model")
        await deck.type("a/b")
        await deck.press("enter")
        await deck.until_text("neither / nor :")
        await deck.press(*["backspace"] * 3)
        await deck.type("uplift")
        await deck.press("enter")
        await deck.until(lambda: "uplift" in registry.models, "it is created")
        await deck.until(lambda: "Created uplift, read back, ledger #3" in message(deck), "it is told")
        await deck.until(lambda: models(deck).board.grid.cursor_key == "uplift", "the cursor is on it")
        await deck.press("E")
        await deck.until_text("Rename uplift")
        await deck.press(*["backspace"] * 6)
        await deck.type("lift")
        await deck.press("enter")
        await deck.until(lambda: "lift" in registry.models and "uplift" not in registry.models, "it is renamed")
        await deck.until(lambda: models(deck).board.grid.cursor_key == "lift", "the cursor is on it")
        await deck.press("delete")
        await deck.until_text("this cannot be undone")
        await deck.type("lif")
        await deck.press("enter")
        await deck.until_text("That is not the name")
        await deck.type("t")
        await deck.press("enter")
        await deck.until(lambda: "lift" not in registry.models, "it is deleted")
    whats = [entry.what for entry in world.ledger.read().entries]
    assert whats == ["model.tag", "model.describe", "model.create", "model.rename", "model.delete"]
    assert {entry.outcome for entry in world.ledger.read().entries} == {"done"}


async def test_delete_a_version_lists_the_aliases_that_go(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "delete")
        await deck.until_text("These aliases go with it: old-prod")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until(lambda: "11" not in world.registry.by_model["churn"], "it is deleted")


async def test_copy_to_another_model_and_take_an_alias_away(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "p")
        await deck.until_text("Copy to another model")
        await deck.type("churn-prod")
        await deck.press("enter")
        await deck.until_text("churn-prod does not exist yet: it is created")
        await deck.press("enter")
        await deck.until(lambda: "churn-prod" in world.registry.models, "it is copied")
        await deck.until(lambda: "Copied v12 to churn-prod v1" in message(deck), "it is told")
        models(deck).board.point_at("churn")
        await deck.until(lambda: models(deck).versions.model is not None, "a model is shown")


# several marked versions as one plan


async def mark(deck: Deck[int], *versions: str) -> None:
    """Mark versions of the model under the cursor."""
    await deck.press("tab")
    for version in versions:
        models(deck).versions.grid.move_to(version)
        await deck.press("space")
    await deck.until(lambda: {made.version for made in models(deck).compared()} == set(versions), "they are marked")


def refuse_once(world: World, method: str, refused: str) -> None:
    """The server says no, once, to a write to this version or alias; what is read meanwhile is answered."""
    write = getattr(world.registry, method)
    waiting = [refused]

    def refusing(name: str, version: str, *rest: object) -> None:
        if version in waiting:
            waiting.remove(version)
            forbidden(lambda: None)
        write(name, version, *rest)

    setattr(world.registry, method, refusing)


async def test_marked_versions_are_tagged_and_a_refusal_in_the_middle_is_finished(world: World) -> None:
    refuse_once(world, "tag_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("t")
        await deck.until_text("Tags of v12, v11 and v10 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of v12, v11 and v10")
        assert any("v11  " in line and "yes" in line for line in deck.lines()), "what it will have is shown before"
        await deck.press("enter")
        await deck.until_text("Versions of churn: 1 of 3 done")
        text = deck.text()
        assert "refused" in text and "not tried" in text and "PERMISSION_DENIED" in text and "ledger #1" in text

        def tagged() -> list[str]:
            return [
                at for at in ("12", "11", "10") if world.registry.by_model["churn"][at].tags.get("checked") == "yes"
            ]

        assert tagged() == ["12"]
        entry = world.ledger.read().entries[-1]
        assert entry.outcome == "partly"
        assert [step["outcome"] for step in entry.result["steps"]] == ["done", "refused", "skipped"]
        await deck.press("f")
        await deck.until(lambda: "Tagged v11 and v10: checked=yes of churn" in message(deck), "the rest is done")
        assert tagged() == ["12", "11", "10"]
        assert "ledger #2" in message(deck)


async def test_tags_of_which_one_was_refused_are_put_back(world: World) -> None:
    world.registry.tag_version("churn", "12", "checked", "no")
    refuse_once(world, "tag_version", "10")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("t")
        await deck.until_text("Tags of v12, v11 and v10 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of")
        assert re.search(r"v12\s+no\s+yes", deck.text()), "what it has now"
        await deck.press("enter")
        await deck.until_text("Versions of churn: 2 of 3 done")
        await deck.press("b")
        await deck.until(lambda: "Put checked of v12 and v11 back" in message(deck), "both are as before")
        tags = [world.registry.by_model["churn"][at].tags.get("checked") for at in ("12", "11", "10")]
        assert tags == ["no", None, None]
        assert world.ledger.read().entries[-1].outcome == "done"


async def test_nothing_is_tagged_that_was_not_gone_on_with(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11")
        await deck.press("t")
        await deck.until_text("Tags of v12 and v11 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of v12 and v11")
        await deck.press("escape")
        await deck.settle()
        assert not world.ledger.read().entries
        assert "checked" not in world.registry.by_model["churn"]["12"].tags


async def test_marked_versions_are_deleted_with_their_aliases_listed(world: World) -> None:
    refuse_once(world, "delete_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("delete")
        await deck.until_text("Delete 3 versions of churn")
        assert "champion (v12)" in deck.text()
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("Versions of churn: 1 of 3 done")
        assert "12" not in world.registry.by_model["churn"] and "11" in world.registry.by_model["churn"]
        await deck.press("f")
        await deck.until_text("Delete 2 versions of churn")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until(lambda: "Deleted v11 and v10 of churn" in message(deck), "the rest is done")
        assert not {"10", "11", "12"} & set(world.registry.by_model["churn"])
        await deck.until(lambda: not models(deck).compared(), "no mark is left on what is gone")


async def test_the_aliases_of_marked_versions_are_taken_away(world: World) -> None:
    world.registry.move("churn", "old", "10")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "10")
        await deck.press("minus")
        await deck.until_text("all of them")
        await deck.press("enter")
        await deck.until_text("aliases of churn away")
        await deck.press("tab")
        await deck.type("churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) is None, "champion is gone")
        await deck.until(lambda: "old" not in world.registry.models["churn"].aliases, "and so is the other")


# reading


async def test_many_versions_come_page_by_page(world: World) -> None:
    world.registry.add("big", 2600, aliases={"champion": "2"})
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until(lambda: len(pane.versions) >= 200, "the first page is read")
        assert not pane.complete and "200 of ? loaded" in deck.text()
        await deck.press("tab", "G")
        await deck.until(lambda: pane.complete, "all are read")
        assert pane.grid.row_count == 2600


async def test_reading_again_keeps_the_pages_that_are_loaded(world: World) -> None:
    world.registry.add("big", 4600, aliases={"champion": "2"})
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until(lambda: len(pane.versions) == 200, "the first page is read")
        await deck.press("tab")
        pane.grid.move_to("4401")
        await deck.until(lambda: len(pane.versions) == 2200, "the second page is read")
        del world.registry.by_model["big"]["4599"], world.registry.by_model["big"]["3000"]
        world.registry.change_version("big", "2900", description="told by somebody else")
        asked = world.registry.called("search_versions")
        shown: list[int] = []
        fill = pane.fill
        pane.fill = lambda: (shown.append(len(pane.versions)), fill())[1]  # type: ignore[func-returns-value, method-assign]
        await deck.press("r")
        await deck.until(lambda: pane.versions["2900"].description != "", "the second page is read again")
        await deck.until(lambda: "4599" not in pane.versions, "what is gone goes, of either page")
        assert "3000" not in pane.versions
        assert len(pane.versions) == 2200 and not pane.complete
        assert world.registry.called("search_versions") - asked == 2
        assert min(shown) == 2200
        assert pane.grid.cursor_key == "4401"
        await deck.press("G")
        await deck.until(lambda: pane.complete, "the rest is read too")
        assert len(pane.versions) == 4598


async def test_a_second_page_that_fails_takes_nothing_away(world: World) -> None:
    world.registry.add("big", 2600)
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until(lambda: len(pane.versions) == 200, "the first page is read")
        await deck.press("tab", "G")
        await deck.until(lambda: pane.complete, "all are read")
        search = world.registry.search_versions

        def failing(name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
            if token is not None:
                raise Problem(Kind.UNREACHABLE, "Could not read versions", "The connection was cut.")
            return search(name, max_results=max_results, token=token)

        world.registry.search_versions = failing  # type: ignore[method-assign]
        await deck.press("r")
        await deck.until_text("The connection was cut.")
        assert len(pane.versions) == 2600


async def test_prompts_on_request(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        assert "support_reply" not in deck.text()
        await deck.press("P")
        await deck.until_text("support_reply")
        assert "churn" not in "\n".join(deck.lines()[2:10])
        await deck.press("P")
        await deck.until_text("fraud_score")


async def test_watching_marks_what_changes(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("w")
        world.registry.move("churn", "champion", "13")
        models(deck).watch_tick()
        await deck.until(lambda: "churn: champion v12 → v13" in message(deck), "it is told")
        await deck.until(lambda: "churn ●" in deck.text(), "it is marked")


async def test_watching_marks_versions_that_fail_or_come_and_rings(world: World) -> None:
    world.settings = Settings(models=ModelSettings(bell=True))
    async with world.open() as deck:
        await open_models(deck)
        rung: list[bool] = []
        deck.app.bell = lambda: rung.append(True)  # type: ignore[method-assign]
        await deck.press("w")
        world.registry.change_version("churn", "13", status=FAILED)
        models(deck).watch_tick()
        await deck.until(lambda: "churn: v13 failed to register" in message(deck), "it is told")
        await deck.until(lambda: "v13 ●" in deck.text() and "churn ●" in deck.text(), "both panes mark it")
        assert len(rung) == 1
        models(deck).watch_tick()
        await deck.until(lambda: not models(deck).board.is_asking("models"), "it is read once more")
        assert len(rung) == 1


async def test_a_pause_of_watching_keeps_what_was_there_at_first(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("w", "w")
        world.registry.move("churn", "champion", "13")
        await deck.press("r")
        await deck.until(lambda: "churn ●" in deck.text(), "it is marked")
        await deck.press("w")
        models(deck).watch_tick()
        await deck.until(lambda: "churn: champion v12 → v13" in message(deck), "it is told when watching again")


async def test_the_page_of_a_model_watches_too(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "its page is open")
        page = deck.app.screen
        assert isinstance(page, ModelScreen)
        await deck.until(lambda: page.versions.complete, "its versions are read")
        await deck.press("w")
        await deck.until(lambda: "watching" in deck.lines()[0], "it watches")
        world.registry.change_version("churn", "13", status=FAILED)
        page.watch_tick()
        await deck.until(lambda: "v13 failed to register" in message(deck), "it is told")
        await deck.until(lambda: "v13 ●" in deck.text(), "it is marked")


async def test_hostile_names_are_spelled_out(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        line = deck.line_with("解約")
        assert "[bold]x[/]" in line and "\\x1b[31mred" in line
        models(deck).board.point_at(ODD)
        await deck.until(lambda: models(deck).versions.complete, "its versions are read")
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        assert "[bold]x[/]" in deck.line_with("Move")


async def test_a_server_that_is_gone_keeps_what_was_there(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        world.registry.problem = Problem(Kind.UNREACHABLE, "Could not list", "h refused the connection.", "Is it up?")
        await deck.press("r")
        await deck.until_text("h refused the connection")
        assert "churn" in deck.text() and "offline" in deck.lines()[0]


async def test_an_empty_registry_says_what_to_do(world: World) -> None:
    world.registry.models.clear()
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        await deck.until_text("No model is registered here.")
        assert "R on a run's page" in deck.text()


async def test_an_answer_that_comes_late_is_dropped(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        pane = models(deck).versions
        world.registry.gate.clear()
        await deck.press("j")
        await deck.until(lambda: pane.model is not None and pane.model.name == "fraud_score", "the cursor has moved")
        threading.Timer(0.05, world.registry.gate.set).start()
        await deck.press("k")
        await deck.until(
            lambda: pane.model is not None and pane.model.name == "churn" and pane.complete, "churn is back"
        )
        assert pane.version_here() is not None and set(pane.versions) >= {"12", "14"}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("models:/churn", "About"),
        ("models:/churn@challenger", "v14"),
        ("models:/churn/11", "models › churn › v11"),
        ("http://mlflow.example.com:5000/#/models/churn/versions/11", "models › churn › v11"),
    ],
)
async def test_places_of_models_open(tmp_path: Path, place: str, text: str) -> None:
    world = model_shop(tmp_path, place=parse_place(place))
    async with world.open() as deck:
        await deck.until_text(text)
        await deck.until_text("models › churn")
        await deck.press("q")
        await deck.until_text("fraud_score")


def tear(world: World) -> None:
    """A crash in the middle of a line of the ledger."""
    with open(world.folder / "state" / "ledger.jsonl", "a") as file:
        file.write('{"torn')


async def test_the_ledger_on_the_screen(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
        tear(world)
        await deck.press("L")
        await deck.until_text("champion v12 → v11")
        assert "torn" in deck.text() and "skipped" in deck.text()
        await deck.press("enter")
        await deck.until_text('"outcome": "done"')


# several marked models, one after another


async def mark_models(deck: Deck[int], *names: str) -> None:
    for name in names:
        models(deck).board.grid.move_to(name)
        await deck.press("space")
    await deck.until(lambda: {one.name for one in models(deck).models_marked()} == set(names), "they are marked")


def refuse_model(world: World, method: str, refused: str) -> None:
    """The server says no, once, to a write to this model."""
    write = getattr(world.registry, method)
    waiting = [refused]

    def refusing(name: str, *rest: object) -> None:
        if name in waiting:
            waiting.remove(name)
            forbidden(lambda: None)
        write(name, *rest)

    setattr(world.registry, method, refusing)


async def test_marked_models_are_tagged_finished_and_put_back(world: World) -> None:
    refuse_model(world, "tag_model", "ltv")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "ltv", "pricing")
        await deck.press("t")
        await deck.until_text("Tags of 3 models")
        await deck.type("owner=ops")
        await deck.press("enter")
        await deck.until_text("Tag owner of churn, ltv and pricing")
        assert re.search(r"churn\s+growth\s+ops", deck.text()), "what each has now and will have"
        await deck.press("enter")
        await deck.until_text("Models: 1 of 3 done")
        assert "refused" in deck.text() and "not tried" in deck.text()

        def owners() -> list[str | None]:
            return [world.registry.models[name].tags.get("owner") for name in ("churn", "ltv", "pricing")]

        assert owners() == ["ops", "ben", "market"]
        await deck.press("f")
        await deck.until(lambda: "Wrote the tag owner of ltv and pricing" in message(deck), "the rest is done")
        assert owners() == ["ops", "ops", "ops"]
        assert [entry.subject for entry in world.ledger.read().entries if entry.outcome == "done"] == [
            "churn", "ltv", "pricing",
        ]  # fmt: skip


async def test_what_was_tagged_of_marked_models_is_put_back(world: World) -> None:
    refuse_model(world, "tag_model", "ltv")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "ltv")
        await deck.press("t")
        await deck.until_text("Tags of 2 models")
        await deck.type("owner=")
        await deck.press("enter")
        await deck.until_text("Tag owner of churn and ltv")
        await deck.press("enter")
        await deck.until_text("Models: 1 of 2 done")
        await deck.press("b")
        await deck.until(lambda: "Wrote the tag owner of churn" in message(deck), "it is as before")
        assert world.registry.models["churn"].tags["owner"] == "growth"


async def test_marked_models_are_deleted_once_their_number_is_typed(world: World) -> None:
    refuse_model(world, "delete_model", "pricing")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "ltv", "pricing")
        await deck.press("delete")
        await deck.until_text("Delete 2 models")
        assert "3, newest v3" in deck.text() and "challenger v3" in deck.text()
        await deck.type("ltv")
        await deck.press("enter")
        await deck.until_text("That is not it.")
        await deck.press(*["backspace"] * 3)
        await deck.type("2 models")
        await deck.press("enter")
        await deck.until_text("Models: 1 of 2 done")
        assert "ltv" not in world.registry.models and "pricing" in world.registry.models
        await deck.press("f")
        await deck.until_text("Delete 1 model")


async def test_names_of_marked_models_are_copied(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "ltv", "churn")
        await deck.press("y")
        await deck.until(lambda: deck.app.clipboard == "ltv\nchurn", "both names are in the clipboard")
