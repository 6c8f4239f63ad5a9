"""Servers that list, send or cut off artifacts badly: nothing half is kept, little travels, and the cause is told."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import loopback
from tests.faults.loopback import Behaviour, answer, answer_json
from tui.domain.artifacts import ArtifactEntry, ArtifactRoot
from tui.domain.preview.values import AskBody, PictureBody, TextBody
from tui.domain.problem import Kind, Problem
from tui.gateway import environment
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.session import Connection

RUN = ArtifactRoot("run", "a" * 32)
TIMEOUT_S = 2.0
SIZE = 200 * 1024 * 1024
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"


@dataclass
class Server:
    """A server with one run; ``routes`` are behaviours by the beginning of the address."""

    artifact_uri: str = "mlflow-artifacts:/1/run/artifacts"
    routes: dict[str, Behaviour] = field(default_factory=dict)
    sent: int = 0

    def __call__(self, connection: socket.socket, head: bytes, over: threading.Event) -> None:
        path = head.split(b" ", 2)[1].decode()
        for start, behave in self.routes.items():
            if path.startswith(start):
                behave(connection, head, over)
                return
        if path.startswith("/api/2.0/mlflow/runs/get"):
            info = {"run_id": RUN.id, "run_uuid": RUN.id, "experiment_id": "1", "status": "FINISHED"}
            run = {"info": {**info, "artifact_uri": self.artifact_uri, "lifecycle_stage": "active"}, "data": {}}
            answer_json(200, {"run": run})(connection, head, over)
            return
        answer(404, "no such page")(connection, head, over)

    def endless(self, size: int | None = SIZE, start: bytes = b"") -> Behaviour:
        """Send a file of so many bytes whatever part was asked for, and count what really went out."""

        def behave(connection: socket.socket, _head: bytes, over: threading.Event) -> None:
            length = f"Content-Length: {size}\r\n" if size is not None else ""
            connection.sendall(f"HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n".encode() + start)
            left = (size if size is not None else SIZE) - len(start)
            chunk = b"x" * 65536
            with contextlib.suppress(OSError):
                while left > 0 and not over.is_set():
                    self.sent += connection.send(chunk[: min(left, len(chunk))])
                    left -= len(chunk)

        return behave


@contextlib.contextmanager
def gateway(server: Server) -> Iterator[ClientArtifacts]:
    with loopback.serve(server) as running:
        environment.prepare(
            tracking_uri=running.uri, registry_uri=running.uri, profile=None, extra={}, timeout_s=TIMEOUT_S
        )
        yield ClientArtifacts(Connection(running.uri, running.uri, TIMEOUT_S))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def refused(artifacts: ClientArtifacts, path: str = "x.txt") -> Problem:
    with pytest.raises(Problem) as told:
        artifacts.head(RUN, path)
    assert told.value.title and told.value.message.endswith((".", "…"))
    return told.value


def test_of_a_server_without_ranges_reading_stops_early() -> None:
    server = Server()
    server.routes[PROXY] = server.endless()
    with gateway(server) as artifacts:
        head = artifacts.head(RUN, "x.txt", most=65536)
        assert (len(head.data), head.travelled, head.size) == (65536, 65536, SIZE)
        assert "stopped early" in head.note
        shown = artifacts.preview(RUN, "x.txt", size=SIZE)
        assert isinstance(shown.body, TextBody)
        assert any("does not send parts" in note for note in shown.notes)
    # What was on its way in the sockets' buffers counts as well; it is a small part of the file.
    assert server.sent < SIZE / 8


def test_of_a_file_of_unknown_size_no_more_than_the_limit_travels() -> None:
    server = Server()
    server.routes[PROXY] = server.endless(None, b"\x89PNG\r\n\x1a\n")
    with gateway(server) as artifacts:
        shown = artifacts.preview(RUN, "x.png", whole_most=1_000_000)
        assert isinstance(shown.body, AskBody)
        assert shown.size is None
        assert not isinstance(shown.body, PictureBody)
    assert server.sent < SIZE / 8


def test_a_download_that_is_cut_leaves_nothing(out: Path) -> None:
    server = Server()

    def cut(connection: socket.socket, _head: bytes, _over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 400_000)

    server.routes[PROXY] = cut
    with gateway(server) as artifacts:
        with pytest.raises(Problem) as told:
            artifacts.download(RUN, ArtifactEntry("x.bin", False, 1_000_000), str(out))
        assert told.value.kind is Kind.UNREACHABLE
    assert not os.listdir(out)


def test_a_folder_of_which_one_file_is_cut_leaves_nothing(out: Path) -> None:
    server = Server()
    files = [{"path": f"d/{name}", "is_dir": False, "file_size": 3} for name in ("a", "b")]
    server.routes["/api/2.0/mlflow/artifacts/list"] = answer_json(200, {"root_uri": "x", "files": files})
    server.routes[PROXY + "1/run/artifacts/d/a"] = answer(200, b"abc", "text/plain")
    server.routes[PROXY + "1/run/artifacts/d/b"] = loopback.hang_up
    with gateway(server) as artifacts, pytest.raises(Problem) as told:
        artifacts.download(RUN, ArtifactEntry("d", True), str(out))
    assert told.value.kind is Kind.UNREACHABLE
    assert not os.listdir(out)


def test_a_server_that_names_files_elsewhere_writes_nothing(out: Path) -> None:
    server = Server()
    files = [{"path": "../../evil", "is_dir": False, "file_size": 3}, {"path": "/etc/x", "file_size": 3}]
    server.routes["/api/2.0/mlflow/artifacts/list"] = answer_json(200, {"root_uri": "x", "files": files})
    with gateway(server) as artifacts:
        listing = artifacts.list_folder(RUN)
        assert listing.entries == ()
        assert "2 entries are left out" in listing.note
        with pytest.raises(Problem) as told:
            artifacts.download(RUN, ArtifactEntry("", True), str(out))
        assert told.value.kind is Kind.FORBIDDEN
    assert not os.listdir(out)
    assert os.listdir(out.parent) == ["out"]


def test_a_listing_comes_page_by_page() -> None:
    server = Server()

    def pages(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        second = b"page_token=2" in head.split(b"\r\n", 1)[0]
        body = {"root_uri": "x", "files": [{"path": "b" if second else "a", "file_size": "3"}]}
        answer_json(200, body if second else {**body, "next_page_token": "2"})(connection, head, over)

    server.routes["/api/2.0/mlflow/artifacts/list"] = pages
    with gateway(server) as artifacts:
        assert [(entry.path, entry.size) for entry in artifacts.list_folder(RUN).entries] == [("a", 3), ("b", 3)]


def test_what_one_address_refuses_is_asked_of_the_other() -> None:
    server = Server()
    server.routes[PROXY] = answer(503, "Endpoint disabled due to running with `--no-serve-artifacts`")
    server.routes["/get-artifact"] = answer(200, b"abc", "text/plain")
    with gateway(server) as artifacts:
        assert artifacts.head(RUN, "x.txt").data == b"abc"


def test_when_both_refuse_the_first_cause_is_told() -> None:
    server = Server()
    denied = {"error_code": "PERMISSION_DENIED", "message": "ana may not read this"}
    server.routes[PROXY] = answer_json(403, denied)
    with gateway(server) as artifacts:
        problem = refused(artifacts)
        assert problem.kind is Kind.FORBIDDEN
        assert "ana may not read this" in problem.message


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (answer(200, loopback.LOGIN_PAGE), Kind.NOT_MLFLOW),
        (answer_json(200, {"other": 1}), Kind.NOT_MLFLOW),
        (answer(500, "boom"), Kind.SERVER),
        (answer_json(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no run"}), Kind.NOT_FOUND),
        (answer(429, "slow down"), Kind.THROTTLED),
        (loopback.hang_up, Kind.UNREACHABLE),
    ],
)
def test_a_listing_that_fails_says_why(behave: Behaviour, kind: Kind) -> None:
    server = Server(routes={"/api/2.0/mlflow/artifacts/list": behave})
    with gateway(server) as artifacts, pytest.raises(Problem) as told:
        artifacts.list_folder(RUN)
    assert told.value.kind is kind


def test_an_object_store_that_the_server_may_not_read_is_the_server_s_trouble() -> None:
    """Nothing here can read it either: what the server said is told, not what this machine lacks."""
    server = Server(artifact_uri="s3://bucket/1/run/artifacts")
    server.routes["/api/2.0/mlflow/artifacts/list"] = answer(500, "NoCredentialsError: Unable to locate credentials")
    with gateway(server) as artifacts, pytest.raises(Problem) as told:
        artifacts.list_folder(RUN)
    assert "NoCredentialsError" in told.value.message


def test_a_server_that_knows_no_logged_models_has_none() -> None:
    with gateway(Server()) as artifacts:
        assert artifacts.logged_models(RUN.id) == ()
        with pytest.raises(Problem, match="older than MLflow 3") as told:
            artifacts.logged_models(RUN.id, told=True)
        assert told.value.kind is Kind.UNSUPPORTED


def test_a_server_that_may_not_tell_of_logged_models_says_so() -> None:
    server = Server()
    server.routes["/api/2.0/mlflow/logged-models/search"] = answer_json(
        403, {"error_code": "PERMISSION_DENIED", "message": "ana may not"}
    )
    with gateway(server) as artifacts, pytest.raises(Problem) as told:
        artifacts.logged_models(RUN.id)
    assert told.value.kind is Kind.FORBIDDEN
