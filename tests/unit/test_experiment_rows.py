"""Experiments as rows: a tree or a list, filtered, sorted, folded, whatever their names are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timezone

from tests.support.fakes import DAY, HOUR, NOW_MS, experiment
from tui.domain.columns import Arrangement
from tui.domain.experiments import BY_NAME, FOLDER, ExperimentRows, ExperimentsSpec, experiment_rows
from tui.domain.glyphs import ASCII, UNICODE
from tui.domain.text import width
from tui.domain.values import Experiment

SOME = [
    experiment(1, "churn/weekly", updated=HOUR),
    experiment(2, "churn/backfill", updated=3 * DAY),
    experiment(3, "fraud", updated=2 * HOUR),
    experiment(4, "Attic", updated=90 * DAY, lifecycle="deleted"),
]


def rows(
    experiments: Sequence[Experiment] = SOME, counts: Mapping[str, int] | None = None, **spec: object
) -> ExperimentRows:
    wanted = ExperimentsSpec(now_ms=NOW_MS, width=60)
    return experiment_rows(experiments, counts or {}, ExperimentsSpec(**{**vars(wanted), **spec}), UNICODE)


def shown(made: ExperimentRows, column: str = "name") -> list[str]:
    return list(made.table.texts(column, 0, made.table.row_count))


def test_folders_stand_where_what_is_in_them_was_last_updated() -> None:
    made = rows()
    assert shown(made) == ["▾ churn/", "    weekly", "    backfill", "  fraud", "  Attic ⌫"]
    assert shown(made, "updated") == ["", "1h", "3d", "2h", "2mo"]
    assert made.folders == ("churn",)


def test_sorted_by_name_folders_come_first() -> None:
    assert shown(rows(arrangement=Arrangement(sort=BY_NAME))) == [
        "▾ churn/",
        "    backfill",
        "    weekly",
        "  Attic ⌫",
        "  fraud",
    ]


def test_a_list_has_whole_names_and_no_folders() -> None:
    made = rows(as_tree=False, arrangement=Arrangement(sort=BY_NAME))
    assert shown(made) == ["Attic ⌫", "churn/backfill", "churn/weekly", "fraud"]
    assert made.folders == ()


def test_a_folded_folder_says_how_many_are_in_it() -> None:
    made = rows(folded=frozenset({"churn"}))
    assert shown(made) == ["▸ churn/  2", "  fraud", "  Attic ⌫"]


def test_every_row_knows_the_folder_to_fold() -> None:
    made = rows()
    assert made.folder_of(f"{FOLDER}churn") == "churn"
    assert made.folder_of("1") == "churn"
    assert made.folder_of("3") == ""
    assert made.folder_of("nothing") is None


def test_all_words_of_the_query_must_be_in_the_name() -> None:
    made = rows(query="CHURN week")
    assert shown(made) == ["▾ churn/", "    weekly"]
    assert made.matching == 1
    assert shown(rows(query="week fraud")) == []
    assert rows(query="").matching == len(SOME)


def test_a_query_opens_folders() -> None:
    assert "    weekly" in shown(rows(query="weekly", folded=frozenset({"churn"})))


def test_counts_are_shown_where_they_are_known() -> None:
    made = rows(counts={"1": 12345, "3": 0})
    assert shown(made, "runs") == ["", "12 345", "", "0", ""]
    assert "runs" not in [column.key for column in rows().table.columns]


def test_dates_instead_of_ages() -> None:
    assert shown(rows(zone=timezone.utc), "updated")[1:4] == ["13:00", "2026-11-20", "12:00"]


def test_unknown_and_impossible_times_are_blank() -> None:
    odd = [
        Experiment("1", "a", "active", None, None, "", {}),
        Experiment("2", "b", "active", None, -5, "", {}),
    ]
    assert shown(rows(odd), "updated") == ["", ""]


def test_the_lifecycle_is_a_column_where_both_kinds_are_listed() -> None:
    made = rows(with_lifecycle=True, as_tree=False, arrangement=Arrangement(sort=BY_NAME))
    assert shown(made, "lifecycle") == ["deleted", "active", "active", "active"]


def test_deleted_ones_have_a_sign_without_colour_as_well() -> None:
    made = experiment_rows(SOME, {}, ExperimentsSpec(as_tree=False, arrangement=Arrangement(sort=BY_NAME)), ASCII)
    assert shown(made)[0] == "Attic D"


def test_columns_fit_the_width_that_there_is() -> None:
    for cells in (20, 28, 40, 100):
        made = rows([experiment(1, "x" * 200), experiment(2, "short")], {"1": 7}, width=cells)
        columns = made.table.columns
        assert sum(column.width for column in columns) + 2 * (len(columns) - 1) <= max(cells, 12 + 2 + 4 + 2 + 4)


def test_hostile_names_stay_on_their_line() -> None:
    names = ["a\nb/c\x1b[31m", "[bold]x[/]", "\u202eabc", "解約/予測 🙂", "///", "", " ", "a//b", "/lead"]
    made = rows([experiment(number, name) for number, name in enumerate(names)])
    texts = shown(made)
    assert all(text.isprintable() for text in texts)
    assert any("\\x1b" in text for text in texts)
    assert any("[bold]x[" in text for text in texts)
    assert {made.table.row_key(row) for row in range(len(texts))} >= {str(number) for number in range(len(names))}


def test_thousands_of_slashes_are_not_drawn_thousands_of_cells_to_the_right() -> None:
    made = rows([experiment(1, "/".join("abcdefgh" * 400) + "/x"), experiment(2, "a/b/z")])
    assert max(width(text) - width(text.strip()) for text in shown(made)) <= 26


def test_two_of_one_name_and_one_that_is_a_folder_too() -> None:
    made = rows([experiment(1, "a"), experiment(2, "a"), experiment(3, "a/b")])
    keys = [made.table.row_key(row) for row in range(made.table.row_count)]
    assert sorted(keys) == ["1", "2", "3"]
