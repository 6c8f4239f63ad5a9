"""A proxy before a real server that cuts the connection at a chosen request, before or after the server has had it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

Fate = Literal["pass", "cut before", "cut after"]


@dataclass
class CuttingProxy:
    """``fates`` says what happens to the next requests, one each; those beyond pass. ``seen`` are their first lines.

    ``at_request`` is called with each first line before the request is passed on. A request whose first line holds
    one of the ``refused`` is answered with that status, and of the answer to one that holds one of the ``halved`` only
    the first half comes through.
    """

    port: int
    fates: list[Fate] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_request: Callable[[str], None] = lambda _line: None
    refused: dict[str, int] = field(default_factory=dict)
    halved: list[str] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def cutting_proxy(server: str) -> Iterator[CuttingProxy]:
    """Stand before ``server`` (http://127.0.0.1:PORT) until the block ends."""
    upstream = ("127.0.0.1", urlsplit(server).port or 80)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy(listener.getsockname()[1])

        def handle(connection: socket.socket) -> None:
            with contextlib.suppress(OSError), connection:
                request = _whole_request(connection)
                if not request:
                    return
                line = request.split(b"\r\n", 1)[0].decode(errors="replace")
                proxy.seen.append(line)
                proxy.at_request(line)
                fate = proxy.fates.pop(0) if proxy.fates else "pass"
                if fate == "cut before":
                    return
                status = next((status for part, status in proxy.refused.items() if part in line), None)
                if status is not None:
                    connection.sendall(_refusal(status))
                    return
                with socket.create_connection(upstream) as server_side:
                    server_side.sendall(request)
                    answer = b""
                    while got := server_side.recv(65536):
                        answer += got
                if fate == "pass":
                    half = any(part in line for part in proxy.halved)
                    connection.sendall(answer[: _half(answer)] if half else answer)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield proxy
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _refusal(status: int) -> bytes:
    body = b'{"error_code": "PERMISSION_DENIED", "message": "ana may not read this"}' if status == 403 else b"no"
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def _half(answer: bytes) -> int:
    """Where to cut an answer so that its head and half of its body are left."""
    body = answer.index(b"\r\n\r\n") + 4
    return body + (len(answer) - body) // 2


def _whole_request(connection: socket.socket) -> bytes:
    """One request, asking the server to close when it has answered."""
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(65536)
        if not got:
            return b""
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":", 1)[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        got = connection.recv(65536)
        if not got:
            return b""
        body += got
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body
