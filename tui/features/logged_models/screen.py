"""The models that were logged in experiments (MLflow 3), as a list and each as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings, key_of
from tui.domain import quantities
from tui.domain.artifacts import ArtifactRoot, LoggedModel, LoggedModelsPage, ModelMetric
from tui.domain.columns import ColumnSpec, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.models.measures import latest_metrics
from tui.domain.models.values import SourceRun
from tui.domain.problem import Kind, Problem
from tui.domain.runs.run_facts import about, facts, model_metrics
from tui.domain.table import Tone
from tui.domain.text import clean, named, natural
from tui.domain.traces.values import TraceScope
from tui.domain.values import RegisteredAs
from tui.gateway.ports import RegistryPort
from tui.resources import style_sheets
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking, choose
from tui.ui.facts import FactsPane
from tui.ui.list_pane import HeldPane, ListPane
from tui.ui.page import Page
from tui.ui.routes import (
    LoggedModelRoute,
    LoggedModelsDiffRoute,
    LoggedModelsRoute,
    RunRoute,
    TracesRoute,
    VersionRoute,
)
from tui.widgets.pane import Pane, TabPart

PAGE = 100
FIRST = 1000  # models that are read without being asked for
_MEASURED_SHOWN = 6  # metrics that are shown while nobody has chosen columns
_STATES: Mapping[str, Tone] = {"FAILED": "bad", "PENDING": "warn"}


def _called(version: RegisteredAs) -> str:
    return " ".join((f"{version.model} v{version.version}", *version.aliases))


def versions_of(
    registry: RegistryPort, run_ids: Sequence[str], models: Sequence[LoggedModel]
) -> dict[str, tuple[RegisteredAs, ...]]:
    """The versions made of each of these models; it blocks. The tags of models may tell of fewer, and of those gone.

    A version names its model by its source, ``models:/m-…`` or the folder of the model's files; where the source is
    another copy of them, only the model's tag tells.
    """
    try:
        told = registry.registered_as([*run_ids, *(model.model_id for model in models)])
    except Problem as problem:
        if problem.kind is not Kind.UNSUPPORTED:
            raise
        told = {}  # a catalog is not searched so
    known = {(one.model, one.version): one for some in told.values() for one in some}
    asked = dict.fromkeys([*known, *(pair for model in models for pair in model.registered)])
    of_place = {model.place.rstrip("/"): model.model_id for model in models}
    of_tag = {pair: model.model_id for model in models for pair in model.registered}
    found: dict[str, tuple[RegisteredAs, ...]] = {model.model_id: () for model in models}
    for pair, made in registry.get_versions(list(asked)).items():
        of = made.model_id or of_place.get(made.source.rstrip("/")) or of_tag.get(pair, "")
        if of in found:
            found[of] += (known.get(pair) or RegisteredAs(*pair, ()),)
    return found


class LoggedModelsPane(HeldPane[LoggedModel]):
    """Logged models; each metric on each dataset is a column, and each param."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("logged_models")]
    filter_hint = "words in names, ids, runs, params and tags"
    nothing_to_ask = "The filter holds for the logged models that were read"
    things = ("logged model", "logged models")
    first_sort: SortOrder = (("created", True),)
    gives_way = True
    comes_back = True

    def __init__(self, session: Session, glyphs: Glyphs, route: LoggedModelsRoute) -> None:
        super().__init__(session, glyphs, id="logged-models")
        self.route = route
        self.measured: dict[str, dict[tuple[str, str], ModelMetric]] = {}  # the last by metric and dataset
        self.runs: dict[str, SourceRun] = {}
        self.versions: dict[str, tuple[RegisteredAs, ...]] = {}  # by model, once that has been read
        self.next_token: str | None = None
        self.reads_all = False

    @property
    def narrowing_name(self) -> str:
        return f"logged-models:{','.join(sorted(self.route.experiment_ids))}"

    def take(self, page: LoggedModelsPage, *, first: bool) -> None:
        """Show a page of models, after those before it."""
        found = {model.model_id: model for model in page.models}
        self.held = found if first else self.held | found
        measured = {
            key: {(one.key, one.dataset): one for one in latest_metrics(model.metrics)} for key, model in found.items()
        }
        self.measured = measured if first else self.measured | measured
        self.next_token = page.next_token

    def key_of(self, row: LoggedModel) -> str:
        return row.model_id

    def searched(self, row: LoggedModel) -> str:
        kept = " ".join(f"{key} {value}" for of in (row.params, row.tags) for key, value in of.items())
        run = self._run_name(row)
        return f"{row.name} {row.model_id} {row.status} {row.model_type} {run} {row.source_run_id} {kept}"

    def registered(self, row: LoggedModel) -> tuple[RegisteredAs, ...]:
        """The versions made of a model; until that has been read, those that its own tag tells of."""
        told = tuple(RegisteredAs(model, version, ()) for model, version in row.registered)
        return self.versions.get(row.model_id, told)

    def _run_name(self, row: LoggedModel) -> str:
        run = self.runs.get(row.source_run_id)
        return run.name if run is not None and run.name else row.source_run_id[:8]

    def specs(self) -> Sequence[ColumnSpec[LoggedModel]]:
        now, zone = self.session.clock.now_ms(), self.zone

        def created(row: LoggedModel) -> tuple[str, Tone]:
            if row.created_ms is None:
                return self.glyphs.absent, "muted"
            return quantities.when(row.created_ms, now, zone), "muted"

        def text(of: Callable[[LoggedModel], str]) -> Callable[[LoggedModel], str]:
            return lambda row: clean(of(row))

        on_data = sorted({at for found in self.measured.values() for at in found}, key=lambda at: natural("@".join(at)))
        params = sorted({key for model in self.held.values() for key in model.params}, key=natural)
        several = len({model.experiment_id for model in self.held.values()}) > 1
        return (
            ColumnSpec("name", "name", lambda row: named(row.name), frozen=True, least=10, widest=32),
            ColumnSpec("status", "status", lambda row: (clean(row.status.lower()), _STATES.get(row.status, "")),
                       least=5, widest=10),
            ColumnSpec("created", "created" if zone is not None else "age", created, lambda row: row.created_ms,
                       better="higher", align="right", means="time"),
            ColumnSpec("run", "source run", text(self._run_name), least=8, widest=28),
            ColumnSpec("registered", "registered as",
                       text(lambda row: ", ".join(_called(one) for one in self.registered(row))),
                       least=10, widest=36),
            *(self._measure(*at, shown=place < _MEASURED_SHOWN) for place, at in enumerate(on_data)),
            *(self._param(name) for name in params),
            ColumnSpec("type", "type", text(lambda row: row.model_type), default=False, widest=20),
            ColumnSpec("experiment", "experiment", text(lambda row: row.experiment_id), default=several, widest=20),
            ColumnSpec("run id", "run id", text(lambda row: row.source_run_id), default=False, widest=34),
            ColumnSpec("id", "model id", text(lambda row: row.model_id), widest=36),
        )  # fmt: skip

    def _measure(self, key: str, dataset: str, *, shown: bool) -> ColumnSpec[LoggedModel]:
        def value(row: LoggedModel) -> float | None:
            found = self.measured[row.model_id].get((key, dataset))
            return found.value if found is not None else None

        def cell(row: LoggedModel) -> str:
            found = value(row)
            return "" if found is None else quantities.number(found)

        name = f"{key}@{dataset}" if dataset else key
        return ColumnSpec(f"metric.{name}", clean(name), cell, value, default=shown, better="higher", align="right",
                          group="metric", widest=24, means="number", detail="the last value")  # fmt: skip

    def _param(self, name: str) -> ColumnSpec[LoggedModel]:
        return ColumnSpec(f"param.{name}", clean(name), lambda row: clean(row.params.get(name, "")), default=False,
                          group="param", widest=24)  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return ("Logged models", named(self.route.called))

    def count_words(self) -> str:
        more = "" if self.next_token is None else " of ?"
        return quantities.count(len(self.held)) + more

    def notes(self) -> Sequence[str]:
        going = self.reads_all and self.next_token is not None
        more = f"{key_of('logged_models.load_all')} loads the older ones" if self.next_token is not None else ""
        return (self.pace_words(len(self.held), None, going=going) or more,)

    def empty_words(self) -> str:
        return "No model was logged here with MLflow 3.\nr reads again"

    # reading

    def read_again(self) -> None:
        if lacking := self.session.capabilities.no_logged_models:
            self.grid.placeholder = lacking
            self.state.live()
            return
        self.state.loading("Reading the logged models …")
        self._read(None, max(FIRST, len(self.held)))

    def _read(self, token: str | None, wanted: int) -> None:
        """Read a page from where ``token`` leads, and on until so many are here."""
        artifacts, ids = self.session.artifacts, self.route.experiment_ids

        def got(page: LoggedModelsPage) -> None:
            self.take(page, first=token is None)
            if page.next_token is not None and len(self.held) < wanted:
                self._read(page.next_token, wanted)
            else:
                self.reads_all = False
                self.state.live()
            self.fill()
            self._read_around(page.models)

        self.ask(self.session.pool, "models", lambda: artifacts.models_of(ids, max_results=PAGE, token=token), got,
                 self._refused, stops="the logged models")  # fmt: skip

    def _read_around(self, models: Sequence[LoggedModel]) -> None:
        """Read what the runs are called, and which versions were made of the models."""
        registry = self.session.registry

        def read() -> tuple[Mapping[str, SourceRun], Mapping[str, tuple[RegisteredAs, ...]]]:
            runs = list(dict.fromkeys(one.source_run_id for one in models if one.source_run_id))
            return registry.source_runs(runs), versions_of(registry, runs, models)

        def got(found: tuple[Mapping[str, SourceRun], Mapping[str, tuple[RegisteredAs, ...]]]) -> None:
            self.runs |= found[0]
            self.versions |= found[1]
            self.fill()
            self.refresh_bindings()

        if models:
            series = f"around {models[0].model_id}"
            self.ask(self.session.pool, series, read, got, self.notice.problem, urgency=PREFETCH)

    def _refused(self, problem: Problem) -> None:
        self.reads_all = False
        self.state.failed(problem, "No logged model could be read.")
        self.show_words()

    # what the keys mean

    def open_row(self, key: str) -> None:
        model = self.held[key]
        self.deck.go(LoggedModelRoute(model.source_run_id, key, model))

    def action_load_all(self) -> None:
        if self.next_token is not None and not self.is_asking("models"):
            self.reads_all = True
            self.state.loading()
            self._read(self.next_token, 10**9)

    def action_run(self) -> None:
        here = self.here()
        if here is not None and here.source_run_id:
            self.deck.go(RunRoute(here.source_run_id))

    def action_version(self) -> None:
        here = self.here()
        made = self.registered(here) if here is not None else ()
        if len(made) < 2:
            for one in made:
                self.deck.go(VersionRoute(one.model, one.version))
            return

        def picked(at: str) -> None:
            one = made[int(at)]
            self.deck.go(VersionRoute(one.model, one.version))

        choices = [(str(at), f"{one.model} v{one.version}", " ".join(one.aliases)) for at, one in enumerate(made)]
        choose(self, "Versions made of this model", choices, picked)

    def action_its_traces(self) -> None:
        here = self.here()
        if here is not None:
            self.deck.go(TracesRoute(TraceScope((), here.name, model_id=here.model_id)))

    def action_compare(self) -> None:
        """Those marked, in the order of marking; one marked: with the one here; none: with the next below."""
        chosen, here, table = self.chosen(), self.here(), self.grid.table
        if len(chosen) == 1 and here is not None:
            if here not in chosen:
                chosen.append(here)
            elif table is not None and (row := self.grid.cursor_row + 1) < table.row_count:
                chosen.append(self.held[table.row_key(row)])
        if len(chosen) < 2:
            self.deck.say("Two logged models or more are compared: mark them, or put the cursor beside a mark")
            return
        self.deck.go(LoggedModelsDiffRoute(tuple(chosen)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        here = self.here()
        if action == "load_all":
            return self.next_token is not None
        if action in ("compare", "its_traces"):
            return here is not None
        if action == "run":
            return here is not None and bool(here.source_run_id)
        if action == "version":
            return here is not None and bool(self.registered(here))
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb == "load_all":
            return "Every logged model is loaded"
        if self.here() is None:
            return "No logged model is under the cursor"
        return "It was logged outside of a run" if verb == "run" else "No version was made of it"

    def copies_here(self) -> list[tuple[str, str]]:
        here, value = self.here(), self.value_here()
        offers = [value] if value else []
        if here is not None:
            offers += [("model id", here.model_id), ("model URI", f"models:/{here.model_id}")]
        return offers


class LoggedModelsScreen(Page):
    """The models logged in some experiments, as a page."""

    def __init__(self, session: Session, route: LoggedModelsRoute) -> None:
        super().__init__(session)
        self.only_list = self.pane = LoggedModelsPane(session, self.deck.glyphs, route)

    def on_mount(self) -> None:
        self.set_crumbs("experiments", named(self.pane.route.called), "logged models")
        self.pane.recall()
        self.focus_pane(self.pane)
        self.pane.read_again()

    def read_again(self) -> None:
        self.pane.read_again()

    @on(ListPane.FreshnessChanged)
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.pane.state.freshness)

    def copies_here(self) -> list[tuple[str, str]]:
        return self.pane.copies_here()


# One of them as a page: what it is, with its params, metrics, tags and files.


_GONE = "A deleted one cannot be read; the versions made of it still load."
_TABS = {"overview": "Overview", "params": "Params", "metrics": "Metrics", "tags": "Tags"}


class LoggedModelScreen(Page, Asking):
    """The page of a logged model; ``files`` makes the pane of its files, and the view of them that is in it."""

    CSS_PATH = style_sheets("run.tcss", "artifacts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("logged_model")]

    def __init__(
        self, session: Session, route: LoggedModelRoute, *, files: Callable[[Glyphs], tuple[Pane, TabPart]]
    ) -> None:
        super().__init__(session)
        self._route = route
        self.model: LoggedModel | None = None
        self.about = FactsPane(session, self.deck.glyphs, id="about", tabs=_TABS, title="Logged model")
        self.files, self.view = files(self.deck.glyphs)

    def content(self) -> ComposeResult:
        with Horizontal(id="run-body"):
            yield self.about
            yield self.files

    def on_mount(self) -> None:
        self._call_it(self._route.model_id)
        for tab in _TABS:
            self.about.say_of(tab, "Reading this model …")
        if self._route.known is not None:
            self._show(self._route.known)
        self.files.set_title("Files")
        self.focus_pane(self.about)
        self._read()

    def _call_it(self, name: str) -> None:
        run_id = self.model.source_run_id if self.model is not None else self._route.run_id
        of = ("runs", run_id[:8]) if run_id else ()
        self.set_crumbs(*of, "logged models", named(name))

    def action_its_traces(self) -> None:
        from tui.domain.traces.values import TraceScope
        from tui.ui.routes import TracesRoute

        name = self.model.name if self.model is not None else ""
        self.deck.go(TracesRoute(TraceScope((), name, model_id=self._route.model_id)))

    # reading

    def read_again(self) -> None:
        self.view.read_again()
        self._read()

    def _read(self) -> None:
        self.set_freshness(self.freshness.loading())
        artifacts, wanted = self.session.artifacts, self._route.model_id
        self.ask(self.session.pool, "model", lambda: artifacts.logged_model(wanted), self._got, self._refused)

    def _got(self, model: LoggedModel) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.about.notice.clear()
        self._show(model)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        if problem.kind is Kind.NOT_FOUND:
            problem = Problem(problem.kind, problem.title, problem.message, _GONE, code=problem.code)
        self.about.show_problem(problem)
        if self.model is None:
            for tab in _TABS:
                self.about.say_of(tab, "Nothing could be read of this model.")

    def _show(self, model: LoggedModel) -> None:
        self.model = model
        self._call_it(model.name or model.model_id)
        clock = self.session.clock
        created = ""
        if model.created_ms is not None:
            ago = quantities.ago(model.created_ms, clock.now_ms())
            created = f"{quantities.stamp(model.created_ms, clock.zone)}  ({ago})"
        shown = about(model, created, self.deck.glyphs)
        self.about.put("overview", lambda _query: shown)
        params, tags = (sorted(of.items(), key=lambda pair: natural(pair[0])) for of in (model.params, model.tags))
        self.about.put("params", lambda query: facts(params, query, heading=("param", "value")))
        self.about.put("metrics", partial(model_metrics, model))
        self.about.put("tags", lambda query: facts(tags, query, heading=("tag", "value")))

    # keys

    def action_register(self) -> None:
        self.deck.register(uri=ArtifactRoot("model", self._route.model_id).uri())

    def go_back(self) -> bool:
        pane = self.current_pane()
        return self.view.step_back() if pane is self.files else self.about.drop_filter()

    def times_changed(self) -> None:
        if self.model is not None:
            self._show(self.model)
        self.view.retick()

    def value_here(self) -> tuple[str, str] | None:
        return self.view.value_here() if self.current_pane() is self.files else self.about.value_here()

    def copies_here(self) -> list[tuple[str, str]]:
        if self.current_pane() is self.files:
            offers = self.view.copies_here()
        else:
            here = self.about.value_here()
            offers = [here] if here else []
        model_id = self._route.model_id
        return [*offers, ("model id", model_id), ("model URI", f"models:/{model_id}")]
