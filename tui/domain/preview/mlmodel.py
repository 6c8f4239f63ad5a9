"""An MLmodel file read as what it is: flavors, signature field by field, example, requirements, who logged it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.preview.tree import Literal, Pairs, tree_of
from tui.domain.preview.values import TreeBody
from tui.domain.quantities import count, size

_MOST_ROWS = 5
_ABOUT = ("databricks_runtime", "metadata", "resources", "auth_policy", "prompts")


@dataclass(frozen=True)
class LoggedBy:
    """The run that logged a model; ``autologged`` names the integration that did it by itself, if one did."""

    run_id: str = ""
    run_name: str = ""
    user: str = ""
    autologged: str = ""
    problem: str = ""  # why nothing is known of the run


@dataclass(frozen=True)
class Beside:
    """Files beside the MLmodel file that belong to it; None where they are not there or could not be read."""

    requirements: str | None = None
    example: str | None = None


def read(model: Mapping[str, object], beside: Beside, by: LoggedBy | None) -> tuple[TreeBody, list[str]]:
    """A model as a tree of what a person asks of it, and the notes that go with it."""
    notes: list[str] = []
    top = Pairs()
    top.append(("model", Pairs(_about(model, by))))
    flavors = model.get("flavors")
    if isinstance(flavors, Mapping) and flavors:
        top.append(("flavors", _flavors(flavors)))
    else:
        notes.append("It names no flavor: MLflow cannot load it.")
    top += _signature(model.get("signature"), notes)
    top += _example(model.get("saved_input_example_info"), beside.example)
    if beside.requirements is not None:
        wanted = [line.strip() for line in beside.requirements.splitlines()]
        listed = [_text(line) for line in wanted if line and not line.startswith("#")]
        top.append(("requirements", listed))
    rest = {key: model[key] for key in _ABOUT if model.get(key) not in (None, "", {}, [])}
    if rest:
        top.append(("recorded", rest))
    body, more = tree_of(top)
    return TreeBody(body.nodes, open_depth=2), notes + more


def _text(text: str) -> Literal:
    return Literal(text)


def _about(model: Mapping[str, object], by: LoggedBy | None) -> Iterable[tuple[str, object]]:
    flavors = model.get("flavors")
    if isinstance(flavors, Mapping):
        names = [str(name) for name in flavors if name != "python_function"]
        python = flavors.get("python_function")
        callable_words = " (also as a python_function)" if python is not None and names else ""
        yield "flavor", _text((", ".join(names) or "python_function") + callable_words)
        if isinstance(python, Mapping) and python.get("python_version"):
            yield "Python", _text(str(python["python_version"]))
    if model.get("model_id"):
        yield "model id", _text(str(model["model_id"]))
    elif model.get("model_uuid"):
        yield "model uuid", _text(str(model["model_uuid"]))
    if model.get("run_id"):
        yield "run id", _text(str(model["run_id"]))
    recorded = model.get("model_size_bytes")
    if isinstance(recorded, int):
        yield "size", _text(f"{size(recorded)}  ({count(recorded)} bytes)")
    if model.get("utc_time_created"):
        yield "created", _text(f"{str(model['utc_time_created'])[:19]} UTC")
    if model.get("mlflow_version"):
        yield "MLflow", _text(str(model["mlflow_version"]))
    if by is None:
        return
    if by.problem:
        yield "logged by", Literal(by.problem, "warn")
        return
    who = by.user or "nobody named"
    yield "logged by", _text(f"{who}, in run {by.run_name or by.run_id}")
    yield "autologged", _text(f"yes, by {by.autologged}" if by.autologged else "no")


def _flavors(flavors: Mapping[object, object]) -> Pairs:
    """Flavors with the one that says what the model is first, and python_function, which nearly all have, last."""
    ordered = sorted(flavors, key=lambda name: (name == "python_function", str(name)))
    return Pairs((str(name), flavors[name]) for name in ordered)


def _signature(signature: object, notes: list[str]) -> Iterable[tuple[str, object]]:
    if not isinstance(signature, Mapping):
        notes.append("It has no signature: what it takes and gives is not recorded.")
        return
    for side in ("inputs", "outputs", "params"):
        recorded = signature.get(side)
        if not recorded:
            continue
        try:
            fields = json.loads(recorded) if isinstance(recorded, str) else recorded
        except (ValueError, RecursionError):
            notes.append(f"The signature's {side} are no JSON.")
            yield side, str(recorded)
            continue
        if isinstance(fields, Sequence) and not isinstance(fields, str):
            yield side, Pairs(_field(field, number, side) for number, field in enumerate(fields))
        else:
            yield side, fields


def _field(field: object, number: int, side: str) -> tuple[str, object]:
    """A field of a signature on one line: its name, its type, and whether it may be missing."""
    if not isinstance(field, Mapping):
        return f"[{number}]", field
    name = str(field["name"]) if field.get("name") is not None else f"[{number}]"
    words = type_words(field)
    if side == "params":
        words += f" = {json.dumps(field.get('default'), ensure_ascii=False)}"
    elif field.get("required") is False:
        words += "  optional"
    return name, Literal(words, "name")


def type_words(spec: object, depth: int = 0) -> str:
    """A type of MLflow's schemas as people write types: ``double``, ``int64 (?, 28, 28)``, ``list of {a: string}``."""
    if not isinstance(spec, Mapping):
        return str(spec)
    if depth > 6:
        return "…"
    kind = spec.get("type", "any")
    if kind == "tensor":
        tensor = spec.get("tensor-spec")
        if isinstance(tensor, Mapping):
            shape = tensor.get("shape")
            sizes = ", ".join("?" if part == -1 else str(part) for part in shape) if isinstance(shape, Sequence) else ""
            return f"{tensor.get('dtype', '?')} ({sizes})"
    if kind == "array":
        return f"list of {type_words(spec.get('items', {}), depth + 1)}"
    if kind == "map":
        return f"map to {type_words(spec.get('values', {}), depth + 1)}"
    if kind == "object" and isinstance(spec.get("properties"), Mapping):
        inner = spec["properties"]
        assert isinstance(inner, Mapping)
        parts = []
        for name, part in inner.items():
            optional = "?" if isinstance(part, Mapping) and part.get("required") is False else ""
            parts.append(f"{name}{optional}: {type_words(part, depth + 1)}")
        return "{" + ", ".join(parts) + "}"
    words = str(kind)
    if spec.get("shape"):
        words = f"list of {words}"
    return words


def _example(info: object, text: str | None) -> Iterable[tuple[str, object]]:
    if not isinstance(info, Mapping):
        return
    name = str(info.get("artifact_path", ""))
    if text is None:
        yield "input example", Pairs([("file", _text(name)), ("type", _text(str(info.get("type", ""))))])
        return
    try:
        example: object = json.loads(text)
    except (ValueError, RecursionError):
        yield "input example", Pairs([("file", _text(name)), ("content", _text("could not be read as JSON"))])
        return
    yield "input example", _rows(example)


def _rows(example: object) -> object:
    """An example table by column, each with its first values; anything else as it is."""
    if not isinstance(example, Mapping) or not isinstance(example.get("data"), list):
        return example
    data = example["data"]
    assert isinstance(data, list)
    names = example.get("columns")
    if not data or not all(isinstance(row, list) for row in data):
        return data[:_MOST_ROWS]
    width = max(len(row) for row in data)
    heads = [str(name) for name in names] if isinstance(names, list) and len(names) == width else []
    shown = Pairs()
    for number in range(width):
        values = [json.dumps(row[number], ensure_ascii=False)[:40] for row in data[:_MOST_ROWS] if number < len(row)]
        more = "  …" if len(data) > _MOST_ROWS else ""
        shown.append((heads[number] if heads else f"[{number}]", Literal("   ".join(values) + more, "number")))
    return shown
