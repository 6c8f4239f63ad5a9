"""Pages of a server's runs, which move while they are read: none is doubled, none is lost."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Sequence
from typing import Any, cast

import pytest

from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, RunsPage
from tui.gateway.rest.tracking import RestPages, RestTracking, columns_of
from tui.gateway.rest.transport import AT_ONCE, Transport, whole
from tui.gateway.session import Connection
from tui.gateway.tracking.history import _point


class Server:
    """A list of runs that is given out by offset, as MLflow's servers do."""

    def __init__(self, count: int, *, opaque: bool = False) -> None:
        self.runs = [f"{at:032x}" for at in range(count)]
        self.asked: list[tuple[int, int]] = []
        self.opaque = opaque
        self.failing = False
        self._lock = threading.Lock()

    def runs_as_json(
        self,
        experiment_ids: Sequence[str],
        filter_string: str,
        view: Lifecycle,
        max_results: int,
        token: str | None,
    ) -> dict[str, Any]:
        with self._lock:
            offset = json.loads(base64.b64decode(token))["offset"] if token and not self.opaque else 0
            if token and self.opaque:
                offset = int(token.removeprefix("at "))
            self.asked.append((offset, max_results))
            if self.failing:
                self.failing = False
                raise Problem(Kind.SERVER, "Could not read the runs", "It broke.")
            some = self.runs[offset : offset + max_results]
            following = offset + max_results
            answer: dict[str, Any] = {"runs": [{"info": {"run_id": run_id}} for run_id in some]}
            if following < len(self.runs):
                said = base64.b64encode(json.dumps({"offset": following}).encode()).decode()
                answer["next_page_token"] = f"at {following}" if self.opaque else said
            return answer


def settle() -> None:
    """Wait until nothing is being asked for ahead."""
    for thread in threading.enumerate():
        if thread.name == "page-ahead":
            thread.join()


class Reading:
    """Somebody who reads page after page."""

    def __init__(self, server: Server, ahead_from: int = 0) -> None:
        self.pages = RestPages(cast(RestTracking, server), ahead_from)
        self.read: list[str] = []
        self.token: str | None = None

    def next(self, size: int = 10) -> RunsPage:
        page = self.pages.search_runs(["1"], max_results=size, token=self.token)
        settle()
        self.read += page.run_ids
        self.token = page.next_token
        return page

    def rest(self) -> list[str]:
        while self.token:
            self.next()
        return self.read


def test_each_page_is_asked_for_once_and_the_next_one_meanwhile() -> None:
    server = Server(35)
    reading = Reading(server)
    reading.next()
    assert server.asked == [(0, 10)]
    reading.next()
    assert sorted(server.asked[1:]) == [(9, 11), (19, 11)]
    assert reading.rest() == server.runs
    assert len(server.asked) == len(set(server.asked))


@pytest.mark.parametrize("changed", range(1, 4))
def test_runs_that_are_started_meanwhile_push_none_back_into_the_next_page(changed: int) -> None:
    server = Server(45)
    expected = list(server.runs)
    reading = Reading(server)
    reading.next()
    for page in range(changed):
        server.runs = [f"new {page} {at}" for at in range(3)] + server.runs
        reading.next()
    assert reading.rest() == expected


@pytest.mark.parametrize("gone", [1, 7, 10])
def test_runs_that_are_deleted_meanwhile_pull_none_past_the_next_page(gone: int) -> None:
    server = Server(45)
    expected = list(server.runs)
    reading = Reading(server)
    reading.next()
    reading.next()
    del server.runs[20 - gone : 20 - gone + 1]  # one that was read, the last one among them
    del server.runs[:gone]
    assert reading.rest() == expected


def test_a_token_that_is_no_offset_goes_back_as_it_came() -> None:
    server = Server(35, opaque=True)
    reading = Reading(server)
    reading.next()
    assert reading.token == "at 10"
    assert reading.rest() == server.runs
    assert server.asked == [(0, 10), (10, 10), (20, 10), (30, 10)]


def test_nothing_is_asked_ahead_before_somebody_looks_further() -> None:
    server = Server(100)
    reading = Reading(server, ahead_from=20)
    reading.next(5)
    reading.next(15)
    assert server.asked == [(0, 5), (4, 16)]
    assert len(reading.next(10)) == 10
    assert sorted(server.asked) == [(0, 5), (4, 16), (19, 11), (29, 11)]


def test_a_page_ahead_that_fails_is_asked_for_again() -> None:
    server = Server(45)
    reading = Reading(server)
    reading.next()
    reading.next()
    assert len(server.asked) == 3
    server.failing = True  # strikes the next page ahead
    reading.next()
    assert reading.rest() == server.runs


def test_a_server_is_never_asked_more_than_three_things_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    full, go = threading.Barrier(AT_ONCE), threading.Event()

    class Session:
        def request(self, *_args: object, **_how: object) -> None:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            if not go.is_set():
                full.wait()
                go.set()
            with lock:
                inside -= 1

    transport = Transport("http://127.0.0.1:1")
    monkeypatch.setattr(transport, "_session", Session)
    asking = [
        threading.Thread(target=transport.request, args=("/x", "GET"), kwargs={"seconds": 1.0, "patience": 60.0})
        for _ in range(4 * AT_ONCE)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert most == AT_ONCE


def test_a_page_that_takes_long_is_waited_for_and_not_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(45)
    reading = Reading(server)
    reading.next()
    reading.next()
    assert len(server.asked) == 3
    monkeypatch.setattr("tui.gateway.rest.tracking._KEPT_SECONDS", 0.0)
    began = threading.Event()
    ahead = reading.pages._coming.popitem()
    ahead[1].came = None  # still under way
    ahead[1].done.clear()
    reading.pages._coming[ahead[0]] = ahead[1]
    monkeypatch.setattr(ahead[1].done, "wait", began.set)
    reading.next()
    assert began.is_set(), "it is waited for, however long it has taken already"
    assert len(server.asked) == len(set(server.asked))


def test_a_request_waits_for_its_turn_as_long_as_its_deadline_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    class Asked:
        def request(self, *_args: object, seconds: float, patience: float) -> None:
            asked.append((seconds, patience))

    monkeypatch.setattr(Connection, "transport", Asked())
    session = Connection("http://127.0.0.1:1", timeout_s=8.0)
    session.request("/x", "GET")
    with session.within(8.0, 24.0):
        session.request("/x", "GET")
        with session.within(20.0):
            session.request("/x", "GET")
        with session.within(30.0):
            session.request("/x", "GET")
    assert [seconds for seconds, _ in asked] == [8.0, 8.0, 20.0, 30.0]
    longest = [15.5, 15.5, 3.5, 0.1]
    for (_, patience), most in zip(asked, longest, strict=True):
        assert 0.0 < patience <= most
        assert patience > most / 2, "others may have their turn first"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (7, 7),
        ("7", 7),
        ("1760000000001", 1760000000001),
        (2**62 + 1, 2**62 + 1),
        (str(2**62 + 1), 2**62 + 1),
        (1.75, 2),
        ("1760000000000.75", 1760000000001),
        (-2.25, -2),
        ("", None),
        (None, None),
        ("soon", None),
        ("Infinity", None),
        ([], None),
    ],
)
def test_steps_and_times_as_servers_send_them(said: object, read: int | None) -> None:
    assert whole(said) == read
    metrics = [{"key": "loss", "value": 0.5, "step": said, "timestamp": said}]
    assert _point(metrics[0]) == (read or 0, read or 0, 0.5)
    run = {"info": {"run_id": "a" * 32, "start_time": said, "end_time": said}, "data": {"metrics": metrics}}
    assert len(columns_of([run]).page(None)) == 1
