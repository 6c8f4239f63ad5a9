"""How much a workspace is asked for: what is in view, a few at once and a few a second, each host's settings once."""

from __future__ import annotations

import threading

import pytest

from tests.databricks.test_models_screen import app_on, opened
from tests.support.driver import drive
from tui.app.application import DeckApp
from tui.demo.simulated.state import Model, Version, Workspace
from tui.domain.problem import Kind, Problem
from tui.features.models.screen import ModelsScreen
from tui.gateway.databricks.sdk import A_SECOND, AT_ONCE, Pace, Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.session import Connection
from tui.services.session import Session

__all__ = ["opened"]

MANY = 95


class Clock:
    """Time that passes where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds


def test_five_a_second_after_a_burst() -> None:
    clock = Clock()
    pace = Pace(now=clock.now, wait=clock.wait)
    times = []
    for _ in range(25):
        with pace.turn():
            times.append(clock.now_s)
    assert (AT_ONCE, A_SECOND) == (4, 5.0)
    for at, first in enumerate(times):
        within = [one for one in times[at:] if one < first + 1 - 1e-9]
        assert len(within) <= 9, "a burst of five, and five a second from then on"
    assert times[-1] - times[0] == pytest.approx((25 - 5) / 5)


def test_four_at_once() -> None:
    pace = Pace(a_second=1e9, burst=10**9)
    there, most, lock = [0], [0], threading.Lock()
    four = threading.Barrier(4)

    def read(name: int) -> int:
        with lock:
            there[0] += 1
            most[0] = max(most[0], there[0])
        four.wait(30)
        with lock:
            there[0] -= 1
        return name

    found = pace.each(range(16), read, lambda _name, problem: pytest.fail(str(problem)))
    assert found == tuple(range(16)) and most[0] == 4


def test_one_that_is_busy_is_left_alone_and_the_others_say_why() -> None:
    pace = Pace(at_once=1, a_second=1e9, burst=10**9)
    asked = []

    def read(name: str) -> str:
        asked.append(name)
        if name == "b":
            raise Problem(Kind.THROTTLED, "Could not read b", "Busy.", "Again in 7 s.", wait_s=7)
        if name == "a":
            raise Problem(Kind.SERVER, "Could not read a", "Broken.")
        return name

    found = pace.each(["a", "b", "c", "d"], read, lambda name, problem: f"{name}: {problem.message}")
    assert found == ("a: Broken.", "b: Busy.", "c: Busy.", "d: Busy.") and asked == ["a", "b"]


def with_many(workspace: Workspace) -> None:
    """Models enough for several screens, each with a champion."""
    for number in range(MANY):
        name = f"prod.ml.one-{number:02d}"
        made = workspace.models[name] = Model(name, workspace.me, 1_795_000_000_000)
        made.add(Version(1, 1_795_000_000_000, workspace.me, "s3://elsewhere/model"))
        made.aliases = {"champion": 1}


@pytest.mark.parametrize("rows", [36, 2 * MANY + 80])
async def test_a_board_of_many_models_asks_for_those_in_view(opened: Session, workspace: Workspace, rows: int) -> None:
    with_many(workspace)
    api = "/api/2.0/mlflow/unity-catalog"
    async with drive(app_on(opened), (120, rows)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        await deck.until(lambda: not opened.log.in_flight, "the first screen is there")
        with workspace.lock:
            about = workspace.asked("/.well-known/databricks-config")
            workspace.requests.clear()
        await deck.press("2")
        await deck.until_text("100 models")
        page = app.page
        assert isinstance(page, ModelsScreen)
        board, health = page.board, opened.desk.health

        def is_known(name: str) -> bool:
            return board.held[name].is_whole and health.served_of(name) is not None

        names = sorted(board.held)
        in_view = min(board.grid.size.height, len(names))
        await deck.until(lambda: all(map(is_known, names[:in_view])), "what is in view is read")
        here = board.here()
        assert here is not None and here.name == names[0]
        await deck.until(lambda: health.is_complete(here) and health.is_counted(here), "and all of the first")
        await deck.until(lambda: not opened.log.in_flight, "nothing is being asked")
        asked = workspace.asked("/")
        assert workspace.asked(f"{api}/registered-models/get") <= in_view + 2, "what is out of view is not read"
        assert (in_view == len(names)) == (rows > MANY)
        if in_view == len(names):
            assert asked <= 1.3 * in_view, workspace.requests
        # The one under the cursor is known in full: its versions, runs and files.
        assert asked <= 1.3 * in_view + 30, workspace.requests
        about += workspace.asked("/.well-known/databricks-config")
        assert about == 1, "once, to see who is there, and the SDK is given the answer"
        await deck.press("G")
        await deck.until(lambda: is_known(names[-1]), "what comes into view is read")


def test_an_endpoint_that_fails_empties_nothing(session: Connection, workspace: Workspace) -> None:
    serving = SdkServing(Sdk(session))
    names = [endpoint.name for endpoint in serving.endpoints()]
    at = "/api/2.0/serving-endpoints/"
    workspace.fail(f"{at}churn-prod", 500, "INTERNAL_ERROR", "Broken.", times=99)
    found = {endpoint.name: endpoint for endpoint in serving.details(names)}
    assert set(found) == set(names) and "Broken" in found["churn-prod"].unread
    assert all(found[name].is_whole for name in names if name != "churn-prod")
    workspace.fail(f"{at}churn-canary", 429, "REQUEST_LIMIT_EXCEEDED", "Slow down.", times=99, Retry_After="42")
    before = workspace.asked(f"{at}churn-canary")
    found = {endpoint.name: endpoint for endpoint in serving.details(["churn-canary", *names])}
    assert "asks to wait 42 s" in found["churn-canary"].unread
    assert workspace.asked(f"{at}churn-canary") == before + 1
    assert set(found) == set(names)
