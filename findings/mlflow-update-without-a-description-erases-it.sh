#!/bin/sh
# mlflow 3.17.2, SQLite store (a server does alike).
# update_registered_model takes a description that is left out for an empty one: the model's text is gone, where the same
# call refuses a version to which nothing is changed, and leaves a run as it is.
# Seen: model: 'what it is for' -> None     version: refused, its text stays     run: its name stays
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

client = MlflowClient("sqlite:///store.db", registry_uri="sqlite:///store.db")
before = client.create_registered_model("churn", description="what it is for").description
client.create_model_version("churn", "s3://models/churn", description="first try")
run = client.create_run("0", run_name="baseline").info.run_id
client.update_registered_model("churn")
client.update_run(run)
try:
    client.update_model_version("churn", "1")
    refused = False
except MlflowException:
    refused = True
after = client.get_registered_model("churn").description
version = client.get_model_version("churn", "1").description
name = client.get_run(run).info.run_name
print("model:", repr(before), "->", repr(after), " version refused:", refused, repr(version), " run:", repr(name))
assert (after, refused, version, name) == (None, True, "first try", "baseline"), (after, refused, version, name)
PYTHON
echo "as described"
