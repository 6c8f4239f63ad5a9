"""Two versions of a model side by side: what differs in what they were made from and what they are."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.table import subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.text import named
from tui.features.compare.commits import CommitsPage
from tui.features.compare.rows import CompareRowsPane
from tui.features.compare.words import ComparisonAsides
from tui.resources import style_sheets
from tui.services.model_diff import version_sheet
from tui.services.session import Session
from tui.ui.routes import VersionDiffRoute, VersionRoute


class VersionDiffPane(CompareRowsPane):
    """The comparison of runs with versions in its columns: none of them can be dropped, and enter opens a row."""

    _ABSENT = frozenset({"drop", "mark_metrics"})
    marks_metrics = False

    def __init__(self, session: Session, glyphs: Glyphs, name: str) -> None:
        super().__init__(session, glyphs)
        self._name_of_model = name
        self.grid.marking = False
        self.grid.g_is_taken = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action in self._ABSENT else super().check_action(action, parameters)

    def title_of(self, comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
        titles = subject_titles(comparison)
        others = [title for column, title in enumerate(titles) if column != arranged.baseline]
        rows = sum(comparison.count(group).rows for group in comparison.groups)
        differing = sum(comparison.count(group).differing for group in comparison.groups)
        against = f"{titles[arranged.baseline]} against {', '.join(others)}"
        return f"{named(self._name_of_model)} {against}", f"{differing} of {rows} differ"

    def placeholder_of(self, comparison: Comparison, arranged: Arranged) -> str:
        if arranged.arrangement.query:
            return super().placeholder_of(comparison, arranged)
        return "Nothing differs between these versions.\nx shows everything that they have"


class VersionDiffScreen(CommitsPage):
    """Reads both versions and shows what differs."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session, route: VersionDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pane = VersionDiffPane(session, self.deck.glyphs, route.name)

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("models", named(self.route.name), f"v{self.route.baseline} against v{self.route.other}")
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        self.pane.show_loading("Reading both versions, their runs and their files …")
        session, route = self.session, self.route
        settings = session.launch.settings

        def work() -> Comparison:
            sheet = version_sheet(session, route.name, (route.baseline, route.other))
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
        self.deck.go(VersionRoute(self.route.name, self.pane.comparison.subjects[event.column].id))

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        return self.pane.value_here()
