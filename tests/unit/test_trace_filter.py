"""The filter of traces: what it means here, and what of it a server is sent."""

from __future__ import annotations

import pytest

from tests.support.fakes import HOUR, NOW_MS
from tests.support.traced import assessment, trace_info
from tui.domain.filter.nodes import FilterError
from tui.domain.traces.filtering import pushed, understood
from tui.domain.traces.values import ERROR, IN_PROGRESS, TraceInfo

SLOW = trace_info(1, state=ERROR, took_ms=8200, tokens=7120, cost=0.021, user="ana", response="Error",
                  assessments=(assessment("correctness", False),))  # fmt: skip
DEAR = trace_info(2, state=ERROR, took_ms=4100, tokens=900, cost=0.05, tags={"tier": "gold"},
                  assessments=(assessment("correctness", "no"), assessment("tone", 3)))  # fmt: skip
FINE = trace_info(3, took_ms=1900, tokens=2010, cost=0.006, metadata={"mlflow.sourceRun": "r1"},
                  assessments=(assessment("correctness", True), assessment("tone", 4.5)))  # fmt: skip
OPEN = trace_info(90, state=IN_PROGRESS, took_ms=None, tokens=None, cost=None, session="", request="refund [order] 88")
EVERY = [SLOW, DEAR, FINE, OPEN]
NAMES = ("correctness", "tone")


def left(text: str) -> list[TraceInfo]:
    return understood(text, NAMES, now_ms=NOW_MS)(EVERY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", EVERY),
        ("status = error AND took > 4s AND (tokens > 7000 OR cost > 0.02) AND correctness = false", [SLOW, DEAR]),
        ("state = running", [OPEN]),
        ("status IN (ok, running)", [FINE, OPEN]),
        ("status != error", [FINE, OPEN]),
        ("correctness = true", [FINE]),
        ("correctness != true", [SLOW, DEAR]),
        ("tone > 3", [FINE]),
        ("has:cost", [SLOW, DEAR, FINE]),
        ("session IS NULL", [OPEN]),
        ("NOT (cost < 0.03)", [DEAR, OPEN]),
        ("cost != 0.006", [SLOW, DEAR]),
        ("cost > $0.02", [SLOW, DEAR]),
        ("text ~ refund|Error", [SLOW, OPEN]),
        ("refund", [OPEN]),
        ("/parcel [12]$/", [SLOW, DEAR]),
        ("request : '[order]'", [OPEN]),
        ("tags.tier = gold", [DEAR]),
        ("metadata.mlflow.sourceRun = r1", [FINE]),
        ("run = r1", [FINE]),
        ("age > 1h", [OPEN]),
        ("started > -10m", [SLOW, DEAR, FINE]),
        ("user = ana took > 1s", [SLOW, FINE]),
        ("trace.status = 'ERROR' AND trace.name = 'agent.run'", [SLOW, DEAR]),
        ("feedback.tone >= 3", [DEAR, FINE]),
        ("NOT has:correctness", [OPEN]),
    ],
)
def test_what_a_filter_leaves(text: str, wanted: list[TraceInfo]) -> None:
    assert left(text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tokns > 1", "tokens"),
        ("params.lr = 1", "no params"),
        ("took > soon", "not a duration"),
        ("cost > much", "not a number"),
        ("status = broken", "no such state"),
        ("span.name = plan", "not loaded here"),
    ],
)
def test_what_cannot_be_understood_says_why(text: str, said: str) -> None:
    with pytest.raises(FilterError) as told:
        left(text)
    assert said in str(told.value)


def test_only_a_filter_of_spans_is_for_the_server_alone() -> None:
    for text, alone in (("span.type = TOOL", True), ("nothing = 1", False)):
        with pytest.raises(FilterError) as told:
            left(text)
        assert told.value.server_only is alone


@pytest.mark.parametrize(
    ("text", "sent", "stays"),
    [
        ("status = error AND took > 4s", "trace.status = 'ERROR' AND trace.execution_time_ms > 4000", ""),
        ("status = error AND tokens > 7000", "trace.status = 'ERROR'", "tokens > 7000"),
        ("status = error OR took > 4s", "", "status = error OR took > 4s"),
        ("session = s-1", "metadata.`mlflow.trace.session` = 's-1'", ""),
        ("tags.tier = gold", "tag.`tier` = 'gold'", ""),
        ("feedback.tone = warm", "feedback.`tone` = 'warm'", ""),
        ("feedback.correctness = 'false'", "feedback.`correctness` = 'false'", ""),
        ("feedback.correctness = false", "", "feedback.correctness = false"),
        ("feedback.tone != 3", "", "feedback.tone != 3"),
        ("status IN (ok, error)", "trace.status IN ('OK', 'ERROR')", ""),
        ("name != plan", "trace.name != 'plan'", ""),
        ("age < 1h", f"trace.timestamp_ms > {NOW_MS - HOUR}", ""),
        ("NOT user = ana", "", "NOT user = ana"),
        ("prompt = 'qa/3'", "prompt = 'qa/3'", ""),
    ],
)  # fmt: skip
def test_what_a_server_is_sent(text: str, sent: str, stays: str) -> None:
    found = pushed(text, now_ms=NOW_MS)
    assert (found.filter_string, found.left, found.slow) == (sent, stays, ())


@pytest.mark.parametrize("text", ["refund", "text : refund", "span.name = plan", "span.content : refund"])
def test_what_has_a_server_read_every_span_is_told(text: str) -> None:
    found = pushed(f"status = error AND {text}", now_ms=NOW_MS)
    assert len(found.slow) == 1 and found.filter_string.startswith("trace.status = 'ERROR' AND ")


def test_what_is_sent_lets_through_all_that_matches_here() -> None:
    """A quote in a value is the value's, and does not end it."""
    assert pushed('user = "o\'neill"').filter_string == 'metadata.`mlflow.trace.user` = "o\'neill"'


def test_each_trace_is_asked_no_more_than_its_tests_need() -> None:
    """Traces are tested one by one, each value looked at once, and what fails first is not looked at further."""
    looked: list[str] = []

    class Watched(dict[str, str]):
        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            looked.append(key)
            return super().get(key, default)

    infos = [trace_info(n, tags=Watched(), state=ERROR if n % 10 == 0 else "OK") for n in range(1000)]
    assert understood("status = error AND tags.tier = gold", NAMES)(infos) == []
    assert len(looked) == 100
