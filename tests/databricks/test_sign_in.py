"""Whoever is not known to a workspace is told what it is and the command that helps, by each way to it."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from tests.databricks.test_bad_workspaces import problem_of
from tui.demo.simulated.state import Workspace
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Kind, Problem
from tui.gateway import problems
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.registry import ClientRegistry
from tui.gateway.rest.tracking import RestTracking
from tui.gateway.session import Connection

LOGIN = "databricks auth login --profile sim"
FORMS = [
    (403, 403, "Invalid access token.", Kind.UNAUTHENTICATED, LOGIN),
    (403, 403, "Invalid access to Org: 6051921418418893", Kind.UNAUTHENTICATED, "another workspace's"),
    (
        403,
        403,
        "Source IP address: 192.0.2.7 is blocked by Databricks IP ACL for workspace: 605",
        Kind.FORBIDDEN,
        "VPN",
    ),
    (400, "INVALID_PARAMETER_VALUE", "io.jsonwebtoken.ExpiredJwtException: JWT expired", Kind.UNAUTHENTICATED, LOGIN),
    (401, 401, "Credential was not sent or was of an unsupported type for this API.", Kind.UNAUTHENTICATED, LOGIN),
]


@pytest.mark.parametrize(("status", "code", "words", "kind", "helps"), FORMS)
@pytest.mark.parametrize("way", ["sdk", "catalog", "rest"])
def test_each_form(
    session: Connection,
    workspace: Workspace,
    way: str,
    status: int,
    code: str | int,
    words: str,
    kind: Kind,
    helps: str,
) -> None:
    ways: dict[str, Callable[[], object]] = {
        "sdk": SdkServing(Sdk(session)).endpoints,
        "catalog": ClientRegistry(session).search_models,
        "rest": RestTracking(session).search_experiments,
    }
    workspace.fail("/api/", status, code, words, times=99)  # type: ignore[arg-type]  # as workspaces do it
    problem = problem_of(ways[way])
    assert problem.kind is kind and words.split("Exception: ")[-1].split(":")[0] in problem.message
    assert helps in problem.hint and "permission" not in problem.hint and "disk" not in problem.hint


def test_a_page_instead_of_an_answer(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/", 401, body="<html><h1>Sign in</h1></html>", times=9)
    problem = problem_of(SdkServing(Sdk(session)).endpoints)
    assert problem.kind is Kind.UNAUTHENTICATED and LOGIN in problem.hint


@pytest.mark.parametrize(
    "error",
    [
        OSError("cannot get access token: A new access token could not be retrieved: the refresh token is invalid"),
        ValueError("invalid_grant: Refresh token is invalid or has expired"),
    ],
)
def test_a_refresh_that_fails_in_mid_session(error: Exception) -> None:
    problem = problems.of(error, "Could not read runs", "https://x.cloud.databricks.com (databricks://sim)")
    assert problem.kind is Kind.UNAUTHENTICATED and LOGIN in problem.hint


def test_a_workspace_that_is_asked_too_much(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/", 429, "REQUEST_LIMIT_EXCEEDED", "Slow down.", times=99, Retry_After="42")
    for ask in (SdkServing(Sdk(session)).endpoints, ClientRegistry(session).search_models):
        problem = problem_of(ask)
        assert (problem.kind, problem.wait_s) == (Kind.THROTTLED, 42) and "wait 42 s" in problem.hint
        assert pickle.loads(pickle.dumps(problem)).wait_s == 42
        assert Freshness().failed(problem).state is FreshnessState.BUSY


def test_the_sdk_s_own_timeout_hides_what_was_answered() -> None:
    from databricks.sdk.errors import TooManyRequests

    refused = TooManyRequests("Slow down.", error_code="REQUEST_LIMIT_EXCEEDED", retry_after_secs=7)
    error = TimeoutError("Timed out after 0:05:00")
    error.__cause__ = refused
    problem = problems.of(error, "Could not read runs", "here")
    assert (problem.kind, problem.wait_s) == (Kind.THROTTLED, 7) and "network" not in problem.hint


def test_a_plain_refusal_stays_one(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/", 403, "PERMISSION_DENIED", "You may not see endpoints.", times=9)
    problem = problem_of(SdkServing(Sdk(session)).endpoints)
    assert problem.kind is Kind.FORBIDDEN and isinstance(problem, Problem)
