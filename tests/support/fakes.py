"""Ports that answer from memory, at once or when told to, so that screens are tried without a server."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timezone, tzinfo

from tui.domain.problem import Kind, Problem
from tui.domain.series.history import (
    PAGE_POINTS,
    SAMPLE_POINTS,
    Figures,
    HistoryPage,
    MetricHistory,
    figures_of,
    recorded,
)
from tui.domain.values import (
    DatasetInput,
    Experiment,
    ExperimentPage,
    Lifecycle,
    MetricValue,
    RunDetail,
    RunReference,
    RunsPage,
    ServerInfo,
    SparseNumbers,
    SparseTexts,
    StoreCondition,
    StoreReport,
)

NOW_MS = 1_795_442_400_000  # 2026-11-23 14:00:00 UTC
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class FrozenClock:
    """A clock that stands until it is moved."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now = now_ms
        self.zone: tzinfo = timezone.utc

    def now_ms(self) -> int:
        return self.now


def experiment(number: int, name: str, *, updated: int = HOUR, lifecycle: str = "active", note: str = "") -> Experiment:
    """An experiment last updated so many milliseconds before the frozen now."""
    tags = {"mlflow.note.content": note} if note else {}
    return Experiment(str(number), name, lifecycle, NOW_MS - 30 * DAY, NOW_MS - updated, f"/artifacts/{number}", tags)


def run(
    number: int,
    *,
    experiment_id: str = "1",
    name: str | None = None,
    status: str = "FINISHED",
    age: int | None = None,
    took: int | None = 4 * MINUTE,
    user: str = "ana",
    lifecycle: str = "active",
    parent: str | None = None,
    params: dict[str, str] | None = None,
    metrics: dict[str, float] | None = None,
    tags: dict[str, str] | None = None,
    datasets: tuple[DatasetInput, ...] = (),
    note: str = "",
) -> RunDetail:
    """A run that began so many milliseconds before the frozen now; by default the more, the higher its number."""
    start = NOW_MS - (age if age is not None else (number + 1) * 3 * MINUTE)
    every = {"mlflow.source.name": "train.py", "mlflow.source.git.commit": "4f2c9e1b7a", **(tags or {})}
    if parent is not None:
        every["mlflow.parentRunId"] = parent
    if note:
        every["mlflow.note.content"] = note
    values = metrics if metrics is not None else {"val_auc": 0.93 - number * 0.0007, "val_loss": 0.22 + number * 0.001}
    return RunDetail(
        run_id=f"{number:032x}",
        experiment_id=experiment_id,
        experiment_name="",
        name=name if name is not None else f"run-{number:03d}",
        status=status,
        user=user,
        start_ms=start,
        end_ms=None if took is None or status in ("RUNNING", "SCHEDULED") else start + took,
        lifecycle=lifecycle,
        artifact_uri=f"/artifacts/{experiment_id}/{number:032x}",
        params=params if params is not None else {"lr": str(10 ** -(1 + number % 3)), "depth": str(4 + number % 5)},
        metrics=tuple(MetricValue(key, value, 100, start + 1000) for key, value in values.items()),
        tags=every,
        datasets=datasets,
        logged_model_ids=(),
        parent_id=parent,
    )


def page_of(runs: Sequence[RunDetail], next_token: str | None) -> RunsPage:
    """Runs as the columns that a gateway answers with."""
    params: dict[str, SparseTexts] = {}
    tags: dict[str, SparseTexts] = {}
    metrics: dict[str, SparseNumbers] = {}
    datasets = SparseTexts(array("I"), [])
    for row, one in enumerate(runs):
        for store, pairs in ((params, one.params), (tags, one.tags)):
            for key, text in pairs.items():
                column = store.setdefault(key, SparseTexts(array("I"), []))
                column.rows.append(row)
                column.values.append(text)
        for metric in one.metrics:
            numbers = metrics.setdefault(metric.key, SparseNumbers(array("I"), array("d")))
            numbers.rows.append(row)
            numbers.values.append(metric.value)
        if one.datasets:
            datasets.rows.append(row)
            datasets.values.append(", ".join(f"{d.name}@{d.digest}" for d in one.datasets))
    return RunsPage(
        run_ids=[one.run_id for one in runs],
        experiment_ids=[one.experiment_id for one in runs],
        names=[one.name for one in runs],
        statuses=[one.status for one in runs],
        info={"user": [one.user for one in runs]},
        starts_ms=array("q", [one.start_ms if one.start_ms is not None else -1 for one in runs]),
        ends_ms=array("q", [one.end_ms if one.end_ms is not None else -1 for one in runs]),
        lifecycles=[one.lifecycle for one in runs],
        params=params,
        metrics=metrics,
        tags=tags,
        datasets=datasets,
        models=array("I", [len(one.logged_model_ids) for one in runs]),
        next_token=next_token,
    )


class FakeStore:
    """A store's place: whatever report it is given."""

    def __init__(self, report: StoreReport | None = None) -> None:
        self.report = report or StoreReport(StoreCondition.READY, "fake://", "fake")
        self.asked: list[str] = []

    def inspect(self) -> StoreReport:
        self.asked.append("inspect")
        return self.report

    def create(self) -> StoreReport:
        self.asked.append("create")
        self.report = StoreReport(StoreCondition.READY, self.report.tracking_uri, self.report.place)
        return self.report

    def migrated_copy(self, folder: str) -> str:
        self.asked.append("migrated_copy")
        return f"sqlite:///{folder}/copy.db"

    def upgrade(self) -> str:
        self.asked.append("upgrade")
        self.report = StoreReport(StoreCondition.READY, self.report.tracking_uri, self.report.place)
        return f"{self.report.place}.backup"


class FakeTracking:
    """Experiments and runs in memory. ``problem`` makes every call fail; ``gate`` holds calls until it is set."""

    def __init__(self, experiments: Sequence[Experiment] = (), runs: Sequence[RunDetail] = ()) -> None:
        self.experiments = list(experiments)
        self.runs = list(runs)
        self.problem: Problem | None = None
        self.filter_problem: Problem | None = None
        self.server_filter: Callable[[str, RunDetail], bool] = lambda _filter, _run: True
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[tuple[str, object]] = []

    def _call(self, name: str, what: object = None) -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        if self.problem is not None:
            raise self.problem

    def called(self, name: str) -> int:
        """How many times a method has been called."""
        return sum(1 for called, _ in self.calls if called == name)

    def server(self) -> ServerInfo:
        return ServerInfo("fake://", "fake", "3.17.2")

    def search_experiments(
        self,
        view: Lifecycle = Lifecycle.ACTIVE,
        *,
        max_results: int = 1000,
        token: str | None = None,
        filter_string: str = "",
    ) -> ExperimentPage:
        self._call("search_experiments", view)
        kept = [e for e in self.experiments if view is Lifecycle.ALL or e.lifecycle == view.value]
        if filter_string:  # the one that the deck itself makes: name LIKE 'PATH%'
            kept = [e for e in kept if e.name.startswith(filter_string.split("'")[1].rstrip("%"))]
        kept.sort(key=lambda e: -(e.updated_ms or 0))
        start = int(token or 0)
        following = start + max_results
        return ExperimentPage(tuple(kept[start:following]), str(following) if following < len(kept) else None)

    def get_experiment(self, experiment_id: str) -> Experiment:
        self._call("get_experiment", experiment_id)
        for known in self.experiments:
            if known.id == experiment_id:
                return known
        raise Problem(Kind.NOT_FOUND, "Could not read the experiment", f"there is none with id {experiment_id}")

    def get_experiment_by_name(self, name: str) -> Experiment:
        self._call("get_experiment_by_name", name)
        for known in self.experiments:
            if known.name == name:
                return known
        raise Problem(Kind.NOT_FOUND, "Could not read the experiment", f"there is none called {name}")

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        self._call("count_runs", tuple(experiment_ids))
        return {
            wanted: sum(1 for r in self.runs if r.experiment_id == wanted and r.lifecycle == "active")
            for wanted in experiment_ids
        }

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        self._call("search_runs", (tuple(experiment_ids), filter_string, view, token))
        if filter_string and self.filter_problem is not None:
            raise self.filter_problem
        kept = [
            r
            for r in self.runs
            if r.experiment_id in experiment_ids
            and (view is Lifecycle.ALL or r.lifecycle == view.value)
            and (not filter_string or self.server_filter(filter_string, r))
            and ("run_id IN (" not in filter_string or repr(r.run_id) in filter_string)
        ]
        kept.sort(key=lambda r: -(r.start_ms or 0))
        start = int(token or 0)
        following = start + max_results
        return page_of(kept[start:following], str(following) if following < len(kept) else None)

    def get_run(self, run_id: str) -> RunDetail:
        self._call("get_run", run_id)
        names = {e.id: e.name for e in self.experiments}
        for known in self.runs:
            if known.run_id == run_id:
                return replace(known, experiment_name=names.get(known.experiment_id, ""))
        raise Problem(Kind.NOT_FOUND, "Could not read the run", f"there is none with id {run_id}")

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        self._call("child_runs", run_id)
        return tuple(RunReference(r.run_id, r.name, r.status, r.lifecycle) for r in self.runs if r.parent_id == run_id)[
            :max_results
        ]


@dataclass(frozen=True)
class Asked:
    """What a sample was asked for."""

    run_ids: tuple[str, ...]
    key: str
    points: int
    steps: tuple[float, float] | None


class FakeHistory:
    """Histories in memory, by run and metric. ``problem`` makes every call fail; ``gate`` holds calls until set."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], MetricHistory] = {}
        self.gone: set[str] = set()
        self.counts = True  # as a file does; servers do not
        self.problem: Problem | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.page_points = PAGE_POINTS
        self.calls: list[tuple[str, object]] = []

    def record(
        self,
        run_id: str,
        key: str,
        values: Sequence[float],
        *,
        first_step: int = 0,
        every: int = 1,
        pace_ms: int = 1000,
    ) -> None:
        """A history of these values, a step and a moment apart."""
        steps = array("q", range(first_step, first_step + every * len(values), every))
        times = array("q", range(NOW_MS - DAY, NOW_MS - DAY + pace_ms * len(values), pace_ms))
        self.kept[run_id, key] = recorded(run_id, key, steps, times, values)

    def _call(self, name: str, what: object) -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        if self.problem is not None:
            raise self.problem

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        self._call("figures", (tuple(run_ids), key))
        kept = {run_id: self.kept[run_id, key] for run_id in run_ids if (run_id, key) in self.kept}
        return {run_id: figures for run_id, one in kept.items() if (figures := figures_of(one)) is not None}

    def sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        points: int = SAMPLE_POINTS,
        steps: tuple[float, float] | None = None,
    ) -> dict[str, MetricHistory]:
        from tui.gateway.tracking.history import thinned

        self._call("sampled", Asked(tuple(run_ids), key, points, steps))
        empty = {run_id: MetricHistory(run_id, key) for run_id in run_ids if run_id not in self.gone}
        found = {run_id: self.kept.get((run_id, key), none) for run_id, none in empty.items()}
        if steps is not None:
            low, high = steps
            found = {
                run_id: recorded(run_id, key, *zip(*inside, strict=True))
                for run_id, whole in found.items()
                if (
                    inside := [
                        point
                        for point in zip(whole.steps, whole.timestamps_ms, whole.values, strict=True)
                        if low <= point[0] <= high
                    ]
                )
            }
        return {
            run_id: thinned(history, points, whole=self.counts or len(history) <= points)
            for run_id, history in found.items()
        }

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        self.calls.append(("count_points", tuple(run_ids)))
        if not self.counts:
            return {}
        counts: dict[str, int] = {}
        for (run_id, key), history in self.kept.items():
            if run_id in run_ids:
                counts[key] = counts.get(key, 0) + len(history)
        return counts

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        self._call("page", (run_id, key, token))
        whole = self.kept.get((run_id, key), MetricHistory(run_id, key))
        start = int(token or 0)
        stop = start + self.page_points
        part = recorded(run_id, key, whole.steps[start:stop], whole.timestamps_ms[start:stop], whole.values[start:stop])
        # As SQLite's pages: one that is full names a next one, also where that will be empty.
        return HistoryPage(part, str(stop) if stop <= len(whole) else None)
