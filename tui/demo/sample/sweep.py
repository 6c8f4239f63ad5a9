"""The random search: a parent, its trials, and the folds of the best trials one level further down."""

from __future__ import annotations

import math

import numpy as np
from mlflow.entities import Metric

from tui.demo.sample import notes, workshop
from tui.demo.sample.workshop import MINUTE, SECOND, RunPlan, Source, Workshop, dataset, random

STEP = "churn/weekly sweep"
TRIALS = 188
BEST = (17, 58, 101, 163)
FOLDS = 3
EPOCHS = 20
DIVERGED_TO_NAN = 23
DIVERGED_TO_INFINITY = 77
PIECES = 1 + TRIALS + len(BEST) * FOLDS

_SOURCE = Source("sweep.py", branch="sweep-41")


def make(shop: Workshop, experiment: str) -> None:
    """Record the sweep in ``experiment``: two workers, three days ago, some five hours."""
    clock = shop.clock
    began = clock.ago(days=3, hours=7)
    trial_ms = 3 * MINUTE
    parent = shop.record(
        STEP,
        RunPlan(
            experiment,
            "sweep-41",
            began,
            (TRIALS // 2 + 8) * trial_ms,
            user="ben",
            source=_SOURCE,
            params={"search": "random", "trials": str(TRIALS), "metric": "val_auc", "workers": "2"},
            metrics=workshop.metric("best_val_auc", _record_so_far(), began, TRIALS // 2 * trial_ms),
            tags={"sweep": "41"},
            note=notes.SWEEP,
            datasets=[dataset("customers", 412, "training", {"features": "double", "left_30d": "long"}, 158_670)],
        ),
    )
    for number in range(TRIALS):
        start = began + (number // 2) * trial_ms + (number % 2) * 7 * SECOND
        trial = shop.record(STEP, _trial(experiment, parent, number, start))
        if number in BEST:
            for fold in range(FOLDS):
                later = began + (TRIALS // 2) * trial_ms + (BEST.index(number) * FOLDS + fold) * MINUTE
                shop.record(STEP, _fold(experiment, trial, number, fold, later))


def settings(number: int) -> dict[str, float]:
    """What a trial tried."""
    rng = random(f"trial{number}")
    return {
        "lr": float(np.float64(10 ** rng.uniform(-4, 0)).round(6)),
        "max_depth": float(rng.integers(2, 11)),
        "subsample": float(np.float64(rng.uniform(0.5, 1)).round(2)),
        "l2": float(10.0 ** rng.integers(-7, 0)),
    }


def score(number: int) -> float:
    """The trial's last val_auc: best near lr 0.03, depth 6 and a subsample of 0.8, with the four best on top."""
    tried = settings(number)
    far = (math.log10(tried["lr"]) + 1.5) ** 2 * 0.012 + abs(tried["max_depth"] - 6) * 0.004
    value = 0.9270 - far - abs(tried["subsample"] - 0.8) * 0.02 + random(f"luck{number}").normal(0, 0.003)
    return round(0.9288 - BEST.index(number) * 0.0009 if number in BEST else min(value, 0.9249), 4)


def _record_so_far() -> list[float]:
    best = 0.0
    return [best := max(best, score(number)) for number in range(TRIALS)]


def _status(number: int) -> str:
    if number in BEST or number in (DIVERGED_TO_NAN, DIVERGED_TO_INFINITY):
        return "FINISHED"
    if number % 23 == 9:
        return "FAILED"
    return "KILLED" if number % 9 == 4 else "FINISHED"


def _params(number: int) -> dict[str, str]:
    tried = settings(number)
    return {
        "lr": f"{tried['lr']:g}",
        "max_depth": f"{tried['max_depth']:g}",
        "subsample": f"{tried['subsample']:g}",
        "l2": f"{tried['l2']:g}",
        "epochs": str(EPOCHS),
        "optimizer": "adamw",
        "seed": "41",
        "data.window": "28d",
    }


def _points(name: str, auc: float, number: int, start: int, took: int, epochs: int) -> list[Metric]:
    rng = random(name)
    loss = 1.1 - auc * 0.95
    train = workshop.falling(rng, EPOCHS, 0.69, loss * 0.9)
    val = workshop.falling(rng, EPOCHS, 0.70, loss)
    area = workshop.rising(rng, EPOCHS, 0.5, auc)
    if number == DIVERGED_TO_NAN:
        train[7:], val[7:], area[7:] = math.nan, math.nan, 0.5
    if number == DIVERGED_TO_INFINITY:
        train[11:], val[11:], area[11:] = math.inf, math.inf, 0.5
    drawn = {"loss": train, "val_loss": val, "val_auc": area}
    return [point for key, curve in drawn.items() for point in workshop.metric(key, curve[:epochs], start, took)]


def _trial(experiment: str, parent: str, number: int, start: int) -> RunPlan:
    status = _status(number)
    name = f"trial-{number:03d}"
    epochs = {"FINISHED": EPOCHS, "KILLED": 5, "FAILED": 0}[status]
    took = (6 + 6 * epochs) * SECOND + int(random(f"{name} took").integers(0, 9000))
    tags = {"sweep": "41", "worker": str(number % 2)}
    if status == "KILLED":
        tags["pruned_at"] = "5"
    if status == "FAILED":
        tags["error"] = "RuntimeError: CUDA out of memory"
    points = _points(name, score(number), number, start, took, epochs)
    return RunPlan(experiment, name, start, took, "ben", status, _SOURCE, _params(number), points, tags, parent=parent)


def _fold(experiment: str, parent: str, number: int, fold: int, start: int) -> RunPlan:
    name = f"trial-{number:03d}-fold-{fold}"
    auc = score(number) + (fold - 1) * 0.0021
    took = 55 * SECOND
    points = _points(name, auc, number, start, took, EPOCHS)
    params = {**_params(number), "fold": str(fold)}
    return RunPlan(
        experiment, name, start, took, "ben", "FINISHED", _SOURCE, params, points, {"sweep": "41"}, parent=parent
    )
