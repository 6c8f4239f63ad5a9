"""A store's database, opened read-only for one question at a time, and only where its schema is known."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.gateway.problems import Elsewhere
from tui.gateway.sql import schema
from tui.gateway.store import guard

if TYPE_CHECKING:
    import sqlalchemy

_BUSY_SECONDS = 20.0  # as long as MLflow waits for a database that is being written to
# SQLite allows 999 variables in a statement where it was built long ago.
_VARIABLES = 900
_SCHEMES = re.compile(r"(sqlite|postgresql|mysql)(\+\w+)?://", re.IGNORECASE)
_TRUE = ("true", "1")
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
        self._known: tuple[object, schema.KnownSchema] | None = None

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
                and not _taken_by_plugin(self._uri.partition("://")[0].lower())
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
        revision = schema.revision_of(reading)
        if self._known is None or self._known[0] != (state, revision):
            self._known = (state, revision), schema.known(reading, revision)
        reading.known = self._known[1]
        schema.require_one_workspace(reading)
        return reading


class Reading:
    """What can be asked within one transaction."""

    known: schema.KnownSchema

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


def _taken_by_plugin(scheme: str) -> bool:
    from importlib.metadata import entry_points

    groups = ("mlflow.tracking_store", "mlflow.model_registry_store")
    return any(entry.name == scheme for group in groups for entry in entry_points(group=group))
