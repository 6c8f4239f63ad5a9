"""The table of runs: which rows and columns a person sees, and what the cells say."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timezone

import pytest

from tests.support.made_runs import MadeRun, page_of, snapshot_of
from tui.domain.filter import FilterError, parse
from tui.domain.glyphs import ASCII
from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.table import RunsTable
from tui.domain.runs.view import Folds, RunsViewSpec, SortKey, build_view
from tui.domain.table import Table
from tui.features.runs.acts import MOST_HELD, scope_of

MINUTE = 60_000
NOW = 1_764_000_000_000
PARENT = "mlflow.parentRunId"

RUNS = [
    MadeRun("a1", "gallant-ox", "FINISHED", "ana", NOW - 3 * MINUTE, NOW - MINUTE,
            metrics={"auc": 0.93125, "loss": 1.0}, params={"lr": "0.01", "same": "s", "opt": "adam"},
            tags={"team": "x", "mlflow.source.name": "/repo/train.py", "mlflow.source.git.commit": "1a2b3c4d5e6f"},
            dataset="iris@1a", models=1),
    MadeRun("b2", "sweep", "RUNNING", "ana", NOW - 10 * MINUTE, -1, params={"same": "s"}, metrics={"loss": 1.0}),
    MadeRun("c3", "trial-0", "FAILED", "ana", NOW - 11 * MINUTE, NOW - 11 * MINUTE + 500,
            metrics={"auc": math.nan, "loss": 1.0}, params={"lr": "0.1", "same": "s"}, tags={PARENT: "b2"}),
    MadeRun("d4", "trial-1", "KILLED", "ana", NOW - 12 * MINUTE, NOW - MINUTE, metrics={"auc": 0.5, "loss": 1.0},
            params={"lr": "1e-3", "same": "s"}, tags={PARENT: "b2"}),
    MadeRun("e5", "", "SCHEDULED", "ana", -1, -1, lifecycle="deleted", metrics={"loss": 1.0},
            params={"same": "s"}, tags={PARENT: "gone"}),
]  # fmt: skip
SPEC = RunsViewSpec(now_ms=NOW, zone=timezone.utc)


def view(spec: RunsViewSpec = SPEC, runs: list[MadeRun] = RUNS) -> RunsTable:
    return build_view(snapshot_of(runs, page_size=2), spec)


def texts(table: RunsTable, key: str) -> list[str]:
    return list(table.texts(key, 0, table.row_count))


def test_it_is_a_table() -> None:
    table: Table = view()
    assert table.row_count == 5
    for row in range(table.row_count):
        assert table.row_of(table.row_key(row)) == row
    assert table.row_of("unheard") is None
    for column in table.columns:
        for start, stop in ((0, 5), (1, 3), (4, 99), (3, 3), (9, 12)):
            expected = max(0, min(stop, 5) - start)
            assert len(table.texts(column.key, start, stop)) == expected
            tones = table.tones(column.key, start, stop)
            assert tones is None or len(tones) == expected


def test_the_default_view() -> None:
    table = view()
    assert [column.key for column in table.columns] == [
        "name", "status", "start", "took", "metrics.auc", "metrics.loss", "params.lr", "params.opt", "source",
        "version", "dataset",
    ]  # fmt: skip
    assert [column.group for column in table.columns][3:8] == ["run", "metrics", "metrics", "params", "params"]
    assert table.columns[0].frozen
    assert [column.frozen for column in table.columns[1:]] == [False] * 10
    assert table.columns[2].order == "down"
    assert texts(table, "name") == ["  gallant-ox", "▾ sweep", "  ├ trial-0", "  └ trial-1", "  …› e5"]
    assert texts(table, "status") == ["✓ done", "↻ running", "✗ failed", "⊘ killed", "◷ scheduled, deleted"]
    assert texts(table, "start") == ["3m", "10m", "11m", "12m", "–"]
    assert texts(table, "took") == ["2m00s", "10m00s…", "500ms", "11m00s", "–"]
    assert texts(table, "metrics.auc") == ["0.93125", "–", "NaN", "0.50000", "–"]
    assert texts(table, "params.lr") == ["0.01", "–", "0.1", "1e-3", "–"]
    assert texts(table, "source") == ["train.py", "–", "–", "–", "–"]
    assert texts(table, "version") == ["1a2b3c4", "–", "–", "–", "–"]
    assert [column.align for column in table.columns[4:8]] == ["right", "right", "right", "left"]
    assert table.tones("status", 0, 5) == ["", "accent", "bad", "warn", "muted"]
    assert table.tones("metrics.auc", 0, 5) == ["", "muted", "warn", "", "muted"]
    assert table.tones("name", 0, 5) == ["", "", "", "", "muted"]
    assert (table.counts.loaded, table.counts.matching, table.counts.rows) == (5, 5, 5)
    assert (table.counts.roots, table.counts.orphans, table.counts.folded_away) == (3, 1, 0)


def test_flat() -> None:
    table = view(replace(SPEC, tree=False, sort=(SortKey("metrics.auc", True), SortKey("name"))))
    assert texts(table, "name") == ["gallant-ox", "trial-1", "trial-0", "sweep", "e5"]
    assert table.counts.roots == 5
    assert table.parent_row(1) is None


def test_ascii() -> None:
    table = view(replace(SPEC, glyphs=ASCII))
    assert all(text.isascii() for column in table.columns for text in texts(table, column.key))
    assert texts(table, "name") == ["  gallant-ox", "v sweep", "  | trial-0", "  ` trial-1", "  ~> e5"]


def test_filtered_rows_keep_their_ancestors_muted() -> None:
    table = view(replace(SPEC, query=parse("auc > 0.1")))
    assert texts(table, "name") == ["  gallant-ox", "▾ sweep", "  └ trial-1"]
    assert table.tones("name", 0, 3) == ["", "muted", ""]
    assert table.tones("status", 0, 3) == ["", "muted", "warn"]
    assert (table.counts.matching, table.counts.rows) == (2, 3)
    flat = view(replace(SPEC, tree=False, query=parse("auc > 0.1")))
    assert texts(flat, "name") == ["gallant-ox", "trial-1"]
    with pytest.raises(FilterError):
        view(replace(SPEC, query=parse("acu > 0.1")))


def test_folding() -> None:
    shut = Folds(but=frozenset({"b2"}))
    table = view(replace(SPEC, folds=shut))
    assert texts(table, "name") == ["  gallant-ox", "▸ sweep +2", "  …› e5"]
    assert table.can_fold(1)
    assert table.is_folded(1)
    assert not table.can_fold(0)
    assert table.row_of("c3") is None
    assert table.counts.folded_away == 2
    assert texts(view(replace(SPEC, folds=Folds(all_folded=True))), "name")[1] == "▸ sweep +2"
    assert texts(view(replace(SPEC, folds=Folds(True, frozenset({"b2"})))), "name")[1] == "▾ sweep"
    # What is there for its matches only is open whatever was folded; what matches itself is not.
    assert texts(view(replace(SPEC, folds=shut, query=parse("trial"))), "name")[0] == "▾ sweep"
    assert texts(view(replace(SPEC, folds=shut, query=parse("loss = 1"))), "name")[1] == "▸ sweep +2"


def test_the_way_through_the_tree() -> None:
    table = view()
    assert [table.depth(row) for row in range(5)] == [0, 0, 1, 1, 0]
    assert [table.parent_row(row) for row in range(5)] == [None, None, 1, 1, None]


def test_deep_trees_show_the_nearest_branches() -> None:
    runs = [MadeRun(f"r{n}", f"n{n}", start=n, tags={PARENT: f"r{n - 1}"} if n else {}) for n in range(30)]
    names = texts(view(runs=runs), "name")
    assert names[1] == "  └ ▾ n1"
    assert names[2] == "    └ ▾ n2"
    assert names[29] == "  … " + "  " * 8 + "└ n29"
    assert view(runs=runs).columns[0].width <= 42


def test_circles_are_marked() -> None:
    runs = [MadeRun("a", "x", tags={PARENT: "b"}), MadeRun("b", "y", tags={PARENT: "a"})]
    table = view(runs=runs)
    assert texts(table, "name") == ["▾ ⚠ x", "  └ y"]
    assert table.tones("name", 0, 2) == ["warn", ""]


def test_every_run_that_matches_is_told_whether_folded_away_or_not() -> None:
    assert view().matching_ids() == ("a1", "b2", "c3", "d4", "e5")
    assert view(replace(SPEC, folds=Folds(all_folded=True))).matching_ids() == ("a1", "b2", "e5", "c3", "d4")
    assert view(replace(SPEC, query=parse("trial"))).matching_ids() == ("c3", "d4"), "not the parent shown for them"


def test_constant_columns_fold() -> None:
    chosen = (
        "status",
        "user",
        "metrics.loss",
        "metrics.auc",
        "params.same",
        "params.lr",
        "params.unheard",
        "tags.team",
    )
    spec = replace(SPEC, columns=chosen, fold_constants=True)
    table = view(spec)
    assert [column.key for column in table.columns] == ["name", "status", "metrics.auc", "params.lr", "tags.team"]
    assert [(folded.key, folded.title, folded.text) for folded in table.counts.constants] == [
        ("user", "user", "ana"), ("metrics.loss", "loss", "1"), ("params.same", "same", "s"),
        ("params.unheard", "unheard", "–"),
    ]  # fmt: skip
    # Among what matches the filter, more may be the same.
    narrowed = view(replace(spec, query=parse("trial")))
    assert [column.key for column in narrowed.columns] == ["name", "status", "metrics.auc", "params.lr"]
    # With one run everything would be; a column that is sorted by stays.
    assert not view(replace(spec, query=parse("gallant"))).counts.constants
    assert "user" in [column.key for column in view(replace(spec, sort=(SortKey("user"),))).columns]


def test_columns_as_chosen() -> None:
    spec = replace(
        SPEC, columns=("params.lr", "start", "name", "params.lr", "nonsense", "tags.mlflow.source.name", "models",
                       "id"),
        widths={"params.lr": 17, "name": 20}, sort=(SortKey("params.lr"),),
    )  # fmt: skip
    table = view(spec)
    assert [column.key for column in table.columns] == [
        "name",
        "params.lr",
        "start",
        "tags.mlflow.source.name",
        "models",
        "id",
    ]
    assert [column.width for column in table.columns][:2] == [20, 17]
    assert table.columns[1].order == "up"
    # Siblings are sorted, children stay with their parent.
    assert [table.row_key(row) for row in range(5)] == ["a1", "b2", "d4", "c3", "e5"]
    assert texts(table, "tags.mlflow.source.name")[0] == "/repo/train.py"
    assert texts(table, "models") == ["1", "–", "–", "–", "–"]


def test_hostile_texts_are_cleaned() -> None:
    evil = "a\x1b[2J\nb\u202e"
    runs = [MadeRun("r1", evil, user=evil, params={evil: evil}, tags={"mlflow.source.name": evil, "t": evil * 900})]
    table = view(replace(SPEC, columns=(f"params.{evil}", "user", "source", "tags.t")), runs)
    for column in table.columns:
        assert column.title.isprintable()
        (text,) = table.texts(column.key, 0, 1)
        assert text.isprintable()
        assert "\\x1b" in text
    assert table.value("tags.t", 0) == evil * 900


def test_values_to_copy_are_whole() -> None:
    table = view()
    assert table.value("name", 2) == "trial-0"
    assert table.value("metrics.auc", 0) == "0.93125"
    assert table.value("metrics.auc", 1) == ""
    assert table.value("metrics.auc", 2) == "nan"
    assert table.value("version", 0) == "1a2b3c4d5e6f"
    assert table.value("start", 0) == str(NOW - 3 * MINUTE)
    assert table.value("took", 0) == "2m00s"


def test_time_goes_by_for_what_goes_on_without_a_new_view() -> None:
    table = view()
    before = table.generation
    assert table.tick(NOW, range(2)) == []
    assert table.generation == before
    assert table.tick(NOW + MINUTE, range(1)) == []
    assert texts(table, "took")[:2] == ["2m00s", "10m00s…"], "only what is asked for is written"
    assert table.tick(NOW + MINUTE, range(2)) == [1]
    assert table.generation != before
    assert texts(table, "took")[:2] == ["2m00s", "11m00s…"]
    assert view(replace(SPEC, columns=("status",))).tick(NOW + MINUTE, range(2)) == []


def test_absolute_times() -> None:
    table = view(replace(SPEC, absolute_times=True, columns=("start", "took")))
    assert texts(table, "start")[0] == "2025-11-24 15:57:00"
    assert table.columns[1].width == 19


def test_experiments_are_named_when_there_are_several() -> None:
    frame = RunsFrame()
    frame.append(page_of([MadeRun("a"), MadeRun("b", experiment="2")]))
    frame.set_experiments({"1": "churn/weekly"})
    table = build_view(frame.snapshot(), SPEC)
    assert texts(table, "experiment") == ["churn/weekly", "2"]


def test_a_resumed_run_goes_on_whatever_end_it_has() -> None:
    runs = [MadeRun("a", "resumed", "RUNNING", start=NOW - 125 * MINUTE, end=NOW - 120 * MINUTE)]
    table = view(replace(SPEC, columns=("took", "end")), runs)
    assert texts(table, "took") == ["2h05m…"]
    assert texts(table, "end") == ["–"]
    assert view(replace(SPEC, query=parse("took > 1h")), runs).row_count == 1
    assert view(replace(SPEC, query=parse("took < 1h")), runs).row_count == 0


def test_widths_suit_what_is_there() -> None:
    runs = [
        MadeRun(f"r{n}", f"run-{n}", params={"p": "x" * (n % 90), "q": "1"}, metrics={"m": n * 1000.5})
        for n in range(300)
    ]
    table = view(replace(SPEC, columns=("params.p", "params.q", "metrics.m")), runs)
    widths = {column.key: column.width for column in table.columns}
    assert widths == {"name": 12, "params.p": 32, "params.q": 4, "metrics.m": 8}
    assert all(len(text) <= 8 for text in texts(table, "metrics.m"))


def test_nothing_at_all() -> None:
    table = view(runs=[])
    assert table.row_count == 0
    assert [column.key for column in table.columns] == ["name", "status", "start", "took"]
    assert table.counts.loaded == 0
    assert view(replace(SPEC, fold_constants=True, query=parse("x")), []).row_count == 0


def test_removed_runs_are_gone_from_the_next_view() -> None:
    frame = RunsFrame()
    frame.append(page_of(RUNS))
    before = build_view(frame.snapshot(), SPEC)
    frame.remove(["b2"])
    after = build_view(frame.snapshot(), SPEC)
    assert before.row_count == 5
    assert texts(before, "name")[1] == "▾ sweep"
    assert after.counts.orphans == 3
    assert texts(after, "name") == ["gallant-ox", "…› trial-0", "…› trial-1", "…› e5"]


def test_what_is_not_held_against_a_metric_is_said() -> None:
    assert scope_of(10, 10, complete=True) == ""
    assert scope_of(4, 10, complete=False) == (
        "the 4 that match, of 10 runs, only the 10 loaded: ctrl+e in the runs loads all"
    )
    assert scope_of(MOST_HELD + 1, MOST_HELD + 1, complete=True) == "the first 5 000 of 5 001 runs, as sorted"


def test_sorted_by_a_metric_parents_are_ranked_by_their_best_child() -> None:
    runs = [
        MadeRun("p1", "poor", start=NOW, metrics={"auc": 0.1}),
        MadeRun("p2", "sweep", start=NOW - 1),
        MadeRun("c1", "trial-0", start=NOW - 2, metrics={"auc": 0.7}, tags={PARENT: "p2"}),
        MadeRun("c2", "trial-1", start=NOW - 3, metrics={"auc": 0.9}, tags={PARENT: "p2"}),
        MadeRun("c3", "inner", start=NOW - 4, tags={PARENT: "p2"}),
        MadeRun("g1", "deep", start=NOW - 5, metrics={"auc": 0.99}, tags={PARENT: "c3"}),
        MadeRun("p3", "good", start=NOW - 6, metrics={"auc": 0.8}),
    ]
    down = replace(SPEC, sort=(SortKey("metrics.auc", descending=True),))
    assert [view(down, runs).row_key(row) for row in range(7)] == ["p2", "c3", "g1", "c2", "c1", "p3", "p1"]
    up = replace(SPEC, sort=(SortKey("metrics.auc"),))
    assert [view(up, runs).row_key(row) for row in range(7)][:3] == ["p1", "p2", "c1"]
    without = replace(down, query=parse("not deep"))
    assert [view(without, runs).row_key(row) for row in range(6)][:2] == ["p2", "c2"]
