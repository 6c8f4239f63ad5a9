"""Two versions of a model side by side: what differs in what they were made from and what they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult

from tui.config.launch import Options, resolve
from tui.domain.diff.comparison import Comparison
from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.features.compare import words
from tui.features.compare.rows import CompareRowsPane
from tui.features.compare.words import ComparisonAsides
from tui.resources import style_sheets
from tui.services.compared_runs import across, version_sheet
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import VersionDiffRoute, VersionRoute

if TYPE_CHECKING:
    from tui.services.write_flow import Touched


class VersionDiffScreen(Page, Asking):
    """Reads both versions and shows what differs."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session, route: VersionDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self._beside: dict[str, Session] = {}
        self.pane = CompareRowsPane(
            session,
            self.deck.glyphs,
            title=partial(words.title_of_versions, route.name),
            placeholder=words.placeholder_of_versions,
            things="versions",
            absent=frozenset({"drop", "mark_metrics"}),  # enter opens a row, and no version can be taken out
        )
        self.pane.grid.marking = False
        self.pane.grid.g_is_taken = False

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("models", named(self.route.name), f"v{self.route.baseline} against v{self.route.other}")
        self.focus_pane(self.pane)
        self.read_again()

    def _session_of(self, context: str) -> Session:
        """The session on a context; another than the open one is opened beside it, and closed with the page."""
        if context == self.session.name:
            return self.session
        if context not in self._beside:
            settings = self.session.launch.settings
            launch = resolve(Options(context=context), self.deck.environment, self.deck.folder, settings)
            self._beside[context] = self.deck.open_beside(launch)
        return self._beside[context]

    def on_unmount(self) -> None:
        for session in self._beside.values():
            session.close()

    def shows(self, touched: Touched) -> bool:
        # Registered again as another, a model of that name may have other versions; their runs are shown too.
        runs = {subject.run_id for subject in self.pane.comparison.subjects} if self.pane.comparison else set()
        return any(
            thing_id in runs if sort.value == "run" else self.route.name in (thing_id, thing_id.rpartition("/")[0])
            for sort, thing_id in touched
        )

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        self.pane.show_loading("Reading both versions, their runs and their files …")
        session, route = self.session, self.route
        settings = session.launch.settings

        versions = (route.baseline, route.other)
        try:
            sides = [
                (self._session_of(context), name, version)
                for (context, name), version in zip(route.across, versions, strict=False)
            ]
        except Problem as problem:
            self._refused(problem)
            return

        def work() -> Comparison:
            sheet = across(sides) if sides else version_sheet(session, route.name, versions)
            return Comparison(sheet, tolerance=settings.tolerance, directions=settings.metric_directions)

        self.ask(session.pool, "diff", work, self._got, self._refused)

    def _got(self, comparison: Comparison) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.show(comparison, ComparisonAsides())

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.show_problem(problem)

    @on(CompareRowsPane.Opened)
    def _opened(self, event: CompareRowsPane.Opened) -> None:
        event.stop()
        assert self.pane.comparison is not None  # there is no column to be on without it
        subject = self.pane.comparison.subjects[event.column]
        if subject.context and subject.context != self.session.name:
            self.deck.say(f"It is of {clean(subject.context)}: its cell on the board (0) opens that context")
        else:
            self.deck.go(VersionRoute(self.route.name, subject.id.rpartition(":")[2]))

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        return self.pane.value_here()
