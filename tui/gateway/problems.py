"""Exceptions of MLflow, requests, SQLAlchemy and the Databricks SDK, said as one plain sentence each.

MLflow wraps the cause, often in a generic INTERNAL_ERROR, so the whole chain is looked at and the innermost thing
that is understood wins.
"""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape

from tui.domain.problem import Kind, Problem
from tui.gateway import address

_WORDS = 200  # of a server's text that are shown

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_STATUS_LOST = re.compile(r"too many (\d{3}) error responses")
_STATUS_SAID = re.compile(r"failed with error code (\d{3})\b")
_BODY_SAID = re.compile(r"Response body: '(.*)'", re.DOTALL)
_OUTDATED = re.compile(r"found version (\S+), but expected ([^)\s]+)")
_NO_MODULE = re.compile(r"No module named '([^']+)'")

_BY_CODE = {
    "BAD_REQUEST": Kind.BAD_REQUEST,
    "INVALID_PARAMETER_VALUE": Kind.BAD_REQUEST,
    "MALFORMED_REQUEST": Kind.BAD_REQUEST,
    "MAX_LIST_SIZE_EXCEEDED": Kind.BAD_REQUEST,
    "RESOURCE_ALREADY_EXISTS": Kind.BAD_REQUEST,
    "RESOURCE_CONFLICT": Kind.BAD_REQUEST,
    "INVALID_STATE": Kind.BAD_REQUEST,
    "RESOURCE_DOES_NOT_EXIST": Kind.NOT_FOUND,
    "NOT_FOUND": Kind.NOT_FOUND,
    "NODE_DOES_NOT_EXIST": Kind.NOT_FOUND,
    "CATALOG_DOES_NOT_EXIST": Kind.NOT_FOUND,
    "SCHEMA_DOES_NOT_EXIST": Kind.NOT_FOUND,
    "DIRECTORY_DOES_NOT_EXIST": Kind.NOT_FOUND,
    "ENDPOINT_NOT_FOUND": Kind.NOT_FOUND,
    "UNAUTHENTICATED": Kind.UNAUTHENTICATED,
    "CUSTOMER_UNAUTHORIZED": Kind.UNAUTHENTICATED,
    "PERMISSION_DENIED": Kind.FORBIDDEN,
    "REQUEST_LIMIT_EXCEEDED": Kind.THROTTLED,
    "RESOURCE_EXHAUSTED": Kind.THROTTLED,
    "RESOURCE_LIMIT_EXCEEDED": Kind.THROTTLED,
    "QUOTA_EXCEEDED": Kind.THROTTLED,
    "TEMPORARILY_UNAVAILABLE": Kind.SERVER,
    "SERVICE_UNDER_MAINTENANCE": Kind.SERVER,
    "WORKSPACE_TEMPORARILY_UNAVAILABLE": Kind.SERVER,
    "DEADLINE_EXCEEDED": Kind.SERVER,
    "IO_ERROR": Kind.SERVER,
    "INTERNAL_ERROR": Kind.SERVER,
    "NOT_IMPLEMENTED": Kind.UNSUPPORTED,
    "FEATURE_DISABLED": Kind.UNSUPPORTED,
}

_HINTS = {
    Kind.UNAUTHENTICATED: "Check the credentials in the environment or the profile (MLFLOW_TRACKING_USERNAME and "
    "_PASSWORD, MLFLOW_TRACKING_TOKEN, or databricks auth login).",
    Kind.FORBIDDEN: "Ask for the permission, or use another profile or account.",
    Kind.NOT_FOUND: "It may have been deleted, or the address may be missing a path; refresh, or check the URI.",
    Kind.THROTTLED: "Wait a moment, then try again.",
    Kind.SERVER: "Try again; if it stays, the server's own log says why.",
    Kind.NOT_MLFLOW: "Check that the tracking URI leads to an MLflow server, without a path of its web pages.",
    Kind.BAD_REQUEST: "",
    Kind.TIMEOUT: "Check the network, try again, or raise timeout_s of the context.",
    Kind.UNSUPPORTED: "",
}


@contextmanager
def told(title: str, place: str, *, explain: Callable[[int], tuple[int, str] | None] | None = None) -> Iterator[None]:
    """Turn whatever is raised within into Problem.

    ``explain`` is asked for the status and text of a server's error when MLflow has lost them.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as error:  # the one place where exceptions of four libraries become ours
        raise of(error, title, place, explain=explain) from error


def of(
    error: BaseException,
    title: str,
    place: str,
    *,
    explain: Callable[[int], tuple[int, str] | None] | None = None,
) -> Problem:
    """The problem that an exception means; ``place`` is the server or store to name, already without secrets."""
    chain = list(_chain(error))
    for cause in reversed(chain):
        if isinstance(cause, Problem):
            return cause
    return (
        _of_tls(chain, title, place)
        or _of_status(chain, title, place, explain)
        or _of_connection(chain, title, place)
        or _of_database(chain, title, place)
        or _of_mlflow(chain, title, place)
        or _of_rest(error, title, place)
    )


def of_response(status: int, text: str, content_type: str, title: str, place: str) -> Problem:
    """The problem that an HTTP answer means, when it is not the expected JSON of MLflow."""
    code, message = _json_error(text)
    if status == 200:
        return _not_mlflow(status, text, content_type, title, place)
    if message is not None:
        return of_code(code, message, title, place, status=status)
    if status == 404 and _is_page(text, content_type):
        return _not_mlflow(status, text, content_type, title, place)
    if 300 <= status < 400:
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{place} redirected the request (HTTP {status}).",
            _HINTS[Kind.NOT_MLFLOW],
            code=str(status),
        )
    kind = _kind_of_status(status)
    said = first_words(text)
    return Problem(
        kind,
        title,
        f"{place} answered {_status_words(status)}{f': {said}' if said else '.'}",
        _HINTS[kind],
        code=str(status),
    )


def of_code(code: str, message: str, title: str, place: str, *, status: int = 0) -> Problem:
    """The problem behind an error code of MLflow or Databricks; a refusal keeps the server's own words."""
    kind = _BY_CODE.get(code) or (_kind_of_status(status) if status else Kind.INTERNAL)
    if status == 429:
        kind = Kind.THROTTLED
    words = address.without_secrets(one_line(message)) or "nothing more"
    shown = words if kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND) else f"{place} answered {code or status}: {words}"
    return Problem(kind, title, shown, _HINTS.get(kind, ""), code=code or (str(status) if status else ""))


def one_line(text: object) -> str:
    """A server's text on one line, not longer than a person would read."""
    words = " ".join(str(text).split())
    return words if len(words) <= 4 * _WORDS else words[: 4 * _WORDS] + " …"


def first_words(text: str) -> str:
    """The first words of a page or text, without markup."""
    words = " ".join(unescape(_TAGS.sub(" ", text[:20000])).split())
    return words if len(words) <= _WORDS else words[:_WORDS] + " …"


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


def _of_tls(chain: list[BaseException], title: str, place: str) -> Problem | None:
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


def _of_status(
    chain: list[BaseException], title: str, place: str, explain: Callable[[int], tuple[int, str] | None] | None
) -> Problem | None:
    for cause in chain:
        response = getattr(cause, "response", None)
        if response is not None and hasattr(response, "status_code"):
            text = response.text if isinstance(response.text, str) else ""
            return of_response(response.status_code, text, response.headers.get("Content-Type", ""), title, place)
    for cause in chain:
        lost = _STATUS_LOST.search(str(cause))
        if lost:
            status, text = int(lost[1]), ""
            found = explain(status) if explain else None
            if found and found[0] == status:
                text = found[1]
            return of_response(status, text, "", title, place)
    for cause in chain:
        said = _STATUS_SAID.search(str(cause))
        if said:
            body = _BODY_SAID.search(str(cause))
            return of_response(int(said[1]), body[1] if body else "", "", title, place)
        if "was not in a valid JSON format" in str(cause):
            body = _BODY_SAID.search(str(cause))
            return of_response(200, body[1] if body else "", "", title, place)
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
            _HINTS[Kind.NOT_MLFLOW],
        )
    if names & {"ReadTimeout", "ReadTimeoutError", "ConnectTimeout", "ConnectTimeoutError", "Timeout", "TimeoutError"}:
        return Problem(Kind.TIMEOUT, title, f"{place} did not answer in time.", _HINTS[Kind.TIMEOUT])
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
    return None


def _of_database(chain: list[BaseException], title: str, place: str) -> Problem | None:
    for cause in chain:
        if isinstance(cause, sqlite3.Error):
            text = str(cause)
            if "locked" in text or "busy" in text:
                return Problem(
                    Kind.SERVER, title, f"{place} is locked by another program.", "Try again when it has finished."
                )
            kind = Kind.SERVER if isinstance(cause, sqlite3.OperationalError) else Kind.STORE_UNREADABLE
            hint = "Check that the disk is healthy and the file is whole."
            return Problem(kind, title, f"{place} could not be read; SQLite says: {text}.", hint)
    for cause in chain:
        if type(cause).__module__.startswith("sqlalchemy"):
            why = first_words(str(getattr(cause, "orig", None) or cause))
            return Problem(
                Kind.UNREACHABLE,
                title,
                f"The database {place} refused: {address.without_secrets(why)}.",
                "Check the address, the account and the network.",
            )
        missing = _NO_MODULE.search(str(cause)) if isinstance(cause, ImportError) else None
        if missing:
            return Problem(
                Kind.CONFIG,
                title,
                f"{place} needs the Python package {missing[1]}, which is not installed.",
                "Install it into the environment of mlflow-deck.",
            )
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
        if code == "INTERNAL_ERROR" and "failed with exception" in message:
            return Problem(
                Kind.UNREACHABLE, title, f"{place} could not be asked: {_last_words(message)}.", "Check the address."
            )
        return of_code(code, message, title, place)
    return None


def _of_rest(error: BaseException, title: str, place: str) -> Problem:
    if isinstance(error, NotImplementedError):
        return Problem(Kind.UNSUPPORTED, title, f"{place} cannot do that.", one_line(error))
    if isinstance(error, PermissionError):
        where = error.filename or place
        return Problem(Kind.STORE_UNREADABLE, title, f"{where} may not be read or written.", "Check its permissions.")
    if isinstance(error, OSError):
        where = error.filename or place
        return Problem(
            Kind.STORE_UNREADABLE,
            title,
            f"{where}: {error.strerror or one_line(error)}.",
            "Check the path and the disk.",
        )
    if isinstance(error, KeyError):
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{place} answered with JSON in which {one_line(error)} is missing.",
            _HINTS[Kind.NOT_MLFLOW],
        )
    if isinstance(error, ValueError):
        return Problem(Kind.BAD_REQUEST, title, address.without_secrets(one_line(error)) or "It was refused.")
    said = address.without_secrets(one_line(error))
    return Problem(
        Kind.INTERNAL,
        title,
        f"Something unexpected came back from {place}{f': {said}' if said else '.'}",
        "Start with --log-file FILE to keep the details, and report it.",
    )


def _not_mlflow(status: int, text: str, content_type: str, title: str, place: str) -> Problem:
    what = "an HTML page" if _is_page(text, content_type) else "something else" if text else "nothing"
    said = first_words(text)
    return Problem(
        Kind.NOT_MLFLOW,
        title,
        f"{place} answered HTTP {status} with {what} instead of MLflow's JSON{f': {said}' if said else '.'}",
        _HINTS[Kind.NOT_MLFLOW],
        code=str(status),
    )


def _is_page(text: str, content_type: str) -> bool:
    return "html" in content_type.lower() or text.lstrip()[:200].lower().startswith(("<!doctype html", "<html"))


def _json_error(text: str) -> tuple[str, str | None]:
    try:
        body = json.loads(text)
    except ValueError:
        return "", None
    if not isinstance(body, dict):
        return "", None
    code, message = body.get("error_code"), body.get("message")
    if not isinstance(code, str) and not isinstance(message, str):
        return "", None
    return str(code or ""), str(message or "")


def _kind_of_status(status: int) -> Kind:
    named = {
        400: Kind.BAD_REQUEST,
        401: Kind.UNAUTHENTICATED,
        403: Kind.FORBIDDEN,
        404: Kind.NOT_FOUND,
        408: Kind.TIMEOUT,
        429: Kind.THROTTLED,
        501: Kind.UNSUPPORTED,
    }
    if status in named:
        return named[status]
    return Kind.SERVER if status >= 500 else Kind.BAD_REQUEST if status >= 400 else Kind.NOT_MLFLOW


def _status_words(status: int) -> str:
    from http import HTTPStatus

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _names(cause: BaseException) -> list[str]:
    return [kind.__name__ for kind in type(cause).__mro__]


def _last_words(message: str) -> str:
    return address.without_secrets(first_words(message.rsplit("failed with exception", 1)[-1].strip(" .")))
