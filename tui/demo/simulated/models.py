"""Registered models and prompts of Unity Catalog by the surface that MLflow's client uses."""

from __future__ import annotations

import re

from tui.demo.simulated.governance import may, require, require_catalog, require_use
from tui.demo.simulated.state import Json, Model, Refused, Request, Routes, Version, Workspace, missing, paged, stamp

_OLD = "/api/2.0/mlflow/unity-catalog"
_NAME = re.compile(r"[^./\s\x00-\x1f]+(\.[^./\s\x00-\x1f]+){2}")


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    models, versions = f"{_OLD}/registered-models", f"{_OLD}/model-versions"
    on("GET", f"{models}/search")(search)
    on("GET", f"{models}/get")(lambda w, r: {"registered_model": model_json(readable(w, r.text("name")))})
    on("POST", f"{models}/create")(create)
    on("PATCH", f"{models}/update")(update)
    on("DELETE", f"{models}/delete")(delete)
    on("POST", f"{models}/set-tag")(set_tag)
    on("DELETE", f"{models}/delete-tag")(delete_tag)
    on("POST", f"{models}/alias")(set_alias)
    on("GET", f"{models}/alias")(get_alias)
    on("DELETE", f"{models}/alias")(delete_alias)
    on("GET", f"{models}:is-databricks-sdk-models-artifact-repository-enabled")(
        lambda _w, _r: {"is_databricks_sdk_models_artifact_repository_enabled": False}
    )
    on("GET", f"{versions}/search")(search_versions)
    on("GET", f"{versions}/get")(get_version)
    on("POST", f"{versions}/create")(create_version)
    on("POST", f"{versions}/finalize")(finalize_version)
    on("PATCH", f"{versions}/update")(update_version)
    on("DELETE", f"{versions}/delete")(delete_version)
    on("POST", f"{versions}/set-tag")(set_version_tag)
    on("DELETE", f"{versions}/delete-tag")(delete_version_tag)
    on("GET", f"{versions}/get-download-uri")(download_uri)
    on("POST", f"{versions}/generate-temporary-credentials")(credentials)


def readable(workspace: Workspace, name: str) -> Model:
    """The model, where the person may see it."""
    require_catalog(workspace)
    model = workspace.models.get(name)
    if model is None:
        raise missing(f"Routine or Model '{name}' does not exist.")
    require_use(workspace, name)
    require(workspace, name, "EXECUTE", "BROWSE")
    return model


def owned(workspace: Workspace, name: str) -> Model:
    """The model, where the person may do what owners do."""
    model = readable(workspace, name)
    require(workspace, name, "MANAGE")
    return model


def tagged(workspace: Workspace, name: str) -> Model:
    """The model, where the person may tag it."""
    model = readable(workspace, name)
    require(workspace, name, "APPLY_TAG", "MANAGE")
    return model


def version_of(model: Model, text: str) -> Version:
    version = model.versions.get(int(text)) if text.isdecimal() else None
    if version is None:
        raise missing(f"Model version '{text}' of '{model.name}' does not exist.")
    return version


# what is answered


def model_json(model: Model, *, brief: bool = False) -> Json:
    whole = {
        "aliases": [{"alias": alias, "version": str(at)} for alias, at in sorted(model.aliases.items())],
        "tags": [{"key": key, "value": value} for key, value in model.tags.items()],
    }
    return {
        "name": model.name,
        "creation_timestamp": model.created_ms,
        "last_updated_timestamp": model.updated_ms,
        "user_id": model.owner,
        "description": model.description,
        **({} if brief else whole),
    }


def version_json(workspace: Workspace, model: Model, version: Version, *, brief: bool = False) -> Json:
    whole = {
        "aliases": [
            {"alias": alias, "version": str(at)} for alias, at in model.aliases.items() if at == version.number
        ],
        "tags": [{"key": key, "value": value} for key, value in version.tags.items()],
    }
    return {
        "name": model.name,
        "version": str(version.number),
        "creation_timestamp": version.created_ms,
        "last_updated_timestamp": version.created_ms,
        "user_id": version.user,
        "description": version.description,
        "source": version.source,
        "run_id": version.run_id,
        "run_experiment_id": version.experiment_id,
        "run_tracking_server_id": version.workspace or workspace.id,
        "status": version.status,
        "storage_location": f"s3://simulated/{model.name}/{version.number}",
        **({"deployment_job_state": version.deployment} if version.deployment else {}),
        **({} if brief else whole),
    }


# models


def visible(workspace: Workspace) -> list[Model]:
    require_catalog(workspace)

    def seen(name: str) -> bool:
        catalog, schema, _ = name.split(".")
        return (
            may(workspace, catalog, "USE_CATALOG")
            and may(workspace, f"{catalog}.{schema}", "USE_SCHEMA")
            and may(workspace, name, "EXECUTE", "BROWSE")
        )

    return [model for name, model in sorted(workspace.models.items()) if seen(name)]


def search(workspace: Workspace, request: Request) -> Json:
    if request.said.get("filter") or request.said.get("order_by"):
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Unsupported parameter for models in the Unity Catalog.")
    part, token = paged(visible(workspace), request, default=100, most=1000)
    return {"registered_models": [model_json(model, brief=True) for model in part], **token}


def create(workspace: Workspace, request: Request) -> Json:
    name = request.text("name")
    require_catalog(workspace)
    if not _NAME.fullmatch(name):
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"'{name}' is not a three-level name: catalog.schema.model.")
    catalog, schema, _ = name.split(".")
    if catalog not in workspace.catalogs:
        raise Refused(404, "CATALOG_DOES_NOT_EXIST", f"Catalog '{catalog}' does not exist.")
    if schema not in workspace.catalogs[catalog]:
        raise Refused(404, "SCHEMA_DOES_NOT_EXIST", f"Schema '{catalog}.{schema}' does not exist.")
    require_use(workspace, name)
    if name in workspace.models:
        raise Refused(409, "RESOURCE_ALREADY_EXISTS", f"Routine or Model '{name}' already exists.")
    require(workspace, f"{catalog}.{schema}", "CREATE_MODEL", "CREATE_FUNCTION")
    made = Model(name, workspace.me, workspace.now_ms(), str(request.said.get("description") or ""))
    workspace.models[name] = made
    return {"registered_model": model_json(made)}


def update(workspace: Workspace, request: Request) -> Json:
    model = owned(workspace, request.text("name"))
    new_name = str(request.said.get("new_name") or "")
    if new_name:
        if new_name.rsplit(".", 1)[0] != model.name.rsplit(".", 1)[0]:
            raise Refused(400, "INVALID_PARAMETER_VALUE", "A model cannot be renamed into another schema.")
        del workspace.models[model.name]
        model.name = new_name
        workspace.models[new_name] = model
    if "description" in request.said:
        model.description = str(request.said["description"])
    return {"registered_model": model_json(model)}


def delete(workspace: Workspace, request: Request) -> Json:
    del workspace.models[owned(workspace, request.text("name")).name]
    return {}


def set_tag(workspace: Workspace, request: Request) -> Json:
    tagged(workspace, request.text("name")).tags[request.text("key")] = str(request.said.get("value") or "")
    return {}


def delete_tag(workspace: Workspace, request: Request) -> Json:
    tagged(workspace, request.text("name")).tags.pop(request.text("key"), None)
    return {}


def set_alias(workspace: Workspace, request: Request) -> Json:
    model = owned(workspace, request.text("name"))
    model.aliases[request.text("alias")] = version_of(model, request.text("version")).number
    return {}


def get_alias(workspace: Workspace, request: Request) -> Json:
    model, alias = readable(workspace, request.text("name")), request.text("alias")
    if alias not in model.aliases:
        raise missing(f"Alias {alias} does not exist.")
    return {"model_version": version_json(workspace, model, model.versions[model.aliases[alias]])}


def delete_alias(workspace: Workspace, request: Request) -> Json:
    owned(workspace, request.text("name")).aliases.pop(request.text("alias"), None)
    return {}


# versions


def search_versions(workspace: Workspace, request: Request) -> Json:
    asked = str(request.said.get("filter") or "")
    found = re.fullmatch(r"\s*(name|run_id)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")\s*", asked)
    if found is None or request.said.get("order_by"):
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter query : `{asked}`.")
    value = found[2] if found[2] is not None else found[3]
    if found[1] == "name":
        model = readable(workspace, value)
        versions = [(model, model.versions[number]) for number in sorted(model.versions)]
    else:
        versions = [(m, v) for m in visible(workspace) for v in m.versions.values() if v.run_id == value]
    part, token = paged(versions, request, default=100, most=10_000)
    return {"model_versions": [version_json(workspace, m, v, brief=True) for m, v in part], **token}


def get_version(workspace: Workspace, request: Request) -> Json:
    model = readable(workspace, request.text("name"))
    return {"model_version": version_json(workspace, model, version_of(model, request.text("version")))}


def create_version(workspace: Workspace, request: Request) -> Json:
    model = readable(workspace, request.text("name"))
    require(workspace, model.name, "CREATE_MODEL_VERSION", "MANAGE")
    run = workspace.runs.get(str(request.said.get("run_id") or ""))
    made = model.add(
        Version(
            number=model.last_number + 1,
            created_ms=workspace.now_ms(),
            user=workspace.me,
            source=request.text("source"),
            run_id=run.id if run else "",
            experiment_id=run.experiment_id if run else "",
            description=str(request.said.get("description") or ""),
            status="PENDING_REGISTRATION",
            tags={tag["key"]: tag.get("value", "") for tag in request.said.get("tags") or ()},
        )
    )
    return {"model_version": version_json(workspace, model, made)}


def finalize_version(workspace: Workspace, request: Request) -> Json:
    model = owned(workspace, request.text("name"))
    version = version_of(model, request.text("version"))
    version.status = "READY"
    return {"model_version": version_json(workspace, model, version)}


def update_version(workspace: Workspace, request: Request) -> Json:
    model = owned(workspace, request.text("name"))
    version = version_of(model, request.text("version"))
    version.description = str(request.said.get("description") or "")
    return {"model_version": version_json(workspace, model, version)}


def delete_version(workspace: Workspace, request: Request) -> Json:
    model = owned(workspace, request.text("name"))
    number = version_of(model, request.text("version")).number
    del model.versions[number]
    model.aliases = {alias: at for alias, at in model.aliases.items() if at != number}
    return {}


def set_version_tag(workspace: Workspace, request: Request) -> Json:
    version = version_of(tagged(workspace, request.text("name")), request.text("version"))
    version.tags[request.text("key")] = str(request.said.get("value") or "")
    return {}


def delete_version_tag(workspace: Workspace, request: Request) -> Json:
    version_of(tagged(workspace, request.text("name")), request.text("version")).tags.pop(request.text("key"), None)
    return {}


def download_uri(workspace: Workspace, request: Request) -> Json:
    model = readable(workspace, request.text("name"))
    number = version_of(model, request.text("version")).number
    return {"artifact_uri": f"s3://simulated/{model.name}/{number}"}


def credentials(workspace: Workspace, request: Request) -> Json:
    name = request.text("name")
    writes = request.text("operation") == "MODEL_VERSION_OPERATION_READ_WRITE"
    version_of(owned(workspace, name) if writes else readable(workspace, name), request.text("version"))
    return {"credentials": {"storage_mode": "DEFAULT_STORAGE", "expiration_time": workspace.clock_ms + 3_600_000}}


# Registered models of Unity Catalog by its native surface, which the Databricks SDK uses.


_NATIVE_API = "/api/2.1/unity-catalog/models"


def add_native_models(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", _NATIVE_API)(search_native)
    on("GET", f"{_NATIVE_API}/{{name}}")(get_native)
    on("GET", f"{_NATIVE_API}/{{name}}/versions")(versions)
    on("GET", f"{_NATIVE_API}/{{name}}/versions/{{number}}")(version)


def _native_json(model: Model) -> Json:
    catalog, schema, short = model.name.split(".")
    return {
        "name": short,
        "catalog_name": catalog,
        "schema_name": schema,
        "full_name": model.name,
        "owner": model.owner,
        "comment": model.description,
        "created_at": model.created_ms,
        "created_by": model.owner,
        "updated_at": model.updated_ms,
        "updated_by": model.owner,
    }


def search_native(workspace: Workspace, request: Request) -> Json:
    inside = tuple(request.said.get(key) for key in ("catalog_name", "schema_name"))
    found = [m for m in visible(workspace) if inside in ((None, None), tuple(m.name.split(".")[:2]))]
    part, token = paged(found, request, default=100, most=1000)
    return {"registered_models": [_native_json(model) for model in part], **token}


def get_native(workspace: Workspace, request: Request, name: str) -> Json:
    model = readable(workspace, name)
    catalog, schema, short = name.split(".")
    place = {"model_name": short, "catalog_name": catalog, "schema_name": schema}
    aliases = [{"alias_name": a, "version_num": v, **place} for a, v in sorted(model.aliases.items())]
    with_aliases = str(request.said.get("include_aliases", "")).lower() == "true"
    return {**_native_json(model), **({"aliases": aliases} if with_aliases else {})}


def versions(workspace: Workspace, request: Request, name: str) -> Json:
    model = readable(workspace, name)
    catalog, schema, short = name.split(".")
    part, token = paged(sorted(model.versions, reverse=True), request, default=100, most=1000)
    return {
        "model_versions": [
            {
                "model_name": short,
                "catalog_name": catalog,
                "schema_name": schema,
                "version": number,
                "source": model.versions[number].source,
                "comment": model.versions[number].description,
                "run_id": model.versions[number].run_id,
                "status": model.versions[number].status,
                "created_at": model.versions[number].created_ms,
                "created_by": model.versions[number].user,
            }
            for number in part
        ],
        **token,
    }


def version(workspace: Workspace, _request: Request, name: str, number: str) -> Json:
    model = readable(workspace, name)
    found = version_of(model, number)
    catalog, schema, short = name.split(".")
    told = [{kind: {f"{kind}_full_name": full}} for kind, full in found.depends_on]
    return {
        "model_name": short,
        "catalog_name": catalog,
        "schema_name": schema,
        "version": found.number,
        "run_id": found.run_id,
        "status": found.status,
        "source": found.source,
        **({"model_version_dependencies": {"dependencies": told}} if told else {}),
    }


# The workspace's own model registry, older than Unity Catalog's: names of one level, and stages.


_LEGACY_API = "/api/2.0/mlflow"
_STAGES = ("None", "Staging", "Production", "Archived")


def add_workspace_models(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", f"{_LEGACY_API}/registered-models/search")(search_legacy)
    on("GET", f"{_LEGACY_API}/registered-models/get")(get_legacy)
    on("POST", f"{_LEGACY_API}/registered-models/get-latest-versions")(latest)
    on("GET", f"{_LEGACY_API}/registered-models/get-latest-versions")(latest)
    on("GET", f"{_LEGACY_API}/model-versions/search")(search_legacy_versions)
    on("GET", f"{_LEGACY_API}/model-versions/get")(get_legacy_version)
    on("POST", f"{_LEGACY_API}/model-versions/transition-stage")(transition)


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


def _legacy_json(model: Model) -> Json:
    return {
        "name": model.name,
        "creation_timestamp": model.created_ms,
        "last_updated_timestamp": model.updated_ms,
        "user_id": model.owner,
        "description": model.description,
        "latest_versions": _latest(model),
        "tags": [{"key": key, "value": value} for key, value in model.tags.items()],
    }


def search_legacy(workspace: Workspace, request: Request) -> Json:
    asked = str(request.said.get("filter") or "")
    found = re.fullmatch(r"\s*name\s+(?:I?LIKE|=)\s+'([^']*)'\s*", asked, re.IGNORECASE)
    if asked and found is None:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter query : `{asked}`.")
    words = found[1].strip("%").lower() if found else ""
    models = [model for name, model in sorted(workspace.legacy_models.items()) if words in name.lower()]
    part, token = paged(models, request, default=100, most=1000)
    return {"registered_models": [_legacy_json(model) for model in part], **token}


def get_legacy(workspace: Workspace, request: Request) -> Json:
    return {"registered_model": _legacy_json(_model(workspace, request))}


def latest(workspace: Workspace, request: Request) -> Json:
    return {"model_versions": _latest(_model(workspace, request))}


def search_legacy_versions(workspace: Workspace, request: Request) -> Json:
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


def get_legacy_version(workspace: Workspace, request: Request) -> Json:
    model = _model(workspace, request)
    return {"model_version": _version_json(model, _version(model, request.text("version")))}


def transition(workspace: Workspace, request: Request) -> Json:
    model = _model(workspace, request)
    version, stage = _version(model, request.text("version")), request.text("stage")
    if stage not in _STAGES:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"Invalid Model Version stage: {stage}.")
    version.stage = stage
    return {"model_version": _version_json(model, version)}


# Prompts of Unity Catalog.


_PROMPTS = "/api/2.0/mlflow/unity-catalog/prompts"


def add_prompts(routes: Routes) -> None:
    """Answer for the prompts."""
    on = routes.on
    on("POST", f"{_PROMPTS}/search")(search_prompts)
    on("GET", f"{_PROMPTS}/{{name}}")(lambda w, _r, name: _prompt_json(readable_prompt(w, name)))
    on("POST", f"{_PROMPTS}/{{name}}/versions/search")(search_prompt_versions)
    on("GET", f"{_PROMPTS}/{{name}}/versions/{{version}}")(
        lambda w, _r, name, version: _prompt_version_json(
            readable_prompt(w, name), version_of(readable_prompt(w, name), version)
        )
    )
    on("POST", f"{_PROMPTS}/{{name}}/aliases/{{alias}}")(set_prompt_alias)
    on("DELETE", f"{_PROMPTS}/{{name}}/aliases/{{alias}}")(delete_prompt_alias)
    on("POST", f"{_PROMPTS}/{{name}}/tags")(lambda w, r, name: _tag(_owned_prompt(w, name).tags, r))
    on("DELETE", f"{_PROMPTS}/{{name}}/tags/{{key}}")(lambda w, _r, name, key: _untag(_owned_prompt(w, name).tags, key))
    on("POST", f"{_PROMPTS}/{{name}}/versions/{{version}}/tags")(
        lambda w, r, name, version: _tag(version_of(_owned_prompt(w, name), version).tags, r)
    )
    on("DELETE", f"{_PROMPTS}/{{name}}/versions/{{version}}/tags/{{key}}")(
        lambda w, _r, name, version, key: _untag(version_of(_owned_prompt(w, name), version).tags, key)
    )


def readable_prompt(workspace: Workspace, name: str) -> Model:
    """The prompt, where the person may see it."""
    prompt = workspace.prompts.get(name)
    if prompt is None:
        raise missing(f"Prompt '{name}' does not exist.")
    require_use(workspace, name)
    require(workspace, name, "EXECUTE", "BROWSE", "MANAGE")
    return prompt


def _owned_prompt(workspace: Workspace, name: str) -> Model:
    prompt = readable_prompt(workspace, name)
    require(workspace, name, "MANAGE")
    return prompt


def search_prompts(workspace: Workspace, request: Request) -> Json:
    """The prompts of one schema, without their aliases."""
    place = request.said.get("catalog_schema") or {}
    schema = f"{place.get('catalog_name')}.{place.get('schema_name')}"
    require_use(workspace, f"{schema}.any")
    there = [
        prompt
        for name, prompt in sorted(workspace.prompts.items())
        if name.rpartition(".")[0] == schema and may(workspace, name, "EXECUTE", "BROWSE", "MANAGE")
    ]
    part, token = paged(there, request, default=100, most=1000)
    return {"prompts": [_prompt_json(prompt) for prompt in part], **token}


def search_prompt_versions(workspace: Workspace, request: Request, name: str) -> Json:
    prompt = readable_prompt(workspace, name)
    part, token = paged(list(prompt.versions.values()), request, default=100, most=1000)
    return {"prompt_versions": [_prompt_version_json(prompt, version) for version in part], **token}


def set_prompt_alias(workspace: Workspace, request: Request, name: str, alias: str) -> Json:
    prompt = _owned_prompt(workspace, name)
    prompt.aliases[alias] = version_of(prompt, request.text("version")).number
    return {}


def delete_prompt_alias(workspace: Workspace, _request: Request, name: str, alias: str) -> Json:
    _owned_prompt(workspace, name).aliases.pop(alias, None)
    return {}


def _tag(tags: dict[str, str], request: Request) -> Json:
    tags[request.text("key")] = str(request.said.get("value", ""))
    return {}


def _untag(tags: dict[str, str], key: str) -> Json:
    tags.pop(key, None)
    return {}


def _prompt_json(prompt: Model) -> Json:
    tags = [{"key": key, "value": value} for key, value in prompt.tags.items()]
    return {"name": prompt.name, "description": prompt.description, "tags": tags}


def _prompt_version_json(prompt: Model, version: Version) -> Json:
    return {
        "name": prompt.name,
        "version": str(version.number),
        "creation_timestamp": stamp(version.created_ms),
        "last_updated_timestamp": stamp(version.created_ms),
        "description": version.description,
        "template": version.source,
        "tags": [{"key": key, "value": value} for key, value in version.tags.items()],
        "aliases": [
            {"alias": alias, "version": str(at)} for alias, at in prompt.aliases.items() if at == version.number
        ],
    }
