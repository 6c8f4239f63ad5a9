"""Named values of several things as matrices: a row for each name, a column for each thing compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from tui.domain.runs.param_rows import SYSTEM

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int32, np.float64, np.bool_)

SYSTEM_METRICS = "system metrics"
METRICS = ("metrics", SYSTEM_METRICS)
"""The groups whose rows are metrics."""
GROUPS = (
    "params", "metrics", "signature", "flavors", "requirements", "datasets", "source", "tags", SYSTEM_METRICS,
    "overview",
)  # fmt: skip
"""The groups of rows of runs and model versions, in the order in which they are shown."""

PLAIN_GROUPS = ("datasets", "source", "overview")
"""Groups of texts that are compared letter by letter."""


@dataclass(frozen=True)
class Subject:
    """One thing that is compared. ``id`` is unique among those compared, ``origin`` says where it is from."""

    id: str
    name: str
    origin: str = ""
    context: str = ""  # the context that it was read in; "" for the open one
    run_id: str = ""
    thing: str = "run"  # what it is: a run, a version


@dataclass(frozen=True)
class TextBlock:
    """Texts: row i of thing j has ``pool[codes[i, j]]``, or nothing where the code is negative.

    ``plain`` texts are compared letter by letter: a digest that looks like a number is none.
    """

    group: str
    keys: tuple[str, ...]
    pool: tuple[str, ...]
    codes: Codes
    plain: bool = False

    def reordered(self, rows: Sequence[int]) -> TextBlock:
        return replace(self, keys=tuple(self.keys[row] for row in rows), codes=self.codes[list(rows)])


@dataclass(frozen=True)
class NumberBlock:
    """Numbers, and where they are; ``unit`` is "" for plain ones, "ms" for durations and "at" for times."""

    group: str
    keys: tuple[str, ...]
    values: Floats  # NaN where absent, and where NaN was recorded
    present: Bools
    unit: str = ""


Block = TextBlock | NumberBlock


@dataclass(frozen=True)
class Sheet:
    """What is compared, and its values in blocks; several blocks may belong to one group."""

    subjects: tuple[Subject, ...]
    blocks: tuple[Block, ...]

    def at(self, columns: Sequence[int]) -> Sheet:
        """The same rows for some of the things, in that order."""
        picked = list(columns)
        return Sheet(tuple(self.subjects[column] for column in picked), tuple(_columns(b, picked) for b in self.blocks))


def _columns(block: Block, columns: list[int]) -> Block:
    if isinstance(block, TextBlock):
        return replace(block, codes=block.codes[:, columns])
    return replace(block, values=block.values[:, columns], present=block.present[:, columns])


class _Keys(dict[str, int]):
    """Numbers by text; a text that is asked for gets the next one."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number

    def numbers(self, texts: Iterable[str]) -> Codes:
        return np.fromiter(map(self.__getitem__, texts), dtype=np.int32)


@dataclass
class _Collected(Generic[Number]):
    """Values as they came: of each thing the numbers of its rows, and the codes or numbers there."""

    keys: _Keys = field(default_factory=_Keys)
    parts: list[tuple[int, Codes, npt.NDArray[Number]]] = field(default_factory=list)

    def take(self, column: int, keys: Iterable[str], values: npt.NDArray[Number]) -> None:
        rows = self.keys.numbers(keys)
        if len(rows):
            self.parts.append((column, rows, values))

    def filled(self, into: npt.NDArray[Number]) -> npt.NDArray[Number]:
        for column, rows, values in self.parts:
            into[rows, column] = values
        return into


class SheetBuilder:
    """Takes values thing by thing, in any order; a value that comes later replaces an earlier one of the same name."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = tuple(subjects)
        self._texts: dict[str, tuple[_Collected[np.int32], _Keys]] = {}
        self._numbers: dict[tuple[str, str], _Collected[np.float64]] = {}

    def texts(self, group: str, column: int, values: Mapping[str, str]) -> None:
        """The texts of one thing."""
        collected, pool = self._texts.setdefault(group, (_Collected(), _Keys()))
        collected.take(column, values, pool.numbers(values.values()))

    def numbers(self, group: str, column: int, values: Mapping[str, float], unit: str = "") -> None:
        """The numbers of one thing."""
        collected = self._numbers.setdefault((group, unit), _Collected())
        collected.take(column, values, np.fromiter(values.values(), dtype=np.float64, count=len(values)))

    def sheet(self) -> Sheet:
        """What was taken in, groups in the order of ``GROUPS``, rows in the order of their coming."""
        width = len(self._subjects)
        blocks: list[Block] = []
        for group, (texts, pool) in self._texts.items():
            codes = texts.filled(np.full((len(texts.keys), width), -1, dtype=np.int32))
            blocks.append(TextBlock(group, tuple(texts.keys), tuple(pool), codes, group in PLAIN_GROUPS))
        for (group, unit), numbers in self._numbers.items():
            shape = (len(numbers.keys), width)
            values = numbers.filled(np.full(shape, np.nan))
            present = np.zeros(shape, dtype=np.bool_)
            for column, rows, _ in numbers.parts:
                present[rows, column] = True
            blocks.append(NumberBlock(group, tuple(numbers.keys), values, present, unit))
        return Sheet(self._subjects, ordered(blocks))


def ordered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks that have rows, in the order in which their groups are shown; unknown groups come last.

    What MLflow measures of the machine is a group of its own beside the metrics.
    """
    rank = {group: place for place, group in enumerate(GROUPS)}
    parted = [part for block in blocks for part in _without_system(block) if part.keys]
    return tuple(sorted(parted, key=lambda block: rank.get(block.group, len(rank))))


def _without_system(block: Block) -> list[Block]:
    if not isinstance(block, NumberBlock) or block.group != "metrics":
        return [block]
    system = np.fromiter((key.startswith(SYSTEM) for key in block.keys), np.bool_, len(block.keys))
    if not system.any():
        return [block]
    return [
        NumberBlock(
            group,
            tuple(key for key, there in zip(block.keys, rows.tolist(), strict=True) if there),
            block.values[rows],
            block.present[rows],
        )
        for group, rows in (("metrics", ~system), (SYSTEM_METRICS, system))
    ]


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Several sheets side by side; rows of the same group and name are one row, whatever its place in each."""
    if len(sheets) == 1:
        return sheets[0]
    widths = [len(sheet.subjects) for sheet in sheets]
    kinds: dict[tuple[str, str | None], list[Block | None]] = {}
    for place, sheet in enumerate(sheets):
        for block in sheet.blocks:
            kind = (block.group, block.unit if isinstance(block, NumberBlock) else None)
            kinds.setdefault(kind, [None] * len(sheets))[place] = block
    blocks = [_join(group, unit, parts, widths) for (group, unit), parts in kinds.items()]
    return Sheet(tuple(subject for sheet in sheets for subject in sheet.subjects), ordered(blocks))


def _join(group: str, unit: str | None, parts: Sequence[Block | None], widths: Sequence[int]) -> Block:
    keys: dict[str, int] = {}
    for block in parts:
        for key in block.keys if block is not None else ():
            keys.setdefault(key, len(keys))
    total = sum(widths)
    if unit is not None:
        numbers = [block if isinstance(block, NumberBlock) else None for block in parts]
        values = _stacked(np.full((len(keys), total), np.nan), keys, numbers, widths, lambda block: block.values)
        there = np.zeros((len(keys), total), dtype=np.bool_)
        return NumberBlock(
            group, tuple(keys), values, _stacked(there, keys, numbers, widths, lambda b: b.present), unit
        )
    texts = [block if isinstance(block, TextBlock) else None for block in parts]
    pool: list[str] = []
    moved: list[TextBlock | None] = []
    for block in texts:
        if block is not None:
            codes = np.where(block.codes >= 0, block.codes + np.int32(len(pool)), np.int32(-1))
            pool.extend(block.pool)
            block = replace(block, codes=codes.astype(np.int32))
        moved.append(block)
    codes = np.full((len(keys), total), -1, dtype=np.int32)
    codes = _stacked(codes, keys, moved, widths, lambda block: block.codes)
    return TextBlock(group, tuple(keys), tuple(pool), codes, any(block.plain for block in texts if block is not None))


Part = TypeVar("Part", TextBlock, NumberBlock)


def _stacked(
    into: npt.NDArray[Number],
    keys: Mapping[str, int],
    parts: Sequence[Part | None],
    widths: Sequence[int],
    of: Callable[[Part], npt.NDArray[Number]],
) -> npt.NDArray[Number]:
    left = 0
    for block, width in zip(parts, widths, strict=True):
        if block is not None:
            into[[keys[key] for key in block.keys], left : left + width] = of(block)
        left += width
    return into
