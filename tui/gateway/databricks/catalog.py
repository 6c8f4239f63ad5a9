"""Unity Catalog and its grants through the Databricks SDK: reading only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from tui.domain.models.grants import Access, Account, Grant, Securable, SecurableKind, kind_of, parts
from tui.domain.problem import Kind, Problem
from tui.gateway.databricks.sdk import Sdk

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
                with self._sdk.told("Could not read who is signed in") as client:
                    user = client.current_user.me()
                    groups = tuple(group.display or "" for group in user.groups or () if group.display)
                    self._account = Account(user.user_name or "", user.display_name or "", groups)
            return self._account

    def home_folder(self) -> str:
        return f"/Users/{self.me().user}/"

    def metastore(self) -> str:
        title = "Could not read which metastore is assigned"
        with self._sdk.told(title) as client:
            assigned = client.metastores.current()
            return assigned.metastore_id or ""

    def catalogs(self) -> tuple[str, ...]:
        with self._sdk.told("Could not list the catalogs") as client:
            return _sorted(found.name for found in client.catalogs.list())

    def schemas(self, catalog: str) -> tuple[str, ...]:
        with self._sdk.told(f"Could not list the schemas of {catalog}") as client:
            return _sorted(found.name for found in client.schemas.list(catalog))

    def models(self, catalog: str, schema: str) -> tuple[str, ...]:
        with self._sdk.told(f"Could not list the models of {catalog}.{schema}") as client:
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
        owner, unread, exists = "", "", True
        try:
            with self._sdk.told(f"Could not read {name}") as client:
                readers: Mapping[SecurableKind, Callable[[str], Any]] = {
                    "catalog": client.catalogs.get,
                    "schema": client.schemas.get,
                    "function": client.registered_models.get,
                }
                owner = readers[kind](name).owner or ""
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                exists = False
            elif problem.kind is not Kind.FORBIDDEN:
                raise
        grants: tuple[Grant, ...] = ()
        if exists:
            grants, unread = self._grants(kind, name, account)
        return Securable(kind, name, owner, grants, unread, exists)

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
        with self._sdk.told(f"Could not read the grants on {name}") as client:
            token: str | None = None
            for _ in range(_PAGES):
                # A page may be empty and yet not the last: only a missing token ends them.
                page = client.grants.get_effective(
                    kind, name, max_results=0, page_token=token, **({"principal": principal} if principal else {})
                )
                for assigned in page.privilege_assignments or ():
                    found += [
                        Grant(assigned.principal or "", _value(held.privilege), held.inherited_from_name or "")
                        for held in assigned.privileges or ()
                    ]
                token = page.next_page_token
                if not token:
                    break
        return tuple(found)

    def _is_admin(self, account: Account) -> bool:
        """Whether the person is an admin of the metastore, which its owner is; False where that is not told."""
        if self._admin is None:
            try:
                with self._sdk.told("Could not read about the metastore") as client:
                    owner = client.metastores.summary().owner or ""
            except Problem as problem:
                if problem.is_connection:
                    raise
                owner = ""
            self._admin = bool(owner) and owner in account.principals
        return self._admin


def _value(privilege: object) -> str:
    """A privilege's name; the SDK gives None for one that it does not know."""
    return str(getattr(privilege, "value", privilege) or "")


def _sorted(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(cast("Iterable[str]", filter(None, names))))
