"""What many traces come to, two traces in pairs, messages and lines of a span, and what is said of a trace as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timezone

import pytest

from tests.support.fakes import HOUR, MINUTE, NOW_MS
from tests.support.traced import assessment, many_infos, refund, span, trace_info
from tui.domain.glyphs import ASCII, UNICODE
from tui.domain.traces import table as words
from tui.domain.traces.span_lines import Message, SpanReader, aligned, conversation, divergence, texts_of
from tui.domain.traces.summary import by_time, grouped, percentile, summarized, summary_lines
from tui.domain.traces.table import assessment_names, tone_of
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import ERROR, IN_PROGRESS, CostOfModel, Span, TraceMetrics, cost_in, tokens_in
from tui.domain.writes import plans
from tui.domain.writes.changes import put_back

# measures


@pytest.mark.parametrize(
    ("ms", "said"),
    [(0, "0ms"), (0.4, "0.4ms"), (161, "161ms"), (8200, "8.2s"), (59_940, "59.9s"), (61_000, "1m01s"), (None, "–")],
)
def test_durations(ms: float | None, said: str) -> None:
    assert words.took(ms) == said


@pytest.mark.parametrize(
    ("dollars", "said"),
    [(0.0, "$0.000"), (0.0213, "$0.021"), (12.3, "$12.30"), (0.00004, "$4e-05"), (1234.5, "$1 234.50"), (None, "–")],
)
def test_costs(dollars: float | None, said: str) -> None:
    assert words.cost(dollars) == said


def test_bars_and_blocks_in_both_sets_of_signs() -> None:
    assert words.bar(0.5, 8, UNICODE) == "████" and words.bar(2.0, 4, UNICODE) == "████"
    assert words.bar(0.0, 8, UNICODE) == "▏" and words.bar(0.5, 8, ASCII) == "####"
    assert words.blocks([0, 1, 2], UNICODE) == "▁▅█" and words.blocks([], UNICODE) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"question": "where is it?"}', "where is it?"),
        ('{"messages": [{"role": "user", "content": "hi"}, {"role": "user", "content": "and?"}]}', "and?"),
        ("plain\nwords", "plain\\nwords"),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2}'),
        ('{"cut', '{"cut'),
        ("\x1b[31mred", "\\x1b[31mred"),
    ],
)
def test_a_request_in_one_line(text: str, line: str) -> None:
    assert words.line_of(text) == line


def test_costs_and_tokens_that_are_no_numbers_are_missing() -> None:
    assert cost_in({"total_cost": float("nan")}) is None and cost_in({"total_cost": True}) is None
    assert cost_in("x") is None and cost_in({"total_cost": 1}) == 1.0
    assert tokens_in({"input_tokens": 2, "output_tokens": 3}) == (2, 3, 5)
    assert tokens_in({"total_tokens": float("inf")}) == (None, None, None)


# many


def test_a_summary_of_what_is_loaded() -> None:
    infos = [*many_infos(8), trace_info(70, state=ERROR), trace_info(2, state=IN_PROGRESS, took_ms=999_999, cost=None)]
    summary = summarized(infos, NOW_MS)
    assert (summary.whole.count, summary.whole.errors) == (10, 3)
    assert summary.whole.p99_ms is not None and summary.whole.p99_ms <= 8200  # what runs has not taken its time yet
    assert (summary.this_hour.count, summary.last_hour.count) == (9, 1)
    first, second = summary_lines(summary, UNICODE)
    assert "10 traces" in first and "errors 30.0%" in first and "↓ 77.8 this hour" in first
    assert "of 10 loaded" in second and "this hour 9" in second


def test_a_summary_that_the_server_has_counted() -> None:
    told = TraceMetrics(5000, 50, 900.0, 4000.0, 9000.0, 4_100_000, (CostOfModel("b", 2.0), CostOfModel("a", 10.3)))
    first, second = summary_lines(summarized(many_infos(3), NOW_MS, told), UNICODE)
    assert "5 000 traces" in first and "4.1 M tokens" in first and "$12.30 (a $10.30, b $2.00)" in first
    assert "hours of 3 loaded, counted by the server" in second
    # Where all are here, those that run are left out of durations, as everywhere; the server tells the models.
    first, second = summary_lines(summarized(many_infos(3), NOW_MS, replace(told, count=3)), UNICODE)
    assert "3 traces" in first and "p50 900ms" not in first and "(a $10.30, b $2.00)" in first
    assert "of 3 loaded, models counted by the server" in second


def test_nothing_comes_to_nothing() -> None:
    assert summary_lines(summarized([], NOW_MS), UNICODE) == ("", "") and percentile([], 0.5) is None


def test_blocks_by_time_end_now() -> None:
    bucket, counts = by_time([NOW_MS, NOW_MS - MINUTE, NOW_MS - 90 * MINUTE], NOW_MS)
    assert bucket == 5 * MINUTE and counts[-1] == 2 and counts[0] == 1 and len(counts) == 19


def test_groups_set_this_period_against_the_one_before() -> None:
    infos = [trace_info(n, user="ana", state=ERROR if n < 4 else "OK") for n in range(1, 9)]
    infos += [trace_info(n + 61, user="ana") for n in range(4)] + [trace_info(5, user="new")]
    groups = grouped(infos, lambda info: (info.user,), NOW_MS - HOUR, NOW_MS - 2 * HOUR)
    ana, new = groups
    assert (ana.key, ana.now.count, ana.now.errors, ana.before.count) == ("ana", 8, 3, 4)
    assert ana.worse == pytest.approx(3 / 8) and not ana.is_new and new.is_new


def test_assessments_by_how_often_they_are_given() -> None:
    infos = [
        trace_info(1, assessments=(assessment("b", 1),)),
        trace_info(2, assessments=(assessment("a", "yes"), assessment("b", 1))),
        trace_info(3, assessments=(assessment("gone", 1, valid=False),)),
    ]
    assert assessment_names(infos) == ("b", "a")
    assert (tone_of(infos[1].said["a"]), tone_of(assessment("x", False)), tone_of(assessment("x", 3))) == (
        "good",
        "bad",
        "",
    )


# two


def test_spans_are_paired_by_path_and_name() -> None:
    one, other = refund(trace_info(1)), refund(trace_info(2))
    longer = (*other.spans[:3], span("9", "1", "retry", 1410, 1440), *other.spans[3:])
    rows = aligned(SpanTree(one.spans), SpanTree(longer))
    assert [(row.depth, row.span.name, row.left is None, row.right is None) for row in rows] == [
        (0, "agent.run", False, False),
        (1, "plan", False, False),
        (1, "tool:find_order", False, False),
        (1, "retry", True, False),
        (1, "tool:refund", False, False),
        (1, "answer", False, False),
    ]
    assert divergence(rows) == 3
    assert rows[4].took_ms == 0 and rows[1].tokens == 0


def test_two_that_are_alike_nowhere_part() -> None:
    spans = refund(trace_info(1)).spans
    assert divergence(aligned(SpanTree(spans), SpanTree(spans))) is None


def test_they_part_as_deep_as_that_can_be_told() -> None:
    left = [span("1", "", "root", outputs=1), span("2", "1", "in", outputs=1), span("3", "2", "leaf", outputs=1)]
    right = [span("1", "", "root", outputs=2), span("2", "1", "in", outputs=2), span("3", "2", "leaf", outputs=2)]
    rows = aligned(SpanTree(left), SpanTree(right))
    assert divergence(rows) == 2
    body = texts_of(rows[2]).body
    assert body is not None and any(line.startswith("-") for line in body.lines)


# a span


@pytest.mark.parametrize(
    ("inputs", "outputs", "told"),
    [
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}]},
            {"role": "assistant", "content": "b"},
            (Message("user", "a\n[image_url]"), Message("assistant", "b")),
        ),
        (
            [[{"type": "human", "content": "q"}]],
            {"generations": [[{"message": {"type": "ai", "content": "r"}}]]},
            (Message("user", "q"), Message("assistant", "r")),
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]}]},
            {"role": "assistant", "content": [{"type": "tool_use", "name": "f", "input": {"x": 1}}]},
            (Message("tool", "ok", (), "t"), Message("assistant", "", (("f", "x=1"),))),
        ),
        ({"x": 1}, {"y": 2}, ()),
        (None, None, ()),
    ],
)
def test_messages_of_common_forms(inputs: object, outputs: object, told: tuple[Message, ...]) -> None:
    assert conversation(span("1", type="chat_model", inputs=inputs, outputs=outputs)) == told


def lines(of: Span, *turned: str) -> list[str]:
    reader = SpanReader(SpanTree([of]), 0, (), UNICODE, timezone.utc, 60)
    return [line.text for line in reader.lines(turned)]


def test_a_long_text_folds_and_unfolds_and_never_lays_out_all_of_it() -> None:
    text = "word " * 1_000_000
    of = span("1", type="tool", inputs=text)
    folded, unfolded = lines(of), lines(of, "in.text")
    assert len(folded) < 20 and any("5 000 000 letters: enter unfolds them" in line for line in folded)
    assert 20 < len(unfolded) < 3000 and any("more letters: enter opens all of it" in line for line in unfolded)


def test_a_long_text_inside_of_a_value_is_the_text_itself() -> None:
    of = span("1", outputs={"said": "first\nsecond", "whole": "word " * 1000})
    said = lines(of)
    assert [line.strip() for line in said if line.strip() in ("first", "second")] == ["first", "second"]
    assert any("5 000 letters: enter unfolds them" in line for line in said)


def test_json_folds_and_what_is_hostile_is_spelled_out() -> None:
    of = span("1", inputs={"a": {"b": [1, 2]}, "\x1b[31m": "\u202e"}, more={"k": "v\x07"})
    said = "\n".join(lines(of))
    assert "a {1}" in said and "\\x1b[31m" in said and "\\u202e" in said and "v\\x07" in said and "\x1b" not in said
    assert "[2]" not in "\n".join(lines(of, "in"))


def test_an_open_span_and_a_wrong_one_say_so() -> None:
    assert any("still running" in line for line in lines(span("1", end=None)))
    assert any("ends before it begins" in line for line in lines(span("1", start=9, end=2)))


# what is said of a trace, as text


@pytest.mark.parametrize(
    ("line", "kind", "value", "why"),
    [
        ("correctness = false # it was late", "feedback", False, "it was late"),
        ("tone=4.0", "feedback", 4.0, ""),
        ('expect answer = {"a": 1}', "expectation", {"a": 1}, ""),
        ("grade = 'very good'", "feedback", "very good", ""),
    ],
)
def test_a_typed_line(line: str, kind: str, value: object, why: str) -> None:
    said = plans.parsed(line, "ana")
    assert not isinstance(said, str)
    assert (said.kind, said.value, said.rationale, said.source_id) == (kind, value, why, "ana")


@pytest.mark.parametrize("line", ["", "tone", "tone =", "= 4", "expect x = 1 # why", "x = null", f"{'n' * 300} = 1"])
def test_a_line_that_says_nothing(line: str) -> None:
    assert isinstance(plans.parsed(line, "ana"), str)


def test_texts_of_assessments_come_back() -> None:
    one = assessment("tone", 4.0, rationale="kind")
    text = plans.text_of(one)
    assert plans.text_of(replace(one, value=4, id="other")) == text
    assert plans.of_text("tone", text).value == 4
    assert plans.assessed(text) == "4 by judge (llm judge): kind"


def test_plans_leave_out_what_is_so_and_tell_of_others() -> None:
    mine = plans.parsed("correctness = true", "ana")
    assert not isinstance(mine, str)
    states = [plans.state_of(info) for info in many_infos(4)]
    plan = plans.assessing(states, mine)
    assert len(plan.changes) == 4 and "somebody else" in plan.remarks[0]
    back = put_back([(change, change.id) for change in plan.changes], 1)
    assert [change.after for change in back.changes] == [change.before for change in reversed(plan.changes)]
    assert len(plans.unassessing(states, "correctness").changes) == 2
