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
