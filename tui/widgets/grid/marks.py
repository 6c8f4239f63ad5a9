"""Marked rows, by key, in the order of marking."""

from __future__ import annotations

from collections.abc import Iterable


class Marks:
    """The keys of marked rows, present or not, and the row at which a range was begun."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self.range_from: str | None = None

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def replace(self, keys: Iterable[str]) -> None:
        self._keys = dict.fromkeys(keys)

    def toggle(self, key: str) -> None:
        if key in self._keys:
            del self._keys[key]
        else:
            self._keys[key] = None

    def add(self, keys: Iterable[str]) -> None:
        self._keys.update(dict.fromkeys(keys))
