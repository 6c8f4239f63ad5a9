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
    "json-cut": "broken/cut.json",
    "csv": "tables/scores.csv",
    "picture": "plots/roc.png",
    "binary": "model.pkl",
}
# Kinds that are laid out like one of those: what they say is enough.
SAID = {
    "config/features.json": ("features.json  JSON · 100 B", "▾ features    [2]", "tenure", "null"),
    "config/train.yaml": ("train.yaml  YAML · 28 B", "1e-3", "▾ layers      [2]", "128"),
    "tables/scores.parquet": (
        "scores.parquet  Parquet · 6.8 kB · 300 rows × 2 columns",
        "row groups 1",
        "The first 200 rows are shown.",
        "C-0001    0.0033333333333333335",
    ),
    "broken/none.png": (
        "none.png  picture · 26 B",
        "It is called a picture, but its bytes are none.",
        "00000000  89 50 4e 47 0d 0a 1a 0a",
    ),
    "report.html": (
        "report.html  HTML · 107 B · 1 line",
        "title Report   holds 1 × script   looks like Plotly   would load from",
        "says Report AUC [b]0.93[/b]",
        "1  <!doctype html><title>Report</title>",
    ),
    "logs/train.log": (
        "train.log  log · 149 B · 5 lines",
        "Escapes that would act on a terminal are taken out; colours are kept",
        "2  ✓ loss 0.31",
        "4  2026-11-23 13:58:09 ERROR out of memory",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_preview_of_each_kind(tmp_path: Path, picture: Picture, kind: str) -> None:
    async with opened(gallery(tmp_path), path=KINDS[kind]) as deck:
        await shown(deck, KINDS[kind])
        await deck.settle()
        picture(deck)


@pytest.mark.parametrize("path", SAID)
async def test_what_a_preview_of_each_kind_says(tmp_path: Path, path: str) -> None:
    async with opened(gallery(tmp_path), path=path) as deck:
        await shown(deck, path)
        await deck.settle()
        deck.shows(*SAID[path])


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


async def test_a_logged_model(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path)) as deck:
        await deck.press("G")
        await deck.until_text("classifier")
        deck.shows(
            "churn  logged model",
            "enter lists its files, MLmodel among them · D downloads all of it",
            "▾ metrics                                 {3}",
            "val_auc (customers@d0ca2a63, step 8)  0.9341",
        )


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
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
        assert deck.line_with("0.9287").split("0.9287")[1].split()[0] == "8", deck.text()
        if size[0] > 80:
            picture(deck, name="metrics")


async def test_the_tree_on_a_narrow_screen(tmp_path: Path, picture: Picture) -> None:
    async with opened(gallery(tmp_path), (80, 24), path="config/features.json") as deck:
        await deck.settle()
        picture(deck)
        await deck.press("enter")
        await shown(deck, "config/features.json")
        await deck.settle()
        deck.shows("│ features.json  JSON · 100 B", "tenure")
        assert "README.md" not in deck.text(), "the preview has the whole room"


async def test_a_picture_in_plain_letters(tmp_path: Path, picture: Picture) -> None:
    from tui.config.model import Settings

    made = gallery(tmp_path)
    made.settings = Settings(ascii=True)
    async with opened(made, (80, 24), path="plots/roc.png") as deck:
        await deck.press("enter")
        await shown(deck, "plots/roc.png")
        await deck.settle()
        picture(deck)


async def test_asked_before_much_travels(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    made.artifacts.sizes["plots/roc.png"] = 80_000_000
    async with opened(made, path="plots/roc.png") as deck:
        await shown(deck, "plots/roc.png")
        await deck.settle()
        deck.shows(
            "roc.png  picture · 80 MB",
            "A picture can only be shown as a whole, and that is 80 MB.",
            "m lets it travel and shows it · D downloads it",
        )


async def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    made.artifacts.problems["README.md"] = Problem(
        Kind.FORBIDDEN,
        "Could not read the file",
        "mlflow.example.com answered 403 Forbidden.",
        "Ask for the permission.",
    )
    async with opened(made, path="README.md") as deck:
        await deck.until_text("403 Forbidden")
        deck.shows("Could not read the file: mlflow.example.com answered 403 Forbidden.  Ask", "r tries again")


async def test_no_artifacts(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    made.artifacts.files[RUN] = {}
    made.artifacts.models.clear()
    async with opened(made, until="") as deck:
        await deck.until_text("nothing was logged")
        await deck.settle()
        deck.shows("No artifacts.", "The folder /artifacts/1 is not", "0 files and 0 folders so far")


async def test_a_download_under_way(tmp_path: Path, picture: Picture) -> None:
    made = gallery(tmp_path)
    made.artifacts.sizes["model.pkl"] = 200_000_000
    made.artifacts.held = True
    async with opened(made, path="model.pkl") as deck:
        await deck.until_text("looked at.")
        await deck.press("D")
        await deck.until_text("200 MB will travel")
        modal = deck.app.screen
        modal.query_one("Input").value = "/data/models"  # type: ignore[attr-defined]  # an Input has one
        await deck.settle()
        deck.shows("/data/models")
        await deck.press("enter")
        made.artifacts.step.release()
        made.artifacts.step.release()
        await deck.until_text("50%")
        await deck.settle()
        picture(deck)
        await deck.press("escape")
        made.artifacts.step.release()
