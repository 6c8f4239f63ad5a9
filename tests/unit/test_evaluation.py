"""What judges said in evaluation runs, and what has become of each input from one to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.traced import assessment, trace_info
from tui.domain.traces.summary import (
    BETTER,
    CHANGED,
    FAILS,
    MIXED,
    ONLY_FIRST,
    ONLY_OTHER,
    SAME,
    WORSE,
    change,
    compared,
    counted,
    directions_of,
    feedback_of,
    tallied_by_judge,
    ways_told,
)
from tui.domain.traces.values import ERROR, EXPECTATION, Assessment, EvaluationRun, TraceInfo, TraceScope


def told(value: object, **more: object) -> Assessment:
    return assessment("judge", value, **more)


@pytest.mark.parametrize(
    ("before", "after", "became"),
    [
        (told("yes"), told("no"), FAILS),
        (told(True), told(False), FAILS),
        (told("no"), told("yes"), BETTER),
        (told(0.4), told(0.9), BETTER),
        (told(5), told(4), WORSE),
        (told("yes"), told("yes"), SAME),
        (told("short"), told("long"), CHANGED),
        (told("yes"), told(None, error="TIMEOUT"), FAILS),
        (told(None, error="TIMEOUT"), told("no"), BETTER),
        (told(float("nan")), told(1.0), CHANGED),
        (told("yes"), None, SAME),
    ],
)
def test_what_one_judge_says_now_against_before(before: Assessment, after: Assessment | None, became: str) -> None:
    assert change(before, after) == became


def trace(number: int, question: str, *said: Assessment, run: str = "r", **more: object) -> TraceInfo:
    return trace_info(number, request=question, assessments=tuple(replace(one, run_id=run) for one in said), **more)


def test_what_became_of_an_input_is_the_worst_that_any_judge_says() -> None:
    yes, no = assessment("right", "yes"), assessment("right", "no")
    short, long = assessment("length", 5), assessment("length", 9)
    base = [
        trace(9, '{"q": 1}', yes, long),
        trace(8, '{"q": 2}', no, long),
        trace(7, '{"q": 3}', no, long),
        trace(6, '{"q": 4}', yes),
        trace(5, '{"q": 5}', yes),
        trace(4, '{"q": 6, "r": 0}', yes),
    ]
    other = [
        trace(19, '{"q": 1}', no, long, run="s"),
        trace(18, '{"q": 2}', yes, long, run="s"),
        trace(17, '{"q": 3}', yes, short, run="s"),
        trace(16, '{"q": 4}', run="s", state=ERROR),
        trace(15, '{"r": 0, "q": 6}', yes, run="s"),  # the same as JSON
        trace(14, '{"q": 7}', yes, run="s"),
    ]
    rows, mistaken = compared([("r", base), ("s", other)])
    assert mistaken == 0
    became = {row.request: row.verdicts for row in rows}
    assert became == {
        '{"q": 1}': (SAME, FAILS),
        '{"q": 2}': (SAME, BETTER),
        '{"q": 3}': (SAME, MIXED),
        '{"q": 4}': (SAME, FAILS),
        '{"q": 5}': (SAME, ONLY_FIRST),
        '{"q": 6, "r": 0}': (SAME, SAME),
        '{"q": 7}': (SAME, ONLY_OTHER),
    }
    assert counted(rows, 1) == "2 newly fails, 1 mixed, 1 better, 1 only first, 1 only other"
    assert min(rows, key=lambda row: row.rank).request in ('{"q": 1}', '{"q": 4}')
    turned, _ = compared([("r", base), ("s", other)], baseline=1)
    assert {row.request: row.verdicts[0] for row in turned}['{"q": 1}'] == BETTER


def test_inputs_that_are_alike_are_paired_in_their_order_and_counted() -> None:
    yes, no = assessment("right", "yes"), assessment("right", "no")
    base = [trace(9, "same", yes), trace(8, "same", no), trace(7, "else", yes)]
    other = [trace(19, "same", no, run="s"), trace(18, "same", no, run="s")]
    rows, mistaken = compared([("r", base), ("s", other)])
    assert mistaken == 2
    assert [row.verdicts[1] for row in rows] == [FAILS, SAME, ONLY_FIRST]


def test_a_trace_that_several_runs_judged_has_what_each_said() -> None:
    said = (
        replace(assessment("right", "yes"), id="a1", run_id="r"),
        replace(assessment("right", "no"), id="a2", run_id="s"),
        assessment("answer", "42", kind=EXPECTATION),
    )
    info = trace_info(1, assessments=said)
    assert [feedback_of(info, run)["right"].value for run in ("r", "s")] == ["yes", "no"]
    assert "answer" not in feedback_of(info, "r")
    old = trace_info(2, assessments=(assessment("right", "yes"),))
    assert feedback_of(old, "r")["right"].value == "yes"  # nothing tells which run said it
    tally = tallied_by_judge([info, old], "s")["right"]
    assert (tally.count, tally.mean, tally.errors) == (2, 0.5, 0)


def test_five_hundred_assessments_of_a_trace_are_each_a_judge() -> None:
    info = trace_info(1, assessments=tuple(assessment(f"j{n}", n % 2 == 0, run_id="r") for n in range(500)))
    tally = tallied_by_judge([info], "r")
    assert len(tally) == 500 and sum(one.mean or 0 for one in tally.values()) == 250


def test_the_traces_of_several_runs_are_asked_for_run_by_run() -> None:
    runs = [EvaluationRun(name, f"v-{name}", "1", "FINISHED", 0) for name in ("a", "b")]
    scope = TraceScope.of_runs(runs)
    assert [part.filter_string for part in scope.parts] == [f"metadata.`mlflow.sourceRun` = '{name}'" for name in "ab"]
    assert scope.words == "2 evaluation runs" and not scope.is_whole
    assert TraceScope(("1",)).parts == (TraceScope(("1",)),)


def test_a_judge_of_numbers_is_taken_as_the_configuration_says_and_the_way_is_told() -> None:
    said = [assessment("harm", 0.2), assessment("rouge", 0.5), assessment("leaks", "no"), assessment("size", 3)]
    then = [assessment("harm", 0.9), assessment("rouge", 0.4), assessment("leaks", "yes"), assessment("size", 4)]
    read = [("r", [trace(1, "q", *said)]), ("s", [trace(11, "q", *then, run="s")])]

    def verdicts(configured: dict[str, str]) -> tuple[dict[str, str], list[str]]:
        ways = directions_of(read, configured)
        rows, _ = compared(read, 0, ways)
        return {name: became[1] for name, became in rows[0].by_judge.items()}, ways_told(ways)

    plain = {"harm": BETTER, "rouge": WORSE, "leaks": BETTER, "size": BETTER}
    assert verdicts({}) == (plain, ["higher is better: harm?, rouge?, size?"])
    assert verdicts({"harm/mean": "lower", "leaks": "lower", "siz*": "neither"}) == (
        {"harm": WORSE, "rouge": WORSE, "leaks": FAILS, "size": CHANGED},
        ["higher is better: rouge?", "lower is better: harm, leaks", "neither way is better: size"],
    )
    assert directions_of([("r", [trace(1, "q", assessment("latency", 1.0))])], {})["latency"].better == "lower"
