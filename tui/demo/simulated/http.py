"""Requests to a simulated workspace and its answers; which function answers which path."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tui.demo.simulated.state import Json, Workspace

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
