"""Names with slashes as a tree."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.experiments import PathRow, path_tree


def drawn(rows: list[PathRow]) -> list[str]:
    def line(row: PathRow) -> str:
        sign = ("+" if row.folded else "-") if row.is_folder else " "
        item = "" if row.item is None else f" #{row.item}"
        return f"{'  ' * row.depth}{sign}{row.label}{item}{' (context)' if row.context else ''}"

    return [line(row) for row in rows]


NAMES = ["churn/weekly", "fraud", "churn/backfill", "churn", "/Users/ana@x/churn/weekly", "a//b/", "", "///", "fraud"]


def test_folders_experiments_and_both() -> None:
    rows = path_tree(NAMES)
    assert drawn(rows) == [
        "-churn #3", "   weekly #0", "   backfill #2", " fraud #1", " fraud #8", " Users/ana@x/churn/weekly #4",
        " a/b #5", "  #6", " /// #7",
    ]  # fmt: skip
    assert [row.below for row in rows] == [2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert len({row.path for row in rows}) == len(rows)


def test_folders_with_one_folder_in_them_are_joined() -> None:
    names = ["/Users/ana@x/churn/weekly", "/Users/ana@x/churn/daily", "/Users/ana@x/fraud"]
    assert drawn(path_tree(names)) == ["-Users/ana@x", "  -churn", "     weekly #0", "     daily #1", "   fraud #2"]
    assert drawn(path_tree(names, folded={"Users/ana@x/churn"})) == ["-Users/ana@x", "  +churn", "   fraud #2"]
    assert drawn(path_tree([*names, "/Users/ben@x"])) == [
        "-Users", "  -ana@x", "    -churn", "       weekly #0", "       daily #1", "     fraud #2", "   ben@x #3",
    ]  # fmt: skip


def test_filtering_keeps_the_way_and_opens_it() -> None:
    rows = path_tree(NAMES, matches=lambda item: "weekly" in NAMES[item], folded={"churn"})
    assert drawn(rows) == ["-churn #3 (context)", "   weekly #0", " Users/ana@x/churn/weekly #4"]
    assert drawn(path_tree(NAMES, matches=lambda item: item == 8)) == [" fraud #8"]
    assert path_tree(NAMES, matches=lambda item: False) == []


def test_by_name_folders_come_first() -> None:
    assert drawn(path_tree(["b", "C/x", "a", "C/a", "c"], by_name=True)) == [
        "-C",
        "   a #3",
        "   x #1",
        " a #2",
        " b #0",
        " c #4",
    ]


def test_five_thousand_and_very_deep_ones() -> None:
    names = [f"/Users/u{number % 50}@x/p{number % 500}/e{number}" for number in range(5000)]
    rows = path_tree(names)
    assert sum(row.item is not None for row in rows) == 5000
    assert rows[0].below == 5000
    deep = ["/".join("x" * 5000), "/".join("x" * 4999) + "/y"]
    assert [row.item for row in path_tree(deep)] == [None, 0, 1]


_NAMES = st.lists(st.text(alphabet="ab/ ", max_size=7), max_size=12)


@given(_NAMES, st.frozensets(st.integers(0, 11)), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_experiment_is_there_once(names: list[str], wanted: frozenset[int], by_name: bool) -> None:
    rows = path_tree(names, by_name=by_name)
    assert sorted(row.item for row in rows if row.item is not None) == list(range(len(names)))
    assert len({row.path for row in rows}) == len(rows)
    found = {row.item for row in path_tree(names, matches=lambda item: item in wanted) if not row.context}
    assert {item for item in range(len(names)) if item in wanted} == found
    depth = -1
    for row in rows:
        assert row.depth <= depth + 1
        depth = row.depth
    folders = {row.path for row in rows if row.is_folder}
    shut = path_tree(names, folded=folders, by_name=by_name)
    assert all(row.depth == 0 for row in shut)
    assert sum(row.below + (row.item is not None) for row in shut) == len(names)


def test_names_that_differ_by_slashes_only_are_written_in_full() -> None:
    assert sorted(line.label for line in path_tree(["a/b", "a//b", "a/c"]) if line.item is not None) == [
        "a//b",
        "a/b",
        "c",
    ]
    assert [line.label for line in path_tree(["x", "x"])] == ["x", "x"]
