"""Readers of our own in front of MlflowClient: they answer what they know in every detail, and it all the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tui.domain import uris
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.problems import Elsewhere
from tui.gateway.prompts import ClientPrompts
from tui.gateway.registry import ClientRegistry
from tui.gateway.rest.registry import RestModels
from tui.gateway.rest.traces import RestTraces
from tui.gateway.rest.tracking import RestPages, RestTracking
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database
from tui.gateway.sql.registry import SqlPrompts, SqlRegistry
from tui.gateway.sql.traces import SqlTraces
from tui.gateway.sql.tracking import SqlTracking
from tui.gateway.tracking.history import DatabaseHistory, RestHistory, SqliteHistory

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

_TRACES = ("search", "info", "trace", "metrics")

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


def over(session: Connection, operations: Mapping[str, Operation]) -> dict[str, Operation]:
    """The same requests, with those that a reader of our own knows answered by it where it can."""
    by, found = (REST, rest_reads(session)) if session.transport is not None else (SQL, sql_reads(session))
    return {**operations, **{op: First(session, by, fast, operations[op]) for op, fast in found.items()}}


def sql_reads(session: Connection) -> dict[str, Operation]:
    """The reads that a database answers itself."""
    runs = Database(session.tracking_uri)
    models = runs if session.registry_uri == session.tracking_uri else Database(session.registry_uri or "")
    found: dict[str, Operation] = {}
    if runs.kind in uris.SQL_KINDS:
        tracking = SqlTracking(session, runs)
        found |= _of(tracking, "tracking", _TRACKING)
        found |= _of(SqlTraces(session, runs), "traces", ("search", "info", "trace"))
        found["artifacts.logged_models"] = tracking.logged_models
    if runs.kind == "sqlite":
        found |= _of(SqliteHistory(session, runs), "history", ("sampled", "page", "figures"))
    elif runs.kind in uris.SQL_KINDS:
        found |= _of(DatabaseHistory(session, runs), "history", ("figures",))
    if runs.kind in uris.SQL_KINDS and models.kind in uris.SQL_KINDS:
        registry = SqlRegistry(session, models, runs)
        found |= _of(registry, "registry", _REGISTRY) | _of(SqlPrompts(registry), "prompts", _PROMPTS)
    return found


def rest_reads(session: Connection) -> dict[str, Operation]:
    """The reads that a plain server is asked for without MLflow."""
    tracking, history, models = RestTracking(session), RestHistory(session), RestModels(session)
    found = _of(tracking, "tracking", _TRACKING) | _of(history, "history", ("sampled", "page", "figures"))
    found["tracking.search_runs"] = RestPages(tracking).search_runs
    found |= _of(RestTraces(session), "traces", _TRACES)
    found["artifacts.logged_models"] = ClientArtifacts(session, lambda: models).logged_models
    if session.registry_uri == session.tracking_uri:
        found |= _of(ClientRegistry(session, lambda: models), "registry", _REGISTRY)
        found |= _of(ClientPrompts(session, lambda: models), "prompts", _PROMPTS)
    return found


def _of(port: object, name: str, methods: tuple[str, ...]) -> dict[str, Operation]:
    return {f"{name}.{method}": getattr(port, method) for method in methods}
