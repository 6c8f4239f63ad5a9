"""Which columns of a table are on the screen, and where: arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.table import Column

GUTTER = 3  # the cursor's sign, the mark, a space
EDGE = 1  # at the right: the sign of more columns, and of where in the rows one is
GAP = 2
RULED_GAP = 3
_LEAST_FROZEN = 6
_LEAST_SCROLLED = 24
_LEAST_CUT = 6


@dataclass(frozen=True)
class Slot:
    """A column on the screen: ``x`` is its first cell, ``width`` the cells that it gets, ``gap`` those before it."""

    column: Column
    index: int
    x: int
    width: int
    gap: int
    ruled: bool  # a rule stands in the gap

    @property
    def end(self) -> int:
        return self.x + self.width


@dataclass(frozen=True)
class Layout:
    """The columns on the screen, from the left, and how many are out of sight at either side of the scrolled part."""

    slots: tuple[Slot, ...]
    frozen: int  # the first so many slots stay when the rest scrolls
    more_left: int
    more_right: int

    @property
    def end(self) -> int:
        """The first cell after the last column."""
        return self.slots[-1].end if self.slots else GUTTER

    def at(self, x: int) -> Slot | None:
        """The column drawn at a cell, its gap included."""
        return next((slot for slot in self.slots if slot.x - slot.gap <= x < slot.end), None)


class Geometry:
    """Lays out the columns of one table in one width; scrolling sideways goes by whole columns.

    ``first`` numbers the leftmost scrolled column in the table's columns. Costs go by what is on the screen.
    """

    def __init__(self, columns: Sequence[Column], width: int) -> None:
        self.columns = columns
        self.width = width
        self.frozen = next((index for index, column in enumerate(columns) if not column.frozen), len(columns))
        self.index_of = {column.key: index for index, column in enumerate(columns)}
        self._room_end = max(GUTTER + 1, width - EDGE)
        self._frozen_widths = self._fit_frozen()
        self._scrolled_start = GUTTER + sum(self._frozen_widths) + self._gaps_before(self.frozen)

    def _fit_frozen(self) -> list[int]:
        """Widths of the frozen columns, the widest made narrower until something else has room beside them."""
        widths = [column.width for column in self.columns[: self.frozen]]
        room = self._room_end - GUTTER
        if self.frozen < len(self.columns):
            room -= min(_LEAST_SCROLLED, room // 2)
        room -= self._gaps_before(self.frozen)
        while widths and sum(widths) > room and max(widths) > _LEAST_FROZEN:
            widest = widths.index(max(widths))
            widths[widest] -= 1
        return widths

    def _gap(self, index: int, left: int | None = None) -> tuple[int, bool]:
        """The cells before a column, and whether a rule is in them, given the column to its left."""
        left = index - 1 if left is None else left
        if left < 0:
            return 0, False
        ruled = self.columns[left].group != self.columns[index].group
        return (RULED_GAP if ruled else GAP), ruled

    def _gaps_before(self, end: int) -> int:
        return sum(self._gap(index)[0] for index in range(end))

    def _shown_width(self, index: int) -> int:
        """A scrolled column is never wider than the room that there is for all of them."""
        return max(1, min(self.columns[index].width, self._room_end - self._scrolled_start - RULED_GAP))

    def layout(self, first: int) -> Layout:
        """The columns that are on the screen when the scrolled part begins with column ``first``."""
        slots: list[Slot] = []
        x = GUTTER
        for index in range(self.frozen):
            gap, ruled = self._gap(index)
            shown = max(0, min(self._frozen_widths[index], self._room_end - x - gap))
            if shown:
                slots.append(Slot(self.columns[index], index, x + gap, shown, gap, ruled))
                x += gap + shown
        frozen = len(slots)
        first = max(first, self.frozen)
        index = first
        while index < len(self.columns):
            gap, ruled = self._gap(index, slots[-1].index if slots else -1)
            wanted = self._shown_width(index)
            room = self._room_end - x - gap
            shown = wanted
            if room < wanted:
                # Half a number reads as another number; half a word with an ellipsis does not.
                shown = room if self.columns[index].align == "left" and room >= _LEAST_CUT else 0
            if shown:
                slots.append(Slot(self.columns[index], index, x + gap, shown, gap, ruled))
                x += gap + shown
            if room <= wanted:
                break
            index += 1
        whole = [slot for slot in slots[frozen:] if slot.width >= self._shown_width(slot.index)]
        seen = whole[-1].index + 1 if whole else first
        return Layout(tuple(slots), frozen, first - self.frozen, len(self.columns) - max(seen, self.frozen))

    def first_showing(self, index: int, first: int) -> int:
        """Where to begin the scrolled part, moved as little as possible, so that a column is whole on the screen."""
        first = min(max(first, self.frozen), self.last_first)
        if index < self.frozen or index >= len(self.columns):
            return first
        if index < first:
            return index
        return max(first, self._earliest_first(index))

    @property
    def last_first(self) -> int:
        """The furthest beginning that is of use: the last column is whole on the screen."""
        return self._earliest_first(len(self.columns) - 1) if self.frozen < len(self.columns) else self.frozen

    def _earliest_first(self, last: int) -> int:
        """The first beginning with which column ``last`` is whole on the screen."""
        first = last
        used = self._shown_width(last)
        before_all = self.frozen - 1  # the column left of the scrolled part
        while first > self.frozen:
            used += self._gap(first)[0] + self._shown_width(first - 1)
            if self._scrolled_start + self._gap(first - 1, before_all)[0] + used > self._room_end:
                break
            first -= 1
        return first
