"""How a person has arranged a list: columns, widths, sort, and what its kind keeps besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

SortOrder = tuple[tuple[str, bool], ...]  # of each column its key and whether it descends, the foremost first

_WIDTHS = range(2, 1001)
_OWN = frozenset({"columns", "widths", "sort"})


@dataclass(frozen=True)
class Arrangement:
    """``columns`` empty means the automatic choice; keys are those of ``Column.key``.

    ``more`` is what a kind of list keeps besides, in JSON's own values: whether it is a tree, its metric.
    """

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: SortOrder = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def flag(self, name: str, *, default: bool) -> bool:
        """Whether something is switched on."""
        value = self.more.get(name)
        return value if isinstance(value, bool) else default

    def text(self, name: str) -> str:
        """A text that is kept; empty where there is none."""
        value = self.more.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that is kept."""
        return tuple(value for value in _list(self.more.get(name)) if isinstance(value, str))

    def with_more(self, **more: Any) -> Arrangement:
        return replace(self, more={**self.more, **more})

    def turned(self, key: str, *, high_first: bool, may_rest: bool = True) -> Arrangement:
        """Sorted by a column; by it the other way round where it was already; then, where that may be, not at all."""
        if len(self.sort) == 1 and self.sort[0][0] == key:
            again = self.sort[0][1] != high_first
            return replace(self, sort=() if again and may_rest else ((key, not self.sort[0][1]),))
        return replace(self, sort=((key, high_first),))

    def widened(self, key: str, width: int) -> Arrangement:
        return replace(self, widths={**self.widths, key: width})

    def moved(self, order: Sequence[str], key: str, by: int) -> Arrangement:
        """A column moved among those shown, ``order``."""
        keys = list(order)
        if key not in keys:
            return self
        at = keys.index(key)
        keys.insert(max(0, min(len(keys) - 1, at + by)), keys.pop(at))
        return replace(self, columns=tuple(keys))

    def to_json(self) -> dict[str, Any]:
        return {
            **self.more,
            "columns": list(self.columns),
            "widths": dict(self.widths),
            "sort": [list(pair) for pair in self.sort],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], columns: Sequence[str] = ()) -> Arrangement:
        """As it was kept; what does not fit is left out. ``columns`` is the configured choice where none is kept."""
        chosen = tuple(key for key in _list(kept.get("columns")) if isinstance(key, str))
        widths = kept.get("widths")
        return cls(
            columns=chosen or tuple(columns),
            widths={
                key: width
                for key, width in (widths.items() if isinstance(widths, dict) else ())
                if isinstance(key, str) and isinstance(width, int) and width in _WIDTHS
            },
            sort=sort_from_json(kept.get("sort")),
            more={key: value for key, value in kept.items() if key not in _OWN},
        )


def sort_from_json(kept: object) -> SortOrder:
    """A sort as it was kept; what does not fit is left out."""
    pairs = [pair for pair in _list(kept) if isinstance(pair, list) and len(pair) == 2]
    return tuple((key, bool(descending)) for key, descending in pairs if isinstance(key, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
