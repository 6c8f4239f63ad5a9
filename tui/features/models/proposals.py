"""What agents have proposed of a registry: told when it is new, shown with its evidence, confirmed or refused here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.problem import Problem
from tui.domain.quantities import ago
from tui.domain.text import clean, named
from tui.domain.writes import alias_plan
from tui.services.proposals import Proposal, Proposals

if TYPE_CHECKING:
    from tui.domain.models.values import RegisteredModel
    from tui.features.models.registry_page import RegistryPage
    from tui.services.write_flow import WriteResult


class Deciding:
    """The proposals of a page's registry."""

    def __init__(self, page: RegistryPage) -> None:
        self._page = page
        self._kept = Proposals(page.session.ledger.file.parent)
        self._told: set[str] = set()

    def tell(self) -> None:
        """Say that proposals wait which were not told of before."""
        session = self._page.session

        def got(waiting: list[Proposal]) -> None:
            fresh = [one for one in waiting if one.id not in self._told]
            self._told |= {one.id for one in fresh}
            if fresh:
                models = ", ".join(dict.fromkeys(named(one.model) for one in fresh))
                many = f"{len(waiting)} proposals wait" if len(waiting) > 1 else "A proposal waits"
                self._page.deck.say(f"{many} for a person: K on {models}")

        work = lambda: self._kept.waiting(session.desk.moves.place)  # noqa: E731  one line, used once
        self._page.ask(session.own_work, "proposals", work, got, lambda _problem: None)

    def show(self, model: RegisteredModel) -> None:
        """Those of a model, to choose one of."""
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        page = self._page

        def got(waiting: list[Proposal]) -> None:
            if not waiting:
                page.deck.say(f"Nothing is proposed of {named(model.name)}")
                return
            by_id = {one.id: one for one in waiting}
            now_ms = page.session.clock.now_ms()
            choices = [
                Choice(
                    one.id,
                    f"{one.alias} {alias_plan.shown(one.before)} → {alias_plan.shown(one.to)}",
                    f"{ago(one.at_ms, now_ms)} by {one.by}: {one.why}",
                )
                for one in waiting
            ]

            def chosen(choice: Choice | None) -> None:
                if choice is not None:
                    self._decide(model, by_id[choice.id])

            page.app.push_screen(
                ChoiceModal(
                    f"Proposed of {named(model.name)}", choices, page.deck.glyphs, hint="enter look   esc leave"
                ),
                chosen,
            )

        place = page.session.desk.moves.place
        page.ask(page.session.own_work, "proposals", lambda: self._kept.waiting(place, model.name), got, self._say)

    def _decide(self, model: RegisteredModel, one: Proposal) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        page = self._page
        choices = [
            Choice("confirm", "confirm", "shows the move, which is written when it is confirmed there"),
            Choice("refuse", "refuse", "nothing is moved, and that you refused it is kept"),
            *(Choice(f"evidence {number}", "evidence", line) for number, line in enumerate(one.evidence)),
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            if choice.id == "refuse":
                self._keep(one, "refused")
                page.deck.say(f"Refused: {clean(one.alias)} stays where it is")
            elif choice.id == "confirm":
                self._confirm(model, one)
            else:
                from tui.ui.dialogs.whole_text import WholeTextModal

                page.app.push_screen(WholeTextModal("Evidence", "\n".join(one.evidence)))

        title = f"{named(one.alias)} of {named(one.model)} to {alias_plan.shown(one.to)}: {clean(one.why)}"
        page.app.push_screen(ChoiceModal(title, choices, page.deck.glyphs, hint="enter choose   esc leave"), chosen)

    def _confirm(self, model: RegisteredModel, one: Proposal) -> None:
        step = alias_plan.AliasStep(one.alias, to=one.to, expected=one.before)
        title = f"Proposed by {one.by}: {one.alias} of {one.model} to {alias_plan.shown(one.to)}"

        def done(told: WriteResult) -> None:
            if told.done:
                self._keep(one, "confirmed")

        self._page.move_as(model, alias_plan.AliasPlan(model.name, (step,)), title, done)

    def _keep(self, one: Proposal, decided: str) -> None:
        try:
            self._kept.decide(one, decided, self._page.session.clock.now_ms())
        except Problem as problem:
            self._say(problem)

    def _say(self, problem: Problem) -> None:
        self._page.deck.say(clean(str(problem)))
