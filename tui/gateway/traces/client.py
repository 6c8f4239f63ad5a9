"""Traces by MlflowClient: of stores that no reader of our own knows, and of spans that lie with the artifacts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import (
    ARCHIVE_REPO,
    ARTIFACT_REPO,
    EXPECTATION,
    FEEDBACK,
    SAID_IN,
    Assessment,
    Span,
    SpanEvent,
    Trace,
    TraceInfo,
    TraceMetrics,
    TracesPage,
    Warehouse,
)
from tui.gateway import problems
from tui.gateway.rest.transport import object_in
from tui.gateway.session import Connection
from tui.gateway.traces.json import made
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from mlflow.entities import Assessment as MlflowAssessment
    from mlflow.entities import Span as MlflowSpan
    from mlflow.entities import TraceInfo as MlflowInfo

_WAREHOUSE = "MLFLOW_TRACING_SQL_WAREHOUSE_ID"
_KEPT_IN = {ARTIFACT_REPO: "artifact store", ARCHIVE_REPO: "archive"}


class ClientTraces:
    """TracesPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def search(
        self,
        places: Sequence[str],
        *,
        filter_string: str = "",
        max_results: int = 500,
        token: str | None = None,
        warehouse: str = "",
    ) -> TracesPage:
        with problems.raised_as("Could not read the traces", self._session.place), _through(warehouse):
            found = self._session.client().search_traces(
                locations=list(places),
                filter_string=filter_string or None,
                max_results=max_results,
                order_by=["timestamp_ms DESC"],
                page_token=token,
                include_spans=False,
            )
            following = found.token.decode() if isinstance(found.token, bytes) else found.token
            return TracesPage(tuple(info_of_entity(trace.info) for trace in found), following or None)

    def info(self, trace_id: str) -> TraceInfo:
        with problems.raised_as(f"Could not read trace {trace_id}", self._session.place):
            client = self._session.client()
            return info_of_entity(client._tracing_client.get_trace_info(trace_id))

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        title = f"Could not read trace {trace_id}"
        with problems.raised_as(title, self._session.place), _through(warehouse):
            try:
                client = self._session.client()
                # Of one that runs, nothing is answered unless what there is by now will do.
                found = client.get_trace(trace_id, display=False) or client._tracing_client.store.get_trace(
                    trace_id, allow_partial=True
                )
            except Exception as error:
                gone = self._gone(error, location)
                if not gone:
                    raise
                return Trace(self.info(trace_id), (), gone)
            info = info_of_entity(found.info)
            spans = tuple(_span_of_entity(span) for span in found.data.spans)
            return Trace(info, spans, _lost(info.spans_location) if not spans else "")

    def _gone(self, error: Exception, location: str) -> str:
        """Why a trace that is there has no spans; empty where something else went wrong."""
        said = str(error)
        if "missing span data" in said or "corrupted" in said or "TraceDataNotFound" in type(error).__name__:
            return _lost(location)
        problem = problems.of(error, "", self._session.place)
        in_a_repository = location in _KEPT_IN and not problem.is_connection and problem.kind is not Kind.NOT_FOUND
        return f"{_lost(location)} {problem.message}" if in_a_repository else ""

    def metrics(self, places: Sequence[str], start_ms: int, end_ms: int) -> TraceMetrics:
        raise Problem(Kind.UNSUPPORTED, "Could not count the traces", "Only servers count traces themselves.")

    def warehouses(self) -> tuple[Warehouse, ...]:
        title = "Could not list the SQL warehouses"
        if self._session.kind != "databricks":
            raise Problem(Kind.UNSUPPORTED, title, "Only a Databricks workspace has SQL warehouses.")
        with problems.raised_as(title, self._session.place):
            answer = self._session.request("/api/2.0/sql/warehouses", "GET")
            found = object_in(answer.content) if answer.status_code == 200 else None
            if found is None:
                raise answers.of_answer(answer, title, self._session.place)
            return tuple(
                Warehouse(str(one.get("id", "")), str(one.get("name", "")), str(one.get("state", "")))
                for one in found.get("warehouses") or ()
            )


def info_of_entity(info: MlflowInfo) -> TraceInfo:
    """An info from MLflow's entity."""
    where = info.trace_location
    experiment = where.mlflow_experiment.experiment_id if where.mlflow_experiment is not None else ""
    if not experiment:
        at = getattr(where, "uc_table_prefix", None) or getattr(where, "uc_schema", None)
        names = [getattr(at, name, None) for name in ("catalog_name", "schema_name", "table_prefix")]
        experiment = ".".join(str(name) for name in names if name)
    return made(
        info.trace_id,
        str(experiment),
        info.state.value,
        info.request_time,
        info.execution_duration,
        info.request_preview or info.trace_metadata.get("mlflow.traceInputs", ""),
        info.response_preview or info.trace_metadata.get("mlflow.traceOutputs", ""),
        dict(info.trace_metadata),
        {key: str(value) for key, value in info.tags.items()},
        tuple(_assessment_of_entity(one) for one in info.assessments),
    )


def _assessment_of_entity(one: MlflowAssessment) -> Assessment:
    kind, value, error = "issue", None, ""
    if one.feedback is not None:
        kind, value, failed = FEEDBACK, one.feedback.value, one.feedback.error
        error = ": ".join(part for part in (failed.error_code, failed.error_message) if part) if failed else ""
    elif one.expectation is not None:
        kind, value = EXPECTATION, one.expectation.value
    elif one.issue is not None:
        value = one.issue.issue_name
    return Assessment(
        id=one.assessment_id or "",
        name=one.name,
        kind=kind,
        value=value,
        source_type=one.source.source_type if one.source else "",
        source_id=(one.source.source_id if one.source else "") or "",
        rationale=one.rationale or "",
        error=error,
        created_ms=one.create_time_ms or 0,
        span_id=one.span_id or "",
        valid=one.valid is not False,
        overrides=one.overrides or "",
        run_id=(one.metadata or {}).get(SAID_IN, ""),
    )


def _span_of_entity(span: MlflowSpan) -> Span:
    return Span(
        id=span.span_id,
        parent_id=span.parent_id or "",
        name=span.name,
        start_ns=span.start_time_ns,
        end_ns=span.end_time_ns or None,
        status=span.status.status_code.value.rpartition("_")[2],
        message=span.status.description or "",
        attributes=dict(span.attributes),
        events=tuple(SpanEvent(e.name, e.timestamp, dict(e.attributes or {})) for e in span.events),
    )


def _lost(location: str) -> str:
    where = _KEPT_IN.get(location, "store")
    return f"Its spans are no longer there: the {where} has nothing of them that can be read."


@contextmanager
def _through(warehouse: str) -> Iterator[None]:
    """Ask by way of a SQL warehouse, where traces lie in Unity Catalog."""
    before = os.environ.get(_WAREHOUSE)
    if warehouse:
        os.environ[_WAREHOUSE] = warehouse
    try:
        yield
    finally:
        if warehouse:
            if before is None:
                os.environ.pop(_WAREHOUSE, None)
            else:
                os.environ[_WAREHOUSE] = before
