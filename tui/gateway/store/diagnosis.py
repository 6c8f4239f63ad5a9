"""What a context can be asked about itself."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from importlib import metadata
from urllib.parse import urlsplit

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway import packages, problems
from tui.gateway.rest.json import Json, object_in
from tui.gateway.session import Connection
from tui.gateway.store import probe

_PERMISSION = "/api/3.0/mlflow/users/permissions/get"
_PACKAGES = ("mlflow", "databricks-sdk")


class SessionDiagnosis:
    """DiagnosisPort over a session."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def reach(self) -> str:
        """Connect anew, whatever has answered before."""
        uri = self._session.tracking_uri
        if self._session.kind == "databricks":
            uri = probe.databricks_host(uri)
            _refuse_more_than_a_host(uri)
        target = uris.host_and_port(uri)
        with problems.raised_as("Could not reach the server", self._session.place):
            self._session.lost()
            self._session.reach()
        return f"{target[0]}:{target[1]}" if target else ""

    def clock_ahead_s(self) -> float | None:
        if self._session.kind not in (*uris.HTTP_KINDS, "databricks"):
            return None
        with problems.raised_as("Could not read the server's clock", self._session.place):
            answer = self._session.request("/version", "GET")
            said = answer.headers.get("Date", "")
        try:
            return time.time() - parsedate_to_datetime(said).timestamp()
        except (ValueError, TypeError):
            return None

    def my_permission(self, kind: str, name: str) -> str:
        if self._session.kind not in uris.HTTP_KINDS:
            return ""
        with problems.raised_as("Could not read what you may do", self._session.place):
            me = self._told("/api/2.0/mlflow/users/current").get("user") or {}
            if me.get("is_admin") is True:
                return "MANAGE"
            asked = {"username": me.get("username"), "resource_type": kind, "resource_id": name}
            permission = self._told(_PERMISSION, asked).get("permission") if asked["username"] else None
            return permission if isinstance(permission, str) else ""

    def _told(self, path: str, asked: Mapping[str, object] | None = None) -> Json:
        """The JSON that a server answers with; empty where it does not know the question."""
        answer = self._session.request(path, "GET", params=dict(asked or {}))
        return (object_in(answer.content) or {}) if answer.status_code == 200 else {}

    def loaded(self) -> None:
        """Nothing but an answer: requests wait until MLflow has been imported."""

    def software(self) -> tuple[tuple[str, str], ...]:
        found = [("Python", platform.python_version())]
        for name in _PACKAGES:
            try:
                found.append((name, metadata.version(name)))
            except metadata.PackageNotFoundError:
                continue
        uri = self._session.tracking_uri
        if self._session.kind in uris.SQL_KINDS and self._session.sqlite_path is None:
            driver = packages.driver_of(uri)
            found += [driver] if driver else []
        return tuple(found)


def _refuse_more_than_a_host(address: str) -> None:
    """Refuse a workspace's address as a browser shows it: to what follows the host nothing can be asked."""
    parts = urlsplit(address)
    more = "".join([parts.path.rstrip("/"), f"?{parts.query}" if parts.query else ""])
    if more:
        raise Problem(
            Kind.CONFIG,
            "Could not reach the workspace",
            f"The host is {address}, with {more} after the workspace's address.",
            f"Set host = {parts.scheme}://{parts.netloc} in the profile, or in DATABRICKS_HOST.",
        )
