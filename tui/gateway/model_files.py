"""What a model's files say of it: signature, input example, flavors, requirements, size; read without leaving any."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from tui.domain.models.measures import latest_metrics
from tui.domain.models.values import MISSING, ModelFacts, ModelVersion, Registrable, SourceModel, parse_facts
from tui.domain.problem import Kind, Problem
from tui.domain.serving import MOST_SENT, as_request
from tui.domain.values import RegisteredAs
from tui.gateway import problems
from tui.gateway.artifacts.client import model_metric
from tui.gateway.session import all_of

_LOGGED = re.compile(r"models:/(m-[0-9a-f]{32})/?")
_FOLDER = re.compile(r".*/(?:logged_)?models/(m-[0-9a-f]{32})/artifacts/?")  # where MLflow keeps a logged model's files
_MLMODEL, _REQUIREMENTS = "MLmodel", "requirements.txt"
_LARGEST = 2_000_000  # bytes of a file that is read whole; a true MLmodel has a few thousand
_FOLDERS_LOOKED_INTO = 20
_HISTORY_TAG = "mlflow.log-model.history"
_MODELS_ASKED = 50  # logged models in one search; Databricks gives no more
MOST_METRICS = 400
"""Metrics of a logged model that are told, by name; a version is judged by few."""


def logged_model_of(source: str) -> str:
    """The id of the logged model that a source names, or ""."""
    found = _LOGGED.fullmatch(source)
    return found[1] if found else ""


def model_behind(source: str) -> str:
    """The id of the logged model that a source names, or whose folder it is, or ""."""
    found = _LOGGED.fullmatch(source) or _FOLDER.fullmatch(source)
    return found[1] if found else ""


def source_of(uri: str) -> str:
    """What a registry is told as the source: ``runs:/…`` becomes the artifacts' own address."""
    if not uri.startswith("runs:/"):
        return uri
    from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository

    return str(RunsArtifactRepository.get_underlying_uri(uri))


def of_version(client: Any, version: ModelVersion, tracking_uri: str, registry_kind: str) -> ModelFacts:
    """The facts of a version; what is in the way of reading them is told in the answer."""
    title = "Could not read the model's files"
    try:
        with problems.raised_as(title, version.source or "the model"):
            return _read(_location(client, version, registry_kind), tracking_uri)
    except Problem as problem:
        if problem.is_connection:
            raise
        return ModelFacts(unread=problem.message)


def _location(client: Any, version: ModelVersion, registry_kind: str) -> str:
    if registry_kind == "databricks-uc":
        # The logged model that it was made from may lie in another workspace; a metastore spans workspaces.
        return f"models:/{version.name}/{version.version}"
    # The files of a logged model that has been deleted are there still, and MLflow loads the version from them.
    logged = _logged(client, version.model_id) if version.model_id else None
    if logged is not None:
        return str(logged.artifact_location)
    if registry_kind in ("uc", "databricks"):
        return f"models:/{version.name}/{version.version}"
    # The client itself first reads the whole model, to see that it is no prompt: seconds where versions are many.
    return str(client._get_registry_client().get_model_version_download_uri(version.name, version.version))


def _logged(client: Any, model_id: str) -> Any | None:
    """A logged model; None where it has been deleted, though runs and versions name it still."""
    try:
        return client.get_logged_model(model_id)
    except Exception as error:  # only that it is not there is an answer
        if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def source_models(client: Any, model_ids: Sequence[str], experiment_ids: Sequence[str]) -> dict[str, SourceModel]:
    """Logged models by id: searched for in their experiments, many at once.

    Where the experiments are not known, one is read to learn its own, and the others are searched for there.
    """
    waiting = [model_id for model_id in dict.fromkeys(model_ids) if _LOGGED.fullmatch(f"models:/{model_id}")]
    found = {model_id: SourceModel(model_id, status=MISSING) for model_id in dict.fromkeys(model_ids) if model_id}
    experiments = [experiment for experiment in dict.fromkeys(experiment_ids) if experiment]
    if experiments:
        found.update(_searched(client, waiting, experiments))
        return found
    while waiting:
        first = _logged(client, waiting[0])
        if first is not None:
            found[waiting[0]] = _source_model(first)
            found.update(_searched(client, waiting[1:], [str(first.experiment_id)]))
        waiting = [model_id for model_id in waiting[1:] if found[model_id].is_missing]
    return found


def _searched(client: Any, model_ids: Sequence[str], experiments: list[str]) -> dict[str, SourceModel]:
    found: dict[str, SourceModel] = {}
    for at in range(0, len(model_ids), _MODELS_ASKED):
        some = [f"'{model_id}'" for model_id in model_ids[at : at + _MODELS_ASKED]]
        asked = f"model_id IN ({', '.join(some)})" if len(some) > 1 else f"model_id = {some[0]}"
        page = client.search_logged_models(experiments, filter_string=asked, max_results=_MODELS_ASKED)
        found.update((str(model.model_id), _source_model(model)) for model in page)
    return found


def _source_model(model: Any) -> SourceModel:
    metrics = latest_metrics(map(model_metric, model.metrics or ()))[:MOST_METRICS]
    status = str(getattr(model.status, "value", model.status) or "")
    run_id = str(model.source_run_id or "")
    return SourceModel(str(model.model_id), str(model.name or ""), status, run_id, metrics)


def _read(location: str, tracking_uri: str) -> ModelFacts:
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    if location.startswith("runs:/"):
        location = source_of(location)
    repository = get_artifact_repository(location, tracking_uri=tracking_uri)
    # Of a version in Unity Catalog's own storage MLflow cannot list the root by None.
    root = "" if location.startswith("models:/") else None
    sizes = {entry.path.rsplit("/", 1)[-1]: entry.file_size for entry in repository.list_artifacts(root)}
    if _MLMODEL not in sizes:
        return ModelFacts(files=tuple(sorted(sizes)), unread=f"There is no {_MLMODEL} file at {location}.")
    small = [name for name in (_MLMODEL, _REQUIREMENTS) if name in sizes and (sizes[name] or 0) <= _LARGEST]
    texts = _texts(repository, small)
    if _MLMODEL not in texts:
        return ModelFacts(files=tuple(sorted(sizes)), unread=f"The {_MLMODEL} file is too large to be one.")
    import yaml

    try:
        said = yaml.safe_load(texts[_MLMODEL])
    except yaml.YAMLError:
        said = None
    if not isinstance(said, Mapping):
        return ModelFacts(files=tuple(sorted(sizes)), unread=f"The {_MLMODEL} file is not what MLflow writes.")
    return parse_facts(said, texts.get(_REQUIREMENTS, ""), sizes)


def example_of(client: Any, version: ModelVersion, tracking_uri: str, registry_kind: str) -> str:
    """A version's input example in the form of a request; "" where there is none, or one that is large."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    location = _location(client, version, registry_kind)
    location = source_of(location) if location.startswith("runs:/") else location
    repository = get_artifact_repository(location, tracking_uri=tracking_uri)
    listed = repository.list_artifacts("" if location.startswith("models:/") else None)
    sizes = {entry.path.rsplit("/", 1)[-1]: entry.file_size or 0 for entry in listed}
    for name, is_ready in (("serving_input_example.json", True), ("input_example.json", False)):
        if name in sizes and sizes[name] <= MOST_SENT:
            return as_request(_texts(repository, [name]).get(name, ""), is_ready=is_ready)
    return ""


def _texts(repository: Any, names: Iterable[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
        for name in names:
            # A local store answers with the file itself: it is read where it is, and only what was copied goes away.
            path = repository.download_artifacts(name, dst_path=folder)
            with open(os.fspath(path), encoding="utf-8", errors="replace") as file:
                texts[name] = file.read(_LARGEST)
    return texts


def registrable(client: Any, run_id: str, tracking_uri: str) -> tuple[Registrable, ...]:
    """A run's logged models, then the model folders among its artifacts; whether each has a signature, where known."""
    run = client.get_run(run_id)
    found: list[Registrable] = []
    for output in (run.outputs.model_outputs or ()) if run.outputs else ():
        logged = _logged(client, output.model_id)
        if logged is None:
            continue
        signed = _has_signature(str(logged.artifact_location), tracking_uri)
        found.append(
            Registrable(f"models:/{logged.model_id}", logged.name or logged.model_id, run_id, logged.model_id, signed)
        )
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    signed_paths = _history(run.data.tags.get(_HISTORY_TAG, ""))
    # The client's own listing asks for logged models by each path, which a server of before MLflow 3 does not know.
    files = get_artifact_repository(run.info.artifact_uri, tracking_uri=tracking_uri)
    folders = [entry.path for entry in files.list_artifacts(None) if entry.is_dir][:_FOLDERS_LOOKED_INTO]
    for path in sorted({*folders, *signed_paths}):
        if path in signed_paths:
            found.append(Registrable(f"runs:/{run_id}/{path}", path, run_id, "", signed_paths[path]))
        elif any(entry.path.rsplit("/", 1)[-1] == _MLMODEL for entry in files.list_artifacts(path)):
            signed = _has_signature(f"runs:/{run_id}/{path}", tracking_uri)
            found.append(Registrable(f"runs:/{run_id}/{path}", path, run_id, "", signed))
    return tuple(found)


def registrable_at(client: Any, uri: str, tracking_uri: str) -> Registrable | None:
    """The logged model, or the model among a run's artifacts, that has this address; None where no model is there."""
    model_id = logged_model_of(uri)
    if model_id:
        logged = client.get_logged_model(model_id)
        signed = _has_signature(str(logged.artifact_location), tracking_uri)
        return Registrable(uri, logged.name or model_id, logged.source_run_id or "", model_id, signed)
    facts = _read(uri, tracking_uri)
    if _MLMODEL not in facts.files and not facts.is_read:
        return None
    run_id, _, path = uri.removeprefix("runs:/").partition("/")
    return Registrable(uri, path, run_id, "", facts.signature is not None if facts.is_read else None)


def _has_signature(location: str, tracking_uri: str) -> bool | None:
    try:
        with problems.raised_as("Could not read the model's files", location):
            facts = _read(location, tracking_uri)
    except Problem:
        return None
    return facts.signature is not None if facts.is_read else None


def _history(text: str) -> dict[str, bool]:
    """Paths of models that older clients logged, as their run's tag tells, and whether each has a signature."""
    try:
        said = json.loads(text) if text else []
    except ValueError:
        return {}
    entries: Sequence[Any] = said if isinstance(said, list) else []
    return {
        str(entry["artifact_path"]): bool(entry.get("signature"))
        for entry in entries
        if isinstance(entry, dict) and entry.get("artifact_path") and "://" not in str(entry["artifact_path"])
    }


# Which versions were registered from runs: as the registry tells, or as a run's logged models do in a tag.


MODEL_VERSIONS_TAG = "mlflow.modelVersions"
"""MLflow writes it where a version is registered from a logged model: a list of names and versions in JSON."""
_MODELS_READ = 50  # logged models of one run that are looked at
# Ids in one IN (…): short enough for the address of a GET request (32 letters each), few enough round trips.
_RUNS_ASKED = 50
_VERSIONS_READ = 1000
_TITLE = "Could not read what was registered from this run"


def made_of(
    client: Any, ids: Sequence[str], raised_as: Callable[[str], AbstractContextManager[None]]
) -> dict[str, tuple[RegisteredAs, ...]]:
    """Versions made of these runs or logged models, newest first, each with the aliases that point to it."""
    wanted = [one for one in dict.fromkeys(ids) if one.replace("-", "").isalnum()]
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    changed: dict[tuple[str, str], int] = {}
    aliases: dict[str, dict[str, list[str]]] = {}
    try:
        with raised_as("Could not read which models were made from these runs"):
            asked = set(wanted)
            for made in _versions(client, wanted, raised_as):
                pair = str(made.name), str(made.version)
                changed[pair] = int(made.last_updated_timestamp or 0)
                for of in {str(made.run_id), model_behind(str(made.source or ""))} & asked:
                    found[of].add(pair)
            for model in {model for some in found.values() for model, _ in some}:
                aliases[model] = _aliases(client, model)
    except Problem as problem:
        if problem.kind is Kind.UNSUPPORTED:
            return {}
        raise
    return {
        of: tuple(
            RegisteredAs(model, version, tuple(sorted(aliases[model].get(version, ()))))
            for model, version in sorted(some, key=lambda pair: (-changed[pair], pair[0], -int(pair[1])))
        )
        for of, some in found.items()
    }


def _versions(
    client: Any, ids: Sequence[str], raised_as: Callable[[str], AbstractContextManager[None]]
) -> Iterable[Any]:
    if len(ids) > _RUNS_ASKED:
        # Where there are few versions, all of them are one request; where there are many it was one too many.
        page = client.search_model_versions(max_results=_VERSIONS_READ)
        if not page.token:
            yield from page
            return
    models = [one for one in ids if logged_model_of(f"models:/{one}")]
    runs = [one for one in ids if one not in set(models)]
    for at in range(0, len(runs), _RUNS_ASKED):
        asked = ", ".join(f"'{run_id}'" for run_id in runs[at : at + _RUNS_ASKED])
        yield from _versions_by(client, f"run_id IN ({asked})")
    if not models:
        return
    # No server takes IN for sources: one is asked for, and of several all that logged models or their folders are.
    by_source = f"source_path LIKE '%models%/{models[0] if len(models) == 1 else 'm-'}%'"
    try:
        with raised_as("Could not read which versions were made from these logged models"):
            yield from _versions_by(client, by_source)
    except Problem as problem:
        if problem.kind not in (Kind.UNSUPPORTED, Kind.BAD_REQUEST):
            raise  # else a registry that cannot be searched by source; what runs and tags tell stands


def _versions_by(client: Any, filter_string: str) -> Iterable[Any]:
    return all_of(partial(client.search_model_versions, filter_string, max_results=_VERSIONS_READ))


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
