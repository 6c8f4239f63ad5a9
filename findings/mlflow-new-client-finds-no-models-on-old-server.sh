#!/bin/sh
# mlflow 3.17.2 as client, mlflow 2.16.2 as server.
# The new client adds a filter on a tag to every search for registered models; the old server answers that filter with
# an empty page and status 200.  A registry with a model in it looks empty; a filter that names the tag's key itself
# keeps the client from adding its own, and the model is found.
# Seen: search_registered_models(): []    with filter name != 'mlflow.prompt.is_prompt': ['churn']
set -eu
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -- "-$server" 2>/dev/null; rm -rf "$folder"' EXIT
for version in 2.16.2 3.17.2; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install -q "mlflow==$version" 'setuptools<81' 'sqlalchemy<2.1'
done
cd "$folder"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
setsid "$folder/2.16.2/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 1 \
    --backend-store-uri "sqlite:///$folder/store.db" >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 240); do
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health')" 2>/dev/null && break
    sleep 0.5
done
"$folder/3.17.2/bin/python" - "http://127.0.0.1:$port" <<'PYTHON'
import sys
from mlflow import MlflowClient

client = MlflowClient(sys.argv[1], registry_uri=sys.argv[1])
client.create_registered_model("churn")
plain = [model.name for model in client.search_registered_models()]
named = [model.name for model in client.search_registered_models("name != 'mlflow.prompt.is_prompt'")]
print("search_registered_models():", plain)
print("with a filter that names the key:", named)
assert plain == [] and named == ["churn"], (plain, named)
PYTHON
echo "as described"
