"""Nested runs as a forest, whatever the parents say: missing ones, themselves, each other in a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.runs.pools import Bools
from tui.domain.runs.snapshot import FrameSnapshot

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Forest:
    """Who is whose parent: ``parents[row]`` is a row, or -1 for a root; following parents always ends.

    ``orphans`` are roots whose parent is not loaded, ``broken`` are roots that were cut out of a circle.
    """

    parents: Longs
    orphans: Bools
    broken: Bools

    @property
    def is_flat(self) -> bool:
        return not bool((self.parents >= 0).any())


@dataclass(frozen=True)
class Placed:
    """Rows from top to bottom: each with its depth, whether it is the last of its siblings, and what is folded away.

    ``hidden[i]`` counts the rows folded away under ``rows[i]``; ``inner[i]`` says whether it has children to show.
    """

    rows: Longs
    depths: Longs
    last: Bools
    inner: Bools
    hidden: Longs


def forest_of(snapshot: FrameSnapshot) -> Forest:
    """The forest of all runs of a snapshot; made once."""
    return snapshot.kept("forest", lambda: (_forest(snapshot), 10 * snapshot.row_count))


def _forest(snapshot: FrameSnapshot) -> Forest:
    column = snapshot.texts(Field("attribute", "parent"))
    codes = column.codes
    named = codes >= 0
    parents = np.full(snapshot.row_count, -1, dtype=np.int64)
    if named.any():
        rows = [snapshot.row_of(text) for text in column.texts]
        places = np.array([-1 if row is None else row for row in rows], dtype=np.int64)
        parents[named] = places[codes[named]]
    named &= snapshot.alive
    parents[~named] = -1
    empty = [code for code, text in enumerate(column.texts) if not text]
    orphans = named & (parents < 0) & ~np.isin(codes, empty)
    itself = parents == np.arange(snapshot.row_count)
    parents[itself] = -1
    broken = itself | _cut_circles(parents)
    return Forest(parents, orphans, broken)


def _cut_circles(parents: Longs) -> Bools:
    """Make a root of the first row of every circle, in place; which rows those are."""
    cut = np.zeros(len(parents), dtype=np.bool_)
    # Rows whose ancestors lead to a root: pointers are doubled until nothing changes, so a deep chain takes few steps.
    ahead = np.append(parents, -1)
    for _ in range(max(1, len(parents).bit_length())):
        if not (ahead >= 0).any():
            return cut
        ahead = np.where(ahead >= 0, ahead[ahead], -1)
    suspects = np.flatnonzero(ahead[:-1] >= 0)
    if len(suspects):
        colours: dict[int, int] = {}
        for start in suspects.tolist():
            row, path = start, []
            while row >= 0 and row not in colours:
                colours[row] = start
                path.append(row)
                row = int(parents[row])
            if row >= 0 and colours[row] == start:
                first = min(path[path.index(row) :])
                cut[first] = True
    parents[cut] = -1
    return cut


def with_ancestors(parents: Longs, rows: Bools) -> Bools:
    """``rows`` and every ancestor of one of them."""
    shown = rows.copy()
    front = np.flatnonzero(rows)
    while len(front):
        above = parents[front]
        above = np.unique(above[above >= 0])
        front = above[~shown[above]]
        shown[front] = True
    return shown


def place(parents: Longs, order: Longs, shown: Bools, is_folded: Callable[[int], bool] | None) -> Placed:
    """Lay out the rows of ``order`` that are ``shown`` (an ancestor-closed set) as a tree, siblings in that order.

    ``is_folded`` is asked about rows with children; None folds nothing.
    """
    order = order[shown[order]]
    parent_of = parents[order]
    is_root = parent_of < 0
    roots = order[is_root].tolist()
    children: dict[int, list[int]] = {}
    for row, parent in zip(order[~is_root].tolist(), parent_of[~is_root].tolist(), strict=True):
        children.setdefault(parent, []).append(row)
    if not children:
        zeros = np.zeros(len(order), dtype=np.int64)
        none = zeros.astype(np.bool_)
        return Placed(order, zeros, none, none, zeros)
    rows: list[int] = []
    depths: list[int] = []
    last: list[bool] = []
    inner: list[bool] = []
    hidden: list[int] = []
    # What is still to be laid out, with its depth, the next one on top.
    stack = [(row, 0, False) for row in reversed(roots)]
    while stack:
        row, depth, is_last = stack.pop()
        rows.append(row)
        depths.append(depth)
        last.append(is_last)
        below = children.get(row)
        inner.append(below is not None)
        if below is None:
            hidden.append(0)
        elif is_folded is not None and is_folded(row):
            hidden.append(_count_below(row, children))
        else:
            hidden.append(0)
            stack.append((below[-1], depth + 1, True))
            stack.extend((child, depth + 1, False) for child in reversed(below[:-1]))
    return Placed(
        np.array(rows, dtype=np.int64),
        np.array(depths, dtype=np.int64),
        np.array(last, dtype=np.bool_),
        np.array(inner, dtype=np.bool_),
        np.array(hidden, dtype=np.int64),
    )


def _count_below(row: int, children: dict[int, list[int]]) -> int:
    count, stack = 0, list(children[row])
    while stack:
        count += 1
        stack.extend(children.get(stack.pop(), ()))
    return count
