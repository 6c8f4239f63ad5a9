"""Runs in groups: by params, tags, datasets or parents; a group is a line with the figures of its runs' metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any, Literal

import numpy as np

from tui.domain.filter.names import Field
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import writer
from tui.domain.runs.forest import Longs
from tui.domain.runs.groups import SampleSummary, summary
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.runs.table import RunsTable, field_of, title_of
from tui.domain.table import Column, Tone
from tui.domain.text import clean, natural, width

GROUP = "group:"
"""The beginning of the keys of the lines that are groups."""

SPREAD = ("sd", "low", "high")
_TITLES = {"sd": "std", "low": "min", "high": "max"}
_NAMES = (16, 46)
_generations = count(1)


@dataclass(frozen=True)
class RunsGroup:
    """Some runs that say the same: what they say, and their rows."""

    key: str
    title: str
    rows: Longs


def may_group(key: str) -> bool:
    """Whether runs can be grouped by a column."""
    field = field_of(key)
    return field is not None and (field.kind in ("param", "tag") or key in ("dataset", "parent", "user", "status"))


def groups_of(snapshot: FrameSnapshot, keys: Sequence[str], rows: Longs) -> list[RunsGroup]:
    """The groups that ``rows`` make by what they say in these columns, in the order of what they say."""
    fields = [field for key in keys if may_group(key) and (field := field_of(key)) is not None]
    columns = [snapshot.texts(field) for field in fields]
    codes = [column.codes[rows].tolist() for column in columns]
    members: dict[tuple[int, ...], list[int]] = {}
    for row, code in zip(rows.tolist(), zip(*codes, strict=True), strict=True):
        members.setdefault(code, []).append(row)
    found = []
    for code, of_group in members.items():
        cells = zip(fields, columns, code, strict=True)
        said = [_said(snapshot, field, column.texts, at) for field, column, at in cells]
        title = ", ".join(f"{title_of(field)} = {value}" for field, value in zip(fields, said, strict=True))
        found.append(RunsGroup(GROUP + title, clean(title), np.array(of_group, dtype=np.int64)))
    return sorted(found, key=lambda group: natural(group.title))


def _said(snapshot: FrameSnapshot, field: Field, texts: Sequence[str], code: int) -> str:
    text = texts[code] if code >= 0 else "–"
    if field == Field("attribute", "parent") and (row := snapshot.row_of(text)) is not None:
        return snapshot.run_name(row) or text
    return text or '""'


class GroupedRuns:
    """Groups, and below each that is not folded its runs, as ``runs`` shows them. Implements ``domain.table.Table``.

    In a line that is a group the columns of metrics say the mean; beside each stand std, min and max of the group.
    """

    def __init__(
        self,
        runs: RunsTable,
        groups: Sequence[RunsGroup],
        is_folded: Callable[[str], bool],
        widths: Mapping[str, int],
        sort: Sequence[tuple[str, bool]],
        glyphs: Glyphs,
    ) -> None:
        self.generation = next(_generations)
        self.runs = runs
        self._glyphs = glyphs
        self._summaries: dict[tuple[str, str], SampleSummary] = {}
        self._metrics = {
            column.key: field
            for column in runs.columns
            if (field := field_of(column.key)) is not None and field.kind == "metric" and field.measure == "number"
        }
        self._writers = {key: writer(_sample(runs.snapshot, field)) for key, field in self._metrics.items()}
        self.groups = self._sorted(groups, sort)
        self._by_key = {group.key: group for group in self.groups}
        self._folded = {group.key for group in self.groups if is_folded(group.key)}
        self._lines: list[RunsGroup | int] = []
        for group in self.groups:
            self._lines.append(group)
            if group.key not in self._folded:
                places = (runs.row_of(runs.snapshot.run_id(row)) for row in group.rows.tolist())
                self._lines += sorted(place for place in places if place is not None)
        orders: dict[str, Literal["up", "down"]] = {key: "down" if descending else "up" for key, descending in sort}
        self.columns = tuple(self._columns(widths, orders))

    # --- Table

    @property
    def row_count(self) -> int:
        return len(self._lines)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [self._text(key, line) for line in self._lines[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        found: list[Tone] = []
        for line in self._lines[start:stop]:
            if isinstance(line, RunsGroup):
                found.append("strong")
            else:
                own = None if _spread_of(key) or key == "n" else self.runs.tones(key, line, line + 1)
                found.append(own[0] if own is not None else "")
        return found

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        """What is written, as numbers where it is one."""
        found: list[Any] = []
        for line in self._lines[start:stop]:
            number = self._number(key, line) if isinstance(line, RunsGroup) else None
            if isinstance(line, RunsGroup):
                found.append(number if number is not None else self._text(key, line))
            else:
                found.append(None if _spread_of(key) or key == "n" else self.runs.values(key, line, line + 1)[0])
        return found

    def row_key(self, row: int) -> str:
        line = self._lines[row]
        return line.key if isinstance(line, RunsGroup) else self.runs.row_key(line)

    def row_of(self, row_key: str) -> int | None:
        return self._places.get(row_key)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {self.row_key(row): row for row in range(self.row_count)}

    # --- beyond

    def run_ids(self, key: str) -> tuple[str, ...]:
        """The runs of a group, by its key."""
        group = self._by_key.get(key)
        return tuple(self.runs.snapshot.run_id(row) for row in group.rows.tolist()) if group is not None else ()

    def group_at(self, row_key: str) -> str:
        """The key of the group that a line is, or lies in."""
        row = self.row_of(row_key)
        above = self._lines[: row + 1] if row is not None else []
        return next((line.key for line in reversed(above) if isinstance(line, RunsGroup)), "")

    def title_of(self, key: str) -> str:
        group = self._by_key.get(key)
        return group.title if group is not None else ""

    # --- inside

    def summary(self, group: RunsGroup, key: str) -> SampleSummary:
        found = self._summaries.get((group.key, key))
        if found is None:
            values, present = self.runs.snapshot.numbers(self._metrics[key])
            found = summary(values[group.rows][present[group.rows]].tolist())
            self._summaries[group.key, key] = found
        return found

    def _number(self, key: str, group: RunsGroup) -> float | None:
        """The figure of a group that a column shows; None where it shows none."""
        if key == "n":
            return float(len(group.rows))
        spread, column = _spread_of(key), column_of(key)
        if column not in self._metrics:
            return None
        number = float(getattr(self.summary(group, column), spread or "mean"))
        return None if number != number else number

    def _text(self, key: str, line: RunsGroup | int) -> str:
        if not isinstance(line, RunsGroup):
            if key == "name":
                return f"    {self.runs.texts(key, line, line + 1)[0].strip()}"
            return "" if _spread_of(key) or key == "n" else self.runs.texts(key, line, line + 1)[0]
        if key == "name":
            sign = self._glyphs.folded if line.key in self._folded else self._glyphs.unfolded
            return f"{sign} {line.title}"
        if key == "n":
            return str(len(line.rows))
        number = self._number(key, line)
        column = column_of(key)
        if number is None:
            return self._glyphs.absent if column in self._metrics else ""
        return self._writers[column](number)

    def _sorted(self, groups: Sequence[RunsGroup], sort: Sequence[tuple[str, bool]]) -> list[RunsGroup]:
        found = list(groups)
        for key, descending in reversed(sort):
            ranked = [(self._number(key, group), group) for group in found]
            there = [(number, group) for number, group in ranked if number is not None]
            there.sort(key=lambda pair: pair[0], reverse=descending)
            found = [group for _, group in there] + [group for number, group in ranked if number is None]
        return found

    def _columns(self, widths: Mapping[str, int], orders: Mapping[str, Literal["up", "down"]]) -> list[Column]:
        found = []
        for column in self.runs.columns:
            column = replace(column, order=orders.get(column.key, ""))
            if column.key == "name":
                longest = max((width(self._text("name", line)) for line in self._lines[:400]), default=0)
                wide = widths.get("name", max(_NAMES[0], min(_NAMES[1], longest)))
                n = Column("n", "n", widths.get("n", 4), "right", True, column.group, orders.get("n", ""))
                found += [replace(column, width=wide), n]
                continue
            if column.key not in self._metrics:
                found.append(column)
                continue
            for figure in ("", *SPREAD):
                key = f"{figure}:{column.key}" if figure else column.key
                texts = [self._text(key, group) for group in self.groups[:200]]
                title = _TITLES.get(figure, column.title)
                order: Literal["", "up", "down"] = orders.get(key, "")
                least = width(title) + (2 if order else 0) if figure else column.width
                wide = widths.get(key, max([least, *map(width, texts)]))
                found.append(Column(key, title, wide, "right", group=f"of {column.key}", order=order))
        return found


def column_of(key: str) -> str:
    """The column of a run that a column of groups is of."""
    return key.partition(":")[2] if _spread_of(key) else key


def _spread_of(key: str) -> str:
    """The figure of a group that a column shows beside the mean, "" for any other."""
    figure, colon, _ = key.partition(":")
    return figure if colon and figure in SPREAD else ""


def _sample(snapshot: FrameSnapshot, field: Field) -> list[float]:
    values, present = snapshot.numbers(field)
    return [float(value) for value in values[present][:512]]
