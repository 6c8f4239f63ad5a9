"""One run as a page: what it is at the left, its params, metrics, tags, datasets and note at the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from tui.app.actions import Action, bindings, key_of
from tui.domain.artifacts import LoggedModel
from tui.domain.glyphs import Glyphs
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.runs import run_facts
from tui.domain.runs.run_facts import CHILDREN_READ, SYSTEM, RunMade, Shape
from tui.domain.series.history import MetricHistory
from tui.domain.text import clean, named, natural
from tui.domain.values import GOING_ON, MetricValue, RegisteredAs, RunDetail, RunReference
from tui.features.run.view import RunView
from tui.resources import style_sheets
from tui.services.copies import run_copies
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import NOTHING_TO_UNDO, Asking, AutoRefresh, Rest, Writer, choose
from tui.ui.page import Page
from tui.ui.routes import ArtifactsRoute, CurvesRoute, ImagesRoute, RunRoute, SweepRoute
from tui.widgets.grid import Grid
from tui.widgets.pane import TabPart

if TYPE_CHECKING:
    from tui.services.write_flow import Touched


# The metrics of a run: a row for each, whose shape and extremes are read when it has come into view.


REST_SECONDS = 0.1  # how long the view rests before what is in it is read
AT_ONCE = 2  # requests under way at one time
POINTS = 1000  # of one history: enough for its shape, and most histories whole


class MetricsView(TabPart, Asking):
    """The metrics that a person's own code recorded, or with ``system`` those of MLflow's monitor.

    Only rows in view are read, each once until it changes; opening leads to the charts of the marked metrics.
    """

    narrows = True

    def __init__(self, session: Session, glyphs: Glyphs, *, system: bool = False) -> None:
        super().__init__(classes="metrics-view")
        self._session = session
        self._glyphs = glyphs
        self._system = system
        self.grid = ArrangedGrid(session, glyphs, name="run.system" if system else "run.metrics")
        self.grid.off = frozenset()  # metrics are marked, for their charts
        self._detail: RunDetail | None = None
        self._query = ""
        self._rows: list[MetricValue] = []
        self._shapes: dict[str, Shape] = {}
        self._read_as: dict[str, MetricValue] = {}  # what the metric was when its history was read
        self._failed: set[str] = set()
        self._under_way: dict[int, str] = {}
        self._rest = Rest(self, REST_SECONDS, self._read_shapes)
        self.requests = 0

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.watch(self.grid, "scroll_y", lambda: self._rest.begin(), init=False)

    def on_resize(self) -> None:
        self._rest.begin()

    def keys_target(self) -> Widget | None:
        return self.grid

    # what is shown

    def show_run(self, detail: RunDetail) -> None:
        if self._detail is None or detail.run_id != self._detail.run_id:
            self._shapes.clear()
            self._read_as.clear()
            self.grid.marks = ()
        self._detail = detail
        self._failed.clear()
        self._show()

    @property
    def shown_count(self) -> int:
        return len(self._rows)

    def narrow(self, query: str) -> None:
        """Show the metrics whose names hold every word of ``query``."""
        if query != self._query:
            self._query = query
            self._show()

    def _show(self) -> None:
        if self._detail is None:
            return
        everything = run_facts.of_tab(self._detail.metrics, system=self._system)
        self._rows = run_facts.matching(everything, self._query)
        if everything and not self._rows:
            self.grid.placeholder = (
                f"No metric's name holds  {clean(self._query)}   {key_of('app.back')} clears the filter"
            )
        elif self._system:
            hint = "mlflow.enable_system_metrics_logging() records them"
            self.grid.placeholder = f"This run has no system metrics.\n{hint}"
        else:
            self.grid.placeholder = "This run has no metrics."
        self._fill()
        self._rest.begin()

    def _fill(self) -> None:
        now_ms = self._session.clock.now_ms()
        self.grid.table = run_facts.metric_table(self._rows, self._shapes, now_ms, self._glyphs)

    # shapes, of what is in view

    def _missing(self) -> list[MetricValue]:
        """The metrics in view whose histories have not been read since they last changed."""
        top = self.grid.scroll_offset.y
        table, end = self.grid.table, min(top + max(1, self.grid.size.height - 1), len(self._rows))
        named = {m.key: m for m in self._rows}
        in_view = [named[table.row_key(row)] for row in range(top, end)] if table is not None else []
        return [
            m
            for m in in_view
            if self._read_as.get(m.key) != m and m.key not in self._failed and m.key not in self._under_way.values()
        ]

    def _read_shapes(self) -> None:
        if self._detail is None or not self.display or not self.grid.size.height:
            return
        run_id, history = self._detail.run_id, self._session.history
        for metric in self._missing()[: AT_ONCE - len(self._under_way)]:
            lane = next(number for number in range(AT_ONCE) if number not in self._under_way)
            self._under_way[lane] = metric.key
            self.requests += 1
            self.ask(
                self._session.pool,
                f"shape-{lane}",
                lambda key=metric.key: history.sampled([run_id], key, points=POINTS),  # type: ignore[misc]
                lambda found, lane=lane, metric=metric: self._got(run_id, lane, metric, found),  # type: ignore[misc]
                lambda _problem, lane=lane: self._refused(lane, _problem),  # type: ignore[misc]
                urgency=PREFETCH,
            )

    def _got(self, run_id: str, lane: int, metric: MetricValue, found: dict[str, MetricHistory]) -> None:
        self._under_way.pop(lane, None)
        if self._detail is not None and self._detail.run_id == run_id:
            history = found.get(run_id, MetricHistory(run_id, metric.key))
            self._shapes[metric.key] = run_facts.shape_of(history, self._glyphs)
            self._read_as[metric.key] = metric
            self._fill()
        self._read_shapes()

    def _refused(self, lane: int, problem: Problem) -> None:
        """A shape is only read ahead: the row stays without one, and the chart will say why."""
        key = self._under_way.pop(lane, None)
        if key is not None:
            self._failed.add(key)
        if not problem.is_connection:
            self._read_shapes()

    # keys

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        detail = self._detail
        if detail is None or event.row_key is None:
            return
        here = {m.key for m in self._rows}
        keys = tuple(key for key in self.grid.marks if key in here) or (event.row_key,)
        known = RunReference(detail.run_id, detail.name, detail.status, detail.lifecycle)
        self.deck.go(CurvesRoute((detail.run_id,), keys, (known,)))

    def step_back(self) -> bool:
        had = bool(self.grid.marks)
        self.grid.marks = ()
        return had

    def value_here(self) -> tuple[str, str] | None:
        metric = next((m for m in self._rows if m.key == self.grid.cursor_key), None)
        return (clean(metric.key), repr(metric.value)) if metric is not None else None


class RunScreen(Page, Asking):
    """The page of the run ``run_id``; ``known`` shows at once what has been read already, ``files`` its artifacts."""

    CSS_PATH = style_sheets("run.tcss", "artifacts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("run")]

    def __init__(
        self, session: Session, run_id: str, known: RunDetail | None = None, *, files: Callable[[Glyphs], TabPart]
    ) -> None:
        super().__init__(session)
        self._writer = Writer(self, session)
        self.run_id = run_id
        self._known = known
        self.detail: RunDetail | None = None
        self.children_known: tuple[RunReference, ...] | None = None
        self.made = RunMade()
        settings = session.launch.settings
        self.refreshing = self._watch = AutoRefresh(
            self, settings.watch_seconds, self._watch_tick, running_seconds=settings.watch_running_seconds
        )
        self._followed = False  # a running run refreshes by itself, until a person stops that
        glyphs = self.deck.glyphs
        self.overview = RunView(id="overview", session=session, glyphs=glyphs, tabs=["overview"], title="Run")
        self.tabs = RunView(
            id="run-tabs",
            session=session,
            glyphs=glyphs,
            tabs=["params", "metrics", "system", "tags", "datasets", "note", "artifacts"],
            title="Contents",
            parts={
                "metrics": MetricsView(session, glyphs),
                "system": MetricsView(session, glyphs, system=True),
                "artifacts": files(glyphs),
            },
        )

        self.overview.turns = self.tabs

    def content(self) -> ComposeResult:
        with Horizontal(id="run-body"):
            yield self.overview
            yield self.tabs

    def on_mount(self) -> None:
        self.set_crumbs("runs", self.run_id[:8])
        if self._known is not None:
            self._show(self._known)
        self.focus_pane(self.tabs)
        self.call_after_refresh(self.read_again)

    # reading

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        for view in (self.overview, self.tabs):
            if self.detail is None:
                view.show_nothing("Reading this run …")
            view.show_loading()
        if self.tabs.part is not None:
            self.tabs.part.read_again()
        tracking, run_id = self.session.tracking, self.run_id
        pool = self.session.pool
        self.ask(pool, "run", lambda: tracking.get_run(run_id), self._got_run, self._refused_run, stops="the run")

    def _got_run(self, detail: RunDetail) -> None:
        self.deck.notices.saw_run(detail.run_id, detail.name, detail.status)
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self._show(detail)
        self._follow(detail.status in GOING_ON)
        tracking = self.session.tracking
        self.ask(
            self.session.pool,
            "children",
            lambda: tracking.child_runs(detail.run_id, detail.experiment_id, max_results=CHILDREN_READ),
            self._got_children,
            self._refused_children,
            urgency=PREFETCH,
        )
        self._read_made(detail.run_id)

    def _read_made(self, run_id: str) -> None:
        """Read the logged models, and what is registered of them: two requests that do not wait for each other."""
        artifacts, registry, pool = self.session.artifacts, self.session.registry, self.session.pool

        def got_models(models: tuple[LoggedModel, ...]) -> None:
            self._now_made(replace(self.made, models=models, models_note=""))

        def refused_models(problem: Problem) -> None:
            words = problem.message if problem.kind is Kind.UNSUPPORTED else f"not read: {problem.message}"
            self._now_made(replace(self.made, models_note=clean(words)))

        def got_versions(found: dict[str, tuple[RegisteredAs, ...]]) -> None:
            self._now_made(replace(self.made, versions=found.get(run_id, ()), versions_note=""))

        def refused_versions(problem: Problem) -> None:
            words = (
                f"{problem.message} {problem.hint}"
                if problem.kind is Kind.UNSUPPORTED
                else f"not read: {problem.message}"
            )
            self._now_made(replace(self.made, versions_note=clean(words)))

        models = partial(artifacts.logged_models, run_id, told=True)
        self.ask(pool, "models", models, got_models, refused_models, urgency=PREFETCH)
        versions = partial(registry.registered_as, [run_id])
        self.ask(pool, "versions", versions, got_versions, refused_versions, urgency=PREFETCH)

    def _now_made(self, made: RunMade) -> None:
        self.made = made
        self.overview.show_made(made)

    def _refused_run(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.overview.show_problem(problem)
        self.tabs.grid.set_class(False, "stale")
        if self.detail is None:
            self.overview.grid.placeholder = ""
            self.tabs.grid.placeholder = "Nothing could be read of this run."

    def _got_children(self, children: tuple[RunReference, ...]) -> None:
        self.children_known = children
        if self.detail is not None:
            self._show(self.detail)
        self.refresh_bindings()

    def _refused_children(self, problem: Problem) -> None:
        self.overview.notice.tell_warning(f"{clean(problem.title)}: {clean(problem.message)}")

    def _show(self, detail: RunDetail) -> None:
        self.detail = detail
        self.set_crumbs("experiments", named(detail.experiment_name), named(detail.name) or detail.run_id)
        self.overview.show_run(detail, self.children_known, self.made)
        self.tabs.show_run(detail)
        self.refresh_bindings()

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "parent":
            return self.detail is not None and self.detail.parent_id is not None
        if action == "children":
            return bool(self.children_known)
        if action == "sweep":
            return self.detail is not None and self.children_known != ()
        if action in ("tags", "note", "rename", "delete"):
            return self.detail is not None
        if action == "undo":
            return self._writer.can_take_back_runs
        if action == "register":
            return self.detail is not None
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return {
            "parent": "This run has no parent",
            "children": "No child of this run is known",
            "sweep": "This run has no child runs, which are the trials of a sweep" if self.detail else "",
            "undo": NOTHING_TO_UNDO,
        }.get(verb) or "The run has not been read"

    def action_register(self) -> None:
        self.deck.register(run_id=self.run_id)

    def _reference(self) -> tuple[RunReference, ...]:
        found = self.detail
        return (RunReference(found.run_id, found.name, found.status, found.lifecycle),) if found is not None else ()

    def action_images(self) -> None:
        self.deck.go(ImagesRoute((self.run_id,), self._reference()))

    def action_all_curves(self) -> None:
        """Draw every metric of the run, those of the machine after the others."""
        names = {metric.key for metric in self.detail.metrics} if self.detail is not None else set()
        if not names:
            self.deck.say("This run has recorded no metric")
            return
        keys = tuple(sorted(names, key=lambda name: (name.startswith(SYSTEM), natural(name))))
        self.deck.go(CurvesRoute((self.run_id,), keys, self._reference()))

    def action_artifacts(self) -> None:
        name = named(self.detail.name) if self.detail is not None else ""
        self.deck.go(ArtifactsRoute("run", self.run_id, name))

    # what writes

    def shows(self, touched: Touched) -> bool:
        # A version may have been made of it, or an alias of one of its versions moved.
        return any(self.run_id == thing_id or sort.value in ("model", "version") for sort, thing_id in touched)

    def hint_title(self, action: Action) -> str:
        deleted = self.detail is not None and self.detail.lifecycle == "deleted"
        return "restore" if action.id == "run.delete" and deleted else super().hint_title(action)

    def action_rename(self) -> None:
        from tui.domain.writes.changes import Thing

        if self._writer.may_write() and self.detail is not None:
            housekeeping, run_id = self.session.housekeeping, self.run_id
            self._writer.rename(Thing.RUN, self.detail.name or run_id, lambda: housekeeping.run(run_id))

    def action_note(self) -> None:
        from tui.domain.writes.changes import Thing

        if self._writer.may_write() and self.detail is not None:
            housekeeping, run_id = self.session.housekeeping, self.run_id
            self._writer.edit_note(Thing.RUN, self.detail.name or run_id, lambda: housekeeping.run(run_id))

    def action_tags(self) -> None:
        if self._writer.may_write() and self.detail is not None:
            housekeeping, run_id = self.session.housekeeping, self.run_id
            name = named(self.detail.name) or run_id
            self._writer.edit_tags(f"Tags of run {name}", lambda: housekeeping.runs([run_id]))

    def action_delete(self) -> None:
        """Delete the run, or restore it where it is deleted."""
        from tui.domain.writes import changes

        detail, housekeeping, run_id = self.detail, self.session.housekeeping, self.run_id
        if not self._writer.may_write() or detail is None:
            return
        if detail.lifecycle == "deleted":
            self._writer.confirm("Restore run", lambda: changes.restoration(housekeeping.runs([run_id])))
        else:
            within = [detail.experiment_id]
            self._writer.confirm("Delete run", lambda: housekeeping.deletion_of_runs([run_id], within))

    def action_undo(self) -> None:
        self._writer.take_back_runs()

    def action_its_traces(self) -> None:
        if self.detail is not None:
            from tui.domain.traces.values import TraceScope
            from tui.ui.routes import TracesRoute

            scope = TraceScope((self.detail.experiment_id,), self.detail.name, run_id=self.detail.run_id)
            self.deck.go(TracesRoute(scope))

    def action_parent(self) -> None:
        if self.detail is not None and self.detail.parent_id is not None:
            self.deck.go(RunRoute(self.detail.parent_id))

    def action_sweep(self) -> None:
        run = self.detail
        if run is not None:
            told = (*run.params.items(), *run.tags.items())
            self.deck.go(SweepRoute(run.experiment_id, run.name or run.run_id, run.run_id, told))

    def action_children(self) -> None:
        from tui.domain.runs.run_facts import status_text

        glyphs = self.deck.glyphs
        choices = [
            (child.run_id, child.name or child.run_id, status_text(child.status, child.lifecycle, glyphs))
            for child in self.children_known or ()
        ]

        choose(self, "Child runs", choices, lambda run_id: self.deck.go(RunRoute(run_id)), does="enter open")

    def go_back(self) -> bool:
        return self.tabs.step_back()

    def _follow(self, running: bool) -> None:
        """Begin to refresh by itself with a run that runs, and stop with its end."""
        begins = running and not self._followed and not self._watch.is_on
        ends = not running and self._followed and self._watch.is_on
        self._watch.is_running(running)
        if begins or ends:
            self.watch_toggle()
        self._followed = self._followed or running
        self.show_status()

    def _watch_tick(self) -> None:
        if self.is_seen and not self.is_asking("run"):
            self.read_again()

    def names_here(self) -> dict[str, str | tuple[str, ...]]:
        found = self.detail
        names: dict[str, str | tuple[str, ...]] = {"RUN_ID": self.run_id, "RUN_IDS": (self.run_id,)}
        if found is not None:
            about = {"RUN_NAME": found.name, "EXPERIMENT": found.experiment_name, "EXPERIMENT_ID": found.experiment_id}
            names.update(about)
        return names

    def pin_here(self) -> tuple[str, str] | None:
        known = self.detail
        return (f"run {known.name or known.run_id}", f"runs:/{known.run_id}") if known is not None else None

    def place_here(self) -> Place | None:
        name = self.detail.experiment_name if self.detail is not None else ""
        return Place(PlaceKind.EXPERIMENT, name, experiment=name) if name else None

    def times_changed(self) -> None:
        self.overview.retick()
        self.tabs.retick()

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        return pane.value_here() if isinstance(pane, RunView) else None

    def copies_here(self) -> list[tuple[str, str]]:
        pane = self.current_pane()
        offers = pane.copies_here() if isinstance(pane, RunView) else []
        if self.detail is not None:
            offers += run_copies(self.session.launch.tracking_uri, self.detail.run_id, self.detail.experiment_id)
            offers += self.session.run_summary(self.detail)
        return offers
