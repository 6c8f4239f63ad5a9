"""The one list: it filters, sorts, arranges, widens, marks, remembers, and says how fresh it is.

A new list is a ``ListPane`` that says four things: ``specs`` (its columns, each a ``ColumnSpec``), ``rows`` (what is
loaded, in its source's order), ``key_of`` (the identity of a row), and ``open_row`` (what enter does). It binds the
place that holds its verbs, ``BINDINGS = [*bindings("PLACE")]``, gives them scopes in ``tui.app.actions``, and calls
``recall`` once, ``state.loading/live/failed`` as it reads, and ``fill`` when there is something new to show.

``searched`` is what the filter's words are looked for in; ``title_parts`` and ``empty_words`` are what is said.
A list that is large lays itself out on a worker's thread (``is_large``); one whose cells are made in bulk gives
``laying_out`` a table of its own, and ``pickable``, ``shown_columns`` and ``high_first`` to go with it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings, key_of, with_keys
from tui.domain.columns import Arrangement, ColumnSpec, Look, Row, SortOrder, SpecTable, chosen, sifted
from tui.domain.freshness import Freshness
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count, counted, matches, pace
from tui.domain.table import Table
from tui.domain.text import clean
from tui.services.session import Session
from tui.ui.arranged_grid import ListMemory, Viewed, ask_columns, ask_sort, no_such_move
from tui.ui.asking import Asking
from tui.ui.list_parts import SiftedPane, export_table
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.views import View
    from tui.ui.dialogs.listing import Pickable

MARKING = frozenset({"mark", "mark_range", "leave_range"})  # what a list without marks does not offer

OF_MARKS = frozenset({"unmark", "next", "previous"})  # verbs that mean nothing while nothing is marked

_BESIDE_COLUMNS = 4  # cells of a grid's line that belong to no column

Show = Callable[[], None]


class ListState:
    """How true what a list shows is, and its face while it has no rows to show."""

    def __init__(self, pane: ListPane[Any], session: Session) -> None:
        self._pane = pane
        self._session = session
        self._failed = False
        self.freshness = Freshness()

    def tell(self, freshness: Freshness) -> None:
        """Say to whom the list belongs how fresh it is by now."""
        self.freshness = freshness
        self._pane.post_message(ListPane.FreshnessChanged(self._pane, freshness.problem))

    def loading(self, said: str = "", *, dims: bool = False) -> None:
        """It is being read, again if there is something here; ``dims`` where what is shown is of something else."""
        if said:
            self._pane.grid.placeholder = said
        self._pane.grid.set_class(dims, "stale")
        self.tell(self.freshness.loading())

    def live(self, freshness: Freshness | None = None) -> None:
        """It has been read."""
        if self._failed:
            self._pane.notice.clear()  # what else it tells is still so
            self._failed = False
        self._pane.grid.set_class(False, "stale")
        self.tell(freshness or self.freshness.live(self._session.clock.now_ms()))

    def failed(self, problem: Problem, said: str, freshness: Freshness | None = None) -> None:
        """It could not be read: what is shown stays; ``said`` is for where there is nothing, ``freshness`` if known."""
        self._failed = True
        self._pane.grid.set_class(False, "stale")
        self._pane.grid.placeholder = "" if self._pane.has_rows else said
        self._pane.notice.problem(problem)
        self.tell(freshness or self.freshness.failed(problem))


class ListPane(SiftedPane, Asking, Viewed, Generic[Row]):
    """A pane that is one list; see the head of this file for what a kind of list says of itself."""

    @dataclass
    class FreshnessChanged(Message):
        """How fresh the list is has changed; with the problem, if there is one."""

        pane: ListPane[Any]
        problem: Problem | None

        @property
        def control(self) -> ListPane[Any]:
            return self.pane

    @dataclass
    class Followed(Message):
        """The cursor is on another row, or more is known of the one that it is on."""

        pane: ListPane[Any]

        @property
        def control(self) -> ListPane[Any]:
            return self.pane

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    things = ("row", "rows")
    export_keys = ""  # the column under which exports say what identifies a row, where no other says it
    first_sort: SortOrder = ()  # what the rows are in the order of while nobody has chosen
    gives_way = False  # whether columns are made narrower so that more of them are in view
    may_rest = True  # whether a third press takes the sort away
    comes_back = False  # whether it is filtered and marked the next time as it was left

    def __init__(self, session: Session, glyphs: Glyphs, *, id: str, marks: bool = True) -> None:  # noqa: A002
        super().__init__(id=id)
        self.session = session
        self.glyphs = glyphs
        self.grid = Grid(glyphs=glyphs)
        if not marks:
            self.grid.off = MARKING
        self.arrangement = Arrangement()
        self.memory = ListMemory(self, session, self.notice.tell_warning)
        self.state = ListState(self, session)
        self._generation = 0
        self._again = False
        self._narrowing: dict[str, Any] | None = None  # as it is kept; None until the list has been recalled
        self._column_wanted = ""  # one just sorted by or chosen: it is to come into view

        self._laid_in = 0
        self._all_from: tuple[int, int] | None = None  # when loading everything began, and how much was loaded then

    # what a kind of list says of itself

    def specs(self) -> Sequence[ColumnSpec[Row]]:
        """The columns, in the order in which they are offered."""
        return ()

    def rows(self) -> Sequence[Row]:
        """What is loaded, in its source's order."""
        return ()

    @abstractmethod
    def key_of(self, row: Row) -> str:
        """The stable identity of a row."""

    def searched(self, row: Row) -> str:
        """What the words of the filter are looked for in."""
        return ""

    def open_row(self, key: str) -> None:
        """Enter, on a row."""

    def title_parts(self) -> Sequence[str]:
        """What stands before the counts in the title."""
        return (self.things[1].capitalize(),)

    def count_words(self) -> str:
        """How much is loaded: never a number that silently means the first page only."""
        return count(len(self.rows()))

    def notes(self) -> Sequence[str]:
        """What else must be known to read the list rightly; stands in the lower border."""
        return ()

    def empty_words(self) -> str:
        """What is said where there is nothing at all; empty leaves what was said last."""
        return ""

    @property
    def memory_name(self) -> str:
        """What the arrangement is kept under."""
        return str(self.id)

    @property
    def has_rows(self) -> bool:
        """Whether anything is loaded, shown or not."""
        return bool(self.rows())

    @property
    def is_large(self) -> bool:
        """Whether the list is laid out on a worker's thread."""
        return False

    def laying_out(self) -> Callable[[], Show]:
        """What lays the list out as it is wanted now, on whatever thread; its answer then shows it."""
        rows, query, specs, arrangement = list(self.rows()), self.query_text, self.specs(), self.arrangement
        first, generation = self.first_sort, self._generation

        def lay_out() -> Show:
            kept = sifted(rows, query, self.searched)
            table = SpecTable(kept, self.key_of, specs, arrangement, sort=first, generation=generation)
            return lambda: self.show(table)

        return lay_out

    # laying out and showing

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def recall(self, columns: Sequence[str] = (), *, narrowed: bool = True) -> None:
        """Arrange the list as it was left, else by the view that such lists begin with; ``narrowed``, filter it so."""
        look = self.memory.recall_look(self.memory_name, self.narrowing_name, columns)
        if look is None:
            view = self._begins_with()
            look = view.look if view is not None else Look(Arrangement(columns=tuple(columns)))
        self.arrangement = look.arrangement
        self._narrowing = None
        if narrowed and self.comes_back:
            self.come_back(look)
            self._narrowing = look.narrowing

    def _begins_with(self) -> View | None:
        """The view that a list begins with of which nothing is kept."""
        from tui.domain.views import default_of

        try:
            views = self.session.named_views.views()
        except Problem as problem:
            self.notice.tell_warning(str(problem))
            return None
        return default_of(views, self.view_kind, self.view_place) if views else None

    # how it is looked at: what a named view holds, and what comes back

    @property
    def view_kind(self) -> str:
        return str(self.id)

    @property
    def narrowing_name(self) -> str:
        """What its filter and its marks are kept under."""
        return self.memory_name

    def looked_at(self) -> Look:
        return Look(self.arrangement, self.query_text, marks=tuple(self.grid.marks))

    def come_back(self, look: Look) -> None:
        """Filter and mark the list, which has not been shown yet."""
        self.query_text = look.filter
        self.grid.marks = look.marks

    def take_look(self, look: Look) -> None:
        from tui.domain.views import put_on

        self.close_bar(keep=False)
        self.filter_edited(look.filter)
        self.grid.marks = look.marks
        self.rearrange(put_on(look.arrangement, self.arrangement))
        self.show_words()

    def keep_narrowing(self) -> None:
        """Keep the filter and the marks, where they have changed, to come back to them."""
        if self._narrowing is None or self.bar_open:
            return
        now = self.looked_at().narrowing
        if now != self._narrowing:
            self._narrowing = now
            self.memory.keep_narrowing(self.narrowing_name, now)

    def fill(self) -> None:
        """Lay the list out anew; while that is under way on a worker's thread, once more afterwards."""
        self._generation += 1
        if not self.is_large:
            self.forget("layout")
            self.laying_out()()()
        elif self.is_asking("layout"):
            self._again = True
        else:
            self._again = False
            self.ask(self.session.own_work, "layout", self.laying_out(), self._got_layout, self.layout_refused)

    def _got_layout(self, show: Show) -> None:
        show()
        if self._again:
            self.fill()

    @property
    def is_behind(self) -> bool:
        """Whether something has changed since what is being laid out was begun."""
        return self._again

    def forget_layout(self) -> None:
        """What is being laid out is of something else by now."""
        self.forget("layout")
        self._again = False

    def layout_refused(self, problem: Problem) -> None:
        self.state.failed(problem, "")

    def show(self, table: Table) -> None:
        """Show what has been laid out."""
        if self.query_text and self.has_rows:
            self.grid.placeholder = (
                f"No {self.things[0]} matches  {clean(self.query_text)}\n{key_of('app.back')} clears the filter"
            )
        elif words := self.empty_words():
            self.grid.placeholder = words
        self.grid.table = table
        self.bring_into_view()
        self.show_words()
        self.shown()

    def bring_into_view(self) -> None:
        """The column that was just sorted by or chosen is the current one once it is there."""
        if self._column_wanted and self.grid.move_to_column(self._column_wanted):
            self._column_wanted = ""

    @property
    def room(self) -> int:
        """The cells that there are for columns; 0 while that is not known."""
        return max(0, self.grid.size.width - _BESIDE_COLUMNS)

    def on_resize(self) -> None:
        if self.gives_way and self.room != self._laid_in and self.has_rows:
            self._laid_in = self.room
            self.fill()

    def shown(self) -> None:
        """Called after a table has been shown."""

    def pace_words(self, loaded: int, total: int | None, *, going: bool) -> str:
        """How far loading everything has come, for ``notes``; "" where that is not under way."""
        now = self.session.clock.now_ms()
        if not going:
            self._all_from = None
            return ""
        since, before = self._all_from = self._all_from or (now, loaded)
        return f"loading all: {pace(loaded, total, loaded - before, now - since)}, {key_of('app.back')} stops"

    def show_words(self) -> None:
        """Write the title and what stands in the lower border."""
        table = self.grid.table
        parts = [*self.title_parts(), self.count_words()]
        if self.query_text and table is not None:
            parts.append(matches(table.row_count))
        if self.grid.marks:
            parts.append(f"{count(len(self.grid.marks))} marked")
        self.set_title(*parts)
        here = f"here: {clean(self.query_text)}" if self.query_text and not self.bar_open else ""
        self.set_subtitle(" · ".join(note for note in (here, *self.notes()) if note))
        self.keep_narrowing()

    def filter_closed(self) -> None:
        self.show_words()

    def retick(self) -> None:
        """Write ages anew."""
        if self.has_rows:
            self.fill()

    @property
    def zone(self) -> Any:
        """The zone in which dates are wanted, None where ages are."""
        return self.session.clock.zone if getattr(self.app, "absolute_times", False) else None

    # arranging

    def rearrange(self, arrangement: Arrangement) -> None:
        """Arrange the list in another way, and keep that."""
        if arrangement == self.arrangement:
            return
        if arrangement.sort != self.arrangement.sort:
            self._column_wanted = arrangement.sort[0][0] if arrangement.sort else ""
        elif len(arrangement.columns) > len(before := self.shown_columns()):
            self._column_wanted = next((key for key in arrangement.columns if key not in before), "")
        self.arrangement = arrangement
        self.memory.keep(self.memory_name, arrangement)
        self.fill()

    def pickable(self) -> list[Pickable]:
        """The columns that can be chosen, and sorted by."""
        from tui.ui.dialogs.listing import Pickable

        return [
            Pickable(
                spec.key, spec.title, spec.group or self.things[0], with_keys(spec.detail), self.high_first(spec.key)
            )
            for spec in self.specs()
        ]

    def sortable(self) -> list[Pickable]:
        """The columns that it can be sorted by."""
        return self.pickable()

    def shown_columns(self) -> tuple[str, ...]:
        """The columns that are shown, chosen or not, in their order."""
        return tuple(spec.key for spec in chosen(self.specs(), self.arrangement))

    def high_first(self, key: str) -> bool:
        """Whether one looks at the high end of a column first."""
        return any(spec.key == key and spec.better == "higher" for spec in self.specs())

    def turn_sort(self, key: str) -> None:
        """Sort by a column; then the other way round; then not."""
        now = self.arrangement if self.arrangement.sort else replace(self.arrangement, sort=self.first_sort)
        self.rearrange(now.turned(key, high_first=self.high_first(key), may_rest=self.may_rest))

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: Grid.HeadingPressed) -> None:
        event.stop()
        self.turn_sort(event.key)

    @on(Grid.ColumnResized)
    def _column_resized(self, event: Grid.ColumnResized) -> None:
        event.stop()
        self.rearrange(self.arrangement.widened(event.key, event.width))

    @on(Grid.ColumnMoved)
    def _column_moved(self, event: Grid.ColumnMoved) -> None:
        event.stop()
        columns = self.grid.table.columns if self.grid.table is not None else ()
        free = [column.key for column in columns if not column.frozen]
        if event.key not in free or not 0 <= free.index(event.key) + event.by < len(free):
            self.deck.say(no_such_move(event.by, len(free)))
        else:
            self.rearrange(self.arrangement.moved(self.shown_columns(), event.key, event.by))

    def action_sort(self) -> None:
        if self.grid.cursor_column is not None:
            self.turn_sort(self.grid.cursor_column)

    def action_sort_by(self) -> None:
        ask_sort(
            self.app,
            self.sortable(),
            self.arrangement.sort or self.first_sort,
            self.glyphs,
            lambda sort: self.rearrange(replace(self.arrangement, sort=sort)),
        )

    def action_columns(self) -> None:
        ask_columns(
            self.app,
            self.pickable(),
            self.shown_columns(),
            self.glyphs,
            lambda keys: self.rearrange(replace(self.arrangement, columns=keys)),
        )

    def action_export(self) -> None:
        export_table(self, self.session, self.things[1], self.grid.table, self.export_keys)

    async def action_filter(self) -> None:
        await self.open_bar()

    # the cursor and the marks

    def moved(self) -> None:
        """Another row or column is under the cursor."""
        self.tell_followed()

    def tell_followed(self) -> None:
        """Say to whom the list belongs that another row may be meant."""
        self.post_message(ListPane.Followed(self))

    def near_end(self) -> None:
        """The last row that is loaded is in view, or nearly."""

    def end_wanted(self) -> None:
        """The very last row is asked for."""

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self.moved()

    @on(Grid.NearEnd)
    def _near_end(self, event: Grid.NearEnd) -> None:
        event.stop()
        self.near_end()

    @on(Grid.EndWanted)
    def _end_wanted(self, event: Grid.EndWanted) -> None:
        event.stop()
        self.end_wanted()

    @on(Grid.Opened)
    def _row_opened(self, event: Grid.Opened) -> None:
        event.stop()
        self.open_row(event.row_key)

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: Grid.MarksChanged) -> None:
        event.stop()
        self.show_words()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in OF_MARKS and "mark" not in self.grid.off:
            return bool(self.grid.marks)
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "Nothing is marked here: space marks this row" if verb in OF_MARKS else ""

    def action_unmark(self) -> None:
        count = len(self.grid.marks)  # some may lie in rows that are not shown
        self.grid.marks = []
        self.show_words()
        self.deck.say("Took the mark away" if count == 1 else f"Took {count} marks away")

    def action_next(self) -> None:
        self._go_to_mark(1)

    def action_previous(self) -> None:
        self._go_to_mark(-1)

    def _go_to_mark(self, by: Literal[1, -1]) -> None:
        """Go to the next row that is marked, from the end on from the other one."""
        table = self.grid.table
        if table is None:
            return
        found = sorted(row for key in self.grid.marks if (row := table.row_of(key)) is not None)[::by]
        here = self.grid.cursor_row
        beyond = [row for row in found if (row - here) * by > 0]
        if found:
            self.grid.move_to_row((beyond or found)[0])

    def value_here(self) -> tuple[str, str] | None:
        """What the column under the cursor is called, and the value there."""
        key, column, table = self.grid.cursor_key, self.grid.cursor_column, self.grid.table
        row = table.row_of(key) if table is not None and key is not None else None
        if table is None or row is None or column is None:
            return None
        title = next((shown.title for shown in table.columns if shown.key == column), column)
        return title, self.whole_value(column, row, table)

    def whole_value(self, column: str, row: int, table: Table) -> str:
        """A value as it is copied."""
        return table.texts(column, row, row + 1)[0]

    def go_back(self) -> bool:
        """Take the filter away, then the marks; False if there was neither."""
        if self.drop_filter():
            return True
        if self.grid.marks:
            self.action_unmark()
            return True
        return False


class HeldPane(ListPane[Row]):
    """A list that holds its rows by key, and may have been promised more of them; rows are meant by key too."""

    def __init__(self, session: Session, glyphs: Glyphs, *, id: str, marks: bool = True) -> None:  # noqa: A002
        super().__init__(session, glyphs, id=id, marks=marks)
        self.held: dict[str, Row] = {}
        self.complete = False  # whether there is nothing beyond what is loaded
        self._seen: set[str] = set()  # by the reading that is under way, or was the last
        self._point_at = ""

    def rows(self) -> Sequence[Row]:
        return list(self.held.values())

    @property
    def has_rows(self) -> bool:
        return bool(self.held)

    def show_all(self, rows: Iterable[Row]) -> None:
        """These have been read, and are all that there are."""
        self.held = {self.key_of(row): row for row in rows}
        self.state.live()
        self.fill()

    def take_in(self, rows: Iterable[Row]) -> None:
        """These have just been read."""
        found = {self.key_of(row): row for row in rows}
        self.held |= found
        self._seen |= found.keys()

    def drop_unseen(self) -> None:
        """The reading is over: what it has not come upon is gone."""
        self.held = {key: row for key, row in self.held.items() if key in self._seen}

    def loaded_words(self) -> str:
        """How much is loaded, and of what, or of how much that nobody knows."""
        loaded = len(self.held)
        return counted(loaded, *self.things) if self.complete else f"{count(loaded)} of ? loaded"

    def here(self) -> Row | None:
        """The row under the cursor."""
        return self.held.get(self.grid.cursor_key or "")

    def marked(self) -> list[Row]:
        """The rows marked, in the order of marking."""
        return [self.held[key] for key in self.grid.marks if key in self.held]

    def chosen(self) -> list[Row]:
        """The rows marked, or the one under the cursor."""
        here = self.here()
        return self.marked() or ([here] if here is not None else [])

    def point_at(self, key: str) -> None:
        """Put the cursor on a row, as soon as it is here."""
        self._point_at = key
        self.find()

    def find(self) -> None:
        """Put the cursor where it is wanted, if that is here by now."""
        if self._point_at and self.grid.move_to(self._point_at):
            self._point_at = ""
