"""How an endpoint is doing, from the numbers that a workspace gives out of it, and what has happened to it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.quantities import count, number

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
