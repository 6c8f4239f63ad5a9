"""The grid: what it shows, what is under the cursor, what is marked and in view, drawing, its keys, the mouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.style import Style
from textual import events
from textual._styles_cache import StylesCache
from textual.binding import Binding, BindingType
from textual.css.styles import StylesBase
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.table import Column, Table
from tui.domain.text import clean_block, wrap
from tui.widgets.grid_painter import GUTTER, Geometry, GridStats, Layout, Painter, RowState, look

HEADING = 1
_LEAST_WIDTH = 3
_MOST_DIGITS = 6  # of a number before a movement
_WIDTH_STEP = 2


def _binding(keys: str, action: str, title: str) -> Binding:
    return Binding(keys, action, title, id=f"grid.{action}", show=False)


GRID_BINDINGS: tuple[Binding, ...] = (
    _binding("up,k", "up", "up"),
    _binding("down,j", "down", "down"),
    _binding("left,h", "left", "left"),
    _binding("right,l", "right", "right"),
    _binding("pageup,ctrl+b", "page_up", "page up"),
    _binding("pagedown,ctrl+f", "page_down", "page down"),
    _binding("ctrl+u", "half_up", "half page up"),
    _binding("ctrl+d", "half_down", "half page down"),
    _binding("g,ctrl+home", "first_row", "top"),
    _binding("G,ctrl+end", "last_row", "end"),
    _binding("home", "first_column", "first column"),
    _binding("end", "last_column", "last column"),
    _binding("enter", "open", "open"),
    _binding("space", "mark", "mark"),
    _binding("v", "mark_range", "mark a range"),
    _binding("escape", "leave_range", "leave the range"),
    _binding("less_than_sign", "narrower", "narrower"),
    _binding("greater_than_sign", "wider", "wider"),
    _binding("left_curly_bracket", "move_left", "move left"),
    _binding("right_curly_bracket", "move_right", "move right"),
    _binding("semicolon", "count", "how far"),
)


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


@dataclass(frozen=True)
class _Sight:
    """What the lines drawn at one time have in common."""

    width: int
    top: int  # the row in the first line of the body
    layout: Layout
    thumb: range  # lines
    marked: range  # rows from where a range was begun to the cursor


class _Plain(StylesCache):
    """Takes a grid's lines as they are: to lay styles over each again takes as long as to make it."""

    def render_line(self, styles: StylesBase, y: int, *rest: Any) -> Strip:
        render_content_line = rest[5]
        if styles.gutter or styles.tint.a or rest[8] != 1.0:
            return super().render_line(styles, y, *rest)
        line: Strip = render_content_line(y)
        return line


class GridMessage(Message):
    """A message of a grid; ``control`` is that grid, so that ``@on(Grid.Opened, "#runs")`` works."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    @property
    def control(self) -> Grid:
        return self.grid


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """A table of any size with a cursor, marks, frozen columns and one line of headings.

    Give it a table (``grid.table = …``), and call ``refresh_table`` in the same step in which that table changes.
    The cursor and the marks belong to row keys and stay with them; ``placeholder`` is what an empty grid says; the
    class ``stale`` dims it. Widths and order of columns are the owner's: their keys only post messages.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*GRID_BINDINGS]
    off: frozenset[str] = frozenset()  # keys that mean nothing in this grid, or belong to what is around it

    class CursorMoved(GridMessage):
        """Another row or column is under the cursor; no row (None, -1) where there is none."""

        def __init__(self, grid: Grid, row_key: str | None, row: int, column_key: str | None) -> None:
            super().__init__(grid)
            self.row_key = row_key
            self.row = row
            self.column_key = column_key

    class Counting(GridMessage):
        """A number before a movement is being typed; so far these digits."""

        def __init__(self, grid: Grid, digits: str) -> None:
            super().__init__(grid)
            self.digits = digits

    class Opened(GridMessage):
        """Enter, or a double click, on a row."""

        def __init__(self, grid: Grid, row_key: str) -> None:
            super().__init__(grid)
            self.row_key = row_key

    class MarksChanged(GridMessage):
        """A person changed the marks; ``marks`` are the keys of all marked rows, in the order of marking."""

        def __init__(self, grid: Grid, marks: tuple[str, ...]) -> None:
            super().__init__(grid)
            self.marks = marks

    class RangeBegun(GridMessage):
        """A range of marks begins at the cursor."""

    class NearEnd(GridMessage):
        """The last row is within a page of the cursor or the view: told once a number of rows, and at each move."""

        def __init__(self, grid: Grid, row_count: int) -> None:
            super().__init__(grid)
            self.row_count = row_count

    class EndWanted(GridMessage):
        """A person asked for the very last row; the cursor is on the last one that is here."""

    class ColumnResized(GridMessage):
        """A person wants a column that wide; the owner of the table decides."""

        def __init__(self, grid: Grid, key: str, width: int) -> None:
            super().__init__(grid)
            self.key = key
            self.width = width

    class ColumnMoved(GridMessage):
        """A person wants a column moved by so many places to the right (negative: left); its owner decides."""

        def __init__(self, grid: Grid, key: str, by: int) -> None:
            super().__init__(grid)
            self.key = key
            self.by = by

    class HeadingPressed(GridMessage):
        """A click on a heading."""

        def __init__(self, grid: Grid, key: str) -> None:
            super().__init__(grid)
            self.key = key

    ALLOW_SELECT = False

    def __init__(
        self,
        table: Table | None = None,
        *,
        glyphs: Glyphs = UNICODE,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002  Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._styles_cache = _Plain()
        self.stats = GridStats()
        self._painter = Painter(glyphs, self.stats, self._resolve)
        self._marks = Marks()
        self._table: Table | None = None
        self._columns: tuple[Column, ...] = ()
        self._geometry = Geometry((), 0)
        self._layout: Layout | None = None
        self._rows = 0
        self._row = 0
        self._column = 0
        self._first = 0  # the leftmost scrolled column
        self._wanted_key: str | None = None  # stays with a row that a filter has hidden, until the cursor is moved
        self._told: tuple[str | None, int, str | None] | None = None
        self._told_end_at = -1
        self._digits: str | None = None  # of the number that is being typed before a movement
        self._times = 0  # how many times the key under way moves; 0 where no number was typed
        self._last_key = ""
        self._drawn: dict[int, Strip] = {}  # by line of the widget
        self._sight: _Sight | None = None
        self._placeholder: tuple[str, ...] = ()
        self.placeholder = placeholder
        if table is not None:
            self.table = table

    # what it shows

    @property
    def table(self) -> Table | None:
        """The table that is shown."""
        return self._table

    @table.setter
    def table(self, table: Table | None) -> None:
        self._table = table
        self.refresh_table()

    @property
    def placeholder(self) -> str:
        """What stands in place of the rows when there are none: a sentence, and hints in the lines after it."""
        return "\n".join(self._placeholder)

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        lines = tuple(clean_block(text).split("\n")) if text else ()
        if lines != self._placeholder:
            self._placeholder = lines
            if not self._rows:
                self._refresh_body()

    def refresh_table(self) -> None:
        """Show what the table says now; the cursor stays on its row and, if it can, on its line of the screen."""
        line = self._row - self._top
        in_view = 0 <= line < self._page
        column = self.cursor_column
        leftmost = self._columns[self._first].key if self._first < len(self._columns) else None
        table = self._table
        self._columns = tuple(table.columns) if table is not None else ()
        self._rows = table.row_count if table is not None else 0
        self._painter.forget_cells()
        self._geometry = Geometry(self._columns, self.size.width)
        index_of = self._geometry.index_of
        self._column = index_of.get(column or "", min(self._column, max(0, len(self._columns) - 1)))
        self._first = index_of.get(leftmost or "", self._first)
        row = table.row_of(self._wanted_key) if table is not None and self._wanted_key is not None else None
        self._row = row if row is not None else max(0, min(self._row, self._rows - 1))
        if self._wanted_key is None:
            self._wanted_key = self.cursor_key
        top = self._row - line if in_view else self._top
        if self._top == 0 and self._row < self._page:
            top = 0  # what has come above the cursor is in sight where one looked at the beginning
        self._set_extent()
        self._scroll_rows(top)
        self._show_column()
        self._show_row()
        self._refresh_changed()
        self._tell_cursor()
        self._told_end_at = -1 if self._told_end_at != self._rows else self._rows
        self._tell_end()

    def refresh_cells(self, key: str, rows: Iterable[int]) -> None:
        """Show what the table says now in one column of some rows, and draw no others."""
        if self._table is None:
            return
        for row in rows:
            self._painter.forget_cell(self._table, key, row)
            self._refresh_rows(row, row)

    # where the cursor is

    @property
    def row_count(self) -> int:
        """The rows shown when the table was last looked at."""
        return self._rows

    @property
    def cursor_row(self) -> int:
        """The row under the cursor; 0 in an empty grid."""
        return self._row

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor; None in an empty grid."""
        return self._table.row_key(self._row) if self._table is not None and self._row < self._rows else None

    @property
    def cursor_column(self) -> str | None:
        """The key of the current column; None where there are none."""
        return self._columns[self._column].key if self._column < len(self._columns) else None

    def move_to(self, row_key: str) -> bool:
        """Put the cursor on a row; false if it is not here."""
        row = self._table.row_of(row_key) if self._table is not None else None
        if row is None:
            return False
        self.move_to_row(row)
        return True

    def move_to_row(self, row: int) -> None:
        """Put the cursor on a row by its number, or on the nearest that there is."""
        before = self._row
        self._row = max(0, min(row, self._rows - 1))
        self._wanted_key = self.cursor_key
        scrolled = self._show_row()
        if not scrolled and self._row != before:
            if self._marks.range_from is not None:
                self._refresh_rows(min(before, self._row), max(before, self._row))
            else:
                self._refresh_rows(before, before)
                self._refresh_rows(self._row, self._row)
        self._told_end_at = -1
        self._tell_cursor()
        self._tell_end()

    def move_to_column(self, key: str) -> bool:
        """Make a column the current one, in view; false if there is no such column."""
        index = self._geometry.index_of.get(key)
        if index is None:
            return False
        self._move_to_column(index)
        return True

    def _move_to_column(self, index: int) -> None:
        index = max(0, min(index, len(self._columns) - 1))
        if index == self._column:
            return
        self._column = index
        if self._show_column():
            self.refresh()
        else:
            self.refresh(Region(0, 0, self.size.width, HEADING))
            self._refresh_rows(self._row, self._row)
        self._tell_cursor()

    # marks

    @property
    def marks(self) -> tuple[str, ...]:
        """The keys of marked rows in the order of marking, also of rows that are not here now."""
        return self._marks.keys

    @marks.setter
    def marks(self, keys: Iterable[str]) -> None:
        self._marks.replace(keys)
        self._refresh_body()

    def _marks_changed(self) -> None:
        self.post_message(self.MarksChanged(self, self._marks.keys))

    # what is in view

    def cells_in_view(self, key: str) -> range:
        """The rows of which the cells of a column are on the screen."""
        if all(slot.column.key != key for slot in self.layout_shown.slots):
            return range(0)
        return range(self._top, min(self._top + self._page, self._rows))

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    @property
    def _page(self) -> int:
        """Rows in view."""
        return max(1, self.size.height - HEADING)

    def _set_extent(self) -> None:
        """How far there is to scroll; only a grid as high as its rows needs the screen laid out anew for it."""
        extent = Size(self.size.width, self._rows + HEADING)
        if self.styles.auto_dimensions:
            self.virtual_size = extent
        else:
            self.set_reactive(Grid.virtual_size, extent)

    def _scroll_rows(self, top: int) -> None:
        """Bring a row to the top of the body; before the first layout there is nothing to scroll."""
        if self.is_attached and self.size:
            self.scroll_to(y=top, animate=False, force=True)

    def _show_row(self) -> bool:
        """Scroll so that the cursor's row is in view; whether that scrolled."""
        top = self._top
        if self._row < top:
            target = self._row
        elif self._row >= top + self._page:
            target = self._row - self._page + 1
        else:
            return False
        self._scroll_rows(target)
        return self._top != top

    def _show_column(self) -> bool:
        """Scroll so that the current column is in view, and no further than need be; whether that scrolled."""
        first = self._geometry.first_showing(self._column, self._first)
        scrolled = first != self._first
        self._first = first
        self._layout = None
        return scrolled

    @property
    def layout_shown(self) -> Layout:
        """The columns on the screen and their places."""
        if self._layout is None or self._geometry.width != self.size.width:
            if self._geometry.width != self.size.width:
                self._geometry = Geometry(self._columns, self.size.width)
                self._show_column()
            self._layout = self._geometry.layout(self._first)
        return self._layout

    def _thumb(self) -> range:
        """The lines of the body that stand for the part of the rows in view."""
        page = self._page
        if self._rows <= page:
            return range(0)
        length = max(1, page * page // self._rows)
        start = round((page - length) * self._top / max(1, self._rows - page))
        return range(start, start + length)

    def on_mount(self) -> None:
        """Tell what could not be told before."""
        self._tell_cursor()

    def on_resize(self) -> None:
        """Keep the cursor in view; the columns lay themselves out anew."""
        self._set_extent()
        self._show_row()
        self._drawn.clear()
        self.refresh()
        self._tell_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The heading stays as it is: only the body is drawn again."""
        if round(old_value) != round(new_value):
            self._refresh_body()
            self._tell_end()

    # drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of it; what they have in common is found out once."""
        self._sight = self._look()
        try:
            return super().render_lines(crop)
        finally:
            self._sight = None

    def render_line(self, y: int) -> Strip:
        """The heading, a row, a line of the placeholder, or nothing."""
        self.stats.lines_rendered += 1
        strip = self._drawn[y] = self._line(y, self._sight or self._look())
        return strip

    def _look(self) -> _Sight:
        return _Sight(self.size.width, self._top, self.layout_shown, self._thumb(), self._range())

    def _line(self, y: int, sight: _Sight) -> Strip:
        width, layout = sight.width, sight.layout
        if y < HEADING:
            return self._painter.heading(layout, width, self._column)
        line = y - HEADING
        row = sight.top + line
        table = self._table
        if table is None or row >= self._rows:
            said = line - 1 if not self._rows else -1
            words = self._placeholder_wrapped(width) if said >= 0 else []
            text, first = words[said] if 0 <= said < len(words) else ("", False)
            return self._painter.words(text, width, first=first)
        marked = (bool(self._marks) and table.row_key(row) in self._marks) or row in sight.marked
        here = row == self._row
        state = RowState(here, marked, line in sight.thumb, self._column if here else -1)
        return self._painter.row(table, row, layout, width, state)

    def _placeholder_wrapped(self, width: int) -> list[tuple[str, bool]]:
        """The placeholder's lines as they fit, each with whether it is of the sentence and not of the hints."""
        room = max(8, width - 2 * GUTTER)
        return [(part, not number) for number, line in enumerate(self._placeholder) for part in wrap(line, room)]

    def _range(self) -> range:
        """The rows from where a range was begun to the cursor."""
        begun = self._marks.range_from
        if begun is None or self._table is None:
            return range(0)
        row = self._table.row_of(begun)
        return range(min(row, self._row), max(row, self._row) + 1) if row is not None else range(0)

    def _resolve(self, name: str, partial: bool) -> Style:
        style = look(name, self.app.theme_variables, focused=self.has_focus, stale=self.has_class("stale"))
        return style if partial else self.rich_style + style

    def notify_style_update(self) -> None:
        """The theme, the focus or a class has changed what the parts look like."""
        super().notify_style_update()
        self._painter.forget_styles()

    def _refresh_rows(self, first: int, last: int) -> None:
        top = max(0, first - self._top)
        bottom = min(self._page - 1, last - self._top)
        if top <= bottom:
            self.refresh(Region(0, top + HEADING, self.size.width, bottom - top + 1))

    def _refresh_changed(self) -> None:
        """Draw only the lines that are no longer right: what comes in below the view costs a slow line nothing."""
        width, sight = self.size.width, self._look()
        lines = [y for y in range(self.size.height) if self._drawn.get(y) != self._line(y, sight)]
        if lines:
            self.refresh(*(Region(0, y, width, 1) for y in lines))

    def _refresh_body(self) -> None:
        self.refresh(Region(0, HEADING, self.size.width, max(0, self.size.height - HEADING)))

    # telling

    def _tell_cursor(self) -> None:
        if not self.is_running:
            return
        key = self.cursor_key
        place = (key, self._row if key is not None else -1, self.cursor_column)
        if place != self._told:
            self._told = place
            self.post_message(self.CursorMoved(self, *place))

    def _tell_end(self) -> None:
        if self._table is None or not self.is_running or not self.size or self._told_end_at == self._rows:
            return
        if max(self._row, self._top + self._page - 1) >= self._rows - 1 - self._page:
            self._told_end_at = self._rows
            self.post_message(self.NearEnd(self, self._rows))

    # keys

    def action_count(self) -> None:
        """Take the digits that follow, and move so many times by the key after them; a digit is its own first."""
        self._digits = self._last_key if self._last_key.isdigit() else ""
        self.post_message(self.Counting(self, self._digits))

    async def on_key(self, event: events.Key) -> None:
        """Collect digits while a number is being typed; the key that ends it finds the number in ``_times``."""
        self._last_key, digits = event.key, self._digits
        self._times = 0
        if digits is None:
            return
        if event.key.isdigit() and event.key.isascii():
            self._digits = (digits + event.key)[:_MOST_DIGITS]
            self.post_message(self.Counting(self, self._digits))
            event.stop()
            return
        self._digits = None
        if event.key == "escape":
            event.stop()
        elif digits:
            self._times = int(digits)

    def _far(self) -> int:
        """How many times a movement is wanted: once where no number was typed."""
        times, self._times = self._times or 1, 0
        return times

    def action_up(self) -> None:
        self.move_to_row(self._row - self._far())

    def action_down(self) -> None:
        self.move_to_row(self._row + self._far())

    def action_left(self) -> None:
        self._move_to_column(self._column - self._far())

    def action_right(self) -> None:
        self._move_to_column(self._column + self._far())

    def action_page_up(self) -> None:
        self._page_by(-self._page * self._far())

    def action_page_down(self) -> None:
        self._page_by(self._page * self._far())

    def action_half_up(self) -> None:
        self._page_by(-max(1, self._page // 2) * self._far())

    def action_half_down(self) -> None:
        self._page_by(max(1, self._page // 2) * self._far())

    def _page_by(self, rows: int) -> None:
        """Move view and cursor together, so that the cursor stays on its line."""
        top = self._top + rows
        self.move_to_row(self._row + rows)
        self._scroll_rows(top)

    def action_first_row(self) -> None:
        self.move_to_row(self._far() - 1)

    def action_last_row(self) -> None:
        if self._times:
            self.move_to_row(self._far() - 1)
            return
        self.move_to_row(self._rows - 1)
        self.post_message(self.EndWanted(self))

    def action_first_column(self) -> None:
        self._move_to_column(0)

    def action_last_column(self) -> None:
        self._move_to_column(len(self._columns) - 1)

    def action_open(self) -> None:
        key = self.cursor_key
        if key is not None:
            self.post_message(self.Opened(self, key))

    def may_mark(self, key: str) -> bool:
        """Whether the row of this key can be marked; its owner's grid may say no."""
        return True

    def action_mark(self) -> None:
        for _ in range(min(self._far(), self._rows - self._row)):
            key = self.cursor_key
            if key is None or not self.may_mark(key):
                return
            self._marks.toggle(key)
            self._refresh_rows(self._row, self._row)
            self._marks_changed()
            self.move_to_row(self._row + 1)

    def action_mark_range(self) -> None:
        key, table = self.cursor_key, self._table
        if key is None or table is None:
            return
        if self._marks.range_from is None or table.row_of(self._marks.range_from) is None:
            self._marks.range_from = key
            self._refresh_rows(self._row, self._row)
            self.post_message(self.RangeBegun(self))
            return
        self._marks.add(key for row in self._range() if self.may_mark(key := table.row_key(row)))
        self._marks.range_from = None
        self._marks_changed()

    def action_leave_range(self) -> None:
        self._marks.range_from = None
        self._refresh_body()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaving a range is only there while one is open, so that its key means other things otherwise."""
        if action in self.off:
            return False
        return action != "leave_range" or self._marks.range_from is not None

    def action_narrower(self) -> None:
        self._resize_column(-_WIDTH_STEP)

    def action_wider(self) -> None:
        self._resize_column(_WIDTH_STEP)

    def _resize_column(self, by: int) -> None:
        if self._column < len(self._columns):
            column = self._columns[self._column]
            width = max(_LEAST_WIDTH, column.width + by)
            if width != column.width:
                self.post_message(self.ColumnResized(self, column.key, width))

    def action_move_left(self) -> None:
        self._ask_to_move_column(-1)

    def action_move_right(self) -> None:
        self._ask_to_move_column(1)

    def _ask_to_move_column(self, by: int) -> None:
        if self._column < len(self._columns):
            self.post_message(self.ColumnMoved(self, self._columns[self._column].key, by))

    # the mouse

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens; on a heading it is told, at the right edge it scrolls."""
        slot = self.layout_shown.at(event.x)
        if event.y < HEADING:
            if slot is not None:
                self.post_message(self.HeadingPressed(self, slot.column.key))
            return
        line = event.y - HEADING
        if event.x == self.size.width - 1 and self._rows > self._page:
            self.scroll_to(
                y=round((self._rows - self._page) * line / max(1, self._page - 1)), animate=False, force=True
            )
            return
        row = self._top + line
        if row >= self._rows:
            return
        self.move_to_row(row)
        if slot is not None:
            self._move_to_column(slot.index)
        if event.chain == 2:
            self.action_open()


# A grid in which nothing can be marked: facts, choices, what a plan would do.


class PlainGrid(Grid):
    """The big table without marks, and without asking for columns to be moved or resized."""

    off = frozenset({"mark", "mark_range", "narrower", "wider", "move_left", "move_right"})
