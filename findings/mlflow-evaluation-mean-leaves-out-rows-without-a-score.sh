#!/bin/sh
# mlflow 3.17.2, SQLite store.
# The mean that mlflow.genai.evaluate records of a scorer is taken over those rows alone that got a score: where the
# scorer raises (one warning on the console) or answers None (no word), the row is left out, and the run keeps the mean
# without the number of rows.  Of four answers one can be judged, and the run is perfect.
# Seen: {'parsed/mean': 1.0, 'judged/mean': 1.0}    rows of each: [1.0, nan, nan, nan]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json, math
import mlflow
from mlflow.genai import scorer

mlflow.set_tracking_uri("sqlite:///store.db")

@scorer
def parsed(outputs):
    return float(json.loads(outputs)["right"])

@scorer
def judged(outputs):
    return 1.0 if outputs.startswith("{") else None

answers = ['{"right": 1}', "Sorry,", "I cannot", "say."]
rows = [{"inputs": {"question": number}, "outputs": text} for number, text in enumerate(answers)]
result = mlflow.genai.evaluate(data=rows, scorers=[parsed, judged])
kept = mlflow.get_run(result.run_id).data
print("metrics of the run:", kept.metrics, "params:", kept.params)
assert kept.metrics == {"parsed/mean": 1.0, "judged/mean": 1.0} and kept.params == {}, kept
for name in ("parsed", "judged"):
    values = result.result_df[f"{name}/value"].astype(float).tolist()
    print(name, values)
    assert sorted(math.isnan(value) for value in values) == [False, True, True, True], values
PYTHON
echo "as described"
