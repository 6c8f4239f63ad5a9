"""Cells made ready to draw: padded and cut in bulk, a window of rows of one column at a time, and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.domain.table import Column, Table, Tone
from tui.domain.text import fit_all, telling_apart

WINDOW_ROWS = 64
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
