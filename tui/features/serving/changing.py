"""Changing what endpoints serve, from the screen: which version, which split, undo, and following it to its end."""

from __future__ import annotations

from tui.domain.serving.endpoints import Endpoint, ServedEntity, Split, Update, split_refusals, to_version, with_traffic
from tui.domain.serving.rows import split_words
from tui.domain.text import clean
from tui.features.serving.endpoints import EndpointsPane
from tui.features.serving.entities import EntitiesPane
from tui.services.serving_changes import TRAFFIC, UNDO, VERSION, ServingChanges, ServingPlan
from tui.services.session import Session
from tui.services.writes import Outcome, Report
from tui.ui.asking import Asking
from tui.ui.page import Page

_BUILDS = "The workspace builds it first; until that is done, what serves now goes on serving."


class ServingChanging(Page, Asking):
    """The part of the serving screen that writes."""

    endpoints: EndpointsPane
    entities: EntitiesPane

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        assert session.serving is not None
        self._changes = ServingChanges(
            session.serving,
            session.ledger,
            context=session.name,
            place=session.launch.place_shown,
            read_only=session.read_only,
        )
        self._followed: dict[str, tuple[int | None, ServingPlan]] = {}

    def take_up(self) -> None:
        """Follow what was begun and not heard of since: the deck may have ended in between."""

        def got(begun: dict[str, tuple[int, ServingPlan]]) -> None:
            self._followed = {**begun, **self._followed}
            self.tell_progress()

        # A ledger that cannot be read is told of where something is to be written.
        self.ask(self.session.pool, "begun", self._changes.begun, got, lambda _problem: None)

    def action_serve_alias(self) -> None:
        """Serve the version that an alias says."""
        from tui.ui.dialogs.choices import Choice, ChoiceModal

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

    def action_traffic(self) -> None:
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
                self._confirm(ServingPlan(endpoint.name, before, after, TRAFFIC))

        now = " ".join(str(share.percent) for share in before)
        question = f"Per cent of the traffic for each of {names}, in this order."
        title = f"Split the traffic of {clean(endpoint.name)}"
        self.app.push_screen(AskLineModal(title, question, now, refuse=refuse), given)

    def action_undo(self) -> None:
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
        from tui.features.serving.confirm import ConfirmServingModal

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

    def tell_progress(self) -> None:
        """Tell how changes that were made from here ended, once they have, and put it on record."""
        for endpoint in self.endpoints.view.endpoints:
            if endpoint.name in self._followed and endpoint.is_whole and endpoint.update is not Update.RUNNING:
                self._settle(endpoint.name)

    def _settle(self, name: str) -> None:
        series = f"settle {name}"
        if self.is_asking(series):
            return
        number, plan = self._followed[name]
        record = f"  ledger #{number}" if number is not None else "  not in the ledger"

        def settled(answer: tuple[Outcome | None, Endpoint]) -> None:
            outcome, endpoint = answer
            self.endpoints.take([endpoint])
            if outcome is None:
                return
            self._followed.pop(name, None)
            if outcome is Outcome.DONE:
                after = "" if plan.purpose == UNDO else "  u takes it back"
                self.deck.say(clean(f"{name} serves {split_words(plan.after)} now{record}{after}"))
                return
            if outcome is Outcome.OVERTAKEN:
                self.deck.say(clean(f"{name} was changed again since: it serves {split_words(endpoint.config.split)}"))
                return
            why = "; ".join(endpoint.failures) or f"it serves {split_words(endpoint.config.split)} as before"
            self.deck.say(clean(f"{name} did not come up with the change: {why}{record}"))

        self.ask(
            self.session.pool,
            series,
            lambda: self._changes.settle(number, plan),
            settled,
            lambda problem: self.deck.say(str(problem)),
        )
