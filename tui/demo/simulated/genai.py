"""Prompts of Unity Catalog, and traces that lie in its tables, by the surface that MLflow's client uses."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone

from tui.demo.simulated.governance import may, require, require_use
from tui.demo.simulated.models import version_of
from tui.demo.simulated.state import Json, Model, Request, Routes, TableTrace, Version, Workspace, missing, paged

_PROMPTS = "/api/2.0/mlflow/unity-catalog/prompts"
_TRACES = "/api/4.0/mlflow/traces"
_WAREHOUSES = "/api/2.0/sql/warehouses"


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("POST", f"{_PROMPTS}/search")(search)
    on("GET", f"{_PROMPTS}/{{name}}")(lambda w, _r, name: _prompt_json(readable(w, name)))
    on("POST", f"{_PROMPTS}/{{name}}/versions/search")(search_versions)
    on("GET", f"{_PROMPTS}/{{name}}/versions/{{version}}")(
        lambda w, _r, name, version: _version_json(readable(w, name), version_of(readable(w, name), version))
    )
    on("POST", f"{_PROMPTS}/{{name}}/aliases/{{alias}}")(set_alias)
    on("DELETE", f"{_PROMPTS}/{{name}}/aliases/{{alias}}")(delete_alias)
    on("POST", f"{_PROMPTS}/{{name}}/tags")(lambda w, r, name: _tag(_owned(w, name).tags, r))
    on("DELETE", f"{_PROMPTS}/{{name}}/tags/{{key}}")(lambda w, _r, name, key: _untag(_owned(w, name).tags, key))
    on("POST", f"{_PROMPTS}/{{name}}/versions/{{version}}/tags")(
        lambda w, r, name, version: _tag(version_of(_owned(w, name), version).tags, r)
    )
    on("DELETE", f"{_PROMPTS}/{{name}}/versions/{{version}}/tags/{{key}}")(
        lambda w, _r, name, version, key: _untag(version_of(_owned(w, name), version).tags, key)
    )
    on("GET", _WAREHOUSES)(lambda w, _r: {"warehouses": [_warehouse(w, each) for each in w.warehouses]})
    on("GET", f"{_WAREHOUSES}/{{one}}")(lambda w, _r, one: _warehouse(w, _warehouse_id(w, one)))
    on("POST", f"{_WAREHOUSES}/{{one}}/start")(start_warehouse)
    on("POST", f"{_TRACES}/search-long-running")(search_traces)
    on("GET", f"{_TRACES}/search/operations/{{name}}")(lambda w, _r, name: w.searches.pop(name))
    on("GET", f"{_TRACES}/{{location}}/batchGet")(get_traces)
    on("GET", f"{_TRACES}/{{location}}/{{trace}}/info")(
        lambda w, _r, location, trace: {"trace": {"trace_info": _info_json(_table_trace(w, location, trace))}}
    )


# prompts


def readable(workspace: Workspace, name: str) -> Model:
    """The prompt, where the person may see it."""
    prompt = workspace.prompts.get(name)
    if prompt is None:
        raise missing(f"Prompt '{name}' does not exist.")
    require_use(workspace, name)
    require(workspace, name, "EXECUTE", "BROWSE", "MANAGE")
    return prompt


def _owned(workspace: Workspace, name: str) -> Model:
    prompt = readable(workspace, name)
    require(workspace, name, "MANAGE")
    return prompt


def search(workspace: Workspace, request: Request) -> Json:
    """The prompts of one schema, without their aliases."""
    place = request.said.get("catalog_schema") or {}
    schema = f"{place.get('catalog_name')}.{place.get('schema_name')}"
    require_use(workspace, f"{schema}.any")
    there = [
        prompt
        for name, prompt in sorted(workspace.prompts.items())
        if name.rpartition(".")[0] == schema and may(workspace, name, "EXECUTE", "BROWSE", "MANAGE")
    ]
    part, token = paged(there, request, default=100, most=1000)
    return {"prompts": [_prompt_json(prompt) for prompt in part], **token}


def search_versions(workspace: Workspace, request: Request, name: str) -> Json:
    prompt = readable(workspace, name)
    part, token = paged(list(prompt.versions.values()), request, default=100, most=1000)
    return {"prompt_versions": [_version_json(prompt, version) for version in part], **token}


def set_alias(workspace: Workspace, request: Request, name: str, alias: str) -> Json:
    prompt = _owned(workspace, name)
    prompt.aliases[alias] = version_of(prompt, request.text("version")).number
    return {}


def delete_alias(workspace: Workspace, _request: Request, name: str, alias: str) -> Json:
    _owned(workspace, name).aliases.pop(alias, None)
    return {}


def _tag(tags: dict[str, str], request: Request) -> Json:
    tags[request.text("key")] = str(request.said.get("value", ""))
    return {}


def _untag(tags: dict[str, str], key: str) -> Json:
    tags.pop(key, None)
    return {}


def _prompt_json(prompt: Model) -> Json:
    tags = [{"key": key, "value": value} for key, value in prompt.tags.items()]
    return {"name": prompt.name, "description": prompt.description, "tags": tags}


def _version_json(prompt: Model, version: Version) -> Json:
    return {
        "name": prompt.name,
        "version": str(version.number),
        "creation_timestamp": _time(version.created_ms),
        "last_updated_timestamp": _time(version.created_ms),
        "description": version.description,
        "template": version.source,
        "tags": [{"key": key, "value": value} for key, value in version.tags.items()],
        "aliases": [
            {"alias": alias, "version": str(at)} for alias, at in prompt.aliases.items() if at == version.number
        ],
    }


# traces in tables


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


def search_traces(workspace: Workspace, request: Request) -> Json:
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


def _time(at_ms: int) -> str:

    at = datetime.fromtimestamp(at_ms // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def _info_json(trace: TableTrace) -> Json:
    catalog, schema = trace.schema.split(".")
    return {
        "trace_id": trace.id,
        "trace_location": {"type": "UC_SCHEMA", "uc_schema": {"catalog_name": catalog, "schema_name": schema}},
        "request_preview": trace.request,
        "response_preview": trace.response,
        "request_time": _time(trace.start_ms),
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
