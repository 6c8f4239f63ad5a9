"""Exceptions of MLflow, requests, SQLAlchemy and the Databricks SDK, said as one plain sentence each.

MLflow wraps the cause, often in a generic INTERNAL_ERROR, so the whole chain is looked at and the innermost thing
that is understood wins.
"""

from __future__ import annotations

import math
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from requests import Response


# The Python packages that a store needs beside MLflow: database drivers, and what object stores are read with.


# By the module that is imported: the package that has it, and the extra of mlflow-deck that brings it, if one does.
_PACKAGES = {
    "psycopg": ("psycopg[binary]", "postgres"),
    "psycopg2": ("psycopg2-binary", ""),
    "pymysql": ("pymysql", "mysql"),
    "MySQLdb": ("mysqlclient", ""),
    "pyodbc": ("pyodbc", ""),
    "boto3": ("boto3", "s3"),
    "botocore": ("boto3", "s3"),
    "azure": ("azure-storage-blob", "azure"),
    "google": ("google-cloud-storage", "gcs"),
    "mlflow": ("mlflow", ""),
}
_INSTEAD = {
    "MySQLdb": " Or write mysql+pymysql:// and install 'mlflow-deck[mysql]', which needs no compiler.",
    "psycopg2": " Or leave +psycopg2 out of the URI and install 'mlflow-deck[postgres]'.",
}


def missing(error: ImportError, title: str, place: str) -> Problem:
    """The problem behind an import that failed: which module, which package has it, and how that is installed."""
    module = (error.name or "").partition(".")[0]
    if not module or not isinstance(error, ModuleNotFoundError):
        # The package is there, and what it needs itself is not, libpq for instance.
        words = " ".join(str(error).split())
        return Problem(
            Kind.CONFIG,
            title,
            f"{place} needs a Python package that could not be loaded: {words}.",
            f"Install {_named(module) if module in _PACKAGES else 'it'} anew in the environment of mlflow-deck.",
        )
    return Problem(
        Kind.CONFIG,
        title,
        f"{place} needs the Python package {module}, which is not installed.",
        f"Install it into the environment of mlflow-deck: pip install {_named(module)}.{_INSTEAD.get(module, '')}",
    )


def _named(module: str) -> str:
    package, extra = _PACKAGES.get(module, (module, ""))
    return f"'mlflow-deck[{extra}]'" if extra else f"'{package}'" if "[" in package else package


def require_driver(uri: str) -> None:
    """Raise Problem where the driver that SQLAlchemy would load for a database's URI cannot be loaded."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    title = "Could not open the database"
    try:
        make_url(uri).get_dialect().import_dbapi()
    except ImportError as error:
        raise missing(error, title, uris.shown(uri)) from error
    except (NoSuchModuleError, ArgumentError) as error:
        scheme = uri.partition("://")[0]
        raise Problem(
            Kind.CONFIG,
            title,
            f"{uris.shown(uri)} names a database or a driver that SQLAlchemy does not know ({scheme}).",
            "Write postgresql://, mysql+pymysql:// or mssql+pyodbc://, with user, host and database.",
        ) from error


def driver_of(uri: str) -> tuple[str, str] | None:
    """The package and version of a database's driver, where it can be loaded."""
    from importlib import metadata

    from sqlalchemy.engine import make_url

    try:
        module = make_url(uri).get_dialect().import_dbapi().__name__.partition(".")[0]
        package = _PACKAGES.get(module, (module, ""))[0].partition("[")[0]
        return package, metadata.version(package)
    except Exception:  # whatever is in the way is told by the check of the store
        return None


_STATUS_LOST = re.compile(r"too many (\d{3}) error responses")
_STATUS_SAID = re.compile(r"failed with error code (\d{3})\b")
_BODY_SAID = re.compile(r"Response body: '(.*)'", re.DOTALL)
_OUTDATED = re.compile(r"found version (\S+), but expected ([^)\s]+)")
_ADDRESS = "Check the address."


class Elsewhere(Exception):
    """A reader of its own cannot answer exactly as MLflow would: MlflowClient is to be asked."""


Explain = Callable[[int], "Response | None"]
"""Asks the server once more, for the answer of which MLflow has kept no more than a status."""


@contextmanager
def raised_as(title: str, place: str, *, explain: Explain | None = None) -> Iterator[None]:
    """Turn whatever is raised within into Problem.

    ``explain`` is asked for the status and text of a server's error when MLflow has lost them.
    """
    try:
        yield
    except (Problem, Elsewhere):
        raise
    except Exception as error:  # the one place where exceptions of four libraries become ours
        raise of(error, title, place, explain=explain) from error


def of(
    error: BaseException,
    title: str,
    place: str,
    *,
    explain: Explain | None = None,
) -> Problem:
    """The problem that an exception means; ``place`` is the server or store to name, already without secrets."""
    chain = list(_chain(error))
    for cause in reversed(chain):
        if isinstance(cause, Problem):
            return cause
    return (
        _of_sdk(chain, title, place)
        or _of_redirect(chain, title, place)
        or _of_tls(chain, title, place)
        or _of_status(chain, title, place, explain)
        or _of_connection(chain, title, place)
        or _of_database(chain, title, place)
        or _of_mlflow(chain, title, place)
        or _of_rest(error, title, place)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it was raised from, and what their reasons and arguments hold, outermost first."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), getattr(cause, "orig", None)]
        waiting += list(cause.args)


def _of_redirect(chain: list[BaseException], title: str, place: str) -> Problem | None:
    """Where a server has sent the request on to another that could not be asked: nothing is wrong with its own name."""
    asked = (getattr(getattr(cause, "request", None), "url", None) for cause in chain)
    url = next((str(address) for address in asked if address), "")
    here, there = (uris.host_and_port(one) if " " not in one else None for one in (place, url))
    if here is None or there is None or here == there:
        return None
    host = urlsplit(url).netloc.rpartition("@")[2]
    found = _of_tls(chain, title, host) or _of_connection(chain, title, host)
    if found is None:
        return None
    return Problem(Kind.NOT_MLFLOW, title, f"{place} sends you to {host}. {found.message}", answers.ANOTHER_WAY)


def _of_tls(chain: list[BaseException], title: str, place: str) -> Problem | None:
    import ssl  # slow to load, and only a failure needs it

    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message or "not valid"
            return Problem(
                Kind.TLS,
                title,
                f"The certificate of {place} was not accepted: {why}.",
                "Point MLFLOW_TRACKING_SERVER_CERT_PATH (or REQUESTS_CA_BUNDLE) at the certificate of its authority.",
            )
    for cause in chain:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError):
            why = (cause.reason or str(cause)).replace("_", " ").lower()
            return Problem(
                Kind.TLS,
                title,
                f"No TLS connection to {place} came about: {why}.",
                "Check whether the server speaks https on this port, or whether the URI should begin with http://.",
            )
    return None


def _of_status(chain: list[BaseException], title: str, place: str, explain: Explain | None) -> Problem | None:
    for cause in chain:
        response = getattr(cause, "response", None)
        # Where redirects never end, the last of them tells less than that.
        if response is not None and hasattr(response, "status_code") and "TooManyRedirects" not in _names(cause):
            return answers.of_answer(response, title, place)
    for cause in chain:
        lost = _STATUS_LOST.search(str(cause))
        if lost:
            status, text = int(lost[1]), ""
            found = explain(status) if explain else None
            if found is not None:
                return answers.of_answer(found, title, place)
            return answers.of_response(status, text, "", title, place)
    for cause in chain:
        said = _STATUS_SAID.search(str(cause))
        if said:
            body = _BODY_SAID.search(str(cause))
            return answers.of_response(int(said[1]), body[1] if body else "", "", title, place)
        if "was not in a valid JSON format" in str(cause):
            body = _BODY_SAID.search(str(cause))
            found = explain(200) if explain else None
            if found is not None and found.history:  # where it was led to is lost as well
                return answers.of_answer(found, title, place)
            return answers.of_response(200, body[1] if body else "", "", title, place)
    return None


def _of_connection(chain: list[BaseException], title: str, place: str) -> Problem | None:
    names = {name for cause in chain for name in _names(cause)}
    if any(isinstance(cause, socket.gaierror) for cause in chain) or "NameResolutionError" in names:
        return Problem(
            Kind.UNREACHABLE,
            title,
            f"The host name of {place} could not be resolved.",
            "Check its spelling and whether a VPN is needed.",
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return Problem(
            Kind.UNREACHABLE, title, f"{place} refused the connection.", "Check the port and that the server runs."
        )
    if names & {"TooManyRedirects"}:
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{place} redirected again and again, as a login page does.",
            answers.HINTS[Kind.NOT_MLFLOW],
        )
    if names & {"ReadTimeout", "ReadTimeoutError", "ConnectTimeout", "ConnectTimeoutError", "Timeout", "TimeoutError"}:
        return Problem(Kind.TIMEOUT, title, f"{place} did not answer in time.", answers.HINTS[Kind.TIMEOUT])
    if names & {"InvalidUrlException", "InvalidURL", "LocationParseError", "InvalidSchema", "MissingSchema"}:
        return Problem(Kind.CONFIG, title, f"{place} is no usable address.", "Write it like http://host:5000.")
    if names & {"ProxyError"}:
        return Problem(
            Kind.UNREACHABLE, title, f"The proxy on the way to {place} refused.", "Check HTTP_PROXY and NO_PROXY."
        )
    if names & {"ProtocolError", "ConnectionError", "ChunkedEncodingError", "RemoteDisconnected", "IncompleteRead"}:
        return Problem(
            Kind.UNREACHABLE,
            title,
            f"{place} cut the connection before its answer was whole.",
            "Try again; if it stays, look for a proxy or a crashing server in between.",
        )
    for cause in chain:
        if "RequestException" in _names(cause):
            return Problem(Kind.UNREACHABLE, title, f"{place} could not be asked: {_last_words(str(cause))}.", _ADDRESS)
    return None


def _of_database(chain: list[BaseException], title: str, place: str) -> Problem | None:
    if any("IntegrityError" in _names(cause) for cause in chain):
        # A name that is taken is nothing that is wrong with the database: MLflow says which one it is.
        return _of_mlflow(chain, title, place)
    for cause in chain:
        if isinstance(cause, sqlite3.Error):
            text = str(cause)
            if "locked" in text or "busy" in text:
                return Problem(
                    Kind.SERVER, title, f"{place} is locked by another program.", "Try again when it has finished."
                )
            if "tables in a join" in text or "too many" in text or "too large" in text or "too big" in text:
                return Problem(Kind.BAD_REQUEST, title, f"SQLite says: {text}.", "Ask for less at once.")
            if "disk is full" in text:
                return Problem(Kind.SERVER, title, f"The disk of {place} is full.", "Make room, then try again.")
            if "readonly" in text:
                hint = "Check the permissions of the file and of its folder."
                return Problem(Kind.STORE_UNREADABLE, title, f"{place} may not be written.", hint)
            kind = Kind.SERVER if isinstance(cause, sqlite3.OperationalError) else Kind.STORE_UNREADABLE
            hint = "Check that the disk is healthy and the file is whole."
            return Problem(kind, title, f"{place} could not be read; SQLite says: {text}.", hint)
    for cause in chain:
        if type(cause).__module__.startswith("sqlalchemy"):
            why = answers.first_words(str(getattr(cause, "orig", None) or cause))
            said = uris.without_secrets(why).rstrip(".")
            if "DataError" in _names(cause):  # a text too long for its column, for instance
                return Problem(
                    Kind.BAD_REQUEST, title, f"The database takes no such value: {said}.", "Make it shorter or simpler."
                )
            if "ProgrammingError" in _names(cause):  # no such table, or no right to it
                hint = "Check that it is MLflow's database, and what the account may do there."
                return Problem(Kind.FORBIDDEN, title, f"The database {place} refused: {said}.", hint)
            return Problem(
                Kind.UNREACHABLE,
                title,
                f"The database {place} refused: {said}.",
                "Check the address, the account and the network.",
            )
        if isinstance(cause, ImportError):
            return missing(cause, title, place)
    return None


def _of_mlflow(chain: list[BaseException], title: str, place: str) -> Problem | None:
    for cause in chain:
        code = getattr(cause, "error_code", None)
        if not isinstance(code, str):
            continue
        message = str(getattr(cause, "message", "") or cause)
        outdated = _OUTDATED.search(message)
        if outdated:
            return Problem(
                Kind.SCHEMA,
                title,
                f"{place} has the schema {outdated[1]}, the installed MLflow wants {outdated[2]}.",
                "Use the MLflow version that belongs to the store.",
                code=code,
            )
        if message.startswith(f"{code}: "):
            message = message[len(code) + 2 :]
        if "Reading Databricks credential configuration failed" in message:
            profile = place.partition("://")[2]
            login = f"databricks auth login --profile {profile}" if profile else "databricks auth login"
            return Problem(
                Kind.UNAUTHENTICATED,
                title,
                f"There is nothing to sign in with for {place}.",
                f"Run {login}, or check the profile in ~/.databrickscfg and DATABRICKS_HOST and DATABRICKS_TOKEN.",
                code=code,
            )
        if code == "INTERNAL_ERROR" and "failed with exception" in message:
            said = f"{place} could not be asked: {_last_words(message)}."
            return Problem(Kind.UNREACHABLE, title, said, _ADDRESS)
        return answers.of_code(code, message, title, place)
    return None


def throttled(problem: Problem, seconds: float) -> Problem:
    """The same problem, with how long the server wants to be left alone."""
    hint = f"Again in {seconds:g} s: the workspace asks to wait {seconds:g} s."
    return Problem(problem.kind, problem.title, problem.message, hint, code=problem.code, wait_s=math.ceil(seconds))


def _of_sdk(chain: list[BaseException], title: str, place: str) -> Problem | None:
    """What the Databricks SDK has wrapped: its waiting ends as a TimeoutError, whatever the workspace has answered."""
    for cause in chain:
        names = _names(cause)
        if "TooManyRequests" in names:
            problem = answers.of_code("", str(cause), title, place, status=429)
            seconds = getattr(cause, "retry_after_secs", None)
            return throttled(problem, float(seconds)) if seconds else problem
    for cause in chain:
        if isinstance(cause, (ValueError, OSError)) and not getattr(cause, "errno", None):
            nobody = answers.sign_in(str(cause), title, place)
            if nobody is not None:
                return nobody
    return None


def _of_rest(error: BaseException, title: str, place: str) -> Problem:
    if isinstance(error, NotImplementedError):
        return Problem(Kind.UNSUPPORTED, title, f"{place} cannot do that.", answers.one_line(error))
    if isinstance(error, PermissionError):
        where = error.filename or place
        return Problem(Kind.STORE_UNREADABLE, title, f"{where} may not be read or written.", "Check its permissions.")
    if isinstance(error, OSError):
        where = error.filename or place
        return Problem(
            Kind.STORE_UNREADABLE,
            title,
            f"{where}: {error.strerror or answers.one_line(error)}.",
            "Check the path and the disk.",
        )
    if isinstance(error, KeyError):
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{place} answered with JSON in which {answers.one_line(error)} is missing.",
            answers.HINTS[Kind.NOT_MLFLOW],
        )
    if isinstance(error, ValueError):
        return Problem(Kind.BAD_REQUEST, title, uris.without_secrets(answers.one_line(error)) or "It was refused.")
    said = uris.without_secrets(answers.one_line(error))
    return Problem(
        Kind.INTERNAL,
        title,
        f"Something unexpected came back from {place}{f': {said}' if said else '.'}",
        "Start with --log-file FILE to keep the details, and report it.",
    )


def _names(cause: BaseException) -> list[str]:
    return [kind.__name__ for kind in type(cause).__mro__]


def _last_words(message: str) -> str:
    return uris.without_secrets(answers.first_words(message.rsplit("failed with exception", 1)[-1].strip(" .")))
