"""What differs between things, row by row: computed once for a sheet, asked in windows of rows."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui.domain.diff.sheet import METRICS, Block, Bools, Codes, Floats, NumberBlock, Sheet, Subject, TextBlock
from tui.domain.filter.nodes import number
from tui.domain.ranking import UNKNOWN, Direction, direction_of
from tui.domain.text import natural

# A recorded text as the value that it means: a number, true or false, nothing, a JSON or Python literal, or a text.


LONGEST_NESTED = 100_000
"""Characters up to which a text is tried as a JSON or Python literal."""

_WHOLE = re.compile(r"\s*[+-]?\d+\s*\Z", re.ASCII)
_WORDS: Mapping[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
}  # fmt: skip
# The digest of a commit may read as a number far out of range, where all numbers would be the same.
_LIKE_A_DIGEST = re.compile(r"[eE][+-]?\d{4}", re.ASCII)
_OPENING = frozenset("{[('\"")


@dataclass(frozen=True)
class ParsedValue:
    """A value. Two texts mean the same where their ``key`` is equal: ``1e-3`` and ``0.001``, ``True`` and ``true``.

    ``number`` is None where it is none. ``whole`` numbers are compared exactly, whatever the tolerance: of two seeds
    none is nearly the other. ``nested`` is the dictionary or list that a JSON or Python literal says.
    """

    key: Hashable
    number: float | None = None
    whole: bool = False
    nested: dict[object, object] | list[object] | None = None


def parsed(text: str) -> ParsedValue:
    """What ``text`` means. NaN equals NaN; lists equal tuples; a quoted text is not the same as a bare one."""
    value = number(text)
    if value is not None and not _LIKE_A_DIGEST.search(text) and (abs(value) != math.inf or "n" in text.lower()):
        return _number(int(text) if _WHOLE.match(text) else value)
    if text in _WORDS:
        return ParsedValue(_key(_WORDS[text]))
    begun = text.lstrip()
    if begun[:1] in _OPENING and len(text) <= LONGEST_NESTED:
        try:
            read = _literal(begun)
            if isinstance(read, (dict, list)):
                return ParsedValue(_key(read), nested=read)
            if isinstance(read, (str, frozenset)):
                return ParsedValue(_key(read))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            pass  # neither JSON nor a literal, or too deep for both: it is a text
    return plain(text)


def exact_number(text: str) -> Decimal:
    """All digits of a text that ``parsed`` takes for a number."""
    return Decimal(text.strip())


def near(one: ParsedValue, other: ParsedValue, tolerance: float) -> bool:
    """Whether both mean the same, or are numbers, not both whole, that differ by that part of the larger at most."""
    if one.key == other.key:
        return True
    if one.nested is not None and other.nested is not None:
        return _nested_near(one.nested, other.nested, tolerance)
    a, b = one.number, other.number
    if a is None or b is None or (one.whole and other.whole) or not (math.isfinite(a) and math.isfinite(b)):
        return False
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _nested_near(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_nested_near(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_nested_near(a, b, tolerance) for a, b in zip(one, other, strict=True))
    return near(parsed(leaf_text(one)), parsed(leaf_text(other)), tolerance)


def plain(text: str) -> ParsedValue:
    """A text that means its letters and nothing else."""
    return ParsedValue(("text", text))


def leaf_text(value: object) -> str:
    """A value inside a nested one, as a text that ``parsed`` takes for the same value."""
    if isinstance(value, float):
        return repr(value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    except (TypeError, ValueError):
        return repr(value)


def _number(value: int | float) -> ParsedValue:
    try:
        as_float = float(value)
    except OverflowError:
        as_float = math.inf if value > 0 else -math.inf
    return ParsedValue(_key(value), as_float, isinstance(value, int))


def _literal(text: str) -> object:
    try:
        read = json.loads(text, object_pairs_hook=_pairs)
    except json.JSONDecodeError:
        read = ast.literal_eval(text)
    return _plain(read)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")  # either value would be a guess
    return found


def _plain(value: object) -> object:
    """The value with tuples as lists; raises TypeError for what JSON has no like of."""
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (set, frozenset)):
        return frozenset(_hashable(held) for held in value)
    raise TypeError(type(value).__name__)


def _hashable(value: object) -> Hashable:
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(type(value).__name__)


def _key(value: object) -> Hashable:
    """What is equal exactly for equal values."""
    if isinstance(value, bool) or value is None:
        return ("word", value)
    if isinstance(value, (int, float)):
        # Python compares whole numbers and floats exactly, and gives equal ones equal hashes.
        return ("nan",) if value != value else ("number", value)
    if isinstance(value, str):
        return ("quoted", value)
    if isinstance(value, Mapping):
        return ("mapping", frozenset((_key(key), _key(held)) for key, held in value.items()))
    if isinstance(value, Set):
        return ("set", frozenset(_key(held) for held in value))
    if isinstance(value, Sequence):
        return ("list", tuple(_key(held) for held in value))
    raise TypeError(type(value).__name__)


MOST_LEAVES = 2000
"""Leaves up to which a nested value is taken apart; a larger one is compared as a whole."""

MOST_PATHS = 200
"""Differing paths of one param that become rows of their own."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
Nested = dict[object, object] | list[object]


@dataclass(frozen=True)
class Leaves:
    """What several nested values hold: for each path the text of each value there, None where it has none."""

    texts: dict[str, list[str | None]]


def leaves_of(name: str, values: Sequence[Nested | None]) -> Leaves | None:
    """The leaves of several nested values of the param ``name``; None where one of them has too many."""
    texts: dict[str, list[str | None]] = {}
    for column, value in enumerate(values):
        if value is None:
            continue
        for count, (path, leaf) in enumerate(_walk(name, value)):
            if count == MOST_LEAVES:
                return None
            texts.setdefault(path, [None] * len(values))[column] = leaf_text(leaf)
    return Leaves(texts)


def _walk(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Paths and values of the leaves: an empty dictionary or list is one."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from _walk(_member(path, key), held)
    elif isinstance(value, list) and value:
        for index, held in enumerate(value):
            yield from _walk(f"{path}[{index}]", held)
    else:
        yield path, value


def _member(path: str, key: object) -> str:
    if isinstance(key, str):
        return f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{leaf_text(key)}]"
    return f"{path}[{key!r}]"


TOLERANCE = 1e-9
"""Numbers whose difference is no more than this part of the row's largest are the same."""

_WHOLE_FLOATS = 2.0**53  # up to which floats tell whole numbers apart

_BAND = 512  # rows worked on at a time, so that what is made on the way stays small


class Section:
    """The rows of one block, compared. ``parents[i]`` is the row that row i is a part of, or -1.

    ``told_by_parts`` are the rows whose difference is all told by the rows of their parts.

    Rules for numbers: NaN equals NaN and differs from every number; infinities equal themselves; two numbers are the
    same if they differ by no more than ``tolerance`` times the largest magnitude of the row. Whole numbers are compared
    exactly: those recorded as texts at any length, others as far as floats tell them apart. A value that is absent
    differs from every value, an empty text included.
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
        if self._meanings is None:  # metrics: counts have no noise, and of two none is nearly the other
            with np.errstate(invalid="ignore"):
                counts = (self.numbers == np.floor(self.numbers)) & (np.abs(self.numbers) <= _WHOLE_FLOATS)
            limits[(counts | ~np.isfinite(self.numbers)).all(axis=1)] = 0.0
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
