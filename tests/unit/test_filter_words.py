"""Numbers, durations, dates, keys and completions of the filter language."""

from __future__ import annotations

import math
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.filter import nodes
from tui.domain.filter.names import Field, Names, completions, nearest, resolve
from tui.domain.filter.nodes import FilterError, KeyRef, parse
from tui.domain.filter.texts import fold, like, names_of

NAMES = Names(metrics=["auc", "auc std", "val_auc", "name"], params=["lr", "opt"], tags=["team", "mlflow.user"])


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-.5", -0.5), ("+2.", 2.0), ("1e-3", 0.001), (" 3 ", 3.0), ("inf", math.inf),
     ("-Infinity", -math.inf),
     ("1_0", None), ("٣", None), ("", None), ("1e", None), ("0x1", None), ("1,5", None), ("9" * 9999, None)],
)  # fmt: skip
def test_numbers(text: str, number: float | None) -> None:
    assert nodes.number(text) == number


def test_nan_is_a_number() -> None:
    found = nodes.number("NaN")
    assert found is not None
    assert math.isnan(found)


@given(st.floats())
def test_every_float_reads_back(value: float) -> None:
    found = nodes.number(repr(value))
    assert found == value or (found is not None and math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize(
    ("text", "ms"),
    [("5", 5000), ("250ms", 250), ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("1h 30m", 5_400_000),
     ("1.5h", 5_400_000), ("2d", 172_800_000), ("1w", 604_800_000), ("", None), ("m", None), ("5x", None),
     ("1h-", None)],
)  # fmt: skip
def test_durations(text: str, ms: float | None) -> None:
    assert nodes.duration_ms(text) == ms


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1970", (0, 31_536_000_000 - 1)),
        ("1970-02", (2_678_400_000, 5_097_600_000 - 1)),
        ("1970-01-02", (86_400_000, 172_800_000 - 1)),
        ("1970-1-2T03:04", (97_440_000, 97_500_000 - 1)),
        ("1970-01-01 00:00:01", (1000, 1999)),
        ("1970-01-01 00:00:01.5", (1500, 1500)),
        ("1970-01-01T01:00+01:00", (0, 59_999)),
        ("1970-01-01T01:00Z", (3_600_000, 3_659_999)),
        ("12345678901", (12_345_678_901, 12_345_678_901)),
        ("now", (90_000_000, 90_000_000)),
        ("-1h", (86_400_000, 86_400_000)),
        ("today", (86_400_000, 172_800_000 - 1)),
        ("yesterday", (0, 86_400_000 - 1)),
        ("1970-13", None), ("1970-02-30", None), ("soon", None), ("5m", None), ("-x", None), ("", None),
        ("9999-12-31", None),
    ],
)  # fmt: skip
def test_dates(text: str, span: tuple[int, int] | None) -> None:
    assert nodes.instants_ms(text, 90_000_000, timezone.utc) == span


def test_days_begin_in_the_zone() -> None:
    assert nodes.instants_ms("1970-01-02", 0, timezone(timedelta(hours=2))) == (79_200_000, 165_600_000 - 1)


@given(st.text(max_size=20))
def test_no_text_is_too_odd_for_a_date_or_duration(text: str) -> None:
    nodes.instants_ms(text, 0, timezone.utc)
    nodes.duration_ms(text)
    nodes.is_begun_date(text)
    nodes.is_begun_number(text)


@pytest.mark.parametrize("number", ["1", "-1.5e-3", "nan", "infinity", "1e+5"])
def test_the_beginning_of_a_number_may_become_one(number: str) -> None:
    for stop in range(len(number)):
        begun = number[:stop]
        assert nodes.number(begun) is not None or nodes.is_begun_number(begun), begun


def test_folding_ignores_case_and_makes_no_ascii() -> None:
    assert fold("ÄB") == fold("äb")
    assert fold("\u212a") != "k"
    assert fold("ΑΣ") == fold("ας".replace("ς", "σ"))


def test_like_minds_line_ends_and_case() -> None:
    assert like("a%b", any_case=False)("a\n\nb")
    assert not like("a%", any_case=False)("Ab")
    assert like("A_%", any_case=True)("aB")
    assert not like("a", any_case=False)("a\n")


def test_datasets_are_told_apart() -> None:
    assert names_of("iris@1a") == [("iris", "1a")]
    assert names_of("iris@1a, wine, red@2b, x@y@3c") == [("iris", "1a"), ("wine, red", "2b"), ("x@y", "3c")]
    assert names_of("odd") == [("odd", "")]


@pytest.mark.parametrize(
    ("ref", "field"),
    [
        (KeyRef("", "run_name"), Field("attribute", "name")),
        (KeyRef("", "name"), Field("attribute", "name")),
        (KeyRef("metrics", "name"), Field("metric", "name")),
        (KeyRef("", "AUC"), Field("metric", "auc")),
        (KeyRef("params", "LR"), Field("param", "lr")),
        (KeyRef("", "mlflow.user"), Field("tag", "mlflow.user")),
        (KeyRef("attributes", "Duration"), Field("attribute", "took")),
        (KeyRef("dataset", "name"), Field("dataset", "name")),
    ],
)
def test_keys_are_found(ref: KeyRef, field: Field) -> None:
    assert resolve(ref, NAMES, 99) == field


def test_a_key_with_a_prefix_in_its_own_name_is_found() -> None:
    names = Names(params=["dataset.size", "run.id"])
    assert resolve(KeyRef("dataset", "size"), names, 99) == Field("param", "dataset.size")
    with pytest.raises(FilterError):
        resolve(KeyRef("dataset", "sizes"), names, 99)


def test_the_nearest_key_is_named() -> None:
    assert nearest("val_acu", NAMES) == "val_auc"
    assert nearest("auc_std", NAMES) == "`auc std`"
    assert nearest("statsu", NAMES) == "status"
    assert nearest("qqqq", NAMES) == ""
    many = Names(params=[f"layer_{number}.width" for number in range(12_000)])
    assert nearest("layer_7.widht", many).startswith("layer_")


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("au", ["auc ", "`auc std` ", "val_auc "]),
        ("metrics.na", ["metrics.name "]),
        ("nam", ["name ", "metrics.name "]),
        ("opt = a and l", ["lifecycle ", "lr "]),
        ("has:te", ["team "]),
        ("tags.ml", ["tags.mlflow.user "]),
        ("auc ", ["> ", ">= ", "< ", "<= ", "= ", "!= "]),
        ("status = f", ["failed "]),
        ("took > ", ["5m ", "1h ", "1d "]),
        ("dataset.", ["dataset.name ", "dataset.digest ", "dataset.context "]),
        ("name = 'au", []),
        ("", []),
    ],
)
def test_completions(text: str, texts: list[str]) -> None:
    found = [offer.text for offer in completions(text, len(text), NAMES)]
    assert found[: len(texts)] == texts
    assert texts or not found


def test_a_completion_is_put_in_place() -> None:
    (offer, *_) = completions("au and opt = x", 2, NAMES)
    assert offer.apply("au and opt = x") == "auc and opt = x"
    assert "metric" in offer.shown


@given(st.text(alphabet="au.`'\" =<>~:-()has", max_size=20), st.integers(-3, 30))
def test_completions_never_fail(text: str, cursor: int) -> None:
    for offer in completions(text, cursor, NAMES):
        assert 0 <= offer.start <= offer.end <= max(len(text), 0)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("avg model score > 0.4", "`avg model score`"),
        ("metrics.avg model score > 0.4", "`avg model score`"),
        ("Avg Model Score:0.5", "`avg model score`"),
        ("val/auc:5 > 0.2", "`val/auc:5`"),
        ("metrics.val/auc:5>0.2", "`val/auc:5`"),
        ("p(x) > 0", "`p(x)`"),
        ("my param = 3", "`my param`"),
        ("x`y = 1", "'x`y'"),
    ],
)
def test_errors_name_the_key_that_needs_quotes(text: str, meant: str) -> None:
    metrics = {"avg model score": 0.5, "val/auc:5": 0.3, "val/auc": 0.1, "p(x)": 1.0}
    snapshot = snapshot_of([MadeRun("a", "x", metrics=metrics, params={"my param": "3", "x`y": "1"})])
    with pytest.raises(FilterError) as caught:
        parse(text, snapshot.names()).mask(snapshot)
    assert caught.value.hint == f"Write the key as {meant}."
    assert str(caught.value) == f"{caught.value.message}. Write the key as {meant}."
    operator = " > 0" if "param" not in meant else " = 3"
    assert parse(f"{meant}{operator}", snapshot.names()).mask(snapshot).tolist() == [True] or "x`y" in meant


def test_a_quoted_key_is_not_asked_to_be_quoted() -> None:
    snapshot = snapshot_of([MadeRun("a", "x", metrics={"avg model score": 0.5})])
    with pytest.raises(FilterError) as caught:
        parse("`avg model score` > 0 and nothing > 1", snapshot.names()).mask(snapshot)
    assert "Write the key" not in caught.value.hint
    assert nearest("score", snapshot.names()) == "`avg model score`"
