"""What a session runs on: daemon threads for calls that block, so that quitting never waits."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from tui.domain.problem import Kind, Problem

T = TypeVar("T")
log = logging.getLogger(__name__)

DEMAND, PREFETCH, LAST = 0, 1, 2


class Ticket:
    """A piece of work handed in; cancelling it keeps its answer from being delivered."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()


class Pool:
    """A few daemon threads that take the most urgent work first, and within that the oldest.

    ``done`` and ``failed`` run in the worker's thread: they should only post a message.
    """

    def __init__(self, threads: int = 4, name: str = "deck") -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Ticket, Callable[[], None] | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._threads = threads
        self._name = name
        self._started = 0

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], Any],
        failed: Callable[[Problem], Any],
        *,
        urgency: int = DEMAND,
    ) -> Ticket:
        """Run ``work`` on a thread and deliver its answer or its problem."""
        ticket = Ticket()

        def run() -> None:
            try:
                answer = work()
            except Problem as problem:
                if not ticket.cancelled:
                    failed(problem)
            except Exception as error:  # where a worker meets the app: whatever it was, a person is told
                log.exception("A worker failed")
                if not ticket.cancelled:
                    failed(unexpected(error))
            else:
                if not ticket.cancelled:
                    done(answer)

        self._queue.put((urgency, next(self._order), ticket, run))
        self._grow()
        return ticket

    def _grow(self) -> None:
        with self._lock:
            if self._started >= self._threads:
                return
            self._started += 1
            number = self._started
        threading.Thread(target=self._serve, name=f"{self._name}-{number}", daemon=True).start()

    def close(self) -> None:
        """Let each thread end when nothing waits any more; one that hangs is not waited for."""
        with self._lock:
            for _ in range(self._started):
                self._queue.put((LAST, next(self._order), Ticket(), None))
            self._started = 0

    def _serve(self) -> None:
        while True:
            _, _, ticket, run = self._queue.get()
            if run is not None and not ticket.cancelled:
                run()
            self._queue.task_done()
            if run is None:
                return


def unexpected(error: BaseException) -> Problem:
    """An error that nobody foresaw, as a problem that can be shown."""
    return Problem(
        Kind.INTERNAL,
        "Something in mlflow-deck itself failed",
        f"{type(error).__name__}: {error}",
        "Start with --log-file FILE to keep the traceback, and report it.",
    )
