"""The screens at the top of a context, of which the start waits for the first only: experiments and their runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tui.app.actions import Action
from tui.domain.experiments import Experiment, StoreCondition
from tui.domain.problem import Kind, Problem
from tui.domain.text import named
from tui.features.experiments.pane import ExperimentsPane
from tui.features.runs.acts import CompareWanted
from tui.features.runs.pane import RunsPane
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.domain.places import Place
    from tui.domain.values import StoreReport
    from tui.features.run.view import RunFollower, RunView
    from tui.services.write_flow import Touched


_STORE_KINDS = (Kind.STORE_MISSING, Kind.SCHEMA, Kind.STORE_UNREADABLE)

MOST_LOOKED_IN = 1000  # experiments, where runs are looked for in all of them
RUNS_KNOWN = 5_000  # loaded runs whose names the command line completes
SOON = 0.05  # seconds in which the rows last seen are drawn, before anything else is loaded
LATEST = 0.8  # seconds after which the pane of details comes, whether runs are there or not


def _warm() -> None:
    """Load what keeps runs and lays them out, while the server is being waited for."""
    import tui.domain.runs.view
    import tui.services.runs_store  # noqa: F401


class BrowseScreen(Page, Asking):
    """Three panes side by side, or one at a time where the terminal is narrow.

    The pane of details comes after the first frame: ``details`` is None until then.
    """

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.experiments = ExperimentsPane(session, glyphs)
        self.runs = RunsPane(session, glyphs)
        self.details: RunView | None = None
        self.follower: RunFollower | None = None  # keeps the details at the run under the cursor
        self._has_details = False
        self._followed_first: RunsPane.Followed | None = None
        self._kept: Mapping[str, object] = {}  # of a session that was cut off, to be shown again
        place = session.launch.place
        elsewhere = ("models", "model", "prompts", "prompt", "traces", "trace")
        self._place: Place | None = place if place is None or place.kind.value not in elsewhere else None

    def content(self) -> ComposeResult:
        with Horizontal(id="browse-body"):
            yield self.experiments
            with Vertical(id="runs-column"):
                yield self.runs
                yield Vertical(id="details-place")

    async def _complete(self) -> None:
        """Add what the first rows were not to wait for."""
        if self._has_details:
            return
        self._has_details = True
        from tui.features.run.view import NOTHING, TABS, RunFollower, RunView

        details = RunView(id="details", session=self.session, glyphs=self.deck.glyphs, tabs=TABS, nothing=NOTHING)
        await self.query_one("#details-place").mount(details)
        self.details, self.follower = details, RunFollower(details, self.session)
        if self._followed_first is not None:
            self._followed(self._followed_first)

    def _warm(self) -> None:
        self.ask(self.session.pool, "warm", _warm, lambda _none: None, lambda _problem: None, urgency=PREFETCH)

    def on_mount(self) -> None:
        self.set_crumbs("experiments")
        self.focus_pane(self.experiments)
        self.experiments.start(follow=self._place is None)
        here = self.experiments.experiments_here()
        if self._place is None and here:
            self._show_runs(here)  # they were seen last time, and are in the first frame
        self.set_timer(SOON, self._warm)
        self.set_timer(LATEST, self._complete)
        if self._place is not None:
            place, self._place = self._place, None
            self.open_place(place)

    # from the experiments to their runs

    @on(ExperimentsPane.Settled)
    def _settled(self, event: ExperimentsPane.Settled) -> None:
        event.stop()
        self._show_runs(event.experiments)

    @on(ExperimentsPane.Wanted)
    def _wanted(self, event: ExperimentsPane.Wanted) -> None:
        event.stop()
        self._show_runs(event.experiments)
        self.focus_pane(self.runs)

    def _show_runs(self, experiments: Sequence[Experiment]) -> None:
        self.runs.show_experiments(experiments)
        self._name_place()

    @on(ListPane.FreshnessChanged, "#experiments")
    def _experiments_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.show_freshness()
        problem = event.problem
        self.runs.nothing_chosen(failed=problem is not None)
        if problem is not None and problem.kind in _STORE_KINDS:
            self.ask(self.session.pool, "store", self.session.store.inspect, self._inspected, lambda _problem: None)

    def _inspected(self, report: StoreReport) -> None:
        if report.condition is StoreCondition.READY:
            self.read_again()
        elif self.app.screen is self:
            from tui.ui.routes import StoreRoute

            self.deck.go(StoreRoute(report, self._store_opened))

    def _store_opened(self) -> None:
        self.deck.go_home("browse")
        self.read_again()

    @on(ListPane.FreshnessChanged, "#runs")
    def _runs_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.show_freshness()

    def show_freshness(self) -> None:
        """The status line tells of the pane that has the keys, or of the one that is worse off."""
        worse = max(
            (self.experiments.freshness, self.runs.freshness), key=lambda freshness: freshness.problem is not None
        )
        shown = self.runs.freshness if self.runs.experiments and worse.problem is None else worse
        self.set_freshness(shown)

    # from the runs to the run

    @on(RunsPane.Followed)
    def _followed(self, event: RunsPane.Followed) -> None:
        event.stop()
        if self.follower is None:
            self._followed_first = event
            if event.run_id is not None:
                self.call_after_refresh(self._complete)  # rows are there
        else:
            self.follower.follow(event.run_id, event.neighbours)

    @on(RunsPane.TracesFound)
    def _traces_found(self, event: RunsPane.TracesFound) -> None:
        """Say it below the experiments too, where they hide the pane of runs, which says it."""
        event.stop()
        said = event.said if self.is_narrow else ""
        if said != self.experiments.traces:
            self.experiments.traces = said
            self.experiments.show_words()

    @on(RunsPane.Opened)
    def _opened(self, event: RunsPane.Opened) -> None:
        event.stop()
        self.open_run(event.run_id)

    @on(CompareWanted)
    def _compare_wanted(self, event: CompareWanted) -> None:
        event.stop()
        if event.run_ids:
            from tui.ui.routes import CompareRoute

            store = self.runs.loader.store
            snapshot = store.snapshot() if store is not None else None
            as_of_ms, view, by = self.runs.freshness.as_of_ms, event.view, event.group_by
            self.deck.go(CompareRoute(event.run_ids, snapshot, as_of_ms, view, event.metric, event.scope, by))
        self.deck.say(event.said)

    def open_run(self, run_id: str) -> None:
        from tui.ui.routes import RunRoute  # like all that the first rows do not need

        known = self.follower.known(run_id) if self.follower is not None else None
        self.deck.go(RunRoute(run_id, known))

    # places

    def open_place(self, place: Place) -> None:
        """Go where a place names: to an experiment's runs, to some runs, to one run, to a folder of its artifacts."""
        from tui.domain.places import PlaceKind

        if place.kind is PlaceKind.RUN and place.run_ids:
            self.open_run(place.run_ids[0])
            self._open_artifacts("run", place.run_ids[0], place.artifact_path)
        elif place.kind is PlaceKind.LOGGED_MODEL:
            from tui.ui.routes import LoggedModelRoute

            self.deck.go(LoggedModelRoute("", place.model))
            self._open_artifacts("model", place.model, place.artifact_path)
        elif place.kind is PlaceKind.LOGGED_MODELS:
            from tui.ui.routes import LoggedModelsRoute

            self._find_experiments(place)
            self.deck.go(LoggedModelsRoute(place.experiment_ids, f"experiment {place.experiment_ids[0]}"))
        elif place.kind in (PlaceKind.EXPERIMENT, PlaceKind.RUNS) or place.filter_string:
            self._find_experiments(place)

    def _open_artifacts(self, kind: Literal["run", "model"], of: str, path: str) -> None:
        """Open the artifacts over the page of what they are of, with the cursor on ``path``, where one is named."""
        from tui.ui.routes import ArtifactsRoute

        if path:
            self.deck.go(ArtifactsRoute(kind, of, path=path))

    def go_to(self, what: str, name: str = "") -> None:
        """What the commands ``:runs`` and ``:experiments NAME`` do."""
        if name:
            from tui.domain.places import Place, PlaceKind

            self._find_experiments(Place(PlaceKind.EXPERIMENT, name, experiment=name))
        else:
            self.focus_pane(self.runs if what == "runs" else self.experiments)

    def _find_experiments(self, place: Place) -> None:
        tracking = self.session.tracking

        def find() -> tuple[Experiment, ...]:
            if not place.experiment_ids and not place.run_ids and not place.experiment:
                return tracking.search_experiments(max_results=MOST_LOOKED_IN).experiments
            if place.experiment_ids:
                return tuple(tracking.get_experiment(experiment_id) for experiment_id in place.experiment_ids)
            if place.run_ids:
                found = dict.fromkeys(tracking.get_run(run_id).experiment_id for run_id in place.run_ids)
                return tuple(tracking.get_experiment(experiment_id) for experiment_id in found)
            try:
                return (tracking.get_experiment_by_name(place.experiment),)
            except Problem as problem:
                # A name of digits only may as well be an id.
                if problem.kind is not Kind.NOT_FOUND or not place.experiment.isdigit():
                    raise
                return (tracking.get_experiment(place.experiment),)

        def found(experiments: tuple[Experiment, ...]) -> None:
            if place.experiment_ids or place.run_ids or place.experiment:
                self.experiments.point_at(experiments)
            elif len(experiments) == MOST_LOOKED_IN:
                self.deck.say(f"Looked for in the {MOST_LOOKED_IN} experiments that were used last")
            self.runs.show_experiments(experiments, server_filter=place.filter_string, marks=place.run_ids)
            self._name_place()
            self.focus_pane(self.runs)
            if place.view:
                from tui.ui.views import ViewsOfList

                ViewsOfList(self.runs).open(place.view)

        def refused(problem: Problem) -> None:
            self.experiments.notice.problem(problem, retry="")
            self.experiments.settle()

        self.ask(self.session.pool, "place", find, found, refused)

    def _name_place(self) -> None:
        experiments = self.runs.experiments
        if not experiments:
            self.set_crumbs("experiments")
        elif len(experiments) == 1:
            self.set_crumbs("experiments", *named(experiments[0].name).strip("/").split("/"), "runs")
        else:
            self.set_crumbs("experiments", f"{len(experiments)} experiments", "runs")

    # what has been written

    def hint_title(self, action: Action) -> str:
        restores = (action.id == "runs.delete" and self.runs.writing.restores) or (
            action.id == "experiments.delete" and self.experiments.restores
        )
        return "restore" if restores else super().hint_title(action)

    def written(self, touched: Touched) -> None:
        runs = frozenset(thing_id for sort, thing_id in touched if sort.value == "run")
        if any(sort.value == "experiment" for sort, _ in touched):
            self.experiments.read_again()
            self.runs.read_again()  # runs go and come back with their experiment
        elif runs:
            self.runs.read_changed(runs)
        if any(sort.value in ("model", "version") for sort, _ in touched):
            self.runs.loader.read_registered(tuple(runs))
        if self.follower is not None and runs:
            self.follower.read_changed(runs)

    # the keys for everywhere

    def go_back(self) -> bool:
        pane = self.current_pane()
        if self.details is not None and pane is self.details:
            if not self.details.drop_filter():
                self.focus_pane(self.runs)
            return True
        if pane is self.runs:
            if not self.runs.go_back():
                self.focus_pane(self.experiments)
            return True
        return self.experiments.go_back()

    def place_here(self) -> Place | None:
        from tui.domain.places import Place, PlaceKind

        shown = self.runs.experiments or self.experiments.experiments_here()
        return Place(PlaceKind.EXPERIMENT, shown[0].name, experiment=shown[0].name) if len(shown) == 1 else None

    def kept_here(self) -> dict[str, object]:
        """What is to come back after a line was cut: the filter and the marks of the runs."""
        return {"filter": self.runs.filter_text(), "marks": list(self.runs.grid.marks)}

    def go_on(self, experiment: str, kept: Mapping[str, object]) -> None:
        """Show the runs of an experiment again as they were."""
        from tui.domain.places import Place, PlaceKind

        self._kept = kept
        self._find_experiments(Place(PlaceKind.EXPERIMENT, experiment, experiment=experiment))

    def _as_kept(self) -> None:
        kept, self._kept = self._kept, {}
        marks, text = kept.get("marks"), kept.get("filter")
        if isinstance(marks, list):
            self.runs.grid.marks = tuple(mark for mark in marks if isinstance(mark, str))
        if isinstance(text, str) and text:
            self.runs.filter_edited(text)

    def names_here(self) -> dict[str, str | tuple[str, ...]]:
        names: dict[str, str | tuple[str, ...]] = {}
        shown = self.runs.experiments or self.experiments.experiments_here()
        if len(shown) == 1:
            names = {"EXPERIMENT": shown[0].name, "EXPERIMENT_ID": shown[0].id}
        here, view = self.runs.grid.cursor_key, self.runs.view
        if self.current_pane() is self.experiments or here is None or view is None:
            return names
        row = view.snapshot.row_of(here)
        name = view.snapshot.run_name(row) if row is not None else ""
        return {**names, "RUN_ID": here, "RUN_IDS": tuple(self.runs.grid.marks) or (here,), "RUN_NAME": name}

    def names_known(self) -> list[tuple[str, str, str]]:
        store = self.runs.loader.store
        runs = store.snapshot() if store is not None else None
        names = [("experiment", one.name, f"experiments:/{one.name}") for one in self.experiments.known()]
        if runs is not None:
            rows = range(min(runs.row_count, RUNS_KNOWN))
            names += [("run", runs.run_name(row), f"runs:/{runs.run_id(row)}") for row in rows]
        return names

    def read_again(self) -> None:
        self.experiments.read_again()
        self.runs.read_again()
        if self.follower is not None:
            self.follower.read_again()

    @property
    def watch_pace(self) -> float:
        return self.runs.watch_pace

    def watch_toggle(self) -> bool:
        return self.runs.watch_toggle()

    def times_changed(self) -> None:
        self.experiments.retick()
        self.runs.retick()
        if self.details is not None:
            self.details.retick()

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        if self.details is not None and pane is self.details:
            return self.details.value_here()
        return pane.value_here() if isinstance(pane, (ExperimentsPane, RunsPane)) else None

    def copies_here(self) -> list[tuple[str, str]]:
        from tui.services.copies import experiment_copies, run_copies

        here = self.value_here()
        offers = [here] if here else []
        uri = self.session.launch.tracking_uri
        run_id = self.runs.run_here()
        pane: Pane | None = self.current_pane()
        if pane is not self.experiments and run_id is not None:
            offers += run_copies(uri, run_id, self.runs.experiment_of(run_id))
            detail = self.details.detail if self.details is not None else None
            return offers + (self.session.run_summary(detail) if detail is not None and detail.run_id == run_id else [])
        experiment = self.experiments.experiment_here()
        if experiment is not None:
            offers += experiment_copies(uri, experiment.id, experiment.name)
        return offers


# The screens at the top of a context: the first of them is all that the start waits for.


def _browse(session: Session) -> Page:

    return BrowseScreen(session)


def _models(session: Session) -> Page:
    from tui.features.models.screen import ModelsScreen

    return ModelsScreen(session)


def _serving(session: Session) -> Page:
    from tui.features.serving.screen import ServingScreen

    return ServingScreen(session)


def _prompts(session: Session) -> Page:
    from tui.features.prompts.screen import PromptsScreen

    return PromptsScreen(session)


def _traces(session: Session) -> Page:
    from tui.features.traces.screen import TracesScreen

    return TracesScreen(session)


def _board(session: Session) -> Page:
    from tui.features.models.stores import StoresScreen

    return StoresScreen(session)


TITLES = {
    "browse": ("experiments", "Runs"),
    "models": ("models", "Models"),
    "serving": ("serving", "Serving"),
    "prompts": ("prompts", "Prompts"),
    "traces": ("traces", "Traces"),
    "board": ("board", "Board"),
}
"""The verb that goes to each, whose key stands before its title in the line at the top."""

TOPS: dict[str, Callable[[Session], Page]] = {
    "browse": _browse,
    "models": _models,
    "serving": _serving,
    "prompts": _prompts,
    "traces": _traces,
    "board": _board,
}
"""The screens at the top of a context, by the name that ``go_home`` knows it by."""


def top_screen(name: str, session: Session) -> Callable[[], Any]:
    """What makes the top screen of that name for a session."""
    return partial(TOPS[name], session)
