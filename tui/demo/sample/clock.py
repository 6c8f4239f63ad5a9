"""The story's clock: MLflow stamps experiments, versions and aliases by itself, and the story spreads over weeks."""

from __future__ import annotations

import time
from types import TracebackType

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class StoryClock:
    """Stands in for ``time.time`` in this process while entered; ``now_ms`` is when the making began.

    The client API takes a start and an end for runs and metrics only. What else MLflow records is the time of the call,
    so the calls are made to believe that they are made when the story says. Belongs in a process of its own.
    """

    def __init__(self) -> None:
        self._real = time.time
        self.now_ms = int(self._real() * 1000)
        self._told_ms: float = self.now_ms

    def __enter__(self) -> StoryClock:
        time.time = self._read
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        time.time = self._real

    def set(self, moment_ms: int) -> None:
        """From here on it is ``moment_ms`` (milliseconds since the epoch), and never later than now."""
        self._told_ms = min(moment_ms, self.now_ms)

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> int:
        """The moment that long before now, in milliseconds since the epoch."""
        return self.now_ms - int(days * DAY + hours * HOUR + minutes * MINUTE)

    def _read(self) -> float:
        # A millisecond for each reading keeps the order of what is made in one breath.
        self._told_ms = min(self._told_ms + 1, self.now_ms)
        return self._told_ms / 1000
