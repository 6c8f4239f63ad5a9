"""Traces as a kind of write: what is read of them, and how each change is made. Every method blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.problem import Problem
from tui.domain.traces.summary import JudgeTally, tallied_by_judge, traces_lie
from tui.domain.traces.values import (
    ERROR,
    TRACKING_STORE,
    Assessment,
    EvaluationRun,
    EvaluationSet,
    Span,
    TraceInfo,
    TraceScope,
)
from tui.domain.values import pages_of
from tui.domain.writes.changes import ASSESSED, IN_SET, Change, ThingState
from tui.domain.writes.plans import of_text, state_of, text_of
from tui.services.ledger import Ledger
from tui.services.write_flow import ChangeByChange, Found, unless_gone

if TYPE_CHECKING:
    from tui.gateway.ports import EvaluationsPort, TracesPort, TraceWritesPort, TrackingPort


class TraceChanges(ChangeByChange):
    """What is read and written of one context's traces; ``place`` is its address without credentials."""

    def __init__(
        self, traces: TracesPort, writes: TraceWritesPort, sets: EvaluationsPort, ledger: Ledger, *, place: str
    ) -> None:
        super().__init__(ledger, place)
        self._traces = traces
        self._writes = writes
        self._sets = sets
        self._infos: dict[str, TraceInfo] = {}  # as they were read last

    def states(self, trace_ids: Sequence[str], to: EvaluationSet | None = None) -> list[ThingState]:
        """Traces as they are now, in that order; those that are gone are left out."""
        inside = self._sets.traces_in(to.id) if to is not None else frozenset()
        found = []
        for trace_id in trace_ids:
            state = self._state(trace_id)
            if state is not None and to is not None and trace_id in inside:
                state = replace(state, fields={**state.fields, IN_SET + to.id: to.name})
            if state is not None:
                found.append(state)
        return found

    def _state(self, trace_id: str) -> Found:
        def read() -> ThingState:
            info = self._infos[trace_id] = self._traces.info(trace_id)
            return state_of(info)

        return unless_gone(read)

    # writing

    def read(self, change: Change) -> Found:
        """A trace as it is now; whether it is in a dataset only where that is changed."""
        state = self._state(change.id)
        if state is None or not change.field.startswith(IN_SET):
            return state
        inside = change.id in self._sets.traces_in(change.field[len(IN_SET) :])
        called = change.after or change.before or ""
        return replace(state, fields={**state.fields, change.field: called}) if inside else state

    def _write(self, change: Change) -> None:
        if change.field.startswith(IN_SET):
            self._writes.add_to_set(change.field[len(IN_SET) :], [change.id])
        elif change.field.startswith(ASSESSED):
            self._assess(change, change.field[len(ASSESSED) :])
        else:
            self._writes.tag(change.id, change.key, change.after)

    def _assess(self, change: Change, name: str) -> None:
        """Add, change or delete; what has taken the place of what is wanted again is deleted."""
        info = self._infos[change.id]  # it has been read just before
        there = info.said.get(name)
        if change.after is None:
            if there is not None:
                self._writes.unassess(change.id, there.id)
            return
        wanted = of_text(name, change.after)
        if there is None:
            self._writes.assess(change.id, wanted)
        elif _covers(info, there, change.after):
            self._writes.unassess(change.id, there.id)
        elif (there.kind, there.source_type, there.source_id) == (wanted.kind, wanted.source_type, wanted.source_id):
            self._writes.reassess(change.id, replace(wanted, id=there.id))
        else:
            self._writes.assess(change.id, wanted, there.id)


def _covers(info: TraceInfo, there: Assessment, wanted: str) -> bool:
    """Whether deleting what holds brings back what is wanted."""
    return any(one.id == there.overrides and text_of(one) == wanted for one in info.assessments)


# Reading the traces of a scope, in every experiment where it names none; it blocks.


MOST_INFOS = 2000  # traces that are read
MOST_PLACES = 100  # experiments that are looked through, those last updated first


def infos_of(
    tracking: TrackingPort, traces: TracesPort, scope: TraceScope, *, since_ms: int = 0, most: int = MOST_INFOS
) -> tuple[TraceInfo, ...]:
    """The latest traces of a scope, without their spans; those that began before ``since_ms`` are not read on to."""
    places = scope.places or tuple(one.id for one in tracking.search_experiments(max_results=MOST_PLACES).experiments)
    if not places:
        return ()
    found: list[TraceInfo] = []
    search = partial(traces.search, places, filter_string=scope.filter_string, max_results=min(500, most))
    for page in pages_of(search):
        found += page.infos
        if len(found) >= most or (page.infos and page.infos[-1].started_ms < since_ms):
            break
    return tuple(info for info in found if info.started_ms >= since_ms)


_AT_ONCE = 25  # traces whose spans are asked for together


def spans_of(traces: TracesPort, infos: Sequence[TraceInfo], *, batches: bool) -> Iterator[tuple[str, Sequence[Span]]]:
    """The spans of traces by their ids, in any order: several at once where ``batches``; of one that is gone, none."""
    told = set()
    together = [info.id for info in infos if batches and info.spans_location == TRACKING_STORE]
    for start in range(0, len(together), _AT_ONCE):
        try:
            found = traces.several(together[start : start + _AT_ONCE])
        except Problem as problem:
            if problem.is_connection:
                raise
            continue  # one that is gone meanwhile may spoil the others: each is asked for by itself
        for trace in found:
            told.add(trace.info.id)
            yield trace.info.id, trace.spans
    for info in infos:
        if info.id in told:
            continue
        try:
            spans = traces.trace(info.id, location=info.spans_location).spans
        except Problem as problem:
            if problem.is_connection:
                raise
            spans = ()
        yield info.id, spans


_COUNTED = 500  # traces that are counted of those elsewhere: one page


def lying_in(traces: TracesPort, names: Mapping[str, str]) -> str:
    """How many traces lie in which of these experiments, in words; "" for none."""
    return traces_lie(traces.search(tuple(names), max_results=_COUNTED), names) if names else ""


def lying_elsewhere(tracking: TrackingPort, traces: TracesPort, ids: Sequence[str]) -> str:
    """How many traces lie in which other experiments than these, in words; "" for none."""
    others = tracking.search_experiments(max_results=MOST_PLACES).experiments
    return lying_in(traces, {one.id: one.name for one in others if one.id not in ids})


# The traces of evaluation runs, and what they tell. Every function blocks.


MOST_TRACES = 5000  # of one evaluation run that are read
_PAGE = 500


@dataclass(frozen=True)
class JudgedRun:
    """What the traces of an evaluation run tell: how many there are, how many failed, and what each judge said."""

    traces: int
    failed: int
    judges: Mapping[str, JudgeTally]


def traces_of(traces: TracesPort, run: EvaluationRun) -> list[TraceInfo]:
    """The traces of an evaluation run, the latest first."""
    scope = TraceScope((run.experiment_id,), run_id=run.id)
    found: list[TraceInfo] = []
    for page in pages_of(partial(traces.search, scope.places, filter_string=scope.filter_string, max_results=_PAGE)):
        found += page.infos
        if len(found) >= MOST_TRACES:
            break
    return found


def judged_of(traces: TracesPort, run: EvaluationRun) -> JudgedRun:
    """Read what the traces of a run tell."""
    infos = traces_of(traces, run)
    return JudgedRun(len(infos), sum(info.state == ERROR for info in infos), tallied_by_judge(infos, run.id))
