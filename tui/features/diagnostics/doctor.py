"""How things stand: the checks of the open context, and the health, rights and events of a thing of a workspace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain import quantities
from tui.domain.models.grants import Permitted
from tui.domain.problem import Problem
from tui.domain.runs.tables import facts
from tui.domain.serving import Event, health, newest_first
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.resources import style_sheets
from tui.services.doctor import Check, Doctor, Surroundings, Verdict, here, summary, took_words
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
from tui.ui.page import Page
from tui.ui.routes import StandingRoute
from tui.widgets.grid import Grid, messages
from tui.widgets.grid.grid import PlainGrid
from tui.widgets.pane import Pane

_TONES: dict[Verdict, Tone] = {
    Verdict.OK: "good",
    Verdict.WARNING: "warn",
    Verdict.FAIL: "bad",
    Verdict.SKIPPED: "muted",
}


class DoctorPane(Pane):
    """The list of checks, and below it the words of the one under the cursor."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(id="doctor")
        self.grid = grid
        self.words = Static("", id="doctor-words", markup=False)

    def body(self) -> ComposeResult:
        yield self.grid
        yield self.words

    def keys_target(self) -> Widget | None:
        return self.grid


class DoctorScreen(Page, Asking):
    """The checks as a page of its own."""

    CSS_PATH = style_sheets("diagnostics.tcss")

    def __init__(
        self,
        session: Session,
        surroundings: Surroundings | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(session)
        self._surroundings = surroundings
        self._clock = clock
        self.pane = DoctorPane(PlainGrid(glyphs=self.deck.glyphs))
        self.checks: list[Check] = []
        self._left: Iterator[Check] = iter(())
        self._is_running = False

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("doctor")
        self.focus_pane(self.pane)
        self.read_again()

    # the checks

    def read_again(self) -> None:
        """Make every check anew."""
        if self._is_running:
            return
        self.checks = []
        self._is_running = True
        self.pane.grid.placeholder = "Looking …"
        around = self._surroundings or here(self.session.launch.profile)
        self._left = Doctor(self.session, around, self._clock).checks()
        self._fill()
        self._go_on()

    def _go_on(self) -> None:
        left = self._left
        self.ask(self.session.pool, "doctor", lambda: next(left, None), self._got, self._refused)

    def _got(self, check: Check | None) -> None:
        if check is None:
            self._is_running = False
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        else:
            self.checks.append(check)
            self._go_on()
        self._fill()

    def _refused(self, problem: Problem) -> None:
        self._is_running = False
        self.pane.notice.problem(problem)
        self._fill()

    def _fill(self) -> None:
        glyphs = self.deck.glyphs
        signs = {
            Verdict.OK: f"{glyphs.done} ok",
            Verdict.WARNING: f"{glyphs.warning} warning",
            Verdict.FAIL: f"{glyphs.failed} fail",
            Verdict.SKIPPED: f"{glyphs.absent} skipped",
        }
        texts = {
            "verdict": [signs[check.verdict] for check in self.checks],
            "title": [check.title for check in self.checks],
            "took": [took_words(check) for check in self.checks],
            "found": [clean(check.found) for check in self.checks],
        }
        tones = {"verdict": [_TONES[check.verdict] for check in self.checks]}
        columns = (
            Column("verdict", "", 9, frozen=True),
            Column("title", "check", 14, frozen=True),
            Column("took", "took", 9, "right"),
            Column("found", "found", max([20, *map(width, texts["found"])])),
        )
        keys = [check.id for check in self.checks]
        self.pane.grid.table = RowsTable(columns, keys, texts, tones, generation=len(self.checks))
        self.pane.set_title("Doctor", summary(self.checks), "looking …" if self._is_running else "")
        self._tell()

    @on(Grid.CursorMoved)
    def _moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self._tell()

    def check_here(self) -> Check | None:
        """The check under the cursor."""
        key = self.pane.grid.cursor_key
        return next((check for check in self.checks if check.id == key), None)

    def _tell(self) -> None:
        check = self.check_here()
        if check is None:
            self.pane.words.update("")
            return
        parts: list[Content | tuple[str, str]] = [(f"{check.title}  ", "bold"), Content(clean(check.found))]
        if check.remedy:
            tones = {Verdict.OK: "$text-muted", Verdict.WARNING: "$warning"}
            parts.append((f"\n{clean(check.remedy)}", tones.get(check.verdict, "$error")))
        self.pane.words.update(Content.assemble(*parts))

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        check = self.check_here()
        if check is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            words = "\n\n".join(part for part in (check.found, check.remedy) if part)
            self.app.push_screen(WholeTextModal(check.title, words))

    def value_here(self) -> tuple[str, str] | None:
        check = self.check_here()
        return (check.title, " ".join(part for part in (check.found, check.remedy) if part)) if check else None

    def copies_here(self) -> list[tuple[str, str]]:
        from tui.console.report import checks_json as as_json
        from tui.console.report import line

        here_now = self.value_here()
        whole = "\n".join(line(check, 100) for check in self.checks)
        return [
            *([here_now] if here_now else []),
            ("every check", whole),
            ("every check as JSON", as_json(self.session.name, self.checks)),
        ]


# How something of a workspace stands: its health and events, who may do what with it, what it depends on.


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
        self.pane = FactsPane(session, self.deck.glyphs, id="standing", tabs=tabs, title=clean(route.name))

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
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
