"""MLflow's filter strings as SQL, where every sign of them is understood; for any other MlflowClient is asked."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.gateway.problems import Elsewhere

# Signs that MLflow's own parser treats in ways of its own, inside quotes as well, are left to it.
_KEY = r"(?:(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|`(?P<ticked>[^`'\"\\\x00-\x1f\x7f]+)`)"
_TEXT = r"'[^'\"\\\x00-\x1f\x7f]*'"
_CLAUSE = re.compile(
    rf"(?P<kind>attributes|params|metrics|tags|dataset)\.{_KEY} "
    rf"(?:(?P<null>IS NULL|IS NOT NULL)|IN \((?P<list>{_TEXT}(?:, {_TEXT})*)\)"
    rf"|(?P<operator>=|!=|<=|>=|<|>|LIKE|ILIKE) (?:(?P<text>{_TEXT})|(?P<number>-?\d+(?:\.\d+)?(?:e-?\d+)?)))"
    r"(?: AND |\Z)"
)
_MODEL_CLAUSE = re.compile(rf"name (?P<operator>=|LIKE|ILIKE) (?P<text>{_TEXT})\Z")
_MOST_CLAUSES = 40  # MLflow's own statement becomes too long for SQLite at some more
_TEXTS = ("=", "!=", "LIKE", "ILIKE")
_NUMBERS = ("=", "!=", "<", "<=", ">", ">=")
_ATTRIBUTES = {
    "run_id": "run_uuid",
    "status": "status",
    "user_id": "user_id",
    "artifact_uri": "artifact_uri",
    "start_time": "start_time",
    "end_time": "end_time",
}
_TIMES = ("start_time", "end_time")


@dataclass
class Where:
    """A condition, and the values of the variables in it."""

    clauses: list[str] = field(default_factory=list)
    variables: dict[str, object] = field(default_factory=dict)

    def var(self, value: object) -> str:
        """A variable that holds ``value``, as it is written in a statement."""
        name = f"asked{len(self.variables)}"
        self.variables[name] = value
        return f":{name}"

    def compare(self, column: str, operator: str, value: object) -> str:
        """A comparison as MLflow has SQLite make it."""
        if operator == "ILIKE":
            return f"lower({column}) LIKE lower({self.var(value)})"
        return f"{column} {operator} {self.var(value)}"

    @property
    def text(self) -> str:
        return " AND ".join(self.clauses) or "1 = 1"


def of_runs(filter_string: str, kind: str) -> Where:
    """The condition on ``runs`` that a filter string means; raises Elsewhere where that is not sure."""
    where = Where()
    for found in _clauses(filter_string):
        if kind != "sqlite" and not (found["plain"] == "run_id" and found["list"]):
            raise Elsewhere("databases differ in how they compare texts")
        where.clauses.append(_clause(where, found))
    return where


def of_models(filter_string: str, kind: str) -> Where:
    """The condition on ``registered_models`` that a filter string means; raises Elsewhere where that is not sure."""
    where = Where()
    if filter_string:
        found = _MODEL_CLAUSE.match(filter_string)
        if found is None or kind != "sqlite":
            raise Elsewhere("MLflow's own parser is to read this filter")
        where.clauses.append(where.compare("name", found["operator"], found["text"][1:-1]))
    return where


def _clauses(filter_string: str) -> Iterator[re.Match[str]]:
    at = count = 0
    while at < len(filter_string):
        found = _CLAUSE.match(filter_string, at)
        at = found.end() if found else 0
        count += 1
        if found is None or count > _MOST_CLAUSES or (at == len(filter_string) and filter_string.endswith(" AND ")):
            raise Elsewhere("MLflow's own parser is to read this filter")
        yield found


def _clause(where: Where, found: re.Match[str]) -> str:
    kind, key, operator = found["kind"], found["plain"] or found["ticked"], found["operator"]
    if kind == "attributes":
        return _attribute(where, found, key, operator)
    if kind == "dataset":
        return _dataset(where, found, key, operator)
    table = {"params": "params", "tags": "tags", "metrics": "latest_metrics"}[kind]
    named = f"SELECT run_uuid FROM {table} WHERE [key] = {where.var(key)}"
    if found["null"] and kind != "metrics":
        return f"run_uuid {'NOT ' if found['null'] == 'IS NULL' else ''}IN ({named})"
    if kind == "metrics":
        if operator not in _NUMBERS or found["number"] is None:
            raise Elsewhere("metrics are compared with numbers")
        value = where.compare("value", operator, float(found["number"]))
        # A NaN is recorded as 0: no comparison finds it but that with !=, which always does.
        return f"run_uuid IN ({named} AND {f'({value} OR is_nan)' if operator == '!=' else f'{value} AND NOT is_nan'})"
    if operator not in _TEXTS or found["text"] is None:
        raise Elsewhere("params and tags are compared with texts")
    return f"run_uuid IN ({named} AND {where.compare('value', operator, found['text'][1:-1])})"


def _attribute(where: Where, found: re.Match[str], key: str, operator: str | None) -> str:
    if found["ticked"] is not None or found["null"]:
        raise Elsewhere("MLflow's own parser is to read this attribute")
    if key == "run_name":
        if operator not in _TEXTS or found["text"] is None:
            raise Elsewhere("names are compared with texts")
        named = f"SELECT run_uuid FROM tags WHERE [key] = {where.var('mlflow.runName')}"
        return f"run_uuid IN ({named} AND {where.compare('value', operator, found['text'][1:-1])})"
    column = _ATTRIBUTES.get(key)
    if column is None:
        raise Elsewhere("MLflow's own parser is to read this attribute")
    if found["list"]:
        if key != "run_id":
            raise Elsewhere("only ids are asked for by a list")
        return f"{column} IN ({', '.join(where.var(text[1:-1]) for text in re.findall(_TEXT, found['list']))})"
    if key in _TIMES:
        if operator not in _NUMBERS or found["number"] is None:
            raise Elsewhere("times are compared with numbers")
        said = found["number"]
        return where.compare(column, operator, int(said) if said.lstrip("-").isdecimal() else float(said))
    if operator not in _TEXTS or found["text"] is None:
        raise Elsewhere("this attribute is compared with texts")
    return where.compare(column, operator, found["text"][1:-1])


def _dataset(where: Where, found: re.Match[str], key: str, operator: str | None) -> str:
    if key not in ("name", "digest") or found["ticked"] is not None or operator not in _TEXTS or not found["text"]:
        raise Elsewhere("MLflow's own parser is to read this of a dataset")
    used = "SELECT destination_id FROM inputs JOIN datasets ON source_id = dataset_uuid"
    return f"run_uuid IN ({used} WHERE {where.compare(f'datasets.{key}', operator, found['text'][1:-1])})"


# Where a list goes on: MLflow's own token, an offset, with what a reader adds and MLflow passes over.


class Token(NamedTuple):
    """How many came before, the start and id of the last of them, and the number of a listing that is kept."""

    offset: int
    after: tuple[int | None, str] | None = None
    listing: int | None = None


def made(offset: int, *, after: tuple[int | None, str] | None = None, listing: int | None = None) -> str:
    """The text of a token; MLflow's own reading of it finds the offset."""
    said: dict[str, object] = {"offset": offset}
    if after is not None:
        said["after"] = list(after)
    if listing is not None:
        said["listing"] = listing
    return base64.b64encode(json.dumps(said).encode()).decode()


def read(token: str | bytes | None) -> Token:
    """What a token says; raises Elsewhere for what is none, which MLflow has words for."""
    if not token:
        return Token(0)
    try:
        said = json.loads(base64.b64decode(token))
    except (ValueError, binascii.Error) as error:
        raise Elsewhere("this is no token of MLflow's") from error
    offset = said.get("offset") if isinstance(said, dict) else None
    if not isinstance(offset, int) or isinstance(offset, bool) or offset <= 0:
        raise Elsewhere("this token holds no offset")
    after = said.get("after")
    known = isinstance(after, list) and len(after) == 2 and isinstance(after[1], str)
    listing = said.get("listing")
    return Token(offset, (after[0], after[1]) if known else None, listing if isinstance(listing, int) else None)
