"""The log of requests, and how true a view is."""

from __future__ import annotations

import threading

import pytest

from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Kind, Problem
from tui.services.session import LoggedRequest, RequestLog


def request(number: int, outcome: str = "ok", took_ms: float | None = 12.0) -> LoggedRequest:
    return LoggedRequest(number, "search_runs", f"request {number}", 1000 + number, took_ms, outcome)


def test_a_request_is_known_from_its_beginning_to_its_end() -> None:
    log = RequestLog()
    log.record(request(1, "", None))
    assert (log.in_flight, log.total) == (1, 1)
    assert [known.outcome for known in log.all()] == [""]
    log.record(request(1))
    assert (log.in_flight, log.total) == (0, 1)
    assert [known.outcome for known in log.all()] == ["ok"]


def test_a_request_of_which_only_the_end_is_told_counts() -> None:
    log = RequestLog()
    log.record(request(1, "timeout"))
    assert (log.in_flight, log.total) == (0, 1)


def test_requests_are_in_the_order_of_their_beginning() -> None:
    log = RequestLog()
    for number, outcome in ((1, ""), (2, ""), (2, "ok"), (3, ""), (1, "ok")):
        log.record(request(number, outcome))
    assert [known.number for known in log.all()] == [1, 2, 3]


def test_the_oldest_are_forgotten_and_still_counted() -> None:
    log = RequestLog(keep=3)
    for number in range(10):
        log.record(request(number))
    assert [known.number for known in log.all()] == [7, 8, 9]
    assert log.total == 10


def test_each_record_is_told_and_seen_by_its_generation() -> None:
    log, told = RequestLog(), []
    log.on_record = lambda: told.append(log.generation)
    log.record(request(1, ""))
    log.record(request(1))
    assert told == [1, 2]


def test_many_threads_may_record() -> None:
    log = RequestLog(keep=10_000)

    def record(first: int) -> None:
        for number in range(first, first + 200):
            log.record(request(number, ""))
            log.record(request(number))

    threads = [threading.Thread(target=record, args=(start * 1000,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (log.total, log.in_flight, len(log.all())) == (800, 0, 800)


UNREACHABLE = Problem(Kind.UNREACHABLE, "Could not read runs", "refused")


def test_what_was_read_keeps_its_time_while_it_is_read_again() -> None:
    live = Freshness().loading().live(5000)
    assert (live.state, live.as_of_ms) == (FreshnessState.LIVE, 5000)
    assert live.loading() == Freshness(FreshnessState.LOADING, 5000)


def test_a_failed_attempt_keeps_what_was_there_with_the_problem() -> None:
    failed = Freshness().live(5000).loading().failed(UNREACHABLE)
    assert (failed.state, failed.as_of_ms, failed.problem) == (FreshnessState.OFFLINE, 5000, UNREACHABLE)
    assert failed.loading().problem is None
    assert failed.live(6000) == Freshness(FreshnessState.LIVE, 6000)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.UNREACHABLE, FreshnessState.OFFLINE),
        (Kind.TIMEOUT, FreshnessState.OFFLINE),
        (Kind.SERVER, FreshnessState.OFFLINE),
        (Kind.FORBIDDEN, FreshnessState.STALE),
        (Kind.NOT_MLFLOW, FreshnessState.STALE),
        (Kind.BAD_REQUEST, FreshnessState.STALE),
    ],
)
def test_offline_is_what_may_heal_by_itself(kind: Kind, state: FreshnessState) -> None:
    assert Freshness().live(1).failed(Problem(kind, "a", "b")).state is state


def test_rows_of_an_earlier_session_say_so() -> None:
    assert Freshness().remembered(77) == Freshness(FreshnessState.REMEMBERED, 77)
