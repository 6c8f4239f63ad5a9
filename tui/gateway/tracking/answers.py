"""Answers over HTTP that are not the expected ones, said as one plain sentence each."""

from __future__ import annotations

import contextlib
import json
import math
import re
from array import array
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from sys import intern
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tui.domain import uris
from tui.domain.filter.names import IN_PAGE
from tui.domain.problem import Kind, Problem
from tui.domain.values import RunsPage, SparseNumbers, SparseTexts

if TYPE_CHECKING:
    from requests import Response


_LETTERS = 200  # of a server's text that are shown
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)

_KINDS = {
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

_versions: dict[str, str] = {}  # of the plain servers that have told it, by how they are shown


def note_version(place: str, version: str) -> None:
    """Remember that a place is an MLflow server of this version, so that what it does not know is told as such."""
    _versions[place] = version


HINTS = {
    Kind.UNAUTHENTICATED: "Check the credentials in the environment or the profile (MLFLOW_TRACKING_USERNAME and "
    "_PASSWORD, MLFLOW_TRACKING_TOKEN, or databricks auth login).",
    Kind.FORBIDDEN: "Ask for the permission, or use another profile or account.",
    Kind.NOT_FOUND: "It may have been deleted, or the address may be missing a path; refresh, or check the URI.",
    Kind.THROTTLED: "Wait a moment, then try again.",
    Kind.SERVER: "Try again; if it stays, the server's own log says why.",
    Kind.NOT_MLFLOW: "Check that the tracking URI leads to an MLflow server, without a path of its web pages.",
    Kind.BAD_REQUEST: "",
    Kind.TIMEOUT: "Check the network, try again, or give the context a longer timeout: in the configuration.",
    Kind.UNSUPPORTED: "",
}


def of_answer(answer: Response, title: str, place: str, text: str | None = None) -> Problem:
    """The problem that an answer means; ``text`` is its body where that has been read by other means."""
    headers: Mapping[str, str] = answer.headers or {}
    if text is None:
        text = answer.text if isinstance(answer.text, str) else ""
    led_to = _led_to(answer)
    if led_to:
        return _elsewhere(answer.status_code, text, headers.get("Content-Type", ""), title, place, led_to)
    wait_s = _seconds(headers.get("Retry-After", ""))
    problem = of_response(answer.status_code, text, headers.get("Content-Type", ""), title, place)
    if problem.kind is not Kind.THROTTLED and not (answer.status_code == 503 and wait_s):
        return problem
    asked = f"It asks to be left alone for {wait_s} s." if wait_s else problem.hint
    return Problem(Kind.THROTTLED, title, problem.message, asked, code=problem.code, wait_s=wait_s)


def _seconds(said: str) -> int:
    """What a Retry-After says, in seconds; 0 where it says nothing that can be read."""
    if said.strip().isdecimal():
        return int(said)
    from email.utils import parsedate_to_datetime

    with contextlib.suppress(ValueError, TypeError):
        return max(0, round((parsedate_to_datetime(said) - datetime.now(timezone.utc)).total_seconds()))
    return 0


def _led_to(answer: Response) -> str:
    """The host, or the page of the same host, that a redirect leads to; empty where an answer is the server's own."""
    history = getattr(answer, "history", None) or []
    asked = str(history[0].url if history else answer.url)
    if history:
        there = str(answer.url)
    elif 300 <= answer.status_code < 400 and answer.headers.get("Location"):
        there = urljoin(asked, answer.headers["Location"])
    else:
        return ""
    here, target = urlsplit(asked), urlsplit(there)
    if target.netloc.lower() != here.netloc.lower():
        return target.netloc.rpartition("@")[2]
    return "" if target.path == here.path else f"{target.netloc.rpartition('@')[2]}{target.path}"


ANOTHER_WAY = (
    "If it wants somebody to sign in, set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD; or let "
    "the tracking URI lead to the server by another way."
)


def _elsewhere(status: int, text: str, content_type: str, title: str, place: str, led_to: str) -> Problem:
    said = first_words(text)
    what = "a page" if _is_page(text, content_type) else _status_words(status)
    answered = "" if 300 <= status < 400 else f", which answered with {what}{f': {said}' if said else ''}"
    return Problem(
        Kind.NOT_MLFLOW,
        title,
        sentence(f"{place} sends you to {led_to}{answered}"),
        ANOTHER_WAY,
        code=str(status),
    )


def of_response(status: int, text: str, content_type: str, title: str, place: str) -> Problem:
    """The problem that an HTTP status and body mean, when they are not the expected JSON of MLflow."""
    code, message = _json_error(text)
    if status == 200:
        return _not_mlflow(status, text, content_type, title, place)
    if message is not None:
        return of_code(code, message, title, place, status=status)
    if status == 404 and _is_page(text, content_type):
        version = _versions.get(place)
        return _not_mlflow(status, text, content_type, title, place) if version is None else _too_old(version, title)
    if 300 <= status < 400:
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{place} redirected the request (HTTP {status}).",
            HINTS[Kind.NOT_MLFLOW],
            code=str(status),
        )
    kind = _kind_of_status(status)
    said = first_words(text)
    answered = f"{place} answered {_status_words(status)}{f': {said}' if said else ''}"
    return Problem(kind, title, sentence(answered), hint(kind, place), code=str(status))


NO_METASTORE = "METASTORE_DOES_NOT_EXIST"
_PROFILE = re.compile(r"databricks(?:-uc)?://([\w.@-]+)")


def no_catalog(title: str, place: str) -> Problem:
    """The problem of a workspace without Unity Catalog."""
    return Problem(
        Kind.UNSUPPORTED,
        title,
        f"{place} has no Unity Catalog: no metastore is assigned to the workspace.",
        "Use the workspace's own registry (registry_uri: workspace), or ask an account admin to assign a metastore.",
        code=NO_METASTORE,
    )


def hint(kind: Kind, place: str) -> str:
    """What to do about a refusal of this kind; where a profile leads to the place, it is named."""
    profile = _PROFILE.search(place) if kind is Kind.UNAUTHENTICATED else None
    if profile is not None:
        return f"The token may have expired: databricks auth login --profile {profile[1]}, or renew it in the profile."
    return HINTS.get(kind, "")


_BLOCKED = re.compile(r"\bIP ACL\b|IP access list|not allowed by .*IP|source IP", re.IGNORECASE)
_ELSEWHERE = re.compile(r"Invalid access to Org", re.IGNORECASE)
_NOT_SIGNED_IN = re.compile(
    r"Invalid access token|Invalid Token|Token is (?:expired|invalid)|ExpiredJwt|JWT (?:is )?expired|expired JWT"
    r"|cannot get access token|cannot configure default credentials|invalid_grant|refresh token|reauthenticate"
    r"|failed to (?:refresh|obtain).*token|Credential was not sent",
    re.IGNORECASE,
)


_CLASS = re.compile(r"\b(?:\w+\.)*\w+Exception: ")


def sign_in(said: str, title: str, place: str, *, code: str = "") -> Problem | None:
    """The problem of a workspace, or of what signs in to it, that knows nobody; None where it is none of that.

    A workspace answers 403 with an integer for a code, or 400, where a token is not one of its own, so that neither
    says it: the words do.
    """
    words = sentence(_CLASS.sub("", address_free(said))) if said else ""
    profile = _PROFILE.search(place)
    named = f" --profile {profile[1]}" if profile else ""
    if _BLOCKED.search(said):
        hint_ = "Connect from a network that its IP access list allows, through the VPN for instance."
        return Problem(Kind.FORBIDDEN, title, f"{place} lets nobody in from this address: {words}", hint_, code=code)
    if _ELSEWHERE.search(said):
        hint_ = f"The token is another workspace's: databricks auth login{named}, or correct the host of the profile."
        return Problem(Kind.UNAUTHENTICATED, title, f"{place} answered: {words}", hint_, code=code)
    if _NOT_SIGNED_IN.search(said):
        hint_ = f"Sign in again: databricks auth login{named}, or renew the token in the profile."
        return Problem(Kind.UNAUTHENTICATED, title, f"{place} answered: {words}", hint_, code=code)
    return None


def address_free(said: str) -> str:
    """Words of a server or of the SDK on one line, without secrets and without the SDK's account of its settings."""
    return uris.without_secrets(one_line(said.partition(" Config: host=")[0].partition(". Config:")[0]))


def of_code(code: str, message: str, title: str, place: str, *, status: int = 0) -> Problem:
    """The problem behind an error code of MLflow or Databricks; a refusal keeps the server's own words."""
    kind = _KINDS.get(code) or (_kind_of_status(status) if status else Kind.INTERNAL)
    if status == 429:
        kind = Kind.THROTTLED
    # The Databricks SDK appends an account of its settings to each message.
    if code == NO_METASTORE:
        return no_catalog(title, place)
    if code == "FEATURE_DISABLED" or _NO_WORKSPACE.match(message):
        return _no_workspace(message, title, place, code)
    # A code that says what it is counts; one that only repeats the status does not.
    if not code or code.isdecimal() or code in ("PERMISSION_DENIED", "UNAUTHENTICATED", "INVALID_PARAMETER_VALUE"):
        nobody = sign_in(message, title, place, code=code or str(status or "")) if status in (400, 401, 403) else None
        if nobody is not None:
            return nobody
    words = uris.without_secrets(one_line(message.partition(" Config: host=")[0])) or "nothing more"
    shown = words if kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND) else f"{place} answered {code or status}: {words}"
    return Problem(kind, title, sentence(shown), hint(kind, place), code=code or (str(status) if status else ""))


_NO_WORKSPACE = re.compile(r"Workspace '[^']*' not found|Workspace name .* must match")
_WORKSPACES_OFF = re.compile(r"[Ww]orkspace")


def _no_workspace(message: str, title: str, place: str, code: str) -> Problem:
    """The problem of a workspace that a server does not have, or of a server that has none."""
    if code == "FEATURE_DISABLED" and not _WORKSPACES_OFF.search(message):
        return Problem(Kind.UNSUPPORTED, title, sentence(one_line(message)), code=code)
    where = "It is named by --workspace, MLFLOW_WORKSPACE or workspace: in the context"
    if code == "FEATURE_DISABLED":
        words = f"{place} has no workspaces, and refuses what is asked for one of them"
        return Problem(Kind.CONFIG, title, f"{words}.", f"{where}; leave it out.", code=code)
    return Problem(Kind.CONFIG, title, sentence(one_line(message)), f"{where}; :workspace shows yours.", code=code)


def code_of(text: str) -> str:
    """The code of an error as MLflow says it in JSON, "" in any other text."""
    return _json_error(text)[0]


def _too_old(version: str, title: str) -> Problem:
    return Problem(
        Kind.UNSUPPORTED,
        title,
        f"The server's MLflow is {version}, which has no such request.",
        "A newer MLflow on the server has it.",
        code="404",
    )


def one_line(text: object) -> str:
    """A server's text on one line, not longer than a person would read."""
    words = " ".join(str(text).split())
    return words if len(words) <= 4 * _LETTERS else words[: 4 * _LETTERS] + " …"


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def first_words(text: str) -> str:
    """The first words of a page or text, without markup."""
    from html import unescape

    words = " ".join(unescape(_TAGS.sub(" ", text[:20000])).split())
    return words if len(words) <= _LETTERS else words[:_LETTERS] + " …"


def _not_mlflow(status: int, text: str, content_type: str, title: str, place: str) -> Problem:
    what = "an HTML page" if _is_page(text, content_type) else "something else" if text else "nothing"
    said = first_words(text)
    return Problem(
        Kind.NOT_MLFLOW,
        title,
        sentence(f"{place} answered HTTP {status} with {what} instead of MLflow's JSON{f': {said}' if said else ''}"),
        HINTS[Kind.NOT_MLFLOW],
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


# Runs as sparse columns: what a page of entities or of JSON becomes before it crosses to the deck.


# What SQL stores record for ±Inf.
LARGEST = 1.7976931348623157e308


def true_number(value: float) -> float:
    """The number that was logged: a SQL store's stand-in for infinity becomes infinity again."""
    if abs(value) >= LARGEST:
        return math.inf if value > 0 else -math.inf
    return value


class RunColumns:
    """Collects runs one after another into the columns of a page.

    Keys and repeated values are interned: a page of a thousand runs names the same few hundred strings again and
    again, and pickle then writes each of them once.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._experiments: list[str] = []
        self._names: list[str] = []
        self._statuses: list[str] = []
        self._info: dict[str, list[str]] = {name: [] for name in IN_PAGE}
        self._starts: array[int] = array("q")
        self._ends: array[int] = array("q")
        self._lifecycles: list[str] = []
        self._params: dict[str, SparseTexts] = {}
        self._metrics: dict[str, SparseNumbers] = {}
        self._tags: dict[str, SparseTexts] = {}
        self._datasets = SparseTexts(array("I"), [])
        self._models: array[int] = array("I")
        self._seen: dict[str, str] = {}

    def add(
        self,
        *,
        run_id: str,
        experiment_id: str,
        name: str,
        status: str,
        start_ms: int | None,
        end_ms: int | None,
        lifecycle: str,
        info: Mapping[str, str],
        params: Iterable[tuple[str, str]],
        metrics: Iterable[tuple[str, float]],
        tags: Iterable[tuple[str, str]],
        datasets: Iterable[tuple[str, str]],
        models: int,
    ) -> None:
        """Append one run; ``info`` has the keys of ``IN_PAGE``, ``datasets`` are pairs of name and digest."""
        row = len(self._ids)
        once = self._once
        self._ids.append(run_id)
        self._experiments.append(once(experiment_id))
        self._names.append(name)
        self._statuses.append(once(status))
        for key, text in info.items():
            self._info[key].append(once(text))
        self._starts.append(-1 if start_ms is None else start_ms)
        self._ends.append(end_ms if end_ms else -1)
        self._lifecycles.append(once(lifecycle))
        for columns, pairs in ((self._params, params), (self._tags, tags)):
            for key, text in pairs:
                texts = columns.get(key)
                if texts is None:
                    texts = columns[intern(key)] = SparseTexts(array("I"), [])
                texts.rows.append(row)
                texts.values.append(once(text))
        for key, number in metrics:
            numbers = self._metrics.get(key)
            if numbers is None:
                numbers = self._metrics[intern(key)] = SparseNumbers(array("I"), array("d"))
            numbers.rows.append(row)
            numbers.values.append(true_number(number))
        used = ", ".join(f"{name}@{digest}" if digest else name for name, digest in datasets)
        if used:
            self._datasets.rows.append(row)
            self._datasets.values.append(once(used))
        self._models.append(models)

    def page(self, next_token: str | None) -> RunsPage:
        """What was collected, as a page."""
        return RunsPage(
            run_ids=self._ids,
            experiment_ids=self._experiments,
            names=self._names,
            statuses=self._statuses,
            info=self._info,
            starts_ms=self._starts,
            ends_ms=self._ends,
            lifecycles=self._lifecycles,
            params=self._params,
            metrics=self._metrics,
            tags=self._tags,
            datasets=self._datasets,
            models=self._models,
            next_token=next_token or None,
        )

    def _once(self, text: str) -> str:
        return self._seen.setdefault(text, text)
