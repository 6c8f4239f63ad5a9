"""Texts kept once each, and the keys of metrics, params and tags with what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from tui.domain.filter.nodes import number

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]


class _CodeOf(dict[str, int]):
    """Codes by text; a text that is asked for gets the next code."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self._texts)
        self._texts.append(text)
        return code


class TextPool:
    """The distinct texts of one column by code, in order of appearance.

    One thread adds; others may read meanwhile: codes that were given out keep their meaning for good.
    """

    __slots__ = ("_code_of", "_numbers", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._code_of = _CodeOf(self.texts)
        self._numbers: tuple[Floats, Bools] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def codes(self, texts: Iterable[str]) -> list[int]:
        return list(map(self._code_of.__getitem__, texts))

    def code(self, text: str) -> int:
        return self._code_of[text]

    def numbers(self) -> tuple[Floats, Bools]:
        """The number that each text is, and whether it is one; of as many texts as there were when it was asked."""
        known = self._numbers
        done = 0 if known is None else len(known[0])
        count = len(self.texts)
        if known is not None and done == count:
            return known
        found = [number(text) for text in self.texts[done:count]]
        values = np.array([np.nan if value is None else value for value in found], dtype=np.float64)
        are = np.array([value is not None for value in found], dtype=np.bool_)
        if known is not None:
            values, are = np.concatenate((known[0], values)), np.concatenate((known[1], are))
        self._numbers = values, are
        return values, are


class KeyTable:
    """The keys of one kind, numbered in order of appearance, and how many rows have each.

    ``fills``, ``lows`` and ``highs`` are replaced and never changed in place, so that a reader may keep them.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.keys: list[str] = []
        self.pools: list[TextPool] = []
        self.fills: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.lows: Floats = np.zeros(0)
        self.highs: Floats = np.zeros(0)

    def number_of(self, key: str) -> int:
        known = self.ids.get(key)
        if known is None:
            known = len(self.keys)
            self.keys.append(key)
            self.pools.append(TextPool())
            self.ids[key] = known
        return known

    def grow(self) -> None:
        """Make room in the figures for keys that were added."""
        missing = len(self.keys) - len(self.fills)
        if missing:
            self.fills = np.concatenate((self.fills, np.zeros(missing, dtype=np.int64)))
            self.lows = np.concatenate((self.lows, np.full(missing, np.nan)))
            self.highs = np.concatenate((self.highs, np.full(missing, np.nan)))

    def count(self, numbers: Codes, amounts: npt.NDArray[np.int64]) -> None:
        """Add to the fill of the keys with these numbers (ascending, each once)."""
        fills = self.fills.copy()
        fills[numbers] += amounts
        self.fills = fills

    def widen(self, numbers: Codes, lows: Floats, highs: Floats) -> None:
        """Widen the bounds of metrics; NaN says nothing."""
        self.lows, self.highs = self.lows.copy(), self.highs.copy()
        self.lows[numbers] = np.fmin(self.lows[numbers], lows)
        self.highs[numbers] = np.fmax(self.highs[numbers], highs)


class KeyView:
    """The keys of one kind as they were at one moment."""

    def __init__(self, table: KeyTable) -> None:
        self._ids = table.ids
        self._keys = table.keys
        self._count = len(table.keys)
        self.pools = table.pools
        self.fills = table.fills
        self.lows = table.lows
        self.highs = table.highs

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys[: self._count])

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.number_of(key) is not None

    def number_of(self, key: str) -> int | None:
        found = self._ids.get(key)
        return found if found is not None and found < self._count else None
