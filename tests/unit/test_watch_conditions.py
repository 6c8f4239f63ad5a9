"""Conditions that are watched without a screen: a day of it by a clock that is moved, over restarts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.support.deck import OFFLINE, World
from tests.support.fake_serving import endpoint
from tests.support.fakes import HOUR, MINUTE, NOW_MS, FakeHistory, run
from tests.support.traced import trace_info
from tui.config.model import WatchSettings
from tui.console.watch import Watch, WatchOrder
from tui.domain.models.readiness import Finding
from tui.domain.problem import Problem
from tui.domain.serving import Sample, Share
from tui.domain.traces.summary import tallied
from tui.domain.traces.values import ERROR
from tui.domain.values import MetricValue
from tui.services.state_files import StateFiles
from tui.services.watching import (
    Conditions,
    Happening,
    SeenRun,
    Watched,
    behind,
    key_of,
    of_numbers,
    of_traces,
    plateau,
)

SEEN = SeenRun("a" * 32, "mlp", "RUNNING")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = full_shop(tmp_path)
    made.tracking.runs = [replace(run(1, name="slow", status="RUNNING"), metrics=())]
    return made


def watch(world: World, order: WatchOrder, told: list[Happening]) -> Watch:
    """A watch as a restart begins it: what was seen is read from the disk."""
    session = world.session(world.launched())
    return Watch(session, order, StateFiles(world.folder / "watch"), told.append)


def point(world: World, value: float) -> None:
    """The run records a loss just now."""
    one = MetricValue("loss", value, 5, world.clock.now)
    world.tracking.runs[0] = replace(world.tracking.runs[0], metrics=(one,))


def test_a_day_over_restarts_tells_each_thing_when_it_begins(world: World) -> None:
    order = WatchOrder(
        ("churn",),
        runs=("churn/weekly",),
        conditions=Conditions(no_point_min=30, nan=True, findings=True, serving=True),
    )
    assert world.serving is not None
    world.serving.serve("churn-prod", (Share("churn-12", "churn", "12", 100),))
    world.serving.serve("churn-canary", (Share("churn-12", "churn", "12", 100),))
    told: list[Happening] = []
    at: dict[int, int] = {}
    for half in range(48):
        world.clock.now = NOW_MS + half * 30 * MINUTE
        if half < 20:
            point(world, 0.5)
        if half == 24:
            point(world, float("nan"))
        if half == 26:
            world.registry.change_version("churn", "12", tags={}, description="", status="FAILED_REGISTRATION")
        if half == 30:
            world.serving.serve("churn-prod", (Share("churn-11", "churn", "11", 100),))
        if half == 34:
            world.serving.serve("churn-prod", (Share("churn-12", "churn", "12", 100),))
        if half == 40:
            world.serving.kept["churn-prod"] = replace(world.serving.kept["churn-prod"], ready=False)
        before = len(told)
        watch(world, order, told).look()
        at[half] = len(told) - before
    kinds = {half: [one.kind for one in told if one.seen_ms == NOW_MS + half * 30 * MINUTE] for half in at if at[half]}
    assert kinds[20] == ["no new point"]
    assert kinds[24] == ["NaN"]
    assert kinds[25] == ["no new point"]  # it went on, and has stopped again
    assert "failed version" in kinds[26] and "finding" in kinds[26]
    assert "drift" in kinds[30] and 34 not in kinds
    assert "not ready" in kinds[40]
    assert set(kinds) == {20, 24, 25, 26, 30, 40}, kinds


def test_a_look_that_fails_or_cannot_be_told_misses_nothing(world: World) -> None:
    order = WatchOrder(runs=("churn/weekly",), conditions=Conditions(no_point_min=30))
    told: list[Happening] = []
    point(world, 0.5)
    watch(world, order, told).look()
    world.clock.now += HOUR
    world.tracking.problem = OFFLINE
    with pytest.raises(Problem):
        watch(world, order, told).look()
    world.tracking.problem = None

    def hangs(_one: Happening) -> None:
        raise OFFLINE

    session = world.session(world.launched())
    with pytest.raises(Problem):
        Watch(session, order, StateFiles(world.folder / "watch"), hangs).look()
    assert not told
    watch(world, order, told).look()
    watch(world, order, told).look()
    assert [one.words for one in told] == ["run slow: no new point for 1h00m"]


def test_a_plateau_and_a_run_behind_its_siblings() -> None:
    kept = FakeHistory()
    kept.record(SEEN.run_id, "loss", [0.9, 0.5, 0.4, 0.41, 0.42, 0.40])
    kept.record("b" * 32, "loss", [0.9, 0.6, 0.5])
    kept.record("c" * 32, "loss", [0.8, 0.4, 0.3, 0.2, 0.2, 0.2, 0.1])
    own, worse, better = (kept.kept[run_id * 32, "loss"] for run_id in "abc")
    assert [one.words for one in plateau(SEEN, own, 3, "lower", 0)] == ["run mlp: loss no better for 3 points"]
    assert not plateau(SEEN, own, 4, "lower", 0) and not plateau(SEEN, own, 3, "", 0)
    assert not plateau(SEEN, own, 6, "lower", 0)
    (found,) = behind(SEEN, own, [worse, better], "lower", 0)
    assert found.words == "run mlp: loss 0.4 at step 5, the best sibling had 0.2"
    assert not behind(SEEN, own, [worse], "lower", 0) and not behind(SEEN, own, [], "lower", 0)
    assert key_of(found) == f"behind {SEEN.run_id} loss"


def test_traces_against_the_hour_before_and_endpoints_that_fail() -> None:
    good = tallied(trace_info(number, took_ms=1000, cost=0.01) for number in range(40))
    bad = tallied(
        trace_info(number, took_ms=3000, cost=0.01, state=ERROR if number < 10 else "OK") for number in range(40)
    )
    assert [one.kind for one in of_traces("agent", bad, good, 50, 0)] == ["traces error rate", "traces p95"]
    assert not of_traces("agent", good, good, 50, 0) and not of_traces("agent", bad, tallied([]), 50, 0)
    numbers = (Sample("request_count_total", {}, 200.0), Sample("request_5xx_count_total", {}, 9.0))
    assert [one.words for one in of_numbers("churn-prod", numbers, 4, 0)] == ["churn-prod: 4.5% of the requests fail"]
    assert not of_numbers("churn-prod", numbers, 5, 0) and not of_numbers("churn-prod", (), 5, 0)


def test_what_one_look_asks_is_bounded(world: World) -> None:
    """However many runs are under way, a look asks no more than it counts on beforehand."""
    world.tracking.runs = [replace(run(n, status="RUNNING"), metrics=()) for n in range(1, 150)]
    world.serving = world.serving and type(world.serving)([endpoint(f"e-{n}", ("churn", "12", 100)) for n in range(40)])
    wanted = Conditions(5, True, {"loss": 3}, ("loss",), True, True, 1.0, ("churn/weekly",))
    order = WatchOrder(("churn",), runs=("churn/weekly",), conditions=wanted)
    session = world.session(world.launched())
    Watch(session, order, StateFiles(world.folder / "watch"), lambda _one: None).look()
    ports = (world.tracking, world.history, world.registry, world.traces, world.serving)
    asked = sum(len(port.calls) for port in ports if port is not None)
    assert asked <= order.requests, asked


def test_what_the_deck_reads_anyway_is_told_once_while_it_holds() -> None:
    watched = Watched(WatchSettings(nan=True, no_point=15, findings=True, serving=True, traces_worse_by=50))

    def runs(minute: int, **values: float) -> list[str]:
        return [one.words for one in watched.runs([(SEEN, values)], NOW_MS + minute * MINUTE)]

    assert runs(0, loss=0.5) == [] and runs(14, loss=0.5) == []
    assert runs(16, loss=0.5) == ["run mlp: no new point for 16m00s"] and watched.kinds("runs") == {
        "a" * 32: "no new point"
    }
    assert runs(17, loss=0.5) == []
    assert runs(18, loss=math.nan) == ["run mlp: loss is NaN"] and watched.kinds("runs") == {"a" * 32: "NaN"}
    assert runs(20, loss=math.nan) == []
    assert runs(40, loss=math.nan) == ["run mlp: no new point for 22m00s"]
    assert runs(41, loss=0.4) == [] and watched.kinds("runs") == {}
    assert runs(42, loss=math.inf) == ["run mlp: loss is ∞"]

    held = Happening("plateau", f"{SEEN.run_id} loss", "no better")
    assert watched.histories([held]) == [held] and watched.histories([held]) == []
    runs(43, loss=math.nan)
    assert watched.kinds("runs", "histories") == {SEEN.run_id: "NaN, plateau"}

    stale = Finding("stale", "warning", "It is old.", "Train it.", "churn", "12")
    other = replace(stale, rule="other", sentence="It has no owner.")
    assert watched.findings("churn", [stale], 0) == [], "what is found at first has been so for who knows how long"
    assert [one.words for one in watched.findings("churn", [stale, other], 0)] == ["churn: It has no owner."]
    assert watched.findings("churn", [other], 0) == []

    serves = endpoint("churn-prod", ("churn", "12", 100))
    assert [one.kind for one in watched.serving([serves], {"churn": {"champion": "13"}}, 0)] == ["drift"]
    assert watched.serving([serves], {"churn": {"champion": "13"}}, 0) == []

    before = [trace_info(number, started_ms=NOW_MS - HOUR - number) for number in range(30)]
    hour = [trace_info(number, started_ms=NOW_MS - number, state=ERROR) for number in range(30, 60)]
    assert not watched.traces("agent", before, NOW_MS)
    assert "traces error rate" in [one.kind for one in watched.traces("agent", [*before, *hour], NOW_MS)]
    assert not watched.traces("agent", [*before, *hour], NOW_MS) and len(watched.words("traces of agent")) == 2
    silent = Watched(WatchSettings())
    assert not silent.wanted.of_runs and not silent.serving([serves], {"churn": {"champion": "13"}}, 0)
    assert not silent.traces("agent", [*before, *hour], NOW_MS) and not silent.findings("churn", [stale], 0)
