"""What is wrong with a workspace, or with the way to it, is told in words, in time, and costs nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import loopback
from tests.support.servers import free_port
from tui.demo.simulated.state import Workspace
from tui.domain.models.grants import Deed, refusals
from tui.domain.problem import Kind, Problem
from tui.gateway import environment
from tui.gateway.databricks.catalog import SdkCatalog
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection


def problem_of(ask: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        ask()
    problem = caught.value
    for ours_only in ("Traceback", "Exception", "t0ken", "simulated-token", "Config:", "Errno", "object at 0x"):
        assert ours_only not in problem.message
    assert problem.message.endswith((".", "…", "?"))
    return problem


def on(host: str, **extra: str) -> SdkServing:
    environment.prepare(
        tracking_uri="databricks",
        registry_uri="databricks-uc",
        profile=None,
        extra={"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": "t0ken", **extra},
        timeout_s=3.0,
    )
    return SdkServing(Sdk(Connection("databricks", "databricks-uc", 3.0)))


def test_no_profile(calm_environment: Path) -> None:
    environment.prepare(tracking_uri="databricks://none", registry_uri=None, profile="none", extra={}, timeout_s=3.0)
    problem = problem_of(SdkServing(Sdk(Connection("databricks://none"))).endpoints)
    assert problem.kind is Kind.UNAUTHENTICATED and "databricks auth login --profile none" in problem.hint


def test_no_profile_for_the_registry(calm_environment: Path) -> None:
    environment.prepare(
        tracking_uri="databricks://none",
        registry_uri="databricks-uc://none",
        profile="none",
        extra={},
        timeout_s=3.0,
    )
    problem = problem_of(ClientRegistry(Connection("databricks://none", "databricks-uc://none")).search_models)
    assert problem.kind is Kind.UNAUTHENTICATED and "databricks auth login --profile none" in problem.hint


def test_an_expired_token(session: Connection, workspace: Workspace) -> None:
    workspace.token = "renewed"
    problem = problem_of(SdkServing(Sdk(session)).endpoints)
    assert problem.kind in (Kind.UNAUTHENTICATED, Kind.FORBIDDEN) and "Invalid access" in problem.message


def test_a_host_that_is_no_databricks() -> None:
    with loopback.serve(loopback.answer(200, loopback.LOGIN_PAGE)) as server:
        problem = problem_of(on(server.uri).endpoints)
        assert problem.kind is Kind.NOT_MLFLOW and server.place in problem.message
    with loopback.serve(loopback.answer(404, "<html>nothing here</html>")) as server:
        assert server.place in problem_of(on(server.uri).endpoints).message


def test_nobody_listens_and_silence() -> None:
    port = free_port()
    problem = problem_of(on(f"http://127.0.0.1:{port}").endpoints)
    assert problem.kind is Kind.UNREACHABLE and f"127.0.0.1:{port}" in problem.message
    with loopback.serve(loopback.silent) as server:
        problem = problem_of(on(server.uri).endpoints)
        assert problem.kind is Kind.TIMEOUT and server.place in problem.message


def test_a_workspace_without_unity_catalog(session: Connection, workspace: Workspace) -> None:
    workspace.metastore = ""
    catalog = SdkCatalog(Sdk(session))
    asked: list[Callable[[], object]] = [catalog.metastore, catalog.catalogs, lambda: catalog.schemas("prod")]
    for ask in asked:
        problem = problem_of(ask)
        assert problem.kind is Kind.UNSUPPORTED and "no metastore is assigned" in problem.message


def test_no_grants_on_anything(session: Connection, workspace: Workspace) -> None:
    workspace.grants, workspace.groups = {}, []
    access = SdkCatalog(Sdk(session)).access("prod.ml.fraud-cards")
    told = refusals(Deed.TAG, "prod.ml.fraud-cards", access)
    assert [refusal.words.split(";")[0] for refusal in told] == [
        "needs USE CATALOG on prod",
        "needs USE SCHEMA on prod.ml",
        "needs APPLY TAG on prod.ml.fraud-cards",
    ]
    assert all("you have nothing there" in refusal.words for refusal in told)
    assert all(refusal.is_doubt for refusal in told), "who owns them could not be read"


def test_grants_that_may_not_be_read_refuse_nothing(session: Connection, workspace: Workspace) -> None:
    path = "/api/2.1/unity-catalog/effective-permissions"
    workspace.fail(path, 403, "PERMISSION_DENIED", "Only owners may read grants.", times=99)
    access = SdkCatalog(Sdk(session)).access("prod.ml.fraud-cards")
    assert all("could not be read" in found.unread for found in access.securables.values())
    assert refusals(Deed.ALIAS, "prod.ml.fraud-cards", access) == ()


def test_one_s_own_grants_are_read_where_the_others_may_not_be(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/2.1/unity-catalog/effective-permissions/function", 403, "PERMISSION_DENIED", "No.", times=1)
    model = SdkCatalog(Sdk(session)).access("prod.ml.fraud-cards").securables["prod.ml.fraud-cards"]
    assert [grant.privilege for grant in model.grants] == ["APPLY_TAG"] and "groups" in model.unread


def test_an_admin_of_the_metastore_is_refused_nothing(session: Connection, workspace: Workspace) -> None:
    workspace.metastore_owner = "ds-readers"
    access = SdkCatalog(Sdk(session)).access("prod.ml.fraud-cards")
    assert access.is_admin and refusals(Deed.DELETE, "prod.ml.fraud-cards", access) == ()


def test_pages_of_grants_that_are_empty_and_not_the_last(session: Connection, workspace: Workspace) -> None:
    crowd = {f"user-{number:04d}@example.com": ["EXECUTE"] for number in range(400)}
    workspace.grants["prod.ml.fraud-cards"] = {**crowd, "zoe-group": ["APPLY_TAG"]}
    workspace.groups = ["zoe-group", "ds-readers"]
    access = SdkCatalog(Sdk(session)).access("prod.ml.fraud-cards")
    assert refusals(Deed.TAG, "prod.ml.fraud-cards", access) == ()


def test_a_refusal_in_the_middle_of_a_list(session: Connection, workspace: Workspace) -> None:
    for number in range(250):
        workspace.catalogs[f"c{number:03d}"] = {}
        workspace.grants[f"c{number:03d}"] = {"account users": ["USE_CATALOG"]}
    catalog = SdkCatalog(Sdk(session))
    assert len(catalog.catalogs()) == 253
    workspace.fail("/api/2.1/unity-catalog/catalogs", 403, "PERMISSION_DENIED", "Not this page.", after=1)
    problem = problem_of(catalog.catalogs)
    assert problem.kind is Kind.FORBIDDEN and "Not this page" in problem.message


def test_a_refusal_in_the_middle_of_the_models_keeps_those_before(session: Connection, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    first = registry.search_models(max_results=2)
    assert len(first.models) == 2 and first.next_token
    path = "/api/2.0/mlflow/unity-catalog/registered-models/search"
    workspace.fail(path, 403, "PERMISSION_DENIED", "Not this page.", times=9)
    problem = problem_of(lambda: registry.search_models(max_results=2, token=first.next_token))
    assert problem.kind is Kind.FORBIDDEN and "Not this page" in problem.message
    workspace.faults.clear()
    assert registry.search_models(max_results=2, token=first.next_token).models


def test_a_model_whose_deletion_is_confirmed_takes_its_aliases_along(session: Connection, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    workspace.grants["prod.ml.churn"] = {"ada@example.com": ["MANAGE"]}
    registry.delete_version("prod.ml.churn", "12")
    assert "champion" not in registry.get_model("prod.ml.churn").aliases


def test_a_storm_of_429_ends_soon_and_says_how_long_to_wait(session: Connection, workspace: Workspace) -> None:
    serving = SdkServing(Sdk(session))
    serving.endpoints()
    path, before = "/api/2.0/serving-endpoints", workspace.asked("/api/2.0/serving-endpoints")
    workspace.fail(path, 429, "REQUEST_LIMIT_EXCEEDED", "Too many requests.", times=99, Retry_After="60")
    problem = problem_of(serving.endpoints)
    assert problem.kind is Kind.THROTTLED and "wait 60 s" in problem.hint
    assert workspace.asked(path) == before + 1


def test_a_short_429_is_waited_out(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/2.0/serving-endpoints", 429, "REQUEST_LIMIT_EXCEEDED", "A moment.", times=1, Retry_After="0")
    assert SdkServing(Sdk(session)).endpoints()


def test_nothing_is_printed(session: Connection, workspace: Workspace, capfd: Any) -> None:
    workspace.fail("/.well-known", 500, times=9, body="<html>broken</html>")
    SdkServing(Sdk(session)).endpoints()
    SdkCatalog(Sdk(session)).access("prod.ml.churn")
    assert capfd.readouterr() == ("", "")
    assert "DATABRICKS_TOKEN" not in os.environ
