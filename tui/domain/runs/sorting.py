"""The order of runs by several columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.filter.texts import STATUS_LABELS, fold
from tui.domain.runs.pools import Bools, Floats
from tui.domain.runs.snapshot import CodedTexts, FrameSnapshot

Longs = npt.NDArray[np.int64]

_ABSENT = np.iinfo(np.int64).max
_NAN = _ABSENT - 1
_PART = 8192
_TEXTS_FROM = np.int64(0x7FF0_0000_0000_0001)  # just above +infinity, in the numbering of ``_ordinals``


@dataclass(frozen=True)
class SortKey:
    """A column to sort by: ``key`` as in ``Column.key`` ("metrics.val_auc", "start")."""

    key: str
    descending: bool = False


def order_of(snapshot: FrameSnapshot, fields: Sequence[tuple[Field, bool]], now_ms: int) -> Longs:
    """Row numbers, sorted by fields (each with whether it descends), rows that are equal in all of them as they were.

    Absent values come last and NaN just before them, in both directions; in a column of texts numbers come first, by
    value, then texts, without minding case.
    """
    if not fields:
        return np.arange(snapshot.row_count, dtype=np.int64)
    ranks = [_ranks(snapshot, field, descending, now_ms) for field, descending in fields]
    if len(ranks) == 1:
        return np.argsort(ranks[0], kind="stable")
    return np.lexsort(tuple(reversed(ranks)))


def _ranks(snapshot: FrameSnapshot, field: Field, descending: bool, now_ms: int) -> Longs:
    if field.measure in ("text", "status"):
        column = snapshot.texts(field)
        by_code = snapshot.kept(("ranks", field, descending), lambda: _sized(_text_ranks(field, column, descending)))
        # Code -1, nothing, takes the last place.
        return np.append(by_code, _ABSENT)[column.codes]
    values, present = elapsed(snapshot, field, now_ms)
    return _number_ranks(values, present, descending)


def elapsed(snapshot: FrameSnapshot, field: Field, now_ms: int) -> tuple[Floats, Bools]:
    """Values and presence of a field that is no text; durations and ages, in milliseconds, as of ``now_ms``."""
    if field.measure not in ("duration", "age"):
        return snapshot.numbers(field)
    starts, started = snapshot.numbers(Field("attribute", "start"))
    if field.measure == "age":
        return now_ms - starts, started
    ends, ended = snapshot.numbers(Field("attribute", "end"))
    return np.where(ended, ends, float(now_ms)) - starts, started


def _ordinals(values: Floats) -> Longs:
    """Integers in the order of ``values``, 0.0 and -0.0 the same; NaN is to be treated by the caller."""
    bits = (values + 0.0).view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _number_ranks(values: Floats, present: Bools, descending: bool) -> Longs:
    ranks = _ordinals(values)
    if descending:
        ranks = -ranks
    ranks[np.isnan(values)] = _NAN
    ranks[~present] = _ABSENT
    return ranks


def _text_ranks(field: Field, column: CodedTexts, descending: bool) -> Longs:
    """The rank of each text of a column by its code."""
    texts = list(column.texts)
    ranks = np.zeros(len(texts), dtype=np.int64)
    are_numbers = np.zeros(len(texts), dtype=np.bool_)
    if field.kind in ("param", "tag"):
        numbers, known = column.numbers()
        are_numbers = known[: len(texts)]
        values = numbers[: len(texts)][are_numbers]
        ranks[are_numbers] = _number_ranks(values, np.ones(len(values), dtype=np.bool_), descending)
    words = np.flatnonzero(~are_numbers)
    shown = STATUS_LABELS if field == Field("attribute", "status") else {}
    folded = [fold(shown.get(text, text)) for text in map(texts.__getitem__, words.tolist())]
    order = _sorted_places(folded)
    if order:
        # Texts that differ only in case get the same rank.
        steps = np.cumsum([0, *(one != other for one, other in pairwise([folded[at] for at in order]))])
        ranks[words[order]] = _TEXTS_FROM + (steps[-1] - steps if descending else steps)
    return ranks


def _sorted_places(texts: Sequence[str]) -> list[int]:
    """Places of ``texts`` in their order; sorted in parts first, as one sort of all would hold up other threads."""
    parts = [range(start, min(start + _PART, len(texts))) for start in range(0, len(texts), _PART)]
    begun = [place for part in parts for place in sorted(part, key=texts.__getitem__)]
    return sorted(begun, key=texts.__getitem__)


def _sized(array: Longs) -> tuple[Longs, int]:
    return array, array.nbytes
