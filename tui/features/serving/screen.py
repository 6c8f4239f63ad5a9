"""Serving endpoints, the third screen: what serves, how it goes, and whether it is what the aliases say."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.app.actions import bindings, key_of
from tui.domain.places import Place, PlaceKind
from tui.domain.serving import Endpoint, ServedEntity, Split, Update, split_refusals, to_version, with_traffic
from tui.domain.serving_rows import split_words
from tui.domain.text import clean, named
from tui.domain.writes.changes import UNDO, Plan, Thing
from tui.features.serving.endpoints import EndpointsPane, EntitiesPane
from tui.resources import style_sheets
from tui.services.serving_desk import TRAFFIC, VERSION, ServingPlan
from tui.services.session import Session
from tui.services.write_flow import Outcome, Touched, WriteResult
from tui.ui.asking import Asking, Writer, choose
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import ModelRoute, RunRoute, StandingRoute, VersionRoute

# Changing what endpoints serve, by keys: which version, which split, undo, and following it to its end.


_BUILDS = "The workspace builds it first; until that is done, what serves now goes on serving."


class EndpointChanges:
    """What the keys of the serving screen that write do; ``page`` shows ``endpoints`` and what each serves."""

    def __init__(self, page: Page, endpoints: EndpointsPane, entities: EntitiesPane, session: Session) -> None:
        self._page = page
        self._asking: Asking = endpoints
        self._endpoints = endpoints
        self._entities = entities
        self._session = session
        self._writes = session.serving_writes
        self._writer = Writer(page, session)
        self._followed: dict[str, tuple[int | None, ServingPlan]] = {}

    def take_up(self) -> None:
        """Follow what was begun and not heard of since: the deck may have ended in between."""

        def got(begun: dict[str, tuple[int, ServingPlan]]) -> None:
            self._followed = {**begun, **self._followed}
            self.tell_progress()

        # A ledger that cannot be read is told of where something is to be written.
        self._asking.ask(self._session.pool, "begun", self._writes.made.begun, got, lambda _problem: None)

    def align(self) -> None:
        """Serve the version that an alias says."""
        endpoint, entity = self._changeable()
        if endpoint is None or entity is None:
            return
        if entity.kind != "model" or not entity.version:
            self._page.deck.say(f"{clean(entity.entity)} is no registered model: it has no aliases")
            return
        aliases = self._endpoints.aliases.get(entity.entity, {})
        first = [drift.alias for drift in self._endpoints.drifts().get(endpoint.name, ())]
        choices = [
            (alias, f"{alias}  v{version}", "is served already" if version == entity.version else "")
            for alias, version in sorted(aliases.items(), key=lambda pair: (pair[0] not in first, pair[0]))
        ]
        if not choices:
            self._page.deck.say(f"{clean(entity.entity)} has no aliases that could be read")
            return

        def chosen(alias: str) -> None:
            version, before = aliases[alias], endpoint.config.split
            plan = ServingPlan(endpoint.name, before, to_version(before, entity.name, version), VERSION)
            said = f"{entity.entity} would be served at {alias}'s version."
            self._confirm(self._writes.plan(plan, (said, _BUILDS)))

        choose(self._page, f"Serve {clean(entity.entity)} at", choices, chosen)

    def split(self) -> None:
        """Split the traffic in another way."""
        from tui.ui.dialogs.choices import AskLineModal

        endpoint, _entity = self._changeable()
        if endpoint is None:
            return
        before = endpoint.config.split
        names = ", ".join(clean(share.name) for share in before)

        def wanted(text: str) -> Split | None:
            words = text.replace("%", " ").replace(",", " ").split()
            if len(words) != len(before) or not all(word.isdecimal() and len(word) < 4 for word in words):
                return None
            return with_traffic(before, dict(zip([share.name for share in before], map(int, words), strict=True)))

        def refuse(text: str) -> str:
            after = wanted(text)
            return (
                f"One whole number for each of: {names}." if after is None else " ".join(split_refusals(before, after))
            )

        def given(text: str | None) -> None:
            after = wanted(text) if text is not None else None
            if after is not None:
                self._confirm(self._writes.plan(ServingPlan(endpoint.name, before, after, TRAFFIC)))

        now = " ".join(str(share.percent) for share in before)
        question = f"Per cent of the traffic for each of {names}, in this order."
        title = f"Split the traffic of {named(endpoint.name)}"
        self._page.app.push_screen(AskLineModal(title, question, now, refuse=refuse), given)

    def undo(self) -> None:
        """Take back the last change that was made from here."""
        endpoint = self._endpoints.endpoint_here()
        if endpoint is None or not self._writer.may_write():
            return
        name = endpoint.name

        def got(plan: ServingPlan | None) -> None:
            if plan is None:
                self._page.deck.say(f"Nothing done to {named(name)} from here is left to take back")
            else:
                part = (
                    f" as far as it is about this endpoint: {key_of('registry.undo')} on the model takes it back whole"
                    if plan.is_part
                    else ""
                )
                self._confirm(self._writes.plan(plan, (f"This takes back ledger #{plan.of}{part}.", _BUILDS)))

        self._asking.ask(
            self._session.pool,
            "undo",
            lambda: self._writes.made.undo_plan(name),
            got,
            self._asking.say_problem,
        )

    def _changeable(self) -> tuple[Endpoint | None, ServedEntity | None]:
        endpoint = self._endpoints.endpoint_here()
        if endpoint is None or not self._writer.may_write():
            return None, None
        if not endpoint.is_whole:
            self._page.deck.say("What it serves is still being read")
            return None, None
        refusal = self._writes.made.refusal(endpoint)
        if refusal is not None:
            self._page.deck.say(str(refusal))
            return None, None
        return endpoint, self._entities.current_here() or (endpoint.config.entities or (None,))[0]

    def _confirm(self, plan: Plan) -> None:
        name = plan.changes[0].id

        def done(told: WriteResult) -> None:
            if told.done:
                self._followed[name] = (told.report.number, self._writes.planned(told.plan))
            self._writer.say_result(told)
            self.tell_progress()

        self._writer.confirm(f"Change what {named(name)} serves", lambda: plan, done=done)

    def tell_progress(self) -> None:
        """Tell how changes that were made from here ended, once they have, and put it on record."""
        for endpoint in self._endpoints.view.endpoints:
            if endpoint.name in self._followed and endpoint.is_whole and endpoint.update is not Update.RUNNING:
                self._settle(endpoint.name)

    def _settle(self, name: str) -> None:
        series = f"settle {name}"
        if self._asking.is_asking(series):
            return
        number, plan = self._followed[name]
        at = datetime.fromtimestamp(self._session.clock.now_ms() / 1000, self._session.clock.zone)
        record = f", read back {at:%H:%M:%S}, {f'ledger #{number}' if number is not None else 'not recorded'}"

        def settled(answer: tuple[Outcome | None, Endpoint]) -> None:
            outcome, endpoint = answer
            self._endpoints.take([endpoint])
            if outcome is None:
                return
            self._followed.pop(name, None)
            self._page.deck.written(frozenset({(Thing.ENDPOINT, name)}))
            if outcome is Outcome.DONE:
                after = "" if plan.purpose == UNDO else f" · {key_of('serving.undo')} takes it back"
                self._page.deck.say(clean(f"{name} serves {split_words(plan.after)} now{record}{after}"))
                return
            if outcome is Outcome.OVERTAKEN:
                said = f"{name} was changed again since: it serves {split_words(endpoint.config.split)}"
                self._page.deck.say(clean(said))
                return
            why = "; ".join(endpoint.failures) or f"it serves {split_words(endpoint.config.split)} as before"
            self._page.deck.say(clean(f"{name} did not come up with the change: {why}{record}"))

        self._asking.ask(
            self._session.pool,
            series,
            lambda: self._writes.made.settle(number, plan),
            settled,
            self._asking.say_problem,
        )


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
        self.set_crumbs("serving")
        self.focus_pane(self.endpoints)
        self._changes.take_up()

    # from the endpoints to what they serve

    @on(ListPane.Followed, "#endpoints")
    def _follow(self, event: ListPane.Followed) -> None:
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
            self.say_problem,
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
        endpoint, entity = self.endpoints.endpoint_here(), self.entity_here
        if endpoint is None or entity is None:
            return
        choices = (
            ("server_log", "server log", "the last lines of the model server"),
            ("build_log", "build log", "what was said while the container was built"),
        )
        choose(self, f"Logs of {clean(entity.name)}", choices, lambda which: self._read_log(endpoint, entity, which))

    def _read_log(self, endpoint: Endpoint, entity: ServedEntity, which: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        serving, title = self.session.serving, which.replace("_", " ")
        self.deck.say(f"Reading the {title} …")

        def got(text: str) -> None:
            self.deck.say("")
            self.app.push_screen(WholeTextModal(f"{title} of {endpoint.name} / {entity.name}", text or "It is empty."))

        self.ask(
            self.session.pool,
            "log",
            lambda: getattr(serving, which)(endpoint.name, entity.name),
            got,
            self.say_problem,
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
