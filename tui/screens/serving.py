"""Serving endpoints, the third screen: what serves, how it goes, and whether it is what the aliases say."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.actions import bindings
from tui.domain.places import Place, PlaceKind
from tui.domain.serving import Endpoint, ServedEntity, to_version, with_traffic
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.screens.base.asking import Asking
from tui.screens.base.page import Page
from tui.screens.base.routes import ModelRoute, RunRoute, VersionRoute
from tui.screens.panes.serving_endpoints import EndpointsPane
from tui.screens.panes.serving_entities import EntitiesPane
from tui.services.serving_changes import TRAFFIC, VERSION, ServingChanges, ServingPlan
from tui.services.session import Session
from tui.services.writes import Outcome, Report


class ServingScreen(Page, Asking):
    """Two panes, or one at a time where the terminal is narrow; ``model`` narrows the list to where it is served."""

    CSS_PATH = style_sheets("serving.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("serving")]

    def __init__(self, session: Session, model: str = "") -> None:
        super().__init__(session)
        assert session.serving is not None
        self.endpoints = EndpointsPane(session, self.deck.glyphs, model)
        self.entities = EntitiesPane(session, self.deck.glyphs)
        self._changes = ServingChanges(
            session.serving,
            session.ledger,
            context=session.name,
            place=session.launch.place_shown,
            read_only=session.read_only,
        )
        self._followed: dict[str, tuple[int | None, ServingPlan]] = {}

    def content(self) -> ComposeResult:
        with Vertical(id="serving-body"):
            yield self.endpoints
            yield self.entities

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("serving")
        self.focus_pane(self.endpoints)

    # from the endpoints to what they serve

    @on(EndpointsPane.Followed)
    def _follow(self, event: EndpointsPane.Followed) -> None:
        event.stop()
        endpoint = self.endpoints.endpoint_here()
        drifts = self.endpoints.drifts().get(endpoint.name, ()) if endpoint is not None else ()
        self.entities.show(endpoint, self.endpoints.aliases, drifts)
        self.set_crumbs("serving", *([clean(endpoint.name)] if endpoint is not None else []))
        self.refresh_bindings()
        for at in self.endpoints.view.endpoints:
            self._tell_progress(at)

    @on(EndpointsPane.Opened)
    def _opened(self, event: EndpointsPane.Opened) -> None:
        event.stop()
        self.focus_pane(self.entities)

    @on(EntitiesPane.Opened)
    def _entity_opened(self, event: EntitiesPane.Opened) -> None:
        event.stop()
        self.action_serving_version()

    @on(EndpointsPane.TruthChanged)
    def _truth(self, event: EndpointsPane.TruthChanged) -> None:
        event.stop()
        self.set_truth(self.endpoints.truth)

    @property
    def entity_here(self) -> ServedEntity | None:
        """The served entity that the keys mean."""
        return self.entities.entity_here()

    # where one can go from here

    def action_serving_version(self) -> None:
        entity = self.entity_here
        if entity is None:
            self.deck.say("Nothing is served here")
        elif entity.kind == "model" and entity.version:
            self.deck.go(VersionRoute(entity.entity, entity.version))
        else:
            self.deck.say(f"{clean(entity.entity)} is no registered model: there is no version to open")

    def action_serving_model(self) -> None:
        entity = self.entity_here
        if entity is not None and entity.kind == "model":
            self.deck.go(ModelRoute(entity.entity))

    def action_serving_run(self) -> None:
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

    def action_serving_logs(self) -> None:
        from tui.screens.modals.choices import Choice, ChoiceModal

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
        from tui.screens.modals.whole_text import WholeTextModal

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

    # changes

    def action_serving_align(self) -> None:
        """Serve the version that an alias says."""
        from tui.screens.modals.choices import Choice, ChoiceModal

        endpoint, entity = self._changeable()
        if endpoint is None or entity is None:
            return
        if entity.kind != "model" or not entity.version:
            self.deck.say(f"{clean(entity.entity)} is no registered model: it has no aliases")
            return
        aliases = self.endpoints.aliases.get(entity.entity, {})
        first = [drift.alias for drift in self.endpoints.drifts().get(endpoint.name, ())]
        choices = [
            Choice(alias, f"{alias}  v{version}", "is served already" if version == entity.version else "")
            for alias, version in sorted(aliases.items(), key=lambda pair: (pair[0] not in first, pair[0]))
        ]
        if not choices:
            self.deck.say(f"{clean(entity.entity)} has no aliases that could be read")
            return

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            version, before = aliases[choice.id], endpoint.config.split
            plan = ServingPlan(endpoint.name, before, to_version(before, entity.name, version), VERSION)
            self._confirm(plan, (f"{entity.entity} would be served at {choice.id}'s version.", _BUILDS))

        self.app.push_screen(ChoiceModal(f"Serve {clean(entity.entity)} at", choices, self.deck.glyphs), chosen)

    def action_serving_traffic(self) -> None:
        """Split the traffic in another way."""
        from tui.screens.modals.ask_text import AskTextModal

        endpoint, _entity = self._changeable()
        if endpoint is None:
            return
        before = endpoint.config.split
        names = ", ".join(clean(share.name) for share in before)

        def given(text: str | None) -> None:
            if text is None:
                return
            words = text.replace("%", " ").replace(",", " ").split()
            if len(words) != len(before) or not all(word.isdecimal() and len(word) < 4 for word in words):
                self.deck.say(f"One whole number for each of: {names}")
                return
            percents = dict(zip([share.name for share in before], map(int, words), strict=True))
            self._confirm(ServingPlan(endpoint.name, before, with_traffic(before, percents), TRAFFIC))

        now = " ".join(str(share.percent) for share in before)
        question = f"Per cent of the traffic for each of {names}, in this order."
        self.app.push_screen(AskTextModal("Split the traffic", question, now), given)

    def action_serving_undo(self) -> None:
        """Take back the last change that was made from here."""
        endpoint = self.endpoints.endpoint_here()
        if endpoint is None:
            return

        def got(plan: ServingPlan | None) -> None:
            if plan is None:
                self.deck.say(f"Nothing done to {clean(endpoint.name)} from here is left to take back")
            else:
                self._confirm(plan, (_BUILDS,))

        self.ask(
            self.session.pool,
            "undo",
            lambda: self._changes.undo_plan(endpoint.name),
            got,
            lambda problem: self.deck.say(str(problem)),
        )

    def _changeable(self) -> tuple[Endpoint | None, ServedEntity | None]:
        endpoint = self.endpoints.endpoint_here()
        if endpoint is None:
            return None, None
        if not endpoint.is_whole:
            self.deck.say("What it serves is still being read")
            return None, None
        refusal = self._changes.refusal(endpoint)
        if refusal is not None:
            self.deck.say(str(refusal))
            return None, None
        return endpoint, self.entities.current_here() or (endpoint.config.entities or (None,))[0]

    def _confirm(self, plan: ServingPlan, consequences: tuple[str, ...] = ()) -> None:
        from tui.domain.serving import split_refusals
        from tui.screens.modals.confirm_serving import ConfirmServingModal

        refused = split_refusals(plan.before, plan.after)
        if refused:
            self.deck.say(" ".join(refused))
            return

        def done(report: Report[Endpoint] | None) -> None:
            self.endpoints.look_at(plan.endpoint)
            if report is not None:
                self._followed[plan.endpoint] = (report.number, plan)
                self.deck.say(f"{clean(plan.endpoint)} is on its way; this goes on being looked at")

        self.app.push_screen(ConfirmServingModal(self.session, self._changes, plan, consequences), done)

    def _tell_progress(self, endpoint: Endpoint) -> None:
        """Tell how a change that was made from here ended, once it has, and put it on record."""
        followed = self._followed.get(endpoint.name)
        if followed is None or not endpoint.is_whole or self.is_asking(f"settle {endpoint.name}"):
            return
        number, plan = followed

        def settled(outcome: Outcome | None) -> None:
            if outcome is None:
                return
            self._followed.pop(endpoint.name, None)
            name = clean(endpoint.name)
            if outcome is Outcome.DONE:
                self.deck.say(f"{name} serves it now; u takes it back")
            else:
                why = clean("; ".join(endpoint.failures)) or "it serves something else"
                self.deck.say(f"{name} did not come up with the change: {why}")

        self.ask(
            self.session.pool,
            f"settle {endpoint.name}",
            lambda: self._changes.settle(number, plan, endpoint),
            settled,
            lambda problem: self.deck.say(str(problem)),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        writes = ("serving_align", "serving_traffic", "serving_undo")
        if action in writes:
            return not self.session.read_only
        if action in ("serving_model", "serving_run"):
            entity = self.entity_here if self.is_mounted else None
            return entity is not None and entity.kind == "model"
        return super().check_action(action, parameters)

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
        self.endpoints.fill()

    def value_here(self) -> tuple[str, str] | None:
        entity, endpoint = self.entity_here, self.endpoints.endpoint_here()
        if self.current_pane() is self.entities and entity is not None:
            return "what is served", entity.label
        return ("endpoint", endpoint.name) if endpoint is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
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
        return offers


_BUILDS = "The workspace builds it first; until that is done, what serves now goes on serving."
