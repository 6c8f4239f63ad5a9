"""Two traces side by side: spans paired by where they stand and what they are called, and where they part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tui.domain.diff.text_change import TextChange, text_change
from tui.domain.preview import text as plain_text
from tui.domain.traces.span_lines import conversation
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import Span

_MOST_BESIDE = 2000  # siblings that are matched by their order; of more, each name's are paired one by one
_LONGEST = 200_000  # letters of a text that are compared


@dataclass(frozen=True)
class AlignedRow:
    """A pair of spans at the same place, or one that only one of the traces has."""

    number: int
    depth: int
    left: Span | None
    right: Span | None
    differs: tuple[str, ...] = ()  # in what: "status", "inputs", "outputs", "model"

    @property
    def span(self) -> Span:
        """Either of them."""
        found = self.left or self.right
        assert found is not None  # a row has one at least
        return found

    @property
    def parts(self) -> bool:
        """Whether the traces part here: one of them lacks it, or it came out otherwise."""
        return self.left is None or self.right is None or "status" in self.differs or "outputs" in self.differs

    @property
    def took_ms(self) -> float | None:
        """By how much longer it took on the right."""
        before, after = (span.took_ns if span is not None else None for span in (self.left, self.right))
        return (after - before) / 1e6 if before is not None and after is not None else None

    @property
    def tokens(self) -> int | None:
        before, after = (span.tokens if span is not None else None for span in (self.left, self.right))
        return after - before if before is not None and after is not None else None

    @property
    def cost(self) -> float | None:
        before, after = (span.cost if span is not None else None for span in (self.left, self.right))
        return after - before if before is not None and after is not None else None


def aligned(left: SpanTree, right: SpanTree) -> tuple[AlignedRow, ...]:
    """Every span of both, parents before children, in the order of the left with what only the right has between."""
    rows: list[AlignedRow] = []
    roots = _paired(left, _roots(left), right, _roots(right))
    stack = [(0, one, other) for one, other in reversed(roots)]
    while stack:
        depth, one, other = stack.pop()
        a = left.nodes[one].span if one is not None else None
        b = right.nodes[other].span if other is not None else None
        rows.append(AlignedRow(len(rows), depth, a, b, _differs(a, b)))
        below = _paired(
            left,
            list(left.children(one)) if one is not None else [],
            right,
            list(right.children(other)) if other is not None else [],
        )
        stack += [(depth + 1, *pair) for pair in reversed(below)]
    return tuple(rows)


def divergence(rows: Sequence[AlignedRow]) -> int | None:
    """The first row at which the traces part, as deep as that can be told; None where they do not.

    What came out otherwise above is because of what came out otherwise below it.
    """
    found: int | None = None
    for at, row in enumerate(rows):
        if found is not None and row.depth <= rows[found].depth:
            break
        if row.parts:
            found = at
            if row.left is None or row.right is None:
                break
    return found


def texts_of(row: AlignedRow, *, everything: bool = False) -> TextChange:
    """What differs in what the pair was given and has said, by words."""
    before, after = (plain_text.plain(said(span))[0] for span in (row.left, row.right))
    return text_change(before, after, everything=everything)


def said(span: Span | None) -> str:
    """What a span was given and has answered, as lines: a conversation as such, all else as JSON."""
    if span is None:
        return ""
    told = conversation(span)
    lines = [f"status {span.status.lower()}" + (f": {span.message}" if span.message else "")]
    if span.model:
        lines.append(f"model {span.model}")
    for message in told:
        lines.append(f"{message.role}:")
        lines += message.text.split("\n") if message.text else []
        lines += [f"→ {name}({given})" for name, given in message.calls]
    if not told:
        for title, value in (("inputs", span.inputs), ("outputs", span.outputs)):
            if value is None:
                continue
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
            lines += [f"{title}:", *text.split("\n")]
    return "\n".join(lines)[:_LONGEST]


def _roots(tree: SpanTree) -> list[int]:
    return [node.number for node in tree.nodes if node.above < 0]


def _paired(
    left: SpanTree, ones: Sequence[int], right: SpanTree, others: Sequence[int]
) -> list[tuple[int | None, int | None]]:
    """Siblings paired by name and type in their order."""
    names, other_names = (
        [(t.nodes[n].span.name, t.nodes[n].span.type) for n in ns] for t, ns in ((left, ones), (right, others))
    )
    if not ones or not others or names == other_names:
        longest = max(len(ones), len(others))
        return [(_at(ones, at), _at(others, at)) for at in range(longest)]
    if max(len(ones), len(others)) > _MOST_BESIDE:
        return list(_by_name(ones, names, others, other_names))
    found: list[tuple[int | None, int | None]] = []
    for tag, a, b, c, d in SequenceMatcher(None, names, other_names, autojunk=False).get_opcodes():
        if tag == "equal":
            found += zip(ones[a:b], others[c:d], strict=True)
        else:
            found += [(one, None) for one in ones[a:b]]
            found += [(None, other) for other in others[c:d]]
    return found


def _at(numbers: Sequence[int], at: int) -> int | None:
    return numbers[at] if at < len(numbers) else None


def _by_name(
    ones: Sequence[int], names: Sequence[object], others: Sequence[int], other_names: Sequence[object]
) -> Iterator[tuple[int | None, int | None]]:
    waiting: dict[object, list[int]] = {}
    for other, name in zip(reversed(others), reversed(other_names), strict=True):
        waiting.setdefault(name, []).append(other)
    for one, name in zip(ones, names, strict=True):
        same = waiting.get(name)
        yield one, same.pop() if same else None
    for same in waiting.values():
        yield from ((None, other) for other in reversed(same))


def _differs(left: Span | None, right: Span | None) -> tuple[str, ...]:
    if left is None or right is None:
        return ()
    pairs = (
        ("status", left.status, right.status),
        ("model", left.model, right.model),
        ("inputs", left.inputs, right.inputs),
        ("outputs", left.outputs, right.outputs),
    )
    return tuple(name for name, one, other in pairs if one != other)
