"""``mlflow-deck gate``: bounds as they are written, what they make of values, and the report."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tests.support.command_line import Ended, command_line
from tests.support.stores import make_store
from tui.domain.models.measures import Bound, bound, judge_bound, markdown, passes

End = Literal["min", "max"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("auc:0.9", Bound("auc", "min", "absolute", 0.9)),
        ("auc@test:+0.002", Bound("auc@test", "min", "difference", 0.002)),
        ("auc:-5%", Bound("auc", "min", "share", -0.05)),
        ("a:b:+1e-3", Bound("a:b", "min", "difference", 0.001)),
        ("auc:+.5", Bound("auc", "min", "difference", 0.5)),
        ("auc", None),
        ("auc:", None),
        (":+1", None),
        ("auc:nan", None),
        ("auc:+ 1", None),
    ],
)
def test_a_bound_as_it_is_written(text: str, made: Bound | None) -> None:
    assert bound(text, "min") == made


@pytest.mark.parametrize(
    ("text", "end", "candidate", "against", "kept"),
    [
        ("auc:0.9", "min", 0.9, None, True),
        ("auc:0.9", "min", 0.8999, None, False),
        ("auc:0.9", "max", 0.9, None, True),
        ("auc:+0.002", "min", 0.932, 0.93, True),  # 0.932 - 0.93 is a little less than 0.002 in binary
        ("auc:+0.002", "min", 0.9319, 0.93, False),
        ("auc:-0.01", "min", 0.92, 0.93, True),
        ("ms:+5%", "max", 105.0, 100.0, True),
        ("ms:+5%", "max", 105.1, 100.0, False),
        ("loss:-10%", "max", -1.1, -1.0, True),
        ("ms:+5%", "max", 0.0, 0.0, False),
        ("auc:+0", "min", None, 0.9, False),
        ("auc:+0", "min", 0.9, None, False),
        ("auc:+0", "min", math.nan, 0.9, False),
        ("auc:0", "min", math.nan, None, False),
        ("auc:+0", "min", math.inf, math.inf, False),
    ],
)
def test_whether_a_value_keeps_within_it(
    text: str, end: End, candidate: float | None, against: float | None, kept: bool
) -> None:
    wanted = bound(text, end)
    assert wanted is not None
    judged = judge_bound(wanted, candidate, against)
    assert judged.passes is kept, judged
    assert judged.found


def test_nothing_asked_shows_nothing() -> None:
    assert not passes(())


def test_the_report_is_markdown_that_no_name_breaks() -> None:
    wanted = bound("a|b*:0.5", "min")
    assert wanted is not None
    text = markdown("x | [y](z) \x1b[31m", "", [judge_bound(wanted, 0.6, None)])
    assert text.startswith("## x \\| \\[y\\](z) \\\\x1b\\[31m passes\n")
    assert text.splitlines()[-1] == "| ✓ | a\\|b\\* | at least 0.5 | 0.6 |"


@pytest.fixture
def deck(tmp_path: Path) -> Callable[..., Ended]:
    """Two versions: 1 with auc 0.93 and 100 ms, 2 with auc 0.932 and 104 ms, from newer data."""
    from mlflow.entities import Dataset, DatasetInput

    store = make_store(tmp_path)
    client = store.client()
    client.create_registered_model("churn")
    experiment = client.create_experiment("gate")
    for number, (auc, ms, digest) in enumerate(((0.93, 100.0, "a"), (0.932, 104.0, "b"))):
        run_id = client.create_run(experiment, start_time=1000 + number).info.run_id
        client.log_metric(run_id, "auc", auc)
        client.log_metric(run_id, "ms", ms)
        client.log_inputs(run_id, [DatasetInput(Dataset("customers", digest, "code", "{}"))])
        client.create_model_version("churn", f"runs:/{run_id}/model", run_id=run_id)
    client.set_registered_model_alias("churn", "champion", "1")
    client.set_registered_model_alias("churn", "challenger", "2")
    return command_line(store)


def test_a_gate_opens_and_stays_shut(deck: Callable[..., Ended]) -> None:
    gate = ("gate", "models:/churn@challenger", "--against", "@champion")
    opened = deck(*gate, "--min", "auc:+0.002", "--max", "ms:+5%", "--data-newer", "--json")
    assert (opened.status, opened.json["passes"]) == (0, True)
    assert [one["what"] for one in opened.json["conditions"]] == ["auc", "ms", "data"]
    shut = deck(*gate, "--min", "auc:+0.002", "--max", "ms:+2%", "--format", "md")
    assert shut.status == 1
    assert "churn v2 against churn v1 does not pass" in shut.out and "| ✗ | ms |" in shut.out
    assert deck("gate", "churn/1", "--against", "2", "--data-newer").status == 1
    assert deck("gate", "churn/2", "--min", "auc:0.9").status == 0
    unmeasured = deck("gate", "churn/2", "--min", "f1:0.9")
    assert unmeasured.status == 1 and "✗ f1: at least 0.9; not measured" in unmeasured.out
    # Its files cannot be read, so nothing shows that callers may go on as they do.
    assert deck(*gate, "--same-signature").status == 1
    assert deck("gate", "churn/2", "--rules").status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("churn/2",),
        ("churn/2", "--min", "auc:+0.1"),
        ("churn/2", "--same-signature"),
        ("churn/2", "--min", "auc"),
        ("churn", "--min", "auc:1"),
        ("churn@nobody", "--min", "auc:1"),
    ],
)
def test_what_cannot_be_judged_is_no_answer(arguments: tuple[str, ...], deck: Callable[..., Ended]) -> None:
    ended = deck("gate", *arguments)
    assert (ended.status, ended.out) == (2, "")
