"""Registered models, the second screen: the board, and under it the versions of the model under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tui.app.actions import bindings
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.features.models.board import ModelsPane
from tui.features.models.registry_page import NewsWatch, RegistryPage
from tui.features.models.versions import VersionsPane
from tui.resources import style_sheets
from tui.services.copies import model_copies
from tui.services.session import Session
from tui.ui.list_pane import ListPane
from tui.ui.routes import ModelRoute, VersionRoute


class ModelsScreen(RegistryPage):
    """Two panes, or one at a time where the terminal is narrow."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.board = ModelsPane(session, glyphs)
        self.versions = VersionsPane(session, glyphs)
        self._placed = False
        self._news = NewsWatch(self, self._look_for_news)

    def content(self) -> ComposeResult:
        with Horizontal(id="models-body"), Vertical(id="models-column"):
            yield self.board
            yield self.versions

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("models")
        self.focus_pane(self.board)
        self.board.start()
        place = self.session.launch.place
        if place is not None and not self._placed:
            self._placed = True
            self.call_after_refresh(self.open_place, place)

    # from the models to their versions

    @on(ModelsPane.Followed)
    def _followed(self, event: ModelsPane.Followed) -> None:
        event.stop()
        self.versions.follow(event.model)
        self.set_crumbs("models", *([clean(event.model.name)] if event.model is not None else []))
        self.refresh_bindings()

    @on(ModelsPane.Opened)
    def _opened(self, event: ModelsPane.Opened) -> None:
        event.stop()
        self.deck.go(ModelRoute(event.model.name))

    @on(VersionsPane.Opened)
    def _version_opened(self, event: VersionsPane.Opened) -> None:
        event.stop()
        self.deck.go(VersionRoute(event.made.name, event.made.version))

    @on(ListPane.FreshnessChanged, "#models")
    def _freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.board.state.freshness)
        self._news.tell(self.board.models.values())
        self.deciding.tell()
        if event.problem is None:
            self.versions.follow(self.board.model_here())

    @on(ListPane.FreshnessChanged, "#versions")
    def _versions_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.board.look_again()
        self._tell_of_followed()
        self.refresh_bindings()

    def _tell_of_followed(self) -> None:
        here = self.board.model_here()
        if here is not None and self.watch_pace:
            self._news.tell([here])
            self.board.fill()

    @on(ModelsPane.PromptsWanted)
    def _prompts(self, event: ModelsPane.PromptsWanted) -> None:
        event.stop()
        self.deck.go_home("prompts")

    @on(ModelsPane.CreateWanted)
    def _create(self, event: ModelsPane.CreateWanted) -> None:
        event.stop()
        self.create_model()

    # what the keys mean

    def model_here(self) -> RegisteredModel | None:
        return self.board.model_here()

    def version_here(self) -> ModelVersion | None:
        return self.versions.version_here() if self.current_pane() is self.versions else None

    def versions_known(self) -> list[ModelVersion]:
        return sorted(self.versions.versions.values(), key=lambda made: -made.number)

    def compared(self) -> tuple[ModelVersion, ...]:
        return tuple(self.versions.marked()) if self.current_pane() is self.versions else ()

    def models_marked(self) -> tuple[RegisteredModel, ...]:
        return self.board.marked() if self.current_pane() is self.board else ()

    def changed(self, name: str) -> None:
        registry = self.session.registry

        def got(model: RegisteredModel) -> None:
            self.board.take(model)
            self.versions.follow(self.board.model_here())
            if self.versions.model is not None and self.versions.model.name == name:
                self.versions.read_again()

        def refused(problem: Problem) -> None:
            if problem.kind is Kind.NOT_FOUND:
                self.gone(name)
            else:
                self._not_read(problem)

        self.ask(self.session.pool, f"changed {name}", lambda: registry.get_model(name), got, refused)

    def made_or_renamed(self, name: str) -> None:
        self.board.point_at(name)

    def served_elsewhere(self) -> None:
        self.board.fill()
        self.versions.fill()

    def _not_read(self, problem: Problem) -> None:
        self.board.notice.problem(problem)

    def gone(self, name: str) -> None:
        self.board.drop(name)

    # watching

    @property
    def watch_pace(self) -> float:
        return self._news.pace

    def watch_toggle(self) -> bool:
        return self._news.toggle()

    def _look_for_news(self) -> None:
        if not self.board.is_asking("models"):
            self.board.read_again()
        self.versions.look_for_news()

    # places

    def open_place(self, place: Place) -> None:
        """Go to a model, to the version that an alias or a stage names, or to one version."""
        if place.kind is PlaceKind.MODEL:
            self.board.point_at(place.model)
            if place.version and place.version.isdecimal():
                self.deck.go(VersionRoute(place.model, place.version))
            elif place.version and place.version.lower() != "latest":
                self.deck.go(ModelRoute(place.model, stage=place.version))
            else:
                self.deck.go(ModelRoute(place.model, place.alias or ("latest" if place.version else "")))

    def go_to(self, what: str, name: str = "") -> None:
        """What the command ``:models NAME`` does."""
        if name:
            self.board.point_at(name)
            self.board.filter_edited(name)
            self.focus_pane(self.board)

    # the keys for everywhere

    def go_back(self) -> bool:
        if self.current_pane() is self.versions:
            if not self.versions.go_back():
                self.focus_pane(self.board)
            return True
        return self.board.go_back()

    def read_again(self) -> None:
        self.board.read_again()
        self.versions.read_again()

    def names_known(self) -> list[tuple[str, str, str]]:
        return [("model", name, f"models:/{name}") for name in self.board.models]

    def times_changed(self) -> None:
        self.board.retick()
        self.versions.retick()

    def value_here(self) -> tuple[str, str] | None:
        version, model, marked = self.version_here(), self.model_here(), self.models_marked()
        if version is not None:
            return "model URI", f"models:/{version.name}/{version.version}"
        if marked:
            return f"names of {len(marked)} models", "\n".join(one.name for one in marked)
        return ("model name", model.name) if model is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        version, model = self.version_here(), self.model_here()
        if model is None:
            return []
        uri = self.session.launch.registry_uri
        if version is not None:
            offers = model_copies(uri, model.name, version.version, model.aliases_of(version.version))
        else:
            offers = model_copies(uri, model.name, aliases=sorted(model.aliases))
        return offers + self.summary_offers()
