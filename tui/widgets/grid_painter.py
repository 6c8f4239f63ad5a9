"""Lines of a grid as strips: neighbouring cells of one style are one segment, since each costs bytes on a slow line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, Table, Tone
from tui.domain.text import fit, fit_all, telling_apart, width

# Which columns of a table are on the screen, and where: arithmetic only.


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


Resolve = Callable[[str, bool], Style]
"""The style of a part by its name: whole, or only what that part itself says."""


@dataclass(frozen=True)
class RowState:
    """What is special about a row: under the cursor, marked, level with the thumb; the current column's number."""

    cursor: bool = False
    marked: bool = False
    thumb: bool = False
    column: int = -1


class _Line:
    """Collects runs of text of one style."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._texts: list[str] = []
        self._style: Style | None = None

    def add(self, text: str, style: Style) -> None:
        if style is not self._style:
            self.flush()
            self._style = style
        self._texts.append(text)

    def space(self, text: str) -> None:
        """Text whose colour does not matter: it goes with what is before it."""
        self._texts.append(text)

    def flush(self) -> None:
        if text := "".join(self._texts):
            self.segments.append(Segment(text, self._style))
        self._texts = []


class Painter:
    """Builds the lines of a grid; it knows no widget, only styles, signs and ready-made cells."""

    def __init__(self, glyphs: Glyphs, stats: GridStats, resolve: Resolve) -> None:
        self._glyphs = glyphs
        self._stats = stats
        self._resolve = resolve
        self._styles: dict[tuple[str, str], Style] = {}
        self._rows: dict[tuple[int, RowState], Strip] = {}
        self._rows_of: tuple[Table, Layout, int] | None = None
        self.windows = CellWindows(glyphs.absent, glyphs.ellipsis, stats)

    def forget_styles(self) -> None:
        """The theme or the state of the widget has changed."""
        self._styles.clear()
        self._rows.clear()

    def forget_cells(self) -> None:
        """The table has changed."""
        self.windows.forget()
        self._rows.clear()

    def forget_cell(self, table: Table, key: str, row: int) -> None:
        """One cell of the table has changed."""
        self.windows.write(table, key, row)
        for known in [known for known in self._rows if known[0] == row]:
            del self._rows[known]

    def style(self, ground: str, over: str = "") -> Style:
        """The style of a part, with what another one says laid over it."""
        key = (ground, over)
        style = self._styles.get(key)
        if style is None:
            style = self._resolve(ground, False)
            if over:
                style += self._resolve(over, True)
            self._styles[key] = style
        return style

    def _strip(self, line: _Line, total: int) -> Strip:
        line.flush()
        self._stats.segments_made += len(line.segments)
        if total <= GUTTER + EDGE + 1:
            return Strip(line.segments).adjust_cell_length(total)
        return Strip(line.segments, total)

    def heading(self, layout: Layout, total: int, current: int) -> Strip:
        """The line of titles, with the marks of sorting and of columns out of sight."""
        line = _Line()
        ground = self.style("heading")
        unseen = self._glyphs.more_left if layout.more_left and not layout.frozen else " "
        line.add(" " * (GUTTER - 1) + unseen, ground)
        for number, slot in enumerate(layout.slots):
            left = number == layout.frozen and layout.more_left
            if slot.gap:
                line.add(self._gap(slot.ruled, self._glyphs.more_left if left else ""), ground)
            style = self.style("heading", "current") if slot.index == current else ground
            line.add(self._title(slot.column, slot.width), style)
        line.add(" " * (total - EDGE - layout.end), ground)
        line.add(self._glyphs.more_right if layout.more_right else " ", ground)
        return self._strip(line, total)

    def _title(self, column: Column, cells: int) -> str:
        if not column.order:
            return fit(column.title, cells, column.align, self._glyphs.ellipsis)
        mark = self._glyphs.up if column.order == "up" else self._glyphs.down
        room = max(0, cells - 2)
        title = column.title if width(column.title) <= room else fit(column.title, room, "left", self._glyphs.ellipsis)
        return fit(f"{title} {mark}" if room else mark, cells, column.align)

    def _gap(self, ruled: bool, sign: str = "") -> str:
        if ruled:
            return f"{sign or ' '}{self._glyphs.rule} "
        return (sign or " ") + " " * (GAP - 1)

    def row(self, table: Table, row: int, layout: Layout, total: int, state: RowState) -> Strip:
        """One row of the table; one that has only been scrolled is the strip that it was, which Textual knows cut."""
        of = self._rows_of
        if of is None or of[0] is not table or of[1] is not layout or of[2] != total:
            self._rows.clear()
            self._rows_of = (table, layout, total)
        strip = self._rows.pop((row, state), None)
        if strip is None:
            if len(self._rows) >= _MOST_ROWS:
                del self._rows[next(iter(self._rows))]
            strip = self._row(table, row, layout, total, state)
        self._rows[row, state] = strip
        return strip

    def _row(self, table: Table, row: int, layout: Layout, total: int, state: RowState) -> Strip:
        line = _Line()
        ground = "cursor" if state.cursor else "row"
        plain = self.style(ground)
        self._gutter(line, ground, state)
        number, offset = divmod(row, WINDOW_ROWS)
        for slot in layout.slots:
            if slot.ruled:
                line.add(self._gap(True), plain)
            elif slot.gap:
                line.space(" " * slot.gap)
            window = self.windows.window(table, slot.column, slot.width, number)
            tone: Tone = window.tones[offset] if window.tones is not None else ""
            if state.cursor and slot.index == state.column:
                line.flush()
                line.add(window.texts[offset], self.style("cell"))
                line.flush()
                line.add("", plain)
            else:
                line.add(window.texts[offset], self.style(ground, tone) if tone else plain)
        rest = total - EDGE - layout.end
        if rest > 0:
            line.space(" " * rest)
        self._edge(line, ground, state.thumb)
        return self._strip(line, total)

    def _gutter(self, line: _Line, ground: str, state: RowState) -> None:
        plain = self.style(ground)
        if state.cursor:
            line.add(self._glyphs.cursor, self.style(ground, "pointer"))
        else:
            line.add(" ", plain)
        if state.marked:
            line.add(self._glyphs.mark, self.style(ground, "mark"))
            line.space(" ")
        else:
            line.space("  ")

    def _edge(self, line: _Line, ground: str, thumb: bool) -> None:
        if thumb:
            line.add(self._glyphs.thumb, self.style(ground, "thumb"))
        else:
            line.space(" ")

    def words(self, text: str, total: int, *, first: bool = False) -> Strip:
        """A line of the placeholder; the first one is the sentence, the others are hints."""
        line = _Line()
        line.add(fit(f"   {text}", total, "left", self._glyphs.ellipsis), self.style("row", "" if first else "muted"))
        return self._strip(line, total)


WINDOW_ROWS = 64
_MOST_ROWS = 200  # some four screens of 50 lines
_MOST_WINDOWS = 600  # some six screens of 200x50; about 5 MB


@dataclass
class GridStats:
    """What work a grid has done, for tests that assert work and not time."""

    cells_formatted: int = 0
    windows_formatted: int = 0
    lines_rendered: int = 0
    segments_made: int = 0


@dataclass(frozen=True)
class Window:
    """Up to ``WINDOW_ROWS`` cells of a column: texts of one width, and tones where any of them has one."""

    texts: list[str]
    tones: Sequence[Tone] | None


@dataclass
class CellWindows:
    """The windows of the table being shown; the longest unused are forgotten first."""

    absent: str
    ellipsis: str
    stats: GridStats
    _windows: dict[tuple[str, int, int], Window] = field(default_factory=dict)

    def forget(self) -> None:
        """The table has changed."""
        self._windows.clear()

    def window(self, table: Table, column: Column, width: int, number: int) -> Window:
        """Cells of rows ``number * WINDOW_ROWS`` and on, each exactly ``width`` cells wide."""
        key = (column.key, width, number)
        window = self._windows.pop(key, None)
        if window is None:
            if len(self._windows) >= _MOST_WINDOWS:
                del self._windows[next(iter(self._windows))]
            window = self._format(table, column, width, number)
        self._windows[key] = window
        return window

    def write(self, table: Table, key: str, row: int) -> None:
        """Write one cell anew in the windows that hold it; its tone stays."""
        number, offset = divmod(row, WINDOW_ROWS)
        column = next(column for column in table.columns if column.key == key)
        for (of, wide, at), window in self._windows.items():
            if of == key and at == number:
                self.stats.cells_formatted += 1
                window.texts[offset] = fit(table.texts(key, row, row + 1)[0], wide, column.align, self.ellipsis)

    def _format(self, table: Table, column: Column, width: int, number: int) -> Window:
        start = number * WINDOW_ROWS
        stop = min(start + WINDOW_ROWS, table.row_count)
        texts = table.texts(column.key, start, stop)
        tones = table.tones(column.key, start, stop)
        if tones is not None and not any(tones):
            tones = None
        if self.absent in texts:
            given = tones or [""] * len(texts)
            tones = [tone or ("muted" if text == self.absent else "") for tone, text in zip(given, texts, strict=True)]
        self.stats.windows_formatted += 1
        self.stats.cells_formatted += len(texts)
        apart = telling_apart(texts, width, self.ellipsis)
        return Window(fit_all(apart, width, column.align, self.ellipsis), tones)


@dataclass(frozen=True)
class _Look:
    """Names of theme variables, and attributes; an empty name leaves what lies under it."""

    colour: str = ""
    ground: str = ""
    bold: bool = False
    underline: bool = False
    reverse: bool = False


_LOOKS: Mapping[str, _Look] = {
    "row": _Look("foreground"),
    "heading": _Look("muted"),
    "current": _Look("foreground", bold=True, underline=True),
    "cursor": _Look("foreground", "cursor-blurred"),
    "cell": _Look("foreground", "cursor-blurred", bold=True),
    "pointer": _Look("muted", bold=True),
    "mark": _Look("accent", bold=True),
    "thumb": _Look("muted"),
    "muted": _Look("muted"),
    "strong": _Look(bold=True),
    "accent": _Look("accent"),
    "good": _Look("success"),
    "warn": _Look("warning"),
    "bad": _Look("error"),
}
_FOCUSED: Mapping[str, _Look] = {
    "current": _Look("accent", bold=True, underline=True),
    "cursor": _Look("foreground", "cursor"),
    "cell": _Look("accent", "background", bold=True, reverse=True),
    "pointer": _Look("accent", bold=True),
}
_STALE = frozenset({"row", "cursor", "strong", "accent", "good", "warn", "bad", "mark"})
"""What loses its colour while something newer is on its way."""


def look(name: str, variables: Mapping[str, str], *, focused: bool, stale: bool) -> Style:
    """The style of a part by its name ("row", "cursor", "muted" …) under a theme's variables."""
    found = _FOCUSED.get(name) if focused else None
    found = found or _LOOKS[name]
    colour = "muted" if stale and name in _STALE else found.colour
    return _style(
        variables[colour] if colour else "",
        variables[found.ground] if found.ground else "",
        found.bold,
        found.underline,
        found.reverse,
    )


@lru_cache(maxsize=256)
def _style(colour: str, ground: str, bold: bool, underline: bool, reverse: bool) -> Style:
    return Style(
        color=Color.parse(colour).rich_color if colour else None,
        bgcolor=Color.parse(ground).rich_color if ground else None,
        bold=bold or None,
        underline=underline or None,
        reverse=reverse or None,
    )
