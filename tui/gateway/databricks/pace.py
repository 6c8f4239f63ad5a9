"""How fast a workspace is asked for many things: a few at once and a few a second, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = 4
A_SECOND = 5.0


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
