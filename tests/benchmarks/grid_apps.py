"""The two programs that the grid's benchmark drives: our grid, and the least that a ScrollView can do.

``python -m tests.benchmarks.grid_apps grid|bare ROWS COLUMNS``
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tests.benchmarks.grid_table import MadeUpRuns
from tui.app.themes import DARK
from tui.domain.table import Table
from tui.domain.text import fit_all
from tui.terminal.textual_compat import CalmApp
from tui.widgets.grid import Grid

STYLES = Path(__file__).parents[2] / "styles" / "grid.tcss"
_READY_LINES = 4096


class GridApp(CalmApp[None]):
    """One grid over the whole screen, in the deck's own theme."""

    CSS_PATH = STYLES

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._shown = table
        self.register_theme(DARK)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield Grid(self._shown)


class Bare(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines of ready-made text, one or two segments each, a row under the cursor: no columns, no headings, no marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", show=False),
        Binding("pagedown", "page", show=False),
        Binding("right", "sideways", show=False),
    ]

    def __init__(self, table: MadeUpRuns) -> None:
        super().__init__()
        count = min(_READY_LINES, table.row_count)
        cells = [fit_all(table.texts(c.key, 0, count), c.width, c.align) for c in table.columns]
        self._lines = ["  ".join(line) for line in zip(*cells, strict=True)]
        self._cursor = 0
        self.virtual_size = Size(len(self._lines[0]), table.row_count)
        self._plain = Style.parse("#d5dbe1 on #0f1318")
        self._lit = Style.parse("#d5dbe1 on #1f2d3d")

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        row = top + y
        width = self.size.width
        text = self._lines[row % len(self._lines)][x : x + width].ljust(width)
        return Strip([Segment(text, self._lit if row == self._cursor else self._plain)], width)

    def action_down(self) -> None:
        self.refresh_line(self._cursor)
        self._cursor += 1
        self.refresh_line(self._cursor)

    def action_page(self) -> None:
        self._cursor += self.size.height
        self.scroll_to(y=self.scroll_offset.y + self.size.height, animate=False)

    def action_sideways(self) -> None:
        self.scroll_to(x=self.scroll_offset.x + 11, animate=False)


class BareApp(App[None]):
    """The bare view over the whole screen."""

    CSS = "Bare { scrollbar-size: 0 0; background: #0f1318; }"

    def __init__(self, table: MadeUpRuns) -> None:
        super().__init__()
        self._shown = table

    def compose(self) -> ComposeResult:
        yield Bare(self._shown)


def main() -> None:
    """Run the one that is asked for."""
    kind, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    table = MadeUpRuns(rows, columns)
    (GridApp(table) if kind == "grid" else BareApp(table)).run()


if __name__ == "__main__":
    main()
