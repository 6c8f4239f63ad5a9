"""A store with one of everything that a gateway has to bring across unharmed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from tests.support import stores

HOSTILE = "[bold red]x[/] \x1b[31m‮evil​ 漢字 🧪 'quoted' \"twice\" `tick` %s {0}"
MANY = 1500


@dataclass(frozen=True)
class Zoo:
    """The store, and the ids of what lives in it."""

    store: stores.Store
    experiment: str
    hostile_experiment: str
    deleted_experiment: str
    many: str
    many_runs: tuple[str, ...]
    parent: str
    children: tuple[str, ...]
    deleted_run: str
    running: str
    odd_numbers: str
    hostile_run: str
    with_inputs: str
    model_id: str


def make(folder: Path) -> Zoo:
    """Fill a new store, through MLflow's own client but for the experiment of many runs."""
    from mlflow.entities import (
        Dataset,
        DatasetInput,
        InputTag,
        LoggedModelOutput,
        Metric,
        Param,
        RunTag,
    )

    store = stores.make_store(folder)
    many = store.add_experiment("many")
    many_runs = store.add_runs(many, MANY)
    client = store.client()
    experiment = client.create_experiment("zoo", tags={"mlflow.note.content": "# Zoo", "team": "red"})
    hostile_experiment = client.create_experiment(f"/Users/{HOSTILE}".replace("\x1b", ""))
    deleted_experiment = client.create_experiment("gone")
    client.delete_experiment(deleted_experiment)

    parent = client.create_run(experiment, run_name="parent", start_time=stores.FIRST_START_MS).info.run_id
    children = []
    for number in range(3):
        child = client.create_run(
            experiment,
            run_name=f"child {number}",
            tags={"mlflow.parentRunId": parent},
            start_time=stores.FIRST_START_MS + number + 1,
        ).info.run_id
        client.log_batch(
            child,
            metrics=[Metric("loss", 1.0 / (step + 1), stores.FIRST_START_MS + step, step) for step in range(5)],
            params=[Param("lr", f"0.{number}"), Param("empty", "")],
        )
        client.set_terminated(child, "FAILED" if number == 2 else "FINISHED", end_time=stores.FIRST_START_MS + 5000)
        children.append(child)
    client.set_terminated(parent, end_time=stores.FIRST_START_MS + 9000)

    running = client.create_run(experiment, run_name="running").info.run_id
    deleted_run = client.create_run(experiment, run_name="deleted").info.run_id
    client.delete_run(deleted_run)

    odd_numbers = client.create_run(experiment, run_name="odd").info.run_id
    client.log_batch(
        odd_numbers,
        metrics=[
            Metric("nan", math.nan, 1, 0),
            Metric("inf", math.inf, 2, 1),
            Metric("-inf", -math.inf, 3, 2**40),
            Metric("tiny", 5e-324, 4, -7),
            Metric("zero", 0.0, 5, 0),
        ],
    )

    hostile_run = client.create_run(experiment, run_name=HOSTILE).info.run_id
    client.log_batch(
        hostile_run,
        metrics=[Metric("a/b c.d", 1.5, 1, 0)],
        params=[Param("p/x y", HOSTILE), Param("long", "x" * 6000)],
        tags=[RunTag("t b:c", HOSTILE), RunTag("mlflow.note.content", "two\nlines\x07")],
    )

    with_inputs = client.create_run(experiment, run_name="with inputs").info.run_id
    dataset = Dataset(
        name="train",
        digest="abc123",
        source_type="local",
        source=json.dumps({"uri": "data.csv"}),
        schema='{"mlflow_colspec": []}',
        profile='{"num_rows": 10}',
    )
    client.log_inputs(with_inputs, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    model = client.create_logged_model(experiment, name="churn-model", source_run_id=with_inputs)
    client.log_outputs(with_inputs, models=[LoggedModelOutput(model.model_id, 0)])

    client.create_registered_model("churn")
    for run_id in (children[0], children[0], children[1]):
        client.create_model_version("churn", source=f"{folder.as_uri()}/model", run_id=run_id)
    client.set_registered_model_alias("churn", "champion", "2")
    client.set_registered_model_alias("churn", "blue", "2")
    return Zoo(
        store,
        experiment,
        hostile_experiment,
        deleted_experiment,
        many,
        tuple(many_runs),
        parent,
        tuple(children),
        deleted_run,
        running,
        odd_numbers,
        hostile_run,
        with_inputs,
        model.model_id,
    )
