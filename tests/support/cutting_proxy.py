"""A proxy before a real server that cuts the connection at a chosen request, before or after the server has had it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Fate = Literal["pass", "cut before", "cut after"]


@dataclass
class CuttingProxy:
    """``fates`` says what happens to the next requests, one each; those beyond pass. ``seen`` are their first lines.

    ``at_request`` is called with each first line before the request is passed on.
    """

    port: int
    fates: list[Fate] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_request: Callable[[str], None] = lambda _line: None

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
                with socket.create_connection(upstream) as server_side:
                    server_side.sendall(request)
                    answer = b""
                    while got := server_side.recv(65536):
                        answer += got
                if fate == "pass":
                    connection.sendall(answer)

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
