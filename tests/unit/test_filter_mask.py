"""Which runs match: against a plain reading run by run, and case by case where the meaning may surprise."""

from __future__ import annotations

import math
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.filters import NOW_MS, made_runs, matches, nodes
from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.filter import FilterError, parse
from tui.domain.filter.nodes import Node

HOUR = 3_600_000
DAY = 24 * HOUR
# 2026-11-01 00:00 UTC
FIRST = 1_793_491_200_000
NOW = FIRST + 2 * DAY

RUNS = [
    MadeRun(
        "aa11", "gallant-ox-12", "FINISHED", "ana", FIRST, FIRST + HOUR,
        metrics={"auc": 0.9312, "Loss": 1.0}, params={"lr": "1e-3", "opt": "adam", "depth": "8"},
        tags={"team": "x", "mlflow.source.name": "/repo/train.py", "mlflow.source.git.commit": "1a2b3c4d5e",
              "mlflow.note.content": "Best yet"},
        dataset="iris@1a, wine, red@2b", models=1,
    ),
    MadeRun(
        "bb22", "brave-elk", "FAILED", "ben", FIRST + DAY, FIRST + DAY + 12_000, experiment="2",
        metrics={"auc": math.nan, "time": 5.0}, params={"lr": "0.1", "opt": "Adam", "depth": "none"},
        tags={"team": "X"},
    ),
    MadeRun("cc33", "calm-bee", "RUNNING", "ana", NOW - HOUR, -1, lifecycle="deleted", params={"lr": "0.001"}),
    MadeRun("dd44", "", "KILLED", "", -1, -1, metrics={"auc": 0.5, "a:b": 2.0}, dataset="wine@2b"),
]  # fmt: skip


def found(text: str, runs: list[MadeRun] = RUNS, **moment: object) -> str:
    snapshot = snapshot_of(runs)
    mask = parse(text).mask(snapshot, now_ms=NOW, **moment)  # type: ignore[arg-type]
    return "".join(run.id[0] for run, hit in zip(runs, mask.tolist(), strict=True) if hit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "abcd"), ("OX", "a"), ("gallant ox", "a"), ('"brave elk"', ""), ("aa", "a"), ("a1", ""), ("ANA", "ac"),
        ("done", "a"), ("finished", "a"), ("train", "a"), ("iris", "a"), ("1a2b", "a"), ("/^(brave|calm)/", "bc"),
        ("-done", "bcd"), ("gallant or calm", "ac"),
        ("auc > 0.9", "a"), ("auc < 0.9", "d"), ("auc != 0.5", "ab"), ("auc = nan", "b"), ("auc != nan", "ad"),
        ("not auc = 0.5", "abc"), ("auc : 0.93", "a"), ("auc:0.9312", "a"), ("auc:0.932", ""), ("loss = 1", "a"),
        ("metrics.`a:b` >= 2", "d"), ("`a:b` = 2.0", "d"), ("auc IN (0.5, nan)", "bd"),
        ("lr = 0.001", "ac"), ("lr = '0.001'", "c"), ("lr != 0.001", "b"), ("lr < 0.01", "ac"), ("lr < '0.01'", "ac"),
        ("lr IN (0.1, '0.001')", "bc"), ("depth > 1", "a"), ("depth != 3", "ab"), ("depth = none", "b"),
        ("opt = adam", "a"), ("opt : ADAM", "ab"), ("opt ~ ^adam$", "ab"), ("opt ~ '(?-i:^adam$)'", "a"),
        ("opt !~ x", "ab"), ("opt LIKE 'a%'", "a"), ("opt ILIKE 'a%'", "ab"), ("opt NOT LIKE 'a%'", "b"),
        ("opt IN ('Adam', 'sgd')", "b"), ("opt NOT IN ('Adam')", "a"), ("opt > B", "a"),
        ("tags.team = 'x'", "a"), ("team != x", "b"), ("has:team", "ab"), ("-has:team", "cd"), ("team IS NULL", "cd"),
        ("team IS NOT NULL", "ab"), ("has:models", "a"), ("has:note", "a"), ("has:dataset", "ad"), ("has:name", "abc"),
        ("status = done", "a"), ("attributes.status = 'FAILED'", "b"), ("state != failed", "acd"), ("status:ill", "d"),
        ("status IN (killed, running)", "cd"), ("status ~ ^R", "c"),
        ("name : BEE", "c"), ("run_name = 'calm-bee'", "c"), ("run : elk", "b"), ("name != calm-bee", "ab"),
        ("user = ana", "ac"), ("id = aa11", "a"), ("run_id IN ('aa11','bb22')", "ab"), ("note : best", "a"),
        ("source : repo", "a"), ("version = 1a2b3c4", "a"), ("version = 1a2b3c", ""), ("version : 3c4d", "a"),
        ("lifecycle = deleted", "c"), ("experiment = 2", "b"), ("models > 0", "a"), ("models = 0", "bcd"),
        ("took > 30m", "ac"), ("took < 15", "b"), ("took = 1h", "ac"), ("duration >= 12s", "abc"),
        ("took > 59m59s", "ac"),
        ("age < 2h", "c"), ("age > 1d12h", "a"), ("start > 2026-11-01", "bc"), ("start >= 2026-11-01", "abc"),
        ("start = 2026-11-01", "a"), ("start : 2026-11", "abc"), ("start != 2026-11-01", "bc"), ("started < 2026", ""),
        ("start > yesterday", "c"), ("start >= -1h", "c"), ("start < now", "abc"), ("created = 1793491200000", "a"),
        ("start <= '2026-11-02 00:00'", "ab"), ("start <= 2026-11-02T01:00+01:00", "ab"), ("end > 2026-11-02", "b"),
        ("has:end", "ab"), ("dataset : iris", "a"), ("dataset.name = 'wine, red'", "a"), ("dataset.name = wine", "d"),
        ("dataset.digest = '2b'", "ad"), ("dataset.name != 'iris'", "ad"), ("datasets.name LIKE 'wine%'", "ad"),
    ],
)  # fmt: skip
def test_matches(text: str, expected: str) -> None:
    assert found(text) == expected


def test_dates_are_told_in_the_zone() -> None:
    assert found("start >= 2026-11-01", zone=timezone(timedelta(hours=-2))) == "bc"
    assert found("start = 2026-11-01", zone=timezone(timedelta(hours=2))) == "a"


def test_experiments_match_by_id_or_name() -> None:
    snapshot = snapshot_of(RUNS)
    assert snapshot.experiment_names() == {}
    from tests.support.made_runs import page_of
    from tui.domain.runs.frame import RunsFrame

    frame = RunsFrame()
    frame.append(page_of(RUNS))
    frame.set_experiments({"1": "churn/weekly", "2": "fraud"})
    for text, expected in (("experiment = fraud", 1), ("experiment : churn", 3), ("experiment != 1", 1)):
        assert int(parse(text).mask(frame.snapshot()).sum()) == expected


@pytest.mark.parametrize(
    ("text", "position", "word", "incomplete"),
    [
        ("acu > 1 x", 0, "auc", False),
        ("acu > 1", 0, "auc", False),
        ("metrics.acu > 1", 0, "auc", False),
        ("params.auc > 1", 0, "auc", False),
        ("has:au", 4, "", True),
        ("has:zzz", 4, "quotes", False),
        ("tea = x", 0, "team", False),
        ("http://x", 0, "quotes", False),
        ("auc > x y", 6, "number", False),
        ("auc > -", 6, "number", True),
        ("auc > 1e", 6, "number", True),
        ("auc ~ 1", 6, "number", False),
        ("took > 5q", 7, "duration", True),
        ("took > x y", 7, "duration", False),
        ("start > 2026-1x y", 8, "date", False),
        ("start > 2026-", 8, "date", True),
        ("start > 2h y", 8, "age < 2h", False),
        ("start > 2026-13-01 y", 8, "date", False),
        ("name ~ '(' y", 7, "regular expression", False),
        ("name ~ (", 7, "regular expression", True),
        ("/(/ y", 0, "regular expression", False),
        ("status > done", 9, "order", False),
    ],
)
def test_refused(text: str, position: int, word: str, incomplete: bool) -> None:
    with pytest.raises(FilterError) as caught:
        found(text)
    assert caught.value.position == position
    assert word in str(caught.value)
    assert caught.value.incomplete is incomplete


def test_only_the_server_knows() -> None:
    for text in ("dataset.context = 'train'", "attributes.artifact_uri LIKE 's3:%'"):
        with pytest.raises(FilterError) as caught:
            found(text)
        assert caught.value.server_only


def test_ambiguous_keys_are_named() -> None:
    runs = [MadeRun("a", metrics={"LR": 1.0}, params={"lR": "1"})]
    with pytest.raises(FilterError, match=r"metrics\.LR, params\.lR"):
        found("lr > 0 x", runs)
    assert found("LR > 0", runs) == "a"


def test_nothing_loaded_is_no_error() -> None:
    assert found("unheard > 1", []) == ""


def test_attributes_come_before_keys_of_the_same_name() -> None:
    runs = [MadeRun("a", "x", params={"name": "p", "Status": "8"})]
    assert found("name = x", runs) == "a"
    assert found("params.name = p", runs) == "a"
    # An exact key comes before an attribute in another case.
    assert found("Status = 8", runs) == "a"


@given(nodes(known_only=True), made_runs(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_agrees_with_a_plain_reading(node: Node, runs: list[MadeRun], from_text: bool) -> None:
    query = parse(str(node))
    snapshot = snapshot_of(runs, page_size=3)
    mask = query.mask(snapshot, now_ms=NOW_MS)
    assert mask.tolist() == [matches(node, run) for run in runs]


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text_is_applied_or_refused(text: str) -> None:
    snapshot = snapshot_of(RUNS)
    for whole in (text, f"name ~ {text}", f"start > {text}", f"took < {text}", f"auc : {text}", f"lr in ({text})"):
        try:
            mask = parse(whole).mask(snapshot, now_ms=NOW)
        except FilterError as error:
            assert 0 <= error.position <= len(whole)
        else:
            assert len(mask) == len(RUNS)
