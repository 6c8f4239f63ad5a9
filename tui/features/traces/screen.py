"""Traces, the fifth screen at the top; and over any other, those of a run, a model, a prompt, a session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.domain.traces.values import TraceInfo, TraceScope, Warehouse
from tui.domain.writes.changes import Thing
from tui.features.traces.acts import TracePage
from tui.features.traces.pane import TracesPane
from tui.resources import style_sheets
from tui.services.copies import trace_copies
from tui.services.session import Session
from tui.services.write_flow import Touched
from tui.ui.asking import choose
from tui.ui.list_pane import ListPane
from tui.ui.routes import TraceDiffRoute, TraceRoute, TracesRoute

_TABLE = re.compile(r"[\w-]+\.[\w-]+(\.[\w-]+)?")  # a schema of Unity Catalog, or the tables of a prefix in it
MOST_PLACES = 100  # experiments whose traces are shown together, those last updated first
MOST_READ_ANEW = 50  # traces that are read one by one after they were written to; more are read by the page


class TracesScreen(TracePage):
    """One list. Without a route it is of the experiments of the context, last updated first."""

    CSS_PATH = style_sheets("traces.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]

    def __init__(self, session: Session, route: TracesRoute | None = None) -> None:
        super().__init__(session)
        self._route = route
        self._names: Mapping[str, str] = {}
        self._view_wanted = ""  # the key of a view that the web UI keeps, which a link named
        self._wanted = ""  # the name of an experiment that was asked for before these had been read
        self.only_list = self.traces = TracesPane(session, self.deck.glyphs)
        self.refreshing = self.traces.refreshing

    def on_mount(self) -> None:
        self.set_crumbs("traces")
        self.focus_pane(self.traces)
        can = self.session.capabilities
        if not can.traces:
            self.traces.set_title("Traces")
            self.traces.grid.placeholder = can.no_traces
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        elif self._route is not None and self._route.scope.places:
            self.traces.query_text = self._route.local
            self._show(self._route.scope, {}, self._route.filter_string)
        else:
            self._find_experiments()
            place = self.session.launch.place
            if place is not None:
                self.call_after_refresh(self.open_place, place)

    # which experiments

    def _find_experiments(self) -> None:
        tracking = self.session.tracking
        self.traces.set_title("Traces")
        self.traces.grid.placeholder = "Reading experiments …"
        self.set_freshness(self.freshness.loading())

        def read() -> dict[str, str]:
            page = tracking.search_experiments(max_results=MOST_PLACES)
            return {experiment.id: experiment.name for experiment in page.experiments}

        def got(names: dict[str, str]) -> None:
            self._names = names
            wanted, self._wanted = self._wanted, ""
            if self._route is not None:
                self._show(replace(self._route.scope, places=tuple(names)), names, self._route.filter_string)
            elif wanted:
                self.go_to("traces", wanted)
            else:
                self._show_all()

        def refused(problem: Problem) -> None:
            self.traces.state.failed(problem, "No experiments could be read.")

        self.ask(self.session.pool, "experiments", read, got, refused)

    def _show_all(self) -> None:
        called = f"{len(self._names)} experiments" if len(self._names) != 1 else next(iter(self._names.values()))
        self._show(TraceScope(tuple(self._names), called), self._names)

    def _show(self, scope: TraceScope, names: Mapping[str, str], server_filter: str = "") -> None:
        if not all(_TABLE.fullmatch(place) for place in scope.places):
            self.traces.warehouse = ""
        self.set_crumbs("traces", scope.words)
        self.traces.show_scope(scope, names or self._names, server_filter)
        if self._view_wanted and self.traces.web_views is not None:
            from tui.ui.views import ViewsOfList

            wanted, self._view_wanted = self._view_wanted, ""
            ViewsOfList(self.traces).open(wanted)

    def go_to(self, what: str, name: str = "") -> None:
        """Show the traces of an experiment, by its name or id."""
        if what != "traces" or not name or not self.session.capabilities.traces:
            return
        if self._route is None and not self._names:
            self._wanted = name  # until the experiments have been read
            return
        if self.session.capabilities.workspace and _TABLE.fullmatch(name):
            self._of_table(name)
            return
        tracking = self.session.tracking

        def find() -> tuple[str, str]:
            known = next((key for key, called in self._names.items() if name in (called, key)), None)
            if known is not None:
                return known, self._names[known]
            try:
                found = tracking.get_experiment_by_name(name)
            except Problem as problem:
                # A name of digits only may as well be an id.
                if problem.kind is not Kind.NOT_FOUND or not name.isdigit():
                    raise
                found = tracking.get_experiment(name)
            return found.id, found.name

        def found(one: tuple[str, str]) -> None:
            self._show(TraceScope((one[0],), one[1]), {**self._names, one[0]: one[1]})

        self.ask(self.session.pool, "experiment", find, found, self.say_problem)

    def _of_table(self, name: str) -> None:
        """Show the traces in a schema of Unity Catalog; which warehouse reads them is asked before one is woken."""
        traces = self.session.traces

        def offer(found: tuple[Warehouse, ...]) -> None:
            self.deck.say("")
            if not found:
                self.deck.say("No SQL warehouse may be used here, and traces in Unity Catalog need one")
                return
            choices = [
                (one.id, one.name, f"{one.state.lower()}: reading wakes it" if one.sleeps else one.state.lower())
                for one in sorted(found, key=lambda one: one.sleeps)
            ]

            def chosen(warehouse: str) -> None:
                self.traces.warehouse = warehouse
                self._show(TraceScope((name,), name), {})

            choose(self, f"Read {clean(name)} through", choices, chosen)

        self.deck.say("Looking for SQL warehouses …")
        self.ask(self.session.pool, "warehouses", traces.warehouses, offer, self.say_problem)

    def open_place(self, place: Place) -> None:
        if place.kind is PlaceKind.TRACE:
            self.deck.go(TraceRoute(place.trace))
        elif place.kind is PlaceKind.TRACES:
            self._view_wanted = place.view
            for experiment_id in place.experiment_ids[:1]:
                self.go_to("traces", experiment_id)

    def place_here(self) -> Place | None:
        scope = self.traces.scope
        if len(scope.places) != 1 or not scope.is_whole:
            return None
        return Place(PlaceKind.EXPERIMENT, scope.called, experiment=scope.called)

    def names_known(self) -> list[tuple[str, str, str]]:
        return [("trace", info.name, f"traces:/{info.id}") for info in self.traces.shown_infos()[:200]]

    def here(self) -> TraceInfo | None:
        return self.traces.here()

    def chosen(self) -> list[TraceInfo]:
        return self.traces.chosen()

    # what the keys ask for

    @on(ListPane.FreshnessChanged, "#traces")
    def _freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.traces.state.freshness)
        self.refresh_bindings()

    def action_compare(self) -> None:
        """The two that are marked; one marked: with the one here; none: this one with the next."""
        marked = [info.id for info in self.traces.marked()]
        here = self.traces.grid.cursor_key
        order = self.traces.shown_ids()
        if len(marked) == 1 and here is not None and here != marked[0]:
            marked.append(here)
        elif not marked and here is not None:
            at = order.index(here)
            marked = [here, order[at + 1]] if at + 1 < len(order) else []
        if len(marked) != 2:
            self.deck.say("Two traces are compared: mark two, or put the cursor on the one beside a mark")
            return
        self.deck.go(TraceDiffRoute(marked[0], marked[1]))

    @on(TracesPane.EverywhereWanted)
    def _one_or_all(self, event: TracesPane.EverywhereWanted) -> None:
        event.stop()
        here = self.traces.here()
        if len(self.traces.scope.places) > 1 and here is not None:
            self.go_to("traces", self._names.get(here.experiment_id, here.experiment_id))
        elif self._route is None:
            self._show_all()
        else:
            self.deck.say(f"These are the traces of {self.traces.scope.words} alone")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action in ("assess", "tags", "add_to_dataset", "links") and self.traces.here() is None:
            return False
        return super().check_action(action, parameters)

    # what has been written

    def written(self, touched: Touched) -> None:
        """Read again the traces that were written to."""
        ids = [name for thing, name in touched if thing is Thing.TRACE and name in self.traces.held]
        if len(ids) > MOST_READ_ANEW:
            self.traces.read_again()
            return
        if not ids:
            return
        traces = self.session.traces

        def read() -> list[TraceInfo]:
            return [traces.info(trace_id) for trace_id in ids]

        self.ask(self.session.pool, "changed", read, self.traces.changed, lambda _p: self.traces.read_again())

    # the keys for everywhere

    def read_again(self) -> None:
        if not self.traces.scope.places and self.session.capabilities.traces:
            self._find_experiments()
        else:
            self.traces.read_again()

    def copies_here(self) -> list[tuple[str, str]]:
        here, value = self.traces.here(), self.value_here()
        offers = [value] if value else []
        if here is not None:
            offers += trace_copies(self.session.launch.tracking_uri, here.id, here.experiment_id)
        return offers
