"""What stands between the deck and a server: a proxy that wants something, is slow, or loses answers."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "content-length", "host", "server", "date"}
_LOGIN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to Acme</body></html>"


@dataclass(frozen=True)
class Manners:
    """``prefix`` is taken off each path; ``cut_every`` loses that one of so many answers; ``busy_first`` says 429."""

    prefix: str = ""
    token: str = ""
    login: bool = False
    pause_s: float = 0.0
    cut_every: int = 0
    busy_first: int = 0


@contextlib.contextmanager
def proxy(target: str, manners: Manners) -> Iterator[str]:
    """A proxy before ``target``; yields its address."""
    where = urlsplit(target)
    counted = threading.Lock()
    seen = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            with counted:
                seen[0] += 1
                number = seen[0]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            time.sleep(manners.pause_s)  # this is the server's slowness, not a test's wait
            if manners.login:
                if not self.path.startswith("/sso"):
                    self._say(302, b"", Location="/sso/authorize?state=secret")
                else:
                    self._say(200, _LOGIN, **{"Content-Type": "text/html"})
                return
            if manners.token and self.headers.get("Authorization") != f"Bearer {manners.token}":
                self._say(401, b"no token")
                return
            if number <= manners.busy_first:
                self._say(429, b"slow down", **{"Retry-After": "1"})
                return
            if not self.path.startswith(manners.prefix):
                self._say(404, b"<html>nothing here</html>", **{"Content-Type": "text/html"})
                return
            onward = http.client.HTTPConnection(where.hostname or "", where.port)
            try:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
                path = self.path[len(manners.prefix) :] or "/"
                onward.request(self.command, path, body or None, headers)
                answer = onward.getresponse()
                content = answer.read()
                if manners.cut_every and number % manners.cut_every == 0:
                    content_sent = content[: len(content) // 2]
                    self.send_response(answer.status)
                    self.send_header("Content-Length", str(len(content) + 1))
                    self.end_headers()
                    self.wfile.write(content_sent)
                    self.close_connection = True
                    return
                kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
                self._say(answer.status, content, **kept)
            finally:
                onward.close()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass

        def _say(self, status: int, content: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{manners.prefix}"
    finally:
        server.shutdown()
        server.server_close()
