"""The content of an MLmodel file and its requirements, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.models.values import ModelFacts, Signature, SignatureField

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
