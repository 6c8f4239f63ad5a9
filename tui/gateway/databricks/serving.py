"""Serving endpoints, asked of a workspace through the Databricks SDK's connection and read from its JSON."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tui.domain import serving
from tui.domain.problem import Kind, Problem
from tui.domain.serving import (
    MOST_KEPT,
    MOST_SENT,
    Answer,
    Body,
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
from tui.gateway import problems
from tui.gateway.databricks.sdk import Pace, Sdk, asked, asked_text
from tui.gateway.session import Connection

# Serving endpoints as a workspace tells them, read from its JSON.
#
# The SDK's classes are not used: a value of an enumeration, or a field, that they do not know would be gone.


Json = Mapping[str, Any]

_UPDATES = {
    "IN_PROGRESS": Update.RUNNING,
    "UPDATE_FAILED": Update.FAILED,
    "UPDATE_CANCELED": Update.CANCELLED,
}
_AWAKE = ("", "NOT_SUSPENDED")


def read_endpoint(found: Json, *, whole: bool) -> Endpoint:
    """One endpoint of a list, or (``whole``) of the answer about it alone."""
    state = part(found, "state")
    pending = found.get("pending_config")
    tile = part(found, "tile_endpoint_metadata")
    config = _config(part(found, "config"), whole=whole)
    return Endpoint(
        name=text_in(found, "name"),
        config=config,
        pending=_config(pending, whole=whole) if isinstance(pending, Mapping) else None,
        ready=text_in(state, "ready") == "READY",
        update=_UPDATES.get(text_in(state, "config_update"), Update.NONE),
        task=text_in(found, "task"),
        creator=text_in(found, "creator") or text_in(found, "creator_display_name"),
        created_ms=number(found, "creation_timestamp"),
        updated_ms=number(found, "last_updated_timestamp"),
        permission=text_in(found, "permission_level"),
        url=text_in(found, "endpoint_url"),
        tags={text_in(tag, "key"): text_in(tag, "value") for tag in parts(found, "tags")},
        is_whole=whole,
        kind=_kind(found, config),
        made_by=text_in(tile, "problem_type").replace("_", " ").lower() or ("agent" if tile else ""),
        is_stopped=text_in(state, "suspend") not in _AWAKE,
        system_update_failed=state.get("system_update_failure") is True,
        id=text_in(found, "id"),
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
    return text_in(entity, "entity_name") or text_in(entity, "model_name")


def version(entity: Json) -> str:
    return text_in(entity, "entity_version") or text_in(entity, "model_version")


def route_name(route: Json) -> str:
    return text_in(route, "served_model_name") or text_in(route, "served_entity_name")


def _config(config: Json, *, whole: bool) -> ServingConfig:
    _, listed = entities(config)
    routes = {
        route_name(route): number(route, "traffic_percentage") or 0
        for route in parts(part(config, "traffic_config"), "routes")
    }
    if not routes and whole and len(listed) == 1:
        # Nothing need be said of the traffic where there is one place for it to go.
        routes = {text_in(listed[0], "name"): 100}
    return ServingConfig(
        tuple(_entity(entity, routes) for entity in listed),
        number(config, "config_version"),
        number(config, "start_time"),
    )


def _entity(entity: Json, routes: Mapping[str, int]) -> ServedEntity:
    kind, called = _what(entity)
    state = part(entity, "state")
    name = text_in(entity, "name")
    return ServedEntity(
        name=name,
        entity=called,
        version=version(entity),
        kind=kind,
        workload=_workload(entity),
        state=text_in(state, "deployment").removeprefix("DEPLOYMENT_").lower(),
        message=text_in(state, "deployment_state_message"),
        traffic=routes.get(name, 0) if routes else None,
        created_ms=number(entity, "creation_timestamp"),
        creator=text_in(entity, "creator"),
    )


def _what(entity: Json) -> tuple[EntityKind, str]:
    """What sort of thing is served, and what it is called; an entity may be no model of any registry."""
    external, foundation = part(entity, "external_model"), part(entity, "foundation_model")
    if external:
        return "external", "/".join(word for word in (text_in(external, "provider"), text_in(external, "name")) if word)
    if version(entity):
        return "model", what(entity)
    if foundation:
        return "foundation", text_in(foundation, "display_name") or text_in(foundation, "name")
    called = what(entity)
    # A feature specification is a function of Unity Catalog, without versions.
    return ("features" if called.count(".") == 2 else "other"), called or text_in(entity, "name")


def _kind(found: Json, config: ServingConfig) -> EndpointKind:
    kinds = {entity.kind for entity in config.entities}
    if part(found, "tile_endpoint_metadata"):
        return "agent"
    if text_in(found, "endpoint_type") == "FOUNDATION_MODEL_API" or kinds == {"foundation"}:
        return "foundation"
    if "external" in kinds:
        return "external"
    if kinds == {"features"}:
        return "features"
    return "agent" if text_in(found, "task").startswith("agent/") else "model"


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
    sized = [] if words else [text_in(entity, "workload_size")]
    said = " ".join(word for word in (*sized, text_in(entity, "workload_type"), *words) if word)
    if entity.get("scale_to_zero_enabled") is True:
        said = f"{said}, to zero" if said else "to zero"
    return said


def _facts(found: Json) -> tuple[tuple[str, str], ...]:
    """What else is set on an endpoint, as pairs of a name and a few words."""
    gateway, capture = part(found, "ai_gateway"), part(part(found, "config"), "auto_capture_config")
    facts = [("description", text_in(found, "description"))]
    for called, table in (("inference table", part(gateway, "inference_table_config")), ("inference table", capture)):
        if table:
            where = ".".join(word for word in (text_in(table, "catalog_name"), text_in(table, "schema_name")) if word)
            begun = text_in(table, "table_name_prefix")
            is_on = "" if table.get("enabled") is not False else " (off)"
            facts.append((called, f"{where}{f'.{begun}_…' if begun else ''}{is_on}"))
    limits = [
        f"{number(limit, 'calls') or number(limit, 'tokens')} {'calls' if limit.get('calls') is not None else 'tokens'}"
        f" a {text_in(limit, 'renewal_period') or 'minute'} by {text_in(limit, 'key') or 'endpoint'}"
        for limit in parts(gateway, "rate_limits")
    ]
    facts.append(("rate limits", ", ".join(limits)))
    if part(gateway, "usage_tracking_config"):
        facts.append(("usage tracking", "on" if part(gateway, "usage_tracking_config").get("enabled") else "off"))
    if part(gateway, "guardrails"):
        facts.append(("guardrails", ", ".join(sorted(part(gateway, "guardrails")))))
    if found.get("route_optimized") is True:
        facts.append(("route", "optimized"))
    facts.append(("budget policy", text_in(found, "budget_policy_id") or text_in(found, "effective_budget_policy_id")))
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


def text_in(found: Json, key: str) -> str:
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


def config_body(found: Json, wanted: Split) -> tuple[dict[str, Any], Carried]:
    """What is sent for an endpoint to serve ``wanted``, and what of its settings that does not carry along."""
    config = part(found, "config")
    key, listed = entities(config)
    fixed = read_endpoint(found, whole=True).fixed
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
    traffic, astray = _traffic(part(config, "traffic_config"), wanted, [text_in(source, "name") for source in sources])
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
    new, old = ({text_in(one, "name") for one in parts(config, key)} for key in _LISTS)
    if new and old - new:
        yield f"served_models names {', '.join(sorted(old - new))}, which served_entities does not."


def _source(share: Share, listed: Sequence[Json], names: set[str]) -> Json | None:
    """The served entity whose settings a share keeps or takes over.

    That is the one of its name, else one of the same model, and of these rather one that is not to stay.
    """
    same = sorted((one for one in listed if what(one) == share.entity), key=lambda one: text_in(one, "name") in names)
    return next((one for one in listed if text_in(one, "name") == share.name), same[0] if same else None)


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
    name = text_in(entity, "name")
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
        if any(other.name == text_in(source, "name") for other in wanted if other is not share):
            yield f"{share.name} takes its settings over from {text_in(source, 'name')}."
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
        key: {text_in(one, "name"): one for one in listed},
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


_API = "/api/2.0/serving-endpoints"
_MOST_NUMBERS = 1 << 20


class SdkServing:
    """ServingPort over the SDK's connection; bodies are JSON as it comes and goes."""

    def __init__(self, sdk: Sdk, pace: Pace | None = None, connection: Connection | None = None) -> None:
        self._sdk = sdk
        self._connection = connection
        self._pace = pace or Pace()

    def endpoints(self) -> tuple[Endpoint, ...]:
        with self._sdk.raised_as("Could not list the serving endpoints") as client:
            listed = parts(asked(client, "GET", _API), "endpoints")
            return tuple(read_endpoint(found, whole=False) for found in listed)

    def endpoint(self, name: str) -> Endpoint:
        return read_endpoint(self._read(name), whole=True)

    def details(self, names: Sequence[str]) -> tuple[Endpoint, ...]:
        return self._pace.each(names, self.endpoint, unread)

    def server_log(self, endpoint: str, entity: str) -> str:
        return self._log(endpoint, entity, "logs", f"Could not read the server's log of {entity}")

    def build_log(self, endpoint: str, entity: str) -> str:
        return self._log(endpoint, entity, "build-logs", f"Could not read the build's log of {entity}")

    def numbers(self, endpoint: str) -> tuple[serving.Sample, ...]:
        with self._sdk.raised_as(f"Could not read how {endpoint} is doing") as client:
            return serving.samples(asked_text(client, f"{_path(endpoint)}/metrics", _MOST_NUMBERS))

    def events(self, endpoint: str) -> tuple[serving.Event, ...]:
        with self._sdk.raised_as(f"Could not read what has happened to {endpoint}") as client:
            found = parts(asked(client, "GET", f"{_path(endpoint)}/events"), "events")
        return tuple(
            serving.Event(
                number(one, "timestamp"),
                text_in(one, "type") or text_in(one, "event_type"),
                text_in(one, "message"),
            )
            for one in found
        )

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        title = f"Could not ask {endpoint}"
        if self._connection is None or self._connection.kind != "databricks":
            raise Problem(Kind.UNSUPPORTED, title, "The context's tracking server is no Databricks workspace.")
        if body.size > MOST_SENT:
            raise Problem(Kind.BAD_REQUEST, title, f"The request is too large: {body}.")
        of = f"/served-models/{quote(entity, safe='')}" if entity else ""
        path = f"/serving-endpoints/{quote(endpoint, safe='')}{of}/invocations"
        with problems.raised_as(title, self._connection.place):
            began = time.monotonic()
            headers = {"Content-Type": "application/json"}
            answer = self._connection.request(path, "POST", data=body.text.encode(), extra_headers=headers)
            took_ms = round((time.monotonic() - began) * 1000)
        told = answer.content
        served_by = answer.headers.get("served-model-name", "") or entity
        text = told[:MOST_KEPT].decode("utf-8", "replace")
        return Answer(answer.status_code, took_ms, text, served_by, len(told) > MOST_KEPT)

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        """What of the endpoint's settings a change to ``wanted`` would not carry along; sends nothing."""
        return config_body(self._read(endpoint), wanted)[1]

    def change(self, endpoint: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        """Begin to serve ``wanted``, if ``expected`` is what is served by now; answers before it is done."""
        title = f"Could not change the endpoint {endpoint}"
        with self._sdk.raised_as(title, once=True) as client:
            current = asked(client, "GET", _path(endpoint))
            now = read_endpoint(current, whole=True)
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
            sent, carried = config_body(current, wanted)
            if carried.refusals:
                raise Problem(Kind.BAD_REQUEST, title, " ".join(carried.refusals), "Change it in the workspace.")
            answer = asked(client, "PUT", f"{_path(endpoint)}/config", body=sent)
            return not_taken(sent, answer)

    def _read(self, name: str) -> Json:
        with self._sdk.raised_as(f"Could not read the endpoint {name}") as client:
            return asked(client, "GET", _path(name))

    def _log(self, endpoint: str, entity: str, which: str, title: str) -> str:
        with self._sdk.raised_as(title) as client:
            path = f"{_path(endpoint)}/served-models/{quote(entity, safe='')}/{which}"
            return text_in(asked(client, "GET", path), "logs")


def _path(endpoint: str) -> str:
    return f"{_API}/{quote(endpoint, safe='')}"


def unread(name: str, problem: Problem) -> Endpoint:
    """An endpoint of which only the name is known, with the reason why."""
    said = " ".join(part for part in (problem.message, problem.hint if problem.wait_s else "") if part)
    return Endpoint(name, unread=said)
