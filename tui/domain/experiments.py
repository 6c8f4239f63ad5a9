"""The values that the first frame needs: experiments, which of them to list, and what state a store is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Lifecycle(str, Enum):
    """Which lifecycle stages to list."""

    ACTIVE = "active"
    DELETED = "deleted"
    ALL = "all"

    @property
    def following(self) -> Lifecycle:
        """The one that the same key goes on to."""
        views = list(Lifecycle)
        return views[(views.index(self) + 1) % len(views)]


@dataclass(frozen=True)
class Experiment:
    """One experiment."""

    id: str
    name: str
    lifecycle: str  # "active" or "deleted"
    created_ms: int | None
    updated_ms: int | None
    artifact_location: str
    tags: dict[str, str]

    @property
    def note(self) -> str:
        return self.tags.get("mlflow.note.content", "")


@dataclass(frozen=True)
class ExperimentPage:
    """Experiments in the server's order, and the token of the next page (None at the end)."""

    experiments: tuple[Experiment, ...]
    next_token: str | None


class StoreCondition(str, Enum):
    """What a look at a store's address found, before MLflow was let near it."""

    READY = "ready"  # may be opened without changing anything
    MISSING = "missing"  # nothing is there; opening would create it
    OLDER = "older"  # opening would migrate its schema
    NEWER = "newer"  # made by a newer MLflow than the one installed
    NOT_A_STORE = "not_a_store"  # a file that is no MLflow database
    UNREADABLE = "unreadable"  # there, but may not be read
    LEGACY_FILES = "legacy_files"  # an ./mlruns folder of files, which today's MLflow refuses
