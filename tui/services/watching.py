"""Watching without a screen: what has happened since the last look, which conditions hold, when to look again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tui.config.model import plateau_of
from tui.domain import quantities
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.values import FAILED, ModelVersion, RegisteredModel
from tui.domain.ranking import direction_of, verdict
from tui.domain.series.history import MetricHistory
from tui.domain.serving import Endpoint, Sample, drifts, served
from tui.domain.traces import table
from tui.domain.traces.summary import HOUR, Tally, share, tallied
from tui.domain.traces.values import TraceScope
from tui.domain.values import MetricValue
from tui.domain.writes.plans import shown
from tui.services.trace_desk import infos_of

if TYPE_CHECKING:
    from tui.config.model import WatchSettings
    from tui.domain.models.readiness import Finding
    from tui.domain.traces.values import TraceInfo
    from tui.services.session import Session


RUNS_KEPT = 5000  # runs of which is remembered how they were
ENDED = ("FINISHED", "FAILED", "KILLED")

_TEXTS = ("kind", "subject", "words", "before", "after")

LONGEST_S = 900.0
"""Between two looks, however long a server has not answered."""


@dataclass(frozen=True)
class Happening:
    """One thing that has happened: of which kind, to what, and in words."""

    kind: str  # "alias", "version", "failed version", "run", "failed run"
    subject: str
    words: str
    before: str = ""
    after: str = ""
    seen_ms: int = 0  # when it was seen

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Happening:
        """One that was kept; what it lacks is empty."""
        texts: dict[str, Any] = {
            name: str(said.get(name, "")) for name in ("kind", "subject", "words", "before", "after")
        }
        seen_ms = said.get("seen_ms")
        return cls(**texts, seen_ms=seen_ms if type(seen_ms) is int else 0)

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SeenRun:
    """What is compared of a run."""

    run_id: str
    name: str
    status: str


def model_as_seen(model: RegisteredModel, versions: Sequence[ModelVersion]) -> dict[str, Any]:
    """What is kept of a model until the next look."""
    return {"aliases": dict(model.aliases), "versions": {made.version: made.status for made in versions}}


def of_model(name: str, before: Mapping[str, Any], now: Mapping[str, Any], now_ms: int) -> list[Happening]:
    """What has happened to a model between two looks; of one that was not seen before, nothing."""
    found: list[Happening] = []
    if not before:
        return found
    was, at = _texts(before, "aliases"), _texts(now, "aliases")
    for alias in sorted({*was, *at}):
        if was.get(alias) != at.get(alias):
            words = f"{alias} of {name}: {shown(was.get(alias))} → {shown(at.get(alias))}"
            moved = Happening("alias", f"{name}@{alias}", words, was.get(alias, ""), at.get(alias, ""), now_ms)
            found.append(moved)
    states, states_now = _texts(before, "versions"), _texts(now, "versions")
    for version in sorted(states_now, key=lambda text: (int(text) if text.isdecimal() else -1, text)):
        subject, status = f"{name}/{version}", states_now[version]
        if version not in states and _newer(version, states):
            found.append(Happening("version", subject, f"{name} v{version} was added", "", status, now_ms))
        if status == FAILED and states.get(version) != FAILED and (version in states or _newer(version, states)):
            words = f"{name} v{version} failed to register"
            found.append(Happening("failed version", subject, words, states.get(version, ""), status, now_ms))
    return found


def _newer(version: str, known: Mapping[str, str]) -> bool:
    """Whether a version came after those known: older ones may come into a page when one of it is deleted."""
    most = max((int(text) for text in known if text.isdecimal()), default=-1)
    return version.isdecimal() and int(version) > most


def of_runs(before: Mapping[str, str] | None, now: Sequence[SeenRun], now_ms: int) -> list[Happening]:
    """The runs that have ended between two looks, also such as began and ended in between; before the first, none."""
    found: list[Happening] = []
    if before is None:
        return found
    for run in now:
        was = before.get(run.run_id, "")
        if run.status not in ENDED or was in ENDED:
            continue
        became = {"FINISHED": "ended", "FAILED": "failed"}.get(run.status, "was stopped")
        kind = "run" if run.status == "FINISHED" else "failed run"
        words = f"run {run.name or run.run_id} {became}"
        found.append(Happening(kind, run.run_id, words, was, run.status, now_ms))
    return found


def runs_as_seen(before: Mapping[str, str] | None, now: Sequence[SeenRun]) -> dict[str, str]:
    """What is kept of runs until the next look, the latest first."""
    kept = {run.run_id: run.status for run in now}
    for run_id, status in (before or {}).items():
        if len(kept) >= RUNS_KEPT:
            break
        kept.setdefault(run_id, status)
    return kept


def _texts(held: Mapping[str, Any], key: str) -> dict[str, str]:
    said = held.get(key)
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}


@dataclass
class LookPace:
    """How long to wait before the next look: as asked, slower where a server does not answer, never all at once.

    ``chance`` answers numbers from 0 to 1; ``requests`` is what one look may ask, ``a_minute`` what may be asked.
    """

    every_s: float
    requests: int
    a_minute: int
    chance: Callable[[], float]
    failures: int = 0

    def after(self, answered: bool, wait_s: float = 0.0) -> float:
        """Seconds to wait after a look; ``wait_s`` is what a busy server has asked for."""
        self.failures = 0 if answered else self.failures + 1
        least = max(self.every_s, 60.0 * self.requests / max(1, self.a_minute))
        wait = max(least, wait_s) if answered else min(max(LONGEST_S, least), max(wait_s, least * 2.0**self.failures))
        return wait * (1.0 + 0.1 * self.chance())


# Conditions that hold or do not: of runs under way, of models, of what serves, of traces; each told when it begins.
#
# What reads blocks, and raises Problem; what judges is a pure function of what was read.


MOST_RUNS = 20  # runs under way that are looked at one by one, the latest first
MOST_TOGETHER = 100  # runs whose histories are read together
MOST_ENDPOINTS = 20  # endpoints whose numbers are read
MOST_TRACES = 2000  # traces of two hours that are read of an experiment
FEWEST = 20  # traces in an hour that a share or a percentile of it counts for something


@dataclass(frozen=True)
class Conditions:
    """What is looked for. ``plateau`` maps metrics to so many points, ``behind`` are metrics, ``traces`` experiments.

    ``no_point_min`` are minutes and ``error_percent`` is a share of requests, 0 for not at all; ``worse_percent`` is by
    how much an hour of traces may be worse than the one before it.
    """

    no_point_min: float = 0.0
    nan: bool = False
    plateau: Mapping[str, int] | None = None
    behind: tuple[str, ...] = ()
    findings: bool = False
    serving: bool = False
    error_percent: float = 0.0
    traces: tuple[str, ...] = ()
    worse_percent: float = 50.0

    @property
    def of_runs(self) -> bool:
        """Whether runs under way are looked at."""
        return bool(self.no_point_min or self.nan or self.plateau or self.behind)

    def requests(self, models: int) -> int:
        """What one look asks, at most; of so many models findings are looked for."""
        one_by_one = MOST_RUNS if self.no_point_min or self.nan else 0
        numbers = MOST_ENDPOINTS if self.error_percent else 0
        # A list, the endpoints whole, and of each model that is served where its aliases point.
        serving = 2 + MOST_ENDPOINTS + numbers if self.serving or self.error_percent else 0
        pages = 1 + MOST_TRACES // 500
        together = len({*(self.plateau or {}), *self.behind})
        return one_by_one + together + 6 * models * self.findings + serving + pages * len(self.traces)


# judging


def of_run(
    run: SeenRun, metrics: Sequence[MetricValue], started_ms: int, wanted: Conditions, now_ms: int
) -> list[Happening]:
    """Of a run under way: no new point for a while, and metrics that are no numbers any more."""
    found, called = [], run.name or run.run_id
    last_ms = max((metric.timestamp_ms for metric in metrics), default=started_ms)
    if wanted.no_point_min and now_ms - last_ms >= wanted.no_point_min * 60_000:
        said = f"run {called}: no new point for {quantities.duration(now_ms - last_ms)}"
        found.append(Happening("no new point", run.run_id, said, seen_ms=now_ms))
    for metric in metrics if wanted.nan else ():
        if math.isnan(metric.value) or math.isinf(metric.value):
            at = f" at step {metric.step}" if metric.step >= 0 else ""
            said = f"run {called}: {metric.key} is {quantities.number(metric.value)}{at}"
            found.append(Happening("NaN", f"{run.run_id} {metric.key}", said, seen_ms=now_ms))
    return found


def plateau(run: SeenRun, history: MetricHistory, points: int, better: str, now_ms: int) -> list[Happening]:
    """A metric that has not got better for so many points; of one of which no way is better, nothing."""
    values = [value for value in history.values if not math.isnan(value)]
    if not better or len(values) <= points:
        return []
    pick: Callable[[Iterable[float]], float] = max if better == "higher" else min
    if verdict(better, pick(values[-points:]), pick(values[:-points])) == "better":
        return []
    said = f"run {run.name or run.run_id}: {history.key} no better for {points} points"
    return [Happening("plateau", f"{run.run_id} {history.key}", said, seen_ms=now_ms)]


def value_at(history: MetricHistory, step: int) -> float | None:
    """The last value up to a step; None before the first."""
    before = [value for at, value in zip(history.steps, history.values, strict=True) if at <= step]
    return before[-1] if before else None


def behind(
    run: SeenRun, history: MetricHistory, siblings: Iterable[MetricHistory], better: str, now_ms: int
) -> list[Happening]:
    """A metric that is worse than that of the best of the others was at the same step."""
    if not better or not len(history):
        return []
    step, own = int(history.steps[-1]), history.values[-1]
    others = [value for one in siblings if (value := value_at(one, step)) is not None and not math.isnan(value)]
    if not others:
        return []
    best = max(others) if better == "higher" else min(others)
    if verdict(better, own, best) != "worse":
        return []
    said = (
        f"run {run.name or run.run_id}: {history.key} {quantities.number(own)} at step {step}, "
        f"the best sibling had {quantities.number(best)}"
    )
    return [Happening("behind", f"{run.run_id} {history.key}", said, seen_ms=now_ms)]


def of_serving(endpoints: Sequence[Endpoint], aliases: Mapping[str, Mapping[str, str]], now_ms: int) -> list[Happening]:
    """Endpoints in trouble, and those that serve another version than an alias says."""
    found = []
    for endpoint in endpoints:
        if endpoint.is_in_trouble:
            said = f"{endpoint.name} is {endpoint.state}"
            found.append(Happening("not ready", endpoint.name, said, after=endpoint.state, seen_ms=now_ms))
    for model, at in served(endpoints).items():
        for drift in drifts(model, aliases.get(model, {}), at, CHAMPION):
            found.append(Happening("drift", f"{drift.endpoint} {model}", drift.words, seen_ms=now_ms))
    return found


def of_numbers(endpoint: str, found: Sequence[Sample], percent: float, now_ms: int) -> list[Happening]:
    """An endpoint of whose requests more than so many per cent fail."""
    total = sum(one.value for one in found if one.name == "request_count_total")
    failed = sum(one.value for one in found if one.name in ("request_4xx_count_total", "request_5xx_count_total"))
    if not total or 100 * failed / total <= percent:
        return []
    said = f"{endpoint}: {100 * failed / total:.1f}% of the requests fail"
    return [Happening("error rate", endpoint, said, seen_ms=now_ms)]


def of_traces(called: str, hour: Tally, before: Tally, percent: float, now_ms: int) -> list[Happening]:
    """What of an hour of traces is worse than in the hour before by more than so many per cent."""
    if min(hour.count, before.count) < FEWEST:
        return []
    measures: tuple[tuple[str, float | None, float | None, Callable[[float | None], str]], ...] = (
        ("error rate", hour.error_share, before.error_share, share),
        ("p95", hour.p95_ms, before.p95_ms, table.took),
        ("cost", hour.cost, before.cost, table.cost),
    )
    found = []
    for name, now, earlier, text in measures:
        if now is not None and earlier is not None and now > earlier * (1 + percent / 100):
            said = f"{called}: {name} {text(now)} this hour, {text(earlier)} in the hour before"
            found.append(Happening(f"traces {name}", called, said, text(earlier), text(now), now_ms))
    return found


def of_hours(called: str, infos: Iterable[TraceInfo], percent: float, now_ms: int) -> list[Happening]:
    """The same of traces, of which those of the last two hours count."""
    ages = [(now_ms - info.started_ms, info) for info in infos]
    hour = tallied(info for age, info in ages if 0 <= age < HOUR)
    before = tallied(info for age, info in ages if HOUR <= age <= 2 * HOUR)
    return of_traces(called, hour, before, percent, now_ms)


def of_findings(name: str, found: Iterable[Finding], now_ms: int) -> list[Happening]:
    """What the rules find in a model."""
    return [
        Happening("finding", f"{name} {one.rule} {one.version}".strip(), f"{name}: {one.sentence}", seen_ms=now_ms)
        for one in found
    ]


# reading


def look(session: Session, wanted: Conditions, models: Sequence[str], runs: Sequence[SeenRun]) -> list[Happening]:
    """Every condition that holds now."""
    now_ms = session.clock.now_ms()
    found = _runs(session, wanted, runs, now_ms) if wanted.of_runs else []
    if wanted.serving or wanted.error_percent:
        found += _serving(session, wanted, now_ms)
    for name in models if wanted.findings else ():
        found += _findings(session, name, now_ms)
    for name in wanted.traces:
        found += _traces(session, name, wanted.worse_percent, now_ms)
    return found


def _runs(session: Session, wanted: Conditions, runs: Sequence[SeenRun], now_ms: int) -> list[Happening]:
    under_way = [run for run in runs if run.status == "RUNNING"][:MOST_RUNS]
    found: list[Happening] = []
    for run in under_way if wanted.no_point_min or wanted.nan else ():
        detail = session.tracking.get_run(run.run_id)
        found += of_run(run, detail.metrics, detail.start_ms or now_ms, wanted, now_ms)
    return [*found, *of_histories(session, wanted, under_way, [run.run_id for run in runs], now_ms)]


def of_histories(
    session: Session, wanted: Conditions, under_way: Sequence[SeenRun], siblings: Sequence[str], now_ms: int
) -> list[Happening]:
    """Plateaus of runs under way, and those behind the best of their siblings: one request a metric."""
    found: list[Happening] = []
    plateaus = wanted.plateau or {}
    for key in dict.fromkeys((*plateaus, *wanted.behind)) if under_way else ():
        better = direction_of(key, session.launch.settings.metric_directions).better
        asked = list(dict.fromkeys([*(run.run_id for run in under_way), *siblings]))[:MOST_TOGETHER]
        told = session.history.sampled(asked, key)
        for run in under_way:
            history = told.get(run.run_id)
            if history is None:
                continue
            if key in plateaus:
                found += plateau(run, history, plateaus[key], better, now_ms)
            if key in wanted.behind:
                others = [one for run_id, one in told.items() if run_id != run.run_id]
                found += behind(run, history, others, better, now_ms)
    return found


def _findings(session: Session, name: str, now_ms: int) -> list[Happening]:
    health = session.desk.health
    health.forget(name)
    model = session.registry.get_model(name)
    session.desk.take_models([model])
    health.gather([model], facts=True)
    return of_findings(name, health.findings(model), now_ms)


def _serving(session: Session, wanted: Conditions, now_ms: int) -> list[Happening]:
    from tui.services.serving_desk import ServingDesk

    port = session.serving
    if port is None:
        return []
    desk = ServingDesk(port, session.registry)
    endpoints = desk.whole(port.endpoints())
    models = list(served(endpoints))[:MOST_ENDPOINTS] if wanted.serving else []
    found = of_serving(endpoints, desk.aliases(models), now_ms) if wanted.serving else []
    for endpoint in endpoints[:MOST_ENDPOINTS] if wanted.error_percent else ():
        found += of_numbers(endpoint.name, port.numbers(endpoint.name), wanted.error_percent, now_ms)
    return found


def _traces(session: Session, experiment: str, percent: float, now_ms: int) -> list[Happening]:
    found = session.tracking.get_experiment_by_name(experiment)
    scope = TraceScope((found.id,), found.name)
    infos = infos_of(session.tracking, session.traces, scope, since_ms=now_ms - 2 * HOUR, most=MOST_TRACES)
    return of_hours(found.name, infos, percent, now_ms)


def begun(held: Sequence[str], now: Sequence[Happening]) -> list[Happening]:
    """Those that hold and did not before; ``held`` are the keys of those that did."""
    return [one for one in now if key_of(one) not in held]


class Watched:
    """The conditions of a context, held against what the deck reads; each is told once while it holds."""

    def __init__(self, wanted: WatchSettings) -> None:
        self.wanted = wanted
        plateaus = dict(plateau for said in wanted.plateau if (plateau := plateau_of(said)) is not None)
        self.in_histories = Conditions(plateau=plateaus, behind=wanted.behind)
        self._held: dict[str, dict[str, Happening]] = {}  # of what was looked at, by key
        self._moved: dict[str, tuple[Mapping[str, float], int]] = {}  # the metrics of runs, and when they came to that

    def _take(self, of: str, now: Sequence[Happening], *, at_first: bool = True) -> list[Happening]:
        """What of it is new; ``at_first`` is whether that holds of what is found when it is looked at first."""
        before = self._held.get(of)
        self._held[of] = {key_of(one): one for one in now}
        return begun([*before], now) if before is not None else [*now] if at_first else []

    def kinds(self, *of: str) -> dict[str, str]:
        """What holds of these in a word or two, by the subject's first word: a run's id, an endpoint's name."""
        found: dict[str, dict[str, None]] = {}  # each word once, in order
        for one in (one for group in of for one in self._held.get(group, {}).values()):
            found.setdefault(one.subject.partition(" ")[0], {})[one.kind] = None
        return {subject: ", ".join(kinds) for subject, kinds in found.items()}

    def words(self, of: str) -> list[str]:
        """What holds of it, as it was told."""
        return [one.words for one in self._held.get(of, {}).values()]

    def runs(self, under_way: Iterable[tuple[SeenRun, Mapping[str, float]]], now_ms: int) -> list[Happening]:
        """Of runs under way: metrics that are no numbers, and that have not moved since they were first seen so."""
        found: list[Happening] = []
        moved: dict[str, tuple[Mapping[str, float], int]] = {}
        wanted = Conditions(no_point_min=self.wanted.no_point, nan=self.wanted.nan)
        for run, values in under_way:
            before, since_ms = self._moved.get(run.run_id, ({}, now_ms))
            same = before.keys() == values.keys() and all(
                before[key] == value or (math.isnan(value) and math.isnan(before[key])) for key, value in values.items()
            )
            moved[run.run_id] = values, since_ms if same else now_ms
            at_ms = moved[run.run_id][1]
            metrics = [MetricValue(key, value, -1, at_ms) for key, value in values.items()]
            found += of_run(run, metrics, at_ms, wanted, now_ms)
        self._moved = moved
        return self._take("runs", found)

    def histories(self, found: Sequence[Happening]) -> list[Happening]:
        """Of what ``of_histories`` has found."""
        return self._take("histories", found)

    def serving(
        self, endpoints: Sequence[Endpoint], aliases: Mapping[str, Mapping[str, str]], now_ms: int
    ) -> list[Happening]:
        return self._take("serving", of_serving(endpoints, aliases, now_ms)) if self.wanted.serving else []

    def findings(self, name: str, found: Iterable[Finding], now_ms: int) -> list[Happening]:
        """Of a model; what the rules find at first has been so for who knows how long."""
        if not self.wanted.findings:
            return []
        return self._take(f"findings of {name}", of_findings(name, found, now_ms), at_first=False)

    def traces(self, called: str, infos: Iterable[TraceInfo], now_ms: int) -> list[Happening]:
        if not self.wanted.traces_worse_by:
            return []
        return self._take(f"traces of {called}", of_hours(called, infos, self.wanted.traces_worse_by, now_ms))


def key_of(one: Happening) -> str:
    """What tells one condition from another, whatever its words say of it by now."""
    return f"{one.kind} {one.subject}"
