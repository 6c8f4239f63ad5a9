"""How fresh what is on the screen is, in a form that every view words the same way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui.domain.problem import Kind, Problem


class FreshnessState(str, Enum):
    """Where a view stands with its server."""

    WAITING = "waiting"  # nothing has been shown yet
    LOADING = "loading"
    LIVE = "live"
    STALE = "stale"  # shown, and an attempt to read it again failed
    OFFLINE = "offline"  # the same, and the server cannot be reached
    BUSY = "busy"  # the same, and the server asks to be left alone for a while
    CLOSED = "closed"  # nothing has been read, nor will be until a person has decided
    REMEMBERED = "remembered"  # from an earlier session; the first read is under way


@dataclass(frozen=True)
class Freshness:
    """A state, the time that the data on the screen was read, and the problem that keeps it from being newer."""

    state: FreshnessState = FreshnessState.WAITING
    as_of_ms: int | None = None
    problem: Problem | None = None

    def loading(self) -> Freshness:
        """Being read again; what is shown keeps its time."""
        return Freshness(FreshnessState.LOADING, self.as_of_ms)

    def live(self, now_ms: int) -> Freshness:
        return Freshness(FreshnessState.LIVE, now_ms)

    def remembered(self, as_of_ms: int) -> Freshness:
        return Freshness(FreshnessState.REMEMBERED, as_of_ms)

    def failed(self, problem: Problem) -> Freshness:
        """The last attempt failed; what is shown stays, with the problem beside it."""
        state = FreshnessState.OFFLINE if problem.is_connection else FreshnessState.STALE
        return Freshness(FreshnessState.BUSY if problem.kind is Kind.THROTTLED else state, self.as_of_ms, problem)

    @property
    def tries_again(self) -> bool:
        """Whether what is shown is read again by itself."""
        return self.state in (FreshnessState.OFFLINE, FreshnessState.BUSY)
