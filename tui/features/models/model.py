"""One registered model, or one version of it, as a page: what it is, what is wrong with it, what it is made of."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings, key_of
from tui.domain.models import model_facts
from tui.domain.models.grants import Account
from tui.domain.models.readiness import Judged, warnings_of_target
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelFacts, ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.runs import run_facts
from tui.domain.runs.run_facts import facts
from tui.domain.text import clean, named
from tui.domain.values import RunDetail, origin
from tui.features.models.registry_page import NewsWatch, RegistryPage
from tui.features.models.screen import VersionsPane
from tui.resources import style_sheets
from tui.services.copies import model_copies
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.facts import FactsPane
from tui.ui.list_pane import ListPane


class ModelScreen(RegistryPage):
    """The page of the model ``name``; the cursor is put on the version that ``alias`` or ``stage`` names."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]
    has_page = False

    def __init__(self, session: Session, name: str, alias: str = "", stage: str = "") -> None:
        super().__init__(session, name)
        self.alias, self.stage = alias, stage
        self._count: int | None = None
        glyphs = self.deck.glyphs
        tabs = {"about": "About", "description": "Description"}
        self.about = FactsPane(session, glyphs, id="about", tabs=tabs, title="Model")
        self.versions = VersionsPane(session, glyphs)
        self._news = NewsWatch(self, self._look_for_news)
        self.refreshing = self._news.refreshing

    def content(self) -> ComposeResult:
        with Horizontal(id="model-body"):
            yield self.about
            yield self.versions

    def on_mount(self) -> None:
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
        shown = model_facts.about_model(
            model, health.findings(model), self._count, reading, health.numbered(model.name)
        )
        self.about.notice.clear()
        self.about.put("about", lambda _query: shown)
        self.about.put("description", model.description)

    @on(ListPane.FreshnessChanged, "#versions")
    def _versions_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        if self.model is not None:
            self._news.tell([self.model])
        self.refresh_bindings()

    def _look_for_news(self) -> None:
        if not self.is_asking("model"):
            self.read_again()

    # what the keys mean

    def version_here(self) -> ModelVersion | None:
        return self.versions.here() if self.current_pane() is self.versions else None

    def versions_known(self) -> list[ModelVersion]:
        return sorted(self.versions.held.values(), key=lambda made: -made.number)

    def compared(self) -> tuple[ModelVersion, ...]:
        return tuple(self.versions.marked())

    def changed(self, name: str) -> None:
        if name == self.model_name:
            self.read_again()
            self.versions.read_again()

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


# One version of a registered model as a page: what it is at the left, what it is made of at the right.


_TABS = {
    "metrics": "Metrics",
    "params": "Params",
    "signature": "Signature",
    "requirements": "Requires",
    "tags": "Tags",
    "description": "About",
    "datasets": "Datasets",
    "flavors": "Flavors",
    "files": "Files",
}
_OF_RUN, _OF_FILES = ("metrics", "params", "datasets"), ("signature", "requirements", "flavors", "files")


class VersionScreen(RegistryPage):
    """The page of version ``version`` of the model ``name``."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]

    def __init__(self, session: Session, name: str, version: str) -> None:
        super().__init__(session, name)
        self.number = version
        self.made: ModelVersion | None = None
        self.run: RunDetail | None = None
        self._host = ""  # the address of the workspace, where there is one
        glyphs = self.deck.glyphs
        self.about = FactsPane(session, glyphs, id="about", tabs={"about": "About"}, title="Version")
        self.contents = FactsPane(session, glyphs, id="contents", tabs=_TABS, title="Made of")
        self.about.turns = self.contents

    def content(self) -> ComposeResult:
        with Horizontal(id="version-body"):
            yield self.about
            yield self.contents

    def on_mount(self) -> None:
        self.set_crumbs("models", named(self.model_name), f"v{self.number}")
        self.about.say_of("about", "Reading this version …")
        for tab in (*_OF_RUN, *_OF_FILES, "tags", "description"):
            self.contents.say_of(tab, "Reading …")
        self.focus_pane(self.contents)
        self.read_again()

    # reading: the version, then its run and its files, each shown as soon as it comes

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        registry, name, number = self.session.registry, self.model_name, self.number
        self.ask(
            self.session.pool,
            "version",
            lambda: (registry.get_model(name), registry.get_version(name, number)),
            self._got,
            self._refused,
        )

    def _got(self, found: tuple[RegisteredModel, ModelVersion]) -> None:
        self.model, made = found
        self.made = made
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        health, tracking = self.session.desk.health, self.session.tracking
        health.take([made])
        self.about.notice.clear()
        self._show()
        tags = [(key, value) for key, value in sorted(made.tags.items())]
        self.contents.put("tags", lambda query: facts(tags, query, heading=("tag", "value")))
        self.contents.put("description", made.description)
        if not made.description.strip():
            self.contents.say_of("description", f"There is no description.  {key_of('registry.note')} writes one")
        catalog = self.session.catalog
        if catalog is not None and made.deployment:
            self.ask(self.session.pool, "host", catalog.me, self._got_account, lambda _problem: None)
        if made.workspace:
            for tab in _OF_RUN:
                self.contents.say_of(tab, f"The source run lies in workspace {clean(made.workspace)}.")
        elif made.run_id:
            self.ask(self.session.pool, "run", lambda: tracking.get_run(made.run_id), self._got_run, self._no_run)
        else:
            for tab in _OF_RUN:
                self.contents.say_of(tab, "This version names no source run.")

        def learn() -> ModelFacts:
            health.gather_made_of([made])
            health.gather_judges(made)
            return health.gather_facts(made.name, made.version)

        self.ask(self.session.pool, "facts", learn, self._got_facts, self._no_facts)
        self.refresh_bindings()

    def _got_account(self, account: Account) -> None:
        self._host = account.host
        self._show()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.about.show_problem(problem)
        if self.made is None:
            self.about.say_of("about", "Nothing could be read of this version.")
            for tab in _TABS:
                self.contents.say_of(tab, "")

    def _got_run(self, run: RunDetail) -> None:
        self.run = run
        self._show()
        self._show_metrics()
        self.contents.put("params", partial(run_facts.params, run))
        self.contents.put("datasets", partial(run_facts.datasets, run))

    def _no_run(self, problem: Problem) -> None:
        for tab in _OF_RUN:
            self.contents.say_of(tab, f"The source run could not be read: {clean(problem.message)}")

    def _show_metrics(self) -> None:
        run, made, health = self.run, self.made, self.session.desk.health
        if run is None or made is None:
            return
        now_ms = self.session.clock.now_ms()
        model = health.source_model(made)
        if model is None:
            self.contents.put("metrics", lambda query: run_facts.metrics(run, now_ms, query))
        else:
            self.contents.put("metrics", partial(model_facts.measured_at, model, health.run(made.run_id), health))

    def _got_facts(self, files: ModelFacts) -> None:
        self._show()
        self._show_metrics()
        if files.unread:
            self._say_of_files(f"The model's files cannot be read: {clean(files.unread)}")
            return
        self.contents.put("signature", partial(model_facts.signature, files))
        self.contents.put("requirements", partial(model_facts.requirements, files))
        self.contents.put("flavors", partial(model_facts.flavors, files))
        self.contents.put("files", partial(model_facts.files_listed, files))
        if files.signature is None:
            self.contents.say_of("signature", "This model was logged without a signature.")

    def _no_facts(self, problem: Problem) -> None:
        self._say_of_files(f"The model's files could not be read: {clean(problem.message)}")

    def _say_of_files(self, words: str) -> None:
        for tab in _OF_FILES:
            self.contents.say_of(tab, words)

    def _show(self) -> None:
        made, model = self.made, self.model
        if made is None or model is None:
            return
        clock, health = self.session.clock, self.session.desk.health
        zone = clock.zone if self.deck.absolute_times else None
        reading = Notation(clock.now_ms(), zone, self.deck.glyphs)
        files, run = health.facts(made.name, made.version), health.run(made.run_id)
        judged = Judged(
            model,
            {made.version: made},
            {made.run_id: run} if run is not None else {},
            {made.version: files} if files is not None else {},
        )
        findings = warnings_of_target(judged, made, health.settings.rules)
        came_from = origin(self.run.tags) if self.run is not None else ()
        shown = model_facts.about_version(model, made, findings, health, reading, came_from, self._host)
        self.about.put("about", lambda _query: shown)

    # what the keys mean

    def version_here(self) -> ModelVersion | None:
        return self.made

    def versions_known(self) -> list[ModelVersion]:
        return [self.made] if self.made is not None else []

    def changed(self, name: str) -> None:
        if name == self.model_name:
            self.session.desk.health.forget(name)
            self.read_again()

    def go_back(self) -> bool:
        pane = self.current_pane()
        return isinstance(pane, FactsPane) and pane.drop_filter()

    def times_changed(self) -> None:
        self._show()

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        return pane.value_here() if isinstance(pane, FactsPane) else None

    def copies_here(self) -> list[tuple[str, str]]:
        here = self.value_here()
        aliases = self.model.aliases_of(self.number) if self.model is not None else ()
        uri = self.session.launch.registry_uri
        return [
            *([here] if here else []),
            *model_copies(uri, self.model_name, self.number, aliases),
            *self.summary_offers(),
        ]
