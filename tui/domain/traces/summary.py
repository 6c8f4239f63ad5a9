"""What many traces come to: how many failed, how long they took, what they cost; by hour, and by what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tui.domain import quantities
from tui.domain.glyphs import Glyphs
from tui.domain.text import clean
from tui.domain.traces import words
from tui.domain.traces.values import ERROR, CostOfModel, TraceInfo, TraceMetrics

HOUR = 3_600_000
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
        spent = sum(one.cost for one in told.costs) if told.costs else whole.cost
        whole = Tally(told.count, told.errors, told.p50_ms, told.p95_ms, told.p99_ms, told.tokens, spent)
        costs = tuple(sorted(told.costs, key=lambda one: -one.cost))
        told_by = "counted by the server"
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
        f"{quantities.count(whole.count)} trace{'' if whole.count == 1 else 's'}",
        f"errors {share(whole.error_share)}{_trend(summary, glyphs)}",
    ]
    if whole.p50_ms is not None:
        took = ((whole.p50_ms, "p50"), (whole.p95_ms, "p95"), (whole.p99_ms, "p99"))
        parts.append(" ".join(f"{name} {words.took(ms)}" for ms, name in took))
    if whole.tokens is not None:
        parts.append(f"{words.tokens(whole.tokens)} tokens")
    if whole.cost is not None:
        by = ", ".join(f"{clean(one.model) or 'no model'} {words.cost(one.cost)}" for one in summary.costs[:4])
        parts.append(words.cost(whole.cost) + (f" ({by})" if by else ""))
    hour, last = summary.this_hour, summary.last_hour
    second = [
        f"this hour {_hour(hour)} {glyphs.separator} the hour before {_hour(last)}",
        f"{words.blocks(summary.blocks, glyphs)} each {_stretch(summary.bucket_ms)}" if len(summary.blocks) > 1 else "",
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
    p95 = f", p95 {words.took(tally.p95_ms)}" if tally.p95_ms is not None else ""
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
