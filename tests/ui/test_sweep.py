"""The cockpit of a sweep: ranks at equal step, the median, the front, and how little it asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.deck import World, shop
from tests.support.fakes import FakeHistory, run
from tui.app.application import DeckApp
from tui.domain.ranking import Curves, Trial, equal_step, front, left_to_run, ranked, would_end
from tui.domain.series.history import MOST_RUNS
from tui.features.run.screen import RunScreen
from tui.features.runs.sweep import SweepScreen
from tui.ui.routes import RunRoute

PARENT = f"{4:032x}"


def trials() -> list[Trial]:
    kept = FakeHistory()
    kept.record("a", "loss", [0.9, 0.5, 0.4, 0.3])
    kept.record("b", "loss", [0.9, 0.8])
    kept.record("c", "loss", [0.9, 0.6, 0.5, 0.45])
    kept.record("d", "loss", [0.7, 0.4, 0.3])
    made = [
        Trial("a", "a", "FINISHED", metrics={"auc": 0.9, "ms": 50}),
        Trial("b", "b", "RUNNING", metrics={"auc": 0.7, "ms": 10}),
        Trial("c", "c", "FINISHED", metrics={"auc": 0.8, "ms": 60}),
        Trial("d", "d", "RUNNING", metrics={"auc": 0.9, "ms": float("nan")}),
        Trial("e", "e", "SCHEDULED"),
    ]
    return [replace(one, history=kept.kept.get((one.run_id, "loss"))) for one in made]


def test_ranks_at_equal_step_the_median_and_the_front() -> None:
    every = trials()
    assert equal_step(every) == 1  # b has come no further
    assert ranked(every, 1, "lower") == {"d": 0.4, "a": 0.5, "c": 0.6, "b": 0.8}
    assert [*ranked(every, 1, "lower")] == ["d", "a", "c", "b"]
    assert [*ranked(every, 1, "higher")] == ["a", "b", "c", "d"], "0.9 of each of three, as they came"
    assert ranked(every, 2, "lower") == {"d": 0.3, "a": 0.4, "c": 0.5}, "b has not come so far"
    assert ranked(every, 3, "lower") == {"a": 0.3, "c": 0.45} and ranked(every, None, "lower") == {}
    assert [one.run_id for one in every if would_end(one, every, "lower")] == ["b"]
    assert front(every, {"auc": "higher", "ms": "lower"}) == {"a", "b"}
    assert left_to_run(every, {"n_trials": "10"}) == 6 and left_to_run(every, {"lr": "0.1"}) is None
    assert equal_step([]) is None and not front([], {"auc": "higher"})


def test_the_step_that_is_compared_is_not_held_back_by_a_trial_that_has_just_begun() -> None:
    def at(*steps: int, status: str = "RUNNING") -> list[Trial]:
        kept = FakeHistory()
        for step in steps:
            kept.record(f"r{step}", "auc", [0.1] * (step + 1))
        return [Trial(f"r{step}", "", status, history=kept.kept[f"r{step}", "auc"]) for step in steps]

    assert equal_step(at(30, 20, 0)) == 20 and equal_step(at(30, 0)) == 0 and equal_step(at(30)) == 30
    assert equal_step(at(30, 20, 10, 0)) == 10
    assert equal_step([*at(5), *at(59, 40, status="FINISHED")]) == 5, "those that run say it while some do"
    assert equal_step(at(59, 19, 18, status="FINISHED")) == 19, "and of none that run, all"


def test_curves_are_read_in_turn_and_of_the_ended_once() -> None:
    running = [Trial(f"r{at}", "", "RUNNING", metrics={"auc": 0.5}) for at in range(3)]
    ended = [Trial(f"e{at}", "", "FINISHED", metrics={"auc": 0.5}) for at in range(3)]
    every, curves = [*ended, *running, Trial("new", "", "RUNNING")], Curves("auc")
    looks: list[list[str]] = []
    for _ in range(4):
        assert curves.unread(every) == max(0, 6 - 2 * len(looks))
        asked = curves.wanted(every, 2)
        looks.append([one.run_id for one in asked])
        curves.take(asked, {})
    assert looks == [["r0", "r1"], ["r2", "e0"], ["e1", "e2"], ["r0", "r1"]]
    over = [replace(one, status="FINISHED") for one in every]
    assert [one.run_id for one in curves.wanted(over, 9)] == ["r2", "r0", "r1"], "once more when they have ended"


def sweep(world: World, many: int) -> None:
    """A parent with so many trials, of which every third runs."""
    world.tracking.runs = [run(4, name="sweep-41", status="RUNNING", metrics={}, params={"n_trials": str(many + 7)})]
    for number in range(10, 10 + many):
        status = "RUNNING" if number % 3 == 0 else "FINISHED"
        made = run(number, name=f"trial-{number:03d}", parent=PARENT, status=status, params={"lr": str(number)})
        world.tracking.runs.append(made)
        values = [0.5 + step * 0.01 - number * 0.0001 for step in range(5 if status == "RUNNING" else 9)]
        world.history.record(made.run_id, "val_auc", values)


async def test_from_the_parent_with_two_requests_a_look(tmp_path: Path) -> None:
    world = shop(tmp_path)
    sweep(world, 300)
    world.tracking.server_filter = lambda said, one: one.tags.get("mlflow.parentRunId", "none") in said
    async with world.open((160, 40)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun, "the context is open")
        app.go(RunRoute(PARENT))
        await deck.until(lambda: isinstance(app.screen, RunScreen), "the run's page is open")
        await deck.until_text("n_trials")
        await deck.press("W")
        await deck.until(lambda: isinstance(app.screen, SweepScreen), "the cockpit is open")
        screen = app.screen
        assert isinstance(screen, SweepScreen)
        await deck.until(lambda: len(screen.pane.trials) == 300, "every trial is here")
        await deck.until_text("val_auc at step 4")
        await deck.until(lambda: screen.pane.unread == 0, "every curve has been read once")
        deck.shows("100 running", "7 left to run")
        await deck.settle()
        searches, curves = world.tracking.called("search_runs"), len(world.history.calls)
        await deck.press("r")
        await deck.until(lambda: len(world.history.calls) > curves, "it is read again")
        await deck.settle()
        assert world.tracking.called("search_runs") == searches + 1 and len(world.history.calls) == curves + 1
        asked = cast(Any, world.history.calls[-1][1])
        running = [one.run_id for one in screen.pane.trials if one.is_running]
        assert len(running) <= MOST_RUNS and {*asked.run_ids} == {*running}, "of the ended nothing is read again"
        assert [*screen.pane.at][:3] == [f"{number:032x}" for number in (10, 11, 12)], "ended and running alike"
        assert screen.pane.at[f"{11:032x}"] == pytest.approx(0.54 - 11 * 0.0001), "at step 4, not at its last"
        await deck.press("g")
        await deck.until(lambda: screen.pane.grid.cursor_key == f"{10:032x}", "the best at step 4 stands first")
        deck.shows("would end")
        beneath = next(one for one in app.screen_stack if isinstance(one, RunScreen))
        assert screen.is_seen and not beneath.is_seen, "a page that another covers asks nothing by itself"
        await deck.press("m")
        await deck.until_text("Metrics of the sweep")
        assert screen.is_seen, "beneath a dialogue it goes on"
        deck.shows("There are: ")
        await deck.press("ctrl+u")
        await deck.type("val_auc val_loss")
        await deck.press("enter")
        await deck.until_text("front of val_auc and val_loss")
        await deck.press("enter")
        await deck.until(lambda: isinstance(app.screen, RunScreen), "a trial opens")


async def test_of_an_experiment(tmp_path: Path) -> None:
    world = shop(tmp_path)
    async with world.open() as deck:
        assert isinstance(deck.app, DeckApp)
        await deck.until_text("gallant-ox-12")
        await deck.press("W")
        await deck.until(lambda: isinstance(deck.app.screen, SweepScreen), "the cockpit is open")
        assert isinstance(deck.app.screen, SweepScreen)
        route = deck.app.screen.route
        assert (route.experiment_id, route.called, route.parent) == ("1", "churn/weekly", "")
        await deck.until_text("gallant-ox-12")
