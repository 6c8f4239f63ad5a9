"""Nested runs as a forest, whatever the parents say: missing ones, themselves, each other in a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.runs.snapshot import Bools, FrameSnapshot

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


def by_best_below(parents: Longs, order: Longs, counted: Bools) -> Longs:
    """The order in which a run stands where the best of the ``counted`` runs below it would, or itself.

    A sweep whose parent has no metric of its own is thus ranked by its best trial.
    """
    own = np.empty(len(order), dtype=np.int64)
    own[order] = np.arange(len(order))
    best = np.where(counted, own, len(order))
    below = np.flatnonzero(parents >= 0)
    while True:
        before = best.copy()
        np.minimum.at(best, parents[below], best[below])
        if (best == before).all():
            return np.lexsort((own, best))


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
    """Lay out the rows of ``order`` that are ``shown`` (with every ancestor) as a tree, siblings in that order.

    ``is_folded`` is asked about rows with children; None folds nothing.
    """
    order = order[shown[order]]
    count = len(order)
    place_of = np.full(len(parents), -1, dtype=np.int64)
    place_of[order] = np.arange(count)
    above = parents[order]
    above = np.where(above >= 0, place_of[above], -1)
    if not (above >= 0).any():
        zeros = np.zeros(count, dtype=np.int64)
        none = zeros.astype(np.bool_)
        return Placed(order, zeros, none, none, zeros)
    depths = _depths(above)
    levels = _levels(depths)
    sizes = np.ones(count, dtype=np.int64)  # of the subtree
    for level in reversed(levels):
        np.add.at(sizes, above[level], sizes[level])
    offsets, last = _among_siblings(above, sizes)
    inner = sizes > 1
    folded = np.zeros(count, dtype=np.bool_)
    if is_folded is not None:
        for at in np.flatnonzero(inner).tolist():
            folded[at] = is_folded(int(order[at]))
    lines = offsets.copy()
    dropped = np.zeros(count, dtype=np.bool_)
    for level in levels:
        over = above[level]
        lines[level] += lines[over] + 1
        dropped[level] = dropped[over] | folded[over]
    top_down = np.empty(count, dtype=np.int64)
    top_down[lines] = np.arange(count)
    kept = top_down[~dropped[top_down]]
    hidden = np.where(folded, sizes - 1, 0)
    return Placed(order[kept], depths[kept], last[kept], inner[kept], hidden[kept])


def _depths(above: Longs) -> Longs:
    """How many ancestors each has; the distance looked back is doubled until every root is reached."""
    depths = (above >= 0).astype(np.int64)
    ahead = above
    while (ahead >= 0).any():
        further = ahead >= 0
        depths += np.where(further, depths[ahead], 0)
        ahead = np.where(further, ahead[ahead], -1)
    return depths


def _levels(depths: Longs) -> list[Longs]:
    """The places of each depth from 1 on."""
    by_depth = np.argsort(depths, kind="stable")
    edges = np.searchsorted(depths[by_depth], np.arange(1, int(depths.max()) + 2))
    return [by_depth[start:stop] for start, stop in pairwise(edges.tolist())]


def _among_siblings(above: Longs, sizes: Longs) -> tuple[Longs, Bools]:
    """For each place, how many lines its earlier siblings take, and whether it is the last of them."""
    siblings = np.argsort(above, kind="stable")
    groups = above[siblings]
    begins = np.append(True, groups[1:] != groups[:-1])
    before = np.cumsum(sizes[siblings]) - sizes[siblings]
    offsets = np.empty_like(sizes)
    offsets[siblings] = before - before[begins][np.cumsum(begins) - 1]
    last = np.zeros(len(above), dtype=np.bool_)
    last[siblings[np.append(begins[1:], True)]] = True
    return offsets, last
