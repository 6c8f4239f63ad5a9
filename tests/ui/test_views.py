"""Named views by keys: kept, opened, begun with; what was looked at last; those of MLflow's web UI."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from textual.screen import ModalScreen

from tests.support.deck import World, browse, enter_runs, message, runs_pane, shop
from tests.support.driver import Deck
from tests.support.traced import many_infos
from tests.support.writing import shown
from tui.domain.values import Experiment
from tui.domain.web_views import TRACES, inflated
from tui.features.traces.pane import TracesPane
from tui.ui.views import ViewsModal
from tui.ui.write_words import Face

WEB = json.dumps(
    {
        "name": "Web view",
        "createdAt": 5,
        "state": json.dumps(
            {
                "searchFilter": "metrics.val_auc > 0.925",
                "selectedColumns": ["metrics.`val_auc`", "params.`lr`"],
                "orderByKey": "metrics.`val_auc`",
                "orderByAsc": True,
                "compareRunCharts": [{"uuid": "1"}],
            }
        ),
    }
)


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


def with_tags(world: World, tags: dict[str, str]) -> None:
    def tagged(one: Experiment) -> Experiment:
        return replace(one, tags={**one.tags, **tags}) if one.id == "1" else one

    world.tracking.experiments = [tagged(one) for one in world.tracking.experiments]


def looked_for(deck: Deck[int]) -> list[str]:
    """The filter of the runs, and how many are marked; nothing where there is neither."""
    pane = runs_pane(deck)
    return [part for part in (pane.filter.said, str(len(pane.grid.marks) or "")) if part]


async def picker(deck: Deck[int]) -> ViewsModal:
    await deck.press("K")
    await deck.until(lambda: isinstance(deck.app.screen, ViewsModal), "the views are shown")
    assert isinstance(deck.app.screen, ViewsModal)
    return deck.app.screen


async def pick(deck: Deck[int], name: str, words: str) -> None:
    """Type a name into the picker, and choose the row that says these words."""
    modal = await picker(deck)
    await deck.type(name)
    await deck.until(lambda: words in deck.text(), f"{words} is offered")
    table = modal.grid.table
    assert table is not None
    details = list(table.texts("detail", 0, table.row_count))
    at = next(row for row, detail in enumerate(details) if words in detail)
    await deck.press(*["down"] * at, "enter")
    await deck.until(lambda: not isinstance(deck.app.screen, ViewsModal), "the picker is closed")


async def command(deck: Deck[int], text: str) -> None:
    await deck.press("colon")
    await deck.type(text)
    await deck.press("enter")


async def confirmed(deck: Deck[int]) -> None:
    """Confirm what the write panel shows, in its two steps."""
    await shown(deck, "mlflow.sharedViewState.")
    await deck.press("enter")
    await shown(deck, "mlflow.sharedViewState.", Face.ARMED)
    await deck.press("enter")
    await deck.until(lambda: not isinstance(deck.app.screen, ModalScreen), "it is written")


async def test_a_view_is_kept_by_its_name_and_opened_again_anywhere(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        await deck.press("slash")
        await deck.type("val_auc > 0.925")
        await deck.press("enter")
        await deck.until(lambda: pane.view is not None and pane.view.counts.matching < 8, "it is filtered")
        await deck.press("T", "space")
        await pick(deck, "Good runs", "for churn/weekly")
        await deck.until(lambda: "is kept in" in message(deck), "it is kept")
        kept = yaml.safe_load((small.folder / "views.yaml").read_text())["views"]
        assert kept[0]["name"] == "Good runs" and kept[0]["filter"] == "val_auc > 0.925"
        assert kept[0]["experiment"] == "churn/weekly" and kept[0]["tree"] is False and len(kept[0]["marks"]) == 1
        await deck.press("escape", "escape", "T")
        await deck.until(lambda: not pane.grid.marks and not pane.filter.said, "nothing is filtered")
        await command(deck, "view Good runs")
        await deck.until(lambda: pane.filter.said == "val_auc > 0.925", "the filter is back")
        assert len(pane.grid.marks) == 1 and pane.arrangement.flag("tree", default=True) is False
        await pick(deck, "Good runs", "begin with it")
        await deck.until(lambda: "begins with view" in message(deck), "it is what runs begin with")
        await pick(deck, "Everywhere", "everywhere")
        await deck.until(lambda: "is kept in" in message(deck), "it is kept")
        await command(deck, "view Nonsense")
        await deck.until(lambda: "There is no view “Nonsense”" in message(deck), "it is said")
        await pick(deck, "Everywhere", "delete it")
        await deck.until(lambda: "is deleted" in message(deck), "it is deleted")
    assert [one["name"] for one in yaml.safe_load((small.folder / "views.yaml").read_text())["views"]] == ["Good runs"]
    # On another machine the same file is what runs begin with, where nothing was looked at last.
    fresh = shop(small.folder / "fresh")
    (fresh.folder).mkdir(exist_ok=True)
    (fresh.folder / "views.yaml").write_text((small.folder / "views.yaml").read_text())
    async with fresh.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert runs_pane(deck).filter.said == "val_auc > 0.925"
        assert runs_pane(deck).arrangement.flag("tree", default=True) is False


async def test_what_was_looked_at_last_comes_back_with_its_filter_and_marks(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space", "slash")
        await deck.type("ox")
        await deck.press("enter")
        await deck.until(lambda: "1 match" in deck.text(), "it is filtered")
        await deck.settle()
    async with small.open() as deck:
        await enter_runs(deck, "1 match")
        pane = runs_pane(deck)
        assert looked_for(deck) == ["ox", "1"]
        deck.shows("here: ox", "1 marked")
        # Another experiment is looked at as that was left, and this one again as this was.
        await deck.press("shift+tab", "j")
        await deck.until(lambda: pane.view_place == "churn/backfill" and pane.view, "the other's runs are here")
        assert not looked_for(deck)
        await deck.press("k", "enter")
        await deck.until(lambda: pane.view_place == "churn/weekly" and pane.view, "these are here again")
        assert looked_for(deck) == ["ox", "1"]
        await deck.until(lambda: pane.grid.has_focus, "the runs have the keys")
        await deck.press("escape", "escape")
        await deck.until(lambda: not looked_for(deck), "nothing is filtered")
        await deck.settle()
    async with small.open() as deck:
        await enter_runs(deck, "brave-elk-771")
        assert not looked_for(deck)


async def test_a_view_of_the_web_ui_opens_and_is_written_by_the_write_flow(small: World) -> None:
    with_tags(small, {"mlflow.sharedViewState.17a": WEB})
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        modal = await picker(deck)
        await deck.until(lambda: modal.grid.row_count == 1, "the web UI's view has come")
        deck.shows("Web view", "MLflow's web UI", "metrics.val_auc > 0.925")
        await deck.press("enter")
        await deck.until(lambda: pane.asked.filter_string == "metrics.val_auc > 0.925", "the server is asked")
        assert pane.arrangement.columns == ("metrics.val_auc", "params.lr")
        assert pane.arrangement.sort == (("metrics.val_auc", False),)
        await deck.press("slash")
        await deck.type(" and lr < 0.05")
        await deck.press("enter")
        await pick(deck, "From the deck", "keep what is shown under this name in MLflow's web UI")
        await confirmed(deck)
        tags = next(one for one in small.tracking.experiments if one.id == "1").tags
        assert tags["mlflow.sharedViewState.17a"] == WEB
        made = next(json.loads(value) for key, value in tags.items() if "From the deck" in value)
        state = inflated(made["state"])
        assert state is not None and state["selectedColumns"] == ["metrics.`val_auc`", "params.`lr`"]
        assert state["searchFilter"].startswith("metrics.val_auc > 0.925") and "lr" not in state["searchFilter"]
        assert state["mlflowDeck"]["look"]["filter"].endswith("lr < 0.05")
        await pick(deck, "From the deck", "delete it (MLflow's web UI)")
        await confirmed(deck)
        tags = next(one for one in small.tracking.experiments if one.id == "1").tags
        assert not any("From the deck" in value for value in tags.values())


async def test_a_link_to_a_view_opens_it(small: World) -> None:
    with_tags(small, {"mlflow.sharedViewState.17a": WEB})
    async with small.open() as deck:
        link = "http://mlflow.example.com:5000/#/experiments/1/runs?viewStateShareKey=17a&compareRunsMode=TABLE"
        await deck.until(lambda: browse(deck).experiments.grid.row_count > 0, "the experiments are here")
        await command(deck, f"open {link}")
        pane = runs_pane(deck)
        await deck.until(lambda: pane.arrangement.columns == ("metrics.val_auc", "params.lr"), "the view is open")
        assert pane.asked.filter_string == "metrics.val_auc > 0.925"
        await deck.until(lambda: pane.grid.has_focus, "the runs have the keys")


async def test_a_link_to_a_view_of_traces_opens_it(small: World) -> None:
    small.traces.infos = many_infos()
    state = json.dumps({"single": {"q": "s-4", "sort": "duration", "dir": "desc"}})
    with_tags(small, {f"{TRACES.tag}9b": json.dumps({"name": "", "createdAt": 5, "state": state})})
    async with small.open() as deck:
        await deck.until(lambda: browse(deck).experiments.grid.row_count > 0, "the experiments are here")
        await command(deck, "open http://mlflow.example.com:5000/#/experiments/1/traces?traceViewShareKey=9b")
        await deck.until(lambda: bool(deck.app.screen.query(TracesPane)), "the traces are here")
        pane = deck.app.screen.query_one(TracesPane)
        await deck.until(lambda: pane.query_text == "s-4", "the view is open")
        assert pane.arrangement.sort == (("took", True),)


async def test_any_list_has_views_and_nothing_is_written_where_that_is_not_allowed(tmp_path: Path) -> None:
    world = shop(tmp_path, read_only=True)
    async with world.open() as deck:
        await deck.until(lambda: browse(deck).experiments.grid.row_count > 0, "the experiments are here")
        await deck.press("T")
        await pick(deck, "Flat", "everywhere")
        await deck.until(lambda: "is kept in" in message(deck), "it is kept")
        await deck.press("T")
        await command(deck, "view Flat")
        pane = browse(deck).experiments
        await deck.until(lambda: not pane.as_tree, "the list is one list")
        await deck.press("enter")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
        await pick(deck, "Mine", "in MLflow's web UI")
        assert "read-only" in message(deck)


async def test_places_are_pinned_and_a_dataset_leads_to_every_run_that_used_it(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await command(deck, "pin")
        await deck.until(lambda: "experiment churn/weekly is pinned" in message(deck), "the experiment is pinned")
        await deck.until_text("1 pinned (:recent)")
        await deck.press("enter")
        await deck.until(lambda: deck.app.screen is not browse(deck), "the run is open")
        await deck.until_text("Datasets 1")
        await command(deck, "pin")
        await deck.until(lambda: "run gallant-ox-12 is pinned" in message(deck), "the run is pinned")
        await deck.press("right_square_bracket", "right_square_bracket", "right_square_bracket", "right_square_bracket")
        await deck.until_text("9f3c21")
        await deck.press("d")
        pane = runs_pane(deck)
        wanted = "dataset.name = 'customers' AND dataset.digest = '9f3c21'"
        await deck.until(lambda: pane.asked.filter_string == wanted, "the server is asked for every run that used it")
        assert len(pane.experiments) == 5
    async with small.open() as deck:
        await deck.until(lambda: browse(deck).experiments.grid.row_count > 0, "the experiments are here")
        await deck.until_text("2 pinned (:recent)")
        await command(deck, "recent")
        await deck.until_text("run gallant-ox-12")
        deck.shows("experiment churn/weekly", "pinned")
        await deck.type("gallant")
        await deck.press("enter")
        await deck.until(lambda: deck.app.screen is not browse(deck) and "gallant-ox-12" in deck.text(), "it is open")
        await deck.until_text("Datasets 1")
        await command(deck, "pin")
        await deck.until(lambda: "is not pinned any more" in message(deck), "it is let go")
