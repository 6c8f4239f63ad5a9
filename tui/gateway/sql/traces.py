"""Traces from a database whose schema is known: infos by the page, and a trace with the spans that it has by now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import (
    EXPECTATION,
    FEEDBACK,
    LOCATION_TAG,
    NAME_TAG,
    SAID_IN,
    SESSION_KEY,
    TRACKING_STORE,
    Assessment,
    Trace,
    TraceInfo,
    TracesPage,
)
from tui.gateway import problems
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database, Reading, Row, read_token, token_text
from tui.gateway.trace_json import loaded, made, span_of

_MOST = 1000
_TOKENS = ("input_tokens", "output_tokens", "total_tokens")
_COSTS = ("input_cost", "output_cost", "total_cost")
_CACHED = ("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation_input_tokens_above_1hr")
_COLUMNS = (
    *("request_id", "experiment_id", "timestamp_ms", "execution_time_ms", "status", "request_preview"),
    *("response_preview", "trace_name", "session_id", *_TOKENS, *_CACHED, *_COSTS),
)
# What stands in columns of its own is not read from where it stood before.
_PROMOTED = ("mlflow.trace.tokenUsage", "mlflow.trace.cost", SESSION_KEY)
_ASSESSMENT = (
    *("assessment_id", "trace_id", "name", "assessment_type", "value", "error", "created_timestamp", "source_type"),
    *("source_id", "span_id", "rationale", "overrides", "valid", "assessment_metadata"),
)


class SqlTraces:
    """The reads of TracesPort that a database answers itself; Elsewhere is raised for those that it does not."""

    def __init__(self, session: Connection, database: Database) -> None:
        self._session = session
        self._database = database

    def search(
        self,
        places: Sequence[str],
        *,
        filter_string: str = "",
        max_results: int = 500,
        token: str | None = None,
        warehouse: str = "",
    ) -> TracesPage:
        if filter_string or not 0 < max_results <= _MOST or not all(place.isdecimal() for place in places):
            raise Elsewhere("MLflow's own parser is to read this filter")
        offset = read_token(token).offset
        with problems.raised_as("Could not read the traces", self._session.place), self._database.reading() as reading:
            _require_traces(reading)
            listed = ", ".join(str(int(place)) for place in places) or "NULL"
            rows = list(
                reading.rows(
                    f"SELECT {', '.join(_COLUMNS)} FROM trace_info WHERE experiment_id IN ({listed}) "
                    f"ORDER BY timestamp_ms DESC, request_id LIMIT {max_results} OFFSET {offset}"
                )
            )
            following = token_text(offset + max_results) if len(rows) == max_results else None
            return TracesPage(tuple(_infos(reading, rows)), following)

    def info(self, trace_id: str) -> TraceInfo:
        with (
            problems.raised_as(f"Could not read trace {trace_id}", self._session.place),
            self._database.reading() as reading,
        ):
            return _one(reading, trace_id)

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        with (
            problems.raised_as(f"Could not read trace {trace_id}", self._session.place),
            self._database.reading() as reading,
        ):
            info = _one(reading, trace_id)
            if info.tags.get(LOCATION_TAG) != TRACKING_STORE:
                raise Elsewhere("its spans lie with the artifacts")
            rows = list(reading.rows("SELECT content FROM spans WHERE trace_id = :wanted", wanted=trace_id))
            if any(content == "" for (content,) in rows):
                raise Elsewhere("its spans are being archived")
            return Trace(info, tuple(span_of(json.loads(content)) for (content,) in rows))

    def several(self, trace_ids: Sequence[str]) -> tuple[Trace, ...]:
        with (
            problems.raised_as("Could not read the spans of several traces", self._session.place),
            self._database.reading() as reading,
        ):
            _require_traces(reading)
            asked = f"SELECT {', '.join(_COLUMNS)} FROM trace_info WHERE request_id IN (:among)"
            infos = list(_infos(reading, list(reading.among(trace_ids, asked))))
            here = [info.id for info in infos if info.tags.get(LOCATION_TAG) == TRACKING_STORE]
            contents: dict[str, list[str]] = defaultdict(list)
            for trace_id, content in reading.among(
                here, "SELECT trace_id, content FROM spans WHERE trace_id IN (:among)"
            ):
                contents[str(trace_id)].append(content)
            return tuple(
                Trace(info, tuple(span_of(json.loads(content)) for content in kept))
                for info in infos
                # Not those whose spans are still coming, or are being archived.
                if (kept := contents[info.id]) and len(kept) >= (info.spans or 0) and "" not in kept
            )


def _require_traces(reading: Reading) -> None:
    if "trace_info" not in reading.known.columns:
        raise Elsewhere("the tables of traces are not known in this schema")


def _one(reading: Reading, trace_id: str) -> TraceInfo:
    _require_traces(reading)
    asked = f"SELECT {', '.join(_COLUMNS)} FROM trace_info WHERE request_id = :wanted"
    rows = list(reading.rows(asked, wanted=trace_id))
    if not rows:
        said = f"Trace with ID {trace_id} is not found."
        raise Problem(Kind.NOT_FOUND, f"Could not read trace {trace_id}", said, code="RESOURCE_DOES_NOT_EXIST")
    return next(iter(_infos(reading, rows)))


def _infos(reading: Reading, rows: Sequence[Row]) -> Iterable[TraceInfo]:
    ids = [str(row[0]) for row in rows]
    tags = _pairs(reading, "trace_tags", ids)
    metadata = _pairs(reading, "trace_request_metadata", ids)
    said: dict[str, list[Assessment]] = defaultdict(list)
    wanted = ", ".join(f"[{column}]" for column in _ASSESSMENT)
    for row in reading.among(ids, f"SELECT {wanted} FROM assessments WHERE trace_id IN (:among)"):
        said[str(row[1])].append(_assessment(row))
    for row in rows:
        held = dict(zip(_COLUMNS, row, strict=True))
        trace_id = str(held["request_id"])
        mine = {key: value for key, value in metadata[trace_id].items() if key not in _PROMOTED}
        if held["session_id"] is not None:
            mine[SESSION_KEY] = str(held["session_id"])
        usage = {key: int(held[key]) for key in (*_TOKENS, *_CACHED) if held[key] is not None}
        cost = {key: held[key] for key in _COSTS if held[key] is not None}
        for key, value in (("mlflow.trace.tokenUsage", usage), ("mlflow.trace.cost", cost)):
            if value:
                mine[key] = json.dumps(value)
        own = {key: value for key, value in tags[trace_id].items() if key != NAME_TAG}
        if held["trace_name"] is not None:
            own[NAME_TAG] = str(held["trace_name"])
        yield made(
            trace_id,
            str(held["experiment_id"]),
            str(held["status"]),
            int(held["timestamp_ms"]),
            held["execution_time_ms"],
            held["request_preview"] or mine.get("mlflow.traceInputs", ""),
            held["response_preview"] or mine.get("mlflow.traceOutputs", ""),
            mine,
            own,
            tuple(said[trace_id]),
        )


def _pairs(reading: Reading, table: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    asked = f"SELECT request_id, [key], value FROM {table} WHERE request_id IN (:among)"
    for trace_id, key, value in reading.among(ids, asked):
        found[str(trace_id)][str(key)] = str(value)
    return found


def _assessment(row: Row) -> Assessment:
    held = dict(zip(_ASSESSMENT, row, strict=True))
    kind = str(held["assessment_type"])
    value, error, about = loaded(held["value"]), "", loaded(held["assessment_metadata"])
    if kind not in (FEEDBACK, EXPECTATION):
        value = value.get("issue_name") if isinstance(value, dict) else value
    elif held["error"] is not None:
        failed = loaded(held["error"])
        parts = [failed.get(part) for part in ("error_code", "error_message")] if isinstance(failed, dict) else []
        error = ": ".join(str(part) for part in parts if part)
    return Assessment(
        id=str(held["assessment_id"]),
        name=str(held["name"]),
        kind=kind,
        value=value,
        source_type=str(held["source_type"] or ""),
        source_id=str(held["source_id"] or ""),
        rationale=str(held["rationale"] or ""),
        error=error,
        created_ms=int(held["created_timestamp"]),
        span_id=str(held["span_id"] or ""),
        valid=bool(held["valid"]),
        overrides=str(held["overrides"] or ""),
        run_id=str(about.get(SAID_IN, "")) if isinstance(about, dict) else "",
    )
