"""The churn team: weekly retraining by ci, experiments by hand, a backfill, and a pilot that was deleted."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
from mlflow.entities import Metric

from tui.demo.sample import files, workshop
from tui.demo.sample.workshop import DAY, HOUR, MINUTE, SECOND, RunPlan, Source, Workshop, dataset, random

WEEKLY = "churn/weekly"
BACKFILL = "churn/backfill"
PILOT = "churn/2025-pilot"

VERSIONS = 14
"""Weekly runs; each became a version of the model, so the newest is v14."""

AUC = (0.8871, 0.8902, 0.8899, 0.9005, 0.9041, 0.9038, 0.9112, 0.9160, 0.9203, 0.9255, 0.9290, 0.9312, 0.9307, 0.9341)
NINE_INPUTS_FROM = 12
"""The first version that knows ``tenure_days``."""

LOGGED_MODELS_FROM = 9
"""Versions before this one keep their model among the run's artifacts, as was done before MLflow 3."""

BY_HAND = 9
MONTHS = 9
COST = (1 + VERSIONS + BY_HAND) * workshop.COSTS[WEEKLY] + 1 + MONTHS + 1 + 2  # and of backfill, of the pilot


@dataclass(frozen=True)
class Candidate:
    """What a registered version is made from."""

    run_id: str
    source: str
    model_id: str | None
    made_ms: int


def make(shop: Workshop) -> tuple[str, list[Candidate]]:
    """Make the three experiments; answers the id of the weekly one and a candidate for each version, oldest first."""
    clock = shop.clock
    weekly = shop.experiment(
        WEEKLY,
        WEEKLY,
        folder="churn-weekly",
        created_ms=clock.ago(days=119),
        note=files.CHURN_EXPERIMENT,
        tags={"team": "growth", "owner": "ana", "tier": "1"},
    )
    candidates = [_weekly_run(shop, weekly, number) for number in range(1, VERSIONS + 1)]
    _by_hand(shop, weekly)
    _backfill(shop)
    _pilot(shop)
    return weekly, candidates


def _columns(*, tenure: bool) -> dict[str, str]:
    return dict.fromkeys([*workshop.CHURN_COLUMNS, *([workshop.TENURE] if tenure else []), "left_30d"], "double")


def _params(number: int) -> dict[str, str]:
    tenure = number >= NINE_INPUTS_FROM
    return {
        "model": "forest",
        "n_estimators": "8",
        "max_depth": "4" if number < 8 else "6",
        "lr": "0.01" if number % 4 else "0.001",
        "l2": "1e-05",
        "optimizer": "adamw",
        "seed": str(number),
        "early_stopping": "True",
        "data.source": f"growth.features.customers@{390 + 2 * number}",
        "data.window": "28d" if tenure else "21d",
        "data.weekend_weight": "0.5" if tenure else "1.0",
        "data.columns": json.dumps([*workshop.CHURN_COLUMNS, *([workshop.TENURE] if tenure else [])]),
        "eval.folds": "5",
        "eval.threshold": f"{0.5 - number / 200:.3f}",
        "cfg.calibration.method": "isotonic" if number > 6 else "none",
        "cfg.layers.0": "64",
        "cfg.layers.1": "128",
    }


def _curves(name: str, auc: float, start_ms: int, took_ms: int, *, steps: int = 60) -> list[Metric]:
    rng = random(name)
    loss = 1.1 - auc * 0.95
    drawn = {
        "train_loss": workshop.falling(rng, steps, 0.69, loss * 0.86),
        "val_loss": workshop.overfitting(rng, steps, 0.69, loss, loss * 1.04),
        "val_auc": workshop.rising(rng, steps, 0.5, auc),
        "lr": workshop.warmup_cosine(steps, 0.01),
    }
    points = [point for key, curve in drawn.items() for point in workshop.metric(key, curve, start_ms, took_ms)]
    last = {
        "auc": auc,
        "logloss": round(loss, 4),
        "f1": round(auc * 0.71, 4),
        "precision": round(auc * 0.78, 4),
        "recall": round(auc * 0.65, 4),
        "brier": round((1 - auc) * 0.9, 4),
        "fit_seconds": took_ms / 1300,
    }
    return points + workshop.finals(last, start_ms + took_ms)


def _weekly_run(shop: Workshop, experiment: str, number: int) -> Candidate:
    tenure = number >= NINE_INPUTS_FROM
    start = shop.clock.ago(days=7 * (VERSIONS - number), hours=2)
    took = 4 * MINUTE + (number * 37 % 60) * SECOND
    week = datetime.fromtimestamp(start / 1000, timezone.utc).strftime("%G-W%V")
    name = "gallant-ox-12" if number == VERSIONS else f"weekly-{week}"
    by_hand = number in (11, 12, VERSIONS)
    plan = RunPlan(
        experiment,
        name,
        start,
        took,
        user="ana" if by_hand else "ci",
        source=Source("train.py" if by_hand else "jobs/retrain.yaml", "LOCAL" if by_hand else "JOB"),
        params=_params(number),
        metrics=[
            *_curves(name, AUC[number - 1], start, took),
            *(workshop.system(random(name), start, took, samples=30) if number > VERSIONS - 3 else []),
        ],
        tags={"trigger": "hand" if by_hand else "cron", "week": week},
        note=files.CHURN_RUN if number == VERSIONS else "",
        datasets=[
            dataset("customers", 390 + 2 * number, "training", _columns(tenure=tenure), 151_371 + 811 * number),
            dataset("customers_holdout", 12, "eval", _columns(tenure=tenure), 20_000),
        ],
    )
    with shop.run(WEEKLY, plan) as run_id:
        model, data = workshop.churn(number, tenure=tenure)
        if number >= LOGGED_MODELS_FROM:
            params = {"n_estimators": "8", "max_depth": "4"}
            model_id, source = workshop.log(run_id, "model", model, data, params=params, kind="classifier")
        else:
            folder = shop.scratch / f"churn{number}" / "model"
            workshop.save(folder, run_id, model, data)
            shop.client.log_artifacts(run_id, str(folder), "model")
            model_id, source = "", f"runs:/{run_id}/model"
        if number == VERSIONS:
            folder = shop.scratch / "everything"
            files.write_all(folder)
            shop.client.log_artifacts(run_id, str(folder))
        elif number % 3 == 0:
            folder = shop.scratch / f"plots{number}"
            files.plots(folder)
            shop.client.log_artifacts(run_id, str(folder), "plots")
    return Candidate(run_id, source, model_id or None, start + took + 5 * MINUTE)


def _by_hand(shop: Workshop, experiment: str) -> None:
    clock = shop.clock

    def plan(name: str, start: int, took: int | None, auc: float | None, **rest: object) -> RunPlan:
        spent = took if took is not None else clock.now_ms - start
        points = [] if auc is None else _curves(name, auc, start, spent)
        params = {**_params(13), "lr": f"{random(name).choice([0.1, 0.03, 0.01, 0.003])}", "seed": "7"}
        return RunPlan(experiment, name, start, took, params=params, metrics=points, **rest)  # type: ignore[arg-type]  # fields of RunPlan

    notebook = Source("/notebooks/tenure.ipynb", "NOTEBOOK")
    kept = plan("brave-elk-771", clock.ago(hours=5), 4 * MINUTE + 9 * SECOND, 0.9310, tags={"keep": "yes"})
    with shop.run(WEEKLY, kept) as run_id:
        folder = shop.scratch / "earlier"
        files.write_earlier(folder)
        shop.client.log_artifacts(run_id, str(folder))
    shop.record(
        WEEKLY,
        plan("calm-bee-3", clock.ago(hours=6), 12 * SECOND, None, user="ben", status="FAILED", note=files.FAILED_RUN),
    )
    shop.record(WEEKLY, plan("lucid-wren-8", clock.ago(days=1, hours=3), 3 * MINUTE, 0.9268, source=notebook))
    shop.record(WEEKLY, plan("lucid-wren-9", clock.ago(days=1, hours=2), 3 * MINUTE, 0.9277, source=notebook))
    shop.record(
        WEEKLY,
        plan("odd-newt-40", clock.ago(days=2), 71 * SECOND, 0.74, user="ben", status="KILLED", tags={"why": "slow"}),
    )
    typo = shop.record(WEEKLY, plan("test-test", clock.ago(days=3), 40 * SECOND, 0.61))
    shop.client.delete_run(typo)
    shop.record(WEEKLY, plan("smoke", clock.ago(days=4), 900, 0.5, user="ci", tags={"mlflow.runColor": "#77aadd"}))
    shop.record(WEEKLY, plan("patient-yak-5", clock.ago(minutes=14), None, 0.8854, user="ben", status="RUNNING"))
    shop.record(WEEKLY, plan("patient-yak-6", clock.ago(minutes=1), None, None, user="ben", status="SCHEDULED"))


def _backfill(shop: Workshop) -> None:
    clock = shop.clock
    experiment = shop.experiment(
        BACKFILL,
        BACKFILL,
        folder="churn-backfill",
        created_ms=clock.ago(days=61),
        note=files.BACKFILL_EXPERIMENT,
        tags={"team": "finance"},
    )
    for month in range(MONTHS):
        start = clock.ago(days=3, hours=9 - month)
        took = 35 * MINUTE + month * 77 * SECOND
        status = {3: "FAILED", 6: "KILLED"}.get(month, "FINISHED")
        scored = 140_000 + 1_311 * month
        finals = {"rows_scored": float(scored), "mean_score": 0.081 + month / 900, "drift_psi": 0.02 * 1.4**month}
        run_id = shop.record(
            BACKFILL,
            RunPlan(
                experiment,
                f"month-{month + 1:02d}",
                start,
                took if status == "FINISHED" else took // 4,
                user="ben",
                status=status,
                source=Source("backfill.py", "PROJECT", branch="backfill"),
                params={"month": str(month + 1), "model": f"models:/churn/{month + 3}", "dry_run": "False"},
                metrics=workshop.finals(finals, start + took) if status == "FINISHED" else [],
                tags={"mlflow.project.entryPoint": "backfill"},
                datasets=[dataset("customers", 300 + month, "scoring", _columns(tenure=False), scored)],
            ),
        )
        if month == MONTHS - 1:
            shop.client.delete_run(run_id)
    shop.touch(experiment, BACKFILL, clock.ago(days=3))


def _pilot(shop: Workshop) -> None:
    clock = shop.clock
    experiment = shop.experiment(PILOT, PILOT, folder="churn-pilot", created_ms=clock.ago(days=300))
    for number in range(2):
        start = clock.ago(days=290 - number)
        name = f"pilot-{number}"
        points = workshop.finals({"auc": 0.71 + number / 50}, start + HOUR)
        shop.record(PILOT, RunPlan(experiment, name, start, HOUR, params={"model": "logit"}, metrics=points))
    clock.set(clock.now_ms - 200 * DAY)
    shop.client.delete_experiment(experiment)


# The random search: a parent, its trials, and the folds of the best trials one level further down.


STEP = "churn/weekly sweep"
TRIALS = 188
BEST = (17, 58, 101, 163)
FOLDS = 3
EPOCHS = 20
DIVERGED_TO_NAN = 23
DIVERGED_TO_INFINITY = 77
SWEEP_COST = 1 + TRIALS + len(BEST) * FOLDS

_SOURCE = Source("sweep.py", branch="sweep-41")


def make_sweep(shop: Workshop, experiment: str) -> None:
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
            note=files.SWEEP,
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


def _sweep_params(number: int) -> dict[str, str]:
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
    return RunPlan(
        experiment, name, start, took, "ben", status, _SOURCE, _sweep_params(number), points, tags, parent=parent
    )


def _fold(experiment: str, parent: str, number: int, fold: int, start: int) -> RunPlan:
    name = f"trial-{number:03d}-fold-{fold}"
    auc = score(number) + (fold - 1) * 0.0021
    took = 55 * SECOND
    points = _points(name, auc, number, start, took, EPOCHS)
    params = {**_sweep_params(number), "fold": str(fold)}
    return RunPlan(
        experiment, name, start, took, "ben", "FINISHED", _SOURCE, params, points, {"sweep": "41"}, parent=parent
    )
