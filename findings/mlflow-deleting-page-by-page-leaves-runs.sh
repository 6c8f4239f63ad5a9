#!/bin/sh
# mlflow 3.17.2, SQLite store.
# A page token of search_runs is the number of rows before the page, counted anew: who deletes what a page gave and then
# asks for the next one passes over as many of the runs that remain, and the loop ends without an error.  The same token
# gives a run twice where another has been started in between.
# Seen: 10 runs, 4 a page: 6 deleted, 4 left     a run started after the first page: 'r6' comes twice
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from mlflow import MlflowClient

client = MlflowClient("sqlite:///store.db", registry_uri="sqlite:///store.db")

def filled(name):
    experiment = client.create_experiment(name)
    for number in range(10):
        client.create_run(experiment, run_name=f"r{number}", start_time=1_700_000_000_000 + number)
    return experiment

experiment, token, deleted = filled("deleting"), None, 0
while True:
    page = client.search_runs([experiment], max_results=4, page_token=token)
    for run in page:
        client.delete_run(run.info.run_id)
        deleted += 1
    token = page.token
    if not token:
        break
left = len(client.search_runs([experiment]))
print("deleted:", deleted, "left:", left)
assert (deleted, left) == (6, 4), (deleted, left)

experiment = filled("starting")
first = client.search_runs([experiment], max_results=4)
client.create_run(experiment, run_name="new", start_time=1_700_000_000_100)
second = client.search_runs([experiment], max_results=4, page_token=first.token)
twice = {run.info.run_name for run in first} & {run.info.run_name for run in second}
print("twice:", twice)
assert twice == {"r6"}, twice
PYTHON
echo "as described"
