"""One server on which every list has rows: experiments, runs, files, models, endpoints, a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.artifact_files import MLMODEL, MODEL_ID
from tests.support.deck import URI, World
from tests.support.evaluated import evaluate
from tests.support.fake_serving import FakeServing, endpoint
from tests.support.fakes import HOUR, NOW_MS
from tests.support.model_shop import model_shop
from tests.support.traced import many_infos
from tests.support.writing import ELK, OX
from tui.config.model import ContextSettings, Settings
from tui.domain.artifacts import ArtifactRoot, LoggedModel, ModelMetric
from tui.domain.models.rows import mirror_tags
from tui.domain.models.values import Registrable

MODEL_URI = f"runs:/{OX}/model"


def full_shop(folder: Path, **launch: Any) -> World:
    """The small firm with its registry, the files of its best run, and endpoints that serve churn."""
    # A context beside it over the same registry, so that the board has two columns.
    dev = ContextSettings("http://dev.example.com:5000", registry_uri=URI, catalog="dev")
    launch.setdefault("settings", Settings(contexts={"prod": ContextSettings(URI), "dev": dev}))
    world = model_shop(folder, **launch)
    files = {
        "model/MLmodel": MLMODEL.encode(),
        "model/model.pkl": b"\x80\x04.",
        "report.md": b"# Report\n\nword two\n",
        "notes.txt": b"one\ntwo\nthree\n",
    }
    world.artifacts.put(ArtifactRoot("run", OX), files)
    world.registry.offers[OX] = (Registrable(MODEL_URI, "model", OX),)
    world.registry.offers[MODEL_ID] = (Registrable(f"models:/{MODEL_ID}", "churn", OX),)
    logged = LoggedModel(MODEL_ID, "churn", "READY", NOW_MS - HOUR, "/artifacts/models", "classifier", OX, {}, ())
    world.artifacts.put(ArtifactRoot("model", MODEL_ID), {"MLmodel": MLMODEL.encode()})
    world.artifacts.models[OX] = (logged,)
    params, auc = {"depth": "4"}, ModelMetric("auc", 0.91, 3, "test", "9f3c", ELK)
    other = LoggedModel("m-" + "e" * 32, "ranker", "FAILED", NOW_MS - 2 * HOUR, "/x", "", ELK, params, (auc,))
    world.artifacts.models[ELK] = (other,)
    world.serving = FakeServing(
        [
            endpoint("churn-canary", ("churn", "14", 100)),
            endpoint("churn-prod", ("churn", "11", 90), ("churn", "10", 10)),
            endpoint("fraud-scoring", ("fraud_score", "7", 100)),
        ]
    )
    held = mirror_tags("old-prod", "ben@bastion", "10", "INC-7", NOW_MS - HOUR)
    world.registry.change_version("churn", "11", tags=held)
    world.traces.infos = many_infos()
    evaluate(world)
    return world


def keep_records(world: World) -> None:
    """Writes of earlier days in the ledger."""
    ledger = world.ledger
    for what, subject in (("run.tag", "gallant-ox-12"), ("model.tag", "churn"), ("alias.move", "churn")):
        number = ledger.begin(what=what, context="prod", place=world.launched().place_shown, subject=subject)
        ledger.end(number, "done", {})
