"""Fills a new SQLite store with one of everything; run by ``make`` in the environment of an MLflow of 2.9 or later."""

from __future__ import annotations

import json
import math
import sys

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

START = 1_700_000_000_000


def main(path: str) -> None:
    client = MlflowClient(f"sqlite:///{path}", f"sqlite:///{path}")
    experiment = client.create_experiment("first", tags={"team": "red", "mlflow.note.content": "# First\n'quoted'"})
    client.create_experiment("empty")
    gone = client.create_experiment("gone")
    client.create_run(gone, run_name="in the deleted one", start_time=START)
    client.delete_experiment(gone)

    parent = client.create_run(experiment, run_name="parent", start_time=START).info.run_id
    runs = []
    for number in range(4):
        # Two by two at the same time: ties are settled by the id.
        run = client.create_run(
            experiment,
            run_name=f"child {number}",
            tags={"mlflow.parentRunId": parent, "mlflow.user": "ada", "odd\u202e": "\u6f22\u5b57 \U0001f9ea 'x'"},
            start_time=START + number // 2,
        ).info.run_id
        client.log_batch(
            run,
            metrics=[Metric("loss", 1.0 / (step + 1), START + step, step) for step in range(5)]
            + [Metric("nan", math.nan, 1, 0), Metric("inf", math.inf, 2, 1), Metric("-inf", -math.inf, 3, 2)]
            + [Metric("back", value, START, 7) for value in (3.0, 2.0)],
            params=[Param("lr", f"0.{number}"), Param("empty", "")],
            tags=[RunTag("mlflow.source.git.commit", "0" * 40)],
        )
        client.set_terminated(run, "FAILED" if number == 2 else "FINISHED", end_time=START + 5000)
        runs.append(run)
    deleted = client.create_run(experiment, run_name="deleted", start_time=START + 9).info.run_id
    client.delete_run(deleted)
    client.create_run(experiment, start_time=START + 8)

    dataset = Dataset("train", "abc123", "local", json.dumps({"uri": "data.csv"}), '{"mlflow_colspec": []}', "{}")
    other = Dataset("eval", "def456", "local", "{}")
    tags = [InputTag("mlflow.data.context", "training")]
    client.log_inputs(runs[0], [DatasetInput(dataset, tags), DatasetInput(other, [])])

    client.create_registered_model("churn", tags={"owner": "ada"}, description="A model")
    client.create_registered_model("bare")
    client.create_registered_model("Upper")
    for number, run in enumerate((runs[0], runs[0], runs[1])):
        client.create_model_version(
            "churn", source=f"file:///srv/model/{number}", run_id=run, tags={"n": str(number)}, description=f"v{number}"
        )
    client.set_registered_model_alias("churn", "champion", "2")
    client.set_registered_model_alias("churn", "blue", "2")
    client.transition_model_version_stage("churn", "1", "Production")
    client.create_model_version("Upper", source="file:///srv/model/x")
    client.delete_model_version("churn", "3")
    if int(mlflow.__version__.split(".")[0]) >= 3:
        from mlflow.entities import LoggedModelOutput

        model = client.create_logged_model(
            experiment, name="churn-model", source_run_id=runs[0], tags={"a": "b"}, params={"depth": "3"}
        )
        client.finalize_logged_model(model.model_id, "READY")
        client.log_outputs(runs[0], models=[LoggedModelOutput(model.model_id, 3)])


if __name__ == "__main__":
    main(sys.argv[1])
