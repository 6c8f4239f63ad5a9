"""The pool: what is asked for now goes first, what is no longer wanted is not delivered, nothing fails unheard."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tui.domain.problem import Kind, Problem
from tui.services.pool import DEMAND, PREFETCH, Pool

PATIENCE = 20  # seconds; only a test that fails waits this long


class Box:
    """Where answers and problems arrive, in their order."""

    def __init__(self) -> None:
        self._arrived: queue.Queue[Any] = queue.Queue()

    def put(self, answer: object) -> None:
        self._arrived.put(answer)

    def take(self) -> Any:
        return self._arrived.get(timeout=PATIENCE)

    @property
    def empty(self) -> bool:
        return self._arrived.empty()


def held(pool: Pool, box: Box) -> Callable[[], None]:
    """Keep the only thread of a pool busy; what is answered lets it go on."""
    begun, gate = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert gate.wait(PATIENCE)

    pool.submit(work, lambda _: None, box.put)
    assert begun.wait(PATIENCE)
    return gate.set


def test_demand_goes_before_what_is_read_ahead() -> None:
    pool, box = Pool(threads=1), Box()
    release = held(pool, box)
    for name, urgency in (("ahead 1", PREFETCH), ("ahead 2", PREFETCH), ("asked 1", DEMAND), ("asked 2", DEMAND)):
        pool.submit(lambda name=name: name, box.put, box.put, urgency=urgency)  # type: ignore[misc]
    release()
    assert [box.take() for _ in range(4)] == ["asked 1", "asked 2", "ahead 1", "ahead 2"]


def test_work_that_is_cancelled_in_the_queue_is_never_begun() -> None:
    pool, box = Pool(threads=1), Box()
    release = held(pool, box)
    ticket = pool.submit(lambda: box.put("begun"), box.put, box.put)
    ticket.cancel()
    pool.submit(lambda: "after", box.put, box.put)
    release()
    assert box.take() == "after"
    assert box.empty


@pytest.mark.parametrize(
    "error", [None, Problem(Kind.SERVER, "a", "b"), ValueError("c")], ids=["ok", "problem", "error"]
)
def test_an_answer_that_comes_after_cancelling_is_not_delivered(error: Exception | None) -> None:
    pool, box = Pool(threads=1), Box()
    begun, gate = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert gate.wait(PATIENCE)
        if error is not None:
            raise error
        return "late"

    ticket = pool.submit(work, box.put, box.put)
    assert begun.wait(PATIENCE)
    ticket.cancel()
    gate.set()
    pool.submit(lambda: "after", box.put, box.put)
    assert box.take() == "after"
    assert box.empty


def test_a_problem_arrives_as_it_is() -> None:
    pool, box = Pool(threads=1), Box()
    problem = Problem(Kind.FORBIDDEN, "Could not read runs", "403", "Ask the owner.")

    def work() -> None:
        raise problem

    pool.submit(work, lambda _: None, box.put)
    assert box.take() is problem


def test_an_error_that_nobody_foresaw_becomes_a_problem_and_the_thread_goes_on() -> None:
    pool, box = Pool(threads=1), Box()
    names: dict[str, str] = {}
    pool.submit(lambda: names["absent"], lambda _: None, box.put)
    told = box.take()
    assert isinstance(told, Problem)
    assert told.kind is Kind.INTERNAL
    assert "KeyError" in told.message
    assert "--log-file" in told.hint
    pool.submit(lambda: "still here", box.put, box.put)
    assert box.take() == "still here"


def test_threads_are_daemons_and_no_more_than_needed() -> None:
    pool, box = Pool(threads=3, name="test-pool"), Box()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-pool")]
    for number in range(10):
        pool.submit(lambda number=number: number, box.put, box.put)  # type: ignore[misc]
    assert sorted(box.take() for _ in range(10)) == list(range(10))
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("test-pool")]
    assert 1 <= len(threads) <= 3
    assert all(thread.daemon for thread in threads)
