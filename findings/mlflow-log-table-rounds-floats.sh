#!/bin/sh
# mlflow 3.17.2: a table logged with log_table comes back with its floats rounded to 10 decimals; what is smaller than
# that comes back as 0.0.   Seen: 1.23456789012345 -> 1.2345678901000001    3e-11 -> 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import mlflow

mlflow.set_tracking_uri("sqlite:///store.db")
with mlflow.start_run() as run:
    mlflow.log_table({"value": [1.23456789012345, 3e-11]}, "t.json")
back = mlflow.load_table("t.json", run_ids=[run.info.run_id])["value"].tolist()
print(back)
assert [round(value, 14) for value in back] == [1.2345678901, 0.0], back
PYTHON
echo "as described"
