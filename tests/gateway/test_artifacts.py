"""Listing, looking into and downloading artifacts, through a store and through servers; nothing else is touched."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway import artifact_worlds
from tests.gateway.artifact_worlds import HUGE, MANY, ODD_NAMES, REFUSED_NAMES, World
from tests.gateway.conftest import SECONDS, open_session
from tests.support import servers, stores
from tui.domain.artifacts import HEAD_BYTES, ArtifactEntry, ArtifactRoot, FolderSize, ModelMetric
from tui.domain.preview.values import AskBody, FileKind, TextBody, TreeBody
from tui.domain.problem import Kind, Problem
from tui.gateway import ports
from tui.gateway.artifacts.sources import checked
from tui.host.host import Host
from tui.host.wire import HostSpec
from tui.services.downloads import Download

KINDS = ("sqlite", "served", "unserved")


def _world(kind: str, folder: Path) -> Iterator[World]:
    store = stores.make_store(folder)
    if kind == "sqlite":
        yield artifact_worlds.make(kind, store.uri, open_session(store.uri), folder)
        return
    real = folder / "artifacts"
    with servers.mlflow_server(store.uri, real, serve_artifacts=kind == "served") as address:
        yield artifact_worlds.make(kind, address, open_session(address), real)


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The artifacts by each way to them; to be read only."""
    before = dict(os.environ)
    try:
        yield from _world(request.param, tmp_path_factory.mktemp(request.param))
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The working folder and the system's temporary folder stay as they were: no ./mlflow.db, no downloads."""
    here, temporary = tmp_path / "here", tmp_path / "tmp"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert not list(here.iterdir())
    # The template of an empty store is kept there for all tests.
    assert not [path for path in temporary.iterdir() if not path.name.startswith("mlflow-deck-tests-")]


def names(world: World, path: str = "") -> list[str]:
    return [entry.name for entry in world.artifacts.list_folder(world.run, path).entries]


def test_a_folder_is_one_level_with_sizes_folders_first(world: World) -> None:
    listing = world.artifacts.list_folder(world.run)
    found = [(entry.path, entry.is_folder, entry.size) for entry in listing.entries]
    assert found == [
        ("data", True, None),
        ("many", True, None),
        ("mixed", True, None),
        ("model", True, None),
        ("odd", True, None),
        ("refused", True, None),
        ("empty.bin", False, 0),
        ("huge.txt", False, HUGE),
        ("notes.txt", False, 6),
    ]
    assert [entry.path for entry in world.artifacts.list_folder(world.run, "data").entries] == [
        "data/deep",
        "data/train.csv",
    ]


def test_many_entries_come_whole_and_in_the_order_of_their_numbers(world: World) -> None:
    found = names(world, "many")
    assert len(found) == MANY
    assert found[:3] == ["shard-0.txt", "shard-1.txt", "shard-2.txt"]
    assert found[10] == "shard-10.txt"


def test_odd_names_are_listed_read_and_downloaded(world: World, tmp_path: Path) -> None:
    assert set(names(world, "odd")) == set(ODD_NAMES)
    for name in ODD_NAMES:
        assert world.artifacts.head(world.run, f"odd/{name}").data == name.encode()
    assert set(names(world, "refused")) == set(REFUSED_NAMES)
    for name in REFUSED_NAMES:
        if world.kind == "sqlite":
            assert world.artifacts.head(world.run, f"refused/{name}").data == name.encode()
            continue
        with pytest.raises(Problem) as told:
            world.artifacts.head(world.run, f"refused/{name}")
        assert told.value.kind is Kind.UNSUPPORTED
        assert name in told.value.message
    entry = ArtifactEntry("odd", True)
    made = world.artifacts.download(world.run, entry, str(tmp_path / "out"))
    assert {path.name: path.read_text() for path in Path(made.path).iterdir()} == {name: name for name in ODD_NAMES}


def test_nothing_is_listed_where_nothing_was_logged(world: World) -> None:
    listing = world.artifacts.list_folder(world.empty_run)
    assert listing.entries == ()
    assert "nothing" in listing.note


def test_a_path_that_leads_upwards_is_refused(world: World) -> None:
    for path in ("../secret", "data/../../x", "/etc/passwd", "data//x", "data/."):
        for ask in (world.artifacts.list_folder, world.artifacts.head):
            with pytest.raises(Problem) as told:
                ask(world.run, path)
            assert told.value.kind is Kind.FORBIDDEN


def test_only_the_head_of_a_large_file_travels(world: World) -> None:
    head = world.artifacts.head(world.run, "huge.txt")
    assert head.data.startswith(b"first line\n")
    assert len(head.data) == HEAD_BYTES
    assert head.travelled == HEAD_BYTES
    assert head.size == HUGE
    assert not head.is_whole
    assert head.note == ""


def test_a_preview_of_a_large_file_reads_no_more_than_it_was_told_to(world: World) -> None:
    shown = world.artifacts.preview(world.run, "huge.txt", size=HUGE, most=1000)
    assert (shown.read, shown.travelled, shown.size) == (1000, 1000, HUGE)
    assert shown.kind is FileKind.BINARY  # after its first line it is nothing but zeros


def test_a_head_of_a_small_file_is_whole(world: World) -> None:
    head = world.artifacts.head(world.run, "notes.txt")
    assert (head.data, head.size, head.is_whole) == (b"hello\n", 6, True)
    empty = world.artifacts.head(world.run, "empty.bin")
    assert (empty.data, empty.is_whole) == (b"", True)


def test_a_file_that_is_not_there_says_so(world: World) -> None:
    with pytest.raises(Problem) as told:
        world.artifacts.head(world.run, "data/gone.txt")
    assert told.value.kind is Kind.NOT_FOUND
    assert "gone.txt" in told.value.message or "No such artifact" in told.value.message
    with pytest.raises(Problem):
        world.artifacts.head(world.run, "data")


def test_a_run_that_is_not_there_says_so(world: World) -> None:
    with pytest.raises(Problem) as told:
        world.artifacts.list_folder(ArtifactRoot("run", "0" * 32))
    assert told.value.kind is Kind.NOT_FOUND


def test_a_run_s_logged_models_are_found_with_their_files(world: World) -> None:
    (model,) = world.artifacts.logged_models(world.run.id)
    assert (model.name, model.model_type, model.status) == ("churn", "classifier", "READY")
    assert model.params == {"depth": "8"}
    measured = sorted(model.metrics, key=lambda metric: (metric.key, metric.step))
    assert all(metric.run_id == world.run.id and metric.time_ms for metric in measured), (
        "where and when it was measured"
    )
    assert [replace(metric, run_id="", time_ms=None) for metric in measured] == [
        ModelMetric("acc", 0.5, 1, "val", "d0ca2a63"),
        ModelMetric("acc", 0.6, 2, "val", "d0ca2a63"),
        ModelMetric("loss", 0.7, 5),
    ]
    assert model.root == world.model
    assert "MLmodel" not in names(world)
    listing = world.artifacts.list_folder(model.root)
    assert [entry.path for entry in listing.entries] == ["weights", "MLmodel"]
    assert [entry.path for entry in world.artifacts.list_folder(model.root, "weights").entries] == ["weights/w.bin"]
    assert world.artifacts.head(model.root, "weights/w.bin").data == b"\0" * 10


def test_a_model_file_is_read_with_what_lies_beside_it(world: World) -> None:
    shown = world.artifacts.preview(world.run, "model/MLmodel")
    assert shown.kind is FileKind.MLMODEL
    assert isinstance(shown.body, TreeBody)
    said = {node.name: node.value for node in shown.body.nodes}
    assert said["flavor"] == "sklearn (also as a python_function)"
    assert said["logged by"] == "ana, in run with files"
    assert said["autologged"] == "yes, by sklearn"
    assert said["run id"] == world.run.id
    assert said["age"] in ("double", "41   52")
    assert "scikit-learn" in said.values()


def test_a_preview_of_text(world: World) -> None:
    shown = world.artifacts.preview(world.run, "notes.txt", size=6)
    assert isinstance(shown.body, TextBody)
    assert shown.body.lines == ("hello",)
    assert shown.is_whole


def test_what_a_folder_holds_is_measured(world: World) -> None:
    assert world.artifacts.measure(world.run, "data") == FolderSize(2, 9)
    whole = world.artifacts.measure(world.run, "")
    of_refused = 1 if world.kind == "sqlite" else 0  # a server lists nothing of a folder whose name it refuses
    assert whole.files == MANY + 10 + len(ODD_NAMES) + len(REFUSED_NAMES) + 1 + of_refused
    assert whole.needs_asking


def test_a_file_is_downloaded_with_progress(world: World, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    made = world.artifacts.download(
        world.run,
        ArtifactEntry("data/train.csv", False, 8),
        str(tmp_path / "out"),
        on_progress=lambda *how_far: told.append(how_far),
    )
    assert made.path == str(tmp_path / "out" / "train.csv")
    assert Path(made.path).read_bytes() == b"a,b\n1,2\n"
    assert (made.files, made.size) == (1, 8)
    assert told[-1] == (8, 8, "data/train.csv")
    assert os.listdir(tmp_path / "out") == ["train.csv"]


def test_what_is_there_already_is_not_replaced(world: World, tmp_path: Path) -> None:
    entry = ArtifactEntry("data/train.csv", False, 8)
    for _ in range(3):
        world.artifacts.download(world.run, entry, str(tmp_path / "out"))
    assert sorted(os.listdir(tmp_path / "out")) == ["train (2).csv", "train (3).csv", "train.csv"]


def test_a_folder_is_downloaded_whole(world: World, tmp_path: Path) -> None:
    made = world.artifacts.download(world.model, ArtifactEntry("", True), str(tmp_path / "out"), name="churn")
    assert made.path == str(tmp_path / "out" / "churn")
    found = sorted(str(path.relative_to(made.path)) for path in Path(made.path).rglob("*"))
    assert found == ["MLmodel", "weights", "weights/w.bin"]


def test_a_folder_comes_without_the_names_that_the_server_refuses_and_says_which(world: World, tmp_path: Path) -> None:
    made = world.artifacts.download(world.run, ArtifactEntry("mixed", True), str(tmp_path / "out"))
    found = {str(path.relative_to(made.path)): path.read_text() for path in Path(made.path).rglob("*.txt")}
    given = {"deep/plain.txt": "plain", "z.txt": "last"}
    if world.kind == "sqlite":
        assert found == {**given, "a#b.txt": "refused", "s#b/in.txt": "inside"} and made.left_out == ()
    else:
        assert found == given and set(made.left_out) == {"mixed/a#b.txt", "mixed/s#b/"}
        with pytest.raises(Problem) as told:
            world.artifacts.list_folder(world.run, "mixed/s#b")
        assert told.value.kind is Kind.UNSUPPORTED and "mixed/s#b" in told.value.message
        assert world.artifacts.measure(world.run, "mixed").files == 3
        with pytest.raises(Problem) as told:
            world.artifacts.download(world.run, ArtifactEntry("refused", True), str(tmp_path / "none"))
        assert told.value.kind is Kind.UNSUPPORTED, "nothing of it can be had"
        assert not (tmp_path / "none").exists()
    assert made.files == len(found)


def test_a_stopped_download_leaves_nothing(world: World, tmp_path: Path) -> None:
    token = "to-be-stopped"

    def stop(_done: int, _total: int, _doing: str) -> None:
        assert not (tmp_path / "out" / "huge.txt").exists()
        world.artifacts.cancel(token)

    with pytest.raises(Problem) as told:
        world.artifacts.download(
            world.run, ArtifactEntry("huge.txt", False, HUGE), str(tmp_path / "out"), token=token, on_progress=stop
        )
    assert told.value.kind is Kind.CANCELLED
    assert not (tmp_path / "out").exists()


def test_a_download_that_fails_midway_leaves_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    entry = ArtifactEntry("data/gone.txt", False, 5)
    with pytest.raises(Problem) as told:
        world.artifacts.download(world.run, entry, str(tmp_path / "out"))
    assert told.value.kind is Kind.NOT_FOUND
    assert not list((tmp_path / "out").iterdir())


def test_a_download_into_a_file_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem) as told:
        world.artifacts.download(world.run, ArtifactEntry("notes.txt", False, 6), str(tmp_path / "file"))
    assert told.value.kind is Kind.BAD_REQUEST


def test_a_picture_that_would_travel_whole_is_asked_about(world: World) -> None:
    path = world.folder / "large.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 2000)
    try:
        shown = world.artifacts.preview(world.run, "large.png", most=100, whole_most=1000)
        assert isinstance(shown.body, AskBody)
        assert shown.travelled <= 1100
        allowed = world.artifacts.preview(world.run, "large.png", most=100, whole_most=10_000)
        assert not isinstance(allowed.body, AskBody)
    finally:
        path.unlink()


# what only shows on a local store


@pytest.fixture
def local(tmp_path: Path) -> Iterator[World]:
    """A SQLite store of a test's own."""
    yield from _world("sqlite", tmp_path / "local")


def test_an_artifact_root_that_is_gone_is_named(local: World) -> None:
    shutil.rmtree(local.folder)
    assert str(local.folder) in local.artifacts.list_folder(local.run).note
    with pytest.raises(Problem) as told:
        local.artifacts.list_folder(local.run, "data")
    assert told.value.kind is Kind.NOT_FOUND
    with pytest.raises(Problem) as told:
        local.artifacts.head(local.run, "notes.txt")
    assert str(local.folder) in told.value.message


def test_a_folder_that_may_not_be_read_says_so(local: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("tui.gateway.artifacts.sources.os.scandir", refuse)
    with pytest.raises(Problem) as told:
        local.artifacts.list_folder(local.run)
    assert told.value.kind is Kind.STORE_UNREADABLE
    assert str(local.folder) in told.value.message


def test_a_link_that_leads_out_of_the_root_is_not_followed(local: World, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (local.folder / "out.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(Problem) as told:
        local.artifacts.head(local.run, "out.txt")
    assert told.value.kind is Kind.FORBIDDEN
    (tmp_path / "secret").unlink()


def test_a_pipe_is_not_waited_for(local: World) -> None:
    os.mkfifo(local.folder / "pipe")
    with pytest.raises(Problem) as told:
        local.artifacts.head(local.run, "pipe")
    assert told.value.kind is Kind.UNSUPPORTED


def test_folders_that_hold_themselves_end(local: World, tmp_path: Path) -> None:
    (local.folder / "data" / "again").symlink_to(local.folder / "data")
    with pytest.raises(Problem) as told:
        local.artifacts.download(local.run, ArtifactEntry("data", True), str(tmp_path / "out"))
    assert "itself" in told.value.message or told.value.kind is Kind.STORE_UNREADABLE
    assert not (tmp_path / "out").exists()


def test_a_file_that_ends_short_is_told_and_not_kept(local: World, tmp_path: Path) -> None:
    path = local.folder / "short.bin"
    path.write_bytes(b"x" * 3_000_000)

    def cut(_done: int, _total: int, _doing: str) -> None:
        os.truncate(path, 1_000_000)

    with pytest.raises(Problem) as told, ports.reported_to(cut):
        local.artifacts.download(local.run, ArtifactEntry("short.bin", False, 3_000_000), str(tmp_path / "out"))
    assert told.value.kind is Kind.UNREACHABLE
    assert not (tmp_path / "out").exists()


def test_too_little_room_is_told_before_anything_is_written(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1000

    monkeypatch.setattr("tui.gateway.artifacts.client.shutil.disk_usage", lambda _path: Full)
    with pytest.raises(Problem) as told:
        local.artifacts.download(local.run, ArtifactEntry("huge.txt", False, HUGE), str(tmp_path / "out"))
    assert "1.0 kB left" in told.value.message
    assert not (tmp_path / "out").exists()


def test_artifacts_behind_another_server_are_not_looked_for_here(local: World) -> None:
    local.artifacts._keep(local.run, local.artifacts._source(local.run), "")
    from tui.gateway.artifacts.sources import source_of

    with pytest.raises(Problem) as told:
        source_of(local.session, local.run, "mlflow-artifacts:/1/2/artifacts")
    assert told.value.kind is Kind.UNSUPPORTED


def test_entries_that_lead_elsewhere_are_left_out() -> None:
    entries = [
        ArtifactEntry("data/a", False, 1),
        ArtifactEntry("../../etc/cron.d/x", False, 1),
        ArtifactEntry("/etc/passwd", False, 1),
        ArtifactEntry("data/../x", False, 1),
        ArtifactEntry("data/b/c", False, 1),
        ArtifactEntry("other", False, 1),
    ]
    kept, dropped = checked(entries, "data")
    assert ([entry.path for entry in kept], dropped) == (["data/a"], 5)


def test_a_download_stopped_before_it_begins_does_not_begin(local: World, tmp_path: Path) -> None:
    local.artifacts.cancel("early")
    with pytest.raises(Problem) as told:
        local.artifacts.download(
            local.run, ArtifactEntry("huge.txt", False, HUGE), str(tmp_path / "out"), token="early"
        )
    assert told.value.kind is Kind.CANCELLED


def test_a_process_that_is_ended_midway_leaves_nothing(local: World, tmp_path: Path) -> None:
    uri = local.session.tracking_uri
    host = Host.start(HostSpec(uri, uri, timeout_s=SECONDS))
    out = tmp_path / "out"
    out.mkdir()
    try:
        entry = next(entry for entry in host.ports.artifacts.list_folder(local.run).entries if entry.name == "huge.txt")
        download = Download(host.ports.artifacts, local.run, entry, str(out))
        killed = threading.Event()

        def kill(_done: int, _total: int, _doing: str) -> None:
            if not killed.is_set():
                killed.set()
                assert host.pid is not None
                os.kill(host.pid, signal.SIGKILL)

        with pytest.raises(Problem) as told:
            download.run(kill)
        assert told.value.kind is Kind.HOST_LOST
        assert not list(out.iterdir())
        # The next request starts another process, and the same download then goes through.
        made = Download(host.ports.artifacts, local.run, ArtifactEntry("notes.txt", False, 6), str(out))
        assert Path(made.run(lambda *_how_far: None).path).read_bytes() == b"hello\n"
    finally:
        host.close()
