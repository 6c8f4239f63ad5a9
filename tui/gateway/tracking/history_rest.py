"""Metric histories of an MLflow server or Databricks workspace, read as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.series.history import PAGE_POINTS, SAMPLE_POINTS, HistoryPage, MetricHistory, joined
from tui.gateway import problems
from tui.gateway.rest.json import object_in, whole
from tui.gateway.session import Connection
from tui.gateway.tracking import answers
from tui.gateway.tracking.history_points import MOST_RUNS, bounded, from_points, missing_left_out, thinned, title_of

_API = "/api/2.0/mlflow/metrics"
_PAGES_FOR_A_SAMPLE = 4  # that are read where a server cannot sample


class RestHistory:
    """MetricHistoryPort over the REST interface."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._cannot_sample = False

    def sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        points: int = SAMPLE_POINTS,
        steps: tuple[float, float] | None = None,
    ) -> dict[str, MetricHistory]:
        points = bounded(points)
        wanted = list(run_ids[:MOST_RUNS])
        if not wanted:
            return {}
        with problems.raised_as(title_of(key), self._session.place):
            try:
                return self._sample(wanted, key, points, steps)
            except Problem as problem:
                # One run that is gone fails the request for all of them.
                if problem.kind is not Kind.NOT_FOUND:
                    raise
            found: dict[str, MetricHistory] = {}
            for run_id in wanted:
                with missing_left_out(title_of(key), self._session.place):
                    found.update(self._sample([run_id], key, points, steps))
            return found

    def _sample(
        self, run_ids: list[str], key: str, points: int, steps: tuple[float, float] | None
    ) -> dict[str, MetricHistory]:
        if self._cannot_sample:
            return {run_id: self._read_some(run_id, key, points) for run_id in run_ids}
        asked: dict[str, object] = {"run_ids": run_ids, "metric_key": key, "max_results": points}
        if steps is not None:
            asked |= {"start_step": steps[0], "end_step": steps[1]}
        try:
            answer = self._ask("/get-history-bulk-interval", key, asked)
        except Problem as problem:
            if problem.code not in ("ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "404") and problem.kind not in (
                Kind.UNSUPPORTED,
                Kind.NOT_MLFLOW,
            ):
                raise
            found = {run_id: self._read_some(run_id, key, points) for run_id in run_ids}
            self._cannot_sample = True
            return found
        rows: dict[str, list[Mapping[str, Any]]] = {run_id: [] for run_id in run_ids}
        for metric in answer.get("metrics", ()):
            rows.setdefault(metric.get("run_id", ""), []).append(metric)
        return {
            run_id: from_points(run_id, key, map(_point, rows[run_id]), len(rows[run_id]) < points)
            for run_id in run_ids
        }

    def _read_some(self, run_id: str, key: str, points: int) -> MetricHistory:
        """A sample made here, of as many pages as may be read for one."""
        pages: list[MetricHistory] = []
        token: str | None = None
        for _ in range(_PAGES_FOR_A_SAMPLE):
            page = self.page(run_id, key, token=token)
            pages.append(page.history)
            token = page.next_token
            if token is None:
                break
        return thinned(joined(pages), points, whole=token is None)

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        return {}  # no request tells it without the points themselves

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        with problems.raised_as(title_of(key), self._session.place):
            asked: dict[str, object] = {
                "run_id": run_id,
                "run_uuid": run_id,
                "metric_key": key,
                "max_results": PAGE_POINTS,
            }
            if token:
                asked["page_token"] = token
            answer = self._ask("/get-history", key, asked)
            found = answer.get("metrics", ())
            history = from_points(run_id, key, map(_point, found), True)
            # A server that knows no pages gives everything at once, without a token.
            return HistoryPage(history, answer.get("next_page_token") or None)

    def _ask(self, path: str, key: str, asked: Mapping[str, object]) -> Mapping[str, Any]:
        self._session.reach()
        answer = self._session.request(_API + path, "GET", params=dict(asked))
        if answer.status_code == 200:
            found = object_in(answer.content)
            # MLflow leaves out what is empty, so that {} is the answer for a metric without points.
            if found is not None and not found.keys() - {"metrics", "next_page_token"}:
                return found
        raise answers.of_answer(answer, title_of(key), self._session.place)


def _point(metric: Mapping[str, Any]) -> tuple[int, int, float]:
    """A point as JSON: 64-bit numbers may be texts, what is not finite is, and what is zero may be left out."""
    return whole(metric.get("step")) or 0, whole(metric.get("timestamp")) or 0, float(metric.get("value") or 0.0)
