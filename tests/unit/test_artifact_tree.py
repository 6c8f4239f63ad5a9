"""The tree of artifacts as it is read, folded, filtered and drawn; and downloads as the deck runs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_artifacts import FakeArtifacts
from tui.domain.artifact_tree import ArtifactNode, ArtifactTree
from tui.domain.artifacts import (
    ArtifactEntry,
    ArtifactListing,
    ArtifactRoot,
    Downloaded,
    LoggedModel,
    sorted_entries,
    unsafe_reason,
)
from tui.domain.problem import Kind, Problem
from tui.gateway.artifacts.client import free_name, safe_name
from tui.services.downloads import Download, measure

RUN = ArtifactRoot("run", "r1")


def listing(path: str, *names: str) -> ArtifactListing:
    """A folder: names with a slash at their end are folders."""
    entries = [
        ArtifactEntry(
            f"{path}/{name.rstrip('/')}" if path else name.rstrip("/"),
            name.endswith("/"),
            None if name.endswith("/") else 10,
        )
        for name in names
    ]
    return ArtifactListing(RUN, path, tuple(entries), f"/files/{path}")


def names(tree: ArtifactTree) -> list[str]:
    table = tree.table()
    return list(table.texts("name", 0, table.row_count))


def node(tree: ArtifactTree, path: str) -> ArtifactNode:
    found = tree.node(f"run:r1:{path}")
    assert found is not None
    return found


def test_a_tree_grows_folder_by_folder() -> None:
    tree = ArtifactTree(RUN)
    assert names(tree) == ["  reading …"]
    tree.take(listing("", "a/", "x.txt"))
    assert names(tree) == ["▸ a", "  x.txt"]
    node(tree, "a").open = True
    assert names(tree) == ["▾ a", "    reading …", "  x.txt"]
    tree.take(listing("a", "b/"))
    tree.take(listing("a/b"))
    node(tree, "a/b").open = True
    assert names(tree) == ["▾ a", "  ▾ b", "      (empty)", "  x.txt"]
    assert tree.counts() == (1, 2)
    assert tree.parent(node(tree, "a/b")) is node(tree, "a")
    assert tree.parent(node(tree, "a")) is None


def test_what_was_open_stays_open_when_it_is_read_again_and_what_is_gone_goes() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "a/", "x.txt"))
    node(tree, "a").open = True
    tree.take(listing("a", "b.txt"))
    tree.take(listing("", "a/", "y.txt"))
    assert names(tree) == ["▾ a", "    b.txt", "  y.txt"]
    assert [found.entry.path for found in tree.folders_read()] == ["", "a"]
    # A file that has become a folder is another thing.
    tree.take(listing("", "a/", "y.txt/"))
    assert names(tree) == ["▾ a", "    b.txt", "▸ y.txt"]


def test_logged_images_are_told_by_key_and_step_in_that_order() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "images/"))
    tail = "%timestamp%17000000000{:02}%u1b2c3d4-0000-4000-8000-00000000000{}"
    files = [f"val#loss%step%10{tail.format(3, 1)}.png", f"val#loss%step%2{tail.format(2, 2)}%compressed.webp"]
    files += [f"val#loss%step%2{tail.format(2, 2)}.png", f"depth%step%7{tail.format(1, 3)}.png", "mine.png"]
    tree.take(listing("images", *files))
    images = (tree.top.children or [])[0]
    assert [node.label for node in images.children or ()] == [
        "depth step 7 .png",
        "val/loss step 2 .png",
        "val/loss step 2 small .webp",
        "val/loss step 10 .png",
        "mine.png",
    ]
    assert (images.children or [])[1].entry.path == f"images/{files[2]}", "the file keeps its path"
    images.open = True
    assert names(tree) == [
        "▾ images",
        "    depth · 1 step",
        "      step 7 .png",
        "    val/loss · 2 steps",
        "      step 2 .png",
        "      step 2 small .webp",
        "      step 10 .png",
        "    mine.png",
    ]
    rows = tree.table()
    assert len({rows.row_key(row) for row in range(rows.row_count)}) == rows.row_count, "each line has a key of its own"
    assert list(rows.levels()) == [0, 1, 2, 1, 2, 2, 2, 1]


def test_images_of_one_key_and_step_are_told_apart_and_a_slash_is_a_slash() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "images/"))
    tail = "+step+3+timestamp+170000000000{}+0a1b2c3d-0000-4000-8000-000000000000.png"
    tree.take(listing("images", *(f"val~pre#d{tail.format(at)}" for at in (2, 1))))
    node(tree, "images").open = True
    assert names(tree)[1:] == ["    val/pre#d · 1 step", "      step 3 .png", "      step 3 .png (no. 2 of this step)"]


def test_models_stand_after_the_run_s_own_files() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "x.txt"))
    tree.take_models([LoggedModel("m-1", "churn\x1b", "READY", 1, "/m")])
    assert names(tree) == ["  x.txt", "▸ churn\\x1b  m-1"]
    model = tree.models[0]
    model.open = True
    tree.take(ArtifactListing(model.root, "", (ArtifactEntry("MLmodel", False, 1),), "/m"))
    assert names(tree)[-1] == "    MLmodel"
    tree.take_models([LoggedModel("m-1", "churn", "READY", 1, "/m")])
    assert tree.models[0] is model


def test_trouble_stands_where_the_files_would() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "a/"))
    found = node(tree, "a")
    found.open, found.problem = True, Problem(Kind.FORBIDDEN, "t", "not yours.", "")
    assert names(tree) == ["▸ a".replace("▸", "▾"), "    not yours.  r tries again"]
    assert tree.table().tones("name", 1, 2) == ["bad"]


def test_a_filter_opens_the_way_to_what_matches() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", "a/", "b/", "x.txt"))
    tree.take(listing("a", "deep.csv", "other"))
    tree.query = "DEEP a/"
    assert names(tree) == ["▾ a", "    deep.csv"]
    tree.query = "x.txt"
    assert names(tree) == ["  x.txt"]
    assert tree.reveal(RUN, "a/deep.csv") is node(tree, "a/deep.csv")
    tree.query = ""
    assert names(tree)[:2] == ["▾ a", "    deep.csv"]


def test_rows_are_found_by_their_keys() -> None:
    tree = ArtifactTree(RUN)
    tree.take(listing("", *(f"f{number}" for number in range(100))))
    table = tree.table()
    assert all(table.row_of(table.row_key(row)) == row for row in range(table.row_count))
    assert list(table.texts("size", 0, 2)) == ["10 B", "10 B"]


def test_names_are_in_the_order_in_which_people_count() -> None:
    entries = [ArtifactEntry(name, False) for name in ("b10", "B9", "b1", "²", "a", "9" * 30)]
    assert sorted_entries([*entries, ArtifactEntry("z", True)])[0].name == "z"
    assert [entry.name for entry in sorted_entries(entries)][-4:] == ["b1", "B9", "b10", "²"]


@given(st.text(max_size=20))
def test_any_name_becomes_one_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert "/" not in safe
    assert safe not in ("", ".", "..")


@pytest.mark.parametrize("path", ["..", "a/../b", "/a", "a//b", "./a", "a\0b", "a/"])
def test_paths_that_lead_elsewhere(path: str) -> None:
    assert unsafe_reason(path)


@pytest.mark.parametrize("path", ["", "a", "a/b", "..a", "a..b/c", "a b/漢字", "...", "~", "-rf"])
def test_paths_that_do_not(path: str) -> None:
    assert not unsafe_reason(path)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    for taken in ("a.tar.gz", "a (2).tar.gz", ".hidden"):
        (tmp_path / taken).write_text("")
    assert free_name(tmp_path, "a.tar.gz").name == "a (3).tar.gz"
    assert free_name(tmp_path, ".hidden").name == ".hidden (2)"
    assert free_name(tmp_path, "b").name == "b"


# downloads


class Dying(FakeArtifacts):
    """A process that writes something, and is then lost."""

    def download(
        self,
        root: ArtifactRoot,
        entry: ArtifactEntry,
        destination: str,
        *,
        name: str = "",
        token: str = "",
        on_progress: Callable[[int, int, str], None] | None = None,
    ) -> Downloaded:
        staging = Path(destination) / f".mlflow-deck-{token}.part"
        staging.mkdir()
        (staging / "half").write_text("half")
        raise Problem(Kind.HOST_LOST, "Lost the process", "It was ended.")


def test_what_a_lost_process_has_left_is_removed(tmp_path: Path) -> None:
    download = Download(Dying(), RUN, ArtifactEntry("x", False, 4), str(tmp_path))
    with pytest.raises(Problem):
        download.run(lambda *_how_far: None)
    assert not list(tmp_path.iterdir())


def test_a_download_that_was_stopped_before_it_ran_does_not_run(tmp_path: Path) -> None:
    artifacts = FakeArtifacts()
    download = Download(artifacts, RUN, ArtifactEntry("x", False, 4), str(tmp_path))
    download.stop()
    with pytest.raises(Problem) as told:
        download.run(lambda *_how_far: None)
    assert told.value.kind is Kind.CANCELLED
    assert artifacts.called("download") == 0


def test_a_file_s_size_is_known_without_asking() -> None:
    artifacts = FakeArtifacts()
    assert measure(artifacts, RUN, ArtifactEntry("x", False, 60_000_000)).needs_asking
    assert measure(artifacts, RUN, ArtifactEntry("x", False, None)).needs_asking
    assert not measure(artifacts, RUN, ArtifactEntry("x", False, 10)).needs_asking
    assert artifacts.calls == []
