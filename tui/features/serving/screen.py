"""Serving endpoints, the third screen: what serves, how it goes, and whether it is what the aliases say."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.app.actions import bindings
from tui.domain.places import Place, PlaceKind
from tui.domain.serving import Endpoint, ServedEntity
from tui.domain.text import clean, named
from tui.domain.writes.changes import Thing
from tui.features.serving.changing import EndpointChanges
from tui.features.serving.endpoints import EndpointsPane, EntitiesPane
from tui.resources import style_sheets
from tui.services.session import Session
from tui.services.write_flow import Touched
from tui.ui.asking import Asking
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import ModelRoute, RunRoute, StandingRoute, VersionRoute


class ServingScreen(Page, Asking):
    """Two panes, or one at a time where the terminal is narrow; ``model`` narrows the list to where it is served."""

    CSS_PATH = style_sheets("serving.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("serving")]

    def __init__(self, session: Session, model: str = "", ask: str = "", *, split: bool = False) -> None:
        super().__init__(session)
        self._asked_of = ask  # the version that is to be asked, once what serves it is known
        self.is_to_ask = bool(ask)
        self._is_to_split = split
        self.endpoints = EndpointsPane(session, self.deck.glyphs, model)
        self.entities = EntitiesPane(session, self.deck.glyphs)
        self._changes = EndpointChanges(self, self.endpoints, self.entities, session)

    def content(self) -> ComposeResult:
        with Vertical(id="serving-body"):
            yield self.endpoints
            yield self.entities

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("serving")
        self.focus_pane(self.endpoints)
        self._changes.take_up()

    # from the endpoints to what they serve

    @on(EndpointsPane.Followed)
    def _follow(self, event: EndpointsPane.Followed) -> None:
        event.stop()
        endpoint = self.endpoints.endpoint_here()
        drifts = self.endpoints.drifts().get(endpoint.name, ()) if endpoint is not None else ()
        self.entities.show(endpoint, self.endpoints.aliases, drifts)
        self.set_crumbs("serving", *([named(endpoint.name)] if endpoint is not None else []))
        self.refresh_bindings()
        self._changes.tell_progress()
        self._ask_at_once()

    def _ask_at_once(self) -> None:
        """Do what one came here for, once an endpoint is known that serves it: split its traffic, or ask of one."""
        if self._is_to_split:
            shown = self.endpoints.shown_names()
            split = [one for one in self.endpoints.view.endpoints if one.name in shown]
            if split and all(one.is_whole for one in split):
                self._is_to_split = False
                # Where there are several, one whose traffic has more than one way to go is meant.
                meant = next((one for one in split if len(one.config.entities) > 1), split[0])
                self.endpoints.grid.move_to(meant.name)
                self.action_traffic()
        if not self.is_to_ask:
            return
        for endpoint in self.endpoints.view.endpoints:
            of_model = endpoint.is_whole and endpoint.name in self.endpoints.shown_names()
            if of_model and any(entity.version == self._asked_of for entity in endpoint.config.entities):
                self.is_to_ask = False
                self.endpoints.grid.move_to(endpoint.name)
                self.action_query()
                return

    @on(EndpointsPane.Opened)
    def _opened(self, event: EndpointsPane.Opened) -> None:
        event.stop()
        self.focus_pane(self.entities)

    @on(EntitiesPane.Opened)
    def _entity_opened(self, event: EntitiesPane.Opened) -> None:
        event.stop()
        self.action_version()

    @on(ListPane.FreshnessChanged, "#endpoints")
    def _freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.endpoints.state.freshness)

    @property
    def entity_here(self) -> ServedEntity | None:
        """The served entity that the keys mean."""
        return self.entities.entity_here()

    # where one can go from here

    def action_version(self) -> None:
        entity = self.entity_here
        if entity is None:
            self.deck.say("Nothing is served here")
        elif entity.kind == "model" and entity.version:
            self.deck.go(VersionRoute(entity.entity, entity.version))
        else:
            self.deck.say(f"{clean(entity.entity)} is no registered model: there is no version to open")

    def action_model(self) -> None:
        entity = self.entity_here
        if entity is not None and entity.kind == "model":
            self.deck.go(ModelRoute(entity.entity))

    def action_run(self) -> None:
        entity = self.entity_here
        if entity is None or entity.kind != "model" or not entity.version:
            return
        registry = self.session.registry

        def got(run_id: str) -> None:
            if run_id:
                self.deck.go(RunRoute(run_id))
            else:
                self.deck.say(f"{clean(entity.label)} names no run that it was made in")

        self.ask(
            self.session.pool,
            "run",
            lambda: registry.get_version(entity.entity, entity.version).run_id,
            got,
            lambda problem: self.deck.say(str(problem)),
        )

    def action_query(self) -> None:
        from tui.features.serving.query import QueryModal

        endpoint = self.endpoints.endpoint_here()
        if endpoint is None:
            return
        entities = sorted(endpoint.config.entities, key=lambda entity: -(entity.traffic or 0))
        meant = self.entities.current_here() if self.current_pane() is self.entities else None
        entity = meant or next((one for one in entities if one.version == self._asked_of), None) or (*entities, None)[0]
        self.app.push_screen(QueryModal(self.session, endpoint, entity, self.endpoints.aliases))

    def action_standing(self) -> None:
        endpoint = self.endpoints.endpoint_here()
        if endpoint is not None:
            self.deck.go(StandingRoute("endpoint", endpoint.name, endpoint.id, settings=endpoint.facts))

    def action_logs(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        endpoint, entity = self.endpoints.endpoint_here(), self.entity_here
        if endpoint is None or entity is None:
            return
        choices = [
            Choice("server_log", "server log", "the last lines of the model server"),
            Choice("build_log", "build log", "what was said while the container was built"),
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._read_log(endpoint, entity, choice.id, choice.title)

        self.app.push_screen(ChoiceModal(f"Logs of {clean(entity.name)}", choices, self.deck.glyphs), chosen)

    def _read_log(self, endpoint: Endpoint, entity: ServedEntity, which: str, title: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        serving = self.session.serving
        self.deck.say(f"Reading the {title} …")

        def got(text: str) -> None:
            self.deck.say("")
            self.app.push_screen(WholeTextModal(f"{title} of {endpoint.name} / {entity.name}", text or "It is empty."))

        self.ask(
            self.session.pool,
            "log",
            lambda: getattr(serving, which)(endpoint.name, entity.name),
            got,
            lambda problem: self.deck.say(str(problem)),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("model", "run"):
            entity = self.entity_here if self.is_mounted else None
            return entity is not None and entity.kind == "model"
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "This endpoint serves no model of the registry" if verb in ("model", "run") else ""

    # what writes

    def action_serve_alias(self) -> None:
        self._changes.align()

    def action_traffic(self) -> None:
        self._changes.split()

    def action_undo(self) -> None:
        self._changes.undo()

    def written(self, touched: Touched) -> None:
        for sort, name in touched:
            if sort is Thing.ENDPOINT:
                self.endpoints.look_at(name)
                self._changes.take_up()  # it may have come with a promotion
        if any(sort is not Thing.ENDPOINT for sort, _ in touched):
            self.endpoints.aliases_moved({model for _, model in touched})

    # the keys for everywhere

    def read_again(self) -> None:
        self.endpoints.read_again()

    def go_back(self) -> bool:
        if self.endpoints.drop_filter():
            return True
        if self.is_narrow and self.current_pane() is self.entities:
            self.focus_pane(self.endpoints)
            return True
        return False

    def go_to(self, what: str, name: str = "") -> None:
        """Narrow the list to a model, or to an endpoint."""
        if what == "serving":
            self.endpoints.query_text = name
            self.endpoints.fill()

    def open_place(self, place: Place) -> None:
        if place.kind is PlaceKind.ENDPOINT:
            self.go_to("serving", place.endpoint)

    def times_changed(self) -> None:
        self.endpoints.retick()

    def value_here(self) -> tuple[str, str] | None:
        entity = self.entity_here
        if self.current_pane() is self.entities and entity is not None:
            return "what is served", entity.label
        return self.endpoints.value_here()

    def copies_here(self) -> list[tuple[str, str]]:
        from tui.services.copies import of_endpoint

        endpoint, entity = self.endpoints.endpoint_here(), self.entity_here
        offers = []
        if endpoint is not None:
            offers.append(("endpoint", endpoint.name))
            if endpoint.url:
                offers.append(("address for requests", endpoint.url))
        if entity is not None and entity.kind == "model" and entity.version:
            offers.append(("model URI", f"models:/{entity.entity}/{entity.version}"))
        if endpoint is not None:
            offers += [("what went wrong", failure) for failure in endpoint.failures]
            made = of_endpoint(endpoint, place=self.session.where, now_ms=self.session.clock.now_ms())
            offers += made.offers()
        return offers
