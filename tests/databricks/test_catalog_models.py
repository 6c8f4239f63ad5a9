"""Registered models of Unity Catalog through the gateway."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.demo.simulated.state import Workspace
from tui.domain.problem import Kind, Problem
from tui.gateway.prompts import ClientPrompts
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection

CHURN = "prod.ml.churn"


def test_a_version_is_copied_from_one_catalog_to_another(session: Connection, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    workspace.models["dev.ml.churn"].versions[31].tags = {"validation_status": "passed"}
    number = registry.copy_version("dev.ml.churn", "31", CHURN)
    made = registry.get_version(CHURN, number)
    assert (made.version, made.status, made.source) == ("15", "READY", "models:/dev.ml.churn/31")
    assert made.tags == {"validation_status": "passed"} and made.run_id
    assert workspace.files[f"/Models/prod/ml/churn/{number}/MLmodel"].startswith(b"artifact_path: model")
    assert registry.copy_version(CHURN, number, "dev.ml.brought_back") == "1"


def test_a_refusal_says_what_the_server_said_and_nothing_of_the_settings(session: Connection) -> None:
    with pytest.raises(Problem) as caught:
        ClientRegistry(session).copy_version("dev.ml.churn", "31", "prod.ml.fraud-cards")
    assert caught.value.kind is Kind.FORBIDDEN
    assert "does not have CREATE MODEL VERSION or MANAGE on Function 'prod.ml.fraud-cards'" in str(caught.value)
    assert "token" not in str(caught.value) and "Config" not in str(caught.value)


def test_aliases_and_tags_which_the_search_leaves_out_are_read_of_the_models_wanted(session: Connection) -> None:
    registry = ClientRegistry(session)
    page = registry.search_models()
    names = [model.name for model in page.models]
    assert not any(model.is_whole for model in page.models)
    found = {model.name: model for model in registry.get_models([*names, "prod.ml.gone"])}
    assert list(found) == names and found[CHURN].aliases == {"champion": "12", "challenger": "13", "previous": "11"}
    assert found[CHURN].tags == {"tier": "1", "team": "growth"}
    assert "finance.risk.limits" not in found and page.next_token is None


def test_pages_go_on_until_there_is_no_token(session: Connection) -> None:
    registry = ClientRegistry(session)
    names: list[str] = []
    token: str | None = None
    while True:
        page = registry.search_models(max_results=2, token=token)
        names += [model.name for model in page.models]
        token = page.next_token
        if token is None:
            break
    assert len(names) == len(set(names)) == 5


def test_one_schema_is_listed_by_itself_and_other_names_are_filtered_here(
    session: Connection, workspace: Workspace
) -> None:
    registry = ClientRegistry(session)
    page = registry.search_models(filter_string="name LIKE 'prod.ml.%'")
    assert [model.name for model in page.models] == [CHURN, "prod.ml.fraud-cards"]
    assert workspace.asked("/api/2.0/mlflow/unity-catalog/registered-models/search") == 0
    assert [m.name for m in registry.search_models(filter_string="name ILIKE '%CHURN%'").models] == [
        "dev.ml.churn",
        CHURN,
    ]
    quoted = registry.search_models(filter_string='name = "dev.ml.o\'brien_uplift"')
    assert [m.name for m in quoted.models] == ["dev.ml.o'brien_uplift"]
    versions = registry.search_versions("dev.ml.o'brien_uplift")
    assert [made.version for made in versions.versions] == ["1"]


def test_what_unity_catalog_cannot_do_is_explained(session: Connection) -> None:
    registry = ClientRegistry(session)
    asked: list[Callable[[], object]] = [
        lambda: registry.search_models(filter_string="tags.tier = '1'"),
        lambda: ClientPrompts(session).search_models(filter_string="tags.tier = '1'"),
    ]
    for ask in asked:
        with pytest.raises(Problem) as caught:
            ask()
        assert caught.value.kind is Kind.UNSUPPORTED and "Unity Catalog" in caught.value.message and caught.value.hint


def test_a_model_that_is_listed_and_may_not_be_read(session: Connection, workspace: Workspace) -> None:
    path = "/api/2.0/mlflow/unity-catalog/registered-models/get"
    workspace.fail(path, 403, "PERMISSION_DENIED", "Not yours.", times=1, after=1)
    registry = ClientRegistry(session)
    names = [model.name for model in registry.search_models().models]
    models = registry.get_models(names)
    (unread,) = [model for model in models if not model.is_whole]
    assert len(models) == 5 and unread.aliases == {} == unread.tags
    assert unread.unread and not any(model.unread for model in models if model.is_whole)
    workspace.fail(path, 500, "INTERNAL_ERROR", "Broken.", times=99)
    broken = registry.get_models(names)
    assert len(broken) == 5 and all("Broken" in model.unread for model in broken), "a page stays a page"
    workspace.faults.clear()
    workspace.token = "another"
    with pytest.raises(Problem, match="Invalid access token"):
        registry.get_models(names)


def test_a_version_that_was_trained_in_another_workspace(session: Connection, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    version = workspace.models[CHURN].versions[12]
    version.workspace, version.run_id = "777", "f" * 32
    version.source = "dbfs:/databricks/mlflow-tracking/9/run/artifacts/model"
    made = registry.get_version(CHURN, "12")
    assert made.workspace == "777" and registry.get_version(CHURN, "13").workspace == ""
    before = len(workspace.requests)
    assert registry.source_runs([made.run_id])[made.run_id].elsewhere == "in workspace 777"
    assert len(workspace.requests) == before, "what lies elsewhere is not asked for here"
    assert registry.version_facts(CHURN, "12").is_read
    listed = {one.version: one.workspace for one in registry.search_versions(CHURN).versions}
    assert listed["12"] == "777" and listed["11"] == ""


def test_each_host_is_asked_about_itself_once(session: Connection, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    registry.search_models()
    registry.version_facts(CHURN, "12")
    registry.source_runs([registry.get_version(CHURN, "12").run_id])
    assert workspace.asked("/.well-known/databricks-config") <= 1


def test_a_workspace_without_unity_catalog(session: Connection, workspace: Workspace) -> None:
    workspace.metastore = ""
    with pytest.raises(Problem, match="no metastore is assigned"):
        ClientRegistry(session).search_models()


def test_what_a_version_is_made_of(session: Connection) -> None:
    facts = ClientRegistry(session).version_facts(CHURN, "12")
    assert facts.is_read and facts.signature is not None and facts.signature.summary == "2 in, 1 out"
    assert "scikit-learn==1.7.2" in facts.requirements and facts.mlflow_version == "3.17.2"
