"""Two traces held against each other: spans in pairs, what each took and cost more, and where they part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.columns import ColumnSpec, SpecTable
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces import table as words
from tui.domain.traces.span_lines import AlignedRow, aligned, divergence, texts_of
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import Trace
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking, Rest
from tui.ui.list_pane import ListPane, Show
from tui.ui.page import Page
from tui.ui.routes import TraceDiffRoute
from tui.widgets.pane import Pane
from tui.widgets.text_view import TextView

REST_SECONDS = 0.08
_DEEPEST = 10


@dataclass(frozen=True)
class _Pair:
    left: Trace
    right: Trace
    rows: tuple[AlignedRow, ...]
    parting: int | None


class AlignedPane(ListPane[AlignedRow]):
    """The spans of both in pairs."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace_diff")]
    filter_hint = "words in names and types"
    nothing_to_ask = "Every span is here already"
    things = ("span", "spans")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="aligned", marks=False)
        self.pairs: tuple[AlignedRow, ...] = ()
        self.parting: int | None = None
        self.only_differing = False

    def put(self, rows: tuple[AlignedRow, ...], parting: int | None) -> None:
        """Show these pairs, with the cursor where the traces part."""
        first = not self.pairs
        self.pairs, self.parting = rows, parting
        if first:
            self.recall()
        self.fill()
        if first and parting is not None:
            self.grid.move_to(str(parting))

    def key_of(self, row: AlignedRow) -> str:
        return str(row.number)

    def searched(self, row: AlignedRow) -> str:
        return f"{row.span.name} {row.span.type}"

    def rows(self) -> Sequence[AlignedRow]:
        if not self.only_differing:
            return self.pairs
        return [row for row in self.pairs if row.differs or row.left is None or row.right is None]

    def laying_out(self) -> Callable[[], Show]:
        query = self.query_text.lower().split()
        kept = [row for row in self.rows() if all(word in self.searched(row).lower() for word in query)]
        table = SpecTable(
            kept,
            self.key_of,
            self.specs(),
            self.arrangement,
            generation=self._generation,
            in_order=not self.arrangement.sort,
        )
        return lambda: lambda: self.show(table)

    def specs(self) -> Sequence[ColumnSpec[AlignedRow]]:
        glyphs = self.glyphs

        def name(row: AlignedRow) -> tuple[str, Tone]:
            failed = any(span is not None and span.failed for span in (row.left, row.right))
            sign = f" {glyphs.failed}" if failed else ""
            tone: Tone = "warn" if row.left is None or row.right is None else "bad" if failed else ""
            return f"{'  ' * min(row.depth, _DEEPEST)}{named(row.span.name)}{sign}", tone

        def where(row: AlignedRow) -> tuple[str, Tone]:
            if row.number == self.parting:
                return "parts here", "accent"
            if row.left is None:
                return "only second", "warn"
            if row.right is None:
                return "only first", "warn"
            return ", ".join(row.differs), "muted"

        def took(which: str) -> Callable[[AlignedRow], str]:
            def cell(row: AlignedRow) -> str:
                span = getattr(row, which)
                return glyphs.absent if span is None or span.took_ns is None else words.took(span.took_ns / 1e6)

            return cell

        def change(row: AlignedRow) -> tuple[str, Tone]:
            if row.took_ms is None or abs(row.took_ms) < 0.05:
                return "", ""
            return (
                f"{'+' if row.took_ms > 0 else '−'}{words.took(abs(row.took_ms))}",
                "bad" if row.took_ms > 0 else "good",
            )

        def signed(value: float | None, write: Callable[[float], str]) -> str:
            return "" if not value else f"{'+' if value > 0 else '−'}{write(abs(value))}"

        return (
            ColumnSpec("name", "span", name, frozen=True, least=14, widest=40),
            ColumnSpec("where", "differs in", where, widest=24),
            ColumnSpec("first", "first", took("left"), align="right", least=6),
            ColumnSpec("second", "second", took("right"), align="right", least=6),
            ColumnSpec("time", "more time", change, lambda row: row.took_ms, better="higher", align="right", least=7),
            ColumnSpec("tokens", "more tokens", lambda row: signed(row.tokens, words.tokens), lambda row: row.tokens,
                       better="higher", align="right"),
            ColumnSpec("cost", "more cost", lambda row: signed(row.cost, words.cost), lambda row: row.cost,
                       better="higher", align="right"),
            ColumnSpec("type", "type", lambda row: (clean(row.span.type), "muted"), default=False, widest=12),
        )  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return ("Spans of both",)

    def notes(self) -> Sequence[str]:
        return ("only what differs" if self.only_differing else "",)

    def row_here(self) -> AlignedRow | None:
        key = self.grid.cursor_key
        return self.pairs[int(key)] if key is not None and int(key) < len(self.pairs) else None

    def open_row(self, key: str) -> None:
        self.screen.set_focus(self.screen.query_one(TextView))

    def action_next(self) -> None:
        self._go(1)

    def action_previous(self) -> None:
        self._go(-1)

    def _go(self, by: int) -> None:
        here = self.row_here()
        at = here.number if here is not None else -1
        apart = [row.number for row in self.pairs if row.parts or row.differs][::by]
        beyond = [number for number in apart if (number - at) * by > 0]
        if beyond:
            self.grid.move_to(str(beyond[0]))
        else:
            self.deck.say("Nothing differs further on" if by > 0 else "Nothing differs before this")

    def action_differences(self) -> None:
        self.only_differing = not self.only_differing
        self.fill()


class TextsPane(Pane):
    """What the pair under the cursor says, and in which words it differs."""

    def __init__(self) -> None:
        super().__init__(id="trace-texts")
        self.view = TextView()

    def body(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view


class TraceDiffScreen(Page, Asking):
    """Reads both traces and shows them in pairs, the older first, whichever was chosen first."""

    CSS_PATH = style_sheets("artifacts.tcss", "traces.tcss")

    def __init__(self, session: Session, route: TraceDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pair: _Pair | None = None
        self.spans = AlignedPane(session, self.deck.glyphs)
        self.texts = TextsPane()
        self._rest = Rest(self, REST_SECONDS, self._show_texts)

    def content(self) -> ComposeResult:
        with Horizontal(id="trace-body"):
            yield self.spans
            yield self.texts

    def on_mount(self) -> None:
        self._call_it(self.route.first, self.route.second)
        self.spans.grid.placeholder = "Reading both traces …"
        self.texts.set_title("Texts")
        self.focus_pane(self.spans)
        self.read_again()

    def _call_it(self, *ids: str) -> None:
        self.set_crumbs("traces", " against ".join(clean(one[:11]) for one in ids))

    def read_again(self) -> None:
        traces, route = self.session.traces, self.route
        self.set_freshness(self.freshness.loading())

        def work() -> _Pair:
            pair = traces.trace(route.first), traces.trace(route.second)
            left, right = sorted(pair, key=lambda trace: trace.info.started_ms)
            rows = aligned(SpanTree(left.spans), SpanTree(right.spans))
            return _Pair(left, right, rows, divergence(rows))

        self.ask(self.session.pool, "pair", work, self._got, self._refused)

    def _got(self, pair: _Pair) -> None:
        self.pair = pair
        self._call_it(pair.left.info.id, pair.right.info.id)
        self.spans.notice.clear()
        gone = pair.left.gone or pair.right.gone
        if gone:
            self.spans.notice.tell_warning(gone)
        self.spans.put(pair.rows, pair.parting)
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        one, other = (named(trace.info.name) or trace.info.id[:11] for trace in (pair.left, pair.right))
        parting = pair.rows[pair.parting] if pair.parting is not None else None
        said = f"they part at {named(parting.span.name)}" if parting is not None else "the same spans"
        total = [words.took(trace.info.took_ms) for trace in (pair.left, pair.right)]
        self.spans.set_title(f"{one} {total[0]} against {other} {total[1]}", said)
        self._show_texts()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.spans.grid.placeholder = "The traces could not be read."
        self.spans.notice.problem(problem)

    @on(ListPane.Followed, "#aligned")
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        self._rest.begin()

    def _show_texts(self) -> None:
        row = self.spans.row_here()
        if row is None:
            return
        change = texts_of(row)
        self.texts.set_title(
            named(row.span.name), "" if change.body is not None and change.body.lines else "no difference"
        )
        if change.body is not None and change.body.lines:
            self.texts.view.show(change.body)
        else:
            same = texts_of(row, everything=True).body
            if same is not None:
                self.texts.view.show(same)
        self.texts.set_subtitle(" · ".join(change.notes))

    def go_back(self) -> bool:
        if self.current_pane() is self.texts:
            self.focus_pane(self.spans)
            return True
        return self.spans.go_back()

    def value_here(self) -> tuple[str, str] | None:
        return self.spans.value_here()
