"""Which way a metric gets better: as configured, or guessed from the words of its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

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
    if configured:
        if metric in configured:
            return _CONFIGURED[configured[metric]]
        for pattern, better in configured.items():
            if fnmatchcase(metric, pattern):
                return _CONFIGURED[better]
    better = guess(metric)
    return Direction(better, True) if better else UNKNOWN


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
