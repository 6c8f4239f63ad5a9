"""Registering a model of a run: which of its models, under which name, with what is missing said before."""

from __future__ import annotations

from typing import cast

from tui.domain.model_names import model_name_refusal
from tui.domain.model_values import Registrable
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.screens.base.asking import Asking
from tui.screens.base.page import Page
from tui.screens.base.routes import VersionRoute
from tui.services.writes import Outcome, Report

_OFFERED = 300  # names of models that are offered


class Registering(Asking):
    """The part of a page from which a run's model can be registered."""

    @property
    def _page(self) -> Page:
        return cast(Page, self)

    def register_from(self, run_id: str) -> None:
        """Look for the run's models; ask which, and under which name; register it, and go to the version."""
        registry = self._page.session.registry

        def look() -> tuple[tuple[Registrable, ...], list[str]]:
            found = registry.registrable(run_id)
            names = [model.name for model in registry.search_models(max_results=_OFFERED).models] if found else []
            return found, names

        def got(answer: tuple[tuple[Registrable, ...], list[str]]) -> None:
            found, names = answer
            if not found:
                self._page.deck.say("This run has logged no model that could be registered")
            elif len(found) == 1:
                self._ask_name(found[0], names)
            else:
                self._ask_which(found, names)

        self._page.deck.say("Looking for this run's models …")
        self.ask(self._page.session.pool, "registrable", look, got, self._not_registered)

    def _ask_which(self, found: tuple[Registrable, ...], names: list[str]) -> None:
        from tui.screens.modals.choices import Choice, ChoiceModal

        choices = [Choice(offer.uri, offer.label, f"{offer.uri}   {_signature(offer)}") for offer in found]
        by_uri = {offer.uri: offer for offer in found}

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._ask_name(by_uri[choice.id], names)

        self.app.push_screen(ChoiceModal("Register which model", choices, self._page.deck.glyphs), chosen)

    def _ask_name(self, offer: Registrable, names: list[str]) -> None:
        from tui.screens.modals.pick_name import PickNameModal

        catalog = self._page.session.desk.writes.catalog
        words = f"{clean(offer.label)}: {_signature(offer)}."
        if offer.has_signature is False and catalog:
            words += " Unity Catalog refuses models without a signature."

        def refuse(name: str) -> str:
            return model_name_refusal(name, catalog=catalog)

        def named(name: str | None) -> None:
            if name is not None:
                self._register(offer, name)

        modal = PickNameModal("Register as", words, names, self._page.deck.glyphs, refuse=refuse)
        self.app.push_screen(modal, named)

    def _register(self, offer: Registrable, name: str) -> None:
        writes = self._page.session.desk.writes

        def done(answer: tuple[str, Report[tuple[str, ...]]]) -> None:
            version, report = answer
            problem = f": {report.problem.message}" if report.problem is not None else ""
            if report.outcome is Outcome.DONE:
                self._page.deck.go(VersionRoute(name, version))
                self._page.deck.say(clean(f"Registered {offer.label} as {name} v{version}, ledger #{report.number}"))
            else:
                self._page.deck.say(clean(f"Not registered ({report.outcome.value}){problem}"))

        self._page.deck.say("Registering …")
        self.ask(self._page.session.pool, "register", lambda: writes.register(name, offer), done, self._not_registered)

    def _not_registered(self, problem: Problem) -> None:
        self._page.deck.say(clean(str(problem)))


def _signature(offer: Registrable) -> str:
    if offer.has_signature is None:
        return "whether it has a signature is not known"
    return "with a signature" if offer.has_signature else "without a signature"
