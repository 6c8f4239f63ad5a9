"""Registering a model of a run: which of its models, under which name, with what is missing said before."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.domain.models.grants import Deed
from tui.domain.models.values import Registrable, model_name_refusal
from tui.domain.problem import Problem
from tui.domain.text import clean, clean_block, named
from tui.domain.writes.changes import Thing
from tui.features.models.grants import Grants
from tui.services.write_flow import WriteResult
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import VersionRoute
from tui.ui.writing import Writer

_OFFERED = 300  # names of models that are offered


@dataclass(frozen=True)
class _Names:
    """What can be chosen as a name: models there are, beginnings of names with what they are, and a warning."""

    models: list[str]
    levels: dict[str, str] = field(default_factory=dict)
    warning: str = ""


class Registering:
    """Registers a model of a run, asked for on ``page``.

    In Unity Catalog the name is completed level by level, and the grants are read before anything is written.
    """

    def __init__(self, page: Page, asking: Asking) -> None:
        self._page = page
        self._asking = asking
        self._grants = Grants(asking, page.session)
        self._writer = Writer(page, page.session)

    def from_run(self, run_id: str) -> None:
        """Look for the run's models; ask which, and under which name; register it, and go to the version."""
        registry = self._page.session.registry

        def look() -> tuple[tuple[Registrable, ...], _Names]:
            found = registry.registrable(run_id)
            return found, self._names() if found else _Names([])

        def got(answer: tuple[tuple[Registrable, ...], _Names]) -> None:
            found, names = answer
            if not found:
                self._page.deck.say("This run has logged no model that could be registered")
            elif len(found) == 1:
                self._ask_name(found[0], names)
            else:
                self._ask_which(found, names)

        self._page.deck.say("Looking for this run's models …")
        self._asking.ask(self._page.session.pool, "registrable", look, got, self._not_registered)

    def at(self, uri: str) -> None:
        """Look at the model that has this address; ask under which name; register it, and go to the version."""
        registry = self._page.session.registry

        def look() -> tuple[Registrable | None, _Names]:
            found = registry.registrable_at(uri)
            return found, self._names() if found is not None else _Names([])

        def got(answer: tuple[Registrable | None, _Names]) -> None:
            found, names = answer
            if found is None:
                self._page.deck.say(clean(f"{uri} is no model: there is no MLmodel file in it"))
            else:
                self._ask_name(found, names)

        self._page.deck.say("Looking at this model …")
        self._asking.ask(self._page.session.pool, "registrable", look, got, self._not_registered)

    def _ask_which(self, found: tuple[Registrable, ...], names: _Names) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        choices = [Choice(offer.uri, offer.label, f"{offer.uri}   {_signature(offer)}") for offer in found]
        by_uri = {offer.uri: offer for offer in found}

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._ask_name(by_uri[choice.id], names)

        self._page.app.push_screen(ChoiceModal("Register which model", choices, self._page.deck.glyphs), chosen)

    def _names(self) -> _Names:
        """The models of the registry, and the catalogs of a Unity Catalog; blocks."""
        session = self._page.session
        models = [model.name for model in session.registry.search_models(max_results=_OFFERED).models]
        if self._grants.permissions() is None or session.catalog is None:
            return _Names(models)
        try:
            return _Names(models, {f"{name}.": "a catalog" for name in session.catalog.catalogs()})
        except Problem as problem:  # what may not be listed may still be typed
            return _Names(models, {}, clean(f"{problem.title}: {problem.message}"))

    def _names_in(self, level: str) -> _Names:
        """What lies in a catalog ("prod.") or in a schema ("prod.ml."), and whether one may make models there."""
        catalog, permissions = self._page.session.catalog, self._grants.permissions()
        assert catalog is not None and permissions is not None
        within = level.rstrip(".")
        above, _, schema = within.partition(".")
        found = permissions.making_in(within)
        warnings = [f"New models will be refused here: {'; '.join(refusal.words for refusal in found)}."] * bool(found)
        models: list[str] = []
        levels: dict[str, str] = {}
        try:
            if schema:
                models = list(catalog.models(above, schema))
            else:
                levels = {f"{above}.{name}.": "a schema" for name in catalog.schemas(above)}
        except Problem as problem:  # what may not be listed may still be typed
            warnings.append(f"{problem.title}: {problem.message}")
        return _Names(models, levels, clean_block("\n".join(warnings)))

    def _ask_name(self, offer: Registrable, names: _Names, query: str = "") -> None:
        from tui.ui.dialogs.pick import PickNameModal

        catalog = self._page.session.desk.writes.catalog
        words = f"{clean(offer.label)}: {_signature(offer)}."
        if offer.has_signature is False and catalog:
            words += " Unity Catalog refuses models without a signature."
        if catalog:
            words += " The name has three levels: catalog.schema.model."
        if names.warning:
            words += f"\n{names.warning}"

        def refuse(name: str) -> str:
            return model_name_refusal(name, catalog=catalog)

        def named(name: str | None) -> None:
            if name is None:
                return
            if name in names.levels:
                self._look_in(offer, name)
            else:
                self._grants.when_allowed(Deed.REGISTER, [name], lambda: self._register(offer, name))

        glyphs = self._page.deck.glyphs
        modal = PickNameModal(
            "Register as", words, names.models, glyphs, refuse=refuse, levels=names.levels, query=query
        )
        self._page.app.push_screen(modal, named)

    def _look_in(self, offer: Registrable, level: str) -> None:
        from tui.ui.dialogs.reading import ReadingModal

        within = clean(level.rstrip("."))
        waiting = ReadingModal(within, f"Reading what is in {within} …")
        inside: list[_Names] = []

        def got(names: _Names) -> None:
            inside.append(names)
            waiting.end()

        def refused(problem: Problem) -> None:
            # What may not be listed may still be typed.
            inside.append(_Names([], {}, clean(f"{problem.title}: {problem.message}")))
            waiting.end()

        def closed(read: bool | None) -> None:
            if read:
                self._ask_name(offer, inside[0], level)
            else:
                self._asking.forget("levels")

        self._page.app.push_screen(waiting, closed)
        self._asking.ask(self._page.session.pool, "levels", lambda: self._names_in(level), got, refused)

    def _register(self, offer: Registrable, name: str) -> None:
        writes = self._page.session.desk.writes

        def done(told: WriteResult) -> None:
            made = [change for change in told.done if change.kind is Thing.VERSION]
            if made:
                model, _, version = made[0].id.rpartition("/")
                self._page.deck.written(frozenset({(Thing.RUN, offer.run_id), (Thing.VERSION, made[0].id)}))
                self._page.deck.go(VersionRoute(model, version))
            self._writer.say_result(told)

        self._writer.confirm(f"Register as {named(name)}", lambda: writes.registration(offer, name), done=done)

    def _not_registered(self, problem: Problem) -> None:
        self._page.deck.say(clean(str(problem)))


def _signature(offer: Registrable) -> str:
    if offer.has_signature is None:
        return "whether it has a signature is not known"
    return "with a signature" if offer.has_signature else "without a signature"
