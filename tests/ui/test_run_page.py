"""The page of a run: its tabs, whole texts, note, parent and children, and what can be copied of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import FORBIDDEN, MINUTE, NOW_MS, World, browse, enter_runs, message, part, run, runs_pane, shop
from tests.support.driver import Deck
from tui.domain.artifacts import LoggedModel, ModelMetric
from tui.domain.problem import Kind, Problem
from tui.features.logged_models.screen import LoggedModelScreen
from tui.features.models.model import VersionScreen
from tui.features.run.screen import RunScreen


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


def page(deck: Deck[int]) -> RunScreen:
    for screen in reversed(deck.app.screen_stack):
        if isinstance(screen, RunScreen):
            return screen
    raise AssertionError("there is no page of a run")


async def open_first(deck: Deck[int]) -> None:
    """Open the first run's page and wait until it has been read."""
    await enter_runs(deck, "gallant-ox-12")
    await deck.press("enter")
    await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
    await deck.until_text("live 14:00")
    await deck.until_text("[Params 2]")


async def to_tab(deck: Deck[int], tab: str) -> None:
    for _ in range(12):
        if page(deck).tabs.tab == tab:
            return
        await deck.press("right_square_bracket")
    raise AssertionError(f"there is no tab {tab}")


async def test_the_overview_says_what_it_is(small: World) -> None:
    async with small.open(size=(200, 50)) as deck:
        await open_first(deck)
        for text in (
            f"{1:032x}"[:20],
            "✓ done",
            "2026-11-23 13:54:00  (6m)",
            "4m00s",
            "train.py",
            "4f2c9e1b7a",
            "customers@9f3c21",
        ):
            assert text in deck.text()
        assert "experiments › churn/weekly › gallant-ox-12" in deck.text()
        await deck.press("W")
        await deck.until_text("This run has no child runs, which are the trials")


async def test_tabs_forth_and_back(small: World) -> None:
    async with small.open(size=(200, 50)) as deck:
        await open_first(deck)
        await to_tab(deck, "tags")
        await deck.until_text("mlflow.source.name")
        await to_tab(deck, "datasets")
        await deck.until_text("prod.ml.customers@417")
        await deck.press("left_square_bracket")
        await deck.until_text("mlflow.source.name")


async def test_the_note_is_laid_out_and_scrolls(small: World) -> None:
    async with small.open() as deck:
        await open_first(deck)
        await to_tab(deck, "note")
        await deck.until_text("Best so far")
        assert "# Best" not in deck.text()
        await deck.until_text("With the new features.")
        await deck.press("y")
        assert message(deck).startswith("Copied note: # Best so far")
        await deck.press("right_square_bracket", "left_square_bracket")
        await deck.until_text("Best so far")


async def test_the_filter_of_names_and_values(small: World) -> None:
    async with small.open() as deck:
        await open_first(deck)
        await deck.press("slash", *"dep")
        await deck.until(lambda: page(deck).tabs.grid.row_count == 1, "one param is left")
        await deck.press(*"zz")
        await deck.until_text("None of the params holds  depzz")
        await deck.press("escape")
        await deck.until(lambda: page(deck).tabs.grid.row_count == 2, "both are shown")


async def test_enter_shows_the_whole_of_a_long_value(small: World) -> None:
    small.tracking.runs[0].params["a_query"] = "SELECT\n" + "x" * 3000 + "\nEND"
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until_text("[Params 3]")
        await deck.press("g", "enter")
        await deck.until_text("3 011 characters, 3 lines")
        await deck.press("G")
        await deck.until_text("END")
        await deck.press("y")
        await deck.until_text("Copied a_query")
        assert deck.app.clipboard.endswith("END")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is page(deck), "the dialogue is gone")


async def test_what_is_too_long_for_a_clipboard_is_not_copied(small: World) -> None:
    small.tracking.runs[0].params["a_query"] = "x" * 80_000
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until_text("[Params 3]")
        await deck.press("g", "y")
        assert "too long for the terminal's clipboard (80000 characters)" in message(deck)
        assert deck.app.clipboard == ""


async def test_parent_and_children(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "sweep-41")
        await deck.press("j", "j", "j", "enter")
        await deck.until_text("8: trial-005, trial-006")
        await deck.press("C")
        await deck.until_text("Child runs")
        await deck.type("009")
        await deck.press("enter")
        await deck.until(lambda: page(deck).run_id == f"{9:032x}", "the child is open")
        await deck.until_text("› trial-009")
        await deck.press("P")
        await deck.until(lambda: page(deck).run_id == f"{4:032x}", "the parent is open")
        await deck.press("q", "q", "q")
        await deck.until(lambda: deck.app.screen is browse(deck), "back at the table")
        assert runs_pane(deck).run_here() == f"{4:032x}"


async def test_copying_as(small: World) -> None:
    small.launch = {"tracking_uri": "https://ana:s3cret@mlflow.example.com"}
    async with small.open() as deck:
        await open_first(deck)
        await deck.press("Y")
        await deck.until_text("run URI")
        assert "s3cret" not in deck.text()
        await deck.type("link")
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard != "", "it is copied")
        assert deck.app.clipboard == f"https://mlflow.example.com/#/experiments/1/runs/{1:032x}"
        assert message(deck).startswith("Copied link: https://mlflow.example.com/#")


async def test_copying_the_value_under_the_cursor(small: World) -> None:
    async with small.open() as deck:
        await open_first(deck)
        await deck.press("g", "y")
        assert deck.app.clipboard == "5"
        assert message(deck) == "Copied depth: 5"
        await deck.press("j")
        assert message(deck) == ""


async def test_a_run_that_cannot_be_read(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.problem = FORBIDDEN
        await deck.press("colon")
        await deck.type(f"open {11:032x}")
        await deck.press("enter")
        await deck.until_text("Nothing could be read of this run.")
        await deck.until_text("answered 403")
        assert "stale" in deck.lines()[0]
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("[Params 2]")
        await deck.until(lambda: "403" not in deck.text(), "the problem is over")


async def test_a_refresh_that_fails_keeps_the_run(small: World) -> None:
    async with small.open() as deck:
        await open_first(deck)
        small.tracking.problem = FORBIDDEN
        await deck.press("r")
        await deck.until_text("answered 403")
        assert "[Params 2]" in deck.text()
        assert "stale · as of 14:00" in deck.lines()[0]


async def test_children_that_cannot_be_read_are_said(small: World) -> None:
    def refuse(*_: object, **__: object) -> tuple[()]:
        raise FORBIDDEN

    small.tracking.child_runs = refuse  # type: ignore[method-assign]
    async with small.open() as deck:
        await open_first(deck)
        await deck.until_text("answered 403")


async def test_a_running_run_says_so_far(small: World) -> None:
    small.tracking.runs.append(run(800, name="now-running", status="RUNNING", age=5 * MINUTE))
    async with small.open() as deck:
        await enter_runs(deck, "now-running")
        await deck.press("enter")
        await deck.until_text("5m00s so far")
        assert "not yet" in deck.text()


async def test_escape_goes_back_and_the_cursor_is_where_it_was(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("j", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is browse(deck), "back at the table")
        assert runs_pane(deck).run_here() == f"{2:032x}"
        assert runs_pane(deck).grid.has_focus


async def test_params_as_a_tree_fold_and_filter(small: World) -> None:
    small.tracking.runs[0].params.update({"opt.lr": "0.1", "opt.decay": "0.01", "opt.adam/beta": "0.9"})
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until_text("[Params 5]")
        grid = page(deck).tabs.grid
        await deck.press("T")
        await deck.until_text("▾ opt")
        await deck.press("g")
        await deck.until(lambda: grid.row_count == 6, "a folder more than params is shown")
        for _ in range(7):
            if grid.cursor_key == "opt.lr":
                break
            await deck.press("j")
        await deck.press("y")
        await deck.until_text("Copied opt.lr")
        await deck.press("f")
        await deck.until_text("3 params")
        assert "▸ opt" in deck.line_with("3 params")
        assert "beta" not in deck.text()
        await deck.press("enter")
        await deck.until_text("beta")
        await deck.press("F")
        await deck.until_text("▸ opt")
        await deck.press("slash", *"beta")
        await deck.until_text("0.9")
        assert "decay" not in deck.text()
        await deck.press("escape")
        await deck.until_text("▸ opt")
        await deck.press("T")
        await deck.until_text("opt.adam/beta")


async def test_params_as_a_tree_beside_the_runs(small: World) -> None:
    small.tracking.runs[0].params.update({"opt.lr": "0.1", "opt.decay": "0.01"})
    async with small.open(size=(200, 50)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until_text("opt.decay")
        details = browse(deck).details
        assert details is not None
        await deck.until(lambda: any("opt.decay" in line for line in part(deck, details)), "the params are there")
        await deck.press("tab")
        await deck.until(lambda: details.grid.has_focus, "the details have the keys")
        await deck.press("T")
        await deck.until_text("▾ opt")
        shown = "\n".join(part(deck, details))
        assert "decay" in shown and "opt.decay" not in shown


def with_models(small: World) -> None:
    model = LoggedModel(
        "m-7", "classifier", "READY", NOW_MS - MINUTE, "/models/m-7", "Agent", f"{1:032x}",
        {"depth": "5"},
        (ModelMetric("auc", 0.93, 4, "holdout", "d0ca"), ModelMetric("auc", 0.91, 4, "weekly", "77aa")),
        {"team": "growth"},
    )  # fmt: skip
    small.artifacts.models = {f"{1:032x}": (model,)}
    small.artifacts.put(model.root, {"MLmodel": b"flavors: {}\n", "data/weights.bin": b"123"})


async def to_overview_row(deck: Deck[int], shown: str) -> None:
    """Put the cursor of the overview on the row that shows a text."""
    overview = page(deck).overview
    await deck.until_text(shown)
    await deck.press("shift+tab")
    await deck.until(lambda: overview.grid.has_focus, "the overview has the keys")
    for _ in range(overview.grid.row_count):
        row = overview.grid.cursor_key
        if row is not None and shown in (overview.value_of(row) or ("", ""))[1]:
            return
        await deck.press("j")
    raise AssertionError(f"there is no row that shows {shown}")


async def test_a_logged_model_opens_with_its_params_metrics_and_files(small: World) -> None:
    with_models(small)
    async with small.open(size=(200, 50)) as deck:
        await open_first(deck)
        await to_overview_row(deck, "classifier  Agent  1 param  2 metrics  m-7")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, LoggedModelScreen), "the model's page is there")
        await deck.until_text("models:/m-7")
        await deck.until_text("MLmodel")
        await deck.press("right_square_bracket")
        await deck.until_text("[Params 1]")
        assert "depth" in deck.text()
        await deck.press("right_square_bracket")
        await deck.until_text("0.91")
        assert "0.93" in deck.text()
        assert "holdout@d0ca" in deck.text() and "weekly@77aa" in deck.text()
        await deck.press("right_square_bracket")
        await deck.until_text("growth")
        small.artifacts.models = {}
        await deck.press("r")
        await deck.until_text("There is no model m-7.")
        assert "growth" in deck.text()
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is page(deck), "back on the run")


async def test_a_registered_version_opens_from_the_run(small: World) -> None:
    async with small.open(size=(200, 50)) as deck:
        await open_first(deck)
        await to_overview_row(deck, "churn v12  @champion")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, VersionScreen), "the version's page is there")
        assert "models › churn › v12" in deck.text()


async def test_a_server_without_logged_models_says_so(small: World) -> None:
    words = "This server knows no logged models: it is older than MLflow 3."
    small.artifacts.problem = Problem(Kind.UNSUPPORTED, "Could not read the logged models", words)
    async with small.open(size=(200, 50)) as deck:
        await open_first(deck)
        await deck.until_text("This server knows no logged models")
        await deck.until_text("churn v12  @champion")


async def test_the_bar_keeps_the_keys_on_a_tab_that_is_a_widget_of_its_own(small: World) -> None:
    async with small.open() as deck:
        await open_first(deck)
        await to_tab(deck, "metrics")
        await deck.press("slash", *"acc")
        page(deck).tabs.retick()
        await deck.press(*"zz")
        await deck.until_text("No metric's name holds  acczz")
        assert "/ acczz" in deck.text()
        await deck.press("escape")
        await deck.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await deck.until_text("9f3c21        training")
        await deck.press("right_square_bracket")
        await deck.until(lambda: deck.app.focused is page(deck).tabs.note, "the note has the keys")
        await deck.press("left_square_bracket")
        await deck.until(lambda: deck.app.focused is page(deck).tabs.grid, "the list has the keys again")
