"""What many traces come to: how many failed, how long they took, what they cost; and what judges said of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui.domain import quantities
from tui.domain.glyphs import Glyphs
from tui.domain.ranking import Direction, Way, direction_of_judge
from tui.domain.text import clean, named
from tui.domain.traces import table
from tui.domain.traces.values import ERROR, FEEDBACK, Assessment, CostOfModel, TraceInfo, TraceMetrics, TracesPage

HOUR = 3_600_000
_BY_SERVER = "counted by the server"
BLOCKS = 24  # at most, in the row by time
_BUCKETS = (60_000, 300_000, 900_000, HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR)


@dataclass(frozen=True)
class Tally:
    """Some traces as numbers. A share or a percentile of none is None; NaN and what is missing are left out."""

    count: int = 0
    errors: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    tokens: int | None = None
    cost: float | None = None

    @property
    def error_share(self) -> float | None:
        return self.errors / self.count if self.count else None


@dataclass(frozen=True)
class Summary:
    """All of them, this hour beside the last, and how many in each stretch of ``bucket_ms`` up to now."""

    whole: Tally
    this_hour: Tally
    last_hour: Tally
    blocks: tuple[int, ...]
    bucket_ms: int
    costs: tuple[CostOfModel, ...] = ()
    told_by: str = ""  # whose numbers these are


@dataclass(frozen=True)
class TraceGroup:
    """Traces that have something in common, now and in the period before; ``first_ms`` is when the earliest began."""

    key: str
    now: Tally
    before: Tally
    first_ms: int
    last_ms: int
    users: tuple[str, ...] = ()
    infos: tuple[TraceInfo, ...] = field(default=(), repr=False)

    @property
    def is_new(self) -> bool:
        """Whether it came up in this period."""
        return self.now.count > 0 and not self.before.count

    @property
    def worse(self) -> float:
        """By how much its share of errors has grown."""
        return (self.now.error_share or 0.0) - (self.before.error_share or 0.0)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Between the two nearest, as databases have it."""
    if not ordered:
        return None
    at = (len(ordered) - 1) * share
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def tallied(infos: Iterable[TraceInfo]) -> Tally:
    """Some traces as numbers; those that are running count, and their durations do not."""
    every = list(infos)
    took = sorted(info.took_ms for info in every if info.took_ms is not None and info.is_counted)
    tokens = [info.tokens for info in every if info.tokens is not None]
    costs = [info.cost for info in every if info.cost is not None]
    return Tally(
        count=len(every),
        errors=sum(1 for info in every if info.state == ERROR),
        p50_ms=percentile(took, 0.5),
        p95_ms=percentile(took, 0.95),
        p99_ms=percentile(took, 0.99),
        tokens=sum(tokens) if tokens else None,
        cost=sum(costs) if costs else None,
    )


def summarized(infos: Sequence[TraceInfo], now_ms: int, told: TraceMetrics | None = None) -> Summary:
    """The summary of traces; ``told`` is what the server has counted itself of all of them."""
    hour = [info for info in infos if now_ms - HOUR < info.started_ms <= now_ms]
    before = [info for info in infos if now_ms - 2 * HOUR < info.started_ms <= now_ms - HOUR]
    bucket, blocks = by_time([info.started_ms for info in infos], now_ms)
    whole = tallied(infos)
    told_by = f"of {quantities.count(len(infos))} loaded"
    costs: tuple[CostOfModel, ...] = ()
    if told is not None:
        costs = tuple(sorted(told.costs, key=lambda one: -one.cost))
        spent = sum(one.cost for one in costs) if costs else whole.cost
        if told.count > len(infos):
            # The server has counted all of them, and not by the hour: hours and blocks are of what is here.
            whole = Tally(told.count, told.errors, told.p50_ms, told.p95_ms, told.p99_ms, told.tokens, spent)
            told_by = f"hours {told_by}, {_BY_SERVER}"
        elif costs:
            # All are here, and a server takes what those that run have lasted so far for durations.
            whole = replace(whole, cost=spent)
            told_by += f", models {_BY_SERVER}"
    return Summary(whole, tallied(hour), tallied(before), blocks, bucket, costs, told_by)


def by_time(times_ms: Sequence[int], now_ms: int) -> tuple[int, tuple[int, ...]]:
    """How long each stretch is, and how many of these times lie in each, the latest last; the earliest may be cut."""
    if not times_ms:
        return _BUCKETS[0], ()
    span = max(0, now_ms - min(times_ms))
    bucket = next((each for each in _BUCKETS if span < each * BLOCKS), _BUCKETS[-1])
    many = min(BLOCKS, span // bucket + 1)
    counts = [0] * many
    for time in times_ms:
        back = max(0, now_ms - time) // bucket
        if back < many:
            counts[many - 1 - back] += 1
    return bucket, tuple(counts)


def summary_lines(summary: Summary, glyphs: Glyphs) -> tuple[str, str]:
    """The two lines above a list of traces."""
    whole = summary.whole
    if not whole.count:
        return "", ""
    parts = [
        quantities.counted(whole.count, "trace"),
        f"errors {share(whole.error_share)}{_trend(summary, glyphs)}",
    ]
    if whole.p50_ms is not None:
        took = ((whole.p50_ms, "p50"), (whole.p95_ms, "p95"), (whole.p99_ms, "p99"))
        parts.append(" ".join(f"{name} {table.took(ms)}" for ms, name in took))
    if whole.tokens is not None:
        parts.append(f"{table.tokens(whole.tokens)} tokens")
    if whole.cost is not None:
        by = ", ".join(f"{clean(one.model) or 'no model'} {table.cost(one.cost)}" for one in summary.costs[:4])
        parts.append(table.cost(whole.cost) + (f" ({by})" if by else ""))
    hour, last = summary.this_hour, summary.last_hour
    second = [
        f"this hour {_hour(hour)} {glyphs.separator} the hour before {_hour(last)}",
        f"{table.blocks(summary.blocks, glyphs)} each {_stretch(summary.bucket_ms)}" if len(summary.blocks) > 1 else "",
        summary.told_by,
    ]
    return " · ".join(parts), " · ".join(part for part in second if part)


def share(part: float | None) -> str:
    """A share of errors: ``3.1 %``."""
    return quantities.ABSENT if part is None else "0%" if not part else f"{100 * part:.1f}%"


def _trend(summary: Summary, glyphs: Glyphs) -> str:
    now, before = summary.this_hour.error_share, summary.last_hour.error_share
    if now is None or before is None or round(now - before, 3) == 0:
        return ""
    return f" ({glyphs.up if now > before else glyphs.down} {100 * abs(now - before):.1f} this hour)"


def _hour(tally: Tally) -> str:
    if not tally.count:
        return "none"
    p95 = f", p95 {table.took(tally.p95_ms)}" if tally.p95_ms is not None else ""
    return f"{quantities.count(tally.count)}, errors {share(tally.error_share)}{p95}"


def _stretch(ms: int) -> str:
    named = {HOUR: "hour", 24 * HOUR: "day", 7 * 24 * HOUR: "week", 30 * 24 * HOUR: "30 days", 60_000: "minute"}
    return named.get(ms) or (f"{ms // 60_000} minutes" if ms < HOUR else f"{ms // HOUR} hours")


def grouped(
    infos: Iterable[TraceInfo], key_of: Callable[[TraceInfo], Iterable[str]], since_ms: int, before_ms: int
) -> list[TraceGroup]:
    """Traces by what they share, the period from ``since_ms`` on beside the one from ``before_ms`` to it.

    What has got worse comes first, then what is most; a trace may be in several groups, or in none.
    """
    found: dict[str, list[TraceInfo]] = {}
    for info in infos:
        for key in key_of(info):
            found.setdefault(key, []).append(info)
    groups = []
    for key, members in found.items():
        now = [info for info in members if info.started_ms >= since_ms]
        before = [info for info in members if before_ms <= info.started_ms < since_ms]
        users = tuple(dict.fromkeys(info.user for info in members if info.user))
        times = [info.started_ms for info in members]
        groups.append(TraceGroup(key, tallied(now), tallied(before), min(times), max(times), users, tuple(members)))
    groups.sort(key=lambda one: (-one.worse, -one.now.errors, -one.now.count, one.key))
    return groups


# What judges said over the inputs of an evaluation, and of two or more evaluations held against each other.


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


def change(before: Assessment | None, after: Assessment | None, better: Way = "higher") -> str:
    """What has become of what one judge says, of whose values ``better`` tells which way is good."""
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
    if not better:
        return CHANGED
    if (second > first) == (better == "higher"):
        return BETTER
    return FAILS if _is_verdict(before) and _is_verdict(after) else WORSE


def _is_verdict(one: Assessment) -> bool:
    return isinstance(one.value, (bool, str))


def _is_number(one: Assessment) -> bool:
    return isinstance(one.value, (int, float)) and not isinstance(one.value, bool)


def ways_told(directions: Mapping[str, Direction]) -> list[str]:
    """Which way was taken of judges, in words: ``lower is better: toxicity``; what was guessed has a ``?``."""
    told = {"higher": "higher is better", "lower": "lower is better", "": "neither way is better"}
    names = {
        way: [named(name) + "?" * one.guessed for name, one in sorted(directions.items()) if one.better == way]
        for way in told
    }
    return [f"{words}: {', '.join(names[way])}" for way, words in told.items() if names[way]]


def directions_of(
    runs: Iterable[tuple[str, Iterable[TraceInfo]]], configured: Mapping[str, str]
) -> dict[str, Direction]:
    """Which way is better of what the judges of these runs (ids and traces) say; not of those of whom a yes is good."""
    said: dict[str, list[Assessment]] = defaultdict(list)
    for run_id, infos in runs:
        for info in infos:
            for name, one in feedback_of(info, run_id).items():
                said[name].append(one)
    found = {
        name: direction_of_judge(name, configured, numbers=any(_is_number(one) for one in ones))
        for name, ones in said.items()
    }
    return {name: known for name, known in found.items() if known is not None}


def compared(
    runs: Sequence[tuple[str, Sequence[TraceInfo]]],
    baseline: int = 0,
    directions: Mapping[str, Direction] | None = None,
) -> tuple[list[Compared], int]:
    """Each input of these runs (their ids and traces) with what became of it; and how many could be mistaken.

    Inputs are what they are as JSON. Several that are the same, or the same as far as MLflow keeps them with a trace,
    are paired in the order of their traces, and counted. ``directions`` are those of the judges, where they are known.
    """
    ways = {name: known.better for name, known in (directions or {}).items()}
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
        judged = {
            name: tuple(change(said[baseline].get(name), one.get(name), ways.get(name, "higher")) for one in said)
            for name in names
        }
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


_NAMED_PLACES = 3  # experiments that are named


def traces_lie(page: TracesPage, names: Mapping[str, str]) -> str:
    """How many traces lie in which experiments, those with most of them first; "" for none."""
    counted = Counter(info.experiment_id for info in page.infos)
    most = counted.most_common(_NAMED_PLACES)
    least = "at least " if page.next_token is not None else ""
    said = [
        f"{least}{quantities.count(many)} {'' if at else 'trace lies ' if many == 1 else 'traces lie '}"
        f"in {named(names.get(key, key))}"
        for at, (key, many) in enumerate(most)
    ]
    others = len(counted) - len(most)
    if others:
        said.append(f"others in {others} more experiment{'' if others == 1 else 's'}")
    text = ", ".join(said)
    return text[:1].upper() + text[1:]
