"""A model that a run logged, as a page: what it is, with its params, metrics, tags and files."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.artifacts import ArtifactRoot, LoggedModel
from tui.domain.problem import Kind, Problem
from tui.domain.runs.tables import about, facts, model_metrics
from tui.domain.text import named, natural
from tui.features.artifacts.view import ArtifactsPane, ArtifactsView
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
from tui.ui.page import Page
from tui.ui.routes import LoggedModelRoute

_TABS = {"overview": "Overview", "params": "Params", "metrics": "Metrics", "tags": "Tags"}


class LoggedModelScreen(Page, Asking):
    """The page of a logged model."""

    CSS_PATH = style_sheets("run.tcss", "artifacts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("logged_model")]

    def __init__(self, session: Session, route: LoggedModelRoute) -> None:
        super().__init__(session)
        self._route = route
        self.model: LoggedModel | None = None
        self.about = FactsPane(session, self.deck.glyphs, id="about", tabs=_TABS, title="Logged model")
        self.view = ArtifactsView(session, self.deck.glyphs)
        self.files = ArtifactsPane(self.view)

    def content(self) -> ComposeResult:
        with Horizontal(id="run-body"):
            yield self.about
            yield self.files

    def on_mount(self) -> None:
        super().on_mount()
        self._call_it(self._route.model_id)
        for tab in _TABS:
            self.about.say_of(tab, "Reading this model …")
        if self._route.known is not None:
            self._show(self._route.known)
        self.files.set_title("Files")
        self.view.open_root(ArtifactRoot("model", self._route.model_id))
        self.focus_pane(self.about)
        self._read()

    def _call_it(self, name: str) -> None:
        self.set_crumbs("runs", self._route.run_id[:8], "logged models", named(name))

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
        artifacts, wanted = self.session.artifacts, self._route

        def read() -> LoggedModel:
            for model in artifacts.logged_models(wanted.run_id, told=True):
                if model.model_id == wanted.model_id:
                    return model
            raise Problem(
                Kind.NOT_FOUND,
                "Could not read the logged model",
                f"The run {wanted.run_id} has no model {wanted.model_id} any more.",
            )

        self.ask(self.session.pool, "model", read, self._got, self._refused)

    def _got(self, model: LoggedModel) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.about.notice.clear()
        self._show(model)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
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
        self.view.tree_part.tell()

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
