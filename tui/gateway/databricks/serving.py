"""Serving endpoints through the Databricks SDK."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import (
    Endpoint,
    EntityKind,
    ServedEntity,
    ServingConfig,
    Share,
    Split,
    Update,
)
from tui.gateway.databricks.sdk import Sdk

_UPDATES = {
    "IN_PROGRESS": Update.RUNNING,
    "UPDATE_FAILED": Update.FAILED,
    "UPDATE_CANCELED": Update.CANCELLED,
}
_MISSING = (Kind.NOT_FOUND, Kind.FORBIDDEN)


class SdkServing:
    """ServingPort over the SDK."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    def endpoints(self) -> tuple[Endpoint, ...]:
        with self._sdk.told("Could not list the serving endpoints") as client:
            return tuple(_endpoint(found, whole=False) for found in client.serving_endpoints.list())

    def endpoint(self, name: str) -> Endpoint:
        with self._sdk.told(f"Could not read the endpoint {name}") as client:
            return _endpoint(client.serving_endpoints.get(name), whole=True)

    def details(self, names: Sequence[str]) -> tuple[Endpoint, ...]:
        found = []
        for name in names:
            try:
                found.append(self.endpoint(name))
            except Problem as problem:
                if problem.kind not in _MISSING:
                    raise
        return tuple(found)

    def server_log(self, endpoint: str, entity: str) -> str:
        with self._sdk.told(f"Could not read the server's log of {entity}") as client:
            return client.serving_endpoints.logs(endpoint, entity).logs or ""

    def build_log(self, endpoint: str, entity: str) -> str:
        with self._sdk.told(f"Could not read the build's log of {entity}") as client:
            return client.serving_endpoints.build_logs(endpoint, entity).logs or ""

    def change(self, endpoint: str, expected: Split, wanted: Split) -> None:
        """Begin to serve ``wanted``, if ``expected`` is what is served by now; answers before it is done."""
        title = f"Could not change the endpoint {endpoint}"
        with self._sdk.told(title, once=True) as client:
            from databricks.sdk.service.serving import (
                AutoCaptureConfigInput,
                Route,
                ServedEntityInput,
                TrafficConfig,
            )

            current = client.serving_endpoints.get(endpoint)
            now = _endpoint(current, whole=True)
            if now.update is Update.RUNNING:
                raise Problem(
                    Kind.BAD_REQUEST,
                    title,
                    "It is being updated just now.",
                    "Wait until that is over, then look again.",
                )
            if now.config.split != expected:
                raise Problem(
                    Kind.BAD_REQUEST, title, "It serves something else by now than what was shown.", "Look again."
                )
            entities = (current.config.served_entities if current.config else None) or []
            names = {share.name for share in wanted}
            inputs = [
                ServedEntityInput.from_dict(_input(share, _like(share, entities, names, title))) for share in wanted
            ]
            routes = [Route(traffic_percentage=share.percent, served_model_name=share.name) for share in wanted]
            captured = getattr(current.config, "auto_capture_config", None)
            # A config replaces the one before: where requests are captured is not to be lost by it.
            capture = AutoCaptureConfigInput.from_dict(captured.as_dict()) if captured else None
            client.serving_endpoints.update_config(
                endpoint,
                served_entities=inputs,
                traffic_config=TrafficConfig(routes=routes),
                auto_capture_config=capture,
            )


# What an answer tells of an entity and a request does not say.
_ANSWERED_ONLY = ("state", "creator", "creation_timestamp", "foundation_model")


def _like(share: Share, entities: Sequence[Any], names: Collection[str], title: str) -> dict[str, Any]:
    """The served entity whose settings a share keeps or takes over.

    That is the one of its name, else one of the same model, and of these rather one that is not to stay.
    """
    same = [entity for entity in entities if entity.entity_name == share.entity]
    same.sort(key=lambda entity: entity.name in names)
    found = next((entity for entity in entities if entity.name == share.name), same[0] if same else None)
    if found is None:
        raise Problem(
            Kind.BAD_REQUEST,
            title,
            f"Nothing of {share.entity} is served there, so that its size is not known.",
            "Add it in the workspace first.",
        )
    said: dict[str, Any] = found.as_dict()
    return said


def _input(share: Share, like: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in like.items() if key not in _ANSWERED_ONLY}
    kept["name"] = share.name
    if share.version:
        kept |= {"entity_name": share.entity, "entity_version": share.version}
    return kept


def _endpoint(found: Any, *, whole: bool) -> Endpoint:
    state = found.state
    pending = getattr(found, "pending_config", None)
    permission = getattr(found, "permission_level", None)
    return Endpoint(
        name=found.name or "",
        config=_config(found.config),
        pending=_config(pending) if pending is not None else None,
        ready=bool(state and state.ready and state.ready.value == "READY"),
        update=_UPDATES.get(state.config_update.value, Update.NONE) if state and state.config_update else Update.NONE,
        task=found.task or "",
        creator=found.creator or "",
        created_ms=found.creation_timestamp,
        updated_ms=found.last_updated_timestamp,
        permission=permission.value if permission else "",
        url=getattr(found, "endpoint_url", None) or "",
        tags={tag.key: tag.value or "" for tag in found.tags or ()},
        is_whole=whole,
    )


def _config(config: Any) -> ServingConfig:
    if config is None:
        return ServingConfig()
    traffic = getattr(config, "traffic_config", None)
    routes = {
        route.served_model_name or route.served_entity_name or "": route.traffic_percentage
        for route in (traffic.routes if traffic else None) or ()
    }
    entities = getattr(config, "served_entities", None) or getattr(config, "served_models", None) or ()
    return ServingConfig(
        tuple(_entity(entity, routes) for entity in entities),
        getattr(config, "config_version", None),
        getattr(config, "start_time", None),
    )


def _entity(entity: Any, routes: Mapping[str, int]) -> ServedEntity:
    kind, called = _what(entity)
    name = entity.name or ""
    state = getattr(entity, "state", None)
    deployment = state.deployment.value if state and state.deployment else ""
    return ServedEntity(
        name=name,
        entity=called,
        version=str(getattr(entity, "entity_version", None) or getattr(entity, "model_version", None) or ""),
        kind=kind,
        workload=_workload(entity),
        state=deployment.removeprefix("DEPLOYMENT_").lower(),
        message=(state.deployment_state_message or "") if state else "",
        traffic=routes.get(name, 0) if routes else None,
        created_ms=getattr(entity, "creation_timestamp", None),
        creator=getattr(entity, "creator", None) or "",
    )


def _what(entity: Any) -> tuple[EntityKind, str]:
    """What sort of thing is served, and what it is called; an entity may be no model of any registry."""
    external = getattr(entity, "external_model", None)
    if external is not None:
        provider = external.provider.value if external.provider else ""
        return "external", "/".join(part for part in (provider, external.name or "") if part)
    foundation = getattr(entity, "foundation_model", None)
    if foundation is not None:
        return "foundation", foundation.display_name or foundation.name or ""
    called = getattr(entity, "entity_name", None) or getattr(entity, "model_name", None) or ""
    if getattr(entity, "entity_version", None) or getattr(entity, "model_version", None):
        return "model", called
    # A feature specification is a function of Unity Catalog, without versions.
    return ("features" if called.count(".") == 2 else "other"), called or (entity.name or "")


def _workload(entity: Any) -> str:
    kind = getattr(entity, "workload_type", None)
    words = [str(getattr(entity, "workload_size", None) or ""), str(getattr(kind, "value", kind) or "")]
    least, most = (getattr(entity, f"{end}_provisioned_throughput", None) for end in ("min", "max"))
    if most is not None:
        words.append(f"{least or 0}–{most} tokens/s")
    said = " ".join(word for word in words if word)
    if getattr(entity, "scale_to_zero_enabled", None):
        said = f"{said}, to zero" if said else "to zero"
    return said
