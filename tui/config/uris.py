"""Tracking and registry URIs as text: which kinds there are, which are the same place, and what in them is secret."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from tui.gateway.address import HTTP_KINDS, SQL_KINDS, kind, shown

_SECRET_NAME = (  # compiled when first used
    r"(?i)pass(word|wd|phrase)?$|^pwd$|token|secret|credential|api_?key|bearer|authorization"
)
_SECRET_VALUE = r"\bdapi[0-9a-f]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.|\bBearer\s+\S{8,}"


class UriRefused(ValueError):
    """A URI that cannot be used; ``hint`` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def check_tracking(uri: str) -> str:
    """The URI itself, if MLflow can track to its kind of place; raises UriRefused otherwise."""
    if kind(uri) in ("databricks-uc", "uc"):
        raise UriRefused(
            f"“{masked(uri)}” is a model registry, which records no runs",
            "Say it as the registry URI, and as the tracking URI databricks, or a server.",
        )
    if kind(uri) == "file" and re.search(r"\.(db|sqlite3?)$", uri) and not uri.startswith("file:"):
        raise UriRefused(
            f"“{uri}” is a path, and MLflow would take it for a folder of files",
            f"For a SQLite database say sqlite:///{uri}",
        )
    return _check(uri, "mlflow.tracking_store")


def check_registry(uri: str) -> str:
    """The URI itself, if MLflow can register models in its kind of place; raises UriRefused otherwise."""
    return _check(uri, "mlflow.model_registry_store")


def _check(uri: str, plugins: str) -> str:
    name = kind(uri)
    if name in HTTP_KINDS:
        try:
            parts = urlsplit(uri)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            named = False
        if not named:
            raise UriRefused(f"“{masked(uri)}” names no host", "It looks like https://mlflow.example.com:5000")
        return uri
    if name in SQL_KINDS or name in ("databricks", "databricks-uc", "uc", "file") or name in _plugin_kinds(plugins):
        return uri
    raise UriRefused(
        f"MLflow knows no store of the kind “{name}:”",
        "It can be http(s)://, databricks, databricks://PROFILE, sqlite:///PATH, postgresql://, mysql:// or mssql://.",
    )


def _plugin_kinds(group: str) -> set[str]:
    from importlib.metadata import entry_points  # slow, and only needed for a kind that MLflow itself does not bring

    return {point.name for point in entry_points(group=group)}


def is_databricks(uri: str) -> bool:
    """Whether a tracking URI is a Databricks workspace, by MLflow's rule."""
    return kind(uri) == "databricks"


def profile_of(uri: str) -> str | None:
    """The profile in ``databricks://PROFILE`` or ``databricks-uc://PROFILE``, if there is one."""
    head, mark, profile = uri.partition("://")
    return profile or None if mark and head in ("databricks", "databricks-uc") else None


def absolute(uri: str, folder: Path) -> str:
    """The same place with a relative path counted from ``folder``; every other URI is left as it is."""
    if kind(uri) == "sqlite":
        head, mark, path = uri.partition(":///")
        name, question, query = path.partition("?")
        if mark and name and not name.startswith(("/", ":memory:", "file:")):
            return f"{head}:///{(folder / name).as_posix()}{question}{query}"
    elif kind(uri) == "file" and not uri.startswith("file:"):
        return (folder / uri).resolve().as_uri()
    return uri


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
