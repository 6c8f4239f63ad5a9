"""Lines of text with tones and numbers, of any length and number, to scroll and to search."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.preview.values import Span, TextBody, Tone
from tui.domain.text import width

_GAP = 2
_SIDEWAYS = 8
_TONES: tuple[Tone, ...] = (
    *("muted", "strong", "accent", "good", "warn", "bad"),
    *("keyword", "string", "number", "comment", "name", "heading"),
)


def _key(keys: str, action: str, same_as: str) -> Binding:
    # The ids are those of a list: who moves the keys of one moves those of the other with them.
    return Binding(keys, action, action.replace("_", " "), id=f"grid.{same_as}", show=False)


class TextView(ScrollView, can_focus=True, inherit_bindings=False):
    """A text, drawn a line at a time; the text must be clean."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("up,k", "up", "up"),
        _key("down,j", "down", "down"),
        _key("left,h", "left", "left"),
        _key("right,l", "right", "right"),
        _key("pageup,ctrl+b", "page_up", "page_up"),
        _key("pagedown,ctrl+f", "page_down", "page_down"),
        _key("ctrl+u", "half_up", "half_up"),
        _key("ctrl+d", "half_down", "half_down"),
        _key("g,ctrl+home", "top", "first_row"),
        _key("G,ctrl+end", "bottom", "last_row"),
        _key("home", "line_start", "first_column"),
        _key("end", "line_end", "last_column"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"text--{tone}" for tone in _TONES),
        *("text--plain", "text--line-number", "text--match", "text--match-here"),
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(id=id)
        self._body = TextBody(())
        self._gutter = 0
        self._query = ""
        self._matches: list[tuple[int, int]] = []  # line, character
        self._match = -1
        self._styles: dict[str, Style] = {}

    @property
    def body(self) -> TextBody:
        return self._body

    def show(self, body: TextBody, *, same_place: bool = False) -> None:
        """Show another text from its beginning, or more of the same from where one is; a search goes on in it."""
        self._body = body
        self._gutter = len(str(len(body.lines))) + _GAP if body.numbered and body.lines else 0
        self.virtual_size = Size(max(map(width, body.lines), default=0) + self._gutter, len(body.lines))
        if not same_place:
            self.scroll_to(0, 0, animate=False, force=True)
        self._find()
        self.refresh()

    # searching

    @property
    def match_count(self) -> int:
        return len(self._matches)

    @property
    def match_number(self) -> int:
        """Which match is the current one, from 1; 0 where there is none."""
        return self._match + 1

    def search(self, query: str) -> None:
        """Mark every place that holds the text, whatever the case, and go to the first from here on."""
        self._query = query
        self._find()
        if self._matches:
            top = self.scroll_offset.y
            self._match = next((n for n, (line, _) in enumerate(self._matches) if line >= top), 0)
            self._show_match()
        self.refresh()

    def step(self, by: int) -> bool:
        """Go to the next match, or with a negative number to the one before; False where there is none."""
        if not self._matches:
            return False
        self._match = (self._match + by) % len(self._matches)
        self._show_match()
        self.refresh()
        return True

    def _find(self) -> None:
        self._matches, self._match = [], -1
        query = self._query.lower()
        if not query:
            return
        for number, line in enumerate(self._body.lines):
            lowered = line.lower()
            at = lowered.find(query)
            while at >= 0:
                self._matches.append((number, at))
                at = lowered.find(query, at + len(query))

    def _show_match(self) -> None:
        line, at = self._matches[self._match]
        left = width(self._body.lines[line][:at])
        room = self.size.width - self._gutter
        x = self.scroll_offset.x
        if not x <= left < x + room - len(self._query):
            x = max(0, left - room // 3)
        y = self.scroll_offset.y
        if not y <= line < y + self.size.height:
            y = max(0, line - self.size.height // 3)
        self.scroll_to(x, y, animate=False, force=True)

    # keys

    def _by(self, x: int = 0, y: int = 0) -> None:
        self.scroll_to(self.scroll_offset.x + x, self.scroll_offset.y + y, animate=False, force=True)

    def action_up(self) -> None:
        self._by(y=-1)

    def action_down(self) -> None:
        self._by(y=1)

    def action_left(self) -> None:
        self._by(x=-_SIDEWAYS)

    def action_right(self) -> None:
        self._by(x=_SIDEWAYS)

    def action_page_up(self) -> None:
        self._by(y=-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self._by(y=max(1, self.size.height - 1))

    def action_half_up(self) -> None:
        self._by(y=-max(1, self.size.height // 2))

    def action_half_down(self) -> None:
        self._by(y=max(1, self.size.height // 2))

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False, force=True)

    def action_bottom(self) -> None:
        self.scroll_to(y=len(self._body.lines), animate=False, force=True)

    def action_line_start(self) -> None:
        self.scroll_to(x=0, animate=False, force=True)

    def action_line_end(self) -> None:
        self.scroll_to(x=self.virtual_size.width, animate=False, force=True)

    # drawing

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"text--{name}")
        return style

    def render_line(self, y: int) -> Strip:
        """One line of the text, from the column scrolled to."""
        x, top = self.scroll_offset
        number = top + y
        cells = self.size.width
        if number >= len(self._body.lines):
            return Strip([Segment(" " * cells, self._style("plain"))], cells)
        line = self._body.lines[number]
        text = Strip(self._segments(line, number))
        room = max(0, cells - self._gutter)
        shown = text.crop(x, x + room).adjust_cell_length(room, self._style("plain"))
        if not self._gutter:
            return shown
        gutter = f"{number + 1:>{self._gutter - _GAP}}{' ' * _GAP}"
        return Strip([Segment(gutter[: cells or 1], self._style("line-number")), *shown], cells)

    def _segments(self, line: str, number: int) -> list[Segment]:
        spans = self._body.spans[number] if number < len(self._body.spans) else ()
        segments = self._toned(line, spans)
        if not self._query or not self._matches:
            return segments
        return self._marked(segments, line, number)

    def _toned(self, line: str, spans: tuple[Span, ...]) -> list[Segment]:
        plain = self._style("plain")
        if not spans:
            return [Segment(line, plain)]
        segments: list[Segment] = []
        at = 0
        for start, end, tone in spans:
            if start > at:
                segments.append(Segment(line[at:start], plain))
            if end > at:
                segments.append(Segment(line[max(at, start) : end], self._style(tone or "plain")))
                at = end
        if at < len(line):
            segments.append(Segment(line[at:], plain))
        return segments

    def _marked(self, segments: list[Segment], line: str, number: int) -> list[Segment]:
        """The same line with the matches in it laid over its tones."""
        here = self._matches[self._match] if self._match >= 0 else (-1, -1)
        query = self._query.lower()
        lowered = line.lower()
        cuts: list[tuple[int, int, str]] = []
        at = lowered.find(query)
        while at >= 0:
            cuts.append((at, at + len(query), "match-here" if (number, at) == here else "match"))
            at = lowered.find(query, at + len(query))
        if not cuts:
            return segments
        styles: list[Style | None] = []
        for segment in segments:
            styles += [segment.style] * len(segment.text)
        marked: list[Segment] = []
        done = 0
        for start, end, name in cuts:
            marked += _runs(line, styles, done, start)
            marked.append(Segment(line[start:end], self._style(name)))
            done = end
        return marked + _runs(line, styles, done, len(line))


def _runs(line: str, styles: list[Style | None], start: int, end: int) -> list[Segment]:
    """Part of a line as one segment for each run of one style."""
    runs: list[Segment] = []
    at = start
    for place in range(start + 1, end + 1):
        if place == end or styles[place] is not styles[at]:
            runs.append(Segment(line[at:place], styles[at]))
            at = place
    return runs
