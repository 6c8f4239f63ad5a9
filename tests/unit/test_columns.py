"""Columns told in one place: the table that they make of rows, and how it is arranged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.columns import KNOWN, ArrangedTable, Arrangement, ColumnSpec, SpecTable, chosen, sifted, sorted_by
from tui.domain.table import Column, RowsTable


@dataclass(frozen=True)
class Thing:
    name: str
    size: float | None = None


THINGS = [Thing("pear", 3.0), Thing("Apple", None), Thing("fig", 12.0), Thing("plum", float("nan"))]
SPECS = (
    ColumnSpec[Thing]("name", "name", lambda thing: thing.name, frozen=True),
    ColumnSpec[Thing](
        "size",
        "size",
        lambda thing: (str(thing.size), "muted"),
        lambda thing: thing.size,
        better="higher",
        align="right",
    ),
    ColumnSpec[Thing]("twice", "twice", lambda thing: thing.name * 2, default=False),
)


def table(arrangement: Arrangement = Arrangement()) -> SpecTable[Thing]:  # noqa: B008  it is frozen
    return SpecTable(THINGS, lambda thing: thing.name, SPECS, arrangement)


def test_cells_and_tones_are_those_of_the_specs() -> None:
    made = table()
    assert [column.key for column in made.columns] == ["name", "size"], "what is not shown by itself is chosen"
    assert made.texts("name", 1, 3) == ["Apple", "fig"]
    assert made.tones("size", 0, 1) == ["muted"]
    assert (made.row_of("fig"), made.row_of("nut"), made.row_key(2)) == (2, None, "fig")


def test_what_has_no_value_comes_last_whichever_way_round() -> None:
    def order(*sort: tuple[str, bool]) -> list[str]:
        return [thing.name for thing in sorted_by(THINGS, SPECS, sort)]

    assert order(("size", False)) == ["pear", "fig", "Apple", "plum"]
    assert order(("size", True)) == ["fig", "pear", "Apple", "plum"]
    assert order(("name", False)) == ["Apple", "fig", "pear", "plum"], "texts whatever their case"
    assert order(("gone", True)) == [thing.name for thing in THINGS], "a column that is not there sorts nothing"


def test_the_foremost_column_decides_and_then_the_next() -> None:
    rows = [Thing("b", 1.0), Thing("a", 1.0), Thing("c", 2.0)]
    assert [row.name for row in sorted_by(rows, SPECS, (("size", True), ("name", False)))] == ["c", "a", "b"]


def test_columns_stand_as_they_are_arranged_those_at_the_left_first() -> None:
    arranged = Arrangement(columns=("twice", "gone", "name", "twice"), widths={"twice": 7}, sort=(("twice", True),))
    made = table(arranged)
    assert [(column.key, column.order) for column in made.columns] == [("name", ""), ("twice", "down")]
    assert made.columns[1].width == 7
    assert [spec.key for spec in chosen(SPECS, Arrangement(columns=("gone",)))] == ["name", "size"]


def test_a_filter_wants_every_word_whatever_the_case() -> None:
    assert [thing.name for thing in sifted(THINGS, "P L", lambda thing: thing.name)] == ["Apple", "plum"]


def test_a_sort_is_turned_round_and_taken_away() -> None:
    first = Arrangement().turned("size", high_first=True)
    second = first.turned("size", high_first=True)
    assert (first.sort, second.sort) == ((("size", True),), (("size", False),))
    assert second.turned("size", high_first=True).sort == ()
    assert second.turned("size", high_first=True, may_rest=False).sort == (("size", True),)
    assert second.turned("name", high_first=False).sort == (("name", False),)


def test_a_column_is_moved_among_those_shown() -> None:
    moved = Arrangement().moved(("name", "size", "twice"), "size", 5)
    assert moved.columns == ("name", "twice", "size")
    assert Arrangement().moved(("name",), "gone", 1) == Arrangement()


def test_an_arrangement_is_kept_with_what_its_kind_adds_and_mended_where_it_does_not_fit() -> None:
    arranged = Arrangement(("a",), {"a": 12}, (("a", True),)).with_more(tree=False, metric="auc", folded=["x"])
    again = Arrangement.from_json(arranged.to_json())
    assert again == arranged
    assert (again.flag("tree", default=True), again.text("metric"), again.texts("folded")) == (False, "auc", ("x",))
    torn = {"columns": ["a", 3], "widths": {"a": "wide", "b": 1, "c": 9}, "sort": [["a"], ["b", 1], "c"], "tree": "no"}
    mended = Arrangement.from_json(torn)
    assert (mended.columns, mended.widths, mended.sort) == (("a",), {"c": 9}, (("b", True),))
    assert mended.flag("tree", default=True) is True
    assert Arrangement.from_json({}, ("name", "size")).columns == ("name", "size"), "as configured"


def made(levels: Sequence[int] = ()) -> RowsTable:
    columns = (Column("name", "name", 8, frozen=True), Column("n", "n", 5, "right"), Column("word", "word", 6))
    cells = {"name": list("abcd"), "n": ["2.0", "1.0", "–", "10"], "word": ["x", "y", "x", "w"]}
    values: dict[str, list[float | None]] = {"n": [2.0, 1.0, None, 10.0]}
    return RowsTable(columns, list("abcd"), cells, {"n": ["", "warn", "", ""]}, values=values, levels=levels)


def rows_of(table: ArrangedTable) -> list[str]:
    return [table.row_key(row) for row in range(table.row_count)]


def test_a_made_table_is_sorted_by_its_values_and_nothing_comes_last() -> None:
    table = ArrangedTable(made(), Arrangement(sort=(("n", True),)))
    assert rows_of(table) == ["d", "a", "b", "c"]
    assert list(table.texts("n", 0, 3)) == ["10", "2.0", "1.0"]
    assert table.tones("n", 0, 3) == ["", "", "warn"]
    assert [table.row_of(key) for key in "abcd"] == [1, 2, 3, 0]
    assert next(column for column in table.columns if column.key == "n").order == "down"
    assert rows_of(ArrangedTable(made(), Arrangement(sort=(("word", False), ("n", False))))) == ["d", "a", "c", "b"]


def test_lines_of_a_tree_are_sorted_among_those_of_one_parent() -> None:
    table = ArrangedTable(made(levels=[0, 1, 1, 0]), Arrangement(sort=(("n", True),)))
    assert rows_of(table) == ["d", "a", "b", "c"]
    assert rows_of(ArrangedTable(made(levels=[0, 1, 0, 1]), Arrangement(sort=(("n", False),)))) == ["a", "b", "c", "d"]


def test_columns_that_have_come_since_are_shown_and_hidden_ones_are_not() -> None:
    arrangement = Arrangement(columns=("word", "name"), widths={"word": 9}, more={KNOWN: ["name", "word"]})
    assert [(c.key, c.width) for c in ArrangedTable(made(), arrangement).columns] == [
        ("name", 8),
        ("word", 9),
        ("n", 5),
    ]
    hidden = Arrangement(columns=("name", "word"), more={KNOWN: ["name", "n", "word"]})
    assert [column.key for column in ArrangedTable(made(), hidden).columns] == ["name", "word"]


def test_columns_give_way_so_that_more_of_them_are_in_view() -> None:
    specs = [
        ColumnSpec[str]("a", "name", lambda row: row * 30),
        ColumnSpec[str]("n", "count", lambda _row: "123456", align="right"),
        ColumnSpec[str]("z", "last", lambda row: row * 20),
    ]

    def widths_in(room: int, **kept: int) -> list[int]:
        table = SpecTable(["x"], str, specs, Arrangement(widths=kept), room=room)
        return [column.width for column in table.columns]

    assert widths_in(0) == widths_in(200) == [30, 7, 20]
    assert widths_in(42) == [16, 6, 16], "texts are cut, numbers are not"
    assert widths_in(45) == [19, 6, 16], "what is left goes to the first"
    assert widths_in(30) == [22, 6, 20], "those that there is no room for stay as they are"
    assert widths_in(47, a=20)[0] == 20, "a width that somebody chose stays"
