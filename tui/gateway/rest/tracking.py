"""Experiments and runs of an MLflow server or Databricks workspace, read as JSON, the next page asked for ahead."""

from __future__ import annotations

import base64
import binascii
import contextvars
import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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


# Page after page of runs from a plain server, the next one asked for while the present one is on its way.
#
# A server's token is an offset into a list that others change meanwhile: runs that are started push the rest back, and
# what is deleted pulls it forward, past the end of the last page. So each page is asked for from a little before where
# the last one ended, and goes on after the runs that the last one ended with.


_OVERLAP = 1  # runs of a page that the last one held as well
FEW = 200  # runs, beyond which few look: the page that ends there is followed by none unasked
_LOOK_BACK = 200  # runs, where that one is no longer where it was
_KNOWN = 20  # of the runs that a page ended with are named in the token of the next
_KEPT_SECONDS = 30.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """A page as it is asked of the server."""

    experiments: tuple[str, ...]
    filter_string: str
    view: Lifecycle
    offset: int
    most: int


@dataclass
class _Coming:
    """A page that is being asked for on a thread of its own; no answer where that has failed."""

    came: float | None = None  # when it was there, by the monotonic clock
    done: threading.Event = field(default_factory=threading.Event)
    answer: Json | None = None


class RestPages:
    """``TrackingPort.search_runs`` of a plain server; thread safe."""

    def __init__(self, tracking: RestTracking, ahead_from: int = 0) -> None:
        self._tracking = tracking
        self._ahead_from = ahead_from  # the run up to which no page is asked for ahead
        self._lock = threading.Lock()
        self._coming: dict[_Asked, _Coming] = {}

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        offset, known = _read(token)
        if not known:
            found = self._tracking.runs_as_json(experiment_ids, filter_string, view, max_results, token)
            return _page(found, 0, offset + len(found.get("runs", ())))
        asked = _Asked(tuple(experiment_ids), filter_string, view, offset - _OVERLAP, max_results + _OVERLAP)
        # What is coming may be a smaller page than is asked for by now, and will do.
        asked, coming = self._take(asked)
        end = asked.offset + asked.most
        if end > self._ahead_from:
            self._begin(replace(asked, offset=end - _OVERLAP, most=max_results + _OVERLAP))
        return self._after(asked, self._answer_of(coming, asked), known)

    def _after(self, asked: _Asked, found: Json, known: frozenset[str]) -> RunsPage:
        """What of an answer comes after the runs that the last page ended with."""
        at, offset = _end_of(found, known), asked.offset
        if at is None and offset > 0:
            # Runs before them have been deleted, so that they are earlier than they were.
            offset = max(0, offset - _LOOK_BACK)
            most = asked.most + asked.offset - offset
            found = self._ask(_Asked(asked.experiments, asked.filter_string, asked.view, offset, most))
            at = _end_of(found, known)
        return _page(found, 0 if at is None else at + 1, offset + len(found.get("runs", ())))

    def _ask(self, asked: _Asked) -> Json:
        token = _written({"offset": asked.offset}) if asked.offset else None
        return self._tracking.runs_as_json(asked.experiments, asked.filter_string, asked.view, asked.most, token)

    def _answer_of(self, coming: _Coming | None, asked: _Asked) -> Json:
        if coming is not None:
            coming.done.wait()
            if coming.answer is not None:
                return coming.answer
        return self._ask(asked)

    def _take(self, asked: _Asked) -> tuple[_Asked, _Coming | None]:
        with self._lock:
            now = time.monotonic()
            self._coming = {
                key: kept for key, kept in self._coming.items() if kept.came is None or now - kept.came < _KEPT_SECONDS
            }
            found = next((key for key in self._coming if replace(key, most=asked.most) == asked), None)
            if found is None or found.most > asked.most:
                return asked, None
            return found, self._coming.pop(found)

    def _begin(self, asked: _Asked) -> None:
        coming = _Coming()
        with self._lock:
            if asked in self._coming:
                return
            self._coming[asked] = coming

        def work() -> None:
            try:
                coming.answer = self._ask(asked)
            except Exception:  # a page that nobody waits for yet: whoever does asks again, and is told
                _logger.debug("a page ahead could not be read", exc_info=True)
            coming.came = time.monotonic()
            coming.done.set()

        threading.Thread(target=contextvars.copy_context().run, args=(work,), name="page-ahead", daemon=True).start()


def _page(found: Json, first: int, offset: int) -> RunsPage:
    """The runs of an answer from ``first`` on; the list goes on at ``offset``, as far as the server says so too."""
    runs = found.get("runs", ())
    token = found.get("next_page_token")
    if token and runs and _read(token)[0] == offset:
        token = _written({"offset": offset, "known": [run["info"]["run_id"] for run in runs[-_KNOWN:]]})
    return columns_of(runs[first:]).page(token)


def _end_of(found: Json, known: frozenset[str]) -> int | None:
    """The place of the last run of an answer that the page before held."""
    runs = found.get("runs", ())
    return next((at for at in range(len(runs) - 1, -1, -1) if runs[at]["info"]["run_id"] in known), None)


def _written(said: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(said).encode()).decode()


def _read(token: str | None) -> tuple[int, frozenset[str]]:
    """The offset that a token holds, 0 where it holds none, and the runs that the page before it ended with."""
    try:
        said = json.loads(base64.b64decode(token or ""))
    except (ValueError, binascii.Error):
        return 0, frozenset()
    offset = said.get("offset") if isinstance(said, dict) else None
    if not isinstance(offset, int) or offset <= 0:
        return 0, frozenset()
    known = said.get("known")
    return offset, frozenset(map(str, known)) if isinstance(known, list) else frozenset()
