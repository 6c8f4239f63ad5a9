"""``mlflow-deck traces`` over a real store: JSON lines, filters, since, limits, and the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import Ended, command_line
from tests.support.evaluated import log_evaluation
from tests.support.stores import Store, make_store
from tests.support.traced import log_agent

Deck = Callable[..., Ended]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[str]]:
    store = make_store(tmp_path_factory.mktemp("store"))
    return store, log_agent(store, many=4)


@pytest.fixture
def deck(traced: tuple[Store, list[str]]) -> Deck:
    return command_line(traced[0])


def test_json_is_one_object_a_line_latest_first(deck: Deck, traced: tuple[Store, list[str]]) -> None:
    ended = deck("traces", "agent", "--json")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.status == 0 and [one["trace_id"] for one in lines] == list(reversed(traced[1]))
    assert (lines[0]["status"], lines[0]["tokens"], lines[0]["cost"]) == ("error", 15, 0.003)
    assert lines[-1]["assessments"]["correctness"]["value"] is True
    assert len(deck("traces", "--json").out.splitlines()) == 4


def test_filters_limits_and_times(deck: Deck, traced: tuple[Store, list[str]]) -> None:
    def ids(*arguments: str) -> list[str]:
        return [json.loads(line)["trace_id"] for line in deck("traces", "agent", *arguments, "--json").out.splitlines()]

    made = traced[1]
    assert ids("--filter", "status = error") == [made[-1]]
    assert ids("--filter", "tokens > 1000 OR correctness = true") == [made[0]]
    assert ids("--limit", "2") == made[:1:-1]
    assert ids("--since", "-1h") == made[::-1] and ids("--since", "2099") == []
    assert ids("--filter", "span.name = 'tool' AND status = error") == [made[-1]]


def test_a_gate_fails_where_any_matches(deck: Deck) -> None:
    failed = deck("traces", "agent", "--since", "-1h", "--fail-on", "status = error AND tokens > 1")
    assert failed.status == 1 and "1 trace matched" in failed.err and "agent.run" in failed.out
    assert deck("traces", "agent", "--fail-on", "cost > 10").status == 0


def test_what_cannot_be_meant_is_refused(deck: Deck) -> None:
    for arguments in (("--filter", "tokns > 1"), ("--since", "whenever"), ("--filter", "params.x = 1")):
        ended = deck("traces", "agent", *arguments)
        assert ended.status == 2 and "The traces were not listed" in ended.said
    table = deck("traces", "agent").out
    assert "trace_id" in table and "where is parcel 0" in table
    assert deck("traces", "agent", "--csv").csv[0]["status"] == "error"


def test_evaluation_runs_with_what_each_judge_said(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    dataset, first, second = log_evaluation(store)
    deck = command_line(store)
    found = json.loads(deck("evaluations", "judged", "--json").out)
    assert [(one["run_id"], one["name"], one["inputs"], one["failed"]) for one in found] == [
        (second, "agent-v2", 4, 0),
        (first, "agent-v1", 4, 1),
    ]
    assert found[1]["judges"]["exact"] == {"mean": 0.5, "count": 4, "errors": 0}
    assert found[1]["judges"]["grade"]["errors"] == 1 and found[0]["dataset_id"] == dataset
    assert "exact 0.5 (4)" in deck("evaluations", "judged").out
    assert deck("evaluations", "judged", "--dataset", "another", "--json").out.strip() == "[]"
