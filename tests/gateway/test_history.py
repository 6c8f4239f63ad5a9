"""Metric histories: sampled and whole, from a SQLite store and from a real server alike."""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy
from sqlalchemy.dialects import mysql, postgresql

from tests.gateway.conftest import open_session
from tests.support import servers
from tests.support.stores import Store, make_store
from tui.domain.problem import Kind, Problem
from tui.domain.series.history import Figures, MetricHistory, joined
from tui.gateway.ports import MetricHistoryPort
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database, Reading, Row
from tui.gateway.tracking import history as gateway_history
from tui.gateway.tracking.history import DatabaseHistory, RestHistory, SqliteHistory, StoreHistory, history_of

MANY = 100_000
SPIKE_AT = 54_321
GONE = "f" * 32


@dataclass(frozen=True)
class Recorded:
    """A store with histories of all shapes, and the runs that have them."""

    store: Store
    long: str
    odd: str
    bare: str


def _record(store: Store, run_id: str, key: str, points: list[tuple[float, float, float]]) -> None:
    """Points of step, time and value, as MLflow's SQL store records them."""
    rows = [
        (
            key,
            time,
            step,
            run_id,
            0.0 if math.isnan(value) else math.copysign(1.7976931348623157e308, value) if math.isinf(value) else value,
            math.isnan(value),
        )
        for step, time, value in points
    ]
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.executemany(
            "INSERT INTO metrics (key, timestamp, step, run_uuid, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)", rows
        )


def _make(folder: Path) -> Recorded:
    store = make_store(folder)
    long, odd, bare = store.add_runs(store.add_experiment("histories"), 3)
    wave: list[tuple[float, float, float]] = [(at, 1000 + at, math.sin(at / 900)) for at in range(MANY)]
    wave[SPIKE_AT] = (SPIKE_AT, 1000 + SPIKE_AT, 42.0)
    _record(store, long, "loss", wave)
    _record(store, long, "short", [(at, at, at / 7) for at in range(10)])
    _record(store, odd, "wild", [(3, 30, math.nan), (4, 40, math.inf), (5, 50, -math.inf), (1, 10, 1.0), (2, 20, 0.0)])
    _record(store, odd, "steps", [(-(2**40), 1, 1.0), (2**40, 2, 2.0), (2**62, 3, 3.0), (-5, 4, 4.0), (0, 5, 5.0)])
    _record(store, odd, "repeated", [(0, 1000 + at, float(at)) for at in range(6000)])
    _record(store, odd, "fractional", [(0, 1000.5, 3.0), (0.5, 2000.25, 1.0), (1, 3000, 2.0)])
    _record(store, odd, "it's `odd` & 漢/\\", [(0, 1, 2.5)])
    return Recorded(store, long, odd, bare)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return _make(tmp_path_factory.mktemp("histories"))


@pytest.fixture(scope="module")
def address(made: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.mlflow_server(made.store.uri, tmp_path_factory.mktemp("artifacts")) as found:
        yield found


@pytest.fixture(params=["sqlite", "store", "server", "server without samples"])
def port(request: pytest.FixtureRequest, made: Recorded) -> MetricHistoryPort:
    """Each way in which histories are read, over the same store."""
    if request.param.startswith("server"):
        rest = RestHistory(open_session(request.getfixturevalue("address")))
        rest._cannot_sample = request.param != "server"
        return rest
    session = open_session(made.store.uri)
    return SqliteHistory(session) if request.param == "sqlite" else StoreHistory(session)


def _whole(port: MetricHistoryPort, run_id: str, key: str) -> tuple[MetricHistory, int]:
    """A whole history, and how many pages it came in."""
    pages = [port.page(run_id, key)]
    while token := pages[-1].next_token:
        pages.append(port.page(run_id, key, token=token))
    return joined([page.history for page in pages]), len(pages)


def test_each_kind_of_store_is_read_in_its_own_way(made: Recorded) -> None:
    assert type(history_of(Connection(made.store.uri))) is SqliteHistory
    assert type(history_of(Connection("postgresql://db.example.com/mlflow"))) is StoreHistory
    assert type(history_of(Connection("http://127.0.0.1:5000"))) is RestHistory
    assert type(history_of(Connection("databricks://prod"))) is RestHistory


def test_a_short_history_comes_whole(port: MetricHistoryPort, made: Recorded) -> None:
    found = port.sampled([made.long], "short")[made.long]
    assert list(found.steps) == list(range(10)) == list(found.timestamps_ms)
    assert list(found.values) == [at / 7 for at in range(10)]
    assert found.is_whole
    assert found.total == 10
    assert (found.steps.typecode, found.timestamps_ms.typecode, found.values.typecode) == ("q", "q", "d")


def test_points_are_counted_where_a_file_counts_them(port: MetricHistoryPort, made: Recorded) -> None:
    counts = port.count_points([made.long, made.odd])
    if isinstance(port, SqliteHistory):
        assert (counts["loss"], counts["short"], counts["wild"]) == (MANY, 10, 5)
        assert "repeated" not in port.count_points([made.long])
    else:
        assert counts == {}


def test_a_long_history_is_sampled_with_its_ends(port: MetricHistoryPort, made: Recorded) -> None:
    found = port.sampled([made.long], "loss")[made.long]
    assert 1000 < len(found) <= 2500
    assert not found.is_whole
    assert found.steps[0] == 0
    assert found.steps[-1] == MANY - 1
    assert list(found.steps) == sorted(set(found.steps))
    assert len(port.sampled([made.long], "loss", points=300)[made.long]) <= 300
    assert len(port.sampled([made.long], "loss", points=10**9)[made.long]) <= 2500


def test_a_file_keeps_every_spike_of_a_sample(made: Recorded) -> None:
    found = SqliteHistory(open_session(made.store.uri)).sampled([made.long], "loss", points=200)[made.long]
    assert found.keeps_extremes
    assert found.total == MANY
    assert max(found.values) == 42.0
    assert SPIKE_AT in found.steps


def test_a_stretch_of_steps_is_sampled_finer(port: MetricHistoryPort, made: Recorded) -> None:
    if isinstance(port, RestHistory) and port._cannot_sample:
        pytest.skip("where a server cannot sample, stretches are those of the whole")
    found = port.sampled([made.long], "loss", steps=(SPIKE_AT - 50, SPIKE_AT + 50))[made.long]
    assert list(found.steps) == list(range(SPIKE_AT - 50, SPIKE_AT + 51))
    assert max(found.values) == 42.0


def test_a_whole_history_comes_page_by_page(port: MetricHistoryPort, made: Recorded) -> None:
    found, pages = _whole(port, made.long, "loss")
    assert len(found) == MANY
    assert pages == (1 if isinstance(port, SqliteHistory) else 4)
    assert found.steps == array("q", range(MANY))
    assert found.values[SPIKE_AT] == 42.0


def test_pages_of_a_file_meet_without_a_gap(made: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_history, "_SQLITE_PAGE", 999)
    port = SqliteHistory(open_session(made.store.uri))
    for run_id, key in ((made.odd, "repeated"), (made.long, "loss")):
        found, pages = _whole(port, run_id, key)
        assert pages == len(found) // 999 + 1
        assert found.timestamps_ms == array("q", range(1000, 1000 + len(found)))


def test_what_is_not_a_number_or_infinite_is_told_apart(port: MetricHistoryPort, made: Recorded) -> None:
    for found in (port.sampled([made.odd], "wild")[made.odd], _whole(port, made.odd, "wild")[0]):
        assert list(found.steps) == [1, 2, 3, 4, 5]
        assert list(found.values[:2]) == [1.0, 0.0]
        assert math.isnan(found.values[2])
        assert list(found.values[3:]) == [math.inf, -math.inf]
        assert (found.nans, found.highs, found.lows) == (1, 1, 1)


def test_steps_may_be_negative_and_huge(port: MetricHistoryPort, made: Recorded) -> None:
    for found in (port.sampled([made.odd], "steps")[made.odd], _whole(port, made.odd, "steps")[0]):
        assert list(found.steps) == [-(2**40), -5, 0, 2**40, 2**62]
        assert list(found.values) == [1.0, 4.0, 5.0, 2.0, 3.0]


def test_fractional_steps_and_times_of_a_file_come_as_they_are(made: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_history, "_SQLITE_PAGE", 2)
    port = SqliteHistory(open_session(made.store.uri))
    sampled = port.sampled([made.odd], "fractional")[made.odd]
    whole, pages = _whole(port, made.odd, "fractional")
    for history in (sampled, whole):
        assert list(history.steps) == [0, 0.5, 1]
        assert list(history.timestamps_ms) == [1000.5, 2000.25, 3000]
        assert list(history.values) == [3.0, 1.0, 2.0]
    assert pages == 2
    assert list(port.sampled([made.odd], "fractional", steps=(0.25, 1))[made.odd].steps) == [0.5, 1]


def test_many_points_of_one_step_stay_bounded(port: MetricHistoryPort, made: Recorded) -> None:
    found = port.sampled([made.odd], "repeated", points=500)[made.odd]
    assert 90 < len(found) <= 500
    assert set(found.steps) == {0}
    assert found.values[0] == 0.0
    assert found.values[-1] == 5999.0
    assert len(_whole(port, made.odd, "repeated")[0]) == 6000


def test_names_of_all_kinds(port: MetricHistoryPort, made: Recorded) -> None:
    key = "it's `odd` & 漢/\\"
    assert list(port.sampled([made.odd], key)[made.odd].values) == [2.5]
    assert list(port.page(made.odd, key).history.values) == [2.5]


def test_several_runs_at_once_and_those_that_are_gone(port: MetricHistoryPort, made: Recorded) -> None:
    found = port.sampled([made.long, GONE, made.bare], "short")
    assert {made.long, made.bare} <= set(found)
    assert len(found[made.long]) == 10
    assert found[made.bare] == MetricHistory(made.bare, "short")
    assert found[made.bare].is_whole
    assert all(len(none) == 0 for none in port.sampled([GONE], "short").values())
    assert port.sampled([], "short") == {}
    assert len(port.page(GONE, "short").history) == 0
    assert port.page(made.bare, "short").history == MetricHistory(made.bare, "short")


def test_a_run_that_a_server_refuses_is_left_out(made: Recorded, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = RestHistory(open_session(address))
    ask = port._ask

    def refusing(path: str, key: str, what: Mapping[str, object]) -> Mapping[str, object]:
        if GONE in cast("list[str]", what["run_ids"]):
            raise Problem(Kind.NOT_FOUND, "Could not read", "no such run", code="RESOURCE_DOES_NOT_EXIST")
        return ask(path, key, what)

    monkeypatch.setattr(port, "_ask", refusing)
    assert set(port.sampled([made.long, GONE, made.bare], "short")) == {made.long, made.bare}


def test_a_server_that_cannot_sample_is_asked_for_pages(
    made: Recorded, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = RestHistory(open_session(address))
    asked: list[str] = []
    ask = port._ask

    def without_samples(path: str, key: str, what: object) -> object:
        asked.append(path)
        if "bulk" in path:
            return ask("/no-such-address", key, {})
        return ask(path, key, what)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(port, "_ask", without_samples)
    monkeypatch.setattr("tui.gateway.tracking.history._PAGES_FOR_A_SAMPLE", 2)
    found = port.sampled([made.long], "loss")[made.long]
    assert len(found) <= 2500
    assert found.total is None, "it is only the beginning"
    assert not found.keeps_extremes
    assert found.steps[-1] == 49_999
    port.sampled([made.odd], "wild")
    assert asked == ["/get-history-bulk-interval", "/get-history", "/get-history", "/get-history"]


def test_figures_are_those_of_every_point(port: MetricHistoryPort, made: Recorded) -> None:
    short = port.figures([made.long, made.bare, GONE], "short")
    assert short == {made.long: Figures(0.0, 9 / 7, 0.0, 9.0, 9.0)}
    wild = port.figures([made.odd], "wild")[made.odd]
    assert (wild.low, wild.high, wild.first, wild.step, wild.time_ms) == (-math.inf, math.inf, 1.0, 5.0, 50.0)
    repeated = port.figures([made.odd, made.long], "repeated")
    assert list(repeated) == [made.odd]


def test_figures_of_a_file_come_by_one_statement_and_miss_no_extreme(made: Recorded) -> None:
    port = history_of(open_session(made.store.uri))
    assert isinstance(port, SqliteHistory)
    long = port.figures([made.long, made.odd, *(f"{number:032x}" for number in range(1200))], "loss")[made.long]
    assert (long.high, long.first, long.step, long.is_whole) == (42.0, 0.0, MANY - 1, True)


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_figures_of_a_database_of_a_server_come_by_a_statement_for_some_hundred_runs(
    made: Recorded, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Its statement is one that SQLite understands as well, so that the same store may judge it."""
    said: list[str] = []
    database = Database(made.store.uri)

    @contextmanager
    def reading() -> Iterator[Reading]:
        with closing(sqlite3.connect(made.store.path)) as connection:

            def run(statement: str, variables: Mapping[str, Any]) -> Iterable[Row]:
                said.append(str(sqlalchemy.text(statement).compile(dialect=dialects[kind]())))
                return connection.execute(statement, variables)

            yield Reading(run, kind)

    dialects: dict[str, Any] = {"postgresql": postgresql.dialect, "mysql": mysql.dialect}
    monkeypatch.setattr(database, "reading", reading)
    session = open_session(made.store.uri)
    port, judge = DatabaseHistory(session, database), history_of(session)
    wanted = [made.long, made.odd, made.bare, *(f"{number:032x}" for number in range(1200))]
    for key in ("loss", "short", "wild", "repeated", "none such"):
        said.clear()
        assert port.figures(wanted, key) == judge.figures(wanted, key)
        assert len(said) == 2, "nine hundred runs at a time"
        assert ("`key`" if kind == "mysql" else '"key"') in said[0]


def test_figures_of_a_server_say_where_they_are_of_a_sample(made: Recorded, address: str) -> None:
    asked: list[int] = []
    port = history_of(open_session(address))
    sampled = port.sampled

    def counted(run_ids: Sequence[str], key: str) -> dict[str, MetricHistory]:
        asked.append(len(run_ids))
        return sampled(run_ids, key)

    port.sampled = counted  # type: ignore[method-assign, assignment]
    assert not port.figures([made.long], "loss")[made.long].is_whole
    port.figures([made.long] * 250, "short")
    assert asked == [1, 100, 100, 50]
