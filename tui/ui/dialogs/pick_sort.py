"""Choosing what to sort by: several columns, each up or down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.ui.dialogs.listing import ListModal, narrowed
from tui.ui.dialogs.pick_columns import Pickable
from tui.widgets.grid import Grid, messages


@dataclass(frozen=True)
class SortPicked:
    """Column keys with True for descending, the most important first; empty for the server's order."""

    keys: tuple[tuple[str, bool], ...]


class PickSortModal(ListModal[SortPicked]):
    """Enter sorts by one column, its better end first; space turns several up, down and off, the first counts most."""

    title_text = "Sort by"
    hint_text = "enter by this alone   space up/down/not   esc leave"
    taken = frozenset({"space"})

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", "up, down or not", show=False, priority=True)]

    def __init__(self, columns: Sequence[Pickable], sort: Sequence[tuple[str, bool]], glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._columns = list(columns)
        self._high_first = {column.key: column.high_first for column in columns}
        self._sort = dict(sort)
        self._turned = False

    def on_mount(self) -> None:
        super().on_mount()
        self.grid.marks = set(self._sort)

    def rows(self, query: str) -> Table:
        ranks = {key: number for number, key in enumerate(self._sort)}
        ordered = sorted(self._columns, key=lambda column: ranks.get(column.key, len(ranks)))
        kept = [ordered[number] for number in narrowed(query, [f"{c.title} {c.group}" for c in ordered])]
        titles = [clean(column.title) for column in kept]
        order = []
        for column in kept:
            if column.key in self._sort:
                sign = self._glyphs.down if self._sort[column.key] else self._glyphs.up
                word = "descending" if self._sort[column.key] else "ascending"
                order.append(f"{ranks[column.key] + 1} {sign} {word}")
            else:
                order.append("")
        columns = (
            Column("title", "column", max([16, *(min(50, width(title)) for title in titles[:2000])]), frozen=True),
            Column("order", "order", 14),
            Column("group", "of", 10),
        )
        muted: list[Tone] = ["muted"] * len(kept)
        cells = {"title": titles, "order": order, "group": [c.group for c in kept]}
        return RowsTable(columns, [c.key for c in kept], cells, {"group": muted})

    def chosen(self, row_key: str) -> SortPicked:
        if self._turned:
            return SortPicked(tuple(self._sort.items()))
        return SortPicked(((row_key, self._high_first[row_key]),))

    def action_turn(self) -> None:
        self.grid.action_mark()

    @on(Grid.MarksChanged)
    def _marked(self, event: messages.MarksChanged) -> None:
        event.stop()
        self._turned = True
        marks = set(self.grid.marks)
        for key in marks - self._sort.keys():
            self._sort[key] = self._high_first[key]
        for key in [key for key in self._sort if key not in marks]:
            if self._sort[key] != self._high_first[key]:
                del self._sort[key]
            else:
                self._sort[key] = not self._sort[key]
        self.grid.marks = set(self._sort)
        self.narrow(self._query)
