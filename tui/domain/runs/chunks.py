"""The sparse values of a page, flattened: one block of memory for all keys of a kind instead of an object each."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tui.domain.runs.pools import Bools, Codes, Floats, KeyTable
from tui.domain.values import SparseNumbers, SparseTexts

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
