"""The cockpit of a sweep: its trials ranked at equal step, their curves, those the median would end, the front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import Cell, ColumnSpec, SortOrder
from tui.domain.filter.nodes import quoted_value
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import sparkline
from tui.domain.ranking import Trial, best_until, direction_of, equal_step, front, left_to_run, would_end
from tui.domain.runs.tables import SYSTEM, status_text
from tui.domain.text import clean, named, natural
from tui.domain.values import RunsPage
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking, AutoRefresh
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import RunRoute, SweepRoute

MOST_TRIALS = 500
MOST_CURVES = 100  # histories that are read in one request
_CURVE = 16  # cells
_ENDED = 30  # of these, trials that have ended, by which the median judges
_FRONT = 3  # metrics at most
_NAMED = 12  # of the metrics to choose from


class SweepPane(ListPane[Trial]):
    """The trials, best first at the step that all who run have reached."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sweep")]
    filter_hint = "words in names, states, params"
    nothing_to_ask = "Every trial that is shown is here"
    things = ("trial", "trials")
    first_sort: SortOrder = (("rank", False),)
    export_keys = "run_id"

    class MetricWanted(Message):
        """Another metric to rank by, or those of the front, are to be chosen."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="sweep", marks=False)
        self.trials: list[Trial] = []
        self.metric = ""
        self.of_front: tuple[str, ...] = ()
        self.more = False
        self.told: dict[str, str] = {}
        self._ranks: dict[str, int] = {}
        self._ended: frozenset[str] = frozenset()
        self._on_front: frozenset[str] = frozenset()
        self.step: int | None = None

    def better(self, metric: str) -> str:
        return direction_of(metric, self.session.launch.settings.metric_directions).better or "higher"

    def put(self, trials: list[Trial]) -> None:
        """Show these trials."""
        self.trials = trials
        better = self.better(self.metric)
        step = self.step = equal_step(trials)
        if any(one.status == "RUNNING" for one in trials) and step is not None:
            at = {one.run_id: best_until(one, step, better) for one in trials}
        else:
            at = {one.run_id: one.metrics.get(self.metric) for one in trials}
        known = [run_id for run_id, value in at.items() if value is not None and value == value]
        known.sort(key=lambda run_id: at[run_id] or 0.0, reverse=better == "higher")
        self._ranks = {run_id: number for number, run_id in enumerate(known, start=1)}
        self._ended = frozenset(one.run_id for one in trials if would_end(one, trials, better))
        ways = {metric: self.better(metric) for metric in self.of_front}
        self._on_front = front(trials, ways) if len(ways) > 1 else frozenset()
        self.fill()

    def rows(self) -> Sequence[Trial]:
        return self.trials

    def key_of(self, row: Trial) -> str:
        return row.run_id

    def searched(self, row: Trial) -> str:
        params = " ".join(f"{key}={value}" for key, value in row.params.items())
        words = "would end" if row.run_id in self._ended else "front" if row.run_id in self._on_front else ""
        return f"{row.name} {row.status} {params} {words}"

    def specs(self) -> Sequence[ColumnSpec[Trial]]:
        varying = sorted({key for one in self.trials for key in one.params})
        varying = [key for key in varying if len({one.params.get(key) for one in self.trials}) > 1]
        better = self.better(self.metric)
        return (
            ColumnSpec("rank", "#", self._rank, lambda row: self._ranks.get(row.run_id), align="right", frozen=True),
            ColumnSpec("name", "trial", lambda row: (named(row.name), "strong"), frozen=True, widest=30),
            ColumnSpec("status", "state", lambda row: status_text(row.status, "active", self.glyphs), widest=14),
            ColumnSpec("curve", "curve", self._curve, least=_CURVE, detail=f"{named(self.metric)} over its steps"),
            ColumnSpec("step", "step", lambda row: quantities.count(row.step) if row.step is not None else "",
                       lambda row: row.step, better="higher", align="right"),
            ColumnSpec("value", named(self.metric) or "metric", lambda row: self._value(row, self.metric),
                       lambda row: row.metrics.get(self.metric), align="right", means="number",
                       better="lower" if better == "lower" else "higher"),
            ColumnSpec("verdict", "median says", self._verdict, widest=24),
            *([ColumnSpec("front", "front", self._front, lambda row: row.run_id in self._on_front, better="higher")]
              if self._on_front else ()),
            *(ColumnSpec(f"metric.{key}", named(key), lambda row, key=key: self._value(row, key),  # type: ignore[misc]
                         lambda row, key=key: row.metrics.get(key), align="right", means="number", group="metrics")  # type: ignore[misc]
              for key in self.of_front if key != self.metric),
            *(ColumnSpec(f"param.{key}", named(key), lambda row, key=key: clean(row.params.get(key, "")),  # type: ignore[misc]
                         group="params", widest=16) for key in varying),
        )  # fmt: skip

    def _rank(self, row: Trial) -> Cell:
        rank = self._ranks.get(row.run_id)
        return (quantities.count(rank), "accent" if rank == 1 else "") if rank is not None else ("", "muted")

    def _curve(self, row: Trial) -> Cell:
        values = row.history.values if row.history is not None else ()
        return sparkline(values, _CURVE, ascii_only=self.glyphs is ASCII), "accent" if row.is_running else "muted"

    def _value(self, row: Trial, key: str) -> Cell:
        value = row.metrics.get(key)
        return quantities.number(value) if value is not None else (self.glyphs.absent, "muted")

    def _verdict(self, row: Trial) -> Cell:
        return ("would have ended it", "bad") if row.run_id in self._ended else ""

    def _front(self, row: Trial) -> Cell:
        return ("front", "good") if row.run_id in self._on_front else ""

    def title_parts(self) -> Sequence[str]:
        running = sum(1 for one in self.trials if one.status == "RUNNING")
        scheduled = sum(1 for one in self.trials if one.status == "SCHEDULED")
        left = left_to_run(self.trials, self.told)
        return (
            "Sweep",
            f"by {named(self.metric)} at step {self.step}" if self.metric and self.step is not None else "",
            f"{running} running",
            *([f"{scheduled} scheduled"] if scheduled else []),
            *([f"{left} left to run"] if left is not None else []),
            *([f"{len(self._ended)} the median would end"] if self._ended else []),
        )

    def count_words(self) -> str:
        return f"{quantities.count(len(self.trials))}{' of ? loaded' if self.more else ''}"

    def notes(self) -> Sequence[str]:
        on = " and ".join(map(named, self.of_front))
        many = len(self.trials) > MOST_CURVES
        shared = f"curves of {MOST_CURVES}; while some run, only these are ranked" if many else ""
        return (f"front of {on}" if len(self.of_front) > 1 else "", shared, "m chooses the metrics")

    def empty_words(self) -> str:
        return "There are no trials here."

    def open_row(self, key: str) -> None:
        deck = self.screen
        assert isinstance(deck, SweepScreen)
        deck.deck.go(RunRoute(key))

    def action_metric(self) -> None:
        self.post_message(self.MetricWanted())


class SweepScreen(Page, Asking):
    """Two requests a look: the trials, and the histories of the metric of those that run and of the best that ended."""

    CSS_PATH = style_sheets("runs.tcss")

    def __init__(self, session: Session, route: SweepRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pane = SweepPane(session, self.deck.glyphs)
        self._watch = AutoRefresh(self, session.launch.settings.watch_running_seconds, self._tick)

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("experiments", named(self.route.called), "sweep")
        self.pane.told = dict(self.route.told)
        self.pane.recall()
        self.pane.metric = self.pane.arrangement.text("metric")
        self.pane.of_front = tuple(filter(None, self.pane.arrangement.text("front").split("\n")))
        self.pane.grid.placeholder = "Reading the trials …"
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        session, route, metric = self.session, self.route, self.pane.metric
        self.set_freshness(self.freshness.loading())
        wanted = f"tags.`mlflow.parentRunId` = {quoted_value(route.parent)}" if route.parent else ""

        def work() -> tuple[list[Trial], str, bool]:
            page = session.tracking.search_runs([route.experiment_id], filter_string=wanted, max_results=MOST_TRIALS)
            trials = trials_of(page)
            by = metric or commonest(trials)
            asked = curves_of(trials, by, self.pane.better(by))
            told = session.history.sampled(asked, by) if by and asked else {}
            return [replace(t, history=told.get(t.run_id)) for t in trials], by, page.next_token is not None

        self.ask(session.pool, "trials", work, self._got, self._refused, stops="the trials")

    def _got(self, found: tuple[list[Trial], str, bool]) -> None:
        trials, self.pane.metric, self.pane.more = found
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.notice.clear()
        self.pane.put(trials)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.state.failed(problem, "No trials could be read.")

    def _tick(self) -> None:
        if self.is_current and not self.is_asking("trials"):
            self.read_again()

    def on_sweep_pane_metric_wanted(self, event: SweepPane.MetricWanted) -> None:
        """Up to three metrics: the first ranks, and of two or three the front is shown."""
        from tui.ui.dialogs.choices import AskLineModal

        event.stop()
        found = {key for one in self.pane.trials for key in one.metrics}
        known = sorted(found, key=lambda key: (key.startswith(SYSTEM), natural(key)))
        if not known:
            self.deck.say("No trial here has a metric yet")
            return

        def refuse(line: str) -> str:
            words = line.split()
            missing = [word for word in words if word not in known]
            if not 1 <= len(words) <= _FRONT:
                return f"One to {_FRONT} metrics, with spaces between them."
            return f"No trial has {clean(missing[0])}." if missing else ""

        def given(line: str | None) -> None:
            if line is None:
                return
            words = tuple(dict.fromkeys(line.split()))
            self.pane.metric, self.pane.of_front = words[0], words if len(words) > 1 else ()
            front_words = "\n".join(self.pane.of_front)
            self.pane.rearrange(self.pane.arrangement.with_more(metric=words[0], front=front_words))
            self.read_again()

        question = f"The first ranks; of two or three the Pareto front is shown. There are: {', '.join(known[:_NAMED])}"
        if len(known) > _NAMED:
            question += f" and {quantities.count(len(known) - _NAMED)} more"
        now = " ".join(self.pane.of_front or ((self.pane.metric,) if self.pane.metric else ()))
        self.app.push_screen(AskLineModal("Metrics of the sweep", clean(question), now, refuse=refuse), given)

    @property
    def watch_pace(self) -> float:
        return self._watch.pace

    def watch_toggle(self) -> bool:
        return self._watch.toggle()

    def go_back(self) -> bool:
        return self.pane.go_back()

    def times_changed(self) -> None:
        self.pane.retick()

    def value_here(self) -> tuple[str, str] | None:
        return self.pane.value_here()


def trials_of(page: RunsPage) -> list[Trial]:
    """The runs of a page as trials."""
    params: list[dict[str, str]] = [{} for _ in page.run_ids]
    metrics: list[dict[str, float]] = [{} for _ in page.run_ids]
    for key, texts in page.params.items():
        for at, text in zip(texts.rows, texts.values, strict=True):
            params[at][key] = text
    for key, numbers in page.metrics.items():
        for at, value in zip(numbers.rows, numbers.values, strict=True):
            metrics[at][key] = value
    rows = zip(page.run_ids, page.names, page.statuses, params, metrics, strict=True)
    return [Trial(run_id, name, status, own, measured) for run_id, name, status, own, measured in rows]


def curves_of(trials: Sequence[Trial], metric: str, better: str) -> list[str]:
    """The runs whose histories are read: those under way, and of the others from best to worst, evenly."""
    under_way = [one.run_id for one in trials if one.is_running]
    ended = sorted(
        (one for one in trials if not one.is_running and metric in one.metrics),
        key=lambda one: one.metrics[metric],
        reverse=better == "higher",
    )
    room = max(_ENDED, MOST_CURVES - len(under_way))
    picked = [ended[at * len(ended) // room] for at in range(room)] if len(ended) > room else ended
    return [*under_way[: MOST_CURVES - len(picked)], *(one.run_id for one in picked)]


def commonest(trials: Sequence[Trial]) -> str:
    """The metric that most trials have, of those one that is known to get better one way; "" where there is none."""
    counted: dict[str, int] = {}
    for trial in trials:
        for key in trial.metrics:
            if not key.startswith("system/"):
                counted[key] = counted.get(key, 0) + 1
    return min(counted, key=lambda key: (-counted[key], not direction_of(key, {}).better, key)) if counted else ""
