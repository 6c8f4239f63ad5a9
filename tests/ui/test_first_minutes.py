"""What a newcomer meets first: places in the line at the top, hints that come back, the command line, folders, tabs."""

from __future__ import annotations

from datetime import timezone
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widget import Widget

from tests.contracts.shop import full_shop
from tests.support.deck import World, browse, enter_runs, message, runs_pane, shop
from tests.support.driver import Deck, drive
from tests.support.models import open_models
from tests.support.writing import OX
from tui.app.application import DeckApp
from tui.config.model import ContextSettings, Settings
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.glyphs import UNICODE
from tui.features.models.model import ModelScreen
from tui.features.run.screen import RunScreen
from tui.ui.routes import RunRoute, VersionRoute
from tui.widgets.status_line import Status, StatusLine, Top


@pytest.fixture
def world(tmp_path: Path) -> World:
    return full_shop(tmp_path)


async def begun(deck: Deck[int]) -> DeckApp:
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(lambda: app.begun and app.page is not None, "the context is open")
    await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
    return app


async def click(deck: Deck[int], text: str) -> None:
    """Click the first place of the top line that shows a text."""
    app = deck.app
    assert isinstance(app, DeckApp) and app.page is not None
    line: Widget = app.page.status_line
    await deck.pilot.click(line, offset=(deck.lines()[0].index(text), 0))


# the line at the top


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
async def test_the_places_are_named_the_one_here_is_lit_and_each_can_be_clicked(
    world: World, size: tuple[int, int]
) -> None:
    async with world.open(size) as deck:
        await begun(deck)
        assert "[1 Runs]" in deck.lines()[0]
        await click(deck, "2")
        await deck.until(lambda: "[2 Models]" in deck.lines()[0], "the models are open")
        await click(deck, "3")
        await deck.until(lambda: "[3 Serving]" in deck.lines()[0], "the endpoints are open")
        await click(deck, "1")
        await deck.until(lambda: "[1 Runs]" in deck.lines()[0], "the runs are open")


class OneLine(App[int]):
    """The line at the top alone."""

    def compose(self) -> ComposeResult:
        yield StatusLine(Status("local", ""), UNICODE, timezone.utc)


async def test_the_trail_is_cut_before_the_places_lose_their_names() -> None:
    async with drive(OneLine(), (80, 24)) as deck:
        line = deck.app.query_one(StatusLine)
        line.styles.height = 1
        tops = tuple(Top(key, title, title) for key, title in (("1", "Runs"), ("2", "Models"), ("3", "Serving")))
        said = {
            ("a very long experiment", "runs"): "local  [1 Runs] 2 Models  3 Serving    a very long experime… › runs",
            ("experiments", "churn/weekly", "gallant-ox-12 of a long sweep"): " gallant-ox-12 of a long swe…",
            ("experiments", "churn", "runs"): "experiments › churn › runs",
        }
        for crumbs, words in said.items():
            line.show(Status("local", "", crumbs, tops=tops, at="Runs", freshness=Freshness(FreshnessState.CLOSED)))
            await deck.settle()
            assert words in deck.lines()[0]
        more = (*tops, *(Top(key, title, title) for key, title in (("4", "Prompts"), ("5", "Traces"), ("0", "Board"))))
        closed = Freshness(FreshnessState.CLOSED)
        line.show(Status("local", "", ("experiments", "churn", "weekly"), tops=more, at="Serving", freshness=closed))
        await deck.settle()
        assert " 1 Runs  2 Models [3 Serving] 4 Prompts  5  0 " in deck.lines()[0], "the last names go first"
        for at, context in (("Board", "production-" * 9), ("Models", "p" * 99)):
            line.show(Status(context, "", ("experiments",), tops=more, at=at, freshness=closed))
            await deck.settle()
            lit = "[0 Board]" if at == "Board" else "[2 Models]"
            assert lit in deck.lines()[0] and "5" in deck.lines()[0], "a long context gives way to the places"


async def test_a_context_without_endpoints_names_none(tmp_path: Path) -> None:
    async with shop(tmp_path).open() as deck:
        await begun(deck)
        assert "2 Models" in deck.lines()[0] and "Serving" not in deck.lines()[0]


async def test_crumbs_lead_back(world: World) -> None:
    async with world.open((160, 40)) as deck:
        app = await begun(deck)
        await open_models(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "the model is open")
        app.go(VersionRoute("churn", "12"))
        await deck.until_text("models › churn › v12")
        await click(deck, "churn")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "back at the model")
        await click(deck, "models")
        await deck.until(lambda: len(deck.app.screen_stack) == 1, "back at all models")


async def test_where_one_is_is_not_cut_off(world: World) -> None:
    async with world.open((80, 24)) as deck:
        app = await begun(deck)
        app.go(RunRoute(OX))
        await deck.until_text("gallant-ox-12")
        await deck.until(lambda: "gallant-ox-12" in deck.lines()[0], "the run is named at the top")


# the line at the bottom


async def test_help_and_quit_are_always_there(world: World) -> None:
    async with world.open((80, 24)) as deck:
        await begun(deck)
        for place in ("1", "2", "3"):
            await deck.press(place)
            await deck.settle()
            assert "? help" in deck.lines()[-1] and "q quit" in deck.lines()[-1]


async def test_what_was_said_gives_the_hints_back(world: World) -> None:
    world.message_seconds = 0.02
    async with world.open() as deck:
        await begun(deck)
        await deck.press("y")
        await deck.until(lambda: not message(deck) and "? help" in deck.lines()[-1], "the hints are back")


async def test_what_was_said_goes_before_what_is_under_way(world: World) -> None:
    async with world.open((80, 24)) as deck:
        await begun(deck)
        assert isinstance(deck.app, DeckApp) and deck.app.page is not None
        line = deck.app.page.hint_line
        line.count_requests(2, ", one waits for MLflow to be imported")
        await deck.until(
            lambda: deck.lines()[-1].endswith("2 requests, one waits for MLflow to be imported"), "it is told"
        )
        deck.app.say("move alias refused: prod is read-only (--read-only); --read-write overrides")
        await deck.until(lambda: "--read-write overrides" in deck.lines()[-1], "it is said whole")


async def test_what_was_said_stays_until_its_time_is_over(world: World) -> None:
    world.message_seconds = 1000
    async with world.open() as deck:
        await begun(deck)
        await deck.press("y")
        await deck.until(lambda: "Copied" in message(deck), "it is said")
        await deck.settle()
        assert "Copied" in deck.lines()[-1]
        await deck.press("j")
        assert not message(deck)


# the command line


async def test_enter_takes_the_first_match_and_a_context_stays_at_the_model(tmp_path: Path) -> None:
    contexts = {name: ContextSettings(tracking_uri=f"http://{name}:5000") for name in ("prod", "staging")}
    world = full_shop(tmp_path, settings=Settings(contexts=contexts))
    async with world.open() as deck:
        await begun(deck)
        await open_models(deck)
        await deck.press("j", "j")
        await deck.until_text("models › ltv")
        await deck.press("colon")
        await deck.type("ctx stag")
        await deck.press("enter")
        await deck.until(lambda: [launch.context_name for launch in world.opened] == ["staging"], "staging is opened")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "the same model is open there")
        await deck.until_text("models › ltv")
        assert deck.lines()[0].startswith(" staging")


async def test_a_context_stays_at_the_experiment_or_says_that_it_is_not_there(tmp_path: Path) -> None:
    contexts = {name: ContextSettings(tracking_uri=f"http://{name}:5000") for name in ("prod", "staging")}
    world = full_shop(tmp_path, settings=Settings(contexts=contexts))
    async with world.open() as deck:
        await begun(deck)
        await deck.press("colon")
        await deck.type("experiments pric")
        await deck.press("enter")
        await deck.until_text("experiments › pricing")
        await deck.press("colon")
        await deck.type("ctx stag")
        await deck.press("enter")
        await deck.until(lambda: deck.lines()[0].startswith(" staging"), "staging is open")
        await deck.until_text("experiments › pricing")
        world.tracking.experiments = [one for one in world.tracking.experiments if one.name != "pricing"]
        await deck.press("colon")
        await deck.type("ctx prod")
        await deck.press("enter")
        await deck.until(lambda: "pricing is not here" in message(deck), "it is said")


async def test_a_run_is_opened_by_its_name(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        await deck.press("colon")
        await deck.type("brave")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")
        await deck.until_text("brave-elk-771")


async def test_names_of_models_are_completed(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        await open_models(deck)
        await deck.press("colon")
        await deck.type("models fra")
        await deck.until_text("models fraud_score")
        await deck.press("enter")
        await deck.until(lambda: "fraud_score" in deck.lines()[0], "the cursor is on it")


async def test_what_matches_nothing_is_said_with_the_nearest(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        await deck.press("colon")
        await deck.type("refrehs")
        await deck.until_text("The nearest is “refresh”")


async def test_up_brings_back_what_was_said(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        for line in ("experiments pric", "experiments fraud"):
            await deck.press("colon")
            await deck.type(line)
            await deck.press("enter")
            await deck.settle()
        await deck.press("colon", "up")
        await deck.until_text("experiments fraud/cards")
        await deck.press("up")
        await deck.until_text("experiments pricing")
        await deck.press("down", "down")
        await deck.until(lambda: "type to narrow" in deck.text(), "one's own line is back")


async def test_what_was_said_is_there_at_the_next_start_without_passwords(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        for line in ("experiments fraud", "open https://ana:s3cret@mlflow.example.com/#/experiments/1"):
            await deck.press("colon")
            await deck.type(line)
            await deck.press("enter")
            await deck.settle()
    async with world.open() as deck:
        await begun(deck)
        await deck.press("colon", "up")
        await deck.until_text("open https://mlflow.example.com/#/experiments/1")
        assert "s3cret" not in deck.text()
        await deck.press("up")
        await deck.until_text("experiments fraud/cards")


async def test_a_problem_that_is_over_is_not_told_any_more(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        for name, shown in (("nowhere-at-all", "nowhere-at-all"), ("pricing", "› pricing")):
            await deck.press("colon")
            await deck.type(f"experiments {name}")
            await deck.press("enter")
            await deck.until_text(shown)
        assert "nowhere-at-all" not in deck.text()


# copying


@pytest.mark.parametrize(
    ("clipboard", "fails", "said"),
    [
        ("(string) 52", "0", "Copied experiment name: churn/weekly"),
        ("[missing]", "0", "in tmux's buffer only; “tmux set -as terminal-features ,vt220:clipboard”"),
        ("(string) 52", "1", "sent past tmux, which passes it on after “tmux set -g allow-passthrough on”"),
    ],
)
async def test_copying_inside_tmux_arrives_or_says_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clipboard: str, fails: str, said: str
) -> None:
    tmux = tmp_path / "bin" / "tmux"
    tmux.parent.mkdir()
    tmux.write_text(
        f'#!/bin/sh\nif [ "$1" = load-buffer ]; then cat > "{tmp_path}/buffer"; exit {fails}; fi\n'
        'if [ "$1" = display-message ]; then echo /dev/pts/7; exit 0; fi\n'
        "printf 'Terminal 0: xterm for /dev/pts/1, flags=0x0:\\n 1: Ms: (string) 52\\n'\n"
        f"printf 'Terminal 1: vt220 for /dev/pts/7, flags=0x0:\\n 1: Ms: {clipboard}\\n'\n"
    )
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmux.parent}:/usr/bin:/bin")
    world = shop(tmp_path)
    world.environment = {"TMUX": "/tmp/tmux-0/default,1,0"}
    async with world.open() as deck:
        await begun(deck)
        await deck.press("y")
        await deck.until(lambda: said in message(deck), "it is told what became of it")
    assert (tmp_path / "buffer").read_text() == "churn/weekly"


# folders, and where a run has more tabs than fit


async def test_a_folder_shows_the_runs_of_what_is_in_it(world: World) -> None:
    async with world.open() as deck:
        await begun(deck)
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("escape", "g")
        await deck.until(lambda: "lost-heron" in deck.text(), "runs of both experiments are shown")
        assert "Choose an experiment" not in deck.text()
        await deck.settle()
    async with world.open() as deck:
        await begun(deck)
        await deck.until(lambda: len(browse(deck).runs.experiments) == 2, "the folder is there again")


async def test_no_tab_is_out_of_sight_without_a_sign_and_both_panes_turn_them(world: World) -> None:
    async with world.open() as deck:
        app = await begun(deck)
        app.go(RunRoute(OX))
        await deck.until_text("[Params 2]")
        await deck.until(lambda: f"{1:032x}" in deck.text(), "the run's id is whole")
        assert "Artifacts" in deck.text() or "›" in deck.line_with("[Params 2]")[56:]
        await deck.press("shift+tab", "right_square_bracket")
        await deck.until_text("[Metrics 2]")
