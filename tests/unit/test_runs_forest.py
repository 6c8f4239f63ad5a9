"""Nested runs as a tree, whatever their parents say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.runs.forest import Placed, forest_of, place, with_ancestors
from tui.domain.runs.snapshot import FrameSnapshot


def runs_of(parents: dict[str, str]) -> list[MadeRun]:
    return [MadeRun(run, tags={"mlflow.parentRunId": parent} if parent else {}) for run, parent in parents.items()]


def laid_out(snapshot: FrameSnapshot, *, folded: str = "", shown: str | None = None) -> str:
    forest = forest_of(snapshot)
    rows = np.array([shown is None or snapshot.run_id(row) in shown for row in range(snapshot.row_count)], dtype=bool)
    rows = with_ancestors(forest.parents, rows)
    order = np.arange(snapshot.row_count)
    placed = place(forest.parents, order, rows, lambda row: snapshot.run_id(row) in folded)
    return " ".join(_line(snapshot, placed, at) for at in range(len(placed.rows)))


def _line(snapshot: FrameSnapshot, placed: Placed, at: int) -> str:
    hidden = f"+{placed.hidden[at]}" if placed.hidden[at] else ""
    return f"{'.' * int(placed.depths[at])}{snapshot.run_id(int(placed.rows[at]))}{hidden}"


def test_siblings_keep_their_order_and_children_follow_their_parent() -> None:
    snapshot = snapshot_of(runs_of({"b": "a", "c": "", "a": "", "d": "a", "e": "b", "f": "c"}))
    assert laid_out(snapshot) == "c .f a .b ..e .d"
    assert laid_out(snapshot, folded="a") == "c .f a+3"
    assert laid_out(snapshot, folded="bc") == "c+1 a .b+1 .d"
    assert laid_out(snapshot, folded="ab") == "c .f a+3"
    assert laid_out(snapshot, shown="e") == "a .b ..e"
    assert laid_out(snapshot, shown="ef", folded="b") == "c .f a .b+1"


def test_orphans_stand_at_the_top() -> None:
    snapshot = snapshot_of(runs_of({"a": "gone", "b": "a", "c": ""}))
    assert laid_out(snapshot) == "a .b c"
    assert forest_of(snapshot).orphans.tolist() == [True, False, False]


def test_an_empty_parent_is_no_parent() -> None:
    snapshot = snapshot_of([MadeRun("a", tags={"mlflow.parentRunId": ""})])
    assert not forest_of(snapshot).orphans.any()


@pytest.mark.parametrize(
    ("parents", "expected", "broken"),
    [
        ({"a": "a"}, "a", "a"),
        ({"a": "b", "b": "a"}, "a .b", "a"),
        ({"x": "c", "c": "b", "b": "a", "a": "c"}, "c .x .a ..b", "c"),
        ({"d": "a", "a": "b", "b": "a", "e": "f", "f": "e"}, "a .d .b e .f", "ae"),
    ],
)
def test_circles_are_cut_at_their_first_run(parents: dict[str, str], expected: str, broken: str) -> None:
    snapshot = snapshot_of(runs_of(parents))
    assert laid_out(snapshot) == expected
    cut = np.flatnonzero(forest_of(snapshot).broken).tolist()
    assert "".join(snapshot.run_id(row) for row in cut) == broken


def test_a_chain_deeper_than_any_stack() -> None:
    count = 5000
    chain = {f"r{number}": f"r{number - 1}" if number else "" for number in reversed(range(count))}
    snapshot = snapshot_of(runs_of(chain))
    forest = forest_of(snapshot)
    placed = place(forest.parents, np.arange(count), np.ones(count, dtype=bool), None)
    assert placed.depths.tolist() == list(range(count))
    circle = snapshot_of(runs_of({f"r{number}": f"r{(number + 1) % count}" for number in range(count)}))
    assert int(forest_of(circle).broken.sum()) == 1


_NAMES = "abcdefgh"
_PARENTS = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from([*_NAMES, "", "gone"]), max_size=8)


@given(
    _PARENTS, st.permutations(range(8)), st.frozensets(st.sampled_from(_NAMES)), st.frozensets(st.sampled_from(_NAMES))
)
@settings(max_examples=200, deadline=None)
def test_every_run_is_there_once(
    parents: dict[str, str], permutation: list[int], wanted: frozenset[str], folded: frozenset[str]
) -> None:
    snapshot = snapshot_of(runs_of(parents))
    count = len(parents)
    forest = forest_of(snapshot)
    order = np.array([at for at in permutation if at < count], dtype=np.int64)
    everything = place(forest.parents, order, np.ones(count, dtype=bool), None)
    assert sorted(everything.rows.tolist()) == list(range(count))
    _check_shape(everything, forest.parents.tolist())
    matching = np.array([run in wanted for run in parents], dtype=bool)
    some = place(forest.parents, order, with_ancestors(forest.parents, matching), None)
    # What matches is there, with all its ancestors and nothing else.
    needed = set()
    for row in np.flatnonzero(matching).tolist():
        while row >= 0:
            needed.add(row)
            row = int(forest.parents[row])
    assert set(some.rows.tolist()) == needed
    shut = place(forest.parents, order, np.ones(count, dtype=bool), lambda row: snapshot.run_id(row) in folded)
    _check_shape(shut, forest.parents.tolist())
    assert len(shut.rows) + int(shut.hidden.sum()) == count


def _check_shape(placed: Placed, parents: list[int]) -> None:
    above: list[int] = []
    for row, depth in zip(placed.rows.tolist(), placed.depths.tolist(), strict=True):
        del above[depth:]
        assert parents[row] == (above[-1] if above else -1)
        above.append(row)
