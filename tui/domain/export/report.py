"""What an export of a comparison says, whatever its form."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.cells import CellWriter, Difference
from tui.domain.diff.comparison import Comparison, relative
from tui.domain.diff.table import subject_titles
from tui.domain.quantities import number
from tui.domain.table import Table
from tui.domain.text import clean


@dataclass(frozen=True)
class Cell:
    """One value: as it is shown, in full, as a number where it is one, and its change from the baseline's."""

    shown: str
    whole: str | None  # None where it is absent
    number: float | None
    change: Difference
    delta: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class ReportRow:
    """One row: its group and name, what it is a part of, which way is better, and a cell for each thing."""

    group: str
    name: str
    part_of: str
    better: str
    guessed: bool
    differs: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ComparisonReport:
    """A comparison ready to be written. ``ids`` and ``titles`` are those of the things compared, in order."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    origins: tuple[str, ...]
    baseline: int
    tolerance: float
    rows: tuple[ReportRow, ...]
    groups: Mapping[str, tuple[int, int]]  # rows, and how many differ
    verdict_signs: Mapping[str, str]
    things: str = "runs"


Render = Callable[[ComparisonReport], str]


def report(comparison: Comparison, arranged: Arranged, writer: CellWriter) -> ComparisonReport:
    """The rows that are arranged, those of folded groups left out."""
    system = arranged.arrangement.system_tags
    counts = {group: comparison.count(group, system=system) for group in comparison.groups}
    return ComparisonReport(
        ids=tuple(subject.id if subject.context else subject.run_id or subject.id for subject in comparison.subjects),
        titles=tuple(subject_titles(comparison)),
        origins=tuple(subject.origin for subject in comparison.subjects),
        baseline=arranged.baseline,
        tolerance=comparison.tolerance,
        rows=tuple(
            _row(comparison, arranged, writer, at) for at, row in enumerate(arranged.rows) if not row.is_heading
        ),
        groups={group: (found.rows, found.differing) for group, found in counts.items()},
        verdict_signs={"better": writer.better_sign, "worse": writer.worse_sign},
        things="versions" if all(subject.thing == "version" for subject in comparison.subjects) else "runs",
    )


def _row(comparison: Comparison, arranged: Arranged, writer: CellWriter, at: int) -> ReportRow:
    shown = arranged.rows[at]
    section, row = shown.section, shown.row
    direction = comparison.direction(section, row)
    parent = int(section.parents[row])
    shares = relative(section.numbers[row], section.numbers[row, arranged.baseline])
    cells = []
    for column in range(len(comparison.subjects)):
        there = bool(section.present[row, column])
        value = float(section.numbers[row, column]) if section.numeric[row, column] else None
        change = writer.change(section, row, column)
        comparable = change.differs and value is not None and bool(section.numeric[row, arranged.baseline])
        cells.append(
            Cell(
                shown=writer.value(section, row, column),
                whole=writer.whole(section, row, column) if there else None,
                number=value,
                change=change,
                delta=writer.delta(section, row, column) if comparable else None,
                share=_finite(float(shares[column])) if comparable else None,
            )
        )
    return ReportRow(
        group=section.group,
        name=section.keys[row],
        part_of=section.keys[parent] if parent >= 0 else "",
        better=direction.better,
        guessed=direction.guessed,
        differs=bool(section.differs[row]),
        cells=tuple(cells),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def counts_line(made: ComparisonReport) -> str:
    """``9 of 126 params differ, 5 of 9 metrics differ; tolerance 1e-9``."""
    parts = [f"{differing} of {rows} {group} differ" for group, (rows, differing) in made.groups.items() if rows]
    return f"{', '.join(parts)}; tolerance {number(made.tolerance)}"


def shown_table(table: Table) -> tuple[list[str], list[Sequence[str]]]:
    """Any table as it is shown: titles, and rows of texts."""
    keys = [column.key for column in table.columns]
    titles = [clean(column.title) for column in table.columns]
    columns = [table.texts(key, 0, table.row_count) for key in keys]
    return titles, list(zip(*columns, strict=True)) if columns else []
