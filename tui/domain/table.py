"""What a grid draws: columns, and rows of ready-made text behind a small protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

Align = Literal["left", "right"]
Tone = Literal["", "muted", "strong", "accent", "good", "warn", "bad"]
"""How a cell is meant; the theme gives each a colour or weight, the text itself always says it too."""


@dataclass(frozen=True)
class Column:
    """One column of a table. ``width`` is in cells, without the gap; ``key`` is stable ("metrics.val_auc")."""

    key: str
    title: str
    width: int
    align: Align = "left"
    frozen: bool = False  # stays at the left while the rest scrolls; frozen columns come first
    group: str = ""  # a thin rule is drawn where the group changes
    order: Literal["", "up", "down"] = ""  # the mark of a sorted column


class Table(Protocol):
    """Rows and columns of cleaned text. Row numbers run from 0 to ``row_count``; answers come at once, never by I/O."""

    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def row_count(self) -> int: ...

    @property
    def generation(self) -> int:
        """Changes whenever any other answer of this table may have changed."""
        ...

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        """The texts of one column, rows ``start`` to ``stop``: cleaned, one line, not padded, not cut."""
        ...

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        """How those cells are meant, or None where none of them is special."""
        ...

    def row_key(self, row: int) -> str:
        """The stable identity of a row."""
        ...

    def row_of(self, row_key: str) -> int | None:
        """Where that row is now, if it is here."""
        ...


@runtime_checkable
class Valued(Protocol):
    """A table that knows more of its cells than how they read: numbers as numbers, None where there is nothing."""

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]: ...


@runtime_checkable
class Levelled(Protocol):
    """A table whose rows are lines of a tree: how deep each is, those below it coming right after it."""

    def levels(self) -> Sequence[int]: ...


def values_of(table: Table, key: str, start: int, stop: int) -> Sequence[Any]:
    """The values of a column; the texts, where the table knows no more."""
    return table.values(key, start, stop) if isinstance(table, Valued) else table.texts(key, start, stop)


class RowsTable:
    """A table over plain lists, for what is small: experiments, params, a remembered screenful of runs.

    ``values`` are those behind the texts of a column where these do not tell them as they are; ``levels`` are given
    where the rows are lines of a tree.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        keys: Sequence[str],
        cells: Mapping[str, Sequence[str]],
        tones: Mapping[str, Sequence[Tone]] | None = None,
        *,
        values: Mapping[str, Sequence[Any]] | None = None,
        levels: Sequence[int] = (),
        generation: int = 0,
    ) -> None:
        self.columns = tuple(columns)
        self._values = values or {}
        self._levels = levels
        self.generation = generation
        self._keys = tuple(keys)
        self._cells = cells
        self._tones = tones or {}
        self._rows: dict[str, int] | None = None

    @property
    def row_count(self) -> int:
        return len(self._keys)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return self._cells[key][start:stop]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        tones = self._tones.get(key)
        return tones[start:stop] if tones is not None else None

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        return self._values.get(key, self._cells[key])[start:stop]

    def levels(self) -> Sequence[int]:
        return self._levels

    def row_key(self, row: int) -> str:
        return self._keys[row]

    def row_of(self, row_key: str) -> int | None:
        if self._rows is None:
            self._rows = {key: row for row, key in enumerate(self._keys)}
        return self._rows.get(row_key)
