"""A small reading of MLflow's own filter strings, as its SQL stores apply them."""

from __future__ import annotations

import math
import re

from tests.support.filters import _like
from tests.support.made_runs import MadeRun

_CLAUSE = re.compile(
    r"""(?P<kind>metrics|params|tags|attributes|dataset)\.(?P<key>`[^`]+`|"[^"]+"|\w+)\s+
        (?P<operator>=|!=|<=|>=|<|>|LIKE|ILIKE|IS\ NOT\ NULL|IS\ NULL|IN)\s*
        (?P<value>'[^']*'|"[^"]*"|\([^)]*\)|-?\d+(?:\.\d*)?(?:e-?\d+)?)?\s*(?:AND\s+|\Z)""",
    re.VERBOSE,
)


def passes(filter_string: str, run: MadeRun) -> bool:
    """Whether MLflow would answer with this run; raises ValueError for what its grammar does not know."""
    at = 0
    while at < len(filter_string):
        clause = _CLAUSE.match(filter_string, at)
        if clause is None:
            raise ValueError(f"MLflow would refuse {filter_string[at:]!r}")
        if not _clause_passes(clause["kind"], clause["key"].strip('`"'), clause["operator"], clause["value"], run):
            return False
        at = clause.end()
    return True


def _clause_passes(kind: str, key: str, operator: str, value: str | None, run: MadeRun) -> bool:
    found = _found(kind, key, run)
    if operator in ("IS NULL", "IS NOT NULL"):
        if kind not in ("params", "tags"):
            raise ValueError(f"MLflow refuses {operator} for {kind}")
        return (found is None) is (operator == "IS NULL")
    if value is None:
        raise ValueError("a value is missing")
    if kind == "metrics" or key in ("start_time", "end_time"):
        if operator in ("LIKE", "ILIKE", "IN") or value[0] in "'\"(":
            raise ValueError(f"MLflow compares {key} with numbers only")
        return found is not None and _number_passes(float(found), operator, float(value))
    if operator in ("<", "<=", ">", ">=") or value[0] not in "'\"(":
        raise ValueError(f"MLflow compares {key} with texts only")
    if operator == "IN":
        if key != "run_id":
            raise ValueError("MLflow knows IN for run_id only")
        return found in re.findall(r"'([^']*)'", value)
    if found is None:
        return False
    text, wanted = str(found), value[1:-1]
    if operator == "ILIKE":
        return _like(_ascii_lower(text), _ascii_lower(wanted))
    if operator == "LIKE":
        return _like(text, wanted)
    return (text == wanted) is (operator == "=")


def _ascii_lower(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _number_passes(found: float, operator: str, wanted: float) -> bool:
    if math.isnan(found):
        return operator == "!="
    found = max(-1.7976931348623157e308, min(1.7976931348623157e308, found))
    return {
        "=": found == wanted, "!=": found != wanted, "<": found < wanted, "<=": found <= wanted,
        ">": found > wanted, ">=": found >= wanted,
    }[operator]  # fmt: skip


def _found(kind: str, key: str, run: MadeRun) -> str | float | None:
    if kind == "metrics":
        return run.metrics.get(key)
    if kind in ("params", "tags"):
        return (run.params if kind == "params" else run.tags).get(key)
    if kind == "dataset":
        return run.dataset.partition("@")[0] or None
    if key in ("start_time", "end_time"):
        time = run.start if key == "start_time" else run.end
        return None if time < 0 else time
    return {"run_name": run.name or None, "run_id": run.id, "status": run.status, "user_id": run.user}[key]
