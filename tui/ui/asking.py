"""How a pane asks its session for something: in the pool, by series, stale answers dropped."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import key_of
from tui.domain.problem import Kind, Problem
from tui.services.pool import DEMAND, Pool, Ticket

T = TypeVar("T")


class Asking(Widget):
    """A widget that asks. Of each series only the newest request counts; an older one's answer is dropped."""

    @dataclass
    class Delivered(Message, bubble=False):
        """An answer has come; ``deliver`` takes it in, on the event loop."""

        series: str
        token: int
        deliver: Callable[[], None]

    _tokens: Counter[str]
    _tickets: dict[str, Ticket]
    _stoppable: dict[str, tuple[str, Callable[[Problem], None]]]

    def ask(
        self,
        pool: Pool,
        series: str,
        work: Callable[[], T],
        got: Callable[[T], None],
        refused: Callable[[Problem], None],
        *,
        urgency: int = DEMAND,
        stops: str = "",
    ) -> None:
        """Run ``work`` on a thread; ``got`` or ``refused`` is called on the event loop, unless superseded.

        ``stops`` is what is being read ("the runs") where ``stop_reading`` may end the wait for it.
        """
        if not hasattr(self, "_tokens"):
            self._tokens, self._tickets, self._stoppable = Counter(), {}, {}
        self.forget(series)
        if stops:
            self._stoppable[series] = stops, refused
        token = self._tokens[series]
        self._tickets[series] = pool.submit(
            work,
            lambda answer: self._post(self.Delivered(series, token, lambda: got(answer))),
            lambda problem: self._post(self.Delivered(series, token, lambda: refused(problem))),
            urgency=urgency,
        )

    def _post(self, message: Message) -> None:
        # A widget that has left the screen knows no app any more; the thread that brings the answer must not die of it.
        with contextlib.suppress(RuntimeError):
            self.post_message(message)

    def forget(self, series: str) -> None:
        """No longer want the answer of the request under way in this series, if there is one."""
        if not hasattr(self, "_tokens"):
            return
        self._tokens[series] += 1
        self._stoppable.pop(series, None)
        ticket = self._tickets.pop(series, None)
        if ticket is not None:
            ticket.cancel()

    def is_asking(self, series: str) -> bool:
        """Whether a request of this series is under way."""
        return hasattr(self, "_tickets") and series in self._tickets

    @property
    def can_stop_reading(self) -> bool:
        """Whether something is being read that may be stopped."""
        return bool(getattr(self, "_stoppable", None))

    def stop_reading(self) -> bool:
        """Wait no longer for what is being read: whoever asked is told so, as of any failure; False if nothing is."""
        stopped = dict(getattr(self, "_stoppable", ()))
        for series, (what, refused) in stopped.items():
            self.forget(series)
            refused(
                Problem(
                    Kind.CANCELLED,
                    f"Stopped reading {what}",
                    "It took long, and was stopped.",
                    f"{key_of('app.refresh')} reads it again",
                )
            )
        return bool(stopped)

    def on_asking_delivered(self, event: Delivered) -> None:
        if event.token != self._tokens[event.series]:
            return
        self._tickets.pop(event.series, None)
        self._stoppable.pop(event.series, None)
        event.deliver()


# Refreshing by itself, every few seconds, until it is stopped.


class AutoRefresh:
    """A timer of ``owner``'s that can be begun and stopped.

    ``tick`` is called every so many ``seconds``, and every so many ``running_seconds`` while what is watched runs.
    """

    def __init__(
        self, owner: MessagePump, seconds: float, tick: Callable[[], object], *, running_seconds: float | None = None
    ) -> None:
        self._owner = owner
        self._seconds = seconds
        self._running_seconds = seconds if running_seconds is None else running_seconds
        self._running = False
        self._tick = tick
        self._timer: Timer | None = None

    @property
    def is_on(self) -> bool:
        return self._timer is not None

    @property
    def pace(self) -> float:
        """Every how many seconds it refreshes now; 0 where it does not."""
        return (self._running_seconds if self._running else self._seconds) if self.is_on else 0

    def is_running(self, running: bool) -> None:
        """Whether what is watched runs: it is looked at more often while it does."""
        if running != self._running:
            self._running = running
            if self.is_on:
                self.toggle()
                self.toggle()

    def toggle(self) -> bool:
        """Begin or stop; answers whether it goes on now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        else:
            self._timer = self._owner.set_interval(
                self._running_seconds if self._running else self._seconds, self._tick
            )
        return self.is_on
