"""Which versions were registered from a run, as the run's logged models tell it in a tag of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs
from tui.gateway import problems

MODEL_VERSIONS_TAG = "mlflow.modelVersions"
"""MLflow writes it where a version is registered from a logged model: a list of names and versions in JSON."""
_MODELS_READ = 50  # logged models of one run that are looked at
_TITLE = "Could not read what was registered from this run"


def of_run(client: Any, run_id: str, place: str, *, has_aliases: bool) -> tuple[RegisteredAs, ...]:
    """The versions that a run's logged models name and that are there still, newest first, with their aliases.

    A version that was registered by other means is not among them. Raises Problem.
    """
    with problems.told(_TITLE, place):
        run = client.get_run(run_id)
        page = client.search_logged_models(
            [str(run.info.experiment_id)], filter_string=f"source_run_id = '{run_id}'", max_results=_MODELS_READ
        )
        named = {pair for model in page for pair in _named(str((model.tags or {}).get(MODEL_VERSIONS_TAG) or ""))}
    return tuple(_there(client, sorted(named, key=lambda pair: (pair[0], -int(pair[1]))), place, has_aliases))


def _named(text: str) -> list[tuple[str, str]]:
    """Names and versions that the tag holds; what is not as MLflow writes it is left out."""
    try:
        said = json.loads(text) if text else []
    except ValueError:
        return []
    return [
        (str(one["name"]), str(one["version"]))
        for one in (said if isinstance(said, list) else ())
        if isinstance(one, dict) and one.get("name") and str(one.get("version") or "").isdecimal()
    ]


def _there(client: Any, named: list[tuple[str, str]], place: str, has_aliases: bool) -> Iterable[RegisteredAs]:
    aliases: dict[str, dict[str, str]] = {}
    for model, version in named:
        try:
            with problems.told(_TITLE, place):
                client.get_model_version(model, version)
                if has_aliases and model not in aliases:
                    told = client.get_registered_model(model).aliases
                    aliases[model] = {alias: str(at) for alias, at in told.items()}
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                continue  # it has been deleted since
            if problem.kind is not Kind.FORBIDDEN:
                raise
        here = sorted(alias for alias, at in aliases.get(model, {}).items() if at == version)
        yield RegisteredAs(model, version, tuple(here))
