"""How things stand: the checks of the open context, a thing of a workspace, a store that may not simply be opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.config.launch import Options, resolve
from tui.demo.samples import Progress, ensure_sample
from tui.domain import quantities, uris
from tui.domain.models.grants import Permitted
from tui.domain.problem import Freshness, FreshnessState, Problem
from tui.domain.runs.tables import facts
from tui.domain.serving import Event, health, newest_first
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.values import StoreCondition, StoreReport
from tui.resources import cache_dir, style_sheets
from tui.services.copies import python_in
from tui.services.doctor import Check, Doctor, Surroundings, Verdict, here, summary, took_words
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
from tui.ui.page import Page
from tui.ui.routes import StandingRoute
from tui.widgets import grid_messages
from tui.widgets.grid import Grid, PlainGrid
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
    def _moved(self, event: grid_messages.CursorMoved) -> None:
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
    def _opened(self, event: grid_messages.Opened) -> None:
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


# A store that may not simply be opened: what it is, and what can be done about it, nothing of it unasked.


_SENTENCES = {
    StoreCondition.MISSING: "There is no MLflow store at {place}.",
    StoreCondition.OLDER: (
        "The store at {place} was made by an older MLflow: its schema is {revision}, the MLflow installed here wants "
        "{expected}. Opening it would migrate it, after which the older MLflow can no longer use it."
    ),
    StoreCondition.NEWER: (
        "The store at {place} was made by a newer MLflow: its schema {revision} is not known to the MLflow installed "
        "here (which wants {expected})."
    ),
    StoreCondition.READY: "The deck looks at {place}.",
    StoreCondition.NOT_A_STORE: "What is at {place} is not an MLflow store.",
    StoreCondition.UNREADABLE: "The store at {place} cannot be read.",
    StoreCondition.LEGACY_FILES: "At {place} lies a folder of runs as files, which today's MLflow no longer opens.",
}


@dataclass(frozen=True)
class Way:
    """One thing that can be done."""

    id: str
    title: str
    detail: str


_ELSEWHERE = Way("elsewhere", "Another place", "type a tracking URI or the path of a database")
_DEMO = Way("demo", "The sample store", "experiments, runs and models to try everything on; made once, under a minute")
_LEAVE = Way("leave", "Leave", "nothing has been changed")
_FIRST = Way("first", "Log a first run", "a few lines of Python that do it here, copied to the clipboard")
_CONFIGURE = Way("configure", "Name your servers", "mlflow-deck config init asks two questions and writes the file")
_BACK = Way("back", "Go back", "esc does it too; :begin comes here again")
_AGAIN = Way("again", "Look again", "in case somebody has mended it meanwhile")


def ways(condition: StoreCondition, read_only: bool) -> list[Way]:
    """What is offered for a condition, the safest first; what writes is absent when read-only."""
    if condition is StoreCondition.MISSING:
        create = Way("create", "Create it", "an empty store, by MLflow's own rules")
        return [_DEMO, _ELSEWHERE, *([] if read_only else [create]), _CONFIGURE, _LEAVE]
    if condition is StoreCondition.READY:
        return [_FIRST, _DEMO, _ELSEWHERE, _CONFIGURE, _BACK]
    if condition is StoreCondition.OLDER:
        copy = Way("copy", "Look at a migrated copy", "read-only; the store itself stays as it is")
        upgrade = Way("upgrade", "Upgrade it", "after a backup beside it; the older MLflow can then not use it")
        return [copy, *([] if read_only else [upgrade]), _ELSEWHERE, _LEAVE]
    if condition is StoreCondition.LEGACY_FILES:
        as_it_is = Way("files", "Open it as it is", "read-only, by MLflow's own switch, for this session only")
        copy = Way(
            "copy", "Look at a SQLite copy", "read-only, made by mlflow migrate-filestore; the files stay as they are"
        )
        return [as_it_is, copy, _ELSEWHERE, _LEAVE]
    return [_AGAIN, _ELSEWHERE, _DEMO, _LEAVE]


def first_run(tracking_uri: str) -> str:
    """Python that logs a run with a param and a metric of a few steps to a store."""
    return (
        "import mlflow\n\n"
        f"mlflow.set_tracking_uri({tracking_uri!r})\n"
        'mlflow.set_experiment("first")\n'
        "with mlflow.start_run():\n"
        '    mlflow.log_param("lr", 0.01)\n'
        "    for step in range(10):\n"
        '        mlflow.log_metric("loss", 1 / (step + 1), step=step)\n'
    )


class StoreScreen(Page, Asking):
    """Offers what can be done about a store, or to begin with; ``opened`` is called when it may be opened after all."""

    CSS_PATH = style_sheets("diagnostics.tcss")

    def __init__(self, session: Session, report: StoreReport, opened: Callable[[], None]) -> None:
        super().__init__(session)
        self._report = report
        self._opened = opened
        self.pane = Pane(id="store")
        self.words = Static("", id="store-words", markup=False)
        self.grid = PlainGrid(glyphs=self.deck.glyphs)
        self._busy = False
        self._said = ""

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.mount(self.words, self.grid)
        self.show(self._report)
        self.focus_pane(self.pane)
        self.grid.focus()

    def show(self, report: StoreReport) -> None:
        """Say what was found and offer what can be done."""
        self._report = report
        if report.condition is StoreCondition.READY:  # a person has asked what to begin with
            self.set_crumbs("first steps")
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
            self.pane.set_title("What to begin with")
        else:
            self.set_crumbs("store")
            self.set_freshness(Freshness(FreshnessState.CLOSED))
            self.pane.set_title("Store", report.condition.value.replace("_", " "))
        sentence = _SENTENCES[report.condition].format(
            place=clean(report.place), revision=clean(report.revision), expected=clean(report.expected)
        )
        origin = self.session.launch.origins.get("tracking_uri", "")
        lines = [sentence]
        if report.detail:
            lines.append(clean(report.detail))
        if origin:
            lines.append(f"The place comes from: {clean(origin)}.")
        self.words.update(Content("\n".join(lines)))
        offered = ways(report.condition, self.session.read_only)
        columns = (
            Column("title", "what to do", max(width(way.title) for way in offered), frozen=True),
            Column("detail", "", max(width(way.detail) for way in offered)),
        )
        muted: list[Tone] = ["muted"] * len(offered)
        cells = {"title": [w.title for w in offered], "detail": [w.detail for w in offered]}
        self.grid.table = RowsTable(columns, [w.id for w in offered], cells, {"detail": muted})

    @on(Grid.Opened)
    def _chosen(self, event: grid_messages.Opened) -> None:
        event.stop()
        if not self._busy:
            getattr(self, f"_do_{event.row_key}")()

    # what can be done

    def _work(self, words: str) -> None:
        self._busy = True
        self.pane.notice.tell(Content(words))

    def _failed(self, problem: Problem) -> None:
        self._busy = False
        self.pane.notice.problem(problem, retry="choose again")

    def _do_leave(self) -> None:
        self.deck.leave()

    def _do_back(self) -> None:
        self.app.pop_screen()

    def _do_first(self) -> None:
        launch = self.session.launch
        made = python_in(first_run(uris.masked(launch.tracking_uri)), launch.apart)
        self.deck.copy_text("how a first run is logged", made)

    def _do_configure(self) -> None:
        self.deck.copy_text("the command", "mlflow-deck config init")

    def _do_again(self) -> None:
        self._work("Looking …")
        self.ask(self.session.pool, "store", self.session.store.inspect, self._inspected, self._failed)

    def _inspected(self, report: StoreReport) -> None:
        self._busy = False
        self.pane.notice.clear()
        if report.condition is StoreCondition.READY:
            self._opened()
        else:
            self.show(report)
        if self._said:
            self.deck.say(self._said)  # on the screen that is left

    def _do_create(self) -> None:
        self._work("Creating the store …")
        self.ask(self.session.pool, "store", self.session.store.create, self._inspected, self._failed)

    def _do_upgrade(self) -> None:
        self._work("Backing the store up and migrating it …")
        self.ask(self.session.pool, "store", self.session.store.upgrade, self._upgraded, self._failed)

    def _upgraded(self, backup: str) -> None:
        self._said = f"Upgraded; the store as it was is kept at {clean(backup)}"
        self._do_again()

    def _do_copy(self) -> None:
        self._work("Copying the store and bringing the copy up to date …")
        folder = cache_dir() / "migrated-copies"
        store = self.session.store

        def copy() -> str:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return store.migrated_copy(str(folder))

        self.ask(self.session.pool, "store", copy, self._copied, self._failed)

    def _copied(self, uri: str) -> None:
        launch = self.session.launch
        self.deck.open_context(
            replace(
                launch,
                context_name=f"{launch.context_name} (copy)",
                tracking_uri=uri,
                registry_uri=uri,
                read_only=True,
                origins={**launch.origins, "tracking_uri": f"a migrated copy of {self._report.place}"},
            )
        )

    def _do_files(self) -> None:
        self.deck.open_context(replace(self.session.launch, read_only=True, file_store=True))

    def _do_demo(self) -> None:
        self._work("Making the sample store …")

        def report(progress: Progress) -> None:
            self.app.call_from_thread(self._progressed, progress)

        self.ask(
            self.session.pool, "store", lambda: ensure_sample(report=report).tracking_uri, self._open, self._failed
        )

    def _progressed(self, progress: Progress) -> None:
        self.pane.notice.tell(Content(f"Making the sample store: {progress}"))

    def _open(self, tracking_uri: str) -> None:
        launch = self.session.launch
        try:
            options = Options(tracking_uri=tracking_uri)
            other = resolve(options, self.deck.environment, self.deck.folder, launch.settings)
        except Problem as problem:
            self._failed(problem)
            return
        self.deck.open_context(other)

    def _do_elsewhere(self) -> None:
        from tui.ui.dialogs.choices import AskLineModal

        def go(text: str | None) -> None:
            if text:
                self._open(text.strip())

        question = "A tracking URI (http://host:5000, sqlite:////path/mlflow.db, databricks) or the path of a database."
        self.app.push_screen(AskLineModal("Another place", question), go)
