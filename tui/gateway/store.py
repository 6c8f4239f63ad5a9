"""The store as a place: looking at it, creating it, and bringing an older SQLite store up to date."""

from __future__ import annotations

import contextlib
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from importlib import metadata
from urllib.parse import urlsplit

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreCondition, StoreReport
from tui.gateway import guard, ports, problems
from tui.gateway.guard import problem_of, read_only_uri
from tui.gateway.rest.transport import Json, object_in
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

_PAGES_AT_ONCE = 2048
# The command itself, without importing the rest of MLflow's command line; and not from the working folder, where a
# mere checkout of mlflow would stand in for the installed one.
_UPGRADE = (
    "import sys; sys.path[:] = [place for place in sys.path if place]; "
    "from mlflow.db import commands; commands.main(['upgrade', sys.argv[1]])"
)
_CONVERT = (
    "import sys; sys.path[:] = [place for place in sys.path if place]; from pathlib import Path; "
    "from mlflow.store.fs2db import migrate; migrate(Path(sys.argv[1]), sys.argv[2], progress=False)"
)


class SessionStore:
    """StorePort over a session."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def inspect(self) -> StoreReport:
        return self._session.inspect()

    def create(self) -> StoreReport:
        """Create the missing store, by MLflow's own rules; refuses where something is there already."""
        title = "Could not create the store"
        report = self._session.inspect()
        if report.condition is not StoreCondition.MISSING or self._session.sqlite_path is None:
            problem = problem_of(report)
            if problem and report.condition is not StoreCondition.MISSING:
                raise problem
            raise Problem(Kind.UNSUPPORTED, title, f"{report.place} is not a SQLite store that is missing.")
        path = self._session.sqlite_path
        with problems.raised_as(title, report.place):
            # MLflow would try for more than a minute where the folder cannot be made or written.
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if not os.access(os.path.dirname(path), os.W_OK):
                raise Problem(
                    Kind.STORE_UNREADABLE,
                    title,
                    f"The folder {os.path.dirname(path)} may not be written.",
                    "Choose another place, or change the folder's permissions.",
                )
            ports.report(0, 0, "creating tables")
            _migrate(path)
        return self._session.inspect()

    def migrated_copy(self, folder: str) -> str:
        """Copy an older SQLite store, or a folder of files, into ``folder`` as today's store; answers its URI."""
        report = self._session.inspect()
        if report.condition is StoreCondition.LEGACY_FILES:
            return self._converted(report.place, folder)
        path = self._older("Could not copy the store")
        with problems.raised_as("Could not copy the store", path):
            os.makedirs(folder, exist_ok=True)
            copy = _free_name(os.path.join(folder, os.path.basename(path)))
            _copy(path, copy)
            ports.report(0, 0, "migrating the copy")
            _migrate(copy)
        return uris.sqlite_uri(copy)

    def _converted(self, files: str, folder: str) -> str:
        with problems.raised_as("Could not copy the store", files):
            os.makedirs(folder, exist_ok=True)
            copy = _free_name(os.path.join(folder, f"{os.path.basename(files.rstrip('/'))}.db"))
            os.unlink(copy)  # MLflow makes it itself
            ports.report(0, 0, "copying files into a database")
            try:
                _run(copy, _CONVERT, files, uris.sqlite_uri(copy))
            except BaseException:  # whatever stops it, by a person too: nothing half made stays
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(copy)
                raise
        return uris.sqlite_uri(copy)

    def upgrade(self) -> str:
        """Back an older SQLite store up beside itself, then migrate it; answers the path of the backup."""
        path = self._older("Could not upgrade the store")
        with problems.raised_as("Could not upgrade the store", path):
            if not os.access(path, os.W_OK):
                raise Problem(
                    Kind.STORE_UNREADABLE,
                    "Could not upgrade the store",
                    f"{path} may not be written.",
                    "Change its permissions, or look at a migrated copy.",
                )
            stamp = time.strftime("%Y%m%d-%H%M%S")
            backup = _free_name(f"{path}.backup-{stamp}")
            _copy(path, backup)
        try:
            with problems.raised_as("Could not upgrade the store", path):
                ports.report(0, 0, "migrating the store")
                _migrate(path)
        except Problem as problem:
            raise Problem(
                problem.kind,
                problem.title,
                problem.message,
                f"The store as it was is in {backup}. {problem.hint}".strip(),
                code=problem.code,
            ) from problem
        self._session.forget()
        return backup

    def _older(self, title: str) -> str:
        report = self._session.inspect()
        path = self._session.sqlite_path
        if path is None or report.condition is not StoreCondition.OLDER:
            problem = problem_of(report)
            if problem:
                raise problem
            raise Problem(Kind.UNSUPPORTED, title, f"{report.place} has the current schema; there is nothing to do.")
        return path


def _free_name(path: str) -> str:
    """``path``, or with a number after it where that is taken; the file is made at once, for its owner only."""
    for number in range(1000):
        name = path if not number else f"{path}.{number}"
        try:
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return name
    raise FileExistsError(None, "a thousand files of that name are there already", path)


def _copy(path: str, target: str) -> None:
    """A consistent copy through SQLite's own backup, which also takes what is still in a write-ahead log."""
    try:
        with (
            closing(sqlite3.connect(read_only_uri(path), uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(
                copy,
                pages=_PAGES_AT_ONCE,
                progress=lambda _status, left, total: ports.report(total - left, total, "copying"),
            )
        with open(target, "rb") as written:
            os.fsync(written.fileno())
    except BaseException:  # whatever stops it, by a person too: nothing half made stays
        os.unlink(target)
        raise


def _migrate(path: str) -> None:
    """Bring a SQLite file to the installed MLflow's schema, or make it, by ``mlflow db upgrade``."""
    _run(path, _UPGRADE, uris.sqlite_uri(path))


def _run(path: str, program: str, *arguments: str) -> None:
    """Run a command of MLflow's as a process of its own, in its own session.

    A database is not left half made because the deck, or this process with it, ends meanwhile.
    """
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise Problem(
            Kind.SCHEMA,
            "Could not migrate the database",
            f"MLflow's own command ended with {done.returncode} on {path}: {lines[-1] if lines else 'no words'}.",
            "The installed MLflow may not fit the database.",
        )


# What a context can be asked about itself.


_PERMISSION = "/api/3.0/mlflow/users/permissions/get"
_WORKSPACES = "/api/3.0/mlflow/workspaces"
_PACKAGES = ("mlflow", "databricks-sdk")


class SessionDiagnosis:
    """DiagnosisPort over a session."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def reach(self) -> str:
        """Connect anew, whatever has answered before."""
        uri = self._session.tracking_uri
        if self._session.kind == "databricks":
            uri = guard.databricks_host(uri)
            _refuse_more_than_a_host(uri)
        target = uris.host_and_port(uri)
        with problems.raised_as("Could not reach the server", self._session.place):
            self._session.lost()
            self._session.reach()
        return self._session.called or (f"{target[0]}:{target[1]}" if target else "")

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

    def workspaces(self) -> tuple[tuple[str, str], ...]:
        title = "Could not read the workspaces"
        with problems.raised_as(title, self._session.place):
            self._session.reach()
        can = self._session.capabilities()
        if can.no_workspaces:
            raise Problem(Kind.UNSUPPORTED, title, f"{can.no_workspaces}.")
        with problems.raised_as(title, self._session.place):
            answer = self._session.request(_WORKSPACES, "GET")
            told = object_in(answer.content) if answer.status_code == 200 else None
            if told is None:
                raise answers.of_answer(answer, title, self._session.place)
        said = told.get("workspaces")
        found = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
        return tuple((str(one["name"]), str(one.get("description") or "")) for one in found if one.get("name"))

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
            driver = problems.driver_of(uri)
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
