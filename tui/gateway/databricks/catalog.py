"""Unity Catalog and its grants through the Databricks SDK: reading only."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
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
    parts,
    spelled,
)
from tui.domain.problem import Kind, Problem
from tui.gateway.databricks.sdk import Sdk, asked
from tui.gateway.databricks.serving_json import part, text
from tui.gateway.databricks.serving_json import parts as parts_of

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
        for level in parts(name):
            found[level] = self._securable(level, account)
        return Access(account, found, self._is_admin(account))

    def _securable(self, name: str, account: Account) -> Securable:
        kind = kind_of(name)
        owner, unread, exists, is_owner_told = "", "", True, True
        try:
            with self._sdk.raised_as(f"Could not read {name}") as client:
                owner = text(asked(client, "GET", f"{_UC}/{_FOLDERS[kind]}/{quote(name, safe='')}"), "owner")
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
                for assigned in parts_of(page, "privilege_assignments"):
                    found += [
                        Grant(text(assigned, "principal"), text(held, "privilege"), text(held, "inherited_from_name"))
                        for held in parts_of(assigned, "privileges")
                    ]
                token = text(page, "next_page_token")
                if not token:
                    break
        return tuple(found)

    # what is read to be looked at

    def who_may(self, kind: str, name: str) -> tuple[Permitted, ...]:
        """Effective grants of a model with its owner, or what an access control list says of something else."""
        if kind == "model":
            with self._sdk.raised_as(f"Could not read {name}") as client:
                owner = text(asked(client, "GET", f"{_UC}/models/{quote(name, safe='')}"), "owner")
            held: dict[tuple[str, str], list[str]] = {}
            for grant in self._read_grants("function", name, None):
                held.setdefault((grant.principal, grant.inherited_from), []).append(spelled(grant.privilege))
            owners = [Permitted(owner, ("owns it",))] if owner else []
            return (*owners, *(Permitted(who, tuple(what), at) for (who, at), what in held.items()))
        folder = {"experiment": "experiments", "endpoint": "serving-endpoints"}[kind]
        with self._sdk.raised_as(f"Could not read who may do what with this {kind}") as client:
            found = asked(client, "GET", f"/api/2.0/permissions/{folder}/{quote(name, safe='')}")
        told = []
        for entry in parts_of(found, "access_control_list"):
            named = ("user_name", "group_name", "service_principal_name")
            principal = next((text(entry, key) for key in named if text(entry, key)), "")
            for level in parts_of(entry, "all_permissions"):
                above = level.get("inherited_from_object")
                through = ", ".join(map(str, above)) if isinstance(above, list) else ""
                told.append(Permitted(principal, (spelled(text(level, "permission_level")),), through))
        return tuple(told)

    def depends_on(self, model: str, version: str) -> tuple[tuple[str, str], ...]:
        path = f"{_UC}/models/{quote(model, safe='')}/versions/{quote(version, safe='')}"
        with self._sdk.raised_as(f"Could not read what v{version} of {model} depends on") as client:
            told = part(asked(client, "GET", path), "model_version_dependencies")
        found = []
        for one in parts_of(told, "dependencies"):
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
