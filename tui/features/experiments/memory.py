"""The experiments last seen, kept so that they stand there at once the next time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tui.domain.experiments.views import Experiment

REMEMBERED = 200  # experiments shown at once next time


def memory_name(memory_key: str) -> str:
    """The name under which the list of a context is kept."""
    return f"{memory_key}:experiments"


def seen(experiments: Iterable[Experiment], as_of_ms: int | None) -> dict[str, Any]:
    """The first experiments of a list, to be kept."""
    first = list(experiments)[:REMEMBERED]
    return {"as_of_ms": as_of_ms, "experiments": [[e.id, e.name, e.lifecycle, e.updated_ms] for e in first]}


def recalled(kept: Mapping[str, Any]) -> tuple[list[Experiment], int] | None:
    """The experiments that were kept, and when they were read; None if there is nothing that fits."""
    entries, as_of_ms = kept.get("experiments"), kept.get("as_of_ms")
    if not isinstance(entries, list) or not isinstance(as_of_ms, int):
        return None
    found = [experiment for entry in entries if (experiment := _experiment(entry))]
    return (found, as_of_ms) if found else None


def _experiment(entry: object) -> Experiment | None:
    if isinstance(entry, list) and len(entry) == 4 and all(isinstance(text, str) for text in entry[:3]):
        updated = entry[3] if isinstance(entry[3], int) else None
        return Experiment(entry[0], entry[1], entry[2], None, updated, "", {})
    return None
