"""How something of a workspace stands: its health and events, who may do what with it, what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.app import ComposeResult

from tui.domain import quantities
from tui.domain.models.grants import Permitted
from tui.domain.problem import Problem
from tui.domain.runs.run_facts import facts
from tui.domain.serving import Event, health, newest_first
from tui.domain.text import clean, named
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
from tui.ui.page import Page
from tui.ui.routes import StandingRoute

_HEALTH, _EVENTS, _WHO, _DEPENDS, _SETTINGS = "health", "events", "who", "depends", "settings"
_TITLES = {
    _HEALTH: "Health",
    _EVENTS: "Events",
    _WHO: "Who may",
    _DEPENDS: "Depends on",
    _SETTINGS: "Settings",
}
Pairs = Sequence[tuple[str, str]]


class StandingScreen(Page, Asking):
    """A page of tabs, each read for itself, so that one that may not be read keeps nothing of the others away."""

    def __init__(self, session: Session, route: StandingRoute) -> None:
        super().__init__(session)
        self.route = route
        self._readers = self._to_read()
        tabs = {tab: _TITLES[tab] for tab in (*self._readers, *([_SETTINGS] if route.settings else []))}
        self.pane = FactsPane(session, self.deck.glyphs, id="standing", tabs=tabs, title=named(route.name))

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.set_crumbs(f"{self.route.kind}s", named(self.route.name), "standing")
        settings = list(self.route.settings)
        self.pane.put(_SETTINGS, lambda query: facts(settings, query, heading=("setting", "value")))
        self.focus_pane(self.pane)
        self.read_again()

    def _to_read(self) -> Mapping[str, tuple[Callable[[], Any], Callable[[Any], Pairs], tuple[str, str]]]:
        """Of each tab: what is asked, what is made of the answer, and the headings."""
        route, catalog, serving = self.route, self.session.catalog, self.session.serving
        found: dict[str, tuple[Callable[[], Any], Callable[[Any], Pairs], tuple[str, str]]] = {}
        if route.kind == "endpoint" and serving is not None:
            found[_HEALTH] = lambda: serving.numbers(route.name), health, ("number", "value")
            found[_EVENTS] = lambda: serving.events(route.name), self._events, ("when", "what")
        if catalog is not None:
            key = route.name if route.kind == "model" else route.id
            found[_WHO] = lambda: catalog.who_may(route.kind, key), permitted, ("who", "may")
            if route.version:
                depends = lambda: catalog.depends_on(route.name, route.version)  # noqa: E731  one of a table
                found[_DEPENDS] = depends, dependencies, ("what", "name")
        return found

    def read_again(self) -> None:
        """Read every tab anew; what is shown stays until then."""
        self.set_freshness(self.freshness.loading())
        for tab, (ask, pairs_of, heading) in self._readers.items():
            self.pane.say_of(tab, "Reading …")
            self.ask(
                self.session.pool,
                tab,
                ask,
                lambda answer, tab=tab, of=pairs_of, heading=heading: self._got(tab, of(answer), heading),  # type: ignore[misc]
                lambda problem, tab=tab: self._refused(tab, problem),  # type: ignore[misc]
            )

    def _got(self, tab: str, pairs: Pairs, heading: tuple[str, str]) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        if pairs:
            self.pane.put(tab, lambda query: facts(pairs, query, heading=heading))
        else:
            self.pane.say_of(tab, _NOTHING[tab])

    def _refused(self, tab: str, problem: Problem) -> None:
        if problem.is_connection:
            self.set_freshness(self.freshness.failed(problem))
        else:
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.say_of(tab, clean(" ".join(part for part in (problem.message, problem.hint) if part)))

    def _events(self, events: Sequence[Event]) -> Pairs:
        zone = self.session.clock.zone
        return _told_apart(
            (
                quantities.stamp(event.at_ms, zone) if event.at_ms is not None else "at some time",
                "  ".join(part for part in (event.kind, event.message) if part),
            )
            for event in newest_first(events)
        )

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        return self.pane.value_here()


_NOTHING = {
    _HEALTH: "The workspace gives no numbers of it: they come with its first requests.",
    _EVENTS: "Nothing is told to have happened to it.",
    _WHO: "Nobody is told to be permitted anything.",
    _DEPENDS: "The workspace tells nothing that it depends on.",
}


def permitted(found: Sequence[Permitted]) -> Pairs:
    """A line for each person or group and each thing through which something is permitted."""
    return _told_apart(
        (one.principal, f"{', '.join(one.what)}{f'  through {one.through}' if one.through else ''}") for one in found
    )


def dependencies(found: Sequence[tuple[str, str]]) -> Pairs:
    return _told_apart((kind.replace("_", " "), name) for kind, name in found)


def _told_apart(pairs: Any) -> Pairs:
    """The same pairs; values of one name are told together, for the name is what a row is known by."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return [
        (name if number == 1 else f"{name} ({number})", value)
        for name, values in found.items()
        for number, value in enumerate(values, start=1)
    ]
