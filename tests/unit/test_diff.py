"""The comparison of runs: its laws, its rules for odd values, its rows and its cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fakes import MINUTE, NOW_MS, page_of, run
from tui.domain.diff.arrangement import DiffArrangement, arrange, metric_of
from tui.domain.diff.comparison import Comparison, Section
from tui.domain.diff.sheet import Sheet, joined, of_details, of_snapshot
from tui.domain.diff.table import CellWriter, CompareTable, FlippedTable, subject_titles
from tui.domain.glyphs import ASCII
from tui.domain.runs.frame import RunsFrame
from tui.domain.text import clean, fit, width
from tui.domain.values import DatasetInput, RunDetail

texts = st.one_of(
    st.sampled_from(["", "1", "1.0", "1e-3", "0.001", "True", "None", "adam", "nan", "[1, 2]", "(1, 2)", '{"a": 1.5}']),
    st.floats().map(repr),
    st.integers().map(str),
    st.text(max_size=8),
    st.recursive(
        st.one_of(st.integers(-3, 3), st.booleans(), st.floats(allow_nan=False)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=6,
    ).map(repr),
)
keys = st.sampled_from(["lr", "depth", "cfg", "cfg.a", "mlflow.x", "layers[2]", "wide\u202e"])
numbers = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-12, math.inf, -math.inf, math.nan]))
runs_of = st.lists(
    st.tuples(
        st.dictionaries(keys, texts, max_size=5),
        st.dictionaries(keys, numbers, max_size=5),
        st.dictionaries(keys, texts, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


def made(drawn: Sequence[tuple[dict[str, str], dict[str, float], dict[str, str]]]) -> list[RunDetail]:
    return [run(at, params=params, metrics=metrics, tags=tags) for at, (params, metrics, tags) in enumerate(drawn)]


def differing(comparison: Comparison) -> dict[tuple[str, str, bool], bool]:
    """What differs, by group, name, and whether it is a part of a nested value."""
    return {
        (section.group + section.unit, key, bool(section.parents[row] >= 0)): bool(section.differs[row])
        for section in comparison.sections
        for row, key in enumerate(section.keys)
    }


def whole_rows(comparison: Comparison) -> dict[tuple[str, str, bool], bool]:
    return {row: differs for row, differs in differing(comparison).items() if not row[2]}


def section(comparison: Comparison, group: str, unit: str = "") -> Section:
    return next(s for s in comparison.sections if s.group == group and s.unit == unit)


def row_of(found: Section, key: str) -> int:
    return found.keys.index(key)


# laws


@given(runs_of, st.randoms(use_true_random=False))
def test_the_order_of_runs_changes_nothing(drawn: list[object], random: object) -> None:
    details = made(drawn)  # type: ignore[arg-type]
    shuffled = list(details)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert differing(Comparison(of_details(details))) == differing(Comparison(of_details(shuffled)))


@given(runs_of)
def test_a_run_differs_in_nothing_from_itself(drawn: list[object]) -> None:
    for detail in made(drawn):  # type: ignore[arg-type]
        twin = replace(detail, run_id="twin")
        comparison = Comparison(of_details([detail, twin]))
        assert [row for row, differs in differing(comparison).items() if differs] == [("overview", "run id", False)]
        for found in comparison.sections:
            if found.group != "overview":
                assert not found.differs_from(0, 0, len(found)).any()
                assert not found.spreads.any()


@given(runs_of)
def test_no_key_is_lost_and_none_is_made_up(drawn: list[object]) -> None:
    details = made(drawn)  # type: ignore[arg-type]
    rows = whole_rows(Comparison(of_details(details)))
    named = {key for group, key, _ in rows if group == "params"}
    assert named == {key for detail in details for key in detail.params}
    assert {k for g, k, _ in rows if g == "metrics"} == {m.key for detail in details for m in detail.metrics}
    shown = arrange(Comparison(of_details(details)), DiffArrangement(only_differences=False, system_tags=True))
    assert named <= {row.key for row in shown.rows if not row.is_heading and row.section.group == "params"}


@given(runs_of)
def test_what_differs_between_two_differs_among_all(drawn: list[object]) -> None:
    details = made(drawn)  # type: ignore[arg-type]
    comparison = Comparison(of_details(details))
    for found in comparison.sections:
        for column in range(len(comparison.subjects)):
            cells = found.differs_from(column, 0, len(found))
            assert not cells[:, column].any()
            assert not cells[~found.differs].any()
            assert (found.differs <= True).all()
    if len(details) == 2:
        for found in comparison.sections:
            kept = found.parents < 0
            assert (
                found.differs_from(0, 0, len(found))[kept, 1] == found.differs_from(1, 0, len(found))[kept, 0]
            ).all()


@given(runs_of, st.floats(0, 0.5), st.floats(0, 0.5))
def test_more_tolerance_never_finds_more(drawn: list[object], one: float, other: float) -> None:
    sheet = of_details(made(drawn))  # type: ignore[arg-type]
    less, more = (whole_rows(Comparison(sheet, tolerance=t)) for t in sorted((one, other)))
    assert {row for row, differs in more.items() if differs} <= {row for row, differs in less.items() if differs}


@settings(max_examples=60)
@given(runs_of)
def test_a_table_of_runs_and_runs_in_full_say_the_same(drawn: list[object]) -> None:
    details = made(drawn)  # type: ignore[arg-type]
    details[0] = replace(details[0], datasets=(DatasetInput("users", "d1", "", "", "", "", ""),))
    frame = RunsFrame()
    frame.append(page_of([run(90, params={"other": "1"}), *details], None))
    loaded = of_snapshot(frame.snapshot(), [detail.run_id for detail in details])
    read = of_details(details)
    assert [s.run_id for s in loaded.subjects] == [s.run_id for s in read.subjects]
    assert differing(Comparison(loaded)) == differing(Comparison(read))
    both = Comparison(joined([loaded.at([0]), of_details(details[1:])])) if len(details) > 1 else Comparison(loaded)
    assert differing(both) == differing(Comparison(read))


def test_a_changed_run_is_compared_by_its_last_values() -> None:
    frame = RunsFrame()
    frame.append(page_of([run(1, params={"lr": "1"}), run(2, params={"lr": "1"})], None))
    frame.append(page_of([run(2, params={"lr": "2", "new": "x"})], None))
    comparison = Comparison(of_snapshot(frame.snapshot(), [run(1).run_id, run(2).run_id, "not loaded"]))
    assert len(comparison.subjects) == 2
    assert whole_rows(comparison)["params", "lr", False]
    assert whole_rows(comparison)["params", "new", False]


def test_a_run_under_way_has_taken_the_time_that_has_gone_by() -> None:
    going = run(1, status="RUNNING", age=90_000, took=60_000)  # resumed: its end was recorded once
    frame = RunsFrame()
    frame.append(page_of([going, run(2)], None))
    for sheet in (
        of_details([going, run(2)], now_ms=NOW_MS),
        of_snapshot(frame.snapshot(), [going.run_id, run(2).run_id], now_ms=NOW_MS),
    ):
        took = section(Comparison(sheet), "overview", "ms")
        assert took.keys == ("took",) and took.present.all()
        assert list(took.numbers[0]) == [90_000, 4 * MINUTE]


# rules


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        (0.1 + 0.2, 0.3, False),
        (1.0, 1.0 + 1e-8, True),
        (math.nan, math.nan, False),
        (math.nan, 0.0, True),
        (math.inf, math.inf, False),
        (math.inf, -math.inf, True),
        (math.inf, 1e308, True),
        (1e308, -1e308, True),
        (0.0, -0.0, False),
        (0.0, 5e-324, True),
        (12345678901.0, 12345678902.0, True),
        (1.0, 1.0 + 1e-10, False),
        (2.0**60, 2.0**60 + 512, False),
    ],
)
def test_metrics(one: float, other: float, differs: bool) -> None:
    details = [run(1, metrics={"m": one}), run(2, metrics={"m": other})]
    assert whole_rows(Comparison(of_details(details)))["metrics", "m", False] == differs


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "differs"),
    [
        ("1700000000", "1700000001", 0.5, True),  # whole numbers are compared exactly
        ("9007199254740993", "9007199254740992", 0.5, True),
        ("0.100", "0.1001", 0.01, False),
        ("0.100", "0.1001", 0.0001, True),
        ("[0.1, 2]", "(0.1000000000001, 2)", 1e-9, False),
        ("", "None", 1e-9, True),
        ("a" * 6000, "a" * 5999 + "b", 1e-9, True),
    ],
)
def test_params(one: str, other: str, tolerance: float, differs: bool) -> None:
    details = [run(1, params={"p": one}), run(2, params={"p": other})]
    comparison = Comparison(of_details(details), tolerance=tolerance)
    assert whole_rows(comparison)["params", "p", False] == differs
    assert section(comparison, "params").differs_from(0, 0, 1)[0, 1] == differs


def test_digests_and_ids_are_no_numbers() -> None:
    used = [DatasetInput("users", digest, "", "", "", "", "") for digest in ("1e10", "10000000000")]
    details = [run(at, tags={"mlflow.source.git.commit": d.digest}, datasets=(d,)) for at, d in enumerate(used)]
    rows = whole_rows(Comparison(of_details(details)))
    assert rows["datasets", "users", False]
    assert rows["source", "git commit", False]


def test_an_empty_value_is_not_an_absent_one() -> None:
    comparison = Comparison(of_details([run(1, params={"p": ""}), run(2, params={})]))
    writer = CellWriter(comparison, 0)
    params = section(comparison, "params")
    assert params.differs[0]
    assert [writer.value(params, 0, column) for column in (0, 1)] == ['""', "–"]
    assert writer.change(params, 0, 1).delta == "removed"
    assert CellWriter(comparison, 1).change(params, 0, 0).delta == "added"


def nested() -> Comparison:
    return Comparison(
        of_details(
            [
                run(1, params={"cfg": '{"layers": [64, 64, 64], "act": "relu", "x": {"y": 1}}'}),
                run(2, params={"cfg": "{'layers': (64, 64, 128), 'act': 'relu', 'x': {}}"}),
                run(3, params={"cfg": '{"layers": [64, 64], "act": "relu", "x": {"y": 1.0}}'}),
            ]
        )
    )


def test_nested_values_differ_by_path() -> None:
    comparison = nested()
    assert differing(comparison) | {} == {
        **{row: differs for row, differs in differing(comparison).items() if row[0] != "params"},
        ("params", "cfg", False): True,
        ("params", "cfg.layers[2]", True): True,
        ("params", "cfg.x", True): True,
        ("params", "cfg.x.y", True): True,
    }
    only = arrange(comparison, DiffArrangement())
    assert [row.key for row in only.rows if row.section.group == "params"] == ["", "cfg.layers[2]", "cfg.x", "cfg.x.y"]
    every = arrange(comparison, DiffArrangement(only_differences=False))
    assert [row.key for row in every.rows][:3] == ["", "cfg", "cfg.layers[2]"]
    assert comparison.count("params").rows == 1


def test_a_nested_value_that_one_run_lacks_stays_as_a_row() -> None:
    details = [run(1, params={"c": "[1, 2]"}), run(2, params={"c": "[1, 3]"}), run(3, params={})]
    shown = arrange(Comparison(of_details(details)), DiffArrangement())
    assert [row.key for row in shown.rows if row.section.group == "params"] == ["", "c", "c[1]"]
    same = [run(1, params={"c": "[1, 2]"}), run(2, params={"c": "(1, 2)"}), run(3, params={})]
    shown = arrange(Comparison(of_details(same)), DiffArrangement())
    assert [row.key for row in shown.rows if row.section.group == "params"] == ["", "c"]


# arranging


def wide() -> Comparison:
    details = [
        run(1, params={"a": "1", "b10": "1", "b9": "2", "c": "x"}, metrics={"m": 1.0, "z": 0.0}, tags={"own": "1"}),
        run(2, params={"a": "1", "b10": "4", "b9": "3", "c": "y"}, metrics={"m": 1.5, "z": 1.0}, tags={"own": "2"}),
        run(3, params={"a": "1", "b10": "1", "b9": "2", "c": "x"}, metrics={"m": 1.0}, tags={"mlflow.z": "2"}),
    ]
    return Comparison(of_details(details))


def names(comparison: Comparison, arrangement: DiffArrangement, group: str = "params") -> list[str]:
    rows = arrange(comparison, arrangement).rows
    return [row.key for row in rows if row.section.group == group and not row.is_heading]


def test_rows_by_name_change_and_spread() -> None:
    comparison = wide()
    assert names(comparison, DiffArrangement()) == ["b9", "b10", "c"]
    assert names(comparison, DiffArrangement(order="change")) == ["b10", "b9", "c"]
    assert names(comparison, DiffArrangement(order="spread")) == ["b10", "c", "b9"]
    assert names(comparison, DiffArrangement(order="change"), "metrics") == ["z", "m"]
    assert names(comparison, DiffArrangement(only_differences=False)) == ["a", "b9", "b10", "c"]


def test_rows_by_words_in_names_and_values() -> None:
    comparison = wide()
    assert names(comparison, DiffArrangement(query="B1")) == ["b10"]
    assert names(comparison, DiffArrangement(query="y")) == ["c"]
    assert arrange(comparison, DiffArrangement(query="nowhere")).rows == ()


def test_mlflows_own_tags_are_out_unless_asked_for() -> None:
    comparison = wide()
    assert names(comparison, DiffArrangement(), "tags") == ["own"]
    assert names(comparison, DiffArrangement(system_tags=True), "tags") == ["mlflow.z", "own"]
    assert comparison.count("tags", system=False).rows == 1


def test_groups_fold_and_count() -> None:
    comparison = wide()
    folded = arrange(comparison, DiffArrangement(folded=frozenset({"params"})))
    assert folded.rows[0].is_heading
    assert folded.rows[1].section.group == "metrics"
    assert (folded.groups[0].shown, folded.groups[0].rows, folded.groups[0].differing) == (3, 4, 3)


def test_from_difference_to_difference() -> None:
    comparison = wide()
    every = arrange(comparison, DiffArrangement(only_differences=False))
    found = [every.next_difference(-1, 1, comparison)]
    while found[-1] is not None:
        found.append(every.next_difference(found[-1], 1, comparison))
    keys = [every.rows[row].key for row in found if row is not None]
    assert keys[:3] == ["b9", "b10", "c"]
    assert "a" not in keys
    assert every.next_difference(found[1] or 0, -1, comparison) == found[0]


def test_the_baseline_may_be_gone() -> None:
    comparison = wide()
    assert arrange(comparison, DiffArrangement(baseline=run(2).run_id)).baseline == 1
    assert arrange(comparison, DiffArrangement(baseline="gone")).baseline == 0


# cells


@pytest.mark.parametrize(
    ("baseline", "value", "said"),
    [
        (0.9312, 0.9310, "−0.0002  −0.02% ✗"),
        (0.2201, 0.2290, "+0.0089   +4.0% ✓"),
        (0.0, 2.5, "+2.5  ✓"),
        (1.0, math.nan, "≠ ✗"),
        (math.nan, 1.0, "≠ ✓"),
        (math.inf, 1.0, "≠ ✗"),
        (math.inf, math.inf, ""),
        (math.nan, math.nan, ""),
        (1e-9, 5.0, "≈+5 ✓"),
        (1e-20, 5.0, "≈+5 ✓"),
        (12345.0, 10001.0, "−2344  −19.0% ✗"),
        (12345678901.0, 12345678902.0, "+1  +8e-9% ✓"),
        (1234.56, 4321.09, "+3086.53  +250% ✓"),
        (16777217.0, 99999.5, "−16677217.5  −99.4% ✗"),
        (0.81234567891, 0.8, "≈−0.0123  −1.5% ✗"),
        (1.0, 7.5e-5, "−0.999925  −99.99% ✗"),
        (0.01, 2.5, "+2.49  ×250 ✓"),
        (-2.0, -1.0, "+1  +50.0% ✓"),
    ],
)
def test_changes_of_metrics(baseline: float, value: float, said: str) -> None:
    comparison = Comparison(of_details([run(1, metrics={"auc": baseline}), run(2, metrics={"auc": value})]))
    writer = CellWriter(comparison, 0)
    shown = writer.change_text(writer.change(section(comparison, "metrics"), 0, 1))
    assert " ".join(shown.split()) == " ".join(said.split())


@pytest.mark.parametrize(
    ("baseline", "value", "said"),
    [
        ("0.01", "0.001", "÷10"),
        ("8", "32", "×4"),
        ("0.1", "0.11", "+10.0%"),
        ("7", "8", "+1"),
        ("12345", "10001", "−2344"),
        ("9007199254740993", "9007199254740992", "−1"),
        ("1000000000000000000000", "1000000000000000000007", "+7"),
        ("3", "17", "≈×5.667"),
        ("1", "nan", "≠"),
        ("inf", "1", "≠"),
        ("0", "5", "+5"),
        ("-1", "1", "+2"),
        ("a", "b", "≠"),
    ],
)
def test_changes_of_params(baseline: str, value: str, said: str) -> None:
    comparison = Comparison(of_details([run(1, params={"p": baseline}), run(2, params={"p": value})]))
    writer = CellWriter(comparison, 0)
    assert writer.change(section(comparison, "params"), 0, 1).delta == said


def test_two_values_of_a_row_never_read_the_same() -> None:
    comparison = Comparison(of_details([run(1, metrics={"ms": 99999.96}), run(2, metrics={"ms": 100000.0})]))
    writer = CellWriter(comparison, 0)
    assert [writer.value(section(comparison, "metrics"), 0, at) for at in (0, 1)] == ["99999.96", "100000.00"]


def test_times_and_durations() -> None:
    comparison = Comparison(of_details([run(1, age=60_000, took=30_000), run(2, age=120_000, took=90_000)]))
    writer = CellWriter(comparison, 0)
    took, started = section(comparison, "overview", "ms"), section(comparison, "overview", "at")
    assert (writer.value(took, 0, 1), writer.change(took, 0, 1).delta) == ("1m30s", "+1m00s")
    assert (writer.value(started, 0, 0), writer.change(started, 0, 1).delta) == ("2026-11-23 13:59:00", "−1m00s")
    assert not (started.changes(0) > 0).any()


def test_whole_values() -> None:
    comparison = Comparison(of_details([run(1, params={"p": "x" * 6000}, metrics={"m": 0.1, "n": 3.0})]))
    writer = CellWriter(comparison, 0)
    assert writer.whole(section(comparison, "params"), 0, 0) == "x" * 6000
    assert len(writer.value(section(comparison, "params"), 0, 0)) < 500
    metrics = section(comparison, "metrics")
    assert [writer.whole(metrics, row_of(metrics, key), 0) for key in ("m", "n")] == ["0.1", "3"]


def test_hostile_texts_are_spelled_out() -> None:
    comparison = Comparison(of_details([run(1, name="a\x1b[31m", params={"k\u202e": "v\n\x07"}), run(2, params={})]))
    table = CompareTable(comparison, arrange(comparison, DiffArrangement()), CellWriter(comparison, 0))
    shown = " ".join(text for column in table.columns for text in (column.title, *table.texts(column.key, 0, 3)))
    assert shown.isprintable()


def test_plain_signs() -> None:
    comparison = Comparison(of_details([run(1, metrics={"auc": 2.0}), run(2, metrics={"auc": 1.0})]))
    writer = CellWriter(comparison, 0, ASCII)
    found = section(comparison, "metrics")
    assert writer.change_text(writer.change(found, 0, 1)).isascii()
    assert writer.direction(found, 0) == "^?"


# tables


def test_things_of_one_name_are_told_apart() -> None:
    same = Comparison(of_details([run(1, name="x"), run(2, name="x"), run(3, name="y")]))
    titles = subject_titles(same)
    assert titles[2] == "y"
    assert len(set(titles)) == 3 or titles[0] != "x"


@given(runs_of, st.booleans(), st.integers(0, 200))
def test_tables_answer_for_every_cell(drawn: list[object], only: bool, room: int) -> None:
    comparison = Comparison(of_details(made(drawn)))  # type: ignore[arg-type]
    arranged = arrange(comparison, DiffArrangement(only_differences=only, system_tags=True))
    writer = CellWriter(comparison, arranged.baseline)
    for table in (CompareTable(comparison, arranged, writer, room=room), FlippedTable(comparison, arranged, writer)):
        assert len({table.row_key(row) for row in range(table.row_count)}) == table.row_count
        for row in range(table.row_count):
            assert table.row_of(table.row_key(row)) == row
        for column in table.columns:
            cells = table.texts(column.key, 0, table.row_count)
            assert len(cells) == table.row_count
            assert all(clean(text) == text for text in cells)
            tones = table.tones(column.key, 0, table.row_count)
            assert tones is None or len(tones) == table.row_count


def test_large_comparisons_are_made_in_windows() -> None:
    shape = (4000, 50)
    values = np.random.default_rng(1).random(shape)
    details = [run(at, params={}, metrics={f"m{k}": float(values[k, at]) for k in range(shape[0])}) for at in range(50)]
    comparison = Comparison(of_details(details))
    table = CompareTable(comparison, arrange(comparison, DiffArrangement()), CellWriter(comparison, 0))
    assert table.row_count > 4000
    assert len(table.texts("v3", 2000, 2050)) == 50


def test_no_number_and_no_change_is_cut_where_one_in_many_needs_more_room() -> None:
    for odd in range(300, 304):  # wherever it stands
        names = [f"m{number:03d}" for number in range(400)]
        sides = [{name: 0.5 + side for name in names} | {names[odd]: -0.653026 - side} for side in range(2)]
        comparison = Comparison(
            of_details([run(at, name=f"{at}", metrics=metrics) for at, metrics in enumerate(sides)])
        )
        writer = CellWriter(comparison, 0)
        table = CompareTable(comparison, arrange(comparison, DiffArrangement()), writer, room=200)
        for column in table.columns[2:]:
            numbers = [text for text in table.texts(column.key, 0, table.row_count) if "-" not in text[1:]]  # no dates
            assert column.width >= max(map(width, numbers)), column.key


def test_an_empty_sheet() -> None:
    assert arrange(Comparison(Sheet((), ())), DiffArrangement()).rows == ()


def test_no_change_is_cut_where_many_runs_are_rows() -> None:
    values = [1.0 + number / 1000 for number in range(300)]
    values[137] = 1234.5678  # which needs much more room
    comparison = Comparison(of_details([run(at, metrics={"loss": value}) for at, value in enumerate(values)]))
    arranged = arrange(comparison, DiffArrangement())
    table = FlippedTable(comparison, arranged, CellWriter(comparison, arranged.baseline))
    changes = [column for column in table.columns if column.key.startswith("d")]
    assert changes
    for column in changes:
        assert all(width(text) <= column.width for text in table.texts(column.key, 0, table.row_count))


def test_what_is_measured_of_the_machine_is_a_group_of_its_own() -> None:
    runs = [run(n, metrics={"auc": n / 10, "system/cpu": float(n)}) for n in (1, 2)]
    for sheet in (of_details(runs), joined([of_details(runs[:1]), of_details(runs[1:])])):
        comparison = Comparison(sheet)
        assert section(comparison, "metrics").keys == ("auc",)
        system = section(comparison, "system metrics")
        assert system.keys == ("system/cpu",)
        assert comparison.groups.index("system metrics") > comparison.groups.index("metrics")
        assert CellWriter(comparison, 0).direction(system, 0) == ""
        shown = next(row for row in arrange(comparison, DiffArrangement()).rows if row.key == "system/cpu")
        assert metric_of(shown.id) == "system/cpu"


def _compared_texts(*texts: str, name: str = "data") -> Comparison:
    return Comparison(of_details([run(n, params={name: text}) for n, text in enumerate(texts, 1)]))


@pytest.mark.parametrize("flipped", [False, True])
def test_a_cut_cell_keeps_what_differs(flipped: bool) -> None:
    base = "dbfs:/Volumes/prod/ml/features/churn/weekly/customers_of_all_regions"
    comparison = _compared_texts(f"{base}@414", f"{base}@418", f"{base}@414/part-{'x' * 90}", "s3://elsewhere" * 9)
    arranged = arrange(comparison, DiffArrangement())
    writer = CellWriter(comparison, 0)
    if flipped:
        table: CompareTable | FlippedTable = FlippedTable(comparison, arranged, writer)
        shown = list(table.texts("v0", 0, 4))
        cells = [next(column.width for column in table.columns if column.key == "v0")] * 4
    else:
        table = CompareTable(comparison, arranged, writer, room=80)
        row = next(at for at, one in enumerate(arranged.rows) if one.key == "data")
        shown = [table.texts(f"v{column}", row, row + 1)[0] for column in range(4)]
        cells = [next(c.width for c in table.columns if c.key == f"v{column}") for column in range(4)]
    seen = [fit(text, room) for text, room in zip(shown, cells, strict=True)]
    assert seen[0].rstrip().endswith("@414") and seen[1].rstrip().endswith("@418")
    assert len(set(seen)) == 4
    assert all(width(text) == room for text, room in zip(seen, cells, strict=True))


def test_long_texts_are_shown_from_where_they_part() -> None:
    comparison = _compared_texts("x" * 3000 + "ONE" + "y" * 2000, "x" * 3000 + "TWO" + "y" * 2000, name="prompt")
    writer = CellWriter(comparison, 0)
    shown = [writer.value(section(comparison, "params"), 0, column) for column in (0, 1)]
    assert "ONE" in shown[0] and "TWO" in shown[1]
    assert [len(text) <= 400 for text in shown] == [True, True]


def test_names_that_are_cut_keep_what_differs() -> None:
    stem = "evaluation/holdout/per_segment/precision_of_the_positive_class_"
    comparison = Comparison(of_details([run(n, metrics={f"{stem}{at}": n / at for at in (1, 2)}) for n in (1, 2)]))
    table = CompareTable(comparison, arrange(comparison, DiffArrangement()), CellWriter(comparison, 0))
    names = [fit(text, table.columns[0].width).rstrip() for text in table.texts("name", 0, table.row_count)]
    assert [name[-7:] for name in names if "class_" in name] == ["class_1", "class_2"]


def test_in_a_narrow_table_of_two_the_change_stands_beside_the_name() -> None:
    narrow, wide_one = (
        CompareTable(comparison, arrange(comparison, DiffArrangement()), CellWriter(comparison, 0), room=room)
        for room in (78, 118)
        for comparison in [_compared_texts("a", "b")]
    )
    assert [column.key for column in narrow.columns] == ["name", "better", "d1", "v0", "v1"]
    assert [column.key for column in wide_one.columns] == ["name", "better", "v0", "v1", "d1"]
    assert [column.frozen for column in narrow.columns] == [True, True, False, False, False]
