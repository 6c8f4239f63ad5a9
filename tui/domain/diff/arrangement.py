"""Which rows of a comparison are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tui.domain.columns import Arrangement, Look, Rank, SortOrder, rank_of
from tui.domain.diff.comparison import Comparison, Section, relative, system_rows
from tui.domain.diff.sheet import METRICS, Bools
from tui.domain.text import natural

DiffOrder = Literal["name", "change", "spread"]
ORDERS: tuple[DiffOrder, ...] = ("name", "change", "spread")
_AS_RECORDED = ("overview", "source")  # groups whose rows are few and have an order of their own
_METRIC_IDS = tuple(f"{group}::" for group in METRICS)  # as ``ShownRow.id`` begins; values of metrics have no unit


@dataclass(frozen=True)
class DiffArrangement:
    """How a person wants to see a comparison. ``baseline`` is the id of a thing compared, "" for the first."""

    baseline: str = ""
    only_differences: bool = True
    system_tags: bool = False
    order: DiffOrder = "name"
    query: str = ""
    folded: frozenset[str] = frozenset()
    sort: SortOrder = ()  # by ``sort_key``s, before ``order``; rows stay in their groups
    places: tuple[str, ...] = ()  # ids of things in the order of their columns; others come after
    wider: int = 0  # cells that each column of values is wider than it would be by itself

    def to_kept(self) -> Arrangement:
        """What is remembered of it for the same things."""
        return Arrangement(sort=self.sort, more={"order": self.order, "places": list(self.places), "wider": self.wider})

    def recalled(self, kept: Arrangement) -> DiffArrangement:
        """As it was remembered."""
        order = next((order for order in ORDERS if order == kept.text("order")), self.order)
        wider = kept.more.get("wider")
        return replace(
            self,
            sort=kept.sort,
            order=order,
            places=kept.texts("places"),
            wider=wider if isinstance(wider, int) and abs(wider) < 1000 else 0,
        )

    def to_look(self, *, flipped: bool) -> Look:
        """What of it holds for any comparison: nothing that names a thing compared."""
        more = {
            "all_rows": not self.only_differences,
            "system_tags": self.system_tags,
            "order": self.order,
            "folded_groups": sorted(self.folded),
            "wider": self.wider,
            "flipped": flipped,
        }
        sort = tuple(pair for pair in self.sort if pair[0] == sort_key("name"))
        return Look(Arrangement(sort=sort, more={name: value for name, value in more.items() if value}), self.query)

    def looked_at(self, look: Look) -> DiffArrangement:
        """Looked at as a view says; the baseline and the places of columns stay."""
        kept = look.arrangement
        return replace(
            replace(self, order="name").recalled(kept),
            places=self.places,
            only_differences=not kept.flag("all_rows", default=False),
            system_tags=kept.flag("system_tags", default=False),
            folded=frozenset(kept.texts("folded_groups")),
            query=look.filter,
        )


def sort_key(what: str, subject: str = "") -> str:
    """What a comparison is sorted by: ``name``, or the ``value`` or the ``change`` of one thing."""
    return f"{what} {subject}".rstrip()


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
    ids = [subject.id for subject in comparison.subjects]
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
            found = _ordered(chosen, arrangement.order, group, baseline)
            for key, descending in reversed(arrangement.sort):
                found = _sorted_by(found, key, baseline, ids, descending=descending)
            rows.extend(ShownRow(section, row) for section, row in found)
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
    chosen: Sequence[tuple[Section, int]], order: DiffOrder, group: str, baseline: int
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


def _sorted_by(
    chosen: Sequence[tuple[Section, int]], key: str, baseline: int, ids: Sequence[str], *, descending: bool
) -> list[tuple[Section, int]]:
    """Rows by their names, or by the value or the change of one thing; those without one come last."""
    what, _, subject = key.partition(" ")
    if what != "name" and subject not in ids:
        return list(chosen)
    column = ids.index(subject) if what != "name" else 0

    def ranked(section: Section, row: int) -> Rank | None:
        if what == "name":
            return rank_of(f"{section.keys[row]} ")  # a text, also where it reads as a number
        if what == "value":
            return rank_of(section.text(row, column) or float(section.numbers[row, column]))
        if not section.numeric[row, column]:
            return None
        numbers = section.numbers[row : row + 1]
        return rank_of(abs(float(relative(numbers[:, [column]], numbers[:, [baseline]])[0, 0])))

    ranks = [(ranked(*at), at) for at in chosen]
    there = [(rank, at) for rank, at in ranks if rank is not None]
    there.sort(key=lambda pair: pair[0], reverse=descending)
    return [at for _, at in there] + [at for rank, at in ranks if rank is None]
