#!/bin/sh
# mlflow 3.17.2, SQLite store.
# prompt.format raises where a variable is missing.  One condition anywhere in the template, {% if %}, and it does not any
# more: the variable becomes an empty text, and allow_partial, which else keeps what is missing for later, fills it with
# nothing as well.
# Seen: plain: raises    with a condition: 'Dear Ann, order  is late.'
#       partial, plain: 'Dear Ann, order {{order}} is late.'    partial, with a condition: 'Dear Ann, order  is late.'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'mlflow==3.17.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import mlflow
from mlflow.exceptions import MlflowException

mlflow.set_tracking_uri("sqlite:///store.db")
mlflow.set_registry_uri("sqlite:///store.db")
plain = mlflow.genai.register_prompt("plain", "Dear {{name}}, order {{order}} is late.")
choice = mlflow.genai.register_prompt("choice", "Dear {{name}}{% if vip %} (VIP){% endif %}, order {{order}} is late.")
try:
    raised = f"no: {plain.format(name='Ann')}"
except MlflowException as error:
    raised = error.message
filled = choice.format(name="Ann")
later = plain.format(name="Ann", allow_partial=True).template
never = choice.format(name="Ann", allow_partial=True)
print("plain:", raised)
print("with a condition:", repr(filled), "though its variables are", sorted(choice.variables))
print("partial, plain:", repr(later), " partial, with a condition:", repr(never))
assert raised.startswith("Missing variables: {'order'}"), raised
assert filled == never == "Dear Ann, order  is late.", (filled, never)
assert later == "Dear Ann, order {{order}} is late.", later
PYTHON
echo "as described"
