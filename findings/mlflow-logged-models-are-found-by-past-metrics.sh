#!/bin/sh
# mlflow 3.17.2, SQLite store.
# A filter on a metric finds a logged model by any value that was ever logged for it.  The order of the same search goes
# by the last value, and a search for runs knows the last value only.
# Seen, A down from 0.9 to 0.2, B up from 0.4 to 0.6: models with acc > 0.8: ['A']    runs with acc > 0.8: []
#       models by acc, best first: ['B', 'A']
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
for name, values in (("A", (0.9, 0.2)), ("B", (0.4, 0.6))):
    run = client.create_run(experiment, run_name=name).info.run_id
    model = client.create_logged_model(experiment, name=name, source_run_id=run).model_id
    for step, value in enumerate(values):
        client.log_metric(run, "acc", value, timestamp=1_700_000_000_000 + step, step=step, model_id=model)

high = "metrics.acc > 0.8"
models = [model.name for model in client.search_logged_models([experiment], high)]
runs = [run.info.run_name for run in client.search_runs([experiment], high)]
best = [{"field_name": "metrics.acc", "ascending": False}]
ordered = [model.name for model in client.search_logged_models([experiment], order_by=best)]
print("models with", high, models, " runs:", runs, " models, best first:", ordered)
assert (models, runs, ordered) == (["A"], [], ["B", "A"]), (models, runs, ordered)
PYTHON
echo "as described"
