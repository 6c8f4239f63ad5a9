"""What reading costs, by counters that no machine's load moves: statements, requests, bytes, and objects made."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.gateway.conftest import open_session
from tests.gateway.zoo import MANY, Zoo
from tui.gateway import readers
from tui.gateway.rest.transport import Transport
from tui.gateway.sql.database import Reading

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


def test_all_runs_of_a_server_take_a_request_a_page_and_one_ahead(
    zoo: Zoo, server: str, monkeypatch: pytest.MonkeyPatch
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
        page = search([zoo.many], max_results=PAGE, token=page.next_token)
        found, pages = [*found, *page.run_ids], pages + 1
    for thread in threading.enumerate():
        if thread.name == "page-ahead":
            thread.join()
    assert len(found) == len(set(found)) == MANY
    assert len(sizes) <= pages + 1
    body: dict[str, Any] = {"experiment_ids": [zoo.many], "max_results": MANY, "run_view_type": "ACTIVE_ONLY"}
    whole = requests.post(f"{server}/api/2.0/mlflow/runs/search", json=body, timeout=120)
    assert len(whole.content) <= sum(sizes) < 1.05 * len(whole.content), "no run travels twice, but the overlap's"


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
