"""Metrics marked among the rows of a comparison: their curves are drawn as small multiples."""

from __future__ import annotations

from typing import cast

from textual import on
from textual.widget import Widget

from tui.domain.diff.arrangement import metric_of
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import METRICS
from tui.features.compare.grid import CompareGrid
from tui.features.compare.laid import Laid
from tui.ui.deck import Deck
from tui.widgets.grid import Grid, messages


class CompareMarks(Widget):
    """The part of the rows pane that marks metrics."""

    grid: CompareGrid
    comparison: Comparison | None
    laid: Laid | None

    def show_words(self) -> None:
        """Write the title and the footnotes anew."""
        raise NotImplementedError  # pragma: no cover

    @property
    def marked_metrics(self) -> tuple[str, ...]:
        """The metrics that are marked, in the order of marking, also where their rows are not shown now."""
        return tuple(metric for row in self.grid.marks if (metric := metric_of(row)) is not None)

    def drop_marks(self) -> bool:
        """Take every mark away; False if there was none."""
        had = bool(self.grid.marks)
        if had:
            self._mark(())
        return had

    def keep_marks(self, comparison: Comparison) -> None:
        """Of another comparison keep the marks of those metrics that are still there."""
        there = {key for section in comparison.sections if section.group in METRICS for key in section.keys}
        kept = [row for row in self.grid.marks if metric_of(row) in there]
        if len(kept) != len(self.grid.marks):
            self.grid.marks = kept

    def _mark(self, rows: tuple[str, ...]) -> None:
        self.grid.marks = rows
        self._marks_moved()

    def _marks_moved(self) -> None:
        self.show_words()
        self.refresh_bindings()

    def action_mark_metrics(self) -> None:
        """Mark every metric that is shown, or take their marks away where all of them are marked."""
        laid = self.laid
        shown = [row.id for row in laid.arranged.rows if metric_of(row.id) is not None] if laid is not None else []
        if not shown:
            cast(Deck, self.app).say("No metric is shown here to be marked: x shows all rows, Z unfolds a group")
            return
        here = set(shown)
        if here.issubset(self.grid.marks):
            self._mark(tuple(row for row in self.grid.marks if row not in here))
        else:
            self._mark(tuple(dict.fromkeys((*self.grid.marks, *shown))))

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: messages.MarksChanged) -> None:
        event.stop()
        self._marks_moved()

    @on(CompareGrid.MarkRefused)
    def _mark_refused(self, event: CompareGrid.MarkRefused) -> None:
        """Marking the heading of the metrics marks all that stand below it."""
        event.stop()
        if self.grid.cursor_key == "metrics:":
            self.action_mark_metrics()
        else:
            cast(Deck, self.app).say("Metrics can be marked here, for their curves (p): this row is none")
