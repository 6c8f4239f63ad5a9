"""Which versions were registered from runs: as the registry tells, or as a run's logged models do in a tag."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs
from tui.gateway import problems

MODEL_VERSIONS_TAG = "mlflow.modelVersions"
"""MLflow writes it where a version is registered from a logged model: a list of names and versions in JSON."""
_MODELS_READ = 50  # logged models of one run that are looked at
# Ids in one IN (…): short enough for the address of a GET request (32 letters each), few enough round trips.
_RUNS_ASKED = 50
_VERSIONS_READ = 1000
_TITLE = "Could not read what was registered from this run"


def of_runs(
    client: Any, run_ids: Sequence[str], raised_as: Callable[[str], AbstractContextManager[None]]
) -> dict[str, tuple[RegisteredAs, ...]]:
    """Versions made from these runs, newest first, each with the aliases that point to it, by a search of them all."""
    wanted = [run_id for run_id in dict.fromkeys(run_ids) if run_id.replace("-", "").isalnum()]
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    aliases: dict[str, dict[str, list[str]]] = {}
    try:
        with raised_as("Could not read which models were made from these runs"):
            for at in range(0, len(wanted), _RUNS_ASKED):
                for run_id, model, version in _versions(client, wanted[at : at + _RUNS_ASKED]):
                    found[run_id].append((model, version))
            for model in {model for made in found.values() for model, _ in made}:
                aliases[model] = _aliases(client, model)
    except Problem as problem:
        if problem.kind is Kind.UNSUPPORTED:
            return {}
        raise
    return {
        run_id: tuple(
            RegisteredAs(model, version, tuple(sorted(aliases[model].get(version, ())))) for model, version in made
        )
        for run_id, made in found.items()
    }


def _versions(client: Any, run_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    asked = ", ".join(f"'{run_id}'" for run_id in run_ids)
    versions: list[tuple[str, str, str]] = []
    token: str | None = None
    while True:
        page = client.search_model_versions(f"run_id IN ({asked})", max_results=_VERSIONS_READ, page_token=token)
        versions += [(str(made.run_id), str(made.name), str(made.version)) for made in page]
        token = page.token or None
        if token is None:
            return versions


def _aliases(client: Any, model: str) -> dict[str, list[str]]:
    # Versions that come from a search carry no aliases; only the model itself does.
    named: dict[str, list[str]] = defaultdict(list)
    for alias, version in client.get_registered_model(model).aliases.items():
        named[str(version)].append(alias)
    return named


def of_run(client: Any, run_id: str, place: str, *, has_aliases: bool) -> tuple[RegisteredAs, ...]:
    """The versions that a run's logged models name and that are there still, newest first, with their aliases.

    A version that was registered by other means is not among them. Raises Problem.
    """
    with problems.raised_as(_TITLE, place):
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
            with problems.raised_as(_TITLE, place):
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
