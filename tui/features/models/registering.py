"""Registering a model of a run: which of its models, under which name, with what is missing said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.domain.models.grants import Deed, Refusal
from tui.domain.models.values import Registrable, model_name_refusal
from tui.domain.problem import Problem
from tui.domain.text import clean, clean_block, named
from tui.domain.writes.changes import Thing
from tui.services.permissions import Permissions, doubtful, statements, words
from tui.services.session import Session
from tui.services.write_flow import WriteResult
from tui.ui.asking import Asking, Deck, Writer, choose
from tui.ui.dialogs.whole_text import WholeTextModal
from tui.ui.page import Page
from tui.ui.routes import VersionRoute

# What is done only after the grants have been read: a refusal is explained before anything is typed.


_SERIES = "permissions"


class Grants:
    """The grants of a context, as ``owner`` asks for them before it offers something."""

    def __init__(self, owner: Asking, session: Session) -> None:
        self._owner = owner
        self._session = session
        self._known: Permissions | None = None

    def permissions(self) -> Permissions | None:
        """The grants of the context; None where its models lie in no Unity Catalog of a workspace."""
        session = self._session
        if session.catalog is None or not session.desk.writes.catalog:
            return None
        if self._known is None:
            self._known = Permissions(session.catalog, session.clock)
        return self._known

    def when_allowed(self, deed: Deed, models: Sequence[str], go_on: Callable[[], None]) -> None:
        """Go on if the deed is allowed on each of these models, one asked about after the other."""
        if models:
            self._ask(deed, models[0], lambda: self.when_allowed(deed, models[1:], go_on))
        else:
            go_on()

    def _ask(self, deed: Deed, model: str, go_on: Callable[[], None]) -> None:
        """Go on, or say why that would be refused; at once where there is nothing to ask.

        While the grants are read a dialogue says so, and takes the keys that are typed meanwhile.
        """
        permissions = self.permissions()
        if permissions is None or model.count(".") < 2:
            go_on()
            return
        found: list[Refusal] = []

        def decide() -> None:
            if not found:
                go_on()
                return
            permissions.forget()  # somebody may grant it meanwhile
            self._owner.app.push_screen(RefusedModal(f"You may not {deed.value}: {named(model)}", tuple(found), go_on))

        if permissions.are_known(model):
            found.extend(permissions.refusals(deed, model))
            decide()
            return
        from tui.ui.dialogs.whole_text import ReadingModal

        said = f"Reading the grants on {named(model)}, its schema and its catalog …"
        waiting = ReadingModal(f"May you {deed.value}?", said)

        def got(refusals: tuple[Refusal, ...]) -> None:
            found.extend(refusals)
            waiting.end()

        def refused(_problem: Problem) -> None:
            waiting.end()  # a doubt refuses nothing

        def closed(read: bool | None) -> None:
            if read:
                decide()
            else:
                self._owner.forget(_SERIES)

        self._owner.app.push_screen(waiting, closed)
        self._owner.ask(self._session.pool, _SERIES, lambda: permissions.refusals(deed, model), got, refused)


class RefusedModal(WholeTextModal):
    """The reasons in full; ``y`` copies the statements, ``w`` goes on where all rests on a doubt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "go_on", show=False)]

    def __init__(self, title: str, found: tuple[Refusal, ...], go_on: Callable[[], None]) -> None:
        super().__init__(title, words(found))
        self._found = found
        self._go_on = go_on
        self._keys = "w try all the same   esc leave" if doubtful(found) else "esc leave"

    def action_go_on(self) -> None:
        """Let the server decide."""
        if doubtful(self._found):
            self.dismiss(None)
            self._go_on()

    def on_mount(self) -> None:
        self.query_one(".dialogue").border_subtitle = Content(f" y copy the statement   {self._keys} ")

    def action_copy(self) -> None:
        said = cast(Deck, self.app).copy_text("the statement", statements(self._found))
        self.query_one(".dialogue").border_subtitle = Content(f" {said.splitlines()[0][:70]}   {self._keys} ")


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
        choices = [(offer.uri, offer.label, f"{offer.uri}   {_signature(offer)}") for offer in found]
        by_uri = {offer.uri: offer for offer in found}
        choose(self._page, "Register which model", choices, lambda uri: self._ask_name(by_uri[uri], names))

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
        from tui.ui.dialogs.listing import PickNameModal

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
        from tui.ui.dialogs.whole_text import ReadingModal

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
