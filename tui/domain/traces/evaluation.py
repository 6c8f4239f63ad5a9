"""What judges said over the inputs of an evaluation, and of two or more evaluations held against each other."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.traces.values import ERROR, FEEDBACK, Assessment, TraceInfo

BETTER, WORSE, FAILS, MIXED, CHANGED, SAME, ONLY_FIRST, ONLY_OTHER = (
    *("better", "worse", "newly fails", "mixed", "changed", "", "only first", "only other"),
)
"""What has become of an input, or of what one judge says of it; SAME is empty."""
_ORDER = (FAILS, WORSE, MIXED, BETTER, CHANGED, ONLY_FIRST, ONLY_OTHER, SAME)
PREVIEW = 1000  # letters of an input that MLflow keeps with a trace: those that begin alike are not told apart


@dataclass(frozen=True)
class JudgeTally:
    """What one judge said in one run: how often, its mean over what is a number, and how often it failed itself."""

    count: int
    mean: float | None
    errors: int


@dataclass(frozen=True)
class Compared:
    """One input: its trace in each run, None where the run has none; and what became of it, by run and by judge."""

    key: str
    request: str
    traces: tuple[TraceInfo | None, ...]
    verdicts: tuple[str, ...]  # of each run against the baseline, in their order; the baseline's own is SAME
    by_judge: Mapping[str, tuple[str, ...]]

    @property
    def rank(self) -> int:
        """How much it wants to be looked at: what newly fails first."""
        return min((_ORDER.index(verdict) for verdict in self.verdicts), default=len(_ORDER))


def feedback_of(info: TraceInfo, run_id: str) -> Mapping[str, Assessment]:
    """What judges said of a trace in a run, by name; where nothing tells the run, what holds of the trace."""
    said = [one for one in info.assessments if one.kind == FEEDBACK]
    # A trace that was made before can be judged in several runs, each time anew.
    mine = [one for one in said if one.run_id == run_id] or [one for one in said if not one.run_id and one.valid]
    return {one.name: one for one in sorted(mine, key=lambda one: one.created_ms)}


def score(one: Assessment | None) -> float | None:
    """A value as MLflow counts it: yes and true as 1, no and false as 0, numbers as they are; None for all else."""
    value = one.value if one is not None else None
    if isinstance(value, (bool, int, float)):
        number = float(value)
        return number if number == number else None
    if isinstance(value, str):
        return {"yes": 1.0, "no": 0.0}.get(value.lower())
    return None


def tallied_by_judge(infos: Iterable[TraceInfo], run_id: str) -> dict[str, JudgeTally]:
    """What each judge said in a run, by its name, the names in order."""
    said: dict[str, list[Assessment]] = defaultdict(list)
    for info in infos:
        for name, one in feedback_of(info, run_id).items():
            said[name].append(one)
    return {name: _tally(ones) for name, ones in sorted(said.items())}


def _tally(ones: Sequence[Assessment]) -> JudgeTally:
    scores = [number for one in ones if (number := score(one)) is not None]
    mean = sum(scores) / len(scores) if scores else None
    return JudgeTally(len(ones), mean, sum(1 for one in ones if one.error and one.value is None))


def change(before: Assessment | None, after: Assessment | None) -> str:
    """What has become of what one judge says. Of numbers, which MLflow does not rank, higher is better."""
    if before is None or after is None:
        return SAME
    failed = [one.value is None and bool(one.error) for one in (before, after)]
    if failed[0] != failed[1]:
        return FAILS if failed[1] else BETTER
    first, second = score(before), score(after)
    if first is None or second is None:
        return CHANGED if before.text != after.text else SAME
    if first == second:
        return SAME
    if second > first:
        return BETTER
    return FAILS if _is_verdict(before) and _is_verdict(after) else WORSE


def _is_verdict(one: Assessment) -> bool:
    return isinstance(one.value, (bool, str))


def compared(runs: Sequence[tuple[str, Sequence[TraceInfo]]], baseline: int = 0) -> tuple[list[Compared], int]:
    """Each input of these runs (their ids and traces) with what became of it; and how many could be mistaken.

    Inputs are what they are as JSON. Several that are the same, or the same as far as MLflow keeps them with a trace,
    are paired in the order of their traces, and counted.
    """
    by_key: dict[tuple[str, int], list[TraceInfo | None]] = {}
    mistaken = 0
    for at, (_, infos) in enumerate(runs):
        seen: Counter[str] = Counter()
        for info in sorted(infos, key=lambda info: info.started_ms):
            key = _key(info.request)
            pair = (key, seen[key])
            seen[key] += 1
            by_key.setdefault(pair, [None] * len(runs))[at] = info
        mistaken = max(mistaken, sum(number for number in seen.values() if number > 1))
    found = []
    for (key, number), traces in by_key.items():
        said = [
            feedback_of(info, run_id) if info is not None else {}
            for info, (run_id, _) in zip(traces, runs, strict=True)
        ]
        names = sorted({name for one in said for name in one})
        judged = {name: tuple(change(said[baseline].get(name), one.get(name)) for one in said) for name in names}
        verdicts = tuple(
            _verdict(traces[baseline], info, [judged[name][at] for name in names]) if at != baseline else SAME
            for at, info in enumerate(traces)
        )
        shown = next(info.request for info in traces if info is not None)
        found.append(Compared(f"{key}#{number}", shown, tuple(traces), verdicts, judged))
    return found, mistaken


def _key(request: str) -> str:
    try:
        return json.dumps(json.loads(request), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return request


def _verdict(before: TraceInfo | None, after: TraceInfo | None, by_judge: Sequence[str]) -> str:
    if before is None or after is None:
        return ONLY_OTHER if after is not None else ONLY_FIRST if before is not None else SAME
    failed = [info.state == ERROR for info in (before, after)]
    if failed[1] and not failed[0]:
        return FAILS
    if FAILS in by_judge:
        return FAILS
    said = set(by_judge) | ({BETTER} if failed[0] and not failed[1] else set())
    if {BETTER, WORSE} <= said:
        return MIXED
    return next((verdict for verdict in (WORSE, BETTER, CHANGED) if verdict in said), SAME)


def counted(rows: Iterable[Compared], run: int) -> str:
    """What became of the inputs in a run, in words: ``3 better, 1 newly fails``; "" where nothing has changed."""
    many = Counter(row.verdicts[run] for row in rows)
    return ", ".join(f"{many[verdict]} {verdict}" for verdict in _ORDER if verdict and many[verdict])
