"""The cockpit of a sweep: its trials ranked at equal step, their curves, those the median would end, the front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import Cell, ColumnSpec, SortOrder
from tui.domain.filter.nodes import quoted_value
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import sparkline
from tui.domain.ranking import Curves, Trial, direction_of, equal_step, front, left_to_run, ranked, would_end
from tui.domain.runs.run_facts import SYSTEM, status_text
from tui.domain.series.history import MOST_RUNS, MetricHistory
from tui.domain.text import clean, named, natural
from tui.domain.values import RunsPage
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking, AutoRefresh
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import RunRoute, SweepRoute

MOST_TRIALS = 500
_CURVE = 16  # cells
_POINTS = 320  # of a history: its ends and extremes, and what lies between evenly
_FRONT = 3  # metrics at most
_NAMED = 12  # of the metrics to choose from


class Looked(NamedTuple):
    """What one look has read."""

    trials: list[Trial]
    more: bool  # than were asked for
    curves: Curves
    asked: list[Trial]
    told: dict[str, MetricHistory]


class SweepPane(ListPane[Trial]):
    """The trials, best first at the step that most of those that run have reached."""

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
        self.nothing = ""  # what is said where there is no trial
        self.metric = ""
        self.of_front: tuple[str, ...] = ()
        self.more = False
        self.told: dict[str, str] = {}
        self.unread = 0  # trials whose curves are still to be read
        self.at: dict[str, float] = {}  # by which they are ranked
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
        self.step = equal_step(trials)
        self.at = ranked(trials, self.step, better)
        self._ranks = {run_id: number for number, run_id in enumerate(self.at, start=1)}
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
            ColumnSpec("at", f"to step {self.step}" if self.step is not None else "to step", self._until,
                       lambda row: self.at.get(row.run_id), align="right",
                       better="lower" if better == "lower" else "higher",
                       detail=f"best {named(self.metric)} up to the step that is compared"),
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

    def _until(self, row: Trial) -> Cell:
        """The value that it is ranked by, or why it has no rank."""
        if (value := self.at.get(row.run_id)) is not None:
            return quantities.number(value), "accent" if self._ranks[row.run_id] == 1 else ""
        if row.step is None:
            return ("unread" if self.unread and self.metric in row.metrics else self.glyphs.absent), "muted"
        at = quantities.count(row.step)
        return (f"at {at} so far" if row.is_running else f"ended at {at}"), "muted"

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
            f"{named(self.metric)} at step {self.step}" if self.metric and self.step is not None else "",
            f"{running} running",
            *([f"{scheduled} scheduled"] if scheduled else []),
            *([f"{left} left to run"] if left is not None else []),
            *([f"{len(self._ended)} would end"] if self._ended else []),
        )

    def count_words(self) -> str:
        return f"{quantities.count(len(self.trials))}{' of ? loaded' if self.more else ''}"

    def notes(self) -> Sequence[str]:
        on = " and ".join(map(named, self.of_front))
        short = sum(1 for one in self.trials if one.step is not None and one.run_id not in self.at)
        return (
            f"front of {on}" if len(self.of_front) > 1 else "",
            f"{quantities.count(self.unread)} curves to read" if self.unread else "",
            f"{quantities.count(short)} short of step {self.step}" if short else "",
        )

    def empty_words(self) -> str:
        return self.nothing

    def open_row(self, key: str) -> None:
        deck = self.screen
        assert isinstance(deck, SweepScreen)
        deck.deck.go(RunRoute(key))

    def action_metric(self) -> None:
        self.post_message(self.MetricWanted())


class SweepScreen(Page, Asking):
    """Two requests a look: the trials, and the histories of as many of them as one request gives, the rest in turn.

    The first look goes on until every curve has been read once.
    """

    CSS_PATH = style_sheets("runs.tcss")

    def __init__(self, session: Session, route: SweepRoute) -> None:
        super().__init__(session)
        self.route = route
        self.only_list = self.pane = SweepPane(session, self.deck.glyphs)
        self.pane.nothing = (
            "This run has no child runs: the trials of a sweep are runs whose tag mlflow.parentRunId names it."
            if route.parent
            else "There is no run in this experiment."
        )
        self._curves = Curves()
        self.refreshing = AutoRefresh(self, session.launch.settings.watch_running_seconds, self._tick)

    def on_mount(self) -> None:
        self.set_crumbs("experiments", named(self.route.called), "sweep")
        self.pane.told = dict(self.route.told)
        self.pane.recall()
        self.pane.metric = self.pane.arrangement.text("metric")
        self.pane.of_front = tuple(filter(None, self.pane.arrangement.text("front").split("\n")))
        self.pane.grid.placeholder = "Reading the trials …"
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        self._ask(None)

    def _ask(self, known: list[Trial] | None) -> None:
        """Ask for the trials, unless they are known, and for some of their curves."""
        session, route, curves, metric = self.session, self.route, self._curves, self.pane.metric
        wanted = f"tags.`mlflow.parentRunId` = {quoted_value(route.parent)}" if route.parent else ""

        def work() -> Looked:
            trials, more = known, self.pane.more
            if trials is None:
                ids = [route.experiment_id]
                page = session.tracking.search_runs(ids, filter_string=wanted, max_results=MOST_TRIALS)
                trials, more = trials_of(page), page.next_token is not None
            by = metric or commonest(trials)
            kept = curves if curves.metric == by else Curves(by)
            asked = kept.wanted(trials, MOST_RUNS) if by else []
            told = session.history.sampled([one.run_id for one in asked], by, points=_POINTS) if asked else {}
            return Looked(trials, more, kept, asked, told)

        self.ask(session.pool, "trials", work, self._got, self._refused, stops="the trials")

    def _got(self, found: Looked) -> None:
        curves = self._curves = found.curves
        curves.take(found.asked, found.told)
        self.pane.metric, self.pane.more = curves.metric, found.more
        self.pane.unread = curves.unread(found.trials)
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.notice.clear()
        self.pane.put(curves.on(found.trials))
        if self.pane.unread:
            self._ask(found.trials)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.state.failed(problem, "No trials could be read.")

    def _tick(self) -> None:
        if self.is_seen and not self.is_asking("trials"):
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


def commonest(trials: Sequence[Trial]) -> str:
    """The metric that most trials have, of those one that is known to get better one way; "" where there is none."""
    counted: dict[str, int] = {}
    for trial in trials:
        for key in trial.metrics:
            if not key.startswith("system/"):
                counted[key] = counted.get(key, 0) + 1
    return min(counted, key=lambda key: (-counted[key], not direction_of(key, {}).better, key)) if counted else ""
