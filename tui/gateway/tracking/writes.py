"""What may be changed of experiments and runs. Each method is one request, sent once and never tried again.

Nothing here deletes for good: MLflow's deleting marks, and restoring takes the mark away. Who calls these has shown
what will happen and has looked at the server just before: see ``services.housekeeping``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tui.domain import uris
from tui.gateway import problems
from tui.gateway.ports import WritesPort
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

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
