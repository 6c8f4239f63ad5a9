"""From which widths a screen is laid out otherwise, for pages and dialogues alike."""

from __future__ import annotations

NARROW, RICH = 100, 160  # columns from which two panes stand side by side, and from which there is room to spare

BREAKPOINTS: list[tuple[int, str]] = [(0, "-narrow"), (NARROW, "-wide"), (RICH, "-rich")]

# Below so many lines, what is under a list takes less than its share.
TALL = 20
HEIGHTS: list[tuple[int, str]] = [(0, "-short"), (TALL, "-tall")]
