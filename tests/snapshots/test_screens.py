"""Pictures of the screens: whole, empty, waiting and in trouble; narrow too where they are laid out otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import (
    DAY,
    FORBIDDEN,
    HOUR,
    NOW_MS,
    OFFLINE,
    World,
    browse,
    enter_runs,
    experiment,
    run,
    runs_pane,
    shop,
    world,
)
from tests.support.driver import Deck
from tests.support.snapshots import Picture
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreCondition, StoreReport
from tui.features.diagnostics.store import StoreScreen
from tui.features.run.screen import RunScreen
from tui.services.session import LoggedRequest
from tui.ui.asking import Asking

SMALL, MIDDLE, LARGE = (80, 24), (120, 36), (200, 50)
SIZES = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x36"])


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


async def calm(deck: Deck[int]) -> None:
    """Everything asked has been answered, and the details are those of the run under the cursor."""

    def settled() -> bool:
        screens = deck.app.screen_stack
        asking = [w for screen in screens for w in (screen, *screen.walk_children()) if isinstance(w, Asking)]
        if any(getattr(widget, "_tickets", None) for widget in asking):
            return False
        shown = browse(deck).details
        here = runs_pane(deck).run_here()
        return shown is not None and (shown.detail.run_id if shown.detail is not None else None) == here

    await deck.until(settled, "everything has been answered")
    await deck.settle()
    await deck.settle()


# experiments and runs


@SIZES
async def test_runs(small: World, picture: Picture, size: tuple[int, int]) -> None:
    async with small.open(size=size) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter")
        await calm(deck)
        picture(deck)


@SIZES
async def test_experiments(small: World, picture: Picture, size: tuple[int, int]) -> None:
    async with small.open(size=size) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await calm(deck)
        picture(deck)


async def test_details_alone(small: World, picture: Picture) -> None:
    async with small.open(size=SMALL) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter", "tab", "right_square_bracket", "right_square_bracket")
        await calm(deck)
        picture(deck)


async def test_sorted_marked_and_folded(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space", "space", "j", "f")
        for _ in range(5):
            await deck.press("l")
        await deck.press("s", "x")
        await calm(deck)
        picture(deck)


async def test_several_experiments(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("j", "space", "space", "enter")
        await deck.until_text("Runs of 2 experiments · 3")
        await calm(deck)
        deck.shows("Experiments · 5 · 2 marked", "◆     backfill", "◆   fraud/cards")
        assert "fraud/cards" in deck.line_with("tx-transformer-8") and "churn/backfill" in deck.line_with("lost-heron")


async def test_a_filter(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("val_auc > 0.925 and lr < 0.05")
        await deck.until_text("4 match")
        await calm(deck)
        picture(deck)


async def test_a_wrong_filter(small: World, picture: Picture) -> None:
    async with small.open(size=SMALL) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter", "slash")
        await deck.type("val_auc >> 0.9 or )")
        await deck.until(lambda: runs_pane(deck).filter.error is not None, "it is not understood")
        await calm(deck)
        picture(deck)


async def test_a_filter_that_the_server_refuses(small: World, picture: Picture) -> None:
    small.tracking.filter_problem = Problem(
        Kind.BAD_REQUEST, "Could not read runs", "Invalid attribute key 'acc' specified."
    )
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("metrics.val_auc > 0.92")
        await deck.press("ctrl+s")
        await deck.until_text("The server refused it: Invalid attribute key 'acc' specified.")
        await calm(deck)
        deck.shows("Runs · churn/weekly · 12 · 10 match", "/ metrics.val_auc > 0.92")


async def test_a_filter_that_matches_nothing(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("val_auc > 0.99")
        await deck.press("enter")
        await deck.until_text("No loaded run matches")
        await calm(deck)
        deck.shows("here: val_auc > 0.99", "No run is under the cursor.")


async def test_part_of_the_runs(tmp_path: Path, picture: Picture) -> None:
    many = world(tmp_path, [experiment(1, "many")], [run(number) for number in range(500)], page_size=100)
    async with many.open(size=MIDDLE) as deck:
        await enter_runs(deck, "run-000")
        many.tracking.gate.clear()
        await deck.press("l", "l", "l", "s", "s", "escape")
        await deck.until_text("ctrl+e loads all")
        many.tracking.gate.set()
        await deck.until_text("first of 200 of 500, ctrl+e loads all")


async def test_hostile_names(tmp_path: Path, picture: Picture) -> None:
    names = [
        "\x1b[31mred\x07",
        "[bold]x[/] [@click=app.quit]",
        "abc\u202egpj.exe",
        "解約予測 🙂",
        "one\ntwo",
        "a" * 300,
    ]
    experiments = [experiment(number, name, updated=number * DAY) for number, name in enumerate(names, 1)]
    runs = [
        run(number, name=name, user=name[:20], params={name: name}, tags={name: name}, note=name)
        for number, name in enumerate(names, 1)
    ]
    async with world(tmp_path, experiments, runs).open(size=MIDDLE) as deck:
        await enter_runs(deck, "\\x1b[31mred")
        await calm(deck)
        picture(deck)


async def test_plain_ascii(small: World, picture: Picture) -> None:
    small.settings = replace(small.settings, ascii=True)
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space")
        await calm(deck)
        picture(deck)


async def test_the_light_theme(small: World, picture: Picture) -> None:
    small.settings = Settings(theme="deck-light")
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space")
        await calm(deck)
        picture(deck)


# empty, waiting, in trouble


async def test_nothing_there(tmp_path: Path, picture: Picture) -> None:
    async with world(tmp_path).open(size=MIDDLE) as deck:
        await deck.until_text("There are no active")
        await calm(deck)
        picture(deck)


async def test_no_runs(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("G")
        await deck.until_text("There are no active runs in empty.")
        await calm(deck)
        deck.shows("Runs · empty · 0", "i shows active, deleted or all", "No run is under the cursor.")


async def test_waiting(small: World, picture: Picture) -> None:
    small.tracking.gate.clear()
    async with small.open(size=MIDDLE) as deck:
        await deck.until_text("Reading experiments …")
        await deck.until(lambda: browse(deck).details is not None, "all panes are there")
        await deck.settle()
        picture(deck)
        small.tracking.gate.set()


async def test_waiting_for_runs(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await calm(deck)
        small.tracking.gate.clear()
        await deck.press("j", "j", "enter")
        await deck.until_text("Reading runs …")
        await deck.until_text("No run is under the cursor.")
        await deck.settle()
        deck.shows("Runs · fraud/cards", "○ loading")
        assert "gallant-ox" not in deck.text(), "nothing of the experiment before is left"
        small.tracking.gate.set()


async def test_unreachable_from_the_start(small: World, picture: Picture) -> None:
    small.tracking.problem = OFFLINE
    async with small.open(size=SMALL) as deck:
        await deck.until_text("offline")
        await calm(deck)
        picture(deck)


@pytest.mark.parametrize(
    ("problem", "said"),
    [(FORBIDDEN, "stale · as of 14:00"), (OFFLINE, "offline · as of 14:00 · tries again by itself")],
    ids=["stale", "offline"],
)
async def test_a_refresh_that_failed(small: World, picture: Picture, problem: Problem, said: str) -> None:
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await calm(deck)
        small.tracking.problem = problem
        await deck.press("r")
        await deck.until(lambda: browse(deck).freshness.problem is not None, "the problem is known")
        await deck.until(lambda: runs_pane(deck).freshness.problem is not None, "that of the runs too")
        await calm(deck)
        deck.shows(said, "gallant-ox-12", "r tries again")
        if problem is OFFLINE:
            picture(deck)


async def test_rows_last_seen(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await calm(deck)
    small.clock.now += 2 * HOUR
    small.tracking.gate.clear()
    async with small.open(size=MIDDLE) as deck:
        await deck.until_text("gallant-ox-12")
        details = browse(deck)
        await deck.until(lambda: details.details is not None, "all panes are there")
        await deck.until_text("Reading this run …")
        await deck.settle()
        picture(deck)
        small.tracking.gate.set()


# a run


async def open_page(deck: Deck[int]) -> RunScreen:
    await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
    await deck.press("enter", "enter")
    await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
    page = deck.app.screen
    assert isinstance(page, RunScreen)
    await deck.until(lambda: page.children_known is not None, "its children are known")
    await deck.until(lambda: None not in (page.made.models, page.made.versions), "what it made is known")
    await calm(deck)
    return page


@SIZES
async def test_the_page_of_a_run(small: World, picture: Picture, size: tuple[int, int]) -> None:
    async with small.open(size=size) as deck:
        await open_page(deck)
        picture(deck)


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("tags", ("[Tags 2]",)),
        ("datasets", ("[Datasets 1]",)),
        ("note", ("[Note]", "Best so far", "With the new features.")),
    ],
    ids=["tags", "datasets", "note"],
)
async def test_a_tab_of_a_run(small: World, picture: Picture, tab: str, said: tuple[str, ...]) -> None:
    async with small.open(size=MIDDLE) as deck:
        page = await open_page(deck)
        for _ in range(12):
            if page.tabs.tab != tab:
                await deck.press("right_square_bracket")
        await calm(deck)
        deck.shows(*said)
        if tab == "datasets":
            picture(deck)


# dialogues


@pytest.mark.parametrize(
    ("key", "said", "size"),
    [
        ("o", "space show/hide", MIDDLE),
        ("S", "space up/down", SMALL),
        ("colon", "type a name", MIDDLE),
        ("Y", "run URI", MIDDLE),
    ],
    ids=["columns", "sort", "command", "copy"],
)
async def test_a_dialogue(small: World, picture: Picture, key: str, said: str, size: tuple[int, int]) -> None:
    async with small.open(size=size) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter")
        await calm(deck)
        await deck.press(key)
        await deck.until_text(said)
        if key == "colon":
            await deck.type("mod")  # all of them would be another picture with each new command
            await deck.until_text("models")
        await calm(deck)
        picture(deck)


@SIZES
async def test_the_keys_that_work_here(small: World, picture: Picture, size: tuple[int, int]) -> None:
    async with small.open(size=size) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter")
        await calm(deck)
        await deck.press("question_mark")
        await deck.until_text("Keys that work here")
        await deck.type("fold")  # all of them would be another picture with each new key
        await deck.until_text("Fold or unfold every parent.")
        await calm(deck)
        deck.shows("enter run it", "esc leave")
        if size == MIDDLE:
            picture(deck)


async def test_about_an_experiment(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await calm(deck)
        await deck.press("e")
        await deck.until_text("Trained")
        await calm(deck)
        picture(deck)


# the store, and the log


@pytest.mark.parametrize(
    ("condition", "size", "said"),
    [
        (StoreCondition.MISSING, MIDDLE, ("Leave",)),
        (StoreCondition.OLDER, SMALL, ("Look at a migrated copy", "Upgrade it")),
        (StoreCondition.NEWER, LARGE, ("was made by a newer MLflow: its schema 1b5f0d is not known to", "c48cb7")),
    ],
    ids=["missing", "older", "newer"],
)
async def test_a_store_that_may_not_be_opened(
    small: World, picture: Picture, condition: StoreCondition, size: tuple[int, int], said: tuple[str, ...]
) -> None:
    small.launch = {"tracking_uri": "sqlite:////data/mlflow.db", "origins": {"tracking_uri": "--tracking-uri"}}
    small.store.report = StoreReport(condition, "sqlite:////data/mlflow.db", "/data/mlflow.db", "1b5f0d", "c48cb7")
    kind = Kind.STORE_MISSING if condition is StoreCondition.MISSING else Kind.SCHEMA
    small.tracking.problem = Problem(kind, "Could not open the store", "it is not ready")
    async with small.open(size=size) as deck:
        await deck.until(lambda: isinstance(deck.app.screen, StoreScreen), "the store is told of")
        await deck.until_text("Leave")
        await calm(deck)
        deck.shows("not open", "The place comes from: --tracking-uri.", *said)
        if size == MIDDLE:
            picture(deck)


async def test_the_log_of_requests(small: World, picture: Picture) -> None:
    async with small.open(size=MIDDLE) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await calm(deck)
        for number, (took, outcome) in enumerate(((120.0, "ok"), (1830.0, "ok"), (8004.0, "timeout"), (None, ""))):
            asked = LoggedRequest(number, "search_runs", "experiment 1", NOW_MS + number * 1000, took, outcome)
            small.log.record(replace(asked, size=3_400_000 if outcome == "ok" else 0))
        await deck.press("at")
        await deck.until_text("Requests · 4 made")
        await deck.until(lambda: deck.lines()[-1].rstrip().endswith("1 request"), "it is counted")
        await calm(deck)
        picture(deck)
