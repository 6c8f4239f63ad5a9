"""Artifacts by keys: the tree, what is under its cursor, searching, reading more, downloading, copying."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.support.artifact_files import MODEL_ID, RUN, RUN_ID, files, gallery
from tests.support.deck import URI, World, listed, message
from tests.support.driver import Deck
from tests.support.fakes import HOUR, NOW_MS
from tests.support.writing import ELK, OX
from tui.app.application import DeckApp
from tui.domain.artifacts import HEAD_BYTES, LoggedModel
from tui.domain.capabilities import expected, of_server
from tui.domain.models.values import Registrable, SourceRun
from tui.domain.places import parse_place
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import size
from tui.domain.values import RegisteredAs
from tui.features.artifacts.download import DownloadModal
from tui.features.artifacts.view import ArtifactsScreen, ArtifactsView
from tui.ui.routes import ArtifactsRoute, LoggedModelRoute, RunRoute
from tui.widgets.preview import TreeGrid
from tui.widgets.text_view import TextView

TOP = ["▸ broken", "▸ config", "▸ logs", "▸ odd", "▸ plots", "▸ src", "▸ tables"]


def view(deck: Deck[int]) -> ArtifactsView:
    """The artifacts on the screen."""
    for screen in reversed(deck.app.screen_stack):
        found = [widget for widget in screen.query("*") if isinstance(widget, ArtifactsView)]
        if found:
            return found[0]
    raise AssertionError("there are no artifacts on the screen")


def lines(deck: Deck[int]) -> list[str]:
    return listed(deck, view(deck).tree_part.grid)


@asynccontextmanager
async def opened(
    world: World, size: tuple[int, int] = (120, 36), *, path: str = "", until: str = "MODEL"
) -> AsyncIterator[Deck[int]]:
    """The page of the run's artifacts, with the cursor on a path."""
    async with world.open(size) as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(ArtifactsRoute("run", RUN_ID, "gallant-ox-12", path))
        await deck.until(lambda: bool(deck.app.screen.query(ArtifactsView)), "the page is open")
        if until == "MODEL":
            await deck.until(lambda: any("churn" in line for line in lines(deck)), "the logged model is listed")
        if path:
            await deck.until(lambda: here(deck) == path, f"the cursor is on {path}")
        yield deck


def here(deck: Deck[int]) -> str:
    node = view(deck).tree_part.node_here
    return node.entry.path if node is not None else ""


async def shown(deck: Deck[int], path: str) -> None:
    """Wait until a file's preview is on the screen."""
    part = view(deck).preview_part.view
    await deck.until(lambda: part.preview is not None and part.preview.path == path, f"{path} is shown")
    await deck.until(lambda: not part.has_class("-loading"), "it is drawn")


async def test_folders_are_read_when_they_are_opened(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world) as deck:
        assert lines(deck)[:7] == TOP
        assert any(line.startswith("▸ churn") for line in lines(deck))
        assert world.artifacts.called("list_folder") == 1
        await deck.press("down", "enter")
        await deck.until(lambda: "features.json" in lines(deck), "the folder is open")
        assert world.artifacts.called("list_folder") == 2
        await deck.press("enter")
        await deck.until(lambda: "features.json" not in lines(deck), "the folder is folded")
        await deck.press("right")
        await deck.until(lambda: "features.json" in lines(deck), "right unfolds it")
        await deck.press("down", "left")
        await deck.until(lambda: here(deck) == "config", "left goes to the folder")
        await deck.press("left")
        await deck.until(lambda: "features.json" not in lines(deck), "left folds it")
        assert world.artifacts.called("list_folder") == 2


async def test_a_logged_model_shows_what_it_is_and_its_files(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path)) as deck:
        await deck.press("G")
        await deck.until_text("classifier")
        assert "0.9341" in deck.text()
        assert MODEL_ID[:10] in deck.text()
        await deck.press("enter")
        await deck.until(lambda: "MLmodel" in lines(deck), "its files are listed")
        await deck.press("down", "down")
        await deck.until_text("sklearn (also as a python_function)")
        await deck.until_text("ana, in run run-000")
        await deck.until_text("string  optional")


async def test_a_path_is_opened_folder_by_folder(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="config/train.yaml") as deck:
        await shown(deck, "config/train.yaml")
        await deck.until_text("1e-3")


async def test_only_a_cursor_that_rests_asks(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world) as deck:
        await deck.press("G", "k")
        await shown(deck, "report.html")
        asked = world.artifacts.called("preview")
        await deck.press("k", "k")
        await shown(deck, "empty.txt" if here(deck) == "empty.txt" else here(deck))
        await deck.press("j", "j")
        await shown(deck, "report.html")
        # What has been read is kept: coming back asks nothing.
        assert world.artifacts.called("preview") <= asked + 2


async def test_the_filter_keeps_the_way_to_what_matches(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="tables/scores.csv") as deck:
        await deck.press("slash")
        await deck.type("scores csv")
        await deck.until(lambda: lines(deck) == ["▾ tables", "scores.csv"], "only what matches is there")
        await deck.press("enter")
        await deck.press("escape")
        await deck.until(lambda: "README.md" in lines(deck), "the filter is gone")
        assert here(deck) == "tables/scores.csv"
        await deck.press("slash")
        await deck.type("zzz")
        await deck.until_text("Nothing here holds  zzz")


async def test_a_text_is_searched(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="src/train.py") as deck:
        await shown(deck, "src/train.py")
        await deck.press("tab")
        await deck.until(lambda: view(deck).at_preview, "the preview has the keys")
        await deck.press("slash")
        await deck.type("lr")
        await deck.until_text("1 of 3 matches")
        await deck.press("enter", "n")
        await deck.until(lambda: message(deck) == "2 of 3 matches", "the next is marked")
        await deck.press("N", "N")
        await deck.until(lambda: message(deck) == "3 of 3 matches", "and round the other way")
        await deck.press("escape")
        await deck.until(lambda: not view(deck).preview_part.bar_open, "the search is over")
        await deck.press("escape")
        await deck.until(lambda: not view(deck).at_preview, "the tree has the keys")
        await deck.press("escape")
        await deck.until(lambda: not isinstance(deck.app.screen, ArtifactsScreen), "and the page is left")


async def test_a_tree_is_folded_and_searched(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="config/features.json") as deck:
        await shown(deck, "config/features.json")
        await deck.press("enter")
        grid = view(deck).preview_part.view.shown
        assert isinstance(grid, TreeGrid)
        await deck.until(lambda: grid.has_focus, "the tree of values has the keys")
        await deck.press("F")
        await deck.until(lambda: grid.row_count == 2, "all is folded")
        await deck.press("slash")
        await deck.type("tickets")
        await deck.until(lambda: grid.path_here() == "features[1].name", "the match is unfolded and under the cursor")
        await deck.press("enter", "y")
        assert message(deck) == "Copied features[1].name: tickets"


async def test_more_of_a_file_is_read_on_demand(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    data = b"".join(b"line %d\n" % number for number in range(20_000))
    world.artifacts.put(RUN, {"big.txt": data})
    async with opened(world, path="big.txt") as deck:
        await shown(deck, "big.txt")
        await deck.until_text(f"first 66 kB of {size(len(data))}")
        text = view(deck).preview_part.view.shown
        assert isinstance(text, TextView)
        before = len(text.body.lines)
        await deck.press("m")
        await deck.until(lambda: len(text.body.lines) == 20_000 > before, "all of it is here")
        assert [call for call in world.artifacts.calls if call[0] == "preview"][-1][1] == (
            "big.txt",
            HEAD_BYTES * 16,
            50_000_000,
            "auto",
        )


async def test_a_file_is_shown_as_text_and_as_bytes(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="config/train.yaml") as deck:
        await shown(deck, "config/train.yaml")
        await deck.press("v")
        await deck.until_text("YAML as text")
        await deck.press("v")
        await deck.until_text("00000000  6c 72 3a")
        await deck.press("v")
        await deck.until(lambda: isinstance(view(deck).preview_part.view.shown, TreeGrid), "a tree again")


async def test_before_much_travels_a_person_is_asked(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.sizes["plots/roc.png"] = 80_000_000
    async with opened(world, path="plots/roc.png") as deck:
        await shown(deck, "plots/roc.png")
        await deck.until_text("that is 80 MB")
        assert "m lets it travel" in deck.text()
        await deck.press("m")
        await deck.until(lambda: world.artifacts.called("preview") == 2, "it is read")
        assert world.artifacts.calls[-1][1] == ("plots/roc.png", HEAD_BYTES, 1 << 62, "auto")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("broken/cut.json", "cut off"),
        ("broken/latin1.txt", "Latin-1"),
        ("broken/line.txt", "Lines are shown up to"),
        ("broken/none.png", "its bytes are none"),
        ("empty.txt", "The file is empty."),
        ("odd/[bold]x[bold].txt", "[bold red]not markup[/]"),
        ("odd/漢字 🧪.txt", "漢字"),
        ("logs/train.log", "Escapes that would act"),
        ("tables/scores.csv", "[red]no[/red]"),
        ("report.html", "AUC [b]0.93[/b]"),
        ("model.pkl", "Opening a pickle runs what is in it"),
    ],
)
async def test_bad_input_is_shown_sensibly(tmp_path: Path, path: str, said: str) -> None:
    async with opened(gallery(tmp_path), path=path) as deck:
        await shown(deck, path)
        await deck.until_text(said)
        assert "\x1b" not in deck.text()


async def test_a_preview_that_fails_says_why_and_is_tried_again(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.problems["README.md"] = Problem(
        Kind.FORBIDDEN, "Could not read the file", "ana may not.", "Ask bo."
    )
    async with opened(world, path="README.md") as deck:
        await deck.until_text("Could not read the file: ana may not.")
        assert "Ask bo." in deck.text()
        world.artifacts.problems.clear()
        await deck.press("r")
        await shown(deck, "README.md")


async def test_a_listing_that_fails_keeps_what_is_there(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world) as deck:
        world.artifacts.problem = Problem(Kind.UNREACHABLE, "Could not list the artifacts", "prod refused.", "")
        await deck.press("r")
        await deck.until_text("Could not list the artifacts: prod")
        await deck.until_text("offline")
        assert lines(deck)[:3] == TOP[:3]
        world.artifacts.problem = None
        await deck.press("r")
        await deck.until(lambda: "Could not list" not in deck.text(), "the problem is over")


async def test_a_root_that_cannot_be_read_says_so_where_the_files_would_be(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.problem = Problem(Kind.SERVER, "Could not list the artifacts", "prod answered 500.", "")
    async with opened(world, until="") as deck:
        await deck.until_text("prod answered 500.")


async def test_a_run_without_artifacts_says_so(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.files[RUN] = {}
    world.artifacts.models.clear()
    async with opened(world, until="") as deck:
        await deck.until_text("No artifacts.")
        await deck.until_text("nothing was logged")


async def test_a_place_with_a_path_opens_the_artifacts_there_over_their_run_or_model(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.launch = {"place": parse_place(f"runs:/{RUN_ID}/config/train.yaml")}
    async with world.open((120, 36)) as deck:
        await deck.until(lambda: bool(deck.app.screen.query(ArtifactsView)), "the artifacts are open")
        await deck.until(lambda: here(deck) == "config/train.yaml", "the cursor is on the file")
        await deck.press("escape")
        await deck.until_text("Contents")
        assert isinstance(deck.app, DeckApp)
        deck.app.open_place(f"models:/{MODEL_ID}/MLmodel")
        await deck.until(lambda: bool(deck.app.screen.query(ArtifactsView)), "those of the model are open")
        await deck.until(lambda: here(deck) == "MLmodel", "the cursor is on the file there")


async def test_in_the_run_s_page_artifacts_are_a_tab(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with world.open((120, 36)) as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(RunRoute(RUN_ID))
        await deck.until_text("Contents")
        assert world.artifacts.called("list_folder") == 0
        await deck.press("left_square_bracket")
        await deck.until_text("README.md")
        await deck.until(lambda: view(deck).tree_part.grid.has_focus, "the tree has the keys")
        await deck.press("j", "y")
        assert message(deck) == "Copied path: config"
        await deck.press("right_square_bracket")
        await deck.until(lambda: not view(deck).display, "another tab is shown")
        await deck.press("A")
        await deck.until(lambda: isinstance(deck.app.screen, ArtifactsScreen), "the page is open")


async def test_narrow_one_side_at_a_time(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world, (60, 24), path="README.md") as deck:
        assert view(deck).preview_part.region.width == 0
        assert world.artifacts.called("preview") == 0, "what nobody sees is not read"
        await deck.press("enter")
        await shown(deck, "README.md")
        await deck.until_text("See ")
        assert view(deck).tree_part.region.width == 0
        await deck.press("escape")
        await deck.until(lambda: view(deck).tree_part.region.width > 0, "the tree is back")


async def test_reading_again_fetches_a_large_file_only_when_it_has_changed(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    data = b"".join(b"line %d\n" % number for number in range(20_000))
    world.artifacts.put(RUN, {"big.txt": data})
    async with opened(world, path="big.txt") as deck:
        await shown(deck, "big.txt")
        listed_before, read_before = world.artifacts.called("list_folder"), world.artifacts.called("preview")
        await deck.press("r")
        await deck.until(lambda: world.artifacts.called("list_folder") > listed_before, "the folder is read again")
        await deck.until_text("live")
        assert world.artifacts.called("preview") == read_before
        world.artifacts.put(RUN, {"big.txt": data + b"one more\n"})
        await deck.press("r")
        await deck.until(lambda: world.artifacts.called("preview") > read_before, "the file is read again")


async def test_copies(tmp_path: Path) -> None:
    async with opened(gallery(tmp_path), path="config/train.yaml") as deck:
        await deck.press("y")
        assert message(deck) == "Copied path: config/train.yaml"
        offers = dict(view(deck).copies_here())
        assert offers["URI"] == f"runs:/{RUN_ID}/config/train.yaml"
        assert "download_artifacts('runs:/" in offers["Python"]
        assert "secret" not in offers["Python"]


# downloads


async def test_a_file_is_downloaded(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world, path="README.md") as deck:
        await deck.press("D")
        await deck.until_text("Download README.md")
        assert str(tmp_path)[:20] in deck.text()
        await deck.press("enter")
        await deck.until_text("y copy the path")
        assert (tmp_path / "README.md").read_bytes().startswith(b"# Report")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ArtifactsScreen), "the dialogue is left")


async def test_a_large_download_says_so_before_and_shows_how_it_goes(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.sizes["model.pkl"] = 200_000_000
    world.artifacts.held = True
    async with opened(world, path="model.pkl") as deck:
        await deck.press("D")
        await deck.until_text("200 MB will travel")
        assert world.artifacts.called("download") == 0
        await deck.press("enter")
        world.artifacts.step.release()
        world.artifacts.step.release()
        await deck.until_text("50%")
        await deck.press("escape")
        await deck.until(lambda: isinstance(deck.app.screen, ArtifactsScreen), "the dialogue is left")
        await deck.until(lambda: world.artifacts.called("cancel") == 1, "the download is told to stop")
        world.artifacts.step.release()
        assert "nothing of it is kept" in message(deck)
        assert not (tmp_path / "model.pkl").exists()


async def test_a_download_that_fails_says_why_and_can_be_tried_elsewhere(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world, path="README.md") as deck:
        world.artifacts.problems["README.md"] = Problem(
            Kind.STORE_UNREADABLE, "Could not download", "/ may not be written.", "Choose another folder."
        )
        await deck.press("D")
        await deck.until_text("enter download")
        await deck.press("enter")
        await deck.until_text("Could not download: / may not be written.")
        world.artifacts.problems.clear()
        modal = deck.app.screen
        assert isinstance(modal, DownloadModal)
        await deck.until(lambda: modal.input.has_focus, "another folder can be typed")
        (tmp_path / "other").mkdir()
        modal.input.value = str(tmp_path / "other")
        await deck.press("enter")
        await deck.until(lambda: (tmp_path / "other" / "README.md").exists(), "it is there")


async def test_files_that_a_folder_comes_without_are_named(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    world.artifacts.left_out = (*(f"config/a#{number}.txt" for number in range(7)), "config/s#b/")
    async with opened(world, path="config") as deck:
        await deck.press("D")
        await deck.until_text("enter download")
        await deck.press("enter")
        await deck.until_text("7 files and 1 folder are not among them, for the server refuses the name:")
        assert "config/a#4.txt" in deck.text() and "config/a#5.txt" not in deck.text()
        assert "and 3 more" in deck.text()


async def test_a_folder_is_counted_first(tmp_path: Path) -> None:
    world = gallery(tmp_path)
    async with opened(world, path="config") as deck:
        await deck.press("D")
        await deck.until_text("2 files")
        await deck.press("escape")
        await deck.until(lambda: isinstance(deck.app.screen, ArtifactsScreen), "nothing was downloaded")
        assert world.artifacts.called("download") == 0


def with_models(tmp_path: Path, **launch: object) -> World:
    """The gallery, with a model among the run's own files, and a registry that knows both of its models."""
    made = gallery(tmp_path, **launch)
    made.artifacts.put(RUN, {**files(), "nested/old/MLmodel": b"flavors: {}", "nested/old/model.pkl": b"\x80"})
    made.registry.add("ltv")
    made.registry.offers[RUN_ID] = (
        Registrable(f"models:/{MODEL_ID}", "churn", RUN_ID, MODEL_ID, True),
        Registrable(f"runs:/{RUN_ID}/nested/old", "nested/old", RUN_ID, "", False),
    )
    return made


async def register_as(deck: Deck[int], world: World, source: str) -> None:
    """Press R, give a name, and see the version that was made of it."""
    await deck.press("R")
    await deck.until_text("Register as")
    await deck.type("ltv")
    await deck.press("enter")
    await deck.until_text("as a version of ltv")
    await deck.press("enter")
    await deck.until_text("enter does it")
    assert "ltv" not in world.registry.by_model or "1" not in world.registry.by_model["ltv"], "it is only armed"
    await deck.press("enter")
    await deck.until(lambda: "1" in world.registry.by_model["ltv"], "it is registered")
    assert world.registry.by_model["ltv"]["1"].source == source
    assert world.registry.by_model["ltv"]["1"].run_id == RUN_ID
    await deck.until_text("models › ltv › v1")


@pytest.mark.parametrize("path", ["nested/old", "nested/old/MLmodel"])
async def test_a_model_among_the_files_is_registered(tmp_path: Path, path: str) -> None:
    world = with_models(tmp_path)
    async with opened(world, path=path) as deck:
        await register_as(deck, world, f"runs:/{RUN_ID}/nested/old")


async def test_a_logged_model_is_registered_where_it_is_listed(tmp_path: Path) -> None:
    world = with_models(tmp_path)
    async with opened(world) as deck:
        await deck.press("G")
        await deck.until(
            lambda: view(deck).tree_part.node_here is not None and not here(deck), "it is under the cursor"
        )
        await register_as(deck, world, f"models:/{MODEL_ID}")


async def test_a_logged_model_is_registered_on_its_page(tmp_path: Path) -> None:
    world = with_models(tmp_path)
    async with world.open() as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(LoggedModelRoute(RUN_ID, MODEL_ID))
        await deck.until_text("load it")
        await register_as(deck, world, f"models:/{MODEL_ID}")
        deck.app.go(LoggedModelRoute(RUN_ID, "m-of-before"))
        await deck.until_text("A deleted one cannot be")


async def test_a_model_is_registered_in_the_tab_of_the_run(tmp_path: Path) -> None:
    world = with_models(tmp_path)
    async with world.open() as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(RunRoute(RUN_ID))
        await deck.until_text("Contents")
        await deck.press("left_square_bracket")
        await deck.until(lambda: any("churn" in line for line in lines(deck)), "the artifacts are listed")
        await deck.until(lambda: view(deck).tree_part.grid.has_focus, "the tree has the keys")
        await deck.press("G")
        await register_as(deck, world, f"models:/{MODEL_ID}")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("config/train.yaml", "train.yaml is no model. R registers a folder with an MLmodel file, or a logged model"),
        ("config", f"runs:/{RUN_ID}/config is no model: there is no MLmodel file in it"),
    ],
)
async def test_what_is_no_model_says_so(tmp_path: Path, path: str, said: str) -> None:
    async with opened(with_models(tmp_path), path=path) as deck:
        await deck.press("R")
        await deck.until(lambda: said in message(deck), "it is said")


async def test_nothing_is_registered_in_a_read_only_context(tmp_path: Path) -> None:
    world = with_models(tmp_path, read_only=True)
    async with opened(world, path="nested/old") as deck:
        assert isinstance(deck.app.screen, ArtifactsScreen)
        assert "artifact_tree.register" not in {action.id for action in deck.app.screen.actions_here()}
        await deck.press("R")
        await deck.settle()
        assert isinstance(deck.app.screen, ArtifactsScreen)
        assert world.registry.called("registrable_at") == 0


async def test_from_an_experiment_to_the_models_logged_in_it(tmp_path: Path) -> None:
    world = full_shop(tmp_path)
    made = world.artifacts.models[OX][0]
    tags = {"mlflow.modelVersions": '[{"name": "churn", "version": 12}, {"name": "gone", "version": 3}]'}
    world.artifacts.models[OX] = (replace(made, tags=tags),)
    for number in ("12", "11"):
        world.registry.change_version("churn", number, run_id=OX, model_id=MODEL_ID)
    world.registry.versions[OX] = (RegisteredAs("churn", "11", ("champion",)),)
    world.registry.runs[OX] = SourceRun(OX, "gallant-ox-12")
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        await deck.press("m")
        await deck.until_text("churn v11 champion, churn v12")  # which is read after the models
        deck.shows("experiments › churn/weekly › logged models", "auc@test", "0.91", "failed", "gallant-ox-12")
        # enter opens it, and back; its run; one of its versions
        await deck.press("enter")
        await deck.until_text("load it")
        await deck.press("escape")
        await deck.until_text("auc@test")
        await deck.press("R")
        await deck.until_text("churn/weekly › gallant-ox-12")
        await deck.press("escape")
        await deck.until_text("auc@test")
        await deck.press("V")
        await deck.until_text("Versions made of this model")
        await deck.press("enter")
        await deck.until_text("models › churn › v11")
        await deck.press("escape")
        await deck.until_text("auc@test")
        # two of them side by side, read anew by r
        await deck.press("c")
        await deck.until_text("Logged models: churn against ranker")
        deck.shows("depth", "auc@test", "gallant-ox-12")
        read = world.artifacts.called("logged_model")
        await deck.press("r")
        await deck.until(lambda: world.artifacts.called("logged_model") == read + 2, "both are read again")
        await deck.press("E")
        await deck.until_text("compare-2-logged models")


async def test_logged_models_are_read_page_after_page_as_far_as_wanted(tmp_path: Path) -> None:
    world = full_shop(tmp_path)
    many = tuple(
        LoggedModel(f"m-{at:032x}", f"step-{at}", "READY", NOW_MS - at * HOUR, "/x", "", ELK) for at in range(1150)
    )
    world.artifacts.models = {ELK: many}
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        await deck.press("m")
        await deck.until_text("Logged models · churn/weekly · 1 000 of ?")
        await deck.press("ctrl+e")
        await deck.until_text("Logged models · churn/weekly · 1 150")
        assert world.artifacts.called("models_of") == 12


async def test_a_server_of_before_has_no_logged_models_and_says_so(tmp_path: Path) -> None:
    world = full_shop(tmp_path)
    world.can = of_server(expected(URI, URI), "2.22.0")
    async with world.open((120, 30)) as deck:
        await deck.until_text("weekly")
        await deck.press("m")
        await deck.until_text("MLflow 2.22.0 has no logged models: they came with 3.0")
        assert not world.artifacts.called("models_of")
