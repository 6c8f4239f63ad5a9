"""The fraud team: few, long trainings with more than a hundred settings, watched machines, and one that blew up."""

from __future__ import annotations

import json
import math

from mlflow.entities import Metric

from tui.demo.sample import files, workshop
from tui.demo.sample.churn import Candidate
from tui.demo.sample.workshop import COSTS, HOUR, MINUTE, RunPlan, Source, Workshop, dataset, random

NAME = "fraud"
VERSIONS = 7
LONG_STEPS = 4000
DIVERGED_AT = 1200
COST = (1 + VERSIONS + 4) * COSTS[NAME]

_COLUMNS = dict.fromkeys([*workshop.FRAUD_COLUMNS, "is_fraud"], "double")


def make(shop: Workshop) -> list[Candidate]:
    """Make the experiment; answers a candidate for each version of the model, oldest first."""
    clock = shop.clock
    experiment = shop.experiment(
        NAME,
        NAME,
        folder="fraud",
        created_ms=clock.ago(days=210),
        note=files.FRAUD_EXPERIMENT,
        tags={"team": "risk", "owner": "ben"},
    )
    candidates = [_version(shop, experiment, number) for number in range(1, VERSIONS + 1)]
    _long(shop, experiment)
    _diverged(shop, experiment)
    _running(shop, experiment)
    _everything_as_param(shop, experiment)
    shop.touch(experiment, NAME, clock.ago(hours=1))
    return candidates


def config(variant: int) -> dict[str, str]:
    """The settings of one training: 126 params, of which nine differ from one variant to the next."""
    found = {
        f"encoder.layers.{layer}.{key}": value
        for layer in range(12)
        for key, value in {
            "heads": "8",
            "width": "512",
            "dropout": "0.1",
            "activation": "gelu",
            "norm": "rms",
            "bias": "False",
            "rope.theta": "10000.0",
            "ffn.multiple": "4",
        }.items()
    }
    found.update({f"loader.shards.{shard:02d}": f"s3://growth-lake/tx/shard-{shard:04d}" for shard in range(12)})
    found.update(
        {
            "lr": f"{3e-4 / (1 + variant):.2e}",
            "batch_size": str(256 * (1 + variant % 3)),
            "precision": ("bf16", "fp16", "fp32")[variant % 3],
            "optimizer": "adamw",
            "optimizer.betas": "(0.9, 0.95)",
            "optimizer.eps": "1e-08",
            "optimizer.weight_decay": f"{0.1 / (1 + variant):.3g}",
            "schedule.warmup_steps": str(100 + 50 * variant),
            "schedule.kind": "cosine",
            "clip_norm": "1.0" if variant % 2 else "None",
            "data.negatives_per_positive": str(20 + variant),
            "data.source": f"risk.tx.labelled@{88 + variant}",
            "data.window": "90d",
            "seed": str(variant),
            "max_steps": str(LONG_STEPS),
            "ema.decay": "0.999",
            "compile": "True",
            "hosts": json.dumps({"gpu": "a10g", "count": 1}),
        }
    )
    return found


def _version(shop: Workshop, experiment: str, number: int) -> Candidate:
    start = shop.clock.ago(days=41 + 23 * (VERSIONS - number))
    took = 52 * MINUTE + number * 3 * MINUTE
    name = f"tx-transformer-{number}"
    rng = random(name)
    area = 0.803 + 0.0131 * number
    steps = 150
    drawn = {
        "loss": workshop.falling(rng, steps, 0.31, 0.04 - number / 900),
        "pr_auc": workshop.rising(rng, steps, 0.02, area - 0.2),
        "lr": workshop.warmup_cosine(steps, 3e-4),
    }
    points = [point for key, curve in drawn.items() for point in workshop.metric(key, curve, start, took, every=25)]
    points += workshop.finals({"auc": round(area, 4), "latency_p99_ms": 31.0 + number, "cost_eur": 14.2}, start + took)
    plan = RunPlan(
        experiment,
        name,
        start,
        took,
        user="ben",
        source=Source("fraud/train.py"),
        params=config(number % 4),
        metrics=points,
        tags={"gpu": "a10g", "region": "eu-west-1"},
        datasets=[dataset("transactions", 80 + number, "training", _COLUMNS, 41_000_000 + number)],
    )
    with shop.run(NAME, plan) as run_id:
        model, data = workshop.fraud(number)
        model_id, source = workshop.log(
            run_id, "fraud_score", model, data, params={"C": f"{0.5 + number / 10}"}, kind="classifier"
        )
    return Candidate(run_id, source, model_id, start + took + HOUR)


def _long(shop: Workshop, experiment: str) -> None:
    start, took = shop.clock.ago(days=5), 9 * HOUR
    rng = random("long")
    loss = workshop.falling(rng, LONG_STEPS, 0.4, 0.031, noise=0.05)
    loss[1700:1712] += 0.35
    points = [
        *workshop.metric("loss", loss, start, took),
        *workshop.metric("lr", workshop.warmup_cosine(LONG_STEPS // 2, 3e-4), start, took, every=2),
        *workshop.metric("grad_norm", abs(rng.normal(1, 0.3, LONG_STEPS // 4)), start, took, every=4),
        *workshop.metric("pr_auc", workshop.rising(rng, 80, 0.02, 0.7127), start, took, every=50),
        *workshop.metric("tokens_seen", [1e9 * (1 + n) for n in range(40)], start, took, every=100),
        *workshop.system(rng, start, took, samples=120, gpu=True),
        *workshop.finals({"auc": 0.8937, "latency_p99_ms": 38.2}, start + took),
    ]
    shop.record(
        NAME,
        RunPlan(
            experiment,
            "tx-transformer-long",
            start,
            took,
            user="ana",
            source=Source("fraud/train.py", branch="long-run"),
            params=config(0),
            metrics=points,
            note=files.FRAUD_LONG,
            datasets=[
                dataset("transactions", 88, "training", _COLUMNS, 41_000_000),
                dataset("transactions_recent", 3, "validation", _COLUMNS, 900_000),
                dataset("chargebacks", 17, "test", _COLUMNS, 12_004),
            ],
        ),
    )


def _diverged(shop: Workshop, experiment: str) -> None:
    start, took = shop.clock.ago(days=6), 3 * HOUR
    rng = random("diverged")
    steps = 1500
    loss = workshop.falling(rng, steps, 0.4, 0.05)
    loss[DIVERGED_AT:] = math.nan
    norm = abs(rng.normal(1, 0.3, steps)) * 1.004 ** (rng.random(steps).cumsum())
    norm[DIVERGED_AT - 20 : DIVERGED_AT] = math.inf
    norm[DIVERGED_AT:] = math.nan
    margin = workshop.falling(rng, 150, 0.0, -9.0)
    margin[120:] = -math.inf
    points = [
        *workshop.metric("loss", loss, start, took),
        *workshop.metric("grad_norm", norm, start, took),
        *workshop.metric("margin", margin, start, took, every=10),
        *workshop.metric("lr", [3e-4] * 15, start, took, every=100),
    ]
    shop.record(
        NAME,
        RunPlan(
            experiment,
            "tx-transformer-fp16",
            start,
            took,
            user="ana",
            status="FAILED",
            source=Source("fraud/train.py", branch="fp16"),
            params=config(1),
            metrics=points,
            note=files.FRAUD_NAN,
        ),
    )


def _running(shop: Workshop, experiment: str) -> None:
    start = shop.clock.ago(hours=1)
    rng = random("running")
    spent = shop.clock.now_ms - start
    points: list[Metric] = [
        *workshop.metric("loss", workshop.falling(rng, 700, 0.4, 0.06), start, spent),
        *workshop.metric("pr_auc", workshop.rising(rng, 14, 0.02, 0.64), start, spent, every=50),
        *workshop.system(rng, start, spent, gpu=True),
    ]
    shop.record(
        NAME,
        RunPlan(
            experiment, "tx-transformer-8", start, None, "ben", "RUNNING", Source("fraud/train.py"), config(3), points
        ),
    )


def _everything_as_param(shop: Workshop, experiment: str) -> None:
    nested = {"encoder": {"layers": [{"width": 64}, {"width": 128}]}, "text": 'a "quoted" word', "none": None}
    params = {
        "int": "12",
        "int.padded": "007",
        "float": "0.1",
        "float.scientific": "1e-5",
        "float.comma": "3,14",
        "big": "9007199254740993",
        "nan": "nan",
        "bool": "True",
        "none": "None",
        "empty": "",
        "spaces": "  around  ",
        "list": "[1, 2, 3]",
        "tuple": "('a', 'b')",
        "json": json.dumps(nested),
        "python_dict": str(nested),
        "path": "s3://growth-lake/tx/v88/part-*.parquet",
        "multi.line": "first\nsecond\n\tthird",
        "sql": "select *\nfrom risk.tx\nwhere amount > 100",
        "a.b.c.d.e.f": "deep",
        "with space": "and a value",
        "slash/in/key": "yes",
        "ключ": "значение",
        "列": "値",
        "long": "lorem ipsum dolor sit amet " * 222,
        "longest": "x" * 6000,
        "k" * 200: "a long key",
    }
    params = {key: value[:6000] for key, value in params.items()}
    start = shop.clock.ago(days=8)
    odd = {
        "zero": 0.0,
        "minus": -0.25,
        "tiny": 3.2e-17,
        "huge": 8.1e21,
        "third": 1 / 3,
        "nan": math.nan,
        "infinite": math.inf,
        "minus_infinite": -math.inf,
    }
    steps = [
        Metric("resumed", value, start + index, step)
        for index, (step, value) in enumerate([(-5, 1.0), (0, 0.9), (2**40, 0.1)])
    ]
    shop.record(
        NAME,
        RunPlan(
            experiment,
            "params-of-all-shapes",
            start,
            MINUTE,
            source=Source("check.py"),
            params=params,
            metrics=[*workshop.finals(odd, start), *steps],
        ),
    )
