"""How fast a workspace is asked for many things: a few at once and a few a second, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from tui.domain.problem import Kind, Problem

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 4
A_SECOND = 5.0
# What goes wrong with all of a series alike, so that a page of rows that say so would tell nothing.
_OF_ALL = (Kind.UNREACHABLE, Kind.TIMEOUT, Kind.TLS, Kind.UNAUTHENTICATED, Kind.NOT_MLFLOW, Kind.UNSUPPORTED)


class Pace:
    """Turns for requests of a series; who asks for one waits until it is theirs.

    ``burst`` turns are given at once after a pause, then ``a_second`` of them.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        a_second: float = A_SECOND,
        burst: int = 5,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._a_second = a_second
        self._ahead_s = (burst - 1) / a_second
        self._now = now
        self._wait = wait
        self._lock = threading.Lock()
        self._next_s = 0.0  # when the next turn would be, were they given evenly

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request's turn."""
        with self._places:
            with self._lock:
                now = self._now()
                due = max(self._next_s, now - self._ahead_s)
                self._next_s = due + 1 / self._a_second
            if due > now:
                self._wait(due - now)
            yield

    def each(self, things: Sequence[T], read: Callable[[T], R], unread: Callable[[T, Problem], R]) -> tuple[R, ...]:
        """Each of these read, or what ``unread`` makes of one that could not be; one that is gone is left out.

        Once the workspace asks to be left alone it is: what has not been read by then is as little read as that one.
        """
        busy: list[Problem] = []

        def one(thing: T) -> tuple[R, ...]:
            try:
                with self.turn():
                    if busy:
                        raise busy[0]
                    return (read(thing),)
            except Problem as problem:
                if problem.kind is Kind.NOT_FOUND:
                    return ()
                if problem.kind in _OF_ALL:
                    raise
                if problem.kind is Kind.THROTTLED:
                    busy.append(problem)
                return (unread(thing, problem),)

        if not things:
            return ()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="paced") as threads:
            return tuple(found for some in threads.map(one, things) for found in some)
