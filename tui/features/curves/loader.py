"""Reads histories for the curves screen: in parallel within bounds, as they come, running runs again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Problem
from tui.domain.quantities import pace
from tui.domain.series.history import (
    MOST_POINTS,
    SAMPLE_POINTS,
    Figures,
    HistoryPage,
    MetricHistory,
    figures_of,
    joined,
    spread,
)
from tui.domain.values import GOING_ON, RunDetail, RunReference
from tui.features.curves.state import CurvesState, Ident
from tui.gateway.ports import MetricHistoryPort
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking, Deck

RUNS_AT_ONCE = 10  # of one request: a chart begins to fill while the others are still on their way
MANY_RUNS = 10  # from which fewer points of each are enough
MANY_POINTS = 1000


@dataclass
class _Whole:
    """A whole history on its way, page by page."""

    run_id: str
    key: str
    began_ms: int
    pages: list[MetricHistory]
    points: int = 0


class CurvesLoader:
    """Fills a state; ``changed`` is called on the event loop whenever something has come or failed.

    The pool's few threads bound what is under way at one time. ``refused`` is what the last failure was, if any.
    """

    def __init__(
        self,
        asking: Asking,
        session: Session,
        state: CurvesState,
        changed: Callable[[], None],
        history: MetricHistoryPort,
    ) -> None:
        self._asking = asking
        self._history = history
        self._session = session
        self._state = state
        self._changed = changed
        self._waiting: set[str] = set()
        self._finer: set[str] = set()  # requests for what is zoomed into
        self._whole: _Whole | None = None
        self._turn = 0
        self.freshness = Freshness()
        self._come_ms: int | None = None  # when the last histories came
        self.requests = 0

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    @property
    def reading_finer(self) -> bool:
        return bool(self._finer)

    @property
    def points_of_each(self) -> int:
        return SAMPLE_POINTS if len(self._state.run_ids) <= MANY_RUNS else MANY_POINTS

    def read_all(self) -> None:
        """Read every history anew; what has come before stays until then."""
        self._state.problems.clear()
        self._state.forget_others()
        self._read(self._state.run_ids)
        for run_id in self._state.run_ids:
            if run_id not in self._state.runs:
                self._ask_run(run_id)

    def read_runs(self, run_ids: Iterable[str]) -> None:
        """Read anew what these runs are called and whether they run."""
        for run_id in run_ids:
            self._ask_run(run_id)

    def read_missing(self) -> None:
        """Read the histories that are not here yet, after other metrics have been turned to."""
        keys = [
            key
            for key in self._state.keys
            if any((run_id, key) not in self._state.histories for run_id in self._state.run_ids)
        ]
        if keys:
            self._read(self._state.run_ids, keys)

    def stop(self) -> None:
        """Nothing that is on its way is wanted any more; what has not begun yet is not begun."""
        self.stop_whole()
        self.drop_finer()
        for series in self._waiting:
            self._asking.forget(series)
        self._waiting.clear()
        if self.freshness.state is FreshnessState.LOADING and self._come_ms is not None:
            self.freshness = self.freshness.live(self._come_ms)

    def read_running(self) -> None:
        """Read those of running runs anew, unless that is under way; one of them is asked whether it still runs."""
        running = self._state.running
        if not running or self.busy:
            return
        self._ask_run(running[self._turn % len(running)])
        self._turn += 1
        self._read(running)

    def _read(self, run_ids: Sequence[str], keys: Sequence[str] | None = None) -> None:
        self.freshness = self.freshness.loading()
        for key in self._state.keys if keys is None else keys:
            self._ask_samples("history", run_ids, key, self._waiting, partial(self._got, key))
        self._changed()

    def _ask_samples(
        self,
        what: str,
        run_ids: Sequence[str],
        key: str,
        waiting: set[str],
        got: Callable[[str, Sequence[str], dict[str, MetricHistory]], None],
        steps: tuple[float, float] | None = None,
    ) -> None:
        """Ask for samples of a few runs at a time; each request is among ``waiting`` until it has ended."""
        for start in range(0, len(run_ids), RUNS_AT_ONCE):
            some = run_ids[start : start + RUNS_AT_ONCE]
            series = f"{what} {key} {some[0]}"
            waiting.add(series)
            self.requests += 1
            self._asking.ask(
                self._session.pool,
                series,
                partial(self._history.sampled, some, key, points=self.points_of_each, steps=steps),
                partial(got, series, some),
                partial(self._refused, series, key),
            )

    def _got(self, key: str, series: str, run_ids: Sequence[str], found: dict[str, MetricHistory]) -> None:
        self._waiting.discard(series)
        self._state.problems.pop(key, None)
        for run_id in run_ids:
            kept = self._state.histories.get((run_id, key))
            new = found.get(run_id, MetricHistory(run_id, key))
            # A whole history is not exchanged for a sample of the same.
            if kept is None or not kept.is_whole or kept.total != new.total:
                self._state.put(new)
        self._come_ms = self._session.clock.now_ms()
        if not self.busy and self.freshness.problem is None:
            self.freshness = self.freshness.live(self._come_ms)
        self._changed()

    def _refused(self, series: str, key: str, problem: Problem) -> None:
        self._waiting.discard(series)
        self._finer.discard(series)
        self._state.problems[key] = problem
        self.freshness = self.freshness.failed(problem)
        self._changed()

    # what is zoomed into

    def read_finer(self, idents: Sequence[Ident]) -> None:
        """Read more points of what is zoomed into of these curves, where there may be more than have come."""
        together: dict[tuple[str, tuple[float, float]], list[str]] = {}
        for ident in idents:
            steps = self._state.steps_in_view(ident)
            if steps is not None and ident not in self._state.finer:
                together.setdefault((ident[1], steps), []).append(ident[0])
        for (key, steps), run_ids in together.items():
            self._ask_samples("finer", run_ids, key, self._finer, partial(self._got_finer, steps), steps)
        if together:
            self._changed()

    def drop_finer(self) -> None:
        """Another part is looked at: what has come of the one before is forgotten, what comes yet is not taken in."""
        for series in self._finer:
            self._asking.forget(series)
        self._finer.clear()
        self._state.coarsen()

    def _got_finer(
        self, steps: tuple[float, float], series: str, _run_ids: Sequence[str], found: dict[str, MetricHistory]
    ) -> None:
        self._finer.discard(series)
        for history in found.values():
            kept = self._state.histories.get((history.run_id, history.key))
            # A server that cannot sample answers with another stretch than was asked for.
            inside = bool(len(history)) and steps[0] <= history.steps[0] and history.steps[-1] <= steps[1]
            if inside and kept is not None and not kept.is_whole:
                self._state.refine(history, steps)
        self._changed()

    # what the runs are

    def _ask_run(self, run_id: str) -> None:
        tracking = self._session.tracking
        self._asking.ask(
            self._session.pool,
            f"run {run_id}",
            lambda: tracking.get_run(run_id),
            self._got_run,
            lambda _problem: None,  # its curve is there without its name
            urgency=PREFETCH,
        )

    def _got_run(self, detail: RunDetail) -> None:
        cast(Deck, self._asking.app).notices.saw_run(detail.run_id, detail.name, detail.status)
        before = self._state.runs.get(detail.run_id)
        self._state.runs[detail.run_id] = RunReference(detail.run_id, detail.name, detail.status, detail.lifecycle)
        if before is not None and before.status in GOING_ON and detail.status not in GOING_ON and not self.busy:
            self._read([detail.run_id])  # its last points
        self._changed()

    # all points

    def read_whole(self, run_id: str, key: str) -> bool:
        """Read every point of one history, page by page; False if they are all here."""
        kept = self._state.histories.get((run_id, key))
        if kept is not None and kept.is_whole:
            return False
        self._whole = _Whole(run_id, key, self._session.clock.now_ms(), [])
        self._ask_page(None)
        return True

    def stop_whole(self) -> bool:
        """Read no further; False if nothing was being read."""
        was, self._whole = self._whole is not None, None
        self._asking.forget("whole")
        if was:
            self._changed()
        return was

    @property
    def whole_words(self) -> str:
        """How far reading all points has come; empty while nothing is read."""
        if self._whole is None:
            return ""
        kept = self._state.histories.get((self._whole.run_id, self._whole.key))
        total = kept.total if kept is not None else None
        passed = self._session.clock.now_ms() - self._whole.began_ms
        return f"points {pace(self._whole.points, total, self._whole.points, passed)}, esc stops"

    def _ask_page(self, token: str | None) -> None:
        whole, history = self._whole, self._history
        assert whole is not None
        self._asking.ask(
            self._session.pool,
            "whole",
            lambda: history.page(whole.run_id, whole.key, token=token),
            self._got_page,
            self._page_refused,
        )
        self._changed()

    def _got_page(self, page: HistoryPage) -> None:
        whole = self._whole
        if whole is None:
            return
        whole.pages.append(page.history)
        whole.points += len(page.history)
        if page.next_token is not None and whole.points < MOST_POINTS:
            self._ask_page(page.next_token)
            return
        # Putting a million points in order takes longer than a frame may.
        kept = self._state.histories.get((whole.run_id, whole.key))
        complete = page.next_token is None or (kept is not None and kept.total == whole.points)
        self._asking.ask(
            self._session.pool,
            "whole",
            lambda: joined(whole.pages, whole=complete),
            self._got_whole,
            self._page_refused,
        )

    def _got_whole(self, history: MetricHistory) -> None:
        self._whole = None
        self._state.put(history)
        self._changed()

    def _page_refused(self, problem: Problem) -> None:
        whole, self._whole = self._whole, None
        if whole is not None:
            self._state.problems[whole.key] = problem
        self.freshness = self.freshness.failed(problem)
        self._changed()


# Histories of groups of runs: what is read of their runs, as the mean of each group and its spread.


MOST_RUNS = 100  # of a group: as many as one request may name


def band(group: str) -> tuple[str, str, str]:
    """The ids of a group's mean, and of it less and plus one standard deviation."""
    return group, f"{group} -", f"{group} +"


def histories(history: MetricHistoryPort, groups: Mapping[str, Sequence[str]]) -> MetricHistoryPort:
    """Where histories are read: of groups where there are any, else of runs."""
    return GroupHistory(history, groups) if groups else history


class GroupHistory:
    """MetricHistoryPort over groups of runs by id; the other ids of ``band`` are those of its edges."""

    def __init__(self, history: MetricHistoryPort, groups: Mapping[str, Sequence[str]]) -> None:
        self._history = history
        self._groups = groups

    def sampled(
        self, run_ids: Sequence[str], key: str, *, points: int = SAMPLE_POINTS, steps: tuple[float, float] | None = None
    ) -> dict[str, MetricHistory]:
        found: dict[str, MetricHistory] = {}
        for group, members in self._groups.items():
            names = band(group)
            if any(name in run_ids for name in names):
                read = self._history.sampled(members[:MOST_RUNS], key, points=points, steps=steps)
                made = spread(list(read.values()), names, key, points)
                found.update((name, made[name]) for name in names if name in run_ids)
        return found

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        made = {run_id: figures_of(one) for run_id, one in self.sampled(run_ids, key).items()}
        return {run_id: figures for run_id, figures in made.items() if figures is not None}

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        return {}

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        return HistoryPage(self.sampled([run_id], key)[run_id])
