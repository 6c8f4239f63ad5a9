"""Experiments and runs through MlflowClient: any store that MLflow can open, and what may be changed of them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.values import (
    DatasetInput,
    Experiment,
    ExperimentPage,
    Lifecycle,
    MetricValue,
    RunDetail,
    RunReference,
    RunsPage,
    ServerInfo,
)
from tui.gateway import problems
from tui.gateway.session import Connection
from tui.gateway.tracking import answers
from tui.gateway.tracking.answers import RunColumns, true_number

if TYPE_CHECKING:
    from mlflow.entities import Experiment as MlflowExperiment
    from mlflow.entities import Run

    from tui.gateway.ports import WritesPort


PARENT_TAG = "mlflow.parentRunId"
NAME_TAG = "mlflow.runName"
USER_TAG = "mlflow.user"
CONTEXT_TAG = "mlflow.data.context"

# SQLite allows 999 variables in a statement where it was built long ago.
_VARIABLES = 900
_NAMES_KEPT_SECONDS = 60.0

_VIEW_TYPES = {Lifecycle.ACTIVE: 1, Lifecycle.DELETED: 2, Lifecycle.ALL: 3}


class ClientTracking:
    """TrackingPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._names: dict[str, tuple[float, str]] = {}

    def server(self) -> ServerInfo:
        with problems.raised_as("Could not read about the store", self._session.place):
            import mlflow

            report = self._session.inspect()
            facts = [("MLflow here", mlflow.__version__)]
            if report.revision:
                facts.append(("Schema", report.revision))
            return ServerInfo(self._session.place, self._session.kind, "", tuple(facts))

    def search_experiments(
        self,
        view: Lifecycle = Lifecycle.ACTIVE,
        *,
        max_results: int = 1000,
        token: str | None = None,
        filter_string: str = "",
    ) -> ExperimentPage:
        with problems.raised_as("Could not list the experiments", self._session.place):
            page = self._session.client().search_experiments(
                view_type=_VIEW_TYPES[view],
                max_results=max_results,
                filter_string=filter_string or None,
                order_by=["last_update_time DESC"],
                page_token=token,
            )
            return ExperimentPage(tuple(_experiment(found) for found in page), page.token or None)

    def get_experiment(self, experiment_id: str) -> Experiment:
        with problems.raised_as(f"Could not read experiment {experiment_id}", self._session.place):
            return _experiment(self._session.client().get_experiment(experiment_id))

    def get_experiment_by_name(self, name: str) -> Experiment:
        title = f"Could not read experiment {name}"
        with problems.raised_as(title, self._session.place):
            found = self._session.client().get_experiment_by_name(name)
            if found is None:
                raise no_such_experiment(title, name, self._session.place)
            return _experiment(found)

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        path = self._session.sqlite_path
        if path is None or not experiment_ids:
            return {}
        with problems.raised_as("Could not count the runs", self._session.place):
            self._session.client()  # nothing is read from a store that may not be opened
            return _counted(path, experiment_ids)

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        with problems.raised_as("Could not read the runs", self._session.place):
            page = self._session.client().search_runs(
                list(experiment_ids),
                filter_string=filter_string,
                run_view_type=_VIEW_TYPES[view],
                max_results=max_results,
                page_token=token,
            )
            return columns_of(page).page(page.token)

    def get_run(self, run_id: str) -> RunDetail:
        with problems.raised_as(f"Could not read run {run_id}", self._session.place):
            run = self._session.client().get_run(run_id)
            return _detail(run, self._experiment_name(str(run.info.experiment_id)))

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        with problems.raised_as(f"Could not read the child runs of {run_id}", self._session.place):
            page = self._session.client().search_runs(
                [experiment_id],
                filter_string=children_filter(run_id),
                run_view_type=_VIEW_TYPES[Lifecycle.ALL],
                max_results=max_results,
            )
            return tuple(
                RunReference(run.info.run_id, _name(run), run.info.status, run.info.lifecycle_stage) for run in page
            )

    def _experiment_name(self, experiment_id: str) -> str:
        kept = self._names.get(experiment_id)
        if kept and time.monotonic() - kept[0] < _NAMES_KEPT_SECONDS:
            return kept[1]
        name = str(self._session.client().get_experiment(experiment_id).name)
        self._names[experiment_id] = time.monotonic(), name
        return name


def no_such_experiment(title: str, name: str, place: str) -> Problem:
    """The problem of a name that no experiment has."""
    return Problem(
        Kind.NOT_FOUND,
        title,
        f"{place} has no experiment of that name.",
        "Check the name; it is case-sensitive.",
        code="RESOURCE_DOES_NOT_EXIST",
    )


def children_filter(run_id: str) -> str:
    """The filter that finds the runs whose parent is ``run_id``; raises Problem for what cannot be a run's id."""
    if not run_id or not all(letter.isalnum() or letter in "-_" for letter in run_id):
        raise Problem(Kind.BAD_REQUEST, "Could not read the child runs", "That is no id of a run.")
    return f"tags.`{PARENT_TAG}` = '{run_id}'"


def columns_of(runs: Sequence[Run]) -> RunColumns:
    """Runs as MLflow's entities, turned into columns."""
    columns = RunColumns()
    for run in runs:
        info, data = run.info, run.data
        columns.add(
            run_id=info.run_id,
            experiment_id=str(info.experiment_id),
            name=_name(run),
            status=info.status,
            start_ms=info.start_time,
            end_ms=info.end_time,
            lifecycle=info.lifecycle_stage,
            info={"user": _user(run)},
            params=data.params.items(),
            metrics=data.metrics.items(),
            tags=((key, value or "") for key, value in data.tags.items()),
            datasets=[(used.dataset.name, used.dataset.digest) for used in _dataset_inputs(run)],
            models=len(_model_outputs(run)),
        )
    return columns


def _counted(path: str, experiment_ids: Sequence[str]) -> dict[str, int]:
    counts = dict.fromkeys(experiment_ids, 0)
    connection = sqlite3.connect(uris.read_only_file_uri(path, immutable=False), uri=True, timeout=2.0)
    try:
        for at in range(0, len(experiment_ids), _VARIABLES):
            ids = list(experiment_ids[at : at + _VARIABLES])
            rows = connection.execute(
                "SELECT experiment_id, COUNT(*) FROM runs WHERE lifecycle_stage = 'active' AND experiment_id IN "
                f"({','.join('?' * len(ids))}) GROUP BY experiment_id",
                ids,
            )
            counts.update((str(experiment_id), count) for experiment_id, count in rows)
    finally:
        connection.close()
    return counts


def _experiment(found: MlflowExperiment) -> Experiment:
    return Experiment(
        id=str(found.experiment_id),
        name=found.name,
        lifecycle=found.lifecycle_stage,
        created_ms=found.creation_time,
        updated_ms=found.last_update_time,
        artifact_location=found.artifact_location or "",
        tags={key: value or "" for key, value in found.tags.items()},
    )


def _detail(run: Run, experiment_name: str) -> RunDetail:
    info, data = run.info, run.data
    tags = {key: value or "" for key, value in data.tags.items()}
    return RunDetail(
        run_id=info.run_id,
        experiment_id=str(info.experiment_id),
        experiment_name=experiment_name,
        name=_name(run),
        status=info.status,
        user=_user(run),
        start_ms=info.start_time,
        end_ms=info.end_time or None,
        lifecycle=info.lifecycle_stage,
        artifact_uri=info.artifact_uri or "",
        params=dict(data.params),
        metrics=tuple(
            MetricValue(metric.key, true_number(metric.value), metric.step or 0, metric.timestamp or 0)
            for metric in _metrics(run)
        ),
        tags=tags,
        datasets=tuple(_dataset(used) for used in _dataset_inputs(run)),
        logged_model_ids=tuple(output.model_id for output in _model_outputs(run)),
        parent_id=tags.get(PARENT_TAG) or None,
    )


def _metrics(run: Run) -> Sequence[Any]:
    # The public dictionary holds the values only; step and time are with the objects that it was made from.
    return list(run.data._metric_objs)


def _dataset(used: Any) -> DatasetInput:
    dataset = used.dataset
    return DatasetInput(
        name=dataset.name,
        digest=dataset.digest or "",
        source_type=dataset.source_type or "",
        source=dataset.source or "",
        schema=dataset.schema or "",
        profile=dataset.profile or "",
        context=next((tag.value for tag in used.tags if tag.key == CONTEXT_TAG), ""),
    )


def _dataset_inputs(run: Run) -> Sequence[Any]:
    return run.inputs.dataset_inputs if run.inputs else ()


def _model_outputs(run: Run) -> Sequence[Any]:
    return (run.outputs.model_outputs or ()) if run.outputs else ()


def _name(run: Run) -> str:
    return run.info.run_name or run.data.tags.get(NAME_TAG) or ""


def _user(run: Run) -> str:
    return run.info.user_id or run.data.tags.get(USER_TAG, "")


# What may be changed of experiments and runs. Each method is one request, sent once and never tried again.
#
# Nothing here deletes for good: MLflow's deleting marks, and restoring takes the mark away. Who calls these has shown
# what will happen and has looked at the server just before: see ``services.housekeeping``.


_API = "/api/2.0/mlflow"


def writes_of(session: Connection) -> WritesPort:
    """The way in which a session's kind of store is written to."""
    if session.kind in (*uris.HTTP_KINDS, "databricks"):
        return RestWrites(session)
    return ClientWrites(session)


class ClientWrites:
    """WritesPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def create_experiment(self, name: str) -> str:
        with problems.raised_as(f"Could not create the experiment {name}", self._session.place):
            return str(self._session.client().create_experiment(name))

    def rename_experiment(self, experiment_id: str, name: str) -> None:
        with problems.raised_as(f"Could not rename experiment {experiment_id}", self._session.place):
            self._session.client().rename_experiment(experiment_id, name)

    def delete_experiment(self, experiment_id: str) -> None:
        with problems.raised_as(f"Could not delete experiment {experiment_id}", self._session.place):
            self._session.client().delete_experiment(experiment_id)

    def restore_experiment(self, experiment_id: str) -> None:
        with problems.raised_as(f"Could not restore experiment {experiment_id}", self._session.place):
            self._session.client().restore_experiment(experiment_id)

    def tag_experiment(self, experiment_id: str, key: str, value: str | None) -> None:
        with problems.raised_as(f"Could not tag experiment {experiment_id}", self._session.place):
            if value is None:
                self._session.client().delete_experiment_tag(experiment_id, key)
            else:
                self._session.client().set_experiment_tag(experiment_id, key, value)

    def rename_run(self, run_id: str, name: str) -> None:
        with problems.raised_as(f"Could not rename run {run_id}", self._session.place):
            self._session.client().update_run(run_id, name=name)

    def delete_run(self, run_id: str) -> None:
        with problems.raised_as(f"Could not delete run {run_id}", self._session.place):
            self._session.client().delete_run(run_id)

    def restore_run(self, run_id: str) -> None:
        with problems.raised_as(f"Could not restore run {run_id}", self._session.place):
            self._session.client().restore_run(run_id)

    def tag_run(self, run_id: str, key: str, value: str | None) -> None:
        with problems.raised_as(f"Could not tag run {run_id}", self._session.place):
            if value is None:
                self._session.client().delete_tag(run_id, key)
            else:
                self._session.client().set_tag(run_id, key, value)


class RestWrites:
    """WritesPort over the REST interface: MlflowClient would send a request again that may have had its effect."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def create_experiment(self, name: str) -> str:
        title = f"Could not create the experiment {name}"
        return str(self._post(title, "/experiments/create", {"name": name})["experiment_id"])

    def rename_experiment(self, experiment_id: str, name: str) -> None:
        asked = {"experiment_id": experiment_id, "new_name": name}
        self._post(f"Could not rename experiment {experiment_id}", "/experiments/update", asked)

    def delete_experiment(self, experiment_id: str) -> None:
        title = f"Could not delete experiment {experiment_id}"
        self._post(title, "/experiments/delete", {"experiment_id": experiment_id})

    def restore_experiment(self, experiment_id: str) -> None:
        title = f"Could not restore experiment {experiment_id}"
        self._post(title, "/experiments/restore", {"experiment_id": experiment_id})

    def tag_experiment(self, experiment_id: str, key: str, value: str | None) -> None:
        title = f"Could not tag experiment {experiment_id}"
        if value is None:
            self._post(title, "/experiments/delete-experiment-tag", {"experiment_id": experiment_id, "key": key})
        else:
            asked = {"experiment_id": experiment_id, "key": key, "value": value}
            self._post(title, "/experiments/set-experiment-tag", asked)

    def rename_run(self, run_id: str, name: str) -> None:
        self._post(f"Could not rename run {run_id}", "/runs/update", {"run_id": run_id, "run_name": name})

    def delete_run(self, run_id: str) -> None:
        self._post(f"Could not delete run {run_id}", "/runs/delete", {"run_id": run_id})

    def restore_run(self, run_id: str) -> None:
        self._post(f"Could not restore run {run_id}", "/runs/restore", {"run_id": run_id})

    def tag_run(self, run_id: str, key: str, value: str | None) -> None:
        title = f"Could not tag run {run_id}"
        if value is None:
            self._post(title, "/runs/delete-tag", {"run_id": run_id, "key": key})
        else:
            self._post(title, "/runs/set-tag", {"run_id": run_id, "key": key, "value": value})

    def _post(self, title: str, path: str, asked: Mapping[str, str]) -> Mapping[str, str]:
        with problems.raised_as(title, self._session.place):
            self._session.reach()
            answer = self._session.request(_API + path, "POST", json=dict(asked))
            if answer.status_code == 200:
                try:
                    found = json.loads(answer.content)
                except ValueError:
                    found = None
                if isinstance(found, dict):
                    return found
            raise answers.of_answer(answer, title, self._session.place)
