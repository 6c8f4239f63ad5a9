"""Pictures of artifacts: each kind of preview, the tree, the faces, the dialogue of a download."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.support.artifact_files import MODEL, MODEL_ID, RUN, RUN_ID, gallery
from tests.support.snapshots import Picture
from tests.ui.test_artifacts import opened, shown, view
from tui.app.application import DeckApp
from tui.domain.problem import Kind, Problem
from tui.ui.routes import LoggedModelRoute

KINDS = {
    "text": "src/train.py",
    "markdown": "README.md",
    "json": "config/features.json",
    "json-cut": "broken/cut.json",
    "yaml": "config/train.yaml",
    "csv": "tables/scores.csv",
    "parquet": "tables/scores.parquet",
    "picture": "plots/roc.png",
    "picture-broken": "broken/none.png",
    "html": "report.html",
    "log": "logs/train.log",
    "binary": "model.pkl",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_preview_of_each_kind(tmp_path: Path, picture: Picture, kind: str) -> None:
    async with opened(gallery(tmp_path), path=KINDS[kind]) as deck:
        await shown(deck, KINDS[kind])
        await deck.settle()
        picture(deck)


async def test_a_model_file(tmp_path: Path, picture: Picture) -> None:
    async with opened(gallery(tmp_path)) as deck:
        await deck.press("G", "enter")
        await deck.until_text("MLmodel  ")
        await deck.press("down", "down")
        await shown(deck, "MLmodel")
        await deck.settle()
        picture(deck)
        assert view(deck).tree_part.node_here is not None
        assert view(deck).tree_part.node_here.root == MODEL  # type: ignore[union-attr]  # the line above


async def test_a_logged_model(tmp_path: Path, picture: Picture) -> None:
    async with opened(gallery(tmp_path)) as deck:
        await deck.press("G")
        await deck.until_text("classifier")
        picture(deck)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_page_of_a_logged_model(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with opened(gallery(tmp_path), size) as deck:
        cast(DeckApp, deck.app).go(LoggedModelRoute(RUN_ID, MODEL_ID))
        await deck.until_text("load_model(")
        await deck.until(lambda: "eading" not in deck.text(), "the files and the first of them have been read")
        await deck.settle()
        picture(deck, name="overview")
        await deck.press("right_square_bracket", "right_square_bracket")
        await deck.until_text("[Metrics 3]")
        await deck.settle()
        picture(deck, name="metrics")


async def test_the_tree_on_a_narrow_screen(tmp_path: Path, picture: Picture) -> None:
    async with opened(gallery(tmp_path), (80, 24), path="config/features.json") as deck:
        await deck.settle()
        picture(deck, name="tree")
        await deck.press("enter")
        await shown(deck, "config/features.json")
        await deck.settle()
        picture(deck, name="preview")


async def test_a_picture_in_plain_letters(tmp_path: Path, picture: Picture) -> None:
    from tui.config.model import Settings

    made = gallery(tmp_path)
    made.settings = Settings(ascii=True)
    async with opened(made, (80, 24), path="plots/roc.png") as deck:
        await deck.press("enter")
        await shown(deck, "plots/roc.png")
        await deck.settle()
        picture(deck)


async def test_asked_before_much_travels(tmp_path: Path, picture: Picture) -> None:
    made = gallery(tmp_path)
    made.artifacts.sizes["plots/roc.png"] = 80_000_000
    async with opened(made, path="plots/roc.png") as deck:
        await shown(deck, "plots/roc.png")
        await deck.settle()
        picture(deck)


async def test_a_file_that_cannot_be_read(tmp_path: Path, picture: Picture) -> None:
    made = gallery(tmp_path)
    made.artifacts.problems["README.md"] = Problem(
        Kind.FORBIDDEN,
        "Could not read the file",
        "mlflow.example.com answered 403 Forbidden.",
        "Ask for the permission.",
    )
    async with opened(made, path="README.md") as deck:
        await deck.until_text("403 Forbidden")
        picture(deck)


async def test_no_artifacts(tmp_path: Path, picture: Picture) -> None:
    made = gallery(tmp_path)
    made.artifacts.files[RUN] = {}
    made.artifacts.models.clear()
    async with opened(made, until="") as deck:
        await deck.until_text("nothing was logged")
        await deck.settle()
        picture(deck)


async def test_a_download_under_way(tmp_path: Path, picture: Picture) -> None:
    made = gallery(tmp_path)
    made.artifacts.sizes["model.pkl"] = 200_000_000
    made.artifacts.held = True
    async with opened(made, path="model.pkl") as deck:
        await deck.press("D")
        await deck.until_text("200 MB will travel")
        modal = deck.app.screen
        modal.query_one("Input").value = "/data/models"  # type: ignore[attr-defined]  # an Input has one
        await deck.settle()
        picture(deck, name="asked")
        await deck.press("enter")
        made.artifacts.step.release()
        made.artifacts.step.release()
        await deck.until_text("50%")
        await deck.settle()
        picture(deck, name="under-way")
        await deck.press("escape")
        made.artifacts.step.release()
