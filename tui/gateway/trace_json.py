"""Traces in JSON, as MLflow writes them and as a plain server answers; nothing in them is taken for granted."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import (
    ERROR,
    EXPECTATION,
    FEEDBACK,
    NAME_TAG,
    SAID_IN,
    SESSION_KEY,
    TRACKING_STORE,
    USER_KEY,
    Assessment,
    CostOfModel,
    Span,
    SpanEvent,
    Trace,
    TraceInfo,
    TraceMetrics,
    TracesPage,
    cost_in,
    tokens_in,
    whole,
)
from tui.gateway import problems
from tui.gateway.problems import Elsewhere
from tui.gateway.rest.transport import Json, object_in
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

_INPUTS, _OUTPUTS = "mlflow.traceInputs", "mlflow.traceOutputs"
_CUT = 1000  # letters of a request or a response that MLflow keeps in a preview


def info_of(item: Json) -> TraceInfo:
    """A trace's info as a server gives it, or as MLflow's entity writes itself."""
    metadata = texts(item.get("trace_metadata"))
    tags = texts(item.get("tags"))
    where = item.get("trace_location") or {}
    at = where.get("mlflow_experiment") or {}
    assessments = tuple(assessment_of(one) for one in item.get("assessments") or ())
    return made(
        str(item.get("trace_id") or item.get("request_id") or ""),
        str(at.get("experiment_id") or table_of(where)),
        str(item.get("state") or item.get("status") or ""),
        milliseconds(item.get("request_time")) or 0,
        duration_ms(item),
        str(item.get("request_preview") or metadata.get(_INPUTS, "")),
        str(item.get("response_preview") or metadata.get(_OUTPUTS, "")),
        metadata,
        tags,
        assessments,
    )


def made(
    trace_id: str,
    experiment_id: str,
    state: str,
    started_ms: int,
    took_ms: int | None,
    request: str,
    response: str,
    metadata: dict[str, str],
    tags: dict[str, str],
    assessments: tuple[Assessment, ...],
) -> TraceInfo:
    """An info from what it consists of; what its metadata say in JSON is read here, once."""
    usage = tokens_in(loaded(metadata.get("mlflow.trace.tokenUsage")))
    sizes = loaded(metadata.get("mlflow.trace.sizeStats"))
    metadata.pop(_INPUTS, None)  # the previews say the same
    metadata.pop(_OUTPUTS, None)
    return TraceInfo(
        id=trace_id,
        experiment_id=experiment_id,
        state=state or "STATE_UNSPECIFIED",
        started_ms=started_ms,
        took_ms=took_ms,
        name=tags.get(NAME_TAG, ""),
        request=request[:_CUT],
        response=response[:_CUT],
        session=metadata.get(SESSION_KEY, ""),
        user=metadata.get(USER_KEY, ""),
        input_tokens=usage[0],
        output_tokens=usage[1],
        tokens=usage[2],
        cost=cost_in(loaded(metadata.get("mlflow.trace.cost"))),
        spans=whole(sizes.get("num_spans")) if isinstance(sizes, dict) else None,
        metadata=metadata,
        tags=tags,
        assessments=assessments,
    )


def table_of(where: Json) -> str:
    """The name of a table of Unity Catalog that a trace lies in; empty for one that does not."""
    for kind in ("uc_table_prefix", "uc_schema"):
        at = where.get(kind)
        if at:
            names = (at.get("catalog_name"), at.get("schema_name"), at.get("table_prefix"))
            return ".".join(str(name) for name in names if name)
    return ""


def assessment_of(item: Json) -> Assessment:
    source = item.get("source") or {}
    value: object = None
    error = ""
    kind = "issue"
    if (feedback := item.get("feedback")) is not None:
        kind, value = FEEDBACK, feedback.get("value")
        failed = feedback.get("error")
        if failed:
            error = ": ".join(str(failed[part]) for part in ("error_code", "error_message") if failed.get(part))
    elif (expectation := item.get("expectation")) is not None:
        kind, value = EXPECTATION, expectation.get("value")
        if value is None and (serialized := expectation.get("serialized_value")):
            value = loaded(serialized.get("value"))
    elif (issue := item.get("issue")) is not None:
        value = issue.get("issue_name")
    return Assessment(
        id=str(item.get("assessment_id") or ""),
        name=str(item.get("assessment_name") or ""),
        kind=kind,
        value=value,
        source_type=str(source.get("source_type") or ""),
        source_id=str(source.get("source_id") or ""),
        rationale=str(item.get("rationale") or ""),
        error=error,
        created_ms=milliseconds(item.get("create_time")) or 0,
        span_id=str(item.get("span_id") or ""),
        valid=item.get("valid") is not False,
        overrides=str(item.get("overrides") or ""),
        run_id=str((item.get("metadata") or {}).get(SAID_IN) or ""),
    )


def span_of(item: Json) -> Span:
    """A span as the interface of servers gives it, or as stores keep it (attributes a list, or JSON texts by key)."""
    status = item.get("status") or {}
    code = str(status.get("code") or status.get("status_code") or "") if isinstance(status, Mapping) else str(status)
    held = item.get("attributes")
    if isinstance(held, Mapping):
        attributes = {str(key): loaded(value) for key, value in held.items()}
    else:
        attributes = pairs(held or ())
    end = whole(item.get("end_time_unix_nano") or item.get("end_time"))
    return Span(
        id=identity(item.get("span_id") or (item.get("context") or {}).get("span_id")),
        parent_id=identity(item.get("parent_span_id") or item.get("parent_id")),
        name=str(item.get("name") or ""),
        start_ns=whole(item.get("start_time_unix_nano") or item.get("start_time")) or 0,
        end_ns=end or None,
        status=code.rpartition("_")[2] or "UNSET",
        message=str(status.get("message") or "") if isinstance(status, Mapping) else "",
        attributes=attributes,
        events=tuple(_event(event) for event in item.get("events") or ()),
    )


def _event(item: Json) -> SpanEvent:
    held = item.get("attributes")
    attributes = dict(held) if isinstance(held, Mapping) else pairs(held or ())
    at = whole(item.get("time_unix_nano") or item.get("timestamp")) or 0
    return SpanEvent(str(item.get("name") or ""), at, attributes)


def identity(said: object) -> str:
    """A span's id in hexadecimal, from base64 as well."""
    text = str(said or "").removeprefix("0x")
    if len(text) == 12 and text.endswith("="):
        try:
            return base64.b64decode(text).hex()
        except (ValueError, binascii.Error):
            return text
    return text


def pairs(held: Sequence[Json]) -> dict[str, object]:
    """Attributes as OpenTelemetry writes them."""
    return {str(pair.get("key")): plain(pair.get("value") or {}) for pair in held}


def plain(value: Json) -> object:
    """OpenTelemetry's own writing of a value as JSON's."""
    for kind, held in value.items():
        if kind == "kvlist_value":
            return pairs(held.get("values") or ())
        if kind == "array_value":
            return [plain(inner) for inner in held.get("values") or ()]
        if kind == "int_value":
            return int(held)
        if kind == "double_value":
            return float(held)
        return held
    return None


def loaded(text: object) -> object:
    """What a JSON text says; a text that is none is itself."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def texts(held: object) -> dict[str, str]:
    """Tags or metadata, of whatever form."""
    if isinstance(held, Mapping):
        return {str(key): str(value) for key, value in held.items()}
    return {str(pair.get("key")): str(pair.get("value", "")) for pair in held or ()} if isinstance(held, list) else {}


def milliseconds(said: object) -> int | None:
    """A time in milliseconds since the epoch, from ISO 8601 or a number."""
    if isinstance(said, (int, float)):
        return int(said)
    if not isinstance(said, str) or not said:
        return None
    if said.isdigit():
        return int(said)
    text = said[:-1] if said.endswith("Z") else said
    head, dot, rest = text.partition(".")
    try:
        moment = datetime.fromisoformat(f"{head}+00:00")
    except ValueError:
        return None
    return int(moment.timestamp()) * 1000 + (int(f"{rest[:3]:<03}") if dot and rest[:3].isdigit() else 0)


def duration_ms(item: Json) -> int | None:
    """How long a trace took: ``0.161s`` of a server, whole milliseconds of MLflow's entity."""
    said = item.get("execution_duration_ms", item.get("execution_time_ms"))
    if said is not None:
        return whole(said) if not isinstance(said, str) else int(said) if said.isdigit() else None
    text = item.get("execution_duration")
    if not isinstance(text, str):
        return None
    try:
        return round(float(text.removesuffix("s")) * 1000)
    except ValueError:
        return None


# Traces of a plain server, read as JSON: infos by the page, a trace with its spans, and what the server counts.


_API = "/api/3.0/mlflow/traces"
MOST = 500  # infos that a server gives in a page
_COUNT, _SUM = {"aggregation_type": "COUNT"}, {"aggregation_type": "SUM"}
_PERCENTILES = (50, 95, 99)
_WORD_AS_ID = re.compile(r"Trace with ID '?(get|search|batchGet)'? not found")


class RestTraces:
    """The reads of TracesPort that a server's own interface answers; Elsewhere is raised for those that it does not."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def search(
        self,
        places: Sequence[str],
        *,
        filter_string: str = "",
        max_results: int = MOST,
        token: str | None = None,
        warehouse: str = "",
    ) -> TracesPage:
        title = "Could not read the traces"
        body: dict[str, object] = {
            "locations": [
                {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": each}} for each in places
            ],
            "max_results": min(max_results, MOST),
            "order_by": ["timestamp_ms DESC"],
        }
        if filter_string:
            body["filter"] = filter_string
        if token:
            body["page_token"] = token
        with problems.raised_as(title, self._session.place):
            answer = self._ask(title, "/search", "traces", json=body)
            infos = tuple(info_of(item) for item in answer.get("traces") or ())
            return TracesPage(infos, answer.get("next_page_token") or None)

    def info(self, trace_id: str) -> TraceInfo:
        title = f"Could not read trace {trace_id}"
        with problems.raised_as(title, self._session.place):
            found = self._ask(title, f"/{quote(trace_id, safe='')}", "trace")["trace"]
            return info_of(found.get("trace_info") or found)

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        if location not in ("", TRACKING_STORE):
            raise Elsewhere("its spans lie with the artifacts")
        title = f"Could not read trace {trace_id}"
        with problems.raised_as(title, self._session.place):
            asked = {"trace_id": trace_id, "allow_partial": "true"}
            found = self._ask(title, "/get", "trace", params=asked)["trace"]
            info = info_of(found["trace_info"])
            if info.spans_location not in ("", TRACKING_STORE):
                raise Elsewhere("its spans lie with the artifacts")
            return Trace(info, tuple(span_of(item) for item in found.get("spans") or ()))

    def several(self, trace_ids: Sequence[str]) -> tuple[Trace, ...]:
        title = "Could not read the spans of several traces"
        with problems.raised_as(title, self._session.place):
            found = self._ask(title, "/batchGet", "traces", params={"trace_ids": list(trace_ids)})
            return tuple(
                Trace(info_of(one["trace_info"]), tuple(span_of(item) for item in one.get("spans") or ()))
                for one in found.get("traces") or ()
            )

    def metrics(self, places: Sequence[str], start_ms: int, end_ms: int) -> TraceMetrics:
        title = "Could not count the traces"
        with problems.raised_as(title, self._session.place):

            def ask(view: str, metric: str, how: list[Mapping[str, object]], *by: str) -> list[Json]:
                body = {
                    "experiment_ids": list(places),
                    "view_type": view,
                    "metric_name": metric,
                    "aggregations": how,
                    "start_time_ms": start_ms,
                    "end_time_ms": end_ms,
                }
                if by:
                    body["dimensions"] = list(by)
                answer = self._answer(title, "/metrics", "data_points", json=body)
                points: list[Json] = answer.get("data_points") or []
                return points

            def number(points: Sequence[Json], key: str) -> float | None:
                return next((point["values"].get(key) for point in points if point.get("values")), None)

            counts = {
                str(point["dimensions"].get("trace_status", "")): int(point["values"]["COUNT"])
                for point in ask("TRACES", "trace_count", [_COUNT], "trace_status")
            }
            how: list[Mapping[str, object]] = [
                {"aggregation_type": "PERCENTILE", "percentile_value": each} for each in _PERCENTILES
            ]
            latency = ask("TRACES", "latency", how)
            tokens = number(ask("TRACES", "total_tokens", [_SUM]), "SUM")
            costs = ask("SPANS", "total_cost", [_SUM], "span_model_name")
            p50, p95, p99 = (number(latency, f"P{each:.1f}") for each in _PERCENTILES)
            return TraceMetrics(
                count=sum(counts.values()),
                errors=counts.get(ERROR, 0),
                p50_ms=p50,
                p95_ms=p95,
                p99_ms=p99,
                tokens=int(tokens) if tokens is not None else None,
                costs=tuple(
                    CostOfModel(str(point["dimensions"].get("span_model_name") or ""), float(point["values"]["SUM"]))
                    for point in costs
                    if point["values"].get("SUM") is not None
                ),
            )

    def _ask(self, title: str, path: str, expected: str, **how: object) -> Json:
        """The same, with Elsewhere where a server is too old for these requests: MlflowClient knows the former ones."""
        try:
            return self._answer(title, path, expected, **how)
        except Problem as problem:
            # One of 2.14 to 2.22 has no such address, or takes its last word for the id of a trace.
            if (
                problem.kind is Kind.UNSUPPORTED
                or problem.code in ("ENDPOINT_NOT_FOUND", "404")
                or _WORD_AS_ID.search(problem.message)
            ):
                raise Elsewhere("an older server has other requests for traces") from problem
            raise

    def _answer(self, title: str, path: str, expected: str, **how: object) -> Json:
        """The JSON of an answer; ``expected`` is the key that tells MLflow's answers from those of other programs."""
        self._session.reach()
        answer = self._session.request(_API + path, "POST" if "json" in how else "GET", **how)
        if answer.status_code == 200:
            found = object_in(answer.content)
            # MLflow leaves out what is empty, so that {} is a whole answer where several things are asked for.
            several = expected in ("traces", "data_points")
            if found is not None and (expected in found or (several and not found.keys() - {"next_page_token"})):
                return found
        raise answers.of_answer(answer, title, self._session.place)
