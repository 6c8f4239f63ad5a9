"""A comparison, or any table, as CSV (RFC 4180) that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tui.domain.export.report import ComparisonReport, shown_table
from tui.domain.filter.literals import number
from tui.domain.table import Table

# As some spreadsheets begin a formula; the last ones are the wide forms of the first.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))


def comparison(made: ComparisonReport) -> str:
    """A line a row: group, name, better, differs, then each run's value, difference and share of the baseline's."""
    head = ["group", "name", "better", "differs"]
    for at, title in enumerate(made.titles):
        head += [title] if at == made.baseline else [title, f"{title} delta", f"{title} share"]
    lines: list[Sequence[str]] = [head]
    for row in made.rows:
        better = row.better + (" (guessed)" if row.guessed else "")
        line = [row.group, row.name, better, "yes" if row.differs else "no"]
        for at, cell in enumerate(row.cells):
            line.append("" if cell.whole is None else cell.whole)
            if at != made.baseline:
                line += ["" if value is None else repr(value) for value in (cell.delta, cell.share)]
        lines.append(line)
    return _written(lines)


def table(shown: Table) -> str:
    """Any table as it is shown."""
    titles, rows = shown_table(shown)
    return _written([titles, *rows])


def _written(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([harmless(text) for text in line] for line in lines)
    return out.getvalue()


def harmless(text: str) -> str:
    """What a spreadsheet would take for a formula gets a quote before it; numbers stay as they are."""
    return f"'{text}" if text[:1] in _FORMULA and number(text) is None else text
