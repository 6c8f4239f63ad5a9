"""The page of one trace: its waterfall, and beside it what the span under the cursor says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain.columns import ColumnSpec, SpecTable
from tui.domain.freshness import Freshness
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.domain.traces.span_lines import SpanReader, TextLine
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import Assessment, Trace, TraceInfo
from tui.features.traces.acts import TracePage
from tui.features.traces.waterfall import WaterfallPane
from tui.resources import style_sheets
from tui.services.copies import trace_copies
from tui.services.session import Session
from tui.services.write_flow import Touched
from tui.ui.asking import AutoRefresh, Rest
from tui.ui.list_pane import MARKING, ListPane, Show
from tui.ui.routes import TraceDiffRoute, TraceRoute

# What one span says: its messages as a conversation, what went in and came out, what went wrong, all it carries.


ARRANGING = frozenset({"narrower", "wider", "move_left", "move_right"})  # what one column that fills the pane lacks


class SpanPane(ListPane[TextLine]):
    """Shows one span as lines that fold."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("span")]
    filter_hint = "words in the lines"
    nothing_to_ask = "Everything is here already"
    things = ("line", "lines")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="span", marks=False)
        self.grid.off = MARKING | ARRANGING
        self._tree = SpanTree(())
        self._number: int | None = None
        self._said: Sequence[Assessment] = ()
        self._turned: set[str] = set()
        self._lines: list[TextLine] = []

    def show_span(self, tree: SpanTree, number: int | None, said: Sequence[Assessment]) -> None:
        """Show a span of a trace, and what was said of it; the same one again stays as it is unfolded."""
        before = self._tree.nodes[self._number].span.id if self._number is not None else None
        after = tree.nodes[number].span.id if number is not None else None
        self._tree, self._number, self._said = tree, number, said
        if before != after:
            self._turned = set()
        self.fill()
        if before != after:
            self.grid.move_to_row(0)

    def specs(self) -> Sequence[ColumnSpec[TextLine]]:
        cells = max(16, self.size.width - 4)
        return (ColumnSpec("text", self._heading(), lambda line: (line.text, line.tone), least=cells, widest=cells),)

    def _heading(self) -> str:
        return clean(self._tree.nodes[self._number].span.name) if self._number is not None else "span"

    def rows(self) -> Sequence[TextLine]:
        return self._lines

    def key_of(self, row: TextLine) -> str:
        return row.key

    def searched(self, row: TextLine) -> str:
        return row.text

    def laying_out(self) -> Callable[[], Show]:
        if self._number is None:
            self._lines = []
        else:
            # The pane's border, the grid's gutter, and a cell to spare.
            cells = max(16, self.size.width - 6)
            reader = SpanReader(self._tree, self._number, self._said, self.glyphs, self.session.clock.zone, cells)
            self._lines = reader.lines(self._turned)
        query = self.query_text.lower().split()
        kept = [line for line in self._lines if all(word in line.text.lower() for word in query)]
        table = SpecTable(kept, self.key_of, self.specs(), self.arrangement, generation=self._generation, in_order=True)
        return lambda: lambda: self.show(table)

    def title_parts(self) -> Sequence[str]:
        return (self._heading(),)

    def count_words(self) -> str:
        return ""

    def line_here(self) -> TextLine | None:
        """The line under the cursor."""
        return next((line for line in self._lines if line.key == self.grid.cursor_key), None)

    def open_row(self, key: str) -> None:
        line = self.line_here()
        if line is None:
            return
        if line.folds:
            self._turned ^= {line.folds}
            self.fill()
        else:
            self.action_whole()

    def action_whole(self) -> None:
        """Open all of the text that the line under the cursor is of."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        line = self.line_here()
        if line is not None:
            self.app.push_screen(WholeTextModal(*(line.whole or (self._heading(), line.text))))

    def action_fold_all(self) -> None:
        """Unfold everything, or fold it as it was."""
        foldable = {line.folds for line in self._lines if line.folds}
        self._turned = set() if self._turned else foldable
        self.fill()

    def value_here(self) -> tuple[str, str] | None:
        line = self.line_here()
        if line is None:
            return None
        return line.whole or (self._heading(), line.text.strip())

    def on_resize(self) -> None:
        if self._number is not None:
            self.fill()


REST_SECONDS = 0.08  # how long the cursor rests on a span before it is laid out


class TraceScreen(TracePage):
    """Two panes, or one at a time where the terminal is narrow; one that still runs is read again by itself."""

    CSS_PATH = style_sheets("traces.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]

    def __init__(self, session: Session, route: TraceRoute) -> None:
        super().__init__(session)
        self.trace_id = route.trace_id
        self.info: TraceInfo | None = route.known
        self.neighbours = dict.fromkeys(route.neighbours)
        self.failed = frozenset(route.failed)
        self.trace: Trace | None = None
        self.waterfall = WaterfallPane(session, self.deck.glyphs)
        self.span = SpanPane(session, self.deck.glyphs)
        settings = session.launch.settings
        self.refreshing = self._watch = AutoRefresh(
            self, settings.watch_seconds, self._read, running_seconds=settings.watch_running_seconds
        )
        self._follows_by_itself = False
        self._rest = Rest(self, REST_SECONDS, self._show_span)
        self._go_to_first_failure = route.at_failure
        self._span_id = route.span_id
        self._warehouse = route.warehouse

    def content(self) -> ComposeResult:
        with Horizontal(id="trace-body"):
            yield self.waterfall
            yield self.span

    def on_mount(self) -> None:
        self._call_it()
        self.waterfall.grid.placeholder = "Reading the trace …"
        self.focus_pane(self.waterfall)
        self._read()

    def _call_it(self) -> None:
        name = self.info.name if self.info is not None else ""
        self.set_crumbs("traces", *([named(name)] if name else []), clean(self.trace_id[:11]))

    # reading

    def _read(self) -> None:
        traces, trace_id = self.session.traces, self.trace_id
        location = self.info.spans_location if self.info is not None else ""
        warehouse = self._warehouse

        def read() -> tuple[Trace, SpanTree]:
            trace = traces.trace(trace_id, location=location, warehouse=warehouse)
            tree = SpanTree(trace.spans, partial=trace.is_partial)
            # Worked out here rather than while lines are drawn.
            _ = tree.own_ns, tree.critical, tree.slowest, tree.failed, tree.window
            return trace, tree

        if not self.is_asking("trace"):
            self.set_freshness(self.freshness.loading())
            self.ask(self.session.pool, "trace", read, self._got, self._refused)

    def _got(self, found: tuple[Trace, SpanTree]) -> None:
        trace, tree = found
        self.trace, self.info = trace, trace.info
        self._call_it()
        self.waterfall.notice.clear()
        if trace.gone:
            self.waterfall.notice.tell_warning(trace.gone)
        self.waterfall.show_trace(trace, tree)
        self.set_freshness(Freshness().live(self.session.clock.now_ms()))
        self._watch.is_running(trace.is_partial)
        # One that runs is looked at by itself, until it has ended; not one whose program died long ago.
        young = self.session.clock.now_ms() - trace.info.started_ms < 3_600_000
        if trace.is_partial and young and not self._watch.is_on:
            self._follows_by_itself = True
            self.watch_toggle()
        elif not trace.is_partial and self._follows_by_itself and self._watch.is_on:
            self._follows_by_itself = False
            self.watch_toggle()
        self.show_status()
        if self._span_id:
            number, self._span_id = tree.number_of(self._span_id), ""
            if number is not None:
                self.waterfall.go(number)
        if self._go_to_first_failure and tree.failed:
            self._go_to_first_failure = False
            self.waterfall.go(tree.failed[0])
        self._show_span()
        self.refresh_bindings()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        if self.trace is None:
            self.waterfall.grid.placeholder = "The trace could not be read."
        self.waterfall.notice.problem(problem)

    # from the waterfall to the span

    @on(ListPane.Followed, "#spans")
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        self._rest.begin()

    def _show_span(self) -> None:
        number = self.number_here
        span_id = self.waterfall.steps.nodes[number].span.id if number is not None else ""
        said = [
            one
            for one in (self.info.assessments if self.info is not None else ())
            if one.span_id == span_id or (not one.span_id and number == 0)
        ]
        self.span.show_span(self.waterfall.steps, number, said)

    @property
    def number_here(self) -> int | None:
        """The span under the cursor."""
        return self.waterfall.number_of(self.waterfall.grid.cursor_key)

    @on(WaterfallPane.Wanted)
    def _wanted(self, event: WaterfallPane.Wanted) -> None:
        event.stop()
        self._show_span()
        self.focus_pane(self.span)

    @on(WaterfallPane.Beyond)
    def _beyond(self, event: WaterfallPane.Beyond) -> None:
        """Go on to the next trace that failed."""
        event.stop()
        around = list(self.neighbours)
        here = around.index(self.trace_id) if self.trace_id in self.neighbours else -1
        beyond = [at for at, each in enumerate(around) if each in self.failed and (at - here) * event.by > 0]
        if not beyond:
            self.deck.say("No span failed here, and no other trace of the list")
            return
        self.trace_id = around[beyond[0] if event.by > 0 else beyond[-1]]
        self.info = None
        self._go_to_first_failure = True
        self.forget("trace")
        self._read()

    # what the keys ask for

    def here(self) -> TraceInfo | None:
        return self.info

    def chosen(self) -> list[TraceInfo]:
        return [self.info] if self.info is not None else []

    def action_compare(self) -> None:
        """Compare with the next trace of the list it was opened from."""
        around = list(self.neighbours)
        at = around.index(self.trace_id) if self.trace_id in self.neighbours else -1
        if at < 0 or len(around) < 2:
            self.deck.say("There is no other trace to compare with: mark two in the list")
            return
        other = around[at + 1] if at + 1 < len(around) else around[at - 1]
        self.deck.go(TraceDiffRoute(self.trace_id, other))

    def shows(self, touched: Touched) -> bool:
        return any(thing.value == "trace" and name == self.trace_id for thing, name in touched)

    # the keys for everywhere

    def read_again(self) -> None:
        self._read()

    def go_back(self) -> bool:
        if self.current_pane() is self.span:
            if not self.span.drop_filter():
                self.focus_pane(self.waterfall)
            return True
        return self.waterfall.go_back()

    def times_changed(self) -> None:
        self.waterfall.retick()

    def value_here(self) -> tuple[str, str] | None:
        if self.current_pane() is self.span:
            return self.span.value_here()
        return self.waterfall.value_here()

    def copies_here(self) -> list[tuple[str, str]]:
        here = self.value_here()
        offers = [here] if here else []
        number = self.number_here
        if number is not None:
            offers.append(("span id", self.waterfall.steps.nodes[number].span.id))
        if self.info is not None:
            offers += trace_copies(self.session.launch.tracking_uri, self.info.id, self.info.experiment_id)
        return offers
