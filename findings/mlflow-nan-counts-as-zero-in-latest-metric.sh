#!/bin/sh
# mlflow 3.17.2, SQLite store.
# Which value of a metric is its latest, where two were logged at the same step and time?  The store keeps the larger
# one, and takes NaN for 0 when it compares: 5.0 stays the latest although NaN was logged after it, and NaN replaces -5.0.
# Seen: a: 5.0 then nan -> 5.0     b: -5.0 then nan -> nan     c: nan then -5.0 -> nan
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math
from mlflow import MlflowClient

client = MlflowClient("sqlite:///store.db", registry_uri="sqlite:///store.db")
run = client.create_run(client.create_experiment("e")).info.run_id
for key, values in {"a": (5.0, math.nan), "b": (-5.0, math.nan), "c": (math.nan, -5.0)}.items():
    for value in values:
        client.log_metric(run, key, value, timestamp=1_700_000_000_000, step=1)
latest = client.get_run(run).data.metrics
for key in "abc":
    print(key, [point.value for point in client.get_metric_history(run, key)], "->", latest[key])
assert latest["a"] == 5.0 and math.isnan(latest["b"]) and math.isnan(latest["c"]), latest
PYTHON
echo "as described"
