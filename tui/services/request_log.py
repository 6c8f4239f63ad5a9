"""What was asked of the server, kept for the ``@`` screen and the status line."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class LoggedRequest:
    """One request: what, when, how long, how it ended ("…" while it is under way)."""

    number: int
    operation: str
    summary: str
    started_ms: int
    took_ms: float | None
    outcome: str  # "" while under way, "ok", or the kind of the problem
    message: str = ""
    size: int = 0  # bytes that came back from the host process
    reader: str = ""  # who answered: MlflowClient, or which reader of the deck's own


class RequestLog:
    """The last requests, newest last; safe to write from any thread."""

    def __init__(self, keep: int = 1000) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=keep)
        self._open: dict[int, LoggedRequest] = {}
        self._lock = threading.Lock()
        self.total = 0
        self.generation = 0
        self.on_record: Callable[[], object] = lambda: None  # called after each record, on the thread that records

    def record(self, request: LoggedRequest) -> None:
        """Take in a request, or a later state of one already known by its number."""
        with self._lock:
            self.generation += 1
            if not request.outcome:
                self.total += request.number not in self._open
                self._open[request.number] = request
            else:
                if self._open.pop(request.number, None) is None:
                    self.total += 1
                self._requests.append(request)
        self.on_record()

    @property
    def in_flight(self) -> int:
        return len(self._open)

    @property
    def waiting(self) -> str:
        """What a request that is under way waits for, "" where none does."""
        return next((request.message for request in tuple(self._open.values()) if request.message), "")

    @property
    def last_took_s(self) -> float:
        """How long the last request took that came to its end, in seconds; 0 where there was none."""
        took_ms = self._requests[-1].took_ms if self._requests else None
        return (took_ms or 0.0) / 1000

    @property
    def under_way(self) -> tuple[LoggedRequest, ...]:
        """The requests that have not ended, the first that was made first."""
        return tuple(sorted(tuple(self._open.values()), key=lambda request: request.number))

    def all(self) -> list[LoggedRequest]:
        """Finished requests and those under way, by number."""
        with self._lock:
            return sorted([*self._requests, *self._open.values()], key=lambda request: request.number)
