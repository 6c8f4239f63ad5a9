"""Which rows of a comparison are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tui.domain.diff.comparison import Comparison, Section, system_rows
from tui.domain.diff.sheet import METRICS, Bools
from tui.domain.natural import natural

Order = Literal["name", "change", "spread"]
ORDERS: tuple[Order, ...] = ("name", "change", "spread")
_AS_RECORDED = ("overview", "source")  # groups whose rows are few and have an order of their own
_METRIC_IDS = tuple(f"{group}::" for group in METRICS)  # as ``Shown.id`` begins; values of metrics have no unit


@dataclass(frozen=True)
class DiffArrangement:
    """How a person wants to see a comparison. ``baseline`` is the id of a thing compared, "" for the first."""

    baseline: str = ""
    only_differences: bool = True
    system_tags: bool = False
    order: Order = "name"
    query: str = ""
    folded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ShownRow:
    """A row that is shown: of a section, or the heading of a group where ``row`` is -1."""

    section: Section
    row: int

    @property
    def is_heading(self) -> bool:
        return self.row < 0

    @property
    def key(self) -> str:
        return "" if self.is_heading else self.section.keys[self.row]

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a nested value."""
        return self.row >= 0 and bool(self.section.parents[self.row] >= 0)

    @property
    def id(self) -> str:
        """What tells it from the other rows, also in another comparison."""
        if self.is_heading:
            return f"{self.section.group}:"
        return f"{self.section.group}{'/' if self.is_part else ':'}{self.section.unit}:{self.key}"


def metric_of(row_id: str) -> str | None:
    """The metric that a row's id stands for; None for other rows and for headings."""
    return row_id.partition("::")[2] if row_id.startswith(_METRIC_IDS) else None


@dataclass(frozen=True)
class GroupShown:
    """A group: how many of its rows are shown (also where it is folded), of how many, and how many differ."""

    group: str
    shown: int
    rows: int
    differing: int
    folded: bool


@dataclass(frozen=True)
class Arranged:
    """The rows in their order, headings included."""

    arrangement: DiffArrangement
    rows: tuple[ShownRow, ...]
    groups: tuple[GroupShown, ...]
    baseline: int = 0
    row_of: dict[str, int] = field(default_factory=dict, compare=False)

    def next_difference(self, row: int, by: int, comparison: Comparison) -> int | None:
        """The nearest row below (``by`` 1) or above (-1) in which something differs; None where there is none."""
        row += by
        while 0 <= row < len(self.rows):
            shown = self.rows[row]
            if not shown.is_heading and shown.section.differs[shown.row]:
                return row
            row += by
        return None


def baseline_of(comparison: Comparison, arrangement: DiffArrangement) -> int:
    """The column of the baseline; the first where it is not, or no longer, among the things compared."""
    ids = [subject.id for subject in comparison.subjects]
    return ids.index(arrangement.baseline) if arrangement.baseline in ids else 0


def arrange(comparison: Comparison, arrangement: DiffArrangement) -> Arranged:
    """The rows that an arrangement shows; a group without any has no heading either."""
    baseline = baseline_of(comparison, arrangement)
    rows: list[ShownRow] = []
    groups: list[GroupShown] = []
    for group in comparison.groups:
        sections = [section for section in comparison.sections if section.group == group]
        kept = [_kept(section, arrangement) for section in sections]
        chosen = [
            (section, row)
            for section, mask in zip(sections, kept, strict=True)
            for row in np.flatnonzero(mask).tolist()
        ]
        if not chosen:
            continue
        folded = group in arrangement.folded
        count = comparison.count(group, system=arrangement.system_tags)
        groups.append(GroupShown(group, len(chosen), count.rows, count.differing, folded))
        rows.append(ShownRow(chosen[0][0], -1))
        if not folded:
            rows.extend(ShownRow(section, row) for section, row in _ordered(chosen, arrangement.order, group, baseline))
    return Arranged(arrangement, tuple(rows), tuple(groups), baseline, {shown.id: at for at, shown in enumerate(rows)})


def _kept(section: Section, arrangement: DiffArrangement) -> Bools:
    kept = np.ones(len(section), dtype=np.bool_)
    if arrangement.only_differences:
        kept &= section.differs & ~section.told_by_parts
    if not arrangement.system_tags:
        kept &= ~system_rows(section)
    for word in arrangement.query.lower().split():
        kept &= section.rows_with(word)
    return kept


def _ordered(
    chosen: Sequence[tuple[Section, int]], order: Order, group: str, baseline: int
) -> list[tuple[Section, int]]:
    def name(at: tuple[Section, int]) -> tuple[object, ...]:
        section, row = at
        parent = int(section.parents[row])
        if parent < 0:
            return (natural(section.keys[row]), False, ())
        return (natural(section.keys[parent]), True, natural(section.keys[row]))

    by_name = list(chosen) if group in _AS_RECORDED else sorted(chosen, key=name)
    if order == "name":
        return by_name
    sections = {id(section): section for section, _ in chosen}
    figures = {
        key: (section.changes(baseline) if order == "change" else section.spreads).tolist()
        for key, section in sections.items()
    }
    return sorted(by_name, key=lambda at: -figures[id(at[0])][at[1]])
