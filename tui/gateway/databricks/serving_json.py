"""Serving endpoints as a workspace tells them, read from its JSON.

The SDK's classes are not used: a value of an enumeration, or a field, that they do not know would be gone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.domain.serving import (
    Carried,
    Endpoint,
    EndpointKind,
    EntityKind,
    ServedEntity,
    ServingConfig,
    Share,
    Split,
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


# What is sent to a workspace to change what an endpoint serves: its own JSON, with what was asked for changed in it.
#
# A config replaces the one before. So everything that the workspace tells of a config, known here or not, goes back as
# it came, except what it only tells and never takes; and what could not go back is refused, or shown.


# What a workspace tells of a served entity and makes itself.
_TOLD_ONLY = frozenset(
    (
        *("state", "creator", "creator_display_name", "creator_kind", "creation_timestamp"),
        *("foundation_model", "type", "min_dbus", "max_dbus"),
    )
)
_CONFIG_TOLD_ONLY = frozenset(("config_version", "start_time", "state"))
_ROUTE_NAMES = ("served_model_name", "served_entity_name")
_LISTS = ("served_entities", "served_models")
_REFERENCE = re.compile(r"\{\{\s*secrets/")
_MASK = re.compile(r"\*{3,}|\[?REDACTED\]?|<redacted>", re.IGNORECASE)
# Which credential of an external model belongs to which name of it.
_PAIRED = {
    "aws_access_key_id": "aws_secret_access_key",
    "microsoft_entra_client_id": "microsoft_entra_client_secret",
    "project_id": "private_key",
}
_OTHER_CREDENTIALS = ("instance_profile_arn", "uc_service_credential_name")
_BURST = (
    "Whether burst scaling is on is not told by the workspace, and so not sent: "
    "if it was turned off, look at it again after this."
)


def body(found: Json, wanted: Split) -> tuple[dict[str, Any], Carried]:
    """What is sent for an endpoint to serve ``wanted``, and what of its settings that does not carry along."""
    config = part(found, "config")
    key, listed = entities(config)
    fixed = endpoint(found, whole=True).fixed
    if fixed or not listed:
        return {}, Carried(refusals=(fixed or "The workspace tells no config of it.",))
    refusals = list(_two_lists(config))
    names = {share.name for share in wanted}
    sent: list[dict[str, Any]] = []
    sources: list[Json] = []
    for share in wanted:
        source = _source(share, listed, names)
        if source is None:
            refusals.append(f"Nothing of {share.entity} is served there, so that its size is not known.")
            continue
        refusals += _lost(source)
        sources.append(source)
        sent.append(_entity_body(source, share, key))
    if refusals:
        return {}, Carried(refusals=tuple(dict.fromkeys(refusals)))
    built = {name: copy.deepcopy(value) for name, value in config.items() if name not in (*_LISTS, *_CONFIG_TOLD_ONLY)}
    built[key] = sent
    if "auto_capture_config" in built and isinstance(built["auto_capture_config"], dict):
        built["auto_capture_config"].pop("state", None)
    traffic, astray = _traffic(part(config, "traffic_config"), wanted, [text(source, "name") for source in sources])
    if traffic:
        built["traffic_config"] = traffic
    else:
        built.pop("traffic_config", None)
    return built, Carried(tuple([*astray, *_differences(sources, sent, wanted)]))


def not_taken(sent: Json, answer: Json) -> tuple[str, ...]:
    """What a workspace's answer to a change does not hold as it was sent, as paths; () where that cannot be told."""
    taken = part(answer, "pending_config") or part(answer, "config")
    if not taken:
        return ()
    now = dict(_leaves(_by_name(taken)))
    return tuple(
        path
        for path, value in _leaves(_by_name(sent))
        if now.get(path) != value and not path.endswith(("burst_scaling_enabled", "_plaintext"))
    )


def _two_lists(config: Json) -> Iterator[str]:
    """A workspace tells what is served under its old and its new name; the same, or nothing is to be done here."""
    new, old = ({text(one, "name") for one in parts(config, key)} for key in _LISTS)
    if new and old - new:
        yield f"served_models names {', '.join(sorted(old - new))}, which served_entities does not."


def _source(share: Share, listed: Sequence[Json], names: set[str]) -> Json | None:
    """The served entity whose settings a share keeps or takes over.

    That is the one of its name, else one of the same model, and of these rather one that is not to stay.
    """
    same = sorted((one for one in listed if what(one) == share.entity), key=lambda one: text(one, "name") in names)
    return next((one for one in listed if text(one, "name") == share.name), same[0] if same else None)


def _entity_body(source: Json, share: Share, key: str) -> dict[str, Any]:
    sent = {name: copy.deepcopy(value) for name, value in source.items() if name not in _TOLD_ONLY}
    sent["name"] = share.name
    if share.version and share.version != version(source):
        sent["entity_version" if key == "served_entities" else "model_version"] = share.version
    if sent.get("max_provisioned_concurrency") is not None:
        # Told beside the range, and refused beside it.
        sent.pop("workload_size", None)
    return sent


def _traffic(now: Json, wanted: Split, were: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The shares of the traffic, and what is told of those that lead nowhere."""
    if not now and len(wanted) == 1 and wanted[0].percent == 100:
        return {}, []
    routes = parts(now, "routes")
    by_name = {route_name(route): route for route in routes}
    sent = []
    for share, was in zip(wanted, were, strict=True):
        route = dict(copy.deepcopy(dict(by_name.get(share.name) or by_name.get(was) or {})))
        for key in [key for key in _ROUTE_NAMES if key in route] or _ROUTE_NAMES[:1]:
            route[key] = share.name
        route["traffic_percentage"] = share.percent
        sent.append(route)
    astray = [name for name in by_name if name not in {*were, *(share.name for share in wanted)}]
    told = [f"The route to {name}, which is not to be served, is not sent." for name in astray]
    return {**copy.deepcopy(dict(now)), "routes": sent}, told


def _lost(entity: Json) -> Iterator[str]:
    """Why an entity cannot be sent as it is: what is secret in it is not told."""
    name = text(entity, "name")
    masked = [path for path, value in _leaves(entity) if isinstance(value, str) and _MASK.fullmatch(value)]
    if masked:
        yield f"The workspace does not tell {', '.join(masked)} of {name}: a change from here would lose it."
    external = part(entity, "external_model")
    if not external or masked:
        return
    leaves = {path.rsplit(".", 1)[-1]: value for path, value in _leaves(external)}
    secret = {key for key, value in leaves.items() if isinstance(value, str) and _REFERENCE.match(value)}
    whole = bool(secret) or any(leaves.get(key) for key in _OTHER_CREDENTIALS)
    paired = all(secret_of in secret for key, secret_of in _PAIRED.items() if key in leaves)
    if not (whole and paired):
        yield (
            f"The key of the external model {name} was given as plain text, which the workspace does not tell: "
            "a change from here would lose it. Keep the key in a secret scope, or change the endpoint in the workspace."
        )


def _differences(sources: Sequence[Json], sent: Sequence[Json], wanted: Split) -> Iterator[str]:
    """Every difference between what is and what will be sent that nobody asked for, as sentences."""
    told_only: dict[str, None] = {}
    for source, new, share in zip(sources, sent, wanted, strict=True):
        was, will = dict(_leaves(source)), dict(_leaves(new))
        for path in sorted(was.keys() | will.keys()):
            if was.get(path) == will.get(path) or path in ("name", "entity_version", "model_version"):
                continue
            top = path.partition(".")[0]
            if top in _TOLD_ONLY:
                told_only[top] = None
            elif path == "workload_size":
                yield f"{share.name}: workload_size is told beside the range of concurrency, and only that is sent."
            else:
                yield f"{share.name}: {path} is not sent as it is."
        if any(other.name == text(source, "name") for other in wanted if other is not share):
            yield f"{share.name} takes its settings over from {text(source, 'name')}."
    if told_only:
        yield f"Told by the workspace alone, not sent: {', '.join(told_only)}."
    if any(version(one) and "burst_scaling_enabled" not in one for one in sources):
        yield _BURST


def _by_name(config: Json) -> dict[str, Any]:
    """A config whose lists of what is served and of routes are by name, whatever their order."""
    key, listed = entities(config)
    routes = parts(part(config, "traffic_config"), "routes")
    return {
        **{name: value for name, value in config.items() if name not in (*_LISTS, "traffic_config")},
        key: {text(one, "name"): one for one in listed},
        "traffic_config": {**part(config, "traffic_config"), "routes": {route_name(one): one for one in routes}},
    }


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within JSON that holds no other, with the keys that lead to it; an empty object is one too."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{at}]")
    else:
        yield path, value
