"""What a simulated workspace holds: people, experiments, runs, catalogs, models, grants, endpoints and files."""

from __future__ import annotations

import base64
import itertools
import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

Json = dict[str, Any]

EVERYONE = "account users"
"""The group that each account belongs to without being told so."""


@dataclass
class Experiment:
    """An experiment; times are in milliseconds since the epoch."""

    id: str
    name: str
    updated_ms: int
    created_ms: int = 0
    lifecycle: str = "active"
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def artifact_location(self) -> str:
        return f"dbfs:/databricks/mlflow-tracking/{self.id}"


@dataclass
class Run:
    """A run; ``metrics`` holds the points of each metric as (value, time, step)."""

    id: str
    experiment_id: str
    name: str
    user: str
    start_ms: int
    end_ms: int | None = None
    status: str = "FINISHED"
    lifecycle: str = "active"
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, list[tuple[float, int, int]]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    datasets: list[Json] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    @property
    def artifact_uri(self) -> str:
        return f"dbfs:/databricks/mlflow-tracking/{self.experiment_id}/{self.id}/artifacts"

    @property
    def folder(self) -> str:
        """Where its files are in the Files API."""
        return f"/WorkspaceInternal/Mlflow/Artifacts/{self.experiment_id}/Runs/{self.id}/artifacts"


@dataclass
class LoggedModel:
    """A model that a run has logged."""

    id: str
    name: str
    run_id: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Version:
    """A version of a registered model."""

    number: int
    created_ms: int
    user: str
    source: str = ""
    run_id: str = ""
    experiment_id: str = ""
    description: str = ""
    status: str = "READY"
    tags: dict[str, str] = field(default_factory=dict)
    fails_to_deploy: str = ""  # what the build says when an endpoint is to serve it; "" where it works
    stage: str = "None"  # of the workspace's own registry only
    workspace: str = ""  # in which its run lies; "" for this one
    deployment: Json = field(default_factory=dict)
    depends_on: list[tuple[str, str]] = field(default_factory=list)  # kind and full name


@dataclass
class Model:
    """A registered model of Unity Catalog by its three-level name, or of the workspace's own registry by its name."""

    name: str
    owner: str
    created_ms: int
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    last_number: int = 0

    @property
    def updated_ms(self) -> int:
        return max([self.created_ms, *(version.created_ms for version in self.versions.values())])

    def add(self, version: Version) -> Version:
        self.versions[version.number] = version
        self.last_number = max(self.last_number, version.number)
        return version

    def folder(self, number: int) -> str:
        """Where a version's files are in the Files API."""
        return f"/Models/{self.name.replace('.', '/')}/{number}"


@dataclass
class Update:
    """A config that an endpoint is on its way to; it is there after so many looks at the endpoint."""

    config: Json
    looks_left: int
    started_ms: int
    failure: str = ""


@dataclass
class TableTrace:
    """A trace that lies in the tables of a schema."""

    id: str  # 32 hexadecimal digits
    schema: str
    name: str
    start_ms: int
    took_ms: int
    request: str = ""
    response: str = ""
    error: str = ""
    session: str = ""


@dataclass
class Endpoint:
    """A serving endpoint: the config that serves, as it was given, and the one that it goes to."""

    name: str
    creator: str
    created_ms: int
    updated_ms: int
    config: Json
    id: str = ""
    task: str = ""
    permission: str = "CAN_MANAGE"
    update: Update | None = None
    failed: Update | None = None  # the update that came to nothing, until the next one
    ready: bool = True
    stopped: bool = False
    system_update_failed: bool = False
    is_own: bool = False  # Databricks' own, paid by the token
    more: Json = field(default_factory=dict)  # what else is told of it, as it is told
    tags: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)  # of the model server, by served entity
    build_logs: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """An answer that is given instead of the true one, ``times`` times, after ``after`` true ones."""

    method: str
    path: str  # a prefix
    status: int
    code: str = ""
    message: str = ""
    times: int = 1
    after: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""  # instead of the JSON of an error


@dataclass
class Workspace:
    """All of it. Whoever reads or changes it holds ``lock``."""

    me: str = "ada@example.com"
    me_shown: str = "Ada Example"
    groups: list[str] = field(default_factory=lambda: ["users", "ds-readers"])
    groups_of_groups: list[str] = field(default_factory=list)  # that those groups are in, which nobody is told
    token: str = "simulated-token"
    sign_in_words: str = "Invalid access token."  # what is said to a token that is not the workspace's, code 403
    id: str = "6051921418418893"
    metastore: str = "simulated-metastore"  # "" where none is assigned to the workspace
    metastore_owner: str = "metastore-admins"
    clock_ms: int = 1_795_300_000_000
    looks_until_ready: int = 2
    experiments: dict[str, Experiment] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    logged_models: list[LoggedModel] = field(default_factory=list)
    catalogs: dict[str, dict[str, str]] = field(default_factory=dict)  # catalog → schema → comment
    owners: dict[str, str] = field(default_factory=dict)  # of catalogs and schemas, by full name
    models: dict[str, Model] = field(default_factory=dict)
    legacy_models: dict[str, Model] = field(default_factory=dict)
    prompts: dict[str, Model] = field(default_factory=dict)  # of whose versions ``source`` is the template as JSON
    traces: list[TableTrace] = field(default_factory=list)  # newest first
    searches: dict[str, Json] = field(default_factory=dict)  # of traces, that go on: what they will answer
    warehouses: dict[str, str] = field(default_factory=dict)  # id → state
    grants: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # full name → principal → privileges
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path, as they came
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def now_ms(self) -> int:
        """A time that grows by a second whenever somebody asks, so that nothing depends on a clock."""
        self.clock_ms += 1000
        return self.clock_ms

    def fail(
        self,
        path: str,
        status: int,
        code: str = "",
        message: str = "",
        *,
        method: str = "",
        times: int = 1,
        after: int = 0,
        body: str = "",
        **headers: str,
    ) -> None:
        """Let requests whose path begins so fail; header names are written with ``_`` for ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.lock:
            self.faults.append(Fault(method, path, status, code, message, times, after, named, body))

    def asked(self, path: str, method: str = "") -> int:
        """How often a path that begins so was asked for."""
        with self.lock:
            return sum(1 for m, p in self.requests if p.startswith(path) and method in ("", m))

    @property
    def principals(self) -> list[str]:
        """The person and every group that the person is in."""
        return [self.me, *self.groups, *self.groups_of_groups, EVERYONE]


# Requests to a simulated workspace and its answers; which function answers which path.


T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One request; of parameters that come in the query and in the body, the body counts."""

    method: str
    path: str
    query: dict[str, str]
    content: bytes
    base: str = ""  # the server's own address
    lists: dict[str, list[str]] = field(default_factory=dict)  # query parameters that may come several times

    @property
    def said(self) -> Json:
        """Query and JSON body together."""
        body: object = None
        if self.content[:1] == b"{":
            body = json.loads(self.content)
        return {**self.query, **(body if isinstance(body, dict) else {})}

    def text(self, key: str) -> str:
        """A parameter that must be there; raises Refused where it is not."""
        value = self.said.get(key)
        if value is None or value == "":
            raise Refused(400, "INVALID_PARAMETER_VALUE", f"Missing value for required parameter '{key}'.")
        return str(value)


@dataclass(frozen=True)
class Answer:
    """An answer that is no JSON of status 200."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that is answered with an error code and a message."""

    def __init__(self, status: int, code: str | int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


Handler = Callable[..., Any]


class Routes:
    """A table of paths; ``{name}`` is one part of a path, ``{name*}`` all that is left of it."""

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Let the decorated function ``(workspace, request, **parts)`` answer a path."""
        pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.*)", re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def take(handler: Handler) -> Handler:
            self._table.append((method, re.compile(pattern), handler))
            return handler

        return take

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for wanted, pattern, handler in self._table:
            found = pattern.fullmatch(path)
            if wanted == method and found:
                return handler, found.groupdict()
        return None


def paged(items: Sequence[T], request: Request, *, default: int, most: int) -> tuple[Sequence[T], Json]:
    """The part of a list that is asked for, and ``next_page_token`` where there is more."""
    said = request.said
    try:
        start = int(base64.urlsafe_b64decode(str(said.get("page_token") or "")).decode() or 0)
    except ValueError:
        raise Refused(400, "INVALID_PARAMETER_VALUE", "Invalid page token.") from None
    size = min(int(said.get("max_results") or 0) or default, most)
    part = items[start : start + size]
    if start + size >= len(items):
        return part, {}
    return part, {"next_page_token": base64.urlsafe_b64encode(str(start + size).encode()).decode()}


def stamp(at_ms: int) -> str:
    """A time as the interface writes it."""
    at = datetime.fromtimestamp(at_ms // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def missing(what: str) -> Refused:
    """The refusal of what does not exist."""
    return Refused(404, "RESOURCE_DOES_NOT_EXIST", what)


def respond(workspace: Workspace, routes: Routes, request: Request, token: str) -> Answer:
    """The answer to a request with that bearer token."""
    with workspace.lock:
        workspace.requests.append((request.method, request.path))
        try:
            fault = _fault(workspace, request)
            if fault is not None:
                return fault
            open_to_all = request.path.startswith(("/.well-known/", "/signed/"))
            if not open_to_all and token != workspace.token:
                raise Refused(403 if token else 401, 403 if token else 401, workspace.sign_in_words)
            found = routes.find(request.method, request.path)
            if found is None:
                raise Refused(404, "ENDPOINT_NOT_FOUND", f"No API found for '{request.method} {request.path}'")
            handler, parts = found
            reply = handler(workspace, request, **parts)
        except Refused as refused:
            body = {"error_code": refused.code, "message": refused.message}
            headers = {name.replace("_", "-"): value for name, value in refused.headers.items()}
            return Answer(refused.status, json.dumps(body).encode(), headers=headers)
        return reply if isinstance(reply, Answer) else Answer(content=json.dumps(reply).encode())


def _fault(workspace: Workspace, request: Request) -> Answer | None:
    for fault in workspace.faults:
        if fault.method not in ("", request.method) or not request.path.startswith(fault.path):
            continue
        if fault.after > 0:
            fault.after -= 1
            continue
        if fault.times <= 0:
            continue
        fault.times -= 1
        if fault.body:
            return Answer(fault.status, fault.body.encode(), "text/html", fault.headers)
        body = json.dumps({"error_code": fault.code, "message": fault.message}).encode()
        return Answer(fault.status, body, headers=fault.headers)
    return None
