"""What is known of registered models beyond their list: the versions that aliases name, source runs, files; judged.

Evidence is asked for once and kept: a version's files never change, and what does change is forgotten by name.
``gather`` blocks and raises Problem; everything else answers at once, from any thread.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from tui.config.model import ModelSettings
from tui.domain.capabilities import Capabilities, Numbers
from tui.domain.models.measures import Measured, choices, datasets_of, measured
from tui.domain.models.readiness import CHALLENGER, CHAMPION, NO_CHAMPION, OFF, Finding, Judged, judge
from tui.domain.models.rows import UNKNOWN, Holding
from tui.domain.models.values import ModelFacts, ModelVersion, Numbered, RegisteredModel, SourceModel, SourceRun
from tui.domain.problem import Problem
from tui.domain.serving import ServedAt
from tui.gateway.ports import RegistryPort
from tui.services.alias_moves import Holders
from tui.services.clock import Clock
from tui.services.serving_desk import ServingDesk

VERSIONS_AT_ONCE = 100  # versions asked for in one request of ours, each of which may be one to the server
RUNS_AT_ONCE = 100  # and logged models

_DAY_MS = 86_400_000
Key = tuple[str, str]  # model, version


MOST_COUNTED = 200
"""The newest version's number up to which the versions of a model are counted for their number alone."""
_PAGE = 1000


class ModelHealth:
    """The evidence of one registry, and what the rules make of it."""

    def __init__(
        self,
        registry: RegistryPort,
        clock: Clock,
        settings: ModelSettings | None = None,
        directions: Mapping[str, str] | None = None,
        serving: ServingDesk | None = None,
        *,
        capabilities: Capabilities | None = None,
        holders: Holders | None = None,
    ) -> None:
        self._registry = registry
        capabilities = capabilities or Capabilities()
        self._numbers = capabilities.numbers
        self._numbered: dict[str, Numbered | None] = {}
        self._has_aliases = capabilities.aliases  # where there are none, none can be missed
        self._serving = serving  # where the context has serving endpoints
        self._holders = holders
        self._served: dict[str, tuple[ServedAt, ...]] = {}
        self._clock = clock
        self.settings = settings or ModelSettings()
        self._directions = directions or {}
        self._lock = threading.Lock()
        self._versions: dict[Key, ModelVersion | None] = {}
        self._runs: dict[str, SourceRun] = {}
        self._models: dict[str, SourceModel] = {}  # logged models, by id
        self._facts: dict[Key, ModelFacts] = {}
        self._reading: dict[Key, threading.Lock] = {}  # of files that are being read
        self._metric = self.settings.metric or ""
        self._resolved: tuple[tuple[int, str], str] | None = None  # the metric judged by, and of what was known
        self._stamps: Counter[str] = Counter()  # grow with what is learnt of a model
        self.learnt = 0  # grows with everything that is learnt, so that a view knows whether it is behind
        self._judgements: dict[str, tuple[RegisteredModel, tuple[object, ...], tuple[Finding, ...]]] = {}

    # what is known

    def version(self, name: str, version: str) -> ModelVersion | None:
        """A version, if it is known."""
        return self._versions.get((name, version))

    def run(self, run_id: str) -> SourceRun | None:
        return self._runs.get(run_id)

    def source_model(self, made: ModelVersion) -> SourceModel | None:
        """The logged model that a version was made from, if it is known."""
        return self._models.get(made.model_id) if made.model_id else None

    def measured(self, made: ModelVersion, metric: str = "") -> Measured | None:
        """A version's value of a metric, of the one that models are judged by where none is named."""
        return measured(metric or self.metric, self.source_model(made), self._runs.get(made.run_id))

    def holding(self, model: RegisteredModel, alias: str) -> Holding:
        """Since when an alias points where it does, by whom, and where it pointed before."""
        if self._holders is None:
            return UNKNOWN
        return self._holders.holding(model, alias, self.version(model.name, model.aliases.get(alias, "")))

    def served(self, name: str) -> tuple[ServedAt, ...]:
        """Where versions of a model are served, as far as that is known."""
        return self._served.get(name, ())

    def served_of(self, name: str) -> tuple[ServedAt, ...] | None:
        """The same; None where it has not been asked for, and could be."""
        return self._served.get(name) if self._serving is not None else ()

    def numbered(self, name: str) -> Numbered | None:
        """What was counted of a model's versions, where the list of models tells nothing of them."""
        return self._numbered.get(name)

    def facts(self, name: str, version: str) -> ModelFacts | None:
        return self._facts.get((name, version))

    @property
    def metric(self) -> str:
        """The metric that models are judged by, with its dataset where it was measured on several.

        Chosen, or the one that most versions known have; "" where none is.
        """
        known = (self.learnt, self._metric)
        if self._resolved is None or self._resolved[0] != known:
            with self._lock:
                versions = [made for made in self._versions.values() if made is not None]
                models, runs = dict(self._models), dict(self._runs)
            metric = self._metric or _commonest(versions, models, runs, self.better)
            on = datasets_of(metric, models.values()) if metric and "@" not in metric else []
            self._resolved = (known, f"{metric}@{on[0]}" if len(on) > 1 else metric)
        return self._resolved[1]

    @property
    def undecided(self) -> tuple[str, ...]:
        """The names under which the metric can be chosen, where it was measured on several datasets and none is."""
        if "@" in self._metric:
            return ()
        with self._lock:
            models = tuple(self._models.values())
        key = self.metric.partition("@")[0]
        on = datasets_of(key, models) if key else []
        return tuple(f"{key}@{dataset}" for dataset in on) if len(on) > 1 else ()

    def choose_metric(self, metric: str) -> None:
        """Judge by this metric; "" goes back to the automatic choice."""
        self._metric = metric

    def metrics_known(self) -> list[str]:
        """The metrics of the versions known, by name; one for each dataset where there are several."""
        with self._lock:
            return choices(tuple(self._models.values()), tuple(self._runs.values()))

    def better(self, metric: str) -> str:
        """Which way a metric gets better: "higher", "lower", or "" where nothing is known."""
        from tui.domain.ranking import direction_of

        return direction_of(metric, self._directions).better if metric else ""

    def judged(self, model: RegisteredModel) -> Judged:
        """Everything known of a model, for the rules."""
        with self._lock:
            named = {version: (model.name, version) for version in model.aliases.values()}
            known = {version: self._versions[key] for version, key in named.items() if key in self._versions}
            complete = len(known) == len(named)
            versions = {version: made for version, made in known.items() if made is not None} if complete else None
            ids = {made.run_id for made in (versions or {}).values()}
            runs = {run_id: self._runs[run_id] for run_id in ids if run_id in self._runs}
            facts = {version: self._facts[key] for version, key in named.items() if key in self._facts}
        metric = self.metric
        logged = {made.model_id: one for made in (versions or {}).values() if (one := self.source_model(made))}
        return Judged(
            model,
            versions,
            runs,
            facts,
            metric,
            self.better(metric),
            self._clock.now_ms(),
            self.settings.old_after_days,
            self.served(model.name),
            logged,
        )

    def findings(self, model: RegisteredModel) -> tuple[Finding, ...]:
        """What the rules find in a model by what is known so far."""
        stamp = (self._stamps[model.name], self.metric, self._clock.now_ms() // _DAY_MS)
        kept = self._judgements.get(model.name)
        if kept is not None and kept[0] is model and kept[1] == stamp:
            return kept[2]
        rules = self.settings.rules
        findings = judge(self.judged(model), rules if self._has_aliases else {**rules, NO_CHAMPION: OFF})
        self._judgements[model.name] = (model, stamp, findings)
        return findings

    def is_complete(self, model: RegisteredModel, *, facts: bool = True) -> bool:
        """Whether everything that the rules need has been asked for."""
        if self._serving is not None and model.name not in self._served:
            return False
        return not self._versions_wanted([model]) and not (facts and self._facts_wanted([model]))

    # learning

    def take(self, versions: Iterable[ModelVersion]) -> None:
        """Take in versions that have been read anyway."""
        with self._lock:
            for made in versions:
                self._versions[made.name, made.version] = made
                self._stamps[made.name] += 1
            self.learnt += 1

    def take_runs(self, runs: Mapping[str, SourceRun]) -> None:
        with self._lock:
            self._runs.update(runs)
            self.learnt += 1

    def forget(self, name: str) -> None:
        """Ask anew for what may have changed of a model: its versions' states, not their files."""
        with self._lock:
            for key in [key for key in self._versions if key[0] == name]:
                del self._versions[key]
            self._served.pop(name, None)
            self._numbered.pop(name, None)
            self._stamps[name] += 1

    def forget_served(self) -> None:
        """Ask anew where versions of models are served."""
        with self._lock:
            self._stamps.update(self._served.keys())
            self._served.clear()
            self.learnt += 1

    def gather(self, models: Sequence[RegisteredModel], *, facts: bool) -> None:
        """Learn what is missing of these models; ``facts`` also reads the files of champions and challengers."""
        self.take(made for model in models for made in model.latest if made.version in model.aliases.values())
        wanted = self._versions_wanted(models)
        for at in range(0, len(wanted), VERSIONS_AT_ONCE):
            some = wanted[at : at + VERSIONS_AT_ONCE]
            found = self._registry.get_versions(some)
            with self._lock:
                self._versions.update({key: found.get(key) for key in some})
        self.gather_made_of(
            made
            for model in models
            for version in sorted(set(model.aliases.values()))
            if (made := self.version(model.name, version)) is not None
        )
        if self._holders is not None:
            self._holders.learn()
        self.gather_served([model.name for model in models])
        if facts:
            for name, version in self._facts_wanted(models):
                self.gather_facts(name, version)
        with self._lock:
            self._stamps.update(model.name for model in models)
            self.learnt += 1

    def is_counted(self, model: RegisteredModel) -> bool:
        """Whether nothing can be learnt any more of how many versions a model has."""
        if self._numbers is Numbers.COUNTED or model.name in self._numbered:
            return True
        newest = model.newest
        return self._numbers is Numbers.NEWEST_TOLD and newest is not None and newest.number > MOST_COUNTED

    def gather_numbers(self, models: Iterable[RegisteredModel]) -> None:
        """Count versions where nothing else tells how many there are; what cannot be read stays unknown."""
        for name in [model.name for model in models if not self.is_counted(model)]:
            try:
                page = self._registry.search_versions(name, max_results=self._page)
            except Problem as problem:
                if problem.is_connection:
                    raise
                found = None
            else:
                newest = max(page.versions, key=lambda made: made.number, default=None)
                found = Numbered(len(page.versions), newest.version if newest else "", page.next_token is None)
            with self._lock:
                self._numbered[name] = found
                self.learnt += 1

    @property
    def _page(self) -> int:
        return MOST_COUNTED if self._numbers is Numbers.NEWEST_TOLD else _PAGE

    def gather_served(self, names: Sequence[str]) -> None:
        """Learn where versions of these models are served; what cannot be read counts as not served."""
        wanted = [name for name in names if name not in self._served]
        if self._serving is None or not wanted:
            return
        try:
            found = self._serving.serving(wanted)
        except Problem:  # models can be judged without it
            found = {}
        with self._lock:
            self._served.update({name: found.get(name, ()) for name in wanted})
            self._stamps.update(wanted)
            self.learnt += 1

    def gather_runs(self, run_ids: Iterable[str]) -> None:
        """Learn of the source runs that are not known yet."""
        missing = [run_id for run_id in dict.fromkeys(run_ids) if run_id and run_id not in self._runs]
        for at in range(0, len(missing), RUNS_AT_ONCE):
            self.take_runs(self._registry.source_runs(missing[at : at + RUNS_AT_ONCE]))

    def gather_made_of(self, versions: Iterable[ModelVersion]) -> None:
        """Learn of the source runs and logged models of these versions that are not known yet."""
        versions = list(versions)
        self.gather_runs(made.run_id for made in versions)
        placed: dict[str, str] = {}  # the experiment of each logged model, as its run tells it
        for made in versions:
            if made.model_id and made.model_id not in self._models:
                run = self._runs.get(made.run_id)
                placed[made.model_id] = run.experiment_id if run is not None and not run.is_missing else ""
        for where in (True, False):  # those whose experiment is known are searched for in all of these at once
            wanted = [model_id for model_id, experiment in placed.items() if bool(experiment) is where]
            for at in range(0, len(wanted), RUNS_AT_ONCE):
                some = wanted[at : at + RUNS_AT_ONCE]
                self._take_models(some, sorted({placed[model_id] for model_id in some} - {""}))

    def gather_judges(self, made: ModelVersion) -> None:
        """Learn of the runs that measured a version's logged model, so that they can be named."""
        model = self.source_model(made)
        self.gather_runs(dict.fromkeys(one.run_id for one in model.metrics[:RUNS_AT_ONCE]) if model is not None else ())

    def _take_models(self, model_ids: Sequence[str], experiments: Sequence[str]) -> None:
        try:
            found = self._registry.source_models(model_ids, experiments)
        except Problem as problem:
            if problem.is_connection:
                raise
            found = {}  # a server of before MLflow 3: what its runs were measured at stands for it
        with self._lock:
            self._models.update({one: found.get(one, SourceModel(one)) for one in model_ids})
            self.learnt += 1

    def is_made_of_known(self, made: ModelVersion) -> bool:
        """Whether a version's source run and logged model have been asked for."""
        return (not made.run_id or made.run_id in self._runs) and (not made.model_id or made.model_id in self._models)

    def gather_facts(self, name: str, version: str) -> ModelFacts:
        """What a version's files say; a refusal other than a lost connection is kept as what they say."""
        with self._lock:
            reading = self._reading.setdefault((name, version), threading.Lock())
        # The board, the versions and the panel of moves may want the same at the same time: it is read once.
        with reading:
            known = self.facts(name, version)
            if known is not None:
                return known
            try:
                facts = self._registry.version_facts(name, version)
            except Problem as problem:
                if problem.is_connection:
                    raise
                facts = ModelFacts(unread=problem.message)
            with self._lock:
                self._facts[name, version] = facts
                self._reading.pop((name, version), None)
                self._stamps[name] += 1
                self.learnt += 1
            return facts

    def _versions_wanted(self, models: Sequence[RegisteredModel]) -> list[Key]:
        with self._lock:
            return [
                (model.name, version)
                for model in models
                for version in sorted(set(model.aliases.values()))
                if (model.name, version) not in self._versions
            ]

    def _facts_wanted(self, models: Sequence[RegisteredModel]) -> list[Key]:
        with self._lock:
            return [
                (model.name, version)
                for model in models
                for version in sorted({model.aliases[a] for a in (CHAMPION, CHALLENGER) if a in model.aliases})
                if (model.name, version) not in self._facts and self._versions.get((model.name, version)) is not None
            ]


def _commonest(
    versions: Sequence[ModelVersion],
    models: Mapping[str, SourceModel],
    runs: Mapping[str, SourceRun],
    better: Callable[[str], str],
) -> str:
    """The metric that most versions were measured by; "" where none was.

    Of several, one of which it is known which way it gets better, so that something can be judged by it; else one that
    is a number anywhere, which ∞ in all of them is not.
    """
    counted: Counter[str] = Counter()
    finite: set[str] = set()
    for made in versions:
        model, run = models.get(made.model_id), runs.get(made.run_id)
        own = [(metric.key, metric.value) for metric in model.metrics] if model is not None else []
        values = own or (list(run.metrics.items()) if run is not None else [])
        counted.update({key for key, _ in values})
        finite.update(key for key, value in values if math.isfinite(value))
    return min(counted, key=lambda key: (-counted[key], not better(key), key not in finite, key)) if counted else ""
