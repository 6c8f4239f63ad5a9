"""A comparison handed on by keys: to a file, or to the clipboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.compare import IDS, compare, sweep
from tests.support.deck import message, run


@pytest.mark.parametrize(("typed", "ending"), [("Markdown file", "md"), ("CSV file", "csv"), ("HTML file", "html")])
async def test_a_comparison_goes_to_a_file(tmp_path: Path, typed: str, ending: str) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type(typed)
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        text = (tmp_path / f"compare-2-runs.{ending}").read_text(encoding="utf-8")
        assert "trial-3" in text
        assert "val_auc" in text


async def test_a_file_that_is_there_is_not_replaced_without_asking(tmp_path: Path) -> None:
    (tmp_path / "compare-2-runs.json").write_text("mine")
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("JSON file")
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until_text("is there already")
        assert (tmp_path / "compare-2-runs.json").read_text() == "mine"
        await deck.type("replace")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        assert json.loads((tmp_path / "compare-2-runs.json").read_text())["baseline"] == IDS[1]


async def test_a_comparison_goes_to_the_clipboard(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard.startswith("Compared 2 runs"), "it is copied")
        await deck.press("y")
        await deck.until(lambda: not deck.app.clipboard.startswith("Compared"), "the value here is copied")


async def test_a_comparison_too_long_for_the_clipboard(tmp_path: Path) -> None:
    long = run(8, name="long", params={f"p{n}": "x" * 300 for n in range(400)})
    async with sweep(tmp_path, [long]).open() as deck:
        await compare(deck, IDS[1], IDS[8])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: "too long" in message(deck), "it is said")


async def test_groups_go_to_a_file_too(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, *IDS[1:7])
        await deck.press("g")
        await deck.until_text("groups by")
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("CSV file")
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        assert "val_auc" in (tmp_path / "compare-groups.csv").read_text(encoding="utf-8")
