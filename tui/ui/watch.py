"""Refreshing by itself, every few seconds, until it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


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
