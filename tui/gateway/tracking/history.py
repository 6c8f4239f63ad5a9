"""Metric histories: sampled to what a screen shows, or whole and page by page, from any store.

A SQLite file is read by SQL: MLflow's own reading makes an object of each point and, page by page, sorts the whole
history again each time, so that a million points would take minutes. Servers answer as JSON, read as such; other
databases go through MLflow's store.
"""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tui.domain import uris
from tui.domain.series.history import PAGE_POINTS, SAMPLE_POINTS, HistoryPage, MetricHistory, Places, extended, recorded
from tui.gateway import problems
from tui.gateway.ports import MetricHistoryPort
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database
from tui.gateway.tracking.history_points import (
    MOST_RUNS,
    bounded,
    from_points,
    missing_left_out,
    thinned,
    title_of,
    true_numbers,
)
from tui.gateway.tracking.history_rest import RestHistory

_SQLITE_PAGE = 250_000  # points of a page where nothing but a file is read
_SQLITE_SAMPLED = 2_000_000  # longer histories are sampled by the database itself, and may lose a spike
_CHUNK = 50_000

_COLUMNS = "step, timestamp, value, is_nan"
_OF_ONE = "FROM metrics WHERE run_uuid = ? AND key = ?"


def history_of(session: Connection) -> MetricHistoryPort:
    """The way in which a session's kind of store is read."""
    if session.kind in (*uris.HTTP_KINDS, "databricks"):
        return RestHistory(session)
    if session.sqlite_path is not None:
        return SqliteHistory(session)
    return StoreHistory(session)


def _each(
    session: Connection, run_ids: Sequence[str], key: str, sample: Callable[[str], MetricHistory]
) -> dict[str, MetricHistory]:
    """The sample of each run; those that are not there are left out."""
    with problems.raised_as(title_of(key), session.place):
        found: dict[str, MetricHistory] = {}
        for run_id in run_ids[:MOST_RUNS]:
            with missing_left_out(title_of(key), session.place):
                found[run_id] = sample(run_id)
        return found


class StoreHistory:
    """MetricHistoryPort over MLflow's own store of a database."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        points: int = SAMPLE_POINTS,
        steps: tuple[float, float] | None = None,
    ) -> dict[str, MetricHistory]:
        return _each(self._session, run_ids, key, lambda run_id: self.sample(run_id, key, bounded(points), steps))

    def sample(self, run_id: str, key: str, points: int, steps: tuple[float, float] | None) -> MetricHistory:
        low, high = steps if steps is not None else (None, None)
        rows = self._store().get_metric_history_bulk_interval([run_id], key, points, low, high)
        return from_points(run_id, key, ((row.step, row.timestamp, row.value) for row in rows), len(rows) < points)

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        return {}

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        with problems.raised_as(title_of(key), self._session.place):
            rows = self._store().get_metric_history(run_id, key, max_results=PAGE_POINTS, page_token=token)
            points = ((row.step, row.timestamp, row.value) for row in rows)
            return HistoryPage(from_points(run_id, key, points, True), rows.token or None)

    def _store(self) -> Any:
        # The client offers whole histories only.
        return self._session.client()._tracking_client.store


class SqliteHistory:
    """MetricHistoryPort over a SQLite file: samples keep every spike, pages are read off an index.

    With a ``database`` nothing of MLflow is needed, and Elsewhere is raised where it is.
    """

    def __init__(self, session: Connection, database: Database | None = None) -> None:
        self._session = session
        self._whole = StoreHistory(session)
        self._database = database

    def sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        points: int = SAMPLE_POINTS,
        steps: tuple[float, float] | None = None,
    ) -> dict[str, MetricHistory]:
        return _each(self._session, run_ids, key, lambda run_id: self._sample(run_id, key, bounded(points), steps))

    def _sample(self, run_id: str, key: str, points: int, steps: tuple[float, float] | None) -> MetricHistory:
        where, values = _OF_ONE, [run_id, key]
        bounds: list[float] = []
        if steps is not None:
            where += " AND step BETWEEN ? AND ?"
            bounds = list(steps)
        with self._open() as connection:
            (total,) = connection.execute(f"SELECT COUNT(*) {where}", (*values, *bounds)).fetchone()
            if not total:
                return MetricHistory(run_id, key)
            if total <= _SQLITE_SAMPLED:
                # By the index alone; points of one step come in the order in which they were recorded.
                rows = connection.execute(f"SELECT {_COLUMNS} {where} ORDER BY step, rowid", (*values, *bounds))
                return thinned(_read(run_id, key, rows), points)
        if self._database is not None:
            raise Elsewhere("MLflow samples long histories in the database itself")
        return self._whole.sample(run_id, key, points, steps)

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        some = list(run_ids[:MOST_RUNS])
        marks = ", ".join("?" * len(some))
        with problems.raised_as("Could not count points", self._session.place), self._open() as connection:
            counted = f"SELECT key, COUNT(*) FROM metrics WHERE run_uuid IN ({marks}) GROUP BY key"
            return dict(connection.execute(counted, some).fetchall())

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        with problems.raised_as(title_of(key), self._session.place), self._open() as connection:
            after, values = "", [run_id, key]
            bounds: list[float] = []
            if token:
                step, _, row = token.partition(":")
                after = " AND (step, rowid) > (?, ?)"
                bounds = [float(step) if "." in step or "e" in step else int(step), int(row)]
            rows = connection.execute(
                f"SELECT {_COLUMNS}, rowid {_OF_ONE}{after} ORDER BY step, rowid LIMIT ?",
                (*values, *bounds, _SQLITE_PAGE),
            )
            last: list[tuple[float, int]] = []
            history = _read(run_id, key, rows, last)
            return HistoryPage(history, f"{last[0][0]}:{last[0][1]}" if len(history) == _SQLITE_PAGE else None)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self._database is not None:
            with self._database.checked_sqlite() as connection:
                yield connection
            return
        self._session.client()  # nothing is read from a store that may not be opened
        path = self._session.sqlite_path
        assert path is not None  # history_of has looked
        uri = uris.read_only_file_uri(path, immutable=False)
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=2.0)) as connection:
            yield connection


def _read(run_id: str, key: str, rows: sqlite3.Cursor, last: list[tuple[float, int]] | None = None) -> MetricHistory:
    """Rows of step, time, value and whether that is NaN; a fifth column is the row's number, told in ``last``."""
    import numpy as np

    steps: Places = array("q")
    times: Places = array("q")
    values = array("d")
    while chunk := rows.fetchmany(_CHUNK):
        columns = list(zip(*chunk, strict=True))
        steps, times = extended(steps, columns[0]), extended(times, columns[1])
        numbers = true_numbers(columns[2])
        numbers[np.array(columns[3], dtype=bool)] = np.nan
        values.frombytes(numbers.tobytes())
        if last is not None:
            last[:] = [(chunk[-1][0], chunk[-1][4])]
    return recorded(run_id, key, steps, times, values)
