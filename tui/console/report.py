"""What is configured, in words; and a configuration file to begin with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from tui.config.launch import Launch
from tui.config.model import ModelSettings, Settings
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.domain.uris import masked
from tui.resources import example_config


def described(launch: Launch, file: Path) -> str:
    """What would be opened and every setting, a line each, with where it came from; no secret in it."""
    there = "" if file.is_file() else "  (there is no such file)"
    rows = [
        ("context", launch.context_name, ""),
        ("tracking_uri", masked(launch.tracking_uri), launch.origins["tracking_uri"]),
        ("registry_uri", masked(launch.registry_uri), launch.origins["registry_uri"]),
        ("profile", launch.profile or "-", launch.origins["profile"]),
        ("read_only", _text(launch.read_only), launch.origins["read_only"]),
        ("protected", _text(launch.protected), launch.origins["protected"]),
        ("experiment_path", launch.experiment_path or "-", launch.origins["experiment_path"]),
        ("workspace", launch.workspace or "-", launch.origins["workspace"]),
        ("catalog", launch.catalog or "-", launch.origins["catalog"]),
        ("columns", ", ".join(launch.columns) or "-", launch.origins["columns"]),
        ("timeout", f"{launch.timeout_s:g} s", launch.origins["timeout_s"]),
        ("page_size", f"{launch.page_size} runs", launch.origins["page_size"]),
    ]
    defaults = Settings()
    for entry in fields(Settings):
        if entry.name in ("context", "contexts", "models"):
            continue
        value = getattr(launch.settings, entry.name)
        if entry.name in ("keys", "metric_directions"):
            value = ", ".join(f"{action} = {keys}" for action, keys in value.items()) or "-"
        elif entry.name in ("plugins", "themes"):
            value = ", ".join(value) or "-"
        elif entry.name == "notices":
            value = f"{', '.join(value.of) or 'nothing'} by {', '.join(value.by) or 'nothing'}"
        same = getattr(launch.settings, entry.name) == getattr(defaults, entry.name)
        rows.append((entry.name, _text(value), launch.origins.get(entry.name, "default" if same else str(file))))
    for entry in fields(ModelSettings):
        value = getattr(launch.settings.models, entry.name)
        same = value == getattr(defaults.models, entry.name)
        said = ", ".join(f"{key} = {text}" for key, text in value.items()) if isinstance(value, Mapping) else value
        said = ", ".join(said) if isinstance(said, tuple) else said
        shown = "-" if said in ("", None) else _text(said)
        rows.append((f"models.{entry.name}", shown, "default" if same else str(file)))
    rows.append(("contexts", ", ".join(launch.settings.contexts) or "-", ""))
    name_wide = max(len(name) for name, _, _ in rows)
    value_wide = min(48, max(len(value) for _, value, _ in rows))
    lines = [f"configuration file: {clean(str(file))}{there}", ""]
    for name, value, origin in rows:
        lines.append(f"{name:<{name_wide}}  {clean(value):<{value_wide}}  {clean(origin)}".rstrip())
    return "\n".join(lines)


def place_as_plain(text: str) -> dict[str, object]:
    """What a place names, as plain data; nothing of it is looked up. Raises Problem (CONFIG) where it names none."""
    from tui.domain.places import parse_place

    place = parse_place(text)
    said = {
        "server": place.server,
        "experiment": place.experiment,
        "experiment_ids": list(place.experiment_ids),
        "run_ids": list(place.run_ids),
        "artifact_path": place.artifact_path,
        "filter": place.filter_string,
        "model": place.model,
        "version": place.version,
        "alias": place.alias,
        "endpoint": place.endpoint,
    }
    return {"kind": place.kind.value, **{name: value for name, value in said.items() if value}}


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def refuse_to_overwrite(file: Path) -> None:
    """Raises Problem (CONFIG) where a file is there already."""
    if file.exists():
        raise Problem(
            Kind.CONFIG, "Nothing was written", f"{file} is there already.", "Edit it, or name another with --config."
        )


def with_context(example: str, name: str, uri: str) -> str:
    """The example with one context in it, which is the one that is opened."""
    said, called = json.dumps(uri, ensure_ascii=False), json.dumps(name, ensure_ascii=False)
    example = example.replace("# context: prod\n", f"context: {called}\n", 1)
    return example.replace("contexts: {}\n", f"contexts:\n  {called}:\n    tracking_uri: {said}\n", 1)


def write_example(file: Path, context: tuple[str, str] | None = None) -> None:
    """Write the commented example, with a context of a name and a URI, to a file that is not there yet, privately.

    Raises Problem (CONFIG) if it is there, or cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8", opener=_private) as stream:
            stream.write(with_context(example_config(), *context) if context else example_config())
    except FileExistsError:
        refuse_to_overwrite(file)
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(Kind.CONFIG, "Nothing was written", f"{file}: {reason}.", "Name another with --config.") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
