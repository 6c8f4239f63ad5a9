"""The pricing prototype: a run for each region under one parent, three versions, nothing promoted."""

from __future__ import annotations

from tui.demo.sample import files, workshop
from tui.demo.sample.churn import Candidate
from tui.demo.sample.workshop import MINUTE, RunPlan, Source, Workshop, dataset, random

NAME = "pricing"
EMPTY = "scratch/empty"
VERSIONS = 3
REGIONS = ("alps", "baltic", "lakes", "riviera")
PIECES = 2 + VERSIONS + 1 + len(REGIONS) + 2

_SOURCE = Source("pricing/fit.py", branch="prototype")
_COLUMNS = dict.fromkeys([*workshop.PRICE_COLUMNS, "price"], "double")


def make(shop: Workshop) -> list[Candidate]:
    """Make the experiment, and one that stays empty; answers a candidate for each version, oldest first."""
    clock = shop.clock
    experiment = shop.experiment(
        NAME,
        NAME,
        folder="pricing",
        created_ms=clock.ago(days=48),
        note=files.PRICING_EXPERIMENT,
        tags={"team": "marketplace"},
    )
    candidates = [_version(shop, experiment, number) for number in range(1, VERSIONS + 1)]
    start = clock.ago(days=5)
    parent = shop.record(
        NAME, RunPlan(experiment, "regional", start, 9 * MINUTE, source=_SOURCE, params={"regions": ",".join(REGIONS)})
    )
    for index, region in enumerate(REGIONS):
        later = start + index * 2 * MINUTE
        shop.record(NAME, _plan(experiment, f"regional-{region}", later, {"region": region}, parent=parent))
    for number in range(2):
        name = f"wrong-currency-{number}"
        mistake = shop.record(NAME, _plan(experiment, name, clock.ago(days=20, hours=number), {"currency": "JPY"}))
        shop.client.delete_run(mistake)
    shop.touch(experiment, NAME, start + 9 * MINUTE)
    empty = shop.experiment(NAME, EMPTY, folder="scratch-empty", created_ms=clock.ago(days=12))
    shop.touch(empty, EMPTY, clock.ago(days=12))
    return candidates


def _plan(experiment: str, name: str, start: int, more: dict[str, str], *, parent: str | None = None) -> RunPlan:
    rng = random(name)
    error = 11 + rng.normal(0, 1.5)
    finals = {
        "rmse": error,
        "mape": error / 140,
        "r2": 0.97 - error / 60,
        "nights_priced": float(rng.integers(900, 9000)),
    }
    took = MINUTE + int(rng.integers(0, 30_000))
    params = {"model": "ridge", "alpha": f"{rng.choice([0.1, 1.0, 10.0])}", "features.season": "fourier(4)", **more}
    points = [
        *workshop.metric("cv_rmse", workshop.falling(rng, 10, error * 2, error), start, took),
        *workshop.finals(finals, start + took),
    ]
    return RunPlan(
        experiment,
        name,
        start,
        took,
        source=_SOURCE,
        params=params,
        metrics=points,
        datasets=[dataset("nights", 7, "training", _COLUMNS, 310_000)],
        parent=parent,
    )


def _version(shop: Workshop, experiment: str, number: int) -> Candidate:
    start = shop.clock.ago(days=1 + 9 * (VERSIONS - number))
    plan = _plan(experiment, f"ridge-{number}", start, {"alpha": f"{1 + number}"})
    with shop.run(NAME, plan) as run_id:
        if number == VERSIONS:
            # Uploading this one failed: the logged model is there, marked as failed, and has no files.
            failed = shop.client.create_logged_model(
                experiment, name="pricing", source_run_id=run_id, model_type="regressor"
            )
            shop.client.finalize_logged_model(failed.model_id, "FAILED")
            return Candidate(run_id, f"models:/{failed.model_id}", failed.model_id, start + 3 * MINUTE)
        model, data = workshop.pricing(number)
        model_id, source = workshop.log(
            run_id, "pricing", model, data, params={"alpha": f"{1 + number}"}, kind="regressor"
        )
        if number == 1:
            # This one never said that it was done.
            shop.client.create_logged_model(
                experiment, name="pricing-large", source_run_id=run_id, model_type="regressor"
            )
    return Candidate(run_id, source, model_id, start + 3 * MINUTE)
