"""Experiments, runs, metrics, logged models, files and traces of a simulated workspace."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from tui.demo.simulated.state import (
    Answer,
    Experiment,
    Json,
    Refused,
    Request,
    Routes,
    Run,
    TableTrace,
    Workspace,
    missing,
    paged,
    stamp,
)

_API = "/api/2.0/mlflow"
_VIEWS = {"ACTIVE_ONLY": ("active",), "DELETED_ONLY": ("deleted",), "ALL": ("active", "deleted")}
_CONDITION = re.compile(
    r"""\s*(?:(?P<entity>metrics?|params?|tags?|attributes?)\.)?(?P<key>`[^`]+`|"[^"]+"|[\w./-]+)\s*"""
    r"""(?P<op>!=|<=|>=|=|<|>|NOT\s+ILIKE|ILIKE|LIKE|IN)\s*(?P<value>\(.*\)|'[^']*'|"[^"]*"|-?[\d.]+(?:e-?\d+)?)\s*""",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\s+AND\s+(?=(?:[^'\"]*['\"][^'\"]*['\"])*[^'\"]*$)", re.IGNORECASE)


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("POST", f"{_API}/experiments/search")(search_experiments)
    on("GET", f"{_API}/experiments/get")(get_experiment)
    on("GET", f"{_API}/experiments/get-by-name")(get_experiment_by_name)
    on("POST", f"{_API}/runs/search")(search_runs)
    on("GET", f"{_API}/runs/get")(get_run)
    on("POST", f"{_API}/runs/set-tag")(set_tag)
    on("POST", f"{_API}/runs/delete-tag")(delete_tag)
    on("GET", f"{_API}/metrics/get-history")(history)
    on("GET", f"{_API}/metrics/get-history-bulk-interval")(sampled_history)
    on("POST", f"{_API}/logged-models/search")(search_logged_models)
    on("POST", "/api/3.0/mlflow/traces/search")(search_traces)


def search_traces(workspace: Workspace, request: Request) -> Json:
    """Nobody has traced anything here."""
    return {"traces": []}


def search_logged_models(workspace: Workspace, request: Request) -> Json:
    said = request.said
    wanted = set(map(str, said.get("experiment_ids") or ()))
    asked = re.search(r"\bsource_run_id\s*=\s*['\"](\w+)['\"]", str(said.get("filter") or ""))
    found = [
        {
            "info": {
                "model_id": model.id,
                "experiment_id": workspace.runs[model.run_id].experiment_id,
                "name": model.name,
                "source_run_id": model.run_id,
                "status": "LOGGED_MODEL_READY",
                "creation_timestamp_ms": workspace.runs[model.run_id].start_ms,
                "artifact_uri": f"dbfs:/databricks/mlflow-tracking/models/{model.id}/artifacts",
                "tags": [{"key": key, "value": value} for key, value in model.tags.items()],
            },
            "data": {},
        }
        for model in workspace.logged_models
        if (asked is None or model.run_id == asked[1]) and workspace.runs[model.run_id].experiment_id in wanted
    ]
    return {"models": found}


def search_experiments(workspace: Workspace, request: Request) -> Json:
    said = request.said
    matches = _name_matcher(str(said.get("filter") or ""))
    kept = _VIEWS[said.get("view_type", "ACTIVE_ONLY")]
    found = [e for e in workspace.experiments.values() if e.lifecycle in kept and matches(e.name)]
    found.sort(key=lambda e: e.updated_ms, reverse=True)
    part, token = paged(found, request, default=1000, most=5000)
    return {"experiments": [experiment_json(e) for e in part], **token}


def get_experiment(workspace: Workspace, request: Request) -> Json:
    found = workspace.experiments.get(request.text("experiment_id"))
    if found is None:
        raise missing(f"Node ID {request.text('experiment_id')} does not exist.")
    return {"experiment": experiment_json(found)}


def get_experiment_by_name(workspace: Workspace, request: Request) -> Json:
    name = request.text("experiment_name")
    found = next((e for e in workspace.experiments.values() if e.name == name), None)
    if found is None:
        raise missing(f"Node {name} does not exist.")
    return {"experiment": experiment_json(found)}


def search_runs(workspace: Workspace, request: Request) -> Json:
    said = request.said
    wanted = set(map(str, said.get("experiment_ids") or ()))
    kept = _VIEWS[said.get("run_view_type", "ACTIVE_ONLY")]
    matches = _run_matcher(str(said.get("filter") or ""))
    runs = [r for r in workspace.runs.values() if r.experiment_id in wanted and r.lifecycle in kept and matches(r)]
    runs.sort(key=lambda r: (-r.start_ms, r.id))
    part, token = paged(runs, request, default=1000, most=50_000)
    return {"runs": [run_json(r) for r in part], **token}


def run_of(workspace: Workspace, request: Request) -> Run:
    """The run that a request names."""
    run_id = str(request.said.get("run_id") or request.said.get("run_uuid") or "")
    run = workspace.runs.get(run_id)
    if run is None:
        raise missing(f"Run '{run_id}' not found.")
    return run


def get_run(workspace: Workspace, request: Request) -> Json:
    return {"run": run_json(run_of(workspace, request))}


def set_tag(workspace: Workspace, request: Request) -> Json:
    run_of(workspace, request).tags[request.text("key")] = str(request.said.get("value") or "")
    return {}


def delete_tag(workspace: Workspace, request: Request) -> Json:
    run, key = run_of(workspace, request), request.text("key")
    if run.tags.pop(key, None) is None:
        raise missing(f"No tag with name: {key} in run with id {run.id}")
    return {}


def history(workspace: Workspace, request: Request) -> Json:
    points = run_of(workspace, request).metrics.get(request.text("metric_key"), [])
    part, token = paged(points, request, default=25_000, most=25_000)
    return {"metrics": [_point(request.text("metric_key"), *point) for point in part], **token}


def sampled_history(workspace: Workspace, request: Request) -> Json:
    key, most = request.text("metric_key"), int(request.said.get("max_results") or 320)
    first, last = (request.said.get(name) for name in ("start_step", "end_step"))
    found: list[Json] = []
    for run_id in request.lists.get("run_ids", []):
        if run_id not in workspace.runs:
            raise missing(f"Run '{run_id}' not found.")
        points = [
            point
            for point in workspace.runs[run_id].metrics.get(key, [])
            if (first is None or point[2] >= int(first)) and (last is None or point[2] <= int(last))
        ]
        stride = max(1, math.ceil(len(points) / max(1, most)))
        found += [{**_point(key, *point), "run_id": run_id} for point in points[::stride]]
    return {"metrics": found}


def experiment_json(experiment: Experiment) -> Json:
    return {
        "experiment_id": experiment.id,
        "name": experiment.name,
        "artifact_location": experiment.artifact_location,
        "lifecycle_stage": experiment.lifecycle,
        "creation_time": experiment.created_ms or experiment.updated_ms,
        "last_update_time": experiment.updated_ms,
        "tags": _pairs(experiment.tags.items()),
    }


def run_json(run: Run) -> Json:
    tags = {"mlflow.runName": run.name, "mlflow.user": run.user, **run.tags}
    return {
        "info": {
            "run_id": run.id,
            "run_uuid": run.id,
            "run_name": run.name,
            "experiment_id": run.experiment_id,
            "user_id": run.user,
            "status": run.status,
            "start_time": run.start_ms,
            **({"end_time": run.end_ms} if run.end_ms else {}),
            "artifact_uri": run.artifact_uri,
            "lifecycle_stage": run.lifecycle,
        },
        "data": {
            "metrics": [_point(key, *points[-1]) for key, points in run.metrics.items() if points],
            "params": _pairs(run.params.items()),
            "tags": _pairs(tags.items()),
        },
        "inputs": {"dataset_inputs": run.datasets},
        "outputs": {"model_outputs": [{"model_id": model, "step": "0"} for model in run.models]},
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in items]


def _point(key: str, value: float, at_ms: int, step: int) -> Json:
    if math.isfinite(value):
        said: object = value
    else:
        said = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return {"key": key, "value": said, "timestamp": at_ms, "step": step}


def _refused(text: str) -> Refused:
    return Refused(400, "INVALID_PARAMETER_VALUE", f"Invalid clause(s) in filter string: '{text}'")


def _like(pattern: str, text: str, *, fold: bool) -> bool:
    parts = [re.escape(part).replace("_", ".") for part in pattern.split("%")]
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL if fold else re.DOTALL) is not None


def _name_matcher(text: str) -> Callable[[str], bool]:
    if not text.strip():
        return lambda _name: True
    found = re.fullmatch(r"\s*(?:attributes?\.)?name\s+(I?LIKE)\s+(?:'([^']*)'|\"([^\"]*)\")\s*", text, re.IGNORECASE)
    if found is None:
        raise _refused(text)
    pattern, fold = found[2] if found[2] is not None else found[3], found[1].upper() == "ILIKE"
    return lambda name: _like(pattern, name, fold=fold)


def _run_matcher(text: str) -> Callable[[Run], bool]:
    if not text.strip():
        return lambda _run: True
    conditions = []
    for clause in _AND.split(text):
        found = _CONDITION.fullmatch(clause)
        if found is None:
            raise _refused(clause)
        conditions.append(found)
    return lambda run: all(_holds(run, found) for found in conditions)


def _holds(run: Run, found: re.Match[str]) -> bool:
    entity, key = (found["entity"] or "attribute").lower().rstrip("s"), found["key"].strip('`"')
    op, value = " ".join(found["op"].upper().split()), found["value"]
    actual: Any
    wanted: Any
    if entity == "metric":
        points = run.metrics.get(key)
        actual, wanted = points[-1][0] if points else None, float(value)
    else:
        wanted = value[1:-1]
        if entity == "param":
            actual = run.params.get(key)
        elif entity == "tag":
            actual = {"mlflow.runName": run.name, **run.tags}.get(key)
        else:
            attributes = {"run_id": run.id, "run_name": run.name, "status": run.status, "start_time": run.start_ms}
            if key not in attributes:
                raise _refused(found[0])
            actual = attributes[key]
            if key == "start_time":
                wanted = float(value)
    if actual is None:
        return False
    if op == "IN":
        return str(actual) in re.findall(r"['\"]([^'\"]*)['\"]", value)
    if op.endswith("LIKE"):
        matched = _like(str(wanted), str(actual), fold="ILIKE" in op)
        return not matched if op.startswith("NOT") else matched
    compare: dict[str, bool] = {"=": actual == wanted, "!=": actual != wanted}
    if op in compare:
        return compare[op]
    if isinstance(actual, str):
        raise _refused(found[0])
    return bool({"<": actual < wanted, "<=": actual <= wanted, ">": actual > wanted, ">=": actual >= wanted}[op])


# Files of runs and model versions: the Files API, signed addresses, and MLflow's own way to them.


_FS = "/api/2.0/fs"
_TIME = "Sun, 22 Nov 2026 12:00:00 GMT"


def add_files(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("HEAD", f"{_FS}/directories{{path*}}")(folder_there)
    on("GET", f"{_FS}/directories{{path*}}")(list_folder)
    on("PUT", f"{_FS}/directories{{path*}}")(lambda _workspace, _request, path: {})
    on("HEAD", f"{_FS}/files{{path*}}")(file_there)
    on("GET", f"{_FS}/files{{path*}}")(download)
    on("PUT", f"{_FS}/files{{path*}}")(upload)
    on("POST", f"{_FS}/create-download-url")(download_url)
    on("POST", f"{_FS}/create-upload-url")(upload_url)
    on("GET", "/signed{path*}")(download)
    on("PUT", "/signed{path*}")(upload)
    on("GET", "/api/2.0/mlflow/artifacts/list")(list_artifacts)
    on("POST", "/api/2.0/mlflow/artifacts/credentials-for-read")(credentials_for_read)


def _below(workspace: Workspace, path: str) -> dict[str, int | None]:
    """What is in a folder, one level: name → size, None for a folder."""
    prefix = path.rstrip("/") + "/"
    found: dict[str, int | None] = {}
    for name, content in workspace.files.items():
        if name.startswith(prefix):
            first, more, _ = name[len(prefix) :].partition("/")
            found[first] = None if more else len(content)
    return found


def folder_there(workspace: Workspace, _request: Request, path: str) -> Answer:
    return Answer(200 if _below(workspace, path) else 404)


def list_folder(workspace: Workspace, _request: Request, path: str) -> Json:
    found = _below(workspace, path)
    if not found:
        # Another code than MLflow's own: it asks by this whether a path is a folder.
        gone = missing("The directory being accessed is not found.")
        gone.code = "NOT_FOUND"
        raise gone
    return {
        "contents": [
            {
                "path": f"{path.rstrip('/')}/{name}",
                "name": name,
                "is_directory": size is None,
                **({} if size is None else {"file_size": size, "last_modified": 1_795_300_000_000}),
            }
            for name, size in sorted(found.items())
        ]
    }


def _content(workspace: Workspace, path: str) -> bytes:
    content = workspace.files.get(path)
    if content is None:
        raise missing(f"The file {path} being accessed is not found.")
    return content


def file_there(workspace: Workspace, _request: Request, path: str) -> Answer:
    content = workspace.files.get(path)
    if content is None:
        return Answer(404)
    return Answer(200, content, "application/octet-stream", {"Last-Modified": _TIME})


def download(workspace: Workspace, _request: Request, path: str) -> Answer:
    return Answer(200, _content(workspace, path), "application/octet-stream", {"Last-Modified": _TIME})


def upload(workspace: Workspace, request: Request, path: str) -> Answer:
    workspace.files[path] = request.content
    return Answer(204)


def download_url(workspace: Workspace, request: Request) -> Json:
    _content(workspace, request.text("path"))
    return {"url": f"{request.base}/signed{request.text('path')}?sig=simulated", "headers": []}


def upload_url(_workspace: Workspace, request: Request) -> Json:
    return {"url": f"{request.base}/signed{request.text('path')}?sig=simulated", "headers": []}


def list_artifacts(workspace: Workspace, request: Request) -> Json:
    run, path = run_of(workspace, request), str(request.said.get("path") or "")
    below = _below(workspace, f"{run.folder}/{path}".rstrip("/"))
    return {
        "root_uri": run.artifact_uri,
        "files": [
            {
                "path": f"{path}/{name}".lstrip("/"),
                "is_dir": size is None,
                **({} if size is None else {"file_size": size}),
            }
            for name, size in sorted(below.items())
        ],
    }


def credentials_for_read(workspace: Workspace, request: Request) -> Json:
    run = run_of(workspace, request)
    return {
        "credential_infos": [
            {
                "run_id": run.id,
                "path": path,
                "signed_uri": f"{request.base}/signed{run.folder}/{path}?sig=simulated",
                "headers": [],
                "type": "AWS_PRESIGNED_URL",
            }
            for path in request.said.get("path") or ()
        ]
    }


# Traces that lie in tables of Unity Catalog, and the warehouses that look through them.


_TRACES = "/api/4.0/mlflow/traces"
_WAREHOUSES = "/api/2.0/sql/warehouses"


def add_traces(routes: Routes) -> None:
    """Answer for the traces."""
    on = routes.on
    on("GET", _WAREHOUSES)(lambda w, _r: {"warehouses": [_warehouse(w, each) for each in w.warehouses]})
    on("GET", f"{_WAREHOUSES}/{{one}}")(lambda w, _r, one: _warehouse(w, _warehouse_id(w, one)))
    on("POST", f"{_WAREHOUSES}/{{one}}/start")(start_warehouse)
    on("POST", f"{_TRACES}/search-long-running")(search_table_traces)
    on("GET", f"{_TRACES}/search/operations/{{name}}")(lambda w, _r, name: w.searches.pop(name))
    on("GET", f"{_TRACES}/{{location}}/batchGet")(get_traces)
    on("GET", f"{_TRACES}/{{location}}/{{trace}}/info")(
        lambda w, _r, location, trace: {"trace": {"trace_info": _info_json(_table_trace(w, location, trace))}}
    )


def _warehouse_id(workspace: Workspace, warehouse: str) -> str:
    if warehouse not in workspace.warehouses:
        raise missing(f"SQL warehouse {warehouse} does not exist.")
    return warehouse


def _warehouse(workspace: Workspace, warehouse: str) -> Json:
    return {"id": warehouse, "name": f"Warehouse {warehouse}", "state": workspace.warehouses[warehouse]}


def start_warehouse(workspace: Workspace, _request: Request, one: str) -> Json:
    """A warehouse that is woken runs at once."""
    workspace.warehouses[_warehouse_id(workspace, one)] = "RUNNING"
    return {}


def search_table_traces(workspace: Workspace, request: Request) -> Json:
    """A search goes on for a while, and is asked for by its name until it is done."""
    said = request.said
    where = []
    for place in said.get("locations") or ():
        of_schema, experiment = place.get("uc_schema"), place.get("mlflow_experiment")
        if experiment is not None:
            raise missing("locations not yet supported")
        where.append(f"{of_schema['catalog_name']}.{of_schema['schema_name']}")
    there = [trace for trace in workspace.traces if trace.schema in where]
    found, token = paged(there, request, default=100, most=1000)
    answer = {"done": True, "response": {"trace_infos": [_info_json(trace) for trace in found], **token}}
    name = f"search-{next(workspace.numbers)}"
    workspace.searches[name] = {"name": name, **answer}
    return {"name": name, "done": False}


def _table_trace(workspace: Workspace, location: str, trace_id: str) -> TableTrace:
    for trace in workspace.traces:
        if (trace.schema, trace.id) == (location, trace_id):
            return trace
    raise missing(f"Trace {trace_id} does not exist in {location}.")


def get_traces(workspace: Workspace, request: Request, location: str) -> Json:
    wanted = set(request.lists.get("trace_ids") or ())
    there = [trace for trace in workspace.traces if trace.schema == location and trace.id in wanted]
    return {"traces": [{"trace_info": _info_json(trace), "spans": _spans_json(trace)} for trace in there]}


def _info_json(trace: TableTrace) -> Json:
    catalog, schema = trace.schema.split(".")
    return {
        "trace_id": trace.id,
        "trace_location": {"type": "UC_SCHEMA", "uc_schema": {"catalog_name": catalog, "schema_name": schema}},
        "request_preview": trace.request,
        "response_preview": trace.response,
        "request_time": stamp(trace.start_ms),
        "execution_duration": f"{trace.took_ms / 1000}s",
        "state": "ERROR" if trace.error else "OK",
        "trace_metadata": {"mlflow.trace.session": trace.session} if trace.session else {},
        "tags": {"mlflow.traceName": trace.name},
    }


def _spans_json(trace: TableTrace) -> list[Json]:
    """A root and a tool below it that took half of its time."""
    number = bytes.fromhex(trace.id)
    spans = []
    for at, (name, kind, part) in enumerate((("agent.run", "AGENT", 1), ("tool:find_order", "TOOL", 2)), start=1):
        said = {"mlflow.spanType": kind, "mlflow.spanInputs": trace.request, "mlflow.spanOutputs": trace.response}
        start = trace.start_ms * 1_000_000
        above = {} if at == 1 else {"parent_span_id": _bytes((1).to_bytes(8, "big"))}
        spans.append(
            {
                "trace_id": _bytes(number),
                "span_id": _bytes(at.to_bytes(8, "big")),
                **above,
                "name": name,
                "start_time_unix_nano": str(start),
                "end_time_unix_nano": str(start + trace.took_ms * 1_000_000 // part),
                "status": {"code": "STATUS_CODE_ERROR" if trace.error else "STATUS_CODE_OK", "message": trace.error},
                "attributes": [
                    {"key": key, "value": {"string_value": json.dumps(value)}} for key, value in said.items()
                ],
            }
        )
    return spans


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()
