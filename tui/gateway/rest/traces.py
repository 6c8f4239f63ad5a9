"""Traces of a plain server, read as JSON: infos by the page, a trace with its spans, and what the server counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import ERROR, TRACKING_STORE, CostOfModel, Trace, TraceInfo, TraceMetrics, TracesPage
from tui.gateway import problems
from tui.gateway.problems import Elsewhere
from tui.gateway.rest.transport import Json, object_in
from tui.gateway.session import Connection
from tui.gateway.trace_json import info_of, span_of
from tui.gateway.tracking import answers

_API = "/api/3.0/mlflow/traces"
MOST = 500  # infos that a server gives in a page
_COUNT, _SUM = {"aggregation_type": "COUNT"}, {"aggregation_type": "SUM"}
_PERCENTILES = (50, 95, 99)


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
            try:
                found = self._ask(title, "/get", "trace", params=asked)["trace"]
            except Problem as problem:
                if problem.code in ("ENDPOINT_NOT_FOUND", "404") or problem.kind is Kind.UNSUPPORTED:
                    raise Elsewhere("an older server gives no traces with their spans") from problem
                raise
            info = info_of(found["trace_info"])
            if info.spans_location not in ("", TRACKING_STORE):
                raise Elsewhere("its spans lie with the artifacts")
            return Trace(info, tuple(span_of(item) for item in found.get("spans") or ()))

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
                points: list[Json] = self._ask(title, "/metrics", "data_points", json=body).get("data_points") or []
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
        """The JSON of an answer; ``expected`` is the key that tells MLflow's answers from those of other programs."""
        self._session.reach()
        answer = self._session.request(_API + path, "POST" if "json" in how else "GET", **how)
        if answer.status_code == 200:
            found = object_in(answer.content)
            # MLflow leaves out what is empty, so that {} is a whole answer to a search.
            if found is not None and (expected in found or ("json" in how and not found.keys() - {"next_page_token"})):
                return found
        raise answers.of_answer(answer, title, self._session.place)
