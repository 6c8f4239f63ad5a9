#!/bin/sh
# mlflow 3.17.2, SQLite store.
# A search for runs whose filter names a dataset and its context asks for each of the two by itself: a run that was
# trained on A and validated on B is found by "B, for training" too, and by "A and B" as the name of one dataset.
# Seen: name = 'B' and context = 'training': found     name = 'A' and name = 'B': found
#       name != 'A': found     name = 'B' and context = 'test': not found
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import mlflow, pandas as pd

mlflow.set_tracking_uri("sqlite:///store.db")
with mlflow.start_run():
    for name, value, context in (("A", 1, "training"), ("B", 2, "validation")):
        data = mlflow.data.from_pandas(pd.DataFrame({"x": [value]}), source=f"{name}.csv", name=name)
        mlflow.log_input(data, context=context)
found = {}
for text in (
    "dataset.name = 'B' and dataset.context = 'training'",
    "dataset.name = 'A' and dataset.name = 'B'",
    "dataset.name != 'A'",
    "dataset.name = 'B' and dataset.context = 'test'",
):
    found[text] = len(mlflow.search_runs(filter_string=text, output_format="list"))
    print(found[text], text)
assert list(found.values()) == [1, 1, 1, 0], found
PYTHON
echo "as described"
