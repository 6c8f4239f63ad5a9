"""Traces in memory, for screens that are tried without a server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.support.fakes import NOW_MS
from tests.support.traced import refund
from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import (
    IN_PROGRESS,
    Assessment,
    EvaluationRun,
    EvaluationSet,
    RecordsPage,
    Scorer,
    SetRecord,
    Trace,
    TraceInfo,
    TraceMetrics,
    TracesPage,
    Warehouse,
)

Effect = Callable[[], None]


class FakeTraces:
    """TracesPort. ``problem`` makes every call fail, ``gate`` holds them; ``filters`` says what a filter leaves."""

    def __init__(self, infos: Sequence[TraceInfo] = (), *, page: int = 500) -> None:
        self.infos = list(infos)
        self.spans: dict[str, Trace] = {}
        self.page = page
        self.houses: tuple[Warehouse, ...] = ()
        self.problem: Problem | None = None
        self.counted: TraceMetrics | None = None
        self.sets: dict[str, tuple[EvaluationSet, set[str]]] = {}
        self.filters: Callable[[str, TraceInfo], bool] = lambda _filter, _info: True
        self.calls: list[tuple[str, object]] = []
        self.gate = threading.Event()
        self.gate.set()

    def call(self, name: str, what: object) -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        if self.problem is not None:
            raise self.problem

    def called(self, name: str) -> int:
        return sum(1 for called, _ in self.calls if called == name)

    def search(
        self,
        places: Sequence[str],
        *,
        filter_string: str = "",
        max_results: int = 500,
        token: str | None = None,
        warehouse: str = "",
    ) -> TracesPage:
        self.call("search", (tuple(places), filter_string, token))
        kept = [info for info in self.infos if info.experiment_id in places and self.filters(filter_string, info)]
        kept.sort(key=lambda info: -info.started_ms)
        start = int(token or 0)
        stop = start + min(max_results, self.page)
        return TracesPage(tuple(kept[start:stop]), str(stop) if stop < len(kept) else None)

    def info(self, trace_id: str) -> TraceInfo:
        self.call("info", trace_id)
        for info in self.infos:
            if info.id == trace_id:
                return info
        raise Problem(Kind.NOT_FOUND, f"Could not read trace {trace_id}", "There is no such trace.")

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        info = self.info(trace_id)
        known = self.spans.get(trace_id)
        return replace(known, info=info) if known is not None else refund(info)

    def several(self, trace_ids: Sequence[str]) -> tuple[Trace, ...]:
        self.call("several", tuple(trace_ids))
        known = {info.id: info for info in self.infos if info.id in trace_ids and info.state != IN_PROGRESS}
        return tuple(
            replace(self.spans[trace_id], info=info) if trace_id in self.spans else refund(info)
            for trace_id, info in known.items()
        )

    def metrics(self, places: Sequence[str], start_ms: int, end_ms: int) -> TraceMetrics:
        self.call("metrics", tuple(places))
        if self.counted is None:
            raise Problem(Kind.UNSUPPORTED, "Could not count the traces", "Only servers count traces themselves.")
        return self.counted

    def warehouses(self) -> tuple[Warehouse, ...]:
        self.call("warehouses", None)
        return self.houses


class FakeEvaluations:
    """EvaluationsPort over the datasets of the same traces."""

    def __init__(self, traces: FakeTraces) -> None:
        self._traces = traces
        self.evaluated: list[EvaluationRun] = []
        self.held: dict[str, list[SetRecord]] = {}
        self.registered: list[Scorer] = []

    def runs(
        self, experiment_ids: Sequence[str], *, dataset: str = "", max_results: int = 200
    ) -> tuple[EvaluationRun, ...]:
        self._traces.call("evaluations", (tuple(experiment_ids), dataset))
        kept = [run for run in self.evaluated if run.experiment_id in experiment_ids and dataset in ("", run.dataset)]
        return tuple(sorted(kept, key=lambda run: -run.started_ms)[:max_results])

    def sets(self, experiment_ids: Sequence[str]) -> tuple[EvaluationSet, ...]:
        self._traces.call("sets", tuple(experiment_ids))
        return tuple(known for known, _ in self._traces.sets.values())

    def dataset(self, dataset_id: str) -> EvaluationSet:
        self._traces.call("dataset", dataset_id)
        if dataset_id not in self._traces.sets:
            raise Problem(Kind.NOT_FOUND, f"Could not read dataset {dataset_id}", "There is no such dataset.")
        return self._traces.sets[dataset_id][0]

    def records(self, dataset_id: str, *, max_results: int = 500, token: str | None = None) -> RecordsPage:
        self._traces.call("records", (dataset_id, token))
        held, start = self.held.get(dataset_id, []), int(token or 0)
        stop = start + max_results
        return RecordsPage(tuple(held[start:stop]), str(stop) if stop < len(held) else None)

    def traces_in(self, dataset_id: str) -> frozenset[str]:
        self._traces.call("traces_in", dataset_id)
        return frozenset(self._traces.sets[dataset_id][1])

    def scorers(self, experiment_ids: Sequence[str]) -> tuple[Scorer, ...]:
        self._traces.call("scorers", tuple(experiment_ids))
        return tuple(one for one in self.registered if one.experiment_id in experiment_ids)


class FakeTraceWrites:
    """TraceWritesPort over the same traces. ``trouble`` is what happens to the next writes instead of their effect."""

    def __init__(self, traces: FakeTraces) -> None:
        self._traces = traces
        self.calls: list[str] = []
        self.trouble: list[Callable[[Effect], None]] = []

    def called(self, name: str) -> int:
        return self.calls.count(name)

    def _do(self, name: str, effect: Effect) -> None:
        self.calls.append(name)
        if self.trouble:
            self.trouble.pop(0)(effect)
        else:
            effect()

    def alter(self, trace_id: str, **fields: object) -> None:
        """Change a trace behind everybody's back."""
        infos = self._traces.infos
        at = next(at for at, info in enumerate(infos) if info.id == trace_id)
        infos[at] = replace(infos[at], **fields)  # type: ignore[arg-type]

    def _known(self, trace_id: str) -> TraceInfo:
        return next(info for info in self._traces.infos if info.id == trace_id)

    def assess(self, trace_id: str, said: Assessment, overrides: str = "") -> str:
        made = f"a-new-{len(self.calls)}"

        def effect() -> None:
            before = (
                replace(one, valid=one.valid and one.id != overrides) for one in self._known(trace_id).assessments
            )
            self.alter(trace_id, assessments=(*before, replace(said, id=made, created_ms=NOW_MS + len(self.calls))))

        self._do("assess", effect)
        return made

    def reassess(self, trace_id: str, said: Assessment) -> None:
        def effect() -> None:
            every = self._known(trace_id).assessments
            changed = (
                replace(one, value=said.value, rationale=said.rationale) if one.id == said.id else one for one in every
            )
            self.alter(trace_id, assessments=tuple(changed))

        self._do("reassess", effect)

    def unassess(self, trace_id: str, assessment_id: str) -> None:
        def effect() -> None:
            left = (one for one in self._known(trace_id).assessments if one.id != assessment_id)
            self.alter(trace_id, assessments=tuple(left))

        self._do("unassess", effect)

    def tag(self, trace_id: str, key: str, value: str | None) -> None:
        def effect() -> None:
            tags = {**self._known(trace_id).tags, key: value}
            self.alter(trace_id, tags={name: text for name, text in tags.items() if text is not None})

        self._do("tag", effect)

    def add_to_set(self, dataset_id: str, trace_ids: Sequence[str]) -> None:
        self._do("add_to_set", lambda: self._traces.sets[dataset_id][1].update(trace_ids))
