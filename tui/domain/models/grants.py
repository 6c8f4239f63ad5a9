"""Who may do what with a model of Unity Catalog, and how a refusal is told: pure, over grants read before.

The rules are those of the Databricks SDK's description of registered models: everything needs USE CATALOG and USE
SCHEMA; making a model needs CREATE MODEL on the schema, seeing one EXECUTE, tagging one APPLY TAG; aliases,
descriptions, renaming and deleting are for owners of the model or of what it lies in, for who has MANAGE on it, and
for admins of the metastore; a new version of one that is there needs CREATE MODEL VERSION. ALL PRIVILEGES holds
everything but MANAGE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

EVERYONE = "account users"
"""The group that every account belongs to."""
ALL_PRIVILEGES, MANAGE = "ALL_PRIVILEGES", "MANAGE"

SecurableKind = Literal["catalog", "schema", "function"]
"""What can be granted on; a registered model is a function to Unity Catalog."""
_KINDS: tuple[SecurableKind, ...] = ("catalog", "schema", "function")


@dataclass(frozen=True)
class Account:
    """Who is signed in to a workspace, and the groups that the workspace says they are in."""

    user: str
    shown: str = ""
    groups: tuple[str, ...] = ()
    host: str = ""  # of the workspace that was signed in to, as the SDK made it out
    profile: str = ""
    account: str = ""  # the id of the Databricks account, where the host tells it

    @property
    def where(self) -> str:
        """``adb-12.azuredatabricks.net · profile prod · ada@example.com``."""
        parts = (
            self.host.partition("://")[2] or self.host,
            f"profile {self.profile}" if self.profile else "",
            self.user,
            f"account {self.account}" if self.account else "",
        )
        return " · ".join(part for part in parts if part)

    @property
    def principals(self) -> tuple[str, ...]:
        """Everything that a grant to this person may be made to, the person first."""
        return (self.user, *self.groups, EVERYONE)

    def is_meant(self, principal: str) -> bool:
        """Whether a grant to a principal is one to this person, as far as is known: users are named in any case."""
        return principal in (*self.groups, EVERYONE) or principal.casefold() == self.user.casefold()


@dataclass(frozen=True)
class Grant:
    """One effective privilege; ``inherited_from`` is the full name of what it is granted on, where that is above."""

    principal: str
    privilege: str  # as the interface writes it: APPLY_TAG
    inherited_from: str = ""


@dataclass(frozen=True)
class Permitted:
    """What somebody may do, in words, and through what, where it is not said of the thing itself."""

    principal: str
    what: tuple[str, ...]
    through: str = ""


@dataclass(frozen=True)
class Securable:
    """A catalog, schema or model with its owner ("" where that is not told) and its effective grants.

    ``unread`` is a sentence where the grants, or some of them, could not be read: then nothing is refused for them.
    """

    kind: SecurableKind
    name: str
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    unread: str = ""
    exists: bool = True
    is_owner_told: bool = True  # False where it may not be read itself: it may be this person's all the same


@dataclass(frozen=True)
class Access:
    """What a person can do with one name and with what it lies in, by full name."""

    account: Account
    securables: Mapping[str, Securable] = field(default_factory=dict)
    is_admin: bool = False  # of the metastore


class Deed(str, Enum):
    """What a person is about to do; the value is how it is said."""

    SEE = "see this model"
    TAG = "tag it"
    ALIAS = "move its aliases"
    DESCRIBE = "describe it"
    REGISTER = "register a version of it"
    CREATE = "create it"
    RENAME = "rename it"
    DELETE = "delete it or its versions"


_ON_MODEL = {Deed.SEE: "EXECUTE", Deed.TAG: "APPLY_TAG"}


@dataclass(frozen=True)
class Need:
    """A privilege that something needs. Where ``of_owner``, only owners (and who may manage) have it."""

    privilege: str
    kind: SecurableKind
    name: str
    of_owner: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why something will be refused, in words, and the statement that would allow it.

    ``is_doubt`` where a group might hold it that the person may be in all the same: a workspace does not tell the
    groups of groups. Then the server has the last word.
    """

    words: str
    statement: str
    is_doubt: bool = False


def parts(name: str) -> tuple[str, ...]:
    """Catalog, catalog.schema and the full name of a three-level name; fewer for a shorter one."""
    levels = name.split(".", 2)
    return tuple(".".join(levels[: depth + 1]) for depth in range(len(levels)))


def kind_of(name: str) -> SecurableKind:
    """What a full name names, by its number of levels."""
    return _KINDS[len(parts(name)) - 1]


def needs(deed: Deed, model: str, *, exists: bool = True) -> tuple[Need, ...]:
    """What a deed needs; to register a version of a model that does not exist is to create it first."""
    catalog, schema, *_ = parts(model)
    use = (Need("USE_CATALOG", "catalog", catalog), Need("USE_SCHEMA", "schema", schema))
    if deed is Deed.CREATE or not exists:
        return (*use, Need("CREATE_MODEL", "schema", schema))
    if deed is Deed.REGISTER:
        return (*use, Need("CREATE_MODEL_VERSION", "function", model))
    if deed in _ON_MODEL:
        return (*use, Need(_ON_MODEL[deed], "function", model))
    return (*use, Need(MANAGE, "function", model, of_owner=True))


def refusals(deed: Deed, model: str, access: Access) -> tuple[Refusal, ...]:
    """Why a deed will be refused, the outermost first; empty where it will not, or where that cannot be known."""
    if len(parts(model)) != 3 or access.is_admin:
        return ()
    there = access.securables.get(model)
    exists = there is None or there.exists
    return tuple(_told(need, access) for need in needs(deed, model, exists=exists) if _is_refused(need, access))


def _is_refused(need: Need, access: Access) -> bool:
    at = access.securables.get(need.name)
    if at is None or at.unread:
        return False
    if any(access.account.is_meant(owner) for owner in _owners(need, access)):
        return False
    return not {grant.privilege for grant in at.grants if access.account.is_meant(grant.principal)} & _enough(need)


def _owners(need: Need, access: Access) -> list[str]:
    """The owners of a securable and of what it lies in, as far as they were told."""
    return [at.owner for name in parts(need.name) if (at := access.securables.get(name)) is not None and at.owner]


def _enough(need: Need) -> set[str]:
    """The privileges of which one is enough."""
    if need.of_owner:
        return {MANAGE}
    enough = {need.privilege, ALL_PRIVILEGES}
    if need.privilege == "CREATE_MODEL":
        enough.add("CREATE_FUNCTION")
    if need.kind == "function":
        enough.add(MANAGE)
    return enough


def _is_doubt(need: Need, access: Access) -> bool:
    """Whether a group owns it, or holds enough, of which it is not known that the person is not in it."""
    if any(not at.is_owner_told for name in parts(need.name) if (at := access.securables.get(name)) is not None):
        return True
    holders = _owners(need, access)
    holders += [grant.principal for grant in access.securables[need.name].grants if grant.privilege in _enough(need)]
    return any("@" not in holder for holder in holders if not access.account.is_meant(holder))


def _told(need: Need, access: Access) -> Refusal:
    at = access.securables[need.name]
    wanted = "to own" if need.of_owner else f"{spelled(need.privilege)} on"
    words = [f"needs {wanted} {need.name}", f"you have {_had(at, access.account)}"]
    if at.owner:
        words.append(f"owner is {at.owner}")
    return Refusal("; ".join(words), statement(need, access.account.user), _is_doubt(need, access))


def _had(at: Securable, account: Account) -> str:
    """What a person has on a securable, and through whom: ``EXECUTE through group ds-readers``."""
    mine = [grant for grant in at.grants if account.is_meant(grant.principal)]
    if not mine:
        return "nothing there"
    by_principal: dict[str, list[str]] = {}
    for grant in mine:
        # What lies above matters only where it is asked for.
        if grant.privilege in ("USE_CATALOG", "USE_SCHEMA", "BROWSE") and len(mine) > 1 and grant.inherited_from:
            continue
        named = by_principal.setdefault(grant.principal, [])
        if spelled(grant.privilege) not in named:
            named.append(spelled(grant.privilege))
    said = []
    for principal, privileges in by_principal.items():
        through = "" if principal.casefold() == account.user.casefold() else f" through group {principal}"
        said.append(f"{_and(privileges)}{through}")
    return _and(said) or "nothing there"


def spelled(privilege: str) -> str:
    """A privilege as people and SQL write it: ``APPLY TAG``."""
    return privilege.replace("_", " ")


def statement(need: Need, principal: str) -> str:
    """The SQL statement that grants what is needed."""
    on = ".".join(_quoted(level) for level in need.name.split(".", 2))
    return f"GRANT {spelled(need.privilege)} ON {need.kind.upper()} {on} TO {_quoted(principal, always=True)};"


def _quoted(name: str, *, always: bool = False) -> str:
    if not always and name.replace("_", "").isalnum() and name.isascii() and not name[:1].isdigit():
        return name
    return "`" + name.replace("`", "``") + "`"


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def held(name: str, access: Access, wanted: Iterable[str]) -> dict[str, bool | None]:
    """Whether a person has each privilege on a catalog or schema; None where that could not be read."""
    at = access.securables.get(name)
    found: dict[str, bool | None] = {}
    for privilege in wanted:
        need = Need(privilege, kind_of(name), name)
        unknown = at is None or (at.unread and _is_refused_if_read(need, access))
        found[privilege] = True if access.is_admin else None if unknown else not _is_refused(need, access)
    return found


def _is_refused_if_read(need: Need, access: Access) -> bool:
    at = access.securables[need.name]
    whole = Securable(at.kind, at.name, at.owner, at.grants)
    return _is_refused(need, Access(access.account, {**access.securables, at.name: whole}, access.is_admin))
