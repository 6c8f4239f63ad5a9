"""Serving endpoints as plain values: what they serve, where that is not what an alias says, and how they do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from tui.domain.quantities import count, number

ALIAS_TAG = "alias"
"""The tag of an endpoint that names the alias whose version it is meant to serve."""

EntityKind = Literal["model", "foundation", "external", "features", "other"]
EndpointKind = Literal["model", "agent", "foundation", "external", "features"]
KIND_WORDS: Mapping[EndpointKind, str] = {
    "model": "model",
    "agent": "agent",
    "foundation": "paid by the token",
    "external": "external model",
    "features": "feature function",
}
"""What an endpoint is for: models and agents of one's own, Databricks' own models paid by the token, and others."""


class Update(str, Enum):
    """Where an endpoint stands with its config; the value is how it is said."""

    NONE = ""
    RUNNING = "updating"
    FAILED = "update failed"
    CANCELLED = "update cancelled"


@dataclass(frozen=True)
class ServedEntity:
    """One thing that an endpoint serves. ``entity`` is a model's full name, or what else it is called."""

    name: str
    entity: str
    version: str = ""  # "" of what has none
    kind: EntityKind = "model"
    workload: str = ""  # "Small CPU, to zero"
    state: str = ""  # "ready", "creating", "failed", …; "" where it was not told
    message: str = ""
    traffic: int | None = None  # per cent; None where it was not told
    created_ms: int | None = None
    creator: str = ""

    @property
    def label(self) -> str:
        """``prod.ml.churn v12``, or what it is called."""
        return f"{self.entity} v{self.version}" if self.version else self.entity


@dataclass(frozen=True)
class ServingConfig:
    """A config: what is served and how the traffic is split."""

    entities: tuple[ServedEntity, ...] = ()
    version: int | None = None
    started_ms: int | None = None  # of one that is on its way

    @property
    def split(self) -> Split:
        """What of it can be changed from here."""
        return tuple(Share(e.name, e.entity, e.version, e.traffic or 0) for e in self.entities)


@dataclass(frozen=True)
class Endpoint:
    """A serving endpoint. A list tells neither traffic nor workloads: ``is_whole`` is False of such."""

    name: str
    config: ServingConfig = field(default_factory=ServingConfig)
    pending: ServingConfig | None = None
    ready: bool = False
    update: Update = Update.NONE
    task: str = ""
    creator: str = ""
    created_ms: int | None = None
    updated_ms: int | None = None
    permission: str = ""  # CAN_MANAGE, CAN_QUERY, CAN_VIEW; "" where it was not told
    url: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False
    unread: str = ""  # why it could not be read whole, a sentence
    kind: EndpointKind = "model"
    made_by: str = ""  # "multi agent supervisor": what of Databricks' own makes and changes it
    is_stopped: bool = False  # by a person: nothing is wrong with it
    system_update_failed: bool = False
    id: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # what else is set on it: inference table, rate limits, …

    @property
    def state(self) -> str:
        """In words: ``ready``, ``ready, updating``, ``stopped``, ``not ready, update failed``."""
        stands = "stopped" if self.is_stopped else "ready" if self.ready else "not ready"
        system = "system update failed" if self.system_update_failed else ""
        return ", ".join(part for part in (stands, self.update.value, system) if part)

    @property
    def kind_words(self) -> str:
        """What sort of endpoint it is: ``model``, ``external model``, ``agent, multi agent supervisor``."""
        return ", ".join(part for part in (KIND_WORDS[self.kind], self.made_by) if part)

    @property
    def is_first_coming(self) -> bool:
        """Whether it has just been made, and nothing of it serves yet."""
        return not self.config.entities and (self.pending is not None or self.update is Update.RUNNING)

    @property
    def is_in_trouble(self) -> bool:
        """Whether somebody should look at it: neither one that was stopped nor one that has just been made."""
        if self.update is Update.FAILED:
            return True
        return not (self.ready or self.is_stopped or self.is_first_coming)

    @property
    def fixed(self) -> str:
        """Why what it serves is not for people to change, as a sentence; "" where it is."""
        if self.kind == "foundation":
            return f"{self.name} is a model of Databricks' own, paid by the token: there is nothing to change."
        if self.made_by:
            return f"{self.name} was made by Agent Bricks ({self.made_by}), and is changed there."
        if self.is_whole and not self.config.entities:
            coming = "it is being made just now" if self.is_first_coming else "the workspace tells no config of it"
            return f"{self.name} serves nothing that could be changed: {coming}."
        return ""

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong, a line for each served entity that says so."""
        configs = [self.config, *([self.pending] if self.pending else [])]
        found = tuple(
            f"{e.name}: {e.message or e.state}" for c in configs for e in c.entities if e.state in ("failed", "aborted")
        )
        if self.system_update_failed:
            return (*found, "Databricks could not bring its system up to date; what serves goes on serving.")
        return found

    @property
    def may_manage(self) -> bool:
        """Whether this person may change it, as far as that was told."""
        return self.permission in ("", "CAN_MANAGE")


@dataclass(frozen=True)
class Share:
    """A served entity as far as it can be changed from here."""

    name: str
    entity: str
    version: str
    percent: int


Split = tuple[Share, ...]


@dataclass(frozen=True)
class Carried:
    """How much of an endpoint's settings a change carries along, in sentences.

    ``differences`` are what is not sent as it is, and was not asked for; ``refusals`` why nothing can be sent at all.
    """

    differences: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


def to_version(split: Split, name: str, version: str) -> Split:
    """The split with one served entity on another version of its model, and named after it where it was before."""

    def moved(share: Share) -> Share:
        if share.name != name:
            return share
        # The workspace names an entity churn-12, and a deployed agent's is called catalog-schema-churn_12.
        is_named_after = share.name.endswith((f"-{share.version}", f"_{share.version}"))
        renamed = share.name.removesuffix(share.version) + version if is_named_after else share.name
        taken = {other.name for other in split if other is not share}
        return Share(share.name if renamed in taken else renamed, share.entity, version, share.percent)

    return tuple(moved(share) for share in split)


def with_traffic(split: Split, percents: Mapping[str, int]) -> Split:
    """The split with other shares of the traffic, by the served entity's name."""
    return tuple(Share(s.name, s.entity, s.version, percents.get(s.name, s.percent)) for s in split)


def split_refusals(before: Split, after: Split) -> tuple[str, ...]:
    """Why a split cannot be set, as sentences."""
    found = []
    if before == after:
        found.append("There is nothing to do: it is so already.")
    if any(not 0 <= share.percent <= 100 for share in after):
        found.append("A share of the traffic is between 0 and 100.")
    total = sum(share.percent for share in after)
    if total != 100:
        found.append(f"The shares make {total}, not 100.")
    names = [share.name for share in after]
    if len(set(names)) != len(names):
        found.append("Two served entities would have the same name.")
    served = [(share.entity, share.version) for share in after if share.version]
    if len(set(served)) != len(served):
        found.append("The same version would be served twice.")
    return tuple(found)


def change_words(before: Split, after: Split) -> tuple[str, ...]:
    """What a change does, a line for each served entity: ``prod.ml.churn  v11 → v12  90%``."""
    lines = []
    for old, new in zip(before, after, strict=True):
        version = f"v{old.version}" if old.version else ""
        if old.version != new.version:
            version = f"v{old.version} → v{new.version}"
        percent = f"{old.percent}%" if old.percent == new.percent else f"{old.percent}% → {new.percent}%"
        lines.append("  ".join(part for part in (old.entity, version, percent) if part))
    return tuple(lines)


# what is served of a model


@dataclass(frozen=True)
class ServedAt:
    """A version of a model at an endpoint; ``traffic`` is None where it was not told."""

    endpoint: str
    name: str
    model: str
    version: str
    traffic: int | None = None
    state: str = ""
    alias: str = ""  # that the endpoint says it is meant to serve
    is_stopped: bool = False

    @property
    def words(self) -> str:
        """``churn-prod 90%``, ``churn-night stopped``."""
        if self.is_stopped:
            return f"{self.endpoint} stopped"
        return self.endpoint if self.traffic is None else f"{self.endpoint} {self.traffic}%"


def served(endpoints: Iterable[Endpoint]) -> dict[str, tuple[ServedAt, ...]]:
    """What is served of each registered model, by the model's name."""
    found: dict[str, list[ServedAt]] = {}
    for endpoint in endpoints:
        for entity in endpoint.config.entities:
            if entity.kind == "model" and entity.version:
                found.setdefault(entity.entity, []).append(
                    ServedAt(
                        endpoint.name,
                        entity.name,
                        entity.entity,
                        entity.version,
                        entity.traffic,
                        entity.state,
                        endpoint.tags.get(ALIAS_TAG, ""),
                        endpoint.is_stopped,
                    )
                )
    return {model: tuple(at) for model, at in found.items()}


@dataclass(frozen=True)
class Drift:
    """An endpoint that serves another version of a model than an alias says."""

    model: str
    alias: str
    aliased: str
    endpoint: str
    served: tuple[ServedAt, ...]  # what it serves of the model, most traffic first

    @property
    def words(self) -> str:
        """``champion is v12, churn-prod serves v11 90%, v10 10%``."""
        parts = [f"v{at.version}" + ("" if at.traffic is None else f" {at.traffic}%") for at in self.served]
        return f"{self.alias} is v{self.aliased}, {self.endpoint} serves {', '.join(parts)}"


def drifts(
    model: str, aliases: Mapping[str, str], at: Sequence[ServedAt], alias: str = "champion"
) -> tuple[Drift, ...]:
    """Where endpoints send most of a model's traffic to another version than the alias that they stand for.

    That is the one that the endpoint's tag ``alias`` names, else ``alias``; one that the model does not have is
    compared with nothing, and so is an endpoint that somebody has stopped.
    """
    found = []
    for endpoint in dict.fromkeys(one.endpoint for one in at if not one.is_stopped):
        here = sorted((one for one in at if one.endpoint == endpoint), key=lambda one: -(one.traffic or 0))
        wanted = here[0].alias or alias
        aliased = aliases.get(wanted)
        if aliased is None or here[0].version == aliased:
            continue
        if here[0].traffic is None and any(one.version == aliased for one in here):
            continue  # it serves that one too, and how much is not known
        found.append(Drift(model, wanted, aliased, endpoint, tuple(here)))
    return tuple(found)


def move_consequences(alias: str, to: str | None, at: Sequence[ServedAt], watched: str = "champion") -> tuple[str, ...]:
    """What a move of an alias means for what serves, as sentences; empty where no endpoint stands for that alias."""
    staying: list[str] = []
    there: list[str] = []
    for endpoint in dict.fromkeys(one.endpoint for one in at if not one.is_stopped):
        here = sorted((one for one in at if one.endpoint == endpoint), key=lambda one: -(one.traffic or 0))
        if (here[0].alias or watched) != alias:
            continue
        if here[0].version == to:
            there.append(f"{endpoint} serves v{to} already.")
        else:
            staying.append(f"{endpoint}{'' if staying else ' goes on serving'} v{here[0].version}")
    if not staying:
        return tuple(there)
    on = ", ".join(staying)
    if to is None:
        return (f"{on}; no {alias} is left to compare with.",)
    return (f"Endpoints pin versions, so moving {alias} to v{to} moves no traffic: {on}.", *there)


# A request to a serving endpoint and its answer, as plain values.


MOST_SENT = 1 << 20  # bytes of a request; a serving endpoint takes at most 16 MB
MOST_KEPT = 64 << 10  # bytes of an answer that are kept
_FORMS = frozenset(("inputs", "messages", "input", "dataframe_split", "dataframe_records"))


@dataclass(frozen=True)
class Body:
    """What is sent. Its content is never told to a log: as text it is its size."""

    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())

    def __str__(self) -> str:
        return f"{self.size} bytes"

    __repr__ = __str__


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, how long it took, the body (cut where it is long), and who it came from."""

    status: int
    took_ms: int
    text: str
    served_by: str = ""
    is_cut: bool = False


def body_refusal(text: str) -> str:
    """Why a text cannot be sent, as a sentence; "" where it can."""
    if len(text.encode()) > MOST_SENT:
        return f"It is too large: {len(text.encode())} bytes, {MOST_SENT} is the most."
    try:
        found = json.loads(text)
    except ValueError as error:
        return f"It is no JSON: {error}."
    return "" if isinstance(found, dict) else "A serving endpoint takes a JSON object."


def as_request(example: str, *, is_ready: bool) -> str:
    """What is sent for a version's input example; ``is_ready`` says that it was kept in the form of a request."""
    if is_ready:
        return example
    try:
        found = json.loads(example)
    except ValueError:
        return example
    if isinstance(found, Mapping) and "data" in found and not {"dataframe_split", "inputs"} & found.keys():
        return json.dumps({"dataframe_split": found})
    if isinstance(found, Mapping) and {"inputs", "messages", "input", "dataframe_split", "dataframe_records"} & {
        *found
    }:
        return example
    return json.dumps({"inputs": found})


# How an endpoint is doing, from the numbers that a workspace gives out of it, and what has happened to it.


_LINE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?\s*")
_LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"')
_MOST_LINES = 20_000
_ENTITY_LABELS = ("served_entity_name", "served_model_name", "served_entity", "model")
_LATENCY = "request_latency_ms"
_CALLED = {
    "request_count_total": "requests",
    "request_4xx_count_total": "errors of callers (4xx)",
    "request_5xx_count_total": "errors of the server (5xx)",
    "provisioned_concurrent_requests_total": "at once, provisioned",
    "cpu_usage_percentage": "CPU",
    "mem_usage_percentage": "memory",
    "gpu_usage_percentage": "GPU",
    "gpu_memory_usage_percentage": "GPU memory",
}


@dataclass(frozen=True)
class Sample:
    """One number: its name, its labels, its value."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    value: float = 0.0

    @property
    def entity(self) -> str:
        """The served entity that it is of; "" where it is of the endpoint."""
        return next((self.labels[label] for label in _ENTITY_LABELS if self.labels.get(label)), "")


@dataclass(frozen=True)
class Event:
    """Something that has happened to an endpoint."""

    at_ms: int | None
    kind: str
    message: str = ""


def samples(text: str) -> tuple[Sample, ...]:
    """The numbers of an answer in Prometheus' or OpenMetrics' form; lines that are neither are passed over."""
    found = []
    for line in text.splitlines()[:_MOST_LINES]:
        match = None if line.startswith("#") else _LINE.fullmatch(line.strip())
        if match is None:
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        found.append(Sample(match[1], dict(_LABEL.findall(match[2] or "")), value))
    return tuple(found)


def health(found: Sequence[Sample]) -> list[tuple[str, str]]:
    """Pairs of a name and a few words: requests, errors and latency of each served entity, then what else is told."""
    pairs: list[tuple[str, str]] = []
    for entity in dict.fromkeys(sample.entity for sample in found):
        own = [sample for sample in found if sample.entity == entity]
        begin = f"{entity}: " if entity else ""
        pairs += [(f"{begin}{name}", words) for name, words in _of_entity(own)]
    return pairs


def _of_entity(own: Sequence[Sample]) -> list[tuple[str, str]]:
    totals: dict[str, float] = {}
    for sample in own:
        if math.isfinite(sample.value):
            totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
    pairs = []
    requests = totals.get("request_count_total")
    for name, called in _CALLED.items():
        if name not in totals:
            continue
        said = f"{number(totals[name])}%" if name.endswith("_percentage") else count(round(totals[name]))
        if "xx_count" in name and requests:
            said += f"  {number(round(100 * totals[name] / requests, 2))}% of the requests"
        pairs.append((called, said))
    latency = _latency(own, totals)
    if latency:
        pairs.append(("latency", latency))
    known = {*_CALLED, *(f"{_LATENCY}{end}" for end in ("", "_bucket", "_sum", "_count"))}
    pairs += [(name, number(value)) for name, value in sorted(totals.items()) if name not in known]
    return pairs


def _latency(own: Sequence[Sample], totals: Mapping[str, float]) -> str:
    """``p50 ≤ 25 ms · p99 ≤ 250 ms · mean 31 ms``, as far as that is told."""
    words = [
        f"p{number(100 * float(sample.labels['quantile']))} {number(sample.value)} ms"
        for sample in own
        if sample.name == _LATENCY and _is_number(sample.labels.get("quantile", ""))
    ]
    buckets: dict[float, float] = {}
    for sample in own:
        edge = sample.labels.get("le", "")
        if sample.name == f"{_LATENCY}_bucket" and _is_number(edge):
            buckets[float(edge)] = buckets.get(float(edge), 0.0) + sample.value
    for share in (0.5, 0.99) if buckets else ():
        total = max(buckets.values())
        within = [edge for edge, many in sorted(buckets.items()) if total and many >= share * total]
        if within and math.isfinite(within[0]):
            words.append(f"p{share * 100:g} ≤ {number(within[0])} ms")
        elif within:
            last = max((edge for edge in buckets if math.isfinite(edge)), default=0.0)
            words.append(f"p{share * 100:g} > {number(last)} ms")
    many = totals.get(f"{_LATENCY}_count")
    if many:
        words.append(f"mean {number(round(totals.get(f'{_LATENCY}_sum', 0.0) / many, 1))} ms")
    return " · ".join(words)


def _is_number(text: str) -> bool:
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False


def newest_first(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: -(event.at_ms or 0))
