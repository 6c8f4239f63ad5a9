"""Params as a tree: folders by dots and slashes, folding, filtering, names of which one is the folder of another."""

from __future__ import annotations

from tui.domain.glyphs import UNICODE
from tui.domain.runs.run_facts import ParamTree, param_tree

PARAMS = {
    "lr": "0.1",
    "model": "mlp",
    "model.dropout": "0.5",
    "model.layers.0": "64",
    "model.layers.1": "32",
    "data/train/path": "s3://a",
    "data/train/rows": "10",
    "..": "odd",
}


def tree(query: str = "", *folded: str) -> ParamTree:
    return param_tree(PARAMS, query, frozenset(folded), UNICODE)


def drawn(shown: ParamTree) -> list[str]:
    table = shown.facts.table
    names, values = (table.texts(key, 0, table.row_count) for key in ("name", "value"))
    return [f"{name}={value}".rstrip("=") for name, value in zip(names, values, strict=True)]


def test_folders_by_dots_and_slashes() -> None:
    assert drawn(tree()) == [
        "▾ data/train",
        "    path=s3://a",
        "    rows=10",
        "▾ model=mlp",
        "  ▾ layers",
        "      0=64",
        "      1=32",
        "    dropout=0.5",
        "  ..=odd",
        "  lr=0.1",
    ]
    assert tree().facts.values == PARAMS


def test_a_closed_folder_counts_what_is_in_it() -> None:
    shown = tree("", "model", "data/train")
    assert drawn(shown) == ["▸ data/train=2 params", "▸ model=mlp  (3 params)", "  ..=odd", "  lr=0.1"]
    assert shown.row_of_folder("model") == "model"
    assert shown.row_of_folder("data/train") in shown.folder_of
    assert shown.row_of_folder("data") is None


def test_a_filter_opens_folders_and_goes_by_values_too() -> None:
    assert drawn(tree("layers 32", "model")) == ["▾ model", "  ▾ layers", "      1=32"]
    assert tree("layers 32").facts.values == {"model.layers.1": "32"}
    assert tree("nothing").facts.table.row_count == 0


def test_names_that_differ_in_the_separator_stay_two() -> None:
    shown = param_tree({"a.b": "1", "a/b": "2", "a": "3"}, "", frozenset(), UNICODE)
    assert set(shown.facts.values) == {"a", "a.b", "a/b"}
    assert shown.facts.table.row_count == 3
