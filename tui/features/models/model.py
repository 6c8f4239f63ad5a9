"""One registered model as a page: what it is and what is wrong with it at the left, its versions at the right."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain.models import tables as model_tables
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.features.models.registry_page import NewsWatch, RegistryPage
from tui.features.models.versions import VersionsPane
from tui.resources import style_sheets
from tui.services.copies import model_copies
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.facts import FactsPane
from tui.ui.list_pane import ListPane
from tui.ui.routes import VersionRoute


class ModelScreen(RegistryPage):
    """The page of the model ``name``; the cursor is put on the version that ``alias`` or ``stage`` names."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]
    has_page = False

    def __init__(self, session: Session, name: str, alias: str = "", stage: str = "") -> None:
        super().__init__(session)
        self.model_name = name
        self.alias, self.stage = alias, stage
        self.model: RegisteredModel | None = None
        self._count: int | None = None
        glyphs = self.deck.glyphs
        tabs = {"about": "About", "description": "Description"}
        self.about = FactsPane(session, glyphs, id="about", tabs=tabs, title="Model")
        self.versions = VersionsPane(session, glyphs)
        self._news = NewsWatch(self, self._look_for_news)

    def content(self) -> ComposeResult:
        with Horizontal(id="model-body"):
            yield self.about
            yield self.versions

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("models", named(self.model_name))
        self.about.say_of("about", "Reading this model …")
        self.focus_pane(self.versions)
        self.read_again()

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        registry, name = self.session.registry, self.model_name
        self.ask(self.session.pool, "model", lambda: registry.get_model(name), self._got, self._refused)

    def _got(self, model: RegisteredModel) -> None:
        first = self.model is None
        self.model = model
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.session.desk.health.forget(model.name)
        self.session.desk.take_models([model])
        self.versions.follow(model, at_once=True)
        if first and (self.alias or self.stage):
            at, said = _named(model, self.alias, self.stage)
            if at:
                self.versions.point_at(at)
            if said:
                self.deck.say(clean(said))
        self._show()
        health, registry = self.session.desk.health, self.session.registry

        def learn() -> int | None:
            health.gather_numbers([model])
            health.gather([model], facts=True)
            return registry.count_versions([model.name]).get(model.name)

        self.ask(self.session.pool, "evidence", learn, self._learnt, self.about.show_problem, urgency=PREFETCH)
        self.refresh_bindings()

    def _learnt(self, count: int | None) -> None:
        self._count = count
        self._show()
        self.versions.fill()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.about.show_problem(problem)
        if self.model is None:
            self.about.say_of("about", "Nothing could be read of this model.")
            self.versions.grid.placeholder = ""

    def _show(self) -> None:
        model = self.model
        if model is None:
            return
        clock = self.session.clock
        zone = clock.zone if self.deck.absolute_times else None
        reading = Notation(clock.now_ms(), zone, self.deck.glyphs)
        health = self.session.desk.health
        shown = model_tables.about_model(
            model, health.findings(model), self._count, reading, health.numbered(model.name)
        )
        self.about.notice.clear()
        self.about.put("about", lambda _query: shown)
        self.about.put("description", model.description)

    @on(VersionsPane.Opened)
    def _opened(self, event: VersionsPane.Opened) -> None:
        event.stop()
        self.deck.go(VersionRoute(event.made.name, event.made.version))

    @on(ListPane.FreshnessChanged, "#versions")
    def _versions_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        if self.model is not None:
            self._news.tell([self.model])
        self.refresh_bindings()

    @property
    def watch_pace(self) -> float:
        return self._news.pace

    def watch_toggle(self) -> bool:
        return self._news.toggle()

    def _look_for_news(self) -> None:
        if not self.is_asking("model"):
            self.read_again()

    # what the keys mean

    def model_here(self) -> RegisteredModel | None:
        return self.model

    def version_here(self) -> ModelVersion | None:
        return self.versions.version_here() if self.current_pane() is self.versions else None

    def versions_known(self) -> list[ModelVersion]:
        return sorted(self.versions.versions.values(), key=lambda made: -made.number)

    def compared(self) -> tuple[ModelVersion, ...]:
        return tuple(self.versions.marked())

    def changed(self, name: str) -> None:
        if name == self.model_name:
            self.read_again()
            self.versions.read_again()

    def served_elsewhere(self) -> None:
        self.read_again()

    def gone(self, name: str) -> None:
        if name == self.model_name:
            self.deck.go_home("models")

    def go_back(self) -> bool:
        pane = self.current_pane()
        return pane.drop_filter() if pane is self.about and isinstance(pane, FactsPane) else self.versions.go_back()

    def times_changed(self) -> None:
        self._show()
        self.versions.retick()

    def value_here(self) -> tuple[str, str] | None:
        if self.current_pane() is self.about:
            return self.about.value_here()
        version = self.version_here()
        return ("model URI", f"models:/{version.name}/{version.version}") if version is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        if self.model is None:
            return []
        uri, version = self.session.launch.registry_uri, self.version_here()
        if version is not None:
            offers = model_copies(uri, self.model_name, version.version, self.model.aliases_of(version.version))
        else:
            offers = model_copies(uri, self.model_name, aliases=sorted(self.model.aliases))
        return offers + self.summary_offers()


def _named(model: RegisteredModel, alias: str, stage: str) -> tuple[str, str]:
    """The version that an alias or a stage names ("" where none does), and what is to be said of it."""
    if stage:
        # MLflow tells the newest version of each stage with the model, where a registry has stages.
        there = max((v for v in model.latest if v.stage.casefold() == stage.casefold()), key=_number, default=None)
        if there is not None:
            return there.version, f"v{there.version} is the newest version of {model.name} in the stage {there.stage}"
        stages = ", ".join(sorted({made.stage for made in model.latest if made.stage}))
        return "", f"{model.name} has no version in the stage {stage}" + (f"; it has {stages}" if stages else "")
    if alias == "latest" and model.newest is not None:
        return model.newest.version, ""
    if alias in model.aliases:
        return model.aliases[alias], ""
    near = next((other for other in sorted(model.aliases) if other.casefold() == alias.casefold()), "")
    but = f", but {near} (v{model.aliases[near]})" if near else ""
    return "", f"{model.name} has no alias {alias}{but}"


def _number(made: ModelVersion) -> int:
    return made.number
