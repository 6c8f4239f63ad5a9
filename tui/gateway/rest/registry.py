"""What of a server's models and runs is read by name, in the shape of MLflow's client and its entities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import quote

from tui.gateway.problems import Elsewhere
from tui.gateway.rest.transport import Json, object_in, whole
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

_API = "/api/2.0/mlflow"
_PROMPT_TAG = "mlflow.prompt.is_prompt"
_VIEWS = {1: "ACTIVE_ONLY", 2: "DELETED_ONLY", 3: "ALL"}
_STATUSES = {
    "LOGGED_MODEL_PENDING": "PENDING",
    "LOGGED_MODEL_READY": "READY",
    "LOGGED_MODEL_UPLOAD_FAILED": "FAILED",
}

_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")

Found = TypeVar("Found")


class UnexpectedAnswer(Exception):
    """An answer that is not the expected one; ``problems.raised_as`` reads the response, others its code."""

    def __init__(self, response: Any) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response
        self.error_code = answers.code_of(response.text) if response.status_code != 200 else ""


class Paged(list[Found]):
    """Some of what was searched for, and the token of the rest."""

    def __init__(self, found: Sequence[Found], token: str | None) -> None:
        super().__init__(found)
        self.token = token


class RestModels:
    """The reads of MlflowClient that registries are read by."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = 100,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> Paged[Any]:
        # MLflow's client adds this to what it is asked for.
        if _PROMPT_TAG not in (filter_string or ""):
            models = f"tag.`{_PROMPT_TAG}` != 'true'"
            filter_string = f"{filter_string} AND {models}" if filter_string else models
        asked = _search(filter_string, max_results, order_by, page_token)
        answer = self._get("/registered-models/search", asked, "registered_models", search=True)
        return Paged([_model(found) for found in answer.get("registered_models", ())], answer.get("next_page_token"))

    def get_registered_model(self, name: str) -> Any:
        return _model(self._get("/registered-models/get", {"name": name}, "registered_model")["registered_model"])

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = 10_000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> Paged[Any]:
        asked = _search(filter_string, max_results, order_by, page_token)
        answer = self._get("/model-versions/search", asked, "model_versions", search=True)
        return Paged([_version(found) for found in answer.get("model_versions", ())], answer.get("next_page_token"))

    def get_model_version(self, name: str, version: str) -> Any:
        asked = {"name": name, "version": str(version)}
        return _version(self._get("/model-versions/get", asked, "model_version")["model_version"])

    def get_model_version_by_alias(self, name: str, alias: str) -> Any:
        asked = {"name": name, "alias": alias}
        return _version(self._get("/registered-models/alias", asked, "model_version")["model_version"])

    def get_run(self, run_id: str) -> Any:
        if not _RUN_ID.fullmatch(run_id):
            raise Elsewhere("MLflow has words for such an id")
        return _run(self._get("/runs/get", {"run_id": run_id, "run_uuid": run_id}, "run")["run"])

    def search_runs(
        self, experiment_ids: Sequence[str], *, filter_string: str, run_view_type: int, max_results: int
    ) -> Paged[Any]:
        asked = {
            "experiment_ids": list(experiment_ids),
            "filter": filter_string,
            "run_view_type": _VIEWS[run_view_type],
            "max_results": max_results,
        }
        answer = self._post("/runs/search", asked, "runs")
        return Paged([_run(found) for found in answer.get("runs", ())], answer.get("next_page_token"))

    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str | None,
        max_results: int,
        page_token: str | None = None,
    ) -> Paged[Any]:
        asked = _search(filter_string, max_results, None, page_token)
        if experiment_ids:  # MLflow's client leaves an empty list out, which a server refuses
            asked["experiment_ids"] = list(experiment_ids)
        answer = self._post("/logged-models/search", asked, "models")
        return Paged([_logged(found) for found in answer.get("models", ())], answer.get("next_page_token"))

    def get_logged_model(self, model_id: str) -> Any:
        return _logged(self._get(f"/logged-models/{quote(model_id, safe='')}", {}, "model")["model"])

    def _get(self, path: str, asked: Mapping[str, object], expected: str, *, search: bool = False) -> Json:
        return self._told(self._session.request(_API + path, "GET", params=dict(asked)), expected, search)

    def _post(self, path: str, asked: Mapping[str, object], expected: str) -> Json:
        return self._told(self._session.request(_API + path, "POST", json=dict(asked)), expected, True)

    def _told(self, answer: Any, expected: str, search: bool) -> Json:
        if answer.status_code == 200:
            found = object_in(answer.content)
            # MLflow leaves out what is empty, so that {} is a whole answer to a search.
            if found is not None and (expected in found or (search and not found.keys() - {"next_page_token"})):
                return found
        raise UnexpectedAnswer(answer)


def _search(filter_string: str | None, most: int, order_by: list[str] | None, token: str | None) -> dict[str, object]:
    said: dict[str, object] = {"max_results": most}
    for name, value in (("filter", filter_string), ("order_by", order_by), ("page_token", token)):
        if value:
            said[name] = value
    return said


def _tags(found: Json, key: str = "tags") -> dict[str, str]:
    return {pair.get("key", ""): pair.get("value", "") for pair in found.get(key, ())}


def _model(found: Json) -> SimpleNamespace:
    return SimpleNamespace(
        name=found.get("name", ""),
        creation_timestamp=whole(found.get("creation_timestamp")) or 0,
        last_updated_timestamp=whole(found.get("last_updated_timestamp")) or 0,
        description=found.get("description", ""),
        tags=_tags(found),
        aliases={pair.get("alias", ""): pair.get("version", "") for pair in found.get("aliases", ())},
        latest_versions=[_version(made) for made in found.get("latest_versions", ())],
        _tags=_tags(found),
    )


def _version(found: Json) -> SimpleNamespace:
    return SimpleNamespace(
        name=found.get("name", ""),
        version=found.get("version", ""),
        creation_timestamp=whole(found.get("creation_timestamp")) or 0,
        last_updated_timestamp=whole(found.get("last_updated_timestamp")) or 0,
        description=found.get("description", ""),
        user_id=found.get("user_id", ""),
        current_stage=found.get("current_stage", ""),
        source=found.get("source", ""),
        run_id=found.get("run_id", ""),
        status=found.get("status", "PENDING_REGISTRATION"),
        status_message=found.get("status_message", ""),
        tags=_tags(found),
        model_id="",
    )


def _run(found: Json) -> SimpleNamespace:
    info, data = found["info"], found.get("data", {})
    tags = _tags(data)
    made = found.get("outputs", {}).get("model_outputs", ())
    return SimpleNamespace(
        info=SimpleNamespace(
            run_id=info["run_id"],
            run_name=info.get("run_name", ""),
            status=info.get("status", "RUNNING"),
            lifecycle_stage=info.get("lifecycle_stage", ""),
            user_id=info.get("user_id", ""),
            experiment_id=str(info.get("experiment_id", "")),
            start_time=whole(info.get("start_time")) or 0,
            artifact_uri=info.get("artifact_uri", ""),
        ),
        data=SimpleNamespace(
            tags=tags,
            metrics={metric["key"]: float(metric.get("value", 0.0)) for metric in data.get("metrics", ())},
        ),
        outputs=SimpleNamespace(
            model_outputs=[SimpleNamespace(model_id=output.get("model_id", "")) for output in made]
        ),
    )


def _logged(found: Json) -> SimpleNamespace:
    info, data = found["info"], found.get("data", {})
    return SimpleNamespace(
        model_id=info.get("model_id", ""),
        experiment_id=info.get("experiment_id", ""),
        name=info.get("name", ""),
        status=_STATUSES.get(info.get("status", ""), "UNSPECIFIED"),
        creation_timestamp=whole(info.get("creation_timestamp_ms")) or 0,
        artifact_location=info.get("artifact_uri", ""),
        model_type=info.get("model_type", ""),
        source_run_id=info.get("source_run_id", ""),
        tags=_tags(info),
        params=_tags(data, "params"),
        metrics=[
            SimpleNamespace(
                key=metric.get("key", ""),
                value=float(metric.get("value", 0.0)),
                step=whole(metric.get("step")) or 0,
                dataset_name=metric.get("dataset_name", ""),
                dataset_digest=metric.get("dataset_digest", ""),
                run_id=metric.get("run_id", ""),
                timestamp=whole(metric.get("timestamp")) or 0,
            )
            for metric in data.get("metrics", ())
        ],
    )
