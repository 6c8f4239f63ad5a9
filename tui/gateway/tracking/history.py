"""Metric histories: sampled to what a screen shows, or whole and page by page, from any store.

A SQLite file is read by SQL: MLflow's own reading makes an object of each point and, page by page, sorts the whole
history again each time, so that a million points would take minutes. Servers answer as JSON, read as such; other
databases go through MLflow's store.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.series.history import (
    MOST_RUNS,
    PAGE_POINTS,
    SAMPLE_POINTS,
    Figures,
    HistoryPage,
    MetricHistory,
    Places,
    extended,
    figures_of,
    joined,
    recorded,
)
from tui.gateway import problems
from tui.gateway.ports import MetricHistoryPort
from tui.gateway.problems import Elsewhere
from tui.gateway.rest.transport import object_in, whole
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database
from tui.gateway.tracking import answers
from tui.gateway.tracking.answers import LARGEST, true_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Points of metrics as they come from stores, made into histories; shared by the ways in which stores are read.


def title_of(key: str) -> str:
    return f"Could not read the history of {key}"


def bounded(points: int) -> int:
    """A number of points that every store will give of one run."""
    return max(2, min(points, SAMPLE_POINTS))


def thinned(history: MetricHistory, points: int, *, whole: bool = True) -> MetricHistory:
    """At most ``points`` of a history: its ends, its extremes everywhere, and where it is not finite.

    ``whole`` is False where the history itself is only the beginning of a longer one.
    """
    if len(history) <= points and whole:
        return history
    import numpy as np

    from tui.domain.series.curve import thin

    kept = thin(np.frombuffer(history.values, dtype=np.float64), points)

    def pick(column: array[Any]) -> array[Any]:
        taken = array(column.typecode)
        taken.frombytes(np.frombuffer(column, dtype=column.typecode)[kept].tobytes())
        return taken

    return MetricHistory(
        history.run_id,
        history.key,
        pick(history.steps),
        pick(history.timestamps_ms),
        pick(history.values),
        total=len(history) if whole else None,
        nans=history.nans,
        highs=history.highs,
        lows=history.lows,
        keeps_extremes=whole,
    )


@contextlib.contextmanager
def missing_left_out(title: str, place: str) -> Iterator[None]:
    """Run a request for one run; that the run is gone is no problem of the others."""
    try:
        with problems.raised_as(title, place):
            yield
    except Problem as problem:
        if problem.kind is not Kind.NOT_FOUND:
            raise


def from_points(run_id: str, key: str, points: Iterable[tuple[float, float, float]], whole: bool) -> MetricHistory:
    """A history of points of step, time and value."""
    steps: list[float] = []
    times: list[float] = []
    values = array("d")
    for step, time, value in points:
        steps.append(step)
        times.append(time)
        values.append(value)
    return recorded(
        run_id, key, steps, times, array("d", true_numbers(values).tobytes()), whole=whole, keeps_extremes=False
    )


def true_numbers(values: Sequence[float]) -> NDArray[np.float64]:
    """``columns.true_number`` of each."""
    import numpy as np

    numbers = np.array(values, dtype=np.float64)
    beyond = np.abs(numbers) >= LARGEST
    numbers[beyond] = np.copysign(np.inf, numbers[beyond])
    return numbers


# Metric histories of an MLflow server or Databricks workspace, read as JSON.


_API = "/api/2.0/mlflow/metrics"
_PAGES_FOR_A_SAMPLE = 4  # that are read where a server cannot sample


class RestHistory:
    """MetricHistoryPort over the REST interface."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._cannot_sample = False

    def sampled(
        self, run_ids: Sequence[str], key: str, *, points: int = SAMPLE_POINTS, steps: tuple[float, float] | None = None
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

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        return sampled_figures(self, run_ids, key)

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


def sampled_figures(history: MetricHistoryPort, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
    """The figures of samples, as many runs at a time as a server takes."""
    found: dict[str, Figures] = {}
    for start in range(0, len(run_ids), MOST_RUNS):
        for run_id, sample in history.sampled(run_ids[start : start + MOST_RUNS], key).items():
            figures = figures_of(sample)
            if figures is not None:
                found[run_id] = figures
    return found


class StoreHistory:
    """MetricHistoryPort over MLflow's own store of a database."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def sampled(
        self, run_ids: Sequence[str], key: str, *, points: int = SAMPLE_POINTS, steps: tuple[float, float] | None = None
    ) -> dict[str, MetricHistory]:
        return _each(self._session, run_ids, key, lambda run_id: self.sample(run_id, key, bounded(points), steps))

    def sample(self, run_id: str, key: str, points: int, steps: tuple[float, float] | None) -> MetricHistory:
        low, high = steps if steps is not None else (None, None)
        rows = self._store().get_metric_history_bulk_interval([run_id], key, points, low, high)
        return from_points(run_id, key, ((row.step, row.timestamp, row.value) for row in rows), len(rows) < points)

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        return sampled_figures(self, run_ids, key)

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


# Of each run in one pass: the window is walked in the order of the points, from the first to the last.
_FIGURES = """
SELECT run_uuid, low, high, value, is_nan, last_step, last_time FROM (
    SELECT run_uuid, value, is_nan,
        MIN(CASE WHEN NOT is_nan THEN value END) OVER of_run AS low,
        MAX(CASE WHEN NOT is_nan THEN value END) OVER of_run AS high,
        LAST_VALUE(step) OVER of_run AS last_step,
        LAST_VALUE(timestamp) OVER of_run AS last_time,
        ROW_NUMBER() OVER (PARTITION BY run_uuid ORDER BY step, timestamp, {equal}) AS number
    FROM metrics WHERE [key] = :key AND run_uuid IN ({runs})
    WINDOW of_run AS (
        PARTITION BY run_uuid ORDER BY step, timestamp, {equal} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
) AS told WHERE number = 1
"""


def _figures_in(rows: Iterable[Sequence[Any]]) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for run_id, low, high, first, is_nan, step, time in rows:
        low, high = (math.nan if value is None else true_number(value) for value in (low, high))
        first = math.nan if is_nan else true_number(first)
        found[run_id] = Figures(low, high, first, float(step), float(time))
    return found


class DatabaseHistory:
    """What a PostgreSQL or MySQL database answers of MetricHistoryPort itself; Elsewhere where it has no windows."""

    def __init__(self, session: Connection, database: Database) -> None:
        self._session = session
        self._database = database

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        statement = _FIGURES.format(runs=":among", equal="is_nan, value")
        with problems.raised_as(title_of(key), self._session.place), self._database.reading() as reading:
            from sqlalchemy.exc import ProgrammingError

            try:
                return _figures_in(reading.among(run_ids, statement, key=key))
            except ProgrammingError as error:
                raise Elsewhere("a database of before window functions") from error


class SqliteHistory:
    """MetricHistoryPort over a SQLite file: samples keep every spike, pages are read off an index.

    With a ``database`` nothing of MLflow is needed, and Elsewhere is raised where it is.
    """

    def __init__(self, session: Connection, database: Database | None = None) -> None:
        self._session = session
        self._whole = StoreHistory(session)
        self._database = database

    def sampled(
        self, run_ids: Sequence[str], key: str, *, points: int = SAMPLE_POINTS, steps: tuple[float, float] | None = None
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

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        statement = _FIGURES.format(runs="SELECT value FROM json_each(:runs)", equal="rowid")
        with problems.raised_as(title_of(key), self._session.place), self._open() as connection:
            return _figures_in(connection.execute(statement, {"key": key, "runs": json.dumps(list(run_ids))}))

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
