"""The workspace's own model registry, older than Unity Catalog's: names of one level, and stages."""

from __future__ import annotations

import re

from tui.demo.simulated.http import Refused, Request, Routes, missing, paged
from tui.demo.simulated.state import Json, Model, Version, Workspace

_API = "/api/2.0/mlflow"
_STAGES = ("None", "Staging", "Production", "Archived")


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", f"{_API}/registered-models/search")(search)
    on("GET", f"{_API}/registered-models/get")(get)
    on("POST", f"{_API}/registered-models/get-latest-versions")(latest)
    on("GET", f"{_API}/registered-models/get-latest-versions")(latest)
    on("GET", f"{_API}/model-versions/search")(search_versions)
    on("GET", f"{_API}/model-versions/get")(get_version)
    on("POST", f"{_API}/model-versions/transition-stage")(transition)


def _model(workspace: Workspace, request: Request) -> Model:
    name = request.text("name")
    model = workspace.legacy_models.get(name)
    if model is None:
        raise missing(f"RegisteredModel '{name}' does not exist. It might have been deleted.")
    return model


def _version(model: Model, text: str) -> Version:
    version = model.versions.get(int(text)) if text.isdecimal() else None
    if version is None:
        raise missing(f"ModelVersion '{text}' of RegisteredModel '{model.name}' does not exist.")
    return version


def _version_json(model: Model, version: Version) -> Json:
    return {
        "name": model.name,
        "version": str(version.number),
        "creation_timestamp": version.created_ms,
        "last_updated_timestamp": version.created_ms,
        "user_id": version.user,
        "current_stage": version.stage,
        "source": version.source,
        "run_id": version.run_id,
        "status": version.status,
        "description": version.description,
        "tags": [{"key": key, "value": value} for key, value in version.tags.items()],
    }


def _latest(model: Model) -> list[Json]:
    newest = {model.versions[number].stage: number for number in sorted(model.versions)}
    return [_version_json(model, model.versions[number]) for _, number in sorted(newest.items())]


def _json(model: Model) -> Json:
    return {
        "name": model.name,
        "creation_timestamp": model.created_ms,
        "last_updated_timestamp": model.updated_ms,
        "user_id": model.owner,
        "description": model.description,
        "latest_versions": _latest(model),
        "tags": [{"key": key, "value": value} for key, value in model.tags.items()],
    }


def search(workspace: Workspace, request: Request) -> Json:
    asked = str(request.said.get("filter") or "")
    found = re.fullmatch(r"\s*name\s+(?:I?LIKE|=)\s+'([^']*)'\s*", asked, re.IGNORECASE)
    if asked and found is None:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter query : `{asked}`.")
    words = found[1].strip("%").lower() if found else ""
    models = [model for name, model in sorted(workspace.legacy_models.items()) if words in name.lower()]
    part, token = paged(models, request, default=100, most=1000)
    return {"registered_models": [_json(model) for model in part], **token}


def get(workspace: Workspace, request: Request) -> Json:
    return {"registered_model": _json(_model(workspace, request))}


def latest(workspace: Workspace, request: Request) -> Json:
    return {"model_versions": _latest(_model(workspace, request))}


def search_versions(workspace: Workspace, request: Request) -> Json:
    asked = str(request.said.get("filter") or "")
    named = re.fullmatch(r"\s*name\s*=\s*(?:'([^']*)'|\"([^\"]*)\")\s*", asked)
    of_runs = re.fullmatch(r"\s*run_id\s+IN\s*\((.*)\)\s*", asked, re.IGNORECASE)
    if named:
        model = workspace.legacy_models.get(named[1] if named[1] is not None else named[2])
        versions = [(model, model.versions[number]) for number in sorted(model.versions)] if model else []
    elif of_runs:
        runs = re.findall(r"'([^']*)'", of_runs[1])
        versions = [(m, v) for m in workspace.legacy_models.values() for v in m.versions.values() if v.run_id in runs]
    else:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter query : `{asked}`.")
    versions.sort(key=lambda pair: (pair[0].name, -pair[1].number))
    part, token = paged(versions, request, default=10_000, most=10_000)
    return {"model_versions": [_version_json(model, version) for model, version in part], **token}


def get_version(workspace: Workspace, request: Request) -> Json:
    model = _model(workspace, request)
    return {"model_version": _version_json(model, _version(model, request.text("version")))}


def transition(workspace: Workspace, request: Request) -> Json:
    model = _model(workspace, request)
    version, stage = _version(model, request.text("version")), request.text("stage")
    if stage not in _STAGES:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Invalid Model Version stage: {stage}.")
    version.stage = stage
    return {"model_version": _version_json(model, version)}
