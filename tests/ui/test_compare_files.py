"""The files of two runs compared, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compare import IDS, compare, screen, sweep
from tests.support.driver import Deck
from tui.domain.artifacts import ArtifactRoot


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_files_are_listed_opened_and_left(tmp_path: Path, size: tuple[int, int]) -> None:
    made = sweep(tmp_path)
    made.artifacts.put(
        ArtifactRoot("run", IDS[1]),
        {"a/same.txt": b"s", "cfg.json": b'{"lr": 1}', "only.txt": b"o", "t.py": b"x = 1\n"},
    )
    made.artifacts.put(ArtifactRoot("run", IDS[2]), {"a/same.txt": b"s", "cfg.json": b'{"lr": 2}', "t.py": b"y = 1\n"})
    async with made.open(size) as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("3 of 4 differ")
        assert "a/same.txt" not in deck.text()
        assert "only in the baseline" in deck.line_with("only.txt")
        await deck.press("x")
        await deck.until_text("a/same.txt")
        await deck.press("up", "n")
        assert _here(deck) == "cfg.json"
        await deck.press("x", "enter")
        await deck.until_text("changed")
        assert "lr" in deck.line_with("changed")
        await deck.press("escape")
        await deck.until_text("3 of 4 differ")
        assert _here(deck) == "cfg.json"
        await deck.press("n", "enter")
        await deck.until_text("is only in trial-1")
        await deck.press("n", "enter")
        await deck.until_text("+ y = 1")
        await deck.press("escape", "escape")
        assert screen(deck).current_pane() is screen(deck).rows


async def test_one_run_has_no_files_to_compare(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1])
        await deck.press("f")
        await deck.until_text("no other run whose files")


def _here(deck: Deck[int]) -> str:
    pane = screen(deck).files
    return pane.pairs[pane.grid.cursor_row].path
