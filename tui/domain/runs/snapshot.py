"""The runs of a frame at one moment: whole columns on demand, made once and kept within bounds."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import IN_PAGE, TAG_OF, Field, Names
from tui.domain.filter.nodes import number
from tui.domain.series.history import Figures
from tui.domain.values import GOING_ON, SparseNumbers, SparseTexts

# Texts kept once each, and the keys of metrics, params and tags with what is known of each.


Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]


class _CodeOf(dict[str, int]):
    """Codes by text; a text that is asked for gets the next code."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self._texts)
        self._texts.append(text)
        return code


class TextPool:
    """The distinct texts of one column by code, in order of appearance.

    One thread adds; others may read meanwhile: codes that were given out keep their meaning for good.
    """

    __slots__ = ("_code_of", "_numbers", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._code_of = _CodeOf(self.texts)
        self._numbers: tuple[Floats, Bools] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def codes(self, texts: Iterable[str]) -> list[int]:
        return list(map(self._code_of.__getitem__, texts))

    def code(self, text: str) -> int:
        return self._code_of[text]

    def numbers(self) -> tuple[Floats, Bools]:
        """The number that each text is, and whether it is one; of as many texts as there were when it was asked."""
        known = self._numbers
        done = 0 if known is None else len(known[0])
        count = len(self.texts)
        if known is not None and done == count:
            return known
        found = [number(text) for text in self.texts[done:count]]
        values = np.array([np.nan if value is None else value for value in found], dtype=np.float64)
        are = np.array([value is not None for value in found], dtype=np.bool_)
        if known is not None:
            values, are = np.concatenate((known[0], values)), np.concatenate((known[1], are))
        self._numbers = values, are
        return values, are


class KeyTable:
    """The keys of one kind, numbered in order of appearance, and how many rows have each.

    ``fills``, ``lows`` and ``highs`` are replaced and never changed in place, so that a reader may keep them.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.keys: list[str] = []
        self.pools: list[TextPool] = []
        self.fills: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.lows: Floats = np.zeros(0)
        self.highs: Floats = np.zeros(0)

    def number_of(self, key: str) -> int:
        known = self.ids.get(key)
        if known is None:
            known = len(self.keys)
            self.keys.append(key)
            self.pools.append(TextPool())
            self.ids[key] = known
        return known

    def grow(self) -> None:
        """Make room in the figures for keys that were added."""
        missing = len(self.keys) - len(self.fills)
        if missing:
            self.fills = np.concatenate((self.fills, np.zeros(missing, dtype=np.int64)))
            self.lows = np.concatenate((self.lows, np.full(missing, np.nan)))
            self.highs = np.concatenate((self.highs, np.full(missing, np.nan)))

    def count(self, numbers: Codes, amounts: npt.NDArray[np.int64]) -> None:
        """Add to the fill of the keys with these numbers (ascending, each once)."""
        fills = self.fills.copy()
        fills[numbers] += amounts
        self.fills = fills

    def widen(self, numbers: Codes, lows: Floats, highs: Floats) -> None:
        """Widen the bounds of metrics; NaN says nothing."""
        self.lows, self.highs = self.lows.copy(), self.highs.copy()
        self.lows[numbers] = np.fmin(self.lows[numbers], lows)
        self.highs[numbers] = np.fmax(self.highs[numbers], highs)


class KeyView:
    """The keys of one kind as they were at one moment."""

    def __init__(self, table: KeyTable) -> None:
        self._ids = table.ids
        self._keys = table.keys
        self._count = len(table.keys)
        self.pools = table.pools
        self.fills = table.fills
        self.lows = table.lows
        self.highs = table.highs

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys[: self._count])

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.number_of(key) is not None

    def number_of(self, key: str) -> int | None:
        found = self._ids.get(key)
        return found if found is not None and found < self._count else None


# The sparse values of a page, flattened: one block of memory for all keys of a kind instead of an object each.


Values = npt.NDArray[Any]
"""Numbers of metrics as float64, or codes of texts as int32."""


@dataclass(frozen=True)
class Chunk:
    """Values by key: those of ``keys[i]`` are at ``offsets[i]`` to ``offsets[i + 1]`` of ``rows`` and ``values``.

    ``stamp`` is the number of the page; a value counts while its row bears the same stamp. Never changed.
    """

    stamp: int
    keys: Codes  # ascending
    offsets: npt.NDArray[np.int64]
    rows: Codes
    values: Values

    def of(self, key: int) -> slice | None:
        """Where the values of a key are, None where there are none."""
        at = int(self.keys.searchsorted(key))
        if at == len(self.keys) or self.keys[at] != key:
            return None
        return slice(int(self.offsets[at]), int(self.offsets[at + 1]))

    def sizes(self) -> npt.NDArray[np.int64]:
        return np.diff(self.offsets)

    def key_of_values(self) -> Codes:
        """The key of each value."""
        return np.repeat(self.keys, self.sizes())

    def only(self, kept: Bools) -> Chunk:
        """The values for which ``kept`` is true."""
        sizes = np.bincount(np.repeat(np.arange(len(self.keys)), self.sizes())[kept], minlength=len(self.keys))
        left = sizes > 0
        return Chunk(self.stamp, self.keys[left], _offsets(sizes[left]), self.rows[kept], self.values[kept])


def _offsets(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def numbers_chunk(stamp: int, columns: Mapping[str, SparseNumbers], keys: KeyTable, rows: Codes) -> Chunk:
    """The metrics of a page; ``rows[i]`` is the frame's row for row i of the page, negative to leave it out."""
    numbered = sorted((keys.number_of(key), key) for key, column in columns.items() if len(column.rows))
    where, values = array("I"), array("d")
    for _, key in numbered:
        where.extend(columns[key].rows)
        values.extend(columns[key].values)
    sizes = [len(columns[key].rows) for _, key in numbered]
    return _chunk(stamp, numbered, sizes, where, np.array(values, dtype=np.float64), rows)


def texts_chunk(stamp: int, columns: Mapping[str, SparseTexts], keys: KeyTable, rows: Codes) -> Chunk:
    """The params or tags of a page, as codes in the pools of their keys."""
    numbered = sorted((keys.number_of(key), key) for key, column in columns.items() if len(column.rows))
    where, codes = array("I"), array("i")
    for key_number, key in numbered:
        where.extend(columns[key].rows)
        codes.extend(keys.pools[key_number].codes(columns[key].values))
    sizes = [len(columns[key].rows) for _, key in numbered]
    return _chunk(stamp, numbered, sizes, where, np.array(codes, dtype=np.int32), rows)


def _chunk(
    stamp: int,
    numbered: Sequence[tuple[int, str]],
    sizes: Sequence[int],
    where: array[int],
    values: Values,
    rows: Codes,
) -> Chunk:
    placed = rows[np.array(where, dtype=np.int64)] if len(where) else np.zeros(0, dtype=np.int32)
    chunk = Chunk(
        stamp,
        np.array([key_number for key_number, _ in numbered], dtype=np.int32),
        _offsets(np.array(sizes, dtype=np.int64)),
        placed,
        values,
    )
    return chunk.only(placed >= 0) if len(placed) and placed.min() < 0 else chunk


def merged(stamp: int, chunks: Sequence[Chunk]) -> Chunk:
    """Several chunks, of which every value counts and no two have a value for the same row, as one."""
    keys = np.concatenate([chunk.key_of_values() for chunk in chunks])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    distinct, starts = np.unique(keys, return_index=True)
    offsets = np.append(starts, len(keys)).astype(np.int64)
    rows = np.concatenate([chunk.rows for chunk in chunks])[order]
    values = np.concatenate([chunk.values for chunk in chunks])[order]
    return Chunk(stamp, distinct.astype(np.int32), offsets, rows, values)


def bounds(chunk: Chunk) -> tuple[Floats, Floats]:
    """The lowest and highest number of each key, NaN where all are NaN."""
    starts = chunk.offsets[:-1]
    return np.fmin.reduceat(chunk.values, starts), np.fmax.reduceat(chunk.values, starts)


Longs = npt.NDArray[np.int64]
Made = TypeVar("Made")

_MOST_KEPT = 48 * 2**20
_OF_FIGURES = {"min": "low", "max": "high", "first": "first", "step": "step", "time": "time_ms"}
_SECTION_OF = {"metric": "metrics", "param": "params", "tag": "tags"}


@dataclass(frozen=True)
class RowColumns:
    """What every run has, one array each; codes are negative where there is nothing."""

    stamps: Codes  # number of the page that has the last word on a row; negative for a removed run
    starts: Longs  # ms since the epoch; negative where unknown
    ends: Longs
    models: Longs
    experiment: Codes
    status: Codes
    lifecycle: Codes
    dataset: Codes
    info: dict[str, Codes]  # by ``filter.names.IN_PAGE``

    @classmethod
    def blank(cls, room: int) -> RowColumns:
        long, code = np.dtype(np.int64), np.dtype(np.int32)
        wide = {"starts", "ends", "models"}
        return cls(
            **{f.name: np.full(room, -1, dtype=long if f.name in wide else code) for f in fields(cls)[:-1]},
            info={name: np.full(room, -1, dtype=code) for name in IN_PAGE},
        )

    def codes(self, name: str) -> Codes:
        """The codes of a column of texts."""
        return cast(Codes, self.info[name] if name in self.info else getattr(self, name))

    def _each(self, make: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> RowColumns:
        plain = {f.name: make(getattr(self, f.name)) for f in fields(self)[:-1]}
        return RowColumns(**plain, info={name: make(codes) for name, codes in self.info.items()})

    def first(self, count: int) -> RowColumns:
        """The first rows, sharing memory."""
        return self._each(lambda column: column[:count])

    def copied(self) -> RowColumns:
        return self._each(lambda column: column.copy())

    def with_room(self, count: int) -> RowColumns:
        """The same rows with room for at least ``count``."""
        room = len(self.stamps)
        if count <= room:
            return self
        more = max(count, room + room // 2) - room
        return self._each(lambda column: np.concatenate([column, np.full(more, -1, dtype=column.dtype)]))


@dataclass(frozen=True)
class SnapshotSection:
    """The metrics, params or tags: their keys, and their values page by page."""

    keys: KeyView
    chunks: tuple[Chunk, ...]


class CodedTexts:
    """A column of texts: row i has ``texts[codes[i]]``, or nothing where the code is negative."""

    __slots__ = ("_pool", "codes", "texts")

    def __init__(self, codes: Codes, texts: Sequence[str], pool: TextPool | None = None) -> None:
        self.codes = codes
        self.texts = texts
        self._pool = pool

    def numbers(self) -> tuple[Floats, Bools]:
        """The number that each of ``texts`` is, and whether it is one."""
        if self._pool is None:
            self._pool = TextPool()
            self._pool.texts.extend(self.texts)
        return self._pool.numbers()

    def at(self, row: int) -> str | None:
        code = int(self.codes[row])
        return self.texts[code] if code >= 0 else None


@dataclass(frozen=True)
class RunValues:
    """What is loaded of one run, without asking anybody."""

    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


class FrameSnapshot:
    """Runs that no longer change. Row numbers run to ``row_count``; rows of removed runs are not ``alive``."""

    def __init__(
        self,
        *,
        version: int,
        count: int,
        alive: int,
        ids: list[str],
        names: list[str],
        row_of: Mapping[str, int],
        rows: RowColumns,
        pools: Mapping[str, TextPool],
        sections: Mapping[str, SnapshotSection],
        superseded: frozenset[int],
        experiments: dict[str, str],
        registered: Mapping[str, str],
        figures: Mapping[str, Mapping[str, Figures]] = MappingProxyType({}),
    ) -> None:
        self.version = version
        self.row_count = count
        self.run_count = alive
        self._ids = ids
        self._names = names
        self._row_of = row_of
        self._rows = rows
        self._pools = pools
        self._sections = sections
        self.figures = figures  # of metrics, by run id
        self._superseded = superseded
        self._experiments = experiments
        self._registered = registered
        self._kept: OrderedDict[object, tuple[int, object]] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.Lock()

    # --- rows ---------------------------------------------------------------------------------------------------

    @property
    def alive(self) -> Bools:
        return np.asarray(self._rows.stamps >= 0)

    def run_id(self, row: int) -> str:
        return self._ids[row]

    def run_name(self, row: int) -> str:
        return self._names[row]

    def row_of(self, run_id: str) -> int | None:
        """The row of a run, None where it is not here."""
        row = self._row_of.get(run_id)
        return row if row is not None and row < self.row_count and self._rows.stamps[row] >= 0 else None

    def going_on(self, most: int) -> list[str]:
        """The ids of runs that still record, no more than so many."""
        statuses = self.texts(Field("attribute", "status"))
        wanted = [code for code, text in enumerate(statuses.texts) if text in GOING_ON]
        rows = np.flatnonzero(np.isin(statuses.codes, wanted) & self.alive) if wanted else ()
        return [self._ids[row] for row in rows[:most]]

    def values_of(self, run_id: str) -> RunValues | None:
        """Params, metrics and tags of a run, None where it is not here."""
        row = self.row_of(run_id)
        if row is None:
            return None
        stamp = int(self._rows.stamps[row])
        found: dict[str, dict[str, float | str]] = {}
        for name, section in self._sections.items():
            held = found[name] = {}
            keys = list(section.keys)
            for chunk in section.chunks:
                if chunk.stamp == stamp:
                    at = np.flatnonzero(chunk.rows == row)
                    key_places = np.searchsorted(chunk.offsets, at, side="right") - 1
                    for key, value in zip(chunk.keys[key_places].tolist(), chunk.values[at].tolist(), strict=True):
                        held[keys[key]] = value if name == "metrics" else section.keys.pools[key].texts[value]
        return RunValues(
            params=cast(dict[str, str], found["params"]),
            metrics=cast(dict[str, float], found["metrics"]),
            tags=cast(dict[str, str], found["tags"]),
        )

    def entries(self, section: str, rows: Sequence[int]) -> tuple[Codes, Codes, npt.NDArray[np.generic]]:
        """What some rows hold of "metrics", "params" or "tags", in one pass and without making whole columns.

        Three arrays of one length: the number of the key, the place in ``rows``, and the number or the text's code.
        """
        place_of = np.full(max(1, self.row_count), -1, dtype=np.int32)
        place_of[np.array(rows, dtype=np.int64)] = np.arange(len(rows), dtype=np.int32)
        stamps = self._rows.stamps
        wanted = set(stamps[np.array(rows, dtype=np.int64)].tolist())
        keys, places = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
        values: list[npt.NDArray[np.generic]] = []
        for chunk in self._sections[section].chunks:
            if chunk.stamp in wanted:
                place = place_of[chunk.rows]
                held = np.flatnonzero((place >= 0) & (stamps[chunk.rows] == chunk.stamp))
                keys.append(chunk.keys[np.searchsorted(chunk.offsets, held, side="right") - 1])
                places.append(place[held])
                values.append(chunk.values[held])
        none = np.zeros(0, dtype=np.float64 if section == "metrics" else np.int32)
        return np.concatenate(keys), np.concatenate(places), np.concatenate([none, *values])

    # --- what a filter asks -------------------------------------------------------------------------------------

    def names(self) -> Names:
        return self.kept("names", lambda: (Names(*(self.keys(name) for name in ("metrics", "params", "tags"))), 0))

    def keys(self, section: str) -> KeyView:
        """The keys of "metrics", "params" or "tags"."""
        return self._sections[section].keys

    def experiment_names(self) -> dict[str, str]:
        return self._experiments

    def numbers(self, field: Field) -> tuple[Floats, Bools]:
        """Values and presence of a metric or one of its figures, or of the attributes start, end and models."""
        if field.figure:
            return self.kept(field, lambda: self._figures(field))
        return self.kept(field, lambda: self._plain(field) if field.kind == "attribute" else self._numbers(field))

    def texts(self, field: Field) -> CodedTexts:
        """A param, a tag or a textual attribute."""
        if field.kind != "attribute":
            return self.kept(field, lambda: self._coded(field))
        if field.key in TAG_OF:
            return self.texts(Field("tag", TAG_OF[field.key]))
        if field.key in self._pools:
            pool = self._pools[field.key]
            return CodedTexts(self._rows.codes(field.key), pool.texts, pool)
        return self.kept(field, lambda: self._listed(field.key))

    # --- columns made on demand ---------------------------------------------------------------------------------

    def kept(self, key: object, make: Callable[[], tuple[Made, int]]) -> Made:
        """What ``make`` answered for this key; the longest unused go when together they take too many bytes."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return cast(Made, found[1])
        made, size = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (size, made)
                self._kept_bytes += size
            while self._kept_bytes > _MOST_KEPT and len(self._kept) > 1:
                _, (freed, _) = self._kept.popitem(last=False)
                self._kept_bytes -= freed
        return made

    def _live(self, section: SnapshotSection, key: int | None) -> list[tuple[Codes, npt.NDArray[np.generic]]]:
        """Rows and values of a key, page by page, as far as they still count."""
        found: list[tuple[Codes, npt.NDArray[np.generic]]] = []
        for chunk in section.chunks if key is not None else ():
            where = chunk.of(cast(int, key))
            if where is not None:
                rows, values = chunk.rows[where], chunk.values[where]
                if chunk.stamp in self._superseded:
                    live = self._rows.stamps[rows] == chunk.stamp
                    rows, values = rows[live], values[live]
                found.append((rows, values))
        return found

    def _numbers(self, field: Field) -> tuple[tuple[Floats, Bools], int]:
        section = self._sections["metrics"]
        values = np.full(self.row_count, np.nan)
        present = np.zeros(self.row_count, dtype=np.bool_)
        for rows, numbers in self._live(section, section.keys.number_of(field.key)):
            values[rows] = numbers
            present[rows] = True
        return (values, present), values.nbytes + present.nbytes

    def _figures(self, field: Field) -> tuple[tuple[Floats, Bools], int]:
        values = np.full(self.row_count, np.nan)
        present = np.zeros(self.row_count, dtype=np.bool_)
        take = attrgetter(_OF_FIGURES[field.figure])
        for run_id, figures in self.figures.get(field.key, {}).items():
            row = self.row_of(run_id)
            if row is not None and figures.step == figures.step:  # else it is known to have none
                values[row], present[row] = take(figures), True
        return (values, present), values.nbytes + present.nbytes

    def _plain(self, field: Field) -> tuple[tuple[Floats, Bools], int]:
        values = {"start": self._rows.starts, "end": self._rows.ends, "models": self._rows.models}[field.key]
        return (values.astype(np.float64), values >= 0), 9 * self.row_count

    def _coded(self, field: Field) -> tuple[CodedTexts, int]:
        section = self._sections[_SECTION_OF[field.kind]]
        key = section.keys.number_of(field.key)
        codes = np.full(self.row_count, -1, dtype=np.int32)
        for rows, values in self._live(section, key):
            codes[rows] = values
        if key is None:
            return CodedTexts(codes, ()), codes.nbytes
        pool = section.keys.pools[key]
        return CodedTexts(codes, pool.texts, pool), codes.nbytes

    def _listed(self, key: str) -> tuple[CodedTexts, int]:
        """Columns whose texts are mostly different from row to row, or few."""
        if key == "registered":
            pool = TextPool()
            codes = np.full(self.row_count, -1, dtype=np.int32)
            for run_id, text in self._registered.items():
                row = self.row_of(run_id)
                if row is not None:
                    codes[row] = pool.code(text)
            return CodedTexts(codes, pool.texts, pool), codes.nbytes
        texts = (self._names if key == "name" else self._ids)[: self.row_count]
        codes = np.arange(self.row_count, dtype=np.int32)
        codes[np.fromiter((not text for text in texts), dtype=np.bool_, count=len(texts))] = -1
        return CodedTexts(codes, texts), codes.nbytes + 8 * len(texts)

    def some_numbers(self, key: str, most: int = 64) -> list[float]:
        """A few values of a metric with its lowest and highest, without making the whole column."""
        section = self._sections["metrics"]
        number = section.keys.number_of(key)
        if number is None:
            return []
        found = [float(section.keys.lows[number]), float(section.keys.highs[number])]
        parts = self._live(section, number)
        parts = parts[:: max(1, len(parts) // 8)]
        for _, values in parts:
            found.extend(values[:: max(1, len(values) * len(parts) // most)].tolist())
        return found

    def some_texts(self, field: Field, most: int = 96) -> list[str]:
        """A few of the texts of a param or tag, without making the whole column."""
        section = self._sections[_SECTION_OF[field.kind]]
        number = section.keys.number_of(field.key)
        if number is None:
            return []
        texts = section.keys.pools[number].texts
        return texts[:: max(1, len(texts) // most)]

    def fill(self, field: Field) -> int:
        """How many runs have this metric, param or tag."""
        keys = self._sections[_SECTION_OF[field.kind]].keys
        number = keys.number_of(field.key)
        return int(keys.fills[number]) if number is not None else 0
