#!/bin/sh
# mlflow 3.17.2, a server and the SQLite store behind it.
# A whole number given as feedback or expectation becomes a float on its way to the server, so that a search for '3' does
# not find a rating of 3; written to the database by the same call it stays 3 and '3' finds it.  Numbers above 2^53, such
# as the id that an answer should name, lose their last digits.
# Seen: rating = '3' finds: ['database']    rating = '3.0' finds: ['server']
#       expected 9007199254740993: database 9007199254740993, server 9007199254740992.0
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
import mlflow
from mlflow import MlflowClient

http, database = sys.argv[1:]
client = MlflowClient(database)
mlflow.set_tracking_uri(database)
experiment = mlflow.set_experiment("e").experiment_id
traces = {}
for name in ("server", "database"):
    with mlflow.start_span(name) as span:
        pass
    traces[name] = span.trace_id
mlflow.flush_trace_async_logging()
for name, uri in (("server", http), ("database", database)):
    mlflow.set_tracking_uri(uri)
    mlflow.log_feedback(trace_id=traces[name], name="rating", value=3)
    mlflow.log_expectation(trace_id=traces[name], name="order", value=9007199254740993)

def found(text):
    names = {trace_id: name for name, trace_id in traces.items()}
    return [names[one.info.trace_id] for one in client.search_traces(locations=[experiment], filter_string=text)]

expected = {}
for name, trace_id in traces.items():
    assessments = client.get_trace(trace_id, display=False).info.assessments
    expected[name] = next(one.value for one in assessments if one.name == "order")
whole, broken = found("feedback.rating = '3'"), found("feedback.rating = '3.0'")
print("rating = '3' finds:", whole, " rating = '3.0' finds:", broken, " expected order:", expected)
assert (whole, broken) == (["database"], ["server"]), (whole, broken)
assert expected["database"] == 9007199254740993 and expected["server"] == 9007199254740992, expected
assert isinstance(expected["server"], float), expected
PYTHON
echo "as described"
