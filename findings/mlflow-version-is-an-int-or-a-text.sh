#!/bin/sh
# mlflow 3.17.2, a server and the SQLite store behind it.
# MlflowClient gives a model version's number as an int where it opens the database, and as a str where it asks the
# server, and so do the aliases of a model.  What takes the newest by comparing works on the one and takes 9 for newer
# than 10 on the other.   Seen, newest of ten versions: database 10 (int), server '9' (str)
set -eu
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -- "-$server" 2>/dev/null; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false setsid "$folder/venv/bin/mlflow" server --host 127.0.0.1 --port "$port" \
    --workers 1 --backend-store-uri "sqlite:///$folder/store.db" >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 240); do
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health')" 2>/dev/null && break
    sleep 0.5
done
"$folder/venv/bin/python" - "http://127.0.0.1:$port" "sqlite:///$folder/store.db" <<'PYTHON'
import sys
from mlflow import MlflowClient

newest, aliases = {}, {}
for uri in sys.argv[1:]:
    client = MlflowClient(uri, registry_uri=uri)
    if not newest:
        client.create_registered_model("churn")
        for _ in range(10):
            client.create_model_version("churn", "s3://models/churn")
        client.set_registered_model_alias("churn", "champion", "10")
    kind = uri.partition(":")[0]
    newest[kind] = max(version.version for version in client.search_model_versions("name = 'churn'"))
    aliases[kind] = client.get_registered_model("churn").aliases["champion"]
print("newest:", newest, "champion:", aliases)
assert newest == {"http": "9", "sqlite": 10} and aliases == {"http": "10", "sqlite": 10}, (newest, aliases)
PYTHON
echo "as described"
