"""A comparison, or any table, as a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.domain.export.report import ComparisonReport, counts_line, shown_table
from tui.domain.table import Table
from tui.domain.text import clean

_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\`*|<>[]#~"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # inside a word it is but a letter


def escaped(text: str) -> str:
    """Text that Markdown takes for itself, on one line."""
    return _LOOSE_UNDERSCORE.sub(r"\\_", clean(text).translate(_ESCAPED))


def comparison(made: ComparisonReport) -> str:
    """Rows under the headings of their groups, a column a run; changes stand behind the values."""
    mark = {made.baseline: " (baseline)"}
    head = ["", *(f"{escaped(title)}{mark.get(at, '')}" for at, title in enumerate(made.titles))]
    lines = [f"Compared {len(made.ids)} runs: {counts_line(made)}.", "", _line(head), _line(["---"] * len(head))]
    group = ""
    for row in made.rows:
        if row.group != group:
            group = row.group
            lines.append(_line([f"**{escaped(group)}**", *[""] * len(made.ids)]))
        arrow = {"higher": " ↑", "lower": " ↓"}.get(row.better, "") + ("?" if row.guessed else "")
        cells = [f"{escaped(row.name)}{arrow}"]
        for cell in row.cells:
            change = " ".join(part for part in (cell.change.delta, cell.change.share.strip()) if part)
            verdict = made.verdict_signs.get(cell.change.verdict, "")
            shown = escaped(cell.shown)
            cells.append(" ".join(part for part in (shown, f"({escaped(change)})" if change else "", verdict) if part))
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def table(shown: Table) -> str:
    """Any table as it is shown."""
    titles, rows = shown_table(shown)
    head = [escaped(title) for title in titles]
    lines = [_line(head), _line(["---"] * len(head)), *(_line([escaped(text) for text in row]) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
