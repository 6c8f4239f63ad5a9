"""The simulated workspace on a port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tui.demo.simulated import governance, models, serving, tracking
from tui.demo.simulated.state import Answer, Request, Routes, Workspace, respond


def routes() -> Routes:
    """Every path that is answered."""
    table = Routes()
    for add_to in (
        tracking.add_to,
        tracking.add_files,
        models.add_to,
        models.add_native_models,
        models.add_workspace_models,
        governance.add_to,
        serving.add_to,
    ):
        add_to(table)
    return table


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one write: apart, each answer would wait for the other side's delayed acknowledgement.
    wbufsize = -1
    workspace: Workspace
    table: Routes

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length) if length else b""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        host = self.headers.get("Host") or ""
        lists = parse_qs(parts.query, keep_blank_values=True)
        query = {name: values[-1] for name, values in lists.items()}
        request = Request(self.command, unquote(parts.path), query, content, f"http://{host}", lists)
        answer = respond(self.workspace, self.table, request, token if scheme == "Bearer" else "")
        self._write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _write(self, answer: Answer) -> None:
        content, status, headers = answer.content, answer.status, dict(answer.headers)
        asked = self.headers.get("Range", "")
        if status == 200 and asked.startswith("bytes=") and answer.content_type == "application/octet-stream":
            first, _, last = asked[6:].partition("-")
            start, end = int(first or 0), int(last) if last else len(content) - 1
            headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
            content, status = content[start : end + 1], 206
        self.send_response(status)
        for name, value in {"Content-Type": answer.content_type, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name for it
        """Say nothing: the screen belongs to the deck."""


class Server(ThreadingHTTPServer):
    """A running simulation; ``address`` is what to give as the workspace's host."""

    daemon_threads = True

    def __init__(self, workspace: Workspace, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"workspace": workspace, "table": routes()})
        super().__init__(("127.0.0.1", port), handler)
        self._handler = handler
        self.workspace = workspace

    def show(self, workspace: Workspace) -> None:
        """Put another workspace behind the same address."""
        self.workspace = workspace
        self._handler.workspace = workspace  # type: ignore[attr-defined]  # made just above, of _Handler

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event."""


@contextlib.contextmanager
def serving_on_loopback(workspace: Workspace) -> Iterator[Server]:
    """The simulation, answering until the block ends."""
    with Server(workspace) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
