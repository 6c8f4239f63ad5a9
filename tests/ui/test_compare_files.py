"""The files of two runs compared, by keys."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.support.compare import IDS, compare, screen, sweep
from tests.support.deck import FORBIDDEN, OFFLINE, World
from tests.support.driver import Deck
from tui.domain.artifacts import ArtifactListing, ArtifactRoot


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
        await deck.until_text("+100%")
        assert "lr" in deck.line_with("+100%")
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


async def test_files_are_filtered_and_handed_on_and_texts_stand_beside_each_other(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.artifacts.put(ArtifactRoot("run", IDS[1]), {"a.py": b"x = 1\ny = 2\n", "b.csv": b"id,v\na,1\n"})
    made.artifacts.put(ArtifactRoot("run", IDS[2]), {"a.py": b"x = 3\ny = 2\n", "b.csv": b"id,v\na,2\n"})
    async with made.open((120, 36)) as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("2 of 2 differ")
        await deck.press("slash", *"csv")
        await deck.until_text("1 match")
        await deck.press("enter")
        await deck.until(lambda: _here(deck) == "b.csv", "only that one is listed")
        await deck.press("E")
        await deck.until_text("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: "b.csv" in deck.app.clipboard, "the list is in the clipboard")
        await deck.press("enter")
        await deck.until_text("id a · v")
        await deck.press("E")
        await deck.until_text("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: "id a · v" in deck.app.clipboard, "the differences are in the clipboard")
        await deck.press("escape")
        await deck.until_text("1 match")
        await deck.press("escape")
        await deck.until(lambda: len(screen(deck).files.pairs) == 2, "all files are listed again")
        await deck.press("g")
        await deck.press("f", "home", "ctrl+home", "enter")
        await deck.until_text("- x = 1")
        assert "│" not in deck.line_with("- x = 1").strip("│")
        await deck.press("v")
        await deck.until(lambda: "+ x = 3" in deck.line_with("- x = 1"), "both stand on one line")
        await deck.pilot.resize_terminal(80, 24)
        await deck.until_text("Side by side wants a pane of")
        await deck.press("v")
        await deck.until(lambda: "Side by side wants" not in deck.text(), "one stands below the other")


def _files(made: World, first: dict[str, bytes], second: dict[str, bytes]) -> None:
    made.artifacts.put(ArtifactRoot("run", IDS[1]), first)
    made.artifacts.put(ArtifactRoot("run", IDS[2]), second)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_file_that_has_gone_is_told_and_left_by_escape(tmp_path: Path, size: tuple[int, int]) -> None:
    made = sweep(tmp_path)
    _files(made, {"a.txt": b"1\n", "b.txt": b"one\n"}, {"a.txt": b"2\n", "b.txt": b"two\n"})
    async with made.open(size) as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("2 of 2 differ")
        del made.artifacts.files[ArtifactRoot("run", IDS[2])]["a.txt"]
        await deck.press("enter")
        await deck.until_text("Could not read the file of the other run")
        assert "a.txt is not there any more" in deck.text()
        await deck.press("escape")
        await deck.until_text("2 of 2 differ")
        await deck.press("down", "enter")
        await deck.until_text("- one")
        await deck.press("escape", "r")
        await deck.until(lambda: "only in the baseline" in deck.line_with("a.txt"), "the files are listed again")


async def test_a_listing_that_fails_keeps_the_one_before(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    _files(made, {"a.txt": b"1\n"}, {"a.txt": b"2\n"})
    async with made.open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("1 of 1 differ")
        made.artifacts.problem = OFFLINE
        await deck.press("r")
        await deck.until_text("refused the connection")
        await deck.until_text("as last listed")
        assert "differs" in deck.line_with("a.txt")
        made.artifacts.problem = None
        await deck.press("r")
        await deck.until(lambda: "as last listed" not in deck.text(), "the files are listed again")
        assert "refused the connection" not in deck.text()


async def test_a_folder_that_cannot_be_listed_is_named_and_its_files_are_not_known(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    same = {"top.txt": b"1", "d/x.txt": b"1"}
    _files(made, same, {**same, "e/y.txt": b"1"})
    listing = made.artifacts.list_folder

    def refused(root: ArtifactRoot, path: str = "") -> ArtifactListing:
        if (root.id, path) == (IDS[2], "d"):
            raise FORBIDDEN
        return listing(root, path)

    made.artifacts.list_folder = refused  # type: ignore[method-assign]
    async with made.open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("1 of 3 differ")
        assert "d of the other run could not be listed: " in deck.text()
        assert "other not listed" in deck.line_with("d/x.txt")
        await deck.press("enter")
        await deck.until_text("whether it is in trial-2 is not known")


async def test_two_files_that_are_large_together_travel_when_a_key_says_so(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    pictures = []
    for colour in ("red", "blue"):
        drawn = io.BytesIO()
        Image.new("RGB", (40, 20), colour).save(drawn, "png")
        # More than the head, so that the rest has to travel before anything shows.
        pictures.append(drawn.getvalue() + bytes(100_000))
    _files(made, {"p.png": pictures[0]}, {"p.png": pictures[1]})
    made.artifacts.sizes["p.png"] = 30_000_000
    async with made.open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("same size, not read")
        await deck.press("enter")
        await deck.until_text("60 MB would have to travel")
        await deck.until_text("m let them travel")
        await deck.press("m")
        await deck.until_text("Left the baseline, right the other")
        await deck.press("escape")
        await deck.until_text("p.png")


def _here(deck: Deck[int]) -> str:
    pane = screen(deck).files
    return pane.pairs[pane.grid.cursor_row].path
