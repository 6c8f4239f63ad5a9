"""Registered models by keys: the tasks of the README, and reading: pages, watching, prompts, what is late or gone."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.support.deck import URI, World, message
from tests.support.model_shop import ODD, model_shop
from tests.support.models import (
    champion,
    models,
    open_models,
    row,
)
from tui.app.application import DeckApp
from tui.config.model import ModelSettings, Settings
from tui.domain.capabilities import expected, of_server
from tui.domain.models.values import FAILED, VersionsPage
from tui.domain.places import parse_place
from tui.domain.problem import Kind, Problem
from tui.features.models.board import ModelsPane
from tui.features.models.model import ModelScreen
from tui.ui.dialogs.choices import CommandModal
from tui.ui.list_pane import ListPane
from tui.ui.write_panel import WritePanel
from tui.widgets.inputs import CalmInput


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


# the five tasks of the README, with their keys counted


async def test_which_version_is_champion(world: World) -> None:
    async with world.open() as deck:
        keys = await open_models(deck)
        assert "v12" in row(deck, "churn")
        assert keys == 1
        await deck.until_text("champion · since ?")
        await deck.press("slash")
        await deck.type("fraud")
        await deck.until(lambda: models(deck).board.grid.row_count == 1, "one model is left")
        assert "v7" in row(deck, "fraud_score")


async def test_put_champion_back_to_the_version_before(world: World) -> None:
    async with world.open() as deck:
        keys = await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("enter", "enter")
        keys += 5
        await deck.until(lambda: champion(world) == "11", "champion is back")
        await deck.until(lambda: "read back 14:00:00, ledger #1 · u takes it back" in message(deck), "it is told")
        assert keys == 6
        assert "Moved champion of churn: v12 → v11" in message(deck)
        await deck.until(lambda: "v11" in row(deck, "churn"), "the board shows it")


async def test_on_the_champion_a_puts_it_back_to_whoever_held_it_last(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        for to in ("14", "11"):
            await deck.press("a")
            await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
            deck.app.screen.query_one("#alias", Input).value = "champion"
            deck.app.screen.query_one("#to", Input).value = to
            await deck.press("enter", "enter")
            await deck.until(lambda to=to: champion(world) == to, "champion is moved")  # type: ignore[misc]
            await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        await deck.press("tab")
        versions = models(deck).versions
        await deck.until(lambda: versions.grid.move_to("11"), "the champion is under the cursor")
        await deck.press("a")
        await deck.until_text("champion v11 (was v14)")
        assert deck.app.screen.query_one("#alias", Input).value == "champion"
        assert deck.app.screen.query_one("#to", Input).value == "14", "not the version of one number less"


async def test_a_summary_tells_others_what_was_done(world: World) -> None:
    world.registry.change_version("churn", "11", tags={})
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until(lambda: "auc" in deck.text(), "both sides are known")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is back")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        told = deck.app.done_last  # type: ignore[attr-defined]
        lines = told.plain().splitlines()
        assert lines[0] == "Moved champion of churn: v12 → v11"
        assert any(re.fullmatch(r"when +2026-\d\d-\d\d \d\d:00:00 UTC", line) for line in lines), lines
        assert any(re.fullmatch(r"champion +v12 → v11", line) for line in lines), lines
        assert any("auc" in line and "→" in line and "(higher is better)" in line for line in lines), lines
        assert any(re.fullmatch(r"ledger +#1", line) for line in lines) and "\n- ledger: \\#1" in told.markdown()
        await deck.press("Y")
        await deck.until_text("what was done last, Markdown")
        deck.shows("summary, Markdown")


async def test_what_changed_between_champion_and_challenger(world: World) -> None:
    async with world.open() as deck:
        keys = await open_models(deck)
        await deck.press("d")
        assert keys + 1 == 2, "one key where the models are open already"
        await deck.until_text("v12 against v14")
        await deck.until_text("auc")
        assert "+0.0052" in deck.line_with("auc")
        await deck.press("x")
        await deck.until_text("tenure_days")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is models(deck), "back on the board")


async def test_which_models_are_unhealthy_and_why(world: World) -> None:
    world.settings = replace(world.settings, keys={"models.findings_only": "f6", "registry.why": "f"})
    async with world.open(size=(200, 40)) as deck:
        keys = await open_models(deck)
        await deck.press("f6")
        assert keys + 1 == 2
        await deck.until_text("f6 shows all")
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
        keys = ["R", *"ltv", "enter"]
        await deck.press(keys[0])
        await deck.until_text("Register as")
        assert "without a signature" in deck.text()
        await deck.type("".join(keys[1:-1]))
        await deck.press(keys[-1])
        assert len(keys) == 2 + len("ltv"), "two keys, and a part of the model's name"
        await deck.until_text("as a version of ltv")
        await deck.press("enter", "enter")
        await deck.until(lambda: "1" in world.registry.by_model["ltv"], "it is registered")
        await deck.until(lambda: "as version ltv v1, read back 14:00:00, ledger #1" in message(deck), "it is told")
        await deck.until_text("models › ltv › v1")


# reading


async def test_many_versions_come_page_by_page(world: World) -> None:
    world.registry.add("big", 2600, aliases={"champion": "2"})
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until_text("200 of ? loaded")
        assert not pane.complete
        await deck.press("tab", "G")
        await deck.until(lambda: pane.complete, "all are read")
        assert pane.grid.row_count == 2600


async def test_reading_again_keeps_the_pages_that_are_loaded(world: World) -> None:
    world.registry.add("big", 4600, aliases={"champion": "2"})
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until(lambda: len(pane.held) == 200, "the first page is read")
        await deck.press("tab")
        pane.grid.move_to("4401")
        await deck.until(lambda: len(pane.held) == 2200, "the second page is read")
        del world.registry.by_model["big"]["4599"], world.registry.by_model["big"]["3000"]
        world.registry.change_version("big", "2900", description="told by somebody else")
        asked = world.registry.called("search_versions")
        shown: list[int] = []
        fill = pane.fill
        pane.fill = lambda: (shown.append(len(pane.held)), fill())[1]  # type: ignore[func-returns-value, method-assign]
        await deck.press("r")
        await deck.until(lambda: pane.held["2900"].description != "", "the second page is read again")
        await deck.until(lambda: "4599" not in pane.held, "what is gone goes, of either page")
        assert "3000" not in pane.held
        assert len(pane.held) == 2200 and not pane.complete
        assert world.registry.called("search_versions") - asked == 2
        assert min(shown) == 2200
        assert pane.grid.cursor_key == "4401"
        await deck.press("G")
        await deck.until(lambda: pane.complete, "the rest is read too")
        assert len(pane.held) == 4598


async def test_a_second_page_that_fails_takes_nothing_away(world: World) -> None:
    world.registry.add("big", 2600)
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        pane = models(deck).versions
        await deck.until(lambda: len(pane.held) == 200, "the first page is read")
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
        assert len(pane.held) == 2600


async def test_watching_marks_what_changes(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("w")
        world.registry.move("churn", "champion", "13")
        models(deck)._look_for_news()
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
        models(deck)._look_for_news()
        await deck.until(lambda: "churn: v13 failed to register" in message(deck), "it is told")
        await deck.until(lambda: "v13 ●" in deck.text() and "churn ●" in deck.text(), "both panes mark it")
        assert len(rung) == 1
        models(deck)._look_for_news()
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
        models(deck)._look_for_news()
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
        page._look_for_news()
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
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
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


async def test_an_empty_registry_of_a_server_that_hides_is_empty_for_whoever_looks(world: World) -> None:
    world.registry.models.clear()
    world.can = replace(expected(URI, URI), hides=True)
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        await deck.until_text("There is no model here that you may see.")


async def test_what_an_old_server_lacks_is_said_and_its_keys_are_absent(world: World) -> None:
    world.can = of_server(expected(URI, URI), "2.16.2")
    async with world.open((160, 45)) as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        await deck.until_text("MLflow 2.16.2 has no prompts, logged models, removal of an experiment's tags")
        board = deck.app.screen.query_one(ModelsPane)
        assert board.check_action("to_prompts", ()) is False
        for key in ("P", "4"):
            await deck.press(key)
            await deck.until(lambda: "MLflow 2.16.2 has no prompts: they came with 2.21" in message(deck), "it is said")
        assert deck.app.screen.query(ModelsPane)
        await deck.press("j")
        await deck.until(lambda: not message(deck), "it is said no more")
        await deck.press("colon")
        await deck.until(lambda: isinstance(deck.app.screen, CommandModal), "the command line is there")
        assert "has no prompts" not in deck.text()
        for name, why in (("serving", "are on Databricks"), ("prompts", "MLflow 2.16.2 has no prompts: they")):
            deck.app.screen.query_one(CalmInput).value = name
            await deck.until_text(why)
        await deck.press("enter")
        await deck.until(lambda: "MLflow 2.16.2 has no prompts: they came with 2.21" in message(deck), "it is said")


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
        assert pane.here() is not None and set(pane.held) >= {"12", "14"}


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


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("models:/churn/Production", "v12 is the newest version of churn in the stage Production"),
        ("models:/churn/staging", "v14 is the newest version of churn in the stage Staging"),
        ("models:/churn/Nowhere", "churn has no version in the stage Nowhere; it has Production, Staging"),
        ("models:/churn@Champion", "churn has no alias Champion, but champion (v12)"),
    ],
)
async def test_a_stage_opens_its_newest_version(tmp_path: Path, place: str, text: str) -> None:
    world = model_shop(tmp_path, place=parse_place(place))
    registry = world.registry
    for version, stage in (("12", "Production"), ("14", "Staging")):
        registry.change_version("churn", version, stage=stage)
    async with world.open((120, 36)) as deck:
        await deck.until_text(text)
        page = deck.app.screen
        assert isinstance(page, ModelScreen)
        await deck.until(lambda: page.versions.complete, "the versions are read")
        assert "stage" in deck.text()
        wanted = {"Production": "12", "staging": "14"}.get(place.rpartition("/")[2])
        if wanted:
            await deck.until(lambda: page.versions.grid.cursor_key == wanted, "the cursor is on it")


def tear(world: World) -> None:
    """A crash in the middle of a line of the ledger."""
    with open(world.folder / "state" / "ledger.jsonl", "a") as file:
        file.write('{"torn')


async def test_the_ledger_on_the_screen(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        tear(world)
        await deck.press("L")
        await deck.until_text("champion v12 → v11")
        assert "torn" in deck.text() and "skipped" in deck.text()
        await deck.press("enter")
        await deck.until_text('"outcome": "done"')


async def test_a_server_that_does_not_count_versions_is_asked_for_those_of_models_with_few(world: World) -> None:
    world.registry.counts = False
    world.registry.add("many", 1)
    world.registry.by_model["many"] = {"900": replace(world.registry.by_model["many"]["1"], version="900")}
    async with world.open(size=(160, 36)) as deck:
        await open_models(deck)
        await deck.until(lambda: "≤" not in row(deck, "churn"), "the versions of churn have been counted")
        assert re.search(r"\b14\b", row(deck, "churn")), "and not only its newest told"
        await deck.until(lambda: "≤900" in row(deck, "many"), "of many versions the most that there can be is told")
        await deck.settle()
        asked = [what for name, what in world.registry.calls if name == "search_versions"]
        counted = {what[0] for what in asked}
        assert counted == {"churn", "fraud_score", "ltv", "pricing", ODD}, "of those in view, and of no other"


async def test_how_board_and_versions_are_arranged_is_kept(world: World) -> None:
    """Columns moved, widened and sorted by are there at the next start, in both lists."""

    def titles(pane: ListPane[Any]) -> list[str]:
        return [column.key for column in pane.grid.table.columns] if pane.grid.table is not None else []

    def width(pane: ListPane[Any], key: str) -> int:
        assert pane.grid.table is not None
        return next(column.width for column in pane.grid.table.columns if column.key == key)

    async with world.open((120, 36)) as deck:
        await open_models(deck)
        board, versions = models(deck).board, models(deck).versions
        await deck.until(lambda: "metric" in titles(versions), "the metric is known")
        board.grid.move_to_column("latest")
        before = titles(board)
        at, cells = before.index("latest"), width(board, "latest")
        await deck.press("right_curly_bracket", "greater_than_sign", "s")
        await deck.until(lambda: titles(board).index("latest") == at + 1, "the column has moved")
        assert width(board, "latest") > cells
        assert board.grid.table is not None and board.grid.table.row_key(0) == "churn", "the newest version first"
        await deck.press("tab")
        versions.grid.move_to_column("metric")
        cells = width(versions, "metric")
        await deck.press("left_curly_bracket", "less_than_sign", "s", "s")
        await deck.until(lambda: titles(versions).index("metric") < titles(versions).index("run"), "it has moved")
        assert width(versions, "metric") < cells

        def first() -> str | None:
            return versions.grid.table.row_key(0) if versions.grid.table is not None else None

        await deck.until(lambda: first() == "1", "the worst first")
        kept = titles(board), titles(versions)
        await deck.until(lambda: not board.is_asking("remember") and not versions.is_asking("remember"), "it is kept")
    async with world.open((120, 36)) as deck:
        await open_models(deck)
        board, versions = models(deck).board, models(deck).versions
        await deck.until(lambda: (titles(board), titles(versions)) == kept, "the columns are as they were")
        assert board.arrangement.sort == (("latest", True),) and versions.arrangement.sort == (("metric", False),)
        assert versions.grid.table is not None
        await deck.until(lambda: versions.grid.table.row_key(0) == "1", "sorted as before")  # type: ignore[union-attr]
        await deck.press("S")
        await deck.until_text("space up/down")
        await deck.press("escape", "o")
        await deck.until_text("space show/hide")
