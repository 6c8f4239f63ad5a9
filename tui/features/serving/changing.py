"""Changing what endpoints serve, by keys: which version, which split, undo, and following it to its end."""

from __future__ import annotations

from datetime import datetime

from tui.app.actions import key_of
from tui.domain.serving import Endpoint, ServedEntity, Split, Update, split_refusals, to_version, with_traffic
from tui.domain.serving_rows import split_words
from tui.domain.text import clean, named
from tui.domain.writes.changes import UNDO, Plan, Thing
from tui.features.serving.endpoints import EndpointsPane, EntitiesPane
from tui.services.serving_desk import TRAFFIC, VERSION, ServingPlan
from tui.services.session import Session
from tui.services.write_flow import WriteResult
from tui.services.writes import Outcome
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.writing import Writer

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
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        endpoint, entity = self._changeable()
        if endpoint is None or entity is None:
            return
        if entity.kind != "model" or not entity.version:
            self._page.deck.say(f"{clean(entity.entity)} is no registered model: it has no aliases")
            return
        aliases = self._endpoints.aliases.get(entity.entity, {})
        first = [drift.alias for drift in self._endpoints.drifts().get(endpoint.name, ())]
        choices = [
            Choice(alias, f"{alias}  v{version}", "is served already" if version == entity.version else "")
            for alias, version in sorted(aliases.items(), key=lambda pair: (pair[0] not in first, pair[0]))
        ]
        if not choices:
            self._page.deck.say(f"{clean(entity.entity)} has no aliases that could be read")
            return

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            version, before = aliases[choice.id], endpoint.config.split
            plan = ServingPlan(endpoint.name, before, to_version(before, entity.name, version), VERSION)
            said = f"{entity.entity} would be served at {choice.id}'s version."
            self._confirm(self._writes.plan(plan, (said, _BUILDS)))

        title = f"Serve {clean(entity.entity)} at"
        self._page.app.push_screen(ChoiceModal(title, choices, self._page.deck.glyphs), chosen)

    def split(self) -> None:
        """Split the traffic in another way."""
        from tui.ui.dialogs.ask_line import AskLineModal

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
            lambda problem: self._page.deck.say(str(problem)),
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
            lambda problem: self._page.deck.say(str(problem)),
        )
