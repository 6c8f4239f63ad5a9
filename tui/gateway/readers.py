"""Readers of our own in front of MlflowClient: they answer what they know in every detail, and it all the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tui.domain import uris
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Session
from tui.gateway.sql.database import Database
from tui.gateway.sql.registry import SqlRegistry
from tui.gateway.sql.tracking import SqlTracking
from tui.gateway.tracking.history import SqliteHistory

Operation = Callable[..., Any]

CLIENT, SQL = "MLflow", "SQL"

answered_by: ContextVar[str] = ContextVar("answered_by", default="")
"""Who answered the request that this thread made last, "" where nobody was asked."""


@dataclass(frozen=True)
class First:
    """A request that a reader of our own answers, and MlflowClient where the reader cannot; needs no mlflow before."""

    session: Session
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


def over(session: Session, operations: Mapping[str, Operation]) -> dict[str, Operation]:
    """The same requests, with those that a reader of our own knows answered by it where it can."""
    reads = {op: First(session, SQL, fast, operations[op]) for op, fast in sql_reads(session).items()}
    return {**operations, **reads}


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
            "artifacts.logged_models": tracking.logged_models,
        }
    if runs.kind == "sqlite":
        history = SqliteHistory(session, runs)
        found |= {"history.sampled": history.sampled, "history.page": history.page}
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
            "registry.source_models": registry.source_models,
        }
    return found
