#!/bin/sh
# mlflow 3.17.2, SQLite store (a server answers alike).
# search_model_versions answers every version with an empty list of aliases; the same version read by its number, or by
# get_latest_versions, has them.  A clean-up that spares versions with an alias spares none if it goes by the search.
# Seen: search: []    get_model_version: ['champion']    get_latest_versions: ['champion']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from mlflow import MlflowClient

warnings.simplefilter("ignore")
client = MlflowClient("sqlite:///store.db", registry_uri="sqlite:///store.db")
client.create_registered_model("churn")
client.create_model_version("churn", "s3://models/churn")
client.set_registered_model_alias("churn", "champion", "1")
searched = client.search_model_versions("name = 'churn'")[0].aliases
got = client.get_model_version("churn", "1").aliases
latest = client.get_latest_versions("churn")[0].aliases
print("search:", searched, "get_model_version:", got, "get_latest_versions:", latest)
assert searched == [] and got == latest == ["champion"], (searched, got, latest)
PYTHON
echo "as described"
