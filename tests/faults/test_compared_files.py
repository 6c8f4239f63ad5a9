"""The files of two runs behind a real server, and on this machine, when something happens to them meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput

from tests.gateway.artifact_worlds import put
from tests.gateway.conftest import open_session
from tests.support import servers, stores
from tests.support.cutting_proxy import cutting_proxy
from tui.domain.artifacts import ASK_BYTES
from tui.domain.diff.files import FilePair
from tui.domain.preview.values import AskBody, PictureBody, TextBody
from tui.domain.problem import Kind, Problem
from tui.gateway.artifacts.client import ClientArtifacts
from tui.services import compared_files
from tui.services.compared_files import ComparedFiles, Side, listed, read_pair

PROXY = "/mlflow-artifacts/artifacts/"
MANY_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """A server or a store with the folder in which its artifacts lie."""

    uri: str
    folder: Path
    experiment: str

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(self.uri, registry_uri=self.uri)

    def run(self, files: Mapping[str, bytes]) -> tuple[str, Path]:
        """A new run with these artifacts; its id, and where they really lie."""
        run = self.client.create_run(self.experiment)
        folder = self.real(str(run.info.artifact_uri))
        put(folder, files)
        return run.info.run_id, folder

    def real(self, uri: str) -> Path:
        served = uri.removeprefix("mlflow-artifacts:/")
        return self.folder / served if served != uri else Path(uri.removeprefix("file://"))

    def side(self, run_id: str, uri: str = "", *, timeout_s: float = MANY_SECONDS) -> Side:
        """What a session just opened asks of; ``uri`` is another way to the same server."""
        return Side(ClientArtifacts(open_session(uri or self.uri, timeout_s=timeout_s)), run_id)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("compared")
    store = stores.make_store(folder)
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield Place(address, folder / "artifacts", MlflowClient(address).create_experiment("compared"))


@pytest.fixture
def local(tmp_path: Path) -> Place:
    store = stores.make_store(tmp_path)
    client = MlflowClient(store.uri, registry_uri=store.uri)
    folder = tmp_path / "own"
    return Place(store.uri, folder, client.create_experiment("local", artifact_location=folder.as_uri()))


def states(files: ComparedFiles) -> dict[str, str]:
    return {pair.path: pair.state for pair in files.pairs}


def pair_of(files: ComparedFiles, path: str) -> FilePair:
    return next(pair for pair in files.pairs if pair.path == path)


def refused(first: Side, second: Side, pair: FilePair) -> Problem:
    with pytest.raises(Problem) as told:
        read_pair(first, second, pair)
    return told.value


def two(place: Place, **names: bytes) -> tuple[tuple[str, Path], tuple[str, Path]]:
    """Two runs with the same files but for ``x.txt``."""
    same = {"d/same.txt": b"same\n", **names}
    return place.run({**same, "x.txt": b"one\n"}), place.run({**same, "x.txt": b"two two\n"})


def test_a_file_deleted_meanwhile_is_told_of_the_run_that_it_is_missing_in(served: Place) -> None:
    (first, _), (second, folder) = two(served)
    one, other = served.side(first), served.side(second)
    pair = pair_of(listed(one, other), "x.txt")
    (folder / "x.txt").unlink()
    problem = refused(one, other, pair)
    assert problem.kind is Kind.NOT_FOUND
    assert problem.title == "Could not read the file of the other run"
    assert "x.txt" in problem.message and "refresh" in problem.hint
    assert states(listed(one, other)) == {"d/same.txt": "same", "x.txt": "only first"}


def test_a_file_that_has_become_a_folder_is_called_one(served: Place) -> None:
    (first, folder), (second, _) = two(served)
    one, other = served.side(first), served.side(second)
    pair = pair_of(listed(one, other), "x.txt")
    (folder / "x.txt").unlink()
    (folder / "x.txt").mkdir()
    problem = refused(one, other, pair)
    assert (problem.kind, problem.message) == (Kind.NOT_FOUND, "x.txt is a folder, no file.")


def test_what_has_been_written_since_the_listing_counts_as_it_is_now(served: Place) -> None:
    (first, _), (second, folder) = two(served)
    one, other = served.side(first), served.side(second)
    pair = pair_of(listed(one, other), "x.txt")
    (folder / "x.txt").write_bytes(b"one\n" * 2)
    grown = read_pair(one, other, pair)
    assert (grown.same, grown.second.size) == (False, 8)
    assert grown.change(everything=False).differs
    (folder / "x.txt").write_bytes(b"one\n")
    assert read_pair(one, other, pair).same is True


def test_a_file_emptied_meanwhile_is_not_half_read_but_empty(served: Place) -> None:
    (first, _), (second, folder) = two(served)
    one, other = served.side(first), served.side(second)
    pair = pair_of(listed(one, other), "x.txt")
    (folder / "x.txt").write_bytes(b"")
    read = read_pair(one, other, pair)
    assert (read.same, read.second.size) == (False, 0)
    assert "other: The file is empty." in read.notes
    assert not any("were read" in note for note in read.notes)
    body = read.change(everything=False).body
    assert isinstance(body, TextBody) and "- one" in body.lines


def test_what_is_only_half_uploaded_is_left_out_and_said(served: Place, local: Place) -> None:
    for place in (served, local):
        (first, folder), (second, _) = two(place)
        # So MLflow calls a file on the server's side until the whole of it has come.
        put(folder, {"d/.artifact.uploading.1": b"ha"})
        files = listed(place.side(first), place.side(second))
        assert states(files) == {"d/same.txt": "same", "x.txt": "differs"}
        # A server does not tell of them.
        assert any("still being uploaded into d" in note for note in files.notes) == (place is local)


def test_a_model_that_is_still_uploaded_or_failed_is_called_so(served: Place) -> None:
    client = served.client
    first, _ = served.run({"x.txt": b"1"})
    second, _ = served.run({"x.txt": b"1"})
    for run_id in (first, second):
        model = client.create_logged_model(served.experiment, name="churn", source_run_id=run_id)
        put(served.real(model.artifact_location), {"MLmodel": b"flavors: {}\n"})
        if run_id == second:
            client.finalize_logged_model(model.model_id, "FAILED")
    files = listed(served.side(first), served.side(second))
    assert states(files) == {"churn/MLmodel": "same", "x.txt": "same"}
    assert files.notes == (
        "The logged model churn of the baseline is still being uploaded: more of it may come.",
        "The logged model churn of the other run failed while it was uploaded: some of it may be missing.",
    )


def test_a_deleted_model_that_a_run_still_names_hides_nothing_else(served: Place) -> None:
    client = served.client
    (first, _), (second, _) = two(served)
    model = client.create_logged_model(served.experiment, name="gone", source_run_id=first)
    client.log_outputs(first, models=[LoggedModelOutput(model.model_id, 0)])
    client.delete_logged_model(model.model_id)
    assert states(listed(served.side(first), served.side(second))) == {"d/same.txt": "same", "x.txt": "differs"}


def test_a_run_whose_artifacts_are_gone_is_told_from_one_that_differs(served: Place, local: Place) -> None:
    for place, words in ((served, "The server lists nothing under"), (local, "is not there: nothing was logged")):
        (first, folder), (second, _) = two(place)
        shutil.rmtree(folder)
        files = listed(place.side(first), place.side(second))
        assert states(files) == {"d/same.txt": "only second", "x.txt": "only second"}
        assert len(files.notes) == 1 and files.notes[0].startswith("Baseline: ") and words in files.notes[0]


def test_a_run_that_is_gone_altogether_is_named(served: Place) -> None:
    first, _ = served.run({"x.txt": b"1"})
    with pytest.raises(Problem) as told:
        listed(served.side(first), served.side("f" * 32))
    assert told.value.kind is Kind.NOT_FOUND
    assert told.value.title.endswith("of the other run")
    assert "f" * 32 in told.value.message


def test_a_folder_that_may_not_be_looked_into_makes_no_difference_of_its_files(served: Place) -> None:
    (first, _), (second, _) = two(served, **{"secret/key": b"1"})
    with cutting_proxy(served.uri) as proxy:
        proxy.refused["path=secret"] = 403
        files = listed(served.side(first), served.side(second, proxy.uri))
    assert states(files) == {"d/same.txt": "same", "secret/key": "unlisted second", "x.txt": "differs"}
    assert not pair_of(files, "secret/key").is_difference
    assert len(files.notes) == 1
    assert files.notes[0].startswith("secret of the other run could not be listed: ")
    assert "ana may not read this" in files.notes[0]


def test_logged_models_that_may_not_be_read_make_no_difference_of_theirs(served: Place) -> None:
    (first, _), (second, _) = two(served)
    model = served.client.create_logged_model(served.experiment, name="churn", source_run_id=first)
    put(served.real(model.artifact_location), {"MLmodel": b"flavors: {}\n"})
    served.client.finalize_logged_model(model.model_id, "READY")
    with cutting_proxy(served.uri) as proxy:
        proxy.refused["/logged-models/search"] = 403
        files = listed(served.side(first), served.side(second, proxy.uri))
    assert states(files)["churn/MLmodel"] == "unlisted second"
    assert files.notes[0].startswith("The logged models of the other run could not be read: ")


def test_runs_that_may_not_be_read_are_a_refusal_and_no_empty_list(served: Place) -> None:
    (first, _), (second, _) = two(served)
    with cutting_proxy(served.uri) as proxy:
        proxy.refused["/artifacts/list"] = 403
        with pytest.raises(Problem) as told:
            listed(served.side(first), served.side(second, proxy.uri))
    assert told.value.kind is Kind.FORBIDDEN
    assert told.value.title == "Could not list the artifacts of the other run"


def test_a_file_that_may_not_be_read_is_a_refusal(served: Place) -> None:
    (first, _), (second, _) = two(served)
    with cutting_proxy(served.uri) as proxy:
        one, other = served.side(first, proxy.uri), served.side(second)
        pair = pair_of(listed(one, other), "x.txt")
        proxy.refused |= {PROXY: 403, "/get-artifact": 403}
        problem = refused(one, other, pair)
    assert (problem.kind, problem.title) == (Kind.FORBIDDEN, "Could not read the file of the baseline")


def test_what_this_machine_forbids_is_said_for_each_folder_and_file(local: Place) -> None:
    (first, _), (second, folder) = two(local, **{"secret/key": b"1"})
    one, other = local.side(first), local.side(second)
    pair = pair_of(listed(one, other), "x.txt")
    (folder / "secret").chmod(0)
    (folder / "x.txt").chmod(0)
    if os.access(folder / "secret", os.R_OK):
        pytest.skip("this process may read everything")
    try:
        files = listed(one, other)
        assert states(files) == {"d/same.txt": "same", "secret/key": "unlisted second", "x.txt": "differs"}
        assert files.notes[0].startswith("secret of the other run could not be listed: ")
        assert refused(one, other, pair).title == "Could not read the file of the other run"
    finally:
        (folder / "secret").chmod(0o700)


def test_more_files_than_are_listed_are_not_said_to_be_in_one_run_only(
    served: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compared_files, "MOST_FILES", 3)
    first, _ = served.run({"a/1": b"", "a/2": b"", "a/3": b"", "b/1": b""})
    second, _ = served.run({"a/1": b"", "b/1": b""})
    files = listed(served.side(first), served.side(second))
    assert states(files)["b/1"] == "unlisted first"
    assert files.notes == ("Only the first 3 files of the baseline are here, out of 2 folders.",)


def test_a_server_that_goes_while_files_are_read_is_waited_for_once(served: Place) -> None:
    names = {f"n{number}.txt": b"same" for number in range(40)}
    (first, _), (second, _) = two(served, **names)
    with cutting_proxy(served.uri) as proxy:

        def gone(line: str) -> None:
            if PROXY in line:
                proxy.fates[:] = ["cut before"]

        proxy.at_request = gone
        files = listed(served.side(first, proxy.uri), served.side(second))
        asked = sum(PROXY in line for line in proxy.seen)
    assert asked < len(names)
    assert set(states(files).values()) == {"same size", "differs"}
    assert files.notes[-1].startswith("Not all files of equal size could be read: ")


def test_an_answer_that_is_cut_is_no_difference_but_trouble(served: Place) -> None:
    (first, _), (second, _) = two(served)
    with cutting_proxy(served.uri) as proxy:
        one, other = served.side(first), served.side(second, proxy.uri)
        pair = pair_of(listed(one, other), "x.txt")
        proxy.halved.append(PROXY)
        problem = refused(one, other, pair)
    assert problem.kind is Kind.UNREACHABLE
    assert problem.title == "Could not read the file of the other run"


def picture(folder: Path, name: str, size: int) -> None:
    """A picture of the smallest kind, with so much behind it that it has that size."""
    from PIL import Image

    Image.new("RGB", (2, 2), "red").save(folder / name)
    with open(folder / name, "r+b") as file:
        file.truncate(size)  # sparse: it takes no room


def test_two_files_travel_only_if_both_together_may(served: Place) -> None:
    (first, folder), (second, beside) = two(served)
    for name, sizes in (("a.png", (2_000_000, 1_000_000)), ("b.png", (30_000_000, 25_000_000))):
        for run_folder, size in zip((folder, beside), sizes, strict=True):
            picture(run_folder, name, size)
    one, other = served.side(first), served.side(second)
    files = listed(one, other)
    small = read_pair(one, other, pair_of(files, "a.png"))
    assert isinstance(small.first.body, PictureBody) and isinstance(small.second.body, PictureBody)
    large = read_pair(one, other, pair_of(files, "b.png"))
    assert isinstance(large.first.body, AskBody) and isinstance(large.second.body, AskBody)
    assert large.first.travelled + large.second.travelled < 1_000_000
    assert large.is_asked and large.asked_bytes == 55_000_000
    assert large.same is False
    told = read_pair(one, other, pair_of(files, "b.png"), however_large=True)
    assert isinstance(told.first.body, PictureBody) and isinstance(told.second.body, PictureBody)
    assert told.first.travelled + told.second.travelled > ASK_BYTES


def test_of_two_huge_texts_only_the_heads_travel(served: Place) -> None:
    (first, folder), (second, beside) = two(served)
    for run_folder, word in ((folder, b"one\n"), (beside, b"two\n")):
        (run_folder / "huge.txt").write_bytes(word)
        os.truncate(run_folder / "huge.txt", 200_000_000)
    one, other = served.side(first), served.side(second)
    read = read_pair(one, other, pair_of(listed(one, other), "huge.txt"))
    assert read.first.travelled + read.second.travelled < 1_000_000
    assert read.same is False
    assert not read.change(everything=False).whole


def test_a_store_here_against_a_server_and_what_becomes_of_either(served: Place, local: Place) -> None:
    first, folder = local.run({"x.txt": b"one\n", "d/same.txt": b"same", "here": b""})
    second, beside = served.run({"x.txt": b"two\n", "d/same.txt": b"same", "there": b""})
    one, other = local.side(first), served.side(second)
    files = listed(one, other)
    assert states(files) == {"d/same.txt": "same", "here": "only first", "there": "only second", "x.txt": "differs"}
    read = read_pair(one, other, pair_of(files, "x.txt"))
    body = read.change(everything=False).body
    assert isinstance(body, TextBody) and body.lines[1:] == ("- one", "+ two")
    (folder / "x.txt").unlink()
    problem = refused(one, other, pair_of(files, "x.txt"))
    assert problem.title == "Could not read the file of the baseline"
    assert str(folder) in problem.message
    put(folder, {"x.txt": b"one\n"})
    shutil.rmtree(beside)
    assert refused(one, other, pair_of(files, "x.txt")).title == "Could not read the file of the other run"
    assert listed(one, other).notes[0].startswith("Other run: The server lists nothing under")


def test_a_server_that_has_gone_is_told_of_the_run_that_it_has(local: Place, tmp_path: Path) -> None:
    own = stores.make_store(tmp_path, "server.db")
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(servers.mlflow_server(own.uri, tmp_path / "artifacts"))
        place = Place(address, tmp_path / "artifacts", MlflowClient(address).create_experiment("e"))
        first, _ = local.run({"x.txt": b"one\n"})
        second, _ = place.run({"x.txt": b"two two\n"})
        one, other = local.side(first), place.side(second, timeout_s=5)
        files = listed(one, other)
    problem = refused(one, other, pair_of(files, "x.txt"))
    assert (problem.kind, problem.title) == (Kind.UNREACHABLE, "Could not read the file of the other run")
    with pytest.raises(Problem) as told:
        listed(one, other)
    assert told.value.kind is Kind.UNREACHABLE
    assert told.value.title.endswith("of the other run")
    assert address in told.value.message
