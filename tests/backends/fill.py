"""Fills a server or a database: run by that version's own Python, with the URI as its argument; prints a run's id."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow

LONG = 36 * 1024  # times 256 bytes: longer than a part in which files of object stores come
ODD = "[bold red]x[/] \u202eevil\u200b 漢字 'quoted' \"twice\" `tick` %s {0}"


def odd(client: mlflow.MlflowClient) -> None:
    """An experiment of what readers get wrong: numbers, names, ties, what is nested, and what is deleted."""
    experiment = client.create_experiment("odd", tags={"team": "red"})
    parent = client.create_run(experiment, start_time=1_760_000_000_000, run_name="parent").info.run_id
    for number in range(3):
        tags = {"mlflow.parentRunId": parent, "t b:c": ODD, "Env": str(number)}
        run_id = client.create_run(experiment, start_time=1_760_000_000_000, tags=tags, run_name=ODD).info.run_id
        numbers = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "tiny": 5e-324, "zero": -0.0}
        for key, value in numbers.items():
            client.log_metric(run_id, key, value, timestamp=1, step=2**40)
        for step, value in ((0, 1.0), (3, 0.25), (3, 0.5), (-7, 2.0), (1, float("nan"))):
            client.log_metric(run_id, "loss", value, timestamp=1_760_000_000_000, step=step)
        client.log_param(run_id, "p/x y", ODD)
        client.log_param(run_id, "empty", "")
        client.set_terminated(run_id, ("FAILED", "FINISHED", "KILLED")[number], end_time=1_760_000_005_000)
    client.delete_run(client.create_run(experiment).info.run_id)
    client.delete_experiment(client.create_experiment("gone"))


def fractions(uri: str) -> None:
    """Steps and times with a fraction, as only a database that is opened directly may be given them."""
    client = mlflow.MlflowClient(uri)
    made = client.get_experiment_by_name("odd")
    assert made is not None
    run_id = client.create_run(made.experiment_id, run_name="fractions").info.run_id
    for value, at, step in ((1.0, 1_760_000_000_000.5, 1.5), (2.0, 1_760_000_000_001.25, 2.5), (3.0, 7.9, 2.4)):
        client.log_metric(run_id, "frac", value, timestamp=at, step=step)  # type: ignore[arg-type]  # on purpose


def main(uri: str) -> None:
    """An experiment with three runs of params, metrics and files; a model of three versions, of which 1 is champion."""
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("churn/weekly")
    runs = []
    for number in range(3):
        run = client.create_run(experiment)
        run_id = run.info.run_id
        runs.append(run_id)
        client.log_param(run_id, "lr", str(0.1 * number))
        for step in range(10):
            client.log_metric(run_id, "acc", 0.5 + step * 0.01 + number * 0.1, step=step)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "notes.md").write_text("# hello\n", encoding="utf-8")
            model = Path(folder) / "model"
            model.mkdir()
            said = f"flavors:\n  python_function:\n    loader_module: x\nrun_id: {run_id}\n"
            (model / "MLmodel").write_text(said, encoding="utf-8")
            if number == 2:
                (model / "weights.bin").write_bytes(bytes(range(256)) * LONG)
            client.log_artifacts(run_id, folder)
        client.set_terminated(run_id)
    client.create_registered_model("churn")
    for run_id in runs:
        source = client.get_run(run_id).info.artifact_uri + "/model"
        client.create_model_version("churn", source, run_id)
    client.set_registered_model_alias("churn", "champion", "1")
    odd(client)
    sys.stdout.write(f"filled {experiment} {runs[-1]}\n")


if __name__ == "__main__":
    if sys.argv[2:] == ["fractions"]:
        fractions(sys.argv[1])
    else:
        main(sys.argv[1])
