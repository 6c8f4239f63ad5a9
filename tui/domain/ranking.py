"""Which way a metric gets better, and the trials of a sweep ranked by one at a step that they have reached."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from statistics import median
from typing import Literal

from tui.domain.series.history import MetricHistory

Way = Literal["higher", "lower", ""]
Verdict = Literal["better", "worse", ""]


def words_of(text: str) -> frozenset[str]:
    """Words that are parted by blanks."""
    return frozenset(text.split())


_HIGHER = words_of(
    "accuracy acc auc auroc auprc prauc roc pr ap map f1 f2 fbeta fscore f precision recall sensitivity specificity "
    "tpr tnr r2 score ndcg mrr bleu rouge meteor chrf iou miou dice jaccard kappa mcc gain lift reward return "
    "throughput gini ks hit hits correlation corr pearson spearman kendall psnr ssim variance likelihood elbo win "
    "wins profit revenue coverage agreement purity silhouette qps rps success"
)
_LOWER = words_of(
    "loss losses error errors err rmse mse mae mape smape wape mase rmsle msle medae latency time seconds duration ms "
    "secs perplexity ppl logloss nll crossentropy entropy cost costs regret wer cer fid ece brier hinge divergence kl "
    "distance deviance fpr fnr fdr misclassification misclassified hamming eer miss misses aic bic residual residuals "
    "bias drift failure failures fail failed overhead wait lag pinball wasserstein emd"
)
# A name that ends in one of these counts or places something; what is counted says nothing of better or worse.
_NEITHER = words_of(
    "n num count counts size samples rows index rank threshold lr rate seed batch batches norm weight weights trees "
    "leaves depth features"
)
_RATES = frozenset({"error", "miss", "hit", "success", "win", "failure", "fail", "recall"})
_NEGATED = frozenset({"neg", "negative", "negated", "minus"})
_WORDS = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")


@dataclass(frozen=True)
class Direction:
    """Which way is better, "" where nothing is known; ``guessed`` from the name, not configured."""

    better: Way = ""
    guessed: bool = False

    def verdict(self, value: float, baseline: float) -> Verdict:
        """Whether a value is better than the baseline."""
        return verdict(self.better, value, baseline)


def verdict(better: str, value: float, baseline: float) -> Verdict:
    """Whether a value is better than the baseline where ``better`` is "higher" or "lower"; NaN is worse than any."""
    if not better or value == baseline or (value != value and baseline != baseline):
        return ""
    if value != value or baseline != baseline:
        return "worse" if value != value else "better"
    return "better" if (value > baseline) == (better == "higher") else "worse"


UNKNOWN = Direction()
_CONFIGURED: Mapping[str, Direction] = {"higher": Direction("higher"), "lower": Direction("lower"), "neither": UNKNOWN}


def direction_of(metric: str, configured: Mapping[str, str] | None = None) -> Direction:
    """The direction of a metric. ``configured`` maps names or patterns (``*_ms``) to "higher", "lower" or "neither".

    An exact name wins over a pattern, an earlier pattern over a later one, either over a guess. Of a metric on a
    dataset (``auc@test``) the metric counts.
    """
    metric = metric.partition("@")[0] or metric
    if (known := _configured_of(metric, configured or {})) is not None:
        return known
    better = guess(metric)
    return Direction(better, True) if better else UNKNOWN


def _configured_of(metric: str, configured: Mapping[str, str]) -> Direction | None:
    """The direction that the configuration gives a metric, None where it gives none."""
    if metric in configured:
        return _CONFIGURED[configured[metric]]
    return next((_CONFIGURED[better] for pattern, better in configured.items() if fnmatchcase(metric, pattern)), None)


def direction_of_judge(name: str, configured: Mapping[str, str], *, numbers: bool) -> Direction | None:
    """Which way is better of what a judge says: as configured for its name or for its mean as MLflow logs it.

    Of the ``numbers`` of any other judge the name's words decide, and where they say nothing higher is taken. None for
    a judge who says yes or no: a yes is what MLflow counts as good.
    """
    for key in (name, f"{name}/mean"):
        if (known := _configured_of(key, configured)) is not None:
            return known
    return Direction(guess(name) or "higher", True) if numbers else None


def guess(metric: str) -> Way:
    """What the words of a name suggest; the last word that says anything decides, as the head of a name stands last."""
    words = [word.lower() for word in _WORDS.findall(metric.rpartition("/")[2] or metric)]
    way: Way = ""
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word == "rate" and place and words[place - 1] in _RATES:
            continue
        if word in _HIGHER or word in _LOWER:
            way = "higher" if word in _HIGHER else "lower"
            break
        if word in _NEITHER and place == len(words) - 1:
            return ""
    if way and _NEGATED & set(words):
        return "lower" if way == "higher" else "higher"
    return way


_NAMES = frozenset(
    {
        "seed",
        "random_seed",
        "randomseed",
        "random_state",
        "rng",
        "rng_seed",
        "manual_seed",
        "global_seed",
        "fold",
        "trial",
    }
)


def is_seed(name: str) -> bool:
    """Whether a param is by its name one that is meant to vary between repetitions."""
    last = name.replace("/", ".").rpartition(".")[2].lower().replace("-", "_")
    return last in _NAMES or last.endswith("_seed")


# The trials of a sweep: ranked at a step that all of them have reached, judged by the median, and the Pareto front.


RUNNING = ("RUNNING", "SCHEDULED")
TOTALS = ("n_trials", "max_evals", "num_trials", "n_iter", "max_trials", "num_samples", "trials")
"""Params and tags of a parent that tell how many trials there will be."""


@dataclass(frozen=True)
class Trial:
    """One trial; ``metrics`` are its last values, ``history`` is that of the metric it is ranked by."""

    run_id: str
    name: str
    status: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: MetricHistory | None = None

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def step(self) -> int | None:
        """The last step of its history."""
        return int(self.history.steps[-1]) if self.history is not None and len(self.history) else None


def best_until(trial: Trial, step: int, better: str) -> float | None:
    """The best value up to a step; None where it has none there."""
    history = trial.history
    if history is None:
        return None
    values = [v for at, v in zip(history.steps, history.values, strict=True) if at <= step and not math.isnan(v)]
    return None if not values else min(values) if better == "lower" else max(values)


def equal_step(trials: Sequence[Trial]) -> int | None:
    """The last step that more than half of those that run have reached; where none does, more than half of all.

    Not the last that all have reached: a trial that has just begun would take every rank back to its first step.
    """
    every = [trial for trial in trials if trial.step is not None]
    running = [trial for trial in every if trial.status == "RUNNING"]
    steps = sorted((trial.step or 0 for trial in running or every), reverse=True)
    return steps[len(steps) // 2] if steps else None


def ranked(trials: Sequence[Trial], step: int | None, better: str) -> dict[str, float]:
    """The best value up to the step of each trial that has come so far, the best first; others have no rank."""
    found = {
        trial.run_id: value
        for trial in trials
        if step is not None
        and trial.step is not None
        and trial.step >= step
        and (value := best_until(trial, step, better)) is not None
    }
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=better != "lower"))


class Curves:
    """The histories of one metric as they were read: those of so many trials in a request, the rest in turn.

    A history that was read after its trial had ended is not read again.
    """

    def __init__(self, metric: str = "") -> None:
        self.metric = metric
        self._told: dict[str, MetricHistory] = {}
        self._looked: dict[str, int] = {}  # the look in which a trial's was read last
        self._ended: set[str] = set()
        self._looks = 0

    def wanted(self, trials: Sequence[Trial], most: int) -> list[Trial]:
        """Of which trials to read next: those never read, the running first, then those read longest ago."""
        there = [one for one in trials if self.metric in one.metrics and one.run_id not in self._ended]
        return sorted(there, key=lambda one: (self._looked.get(one.run_id, 0), not one.is_running))[:most]

    def unread(self, trials: Sequence[Trial]) -> int:
        """How many trials have a history that was not read yet."""
        return sum(1 for one in trials if self.metric in one.metrics and one.run_id not in self._looked)

    def take(self, asked: Sequence[Trial], told: Mapping[str, MetricHistory]) -> None:
        self._looks += 1
        self._told.update(told)
        self._looked.update((one.run_id, self._looks) for one in asked)
        self._ended.update(one.run_id for one in asked if not one.is_running)

    def on(self, trials: Sequence[Trial]) -> list[Trial]:
        """The trials with their histories, as far as they were read."""
        return [replace(one, history=self._told.get(one.run_id)) for one in trials]


def would_end(trial: Trial, trials: Sequence[Trial], better: str) -> bool:
    """Whether the median of the finished would have ended it: its best so far is worse than theirs at that step."""
    step = trial.step
    if not trial.is_running or step is None or not better:
        return False
    finished = [t for t in trials if t.status == "FINISHED" and t.run_id != trial.run_id]
    theirs = [value for one in finished if (value := best_until(one, step, better)) is not None]
    own = best_until(trial, step, better)
    return bool(theirs) and own is not None and verdict(better, own, median(theirs)) == "worse"


def front(trials: Sequence[Trial], better: Mapping[str, str]) -> frozenset[str]:
    """The runs that no other is at least as good as in every metric and better than in one; by metric which way."""

    def point(trial: Trial) -> tuple[float, ...] | None:
        values = [trial.metrics.get(key, math.nan) for key in better]
        if any(math.isnan(value) for value in values):
            return None
        return tuple(-value if way == "lower" else value for value, way in zip(values, better.values(), strict=True))

    points = {trial.run_id: found for trial in trials if (found := point(trial)) is not None}
    return frozenset(
        run_id
        for run_id, own in points.items()
        if not any(other != own and all(a >= b for a, b in zip(other, own, strict=True)) for other in points.values())
    )


def left_to_run(trials: Sequence[Trial], told: Mapping[str, str]) -> int | None:
    """How many trials have not begun, by what the parent tells of their number; None where it does not."""
    for key in TOTALS:
        if told.get(key, "").isdecimal():
            return max(0, int(told[key]) - sum(1 for trial in trials if trial.status != "SCHEDULED"))
    return None
