"""The waterfall of a trace: its spans as a tree on the left, their time as bars on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import ColumnSpec, SpecTable
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces import table as words
from tui.domain.traces.span_lines import searched_in
from tui.domain.traces.tree import Node, SpanTree
from tui.domain.traces.values import Trace
from tui.services.session import Session
from tui.ui.list_pane import ListPane, Show

LARGE = 3000  # spans from which on the waterfall is laid out on a worker's thread
_MS = 1_000_000
_DEEPEST = 10  # levels that a name is moved to the right by
_NAME_CELLS = 34
_RANKED = 100  # spans that one can step through by how long they took


@dataclass(frozen=True)
class SpanRow:
    """A line: a span, and how many like it, beside it, are folded into this one."""

    node: Node
    folded: int = 0
    like: int = 1


class WaterfallPane(ListPane[SpanRow]):
    """Shows the spans of one trace."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("spans")]
    filter_hint = "words in names, types, inputs and outputs"
    nothing_to_ask = "Every span is here already"
    things = ("span", "spans")

    @dataclass
    class Wanted(Message):
        """A span is to be read, by who pressed enter on it."""

    @dataclass
    class Beyond(Message):
        """The next failure is wanted, and there is none here any more."""

        by: int

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="spans", marks=False)
        self.trace: Trace | None = None
        self.steps = SpanTree(())
        self.formatted = 0  # cells of spans that have been written so far
        self._specs: Sequence[ColumnSpec[SpanRow]] = ()
        self._folded: set[str] = set()
        self._folded_types: set[str] = set()
        self._texts: dict[int, str] = {}
        self._spells: dict[int, list[tuple[int, int]]] = {}
        self._at: int | None = None  # the cell of the bars that time is read off at
        self._rank = -1
        self._bar = 0

    # what is shown

    def show_trace(self, trace: Trace, tree: SpanTree) -> None:
        """Show a trace, or the same one with more spans; the cursor stays on its span."""
        if self.trace is None or self.trace.info.id != trace.info.id:
            self._folded, self._folded_types, self._rank, self._at = set(), set(), -1, None
            self.recall()
        self.trace, self.steps = trace, tree
        self._texts, self._spells = {}, {}
        self.fill()

    @property
    def has_rows(self) -> bool:
        return len(self.steps) > 0

    @property
    def is_large(self) -> bool:
        return len(self.steps) > LARGE

    def specs(self) -> Sequence[ColumnSpec[SpanRow]]:
        return self._specs

    def key_of(self, row: SpanRow) -> str:
        return self._key(row.node.number)

    def _key(self, number: int) -> str:
        span_id = self.steps.nodes[number].span.id
        return span_id if self.steps.number_of(span_id) == number else f"{span_id}#{number}"

    def number_of(self, key: str | None) -> int | None:
        """The span of a row."""
        if not key:
            return None
        span_id, mark, number = key.rpartition("#")
        return int(number) if mark and span_id else self.steps.number_of(key)

    def laying_out(self) -> Callable[[], Show]:
        tree, generation, arrangement = self.steps, self._generation, self.arrangement
        query = self.query_text.lower().split()
        folded, types = set(self._folded), set(self._folded_types)
        width = max(20, self.size.width - 4)

        def lay_out() -> Show:
            rows = self._searched(tree, query) if query else self._unfolded(tree, folded, types)
            specs = self._columns(tree, rows, width)
            table = SpecTable(rows, self.key_of, specs, arrangement, generation=generation, in_order=True)

            def show() -> None:
                self._specs = specs
                self.show(table)

            return show

        return lay_out

    def _unfolded(self, tree: SpanTree, folded: set[str], types: set[str]) -> list[SpanRow]:
        rows: list[SpanRow] = []
        number, nodes = 0, tree.nodes
        while number < len(nodes):
            node = nodes[number]
            after = number + 1 + node.below
            if node.span.type in types and types:
                like, hidden = 1, node.below
                while after < len(nodes) and nodes[after].above == node.above:
                    other = nodes[after].span
                    if other.type != node.span.type or other.failed != node.span.failed:
                        break
                    like, hidden = like + 1, hidden + 1 + nodes[after].below
                    after += 1 + nodes[after].below
                rows.append(SpanRow(node, hidden, like))
                number = after
            elif folded and node.below and self._key(number) in folded:
                rows.append(SpanRow(node, node.below))
                number = after
            else:
                rows.append(SpanRow(node))
                number += 1
        return rows

    def _searched(self, tree: SpanTree, query: list[str]) -> list[SpanRow]:
        """The spans that hold every word, and those above them."""
        wanted: set[int] = set()
        for node in tree.nodes:
            text = self._texts.get(node.number)
            if text is None:
                text = self._texts[node.number] = searched_in(node.span).lower()
            if all(word in text for word in query):
                number = node.number
                while number >= 0 and number not in wanted:
                    wanted.add(number)
                    number = tree.nodes[number].above
        return [SpanRow(tree.nodes[number]) for number in sorted(wanted)]

    def _columns(self, tree: SpanTree, rows: Sequence[SpanRow], width: int) -> tuple[ColumnSpec[SpanRow], ...]:
        glyphs = self.glyphs
        deep = max((min(row.node.depth, _DEEPEST) for row in rows[:500]), default=0)
        longest = max((len(row.node.span.name) for row in rows[:500]), default=8)
        names = max(12, min(_NAME_CELLS, 2 * deep + longest + 2, width // 2))
        has_types = any(row.node.span.type for row in rows[:500])
        self._bar = max(8, width - names - (13 if has_types and width > 76 else 0) - 18)

        def name(row: SpanRow) -> tuple[str, Tone]:
            self.formatted += 1
            span = row.node.span
            sign = f" {glyphs.failed}" if span.failed else f" {glyphs.warning}" if row.node.wrong else ""
            more = f" {glyphs.times}{row.like}" if row.like > 1 else ""
            hidden = f" +{quantities.count(row.folded)}" if row.folded and row.like == 1 else ""
            tone: Tone = "bad" if span.failed else "warn" if row.node.wrong else ""
            return f"{self._stems(row.node)}{named(span.name)}{sign}{more}{hidden}", tone

        def took(row: SpanRow) -> tuple[str, Tone]:
            span = row.node.span
            if span.took_ns is None:
                return f"open{glyphs.ellipsis}", "accent"
            return words.took(span.took_ns / _MS), "bad" if span.failed else ""

        def waited(row: SpanRow) -> tuple[str, Tone]:
            return (glyphs.live if row.node.number in tree.critical else " "), "accent"

        def drawn(row: SpanRow) -> tuple[str, Tone]:
            tone: Tone = "bad" if row.node.span.failed else "accent" if row.node.number in tree.critical else ""
            return self._drawn(row.node), tone

        return (
            ColumnSpec("name", "span", name, frozen=True, least=names, widest=names),
            ColumnSpec("type", "type", lambda row: (clean(row.node.span.type), "muted"), widest=11,
                       default=has_types and width > 76),
            ColumnSpec("took", "took", took, align="right", least=6, widest=8),
            ColumnSpec("waited", "", waited, least=1, widest=1, detail="whether the trace waited for it"),
            ColumnSpec("bar", self._scale(), drawn, least=self._bar, widest=self._bar),
            ColumnSpec("own", "own", lambda row: words.took(tree.own_ns[row.node.number] / _MS), default=False,
                       align="right", detail="the time in which none below it was running"),
            ColumnSpec("tokens", "tokens", lambda row: words.tokens(row.node.span.tokens), default=False,
                       align="right"),
            ColumnSpec("cost", "cost", lambda row: words.cost(row.node.span.cost), default=False, align="right"),
            ColumnSpec("model", "model", lambda row: clean(row.node.span.model), default=False, widest=24),
        )  # fmt: skip

    def _stems(self, node: Node) -> str:
        """The lines of the tree before a name; what is very deep is moved no further to the right."""
        if not node.depth:
            return ""
        glyphs, parts = self.glyphs, [self.glyphs.last_branch if node.last else self.glyphs.branch]
        above = node.above
        while len(parts) < min(node.depth, _DEEPEST) and above >= 0:
            parent = self.steps.nodes[above]
            parts.append(" " if parent.last else glyphs.stem)
            above = parent.above
        if node.depth > _DEEPEST:
            parts[-1] = glyphs.ellipsis
        return "".join(f"{part} " for part in reversed(parts))

    # time

    def _scale(self) -> str:
        start, end = self.steps.window
        return f"0 {self.glyphs.separator} {words.took((end - start) / _MS)}"

    def _cell(self, at_ns: int) -> int:
        start, end = self.steps.window
        return (at_ns - start) * self._bar // max(1, end - start)

    def _drawn(self, node: Node) -> str:
        """A bar: time of its own full, time in which one below it was running light."""
        full, light, mark = ("#", "-", "|") if self.glyphs is ASCII else ("█", "▒", "│")
        span, cells = node.span, self._bar
        end = self.steps.window[1] if span.end_ns is None else max(span.end_ns, span.start_ns)
        first, last = self._cell(span.start_ns), self._cell(end)
        line = [" "] * cells
        if first >= cells or last < 0:
            line[-1 if first >= cells else 0] = self.glyphs.more_right if first >= cells else self.glyphs.more_left
        else:
            first = max(0, min(first, cells - 1))
            last = max(first, min(last, cells - 1))
            line[first : last + 1] = [full] * (last + 1 - first)
            spells = self._spells.get(node.number)
            if spells is None:
                spells = self._spells[node.number] = self.steps.covered(node.number) if node.below else []
            for low, high in spells:
                begin, stop = max(first, self._cell(low)), min(last + 1, self._cell(high))
                line[begin:stop] = [light] * max(0, stop - begin)
            if span.end_ns is None:
                line[last] = self.glyphs.ellipsis
        if self._at is not None and line[self._at] in (" ", light):
            line[self._at] = mark
        return "".join(line)

    def action_earlier(self) -> None:
        self._read_off(-1)

    def action_later(self) -> None:
        self._read_off(1)

    def _read_off(self, by: int) -> None:
        """Move the line at which time is read off the bars."""
        here = self.number_of(self.grid.cursor_key)
        begun = self._cell(self.steps.nodes[here].span.start_ns) - by if here is not None else 0
        at = (begun if self._at is None else self._at) + by
        self._at = max(0, min(self._bar - 1, at))
        self.fill()

    def notes(self) -> Sequence[str]:
        said = []
        if self._at is not None:
            start, end = self.steps.window
            at = start + (end - start) * self._at // max(1, self._bar)
            said.append(f"at {words.took((at - start) / _MS)}: {self.steps.open_at(at)} running")
        if self._folded_types:
            said.append(f"folded: {', '.join(sorted(clean(one) or 'no type' for one in self._folded_types))}")
        return said

    # titles

    def title_parts(self) -> Sequence[str]:
        if self.trace is None:
            return ("Trace",)
        info = self.trace.info
        failed = len(self.steps.failed)
        now = self.session.clock.now_ms()
        partial = f"partial, began {quantities.ago(info.started_ms, now)} ago" if self.trace.is_partial else ""
        return (
            named(info.name) or "trace",
            words.took(info.took_ms) if info.took_ms is not None else "",
            partial,
            f"{failed} error{'' if failed == 1 else 's'}" if failed else "",
        )

    def count_words(self) -> str:
        return quantities.counted(len(self.steps), "span")

    def empty_words(self) -> str:
        if self.trace is None:
            return ""
        return clean(self.trace.gone) or "No span of it has been logged yet.\nr reads again"

    # the cursor

    def open_row(self, key: str) -> None:
        self.post_message(self.Wanted())

    def go(self, number: int) -> None:
        """Put the cursor on a span, unfolding what hides it."""
        key = self._key(number)
        if not self.grid.move_to(key):
            self._folded, self._folded_types, self.query_text = set(), set(), ""
            self.close_bar(keep=False)
            self._generation += 1
            self.laying_out()()()
            self.grid.move_to(key)

    def action_next(self) -> None:
        self._go_to_failure(1)

    def action_previous(self) -> None:
        self._go_to_failure(-1)

    def _go_to_failure(self, by: int) -> None:
        here = self.number_of(self.grid.cursor_key)
        at = -1 if here is None else here
        beyond = [number for number in self.steps.failed if (number - at) * by > 0]
        if beyond:
            self.go(beyond[0] if by > 0 else beyond[-1])
        else:
            self.post_message(self.Beyond(by))

    def action_slowest(self) -> None:
        self._rank_by(1)

    def action_faster(self) -> None:
        self._rank_by(-1)

    def _rank_by(self, by: int) -> None:
        ranked = self.steps.slowest[:_RANKED]
        if ranked:
            self._rank = (self._rank + by) % len(ranked) if self._rank >= 0 or by > 0 else len(ranked) - 1
            self.go(ranked[self._rank])

    # folding

    def action_fold(self) -> None:
        here = self.number_of(self.grid.cursor_key)
        if here is not None:
            self._folded_types ^= {self.steps.nodes[here].span.type}
            self.fill()

    def action_fold_branch(self) -> None:
        here = self.number_of(self.grid.cursor_key)
        if here is not None and self.steps.nodes[here].below:
            self._folded ^= {self._key(here)}
            self.fill()

    def action_fold_all(self) -> None:
        if self._folded or self._folded_types:
            self._folded, self._folded_types = set(), set()
        else:
            self._folded = {self._key(node.number) for node in self.steps.nodes if node.below and node.depth == 1}
        self.fill()

    def on_resize(self) -> None:
        if self.has_rows:
            self.fill()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold_branch":
            here = self.number_of(self.grid.cursor_key)
            return here is not None and self.steps.nodes[here].below > 0
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "Nothing is below this span" if verb == "fold_branch" else ""

    def go_back(self) -> bool:
        if self._at is not None:
            self._at = None
            self.fill()
            return True
        return super().go_back()
