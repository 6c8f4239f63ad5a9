"""Registered models of Unity Catalog by its native surface, which the Databricks SDK uses."""

from __future__ import annotations

from tui.demo.simulated.http import Request, Routes, paged
from tui.demo.simulated.models import readable, version_of, visible
from tui.demo.simulated.state import Json, Model, Workspace

_API = "/api/2.1/unity-catalog/models"


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", _API)(search)
    on("GET", f"{_API}/{{name}}")(get)
    on("GET", f"{_API}/{{name}}/versions")(versions)
    on("GET", f"{_API}/{{name}}/versions/{{number}}")(version)


def _json(model: Model) -> Json:
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


def search(workspace: Workspace, request: Request) -> Json:
    inside = tuple(request.said.get(key) for key in ("catalog_name", "schema_name"))
    found = [m for m in visible(workspace) if inside in ((None, None), tuple(m.name.split(".")[:2]))]
    part, token = paged(found, request, default=100, most=1000)
    return {"registered_models": [_json(model) for model in part], **token}


def get(workspace: Workspace, request: Request, name: str) -> Json:
    model = readable(workspace, name)
    catalog, schema, short = name.split(".")
    place = {"model_name": short, "catalog_name": catalog, "schema_name": schema}
    aliases = [{"alias_name": a, "version_num": v, **place} for a, v in sorted(model.aliases.items())]
    with_aliases = str(request.said.get("include_aliases", "")).lower() == "true"
    return {**_json(model), **({"aliases": aliases} if with_aliases else {})}


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
