"""A registry in memory with a model of each sort: well, behind, without a champion, failed, with an odd name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.deck import World, shop
from tests.support.fake_prompts import fill_prompts
from tests.support.fakes import DAY, HOUR, NOW_MS
from tui.domain.models.values import FAILED, ModelFacts, Registrable, Signature, SignatureField, SourceRun
from tui.domain.values import RunDetail

NINE = tuple(SignatureField(name, "double") for name in [*"abcdefgh", "tenure_days"])
OUT = (SignatureField("churn", "double"),)
ODD = "解約 [bold]x[/] \x1b[31mred"


def model_shop(folder: Path, **launch: Any) -> World:
    """A world whose registry holds churn, fraud_score, pricing, ltv and an odd name."""
    world = shop(folder, **launch)
    registry = world.registry
    registry.add(
        "churn",
        14,
        aliases={"champion": "12", "challenger": "14", "old-prod": "11"},
        description="Who leaves within **30 days**.",
        tags={"owner": "growth"},
        updated_ms=NOW_MS - 2 * HOUR,
    )
    for number in range(1, 15):
        run_id = f"{900 + number:032x}"
        version = str(number)
        registry.change_version("churn", version, run_id=run_id, user="", source=f"models:/m-{number:032x}")
        registry.runs[run_id] = SourceRun(
            run_id,
            f"weekly-{number}",
            "FINISHED",
            user="ana" if number % 2 else "ci",
            metrics={"auc": 0.9 + number * 0.0026, "loss": 0.3 - number * 0.004},
        )
        inputs = NINE if number >= 12 else NINE[:8]
        registry.facts["churn", version] = ModelFacts(
            Signature(inputs, OUT), "input_example.json", {"sklearn": {"version": "1.9"}}, ("mlflow==3.17.2",), 27_918
        )
    registry.change_version("churn", "12", description="Approved by ben.", tags={"approved_by": "ben"})
    world.tracking.runs += [_run(900 + number) for number in (11, 12, 14)]
    registry.add("fraud_score", 7, aliases={"champion": "7"}, description="0 to 1.", tags={"owner": "risk"})
    registry.add("ltv", 0, description="Not trained yet.", tags={"owner": "ben"})
    registry.add("pricing", 3, aliases={"challenger": "3"}, description="A night.", tags={"owner": "market"})
    registry.change_version("pricing", "3", status=FAILED, status_message="the upload was cut short")
    registry.add(ODD, 1, aliases={"champion": "1"})
    fill_prompts(world.prompts, f"{3:032x}")
    for name, version in (("fraud_score", "7"), (ODD, "1"), ("pricing", "3")):
        run_id = f"{800 + len(name):032x}"
        registry.change_version(name, version, run_id=run_id)
        registry.runs[run_id] = SourceRun(run_id, "a run", "FINISHED", user="ben", metrics={"auc": 0.88})
        registry.facts[name, version] = ModelFacts(Signature(NINE[:2], OUT), "input.json", {}, ("a==1",))
    registry.offers[f"{1:032x}"] = (Registrable(f"runs:/{1:032x}/model", "model", f"{1:032x}", has_signature=False),)
    return world


def _run(number: int) -> RunDetail:
    from tests.support.fakes import run

    metrics = {"auc": 0.9 + (number - 900) * 0.0026, "loss": 0.3 - (number - 900) * 0.004}
    return run(number, name=f"weekly-{number - 900}", age=20 * DAY, metrics=metrics, params={"lr": str(0.1 / number)})
