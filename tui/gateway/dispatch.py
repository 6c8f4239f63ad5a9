"""The requests that a context answers, by name: nothing that is not in this table can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.databricks.catalog import SdkCatalog
from tui.gateway.databricks.ports import CatalogPort, DiagnosisPort, ServingPort
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.ports import ArtifactsPort, RegistryPort, StorePort, TrackingPort, WritesPort
from tui.gateway.registry.client import ClientRegistry
from tui.gateway.session import Session
from tui.gateway.store.client import SessionStore
from tui.gateway.store.diagnosis import SessionDiagnosis
from tui.gateway.tracking import history
from tui.gateway.tracking.client import ClientTracking
from tui.gateway.tracking.rest import RestTracking
from tui.gateway.tracking.writes import writes_of

Operation = Callable[..., Any]

# These look at the store only, and so need not wait until mlflow is imported.
BEFORE_READY = frozenset({"store.inspect", "diagnosis.reach", "diagnosis.software"})


def operations(session: Session) -> Mapping[str, Operation]:
    """The table of requests for one context."""
    store: StorePort = SessionStore(session)
    tracking: TrackingPort = tracking_of(session)
    writes: WritesPort = writes_of(session)
    registry: RegistryPort = ClientRegistry(session)
    artifacts: ArtifactsPort = ClientArtifacts(session)
    diagnosis: DiagnosisPort = SessionDiagnosis(session)
    sdk = Sdk(session)
    catalog: CatalogPort = SdkCatalog(sdk)
    serving: ServingPort = SdkServing(sdk)
    return {
        "store.inspect": store.inspect,
        "store.create": store.create,
        "store.migrated_copy": store.migrated_copy,
        "store.upgrade": store.upgrade,
        "tracking.server": tracking.server,
        "tracking.search_experiments": tracking.search_experiments,
        "tracking.get_experiment": tracking.get_experiment,
        "tracking.get_experiment_by_name": tracking.get_experiment_by_name,
        "tracking.count_runs": tracking.count_runs,
        "tracking.search_runs": tracking.search_runs,
        "tracking.get_run": tracking.get_run,
        "tracking.child_runs": tracking.child_runs,
        "writes.create_experiment": writes.create_experiment,
        "writes.rename_experiment": writes.rename_experiment,
        "writes.delete_experiment": writes.delete_experiment,
        "writes.restore_experiment": writes.restore_experiment,
        "writes.tag_experiment": writes.tag_experiment,
        "writes.rename_run": writes.rename_run,
        "writes.delete_run": writes.delete_run,
        "writes.restore_run": writes.restore_run,
        "writes.tag_run": writes.tag_run,
        **history.operations(history.history_of(session)),
        "artifacts.list_folder": artifacts.list_folder,
        "artifacts.logged_models": artifacts.logged_models,
        "artifacts.head": artifacts.head,
        "artifacts.preview": artifacts.preview,
        "artifacts.measure": artifacts.measure,
        "artifacts.download": artifacts.download,
        "artifacts.cancel": artifacts.cancel,
        "registry.registered_as": registry.registered_as,
        "registry.search_models": registry.search_models,
        "registry.get_model": registry.get_model,
        "registry.aliases_at": registry.aliases_at,
        "registry.count_versions": registry.count_versions,
        "registry.search_versions": registry.search_versions,
        "registry.get_version": registry.get_version,
        "registry.get_versions": registry.get_versions,
        "registry.version_facts": registry.version_facts,
        "registry.source_runs": registry.source_runs,
        "registry.registrable": registry.registrable,
        "registry.registrable_at": registry.registrable_at,
        "registry.set_alias": registry.set_alias,
        "registry.delete_alias": registry.delete_alias,
        "registry.create_model": registry.create_model,
        "registry.rename_model": registry.rename_model,
        "registry.describe_model": registry.describe_model,
        "registry.tag_model": registry.tag_model,
        "registry.delete_model": registry.delete_model,
        "registry.create_version": registry.create_version,
        "registry.copy_version": registry.copy_version,
        "registry.describe_version": registry.describe_version,
        "registry.tag_version": registry.tag_version,
        "registry.delete_version": registry.delete_version,
        "diagnosis.reach": diagnosis.reach,
        "diagnosis.software": diagnosis.software,
        "diagnosis.loaded": diagnosis.loaded,
        "catalog.me": catalog.me,
        "catalog.home_folder": catalog.home_folder,
        "catalog.metastore": catalog.metastore,
        "catalog.catalogs": catalog.catalogs,
        "catalog.schemas": catalog.schemas,
        "catalog.models": catalog.models,
        "catalog.access": catalog.access,
        "serving.endpoints": serving.endpoints,
        "serving.endpoint": serving.endpoint,
        "serving.details": serving.details,
        "serving.server_log": serving.server_log,
        "serving.build_log": serving.build_log,
        "serving.change": serving.change,
    }


def tracking_of(session: Session) -> TrackingPort:
    """The way in which a session's kind of store is read."""
    if session.kind in (*uris.HTTP_KINDS, "databricks"):
        return RestTracking(session)
    return ClientTracking(session)


def unknown(op: str) -> Problem:
    """The problem of a request that is not in the table."""
    return Problem(Kind.INTERNAL, "Could not ask", f"There is no request named {op}.")
