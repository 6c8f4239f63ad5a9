"""The order of runs by several columns."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.filter.names import Field
from tui.domain.runs import view
from tui.domain.runs.view import order_of

LR = Field("param", "lr")
AUC = Field("metric", "auc")
NAME = Field("attribute", "name")
STATUS = Field("attribute", "status")
NOW = 10_000


def order(runs: list[MadeRun], *fields: tuple[Field, bool]) -> str:
    snapshot = snapshot_of(runs, page_size=4)
    return "".join(snapshot.run_id(int(row)) for row in order_of(snapshot, fields, NOW))


def test_numbers_then_nan_then_absent_both_ways() -> None:
    values = {"a": 0.5, "b": math.nan, "d": -math.inf, "e": math.inf, "f": -0.0, "g": 0.0, "h": -2.0}
    runs = [MadeRun(key, metrics={"auc": value}) for key, value in values.items()]
    runs.insert(2, MadeRun("c"))
    assert order(runs, (AUC, False)) == "dhfgaebc"
    assert order(runs, (AUC, True)) == "eafghdbc"


def test_params_sort_by_value_and_numbers_come_before_texts() -> None:
    values = {"a": "10", "b": "9", "c": "1e-3", "d": "adam", "e": "Adam", "f": "nan", "g": "", "i": "inf", "j": "sgd"}
    runs = [MadeRun(key, params={"lr": value}) for key, value in values.items()]
    runs.insert(0, MadeRun("h"))
    assert order(runs, (LR, False)) == "cbaigdejfh"
    assert order(runs, (LR, True)) == "iabcjdegfh"


def test_several_columns_and_stability() -> None:
    runs = [
        MadeRun("a", "X", "FAILED"), MadeRun("b", "x", "FINISHED"), MadeRun("c", "y", "FINISHED"),
        MadeRun("d", "", "FAILED"), MadeRun("e", "x", "FAILED"),
    ]  # fmt: skip
    assert order(runs, (NAME, False)) == "abecd"
    assert order(runs, (NAME, False), (STATUS, False)) == "baecd"
    assert order(runs, (STATUS, True), (NAME, True)) == "aedcb"
    assert order(runs) == "abcde"


def test_time_is_counted_to_now() -> None:
    runs = [MadeRun("a", start=0, end=5000), MadeRun("b", start=9000), MadeRun("c", start=1), MadeRun("d", end=4)]
    assert order(runs, (Field("attribute", "took"), False)) == "bacd"
    assert order(runs, (Field("attribute", "start"), True)) == "bcad"


def test_a_column_that_nothing_has_leaves_the_order() -> None:
    assert order([MadeRun("b"), MadeRun("a")], (AUC, True), (LR, False)) == "ba"


def test_texts_longer_than_a_part_are_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "_PART", 3)
    runs = [MadeRun(sign, name=sign) for sign in "hgbacdfe"]
    assert order(runs, (NAME, False)) == "abcdefgh"


_FIELDS = st.lists(st.tuples(st.sampled_from([LR, AUC, NAME, STATUS]), st.booleans()), max_size=3)


@st.composite
def _runs(draw: st.DrawFn) -> list[MadeRun]:
    texts = st.sampled_from(["1", "2e0", "02", "x", "X", "nan", "-1", ""])
    numbers = st.sampled_from([0.0, -0.0, 1.0, math.nan, -math.inf])
    return [
        MadeRun(
            chr(65 + number),
            draw(st.sampled_from(["", "a", "A", "b"])),
            draw(st.sampled_from(["FAILED", "FINISHED"])),
            params=draw(st.dictionaries(st.just("lr"), texts)),
            metrics=draw(st.dictionaries(st.just("auc"), numbers)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


def _place(run: MadeRun, field: Field) -> tuple[int, float, str]:
    """Class, number and text that a value sorts by going up."""
    if field == AUC:
        number = run.metrics.get("auc")
        if number is None:
            return 3, 0, ""
        return (2, 0, "") if math.isnan(number) else (0, number, "")
    if field == LR:
        text = run.params.get("lr")
        if text is None:
            return 3, 0, ""
        if text == "nan":
            return 2, 0, ""
        try:
            return 0, float(text), ""
        except ValueError:
            return 1, 0, text.lower()
    text = {NAME: run.name, STATUS: {"FAILED": "failed", "FINISHED": "done"}[run.status]}[field]
    return (1, 0, text.lower()) if text else (3, 0, "")


@given(_runs(), _FIELDS)
@settings(max_examples=150, deadline=None)
def test_agrees_with_sorting_one_column_after_the_other(runs: list[MadeRun], fields: list[tuple[Field, bool]]) -> None:
    expected = list(runs)
    for field, descending in reversed(fields):
        # Classes stay in their order whichever way the values go.
        for part in ("text", "number", "class"):
            if part == "class":
                expected.sort(key=lambda run: _place(run, field)[0])
            elif part == "number":
                expected.sort(key=lambda run: _place(run, field)[1], reverse=descending)
            else:
                expected.sort(key=lambda run: _place(run, field)[2], reverse=descending)
    assert order(runs, *fields) == "".join(run.id for run in expected)
