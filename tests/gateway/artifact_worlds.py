"""The same artifacts behind a SQLite store, behind a server that serves artifacts, and behind one that does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import stores
from tui.domain.artifacts import ArtifactRoot
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.session import Connection

HUGE = 200 * 1024 * 1024
MANY = 1500
ODD_NAMES = (
    "a b.txt",
    "[bold]x[bold].txt",
    "漢字 🧪.txt",
    "a..b.txt",
    "..hidden",
    "100%.txt",
    "q?x=1&y.txt",
    "+e+;f=.txt",
)
REFUSED_NAMES = ("a#b.txt", "tab	name.txt", "a%20b.txt")
"""Those that MLflow's own server lists but does not give out."""
MLMODEL = """\
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.7
  sklearn:
    pickled_model: model.pkl
mlflow_version: 3.17.2
model_id: m-0123
model_size_bytes: 1234
run_id: {run_id}
saved_input_example_info:
  artifact_path: input_example.json
  type: dataframe
signature:
  inputs: '[{{"type": "double", "name": "age", "required": true}}]'
  outputs: '[{{"type": "tensor", "tensor-spec": {{"dtype": "int64", "shape": [-1]}}}}]'
utc_time_created: '2026-11-23 03:07:08.125980'
"""


@dataclass(frozen=True)
class World:
    """A way to the artifacts: the gateway, its session, and where everything really lies."""

    kind: str
    session: Connection
    artifacts: ClientArtifacts
    run: ArtifactRoot
    folder: Path
    model: ArtifactRoot
    model_folder: Path
    empty_run: ArtifactRoot


def fill(folder: Path, run_id: str) -> None:
    """Write a run's artifacts."""
    put(folder, {"notes.txt": b"hello\n", "empty.bin": b"", "data/train.csv": b"a,b\n1,2\n", "data/deep/x.txt": b"x"})
    put(folder, {f"odd/{name}": name.encode() for name in ODD_NAMES})
    put(folder, {f"refused/{name}": name.encode() for name in REFUSED_NAMES})
    put(folder, {"mixed/deep/plain.txt": b"plain", "mixed/a#b.txt": b"refused", "mixed/z.txt": b"last"})
    put(folder, {"mixed/s#b/in.txt": b"inside"})
    put(folder, {f"many/shard-{number}.txt": b"." for number in range(MANY)})
    put(
        folder,
        {
            "model/MLmodel": MLMODEL.format(run_id=run_id).encode(),
            "model/requirements.txt": b"mlflow==3.17.2\nscikit-learn\n",
            "model/input_example.json": json.dumps({"columns": ["age"], "data": [[41], [52]]}).encode(),
        },
    )
    with open(folder / "huge.txt", "wb") as huge:
        huge.write(b"first line\n")
        huge.truncate(HUGE)  # sparse: it takes no room


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their paths."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def make(kind: str, uri: str, session: Connection, real: Path) -> World:
    """Log a run and a model through ``uri``; ``real`` is the folder that the artifacts' addresses stand for."""
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModelOutput, RunTag

    client = MlflowClient(uri, registry_uri=uri)
    experiment = client.create_experiment(
        f"artifacts {kind}", artifact_location=(real / "own").as_uri() if kind != "served" else None
    )
    run = client.create_run(experiment, run_name="with files", start_time=stores.FIRST_START_MS)
    client.log_batch(run.info.run_id, tags=[RunTag("mlflow.user", "ana"), RunTag("mlflow.autologging", "sklearn")])
    model = client.create_logged_model(
        experiment, name="churn", source_run_id=run.info.run_id, params={"depth": "8"}, model_type="classifier"
    )
    for step, value in ((1, 0.5), (2, 0.6)):
        client.log_metric(
            run.info.run_id,
            "acc",
            value,
            step=step,
            model_id=model.model_id,
            dataset_name="val",
            dataset_digest="d0ca2a63",
        )
    client.log_metric(run.info.run_id, "loss", 0.7, step=5, model_id=model.model_id)
    client.log_outputs(run.info.run_id, models=[LoggedModelOutput(model.model_id, 0)])
    empty = client.create_run(experiment, run_name="empty")
    folder, model_folder = _place(run.info.artifact_uri, real), _place(model.artifact_location, real)
    fill(folder, run.info.run_id)
    put(model_folder, {"MLmodel": MLMODEL.format(run_id=run.info.run_id).encode(), "weights/w.bin": b"\0" * 10})
    client.finalize_logged_model(model.model_id, "READY")
    return World(
        kind,
        session,
        ClientArtifacts(session),
        ArtifactRoot("run", run.info.run_id),
        folder,
        ArtifactRoot("model", model.model_id),
        model_folder,
        ArtifactRoot("run", empty.info.run_id),
    )


def _place(uri: str, real: Path) -> Path:
    """The folder behind an artifact address."""
    if uri.startswith("file:"):
        return Path(uri.removeprefix("file://"))
    assert uri.startswith("mlflow-artifacts:/")
    return real / uri.removeprefix("mlflow-artifacts:/")
