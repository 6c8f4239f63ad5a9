"""Unity Catalog and its grants through the Databricks SDK: reading only."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import quote

from tui.domain.models.grants import (
    Access,
    Account,
    Grant,
    Permitted,
    Securable,
    SecurableKind,
    kind_of,
    spelled,
)
from tui.domain.models.grants import (
    parts as name_parts,
)
from tui.domain.models.values import READY, ModelsPage, ModelVersion, RegisteredModel, VersionsPage
from tui.domain.problem import Kind, Problem
from tui.gateway.databricks.sdk import Pace, Sdk, asked
from tui.gateway.databricks.serving import Json, number, part, parts, text_in

_UC = "/api/2.1/unity-catalog"
_FOLDERS: Mapping[SecurableKind, str] = {"catalog": "catalogs", "schema": "schemas", "function": "models"}
_PAGES = 200  # of grants that are read at most
_UNREADABLE = (Kind.FORBIDDEN, Kind.BAD_REQUEST, Kind.UNSUPPORTED)


class SdkCatalog:
    """CatalogPort over the SDK."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk
        self._asking = threading.Lock()
        self._account: Account | None = None
        self._admin: bool | None = None

    def me(self) -> Account:
        with self._asking:
            if self._account is None:
                with self._sdk.raised_as("Could not read who is signed in") as client:
                    user = client.current_user.me()
                    groups = tuple(group.display or "" for group in user.groups or () if group.display)
                    config = client.config
                    self._account = Account(
                        user.user_name or "",
                        user.display_name or "",
                        groups,
                        config.host or "",
                        config.profile or "",
                        config.account_id or "",
                    )
            return self._account

    def home_folder(self) -> str:
        return f"/Users/{self.me().user}/"

    def metastore(self) -> str:
        title = "Could not read which metastore is assigned"
        with self._sdk.raised_as(title) as client:
            assigned = client.metastores.current()
            return assigned.metastore_id or ""

    def catalogs(self) -> tuple[str, ...]:
        with self._sdk.raised_as("Could not list the catalogs") as client:
            return _sorted(found.name for found in client.catalogs.list())

    def schemas(self, catalog: str) -> tuple[str, ...]:
        with self._sdk.raised_as(f"Could not list the schemas of {catalog}") as client:
            return _sorted(found.name for found in client.schemas.list(catalog))

    def models(self, catalog: str, schema: str) -> tuple[str, ...]:
        with self._sdk.raised_as(f"Could not list the models of {catalog}.{schema}") as client:
            listed = client.registered_models.list(catalog_name=catalog, schema_name=schema)
            return _sorted(found.full_name for found in listed)

    # what one may do

    def access(self, name: str) -> Access:
        """What one may do with a name and with what it lies in; what could not be read is marked so."""
        account = self.me()
        found: dict[str, Securable] = {}
        for level in name_parts(name):
            found[level] = self._securable(level, account)
        return Access(account, found, self._is_admin(account))

    def _securable(self, name: str, account: Account) -> Securable:
        kind = kind_of(name)
        owner, unread, exists, is_owner_told = "", "", True, True
        try:
            with self._sdk.raised_as(f"Could not read {name}") as client:
                owner = text_in(asked(client, "GET", f"{_UC}/{_FOLDERS[kind]}/{quote(name, safe='')}"), "owner")
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                exists = False
            elif problem.kind is not Kind.FORBIDDEN:
                raise
            is_owner_told = not exists
        grants: tuple[Grant, ...] = ()
        if exists:
            grants, unread = self._grants(kind, name, account)
        return Securable(kind, name, owner, grants, unread, exists, is_owner_told)

    def _grants(self, kind: SecurableKind, name: str, account: Account) -> tuple[tuple[Grant, ...], str]:
        """The effective grants, and a sentence where they, or those of the groups, could not be read."""
        try:
            return self._read_grants(kind, name, None), ""
        except Problem as problem:
            if problem.kind not in _UNREADABLE:
                raise
            refused = problem
        try:
            # Not everybody may read everybody's grants; one's own are told to more people.
            own = self._read_grants(kind, name, account.user)
        except Problem as problem:
            if problem.kind not in _UNREADABLE:
                raise
            return (), f"The grants on {name} could not be read: {refused.message}"
        return own, f"The grants of your groups on {name} could not be read: {refused.message}"

    def _read_grants(self, kind: SecurableKind, name: str, principal: str | None) -> tuple[Grant, ...]:
        found: list[Grant] = []
        with self._sdk.raised_as(f"Could not read the grants on {name}") as client:
            token = ""
            for _ in range(_PAGES):
                # A page may be empty and yet not the last: only a missing token ends them.
                query = {"max_results": 0, **({"page_token": token} if token else {})}
                path = f"{_UC}/effective-permissions/{kind}/{quote(name, safe='')}"
                page = asked(client, "GET", path, query={**query, **({"principal": principal} if principal else {})})
                # Read as text: of a privilege that the SDK does not know it makes nothing.
                for assigned in parts(page, "privilege_assignments"):
                    found += [
                        Grant(
                            text_in(assigned, "principal"),
                            text_in(held, "privilege"),
                            text_in(held, "inherited_from_name"),
                        )
                        for held in parts(assigned, "privileges")
                    ]
                token = text_in(page, "next_page_token")
                if not token:
                    break
        return tuple(found)

    # what is read to be looked at

    def who_may(self, kind: str, name: str) -> tuple[Permitted, ...]:
        """Effective grants of a model with its owner, or what an access control list says of something else."""
        if kind == "model":
            with self._sdk.raised_as(f"Could not read {name}") as client:
                owner = text_in(asked(client, "GET", f"{_UC}/models/{quote(name, safe='')}"), "owner")
            held: dict[tuple[str, str], list[str]] = {}
            for grant in self._read_grants("function", name, None):
                held.setdefault((grant.principal, grant.inherited_from), []).append(spelled(grant.privilege))
            owners = [Permitted(owner, ("owns it",))] if owner else []
            return (*owners, *(Permitted(who, tuple(what), at) for (who, at), what in held.items()))
        folder = {"experiment": "experiments", "endpoint": "serving-endpoints"}[kind]
        with self._sdk.raised_as(f"Could not read who may do what with this {kind}") as client:
            found = asked(client, "GET", f"/api/2.0/permissions/{folder}/{quote(name, safe='')}")
        told = []
        for entry in parts(found, "access_control_list"):
            named = ("user_name", "group_name", "service_principal_name")
            principal = next((text_in(entry, key) for key in named if text_in(entry, key)), "")
            for level in parts(entry, "all_permissions"):
                above = level.get("inherited_from_object")
                through = ", ".join(map(str, above)) if isinstance(above, list) else ""
                told.append(Permitted(principal, (spelled(text_in(level, "permission_level")),), through))
        return tuple(told)

    def depends_on(self, model: str, version: str) -> tuple[tuple[str, str], ...]:
        path = f"{_UC}/models/{quote(model, safe='')}/versions/{quote(version, safe='')}"
        with self._sdk.raised_as(f"Could not read what v{version} of {model} depends on") as client:
            told = part(asked(client, "GET", path), "model_version_dependencies")
        found = []
        for one in parts(told, "dependencies"):
            for kind, about in one.items():
                name = next((str(value) for key, value in about.items() if key.endswith("_name")), "")
                if name:
                    found.append((kind, name))
        return tuple(found)

    def _is_admin(self, account: Account) -> bool:
        """Whether the person is an admin of the metastore, which its owner is; False where that is not told."""
        if self._admin is None:
            try:
                with self._sdk.raised_as("Could not read about the metastore") as client:
                    owner = client.metastores.summary().owner or ""
            except Problem as problem:
                if problem.is_connection:
                    raise
                owner = ""
            self._admin = bool(owner) and account.is_meant(owner)
        return self._admin


def _sorted(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(cast("Iterable[str]", filter(None, names))))


# Models of Unity Catalog and their versions, from a workspace's own JSON.
#
# MLflow's client leaves out in which workspace a version was trained, and asks a host about itself before every
# request.
# The search of a metastore takes no filter and no order, and tells neither aliases nor tags: what it cannot do is done
# here, and what it leaves out is read of those models only that somebody looks at.


MOST = 100  # models of a page
_API = "/api/2.0/mlflow/unity-catalog"
_NAME = re.compile(r"\s*name\s*(=|(?:I?LIKE))\s*(?:'([^']*)'|\"([^\"]*)\")\s*", re.IGNORECASE)
_LOGGED = re.compile(r"models:/(m-[0-9a-f]{32})/?")
_STATES = {"PENDING": "PENDING_REGISTRATION", "FAILED": "FAILED_REGISTRATION"}


class CatalogModels:
    """Reads models through the SDK's connection; what it has read of versions tells where their runs lie."""

    def __init__(self, sdk: Sdk, catalog: SdkCatalog, pace: Pace, own_workspace: Callable[[], str]) -> None:
        self._sdk = sdk
        self._catalog = catalog
        self._pace = pace
        self._own_workspace = own_workspace
        self.elsewhere: dict[str, str] = {}  # run → workspace, of runs that lie in another one

    def page(self, filter_string: str, max_results: int, token: str | None) -> ModelsPage:
        """Models as a list tells them: ``whole`` reads the rest."""
        matches, prefix = name_filter(filter_string, self._sdk.place)
        most = min(max_results, MOST)
        scope = prefix.split(".")
        if len(scope) >= 3:
            # The literal beginning names a schema, which can be listed by itself.
            names = [name for name in self._catalog.models(scope[0], scope[1]) if matches(name)]
            start = int(token or 0)
            following = start + most
            found = tuple(RegisteredModel(name, is_whole=False) for name in names[start:following])
            return ModelsPage(found, str(following) if following < len(names) else None)
        query = {"max_results": most, **({"page_token": token} if token else {})}
        with self._sdk.raised_as("Could not list the registered models") as client:
            listed = asked(client, "GET", f"{_API}/registered-models/search", query=query)
        models = [replace(_model(found), is_whole=False) for found in parts(listed, "registered_models")]
        wanted = tuple(model for model in models if matches(model.name))
        return ModelsPage(wanted, text_in(listed, "next_page_token") or None)

    def model(self, name: str) -> RegisteredModel:
        with self._sdk.raised_as(f"Could not read the model {name}") as client:
            found = asked(client, "GET", f"{_API}/registered-models/get", query={"name": name})
        return _model(part(found, "registered_model"))

    def whole(self, names: Sequence[str]) -> tuple[RegisteredModel, ...]:
        """These models, each read by itself, or with the reason why it could not be; those that are gone are absent."""
        return self._pace.each(names, self.model, unread)

    def versions(self, name: str, max_results: int, token: str | None) -> VersionsPage:
        quote = "'" if "'" not in name else '"'
        query = {"filter": f"name={quote}{name}{quote}", "max_results": max_results}
        with self._sdk.raised_as(f"Could not list the versions of {name}") as client:
            found = asked(
                client,
                "GET",
                f"{_API}/model-versions/search",
                query={**query, **({"page_token": token} if token else {})},
            )
        versions = tuple(self._version(one) for one in parts(found, "model_versions"))
        return VersionsPage(versions, text_in(found, "next_page_token") or None)

    def version(self, name: str, version: str) -> ModelVersion:
        with self._sdk.raised_as(f"Could not read version {version} of {name}") as client:
            found = asked(client, "GET", f"{_API}/model-versions/get", query={"name": name, "version": version})
        return self._version(part(found, "model_version"))

    def _version(self, found: Json) -> ModelVersion:
        source, run_id = text_in(found, "source"), text_in(found, "run_id")
        lies_in = text_in(found, "run_tracking_server_id") or text_in(found, "run_workspace_id")
        workspace = lies_in if run_id and lies_in not in ("", "0") and lies_in != self._own_workspace() else ""
        if workspace:
            self.elsewhere[run_id] = workspace
        logged = _LOGGED.fullmatch(source)
        status = text_in(found, "status").removeprefix("MODEL_VERSION_STATUS_") or READY
        return ModelVersion(
            name=text_in(found, "name"),
            version=text_in(found, "version"),
            created_ms=number(found, "creation_timestamp"),
            updated_ms=number(found, "last_updated_timestamp"),
            status=_STATES.get(status, status),
            status_message=text_in(found, "status_message"),
            user=text_in(found, "user_id"),
            source=source,
            run_id=run_id,
            model_id=text_in(found, "model_id") or (logged[1] if logged else ""),
            description=text_in(found, "description"),
            tags=_tags(found),
            workspace=workspace,
            deployment=_deployment(part(found, "deployment_job_state")),
        )


def unread(name: str, problem: Problem) -> RegisteredModel:
    """A model of which only the name is known, with the reason why."""
    return RegisteredModel(name, is_whole=False, unread=problem.message)


def _model(found: Json) -> RegisteredModel:
    return RegisteredModel(
        name=text_in(found, "name"),
        created_ms=number(found, "creation_timestamp"),
        updated_ms=number(found, "last_updated_timestamp"),
        description=text_in(found, "description"),
        tags=_tags(found),
        aliases={text_in(alias, "alias"): text_in(alias, "version") for alias in parts(found, "aliases")},
        owner=text_in(found, "user_id"),
    )


def _tags(found: Json) -> dict[str, str]:
    return {text_in(tag, "key"): text_in(tag, "value") for tag in parts(found, "tags")}


def _deployment(state: Json) -> str:
    """Where a version's deployment job stands: ``job 12, run 34: RUNNING, at Approval_Check``."""
    named = [
        f"{word} {text_in(state, key)}" for word, key in (("job", "job_id"), ("run", "run_id")) if text_in(state, key)
    ]
    stands = text_in(state, "run_state") or text_in(state, "job_state")
    stands = stands.removeprefix("DEPLOYMENT_JOB_RUN_STATE_").removeprefix("DEPLOYMENT_JOB_CONNECTION_STATE_")
    task = text_in(state, "current_task_name")
    said = ", ".join([*([stands.replace("_", " ").lower()] if stands else []), *([f"at {task}"] if task else [])])
    return ": ".join(word for word in (", ".join(named), said) if word)


def name_filter(filter_string: str, place: str, things: str = "models") -> tuple[Callable[[str], bool], str]:
    """Whether a name fits a filter, and the beginning that every fitting name has."""
    if not filter_string.strip():
        return lambda _name: True, ""
    found = _NAME.fullmatch(filter_string)
    if found is None:
        raise Problem(
            Kind.UNSUPPORTED,
            f"Could not search the {things}",
            f"Unity Catalog ({place}) cannot be searched by that: of its {things} only names can be looked for.",
            "Filter by name LIKE 'catalog.schema.%', or filter what is loaded with /.",
        )
    op, pattern = found[1].upper(), found[2] if found[2] is not None else found[3]
    if op == "=":
        return lambda name: name == pattern, pattern
    words = ".*".join(re.escape(part).replace("_", ".") for part in pattern.split("%"))
    fits = re.compile(words, re.IGNORECASE | re.DOTALL if op == "ILIKE" else re.DOTALL)
    literal = "" if op == "ILIKE" else pattern.partition("%")[0]
    return lambda name: fits.fullmatch(name) is not None, literal


def no_prompts(place: str, kind: str) -> Problem:
    """The problem of looking for prompts in a registry that keeps none."""
    return Problem(
        Kind.UNSUPPORTED,
        "Could not list the prompts",
        f"The {'open-source Unity Catalog' if kind == 'uc' else 'legacy registry'} ({place}) keeps no prompts.",
        "On Databricks they are in Unity Catalog: name it as the registry (databricks-uc).",
    )


def no_filters(place: str) -> Problem:
    """The problem of having the models of an open-source Unity Catalog filtered by it."""
    return Problem(
        Kind.UNSUPPORTED,
        "Could not list the registered models",
        f"The open-source Unity Catalog ({place}) lists models and filters none.",
        "Filter those that are loaded.",
    )
