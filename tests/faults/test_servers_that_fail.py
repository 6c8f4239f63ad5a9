"""Every way in which a server can fail has its own kind, names the server, what came back and what to do."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timezone
from pathlib import Path

import pytest

from tests.faults import loopback
from tests.faults.loopback import Behaviour, answer, answer_json
from tests.support.servers import free_port
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Kind, Problem
from tui.gateway import dispatch, environment
from tui.gateway.ports import TrackingPort
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.widgets.status_line import freshness_words

# What a person would wait eight seconds for, scaled down.
TIMEOUT_S = 0.8

_OURS_ONLY = ("Traceback", "Exception", "HTTPConnectionPool", "HTTPSConnectionPool", "object at 0x", "Error(", "Errno")


def session_on(uri: str, **extra: str) -> Connection:
    """A session in the environment that a host would give it."""
    environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra=extra, timeout_s=TIMEOUT_S)
    return Connection(uri, uri, TIMEOUT_S)


def problem_of(ask: Callable[[], object]) -> Problem:
    """The problem that is raised, which is fit to be read by a person."""
    with pytest.raises(Problem) as caught:
        ask()
    problem = caught.value
    for word in _OURS_ONLY:
        assert word not in str(problem)
    assert problem.title and problem.message.endswith((".", "…", "?")) and "\n" not in problem.message
    assert len(str(problem)) < 900
    return problem


def tracking_on(uri: str, **extra: str) -> TrackingPort:
    return dispatch.tracking_of(session_on(uri, **extra))


def ask_all(tracking: TrackingPort) -> list[Callable[[], object]]:
    """One of each request."""
    return [
        tracking.search_experiments,
        lambda: tracking.search_runs(["1"]),
        lambda: tracking.get_run("0" * 32),
        lambda: tracking.get_experiment("1"),
        lambda: tracking.get_experiment_by_name("x"),
        lambda: tracking.child_runs("0" * 32, "1"),
    ]


def test_nobody_listens() -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    for ask in ask_all(tracking_on(uri)):
        problem = problem_of(ask)
        assert problem.kind is Kind.UNREACHABLE
        assert uri.removeprefix("http://") in problem.message and "refused" in problem.message
        assert "port" in problem.hint


def test_a_host_name_that_does_not_exist() -> None:
    problem = problem_of(tracking_on("http://no-such-host.invalid:5000").search_experiments)
    # A resolver that cannot be reached either does not say so in time.
    assert problem.kind in (Kind.UNREACHABLE, Kind.TIMEOUT)
    assert "no-such-host.invalid" in problem.message


def test_a_server_that_accepts_and_says_nothing() -> None:
    with loopback.serve(loopback.silent) as server:
        problem = problem_of(tracking_on(server.uri).search_experiments)
        assert problem.kind is Kind.TIMEOUT
        assert server.place in problem.message
        # One request and no retry: that is what keeps it within its time.
        assert len(server.requests) == 1


@pytest.mark.parametrize("behave", [loopback.cut, loopback.hang_up], ids=["cut", "hung up"])
def test_a_connection_that_is_cut(behave: Behaviour) -> None:
    with loopback.serve(behave) as server:
        problem = problem_of(tracking_on(server.uri).search_experiments)
        assert problem.kind is Kind.UNREACHABLE
        assert server.place in problem.message and "cut" in problem.message


STATUSES = [
    (401, Kind.UNAUTHENTICATED, "Unauthorized"),
    (403, Kind.FORBIDDEN, "Forbidden"),
    (429, Kind.THROTTLED, "Too Many Requests"),
    (500, Kind.SERVER, "Internal Server Error"),
    (502, Kind.SERVER, "Bad Gateway"),
    (503, Kind.SERVER, "Service Unavailable"),
    (504, Kind.SERVER, "Gateway Timeout"),
]


@pytest.mark.parametrize(("status", "kind", "phrase"), STATUSES)
def test_a_status_with_a_page(status: int, kind: Kind, phrase: str) -> None:
    page = "<html><head><title>x</title></head><body><h1>Nothing &amp; nobody</h1></body></html>"
    with loopback.serve(answer(status, page)) as server:
        for ask in ask_all(tracking_on(server.uri)):
            problem = problem_of(ask)
            assert (problem.kind, problem.code) == (kind, str(status))
            assert f"{status} {phrase}" in problem.message and "Nothing & nobody" in problem.message
            assert "<" not in problem.message and server.place in problem.message
            assert problem.hint


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "INVALID_PARAMETER_VALUE", Kind.BAD_REQUEST),
        (401, "UNAUTHENTICATED", Kind.UNAUTHENTICATED),
        (403, "PERMISSION_DENIED", Kind.FORBIDDEN),
        (404, "RESOURCE_DOES_NOT_EXIST", Kind.NOT_FOUND),
        (429, "REQUEST_LIMIT_EXCEEDED", Kind.THROTTLED),
        (500, "INTERNAL_ERROR", Kind.SERVER),
        (503, "TEMPORARILY_UNAVAILABLE", Kind.SERVER),
        (418, "SOMETHING_NEW", Kind.BAD_REQUEST),
    ],
)
def test_an_error_in_mlflows_own_words(status: int, code: str, kind: Kind) -> None:
    with loopback.serve(answer_json(status, {"error_code": code, "message": "The words of\nthe server."})) as server:
        for ask in ask_all(tracking_on(server.uri)):
            problem = problem_of(ask)
            assert (problem.kind, problem.code) == (kind, code)
            assert "The words of the server." in problem.message


def test_words_that_hold_a_password_are_shown_without_it() -> None:
    words = "cannot connect to postgresql://ada:s3cret@db/mlflow."
    with loopback.serve(answer_json(500, {"error_code": "INTERNAL_ERROR", "message": words})) as server:
        problem = problem_of(tracking_on(server.uri).search_experiments)
        assert "s3cret" not in str(problem) and "ada:***@db" in problem.message


def test_the_address_is_shown_without_its_password() -> None:
    with loopback.serve(answer(403, "no")) as server:
        uri = f"http://ada:s3cret@{server.place}"
        session = session_on(uri)
        problem = problem_of(dispatch.tracking_of(session).search_experiments)
        assert "s3cret" not in str(problem) and server.place in problem.message
        assert "s3cret" not in str(session.inspect())


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (answer(200, loopback.LOGIN_PAGE), "Sign in to Acme"),
        (answer(404, "<html><body>No such page here</body></html>"), "No such page here"),
        (loopback.login, "Sign in to Acme"),
        (loopback.redirect_loop, "redirected"),
        (answer_json(200, {"status": "up"}), "status"),
        (answer_json(200, ["a", "list"]), "list"),
        (answer(200, "pong", "text/plain"), "pong"),
    ],
    ids=["page", "page 404", "login", "redirect loop", "other JSON", "a list", "text"],
)
def test_an_answer_that_is_not_mlflows(behave: Behaviour, words: str) -> None:
    with loopback.serve(behave) as server:
        problem = problem_of(tracking_on(server.uri).search_experiments)
        assert problem.kind is Kind.NOT_MLFLOW
        assert server.place in problem.message and words in problem.message
        assert "color:red" not in problem.message
        assert "tracking URI" in problem.hint


def test_json_of_another_shape() -> None:
    with loopback.serve(answer_json(200, {"runs": [{"id": 1}]})) as server:
        problem = problem_of(lambda: tracking_on(server.uri).search_runs(["1"]))
        assert problem.kind is Kind.NOT_MLFLOW and "info" in problem.message


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    context, certificate = loopback.self_signed(tmp_path)
    empty = answer_json(200, {})
    with loopback.serve(empty, tls=context) as server:
        uri = f"https://{server.place}"
        for ask in ask_all(tracking_on(uri)):
            problem = problem_of(ask)
            assert problem.kind is Kind.TLS
            assert server.place in problem.message and "self" in problem.message
            assert "MLFLOW_TRACKING_SERVER_CERT_PATH" in problem.hint
        trusted = tracking_on(uri, MLFLOW_TRACKING_SERVER_CERT_PATH=str(certificate))
        assert trusted.search_experiments().experiments == ()


def test_https_where_plain_http_is_spoken() -> None:
    with loopback.serve(answer_json(200, {})) as server:
        problem = problem_of(tracking_on(f"https://{server.place}").search_experiments)
        assert problem.kind in (Kind.TLS, Kind.UNREACHABLE, Kind.TIMEOUT)
        assert server.place in problem.message


def test_http_where_tls_is_spoken(tmp_path: Path) -> None:
    context, _ = loopback.self_signed(tmp_path)
    with loopback.serve(answer_json(200, {}), tls=context) as server:
        problem = problem_of(tracking_on(server.uri).search_experiments)
        assert problem.kind in (Kind.UNREACHABLE, Kind.NOT_MLFLOW)
        assert server.place in problem.message


@pytest.mark.parametrize(("status", "kind", "phrase"), STATUSES)
def test_the_registry_tells_the_status_and_words_that_mlflow_loses(status: int, kind: Kind, phrase: str) -> None:
    with loopback.serve(answer(status, "<p>Come back later</p>")) as server:
        registry = ClientRegistry(session_on(server.uri))
        problem = problem_of(lambda: registry.registered_as(["0" * 32]))
        assert (problem.kind, problem.code) == (kind, str(status))
        assert phrase in problem.message and "Come back later" in problem.message


def test_the_registry_of_a_silent_server() -> None:
    with loopback.serve(loopback.silent) as server:
        registry = ClientRegistry(session_on(server.uri))
        problem = problem_of(lambda: registry.registered_as(["0" * 32]))
        assert problem.kind is Kind.TIMEOUT and server.place in problem.message


def test_a_failure_is_looked_at_again_when_asked_again() -> None:
    answers = iter([answer(503, "starting"), answer_json(200, {})])
    with loopback.serve(lambda *what: next(answers)(*what)) as server:
        tracking = tracking_on(server.uri)
        assert problem_of(tracking.search_experiments).kind is Kind.SERVER
        assert tracking.search_experiments().experiments == ()


@pytest.mark.parametrize(
    "uri",
    [
        "http://",
        "http://host:notaport",
        "ftp://host/x",
        "sqlite://",
        "sqlite:///:memory:",
        "databricks-uc",
        "uc:http://x",
    ],
)
def test_addresses_that_mlflow_cannot_use(uri: str) -> None:
    problem = problem_of(Connection(uri, uri).inspect)
    assert problem.kind is Kind.CONFIG
    assert problem.hint


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_left_alone_as_long_as_it_asks(status: int) -> None:
    with loopback.serve(answer(status, "later", "text/plain", Retry_After="30")) as server:
        for ask in ask_all(tracking_on(server.uri)):
            problem = problem_of(ask)
            assert (problem.kind, problem.wait_s) == (Kind.THROTTLED, 30)
            assert "30 s" in problem.hint
            freshness = Freshness().failed(pickle.loads(pickle.dumps(problem)))
            assert freshness.state is FreshnessState.BUSY and freshness.tries_again
            assert freshness_words(freshness, timezone.utc) == "busy, asks for 30 s"


def test_a_redirect_to_where_nobody_is_blames_neither_the_address_nor_the_server() -> None:
    nobody = f"localhost:{free_port()}"
    with loopback.serve(answer(302, "", Location=f"http://{nobody}/authorize?client_id=secret")) as server:
        for ask in ask_all(tracking_on(server.uri)):
            problem = problem_of(ask)
            assert problem.kind is Kind.NOT_MLFLOW and "secret" not in str(problem)
            assert problem.message == f"{server.uri} sends you to {nobody}. {nobody} refused the connection."


def test_a_redirect_names_where_it_leads() -> None:
    with loopback.serve(answer(200, loopback.LOGIN_PAGE)) as sso:
        there = f"{sso.uri}/authorize?client_id=secret".replace("127.0.0.1", "localhost")
        with loopback.serve(answer(302, "", Location=there)) as server:
            problem = problem_of(tracking_on(server.uri).search_experiments)
            assert problem.kind is Kind.NOT_MLFLOW
            assert f"{server.uri} sends you to localhost:{sso.port}, which answered with a page" in problem.message
            assert "Sign in to Acme" in problem.message and "secret" not in problem.message
            assert "MLFLOW_TRACKING_TOKEN" in problem.hint
