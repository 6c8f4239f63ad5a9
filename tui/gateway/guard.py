"""A look at a store's address before MLflow is let near it: can it be reached, and would MLflow create or migrate."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreCondition, StoreReport
from tui.gateway import problems

# The schema revisions that the installed MLflow knows, read from its files without importing it.


_REVISION = re.compile(r"^revision\b[^=\n]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\b[^=\n]*=\s*(.+)$", re.MULTILINE)
_VERSION = re.compile(r"^VERSION\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


class Revisions(NamedTuple):
    """The newest revision ("" when it could not be told) and every one known."""

    head: str
    known: frozenset[str]


@lru_cache(maxsize=1)
def installed() -> Revisions:
    """The revisions of the installed MLflow; empty ones when MLflow's layout is not the known one."""
    found = importlib.util.find_spec("mlflow")
    for root in (found.submodule_search_locations or ()) if found else ():
        revisions = _read(os.path.join(root, "store", "db_migrations", "versions"))
        if revisions.known:
            return revisions
    return Revisions("", frozenset())


@lru_cache(maxsize=1)
def mlflow_version() -> str:
    """The version of the installed MLflow as it says it itself, "" where it cannot be found."""
    found = importlib.util.find_spec("mlflow")
    for root in (found.submodule_search_locations or ()) if found else ():
        try:
            with open(os.path.join(root, "version.py"), encoding="utf-8") as file:
                said = _VERSION.search(file.read())
        except OSError:
            continue
        if said:
            return said[1]
    return ""


def _read(folder: str) -> Revisions:
    known: set[str] = set()
    superseded: set[str] = set()
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".py")]
    except OSError:
        return Revisions("", frozenset())
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        revision, down = _REVISION.search(text), _DOWN.search(text)
        if revision:
            known.add(revision[1])
            superseded.update(_QUOTED.findall(down[1]) if down else ())
    heads = known - superseded
    return Revisions(heads.pop() if len(heads) == 1 else "", frozenset(known))


_MAGIC = b"SQLite format 3\x00"
_WRITE_VERSION = 18  # the byte of the header that is 2 where a write-ahead log is used
_TRUE = ("true", "1")
_MLFLOW_TABLES = {"experiments", "runs", "metrics", "params", "tags"}


def inspect(tracking_uri: str) -> StoreReport:
    """What is at ``tracking_uri``, without changing it; raises Problem (CONFIG) where MLflow cannot use such a URI."""
    kind = uris.kind(tracking_uri)
    if kind == "sqlite":
        return _inspect_sqlite(tracking_uri)
    if kind == "file":
        return _inspect_folder(tracking_uri)
    if kind in uris.HTTP_KINDS:
        if uris.host_and_port(tracking_uri) is None:
            raise Problem(
                Kind.CONFIG,
                "Could not read the tracking URI",
                f"{uris.shown(tracking_uri)} names no host, or its port is no number.",
                "Write it like http://host:5000.",
            )
        return _report(StoreCondition.READY, tracking_uri, uris.shown(tracking_uri))
    if kind == "databricks":
        return _report(StoreCondition.READY, tracking_uri, uris.shown(tracking_uri))
    if kind in ("databricks-uc", "uc"):
        raise Problem(
            Kind.CONFIG,
            "Could not use the tracking URI",
            f"{tracking_uri} is a model registry; experiments and runs are not kept there.",
            "Set tracking_uri to databricks (or databricks://PROFILE) and leave this one as registry_uri.",
        )
    if kind in uris.SQL_KINDS:
        return _inspect_sql_server(tracking_uri)
    if kind in plugins("mlflow.tracking_store"):
        return _report(StoreCondition.READY, tracking_uri, uris.shown(tracking_uri))
    raise Problem(
        Kind.CONFIG,
        "Could not use the tracking URI",
        f"{uris.shown(tracking_uri)} is of a kind that the installed MLflow does not know ({kind}:).",
        "MLflow knows sqlite, postgresql, mysql, mssql, http, https and databricks.",
    )


def problem_of(report: StoreReport) -> Problem | None:
    """The problem that stands in the way of opening a store, or None where it may be opened."""
    place, detail = report.place, f" {report.detail}" if report.detail else ""
    if report.condition is StoreCondition.READY:
        return None
    if report.condition is StoreCondition.MISSING:
        return Problem(
            Kind.STORE_MISSING,
            "Could not open the store",
            f"There is nothing at {place}.{detail}",
            "Create it, open another place, or try the sample store with mlflow-deck demo.",
        )
    if report.condition is StoreCondition.OLDER:
        return Problem(
            Kind.SCHEMA,
            "Did not open the store",
            f"{place} has the schema {report.revision} of an older MLflow; opening it would migrate it to "
            f"{report.expected}.",
            "Look at a migrated copy, or upgrade it after a backup.",
        )
    if report.condition is StoreCondition.NEWER:
        return Problem(
            Kind.SCHEMA,
            "Could not open the store",
            f"{place} has the schema {report.revision}, which the installed MLflow does not know; it wants "
            f"{report.expected}.",
            "Upgrade mlflow in the environment of mlflow-deck (pip install --upgrade mlflow).",
        )
    if report.condition is StoreCondition.LEGACY_FILES:
        return Problem(
            Kind.SCHEMA,
            "Could not open the store",
            f"{place} is a folder of files, which MLflow no longer opens.{detail}",
            "Convert it with mlflow migrate-filestore, or set MLFLOW_ALLOW_FILE_STORE=true.",
        )
    if report.condition is StoreCondition.UNREADABLE:
        return Problem(
            Kind.STORE_UNREADABLE,
            "Could not open the store",
            f"{place} could not be read.{detail}",
            "Check the path and its permissions.",
        )
    return Problem(
        Kind.STORE_UNREADABLE,
        "Could not open the store",
        f"{place} is not an MLflow database.{detail}",
        "Check the path; a new store needs a name that is not taken.",
    )


def read_only_uri(path: str) -> str:
    """The URI with which SQLite reads a file and leaves nothing beside it.

    A file in write-ahead mode whose log is empty is read as immutable: even a reader would make a log and an index
    there. Any other is read under SQLite's own locks, so that a writer's half-done work is never seen.
    """
    with open(path, "rb") as file:
        head = file.read(_WRITE_VERSION + 1)
    return uris.read_only_file_uri(path, immutable=_is_write_ahead(head) and not _log_in_use(path))


def _is_write_ahead(head: bytes) -> bool:
    return head[_WRITE_VERSION : _WRITE_VERSION + 1] == b"\x02"


def _log_in_use(path: str) -> bool:
    try:
        return os.path.getsize(path + "-wal") > 0
    except OSError:
        return False


def _report(condition: StoreCondition, uri: str, place: str, *, revision: str = "", detail: str = "") -> StoreReport:
    return StoreReport(condition, uris.shown(uri), place, revision, installed().head, detail)


def _inspect_sqlite(uri: str) -> StoreReport:
    path = uris.sqlite_path(uri)
    if path is None:
        raise Problem(
            Kind.CONFIG,
            "Could not use the tracking URI",
            f"{uris.shown(uri)} is a database in memory, which only the process that made it can see.",
            "Name a file: sqlite:///mlflow.db, or sqlite:////srv/mlflow.db with four slashes for an absolute path.",
        )
    try:
        with open(path, "rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return _report(StoreCondition.MISSING, uri, path, detail=_nearest_folder(path))
    except IsADirectoryError:
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail="It is a folder.")
    except OSError as error:
        return _report(StoreCondition.UNREADABLE, uri, path, detail=_reason(error))
    if not head:
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail="The file is empty.")
    if not head.startswith(_MAGIC):
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail="It is no SQLite file.")
    # Readers of a write-ahead log must be able to write beside the file.
    beside = os.path.exists(path + "-shm") or os.access(os.path.dirname(path), os.W_OK)
    if _is_write_ahead(head) and not beside:
        return _report(
            StoreCondition.UNREADABLE,
            uri,
            path,
            detail="It uses a write-ahead log, for which its folder has to be writable, and it is not.",
        )
    try:
        tables, found = _tables_and_revisions(path)
    except sqlite3.Error as error:
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        condition = StoreCondition.NOT_A_STORE if damaged else StoreCondition.UNREADABLE
        return _report(condition, uri, path, detail=f"SQLite says: {error}.")
    if "alembic_version" not in tables or not found:
        if tables >= _MLFLOW_TABLES:
            return _report(
                StoreCondition.OLDER, uri, path, revision="(none)", detail="It was made before MLflow recorded schemas."
            )
        held = "Its tables are those of another program." if tables else "It holds no tables."
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail=held)
    revision = ", ".join(found)
    known = installed()
    if revision == known.head:
        return _report(StoreCondition.READY, uri, path, revision=revision)
    if set(found) <= known.known:
        return _report(StoreCondition.OLDER, uri, path, revision=revision)
    if not tables >= _MLFLOW_TABLES:
        return _report(
            StoreCondition.NOT_A_STORE, uri, path, revision=revision, detail="Its tables are those of another program."
        )
    return _report(StoreCondition.NEWER, uri, path, revision=revision)


def _tables_and_revisions(path: str) -> tuple[set[str], list[str]]:
    connection = sqlite3.connect(read_only_uri(path), uri=True, timeout=2.0)
    try:
        tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            return tables, []
        rows = connection.execute("SELECT version_num FROM alembic_version ORDER BY version_num LIMIT 5")
        return tables, [str(revision) for (revision,) in rows]
    finally:
        connection.close()


def _inspect_folder(uri: str) -> StoreReport:
    path = uris.folder_path(uri)
    if not os.path.exists(path):
        return _report(StoreCondition.MISSING, uri, path, detail=_nearest_folder(path))
    if not os.path.isdir(path):
        hint = "It is a file; a SQLite store is written sqlite:///PATH."
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail=hint)
    try:
        with os.scandir(path) as entries:
            experiments = sum(1 for entry in entries if os.path.exists(os.path.join(entry.path, "meta.yaml")))
    except OSError as error:
        return _report(StoreCondition.UNREADABLE, uri, path, detail=_reason(error))
    if os.environ.get("MLFLOW_ALLOW_FILE_STORE", "").lower() not in _TRUE:
        return _report(StoreCondition.LEGACY_FILES, uri, path, detail=f"It holds {experiments} experiments.")
    # Opening a folder makes a .trash in it and, where it is empty, experiment 0.
    if not os.path.isdir(os.path.join(path, ".trash")) or not experiments:
        return _report(StoreCondition.NOT_A_STORE, uri, path, detail="It is a folder without MLflow's files.")
    return _report(StoreCondition.READY, uri, path)


def _inspect_sql_server(uri: str) -> StoreReport:
    problems.require_driver(uri)
    return _report(
        StoreCondition.READY, uri, urlsplit(uris.shown(uri)).netloc, detail="Its schema is read when it is opened."
    )


@lru_cache(maxsize=1)
def _plugins() -> Mapping[str, frozenset[str]]:
    """The names of what is installed to extend MLflow, by group; every package is looked at once for all of them."""
    from importlib.metadata import entry_points

    groups = ("mlflow.request_header_provider", "mlflow.tracking_store", "mlflow.model_registry_store")
    found = entry_points()
    return {group: frozenset(entry.name for entry in found.select(group=group)) for group in groups}


def plugins(group: str) -> frozenset[str]:
    """The names under which plugins of a group of MLflow's are installed."""
    return _plugins()[group]


def _nearest_folder(path: str) -> str:
    folder = os.path.dirname(path)
    if os.path.isdir(folder):
        return ""
    return f"The folder {folder} does not exist either."


def _reason(error: OSError) -> str:
    return f"The system says: {error.strerror or type(error).__name__}."


# Whether a server's host can be reached at all, found out in seconds where MLflow would try for minutes.


_TITLE = "Could not reach the server"
_QUESTION = "/.well-known/databricks-config"  # what a workspace tells everybody; its SDK asks it first of all
_MOST_SAID = 1 << 16  # bytes
_MOST_HEARD_S = 2.0
_said: dict[str, dict[str, Any]] = {}
_heard_out: dict[str, threading.Event] = {}  # hosts that say something just now: set when they have said all


def reach(uri: str, seconds: float, word_seconds: float = 0.0) -> None:
    """Raise Problem where no TCP connection to a server's host, or to its proxy, comes about in ``seconds``.

    URIs that lead to no host pass. TLS is left to the request itself: it alone knows which certificates are trusted.
    A Databricks workspace that is reached without a proxy must also say something within ``word_seconds``, whatever it
    is: importing what would ask it takes seconds, after which it would be silent for a whole request's time.
    """
    speaks = uris.kind(uri) == "databricks" and word_seconds > 0
    if uris.kind(uri) == "databricks":
        uri = databricks_host(uri)
    target = uris.host_and_port(uri)
    if target is None:
        return
    host, port = target
    proxy = _proxy(uri, host)
    if proxy:
        host, port = proxy
        speaks = False
    where = f"{host}:{port}" + (" (the proxy)" if proxy else "")
    outcome: list[OSError | None] = []
    connected, done = threading.Event(), threading.Event()

    def heard(anything: bool) -> None:
        outcome.append(None if anything else _Silence())
        done.set()

    def connect() -> None:
        try:
            # The name is looked up in here too: a resolver that does not answer cannot be told to give up.
            with contextlib.ExitStack() as open_ones:
                connection = open_ones.enter_context(socket.create_connection((host, port), timeout=seconds))
                connected.set()
                if not speaks:
                    outcome.append(None)
                else:
                    _ask(connection, uri, host, word_seconds, open_ones, heard)
        except OSError as error:
            outcome.append(error)
        except UnicodeError:
            outcome.append(socket.gaierror(socket.EAI_NONAME, "not a host name"))
        done.set()

    threading.Thread(target=connect, name="probe", daemon=True).start()
    if not done.wait(seconds + 0.25) and not connected.is_set():
        raise Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} did not answer within {seconds:g} s.",
            "Check the host name, the network and whether a VPN or a tunnel is needed.",
        )
    if not done.wait(word_seconds + 0.25) or isinstance(outcome[0], _Silence):
        raise Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} took the connection and then said nothing for {word_seconds:g} s.",
            "Check that this is the workspace's address, and whether a firewall or a tunnel is in between.",
        )
    error = outcome[0]
    if error is not None:
        raise of_connection(error, where, seconds)


class _Silence(OSError):
    """A connection came about, and nothing over it."""


def _ask(
    connection: socket.socket,
    uri: str,
    host: str,
    seconds: float,
    open_ones: contextlib.ExitStack,
    heard: Callable[[bool], None],
) -> None:
    """Tell whether anything at all comes over a connection within ``seconds``, and keep what a workspace says then.

    A refusal or a broken answer is something. Without a certificate that is trusted the question is asked all the same,
    for it is one that anybody may ask and nothing of the person's is sent; but what is said then is not kept.
    """
    import ssl

    end = time.monotonic() + seconds
    trusted = True
    told = b""
    try:
        connection.settimeout(seconds)
        peer = connection.getpeername()
        if uris.kind(uri) == "https":
            try:
                bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
                context = ssl.create_default_context(cafile=bundle if bundle and os.path.isfile(bundle) else None)
                connection = open_ones.enter_context(context.wrap_socket(connection, server_hostname=host))
            except ssl.SSLError:
                trusted = False
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                again = open_ones.enter_context(socket.create_connection(peer[:2], timeout=seconds))
                connection = open_ones.enter_context(context.wrap_socket(again, server_hostname=host))
        connection.sendall(f"GET {_QUESTION} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
        connection.settimeout(max(0.1, end - time.monotonic()))
        told = connection.recv(_MOST_SAID)
    except TimeoutError:
        heard(False)
        return
    except (OSError, ValueError):
        pass  # an answer of a kind: the request itself will meet it and tell of it
    said_all = _heard_out[_origin(uri)] = threading.Event()
    heard(True)
    about = _whole(told)
    with contextlib.suppress(OSError):
        while about is None and time.monotonic() < end and len(told) < _MOST_SAID:
            if not (more := connection.recv(_MOST_SAID)):
                break
            told += more
            about = _whole(told)
    if trusted and about is not None:
        _said[_origin(uri)] = about
    said_all.set()


def _whole(answer: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer that is there as a whole, else None."""
    import http.client

    try:
        return _json_of(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return None


class _Told(io.BytesIO):
    """The bytes of an answer, where a socket is wanted."""

    def makefile(self, *_how: object) -> _Told:
        return self


def _json_of(answer: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer to HTTP; None where it is none, or no success. Raises HTTPException, ValueError."""
    import http.client

    response = http.client.HTTPResponse(_Told(answer))  # type: ignore[arg-type]  # of a socket it takes makefile alone
    response.begin()
    about = json.loads(response.read()) if response.status == 200 else None
    return about if isinstance(about, dict) else None


def _origin(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return f"{parts.scheme}://{parts.netloc}"


def said_of_itself(host: str) -> dict[str, Any] | None:
    """What a workspace has told of itself when it was looked for; None where that was not asked or not sure.

    Where it has just begun to say it, it is heard out.
    """
    if (said_all := _heard_out.get(_origin(host))) is not None:
        said_all.wait(_MOST_HEARD_S)
    return _said.get(_origin(host))


def databricks_host(uri: str) -> str:
    """The address of the workspace that a ``databricks`` URI means, or "" where it is not written down anywhere.

    Looks where the Databricks SDK does, without importing it: in the environment, then in the profile, which is the
    one that is named, else ``default_profile`` of ``[__settings__]``, else DEFAULT. No profile inherits of another.
    """
    host = os.environ.get("DATABRICKS_HOST", "")
    if not host:
        import configparser

        config = configparser.ConfigParser(interpolation=None, default_section="no section has this name")
        with contextlib.suppress(OSError, configparser.Error, UnicodeDecodeError):
            config.read(os.path.expanduser(os.environ.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")))
            named = uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE")
            chosen = config.get("__settings__", "default_profile", fallback="").strip()
            host = config.get(named or chosen or "DEFAULT", "host", fallback="")
    return host if not host or "://" in host else f"https://{host}"


def of_connection(error: OSError, where: str, seconds: float) -> Problem:
    """The problem behind a connection that did not come about."""
    if isinstance(error, socket.gaierror):
        return Problem(
            Kind.UNREACHABLE,
            _TITLE,
            f"The name {where.rsplit(':', 1)[0]} could not be resolved.",
            "Check the spelling of the host and whether a VPN is needed.",
        )
    if isinstance(error, ConnectionRefusedError):
        return Problem(
            Kind.UNREACHABLE,
            _TITLE,
            f"{where} refused the connection.",
            "Check the port and that the server runs.",
        )
    if isinstance(error, TimeoutError):
        return Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} did not answer within {seconds:g} s.",
            "Check the host, the network and whether a firewall is in between.",
        )
    return Problem(
        Kind.UNREACHABLE,
        _TITLE,
        f"{where} could not be reached: {error.strerror or type(error).__name__}.",
        "Check the address and the network.",
    )


def _proxy(uri: str, host: str) -> tuple[str, int] | None:
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(host):
        return None
    proxy = getproxies().get(uris.kind(uri)) or getproxies().get("all")
    if not proxy:
        return None
    return uris.host_and_port(proxy if "://" in proxy else f"http://{proxy}")
