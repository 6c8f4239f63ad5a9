"""A store that may not simply be opened: what it is, and what can be done about it, nothing of it unasked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui.config.launch import Options, resolve
from tui.demo.samples import Progress, ensure_sample
from tui.domain import uris
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.domain.values import StoreCondition, StoreReport
from tui.resources import cache_dir, style_sheets
from tui.services.copies import python_in
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.widgets.grid import Grid, PlainGrid
from tui.widgets.pane import Pane

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
    def _chosen(self, event: Grid.Opened) -> None:
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
