#!/bin/sh
# mlflow 3.17.2, SQLite store.
# A run that logs the same dataset twice, once for training and once for validation, keeps the first context only; the
# second call raises nothing.  Seen: contexts kept: ['training']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import mlflow, pandas as pd

mlflow.set_tracking_uri("sqlite:///store.db")
data = mlflow.data.from_pandas(pd.DataFrame({"x": [1, 2, 3]}), source="data.csv", name="d")
with mlflow.start_run() as run:
    mlflow.log_input(data, context="training")
    mlflow.log_input(data, context="validation")
inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
kept = [tag.value for one in inputs for tag in one.tags if tag.key == "mlflow.data.context"]
print("contexts kept:", kept)
assert kept == ["training"], kept
PYTHON
echo "as described"
