"""Serving endpoints of a simulated workspace: what they serve, and the way from one config to the next."""

from __future__ import annotations

import json
from typing import Any

from tui.demo.simulated.state import (
    Answer,
    Endpoint,
    Json,
    Refused,
    Request,
    Routes,
    Update,
    Version,
    Workspace,
    missing,
)

_API = "/api/2.0/serving-endpoints"
_NAMES = {"model_name": "entity_name", "model_version": "entity_version"}


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", _API)(search)
    on("GET", f"{_API}/{{name}}")(get)
    on("GET", f"{_API}/{{name}}/metrics")(numbers)
    on("GET", f"{_API}/{{name}}/events")(events)
    on("POST", "/serving-endpoints/{name}/invocations")(invoke)
    on("POST", "/serving-endpoints/{name}/served-models/{entity}/invocations")(invoke)
    on("PUT", f"{_API}/{{name}}/config")(update_config)
    on("GET", f"{_API}/{{name}}/served-models/{{entity}}/logs")(server_logs)
    on("GET", f"{_API}/{{name}}/served-models/{{entity}}/build-logs")(build_logs)


def _endpoint(workspace: Workspace, name: str) -> Endpoint:
    found = workspace.endpoints.get(name)
    if found is None:
        raise missing(
            "The given endpoint does not exist, please retry after checking the specified endpoint name and version "
            "deployment exists."
        )
    return found


# What is made of a config that was given, when somebody looks at it. A workspace gives some of it back under two names,
# adds what it has made of it, and keeps to itself what is secret.

_NOT_ECHOED = ("burst_scaling_enabled",)
_MADE = ("state", "creator", "creation_timestamp", "type", "min_dbus", "max_dbus")


def _state(endpoint: Endpoint) -> Json:
    update = "IN_PROGRESS" if endpoint.update else "UPDATE_FAILED" if endpoint.failed else "NOT_UPDATING"
    said: Json = {"ready": "READY" if endpoint.ready else "NOT_READY", "config_update": update}
    if endpoint.is_own:
        return said
    suspended = "SUSPENDED" if endpoint.stopped else "NOT_SUSPENDED"
    return {**said, "suspend": suspended, "system_update_failure": endpoint.system_update_failed}


def _brief(endpoint: Endpoint) -> Json:
    said = {
        "name": endpoint.name,
        "creation_timestamp": endpoint.created_ms,
        "last_updated_timestamp": endpoint.updated_ms,
        "state": _state(endpoint),
        "permission_level": endpoint.permission,
        **({"task": endpoint.task} if endpoint.task else {}),
        **endpoint.more,
    }
    if endpoint.is_own:
        return said
    who = {
        "creator": endpoint.creator,
        "creator_display_name": endpoint.creator.partition("@")[0],
        "creator_kind": "User",
    }
    tags = [{"key": key, "value": value} for key, value in endpoint.tags.items()]
    return {
        "id": endpoint.id or endpoint.name,
        **said,
        **who,
        "tags": tags,
        "route_optimized": False,
        "description": "",
    }


def _told_entity(entity: Json) -> Json:
    told = {key: value for key, value in entity.items() if key not in _NOT_ECHOED}
    if "external_model" in told:
        told["external_model"] = without_plaintext(told["external_model"])
    if "foundation_model" in told:
        told["type"] = "FOUNDATION_MODEL"
    elif "external_model" in told:
        told["type"] = "EXTERNAL_MODEL"
    elif told.get("entity_version"):
        told["type"] = "UC_MODEL" if "." in str(told.get("entity_name")) else "WORKSPACE_MODEL"
    else:
        told["type"] = "FEATURE_SPEC"
    if "max_provisioned_throughput" in told:
        told |= {"workload_size": "Small", "workload_type": "GPU_XLARGE_8", "min_dbus": 106.0, "max_dbus": 106.0}
    elif "max_provisioned_concurrency" in told:
        told.setdefault("workload_size", "Custom")
    return told


def without_plaintext(value: Any) -> Any:
    """What is told of settings in which there may be keys: those that were given as plain text are not."""
    if not isinstance(value, dict):
        return value
    return {key: without_plaintext(inner) for key, inner in value.items() if not key.endswith("_plaintext")}


def _as_model(entity: Json) -> Json:
    """A served entity as it was called when only models were served."""
    renamed = {"entity_name": "model_name", "entity_version": "model_version"}
    return {renamed.get(key, key): value for key, value in entity.items()}


def _told_config(config: Json) -> Json:
    """A config as a workspace tells it: under both names, with the traffic that goes without saying."""
    if not config:
        return {}
    entities = [_told_entity(entity) for entity in config.get("served_entities", ())]
    routes = config.get("traffic_config", {}).get("routes")
    if not routes and len(entities) == 1:
        routes = [{"served_model_name": entities[0]["name"], "traffic_percentage": 100}]
    told = {**config, "served_entities": entities}
    if any(entity.get("entity_version") for entity in entities):
        told["served_models"] = [_as_model(entity) for entity in entities]
    if routes:
        both = [{**route, "served_entity_name": route["served_model_name"]} for route in routes]
        told["traffic_config"] = {**config.get("traffic_config", {}), "routes": both}
    return told


def search(workspace: Workspace, _request: Request) -> Json:
    keys = ["name", "entity_name", "entity_version", "model_name", "model_version", "type"]
    keys += ["external_model", "foundation_model"]

    def brief(config: Json) -> Json:
        told = _told_config(config)
        return {
            which: [{key: entity[key] for key in keys if key in entity} for entity in told[which]]
            for which in ("served_entities", "served_models")
            if which in told
        }

    return {
        "endpoints": [
            {**_brief(endpoint), "config": brief(endpoint.config)}
            for endpoint in workspace.endpoints.values()
            if endpoint.permission
        ]
    }


def _look(workspace: Workspace, endpoint: Endpoint) -> None:
    """Let an update go on by one look; at the last one it is done, or has failed."""
    update = endpoint.update
    if update is None:
        return
    update.looks_left -= 1
    if update.looks_left > 0:
        return
    endpoint.update = None
    if update.failure:
        for entity in update.config["served_entities"]:
            entity["state"] = {"deployment": "DEPLOYMENT_FAILED", "deployment_state_message": update.failure}
        endpoint.failed = update
        return
    for entity in update.config["served_entities"]:
        entity["state"] = {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""}
    endpoint.config, endpoint.ready = update.config, True
    endpoint.updated_ms = workspace.now_ms()


def get(workspace: Workspace, request: Request, name: str) -> Json:
    endpoint = _endpoint(workspace, name)
    _look(workspace, endpoint)
    return _json(endpoint, request)


def _json(endpoint: Endpoint, request: Request) -> Json:
    pending = endpoint.update or endpoint.failed
    told = _told_config(endpoint.config)
    coming = {**_told_config(pending.config), "start_time": pending.started_ms} if pending else {}
    said = {
        **_brief(endpoint),
        # One that has just been made has none yet.
        **({"config": told} if told or not pending else {}),
        **({"pending_config": coming} if coming else {}),
    }
    if not endpoint.is_own:
        said["endpoint_url"] = f"{request.base}/serving-endpoints/{endpoint.name}/invocations"
    return said


def update_config(workspace: Workspace, request: Request, name: str) -> Json:
    endpoint = _endpoint(workspace, name)
    if endpoint.permission != "CAN_MANAGE":
        raise Refused(
            403, "PERMISSION_DENIED", f"{workspace.me} does not have permission 'Manage' on serving endpoint '{name}'."
        )
    if endpoint.update is not None:
        raise Refused(409, "RESOURCE_CONFLICT", f"Endpoint '{name}' is being updated; wait until that is over.")
    said = request.said
    if endpoint.is_own:
        raise Refused(
            400, "INVALID_PARAMETER_VALUE", f"Endpoint '{name}' is managed by Databricks and cannot be updated."
        )
    if said.get("served_entities") and said.get("served_models"):
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Only one of served_entities and served_models may be given.")
    models = [{_NAMES.get(key, key): value for key, value in one.items()} for one in said.get("served_models") or ()]
    entities, failure = [], ""
    for wanted in said.get("served_entities") or models:
        entity, trouble = _entity(workspace, wanted)
        entities.append(entity)
        failure = failure or trouble
    if not entities:
        raise Refused(400, "INVALID_PARAMETER_VALUE", "At least one served entity is required.")
    traffic = said.get("traffic_config")
    if not traffic and len(entities) > 1:
        raise Refused(400, "INVALID_PARAMETER_VALUE", "A traffic_config is required for more than one served entity.")
    # Whatever else is said is kept, and what is not said is gone: a config replaces the one before.
    config = {key: value for key, value in said.items() if key not in ("served_models", "config_version", "name")}
    config |= {"served_entities": entities, "config_version": int(endpoint.config.get("config_version", 0)) + 1}
    if traffic:
        named = {entity["name"] for entity in entities}
        config["traffic_config"] = {**traffic, "routes": _routes(traffic.get("routes") or (), named)}
    looks = workspace.looks_until_ready
    endpoint.failed, endpoint.update = None, Update(config, looks, workspace.now_ms(), failure)
    for entity in entities:
        lines = ["Building the container image ...", f"Resolving the requirements of {entity.get('entity_name', '')}"]
        lines.append(f"ERROR: {failure}" if failure else "Pushed the image.")
        endpoint.build_logs[entity["name"]] = "\n".join(lines) + "\n"
    return _json(endpoint, request)


def _entity(workspace: Workspace, wanted: Json) -> tuple[Json, str]:
    """A served entity as it will be, and why it will not come up ("" if it will)."""
    entity = {key: value for key, value in wanted.items() if key not in _MADE}
    failure = ""
    if "max_provisioned_concurrency" in entity and "workload_size" in entity:
        raise Refused(
            400,
            "INVALID_PARAMETER_VALUE",
            "workload_size and min/max_provisioned_concurrency cannot be given together.",
        )
    if "external_model" in entity and not _has_key(entity["external_model"]):
        raise Refused(400, "INVALID_PARAMETER_VALUE", "An API key is required for an external model.")
    name, number = str(entity.get("entity_name") or ""), str(entity.get("entity_version") or "")
    if name and number:
        version = _version(workspace, name, number)
        failure = version.fails_to_deploy
        entity.setdefault("name", f"{name.rsplit('.', 1)[-1]}-{number}")
    if not entity.get("name"):
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Missing required field: name of a served entity.")
    entity |= {
        "creator": workspace.me,
        "creation_timestamp": workspace.now_ms(),
        "state": {"deployment": "DEPLOYMENT_CREATING", "deployment_state_message": "Container creation in progress"},
    }
    return entity, failure


def _has_key(settings: Any) -> bool:
    """Whether there is something to sign in with among an external model's settings."""
    if isinstance(settings, dict):
        return any(_has_key(value) or key.endswith("_plaintext") for key, value in settings.items())
    return isinstance(settings, str) and settings.startswith("{{secrets/")


def _version(workspace: Workspace, name: str, number: str) -> Version:
    model = workspace.models.get(name) or workspace.legacy_models.get(name)
    version = model.versions.get(int(number)) if model and number.isdecimal() else None
    if version is None:
        raise missing(f"Model version '{number}' of '{name}' does not exist.")
    return version


def _routes(wanted: Any, names: set[str]) -> list[Json]:
    routes = []
    for route in wanted:
        name = route.get("served_model_name") or route.get("served_entity_name")
        if name not in names:
            raise Refused(400, "INVALID_PARAMETER_VALUE", f"Traffic is routed to '{name}', which is not served.")
        kept = {key: value for key, value in route.items() if key != "served_entity_name"}
        routes.append({**kept, "served_model_name": name, "traffic_percentage": int(route["traffic_percentage"])})
    if sum(route["traffic_percentage"] for route in routes) != 100:
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Traffic percentages must sum to 100.")
    return routes


def numbers(workspace: Workspace, _request: Request, name: str) -> Answer:
    """In the form that Prometheus reads."""
    endpoint = _endpoint(workspace, name)
    lines = ["# HELP request_count_total Number of requests", "# TYPE request_count_total counter"]
    for at, entity in enumerate(endpoint.config.get("served_entities", ()), start=1):
        label = f'endpoint_name="{name}",served_model_name="{entity["name"]}"'
        lines += [
            f"request_count_total{{{label}}} {12_000 // at}",
            f"request_4xx_count_total{{{label}}} {36 // at}",
            f"request_5xx_count_total{{{label}}} {6 // at}",
            f"cpu_usage_percentage{{{label}}} {41.5 / at}",
        ]
        within = {5: 2000, 25: 9000, 250: 11_900, "+Inf": 12_000}
        lines += [f'request_latency_ms_bucket{{{label},le="{edge}"}} {many // at}' for edge, many in within.items()]
        lines += [f"request_latency_ms_sum{{{label}}} {372_000 // at}"]
        lines += [f"request_latency_ms_count{{{label}}} {12_000 // at}"]
    return Answer(content="\n".join([*lines, ""]).encode(), content_type="text/plain")


def events(workspace: Workspace, _request: Request, name: str) -> Json:
    endpoint = _endpoint(workspace, name)
    found: list[Json] = [{"timestamp": endpoint.updated_ms, "type": "ENDPOINT_UPDATE_READY", "message": "It serves."}]
    if endpoint.failed is not None:
        failed = {"timestamp": endpoint.failed.started_ms, "type": "ENDPOINT_UPDATE_FAILED"}
        found.append({**failed, "message": endpoint.failed.failure})
    return {"events": found}


def invoke(workspace: Workspace, request: Request, name: str, entity: str = "") -> Answer:
    """An answer of the entity that is named, or of the one that gets the most traffic."""
    endpoint = _endpoint(workspace, name)
    if endpoint.permission not in ("CAN_MANAGE", "CAN_QUERY"):
        raise Refused(403, "PERMISSION_DENIED", f"{workspace.me} does not have permission 'Query' on '{name}'.")
    served = {one["name"]: one for one in endpoint.config.get("served_entities", ())}
    routes = endpoint.config.get("traffic_config", {}).get("routes") or ()
    shares = {route["served_model_name"]: int(route["traffic_percentage"]) for route in routes}
    chosen = entity or max(served, key=lambda one: shares.get(one, 100), default="")
    if chosen not in served:
        raise missing(f"There is no served model '{entity}'.")
    said = request.said
    form = next((key for key in ("dataframe_split", "dataframe_records", "inputs", "messages") if key in said), "")
    if not form:
        raise Refused(400, "BAD_REQUEST", "Invalid input: dataframe_split, dataframe_records or inputs is needed.")
    rows = said[form].get("data", ()) if form == "dataframe_split" else said[form]
    number = int(str(served[chosen].get("entity_version") or 1))
    answer = {"predictions": [round(0.1 + number / 100 + at / 10, 4) for at in range(len(rows))]}
    return Answer(content=json.dumps(answer).encode(), headers={"served-model-name": chosen})


def _logs(kept: dict[str, str], entity: str) -> Json:
    if entity not in kept:
        raise missing(f"There are no logs of served model '{entity}'.")
    return {"logs": kept[entity]}


def server_logs(workspace: Workspace, _request: Request, name: str, entity: str) -> Json:
    return _logs(_endpoint(workspace, name).logs, entity)


def build_logs(workspace: Workspace, _request: Request, name: str, entity: str) -> Json:
    return _logs(_endpoint(workspace, name).build_logs, entity)
