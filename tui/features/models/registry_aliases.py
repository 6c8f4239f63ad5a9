"""The keys by which aliases are moved, the same on every screen that shows a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.models.grants import Deed
from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import Plan
from tui.features.models.permitted import needs
from tui.features.models.several_models import SeveralModels
from tui.services.writes import Outcome

if TYPE_CHECKING:
    from tui.services.alias_moves import MoveReport


class RegistryAliases(SeveralModels):
    """The part of a page about a model that moves its aliases."""

    def model_here(self) -> RegisteredModel | None:
        """The model that the keys mean."""
        raise NotImplementedError  # pragma: no cover  every page says it

    def version_here(self) -> ModelVersion | None:
        """The version that the keys mean; None where they mean the model."""
        return None

    def versions_known(self) -> list[ModelVersion]:
        """The versions that have been read, newest first."""
        return []

    @property
    def _model(self) -> RegisteredModel:
        model = self.model_here()
        assert model is not None  # check_action keeps the keys away where there is none
        return model

    @needs(Deed.ALIAS)
    def action_move_alias(self) -> None:
        from tui.features.models.move_alias import MoveAliasPanel

        version, model = self.version_here(), self._model
        to = version.version if version is not None else self._next_champion(model)
        self.app.push_screen(MoveAliasPanel(self.session, model, self.versions_known(), to), self._moved)

    @staticmethod
    def _next_champion(model: RegisteredModel) -> str:
        newest = model.newest
        return model.aliases.get(CHALLENGER) or (newest.version if newest is not None else "")

    @needs(Deed.ALIAS)
    def action_several_aliases(self) -> None:
        from tui.features.models.several_aliases import SeveralPanel

        self.app.push_screen(SeveralPanel(self.session, self._model), self._moved)

    @needs(Deed.ALIAS)
    def action_swap(self) -> None:
        model = self._model
        plan = alias_plan.swap(model.name, model.aliases, CHAMPION, CHALLENGER)
        self._show_plan(model, plan, f"Swap {CHAMPION} and {CHALLENGER} of {clean(model.name)}")

    def _aliases_meant(self, version: ModelVersion) -> tuple[str, ...]:
        """The aliases of the marked versions, or of that under the cursor where none is marked."""
        versions = self.compared() or (version,)
        return tuple(alias for made in versions for alias in self._model.aliases_of(made.version))

    @needs(Deed.ALIAS)
    def action_take_away(self) -> None:
        model, version = self._model, self.version_here()
        assert version is not None
        aliases = self._aliases_meant(version)

        def take(alias: str) -> None:
            plan = alias_plan.plan(model.name, model.aliases, {alias: None})
            self._show_plan(model, plan, f"Take {clean(alias)} of {clean(model.name)} away")

        if len(aliases) == 1:
            take(aliases[0])
            return
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        all_of_them = Choice("", "all of them", ", ".join(map(clean, aliases)))
        choices = [all_of_them, *(Choice(alias, alias, f"v{model.aliases[alias]}") for alias in aliases)]

        def chosen(choice: Choice | None) -> None:
            if choice is not None and not choice.id:
                plan = alias_plan.plan(model.name, model.aliases, dict.fromkeys(aliases))
                self._show_plan(model, plan, f"Take {len(aliases)} aliases of {clean(model.name)} away")
            elif choice is not None:
                take(choice.id)

        self.app.push_screen(ChoiceModal("Which alias", choices, self.deck.glyphs), chosen)

    @needs(Deed.ALIAS)
    def action_undo(self) -> None:
        """Look up the last move in the ledger and the server's state, and show the undo."""
        moves, registry, name = self.session.desk.moves, self.session.registry, self._model.name

        def look() -> tuple[Plan | None, RegisteredModel]:
            model = registry.get_model(name)
            return moves.undo_plan(name, model), model

        def got(found: tuple[Plan | None, RegisteredModel]) -> None:
            plan, model = found
            if plan is None:
                self.deck.say(f"No move of {clean(name)} was made from here that could be undone")
                return
            title = f"Undo #{plan.of}: aliases of {clean(name)}"
            self._show_plan(model, plan, title)

        self.ask(self.session.pool, "undo", look, got, self._say_problem)

    def _show_plan(self, model: RegisteredModel, plan: Plan, title: str, words: str = "") -> None:
        from tui.features.models.fixed_plan import FixedPlanPanel

        self.app.push_screen(FixedPlanPanel(self.session, model, plan, title=title, words=words), self._moved)

    def _moved(self, report: MoveReport | None) -> None:
        if report is None:
            return
        if report.outcome is Outcome.DONE:
            from tui.features.models.plan_told import done_words

            self.deck.say(done_words(report, self.session))
        self.changed(report.plan.model)

    def _say_problem(self, problem: Problem) -> None:
        self.deck.say(clean(str(problem)))
