"""Traces of a real store and of a real server over it, as MLflow's own tracing has logged them."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults.loopback import answer, answer_json, serve
from tests.gateway.conftest import open_session
from tests.support import servers
from tests.support.stores import Store, make_store
from tests.support.traced import log_agent
from tui.domain.problem import Kind, Problem
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import ERROR, EXPECTATION, FEEDBACK, LOCATION_TAG, OK, Assessment
from tui.gateway import dispatch, readers

Operations = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Traced:
    """Ids of traces, and what is asked about them."""

    ids: tuple[str, ...]
    experiment: str
    ask: Operations
    judge: Operations
    store: Store


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, tuple[str, ...]]:
    store = make_store(tmp_path_factory.mktemp("traced"))
    return store, tuple(log_agent(store, many=5))


@pytest.fixture(scope="module", params=["sqlite", "server"])
def traced(
    request: pytest.FixtureRequest, logged: tuple[Store, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Traced]:
    made, ids = logged
    folder = tmp_path_factory.mktemp("own")
    store = Store(folder / "mlflow.db")
    shutil.copyfile(made.path, store.path)
    if request.param == "sqlite":
        yield _traced(store.uri, store, ids)
        return
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield _traced(address, store, ids)


def _traced(uri: str, store: Store, ids: tuple[str, ...]) -> Traced:
    session, judge = open_session(uri), open_session(uri)
    judge.own_readers = False
    return Traced(ids, "1", dispatch.operations(session), dispatch.operations(judge), store)


def test_infos_come_by_the_page_latest_first_and_without_spans(traced: Traced) -> None:
    first = traced.ask["traces.search"]([traced.experiment], max_results=3)
    assert [info.id for info in first.infos] == list(reversed(traced.ids))[:3]
    rest = traced.ask["traces.search"]([traced.experiment], max_results=3, token=first.next_token)
    assert [info.id for info in rest.infos] == list(reversed(traced.ids))[3:] and rest.next_token is None
    newest, oldest = first.infos[0], rest.infos[-1]
    assert (newest.state, oldest.state) == (ERROR, OK)
    assert (oldest.name, oldest.session, oldest.user, oldest.spans) == ("agent.run", "s-0", "ana", 3)
    assert (oldest.tokens, oldest.input_tokens, oldest.cost) == (15, 10, 0.003)
    assert "where is parcel 0" in oldest.request and "there" in oldest.response
    assert oldest.tags["tier"] == "gold" and oldest.took_ms is not None
    assert (oldest.said["correctness"].value, oldest.said["correctness"].rationale) == (True, "so it is")
    assert (oldest.said["expected"].kind, oldest.said["expected"].value) == (EXPECTATION, {"parcel": [0]})


def test_our_own_reading_is_what_the_client_reads(traced: Traced) -> None:
    asked = ([traced.experiment],)
    assert traced.ask["traces.search"](*asked, max_results=50) == traced.judge["traces.search"](*asked, max_results=50)
    for trace_id in traced.ids:
        assert traced.ask["traces.info"](trace_id) == traced.judge["traces.info"](trace_id)
        fast, slow = traced.ask["traces.trace"](trace_id), traced.judge["traces.trace"](trace_id)
        assert fast.info == slow.info and sorted(fast.spans, key=str) == sorted(slow.spans, key=str)


def test_a_trace_comes_with_its_spans(traced: Traced) -> None:
    trace = traced.ask["traces.trace"](traced.ids[-1])
    tree = SpanTree(trace.spans)
    assert [(node.depth, node.span.name, node.span.type) for node in tree.nodes] == [
        (0, "agent.run", "agent"),
        (1, "chat", "chat_model"),
        (1, "tool", "tool"),
    ]
    chat, tool = tree.nodes[1].span, tree.nodes[2].span
    assert (chat.model, chat.tokens, chat.cost) == ("gpt-4o", 15, 0.003)
    assert chat.inputs == {"messages": [{"role": "user", "content": "where?"}]}
    assert tool.failed and tool.exceptions[0].attributes["exception.type"] == "TimeoutError"
    assert not trace.gone and not trace.is_partial


def test_several_come_in_one_answer_without_those_that_are_not_there(traced: Traced) -> None:
    wanted = [*traced.ids, "tr-00000000000000000000000000000000"]
    fast, slow = traced.ask["traces.several"](wanted), traced.judge["traces.several"](wanted)
    assert readers.answered_by.get() == readers.CLIENT or not isinstance(traced.judge["traces.several"], readers.First)
    assert sorted(trace.info.id for trace in fast) == sorted(traced.ids)
    for found in (fast, slow):
        for trace in found:
            alone = traced.ask["traces.trace"](trace.info.id)
            assert trace.info == alone.info and sorted(trace.spans, key=str) == sorted(alone.spans, key=str)
    assert traced.ask["traces.several"](wanted[-1:]) == ()


def test_what_is_not_there_is_not_found(traced: Traced) -> None:
    for op in ("traces.trace", "traces.info"):
        with pytest.raises(Problem) as told:
            traced.ask[op]("tr-00000000000000000000000000000000")
        assert told.value.kind is Kind.NOT_FOUND


def test_the_filter_goes_to_the_server(traced: Traced) -> None:
    found = traced.ask["traces.search"]([traced.experiment], filter_string="trace.status = 'ERROR'")
    assert [info.id for info in found.infos] == [traced.ids[-1]]
    with pytest.raises(Problem) as told:
        traced.ask["traces.search"]([traced.experiment], filter_string="tokens > 7")
    assert told.value.kind is Kind.BAD_REQUEST


def test_a_server_counts_and_a_store_says_that_it_does_not(traced: Traced) -> None:
    newest = traced.ask["traces.info"](traced.ids[-1])
    asked = ([traced.experiment], 0, newest.started_ms + 60_000)
    if not isinstance(traced.ask["traces.metrics"], readers.First):
        with pytest.raises(Problem) as told:
            traced.ask["traces.metrics"](*asked)
        assert told.value.kind is Kind.UNSUPPORTED
        return
    counted = traced.ask["traces.metrics"](*asked)
    assert (counted.count, counted.errors, counted.tokens) == (5, 1, 75)
    assert [(one.model, round(one.cost, 6)) for one in counted.costs] == [("gpt-4o", 0.015)]
    assert counted.p50_ms is not None and counted.p99_ms >= counted.p95_ms >= counted.p50_ms


def test_assessments_are_added_changed_and_taken_away(traced: Traced) -> None:
    ask, trace_id = traced.ask, traced.ids[1]
    said = Assessment("", "tone", FEEDBACK, 4, "HUMAN", "ann", "kind")
    made = ask["trace_writes.assess"](trace_id, said)
    assert ask["traces.info"](trace_id).said["tone"].value == 4
    ask["trace_writes.reassess"](trace_id, Assessment(made, "tone", FEEDBACK, "rude", "HUMAN", "ann", "not kind"))
    now = ask["traces.info"](trace_id).said["tone"]
    assert (now.id, now.value, now.rationale, now.source_id) == (made, "rude", "not kind", "ann")
    other = ask["trace_writes.assess"](trace_id, Assessment("", "tone", FEEDBACK, True, "HUMAN", "ben"), made)
    assert ask["traces.info"](trace_id).said["tone"].id == other
    ask["trace_writes.unassess"](trace_id, other)
    assert ask["traces.info"](trace_id).said["tone"].id == made  # what it had taken the place of holds again
    ask["trace_writes.unassess"](trace_id, made)
    assert "tone" not in ask["traces.info"](trace_id).said
    wanted = Assessment("", "answer", EXPECTATION, {"a": [1]}, "HUMAN", "ann")
    expected = ask["trace_writes.assess"](trace_id, wanted)
    assert ask["traces.info"](trace_id).said["answer"].value == {"a": [1]}
    ask["trace_writes.unassess"](trace_id, expected)


def test_tags_are_set_and_taken_away(traced: Traced) -> None:
    ask, trace_id = traced.ask, traced.ids[1]
    ask["trace_writes.tag"](trace_id, "seen", "yes")
    assert ask["traces.info"](trace_id).tags["seen"] == "yes"
    ask["trace_writes.tag"](trace_id, "seen", None)
    assert "seen" not in ask["traces.info"](trace_id).tags


def test_traces_become_records_of_an_evaluation_dataset(traced: Traced) -> None:
    from mlflow import MlflowClient

    made = MlflowClient(traced.store.uri).create_dataset("golden", [traced.experiment])
    ask = traced.ask
    assert [(one.id, one.name) for one in ask["evaluations.sets"]([traced.experiment])] == [(made.dataset_id, "golden")]
    ask["trace_writes.add_to_set"](made.dataset_id, list(traced.ids[:2]))
    assert ask["evaluations.traces_in"](made.dataset_id) == set(traced.ids[:2])


def test_spans_that_are_gone_from_the_artifacts_say_so(traced: Traced) -> None:
    """The trace is there and its spans are not: that is told, and is no error."""
    trace_id = traced.ids[2]
    with closing(sqlite3.connect(traced.store.path)) as connection, connection:
        moved = "UPDATE trace_tags SET value = 'ARTIFACT_REPO' WHERE request_id = ? AND key = ?"
        connection.execute(moved, (trace_id, LOCATION_TAG))
    trace = traced.ask["traces.trace"](trace_id, location="ARTIFACT_REPO")
    assert trace.info.id == trace_id and trace.spans == () and "artifact store" in trace.gone


_OLD: dict[str, object] = {
    "request_id": "92f8cc",
    "experiment_id": "1",
    "timestamp_ms": 1795980095891,
    "execution_time_ms": 63,
    "status": "OK",
    "request_metadata": [{"key": "mlflow.traceInputs", "value": '{"q": 1}'}],
    "tags": [{"key": "mlflow.traceName", "value": "ask"}],
}
_OLD_SPAN: dict[str, object] = {
    "name": "ask",
    "context": {"span_id": "0xe60c2c91c773d17c", "trace_id": "0xf46116058af945f3d288e87e5e907bab"},
    "parent_id": None,
    "start_time": 1795980095954559290,
    "end_time": 1795980095955018011,
    "status_code": "OK",
    "status_message": "",
    "attributes": {"mlflow.traceRequestId": '"92f8cc"', "mlflow.spanInputs": '{"q": 1}'},
    "events": [],
}


@pytest.mark.parametrize("spans", [[_OLD_SPAN], None])
def test_a_server_before_mlflow_3_is_asked_as_its_own_clients_ask(spans: list[object] | None) -> None:
    given = {
        "/version": answer(200, "2.16.2", "text/plain"),
        "/api/2.0/mlflow/traces/92f8cc/info": answer_json(200, {"trace_info": _OLD}),
        "/api/2.0/mlflow/traces/none/info": answer_json(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "-"}),
        "/api/2.0/mlflow/traces": answer_json(200, {"traces": [_OLD]}),
        "/api/2.0/mlflow/traces/92f8cc/tags": answer_json(200, {}),
        "/ajax-api/2.0/mlflow/get-trace-artifact": answer_json(500, {})
        if spans is None
        else answer_json(200, {"spans": spans}),
    }
    absent = answer(404, "<!doctype html><title>404 Not Found</title>")

    asked: list[str] = []

    def behave(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        asked.append(" ".join(head.decode().split()[:2]))
        given.get(head.split()[1].decode().partition("?")[0], absent)(connection, head, over)

    with serve(behave) as server:
        ask = dispatch.operations(open_session(server.uri))
        (info,) = ask["traces.search"](["1"]).infos
        assert (info.id, info.name, info.state, info.took_ms) == ("92f8cc", "ask", OK, 63)
        assert ask["traces.info"]("92f8cc") == info
        trace = ask["traces.trace"]("92f8cc", location=info.spans_location)
        assert trace.info == info
        assert [(span.name, span.attributes["mlflow.spanInputs"]) for span in trace.spans] == (
            [("ask", {"q": 1})] if spans else []
        )
        assert bool(trace.gone) is (spans is None)
        with pytest.raises(Problem) as told:
            ask["traces.trace"]("none")
        assert told.value.kind is Kind.NOT_FOUND
        ask["trace_writes.tag"]("92f8cc", "colour", "blue")
        ask["trace_writes.tag"]("92f8cc", "colour", None)
        assert [request.split(maxsplit=1)[0] for request in asked if request.endswith("/tags")] == ["PATCH", "DELETE"]
