"""What lies in the artifact folder of a run or of a logged model, as plain values that cross between processes.

Paths are relative to their root, parted by ``/``, as the store gave them (hostile until ``domain.text.clean`` has
seen them).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui.domain.text import natural

HEAD_BYTES = 64 * 1024
"""What is read of a file to preview it."""
ASK_BYTES = 50 * 1000 * 1000
"""From how many bytes on a person is asked before they travel."""


@dataclass(frozen=True)
class ArtifactRoot:
    """Where paths begin: the artifact folder of a run, or that of a logged model."""

    kind: Literal["run", "model"]
    id: str

    def __str__(self) -> str:
        return self.uri()

    def uri(self, path: str = "") -> str:
        """The address that MLflow knows a file or folder by: ``runs:/ID/path``, ``models:/m-ID/path``."""
        scheme = "runs" if self.kind == "run" else "models"
        return f"{scheme}:/{self.id}/{path}" if path else f"{scheme}:/{self.id}"


@dataclass(frozen=True)
class ArtifactEntry:
    """A file or folder; ``size`` is in bytes, None for folders and where the store does not say."""

    path: str
    is_folder: bool
    size: int | None = None

    def __str__(self) -> str:
        return self.path

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class ArtifactListing:
    """One folder, one level: folders first, then by name as people count (``shard-2`` before ``shard-10``)."""

    root: ArtifactRoot
    path: str
    entries: tuple[ArtifactEntry, ...]
    place: str  # the store's own address of the folder, without secrets
    note: str = ""  # a sentence about it, where there is something to say


@dataclass(frozen=True)
class ModelMetric:
    """A value of a metric of a logged model: one for each step and each dataset that it was measured on."""

    key: str
    value: float
    step: int = 0
    dataset: str = ""
    digest: str = ""
    run_id: str = ""  # of the run that measured it, which need not be the one that logged the model
    time_ms: int | None = None


@dataclass(frozen=True)
class LoggedModel:
    """A model that a run logged (MLflow 3): it has a folder of its own, which the run's listing leaves out."""

    model_id: str
    name: str
    status: str  # READY, PENDING, FAILED
    created_ms: int | None
    place: str
    model_type: str = ""
    source_run_id: str = ""
    params: dict[str, str] = field(default_factory=dict)
    metrics: tuple[ModelMetric, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    experiment_id: str = ""

    @property
    def registered(self) -> tuple[tuple[str, str], ...]:
        """The versions that it was registered as, by model and number: MLflow keeps them in a tag of it."""
        try:
            kept = json.loads(self.tags.get("mlflow.modelVersions", "[]"))
            return tuple((str(one["name"]), str(one["version"])) for one in kept)
        except (ValueError, TypeError, KeyError):
            return ()

    @property
    def root(self) -> ArtifactRoot:
        return ArtifactRoot("model", self.model_id)


@dataclass(frozen=True)
class LoggedModelsPage:
    """Logged models of some experiments, newest first; ``next_token`` leads on, None where these are the last."""

    models: tuple[LoggedModel, ...]
    next_token: str | None = None


@dataclass(frozen=True)
class ArtifactHead:
    """The beginning of a file; ``size`` is that of the whole file, None where the store does not say."""

    data: bytes
    size: int | None
    travelled: int  # bytes that came from the store for it
    note: str = ""  # the limit of this kind of store, where it has one

    @property
    def is_whole(self) -> bool:
        return self.size is not None and len(self.data) >= self.size


@dataclass(frozen=True)
class FolderSize:
    """What a file or folder holds, everything below it counted; ``unsized`` files have no known size."""

    files: int
    size: int
    unsized: int = 0

    @property
    def needs_asking(self) -> bool:
        """Whether so much would travel that a person is asked first."""
        return self.size >= ASK_BYTES or self.unsized > 0


@dataclass(frozen=True)
class Downloaded:
    """A finished download: where it lies now, and how much it was.

    ``left_out`` are what a folder comes without, as the server gives it to nobody because of its name: files, and
    folders with a ``/`` behind them.
    """

    path: str
    files: int
    size: int
    left_out: tuple[str, ...] = ()


def sorted_entries(entries: Sequence[ArtifactEntry]) -> tuple[ArtifactEntry, ...]:
    """Folders first, then by name; numbers in names count as numbers."""
    return tuple(sorted(entries, key=lambda entry: (not entry.is_folder, natural(entry.name))))


def unsafe_reason(path: str) -> str:
    """Why a path must not be followed or written: a clause, or empty where it may be."""
    if "\0" in path:
        return "its name holds a NUL character"
    if path.startswith("/"):
        return "its path is absolute"
    parts = path.split("/")
    if ".." in parts:
        return "its path leads upwards (..)"
    if any(part in ("", ".") for part in parts) and path:
        return "its path has an empty part"
    return ""
