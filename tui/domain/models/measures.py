"""What a version was measured at: the metrics of its logged model by dataset, and where it has none those of its run.

A metric is named ``auc``, or ``auc@test`` where it counts on one dataset only (``auc@test@9f3c`` with its digest;
``auc@`` on none). MLflow takes no ``@`` in the name of a metric.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain.artifacts import ModelMetric
from tui.domain.models.values import SourceModel, SourceRun

# What datasets are called that decide, the most telling first; training data tells the least.
_TELLING = ("test", "holdout", "hold_out", "eval", "val")
_TRAINING = "train"


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
