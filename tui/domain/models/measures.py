"""What a version was measured at, and whether by that it may take another one's place: conditions, as they are said."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.artifacts import ModelMetric
from tui.domain.models.values import SourceModel, SourceRun
from tui.domain.quantities import exact_difference
from tui.domain.text import clean

# What datasets are called that decide, the most telling first; training data tells the least.
_TELLING = ("test", "holdout", "hold_out", "eval", "val")
_TRAINING = "train"
_NO_KEY = re.compile(r"[^\w.\- /:]", re.ASCII)  # what MLflow takes in no metric's name


@dataclass(frozen=True)
class Measured:
    """A value, and where it was measured; ``is_of_run`` of a version whose logged model has no value of its own."""

    key: str
    value: float
    dataset: str = ""
    digest: str = ""
    step: int = 0
    run_id: str = ""
    is_of_run: bool = False

    @property
    def name(self) -> str:
        """The metric with its dataset: ``auc@test``."""
        return f"{self.key}@{self.dataset}" if self.dataset else self.key


def latest_metrics(metrics: Iterable[ModelMetric]) -> tuple[ModelMetric, ...]:
    """The last value of each metric on each dataset, by name: the one of the highest step, and of those the newest."""
    last: dict[tuple[str, str, str], ModelMetric] = {}
    for metric in metrics:
        at = (metric.key, metric.dataset, metric.digest)
        before = last.get(at)
        if before is None or (metric.step, metric.time_ms or 0) >= (before.step, before.time_ms or 0):
            last[at] = metric
    return tuple(last[at] for at in sorted(last))


def measured(metric: str, model: SourceModel | None, run: SourceRun | None) -> Measured | None:
    """The value of a metric for a version made from this logged model, in this run; None where there is none.

    The run's value counts where the model has none of that metric at all, and never on a dataset.
    """
    key, is_on_data, data = metric.partition("@")
    if not key:
        return None
    own = [one for one in model.metrics if one.key == key] if model is not None else []
    if own:
        there = [one for one in own if not is_on_data or data in (one.dataset, f"{one.dataset}@{one.digest}")]
        best = max(there, key=lambda one: (one.time_ms or 0, one.step), default=None)
        return _of_model(best) if best is not None else None
    if data or run is None or key not in run.metrics:
        return None
    return Measured(key, run.metrics[key], run_id=run.run_id, is_of_run=model is not None)


def every_measured(model: SourceModel | None, run: SourceRun | None) -> list[Measured]:
    """All values of a version by name, those of its logged model before those of its run."""
    of_model = [_of_model(one) for one in model.metrics] if model is not None else []
    of_run = [Measured(key, run.metrics[key], run_id=run.run_id) for key in sorted(run.metrics)] if run else []
    if model is None:
        return of_run
    return of_model + [Measured(one.key, one.value, run_id=one.run_id, is_of_run=True) for one in of_run]


def carried_metrics(model: SourceModel | None, run: SourceRun | None) -> dict[str, float]:
    """What a run elsewhere is given that is to stand for a version: its logged model's values, the run's for the rest.

    A run keeps no dataset with a metric: where there are several, ``auc`` is that of the most telling, and each has its
    own ``auc/NAME``.
    """
    values = dict(run.metrics) if run is not None else {}
    own = model.metrics if model is not None else ()
    for key in {one.key for one in own}:
        datasets = datasets_of(key, [model] if model is not None else ())
        for dataset in datasets:
            best = measured(f"{key}@{dataset}" if dataset else key, model, None)
            if best is not None and len(datasets) > 1 and dataset:
                values[f"{key}/{_NO_KEY.sub('_', dataset)}"] = best.value
            if best is not None and dataset == datasets[0]:
                values[key] = best.value
    return values


def _of_model(metric: ModelMetric) -> Measured:
    return Measured(metric.key, metric.value, metric.dataset, metric.digest, metric.step, metric.run_id)


def datasets_of(key: str, models: Iterable[SourceModel]) -> list[str]:
    """The datasets that a metric was measured on, the most telling first; "" for values without one."""
    counted: Counter[str] = Counter()
    for model in models:
        counted.update({one.dataset for one in model.metrics if one.key == key})
    return sorted(counted, key=lambda name: (_rank(name), -counted[name], name))


def _rank(dataset: str) -> int:
    name = dataset.lower()
    if _TRAINING in name:
        return len(_TELLING) + 2
    if not dataset:
        return len(_TELLING) + 1
    return next((rank for rank, word in enumerate(_TELLING) if word in name), len(_TELLING))


def choices(models: Iterable[SourceModel], runs: Iterable[SourceRun]) -> list[str]:
    """The names of all metrics known, one for each dataset where a metric was measured on several."""
    on: dict[str, set[str]] = defaultdict(set)
    for model in models:
        for one in model.metrics:
            on[one.key].add(one.dataset)
    plain = {key for run in runs for key in run.metrics}
    names = plain - {key for key, found in on.items() if len(found) > 1}
    for key, found in on.items():
        names |= {key} if len(found) == 1 else {f"{key}@{dataset}" for dataset in found}
    return sorted(names)


# Whether a version may take another one's place: conditions as they are said, judged from values read before.


_BOUND = re.compile(r"(?P<metric>.+):(?P<sign>[+-]?)(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)(?P<percent>%?)\Z")


@dataclass(frozen=True)
class Bound:
    """The least or the most that a metric may be: by itself, or against the other version as difference or share."""

    metric: str
    end: Literal["min", "max"]
    kind: Literal["absolute", "difference", "share"]
    value: float

    @property
    def words(self) -> str:
        word = "at least" if self.end == "min" else "at most"
        if self.kind == "absolute":
            return f"{word} {self.value:g}"
        shown = f"{self.value * 100:+g}%" if self.kind == "share" else f"{self.value:+g}"
        return f"{word} {shown} against it"

    @property
    def is_relative(self) -> bool:
        """Whether it needs another version to be compared with."""
        return self.kind != "absolute"


@dataclass(frozen=True)
class Judgement:
    """One condition: what it asks of what, what was found, and whether that passes."""

    what: str
    wanted: str
    found: str
    passes: bool

    @property
    def said(self) -> str:
        """What is asked and what was found; once where that is the same."""
        return self.wanted if self.wanted == self.found else f"{self.wanted}; {self.found}"


def bound(text: str, end: Literal["min", "max"]) -> Bound | None:
    """``auc@test:+0.002`` is a difference, ``ms:+5%`` a share, ``auc:0.9`` by itself; None for what is no bound."""
    match = _BOUND.match(text.strip())
    if match is None:
        return None
    value = float(match["number"]) * (-1 if match["sign"] == "-" else 1)
    if match["percent"]:
        return Bound(match["metric"], end, "share", value / 100)
    return Bound(match["metric"], end, "difference" if match["sign"] else "absolute", value)


@dataclass(frozen=True)
class GateWanted:
    """The conditions of a gate."""

    bounds: tuple[Bound, ...] = ()
    same_signature: bool = False
    data_newer: bool = False
    rules: bool = False

    @property
    def compares(self) -> bool:
        """Whether a condition needs another version to be compared with."""
        return self.same_signature or self.data_newer or any(one.is_relative for one in self.bounds)


def wanted_of(texts: Sequence[str]) -> GateWanted:
    """The conditions as a configuration says them: ``min auc:+0.002``, ``max ms:+5%``, ``same-signature``, ``rules``.

    Raises ValueError with what is no condition.
    """
    bounds: list[Bound] = []
    flags = {"same-signature": False, "data-newer": False, "rules": False}
    for text in texts:
        word, _, said = text.strip().partition(" ")
        made = bound(said, "min" if word == "min" else "max") if word in ("min", "max") else None
        if made is not None:
            bounds.append(made)
        elif text.strip() in flags:
            flags[text.strip()] = True
        else:
            raise ValueError(text)
    return GateWanted(tuple(bounds), flags["same-signature"], flags["data-newer"], flags["rules"])


def judge_bound(wanted: Bound, candidate: float | None, against: float | None) -> Judgement:
    """Whether a metric keeps within its bound; what was not measured, or is no number, does not."""

    def told(found: str, passes: bool) -> Judgement:
        return Judgement(wanted.metric, wanted.words, found, passes)

    if candidate is None or math.isnan(candidate):
        return told("not measured" if candidate is None else "NaN", False)
    if not wanted.is_relative:
        return told(f"{candidate:g}", _within(wanted, candidate))
    if against is None or math.isnan(against):
        return told(f"{candidate:g}, and there is nothing to compare it with", False)
    difference = exact_difference(candidate, against)
    if difference is None or not math.isfinite(difference):
        return told(f"{candidate:g} against {against:g}", False)
    if wanted.kind == "difference":
        return told(f"{candidate:g} against {against:g}: {difference:+g}", _within(wanted, difference))
    if against == 0:
        return told(f"{candidate:g} against 0, which has no share", False)
    share = difference / abs(against)
    return told(f"{candidate:g} against {against:g}: {share * 100:+.3g}%", _within(wanted, share))


def _within(wanted: Bound, value: float) -> bool:
    # A difference of decimals as they are written must not fail by the last bit of a binary one.
    slack = 1e-12 * max(1.0, abs(wanted.value))
    return value >= wanted.value - slack if wanted.end == "min" else value <= wanted.value + slack


def lines(judgements: Sequence[Judgement], yes: str, no: str) -> list[str]:
    """A line for each condition, begun by a sign."""
    return [f"{yes if one.passes else no} gate {one.what}: {one.said}" for one in judgements]


def passes(judgements: Sequence[Judgement]) -> bool:
    """Whether every condition is kept; none at all shows nothing."""
    return bool(judgements) and all(one.passes for one in judgements)


def markdown(candidate: str, against: str, judgements: Sequence[Judgement]) -> str:
    """The report for a pull request."""
    verdict = "passes" if passes(judgements) else "does not pass"
    beside = f" against {_cell(against)}" if against else ""
    lines = [f"## {_cell(candidate)}{beside} {verdict}", "", "| | Condition | Wanted | Found |", "|---|---|---|---|"]
    for one in judgements:
        sign = "✓" if one.passes else "✗"
        lines.append(f"| {sign} | {_cell(one.what)} | {_cell(one.wanted)} | {_cell(one.found)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text in which nothing is Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>|#!])", r"\\\1", clean(text))
