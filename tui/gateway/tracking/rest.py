"""Experiments and runs of an MLflow server or Databricks workspace, read as JSON.

MlflowClient asks the same addresses with the same credentials, but turns each answer into protocol buffers and then
into entities, which for a page of a thousand runs costs more than half a second of processor time; and it loses the
status and the words of a 429 or 5xx. The request itself, with its credentials and headers, is MLflow's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from tui.domain.problem import Problem
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
from tui.gateway.rest.transport import Json, object_in, whole
from tui.gateway.session import Connection
from tui.gateway.tracking import answers
from tui.gateway.tracking.answers import RunColumns, true_number
from tui.gateway.tracking.client import CONTEXT_TAG, NAME_TAG, PARENT_TAG, USER_TAG, children_filter

_API = "/api/2.0/mlflow"
_NAMES_KEPT_SECONDS = 60.0
_VIEW_TYPES = {Lifecycle.ACTIVE: "ACTIVE_ONLY", Lifecycle.DELETED: "DELETED_ONLY", Lifecycle.ALL: "ALL"}


class RestTracking:
    """TrackingPort over the REST interface."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._names: dict[str, tuple[float, str]] = {}

    def server(self) -> ServerInfo:
        title = "Could not read about the server"
        version = ""
        with problems.raised_as(title, self._session.place):
            import mlflow

            if self._session.kind != "databricks":
                version = self._session.server_version()
            else:
                self._ask(title, "/experiments/search", {"max_results": 1}, post=True, expected="experiments")
            facts = (("MLflow here", str(mlflow.__version__)),)
            return ServerInfo(self._session.place, self._session.kind, version, facts)

    def search_experiments(
        self,
        view: Lifecycle = Lifecycle.ACTIVE,
        *,
        max_results: int = 1000,
        token: str | None = None,
        filter_string: str = "",
    ) -> ExperimentPage:
        title = "Could not list the experiments"
        with problems.raised_as(title, self._session.place):
            body: dict[str, object] = {
                "view_type": _VIEW_TYPES[view],
                "max_results": max_results,
                "order_by": ["last_update_time DESC"],
            }
            if filter_string:
                body["filter"] = filter_string
            if token:
                body["page_token"] = token
            answer = self._ask(title, "/experiments/search", body, post=True, expected="experiments")
            found = tuple(_experiment(item) for item in answer.get("experiments", ()))
            return ExperimentPage(found, answer.get("next_page_token") or None)

    def get_experiment(self, experiment_id: str) -> Experiment:
        title = f"Could not read experiment {experiment_id}"
        with problems.raised_as(title, self._session.place):
            asked = {"experiment_id": experiment_id}
            answer = self._ask(title, "/experiments/get", asked, expected="experiment")
            return _experiment(answer["experiment"])

    def get_experiment_by_name(self, name: str) -> Experiment:
        title = f"Could not read experiment {name}"
        with problems.raised_as(title, self._session.place):
            # Every name in a workspace is a path from its root, which experiments:/Shared/… says without a slash.
            in_workspace = self._session.kind == "databricks" and not name.startswith("/")
            asked = {"experiment_name": f"/{name}" if in_workspace else name}
            answer = self._ask(title, "/experiments/get-by-name", asked, expected="experiment")
            return _experiment(answer["experiment"])

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        """Always empty: a server can only count runs by listing them."""
        return {}

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        title = "Could not read the runs"
        with problems.raised_as(title, self._session.place):
            answer = self._search_runs(title, experiment_ids, filter_string, view, max_results, token)
            return columns_of(answer.get("runs", ())).page(answer.get("next_page_token"))

    def runs_as_json(
        self,
        experiment_ids: Sequence[str],
        filter_string: str,
        view: Lifecycle,
        max_results: int,
        token: str | None,
    ) -> Json:
        """A page of runs as the server gives it; raises Problem."""
        title = "Could not read the runs"
        with problems.raised_as(title, self._session.place):
            return self._search_runs(title, experiment_ids, filter_string, view, max_results, token)

    def get_run(self, run_id: str) -> RunDetail:
        title = f"Could not read run {run_id}"
        with problems.raised_as(title, self._session.place):
            asked = {"run_id": run_id, "run_uuid": run_id}
            run = self._ask(title, "/runs/get", asked, expected="run")["run"]
            return _detail(run, self._experiment_name(str(run["info"].get("experiment_id", ""))))

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        title = f"Could not read the child runs of {run_id}"
        with problems.raised_as(title, self._session.place):
            wanted = children_filter(run_id)
            answer = self._search_runs(title, [experiment_id], wanted, Lifecycle.ALL, max_results, None)
            return tuple(
                RunReference(
                    info["run_id"], _name(info, _pairs(run, "tags")), info.get("status", ""), info["lifecycle_stage"]
                )
                for run in answer.get("runs", ())
                for info in (run["info"],)
            )

    def _search_runs(
        self,
        title: str,
        experiment_ids: Sequence[str],
        filter_string: str,
        view: Lifecycle,
        max_results: int,
        token: str | None,
    ) -> Json:
        body: dict[str, object] = {
            "experiment_ids": list(experiment_ids),
            "run_view_type": _VIEW_TYPES[view],
            "max_results": max_results,
        }
        if filter_string:
            body["filter"] = filter_string
        if token:
            body["page_token"] = token
        return self._ask(title, "/runs/search", body, post=True, expected="runs")

    def _ask(self, title: str, path: str, asked: Mapping[str, object], *, post: bool = False, expected: str) -> Json:
        """The JSON of an answer; ``expected`` is the key that tells MLflow's answers from those of other programs."""
        self._session.reach()
        how = {"json": dict(asked)} if post else {"params": dict(asked)}
        answer = self._session.request(_API + path, "POST" if post else "GET", **how)
        if answer.status_code == 200:
            found = object_in(answer.content)
            # MLflow leaves out what is empty, so that {} is a whole answer to a search.
            if found is not None and (expected in found or (post and not found.keys() - {"next_page_token"})):
                return found
        raise answers.of_answer(answer, title, self._session.place)

    def _experiment_name(self, experiment_id: str) -> str:
        kept = self._names.get(experiment_id)
        if kept and time.monotonic() - kept[0] < _NAMES_KEPT_SECONDS:
            return kept[1]
        try:
            name = self.get_experiment(experiment_id).name
        except Problem as problem:
            if problem.is_connection:
                raise
            return ""  # a run may be readable where its experiment is not
        self._names[experiment_id] = time.monotonic(), name
        return name


def columns_of(runs: Iterable[Json]) -> RunColumns:
    """Runs as the REST interface gives them, turned into columns."""
    columns = RunColumns()
    for run in runs:
        info = run["info"]
        data = run.get("data", {})
        tags = _pairs(run, "tags")
        columns.add(
            run_id=info["run_id"],
            experiment_id=str(info.get("experiment_id", "")),
            name=_name(info, tags),
            status=info.get("status", ""),
            start_ms=whole(info.get("start_time")),
            end_ms=whole(info.get("end_time")),
            lifecycle=info.get("lifecycle_stage", "active"),
            info={"user": _user(info, tags)},
            params=_pairs(run, "params").items(),
            metrics=[(metric["key"], _number(metric.get("value"))) for metric in data.get("metrics", ())],
            tags=tags.items(),
            datasets=[
                (used["dataset"].get("name", ""), used["dataset"].get("digest", "")) for used in _dataset_inputs(run)
            ],
            models=len(_model_outputs(run)),
        )
    return columns


def _experiment(item: Json) -> Experiment:
    return Experiment(
        id=str(item["experiment_id"]),
        name=item.get("name", ""),
        lifecycle=item.get("lifecycle_stage", "active"),
        created_ms=whole(item.get("creation_time")),
        updated_ms=whole(item.get("last_update_time")),
        artifact_location=item.get("artifact_location", ""),
        tags={tag["key"]: tag.get("value", "") for tag in item.get("tags", ())},
    )


def _detail(run: Json, experiment_name: str) -> RunDetail:
    info = run["info"]
    tags = _pairs(run, "tags")
    return RunDetail(
        run_id=info["run_id"],
        experiment_id=str(info.get("experiment_id", "")),
        experiment_name=experiment_name,
        name=_name(info, tags),
        status=info.get("status", ""),
        user=_user(info, tags),
        start_ms=whole(info.get("start_time")),
        end_ms=whole(info.get("end_time")) or None,
        lifecycle=info.get("lifecycle_stage", "active"),
        artifact_uri=info.get("artifact_uri", ""),
        params=_pairs(run, "params"),
        metrics=tuple(
            MetricValue(
                metric["key"],
                true_number(_number(metric.get("value"))),
                whole(metric.get("step")) or 0,
                whole(metric.get("timestamp")) or 0,
            )
            for metric in run.get("data", {}).get("metrics", ())
        ),
        tags=tags,
        datasets=tuple(_dataset(used) for used in _dataset_inputs(run)),
        logged_model_ids=tuple(output.get("model_id", "") for output in _model_outputs(run)),
        parent_id=tags.get(PARENT_TAG) or None,
    )


def _dataset(used: Json) -> DatasetInput:
    dataset = used["dataset"]
    return DatasetInput(
        name=dataset.get("name", ""),
        digest=dataset.get("digest", ""),
        source_type=dataset.get("source_type", ""),
        source=dataset.get("source", ""),
        schema=dataset.get("schema", ""),
        profile=dataset.get("profile", ""),
        context=next((tag.get("value", "") for tag in used.get("tags", ()) if tag.get("key") == CONTEXT_TAG), ""),
    )


def _pairs(run: Json, key: str) -> dict[str, str]:
    return {pair["key"]: pair.get("value", "") for pair in run.get("data", {}).get(key, ())}


def _dataset_inputs(run: Json) -> Sequence[Json]:
    used: Sequence[Json] = run.get("inputs", {}).get("dataset_inputs", ())
    return used


def _model_outputs(run: Json) -> Sequence[Json]:
    made: Sequence[Json] = run.get("outputs", {}).get("model_outputs", ())
    return made


def _name(info: Json, tags: Mapping[str, str]) -> str:
    return info.get("run_name") or tags.get(NAME_TAG, "")


def _user(info: Json, tags: Mapping[str, str]) -> str:
    return info.get("user_id") or tags.get(USER_TAG, "")


def _number(value: object) -> float:
    """A metric's value: a number, or "NaN", "Infinity", "-Infinity"; one left out is zero, the default that it had."""
    return float(value) if isinstance(value, (int, float, str)) else 0.0
