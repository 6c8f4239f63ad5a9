"""Serving endpoints of a simulated workspace: what they serve, and the way from one config to the next."""

from __future__ import annotations

from typing import Any

from tui.demo.simulated.http import Refused, Request, Routes, missing
from tui.demo.simulated.state import Endpoint, Json, Update, Version, Workspace

_API = "/api/2.0/serving-endpoints"


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", _API)(search)
    on("GET", f"{_API}/{{name}}")(get)
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


def _state(endpoint: Endpoint) -> Json:
    update = "IN_PROGRESS" if endpoint.update else "UPDATE_FAILED" if endpoint.failed else "NOT_UPDATING"
    return {"ready": "READY" if endpoint.ready else "NOT_READY", "config_update": update}


def _brief(endpoint: Endpoint) -> Json:
    return {
        "id": endpoint.id or endpoint.name,
        "name": endpoint.name,
        "creator": endpoint.creator,
        "creation_timestamp": endpoint.created_ms,
        "last_updated_timestamp": endpoint.updated_ms,
        "state": _state(endpoint),
        "task": endpoint.task,
        "tags": [{"key": key, "value": value} for key, value in endpoint.tags.items()],
    }


def search(workspace: Workspace, _request: Request) -> Json:
    keys = ("name", "entity_name", "entity_version", "external_model", "foundation_model")
    return {
        "endpoints": [
            {
                **_brief(endpoint),
                "config": {
                    "served_entities": [
                        {key: entity[key] for key in keys if key in entity}
                        for entity in endpoint.config.get("served_entities", ())
                    ]
                },
            }
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
    return {
        **_brief(endpoint),
        "config": endpoint.config,
        **({"pending_config": {**pending.config, "start_time": pending.started_ms}} if pending else {}),
        "permission_level": endpoint.permission,
        "endpoint_url": f"{request.base}/serving-endpoints/{endpoint.name}/invocations",
        "route_optimized": False,
    }


def update_config(workspace: Workspace, request: Request, name: str) -> Json:
    endpoint = _endpoint(workspace, name)
    if endpoint.permission != "CAN_MANAGE":
        raise Refused(
            403, "PERMISSION_DENIED", f"{workspace.me} does not have permission 'Manage' on serving endpoint '{name}'."
        )
    if endpoint.update is not None:
        raise Refused(409, "RESOURCE_CONFLICT", f"Endpoint '{name}' is being updated; wait until that is over.")
    said = request.said
    entities, failure = [], ""
    for wanted in said.get("served_entities") or endpoint.config["served_entities"]:
        entity, trouble = _entity(workspace, wanted)
        entities.append(entity)
        failure = failure or trouble
    traffic = said.get("traffic_config") or endpoint.config.get("traffic_config") or {"routes": []}
    routes = _routes(traffic.get("routes") or (), {entity["name"] for entity in entities})
    config = {
        "served_entities": entities,
        "traffic_config": {"routes": routes},
        "config_version": int(endpoint.config.get("config_version", 0)) + 1,
    }
    if said.get("auto_capture_config"):
        config["auto_capture_config"] = said["auto_capture_config"]
    looks = workspace.looks_until_ready
    endpoint.failed, endpoint.update = None, Update(config, looks, workspace.now_ms(), failure)
    for entity in entities:
        lines = ["Building the container image ...", f"Resolving the requirements of {entity.get('entity_name', '')}"]
        lines.append(f"ERROR: {failure}" if failure else "Pushed the image.")
        endpoint.build_logs[entity["name"]] = "\n".join(lines) + "\n"
    return _json(endpoint, request)


def _entity(workspace: Workspace, wanted: Json) -> tuple[Json, str]:
    """A served entity as it will be, and why it will not come up ("" if it will)."""
    entity = {key: value for key, value in wanted.items() if key not in ("state", "creator", "creation_timestamp")}
    failure = ""
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
        routes.append({"served_model_name": name, "traffic_percentage": int(route["traffic_percentage"])})
    if sum(route["traffic_percentage"] for route in routes) != 100:
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Traffic percentages must sum to 100.")
    return routes


def _logs(kept: dict[str, str], entity: str) -> Json:
    if entity not in kept:
        raise missing(f"There are no logs of served model '{entity}'.")
    return {"logs": kept[entity]}


def server_logs(workspace: Workspace, _request: Request, name: str, entity: str) -> Json:
    return _logs(_endpoint(workspace, name).logs, entity)


def build_logs(workspace: Workspace, _request: Request, name: str, entity: str) -> Json:
    return _logs(_endpoint(workspace, name).build_logs, entity)
