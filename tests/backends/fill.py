"""Fills a server or a database: run by that version's own Python, with the URI as its argument; prints a run's id."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow


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
            client.log_artifacts(run_id, folder)
        client.set_terminated(run_id)
    client.create_registered_model("churn")
    for run_id in runs:
        source = client.get_run(run_id).info.artifact_uri + "/model"
        client.create_model_version("churn", source, run_id)
    client.set_registered_model_alias("churn", "champion", "1")
    sys.stdout.write(f"filled {experiment} {runs[-1]}\n")


if __name__ == "__main__":
    main(sys.argv[1])
