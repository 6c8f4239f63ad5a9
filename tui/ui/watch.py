"""Refreshing by itself, every few seconds, until it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


class Watch:
    """A timer of ``owner``'s that can be begun and stopped; ``tick`` is called every so many ``seconds``."""

    def __init__(self, owner: MessagePump, seconds: float, tick: Callable[[], object]) -> None:
        self._owner = owner
        self._seconds = seconds
        self._tick = tick
        self._timer: Timer | None = None

    @property
    def is_on(self) -> bool:
        return self._timer is not None

    def toggle(self) -> bool:
        """Begin or stop; answers whether it goes on now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        else:
            self._timer = self._owner.set_interval(self._seconds, self._tick)
        return self.is_on
