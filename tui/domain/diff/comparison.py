"""What differs between things, row by row: computed once for a sheet, asked in windows of rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui.domain.diff.directions import UNKNOWN, Direction, direction_of
from tui.domain.diff.parsed import MOST_PATHS, ParsedValue, leaves_of, parsed, plain
from tui.domain.diff.sheet import METRICS, Block, Bools, Codes, Floats, NumberBlock, Sheet, Subject, TextBlock
from tui.domain.text import natural

TOLERANCE = 1e-9
"""Numbers whose difference is no more than this part of the row's largest are the same."""

_BAND = 512  # rows worked on at a time, so that what is made on the way stays small


class Section:
    """The rows of one block, compared. ``parents[i]`` is the row that row i is a part of, or -1.

    ``told_by_parts`` are the rows whose difference is all told by the rows of their parts.

    Rules for numbers: NaN equals NaN and differs from every number; infinities equal themselves; two numbers are the
    same if they differ by no more than ``tolerance`` times the largest magnitude of the row. Whole numbers that were
    recorded as texts are compared exactly. A value that is absent differs from every value, an empty text included.
    """

    def __init__(
        self,
        group: str,
        keys: tuple[str, ...],
        *,
        numbers: Floats,
        numeric: Bools,
        present: Bools,
        tolerance: float,
        codes: Codes | None = None,
        meanings: Codes | None = None,
        exact: Bools | None = None,
        pool: tuple[str, ...] = (),
        unit: str = "",
    ) -> None:
        self.group = group
        self.keys = keys
        self.numbers = numbers  # NaN where there is no number
        self.numeric = numeric
        self.present = present
        self.unit = unit
        self.parents: npt.NDArray[np.int64] = np.full(len(keys), -1, dtype=np.int64)
        self.told_by_parts: Bools = np.zeros(len(keys), dtype=np.bool_)
        self.tolerance = tolerance
        self._codes = codes
        self._meanings = meanings
        self._exact = exact
        self._pool = pool
        self.limits = self._limits()
        self.differs = self._differing()

    def __len__(self) -> int:
        return len(self.keys)

    def text(self, row: int, column: int) -> str | None:
        """The text that was recorded; None for numbers and for what is absent."""
        if self._codes is None or not self.present[row, column]:
            return None
        return self._pool[int(self._codes[row, column])]

    def meanings_of(self, row: int) -> list[int]:
        """A number for each cell of a row of texts that is the same for the same values; -1 where it is absent."""
        assert self._meanings is not None, "numbers have no meanings but themselves"
        return [int(code) for code in self._meanings[row]]

    def rows_with(self, word: str) -> Bools:
        """Rows in whose name or texts a word is found, which must be in lower case."""
        found = np.fromiter((word in key.lower() for key in self.keys), dtype=np.bool_, count=len(self.keys))
        if self._codes is not None:
            holding = np.array([word in text.lower() for text in self._pool] + [False], dtype=np.bool_)
            found |= holding[self._codes].any(axis=1)
        return found

    @property
    def holds_texts(self) -> bool:
        return self._codes is not None

    def differs_from(self, column: int, start: int, stop: int) -> Bools:
        """Which cells of some rows differ from the cell in ``column``."""
        rows = slice(start, stop)
        here, there = self.present[rows], self.present[rows, column : column + 1]
        other = here != there
        both = here & there
        same = _same_numbers(self.numbers[rows], self.numbers[rows, column : column + 1], self.limits[rows, None])
        if self._meanings is None:
            return np.asarray(other | (both & ~same))
        meanings = self._meanings[rows]
        numeric = self.numeric[rows] & self.numeric[rows, column : column + 1]
        near = numeric & same & (self.limits[rows, None] > 0)  # at no tolerance, only the meaning counts
        unlike = (meanings != meanings[:, column : column + 1]) & ~near
        return np.asarray((other | (both & unlike)) & self.differs[rows, None])

    def changes(self, column: int) -> Floats:
        """For each row the largest |%Δ| from ``column`` as a share; infinite from zero, -1 where there is no number."""
        largest = np.full(len(self), -1.0)
        if self.unit == "at":
            return largest  # a share of a date says nothing
        for start in range(0, len(self), _BAND):
            rows = slice(start, start + _BAND)
            shares = np.abs(relative(self.numbers[rows], self.numbers[rows, column : column + 1]))
            largest[rows] = np.where(np.isnan(shares), -1.0, shares).max(axis=1, initial=-1.0)
        return largest

    @cached_property
    def spreads(self) -> Floats:
        """How far the values of each row lie apart: for numbers the range over the largest magnitude, from 0 to 2.

        For texts the number of other values over the number of other things, from 0 to 1.
        """
        spreads = np.zeros(len(self))
        for start in range(0, len(self), _BAND):
            rows = slice(start, min(start + _BAND, len(self)))
            low, high, largest = _bounds(self.numbers[rows])
            with np.errstate(all="ignore"):
                share = np.where(largest > 0, (high / largest) - (low / largest), 0.0)
            spreads[rows] = np.where(np.isfinite(share), share, np.where(low != high, 2.0, 0.0))
            if self._meanings is not None:
                texts = ~self.numeric[rows].any(axis=1)
                for row in np.flatnonzero(texts & self.differs[rows]).tolist():
                    codes = self._meanings[start + row]
                    spreads[start + row] = (len(np.unique(codes)) - 1) / max(1, len(codes) - 1)
        spreads[np.isnan(spreads)] = 0.0
        return spreads

    def _limits(self) -> Floats:
        """How far apart numbers of each row may be and still be the same."""
        if not len(self):
            return np.zeros(0)
        _, _, largest = _bounds(np.where(np.isfinite(self.numbers), self.numbers, np.nan))
        limits = np.where(np.isnan(largest), 0.0, largest) * self.tolerance
        if self._exact is not None:
            limits[(self._exact | ~self.numeric).all(axis=1)] = 0.0
        return np.asarray(limits)

    def _differing(self) -> Bools:
        """Rows that are not the same in everything compared."""
        if not len(self):
            return np.zeros(0, dtype=np.bool_)
        partly = self.present.any(axis=1) & ~self.present.all(axis=1)
        low, high, _ = _bounds(self.numbers)
        nans = np.isnan(self.numbers) & self.numeric
        apart = ~_same_numbers(low, high, self.limits) | (nans.any(axis=1) & ~nans.all(axis=1))
        if self._meanings is None:
            return np.asarray(partly | apart)
        unlike = (self._meanings != self._meanings[:, :1]).any(axis=1)
        numbers_only = self.numeric.all(axis=1)
        exact = self.limits == 0.0  # whole numbers may be too long to tell apart as floats
        return np.asarray(partly | (unlike & (~numbers_only | apart | exact)))


def _bounds(values: Floats) -> tuple[Floats, Floats, Floats]:
    """The lowest and highest number of each row and the largest magnitude; NaN where there is none."""
    low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    return low, high, np.fmax(np.abs(low), np.abs(high))


def _same_numbers(left: Floats, right: Floats, limit: Floats) -> Bools:
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(left - right) <= limit
    return np.asarray((left == right) | near | (np.isnan(left) & np.isnan(right)))


def relative(values: Floats, baseline: Floats) -> Floats:
    """(value - baseline) / |baseline|: infinite from zero, NaN where either is no finite number; nothing is 0."""
    with np.errstate(all="ignore"):
        delta = values - baseline
        shares = np.where(delta == 0, 0.0, delta / np.abs(baseline))
        return np.where(np.isfinite(values) & np.isfinite(baseline), shares, np.nan)


@dataclass(frozen=True)
class GroupCount:
    """How many rows a group has, and in how many of them something differs; parts of nested values do not count."""

    rows: int
    differing: int


class Comparison:
    """A sheet compared: its sections with what differs, and the direction of each metric."""

    def __init__(
        self, sheet: Sheet, *, tolerance: float = TOLERANCE, directions: Mapping[str, str] | None = None
    ) -> None:
        self.sheet = sheet
        self.tolerance = tolerance
        self.sections: tuple[Section, ...] = tuple(_section(block, tolerance) for block in sheet.blocks)
        self._configured = directions
        self._directions: dict[str, Direction] = {}

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return self.sheet.subjects

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(section.group for section in self.sections))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics there are, by name; what MLflow measures of the machine comes last."""
        found = [(METRICS.index(part.group), natural(key), key) for part in self._measured for key in part.keys]
        return tuple(key for _, _, key in sorted(found))

    @property
    def _measured(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.group in METRICS)

    def measured(self, metric: str) -> tuple[Section, int] | None:
        """The section and the row of a metric."""
        return next(((found, found.keys.index(metric)) for found in self._measured if metric in found.keys), None)

    def direction(self, section: Section, row: int) -> Direction:
        """Which way is better for a row; only metrics and durations have one."""
        if section.group != "metrics":
            return UNKNOWN
        key = section.keys[row]
        known = self._directions.get(key)
        if known is None:
            known = self._directions[key] = direction_of(key, self._configured)
        return known

    def count(self, group: str, *, system: bool = True) -> GroupCount:
        """The rows of a group; ``system`` counts MLflow's own tags too."""
        rows = differing = 0
        for section in self.sections:
            if section.group == group:
                counted = section.parents < 0
                if not system:
                    counted = counted & ~system_rows(section)
                rows += int(counted.sum())
                differing += int((counted & section.differs).sum())
        return GroupCount(rows, differing)

    def differ(self, groups: Sequence[str] = ("params", "metrics", "datasets", "source", "tags")) -> bool:
        """Whether anything differs that a run was given or that it measured; MLflow's own tags do not count."""
        return any(self.count(group, system=False).differing for group in groups)


def system_rows(section: Section) -> Bools:
    """Rows that are MLflow's own tags."""
    if section.group != "tags":
        return np.zeros(len(section), dtype=np.bool_)
    return np.fromiter((key.startswith("mlflow.") for key in section.keys), dtype=np.bool_, count=len(section))


def _section(block: Block, tolerance: float) -> Section:
    if isinstance(block, NumberBlock):
        return Section(
            block.group,
            block.keys,
            numbers=np.where(block.present, block.values, np.nan),
            numeric=block.present,
            present=block.present,
            tolerance=tolerance,
            unit=block.unit,
        )
    return _text_section(block, tolerance)


def _text_section(block: TextBlock, tolerance: float) -> Section:
    meanings = [plain(text) if block.plain else parsed(text) for text in block.pool]
    whole = _compared(block, meanings, tolerance)
    return _opened(block, meanings, whole)


def _compared(block: TextBlock, meanings: Sequence[ParsedValue], tolerance: float) -> Section:
    ids: dict[Hashable, int] = {}
    meaning_of = np.array([ids.setdefault(m.key, len(ids)) for m in meanings] + [-1], dtype=np.int32)
    number_of = np.array([np.nan if m.number is None else m.number for m in meanings] + [np.nan])
    is_number = np.array([m.number is not None for m in meanings] + [False], dtype=np.bool_)
    is_whole = np.array([m.whole for m in meanings] + [False], dtype=np.bool_)
    codes = block.codes  # a negative code is that of the last entry: nothing
    return Section(
        block.group,
        block.keys,
        numbers=number_of[codes],
        numeric=is_number[codes],
        present=codes >= 0,
        tolerance=tolerance,
        codes=codes,
        meanings=meaning_of[codes],
        exact=is_whole[codes],
        pool=block.pool,
    )


def _opened(block: TextBlock, meanings: Sequence[ParsedValue], whole: Section) -> Section:
    """The section with a row more for each path inside of nested values that differ; it follows all other rows.

    A nested value of which every part is the same within the tolerance is the same.
    """
    nested_at = np.array([m.nested is not None for m in meanings] + [False], dtype=np.bool_)
    several = (nested_at[block.codes] | ~whole.present).all(axis=1) & (whole.present.sum(axis=1) > 1) & whole.differs
    candidates = np.flatnonzero(several).tolist()
    if not candidates:
        return whole
    keys, parents, rows = list(block.keys), [-1] * len(block.keys), [block.codes]
    pool, code_of = list(block.pool), dict[str, int]()
    differs, told = whole.differs.copy(), np.zeros(len(block.keys), dtype=np.bool_)
    every = list(meanings)
    for row in candidates:
        there = np.flatnonzero(whole.present[row])
        codes = block.codes[row, there].tolist()
        leaves = leaves_of(block.keys[row], [meanings[code].nested for code in codes])
        if leaves is None:
            continue
        for texts in leaves.texts.values():
            for text in texts:
                if text is not None and text not in code_of:
                    code_of[text] = len(pool)
                    pool.append(text)
                    every.append(parsed(text))
        found = np.array(
            [[code_of[t] if t is not None else -1 for t in texts] for texts in leaves.texts.values()], dtype=np.int32
        )
        parts = _compared(TextBlock(block.group, tuple(leaves.texts), tuple(pool), found), every, whole.tolerance)
        apart = np.flatnonzero(parts.differs)
        everywhere = len(there) == whole.present.shape[1]
        differs[row] = bool(len(apart)) or not everywhere
        told[row] = everywhere and 0 < len(apart) <= MOST_PATHS
        shown = apart[:MOST_PATHS]
        spread = np.full((len(shown), whole.present.shape[1]), -1, dtype=np.int32)
        spread[:, there] = found[shown]
        rows.append(spread)
        keys += [parts.keys[part] for part in shown.tolist()]
        parents += [row] * len(shown)
    larger = TextBlock(block.group, tuple(keys), tuple(pool), np.vstack(rows))
    section = _compared(larger, every, whole.tolerance)
    section.differs[: len(differs)] = differs
    section.parents = np.array(parents, dtype=np.int64)
    section.told_by_parts = np.append(told, np.zeros(len(keys) - len(told), dtype=np.bool_))
    return section
