"""The simulated workspace is understood by MLflow's client and the Databricks SDK, and keeps what is written to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui.demo.simulated.state import Workspace
from tui.gateway.session import Connection

CHURN = "prod.ml.churn"


@pytest.fixture
def client(session: Connection) -> Any:
    return session.client()


@pytest.fixture
def sdk(session: Connection) -> Any:
    from databricks.sdk import WorkspaceClient

    return WorkspaceClient(profile="sim")


def test_experiments_and_runs(client: Any) -> None:
    found = client.search_experiments(filter_string="name LIKE '/Users/%'", order_by=["last_update_time DESC"])
    assert [e.name for e in found][:2] == ["/Users/ada@example.com/churn", "/Users/ben@example.com/pricing"]
    page = client.search_runs(["101"], filter_string="metrics.val_auc > 0.5 AND params.depth = '8'", max_results=2)
    assert len(page) == 2 and page.token
    assert all(run.data.params["depth"] == "8" for run in page)
    more = client.search_runs(
        ["101"], filter_string="metrics.val_auc > 0.5 AND params.depth = '8'", page_token=page.token
    )
    assert not {run.info.run_id for run in page} & {run.info.run_id for run in more}
    run = client.get_run(page[0].info.run_id)
    assert [m.step for m in client.get_metric_history(run.info.run_id, "val_auc")] == list(range(40))
    client.set_tag(run.info.run_id, "reviewed", "yes")
    assert client.get_run(run.info.run_id).data.tags["reviewed"] == "yes"


def test_artifacts_go_by_the_files_api(client: Any, workspace: Workspace) -> None:
    run_id = next(iter(workspace.runs))
    assert [f.path for f in client.list_artifacts(run_id)] == ["model", "notes.txt"]
    with open(client.download_artifacts(run_id, "notes.txt")) as file:
        assert file.read().startswith("Notes of")
    assert workspace.asked("/api/2.0/fs/directories")


def test_models_of_unity_catalog(client: Any) -> None:
    names = [model.name for model in client.search_registered_models()]
    assert CHURN in names and "finance.risk.limits" not in names
    assert client.get_registered_model(CHURN).aliases == {"champion": "12", "challenger": "13", "previous": "11"}
    client.set_registered_model_alias(CHURN, "champion", "13")
    assert client.get_model_version_by_alias(CHURN, "champion").version == "13"
    client.delete_registered_model_alias(CHURN, "challenger")
    client.set_model_version_tag(CHURN, "13", "checked", "yes")
    assert client.get_model_version(CHURN, "13").tags == {"checked": "yes"}
    client.update_registered_model(CHURN, "New words")
    assert client.get_registered_model(CHURN).description == "New words"
    client.delete_model_version(CHURN, "11")
    assert client.get_registered_model(CHURN).aliases == {"champion": "13"}
    quoted = "dev.ml.o'brien_uplift"
    assert [v.version for v in client.search_model_versions(f'name="{quoted}"')] == ["1"]


def test_what_is_not_allowed_is_refused(client: Any) -> None:
    from mlflow.exceptions import MlflowException

    refusals: list[Callable[[], object]] = [
        lambda: client.set_registered_model_alias("prod.ml.fraud-cards", "champion", "3"),
        lambda: client.create_registered_model("prod.ml.new"),
        lambda: client.get_registered_model("finance.risk.limits"),
    ]
    for refused in refusals:
        with pytest.raises(MlflowException) as caught:
            refused()
        assert caught.value.error_code == "PERMISSION_DENIED"
    client.set_registered_model_tag("prod.ml.fraud-cards", "seen", "yes")


def test_the_workspace_registry(session_on: Callable[..., Connection]) -> None:
    client: Any = session_on("databricks://sim").client()
    (old,) = client.search_registered_models()
    assert old.name == "churn-legacy" and {v.current_stage for v in old.latest_versions} == {
        "Archived",
        "Production",
        "Staging",
    }


def test_the_sdk(sdk: Any, workspace: Workspace) -> None:
    assert sdk.current_user.me().user_name == workspace.me
    assert sdk.metastores.current().metastore_id == workspace.metastore
    assert [c.name for c in sdk.catalogs.list()] == ["dev", "main", "prod"]
    assert [s.name for s in sdk.schemas.list("prod")] == ["agents", "ml"]
    assert [m.full_name for m in sdk.registered_models.list(catalog_name="prod", schema_name="ml")] == [
        CHURN,
        "prod.ml.fraud-cards",
    ]
    found = sdk.grants.get_effective("function", "prod.ml.fraud-cards").privilege_assignments
    mine = next(entry for entry in found if entry.principal == "ds-readers")
    assert [(p.privilege.value, p.inherited_from_name) for p in mine.privileges] == [
        ("USE_SCHEMA", "prod.ml"),
        ("EXECUTE", "prod.ml"),
        ("USE_CATALOG", "prod"),
    ]
    workspace.metastore = ""
    with pytest.raises(Exception, match="No metastore assigned"):
        sdk.metastores.current()


def test_an_endpoint_goes_from_one_config_to_the_next(sdk: Any) -> None:
    from databricks.sdk.service.serving import Route, ServedEntityInput, TrafficConfig

    def put(version: str) -> None:
        sdk.serving_endpoints.update_config(
            "churn-prod",
            served_entities=[
                ServedEntityInput(name="m", entity_name=CHURN, entity_version=version, workload_size="Small")
            ],
            traffic_config=TrafficConfig(routes=[Route(traffic_percentage=100, served_model_name="m")]),
        )

    assert {e.name for e in sdk.serving_endpoints.list()} >= {"churn-prod", "llm-gateway"}
    put("12")
    states = [sdk.serving_endpoints.get("churn-prod").state.config_update.value for _ in range(2)]
    assert states == ["IN_PROGRESS", "NOT_UPDATING"]
    (entity,) = sdk.serving_endpoints.get("churn-prod").config.served_entities
    assert entity.entity_version == "12" and entity.state.deployment.value == "DEPLOYMENT_READY"
    put("14")
    with pytest.raises(Exception, match="being updated"):
        put("12")
    states = [sdk.serving_endpoints.get("churn-prod").state.config_update.value for _ in range(2)]
    assert states == ["IN_PROGRESS", "UPDATE_FAILED"]
    assert "lightgbm" in sdk.serving_endpoints.build_logs("churn-prod", "m").logs
    assert sdk.serving_endpoints.get("churn-prod").config.served_entities[0].entity_version == "12"


def test_faults_and_credentials(sdk: Any, session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/2.0/serving-endpoints", 403, "PERMISSION_DENIED", "Not you")
    with pytest.raises(Exception, match="Not you"):
        list(sdk.serving_endpoints.list())
    assert list(sdk.serving_endpoints.list())
    workspace.token = "another"
    with pytest.raises(Exception, match="Invalid access token"):
        sdk.current_user.me()
    assert session.request("/api/2.0/preview/scim/v2/Me", "GET").status_code == 403
