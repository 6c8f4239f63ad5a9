"""Tracking and registry URIs as text: their kinds, where they lead, which are the same, what in them is secret."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit

from tui.domain.text import clean

SQL_KINDS = ("sqlite", "postgresql", "mysql", "mssql")
HTTP_KINDS = ("http", "https")
DATABRICKS_KINDS = ("databricks", "databricks-uc", "uc")

_AUTHORITY = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.:-]*?://)(?P<user>[^/?#]*)@(?P<rest>.*)$", re.DOTALL)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SECRET_QUERY = re.compile(r"([?&][^=&#]*(?:password|passwd|pwd|secret|token|key)[^=&#]*=)[^&#]*", re.IGNORECASE)
_IN_TEXT = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/?#@:]*):[^\s/?#]*@")
_SECRET_NAME = (  # compiled when first used
    r"(?i)pass(word|wd|phrase)?$|^pwd$|token|secret|credential|api_?key|bearer|authorization"
)
_SECRET_VALUE = r"\bdapi[0-9a-f]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.|\bBearer\s+\S{8,}"


def kind(uri: str) -> str:
    """The kind of store behind a URI, in lower case: ``sqlite``, ``postgresql``, ``http``, ``databricks``, ``file``…"""
    if uri in DATABRICKS_KINDS:
        return uri
    if uri.startswith("uc:"):  # another URI follows, as in uc:http://host
        return "uc"
    scheme = uri.split("://", 1)[0] if "://" in uri else uri.split(":", 1)[0] if ":" in uri else ""
    scheme = scheme.lower()
    if not scheme or len(scheme) == 1 or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme):
        return "file"  # a bare path, or a Windows drive
    return scheme.split("+", 1)[0]


def shown(uri: str) -> str:
    """The URI as it may be shown: a password, and a secret in the query, become ``***``."""
    found = _AUTHORITY.match(uri)
    if found:
        user, colon, _secret = found["user"].partition(":")
        uri = f"{found['scheme']}{user}{':***' if colon else ''}@{found['rest']}"
    return _SECRET_QUERY.sub(r"\1***", uri)


def without_secrets(text: str) -> str:
    """Any text with the passwords of the URIs in it hidden."""
    return _IN_TEXT.sub(r"\g<scheme>\g<user>:***@", text)


def host_and_port(uri: str) -> tuple[str, int] | None:
    """The host and port of an http(s) URI, or None where there are none."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in HTTP_KINDS or not host:
        return None
    return host, port or (443 if parts.scheme == "https" else 80)


def sqlite_path(uri: str) -> str | None:
    """The absolute path of a SQLite URI's file, or None for a database in memory.

    Reads the URI as SQLAlchemy does: three slashes are relative to the working folder, four absolute, escapes are
    undone, and what follows ``?`` is for the driver.
    """
    rest = uri.split(":", 1)[1]
    if not rest.startswith("///"):
        return None
    database, _, query = rest[3:].partition("?")
    database = unquote(database)
    if "uri=true" in query.split("&") and database.startswith("file:"):
        database = database[len("file:") :]
    if database in ("", ":memory:"):
        return None
    return os.path.abspath(database)


def sqlite_uri(path: str, query: str = "") -> str:
    """The SQLite URI of a file, escaped as little as can be.

    MLflow makes the parent folder of the path *before* undoing escapes, so that a needless ``%20`` would leave a
    stray folder behind.
    """
    plain = _ESCAPE.sub(r"%25\1", os.path.abspath(path)).replace("?", "%3F")
    return f"sqlite:///{plain}" + (f"?{query}" if query else "")


def plain_sqlite_uri(uri: str) -> str:
    """The same SQLite store as ``uri``, said in the way that has no side effects in MLflow; other URIs unchanged."""
    if kind(uri) != "sqlite":
        return uri
    query = uri.partition("?")[2]
    path = sqlite_path(uri)
    if path is None or "uri=true" in query.split("&"):
        return uri
    return sqlite_uri(path, query)


def read_only_file_uri(path: str, *, immutable: bool) -> str:
    """A ``file:`` URI for ``sqlite3.connect(…, uri=True)`` that can change nothing."""
    return f"file:{quote(os.path.abspath(path))}?mode=ro" + ("&immutable=1" if immutable else "")


def folder_path(uri: str) -> str:
    """The absolute path of a ``file:`` URI or a bare path."""
    path = unquote(urlsplit(uri).path) if uri.lower().startswith("file:") else uri
    return os.path.abspath(os.path.expanduser(path) if uri.startswith("~") else path)


def is_databricks(uri: str) -> bool:
    """Whether a tracking URI is a Databricks workspace, by MLflow's rule."""
    return kind(uri) == "databricks"


def profile_of(uri: str) -> str | None:
    """The profile in ``databricks://PROFILE`` or ``databricks-uc://PROFILE``, if there is one."""
    head, mark, profile = uri.partition("://")
    return profile or None if mark and head in ("databricks", "databricks-uc") else None


def default_registry(tracking_uri: str) -> str:
    """Where MLflow registers models when nothing says where: Unity Catalog for Databricks, else the same server."""
    if not is_databricks(tracking_uri):
        return tracking_uri
    profile = profile_of(tracking_uri)
    return f"databricks-uc://{profile}" if profile else "databricks-uc"


def same_place(one: str, other: str) -> bool:
    """Whether two URIs name the same server or store, whoever signs in."""
    return _bare(one) == _bare(other)


def _bare(uri: str) -> str:
    if kind(uri) not in HTTP_KINDS:
        return uri.rstrip("/")
    return origin(uri) + urlsplit(uri).path.rstrip("/")


def origin(url: str) -> str:
    """Scheme, host and port of a web address, in lower case, without the port that goes without saying.

    Raises ValueError for a port that is no number.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    return f"{parts.scheme.lower()}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


DEFAULT_WORKSPACE = "default"
"""That of an MLflow server with workspaces of which none is named."""


def in_workspace(place: str, workspace: str) -> str:
    """A place as it is told to a person and kept in the ledger, with the workspace of it that is meant."""
    return f"{place}, workspace {workspace}" if workspace else place


def not_seen(workspace: str, seen: Sequence[str], *, hides: bool) -> str:
    """That a workspace is none of those listed; one with sign-in lists one's own, and lets others look empty."""
    known = clean(", ".join(seen))
    if hides:
        return f"{clean(workspace)} is none of your workspaces ({known or 'none'}): what is not yours looks empty"
    return f"There is no workspace {clean(workspace)}: there are {known or 'none'}"


def masked(uri: str) -> str:
    """The URI with every password and token in it replaced by ``***``, fit to be shown."""
    hidden = shown(uri)
    if kind(uri) in HTTP_KINDS:  # a user's name alone is a token, as often as not
        hidden = re.sub(r"(?i)^(https?://)[^/?#:]*@", r"\1***@", hidden)
    return re.sub(_SECRET_VALUE, "***", hidden)


def is_secret_name(name: str) -> bool:
    """Whether a setting of this name would hold a secret."""
    return bool(re.search(_SECRET_NAME, name))


def holds_secret(text: str) -> bool:
    """Whether a text holds a password or a token, as far as that can be seen."""
    return masked(text) != text
