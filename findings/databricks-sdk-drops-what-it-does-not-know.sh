#!/bin/sh
# databricks-sdk 0.102.0: reading a serving configuration into the SDK's classes and writing it out again loses an
# enumeration's value that this release does not know, every field that it does not know, and an empty map.  A change
# that is built from them silently resets those settings.
# Seen: workload_type GPU_NEXT, new_setting and the empty environment_vars are gone; workload_size stays.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'databricks-sdk==0.102.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from databricks.sdk.service.serving import ServedEntityInput

sent = {
    "entity_name": "main.ml.churn", "entity_version": "3", "workload_size": "Small",
    "workload_type": "GPU_NEXT", "new_setting": {"x": 1}, "environment_vars": {},
}
kept = ServedEntityInput.from_dict(sent).as_dict()
lost = sorted(set(sent) - set(kept))
print("kept:", kept)
print("lost:", lost)
assert lost == ["environment_vars", "new_setting", "workload_type"], lost
PYTHON
echo "as described"
