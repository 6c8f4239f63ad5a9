"""A grid that arranges by itself the table that it is given: columns move, widen and are chosen, rows are sorted.

For what is a list of rows inside of something else: a tab, a tree, a comparison. What is a pane of rows by itself is a
``ListPane``. The owner names what the arrangement is kept under (``remember_as``), and finds rows by their keys.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.columns import KNOWN, ArrangedTable, Arrangement, Look, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.table import Table
from tui.domain.views import put_on
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.list_parts import export_table
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.web_views import WebKind
    from tui.ui.dialogs.listing import Pickable


# How a list is arranged by keys, whatever it is a list of: what is remembered of it, and the pickers.


class ListMemory:
    """Where the arrangement of a list is kept from one session to the next; ``warn`` is told once if it cannot be."""

    def __init__(self, owner: Asking, session: Session, warn: Callable[[str], None]) -> None:
        self._owner = owner
        self._session = session
        self._warn = warn
        self._told_unkept = False

    def name(self, what: str) -> str:
        """What an arrangement is kept under in this context."""
        return f"{self._session.memory_key}:{what}"

    def recall(self, what: str, columns: Sequence[str] = ()) -> Arrangement:
        """As it was left; ``columns`` is the configured choice where none is kept."""
        return Arrangement.from_json(self._session.views.get(self.name(what)), columns)

    def recall_look(self, what: str, narrowing: str, columns: Sequence[str] = ()) -> Look | None:
        """As it was left, with its filter and marks, kept under ``narrowing``; None where nothing is kept."""
        views = self._session.views
        kept, narrowed = views.get(self.name(what)), views.get(self.name(f"narrowing:{narrowing}"))
        if not kept and not narrowed:
            return None
        return Look.from_narrowing(narrowed, Arrangement.from_json(kept, columns))

    def keep(self, what: str, arrangement: Arrangement) -> None:
        """Keep how it is arranged."""
        self._keep("remember", what, arrangement.to_json())

    def keep_narrowing(self, what: str, narrowing: dict[str, Any]) -> None:
        """Keep its filter and its marks."""
        self._keep("remember filter", f"narrowing:{what}", narrowing)

    def _keep(self, series: str, what: str, value: dict[str, Any]) -> None:
        views, name = self._session.views, self.name(what)

        def told(kept: bool) -> None:
            if not kept and not self._told_unkept and views.failure:
                self._told_unkept = True
                self._warn(f"How this table is arranged cannot be kept: {views.failure}")

        self._owner.ask(self._session.own_work, series, lambda: views.put(name, value), told, lambda _problem: None)


def no_such_move(by: int, movable: int) -> str:
    """Why a column did not change its place."""
    if movable < 2:
        return (
            f"There is no other column to the {'right' if by > 0 else 'left'} with which this one could change places"
        )
    return "This is the last column already" if by > 0 else "This is the first column that moves already"


def ask_sort(
    app: App[Any], columns: list[Pickable], sort: SortOrder, glyphs: Glyphs, picked: Callable[[SortOrder], None]
) -> None:
    """Let a person choose what to sort by, one column or several."""
    from tui.ui.dialogs.listing import PickSortModal, SortPicked

    def answered(answer: SortPicked | None) -> None:
        if answer is not None:
            picked(answer.keys)

    if columns:
        app.push_screen(PickSortModal(columns, sort, glyphs), answered)


def ask_columns(
    app: App[Any],
    columns: list[Pickable],
    shown: tuple[str, ...],
    glyphs: Glyphs,
    picked: Callable[[tuple[str, ...]], None],
    *,
    to_group: bool = False,
) -> None:
    """Let a person choose columns and their order, to be shown or to group by."""
    from tui.ui.dialogs.listing import ColumnsPicked, PickColumnsModal

    def answered(answer: ColumnsPicked | None) -> None:
        if answer is not None:
            picked(answer.keys)

    if columns:
        app.push_screen(PickColumnsModal(columns, shown, glyphs, to_group=to_group), answered)


class Viewed:
    """What named views are of, mostly a list. ``view_place`` is the experiment that it is of, "" where it is of none.

    ``web_views`` says where the web UI keeps views of it: of which kind, and of which experiment; None for nowhere.
    """

    session: Session

    @property
    @abstractmethod
    def view_kind(self) -> str:
        """What kind of list views of it are of."""

    @property
    def view_place(self) -> str:
        return ""

    @property
    def web_views(self) -> tuple[WebKind, str] | None:
        return None

    @abstractmethod
    def looked_at(self) -> Look:
        """How it is looked at now."""

    def web_look(self) -> tuple[Look, str]:
        """The same as the web UI can show it, and what of the filter it cannot."""
        return self.looked_at(), ""

    @abstractmethod
    def take_look(self, look: Look) -> None:
        """Look at it in another way: that of a view."""


class ArrangedGrid(Grid, Asking, Viewed):
    """Shows its table as a person has arranged it; ``made`` is the table as its owner has made it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]
    off = frozenset({"mark", "mark_range"})

    def __init__(self, session: Session, glyphs: Glyphs, *, name: str, placeholder: str = "") -> None:
        self.arrangement = Arrangement()
        self.made: Table | None = None
        self.session = session
        self.export_name = name
        super().__init__(glyphs=glyphs, placeholder=placeholder)
        self._memory = ListMemory(self, session, lambda words: self.deck.say(words))
        self._remembered: dict[str, Arrangement] = {}
        self._glyphs = glyphs
        self._what = ""
        self.remember_as(name)

    def remember_as(self, what: str) -> None:
        """Arrange the table as it was left under this name, and keep under it what is arranged from now on."""
        if what == self._what:
            return
        self._remembered[self._what] = self.arrangement
        self._what = what
        found = self._remembered.get(what)
        self.arrangement = self._memory.recall(what) if found is None else found
        self._arrange()

    @property
    def table(self) -> Table | None:
        """The table as it is shown."""
        return self._table

    @table.setter
    def table(self, table: Table | None) -> None:
        self.made = table
        self._arrange()

    def _arrange(self) -> None:
        self._table = ArrangedTable(self.made, self.arrangement) if self.made is not None else None
        self.refresh_table()

    def rearrange(self, arrangement: Arrangement) -> None:
        """Arrange the table in another way, and keep that."""
        self.arrangement = arrangement
        self._memory.keep(self._what, arrangement)
        self._arrange()

    # named views

    @property
    def view_kind(self) -> str:
        return self.export_name

    def looked_at(self) -> Look:
        return Look(self.arrangement)

    def take_look(self, look: Look) -> None:
        arrangement = put_on(look.arrangement, self.arrangement)
        self.rearrange(self._with_columns(arrangement) if arrangement.columns else arrangement)

    def _with_columns(self, arrangement: Arrangement) -> Arrangement:
        """With the columns that it was made of, so that others that come later are shown too."""
        return arrangement.with_more(**{KNOWN: [column.key for column in self.made.columns]} if self.made else {})

    def pickable(self) -> list[Pickable]:
        """The columns that can be chosen, and sorted by."""
        from tui.ui.dialogs.listing import Pickable

        columns = self.made.columns if self.made is not None else ()
        return [Pickable(column.key, column.title or column.key, column.group, "") for column in columns]

    def shown_columns(self) -> tuple[str, ...]:
        return tuple(column.key for column in self._columns)

    # keys

    def turn_sort(self, key: str) -> None:
        """Sort by a column; then the other way round; then not."""
        self.rearrange(self.arrangement.turned(key, high_first=False))

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: Grid.HeadingPressed) -> None:
        if "sort" not in self.off:
            event.stop()
            self.turn_sort(event.key)

    @on(Grid.ColumnResized)
    def _resized(self, event: Grid.ColumnResized) -> None:
        event.stop()
        self.widen(event.key, event.width)

    def widen(self, key: str, width: int) -> None:
        self.rearrange(self.arrangement.widened(key, width))
        column = next((one for one in self._columns if one.key == key), None)
        if column is not None and column is self._columns[-1]:
            # Where nothing stands to its right, nothing else shows it.
            self.deck.say(f"{column.title or column.key} is {width} cells wide")

    @on(Grid.ColumnMoved)
    def _moved(self, event: Grid.ColumnMoved) -> None:
        event.stop()
        before = self.shown_columns()
        self.move_column(event.key, event.by)
        if self.shown_columns() == before:
            free = sum(not column.frozen for column in self._columns)
            self.deck.say(no_such_move(event.by, free))

    def move_column(self, key: str, by: int) -> None:
        free = [column.key for column in self._columns if not column.frozen]
        if key in free and 0 <= free.index(key) + by < len(free):
            self.rearrange(self._with_columns(self.arrangement.moved(self.shown_columns(), key, by)))

    def action_sort(self) -> None:
        if self.cursor_column is not None:
            self.turn_sort(self.cursor_column)

    def action_sort_by(self) -> None:
        ask_sort(
            self.app,
            self.pickable(),
            self.arrangement.sort,
            self._glyphs,
            lambda sort: self.rearrange(replace(self.arrangement, sort=sort)),
        )

    def action_export(self) -> None:
        export_table(self, self.session, self.export_name.replace(".", "-"), self.table)

    def action_columns(self) -> None:
        ask_columns(
            self.app,
            self.pickable(),
            self.shown_columns(),
            self._glyphs,
            lambda keys: self.rearrange(self._with_columns(replace(self.arrangement, columns=keys))),
        )
