"""Spans as a tree in time, whatever is wrong with them."""

from __future__ import annotations

from tests.support.fakes import NOW_MS
from tests.support.traced import MS, refund, span, trace_info
from tui.domain.traces.tree import BACKWARDS, CYCLE, EARLY, ORPHAN, TWICE, SpanTree


def shape(tree: SpanTree) -> list[tuple[int, str, str]]:
    return [(node.depth, node.span.name, node.wrong) for node in tree.nodes]


def test_children_stand_under_their_parents_by_when_they_begin() -> None:
    tree = SpanTree(reversed(refund(trace_info(1)).spans))
    assert [node.span.id for node in tree.nodes] == ["1", "2", "3", "4", "5"]
    assert [node.below for node in tree.nodes] == [4, 0, 0, 0, 0]
    assert [node.last for node in tree.nodes] == [True, False, False, False, True]
    assert tree.path(3) == ("agent.run", "tool:refund")
    assert list(tree.children(0)) == [1, 2, 3, 4]


def test_own_time_is_what_no_child_covers() -> None:
    tree = SpanTree(
        [
            span("1", "", "root", 0, 100),
            span("2", "1", "a", 10, 40),
            span("3", "1", "b", 30, 60),  # overlaps the other
            span("4", "1", "c", 90, 300),  # goes on after its parent
        ]
    )
    assert [own // MS for own in tree.own_ns] == [40, 30, 30, 210]
    assert [((a - NOW_MS * MS) // MS, (b - NOW_MS * MS) // MS) for a, b in tree.covered(0)] == [(10, 60), (90, 100)]


def test_the_critical_path_is_what_was_waited_for() -> None:
    tree = SpanTree(refund(trace_info(1)).spans)
    assert tree.critical == {0, 1, 2, 3, 4}
    beside = SpanTree([span("1", "", "root", 0, 100), span("2", "1", "slow", 0, 90), span("3", "1", "beside", 0, 40)])
    assert {beside.nodes[n].span.name for n in beside.critical} == {"root", "slow"}
    assert [tree.nodes[n].span.name for n in tree.slowest[:2]] == ["tool:refund", "plan"]


def test_where_it_broke_first_is_the_deepest_failure() -> None:
    tree = SpanTree(
        [
            span("1", "", "root", 0, 100, failed="x"),
            span("2", "1", "inner", 10, 40, failed="x"),
            span("3", "2", "leaf", 20, 30, failed="x"),
            span("4", "1", "other", 50, 60, failed="y"),
        ]
    )
    assert [tree.nodes[n].span.name for n in tree.failed] == ["leaf", "other"]


def test_a_parent_that_is_missing_leaves_an_orphan_after_the_roots() -> None:
    tree = SpanTree([span("9", "8", "lost", 0, 5), span("1", "", "root", 2, 9)])
    assert shape(tree) == [(0, "root", ""), (0, "lost", ORPHAN)]


def test_below_a_root_that_is_still_open_nothing_is_an_orphan_and_all_of_it_is_drawn() -> None:
    steps = [span(str(n), "root", start=100 * n, end=100 * n + 1) for n in range(50)]
    tree = SpanTree(steps, partial=True)
    assert [node.wrong for node in tree.nodes] == [""] * 50
    start, end = tree.window
    assert (end - start) // 1_000_000 == 4901
    lost = SpanTree(steps)  # its root is gone for good
    assert {node.wrong for node in lost.nodes} == {ORPHAN} and lost.window == tree.window


def test_rings_are_entered_where_they_begin_and_every_span_stands_once() -> None:
    tree = SpanTree(
        [
            span("1", "", "root", 0, 9),
            span("2", "3", "a", 1, 4),
            span("3", "4", "b", 2, 4),
            span("4", "2", "c", 3, 4),
            span("5", "5", "itself", 5, 6),
        ]
    )
    assert sorted(name for _, name, _ in shape(tree)) == ["a", "b", "c", "itself", "root"]
    assert ("a", CYCLE) in [(name, wrong) for _, name, wrong in shape(tree)]
    assert ("itself", CYCLE) in [(name, wrong) for _, name, wrong in shape(tree)]


def test_what_ends_before_it_begins_takes_no_time() -> None:
    tree = SpanTree([span("1", "", "root", 0, 100), span("2", "1", "back", 50, 20)])
    assert shape(tree)[1] == (1, "back", BACKWARDS)
    assert tree.own_ns[1] == 0 and tree.own_ns[0] == 100 * MS


def test_a_clock_that_is_off_is_told_and_does_not_stretch_the_trace() -> None:
    day = 86_400_000
    tree = SpanTree(
        [span("1", "", "root", 0, 100), span("2", "1", "early", -day, -day + 5), span("3", "1", "late", day, day + 5)]
    )
    assert {name: wrong for _, name, wrong in shape(tree)} == {"root": "", "early": EARLY, "late": ""}
    start, end = tree.window
    assert (start, end) == (NOW_MS * MS, NOW_MS * MS + 100 * MS)


def test_two_spans_of_one_id_are_both_there() -> None:
    tree = SpanTree([span("1", "", "root", 0, 9), span("2", "1", "one", 1, 2), span("2", "1", "two", 3, 4)])
    assert shape(tree)[2] == (1, "two", TWICE)
    assert tree.number_of("2") == 1


def test_an_open_root_is_as_long_as_what_has_ended_in_it() -> None:
    tree = SpanTree([span("1", "", "root", 0, None), span("2", "1", "done", 10, 40)])
    start, end = tree.window
    assert (end - start) // MS == 40


def test_no_span_is_no_tree() -> None:
    tree = SpanTree([])
    assert len(tree) == 0 and tree.window == (0, 1) and not tree.critical and not tree.slowest


def test_a_chain_as_deep_as_the_trace_is_long() -> None:
    many = 30_000
    tree = SpanTree(span(str(n), str(n - 1) if n else "", f"s{n}", n, 2 * many - n) for n in range(many))
    assert len(tree) == many and tree.nodes[-1].depth == many - 1
    assert len(tree.critical) == many and sum(tree.own_ns) == 2 * many * MS
