"""Choosing and ordering the columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.ui.dialogs.listing import ListModal, Words, narrowed
from tui.widgets.grid import Grid, messages


@dataclass(frozen=True)
class Pickable:
    """A column that can be chosen: ``detail`` says how many rows have it, and the like."""

    key: str
    title: str
    group: str
    detail: str
    high_first: bool = False  # whether its high end is looked at first


@dataclass(frozen=True)
class ColumnsPicked:
    """The keys chosen, in order; an empty one asks for the automatic choice."""

    keys: tuple[str, ...]


class PickColumnsModal(ListModal[ColumnsPicked]):
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

    def __init__(
        self, columns: Sequence[Pickable], chosen: Sequence[str], glyphs: Glyphs, *, to_group: bool = False
    ) -> None:
        super().__init__(glyphs)
        self._to_group = to_group
        if to_group:
            self.title_text = "Group by"
            self.hint_text = "space choose/not   { } move   ctrl+r no groups   enter apply   esc leave"
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

    def chosen(self, row_key: str) -> ColumnsPicked:
        marks = set(self.grid.marks)
        if self._to_group and not marks and not self._first_marks:
            marks = {row_key}  # who marks nothing means the one under the cursor; who takes all marks away, no groups
        return ColumnsPicked(tuple(column.key for column in self._order if column.key in marks))

    def action_turn(self) -> None:
        self.grid.action_mark()

    def action_automatic(self) -> None:
        self.dismiss(ColumnsPicked(()))

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


# Choosing what to sort by: several columns, each up or down.


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


# A name: one of those that there are, or a new one.


_NEW = "new "


class PickNameModal(ListModal[str]):
    """What is typed narrows the names there are, and is offered as a new one; ``refuse`` says why it cannot be.

    ``levels`` are beginnings of names ("prod.", "prod.ml."), each with what it is: one that is chosen is the answer,
    and whoever asked shows what lies in it.
    """

    hint_text = "type to narrow, or a new name   enter choose   esc leave"

    def __init__(
        self,
        title: str,
        words: str,
        names: Sequence[str],
        glyphs: Glyphs,
        *,
        refuse: Callable[[str], str],
        levels: Mapping[str, str] = MappingProxyType({}),
        query: str = "",
    ) -> None:
        self.title_text = title
        super().__init__(glyphs, query=query)
        self._within = query  # the level that has been gone down to, no name yet
        self.input.select_on_focus = False  # what is typed goes on after the level
        self._levels = levels
        self._words = words
        self._names = list(names)
        self._refuse = refuse

    def extras(self) -> ComposeResult:
        yield Words(self._words)

    def rows(self, query: str) -> Table:
        names = [self._names[number] for number in narrowed(query, self._names)]
        keys, titles, details = list(names), [named(name) for name in names], ["a new version of it"] * len(names)
        typed = query.strip()
        # A level that has been typed, or chosen, is not offered again.
        deeper = [level for level in self._levels if typed.lower() in level.lower() and level != typed]
        keys += deeper
        titles += [clean(level) for level in deeper]
        details += [self._levels[level] for level in deeper]
        tones: list[Tone] = ["muted"] * len(keys)
        just_come = typed == self._within  # a level is no wrong name yet
        if typed and typed not in names and not (just_come and keys):
            refused = "type the name after it" if just_come else self._refuse(typed)
            keys.append(f"{_NEW}{typed}")
            titles.append(clean(typed))
            details.append(refused or "a new model")
            tones.append("muted" if just_come else "bad" if refused else "accent")
        columns = (
            Column("name", "model", max([16, *(min(60, width(title)) for title in titles)]), frozen=True),
            Column("detail", "", max([20, *map(width, details)])),
        )
        return RowsTable(columns, keys, {"name": titles, "detail": details}, {"detail": tones})

    def chosen(self, row_key: str) -> str | None:
        if row_key in self._names or row_key in self._levels:
            return row_key
        typed = row_key[len(_NEW) :]
        return None if self._refuse(typed) else typed
