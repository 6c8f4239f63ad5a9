#!/bin/sh
# mlflow 3.17.2, SQLite store.
# Restoring an experiment restores every run in it, also those that had been deleted one by one before the experiment
# was: what a person had thrown away is among the good runs again, and nothing tells them apart.
# Seen: before: ['kept']     after deleting and restoring the experiment: ['kept', 'thrown away']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from mlflow import MlflowClient

client = MlflowClient("sqlite:///store.db", registry_uri="sqlite:///store.db")
experiment = client.create_experiment("e")

def names():
    return sorted(run.info.run_name for run in client.search_runs([experiment]))

client.create_run(experiment, run_name="kept")
client.delete_run(client.create_run(experiment, run_name="thrown away").info.run_id)
before = names()
client.delete_experiment(experiment)
client.restore_experiment(experiment)
print("before:", before, "after:", names())
assert before == ["kept"] and names() == ["kept", "thrown away"], (before, names())
PYTHON
echo "as described"
