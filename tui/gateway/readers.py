"""Readers of our own in front of MlflowClient: they answer what they know in every detail, and it all the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from tui.domain import uris
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Session
from tui.gateway.sql.database import Database
from tui.gateway.sql.registry import SqlRegistry
from tui.gateway.sql.tracking import SqlTracking

Operation = Callable[..., Any]

CLIENT, SQL = "MlflowClient", "SQL"

answered_by: ContextVar[str] = ContextVar("answered_by", default=CLIENT)
"""Who answered the request that this thread made last."""


def over(session: Session, operations: Mapping[str, Operation]) -> dict[str, Operation]:
    """The same requests, with those that a reader of our own knows answered by it where it can."""
    return {**operations, **{op: _first(session, fast, operations[op]) for op, fast in sql_reads(session).items()}}


def sql_reads(session: Session) -> dict[str, Operation]:
    """The reads that a database answers itself."""
    runs = Database(session.tracking_uri)
    models = runs if session.registry_uri == session.tracking_uri else Database(session.registry_uri or "")
    found: dict[str, Operation] = {}
    if runs.kind in uris.SQL_KINDS:
        tracking = SqlTracking(session, runs)
        found |= {
            "tracking.search_experiments": tracking.search_experiments,
            "tracking.get_experiment": tracking.get_experiment,
            "tracking.get_experiment_by_name": tracking.get_experiment_by_name,
            "tracking.count_runs": tracking.count_runs,
            "tracking.search_runs": tracking.search_runs,
            "tracking.get_run": tracking.get_run,
            "tracking.child_runs": tracking.child_runs,
        }
    if runs.kind in uris.SQL_KINDS and models.kind in uris.SQL_KINDS:
        registry = SqlRegistry(session, models, runs)
        found |= {
            "registry.search_models": registry.search_models,
            "registry.get_model": registry.get_model,
            "registry.aliases_at": registry.aliases_at,
            "registry.count_versions": registry.count_versions,
            "registry.search_versions": registry.search_versions,
            "registry.get_version": registry.get_version,
            "registry.get_versions": registry.get_versions,
            "registry.registered_as": registry.registered_as,
            "registry.source_runs": registry.source_runs,
        }
    return found


def _first(session: Session, fast: Operation, slow: Operation) -> Operation:
    def answer(*args: Any, **kwargs: Any) -> Any:
        session.require_open()
        try:
            value = fast(*args, **kwargs)
        except Elsewhere:
            answered_by.set(CLIENT)
            return slow(*args, **kwargs)
        answered_by.set(SQL)
        return value

    return answer
