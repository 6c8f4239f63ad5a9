"""Readers of our own in front of MlflowClient: they answer what they know in every detail, and it all the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Connection

if TYPE_CHECKING:
    from tui.gateway.rest.tracking import RestPages, RestTracking
    from tui.gateway.sql.database import Database
    from tui.gateway.sql.tracking import SqlTracking

Operation = Callable[..., Any]

CLIENT, SQL, REST = "MLflow", "SQL", "REST"

_TRACKING = (
    "search_experiments",
    "get_experiment",
    "get_experiment_by_name",
    "count_runs",
    "search_runs",
    "get_run",
    "child_runs",
)
_LOGGED = ("logged_models", "models_of", "logged_model")
_REGISTRY = (
    "registered_as",
    "search_models",
    "get_model",
    "aliases_at",
    "count_versions",
    "search_versions",
    "get_version",
    "get_versions",
    "source_runs",
    "source_models",
)
_PROMPTS = ("search_models", "get_model", "aliases_at", "search_versions", "get_versions")

_TRACES = ("search", "info", "trace", "several", "metrics")

answered_by: ContextVar[str] = ContextVar("answered_by", default="")
"""Who answered the request that this thread made last, "" where nobody was asked."""


@dataclass(frozen=True)
class First:
    """A request that a reader of our own answers, and MlflowClient where the reader cannot; needs no mlflow before."""

    session: Connection
    by: str
    fast: Operation
    slow: Operation

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.session.require_open()
        try:
            value = self.fast(*args, **kwargs)
        except Elsewhere:
            self.session.before_client()
            answered_by.set(CLIENT)
            return self.slow(*args, **kwargs)
        answered_by.set(self.by)
        return value


@dataclass(frozen=True)
class FirstReads:
    """The reader of a context's experiments and runs, which is there before the rest of the gateway is loaded."""

    by: str
    search_experiments: Operation
    search_runs: Operation
    sql: tuple[Database, SqlTracking] | None = None
    rest: tuple[RestTracking, RestPages] | None = None


def first_reads(session: Connection) -> FirstReads | None:
    """What reads the first rows where a reader of our own does; loads nothing that it does not need itself."""
    if session.transport is not None:
        import requests  # noqa: F401  the first request needs it at once

        from tui.gateway.rest.tracking import FEW, RestPages, RestTracking

        over_http = RestTracking(session)
        pages = RestPages(over_http, ahead_from=FEW)
        return FirstReads(REST, over_http.search_experiments, pages.search_runs, rest=(over_http, pages))
    if uris.kind(session.tracking_uri) not in uris.SQL_KINDS:
        return None
    from tui.gateway.sql.database import Database
    from tui.gateway.sql.tracking import SqlTracking

    database = Database(session.tracking_uri)
    tracking = SqlTracking(session, database)
    return FirstReads(SQL, tracking.search_experiments, tracking.search_runs, sql=(database, tracking))


def over(
    session: Connection, operations: Mapping[str, Operation], first: FirstReads | None = None
) -> dict[str, Operation]:
    """The same requests, with those that a reader of our own knows answered by it where it can.

    ``first`` is what has begun to read already.
    """
    first = first or first_reads(session)
    if first is None:
        return dict(operations)
    found = rest_reads(session, first) if first.rest is not None else sql_reads(session, first)
    return {**operations, **{op: First(session, first.by, fast, operations[op]) for op, fast in found.items()}}


def sql_reads(session: Connection, first: FirstReads | None = None) -> dict[str, Operation]:
    """The reads that a database answers itself."""
    from tui.gateway.sql.database import Database
    from tui.gateway.sql.registry import SqlPrompts, SqlRegistry
    from tui.gateway.sql.traces import SqlTraces
    from tui.gateway.tracking.history import DatabaseHistory, SqliteHistory

    first = first or first_reads(session)
    if first is None or first.sql is None:
        return {}
    runs, tracking = first.sql
    models = runs if session.registry_uri == session.tracking_uri else Database(session.registry_uri or "")
    found = _of(tracking, "tracking", _TRACKING) | _of(SqlTraces(session, runs), "traces", _TRACES[:-1])
    found |= _of(tracking, "artifacts", _LOGGED)
    if runs.kind == "sqlite":
        found |= _of(SqliteHistory(session, runs), "history", ("sampled", "page", "figures"))
    else:
        found |= _of(DatabaseHistory(session, runs), "history", ("figures",))
    if models.kind in uris.SQL_KINDS:
        registry = SqlRegistry(session, models, runs)
        found |= _of(registry, "registry", _REGISTRY) | _of(SqlPrompts(registry), "prompts", _PROMPTS)
    return found


def rest_reads(session: Connection, first: FirstReads | None = None) -> dict[str, Operation]:
    """The reads that a plain server is asked for without MLflow."""
    from tui.gateway.artifacts.client import ClientArtifacts
    from tui.gateway.prompts import ClientPrompts
    from tui.gateway.registry import ClientRegistry
    from tui.gateway.rest.registry import RestModels
    from tui.gateway.rest.transport import at_once
    from tui.gateway.trace_json import RestTraces
    from tui.gateway.tracking.history import RestHistory

    first = first or first_reads(session)
    if first is None or first.rest is None:
        return {}
    tracking, pages = first.rest
    history, models = RestHistory(session), RestModels(session)
    found = _of(tracking, "tracking", _TRACKING) | _of(history, "history", ("sampled", "page", "figures"))
    found["tracking.search_runs"] = pages.search_runs
    found |= _of(RestTraces(session), "traces", _TRACES)
    found |= _of(ClientArtifacts(session, lambda: models), "artifacts", _LOGGED)
    if session.registry_uri == session.tracking_uri:
        found |= _of(ClientRegistry(session, lambda: models, at_once=at_once), "registry", _REGISTRY)
        found |= _of(ClientPrompts(session, lambda: models), "prompts", _PROMPTS)
    return found


def _of(port: object, name: str, methods: tuple[str, ...]) -> dict[str, Operation]:
    return {f"{name}.{method}": getattr(port, method) for method in methods}
