"""A Databricks workspace is asked once, by the profile that was named, and its answer is told as it came."""

from __future__ import annotations

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults import loopback
from tests.faults.loopback import Behaviour, answer, answer_json
from tests.faults.test_servers_that_fail import problem_of, session_on
from tests.support.servers import free_port
from tui.domain.problem import Kind
from tui.gateway import dispatch, guard
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection

SEARCH = "POST /api/2.0/mlflow/experiments/search HTTP/1.1"
EXPERIMENT = {"experiment_id": "101", "name": "/Users/ada@example.com/churn", "lifecycle_stage": "active"}


def _variables(host: str) -> dict[str, str]:
    return {"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": "t0ken"}


@pytest.mark.parametrize(
    ("behave", "kind", "words"),
    [
        (answer_json(401, {"error_code": "UNAUTHENTICATED", "message": "Who are you?"}), Kind.UNAUTHENTICATED, "Who"),
        (answer(401, "<p>Who are you?</p>"), Kind.UNAUTHENTICATED, "401 Unauthorized"),
        (answer_json(403, {"error_code": "PERMISSION_DENIED", "message": "Not yours."}), Kind.FORBIDDEN, "Not yours."),
        (answer_json(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Gone."}), Kind.NOT_FOUND, "Gone."),
        (answer_json(429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow."}), Kind.THROTTLED, "Slow."),
        (answer_json(503, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "Busy."}), Kind.SERVER, "Busy."),
        (answer(200, loopback.LOGIN_PAGE), Kind.NOT_MLFLOW, "Sign in to Acme"),
        (loopback.cut, Kind.UNREACHABLE, "cut"),
    ],
    ids=["401", "401 page", "403", "404", "429", "503", "login", "cut"],
)
def test_what_a_workspace_answers_is_told_at_once(behave: Behaviour, kind: Kind, words: str) -> None:
    with loopback.serve(behave) as server:
        tracking = dispatch.tracking_of(session_on("databricks", **_variables(server.uri)))
        problem = problem_of(tracking.search_experiments)
        assert problem.kind is kind
        assert words in problem.message and "t0ken" not in str(problem)
        assert server.requests.count(SEARCH) == 1


def test_a_silent_workspace() -> None:
    def silent_on_mlflow(connection: object, head: bytes, over: object) -> None:
        behave = answer_json(404, {}) if b"well-known" in head else loopback.silent
        behave(connection, head, over)  # type: ignore[arg-type]  # handed on as they came

    with loopback.serve(silent_on_mlflow) as server:
        tracking = dispatch.tracking_of(session_on("databricks", **_variables(server.uri)))
        problem = problem_of(tracking.search_experiments)
        assert problem.kind is Kind.TIMEOUT and server.place in problem.message
        assert server.requests.count(SEARCH) == 1


def test_a_workspace_silent_from_the_first_is_told_of_without_loading_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.gateway.session._WORD_SECONDS", 0.3)
    with loopback.serve(loopback.silent) as server:
        session = session_on("databricks", **_variables(server.uri))
        monkeypatch.setattr("tui.gateway.session.build_client", lambda *_: pytest.fail("the client was built"))
        problem = problem_of(session.client)
        assert problem.kind is Kind.TIMEOUT
        assert server.place in problem.message and "said nothing for 0.3 s" in problem.message
        assert server.requests == ["GET /.well-known/databricks-config HTTP/1.1"]


@pytest.mark.parametrize("behave", [loopback.cut, loopback.hang_up, answer(500, "no"), loopback.drip])
def test_whatever_a_workspace_says_first_it_is_there(behave: Behaviour) -> None:
    with loopback.serve(behave) as server:
        session_on("databricks", **_variables(server.uri)).reach()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_workspace_behind_tls_is_asked_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    """What it tells of itself is kept for the SDK, which would ask the same; but only where it is known who told it."""
    tls, certificate = loopback.self_signed(tmp_path)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    about = {"oidc_endpoint": "https://sso.example.com/oidc", "workspace_id": "42"}
    kept = threading.Event()
    monkeypatch.setattr("tui.gateway.guard._said", said := _Kept(kept))
    with loopback.serve(answer_json(200, about), tls=tls) as server:
        address = server.uri.replace("http:", "https:")
        session_on("databricks", **_variables(address)).reach()
        assert server.requests == ["GET /.well-known/databricks-config HTTP/1.1"]
        if trusted:
            assert kept.wait(30) and guard.said_of_itself(f"{address}/?o=42") == about
        else:
            assert not said and guard.said_of_itself(address) is None


class _Kept(dict[str, Any]):
    """What workspaces have told of themselves, with a word when one has."""

    def __init__(self, told: threading.Event) -> None:
        super().__init__()
        self._told = told

    def __setitem__(self, origin: str, about: Any) -> None:
        super().__setitem__(origin, about)
        self._told.set()


def test_a_workspace_that_is_not_there() -> None:
    port = free_port()
    tracking = dispatch.tracking_of(session_on("databricks", **_variables(f"http://127.0.0.1:{port}")))
    problem = problem_of(tracking.search_experiments)
    assert problem.kind is Kind.UNREACHABLE and f"127.0.0.1:{port}" in problem.message


def test_the_named_profile_is_the_one_that_is_used(calm_environment: Path) -> None:
    tokens: list[str] = []

    def remember(connection: object, head: bytes, over: object) -> None:
        tokens.extend(line.decode() for line in head.split(b"\r\n") if line.lower().startswith(b"authorization"))
        answer_json(200, {"experiments": [EXPERIMENT]})(connection, head, over)  # type: ignore[arg-type]  # as above

    with loopback.serve(remember) as server, loopback.serve(answer(500, "the wrong one")) as other:
        profiles = f"[DEFAULT]\nhost = {other.uri}\ntoken = wrong\n[prod]\nhost = {server.uri}\ntoken = right\n"
        (calm_environment / ".databrickscfg").write_text(profiles)
        session = session_on("databricks://prod")
        (found,) = dispatch.tracking_of(session).search_experiments().experiments
        assert (found.id, found.name) == ("101", EXPERIMENT["name"])
        assert tokens == ["Authorization: Bearer right"] and other.requests == []
        assert session.place == f"{server.uri} (databricks://prod)"


def test_the_registry_of_a_workspace_is_unity_catalog_which_cannot_be_searched_by_run() -> None:
    with loopback.serve(answer_json(503, {})) as server:
        session_on("databricks", **_variables(server.uri))
        for uri in ("databricks", "databricks://prod"):
            session = Connection(uri)
            assert session.registry_uri == uri.replace("databricks", "databricks-uc")
            # Of one run, its logged models may name what was registered; of several, nothing can be asked.
            problem = problem_of(partial(ClientRegistry(session).registered_as, ["0" * 32, "1" * 32]))
            assert problem.kind is Kind.UNSUPPORTED and "cannot be asked by run" in problem.message
        assert server.requests == []


def test_a_workspace_without_credentials(calm_environment: Path) -> None:
    with loopback.serve(answer_json(200, {})) as server:
        (calm_environment / ".databrickscfg").write_text(f"[prod]\nhost = {server.uri}\n")
        problem = problem_of(dispatch.tracking_of(session_on("databricks://prod")).search_experiments)
        assert problem.kind is Kind.UNAUTHENTICATED
        assert "databricks auth login --profile prod" in problem.hint
    problem = problem_of(dispatch.tracking_of(session_on("databricks://nobody")).search_experiments)
    assert problem.kind is Kind.UNAUTHENTICATED and "nobody" in str(problem)


def test_a_page_of_runs_of_a_workspace() -> None:
    run = {
        "info": {
            "run_id": "05",
            "run_uuid": "05",
            "run_name": "run-5",
            "experiment_id": "101",
            "user_id": "ada@example.com",
            "status": "FINISHED",
            "start_time": "1795300000005",
            "end_time": 1795300005005,
            "lifecycle_stage": "active",
        },
        "data": {
            "metrics": [{"key": "inf", "value": "Infinity", "step": "3"}, {"key": "nan", "value": "NaN"}, {"key": "z"}],
            "params": [{"key": "lr", "value": "0.1"}, {"key": "empty"}],
        },
        "inputs": {"dataset_inputs": [{"dataset": {"name": "train", "digest": "abc"}}]},
        "outputs": {"model_outputs": [{"model_id": "m-1"}]},
    }
    with loopback.serve(answer(200, json.dumps({"runs": [run], "next_page_token": "more"}))) as server:
        tracking = dispatch.tracking_of(session_on("databricks", **_variables(server.uri)))
        page = tracking.search_runs(["101"])
    assert (page.run_ids, page.names, page.next_token) == (["05"], ["run-5"], "more")
    assert (list(page.starts_ms), list(page.ends_ms)) == ([1795300000005], [1795300005005])
    assert page.metrics["inf"].values[0] == float("inf") and page.metrics["z"].values[0] == 0.0
    assert page.params["empty"].values == [""]
    assert page.datasets.values == ["train@abc"] and list(page.models) == [1]
