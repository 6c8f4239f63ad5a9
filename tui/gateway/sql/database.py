"""A store's database, opened read-only for one question at a time, and only where its schema is known."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain import uris
from tui.gateway import guard
from tui.gateway.problems import Elsewhere

if TYPE_CHECKING:
    import sqlalchemy


# Which schemas of MLflow's databases are known, and whether what is found is exactly one of them.


_BEFORE_3 = """
experiments: experiment_id name artifact_location lifecycle_stage creation_time last_update_time
experiment_tags: key value experiment_id
runs: run_uuid name source_type source_name entry_point_name user_id status start_time end_time source_version
    lifecycle_stage artifact_uri experiment_id deleted_time
metrics: key value timestamp run_uuid step is_nan
latest_metrics: key value timestamp step is_nan run_uuid
params: key value run_uuid
tags: key value run_uuid
datasets: dataset_uuid experiment_id name digest dataset_source_type dataset_source dataset_schema dataset_profile
inputs: input_uuid source_type source_id destination_type destination_id
input_tags: input_uuid name value
registered_models: name creation_time last_updated_time description
registered_model_tags: key value name
registered_model_aliases: alias version name
model_versions: name version creation_time last_updated_time description user_id current_stage source run_id status
    status_message run_link storage_location
model_version_tags: key value name version
"""
_WITH_LOGGED_MODELS = """
inputs: step
logged_models: model_id experiment_id name artifact_location creation_timestamp_ms last_updated_timestamp_ms status
    lifecycle_stage model_type source_run_id status_message
logged_model_tags: model_id experiment_id tag_key tag_value
logged_model_params: model_id experiment_id param_key param_value
logged_model_metrics: model_id metric_name metric_timestamp_ms metric_step metric_value experiment_id run_id
    dataset_uuid dataset_name dataset_digest
"""
_WITH_WORKSPACES = """
experiments: workspace
registered_models: workspace
registered_model_tags: workspace
registered_model_aliases: workspace
model_versions: workspace
model_version_tags: workspace
"""
_WITH_TRACES = """
trace_info: request_id experiment_id timestamp_ms execution_time_ms status client_request_id request_preview
    response_preview db_payload_generation trace_name session_id input_tokens output_tokens total_tokens
    cache_read_input_tokens cache_creation_input_tokens cache_creation_input_tokens_above_1hr input_cost output_cost
    total_cost
trace_tags: key value request_id
trace_request_metadata: key value request_id
assessments: assessment_id trace_id name assessment_type value error created_timestamp last_updated_timestamp
    source_type source_id run_id span_id rationale overrides valid assessment_metadata experiment_id
    trace_timestamp_ms aggregate_value is_numeric_value
"""

Columns = Mapping[str, frozenset[str]]


def _columns(*parts: str) -> Columns:
    """Tables and their columns, as the parts above say them one after the other."""
    found: dict[str, set[str]] = {}
    for part in parts:
        names: set[str] = set()
        for word in part.split():
            if word.endswith(":"):
                names = found.setdefault(word[:-1], set())
            else:
                names.add(word)
    return {table: frozenset(names) for table, names in found.items()}


@dataclass(frozen=True)
class KnownSchema:
    """A schema: the tables that are read with their columns, and the last MLflow version that made it."""

    mlflow: str
    columns: Columns

    @property
    def has_logged_models(self) -> bool:
        return "logged_models" in self.columns

    @property
    def has_workspaces(self) -> bool:
        return "workspace" in self.columns["experiments"]


_V2 = _columns(_BEFORE_3)
_V3 = _columns(_BEFORE_3, _WITH_LOGGED_MODELS)
_WORKSPACES = _columns(_BEFORE_3, _WITH_LOGGED_MODELS, _WITH_WORKSPACES)
_TRACES = _columns(_BEFORE_3, _WITH_LOGGED_MODELS, _WITH_WORKSPACES, _WITH_TRACES)

REVISIONS: Mapping[str, KnownSchema] = {
    "acf3f17fdcc7": KnownSchema("2.12", _V2),
    "867495a8f9d4": KnownSchema("2.13.0", _V2),
    "5b0e9adcef9c": KnownSchema("2.14", _V2),
    "4465047574b1": KnownSchema("2.16", _V2),
    "f5a4f2784254": KnownSchema("2.17", _V2),
    "0584bdc529eb": KnownSchema("2.22", _V2),
    "6953534de441": KnownSchema("3.1.0", _V3),
    "bda7b8c39065": KnownSchema("3.1", _V3),
    "770bee3ae1dd": KnownSchema("3.2", _V3),
    "1a0cddfcaa16": KnownSchema("3.3", _V3),
    "71994744cf8e": KnownSchema("3.4", _V3),
    "bf29a5ff90ea": KnownSchema("3.7", _V3),
    "1bd49d398cd23": KnownSchema("3.8", _V3),
    "d3e4f5a6b7c8": KnownSchema("3.9", _V3),
    "1b5f0d9ad7c1": KnownSchema("3.10", _WORKSPACES),
    "c3d6457b6d8a": KnownSchema("3.11", _WORKSPACES),
    "7d34483879f0": KnownSchema("3.12", _WORKSPACES),
    "da6fb0208061": KnownSchema("3.13", _WORKSPACES),
    "b7e4c1a90f23": KnownSchema("3.14", _WORKSPACES),
    "6f8d9c3b2a1e": KnownSchema("3.15", _WORKSPACES),
    "b7e2c1a4d9f3": KnownSchema("3.16", _WORKSPACES),
    "dc11669786a5": KnownSchema("3.17", _TRACES),
}
"""Revisions of ``alembic_version`` that released versions of MLflow ended at, from 2.9 on."""


def revision_of(reading: Reading) -> str:
    """The one revision that a database has; raises Elsewhere for none or several."""
    found = [str(revision) for (revision,) in reading.rows("SELECT version_num FROM alembic_version")]
    if len(found) != 1:
        raise Elsewhere("the database is half migrated, or is not MLflow's")
    return found[0]


def known(reading: Reading, revision: str) -> KnownSchema:
    """The schema of a revision, found to be in the database column for column; raises Elsewhere for any other."""
    expected = REVISIONS.get(revision)
    if expected is None:
        raise Elsewhere(f"the schema {revision} is not one that is known")
    found = _sqlite_columns(reading) if reading.kind == "sqlite" else _server_columns(reading)
    for table, columns in expected.columns.items():
        if found.get(table) != columns:
            raise Elsewhere(f"the table {table} is not as the schema {revision} has it")
    if not expected.has_logged_models and "logged_models" in found:
        raise Elsewhere("the database is half migrated")
    return expected


def require_one_workspace(reading: Reading) -> None:
    """Raise Elsewhere where MLflow would refuse the store, or would write to it before it answers."""
    if reading.known.has_workspaces:
        for table in ("experiments", "registered_models"):
            statement = f"SELECT 1 FROM {table} WHERE workspace IS NOT NULL AND workspace != 'default' LIMIT 1"
            if list(reading.rows(statement)):
                raise Elsewhere("there is more than one workspace")
    if not list(reading.rows("SELECT 1 FROM experiments WHERE experiment_id = 0")):
        raise Elsewhere("the default experiment is missing, and MLflow makes it")


def _sqlite_columns(reading: Reading) -> Columns:
    found: dict[str, set[str]] = {}
    rows = reading.rows(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
    )
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return {table: frozenset(columns) for table, columns in found.items()}


def _server_columns(reading: Reading) -> Columns:
    here = "current_schema()" if reading.kind == "postgresql" else "database()"
    found: dict[str, set[str]] = {}
    rows = reading.rows(f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = {here}")
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return {table: frozenset(columns) for table, columns in found.items()}


_CACHE_KB = 16_000
_MAPPED_BYTES = 1 << 30
_BUSY_SECONDS = 20.0  # as long as MLflow waits for a database that is being written to
# SQLite allows 999 variables in a statement where it was built long ago.
_VARIABLES = 900
_SCHEMES = re.compile(r"(sqlite|postgresql|mysql)(\+\w+)?://", re.IGNORECASE)
_TRUE = ("true", "1")
_PLUGINS = ("mlflow.tracking_store", "mlflow.model_registry_store")
_SIDES = ((0, "left"), (1, "right"))

Row = tuple[Any, ...]


_Run = Callable[[str, Mapping[str, Any]], Iterable[Row]]
"""Runs one statement with named variables."""


class Database:
    """The database behind a URI; thread safe, for each question has a connection or a file of its own."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self.kind = uris.kind(uri)
        self._engine: sqlalchemy.Engine | None = None
        self._plain: bool | None = None
        self._known: tuple[object, KnownSchema] | None = None

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One transaction that changes nothing; raises Elsewhere where MLflow is to be asked instead.

        What is wrong with the database itself comes as SQLite's or SQLAlchemy's exception, as it does from MLflow.
        """
        if self.kind == "sqlite":
            with self._sqlite() as file:
                yield self._checked(Reading(file.execute, self.kind), self._state(file))
            return
        self._require_plain()
        with self._connected() as connection:
            import sqlalchemy

            def run(statement: str, variables: Mapping[str, Any]) -> Iterable[Row]:
                return (tuple(row) for row in connection.execute(sqlalchemy.text(statement), dict(variables)))

            yield self._checked(Reading(run, self.kind), self._uri)

    @property
    def is_plain(self) -> bool:
        """Whether MLflow itself would open this URI by its own SQL store, and by nothing of a plugin's."""
        if self._plain is None:
            self._plain = (
                _SCHEMES.match(self._uri) is not None
                and os.environ.get("MLFLOW_ENABLE_WORKSPACES", "").lower() not in _TRUE
                and not os.environ.get("MLFLOW_WORKSPACE")
                and not any(self._uri.partition("://")[0].lower() in guard.plugins(group) for group in _PLUGINS)
            )
        return self._plain

    @contextmanager
    def checked_sqlite(self) -> Iterator[sqlite3.Connection]:
        """A transaction on a SQLite file whose schema is known."""
        with self._sqlite() as connection:
            self._checked(Reading(connection.execute, self.kind), self._state(connection))
            yield connection

    @contextmanager
    def _sqlite(self) -> Iterator[sqlite3.Connection]:
        self._require_plain()
        path = uris.sqlite_path(self._uri)
        if path is None or not os.path.isfile(path):
            raise Elsewhere("there is no such file")
        uri = guard.read_only_uri(path)
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA case_sensitive_like = true")  # as MLflow has it
            # A page of runs is looked up all over the file; with SQLite's own 2 MB each leaf is read again and again.
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            connection.execute("BEGIN")
            yield connection

    def _state(self, connection: sqlite3.Connection) -> object:
        (cookie,) = connection.execute("PRAGMA schema_version").fetchone()
        path = uris.sqlite_path(self._uri)
        assert path is not None  # it is open
        found = os.stat(path)
        return found.st_dev, found.st_ino, cookie

    def _require_plain(self) -> None:
        if not self.is_plain:
            raise Elsewhere("the store is not one of MLflow's own, or has workspaces")

    @contextmanager
    def _connected(self) -> Iterator[sqlalchemy.Connection]:
        if self._engine is None:
            import sqlalchemy

            self._engine = sqlalchemy.create_engine(self._uri, pool_pre_ping=True, isolation_level="REPEATABLE READ")
        with self._engine.connect() as connection:
            yield connection

    def _checked(self, reading: Reading, state: object) -> Reading:
        """The reading, once it is sure that its schema is a known one; ``state`` changes where tables may have."""
        revision = revision_of(reading)
        if self._known is None or self._known[0] != (state, revision):
            self._known = (state, revision), known(reading, revision)
        reading.known = self._known[1]
        require_one_workspace(reading)
        return reading


class Reading:
    """What can be asked within one transaction."""

    known: KnownSchema

    def __init__(self, run: _Run, kind: str) -> None:
        self._run = run
        self.kind = kind
        self.statements = 0

    def rows(self, statement: str, **variables: object) -> Iterable[Row]:
        """The rows of a statement in which variables are written ``:name``, and names that SQL reserves ``[name]``."""
        self.statements += 1
        quote = "`" if self.kind == "mysql" else '"'
        return self._run(re.sub(r"\[(\w+)\]", rf"{quote}\1{quote}", statement), variables)

    def among(self, values: Sequence[object], statement: str, **variables: object) -> Iterator[Row]:
        """The rows of a statement that says ``IN (:among)``, asked as often as the number of values needs."""
        if self.kind == "sqlite":
            if values:
                listed = statement.replace(":among", "SELECT value FROM json_each(:among)")
                yield from self.rows(listed, among=json.dumps(list(values)), **variables)
            return
        for start in range(0, len(values), _VARIABLES):
            some = {f"among{at}": value for at, value in enumerate(values[start : start + _VARIABLES])}
            listed = ", ".join(f":{name}" for name in some)
            yield from self.rows(statement.replace(":among", listed), **some, **variables)

    def among_pairs(self, pairs: Sequence[tuple[object, object]], statement: str) -> Iterator[Row]:
        """``among`` for pairs of values."""
        for start in range(0, len(pairs), _VARIABLES // 2):
            some = pairs[start : start + _VARIABLES // 2]
            listed = ", ".join(f"(:left{at}, :right{at})" for at in range(len(some)))
            values = {f"{side}{at}": pair[which] for at, pair in enumerate(some) for which, side in _SIDES}
            rows = f"VALUES {listed}" if self.kind == "sqlite" else listed
            yield from self.rows(statement.replace(":among", rows), **values)

    def look_all_over(self) -> None:
        """Have SQLite read the file where the system holds it: a long page of runs is on most of its leaves.

        Not for a short one, for a file that is cut meanwhile then ends the process.
        """
        if self.kind == "sqlite":
            list(self.rows(f"PRAGMA mmap_size = {_MAPPED_BYTES}"))

    def placed(self, table: str, key: str, columns: Sequence[str], values: Sequence[str]) -> Iterable[Row]:
        """Rows whose ``key`` is one of ``values``: its place among them and the columns, in the order of places."""
        if self.kind == "sqlite":
            # The places come from SQLite itself, which costs a third of looking each of them up here.
            wanted = ", ".join(f"found.[{column}]" for column in columns)
            return self.rows(
                f"SELECT wanted.key, {wanted} FROM json_each(:wanted) AS wanted CROSS JOIN {table} AS found "
                f"WHERE found.[{key}] = wanted.value",
                wanted=json.dumps(list(values)),
            )
        place = {value: at for at, value in enumerate(values)}
        wanted = ", ".join(f"[{column}]" for column in columns)
        found = self.among(values, f"SELECT [{key}], {wanted} FROM {table} WHERE [{key}] IN (:among)")
        return sorted(((place[row[0]], *row[1:]) for row in found if row[0] in place), key=lambda row: int(row[0]))

    def grouped(self, table: str, key: str, values: Sequence[str]) -> Iterator[tuple[str, list[int], list[str | None]]]:
        """The texts of a table of keys and values whose ``key`` is one of ``values``, by key: their places, and they.

        Keys come in order of appearance, places in any. SQLite gathers them: one row for each key, not for each text.
        """
        if self.kind == "sqlite":
            rows = self.rows(
                "SELECT found.[key], json_group_array(wanted.key), json_group_array(found.value) "
                f"FROM json_each(:wanted) AS wanted CROSS JOIN {table} AS found "
                f"WHERE found.[{key}] = wanted.value GROUP BY found.[key] ORDER BY min(wanted.key), found.rowid",
                wanted=json.dumps(list(values)),
            )
            try:
                for name, places, texts in rows:
                    yield name, json.loads(places), json.loads(texts)
            except sqlite3.OperationalError as error:
                if "BLOB" in str(error):
                    raise Elsewhere("something is recorded that is of another kind than its column") from error
                raise
            return
        adding: dict[str, tuple[list[int], list[str | None]]] = {}
        for place, name, text in self.placed(table, key, ("key", "value"), values):
            column = adding.setdefault(name, ([], []))
            column[0].append(place)
            column[1].append(text)
        for name, (places, texts) in adding.items():
            yield name, places, texts


# MLflow's filter strings as SQL, where every sign of them is understood; for any other MlflowClient is asked.


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


def token_text(
    offset: int,
    *,
    after: tuple[int | None, str] | None = None,
    listing: int | None = None,
    experiment_ids: Sequence[str] = (),
) -> str:
    """The text of a token; MLflow's own reading finds the offset, and the experiments where it wants them."""
    said: dict[str, object] = {"offset": offset}
    if experiment_ids:
        said["experiment_ids"] = list(experiment_ids)
    if after is not None:
        said["after"] = list(after)
    if listing is not None:
        said["listing"] = listing
    return base64.b64encode(json.dumps(said).encode()).decode()


def read_token(token: str | bytes | None) -> Token:
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
