"""Metrics in pages: so many charts at a time, the others a key away."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.quantities import count
from tui.domain.text import clean


class MetricPages:
    """The metrics of a curves screen, each once, so many to a page."""

    def __init__(self, keys: Sequence[str], of_each: int) -> None:
        self._keys = tuple(dict.fromkeys(keys))
        self._of_each = of_each
        self._page = 0

    @property
    def several(self) -> bool:
        return len(self._keys) > self._of_each

    @property
    def shown(self) -> tuple[str, ...]:
        """The metrics of the present page."""
        return self._keys[self._first : self._first + self._of_each]

    @property
    def _first(self) -> int:
        return self._page * self._of_each

    def leads(self, by: int) -> bool:
        """Whether there is a page so many pages further on."""
        return 0 <= (self._page + by) * self._of_each < len(self._keys) and self._page + by >= 0

    def turn(self, by: int) -> bool:
        """Turn pages; False where there is none."""
        if not self.leads(by):
            return False
        self._page += by
        return True

    @property
    def words(self) -> str:
        """Which metrics these are, of how many."""
        shown = self.shown
        if not self.several:
            return clean(shown[0]) if len(shown) == 1 else f"{len(shown)} metrics"
        first, last = self._first + 1, self._first + len(shown)
        return f"metrics {count(first)} to {count(last)} of {count(len(self._keys))}"
