"""The ground of every dialogue that is a list: a title, a line to narrow it by, and a grid."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Generic, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.app.actions import PLACES, Action, configured_keys, show_keys
from tui.app.uses import FIRST_VERBS, USES, use_of
from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.resources import BREAKPOINTS, style_sheets
from tui.widgets.grid import Grid
from tui.widgets.inputs import CalmInput

Answer = TypeVar("Answer")


class NarrowInput(CalmInput):
    """A line whose up and down move through the list beside it; ``taken`` keys mean something there and are no text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_list(1)", show=False),
        Binding("up", "to_list(-1)", show=False),
        Binding("ctrl+n", "to_list(1)", show=False),
        Binding("pagedown", "to_list(10)", show=False),
        Binding("pageup", "to_list(-10)", show=False),
    ]

    taken: frozenset[str] = frozenset()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key not in self.taken and super().check_consume_key(key, character)

    def action_to_list(self, rows: int) -> None:
        cast(ListModal[object], self.screen).step(rows)


class ListModal(ModalScreen[Answer | None], Generic[Answer]):
    """A list to choose from: type to narrow it, up and down to move, enter to choose, esc to leave."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    title_text = ""
    hint_text = "enter choose   esc leave"
    empty_text = ""  # what stands in a list without any rows
    taken: frozenset[str] = frozenset()  # keys of letters and signs that are not typed, but bound with priority

    def __init__(self, glyphs: Glyphs, *, query: str = "") -> None:
        super().__init__(classes="list-modal")
        self._glyphs = glyphs
        self._query = query
        self.grid = Grid(glyphs=glyphs)
        self.input = NarrowInput(query, placeholder="type to narrow", compact=True)
        self.input.taken = self.taken

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self.title_text} ")
            frame.border_subtitle = Content(f" {self.hint_text} ")
            yield self.input
            yield self.grid
            yield from self.extras()

    def extras(self) -> ComposeResult:
        """More widgets under the list."""
        yield from ()

    def on_mount(self) -> None:
        self.narrow(self._query)
        self.input.focus()  # whatever is typed narrows the list

    @abstractmethod
    def rows(self, query: str) -> Table:
        """The rows that a query leaves; an empty one leaves all."""

    @abstractmethod
    def chosen(self, row_key: str) -> Answer | None:
        """What choosing that row means; None keeps the dialogue open."""

    def step(self, rows: int) -> None:
        """Move so many rows in the list, from the line."""
        if self.grid.row_count:
            self.grid.move_to_row(max(0, min(self.grid.row_count - 1, self.grid.cursor_row + rows)))

    def narrow(self, query: str) -> None:
        """Show the rows that ``query`` leaves."""
        self._query = query
        self.grid.placeholder = f"Nothing here holds  {clean(query.strip())}" if query.strip() else self.empty_text
        self.grid.table = self.rows(query)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.narrow(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose(self.grid.cursor_key)

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        self._choose(event.row_key)

    def _choose(self, row_key: str | None) -> None:
        if row_key is None:
            return
        answer = self.chosen(row_key)
        if answer is not None:
            self.dismiss(answer)

    def action_leave(self) -> None:
        self.dismiss(None)


class Words(Static):
    """A line of plain words, never parsed as markup."""

    def __init__(self, text: str, *, classes: str = "words") -> None:
        super().__init__(Content(text), classes=classes)


def narrowed(query: str, texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that hold every word of ``query``, whatever the case.

    A word may go over a text's blanks: where the space bar chooses, none can be typed.
    """
    words = query.lower().split()
    held = [(text.lower(), "".join(text.lower().split())) for text in texts]
    return [at for at, (text, joined) in enumerate(held) if all(word in text or word in joined for word in words)]


# The keys that work here, and what each does.


_LATER = {"grid": 1, "app": 2}
_HEADING = "use:"  # how the keys of headings begin


@dataclass(frozen=True)
class Chosen:
    """The id of the action to run."""

    id: str


class HelpModal(ListModal[Chosen]):
    """Every action of the places one is in, the nearest place first; choosing one runs it."""

    title_text = "Keys that work here"
    hint_text = "type to narrow   enter run it   esc leave"

    def __init__(self, glyphs: Glyphs, actions: Sequence[Action], keymap: Mapping[str, str]) -> None:
        super().__init__(glyphs)
        # What is particular to this place comes before what works in any list, and that before what works everywhere.
        nearest = sorted(actions, key=lambda action: _LATER.get(action.where, 0))
        first = {verb: next((a for a in nearest if a.verb == verb), None) for verb in FIRST_VERBS}
        chosen = {action.id for action in first.values() if action is not None}
        self._uses = {action.id: "begin" if action.id in chosen else use_of(action) for action in nearest}
        place = {verb: number for number, verb in enumerate(FIRST_VERBS)}
        uses = list(USES)
        self._actions = sorted(
            nearest,
            key=lambda a: (uses.index(self._uses[a.id]), place.get(a.verb, 0) if a.id in chosen else 0),
        )
        self._keys = [show_keys(configured_keys(action, keymap)) for action in self._actions]

    def rows(self, query: str) -> Table:
        texts = [f"{keys} {a.title} {a.help} {a.where}" for a, keys in zip(self._actions, self._keys, strict=True)]
        kept = narrowed(query, texts)
        actions = [self._actions[number] for number in kept]
        keys = [self._keys[number] for number in kept]
        helps = [action.help for action in actions]
        if not query.strip():
            # Headings, which a query would only be mixed with.
            whole: list[Action | str] = []
            for number, action in enumerate(actions):
                use = self._uses[action.id]
                if not number or use != self._uses[actions[number - 1].id]:
                    whole.append(use)
                whole.append(action)
            return self._with_headings(whole, dict(zip([a.id for a in actions], keys, strict=True)))
        columns = (
            Column("keys", "key", max([8, *map(len, keys)]), frozen=True),
            Column("help", "what it does", max([20, *map(len, helps)])),
            Column("where", "where", max(map(len, PLACES.values()))),
        )
        cells = {"keys": keys, "help": helps, "where": [PLACES[action.where] for action in actions]}
        accent: list[Tone] = ["accent"] * len(kept)
        muted: list[Tone] = ["muted"] * len(kept)
        return RowsTable(columns, [a.id for a in actions], cells, {"keys": accent, "where": muted})

    def _with_headings(self, rows: Sequence[Action | str], keys: Mapping[str, str]) -> Table:
        """The rows as a table, a heading for each use."""
        shown = [keys[row.id] if isinstance(row, Action) else "" for row in rows]
        helps = [row.help if isinstance(row, Action) else USES[row] for row in rows]
        where = [PLACES[row.where] if isinstance(row, Action) else "" for row in rows]
        columns = (
            Column("keys", "key", max([8, *map(len, shown)]), frozen=True),
            Column("help", "what it does", max([20, *map(len, helps)])),
            Column("where", "where", max(map(len, PLACES.values()))),
        )
        heads: list[Tone] = ["" if isinstance(row, Action) else "accent" for row in rows]
        accent: list[Tone] = ["accent"] * len(rows)
        muted: list[Tone] = ["muted"] * len(rows)
        ids = [row.id if isinstance(row, Action) else _HEADING + row for row in rows]
        cells = {"keys": shown, "help": helps, "where": where}
        return RowsTable(columns, ids, cells, {"keys": accent, "help": heads, "where": muted})

    def chosen(self, row_key: str) -> Chosen | None:
        return None if row_key.startswith(_HEADING) else Chosen(row_key)


# Choosing and ordering the columns of a table.


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
    def _marked(self, event: Grid.MarksChanged) -> None:
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
