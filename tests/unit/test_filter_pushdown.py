"""What is sent to the server lets through every run that the filter matches; what is not sent is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.support.filters import NOW_MS, made_runs, nodes
from tests.support.made_runs import MadeRun, snapshot_of
from tests.support.mlflow_filters import passes
from tui.domain.filter import parse
from tui.domain.filter.names import Names
from tui.domain.filter.nodes import Node
from tui.domain.filter.pushdown import MOST_CLAUSES, pushdown

NAMES = Names(metrics=["auc", "a`b", 'c`d"e'], params=["lr", "opt"], tags=["team"])


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("", ""),
        ("auc > 0.9", "metrics.`auc` > 0.9"),
        ("metrics.unheard <= 1e-5", "metrics.`unheard` <= 1e-05"),
        ("auc > 1e22", "metrics.`auc` > 1e22"),
        ("auc : 0.5", "metrics.`auc` >= 0.45 AND metrics.`auc` <= 0.55"),
        ('"a`b" = 1', 'metrics."a`b" = 1.0'),
        ("opt = adam and auc > 1", "params.`opt` = 'adam' AND metrics.`auc` > 1.0"),
        ("opt = \"it's\"", "params.`opt` = \"it's\""),
        ("lr = '0.1'", "params.`lr` = '0.1'"),
        ("opt LIKE 'a%'", "params.`opt` LIKE 'a%'"),
        ("opt : ada", "params.`opt` ILIKE '%ada%'"),
        ("team != x", "tags.`team` != 'x'"),
        ("has:team", "tags.`team` LIKE '%'"),
        ("team IS NULL", "tags.`team` IS NULL"),
        ("NOT team IS NULL", "tags.`team` IS NOT NULL"),
        ("name = ox", "attributes.run_name = 'ox'"),
        ("status = done", "attributes.status = 'FINISHED'"),
        ("status = failed or status = killed",
         "attributes.status != 'FINISHED' AND attributes.status != 'RUNNING' AND attributes.status != 'SCHEDULED'"),
        ("not (status = failed)", "attributes.status != 'FAILED'"),
        ("id IN ('a', 'b')", "attributes.run_id IN ('a', 'b')"),
        ("opt IN (adam)", "params.`opt` = 'adam'"),
        ("start > 2025-11-01", "attributes.start_time > 1761955200000"),
        ("start = 2025-11-01", "attributes.start_time >= 1761955200000 AND attributes.start_time <= 1762041599999"),
        ("age < 1h", f"attributes.start_time > {NOW_MS - 3_600_000}"),
        ("age >= 1h", f"attributes.start_time <= {NOW_MS - 3_600_000}"),
        ("source : train", "tags.`mlflow.source.name` ILIKE '%train%'"),
        ("version = 1a2b3c4", "tags.`mlflow.source.git.commit` LIKE '1a2b3c4%'"),
        ("dataset.name = iris", "dataset.name = 'iris'"),
        ("dataset.context = 'train'", "dataset.context = 'train'"),
        ("attributes.user_id = 'ana'", "attributes.user_id = 'ana'"),
    ],
)  # fmt: skip
def test_what_is_said_exactly(text: str, sent: str) -> None:
    pushed = pushdown(parse(text), NAMES, now_ms=NOW_MS)
    assert pushed.filter_string == sent
    assert pushed.exact
    assert not pushed.left_out


@pytest.mark.parametrize(
    ("text", "sent", "reason"),
    [
        ("ox", "", "everywhere"),
        ("/ox/ auc > 1", "metrics.`auc` > 1.0", "everywhere"),
        ("auc > 1 or lr = a", "", "OR"),
        ("-opt:adam", "", "NOT"),
        ("not (auc > 1 or opt = a)", "", "NOT"),
        ("not (status = failed or auc > 1)", "attributes.status != 'FAILED'", "NOT"),
        ("lr < 0.01 opt = a", "params.`opt` = 'a'", "by value"),
        ("lr = 0.01", "", "by value"),
        ("opt ~ ^a", "", "regular expressions"),
        ("opt NOT LIKE 'a%'", "", "NOT LIKE"),
        ("opt IN (a, b)", "", "IN"),
        ("has:auc", "", "whether they are there"),
        ("-has:opt", "", "IS NULL"),
        ("auc = nan", "", "finite"),
        ("auc > inf", "", "finite"),
        ("auc != 0", "", "NaN"),
        ("took > 5m", "", "no filter"),
        ("user = ana", "", "no filter"),
        ("lifecycle = deleted", "", "no filter"),
        ("unheard > 3", "", "unheard"),
        ("opt : a%b", "params.`opt` ILIKE '%a%b%'", "loosely"),
        ("opt : äb", "params.`opt` ILIKE '%b%'", "loosely"),
        ("opt : äö", "", "without minding case"),
        (r"opt = 'a\'", "params.`opt` LIKE 'a_'", "loosely"),
        ("opt = \"'\"\"\"", "params.`opt` LIKE '_\"'", "loosely"),
        ("start != 2025-11-01", "", "span"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_told(text: str, sent: str, reason: str) -> None:
    pushed = pushdown(parse(text), NAMES, now_ms=NOW_MS)
    assert not pushed.exact
    assert reason in " ".join(pushed.left_out)
    assert pushed.filter_string == sent


@given(nodes(known_only=True), made_runs())
@settings(max_examples=250, deadline=None)
def test_the_server_answers_with_no_less(node: Node, runs: list[MadeRun]) -> None:
    query = parse(str(node))
    snapshot = snapshot_of(runs)
    pushed = pushdown(query, snapshot.names(), now_ms=NOW_MS)
    mask = query.mask(snapshot, now_ms=NOW_MS).tolist()
    for run, matches in zip(runs, mask, strict=True):
        passed = passes(pushed.filter_string, run)
        assert passed or not matches, (pushed, run)
        if pushed.exact:
            assert passed == matches, (pushed, run)


def test_more_conditions_than_a_server_takes_are_applied_here() -> None:
    text = " and ".join(f"metrics.m{number} > {number}" for number in range(80))
    sent = pushdown(parse(text))
    assert sent.filter_string.count(" AND ") + 1 == MOST_CLAUSES
    assert not sent.exact and len(sent.left_out) == 80 - MOST_CLAUSES
    assert f"takes {MOST_CLAUSES} conditions at most" in sent.left_out[0]
