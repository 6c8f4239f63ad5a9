"""How a pane asks its session for something: in the pool, by series, stale answers dropped."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from textual.message import Message
from textual.widget import Widget

from tui.domain.problem import Problem
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
    dropped_answers = 0

    def ask(
        self,
        pool: Pool,
        series: str,
        work: Callable[[], T],
        got: Callable[[T], None],
        refused: Callable[[Problem], None],
        *,
        urgency: int = DEMAND,
    ) -> None:
        """Run ``work`` on a thread; ``got`` or ``refused`` is called on the event loop, unless superseded."""
        if not hasattr(self, "_tokens"):
            self._tokens, self._tickets = Counter(), {}
        self.forget(series)
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
        ticket = self._tickets.pop(series, None)
        if ticket is not None:
            ticket.cancel()

    def is_asking(self, series: str) -> bool:
        """Whether a request of this series is under way."""
        return hasattr(self, "_tickets") and series in self._tickets

    def on_asking_delivered(self, event: Delivered) -> None:
        if event.token != self._tokens[event.series]:
            self.dropped_answers += 1
            return
        self._tickets.pop(event.series, None)
        event.deliver()
