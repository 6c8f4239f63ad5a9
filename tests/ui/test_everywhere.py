"""What works everywhere: help, commands, contexts, places, the log, keys of one's own, sizes, signs, read-only."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Input, TextArea

from tests.support.deck import (
    OFFLINE,
    World,
    browse,
    enter_runs,
    experiment,
    listed,
    message,
    run,
    runs_pane,
    shop,
)
from tests.support.driver import Deck
from tui.app.application import DeckApp
from tui.app.signals import Resuming
from tui.app.themes import THEMES
from tui.config.model import ContextSettings, NoticeSettings, Settings, WatchSettings
from tui.domain.places import parse_place
from tui.domain.values import MetricValue
from tui.features.diagnostics.requests import RequestsScreen
from tui.features.run.screen import RunScreen
from tui.services.session import LoggedRequest
from tui.ui.dialogs.choices import CommandModal
from tui.ui.dialogs.listing import HelpModal


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


# help


async def test_help_lists_the_keys_of_where_one_is_and_runs_one(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("question_mark")
        await deck.until_text("Keys that work here")
        await deck.until_text("Sort by this column")
        await deck.type("child runs under")
        await deck.until_text("Show child runs")
        await deck.press("enter")
        await deck.until(lambda: not runs_pane(deck).arrangement.flag("tree", default=True), "the action has been run")
        assert deck.app.screen is browse(deck)


async def test_help_is_of_the_pane(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("question_mark")
        assert isinstance(deck.app.screen, HelpModal)
        await deck.type("fold")
        await deck.until_text("Fold or unfold this folder.")
        assert "children of this run" not in deck.text()


# commands


async def command(deck: Deck[int], text: str) -> None:
    await deck.press("colon")
    await deck.until(lambda: isinstance(deck.app.screen, CommandModal), "the command line is there")
    await deck.type(text)
    await deck.press("enter")


async def test_an_action_by_its_name(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await command(deck, "tree")
        await deck.until(lambda: not runs_pane(deck).arrangement.flag("tree", default=True), "the action has been run")


async def test_going_to_an_experiment_and_back_to_the_list(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await command(deck, "experiments fraud/cards")
        await deck.until_text("Runs · fraud/cards · 2")
        assert runs_pane(deck).grid.has_focus
        await command(deck, "experiments")
        await deck.until(lambda: browse(deck).experiments.grid.has_focus, "the list has the keys")
        await command(deck, "runs")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")


async def test_an_experiment_that_is_not_there_is_said(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await command(deck, "experiments nowhere")
        await deck.until_text("there is none called")
        assert "Runs · churn/weekly" in deck.text()


async def test_opening_places(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await command(deck, f"open runs:/{2:032x}")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
        await deck.until_text("› brave-elk-771")
        await command(deck, "open experiments:/3")
        await deck.until_text("Runs · fraud/cards · 2")
        await command(deck, f"open http://mlflow.example.com:5000/#/experiments/1/runs/{1:032x}")
        await deck.until_text("› gallant-ox-12")
        await command(deck, "open http://elsewhere.example.com/#/experiments/1")
        await deck.until(lambda: message(deck) != "", "another server is refused")
        assert "elsewhere.example.com" in message(deck)
        await command(deck, "open experiments:/churn/weekly ")  # a space at the end is a part of the name
        await deck.until_text("there is none called")


async def test_a_place_to_start_at(small: World) -> None:
    small.launch = {"place": parse_place("experiments:/fraud/cards")}
    async with small.open() as deck:
        await deck.until_text("Runs · fraud/cards · 2")
        assert runs_pane(deck).grid.has_focus
    small.launch = {"place": parse_place(f"runs:/{2:032x}")}
    async with small.open() as deck:
        await deck.until_text("› brave-elk-771")
        await deck.press("escape")
        await deck.until_text("Experiments · 5")


async def test_a_place_that_is_not_there_is_told_and_stays_told_when_the_list_has_come(small: World) -> None:
    small.launch = {"place": parse_place("experiments:/nope")}
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly")
        await deck.until_text("Experiments · 5")
        await deck.until_text("nope")
        await deck.settle()
        assert "nope" in deck.text()
        await deck.press("enter")
        await deck.until(lambda: "nope" not in deck.text(), "what has been chosen since takes its place")


async def test_another_context(small: World) -> None:
    other = ContextSettings("http://other.example.com:5000", read_only=True)
    small.settings = Settings(contexts={"other": other})
    async with small.open((200, 50)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
        await deck.press("colon")
        await deck.type("ctx oth")
        await deck.press("enter")
        await deck.until_text("http://other.example.com")
        await deck.until_text("read-only")
        await deck.until_text("Runs · churn/weekly · 12")
    assert small.closed[0] == "prod"


async def test_a_context_that_is_not_there_is_said(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await command(deck, "ctx nowhere")
        await deck.until(lambda: "nowhere" in message(deck), "it is said")
        assert not small.opened


# the log of requests


async def test_the_log_of_requests(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        small.log.record(
            LoggedRequest(1, "search_runs", "experiment 1", 1_795_442_400_000, 1234.5, "ok", "", 3_400_000)
        )
        small.log.record(LoggedRequest(2, "get_run", "run abc", 1_795_442_401_000, 8.0, "forbidden", "no", 10))
        await deck.press("at")
        await deck.until_text("Requests · 2 made")
        assert "14:00:00" in deck.text()
        assert "1 234 ms" in deck.text() or "1 235 ms" in deck.text()
        assert "3.4 MB" in deck.text()
        await deck.press("slash", *"forbidden")
        await deck.until_text("1 match")
        await deck.press("escape", "escape")
        await deck.until(lambda: deck.app.screen is browse(deck), "back where one was")


async def test_the_log_is_not_opened_over_itself(small: World) -> None:
    async with small.open() as deck:
        await deck.press("at", "at")
        assert isinstance(deck.app.screen, RequestsScreen)
        await deck.press("q")
        await deck.until(lambda: deck.app.screen is browse(deck), "back where one was")


async def test_requests_that_last_are_counted_at_the_bottom(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        small.log.record(LoggedRequest(7, "search_runs", "", 0, None, ""))
        await deck.until(lambda: deck.lines()[-1].rstrip().endswith("1 request"), "it is counted")
        small.log.record(LoggedRequest(8, "get_run", "", 0, None, ""))
        await deck.until(lambda: deck.lines()[-1].rstrip().endswith("2 requests"), "both are counted")
        for number in (7, 8):
            small.log.record(LoggedRequest(number, "get_run", "", 0, 1.0, "ok"))
        await deck.until(lambda: "request" not in deck.lines()[-1], "they are over")


# keys


async def test_keys_of_ones_own(small: World) -> None:
    small.settings = Settings(keys={"runs.sort": "f5", "app.leave": "ctrl+x", "grid.down": "e"})
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        hints = deck.lines()[-1]
        assert "f5 sort" in hints
        assert "ctrl+x quit" in hints or "quit" not in hints
        await deck.press("e")
        assert runs_pane(deck).grid.cursor_row == 1
        await deck.press("s")
        await deck.settle()
        assert runs_pane(deck).arrangement.sort == ()
        await deck.press("f5")
        assert runs_pane(deck).arrangement.sort != ()
        await deck.press("question_mark")
        await deck.type("sort by this")
        await deck.until_text("f5")
        await deck.press("escape", "q")
        await deck.settle()
        assert deck.app.is_running
        await deck.press("ctrl+x")
        await deck.until(lambda: not deck.app.is_running or deck.app._exit, "the deck has been left")


async def test_quitting_from_the_top(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("q")
        await deck.until(lambda: not deck.app.is_running or deck.app._exit, "the deck has been left")
        assert deck.app.return_value == 0


async def test_escape_at_the_top_stays(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("escape", "escape", "escape")
        await deck.settle()
        assert deck.app.screen is browse(deck)


# sizes


async def test_a_narrow_terminal_shows_one_pane_at_a_time(small: World) -> None:
    async with small.open(size=(80, 24)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        assert "Runs ·" not in deck.text()
        assert deck.lines()[1].startswith("╭─  Experiments")
        assert cell_len(deck.lines()[1]) == 80
        await deck.press("enter")
        await deck.until_text("Runs · churn/weekly · 12")
        assert "Experiments ·" not in deck.text()
        assert cell_len(deck.lines()[1]) == 80
        await deck.press("tab")
        await deck.until_text("[Params 2]")
        assert "Runs ·" not in deck.text()
        await deck.press("tab")
        await deck.until_text("Experiments · 5")
        await deck.press("shift+tab", "shift+tab")
        await deck.until_text("Runs · churn/weekly · 12")
        assert "? help" in deck.lines()[-1]
        await deck.press("escape")
        await deck.until_text("Experiments · 5")


async def test_the_names_stay_while_the_rest_scrolls_sideways(small: World) -> None:
    async with small.open(size=(80, 24)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter", "end")
        await deck.until(lambda: "depth" in deck.text() or "source" in deck.text(), "the last column is in sight")
        assert "gallant-ox-12" in deck.text()


async def test_tab_goes_through_the_panes_in_order(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: browse(deck).details is not None, "all panes are there")
        seen = []
        for _ in range(4):
            pane = browse(deck).current_pane()
            seen.append(pane.id if pane is not None else None)
            await deck.press("tab")
        assert seen == ["experiments", "runs", "details", "experiments"]


async def test_zoom(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("z")
        await deck.until(lambda: "Experiments ·" not in deck.text(), "the runs have the whole screen")
        assert cell_len(deck.line_with("Runs · churn/weekly")) == 120
        await deck.press("tab")
        await deck.until(lambda: "Runs ·" not in deck.text(), "the details have it")
        await deck.press("z")
        await deck.until_text("Experiments · 5")


async def test_the_size_changes_while_it_runs(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        for size in ((80, 24), (200, 50), (60, 15), (30, 8), (120, 36)):
            await deck.pilot.resize_terminal(*size)
            await deck.until(lambda size=size: len(deck.lines()) == size[1], "it is drawn anew")  # type: ignore[misc]
            await deck.settle()
            assert all(cell_len(line) <= size[0] for line in deck.lines())
            assert runs_pane(deck).grid.has_focus
        await deck.until_text("Experiments · 5")
        assert runs_pane(deck).grid.cursor_row == 0


async def test_a_tiny_terminal_does_no_harm(small: World) -> None:
    async with small.open(size=(20, 5)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press(
            "enter", "j", "slash", "x", "escape", "question_mark", "escape", "colon", "escape", "enter", "q"
        )
        await deck.settle()
        assert deck.app.is_running


# signs


async def test_plain_ascii(small: World) -> None:
    small.settings = replace(small.settings, ascii=True)
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space", "question_mark")
        await deck.until_text("Keys that work here")
        await deck.press("escape", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
        await deck.press("q")
        await deck.until_text("1 marked")
        assert deck.text().isascii(), {character for character in deck.text() if not character.isascii()}
        assert "* " in deck.line_with("gallant-ox-12")


async def test_without_colour_nothing_is_lost(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space")
        await deck.until_text("1 marked")
        assert "✗ failed" in deck.text()
        assert "◆" in deck.line_with("gallant-ox-12")
        assert "▸" in deck.line_with("brave-elk-771").split("││")[1]
        assert "[Params" in deck.text()
        small.tracking.problem = OFFLINE
        await deck.press("r")
        await deck.until_text("○ offline · as of 14:00")


async def test_read_only_is_said_all_the_time(small: World) -> None:
    small.launch = {"read_only": True}
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert "read-only" in deck.lines()[0]
        await deck.press("enter")
        await deck.until_text("› gallant-ox-12")
        assert "read-only" in deck.lines()[0]


async def test_secrets_of_the_address_are_nowhere(small: World) -> None:
    small.launch = {"tracking_uri": "https://ana:s3cret@mlflow.example.com"}
    async with small.open(size=(200, 50)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert "s3cret" not in deck.text()
        assert "mlflow.example.com" in deck.lines()[0]


async def test_an_experiment_is_found_by_its_id_as_well(small: World) -> None:
    small.tracking.experiments.append(experiment(77, "2026"))
    small.tracking.runs.append(run(900, experiment_id="77", name="year-yak"))
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await command(deck, "experiments 3")
        await deck.until_text("Runs · fraud/cards · 2")
        await command(deck, "experiments 2026")
        await deck.until_text("Runs · 2026 · 1")
        assert listed(deck, runs_pane(deck).grid) == ["year-yak"]


async def test_in_a_low_terminal_the_runs_have_more_lines_than_their_details(small: World) -> None:
    async with small.open(size=(120, 14)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        page = deck.app.screen
        await deck.until(lambda: page.has_class("-short"), "the page knows how low it is")
        await deck.settle()
        assert page.query_one("#runs").outer_size.height > page.query_one("#details-place").outer_size.height


async def test_ctrl_c_says_how_to_leave(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("ctrl+c")
        await deck.until_text("q leaves this page, and from the top quits")


async def test_what_can_be_copied_is_offered_once(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        await deck.press("Y")
        await deck.until_text("experiment id")
        assert deck.text().count("experiment name") == 1


async def test_no_cursor_blinks(small: World) -> None:
    """An idle screen sends nothing, also while a line is being typed in."""
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        for keys in (["slash"], ["colon"], ["question_mark"], ["M"], ["e"]):
            await deck.press(*keys)
            await deck.until(lambda: isinstance(deck.app.focused, Input | TextArea), f"{keys} opens a line")
            line = deck.app.focused
            assert isinstance(line, Input | TextArea)
            assert not line.cursor_blink, keys
            await deck.press("escape")
            await deck.until(lambda line=line: deck.app.focused is not line, "the line is left")  # type: ignore[misc]


async def test_a_key_that_means_nothing_just_now_says_so(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")
        await deck.until_text("run id")
        await deck.press("tab", "right_square_bracket", "T")
        await deck.until(lambda: message(deck) == "T (tree or list) means nothing here just now", "it is said")
        await deck.press("escape")
        await deck.until(
            lambda: not isinstance(deck.app.screen, RunScreen), "a key that the list has not is the page's"
        )
        assert message(deck) == ""


async def test_what_is_off_on_the_board_says_why(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        await deck.press("2")
        await deck.until_text("Models")
        await deck.press("C")
        await deck.until(lambda: "this registry is not in one" in message(deck), "it is said why")


# themes


async def test_a_theme_is_shown_before_it_is_chosen_and_its_context_keeps_its_accent_and_word(small: World) -> None:
    small.launch = {"accent": "red", "word": "PRODUCTION"}
    async with small.open() as deck:
        await deck.until_text("weekly")
        deck.shows("PRODUCTION  prod")
        app = deck.app
        assert isinstance(app, DeckApp)
        assert app.theme == "deck-dark red"
        await deck.press(":", *"theme", "enter")
        await deck.until_text("up and down show each")
        await deck.press(*"contrast-l")
        await deck.until(lambda: app.theme == "contrast-light red", "the theme under the cursor is worn")
        await deck.press("escape")
        await deck.until(lambda: app.theme == "deck-dark red", "the one before is put back")
        await deck.press(":", *"theme safe", "enter")
        await deck.until(lambda: app.theme == "safe-dark red", "the theme named is worn")
        for name in THEMES:
            app.action_theme(name)
            await deck.until(lambda name=name: app.theme == f"{name} red", f"{name} is worn")  # type: ignore[misc]
            await deck.press("question_mark", "escape")
        await deck.press(":", *"theme safe", "enter")
        app.post_message(DeckApp.TerminalTold(True))
        await deck.until(lambda: app.theme == "safe-light red", "the terminal told late that it is light")
        await deck.press(":", *"theme nope", "enter")
        await deck.until_text("There is no theme “nope”")


# notices, and how one begins


async def test_a_run_seen_running_that_ends_is_told_of_once(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: bool(app.notices.runs_going), "a running run has been seen")
        (going, *_), sent = app.notices.runs_going, list[str]()
        monkeypatch.setattr(app, "send", sent.append)
        here = next(number for number, one in enumerate(small.tracking.runs) if one.run_id == going)
        small.tracking.runs[here] = replace(small.tracking.runs[here], status="FAILED")
        await deck.press("r")
        await deck.until(lambda: "has failed" in message(deck), "its end is told")
        assert sent == ["\a"] and going not in app.notices.runs_going
        await deck.press("r")
        await deck.until(lambda: not runs_pane(deck).loader.loading, "read again")
        assert sent == ["\a"]
        app.notice("aliases", "prod", "champion moved")
        assert sent == ["\a"], "the bell rings for aliases where models.bell says so"
    small.settings = replace(small.settings, notices=NoticeSettings(by=("osc9",), of=("aliases",)))
    async with small.open() as deck:
        await deck.until_text("weekly")
        later = deck.app
        assert isinstance(later, DeckApp)
        monkeypatch.setattr(later, "send", sent.append)
        later.notice("runs", "x", "y")
        later.notice("aliases", "prod", "champion moved")
        assert sent[1:] == ["\x1b]9;prod: champion moved\a"]


async def test_a_condition_marks_its_row_and_is_told_once(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small.settings = replace(small.settings, watch=WatchSettings(nan=True))
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        app, sent = deck.app, list[str]()
        assert isinstance(app, DeckApp)
        await deck.until(lambda: bool(app.notices.runs_going), "a running run has been seen")
        monkeypatch.setattr(app, "send", sent.append)
        runs, (going, *_) = small.tracking.runs, app.notices.runs_going
        here = next(number for number, one in enumerate(runs) if one.run_id == going)
        runs[here] = replace(runs[here], metrics=(MetricValue("loss", float("nan"), 7, 0),))
        asked = len(small.tracking.calls)
        await deck.press("r")
        await deck.until_text(f"! NaN  {runs[here].name[:6]}")
        assert f"run {runs[here].name}: loss is NaN" in message(deck) and sent == ["\a"]
        await deck.settle()  # all that belongs to the first refresh has been asked
        after = len(small.tracking.calls)
        await deck.press("r")
        await deck.until(lambda: len(small.tracking.calls) > after and not runs_pane(deck).loader.loading, "read again")
        await deck.settle()
        assert sent == ["\a"] and len(small.tracking.calls) - after <= after - asked, "and nothing more is asked"


async def test_plateaus_are_judged_by_one_request_a_metric_and_refresh(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.settings = replace(small.settings, watch=WatchSettings(plateau=("loss:3",), behind=("loss",)))
    going = [one for one in small.tracking.runs if one.status == "RUNNING"]
    other = next(one for one in small.tracking.runs if one.status == "FINISHED")

    def asked() -> int:
        return len([name for name, _ in small.history.calls if name == "sampled"])

    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until(lambda: asked() == 1 and not runs_pane(deck).is_asking("histories"), "judged at first")
        app, sent = deck.app, list[str]()
        assert isinstance(app, DeckApp)
        monkeypatch.setattr(app, "send", sent.append)
        small.history.record(going[0].run_id, "loss", [0.9, 0.5, 0.4, 0.41, 0.42, 0.40])
        small.history.record(other.run_id, "loss", [0.8, 0.3, 0.2, 0.2, 0.1, 0.1])
        await deck.press("r")
        await deck.until_text(f"! plateau, behind  {going[0].name[:3]}")
        assert asked() == 2 and sent == ["\a", "\a"] and "loss no better for 3 points and 1 more" in message(deck)
        await deck.press("s")
        await deck.until(lambda: not runs_pane(deck).is_asking("layout"), "sorted")
        assert asked() == 2, "nothing is asked for what is only laid out anew"
        small.history.record(going[0].run_id, "loss", [0.9, 0.5, 0.4, 0.41, 0.42, 0.01])
        await deck.press("r")
        await deck.until(lambda: "! plateau" not in deck.text(), "better again")
        assert asked() == 3 and len(sent) == 2


async def test_help_begins_with_the_ten_that_matter_and_groups_the_others_by_use(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("question_mark")
        await deck.until_text("To begin with")
        lines = [line for line in deck.lines() if line.strip()]
        start = next(number for number, line in enumerate(lines) if "To begin with" in line)
        end = next(number for number, line in enumerate(lines) if "Finding and arranging" in line)
        assert end - start - 1 == 10
        assert "One row down" in lines[start + 1]
        await deck.press("enter")
        assert isinstance(deck.app.screen, HelpModal), "a heading is nothing to run"
        await deck.type("copy")
        await deck.until(lambda: "To begin with" not in deck.text(), "what is sought has no headings")


async def test_what_to_begin_with_is_offered(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press(":", *"begin", "enter")
        await deck.until_text("Log a first run")
        deck.shows("The sample store", "Another place", "Name your servers", " What to begin with ")
        assert not any(word in deck.text() for word in ("not open", "empty", "loading")), "there is something here"
        await deck.press("enter")
        await deck.until(lambda: "Copied how a first run is logged" in message(deck), "it is copied")
        assert "mlflow.set_tracking_uri('http://mlflow.example.com:5000')" in deck.app.clipboard
        compile(deck.app.clipboard, "first", "exec")
        await deck.press("q")
        await deck.until(lambda: deck.app.screen is browse(deck), "one is back")


# lines that are cut, and slow ones


async def test_after_a_cut_line_place_filter_and_marks_are_offered_and_come_back(small: World, tmp_path: Path) -> None:
    file = tmp_path / "resume.json"
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        app = deck.app
        assert isinstance(app, DeckApp)
        app.resuming = Resuming(app, file)
        assert not app.resuming.go(), "nothing was cut off"
        await deck.press("/", *"status = done", "enter", "space")
        marks = runs_pane(deck).grid.marks
        assert marks
        app._exit_by_signal(129)
    assert file.stat().st_mode & 0o777 == 0o600
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        app = deck.app
        assert isinstance(app, DeckApp)
        app.resuming = Resuming(app, file)
        app.resuming.begin()
        assert "The last session was cut off at churn/weekly: :resume goes back to it" in message(deck)
        await deck.press(":", *"resume", "enter")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
        await deck.until(lambda: runs_pane(deck).filter_text() == "status = done", "the filter is back")
        assert runs_pane(deck).grid.marks == marks
        await deck.press(":", *"resume", "enter")
        assert "no session to go back to" in message(deck) or "none has been cut off" in message(deck)


async def test_it_is_told_where_less_is_drawn_by_itself(small: World) -> None:
    small.settings = Settings(ssh=True)
    small.launch = {"origins": {"ssh": "SSH_CONNECTION"}}
    async with small.open() as deck:
        await deck.until(lambda: "Drawing less in this SSH session; --no-ssh" in message(deck), "it is told")
