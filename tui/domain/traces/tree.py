"""The spans of a trace as a tree in time, whatever is wrong with them: orphans, rings, ends before beginnings, skew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tui.domain.traces.values import Span

ORPHAN, CYCLE, BACKWARDS, EARLY, TWICE = (
    "its parent is not in the trace",
    "it is above itself",
    "it ends before it begins",
    "it begins before its parent: clocks differ",
    "another span has the same id",
)
"""What can be wrong with a span's place."""
_FAR = 20  # so many times as long as its roots take, and no further, a trace is drawn


@dataclass(frozen=True)
class Node:
    """A span at its place. ``number`` is its place in depth-first order, ``below`` how many spans are beneath it."""

    number: int
    span: Span
    depth: int
    above: int  # the number of its parent, -1 at a root
    below: int
    wrong: str = ""
    last: bool = False  # whether no sibling follows


class SpanTree:
    """Every span of a trace once, parents before children, siblings by when they begin; times are relative to it.

    Of a trace that is ``partial`` a span whose parent is not there is no orphan: the parent is told when it ends.
    """

    def __init__(self, spans: Iterable[Span], *, partial: bool = False) -> None:
        self.nodes = tuple(_placed(list(spans), partial))

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def window(self) -> tuple[int, int]:
        """First and last nanosecond that is drawn; a span that lies far from its roots does not stretch it."""
        if not self.nodes:
            return 0, 1
        tops = [node for node in self.nodes if node.above < 0]
        roots = [node.span for node in tops if node.wrong in ("", BACKWARDS)] or [node.span for node in tops]
        start = min(root.start_ns for root in roots)
        whole = max(max(_end(root), root.start_ns) for root in roots) - start
        if not whole:  # open, or wrong
            whole = max((_end(node.span) - start for node in self.nodes if _end(node.span) > start), default=1)
        far = start + max(1, whole) * _FAR
        end = max((_end(node.span) for node in self.nodes if start <= _end(node.span) <= far), default=start)
        return start, max(end, start + whole, start + 1)

    def children(self, number: int) -> Iterator[int]:
        """The numbers of a span's children, in order."""
        node = self.nodes[number]
        at, stop = number + 1, number + 1 + node.below
        while at < stop:
            yield at
            at += 1 + self.nodes[at].below

    @cached_property
    def own_ns(self) -> Sequence[int]:
        """Of each span the time in which no child of it was running."""
        return [_duration(node.span) - sum(b - a for a, b in self.covered(node.number)) for node in self.nodes]

    def covered(self, number: int) -> list[tuple[int, int]]:
        """The spells of a span in which a child of it was running, in order, within it and not overlapping."""
        span = self.nodes[number].span
        end = max(_end(span), span.start_ns)
        spells: list[tuple[int, int]] = []
        for child in self.children(number):
            inner = self.nodes[child].span
            low, high = max(inner.start_ns, span.start_ns), min(_end(inner), end)
            if low >= high:
                continue
            if spells and low <= spells[-1][1]:
                spells[-1] = spells[-1][0], max(high, spells[-1][1])
            else:
                spells.append((low, high))
        return spells

    @cached_property
    def critical(self) -> frozenset[int]:
        """The spans that the trace waited for last: shortening any other one would not have shortened it."""
        found: set[int] = set()
        waiting = [(node.number, _end(node.span)) for node in self.nodes if node.above < 0 and not node.wrong][:1]
        while waiting:
            number, until = waiting.pop()
            found.add(number)
            begin = self.nodes[number].span.start_ns
            for child in sorted(self.children(number), key=lambda n: -_end(self.nodes[n].span)):
                inner = self.nodes[child].span
                if _end(inner) <= until and inner.start_ns >= begin and _duration(inner) > 0:
                    waiting.append((child, _end(inner)))
                    until = inner.start_ns
        return frozenset(found)

    @cached_property
    def slowest(self) -> Sequence[int]:
        """The numbers of all spans, those with the most time of their own first."""
        own = self.own_ns
        return sorted(range(len(self.nodes)), key=lambda number: -own[number])

    @cached_property
    def failed(self) -> Sequence[int]:
        """The numbers of the spans that failed and beneath which none has: where it broke first, in order of time."""
        broken = [node.number for node in self.nodes if node.span.failed]
        known = set(broken)
        deepest = [
            n for n in broken if not any(k in known for k in range(n + 1, n + 1 + min(self.nodes[n].below, 5000)))
        ]
        return deepest or broken

    def path(self, number: int) -> tuple[str, ...]:
        """The names from the root to a span."""
        names: list[str] = []
        while number >= 0:
            names.append(self.nodes[number].span.name)
            number = self.nodes[number].above
        return tuple(reversed(names))

    def number_of(self, span_id: str) -> int | None:
        """The place of the span with that id."""
        return self._by_id.get(span_id)

    @cached_property
    def _by_id(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for node in self.nodes:
            found.setdefault(node.span.id, node.number)
        return found

    def open_at(self, at_ns: int) -> int:
        """How many spans without children were running at a time."""
        return sum(1 for node in self.nodes if not node.below and node.span.start_ns <= at_ns < max(_end(node.span), 0))


def _placed(spans: list[Span], partial: bool) -> Iterator[Node]:
    """The spans in depth-first order; nothing recurses, since a trace may be as deep as it has spans."""
    first: dict[str, int] = {}
    twice: set[int] = set()
    for at, span in enumerate(spans):
        if span.id in first:
            twice.add(at)
        else:
            first[span.id] = at
    beneath: dict[int, list[int]] = {}
    roots: list[int] = []
    wrong: dict[int, str] = {}
    for at, span in enumerate(spans):
        parent = first.get(span.parent_id) if span.parent_id else None
        if at in twice:
            wrong[at] = TWICE
        if parent is None or parent == at:
            roots.append(at)
            if parent == at:
                wrong[at] = CYCLE
            elif span.parent_id and not partial:
                wrong[at] = ORPHAN
        else:
            beneath.setdefault(parent, []).append(at)
            if span.start_ns < spans[parent].start_ns:
                wrong.setdefault(at, EARLY)
        if span.end_ns is not None and span.end_ns < span.start_ns:
            wrong[at] = BACKWARDS

    def by_start(at: int) -> tuple[int, int]:
        return spans[at].start_ns, at

    # True roots come before what has lost its place. What no root leads to is a ring: it is entered where it begins.
    roots.sort(key=lambda at: (wrong.get(at) in (ORPHAN, CYCLE), *by_start(at)))
    order: list[tuple[int, int, int]] = []  # place, depth, and the number of the parent
    seen: set[int] = set()

    def walk(root: int) -> None:
        stack = [(root, 0, -1)]
        while stack:
            at, depth, above = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            number = len(order)
            order.append((at, depth, above))
            for child in sorted(beneath.get(at, ()), key=by_start, reverse=True):
                stack.append((child, depth + 1, number))

    for root in roots:
        walk(root)
    if len(seen) < len(spans):
        for at in sorted(range(len(spans)), key=by_start):
            if at not in seen:
                wrong[at] = CYCLE
                walk(at)
    below = [0] * len(order)
    for number in range(len(order) - 1, -1, -1):
        above = order[number][2]
        if above >= 0:
            below[above] += 1 + below[number]
    for number, (at, depth, above) in enumerate(order):
        after = number + 1 + below[number]
        last = after >= len(order) or order[after][2] != above
        yield Node(number, spans[at], depth, above, below[number], wrong.get(at, ""), last)


def _end(span: Span) -> int:
    """When a span ends; one that is open, where it begins."""
    return span.end_ns if span.end_ns is not None else span.start_ns


def _duration(span: Span) -> int:
    return max(0, _end(span) - span.start_ns)
