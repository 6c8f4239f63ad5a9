"""One run as tables of name and value."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timezone

import pytest

from tests.support.fakes import MINUTE, NOW_MS, run
from tui.domain.glyphs import ASCII, UNICODE
from tui.domain.runs import run_facts
from tui.domain.runs.run_facts import CHILDREN_READ, VALUE_CELLS, Facts, RunMade
from tui.domain.values import DatasetInput, MetricValue, RunReference

HOSTILE = "a\x1b[31m\n[bold]b\u202e"


def column(facts: Facts, key: str) -> list[str]:
    return list(facts.table.texts(key, 0, len(facts)))


def pairs(facts: Facts) -> dict[str, str]:
    return dict(zip(column(facts, "name"), column(facts, "value"), strict=True))


def child(number: int) -> RunReference:
    return RunReference(str(number), f"trial-{number}", "FINISHED", "active")


def test_params_are_in_order_and_filtered_by_every_word() -> None:
    detail = run(1, params={"lr": "0.1", "depth": "8", "data.window": "28d"})
    assert column(run_facts.params(detail), "name") == ["data.window", "depth", "lr"]
    assert pairs(run_facts.params(detail, "WINDOW 28")) == {"data.window": "28d"}
    assert len(run_facts.params(detail, "window 9")) == 0


def test_long_and_hostile_values_are_cut_and_kept_whole_behind() -> None:
    long = "x" * (VALUE_CELLS * 3)
    facts = run_facts.params(run(1, params={"long": long, HOSTILE: HOSTILE}))
    assert facts.values["long"] == long
    assert len(pairs(facts)["long"]) == VALUE_CELLS
    assert facts.values[HOSTILE] == HOSTILE
    assert all(text.isprintable() for text in (*column(facts, "name"), *column(facts, "value")))


def test_mlflows_own_tags_come_last_and_the_note_has_its_own_place() -> None:
    detail = run(1, tags={"zoo": "1", "mlflow.user": "ana"}, note="hello")
    names = column(run_facts.tags(detail), "name")
    assert names[0] == "zoo"
    assert "mlflow.note.content" not in names


def test_metrics_say_value_step_and_age() -> None:
    values = {"nan": math.nan, "high": math.inf, "low": -math.inf, "auc": 0.93125}
    detail = run(1, metrics=values)
    facts = run_facts.metrics(detail, NOW_MS)
    assert pairs(facts) == {"auc": "0.93125", "high": "∞", "low": "-∞", "nan": "NaN"}
    assert column(facts, "step") == ["100"] * 4
    assert facts.table.tones("value", 0, 4) == ["", "", "", "warn"]
    assert facts.values["auc"] == "0.93125"
    assert column(run_facts.metrics(detail, NOW_MS, "AU"), "name") == ["auc"]


def test_odd_steps_and_times_of_metrics() -> None:
    detail = replace(run(1), metrics=(MetricValue("m", 1.0, -(2**40), 0), MetricValue("n", 1.0, 2**40, NOW_MS + 5)))
    assert column(run_facts.metrics(detail, NOW_MS), "step") == ["-1 099 511 627 776", "1 099 511 627 776"]


def test_datasets_open_to_all_that_is_known_of_them() -> None:
    one = DatasetInput("customers", "9f3c", "delta", "prod.ml.customers@417", '{"a": 1}', '{"rows": 9}', "training")
    twin = DatasetInput("customers", "9f3c", "delta", "elsewhere", "", "", "")
    facts = run_facts.datasets(run(1, datasets=(one, twin)))
    assert len(facts) == 2
    assert column(facts, "context") == ["training", ""]
    assert "schema: " in facts.values["0"]
    assert "used for: not said" in facts.values["1"]
    assert len(run_facts.datasets(run(1, datasets=(one, twin)), "elsewhere")) == 1


@pytest.mark.parametrize(
    ("status", "lifecycle", "said"),
    [
        ("RUNNING", "active", "↻ running"),
        ("SCHEDULED", "active", "◷ scheduled"),
        ("FINISHED", "active", "✓ done"),
        ("FAILED", "deleted", "✗ failed, deleted"),
        ("KILLED", "active", "⊘ killed"),
        ("BRAND_NEW\x1b", "active", "? brand_new\\x1b"),
    ],
)
def test_a_status_is_a_sign_and_a_word(status: str, lifecycle: str, said: str) -> None:
    assert run_facts.status_text(status, lifecycle, UNICODE) == said
    assert run_facts.status_text(status, lifecycle, ASCII).isascii()


def test_the_overview_leaves_out_what_is_not_known() -> None:
    facts = pairs(run_facts.overview(run(1, user=""), NOW_MS, timezone.utc, UNICODE))
    assert facts["started"] == "2026-11-23 13:54:00  (6m)"
    assert facts["took"] == "4m00s"
    assert facts["source"] == "train.py (source)"
    assert not {"user", "parent", "children", "git branch"} & facts.keys()


def test_a_run_under_way_says_how_long_so_far() -> None:
    facts = pairs(run_facts.overview(run(1, status="RUNNING", age=5 * MINUTE), NOW_MS, timezone.utc, UNICODE))
    assert (facts["ended"], facts["took"]) == ("not yet", "5m00s so far")


def test_a_resumed_run_has_no_end_whatever_was_recorded_of_it() -> None:
    resumed = replace(run(1, age=5 * MINUTE), status="RUNNING")
    assert resumed.end_ms is None
    facts = pairs(run_facts.overview(resumed, NOW_MS, timezone.utc, UNICODE))
    assert (facts["ended"], facts["took"]) == ("not yet", "5m00s so far")


def test_a_run_that_never_started_has_no_times() -> None:
    detail = replace(run(1, status="SCHEDULED"), start_ms=None, end_ms=None)
    facts = pairs(run_facts.overview(detail, NOW_MS, timezone.utc, UNICODE))
    assert not {"started", "took", "ended"} & facts.keys()


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, None),
        (2, "2: trial-0, trial-1"),
        (7, "7: trial-0, trial-1, trial-2, trial-3, trial-4 and 2 more"),
        (CHILDREN_READ, f"{CHILDREN_READ} or more: trial-0, trial-1, trial-2, trial-3, trial-4 and others"),
    ],
)
def test_children_are_counted_as_far_as_they_were_read(count: int, said: str | None) -> None:
    children = [child(number) for number in range(count)]
    assert pairs(run_facts.overview(run(1), NOW_MS, timezone.utc, UNICODE, children)).get("children") == said


def test_the_status_of_a_failed_run_stands_out() -> None:
    facts = run_facts.overview(run(1, status="FAILED"), NOW_MS, timezone.utc, UNICODE)
    row = column(facts, "name").index("status")
    tones = facts.table.tones("value", row, row + 1)
    assert tones == ["bad"]


def test_a_logged_model_that_a_run_names_and_nobody_finds_is_said_to_be_deleted() -> None:
    named = ("m-1",)
    assert RunMade().rows(named) == [("model:m-1", "logged model", "m-1")], "not known yet"
    assert RunMade(models=()).rows(named) == [("model:m-1", "logged model", "m-1  deleted")]
    assert RunMade(models_note="refused").rows(named)[0][2] == "m-1"
