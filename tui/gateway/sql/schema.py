"""Which schemas of MLflow's databases are known, and whether what is found is exactly one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.gateway.problems import Elsewhere

if TYPE_CHECKING:
    from tui.gateway.sql.database import Reading

_BEFORE_3 = """
experiments: experiment_id name artifact_location lifecycle_stage creation_time last_update_time
experiment_tags: key value experiment_id
runs: run_uuid name source_type source_name entry_point_name user_id status start_time end_time source_version
    lifecycle_stage artifact_uri experiment_id deleted_time
metrics: key value timestamp run_uuid step is_nan
latest_metrics: key value timestamp step is_nan run_uuid
params: key value run_uuid
tags: key value run_uuid
datasets: dataset_uuid experiment_id name digest dataset_source_type dataset_source dataset_schema dataset_profile
inputs: input_uuid source_type source_id destination_type destination_id
input_tags: input_uuid name value
registered_models: name creation_time last_updated_time description
registered_model_tags: key value name
registered_model_aliases: alias version name
model_versions: name version creation_time last_updated_time description user_id current_stage source run_id status
    status_message run_link storage_location
model_version_tags: key value name version
"""
_WITH_LOGGED_MODELS = """
inputs: step
logged_models: model_id experiment_id name artifact_location creation_timestamp_ms last_updated_timestamp_ms status
    lifecycle_stage model_type source_run_id status_message
logged_model_tags: model_id experiment_id tag_key tag_value
logged_model_params: model_id experiment_id param_key param_value
logged_model_metrics: model_id metric_name metric_timestamp_ms metric_step metric_value experiment_id run_id
    dataset_uuid dataset_name dataset_digest
"""
_WITH_WORKSPACES = """
experiments: workspace
registered_models: workspace
registered_model_tags: workspace
registered_model_aliases: workspace
model_versions: workspace
model_version_tags: workspace
"""
_WITH_TRACES = """
trace_info: request_id experiment_id timestamp_ms execution_time_ms status client_request_id request_preview
    response_preview db_payload_generation trace_name session_id input_tokens output_tokens total_tokens
    cache_read_input_tokens cache_creation_input_tokens cache_creation_input_tokens_above_1hr input_cost output_cost
    total_cost
trace_tags: key value request_id
trace_request_metadata: key value request_id
assessments: assessment_id trace_id name assessment_type value error created_timestamp last_updated_timestamp
    source_type source_id run_id span_id rationale overrides valid assessment_metadata experiment_id
    trace_timestamp_ms aggregate_value is_numeric_value
"""

Columns = Mapping[str, frozenset[str]]


def _columns(*parts: str) -> Columns:
    """Tables and their columns, as the parts above say them one after the other."""
    found: dict[str, set[str]] = {}
    for part in parts:
        names: set[str] = set()
        for word in part.split():
            if word.endswith(":"):
                names = found.setdefault(word[:-1], set())
            else:
                names.add(word)
    return {table: frozenset(names) for table, names in found.items()}


@dataclass(frozen=True)
class KnownSchema:
    """A schema: the tables that are read with their columns, and the last MLflow version that made it."""

    mlflow: str
    columns: Columns

    @property
    def has_logged_models(self) -> bool:
        return "logged_models" in self.columns

    @property
    def has_workspaces(self) -> bool:
        return "workspace" in self.columns["experiments"]


_V2 = _columns(_BEFORE_3)
_V3 = _columns(_BEFORE_3, _WITH_LOGGED_MODELS)
_WORKSPACES = _columns(_BEFORE_3, _WITH_LOGGED_MODELS, _WITH_WORKSPACES)
_TRACES = _columns(_BEFORE_3, _WITH_LOGGED_MODELS, _WITH_WORKSPACES, _WITH_TRACES)

REVISIONS: Mapping[str, KnownSchema] = {
    "acf3f17fdcc7": KnownSchema("2.12", _V2),
    "867495a8f9d4": KnownSchema("2.13.0", _V2),
    "5b0e9adcef9c": KnownSchema("2.14", _V2),
    "4465047574b1": KnownSchema("2.16", _V2),
    "f5a4f2784254": KnownSchema("2.17", _V2),
    "0584bdc529eb": KnownSchema("2.22", _V2),
    "6953534de441": KnownSchema("3.1.0", _V3),
    "bda7b8c39065": KnownSchema("3.1", _V3),
    "770bee3ae1dd": KnownSchema("3.2", _V3),
    "1a0cddfcaa16": KnownSchema("3.3", _V3),
    "71994744cf8e": KnownSchema("3.4", _V3),
    "bf29a5ff90ea": KnownSchema("3.7", _V3),
    "1bd49d398cd23": KnownSchema("3.8", _V3),
    "d3e4f5a6b7c8": KnownSchema("3.9", _V3),
    "1b5f0d9ad7c1": KnownSchema("3.10", _WORKSPACES),
    "c3d6457b6d8a": KnownSchema("3.11", _WORKSPACES),
    "7d34483879f0": KnownSchema("3.12", _WORKSPACES),
    "da6fb0208061": KnownSchema("3.13", _WORKSPACES),
    "b7e4c1a90f23": KnownSchema("3.14", _WORKSPACES),
    "6f8d9c3b2a1e": KnownSchema("3.15", _WORKSPACES),
    "b7e2c1a4d9f3": KnownSchema("3.16", _WORKSPACES),
    "dc11669786a5": KnownSchema("3.17", _TRACES),
}
"""Revisions of ``alembic_version`` that released versions of MLflow ended at, from 2.9 on."""


def revision_of(reading: Reading) -> str:
    """The one revision that a database has; raises Elsewhere for none or several."""
    found = [str(revision) for (revision,) in reading.rows("SELECT version_num FROM alembic_version")]
    if len(found) != 1:
        raise Elsewhere("the database is half migrated, or is not MLflow's")
    return found[0]


def known(reading: Reading, revision: str) -> KnownSchema:
    """The schema of a revision, found to be in the database column for column; raises Elsewhere for any other."""
    expected = REVISIONS.get(revision)
    if expected is None:
        raise Elsewhere(f"the schema {revision} is not one that is known")
    found = _sqlite_columns(reading) if reading.kind == "sqlite" else _server_columns(reading)
    for table, columns in expected.columns.items():
        if found.get(table) != columns:
            raise Elsewhere(f"the table {table} is not as the schema {revision} has it")
    if not expected.has_logged_models and "logged_models" in found:
        raise Elsewhere("the database is half migrated")
    return expected


def require_one_workspace(reading: Reading) -> None:
    """Raise Elsewhere where MLflow would refuse the store, or would write to it before it answers."""
    if reading.known.has_workspaces:
        for table in ("experiments", "registered_models"):
            statement = f"SELECT 1 FROM {table} WHERE workspace IS NOT NULL AND workspace != 'default' LIMIT 1"
            if list(reading.rows(statement)):
                raise Elsewhere("there is more than one workspace")
    if not list(reading.rows("SELECT 1 FROM experiments WHERE experiment_id = 0")):
        raise Elsewhere("the default experiment is missing, and MLflow makes it")


def _sqlite_columns(reading: Reading) -> Columns:
    found: dict[str, set[str]] = {}
    rows = reading.rows(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
    )
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return {table: frozenset(columns) for table, columns in found.items()}


def _server_columns(reading: Reading) -> Columns:
    here = "current_schema()" if reading.kind == "postgresql" else "database()"
    found: dict[str, set[str]] = {}
    rows = reading.rows(f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = {here}")
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return {table: frozenset(columns) for table, columns in found.items()}
