"""The places that were gone to in a context, as a browser has them: back, forward, and the recent ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ui.routes import Route

MOST = 100


@dataclass(eq=False)
class Visit:
    """A page: the top that it lies over, and how it was come to; None for the top itself. ``title`` is its crumbs."""

    top: str
    route: Route | None = None
    title: str = ""

    def is_same(self, other: Visit) -> bool:
        return (self.top, self.route) == (other.top, other.route)


class Trail:
    """The visits in their order, and the one that is open; going on from an earlier one forgets those after it."""

    def __init__(self, first: Visit) -> None:
        self._visits = [first]
        self._at = 0

    @property
    def here(self) -> Visit:
        return self._visits[self._at]

    def went(self, visit: Visit) -> None:
        """A page was opened."""
        if visit.is_same(self.here):
            return
        self._visits = [*self._visits[: self._at + 1], visit][-MOST:]
        self._at = len(self._visits) - 1

    def step(self, by: int) -> Visit | None:
        """Go back (-1) or forward (1); None where there is no such visit."""
        if not 0 <= self._at + by < len(self._visits):
            return None
        self._at += by
        return self.here

    def closed(self, top: str, routes: list[Route]) -> None:
        """Pages were closed: over ``top`` lie these now. The visit before is the one that is open, if it is that."""
        now = Visit(top, routes[-1] if routes else None)
        if self._at and self._visits[self._at - 1].is_same(now):
            self._at -= 1
        else:
            self.went(now)

    def recent(self) -> list[Visit]:
        """Each place once, the last first, without the one that is open."""
        found: list[Visit] = []
        for visit in reversed(self._visits):
            if not visit.is_same(self.here) and not any(visit.is_same(one) for one in found):
                found.append(visit)
        return found
