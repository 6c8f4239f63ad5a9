"""What the deck reads of a workspace, beside what the Databricks SDK and MLflow's client read of the same."""

from __future__ import annotations

from typing import Any

import pytest

from tui.demo.simulated.state import Workspace
from tui.domain.serving import to_version
from tui.domain.values import Lifecycle
from tui.gateway import dispatch
from tui.gateway.databricks.catalog import SdkCatalog
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection

CHURN = "prod.ml.churn"


@pytest.fixture
def sdk(session: Connection) -> Any:
    from databricks.sdk import WorkspaceClient

    return WorkspaceClient(profile="sim")


@pytest.fixture
def client(session: Connection) -> Any:
    return session.client()


def test_models_and_aliases(session: Connection, sdk: Any, client: Any) -> None:
    registry = ClientRegistry(session)
    names = [model.name for model in registry.search_models().models]
    assert names == sorted(model.full_name for model in sdk.registered_models.list())
    assert names == sorted(model.name for model in client.search_registered_models())
    for model in registry.get_models(names):
        told, known = (
            sdk.registered_models.get(model.name, include_aliases=True),
            client.get_registered_model(model.name),
        )
        assert dict(model.aliases) == {alias.alias_name: str(alias.version_num) for alias in told.aliases or ()}
        assert dict(model.aliases) == known.aliases and dict(model.tags) == known.tags
        assert (model.description, model.owner) == (told.comment, told.owner)
        assert (model.created_ms, model.updated_ms) == (told.created_at, told.updated_at)
        assert model.created_ms == known.creation_timestamp


def test_versions(session: Connection, sdk: Any, client: Any, workspace: Workspace) -> None:
    workspace.models[CHURN].versions[13].status = "FAILED_REGISTRATION"
    registry = ClientRegistry(session)
    for name in (model.name for model in registry.search_models().models):
        versions = {made.version: made for made in registry.search_versions(name).versions}
        told = {str(one.version): one for one in sdk.model_versions.list(name)}
        assert (
            versions.keys() == told.keys() == {made.version for made in client.search_model_versions(f'name="{name}"')}
        )
        for number, listed in versions.items():
            made, known = registry.get_version(name, number), client.get_model_version(name, number)
            assert (made.source, made.run_id, made.status) == (known.source, known.run_id, known.status)
            assert (made.description, made.user, made.created_ms) == (
                known.description,
                known.user_id,
                known.creation_timestamp,
            )
            assert dict(made.tags) == known.tags
            assert (listed.run_id, listed.source, listed.description) == (
                told[number].run_id,
                told[number].source,
                told[number].comment,
            )


def test_versions_depend_on_the_same(session: Connection, sdk: Any) -> None:
    told = sdk.api_client.do("GET", f"/api/2.1/unity-catalog/models/{CHURN}/versions/12")["model_version_dependencies"]
    assert list(SdkCatalog(Sdk(session)).depends_on(CHURN, "12")) == [
        (kind, about[f"{kind}_full_name"]) for one in told["dependencies"] for kind, about in one.items()
    ]


def test_grants(session: Connection, sdk: Any, workspace: Workspace) -> None:
    workspace.grants[CHURN] = {"zoe@example.com": ["EXECUTE", "APPLY_TAG"], "growth": ["MANAGE"]}
    found = {
        (permitted.principal, what.replace(" ", "_"), permitted.through)
        for permitted in SdkCatalog(Sdk(session)).who_may("model", CHURN)
        for what in permitted.what
        if what != "owns it"
    }
    told = {
        (entry.principal, held.privilege.value, held.inherited_from_name or "")
        for entry in sdk.grants.get_effective("function", CHURN).privilege_assignments
        for held in entry.privileges
        if held.privilege is not None
    }
    assert found == told and len(found) > 5


@pytest.mark.parametrize("kind", ["experiment", "endpoint"])
def test_access_control_lists(session: Connection, sdk: Any, kind: str) -> None:
    key, of = ("101", "experiments") if kind == "experiment" else ("ep-1", "serving-endpoints")
    found = [(one.principal, one.what[0]) for one in SdkCatalog(Sdk(session)).who_may(kind, key)]
    told = [
        (entry.user_name or entry.group_name or entry.service_principal_name, level.permission_level.value)
        for entry in sdk.permissions.get(of, key).access_control_list
        for level in entry.all_permissions
    ]
    assert found == [(who, level.replace("_", " ")) for who, level in told]


def test_endpoints(session: Connection, sdk: Any) -> None:
    serving = SdkServing(Sdk(session))
    listed = {endpoint.name: endpoint for endpoint in serving.endpoints()}
    assert listed.keys() == {endpoint.name for endpoint in sdk.serving_endpoints.list()}
    for name in listed:
        ours = serving.endpoint(name)
        told = sdk.serving_endpoints.get(name)
        assert ours.ready is (told.state.ready.value == "READY")
        assert (ours.update.value == "updating") is (told.state.config_update.value == "IN_PROGRESS")
        assert (ours.creator, ours.task, ours.permission) == (
            told.creator or "",
            told.task or "",
            told.permission_level.value if told.permission_level else "",
        )
        assert (ours.created_ms, ours.updated_ms) == (told.creation_timestamp, told.last_updated_timestamp)
        entities = (told.config.served_entities if told.config else None) or ()
        assert [(entity.name, entity.version) for entity in ours.config.entities] == [
            (entity.name, entity.entity_version or "") for entity in entities
        ]
        routes = told.config.traffic_config.routes if told.config and told.config.traffic_config else ()
        shares = {route.served_model_name: route.traffic_percentage for route in routes}
        if shares:
            assert {entity.name: entity.traffic for entity in ours.config.entities} == shares


def test_the_person(session: Connection, sdk: Any) -> None:
    account, told = SdkCatalog(Sdk(session)).me(), sdk.current_user.me()
    assert (account.user, account.shown) == (told.user_name, told.display_name)
    assert list(account.groups) == [group.display for group in told.groups]
    assert (account.host, account.profile, account.account) == (
        sdk.config.host,
        sdk.config.profile,
        sdk.config.account_id,
    )


def test_experiments_and_runs(session: Connection, sdk: Any) -> None:
    from databricks.sdk.service.ml import ViewType

    tracking = dispatch.tracking_of(session)
    found = {one.id: one for one in tracking.search_experiments(Lifecycle.ALL).experiments}
    told = {
        one.experiment_id: one for one in sdk.experiments.search_experiments(max_results=1000, view_type=ViewType.ALL)
    }
    assert found.keys() == told.keys() and len(found) > 1
    for number, one in found.items():
        assert (one.name, one.lifecycle) == (told[number].name, told[number].lifecycle_stage)
        known = {run.info.run_id: run for run in sdk.experiments.search_runs(experiment_ids=[number])}
        runs = tracking.search_runs([number]).run_ids
        assert set(runs) == known.keys()
        for run_id in runs:
            run, data = tracking.get_run(run_id), known[run_id].data
            assert dict(run.params) == {param.key: param.value for param in data.params or ()}
            assert {metric.key: metric.value for metric in run.metrics} == {
                metric.key: metric.value for metric in data.metrics or ()
            }
            assert dict(run.tags) == {tag.key: tag.value for tag in data.tags or ()}
            assert (run.status, run.start_ms, run.end_ms) == (
                known[run_id].info.status.value,
                known[run_id].info.start_time,
                known[run_id].info.end_time,
            )


def test_logs_and_numbers_of_endpoints(session: Connection, sdk: Any) -> None:
    serving = SdkServing(Sdk(session))
    asked = sdk.serving_endpoints
    assert serving.server_log("churn-prod", "churn-11") == asked.logs("churn-prod", "churn-11").logs
    assert (
        serving.build_log("fraud-scoring", "fraud-cards-3") == asked.build_logs("fraud-scoring", "fraud-cards-3").logs
    )
    told = asked.export_metrics("churn-prod").contents.read().decode()
    numbers = {(one.name, one.labels.get("served_model_name", "")): one.value for one in serving.numbers("churn-prod")}
    assert f'served_model_name="churn-11"}} {numbers["request_count_total", "churn-11"]:g}' in told.replace("\t", " ")


def test_writes_by_one_are_what_the_other_reads(session: Connection, sdk: Any, client: Any) -> None:
    registry, serving = ClientRegistry(session), SdkServing(Sdk(session))
    registry.set_alias(CHURN, "champion", "13")
    assert sdk.registered_models.get(CHURN, include_aliases=True).aliases[0].version_num in (11, 13)
    assert client.get_model_version_by_alias(CHURN, "champion").version == "13"
    registry.tag_version(CHURN, "13", "approved_by", "ada")
    assert client.get_model_version(CHURN, "13").tags["approved_by"] == "ada"
    client.delete_registered_model_alias(CHURN, "champion")
    assert "champion" not in registry.get_model(CHURN).aliases
    before = serving.endpoint("churn-prod").config.split
    serving.change("churn-prod", before, to_version(before, before[0].name, "12"))
    while serving.endpoint("churn-prod").update.value:
        pass
    told = sdk.serving_endpoints.get("churn-prod").config
    assert [entity.entity_version for entity in told.served_entities] == ["12", "10"]
    assert [entity.workload_size for entity in told.served_entities] == ["Small", "Small"]
    sdk.serving_endpoints.update_config(
        "churn-prod", served_entities=_as_given(told), traffic_config=told.traffic_config
    )
    while serving.endpoint("churn-prod").update.value:
        pass
    assert serving.endpoint("churn-prod").config.split == to_version(before, before[0].name, "12")


def _as_given(config: Any) -> list[Any]:
    """What an SDK's user would send back of what it was told."""
    from databricks.sdk.service.serving import ServedEntityInput

    kept = ("name", "entity_name", "entity_version", "workload_size", "scale_to_zero_enabled")
    return [ServedEntityInput(**{key: getattr(one, key) for key in kept}) for one in config.served_entities]
