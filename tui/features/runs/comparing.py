"""From the runs table to a comparison: of the marked runs, or of every run that is shown, against a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from tui.domain.quantities import count
from tui.features.runs.loader import RunsLoader
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable

MOST_COMPARED = 500
MOST_HELD = 5000  # runs against a metric: ranked and drawn, not set side by side
_METRIC = "metrics."


class RunsComparing(Widget):
    """The part of the runs pane that opens comparisons."""

    @dataclass
    class CompareWanted(Message):
        """Runs are to be compared, in that order; ``said`` is to be said about it. None where they are too few.

        ``view``, ``metric`` and ``scope`` are those of a ``CompareRoute``.
        """

        run_ids: tuple[str, ...]
        said: str
        view: str = ""
        metric: str = ""
        scope: str = ""

    grid: Grid
    loader: RunsLoader
    view: RunsTable | None

    def action_compare(self) -> None:
        """Compare what is marked; one marked run with the one under the cursor; none: that one with its neighbour."""
        run_ids = self._runs_to_compare()
        if len(run_ids) < 2:
            self.post_message(self.CompareWanted((), "There is only one run here: nothing to compare it with"))
            return
        said = ""
        if len(run_ids) > MOST_COMPARED:
            said = f"{count(len(run_ids))} runs are marked: the first {MOST_COMPARED} are compared"
        self.post_message(self.CompareWanted(run_ids[:MOST_COMPARED], said))

    def _runs_to_compare(self) -> tuple[str, ...]:
        marks, here, table = self.grid.marks, self.grid.cursor_key, self.grid.table
        if len(marks) > 1 or here is None or table is None:
            return tuple(marks)
        if marks and here not in marks:
            return (*marks, here)
        row = table.row_of(marks[0] if marks else here)
        if row is None or table.row_count < 2:
            return (here,)
        return table.row_key(row), table.row_key(row + 1 if row + 1 < table.row_count else row - 1)

    def action_matter(self) -> None:
        """Which params matter for a metric, over every run that the filter leaves."""
        self._hold_against("compare-params")

    def action_plots(self) -> None:
        """Params drawn against a metric, over every run that the filter leaves."""
        self._hold_against("compare-plots")

    def _hold_against(self, view: str) -> None:
        table = self.view
        run_ids = table.matching_ids() if table is not None else ()
        if table is None or len(run_ids) < 2:
            self.post_message(self.CompareWanted((), "There are too few runs here to hold params against a metric"))
            return
        column = self.grid.cursor_column or ""
        metric = column.removeprefix(_METRIC) if column.startswith(_METRIC) else ""
        scope = scope_of(len(run_ids), table.counts.loaded, complete=self.loader.complete)
        self.post_message(self.CompareWanted(run_ids[:MOST_HELD], scope, view, metric, scope))


def scope_of(matching: int, loaded: int, *, complete: bool) -> str:
    """Which runs are held against a metric, and which are left out."""
    words = []
    if matching > MOST_HELD:
        words.append(f"the first {count(MOST_HELD)} of {count(matching)} runs, as sorted")
    elif matching < loaded:
        words.append(f"the {count(matching)} that match, of {count(loaded)} runs")
    if not complete:
        words.append(f"only the {count(loaded)} loaded: ctrl+e in the runs loads all")
    return ", ".join(words)
