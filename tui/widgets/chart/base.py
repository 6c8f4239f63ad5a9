"""What every chart shares: lines made once and kept, only those drawn again that have changed."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.text import fit
from tui.widgets.chart.canvas import BRAILLE, PLAIN, TONES, Canvas, Grain


class Chart(Widget, can_focus=True):
    """A widget that draws itself on a canvas. Subclasses draw in ``draw_on`` and call ``changed`` when that differs."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"chart--{tone}" for tone in (*TONES, "cursor")}

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002  Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.canvases_drawn = 0  # what work has been done, for tests that assert work and not time
        self._words = ""
        self._strips: list[Strip] | None = None
        self._styles: list[Style] | None = None
        self._cursor_style: Style | None = None

    @property
    def plain(self) -> bool:
        """Whether only ASCII may be drawn."""
        return self.glyphs == ASCII

    @property
    def grain(self) -> Grain:
        return PLAIN if self.plain else BRAILLE

    @property
    def words(self) -> str:
        """What stands in the chart while it shows nothing: a sentence, and hints in the lines after it."""
        return self._words

    @words.setter
    def words(self, text: str) -> None:
        if text != self._words:
            self._words = text
            self.changed()

    @abstractmethod
    def draw_on(self, canvas: Canvas) -> None:
        """Draw the chart on a canvas of the widget's size."""

    def cursor_cell(self) -> int | None:
        """The column of cells over which the cursor stands; None where there is none."""
        return None

    def changed(self) -> None:
        """The chart looks otherwise now: draw the lines again that differ."""
        before, self._strips = self._strips, None
        if not self.is_attached or not self.size.width:
            return
        if before is None or len(before) != self.size.height:
            self.refresh()
            return
        now = self._lines()
        wide = self.size.width
        regions = [Region(0, y, wide, 1) for y, line in enumerate(now) if line != before[y]]
        if regions:
            self.refresh(*regions)

    def cursor_moved(self, before: int | None) -> None:
        """The cursor has left the column of cells ``before``: draw that and the new one again."""
        high = self.size.height
        for cell in {before, self.cursor_cell()} - {None}:
            assert cell is not None
            self.refresh(Region(cell, 0, 1, high))

    def on_resize(self) -> None:
        self._strips = None

    def notify_style_update(self) -> None:
        """The theme, the focus or a class has changed what the component classes mean."""
        super().notify_style_update()
        self._styles = self._strips = self._cursor_style = None

    def _lines(self) -> list[Strip]:
        wide, high = self.size
        if self._strips is None or len(self._strips) != high or (high and self._strips[0].cell_length != wide):
            if self._styles is None:
                self._styles = [self.get_component_rich_style(f"chart--{tone}") for tone in TONES]
            if self._words:
                self._strips = self._placeholder(wide, high)
            else:
                canvas = Canvas(wide, high, self.grain)
                self.draw_on(canvas)
                self.canvases_drawn += 1
                self._strips = canvas.strips(self._styles)
        return self._strips

    def _placeholder(self, wide: int, high: int) -> list[Strip]:
        assert self._styles is not None
        lines = self._words.split("\n")
        top = max(0, (high - len(lines)) // 3)
        strips = []
        for y in range(high):
            said = lines[y - top] if top <= y < top + len(lines) else ""
            style = self._styles[TONES.index("title" if y == top else "label")]
            strips.append(Strip([Segment(fit(f"   {said}", wide, ellipsis=self.glyphs.ellipsis), style)], wide))
        return strips

    def render_line(self, y: int) -> Strip:
        """One line, the cursor laid over it."""
        lines = self._lines()
        if y >= len(lines):
            return Strip.blank(self.size.width)
        line = lines[y]
        cell = self.cursor_cell() if not self._words else None
        if cell is None or not self.cursor_on(y):
            return line
        if self._cursor_style is None:
            self._cursor_style = self.get_component_rich_style("chart--cursor")
        under, after = line.crop(cell, cell + 1).text, line.crop(cell + 1)
        drawn = Strip([Segment(under if under.strip() else self.glyphs.stem, self._cursor_style)], 1)
        return Strip.join([line.crop(0, cell), drawn, after])

    def cursor_on(self, y: int) -> bool:
        """Whether the cursor's line crosses a line of the widget."""
        return True
