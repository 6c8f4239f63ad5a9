"""Registered models: versions, aliases, stages, tags; and the pricing prototype, of which nothing is promoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.demo.sample import churn, files, fraud, workshop
from tui.demo.sample.churn import Candidate
from tui.demo.sample.workshop import COSTS, HOUR, MINUTE, RunPlan, Source, Workshop, dataset, random

# The pricing prototype: a run for each region under one parent, three versions, nothing promoted.


NAME = "pricing"
EMPTY = "scratch/empty"
VERSIONS = 3
REGIONS = ("alps", "baltic", "lakes", "riviera")
PRICING_COST = (2 + VERSIONS + 1 + len(REGIONS) + 2) * COSTS[NAME]

_SOURCE = Source("pricing/fit.py", branch="prototype")
_COLUMNS = dict.fromkeys([*workshop.PRICE_COLUMNS, "price"], "double")


def make_pricing(shop: Workshop) -> list[Candidate]:
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


STEP = "models"
CHURN = "churn"
FRAUD = "fraud_score"
PRICING = "pricing"
LTV = "ltv"
HOSTILE = "解約 🐙 [bold]x[\\bold] \x1b[31mred\x1b[0m \u202eesrever"
PROMPT = "support_reply"
DELETED_CHURN_VERSION = 3

COST = churn.VERSIONS + fraud.VERSIONS + VERSIONS + 1 + 1 + 1  # and ltv, the odd name, the prompt


def make(
    shop: Workshop, of_churn: Sequence[Candidate], of_fraud: Sequence[Candidate], of_pricing: Sequence[Candidate]
) -> None:
    """Register everything, and let people have moved aliases since."""
    _churn(shop, of_churn)
    _fraud(shop, of_fraud)
    _pricing(shop, of_pricing)
    clock, client = shop.clock, shop.client
    clock.set(clock.ago(days=9))
    client.create_registered_model(LTV, tags={"owner": "ben"}, description=files.MODEL_LTV)
    shop.tick(STEP)
    clock.set(clock.ago(days=13))
    client.create_registered_model(HOSTILE, tags={"odd": "[red]x\x1b[7m"}, description=files.HOSTILE_RUN)
    client.create_model_version(HOSTILE, of_churn[0].source, of_churn[0].run_id, description="\x1b[31m[bold]one[/bold]")
    client.set_registered_model_alias(HOSTILE, "champion", "1")
    shop.tick(STEP)
    _prompt(shop)


def _versions(
    shop: Workshop,
    model: str,
    candidates: Sequence[Candidate],
    descriptions: Mapping[int, str],
    tags: Mapping[int, dict[str, str]],
) -> None:
    for number, candidate in enumerate(candidates, start=1):
        shop.clock.set(candidate.made_ms)
        shop.client.create_model_version(
            model,
            candidate.source,
            candidate.run_id,
            tags=tags.get(number, {}),
            description=descriptions.get(number),
            model_id=candidate.model_id,
        )
        shop.tick(STEP)


def _churn(shop: Workshop, candidates: Sequence[Candidate]) -> None:
    clock, client = shop.clock, shop.client
    clock.set(candidates[0].made_ms - HOUR)
    client.create_registered_model(CHURN, tags={"owner": "growth", "tier": "1"})
    descriptions = {
        11: "Stable for a month. Put this one back if in doubt.",
        12: "With `tenure_days`: **nine inputs**. Approved by ben.",
        13: "Not better than v12.",
        14: "Beats v12 by 0.0029; waits for shadow traffic.",
    }
    tags = {number: {"validation": "passed", "trained_by": "ci"} for number in range(1, len(candidates) + 1)}
    tags[12] |= {"approved_by": "ben", "trained_by": "ana"}
    tags[13]["validation"] = "failed"
    tags[14]["validation"] = "running"
    _versions(shop, CHURN, candidates, descriptions, tags)
    client.delete_model_version(CHURN, str(DELETED_CHURN_VERSION))
    clock.set(candidates[11].made_ms + HOUR)
    client.transition_model_version_stage(CHURN, "9", "Archived")
    client.transition_model_version_stage(CHURN, "12", "Production")
    aliases = {"baseline": 1, "rollback": 11, "champion": 12, "eu-prod": 12, "shadow": 13, "challenger": 14}
    for alias, version in aliases.items():
        client.set_registered_model_alias(CHURN, alias, str(version))
    clock.set(candidates[-1].made_ms + 10 * MINUTE)
    client.update_registered_model(CHURN, files.MODEL_CHURN)


def _fraud(shop: Workshop, candidates: Sequence[Candidate]) -> None:
    shop.clock.set(candidates[0].made_ms - HOUR)
    shop.client.create_registered_model(FRAUD, tags={"owner": "risk", "tier": "1"}, description=files.MODEL_FRAUD)
    _versions(shop, FRAUD, candidates, {7: "Holds above 0.92."}, {7: {"approved_by": "ana"}})
    shop.client.set_registered_model_alias(FRAUD, "champion", "7")
    shop.client.set_registered_model_alias(FRAUD, "previous", "6")


def _pricing(shop: Workshop, candidates: Sequence[Candidate]) -> None:
    shop.clock.set(candidates[0].made_ms - HOUR)
    shop.client.create_registered_model(PRICING, tags={"owner": "marketplace"}, description=files.MODEL_PRICING)
    _versions(
        shop, PRICING, candidates, {3: "The upload was cut short; there are no files."}, {3: {"validation": "failed"}}
    )
    shop.client.set_registered_model_alias(PRICING, "challenger", "3")


def _prompt(shop: Workshop) -> None:
    clock, client = shop.clock, shop.client
    clock.set(clock.ago(days=33))
    client.register_prompt(PROMPT, "Answer {{ name }} kindly: {{ question }}", "First", {"owner": "ana"})
    clock.set(clock.ago(days=4))
    client.register_prompt(
        PROMPT, "Answer {{ name }} kindly, in {{ language }}: {{ question }}", "Say it in their language"
    )
    client.set_prompt_alias(PROMPT, "champion", 2)
    shop.tick(STEP)
