"""Params against a metric, drawn: parallel coordinates of all that matter, or a scatter plot of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings, verbs_at
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.diff.table import subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count
from tui.domain.runs.groups import best_metric, importances
from tui.domain.runs.run_facts import SYSTEM
from tui.domain.series.scales import PlotAxis, axis_of, best
from tui.domain.text import clean, named
from tui.domain.values import RunReference
from tui.services.session import Session
from tui.ui.asking import Asking, choose
from tui.widgets.chart_marks import ParallelPlot, ScatterPlot
from tui.widgets.pane import Pane

_VERBS = verbs_at("compare_plots")
MOST_PARAMS = 24


@dataclass(frozen=True)
class Drawn:
    """What the plots are made of: an axis for each param, the strongest first, one for the metric, runs best first."""

    params: tuple[PlotAxis, ...]
    metric: PlotAxis
    best: frozenset[int]
    ranked: tuple[int, ...]


class ComparePlotsPane(Pane, Asking):
    """One of two plots; one run stands out, and its values are told below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_plots")]

    @dataclass
    class Opened(Message):
        """A run is to be opened."""

        column: int

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-plots")
        self._session = session
        self.parallel = ParallelPlot(glyphs=glyphs)
        self.scatter = ScatterPlot(glyphs=glyphs)
        self.scatter.display = False
        self.glyphs = glyphs
        self.comparison: Comparison | None = None
        self.metric: str | None = None
        self.scope = ""  # which runs these are, where others have been left out
        self.drawn: Drawn | None = None
        self._drawn_for: tuple[Comparison | None, str | None] = (None, None)
        self.param = 0
        self.highlighted: int | None = None

    def body(self) -> ComposeResult:
        yield self.parallel
        yield self.scatter

    def keys_target(self) -> Widget | None:
        return self.scatter if self.scatter.display else self.parallel

    def on_mount(self) -> None:
        self.set_title("Plots")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics there are, by name."""
        return self.comparison.metrics if self.comparison is not None else ()

    def take(self, comparison: Comparison) -> None:
        """Take in another comparison; the metric stays where it is still there."""
        self.comparison = comparison
        if self.metric not in self.metrics:
            self.metric = best_metric(comparison, self.metrics)

    def start(self) -> None:
        """Compute the axes, unless they are there."""
        comparison, metric = self.comparison, self.metric
        if comparison is None or self._drawn_for == (comparison, metric):
            return
        self._drawn_for = (comparison, metric)
        if metric is None:
            self._say("These runs have no metric to draw params against.")
            return
        self.ask(self._session.pool, "axes", lambda: drawn(comparison, metric), self._got, self.notice.problem)

    def _say(self, words: str) -> None:
        self.drawn = None
        self.parallel.show(())
        self.parallel.words = self.scatter.words = words
        self.set_title("Plots")

    def _got(self, made: Drawn) -> None:
        if not made.params:
            self._say("No param differs between these runs: there is nothing to draw.\nesc goes back")
            return
        self.drawn = made
        self.param = min(self.param, len(made.params) - 1)
        self.highlighted = made.ranked[0] if made.ranked else None
        self.show()

    def show(self) -> None:
        """Draw anew."""
        made = self.drawn
        if made is None or self.comparison is None:
            return
        if self.scatter.display:
            self.scatter.show(made.params[self.param], made.metric, highlighted=self.highlighted, best=made.best)
        else:
            axes = (*made.params, made.metric)
            self.parallel.show(axes, highlighted=self.highlighted, best=made.best, first=self.param)
        runs = count(len(self.comparison.subjects))
        against = clean(made.params[self.param].name) if self.scatter.display else f"{len(made.params)} params"
        self.set_title("Plots", f"{named(made.metric.name)} against {against}", f"{runs} runs")
        self.set_subtitle(self._told(made))
        self.refresh_bindings()

    def _told(self, made: Drawn) -> str:
        """The highlighted run and its values of what is looked at."""
        if self.highlighted is None or self.comparison is None:
            return "no run has this metric"
        shown: Sequence[PlotAxis] = [made.params[self.param], made.metric]
        if not self.scatter.display:
            shown = [*made.params[self.param : self.param + 3], made.metric]
        values = [f"{named(axis.name)} {clean(axis.text(self.highlighted))[:24]}" for axis in shown]
        left_out = self.scatter.left_out if self.scatter.display else made.metric.absent
        notes = [f"{count(left_out)} not drawn"] if left_out else []
        if self.scope:
            notes.append(self.scope)
        return " · ".join([subject_titles(self.comparison)[self.highlighted], *values, *notes])

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "metric":
            return len(self.metrics) > 1
        return self.drawn is not None if action in _VERBS else True

    def action_plot_kind(self) -> None:
        to_scatter = not self.scatter.display
        self.scatter.display, self.parallel.display = to_scatter, not to_scatter
        self.screen.set_focus(self.keys_target())
        self.show()

    def action_next_param(self) -> None:
        self._step_param(1)

    def action_previous_param(self) -> None:
        self._step_param(-1)

    def _step_param(self, by: int) -> None:
        if self.drawn is not None:
            self.param = max(0, min(len(self.drawn.params) - 1, self.param + by))
            self.show()

    def action_next_run(self) -> None:
        self._step_run(1)

    def action_previous_run(self) -> None:
        self._step_run(-1)

    def _step_run(self, by: int) -> None:
        if self.drawn is not None and self.drawn.ranked:
            ranked = self.drawn.ranked
            at = ranked.index(self.highlighted) if self.highlighted in ranked else -by
            self.highlighted = ranked[max(0, min(len(ranked) - 1, at + by))]
            self.show()

    def action_open(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Opened(self.highlighted))

    def action_metric(self) -> None:
        def picked(metric: str) -> None:
            self.metric = metric
            self.start()

        choices = [(one, one, SYSTEM_METRICS if one.startswith(SYSTEM) else "") for one in self.metrics]
        choose(self, "Params against which metric", choices, picked)

    def value_here(self) -> tuple[str, str] | None:
        """The highlighted run's id."""
        if self.comparison is None or self.highlighted is None:
            return None
        return "run id", self.comparison.subjects[self.highlighted].run_id


def drawn(comparison: Comparison, metric: str) -> Drawn:
    """The axes of a comparison: params that go with the metric first, then the others that differ."""
    found = comparison.measured(metric)
    assert found is not None  # it was chosen from the comparison's
    section, row = found
    values = [
        v if p else None for v, p in zip(section.numbers[row].tolist(), section.present[row].tolist(), strict=True)
    ]
    measured = axis_of(metric, values)
    lower = comparison.direction(section, row).better == "lower"
    strongest = [one.param for one in importances(comparison, metric)]
    params = {
        params.keys[at]: [params.text(at, column) for column in range(len(comparison.subjects))]
        for params in comparison.sections
        if params.group == "params"
        for at in range(len(params))
        if params.differs[at] and params.parents[at] < 0
    }
    order = sorted(params, key=lambda name: strongest.index(name) if name in strongest else len(strongest))
    places = [(place, at) for at, place in enumerate(measured.places) if place == place]
    ranked = sorted(places, reverse=not lower)
    return Drawn(
        params=tuple(axis_of(name, params[name]) for name in order[:MOST_PARAMS]),
        metric=measured,
        best=best(measured, lower_is_better=lower),
        ranked=tuple(at for _, at in ranked),
    )


def references(comparison: Comparison) -> tuple[RunReference, ...]:
    """The runs compared, as far as a chart wants to know them."""
    texts: dict[str, list[str]] = {}
    for section in comparison.sections:
        for row, key in enumerate(section.keys):
            if section.group == "overview" and key in ("status", "lifecycle"):
                texts[key] = [section.text(row, column) or "" for column in range(len(comparison.subjects))]
    none = [""] * len(comparison.subjects)
    return tuple(
        RunReference(subject.run_id, subject.name, status, lifecycle)
        for subject, status, lifecycle in zip(
            comparison.subjects, texts.get("status", none), texts.get("lifecycle", none), strict=True
        )
    )
