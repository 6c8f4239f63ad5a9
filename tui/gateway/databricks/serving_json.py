"""Serving endpoints as a workspace tells them, read from its JSON.

The SDK's classes are not used: a value of an enumeration, or a field, that they do not know would be gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.serving.endpoints import (
    Endpoint,
    EndpointKind,
    EntityKind,
    ServedEntity,
    ServingConfig,
    Update,
)

Json = Mapping[str, Any]

_UPDATES = {
    "IN_PROGRESS": Update.RUNNING,
    "UPDATE_FAILED": Update.FAILED,
    "UPDATE_CANCELED": Update.CANCELLED,
}
_AWAKE = ("", "NOT_SUSPENDED")


def endpoint(found: Json, *, whole: bool) -> Endpoint:
    """One endpoint of a list, or (``whole``) of the answer about it alone."""
    state = part(found, "state")
    pending = found.get("pending_config")
    tile = part(found, "tile_endpoint_metadata")
    config = _config(part(found, "config"), whole=whole)
    return Endpoint(
        name=text(found, "name"),
        config=config,
        pending=_config(pending, whole=whole) if isinstance(pending, Mapping) else None,
        ready=text(state, "ready") == "READY",
        update=_UPDATES.get(text(state, "config_update"), Update.NONE),
        task=text(found, "task"),
        creator=text(found, "creator") or text(found, "creator_display_name"),
        created_ms=number(found, "creation_timestamp"),
        updated_ms=number(found, "last_updated_timestamp"),
        permission=text(found, "permission_level"),
        url=text(found, "endpoint_url"),
        tags={text(tag, "key"): text(tag, "value") for tag in parts(found, "tags")},
        is_whole=whole,
        kind=_kind(found, config),
        made_by=text(tile, "problem_type").replace("_", " ").lower() or ("agent" if tile else ""),
        is_stopped=text(state, "suspend") not in _AWAKE,
        system_update_failed=state.get("system_update_failure") is True,
        id=text(found, "id"),
        facts=_facts(found),
    )


def entities(config: Json) -> tuple[str, Sequence[Json]]:
    """The key under which a config lists what it serves, and the list; a workspace gives the old key beside the new."""
    for key in ("served_entities", "served_models"):
        if parts(config, key):
            return key, parts(config, key)
    return "served_entities", ()


def what(entity: Json) -> str:
    """The full name of the model that an entity serves; "" where it serves none."""
    return text(entity, "entity_name") or text(entity, "model_name")


def version(entity: Json) -> str:
    return text(entity, "entity_version") or text(entity, "model_version")


def route_name(route: Json) -> str:
    return text(route, "served_model_name") or text(route, "served_entity_name")


def _config(config: Json, *, whole: bool) -> ServingConfig:
    _, listed = entities(config)
    routes = {
        route_name(route): number(route, "traffic_percentage") or 0
        for route in parts(part(config, "traffic_config"), "routes")
    }
    if not routes and whole and len(listed) == 1:
        # Nothing need be said of the traffic where there is one place for it to go.
        routes = {text(listed[0], "name"): 100}
    return ServingConfig(
        tuple(_entity(entity, routes) for entity in listed),
        number(config, "config_version"),
        number(config, "start_time"),
    )


def _entity(entity: Json, routes: Mapping[str, int]) -> ServedEntity:
    kind, called = _what(entity)
    state = part(entity, "state")
    name = text(entity, "name")
    return ServedEntity(
        name=name,
        entity=called,
        version=version(entity),
        kind=kind,
        workload=_workload(entity),
        state=text(state, "deployment").removeprefix("DEPLOYMENT_").lower(),
        message=text(state, "deployment_state_message"),
        traffic=routes.get(name, 0) if routes else None,
        created_ms=number(entity, "creation_timestamp"),
        creator=text(entity, "creator"),
    )


def _what(entity: Json) -> tuple[EntityKind, str]:
    """What sort of thing is served, and what it is called; an entity may be no model of any registry."""
    external, foundation = part(entity, "external_model"), part(entity, "foundation_model")
    if external:
        return "external", "/".join(word for word in (text(external, "provider"), text(external, "name")) if word)
    if version(entity):
        return "model", what(entity)
    if foundation:
        return "foundation", text(foundation, "display_name") or text(foundation, "name")
    called = what(entity)
    # A feature specification is a function of Unity Catalog, without versions.
    return ("features" if called.count(".") == 2 else "other"), called or text(entity, "name")


def _kind(found: Json, config: ServingConfig) -> EndpointKind:
    kinds = {entity.kind for entity in config.entities}
    if part(found, "tile_endpoint_metadata"):
        return "agent"
    if text(found, "endpoint_type") == "FOUNDATION_MODEL_API" or kinds == {"foundation"}:
        return "foundation"
    if "external" in kinds:
        return "external"
    if kinds == {"features"}:
        return "features"
    return "agent" if text(found, "task").startswith("agent/") else "model"


def _workload(entity: Json) -> str:
    words = []
    for least, most, unit in (
        ("min_provisioned_concurrency", "max_provisioned_concurrency", "at once"),
        ("min_provisioned_throughput", "max_provisioned_throughput", "tokens/s"),
    ):
        if entity.get(most) is not None:
            words.append(f"{number(entity, least) or 0}–{number(entity, most)} {unit}")
    units = number(entity, "provisioned_model_units")
    if units:
        words.append(f"{units} model unit{'' if units == 1 else 's'}")
    # A size is told beside a range that was set, which alone counts.
    sized = [] if words else [text(entity, "workload_size")]
    said = " ".join(word for word in (*sized, text(entity, "workload_type"), *words) if word)
    if entity.get("scale_to_zero_enabled") is True:
        said = f"{said}, to zero" if said else "to zero"
    return said


def _facts(found: Json) -> tuple[tuple[str, str], ...]:
    """What else is set on an endpoint, as pairs of a name and a few words."""
    gateway, capture = part(found, "ai_gateway"), part(part(found, "config"), "auto_capture_config")
    facts = [("description", text(found, "description"))]
    for called, table in (("inference table", part(gateway, "inference_table_config")), ("inference table", capture)):
        if table:
            where = ".".join(word for word in (text(table, "catalog_name"), text(table, "schema_name")) if word)
            begun = text(table, "table_name_prefix")
            is_on = "" if table.get("enabled") is not False else " (off)"
            facts.append((called, f"{where}{f'.{begun}_…' if begun else ''}{is_on}"))
    limits = [
        f"{number(limit, 'calls') or number(limit, 'tokens')} {'calls' if limit.get('calls') is not None else 'tokens'}"
        f" a {text(limit, 'renewal_period') or 'minute'} by {text(limit, 'key') or 'endpoint'}"
        for limit in parts(gateway, "rate_limits")
    ]
    facts.append(("rate limits", ", ".join(limits)))
    if part(gateway, "usage_tracking_config"):
        facts.append(("usage tracking", "on" if part(gateway, "usage_tracking_config").get("enabled") else "off"))
    if part(gateway, "guardrails"):
        facts.append(("guardrails", ", ".join(sorted(part(gateway, "guardrails")))))
    if found.get("route_optimized") is True:
        facts.append(("route", "optimized"))
    facts.append(("budget policy", text(found, "budget_policy_id") or text(found, "effective_budget_policy_id")))
    return tuple((name, words) for name, words in facts if words)


# JSON of others: nothing in it is relied upon


def part(found: Json, key: str) -> Json:
    """An object within an object; an empty one where it is not there, or is something else."""
    value = found.get(key)
    return value if isinstance(value, Mapping) else {}


def parts(found: Json, key: str) -> Sequence[Json]:
    """A list of objects; what is no object in it is left out."""
    value = found.get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def text(found: Json, key: str) -> str:
    value = found.get(key)
    return "" if value is None or isinstance(value, (Mapping, list)) else str(value)


def number(found: Json, key: str) -> int | None:
    """A whole number, which JSON of a workspace may hold as text too."""
    value = found.get(key)
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return None
