"""Registered models, their versions and what those are made of, as plain values that cross from a gateway.

Times are milliseconds since the epoch, UTC. Versions are texts of digits, as people and servers write them.
Texts are as the server gave them (hostile until ``domain.text.clean`` has seen them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui.domain.artifacts import ModelMetric

READY = "READY"
PENDING = "PENDING_REGISTRATION"
FAILED = "FAILED_REGISTRATION"
MISSING = "missing"
"""The lifecycle of a source run, and the status of a logged model, that is not on the server any more."""
ELSEWHERE = "elsewhere"
"""The lifecycle of a source run that lies in another workspace: it cannot be read from here, and nothing is wrong."""

PROMPT_TAG = "mlflow.prompt.is_prompt"
NO_STAGE = ("", "None")


@dataclass(frozen=True)
class ModelVersion:
    """One version of a registered model. Its aliases are with the model, which alone tells them reliably."""

    name: str
    version: str
    created_ms: int | None = None
    updated_ms: int | None = None
    status: str = READY
    status_message: str = ""
    user: str = ""  # "" where the server does not record it
    source: str = ""
    run_id: str = ""
    model_id: str = ""  # of the logged model that it was made from
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    stage: str = ""  # legacy; "" where there is none
    workspace: str = ""  # in which its run lies, where that is another one than this context's
    deployment: str = ""  # where its deployment job stands, in words

    @property
    def number(self) -> int:
        """The version as a number, to sort by; -1 for one that is none."""
        return int(self.version) if self.version.isdecimal() else -1


@dataclass(frozen=True)
class RegisteredModel:
    """A registered model: ``aliases`` from alias to version, ``latest`` the newest version of each legacy stage."""

    name: str
    created_ms: int | None = None
    updated_ms: int | None = None
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    latest: tuple[ModelVersion, ...] = ()
    is_whole: bool = True  # False of one that was listed and not read: neither its aliases nor its tags are known
    unread: str = ""  # why it could not be read, a sentence
    owner: str = ""  # as Unity Catalog tells it

    def as_read(self, found: RegisteredModel) -> RegisteredModel:
        """The model as it has been read since; where it could not be, this, with the reason why."""
        return replace(self, unread=found.unread) if found.unread else found

    @property
    def is_prompt(self) -> bool:
        """MLflow keeps prompts as registered models with a tag."""
        return self.tags.get(PROMPT_TAG) == "true"

    @property
    def newest(self) -> ModelVersion | None:
        """The newest version, where the server says it."""
        return max(self.latest, key=lambda made: made.number, default=None)

    def aliases_of(self, version: str) -> tuple[str, ...]:
        """The aliases that point to a version, by name."""
        return tuple(sorted(alias for alias, at in self.aliases.items() if at == version))


@dataclass(frozen=True)
class Numbered:
    """How many versions of a model were counted, and the newest ("" without any); ``is_all`` if none is left."""

    count: int
    newest: str = ""
    is_all: bool = True


@dataclass(frozen=True)
class ModelsPage:
    """Registered models in the server's order, and the token of the next page (None at the end)."""

    models: tuple[RegisteredModel, ...]
    next_token: str | None


@dataclass(frozen=True)
class VersionsPage:
    """Versions of one model, newest first, and the token of the next page (None at the end)."""

    versions: tuple[ModelVersion, ...]
    next_token: str | None


COPIED_FROM = "mlflow_deck.copied_from"
"""The tag of a version that came from another registry, and of the run that holds its files: what it was there."""


@dataclass(frozen=True)
class CarriedVersion:
    """The files of a version on the way to another registry: in a folder of this machine, with their SHA-256 by path.

    ``origin`` says where they come from: ``staging: models:/churn/12``.
    """

    origin: str
    folder: str
    hashes: Mapping[str, str]
    params: Mapping[str, str] = field(default_factory=dict)  # of the run that they come from


@dataclass(frozen=True)
class SourceRun:
    """What a version's source run is worth knowing for in lists; ``lifecycle`` is MISSING where it is gone."""

    run_id: str
    name: str = ""
    status: str = ""
    lifecycle: str = "active"
    user: str = ""
    experiment_id: str = ""
    start_ms: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    commit: str = ""
    workspace: str = ""  # of one that is ELSEWHERE

    @property
    def is_missing(self) -> bool:
        return self.lifecycle == MISSING

    @property
    def elsewhere(self) -> str:
        """``in workspace 123``; "" of a run that is here."""
        return f"in workspace {self.workspace}" if self.lifecycle == ELSEWHERE else ""


@dataclass(frozen=True)
class SourceModel:
    """What the logged model that a version was made from is worth knowing for; ``status`` is MISSING where it is gone.

    ``metrics`` are the last of each key on each dataset.
    """

    model_id: str
    name: str = ""
    status: str = ""
    run_id: str = ""
    metrics: tuple[ModelMetric, ...] = ()

    @property
    def is_missing(self) -> bool:
        return self.status == MISSING


@dataclass(frozen=True)
class SignatureField:
    """One input, output or param of a signature; ``type`` as MLflow names it ("double", "tensor(float32, -1×3)")."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True)
class Signature:
    """What a model takes and gives."""

    inputs: tuple[SignatureField, ...] = ()
    outputs: tuple[SignatureField, ...] = ()
    params: tuple[SignatureField, ...] = ()

    @property
    def summary(self) -> str:
        """``9 in, 1 out``, with the number of params where there are any."""
        params = f", {len(self.params)} params" if self.params else ""
        return f"{len(self.inputs)} in, {len(self.outputs)} out{params}"


@dataclass(frozen=True)
class ModelFacts:
    """What a version's files say of it. ``unread`` is a sentence where they could not be read."""

    signature: Signature | None = None
    input_example: str = ""  # the path of the file, "" without one
    flavors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    size_bytes: int | None = None
    mlflow_version: str = ""
    created: str = ""  # as the model's file says it
    files: tuple[str, ...] = ()
    unread: str = ""

    @property
    def is_read(self) -> bool:
        return not self.unread


@dataclass(frozen=True)
class Registrable:
    """A model of a run that can become a version: a logged model or a folder among the run's artifacts.

    ``has_signature`` is None where that is not known.
    """

    uri: str  # models:/m-… or runs:/ID/PATH
    label: str
    run_id: str
    model_id: str = ""
    has_signature: bool | None = None


# What MLflow takes as the name of an alias, a model or a tag, with its rules in words.


LONGEST_ALIAS = 255
LONGEST_TAG_KEY = 250
CATALOG_LEVELS = 3

_ALIAS = re.compile(r"[\w-]+")
_VERSION_ALIAS = re.compile(r"[vV]\d+")
_TAG_KEY = re.compile(r"[\w\-. :/]+")
_CATALOG_PART = re.compile(r"[^\x00-\x20./\x7f]+")


def alias_refusal(alias: str) -> str:
    """Why MLflow would not take this alias, as one sentence; "" where it would."""
    if not alias:
        return "An alias needs a name."
    if not _ALIAS.fullmatch(alias):
        return "An alias holds letters, digits, _ and - only: no spaces, dots or other signs."
    if len(alias) > LONGEST_ALIAS:
        return f"An alias has at most {LONGEST_ALIAS} characters; this one has {len(alias)}."
    if alias.lower() == "latest":
        return "“latest” is reserved: MLflow itself resolves it to the newest version."
    if _VERSION_ALIAS.fullmatch(alias):
        return f"“{alias}” is reserved: v and a number always mean that version."
    return ""


def alias_twin(alias: str, in_use: Iterable[str]) -> str:
    """Why this alias cannot stand beside those in use, as one sentence; "" where it can, or is one of them.

    A server over MySQL takes names that differ in case only for one and the same, so that setting ``Champion`` there
    would move ``champion`` without a word.
    """
    others = tuple(in_use)
    twin = next((other for other in others if other.casefold() == alias.casefold()), alias)
    if twin == alias or alias in others:
        return ""
    return f"“{twin}” is in use, and some servers take “{alias}” for the same alias: write it as it is in use."


def model_name_refusal(name: str, *, catalog: bool = False) -> str:
    """Why a registry would not take this name of a model; ``catalog`` is set for Unity Catalog's three levels."""
    if not name.strip():
        return "A model needs a name."
    if catalog:
        parts = name.split(".")
        if len(parts) != CATALOG_LEVELS or not all(_CATALOG_PART.fullmatch(part) for part in parts):
            return "In Unity Catalog a model is named by three levels: catalog.schema.model."
        return ""
    if "/" in name or ":" in name:
        return "A model's name holds neither / nor :, because models:/NAME/VERSION is how it is addressed."
    return ""


def tag_key_refusal(key: str) -> str:
    """Why MLflow would not take this name of a tag."""
    if not key.strip():
        return "A tag needs a name."
    if not _TAG_KEY.fullmatch(key):
        return "A tag's name holds letters, digits, spaces and _ - . : / only."
    if len(key) > LONGEST_TAG_KEY:
        return f"A tag's name has at most {LONGEST_TAG_KEY} characters; this one has {len(key)}."
    return ""


# The content of an MLmodel file and its requirements, as plain values.


_VALUE_LETTERS = 2000


def parse_facts(mlmodel: Mapping[str, Any], requirements: str, sizes: Mapping[str, int | None]) -> ModelFacts:
    """The facts in an MLmodel file; ``sizes`` are the files beside it, whatever is odd in any of them is left out."""
    example = mlmodel.get("saved_input_example_info")
    size = mlmodel.get("model_size_bytes")
    known = [n for n in sizes.values() if n is not None]
    flavors = mlmodel.get("flavors")
    return ModelFacts(
        signature=parse_signature(mlmodel.get("signature")),
        input_example=str(example.get("artifact_path", "")) if isinstance(example, Mapping) else "",
        flavors={
            str(name): {str(key): _text(value) for key, value in about.items()} if isinstance(about, Mapping) else {}
            for name, about in (flavors.items() if isinstance(flavors, Mapping) else ())
        },
        requirements=requirement_lines(requirements),
        size_bytes=size if isinstance(size, int) else (sum(known) if known and len(known) == len(sizes) else None),
        mlflow_version=str(mlmodel.get("mlflow_version") or ""),
        created=str(mlmodel.get("utc_time_created") or ""),
        files=tuple(sorted(sizes)),
    )


def requirement_lines(text: str) -> tuple[str, ...]:
    """The requirements in a file, without comments and blank lines."""
    lines = (line.split(" #")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def parse_signature(said: object) -> Signature | None:
    """A signature as an MLmodel file or a tag holds it: JSON texts under ``inputs``, ``outputs`` and ``params``."""
    if not isinstance(said, Mapping):
        return None
    parts = {name: _fields(said.get(name)) for name in ("inputs", "outputs", "params")}
    return Signature(parts["inputs"], parts["outputs"], parts["params"])


def _fields(said: object) -> tuple[SignatureField, ...]:
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except ValueError:
            return (SignatureField("", "not readable"),)
    if not isinstance(said, Sequence):
        return ()
    return tuple(_field(entry, number) for number, entry in enumerate(said) if isinstance(entry, Mapping))


def _field(entry: Mapping[str, Any], number: int) -> SignatureField:
    said = entry.get("name")
    name = f"[{number}]" if said is None or said == "" else str(said)  # a column of a frame may be called 0
    required = entry.get("required", "default" not in entry)
    return SignatureField(name, _type(entry), bool(required))


def _type(entry: Mapping[str, Any]) -> str:
    kind = str(entry.get("type", "?"))
    tensor = entry.get("tensor-spec")
    if isinstance(tensor, Mapping):
        shape = tensor.get("shape")
        sizes = "×".join(str(size) for size in shape) if isinstance(shape, Sequence) else "?"
        return f"tensor({tensor.get('dtype', '?')}, {sizes})"
    if kind == "array" and isinstance(entry.get("items"), Mapping):
        return f"array({_type(entry['items'])})"
    if kind == "object" and isinstance(entry.get("properties"), Mapping):
        inside = ", ".join(
            f"{name}: {_type(about) if isinstance(about, Mapping) else '?'}"
            for name, about in sorted(entry["properties"].items())
        )
        return f"object({inside})"
    if "default" in entry:
        return f"{kind} = {_text(entry['default'])}"
    return kind


def _text(value: object) -> str:
    if isinstance(value, str):
        return value[:_VALUE_LETTERS]
    if value is None:
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)[:_VALUE_LETTERS]
    except (TypeError, ValueError):
        return str(value)[:_VALUE_LETTERS]
