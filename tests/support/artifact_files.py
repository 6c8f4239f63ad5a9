"""One file of each kind that a preview knows, and the broken ones that it must survive, for tests of screens."""

from __future__ import annotations

import io
import json
import struct
import zlib

from tests.support.deck import World, experiment, run, world
from tests.support.fakes import HOUR, NOW_MS
from tui.domain.artifacts import ArtifactRoot, LoggedModel, ModelMetric

RUN_ID = f"{7:032x}"
RUN = ArtifactRoot("run", RUN_ID)
MODEL_ID = "m-0f3e2d1c0b9a48779a6b5c4d3e2f1a0b"
MODEL = ArtifactRoot("model", MODEL_ID)

PYTHON = '''\
"""Train the churn model."""

import argparse


def main(lr: float = 0.01) -> None:
    # the warehouse is read once a week
    parser = argparse.ArgumentParser()
    print(f"lr = {lr}", 42)
'''
LOG = (
    "2026-11-23 13:58:01 INFO epoch 1\n\x1b[32m✓ loss 0.31\x1b[0m\n\x1b[33mWARN\x1b[0m slow disk\x1b[2J\n"
    "\x1b]0;owned\x072026-11-23 13:58:09 ERROR out of memory\n 10%\r 50%\r100%\n"
)
MLMODEL = f"""\
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.7
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
model_id: {MODEL_ID}
model_size_bytes: 27918
run_id: '{RUN_ID}'
saved_input_example_info:
  artifact_path: input_example.json
  type: dataframe
signature:
  inputs: '[{{"type": "double", "name": "age", "required": true}},
    {{"type": "string", "name": "plan", "required": false}}]'
  outputs: '[{{"type": "tensor", "tensor-spec": {{"dtype": "int64", "shape": [-1]}}}}]'
utc_time_created: '2026-11-23 03:07:08.125980'
"""
HTML = "<!doctype html><title>Report</title><script src=//cdn.example.com/plotly.js></script><p>AUC [b]0.93[/b]</p>"
CSV = "customer,score,comment\n" + "".join(
    f'C-{n:04d},{n / 40:.3f},"said ""{"[red]no[/red]" if n % 2 else "yes"}"", then left"\n' for n in range(40)
)


def png(width: int = 48, height: int = 32) -> bytes:
    """A picture of a colour gradient, made without any library."""
    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in (255 * x // width, 255 * y // height, 96))
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def parquet() -> bytes:
    """A small Parquet file."""
    import pyarrow as arrow
    from pyarrow import parquet as file_format

    file = io.BytesIO()
    table = arrow.table({"customer": [f"C-{n:04d}" for n in range(300)], "score": [n / 300 for n in range(300)]})
    file_format.write_table(table, file, compression="none")
    return file.getvalue()


def files() -> dict[str, bytes]:
    """Files by path: every kind, and what is broken in one way each."""
    nested = {"version": 41, "features": [{"name": "tenure", "window": None}, {"name": "tickets", "window": 90}]}
    return {
        "README.md": b"# Report\n\nSee `tables/`.\n\n- one\n- two\n",
        "broken/cut.json": json.dumps(nested)[:60].encode(),
        "broken/latin1.txt": "caf\xe9 d\xe9j\xe0 vu\n".encode("latin-1"),
        "broken/line.txt": b"x" * 60_000,
        "broken/none.png": b"\x89PNG\r\n\x1a\nthis is no picture",
        "config/features.json": json.dumps(nested).encode(),
        "config/train.yaml": b"lr: 1e-3\nlayers:\n- 64\n- 128\n",
        "empty.txt": b"",
        "logs/train.log": LOG.encode(),
        "model.pkl": b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x04math\x94\x8c\x04sqrt\x94\x93\x94." + b"\xde\xad" * 100,
        "odd/[bold]x[/bold].txt".replace("/bold", "bold"): b"[bold red]not markup[/]\n",
        "odd/a..b.txt": b"dots\n",
        "odd/漢字 🧪.txt": "漢字\n".encode(),
        "plots/roc.png": png(),
        "report.html": HTML.encode(),
        "src/train.py": PYTHON.encode(),
        "tables/scores.csv": CSV.encode(),
        "tables/scores.parquet": parquet(),
    }


def gallery(folder: object, **launch: object) -> World:
    """A server in memory with one run that has all of these files, and a logged model."""
    from pathlib import Path

    assert isinstance(folder, Path)
    runs = [run(7, name="gallant-ox-12", note="")]
    made = world(folder, [experiment(1, "churn/weekly")], runs, **launch)
    made.artifacts.put(RUN, files())
    made.artifacts.put(
        MODEL,
        {
            "MLmodel": MLMODEL.encode(),
            "requirements.txt": b"mlflow==3.17.2\nscikit-learn==1.9.1\n",
            "input_example.json": json.dumps({"columns": ["age", "plan"], "data": [[41, "gold"], [52, None]]}).encode(),
            "model.pkl": b"\x80\x04.",
        },
    )
    made.artifacts.models[RUN_ID] = (
        LoggedModel(
            MODEL_ID,
            "churn",
            "READY",
            NOW_MS - HOUR,
            "/artifacts/models",
            "classifier",
            RUN_ID,
            {"depth": "8"},
            (
                ModelMetric("val_auc", 0.9341, 8, "customers", "d0ca2a63"),
                ModelMetric("val_auc", 0.9287, 8, "customers_eu", "dd21081b"),
                ModelMetric("size_mb", 12.5),
            ),
        ),
    )
    return made
