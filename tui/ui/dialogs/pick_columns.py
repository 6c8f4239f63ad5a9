"""Choosing and ordering the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.ui.dialogs.listing import ListModal, narrowed


@dataclass(frozen=True)
class Pickable:
    """A column that can be chosen: ``detail`` says how many rows have it, and the like."""

    key: str
    title: str
    group: str
    detail: str
    high_first: bool = False  # whether its high end is looked at first


@dataclass(frozen=True)
class Picked:
    """The keys chosen, in order; an empty one asks for the automatic choice."""

    keys: tuple[str, ...]


class PickColumnsModal(ListModal[Picked]):
    """Marked columns are shown, in the order of the list. What is typed narrows it; the other keys are no letters."""

    title_text = "Columns"
    hint_text = "space show/hide   { } move   ctrl+r automatic   enter apply   esc leave"
    taken = frozenset({"space", "left_curly_bracket", "right_curly_bracket"})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "show or hide", show=False, priority=True),
        Binding("left_curly_bracket,shift+up,ctrl+up", "move(-1)", "up", show=False, priority=True),
        Binding("right_curly_bracket,shift+down,ctrl+down", "move(1)", "down", show=False, priority=True),
        Binding("ctrl+r", "automatic", "automatic", show=False),
    ]

    def __init__(self, columns: Sequence[Pickable], chosen: Sequence[str], glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        known = {column.key: column for column in columns}
        first = [known[key] for key in chosen if key in known]
        self._order = [*first, *(column for column in columns if column.key not in set(chosen))]
        self._first_marks = {column.key for column in first}

    def on_mount(self) -> None:
        super().on_mount()
        self.grid.marks = self._first_marks

    def rows(self, query: str) -> Table:
        kept = [self._order[number] for number in narrowed(query, [f"{c.title} {c.group}" for c in self._order])]
        titles = [clean(column.title) for column in kept]
        columns = (
            Column("title", "column", max([16, *(min(50, width(title)) for title in titles[:2000])]), frozen=True),
            Column("group", "of", 10),
            Column("detail", "", max([20, *(width(c.detail) for c in kept[:2000])])),
        )
        muted: list[Tone] = ["muted"] * len(kept)
        cells = {"title": titles, "group": [c.group for c in kept], "detail": [clean(c.detail) for c in kept]}
        return RowsTable(columns, [c.key for c in kept], cells, {"group": muted, "detail": muted})

    def chosen(self, row_key: str) -> Picked:
        marks = self.grid.marks
        return Picked(tuple(column.key for column in self._order if column.key in marks))

    def action_turn(self) -> None:
        self.grid.action_mark()

    def action_automatic(self) -> None:
        self.dismiss(Picked(()))

    def action_move(self, by: int) -> None:
        """Move the column under the cursor among those shown, skipping what the query hides."""
        key = self.grid.cursor_key
        table = self.grid.table
        if key is None or table is None:
            return
        target_row = self.grid.cursor_row + by
        if not 0 <= target_row < table.row_count:
            return
        target = table.row_key(target_row)
        positions = {column.key: number for number, column in enumerate(self._order)}
        moved = self._order.pop(positions[key])
        self._order.insert(positions[target], moved)
        self.narrow(self._query)
        self.grid.move_to(key)
