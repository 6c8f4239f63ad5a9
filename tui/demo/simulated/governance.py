"""Who one is, what one may do, and the catalogs and schemas of a simulated workspace."""

from __future__ import annotations

from collections.abc import Iterator

from tui.demo.simulated.state import Json, Refused, Request, Routes, Workspace, missing, paged

_UC = "/api/2.1/unity-catalog"
_ASSIGNMENTS_A_PAGE = 150


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("GET", "/.well-known/databricks-config")(about)
    on("GET", "/api/2.0/preview/scim/v2/Me")(me)
    on("GET", f"{_UC}/current-metastore-assignment")(metastore)
    on("GET", f"{_UC}/metastore_summary")(metastore_summary)
    on("GET", f"{_UC}/catalogs")(catalogs)
    on("GET", f"{_UC}/catalogs/{{name}}")(catalog)
    on("GET", f"{_UC}/schemas")(schemas)
    on("GET", f"{_UC}/schemas/{{name}}")(schema)
    on("GET", f"{_UC}/effective-permissions/{{kind}}/{{name}}")(effective)
    on("GET", f"{_UC}/permissions/{{kind}}/{{name}}")(granted)
    on("GET", "/api/2.0/permissions/experiments/{key}")(of_experiment)
    on("GET", "/api/2.0/permissions/serving-endpoints/{key}")(of_endpoint)


def about(workspace: Workspace, request: Request) -> Json:
    return {
        "oidc_endpoint": f"{request.base}/oidc",
        "workspace_id": workspace.id,
        "account_id": "simulated-account",
        "cloud": "AWS",
    }


def me(workspace: Workspace, _request: Request) -> Json:
    return {
        "id": "7",
        "userName": workspace.me,
        "displayName": workspace.me_shown,
        "active": True,
        "emails": [{"value": workspace.me, "primary": True, "type": "work"}],
        "groups": [{"display": name, "value": f"g{number}"} for number, name in enumerate(workspace.groups, start=1)],
    }


def require_catalog(workspace: Workspace) -> None:
    """Refuse what needs Unity Catalog where the workspace has none."""
    if not workspace.metastore:
        raise Refused(404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.")


def metastore(workspace: Workspace, _request: Request) -> Json:
    require_catalog(workspace)
    return {"metastore_id": workspace.metastore, "workspace_id": int(workspace.id), "default_catalog_name": "main"}


def metastore_summary(workspace: Workspace, _request: Request) -> Json:
    require_catalog(workspace)
    return {"metastore_id": workspace.metastore, "name": "simulated", "owner": workspace.metastore_owner}


def above(name: str) -> Iterator[tuple[str, str]]:
    """The securable itself and what it lies in: pairs of type and full name."""
    parts = name.split(".")
    kinds = ("CATALOG", "SCHEMA", "FUNCTION")
    for depth in range(len(parts), 0, -1):
        yield kinds[depth - 1], ".".join(parts[:depth])


def owner_of(workspace: Workspace, name: str) -> str:
    model = workspace.models.get(name)
    return model.owner if model is not None else workspace.owners.get(name, "")


def _exists(workspace: Workspace, name: str) -> bool:
    parts = name.split(".")
    if len(parts) == 3:
        return name in workspace.models
    schemas_there = workspace.catalogs.get(parts[0])
    return schemas_there is not None and (len(parts) == 1 or parts[1] in schemas_there)


def privileges(workspace: Workspace, name: str) -> dict[str, list[Json]]:
    """The effective privileges on a securable: principal → privileges, each with what it is inherited from."""
    found: dict[str, list[Json]] = {}
    for kind, at in above(name):
        for principal, granted_there in workspace.grants.get(at, {}).items():
            for privilege in granted_there:
                inherited = {} if at == name else {"inherited_from_type": kind, "inherited_from_name": at}
                found.setdefault(principal, []).append({"privilege": privilege, **inherited})
    return found


def may(workspace: Workspace, name: str, *wanted: str) -> bool:
    """Whether the person owns a securable, or what it lies in, or has one of these privileges on it."""
    mine = set(workspace.principals)
    if any(owner_of(workspace, at) in mine for _, at in above(name)):
        return True
    have = {
        entry["privilege"] for who, entries in privileges(workspace, name).items() if who in mine for entry in entries
    }
    everything = set() if wanted == ("MANAGE",) else {"ALL_PRIVILEGES"}
    return bool(have & {*wanted, *everything})


def require(workspace: Workspace, name: str, *wanted: str) -> None:
    """Refuse where the person may not; ``MANAGE`` stands for what only owners do."""
    require_catalog(workspace)
    if not may(workspace, name, *wanted):
        kind = next(above(name))[0].capitalize()
        raise Refused(
            403,
            "PERMISSION_DENIED",
            f"User does not have {' or '.join(want.replace('_', ' ') for want in wanted)} on {kind} '{name}'.",
        )


def require_use(workspace: Workspace, name: str) -> None:
    """Refuse where the person may not use the catalog or the schema that a model is in."""
    parts = name.split(".")
    require(workspace, parts[0], "USE_CATALOG")
    require(workspace, ".".join(parts[:2]), "USE_SCHEMA")


def catalogs(workspace: Workspace, request: Request) -> Json:
    require_catalog(workspace)
    names = [name for name in sorted(workspace.catalogs) if may(workspace, name, "USE_CATALOG", "BROWSE")]
    part, token = paged(names, request, default=100, most=1000)
    return {"catalogs": [_catalog(workspace, name) for name in part], **token}


def _catalog(workspace: Workspace, name: str) -> Json:
    return {"name": name, "owner": owner_of(workspace, name), "catalog_type": "MANAGED_CATALOG", "full_name": name}


def catalog(workspace: Workspace, _request: Request, name: str) -> Json:
    require_catalog(workspace)
    if name not in workspace.catalogs:
        raise Refused(404, "CATALOG_DOES_NOT_EXIST", f"Catalog '{name}' does not exist.")
    require(workspace, name, "USE_CATALOG", "BROWSE")
    return _catalog(workspace, name)


def schemas(workspace: Workspace, request: Request) -> Json:
    inside = request.text("catalog_name")
    catalog(workspace, request, inside)
    names = [s for s in sorted(workspace.catalogs[inside]) if may(workspace, f"{inside}.{s}", "USE_SCHEMA", "BROWSE")]
    part, token = paged(names, request, default=100, most=1000)
    return {"schemas": [_schema(workspace, f"{inside}.{name}") for name in part], **token}


def _schema(workspace: Workspace, name: str) -> Json:
    inside, _, short = name.partition(".")
    return {
        "name": short,
        "catalog_name": inside,
        "full_name": name,
        "owner": owner_of(workspace, name),
        "comment": workspace.catalogs[inside][short],
    }


def schema(workspace: Workspace, _request: Request, name: str) -> Json:
    require_catalog(workspace)
    if name.count(".") != 1 or not _exists(workspace, name):
        raise Refused(404, "SCHEMA_DOES_NOT_EXIST", f"Schema '{name}' does not exist.")
    require(workspace, name, "USE_SCHEMA", "BROWSE")
    return _schema(workspace, name)


def _assignments(workspace: Workspace, request: Request, found: dict[str, list[Json]]) -> Json:
    principal = request.said.get("principal")
    wanted = [(who, entries) for who, entries in sorted(found.items()) if principal in (None, who)]
    part, token = paged(wanted, request, default=_ASSIGNMENTS_A_PAGE, most=_ASSIGNMENTS_A_PAGE)
    return {"privilege_assignments": [{"principal": who, "privileges": entries} for who, entries in part], **token}


def _require_securable(workspace: Workspace, kind: str, name: str) -> None:
    require_catalog(workspace)
    wanted = {1: "catalog", 2: "schema", 3: "function"}.get(name.count(".") + 1)
    if kind.lower() != wanted:
        raise Refused(400, "INVALID_PARAMETER_VALUE", f"{kind} is not a valid securable type for '{name}'.")
    if not _exists(workspace, name):
        raise missing(f"{kind.capitalize()} '{name}' does not exist.")


def effective(workspace: Workspace, request: Request, kind: str, name: str) -> Json:
    _require_securable(workspace, kind, name)
    return _assignments(workspace, request, privileges(workspace, name))


def granted(workspace: Workspace, request: Request, kind: str, name: str) -> Json:
    _require_securable(workspace, kind, name)
    return _assignments(workspace, request, dict(workspace.grants.get(name, {})))  # type: ignore[arg-type]  # plain names here


def _listed(kind: str, key: str, owner: str, level: str, more: list[Json]) -> Json:
    own = {"user_name": owner, "display_name": owner, "all_permissions": [{"permission_level": level}]}
    admins: Json = {"permission_level": "CAN_MANAGE", "inherited": True, "inherited_from_object": [f"/{kind}/"]}
    entries = [own, *more, {"group_name": "admins", "all_permissions": [admins]}]
    return {"object_id": f"/{kind}/{key}", "object_type": kind.rstrip("s"), "access_control_list": entries}


def of_experiment(workspace: Workspace, _request: Request, key: str) -> Json:
    found = workspace.experiments.get(key)
    if found is None:
        raise missing(f"Node ID {key} does not exist.")
    readers: Json = {"group_name": "ds-readers", "all_permissions": [{"permission_level": "CAN_READ"}]}
    return _listed("experiments", key, found.tags.get("mlflow.ownerEmail", workspace.me), "CAN_MANAGE", [readers])


def of_endpoint(workspace: Workspace, _request: Request, key: str) -> Json:
    found = next((endpoint for endpoint in workspace.endpoints.values() if endpoint.id == key), None)
    if found is None:
        raise missing(f"Serving endpoint {key} does not exist.")
    service: Json = {"service_principal_name": "scoring-job", "all_permissions": [{"permission_level": "CAN_QUERY"}]}
    return _listed("serving-endpoints", key, found.creator, "CAN_MANAGE", [service])
