"""The environment of a process that talks to one context: quiet, bounded in time, and without another's credentials."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping

# Read by MLflow and the Databricks SDK when they are imported or at each call.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "1",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "GIT_PYTHON_REFRESH": "quiet",
    "TQDM_DISABLE": "1",
    "NO_COLOR": "1",
}
# A run or experiment that the shell happens to have active must not leak into what is looked at; MLflow's experiment
# and run variables are for logging only.
_STRAY = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_ACTIVE_MODEL_ID")
# Each of these overrides the profile that was asked for, without a word.
_OVERRIDES_PROFILE = (
    "DATABRICKS_HOST",
    "DATABRICKS_TOKEN",
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_CLIENT_SECRET",
    "DATABRICKS_ACCOUNT_ID",
    "DATABRICKS_USERNAME",
    "DATABRICKS_PASSWORD",
    "DATABRICKS_AUTH_TYPE",
    "DATABRICKS_CLUSTER_ID",
)


# What a person asks for is a few HTTP requests, each of which may take the context's timeout; the process is taken for
# hung only after them all.
_REQUESTS_OF_ONE = 3
_GRACE_SECONDS = 2.0


def deadline_of(timeout_s: float) -> float:
    """How long what is asked of a context's process may take, where each HTTP request may take ``timeout_s``."""
    return max(timeout_s * _REQUESTS_OF_ONE, timeout_s + _GRACE_SECONDS)


def share_of(deadline_s: float) -> float:
    """How long a single HTTP request may take so that its failure is told well before a deadline for several."""
    return max(deadline_s * 0.625, 0.2)


def prepare(
    *,
    tracking_uri: str,
    registry_uri: str | None,
    profile: str | None,
    extra: Mapping[str, str],
    timeout_s: float,
) -> None:
    """Set this process's environment and warnings for one context; to be called before mlflow is imported."""
    for name in _STRAY:
        os.environ.pop(name, None)
    if profile:
        for name in _OVERRIDES_PROFILE:
            os.environ.pop(name, None)
        os.environ["DATABRICKS_CONFIG_PROFILE"] = profile
    whole = str(max(1, round(timeout_s)))
    os.environ.update(_QUIET)
    os.environ.update(
        {
            "MLFLOW_TRACKING_URI": tracking_uri,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            "MLFLOW_HTTP_REQUEST_TIMEOUT": whole,
            "MLFLOW_DATABRICKS_ENDPOINT_HTTP_RETRY_TIMEOUT": whole,
            "MLFLOW_DEPLOYMENT_CLIENT_HTTP_REQUEST_TIMEOUT": whole,
        }
    )
    if registry_uri:
        os.environ["MLFLOW_REGISTRY_URI"] = registry_uri
    else:
        os.environ.pop("MLFLOW_REGISTRY_URI", None)
    os.environ.update(extra)
    warnings.simplefilter("ignore")
    logging.getLogger("databricks.sdk").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)


# How long the requests that take long by nature may take, and which need not wait for mlflow.
#
# Beside the protocols rather than in them: the deck asks this before its first frame, and the protocols load every
# value that an answer may consist of.


# Seconds for what takes long by nature. Such a request is never cut off by the deadline of another one.
LIMITS_S: Mapping[str, float] = {
    "store.create": 120.0,
    "store.migrated_copy": 3600.0,
    "store.upgrade": 3600.0,
    "artifacts.list_folder": 60.0,
    # Each of these is several requests of the SDK, and its import comes before the first.
    "diagnosis.loaded": 90.0,
    "registry.search_models": 60.0,
    "registry.get_versions": 60.0,  # each may be a request of its own
    "registry.get_models": 120.0,  # in Unity Catalog each model is a request of its own, at a pace that it bears
    "catalog.me": 30.0,
    "catalog.home_folder": 30.0,
    "catalog.metastore": 30.0,
    "catalog.catalogs": 60.0,
    "catalog.schemas": 60.0,
    "catalog.models": 60.0,
    "catalog.access": 60.0,
    "serving.endpoints": 30.0,
    "serving.endpoint": 30.0,
    "serving.details": 120.0,
    "serving.server_log": 60.0,
    "serving.build_log": 60.0,
    "serving.carried": 30.0,
    "serving.change": 60.0,
    "serving.numbers": 30.0,
    "serving.events": 30.0,
    "serving.query": 300.0,  # an endpoint that was scaled to zero wakes up first
    "catalog.who_may": 60.0,
    "catalog.depends_on": 30.0,
    "registry.input_example": 60.0,
    "artifacts.head": 120.0,
    "artifacts.preview": 300.0,
    "artifacts.measure": 3600.0,
    "artifacts.download": 7 * 86400.0,
    # MLflow reads every version of a model for these: seconds where there are 200 000. And no write is cut off because
    # the files of some model are in a store that hangs: what became of it would not be known.
    "registry.get_model": 60.0,
    "registry.version_facts": 120.0,  # each of a model's files is a request or two
    "registry.registrable": 120.0,
    "registry.set_alias": 60.0,
    "registry.delete_alias": 60.0,
    "registry.create_model": 60.0,
    "registry.rename_model": 120.0,
    "registry.describe_model": 60.0,
    "registry.tag_model": 60.0,
    "registry.delete_model": 300.0,
    "registry.describe_version": 60.0,
    "registry.tag_version": 60.0,
    "registry.delete_version": 60.0,
    "traces.search": 600.0,  # a filter of spans or texts has the server read every span that there is
    "traces.trace": 600.0,  # a SQL warehouse that is woken takes minutes
    "traces.metrics": 60.0,
    "traces.warehouses": 30.0,
    "evaluations.runs": 120.0,
    "evaluations.sets": 60.0,
    "evaluations.dataset": 60.0,
    "evaluations.records": 120.0,
    "evaluations.traces_in": 120.0,
    "evaluations.scorers": 60.0,
    "trace_writes.assess": 60.0,
    "trace_writes.reassess": 60.0,
    "trace_writes.unassess": 60.0,
    "trace_writes.tag": 60.0,
    "trace_writes.add_to_set": 300.0,
    "prompts.get_model": 60.0,
    "prompts.uses": 60.0,
    "prompts.recent_uses": 120.0,  # a request for each version
    "prompts.set_alias": 60.0,
    "prompts.delete_alias": 60.0,
    "prompts.describe_model": 60.0,
    "prompts.tag_model": 60.0,
    "prompts.tag_version": 60.0,
    # Unity Catalog has the client itself bring the model's files from where they are to where they are to be.
    "registry.copy_version": 3600.0,
    "registry.create_version": 3600.0,
    "registry.fetch_version": 3600.0,
    "registry.carry_version": 3600.0,
}

# These need nothing of mlflow, and so need not wait until mlflow is imported.
BEFORE_READY = frozenset({"store.inspect", "diagnosis.reach", "diagnosis.software", "diagnosis.workspaces"})
