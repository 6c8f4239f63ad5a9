"""Which URIs MLflow can open here: its own kinds and those that installed plugins bring."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from tui.domain.uris import HTTP_KINDS, SQL_KINDS, kind, masked


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
