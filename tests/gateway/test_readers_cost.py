"""What reading costs, by counters that no machine's load moves: statements, requests, bytes, and objects made."""

from __future__ import annotations

import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import requests

from tests.gateway.conftest import open_session
from tests.gateway.zoo import MANY, Zoo
from tui.gateway import model_files, readers
from tui.gateway.rest.transport import Transport, at_once
from tui.gateway.sql import tracking as sql_tracking
from tui.gateway.sql.database import Reading, Row

PAGE, FIRST = 400, 200
IN_ONE = 800  # runs, of which each statement can name every one
STATEMENTS = 12  # of a page of runs, however many there are in it


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """Every transaction that is read in, from the first on."""
    made: list[Reading] = []
    real = Reading.__init__

    def init(self: Reading, run: Any, kind: str) -> None:
        real(self, run, kind)
        made.append(self)

    monkeypatch.setattr(Reading, "__init__", init)
    return made


def statements(readings: list[Reading], ask: Callable[[], object]) -> int:
    """How many statements a request takes, once the schema is known."""
    ask()
    readings.clear()
    ask()
    return sum(reading.statements for reading in readings)


def test_a_page_takes_as_many_statements_however_large_it_is(zoo: Zoo, readings: list[Reading]) -> None:
    session = open_session(zoo.store.uri)
    search = readers.sql_reads(session)["tracking.search_runs"]
    few = statements(readings, lambda: search([zoo.many], max_results=10))
    many = statements(readings, lambda: search([zoo.many], max_results=IN_ONE))
    assert few == many <= STATEMENTS


def test_a_list_of_models_takes_as_many_statements_however_many_there_are(zoo: Zoo, readings: list[Reading]) -> None:
    reads = readers.sql_reads(open_session(zoo.store.uri))
    alone = statements(readings, lambda: reads["registry.search_models"](max_results=1))
    every = statements(readings, lambda: reads["registry.search_models"](max_results=200))
    assert alone == every <= STATEMENTS
    pairs = [("churn", str(number)) for number in (1, 2, 3)]
    one = statements(readings, lambda: reads["registry.get_versions"](pairs[:1]))
    assert one == statements(readings, lambda: reads["registry.get_versions"](pairs))


def test_a_text_of_a_run_is_no_row_of_an_answer(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: dict[str, int] = {}
    real = Reading.rows

    def counted(self: Reading, statement: str, **variables: object) -> Iterator[Row]:
        for row in real(self, statement, **variables):
            table = next((name for name in ("params", "tags") if f"JOIN {name} " in statement), "")
            rows[table] = rows.get(table, 0) + 1
            yield row

    monkeypatch.setattr(Reading, "rows", counted)
    page = readers.sql_reads(open_session(zoo.store.uri))["tracking.search_runs"]([zoo.many], max_results=IN_ONE)
    assert len(page) == IN_ONE
    assert sum(len(column.rows) for column in page.tags.values()) >= IN_ONE
    assert (rows.get("params", 0), rows["tags"]) == (len(page.params), len(page.tags)), "a row for each key"


def test_a_long_page_reads_the_file_in_place_and_a_short_one_does_not(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    real = Reading.rows

    def rows(self: Reading, statement: str, **variables: object) -> Iterable[Row]:
        said.append(statement)
        return real(self, statement, **variables)

    search = readers.sql_reads(open_session(zoo.store.uri))["tracking.search_runs"]
    short = search([zoo.many], max_results=IN_ONE)
    monkeypatch.setattr(sql_tracking, "_LONG", IN_ONE - 1)
    monkeypatch.setattr(Reading, "rows", rows)
    assert search([zoo.many], max_results=IN_ONE) == short
    assert sum("mmap_size" in statement for statement in said) == 1
    said.clear()
    search([zoo.many], max_results=IN_ONE - 1)
    assert not any("mmap_size" in statement for statement in said)


def test_what_many_runs_are_registered_as_is_one_search_where_versions_are_few(
    zoo: Zoo, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Transport.request

    def request(self: Transport, endpoint: str, *given: Any, **how: Any) -> requests.Response:
        asked.append(endpoint.rpartition("/mlflow/")[2])
        return real(self, endpoint, *given, **how)

    monkeypatch.setattr(Transport, "request", request)
    session = open_session(server)
    ask = readers.rest_reads(session)["registry.registered_as"]
    client = session.client()
    made_from = [version.run_id for version in client.search_model_versions(max_results=1000) if version.run_id]
    assert made_from
    one_by_one = {run_id: made for run in dict.fromkeys(made_from) for run_id, made in ask([run]).items()}
    asked.clear()
    assert ask([*zoo.many_runs, *made_from]) == one_by_one
    assert asked.count("model-versions/search") == 1
    monkeypatch.setattr(model_files, "_VERSIONS_READ", 1)
    assert ask([*zoo.many_runs[:60], *made_from]) == one_by_one, "many versions: by the ids of the runs"


@pytest.mark.parametrize("growing", [False, True])
def test_all_runs_of_a_server_take_a_request_a_page_and_one_ahead(
    zoo: Zoo, server: str, monkeypatch: pytest.MonkeyPatch, growing: bool
) -> None:
    sizes: list[int] = []
    lock, real = threading.Lock(), Transport.request

    def request(self: Transport, *asked: Any, **how: Any) -> requests.Response:
        answer = real(self, *asked, **how)
        with lock:
            sizes.append(len(answer.content))
        return answer

    session = open_session(server)
    session.reach()
    monkeypatch.setattr(Transport, "request", request)
    search = readers.rest_reads(session)["tracking.search_runs"]
    page = search([zoo.many], max_results=FIRST)
    found, pages = list(page.run_ids), 1
    while page.next_token:
        page = search([zoo.many], max_results=PAGE * pages if growing else PAGE, token=page.next_token)
        found, pages = [*found, *page.run_ids], pages + 1
    for thread in threading.enumerate():
        if thread.name == "page-ahead":
            thread.join()
    assert len(found) == len(set(found)) == MANY
    assert len(sizes) <= pages + 1
    body: dict[str, Any] = {"experiment_ids": [zoo.many], "max_results": MANY, "run_view_type": "ACTIVE_ONLY"}
    whole = requests.post(f"{server}/api/2.0/mlflow/runs/search", json=body, timeout=120)
    assert len(whole.content) <= sum(sizes) < 1.05 * len(whole.content), "no run travels twice, but the overlap's"


def test_many_versions_and_runs_of_a_server_take_a_few_requests(
    zoo: Zoo, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Transport.request

    def request(self: Transport, endpoint: str, *rest: Any, **how: Any) -> requests.Response:
        asked.append(endpoint.rpartition("mlflow/")[2])
        return real(self, endpoint, *rest, **how)

    session = open_session(server)
    session.reach()
    monkeypatch.setattr(Transport, "request", request)
    reads = readers.rest_reads(session)
    pairs = [("churn", str(number)) for number in (1, 2, 3)]
    assert set(reads["registry.get_versions"]([*pairs, *pairs, ("churn", "77")])) == set(pairs)
    assert asked == ["model-versions/search", "model-versions/get"], "one list, and what it does not hold"
    asked.clear()
    assert set(reads["registry.source_runs"](zoo.many_runs[:200])) == set(zoo.many_runs[:200])
    assert asked == ["runs/get", *(4 * ["runs/search"])]


def test_a_server_is_asked_for_three_things_at_once() -> None:
    met, limit = threading.Barrier(3), contextvars.ContextVar[str]("limit")
    limit.set("as who asks")

    def ask(number: int) -> tuple[int, str]:
        met.wait(60)  # until there are three of them
        return number, limit.get()

    assert at_once(ask, range(6)) == [(number, "as who asks") for number in range(6)]

    def refuse(number: int) -> int:
        if number:
            raise ValueError(number)
        return number

    assert at_once(refuse, [0]) == [0]
    with pytest.raises(ValueError, match=r"^1$"):
        at_once(refuse, [0, 1, 2])


def blocks(ask: Callable[[], object]) -> int:
    """How many blocks of memory an answer holds."""
    ask()
    gc.collect()
    before = sys.getallocatedblocks()
    kept = ask()
    gc.collect()
    made = sys.getallocatedblocks() - before
    assert kept is not None
    return made


def test_a_page_in_columns_holds_a_fraction_of_the_objects_of_one_in_entities(zoo: Zoo) -> None:
    session = open_session(zoo.store.uri)
    search = readers.sql_reads(session)["tracking.search_runs"]
    client = session.client()
    columns = blocks(lambda: search([zoo.many], max_results=1000))
    entities = blocks(lambda: client.search_runs([zoo.many], max_results=1000))
    assert columns < 0.35 * entities
