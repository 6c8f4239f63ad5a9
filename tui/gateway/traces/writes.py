"""What may be changed of traces. Each method is one request, sent once and never tried again.

Who calls these has shown what will happen and has looked at the server just before: see ``services.trace_writes``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from tui.domain import uris
from tui.domain.traces.values import FEEDBACK, Assessment
from tui.gateway import problems
from tui.gateway.ports import TraceWritesPort
from tui.gateway.rest.transport import object_in
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from mlflow.entities import Assessment as MlflowAssessment

_API = "/api/3.0/mlflow/traces"


def trace_writes_of(session: Connection) -> TraceWritesPort:
    """The way in which a session's kind of store is written to."""
    if session.kind in (*uris.HTTP_KINDS, "databricks"):
        return RestTraceWrites(session)
    return ClientTraceWrites(session)


class ClientTraceWrites:
    """TraceWritesPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def assess(self, trace_id: str, said: Assessment, overrides: str = "") -> str:
        with problems.raised_as(f"Could not assess trace {trace_id}", self._session.place):
            tracing = self._session.client()._tracing_client
            made = _entity(said)
            made.overrides = overrides or None
            return str(tracing.log_assessment(trace_id, made).assessment_id)

    def reassess(self, trace_id: str, said: Assessment) -> None:
        with problems.raised_as(f"Could not assess trace {trace_id}", self._session.place):
            self._session.client()._tracing_client.update_assessment(trace_id, said.id, _entity(said))

    def unassess(self, trace_id: str, assessment_id: str) -> None:
        with problems.raised_as(f"Could not take an assessment from trace {trace_id}", self._session.place):
            self._session.client()._tracing_client.delete_assessment(trace_id, assessment_id)

    def tag(self, trace_id: str, key: str, value: str | None) -> None:
        with problems.raised_as(f"Could not tag trace {trace_id}", self._session.place):
            client = self._session.client()
            if value is None:
                client.delete_trace_tag(trace_id, key)
            else:
                client.set_trace_tag(trace_id, key, value)

    def add_to_set(self, dataset_id: str, trace_ids: Sequence[str]) -> None:
        _add(self._session, dataset_id, trace_ids)


class RestTraceWrites:
    """TraceWritesPort over the REST interface: MlflowClient would send a request again that may have had its effect."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def assess(self, trace_id: str, said: Assessment, overrides: str = "") -> str:
        body: dict[str, object] = {
            "assessment_name": said.name,
            "source": {"source_type": said.source_type, "source_id": said.source_id},
            **_value(said),
        }
        if said.rationale:
            body["rationale"] = said.rationale
        if overrides:
            body["overrides"] = overrides
        title = f"Could not assess trace {trace_id}"
        answer = self._send(title, "POST", f"/{_path(trace_id)}/assessments", {"assessment": body})
        made = answer.get("assessment")
        return str(made.get("assessment_id", "")) if isinstance(made, dict) else ""

    def reassess(self, trace_id: str, said: Assessment) -> None:
        changed = ["feedback", "rationale"] if said.kind == FEEDBACK else ["expectation"]
        body = {**_value(said), **({"rationale": said.rationale} if said.kind == FEEDBACK else {})}
        self._send(
            f"Could not assess trace {trace_id}",
            "PATCH",
            f"/{_path(trace_id)}/assessments/{_path(said.id)}",
            {"assessment": body, "update_mask": ",".join(changed)},
        )

    def unassess(self, trace_id: str, assessment_id: str) -> None:
        title = f"Could not take an assessment from trace {trace_id}"
        self._send(title, "DELETE", f"/{_path(trace_id)}/assessments/{_path(assessment_id)}", {})

    def tag(self, trace_id: str, key: str, value: str | None) -> None:
        asked = {"key": key} if value is None else {"key": key, "value": value}
        method = "DELETE" if value is None else "PATCH"
        self._send(f"Could not tag trace {trace_id}", method, f"/{_path(trace_id)}/tags", asked)

    def add_to_set(self, dataset_id: str, trace_ids: Sequence[str]) -> None:
        _add(self._session, dataset_id, trace_ids)

    def _send(self, title: str, method: str, path: str, body: Mapping[str, object]) -> dict[str, object]:
        with problems.raised_as(title, self._session.place):
            self._session.reach()
            answer = self._session.request(_API + path, method, json=dict(body))
            if answer.status_code == 200:
                found = object_in(answer.content)
                if found is not None:
                    return dict(found)
            raise answers.of_answer(answer, title, self._session.place)


def _path(text: str) -> str:
    return quote(text, safe="")


def _value(said: Assessment) -> dict[str, object]:
    """The value as the interface takes it: an expectation that is no scalar goes as JSON text."""
    if said.kind == FEEDBACK:
        return {"feedback": {"value": said.value}}
    if isinstance(said.value, (dict, list)):
        text = {"serialization_format": "JSON_FORMAT", "value": json.dumps(said.value)}
        return {"expectation": {"serialized_value": text}}
    return {"expectation": {"value": said.value}}


def _entity(said: Assessment) -> MlflowAssessment:
    from mlflow.entities import AssessmentSource, Expectation, Feedback

    source = AssessmentSource(said.source_type, said.source_id)
    if said.kind == FEEDBACK:
        return Feedback(name=said.name, value=cast(Any, said.value), source=source, rationale=said.rationale or None)
    return Expectation(name=said.name, value=said.value, source=source)


def _add(session: Connection, dataset_id: str, trace_ids: Sequence[str]) -> None:
    """Make a record of each trace: what went into its root, and what is expected of it; the same again is updated."""
    title = f"Could not add to dataset {dataset_id}"
    with problems.raised_as(title, session.place):
        session.before_client()
        client = session.client()
        traces = [client.get_trace(trace_id, display=False) for trace_id in trace_ids]
        client.get_dataset(dataset_id).merge_records(traces)
