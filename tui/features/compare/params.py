"""Which params matter: how each goes with a metric over the runs compared."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.runs.param_rows import SYSTEM
from tui.domain.runs.sets import Importance, best_metric, importances
from tui.domain.runs.sets_table import importance_table
from tui.domain.text import named
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import Asking
from tui.widgets.pane import Pane

LEAST_RUNS = 3


class CompareParamsPane(Pane, Asking):
    """Params by the strength of their rank correlation with a metric."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_params")]

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-params")
        self._session = session
        self.glyphs = glyphs
        self.grid = ArrangedGrid(session, glyphs, name="compare.params")
        self.grid.off |= {"first_row", "open"}  # its key is that of the sets, and rows lead nowhere
        self.comparison: Comparison | None = None
        self.metric: str | None = None
        self.scope = ""  # which runs these are, where others have been left out
        self.found: tuple[Importance, ...] = ()
        self._stale = True

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("Param importance")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics there are, by name."""
        return self.comparison.metrics if self.comparison is not None else ()

    def take(self, comparison: Comparison) -> None:
        """Take in another comparison; the metric stays where it is still there."""
        self.comparison, self._stale = comparison, True
        if self.metric not in self.metrics:
            self.metric = best_metric(comparison, self.metrics)

    def start(self) -> None:
        """Compute what is not known yet."""
        comparison, metric = self.comparison, self.metric
        if comparison is None or not self._stale:
            return
        self._stale = False
        if metric is None:
            self._show(())
            return
        self.ask(self._session.pool, "params", lambda: importances(comparison, metric), self._show, self._refused)

    def _refused(self, problem: Problem) -> None:
        self.notice.problem(problem)

    def _show(self, found: tuple[Importance, ...]) -> None:
        self.found = found
        runs = len(self.comparison.subjects) if self.comparison is not None else 0
        if self.metric is None:
            self.grid.placeholder = "These runs have no metric that params could matter for."
        elif runs < LEAST_RUNS:
            self.grid.placeholder = f"A rank correlation needs {LEAST_RUNS} runs, and here are {runs}: mark more runs"
        else:
            self.grid.placeholder = (
                f"No param that varies can be held against {named(self.metric)} here.\nm chooses another metric"
            )
        self.grid.table = importance_table(found, self.metric or "", self.glyphs) if found else None
        self.set_title("Param importance", named(self.metric or ""), f"over {count(runs)} runs")
        notes = [self.scope] if self.scope else []
        if found:
            notes.append("each param by itself, over ranks: what goes together need not be the cause")
            if len(found) > 1:
                notes.append(f"p not corrected for {count(len(found))} params")
        self.set_subtitle(" · ".join(notes))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "metric" or len(self.metrics) > 1

    def action_metric(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        comparison = self.comparison
        if comparison is None:
            return
        runs = len(comparison.subjects)

        def detail(metric: str) -> str:
            found = comparison.measured(metric)
            have = int(found[0].present[found[1]].sum()) if found is not None else 0
            return f"{have} of {runs} runs" + (f", {SYSTEM_METRICS}" if metric.startswith(SYSTEM) else "")

        choices = [Choice(metric, metric, detail(metric)) for metric in self.metrics]

        def picked(choice: Choice | None) -> None:
            if choice is not None:
                self.metric, self._stale = choice.id, True
                self.start()

        self.app.push_screen(ChoiceModal("Params against which metric", choices, self.glyphs), picked)

    def value_here(self) -> tuple[str, str] | None:
        """The param under the cursor and its strength."""
        one = next((one for one in self.found if one.param == self.grid.cursor_key), None)
        return (one.param, f"{one.found.strength:+.4f} (p {one.found.p:.3g}, {one.found.n} runs)") if one else None
