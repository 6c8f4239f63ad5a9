"""The legend of a chart: a line for each curve, its letter and what is read off it; one line stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.text import fit, width
from tui.widgets.chart.base import Chart
from tui.widgets.chart.canvas import Canvas

_LEAST_NAME = 8
_GAP = 2


@dataclass(frozen=True)
class LegendRow:
    """One curve: a stable key, its letter, its name (cleaned), the texts of the columns, whether it is hidden."""

    key: str
    letter: str
    name: str
    texts: tuple[str, ...] = ()
    hidden: bool = False


class Legend(Chart, can_focus=False):
    """Lines of letter, name and right-aligned columns; the highlighted one is kept in view."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self.title = ""
        self.headings: tuple[str, ...] = ()
        self.rows: tuple[LegendRow, ...] = ()
        self.highlighted: str | None = None
        self._top = 0

    def show(
        self, title: str, headings: Sequence[str], rows: Sequence[LegendRow], highlighted: str | None = None
    ) -> None:
        """Show these lines under a heading; columns that do not fit are left out, the last ones first."""
        before = (self.title, self.headings, self.rows, self.highlighted)
        self.title, self.headings, self.rows, self.highlighted = title, tuple(headings), tuple(rows), highlighted
        if before != (self.title, self.headings, self.rows, self.highlighted):
            self.changed()

    def draw_on(self, canvas: Canvas) -> None:
        body = canvas.rows - 1
        place = next((at for at, row in enumerate(self.rows) if row.key == self.highlighted), 0)
        self._top = max(0, min(self._top, len(self.rows) - body, place), place - body + 1)
        columns = self._columns(canvas.columns)
        name_cells = canvas.columns - 4 - sum(cells + _GAP for cells in columns) - 1
        more = len(self.rows) - self._top - body
        title = self.title if more <= 0 and not self._top else f"{self.title} ({len(self.rows)})"
        canvas.put(4, 0, fit(title, max(0, name_cells), ellipsis=self.glyphs.ellipsis), "label")
        self._put_columns(canvas, 0, self.headings, columns, 4 + name_cells, "label")
        for line, row in enumerate(self.rows[self._top : self._top + body], 1):
            chosen = row.key == self.highlighted
            tone = "highlight" if chosen else "label" if row.hidden else "title"
            if chosen:
                canvas.put(0, line, self.glyphs.cursor, "highlight")
            canvas.put(2, line, "-" if row.hidden else row.letter, "highlight" if chosen else "label")
            canvas.put(4, line, fit(row.name, max(0, name_cells), ellipsis=self.glyphs.ellipsis), tone)
            self._put_columns(canvas, line, row.texts, columns, 4 + name_cells, tone)

    def _columns(self, cells: int) -> list[int]:
        """The widths of the columns that fit beside a name of the least width."""
        widths = [
            max([width(heading), *(width(row.texts[at]) for row in self.rows if at < len(row.texts))])
            for at, heading in enumerate(self.headings)
        ]
        longest = max((width(row.name) for row in self.rows), default=0)
        room = cells - 5 - max(_LEAST_NAME, min(longest, cells // 3))
        shown: list[int] = []
        for wide in widths:
            room -= wide + _GAP
            if room < 0:
                break
            shown.append(wide)
        return shown

    def _put_columns(
        self, canvas: Canvas, line: int, texts: Sequence[str], columns: Sequence[int], start: int, tone: str
    ) -> None:
        for cells, text in zip(columns, texts, strict=False):
            start += _GAP
            canvas.put(start, line, fit(text, cells, "right"), tone)
            start += cells
