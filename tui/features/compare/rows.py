"""What differs between runs: the table of a comparison, and the keys that arrange it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.diff.arrangement import Arranged, DiffArrangement, ShownRow, arrange
from tui.domain.diff.cells import CellWriter
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sources import COMMIT_ROW, FOLDER_COMMIT_ROW
from tui.domain.diff.table import CompareTable, FlippedTable, subject_of, subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.features.compare import words as compare_words
from tui.features.compare.arranging import CompareArranging
from tui.features.compare.grid import CompareGrid
from tui.features.compare.laid import Laid
from tui.features.compare.marks import CompareMarks
from tui.features.compare.words import ComparisonAsides
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.filterable import FilterablePane
from tui.widgets.grid import Grid, messages


class CompareRowsPane(FilterablePane, CompareArranging, CompareMarks, Asking):
    """Rows by name with a column a run, or the other way round."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]
    filter_hint = "words in names or values"
    marks_metrics = True  # whether there are curves to be drawn of those that are marked
    nothing_to_ask = "Everything is here already: there is nothing to ask the server"

    @dataclass
    class Opened(Message):
        """A run is to be opened."""

        column: int

    @dataclass
    class CommitsWanted(Message):
        """What lies between two commits is to be shown."""

        old: str
        new: str

    @dataclass
    class Dropped(Message):
        """A run is to be taken out of the comparison."""

        column: int

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-rows")
        self._session = session
        self.glyphs = glyphs
        self.grid = CompareGrid(glyphs=glyphs)
        self.comparison: Comparison | None = None
        self.arrangement = DiffArrangement()
        self.flipped = False
        self.laid: Laid | None = None
        self._said = ComparisonAsides()
        self._resized = 0

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("Compare")

    # what is shown

    def show_loading(self, words: str) -> None:
        """Runs are on their way: what stands here is dimmed until they come."""
        self.grid.set_class(True, "stale")
        if self.comparison is None:
            self.grid.placeholder = words

    def show_problem(self, problem: Problem) -> None:
        self.grid.set_class(False, "stale")
        self.notice.problem(problem)
        if self.comparison is None:
            self.grid.placeholder = "This could not be read."

    def show(self, comparison: Comparison, said: ComparisonAsides) -> None:
        """Show a comparison, arranged as the one before it was."""
        self.comparison, self._said = comparison, said
        self.notice.clear()
        self.keep_marks(comparison)
        absences = compare_words.absences(said)
        if said.missing:
            self.notice.tell_warning(f"{absences[0]}.")
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the table out anew, on a worker's thread."""
        self.grid.marking = self.marks_metrics and not self.flipped
        comparison, arrangement, flipped, resized = self.comparison, self.arrangement, self.flipped, self._resized
        if comparison is None:
            return
        glyphs, zone, room = self.glyphs, self._session.clock.zone, self.grid.size.width or self.app.size.width

        def work() -> Laid:
            arranged = arrange(comparison, arrangement)
            writer = CellWriter(comparison, arranged.baseline, glyphs, zone)
            table: CompareTable | FlippedTable
            if flipped:
                table = FlippedTable(comparison, arranged, writer, resized=resized)
            else:
                table = CompareTable(comparison, arranged, writer, room=room, resized=resized)
            return Laid(arranged, writer, table)

        self.ask(self._session.pool, "layout", work, self._got_layout, self.show_problem)

    def _got_layout(self, laid: Laid) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        first = self.laid is None
        self.laid = laid
        arranged = laid.arranged
        self.grid.set_class(False, "stale")
        empty = not any(not row.is_heading for row in arranged.rows) and not arranged.groups
        self.grid.placeholder = self.placeholder_of(comparison, arranged)
        self.grid.table = laid.table if not empty else None
        self.show_words()
        if first and not self.flipped and arranged.rows:
            self.grid.move_to_row(1)
            self._to_first_other()
        self.refresh_bindings()

    def show_words(self) -> None:
        comparison, laid = self.comparison, self.laid
        if comparison is None or laid is None:
            return
        self.set_title(*self.title_of(comparison, laid.arranged))
        notes = compare_words.footnotes(comparison, laid.arranged, self._said, self.glyphs)
        self.set_subtitle(" · ".join([*compare_words.marked(len(self.marked_metrics)), *notes]))

    def title_of(self, comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
        """What stands above the rows."""
        return compare_words.title(comparison, arranged)

    def placeholder_of(self, comparison: Comparison, arranged: Arranged) -> str:
        """What stands where there are no rows."""
        return compare_words.placeholder(comparison, arranged)

    def _to_first_other(self) -> None:
        """The cursor begins on the first run that is compared with the baseline."""
        others = [c.key for c in self.grid.table.columns if c.key[0] == "v" and not c.frozen] if self.grid.table else []
        if others:
            self.grid.move_to_column(others[0])

    def on_resize(self, event: events.Resize) -> None:
        # Few runs share the whole width.
        if self.laid is not None and event.size.width != getattr(self, "_laid_width", event.size.width):
            self.lay_out()
        self._laid_width = event.size.width

    # what is under the cursor

    def row_here(self) -> ShownRow | None:
        """The row under the cursor, or of the column under it where runs are rows."""
        if self.laid is None or self.grid.table is None:
            return None
        if isinstance(self.laid.table, FlippedTable):
            return self.laid.table.shown_at(self.grid.cursor_column)
        at = self.grid.cursor_row
        return self.laid.arranged.rows[at] if at < len(self.laid.arranged.rows) else None

    def run_here(self) -> int | None:
        """The run under the cursor, by its place among those compared."""
        if self.laid is None or self.grid.table is None:
            return None
        if isinstance(self.laid.table, FlippedTable):
            return self.laid.table.subject_at(self.grid.cursor_row) if self.grid.row_count else None
        return subject_of(self.grid.cursor_column)

    def value_here(self) -> tuple[str, str] | None:
        shown, column = self.row_here(), self.run_here()
        if shown is None or self.laid is None or shown.is_heading:
            return None
        if column is None:
            return "name", shown.key
        return shown.key, self.laid.writer.whole(shown.section, shown.row, column)

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        several = self.comparison is not None and len(self.comparison.subjects) > 1
        if action in ("baseline", "next", "previous"):
            return several and not (action != "baseline" and self.flipped)
        if action in ("fold_group", "fold_all"):
            return not self.flipped
        if action == "commits":
            return "" not in (commits := self._commits()) and commits[0] != commits[1]
        if action == "drop":
            return several
        if action in ("system_tags", "mark_metrics"):
            wanted = "tags" if action == "system_tags" else "metrics"
            return self.comparison is not None and wanted in self.comparison.groups
        return True

    def action_drop(self) -> None:
        column = self.run_here()
        if column is not None:
            self.post_message(self.Dropped(column))

    def action_commits(self) -> None:
        self.post_message(self.CommitsWanted(*self._commits()))

    def _commits(self) -> tuple[str, str]:
        """The commits of the baseline and of the run under the cursor, "" where one is not recorded."""
        column, laid = self.run_here(), self.laid
        if self.comparison is None or column is None or laid is None:
            return "", ""
        for section in self.comparison.sections:
            if section.group != "source":
                continue
            rows = [section.keys.index(name) for name in (COMMIT_ROW, FOLDER_COMMIT_ROW) if name in section.keys]

            def commit(of: int) -> str:
                return next((text for row in rows if (text := section.text(row, of))), "")  # noqa: B023  used at once

            return commit(laid.arranged.baseline), commit(column)
        return "", ""

    def action_open_column(self) -> None:
        column = self.run_here()
        if column is not None:
            self.post_message(self.Opened(column))

    @on(Grid.Opened)
    def _row_opened(self, event: messages.Opened) -> None:
        event.stop()
        shown = self.row_here()
        if shown is None or self.laid is None:
            return
        if shown.is_heading:
            self.fold(shown.section.group)
            return
        from tui.features.compare.whole_row import ComparedRowModal

        self.app.push_screen(ComparedRowModal(shown, self.laid.writer))

    @on(Grid.ColumnResized)
    def _resized_by_keys(self, event: messages.ColumnResized) -> None:
        event.stop()
        column = next((c for c in self.grid.table.columns if c.key == event.key), None) if self.grid.table else None
        if column is not None:
            self._resized += event.width - column.width
            self.lay_out()

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.arrangement.query

    def filter_edited(self, text: str) -> None:
        if text.strip() != self.arrangement.query:
            self.rearrange(query=text.strip())

    def filter_dropped(self) -> bool:
        had = bool(self.arrangement.query)
        if had:
            self.rearrange(query="")
        return had

    def run_title(self, column: int) -> str:
        return subject_titles(self.comparison)[column] if self.comparison is not None else ""
