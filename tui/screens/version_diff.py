"""Two versions of a model side by side: what differs in what they were made from and what they are."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.actions import bindings
from tui.domain.diff.arrangement import Arrangement, arrange, baseline_of
from tui.domain.diff.cells import CellWriter
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.table import CompareTable
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.screens.base.asking import Asking
from tui.screens.base.filterable import FilterablePane
from tui.screens.base.page import Page
from tui.screens.base.routes import VersionDiffRoute
from tui.services.model_diff import version_sheet
from tui.services.session import Session
from tui.widgets.plain_grid import PlainGrid


class VersionDiffPane(FilterablePane, Asking):
    """The rows that differ, or all of them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("version_diff")]
    filter_hint = "words in names"
    nothing_to_ask = "Everything is here already: there is nothing to ask the server"

    def __init__(self, session: Session, route: VersionDiffRoute) -> None:
        super().__init__(id="version-diff")
        self._session = session
        self.route = route
        self.query_text = ""
        self.only_differences = True
        self.comparison: Comparison | None = None
        self.table: CompareTable | None = None
        self.grid = PlainGrid()

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("What differs")
        self.grid.placeholder = "Reading both versions, their runs and their files …"

    def show(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.notice.clear()
        self.fill()

    def fill(self) -> None:
        """Lay the rows out anew."""
        comparison = self.comparison
        if comparison is None:
            return
        arrangement = Arrangement(only_differences=self.only_differences, query=self.query_text)
        writer = CellWriter(comparison, baseline_of(comparison, arrangement), zone=self._session.clock.zone)
        self.table = CompareTable(comparison, arrange(comparison, arrangement), writer, room=self.size.width - 4)
        rows = differing = 0
        for group in comparison.groups:
            counted = comparison.count(group)
            rows, differing = rows + counted.rows, differing + counted.differing
        self.grid.placeholder = (
            f"Nothing matches  {clean(self.query_text)}   esc clears the filter"
            if self.query_text
            else "Nothing differs between these two.   x shows everything that they have"
        )
        self.grid.table = self.table
        what = f"{differing} of {rows} differ"
        self.set_title(f"{clean(self.route.name)} v{self.route.baseline} against v{self.route.other}", what)
        self.set_subtitle("" if self.only_differences else "all rows")

    def on_resize(self) -> None:
        self.fill()

    def action_version_diff_all(self) -> None:
        self.only_differences = not self.only_differences
        self.fill()

    def action_version_diff_next(self) -> None:
        self._step(1)

    def action_version_diff_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.table is not None and self.comparison is not None:
            row = self.table.arranged.next_difference(self.grid.cursor_row, by, self.comparison)
            if row is not None:
                self.grid.move_to_row(row)

    async def action_version_diff_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self.fill()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self.fill()
        return had


class VersionDiffScreen(Page, Asking):
    """Reads both versions and shows what differs."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session, route: VersionDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pane = VersionDiffPane(session, route)

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("models", clean(self.route.name), f"v{self.route.baseline} against v{self.route.other}")
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        self.set_truth(self.truth.loading())
        session, route = self.session, self.route
        settings = session.launch.settings

        def work() -> Comparison:
            sheet = version_sheet(session, route.name, (route.baseline, route.other))
            return Comparison(sheet, tolerance=settings.tolerance, directions=settings.metric_directions)

        self.ask(session.pool, "diff", work, self._got, self._refused)

    def _got(self, comparison: Comparison) -> None:
        self.set_truth(self.truth.live(self.session.clock.now_ms()))
        self.pane.show(comparison)

    def _refused(self, problem: Problem) -> None:
        self.set_truth(self.truth.failed(problem))
        self.pane.grid.placeholder = "" if self.pane.comparison is not None else "The versions could not be read."
        self.pane.notice.problem(problem)

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        table, key = self.pane.table, self.pane.grid.cursor_column
        if table is None or key is None or not table.row_count:
            return None
        row = self.pane.grid.cursor_row
        return table.texts("name", row, row + 1)[0].strip(), table.texts(key, row, row + 1)[0]
