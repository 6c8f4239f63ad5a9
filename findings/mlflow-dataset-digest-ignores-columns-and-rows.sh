#!/bin/sh
# mlflow 3.17.2, pandas 2.3.3.
# The digest by which a run names its dataset does not change with a column of booleans or dates, nor with any row past
# the first 10 000 as long as the number of rows stays: two datasets with other labels pass for the same.
# Seen: booleans flipped: same digest    dates moved: same digest    row 10 001 changed: same digest
#       row 1 changed: another digest
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2' 'pandas==2.3.3'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
import mlflow.data

def digest(frame):
    return mlflow.data.from_pandas(frame, source="memory.csv").digest

rows = 10_002
base = pd.DataFrame({
    "x": range(rows),
    "label": [number % 2 == 0 for number in range(rows)],
    "day": pd.date_range("2026-01-01", periods=rows, freq="h"),
})
flipped = base.assign(label=~base["label"])
moved = base.assign(day=base["day"] + pd.Timedelta(days=400))
late, early = base.copy(), base.copy()
late.loc[10_001, "x"] = -1
early.loc[0, "x"] = -1
for name, frame in {"booleans flipped": flipped, "dates moved": moved, "row 10 001 changed": late, "row 1 changed": early}.items():
    print(f"{name}: {'same' if digest(frame) == digest(base) else 'another'} digest")
assert digest(flipped) == digest(base) == digest(moved) == digest(late) != digest(early)
PYTHON
echo "as described"
