"""The traces of evaluation runs, and what they tell. Every function blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.traces.summary import JudgeTally, tallied_by_judge
from tui.domain.traces.values import ERROR, EvaluationRun, TraceInfo, TraceScope
from tui.gateway.ports import TracesPort

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
    token: str | None = None
    while len(found) < MOST_TRACES:
        page = traces.search(scope.places, filter_string=scope.filter_string, max_results=_PAGE, token=token)
        found += page.infos
        token = page.next_token
        if token is None:
            break
    return found


def judged(traces: TracesPort, run: EvaluationRun) -> JudgedRun:
    """Read what the traces of a run tell."""
    infos = traces_of(traces, run)
    return JudgedRun(len(infos), sum(info.state == ERROR for info in infos), tallied_by_judge(infos, run.id))
