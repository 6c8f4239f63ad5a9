"""The list of traces: read by the page, filtered at each key here, or by the server where it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.app.actions import bindings, key_of, with_keys
from tui.domain.columns import ColumnSpec, Look, SortOrder, SpecTable
from tui.domain.filter.nodes import FilterError
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.text import clean
from tui.domain.traces.filtering import TraceFilter, pushed, understood
from tui.domain.traces.summary import HOUR, Summary, summarized, summary_lines
from tui.domain.traces.table import assessment_names, trace_columns, usual_longest
from tui.domain.traces.values import ERROR, TraceInfo, TraceMetrics, TraceScope, TracesPage
from tui.services.session import Session
from tui.services.trace_desk import lying_elsewhere
from tui.ui.asking import AutoRefresh
from tui.ui.list_pane import HeldPane, Show
from tui.ui.routes import EvaluationsRoute, TraceGroupsRoute, TraceRoute

if TYPE_CHECKING:
    from tui.domain.web_views import WebKind

PAGE = 500  # infos that a server gives at most; a store of its own gives twice as many
FIRST = 2000  # traces that are read without being asked for
ALL = 10**9  # more than there are
LARGE = 1500  # rows from which on the list is laid out on a worker's thread


class TracesPane(HeldPane[TraceInfo]):
    """Shows traces."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("traces")]
    filter_hint = "status = error AND took > 4s AND (tokens > 7000 OR cost > 0.02) AND correctness = false"
    nothing_to_ask = "There is nothing to send"
    things = ("trace", "traces")
    comes_back = True
    first_sort: SortOrder = (("age", True),)

    @dataclass
    class EverywhereWanted(Message):
        """From one experiment to the one of the trace here, or back to all."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="traces")
        self.scope = TraceScope(())
        self.experiments: Mapping[str, str] = {}
        self.head = Static("", id="traces-head", markup=False)
        self.server_filter = ""
        self.warehouse = ""
        self._names: tuple[str, ...] = ()
        self._filter: TraceFilter | None = None
        self._next: str | None = None
        self._wanted = FIRST
        self._part = 0  # of the scope, where that is read in parts
        self._told: TraceMetrics | None = None
        self._elsewhere = ""  # where traces lie, of experiments that have none
        self._specs: Sequence[ColumnSpec[TraceInfo]] = ()
        self.refreshing = AutoRefresh(self, session.launch.settings.watch_seconds, self.newest)
        self.summary: Summary | None = None

    def body(self) -> ComposeResult:
        yield self.head
        yield self.grid

    # reading

    def show_scope(self, scope: TraceScope, experiments: Mapping[str, str], server_filter: str = "") -> None:
        """Show the traces of something else; ``experiments`` are names by id."""
        self.scope, self.experiments, self.server_filter = scope, experiments, server_filter
        self.held, self._told, self._next, self._wanted = {}, None, None, FIRST
        # The turns of a session are read from the first on.
        self.first_sort = (("age", not scope.session),)
        given = bool(server_filter or self.query_text) and self._narrowing is None
        self.recall(narrowed=not given)
        self.read_again()

    # views

    @property
    def narrowing_name(self) -> str:
        return f"traces:{','.join(sorted(self.scope.places))}:{self.scope.filter_string}"

    @property
    def view_place(self) -> str:
        return self.scope.called if self.web_views is not None else ""

    @property
    def web_views(self) -> tuple[WebKind, str] | None:
        from tui.domain.web_views import TRACES

        if len(self.scope.places) != 1 or not self.scope.is_whole or self.warehouse:
            return None
        return TRACES, self.scope.places[0]

    def looked_at(self) -> Look:
        return replace(super().looked_at(), server_filter=self.server_filter)

    def come_back(self, look: Look) -> None:
        super().come_back(look)
        self.server_filter = self.server_filter or look.server_filter
        self._understand(self.query_text)

    def take_look(self, look: Look) -> None:
        super().take_look(look)
        if look.server_filter != self.server_filter:
            self.server_filter = look.server_filter
            self.held = {}
            self._next, self._wanted = None, FIRST
            self.read_again()

    def read_again(self) -> None:
        """Read from the latest on; what is shown stays until its first page has come."""
        if not self.scope.places:
            return
        self.forget("more")
        self._part = 0
        self.state.loading()
        self._ask(None, self._first_page)
        self.fill()

    def _ask(self, token: str | None, got: Callable[[TracesPage], None], series: str = "more") -> None:
        traces, scope, warehouse = self.session.traces, self.scope, self.warehouse
        wanted = " AND ".join(part for part in (scope.parts[self._part].filter_string, self.server_filter) if part)

        def read() -> TracesPage:
            return traces.search(scope.places, filter_string=wanted, max_results=PAGE, token=token, warehouse=warehouse)

        self.ask(self.session.pool, series, read, got, self._refused)

    def _first_page(self, page: TracesPage) -> None:
        self.held = {info.id: info for info in page.infos}
        if self.server_filter:
            self._told = None  # the server's own numbers are of all traces, and not of those that it found
        self._got(page)
        self._count()
        self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        """Where these experiments have no traces, others may: it is said in which."""
        session, places = self.session, self.scope.places
        self._elsewhere = ""
        if self.held or self.server_filter or not self.scope.is_whole or session.capabilities.workspace:
            return

        def got(said: str) -> None:
            self._elsewhere = said
            self.fill()

        def look() -> str:
            return lying_elsewhere(session.tracking, session.traces, places)

        self.ask(session.pool, "elsewhere", look, got, lambda _problem: None)

    def _more(self, page: TracesPage) -> None:
        self.held |= {info.id: info for info in page.infos}
        self._got(page)

    def _got(self, page: TracesPage) -> None:
        self._was_refused = False
        self._next = page.next_token
        self._names = assessment_names(self.held.values())
        if self._next is None and self._part + 1 < len(self.scope.parts):
            self._part += 1
            self._ask(None, self._more)
        elif self._next is not None and len(self.held) < self._wanted:
            self._ask(self._next, self._more)
        else:
            self.state.live()
            self._hold_against()
        self._understand(self.query_text)
        self.fill()

    def _hold_against(self) -> None:
        """Tell where the last hour is worse than the one before, if both are here whole."""
        watched, now_ms = self.session.watched, self.session.clock.now_ms()
        oldest_ms = min((info.started_ms for info in self.held.values()), default=now_ms)
        if self.scope.is_whole and not self.server_filter and (self._next is None or oldest_ms <= now_ms - 2 * HOUR):
            begun = watched.traces(self.scope.words, self.held.values(), now_ms)
            self.deck.notices.begun(begun)

    def newest(self) -> None:
        """Read the latest traces again, as watching does; those further down stay as they are."""
        if self.scope.more_runs:
            self.read_again()
        elif self.scope.places and not self.is_asking("more"):
            self._ask(None, self._got_newest, "newest")

    def _got_newest(self, page: TracesPage) -> None:
        if not page.infos:
            return
        oldest = page.infos[-1].started_ms
        if page.next_token is not None and not any(info.id in self.held for info in page.infos):
            self.read_again()  # more have come than a page holds
            return
        # What is as young and was not told of is no longer there.
        whole = page.next_token is None
        kept = {key: info for key, info in self.held.items() if not whole and info.started_ms < oldest}
        former, self.held = self.held, {info.id: info for info in page.infos} | kept
        self._names = assessment_names(self.held.values())
        self.state.live()
        self._hold_against()
        if self._next is not None or self.held != former:
            self._count()
        self.fill()

    def _count(self) -> None:
        """Ask the server for its own numbers, where these are of all traces of experiments.

        Cost by model is told by no list: a server is asked for it also where all traces are here.
        """
        self._told = None
        is_server = bool(self.session.capabilities.server_version)
        if not (self._next is not None or (is_server and self.held)) or not self.scope.is_whole or self.server_filter:
            return
        traces, places, now = self.session.traces, self.scope.places, self.session.clock.now_ms()

        def got(told: TraceMetrics) -> None:
            self._told = told
            self.fill()

        self.ask(self.session.pool, "count", lambda: traces.metrics(places, 0, now), got, lambda _problem: None)

    def _refused(self, problem: Problem) -> None:
        self._wanted = 0
        self._was_refused = True
        if problem.kind is Kind.BAD_REQUEST and self.server_filter:
            self.say_in_bar(f"The server refused it: {clean(problem.message)}", "bad")
            self.server_filter = ""
        self.state.failed(problem, "No traces could be read.")
        self.fill()

    def action_load_all(self) -> None:
        self._wanted = ALL
        self._load_on()

    def _load_on(self) -> None:
        if self._next is not None and not self.is_asking("more"):
            self.state.loading()
            self._ask(self._next, self._more)

    def stop(self) -> bool:
        """Stop loading; False if nothing was."""
        if not self.is_asking("more"):
            return False
        self.forget("more")
        self._wanted = 0
        self.state.live()
        return True

    def near_end(self) -> None:
        if not self.query_text and len(self.held) >= FIRST:
            self._load_on()

    # showing

    @property
    def is_large(self) -> bool:
        return len(self.held) > LARGE

    def specs(self) -> Sequence[ColumnSpec[TraceInfo]]:
        return self._specs

    def key_of(self, row: TraceInfo) -> str:
        return row.id

    def laying_out(self) -> Callable[[], Show]:
        infos, matching = list(self.held.values()), self._filter
        now, zone, told = self.session.clock.now_ms(), self.zone, self._told
        names, arrangement, generation = self._names, self.arrangement, self._generation
        several, experiments = len(self.scope.places) > 1, self.experiments

        def lay_out() -> Show:
            kept = matching(infos) if matching is not None else infos
            specs = trace_columns(names, self.glyphs, now, zone, usual_longest(infos), experiments, several=several)
            table = SpecTable(kept, self.key_of, specs, arrangement, sort=self.first_sort, generation=generation)
            summary = summarized(kept, now, told if len(kept) == len(infos) else None)

            def show() -> None:
                self._specs, self.summary = specs, summary
                first, second = summary_lines(summary, self.glyphs)
                self.head.update(Content(f"{first}\n{second}"))
                self.head.display = bool(first)
                self.show(table)

            return show

        return lay_out

    def title_parts(self) -> Sequence[str]:
        return ("Traces", self.scope.words)

    def count_words(self) -> str:
        if not self.held and self.is_asking("more"):
            return ""
        loaded = count(len(self.held))
        return f"{loaded} of ? loaded" if self._next is not None else loaded

    def notes(self) -> Sequence[str]:
        going = self._wanted >= ALL and self._next is not None and self.is_asking("more")
        total = self._told.count if self._told is not None else None
        filtered = f"server: {clean(self.server_filter)}" if self.server_filter else ""
        held = [clean(words) for words in self.session.watched.words(f"traces of {self.scope.words}")]
        return (*held, self.pace_words(len(self.held), total, going=going), filtered)

    def empty_words(self) -> str:
        if self.is_asking("more"):
            return "Reading traces …"
        if self._was_refused:
            return "No traces could be read."
        if self.server_filter:
            return f"The server finds no trace with  {clean(self.server_filter)}\nesc takes the filter away"
        again = with_keys("{app.refresh} reads again · {app.watch} looks every few seconds for new ones")
        elsewhere = f"{self._elsewhere}: {key_of('traces.everywhere')} shows those of every experiment.\n"
        return f"No traces in {self.scope.words}.\n{elsewhere if self._elsewhere else ''}{again}"

    # filtering

    def _understand(self, text: str) -> FilterError | None:
        now, zone = self.session.clock.now_ms(), self.session.clock.zone
        try:
            self._filter = understood(text, self._names, now_ms=now, zone=zone) if text else None
        except FilterError as error:
            return error
        return None

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        error = self._understand(self.query_text)
        if error is None:
            self.say_in_bar("")
        elif not error.incomplete:
            asks = f". {key_of('bar.server')} asks the server." if error.server_only else ""
            self.say_in_bar(f"{error}{asks}", "warn" if error.server_only else "bad")
        self.fill()

    def filter_dropped(self) -> bool:
        had, self.query_text, self._filter = bool(self.query_text), "", None
        if self.server_filter:
            self.server_filter = ""
            self.read_again()
            return True
        if had:
            self.fill()
        return had

    def filter_asked(self, text: str) -> None:
        now, zone = self.session.clock.now_ms(), self.session.clock.zone
        try:
            found = pushed(text, now_ms=now, zone=zone)
        except FilterError as error:
            self.say_in_bar(str(error), "bad")
            return
        if not found.filter_string:
            left = "; ".join(found.left_out)
            self.say_in_bar(f"MLflow's filters cannot say this: {left}" if left else self.nothing_to_ask, "warn")
            return
        if found.slow and self._slow_asked != text:
            self._slow_asked = text
            said = f"For {'; '.join(found.slow)} the server reads every span: 6 to 17 s on 2 000 traces of 30 spans."
            self.say_in_bar(f"{said}  {key_of('bar.server')} again sends it", "warn")
            return
        self._slow_asked = ""
        self.server_filter = found.filter_string
        self.query_text = found.left
        self._understand(found.left)
        said = f"server: {found.filter_string}"
        self.say_in_bar(f"{said}   filtered here: {found.left}" if found.left else said)
        self.held = {}
        self._next, self._wanted = None, FIRST
        self.read_again()

    _slow_asked = ""
    _was_refused = False

    # the cursor

    def shown_ids(self) -> tuple[str, ...]:
        """The traces as they stand in the list, from the top."""
        table = self.grid.table
        return tuple(table.row_key(row) for row in range(table.row_count)) if table is not None else ()

    def shown_infos(self) -> list[TraceInfo]:
        return [self.held[key] for key in self.shown_ids() if key in self.held]

    def open_row(self, key: str) -> None:
        order = self.shown_ids()
        failed = tuple(each for each in order if each in self.held and self.held[each].state == ERROR)
        self.deck.go(TraceRoute(key, self.held.get(key), order, failed, warehouse=self.warehouse))

    def action_structure(self) -> None:
        """Group what is shown."""
        shown = tuple(self.shown_infos())
        if shown:
            said = f"{self.query_text} {self.server_filter}".strip()
            self.deck.go(TraceGroupsRoute(self.scope, shown, said))
        else:
            self.deck.say("There is nothing to group")

    def action_evaluation(self) -> None:
        self.deck.go(EvaluationsRoute(self.scope.places, self.scope.called if self.scope.is_whole else ""))

    def action_everywhere(self) -> None:
        self.post_message(self.EverywhereWanted())

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        """Go to the next trace that failed."""
        failed = [at for at, info in enumerate(self.shown_infos()) if info.state == ERROR][::by]
        beyond = [at for at in failed if (at - self.grid.cursor_row) * by > 0]
        if beyond or failed:
            self.grid.move_to_row((beyond or failed)[0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("next", "previous"):
            return any(info.state == ERROR for info in self.held.values())
        if action == "load_all":
            return self._next is not None
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return {
            "next": "No trace here has failed",
            "previous": "No trace here has failed",
            "load_all": "Every trace is loaded",
        }.get(verb, "")

    def changed(self, infos: Sequence[TraceInfo]) -> None:
        """These have been read anew."""
        self.held |= {info.id: info for info in infos if info.id in self.held}
        self._names = assessment_names(self.held.values())
        self.fill()

    def go_back(self) -> bool:
        return self.stop() or super().go_back()
