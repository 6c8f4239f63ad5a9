"""Traces, evaluations and what is changed of them by MlflowClient, where no reader of our own knows the store."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from tui.domain import uris
from tui.domain.filter.nodes import quoted_value
from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import (
    ARCHIVE_REPO,
    ARTIFACT_REPO,
    EXPECTATION,
    FEEDBACK,
    SAID_IN,
    Assessment,
    EvaluationRun,
    EvaluationSet,
    RecordsPage,
    Scorer,
    SetRecord,
    Span,
    SpanEvent,
    Trace,
    TraceInfo,
    TraceMetrics,
    TracesPage,
    Warehouse,
    whole,
)
from tui.domain.values import pages_of
from tui.gateway import problems
from tui.gateway.ports import TraceWritesPort
from tui.gateway.rest.transport import Json, object_in
from tui.gateway.session import Connection, all_of
from tui.gateway.trace_json import loaded, made
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from mlflow.entities import Assessment as MlflowAssessment
    from mlflow.entities import EvaluationDataset, Run
    from mlflow.entities import Span as MlflowSpan
    from mlflow.entities import TraceInfo as MlflowInfo
    from mlflow.entities.dataset_record import DatasetRecord
    from mlflow.entities.scorer import ScorerVersion


_WAREHOUSE = "MLFLOW_TRACING_SQL_WAREHOUSE_ID"
_OLD_API, _OLD_SPANS = "/api/2.0/mlflow/traces", "/ajax-api/2.0/mlflow/get-trace-artifact"
_SEVERAL = "Could not read the spans of several traces"
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
            old = self._old(f"{_OLD_API}/{_path(trace_id)}/info", "trace_info")
            if old is not None:
                return _old_info(old)
            client = self._session.client()
            return info_of_entity(client._tracing_client.get_trace_info(trace_id))

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        title = f"Could not read trace {trace_id}"
        with problems.raised_as(title, self._session.place), _through(warehouse):
            old = self._old(f"{_OLD_API}/{_path(trace_id)}/info", "trace_info")
            if old is not None:
                from mlflow.entities import TraceData

                kept = self._old(f"{_OLD_SPANS}?request_id={_path(trace_id)}", "spans")
                spans = tuple(map(_span_of_entity, TraceData.from_dict(dict(kept)).spans)) if kept else ()
                return Trace(_old_info(old), spans, "" if spans else _lost(""))
            try:
                client = self._session.client()
                # Of one that runs, nothing is answered unless what there is by now will do.
                found = client.get_trace(trace_id, display=False) or client._tracing_client.store.get_trace(
                    trace_id, allow_partial=True
                )
            except Exception as error:  # files of spans are read by many libraries; what is not a loss is raised on
                gone = self._gone(error, location)
                if not gone:
                    raise
                return Trace(self.info(trace_id), (), gone)
            info = info_of_entity(found.info)
            spans = tuple(_span_of_entity(span) for span in found.data.spans)
            return Trace(info, spans, _lost(info.spans_location) if not spans else "")

    def several(self, trace_ids: Sequence[str]) -> tuple[Trace, ...]:
        with problems.raised_as(_SEVERAL, self._session.place):
            found = self._session.client()._tracing_client.store.batch_get_traces(list(trace_ids))
            return tuple(Trace(info_of_entity(one.info), tuple(map(_span_of_entity, one.data.spans))) for one in found)

    def _old(self, endpoint: str, expected: str) -> Json | None:
        """What a server of 2.14 to 2.22 answers of one trace, which newer clients ask for by other addresses."""
        if self._session.kind not in uris.HTTP_KINDS or not self._session.server_version().startswith("2."):
            return None
        self._session.reach()
        answer = self._session.request(endpoint, "GET")
        if answer.status_code == 200:
            found = object_in(answer.content)
            return found if found is not None and expected in found else None
        if expected == "spans":  # a server that cannot read them says so in one of many ways
            return None
        raise answers.of_answer(answer, "", self._session.place)

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


def _old_info(answer: Json) -> TraceInfo:
    """A trace as servers described one before MLflow 3."""
    from mlflow.entities.trace_info_v2 import TraceInfoV2
    from mlflow.protos.service_pb2 import TraceInfo as Message
    from mlflow.utils.proto_json_utils import parse_dict

    said = Message()
    parse_dict(dict(answer["trace_info"]), said)  # type: ignore[no-untyped-call]  # MLflow declares no types here
    return info_of_entity(TraceInfoV2.from_proto(said).to_v3())


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


# What may be changed of traces. Each method is one request, sent once and never tried again.
#
# Who calls these has shown what will happen and has looked at the server just before: see ``services.trace_writes``.


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
        # Servers of every version take them at the address of 2.14, which is why MLflow's client asks there too.
        self._send(f"Could not tag trace {trace_id}", method, f"/{_path(trace_id)}/tags", asked, _OLD_API)

    def add_to_set(self, dataset_id: str, trace_ids: Sequence[str]) -> None:
        _add(self._session, dataset_id, trace_ids)

    def _send(
        self, title: str, method: str, path: str, body: Mapping[str, object], api: str = _API
    ) -> dict[str, object]:
        with problems.raised_as(title, self._session.place):
            self._session.reach()
            answer = self._session.request(api + path, method, json=dict(body))
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


# Evaluation by MlflowClient: runs of ``mlflow.genai.evaluate``, evaluation datasets with their records, scorers.


_EVALUATED = "tags.`mlflow.runType` = 'genai_evaluate'"
_SET_SOURCE = "mlflow_evaluation_dataset"
_AGENT_TAGS = ("agent.uri", "agent.function")  # below mlflow.genaiEvaluate
_AGGREGATES = ("/mean", "/min", "/max", "/median", "/variance", "/p90")
_WRAPPED = "mlflow_wrapped"
_PAGE = 50  # datasets that MLflow gives at a time
_MOST_UNTAGGED = 200  # latest runs that are looked through in a store that tags no evaluation
_KINDS = {
    "builtin_scorer_pydantic_data": "built in",
    "instructions_judge_pydantic_data": "instructions",
    "memory_augmented_judge_data": "aligned judge",
    "third_party_scorer_data": "of another package",
    "ensemble_scorer_data": "several together",
    "call_source": "code",
}


class ClientEvaluations:
    """EvaluationsPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def runs(
        self, experiment_ids: Sequence[str], *, dataset: str = "", max_results: int = 200
    ) -> tuple[EvaluationRun, ...]:
        with problems.raised_as("Could not read the evaluation runs", self._session.place):
            client, places = self._session.client(), list(experiment_ids)
            of_set = [f"dataset.name = {quoted_value(dataset)}"] if dataset else []
            if not places:
                return ()
            found = client.search_runs(places, " AND ".join([_EVALUATED, *of_set]), max_results=max_results)
            if not found:
                # Before MLflow 3.8 or so, no tag says what kind of run it is.
                latest = client.search_runs(places, " AND ".join(of_set), max_results=min(max_results, _MOST_UNTAGGED))
                return tuple(_run(run) for run in latest if _is_evaluation(run))
            return tuple(_run(run) for run in found)

    def sets(self, experiment_ids: Sequence[str]) -> tuple[EvaluationSet, ...]:
        with problems.raised_as("Could not list the evaluation datasets", self._session.place):
            wanted = list(experiment_ids) or None
            asked = partial(self._session.client().search_datasets, experiment_ids=wanted, max_results=_PAGE)
            return tuple(_set(one, one._experiment_ids or ()) for one in all_of(asked))

    def dataset(self, dataset_id: str) -> EvaluationSet:
        with problems.raised_as(f"Could not read dataset {dataset_id}", self._session.place):
            found = self._session.client().get_dataset(dataset_id)
            return _set(found, found.experiment_ids)

    def records(self, dataset_id: str, *, max_results: int = 500, token: str | None = None) -> RecordsPage:
        with problems.raised_as(f"Could not read dataset {dataset_id}", self._session.place):
            store: Any = self._session.client()._tracking_client.store
            found, following = store._load_dataset_records(dataset_id, max_results=max_results, page_token=token)
            return RecordsPage(tuple(_record(one) for one in found), following or None)

    def traces_in(self, dataset_id: str) -> frozenset[str]:
        pages = pages_of(partial(self.records, dataset_id, max_results=1000))
        return frozenset(record.trace_id for page in pages for record in page.records if record.trace_id)

    def scorers(self, experiment_ids: Sequence[str]) -> tuple[Scorer, ...]:
        with problems.raised_as("Could not list the scorers", self._session.place):
            store: Any = self._session.client()._tracking_client.store
            if not hasattr(store, "list_scorers"):
                raise Problem(Kind.UNSUPPORTED, "Could not list the scorers", "This store keeps none.")
            return tuple(_scorer(one) for each in experiment_ids for one in store.list_scorers(each))


def _is_evaluation(run: Run) -> bool:
    """Whether an untagged run looks like one: it read an evaluation dataset, or all it has is what judges come to."""
    sources = [one.dataset.source_type for one in run.inputs.dataset_inputs] if run.inputs is not None else []
    metrics = run.data.metrics
    return _SET_SOURCE in sources or (bool(metrics) and all(key.endswith(_AGGREGATES) for key in metrics))


def _run(run: Run) -> EvaluationRun:
    info, tags = run.info, run.data.tags
    used = run.inputs.dataset_inputs if run.inputs is not None else []
    data = next((one.dataset for one in used if one.dataset.source_type == _SET_SOURCE), None)
    data = data or (used[0].dataset if used else None)
    source = loaded(data.source) if data is not None else None
    models = run.inputs.model_inputs if run.inputs is not None else []
    agents = [tags[key] for key in (f"mlflow.genaiEvaluate.{name}" for name in _AGENT_TAGS) if key in tags]
    return EvaluationRun(
        id=info.run_id,
        name=info.run_name or info.run_id,
        experiment_id=info.experiment_id,
        status=info.status,
        started_ms=info.start_time or 0,
        took_ms=info.end_time - info.start_time if info.end_time and info.start_time else None,
        means={key: float(value) for key, value in run.data.metrics.items()},
        dataset=data.name if data is not None else "",
        dataset_id=str(source.get("dataset_id") or "") if isinstance(source, Mapping) else "",
        agent=next(iter([*(one.model_id for one in models), *agents]), ""),
    )


def _set(one: EvaluationDataset, experiment_ids: Sequence[str]) -> EvaluationSet:
    profile = loaded(one.profile)
    return EvaluationSet(
        one.dataset_id,
        one.name,
        whole(profile.get("num_records")) if isinstance(profile, Mapping) else None,
        tags={str(key): str(value) for key, value in (one.tags or {}).items()},
        schema=one.schema or "",
        digest=one.digest or "",
        created_ms=one.created_time or 0,
        updated_ms=one.last_update_time or 0,
        created_by=one.created_by or "",
        experiment_ids=tuple(experiment_ids),
    )


def _record(one: DatasetRecord) -> SetRecord:
    source = one.source
    data = source.source_data if source is not None else {}
    return SetRecord(
        id=one.dataset_record_id,
        inputs=one.inputs,
        expectations=one.expectations or None,
        outputs=_unwrapped(one.outputs),
        tags={str(key): str(value) for key, value in (one.tags or {}).items()},
        source=str(getattr(source.source_type, "value", source.source_type)) if source is not None else "",
        trace_id=str((data or {}).get("trace_id") or ""),
        updated_ms=one.last_update_time or 0,
        updated_by=one.last_updated_by or "",
    )


def _unwrapped(outputs: object) -> object:
    """Outputs without the object that stores put around what is none; None where there are none."""
    held = outputs.get(_WRAPPED, outputs) if isinstance(outputs, Mapping) else outputs
    return None if held in ({}, "") else held


def _scorer(one: ScorerVersion) -> Scorer:
    """A scorer from what it was registered as; nothing of it is loaded as code."""
    text = one._serialized_scorer
    held = loaded(text)
    parts: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    part = next((key for key in _KINDS if parts.get(key)), "")
    about = parts.get(part)
    inner: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    guided = inner.get("guidelines")
    says = "; ".join(map(str, guided)) if isinstance(guided, list) else str(guided or "")
    says = says or str(inner.get("instructions") or parts.get("description") or (about if inner is not about else ""))
    kind = str(parts.get("builtin_scorer_class") or inner.get("class") or _KINDS.get(part, ""))
    return Scorer(
        name=one.scorer_name,
        version=one.scorer_version,
        kind=f"{kind}, of sessions" if parts.get("is_session_level_scorer") else kind,
        model=str(inner.get("model") or ""),
        says=says,
        definition=json.dumps({k: v for k, v in parts.items() if v is not None}, indent=2, ensure_ascii=False) or text,
        created_ms=one.creation_time or 0,
        experiment_id=one.experiment_id,
    )
