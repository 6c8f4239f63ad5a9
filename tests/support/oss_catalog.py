"""An open-source Unity Catalog on loopback: its documented REST for models, with state; no aliases and no tags."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_PREFIX = "/api/2.1/unity-catalog/models"
Json = dict[str, Any]


class OssCatalog:
    """Models by full name with their versions by number; ``page_size`` is the most that one page holds."""

    def __init__(self, page_size: int = 2) -> None:
        self.models: dict[str, Json] = {}
        self.versions: dict[str, dict[int, Json]] = {}
        self.page_size = page_size
        self.asked: list[tuple[str, str]] = []
        for name, numbers in (("unity.default.iris", 3), ("unity.default.churn", 1), ("unity.risk.limits", 0)):
            catalog, schema, model = name.split(".")
            level = {"catalog_name": catalog, "schema_name": schema}
            times = {"created_at": 1_795_300_000_000, "updated_at": 1_795_300_000_000}
            self.models[name] = {"name": model, **level, "full_name": name, "comment": f"About {model}", **times}
            self.versions[name] = {
                number: {
                    "model_name": model,
                    **level,
                    "version": number,
                    "source": f"runs:/{number:032x}/model",
                    "run_id": f"{number:032x}",
                    "status": "READY",
                    "comment": "",
                    **times,
                }
                for number in range(1, numbers + 1)
            }

    def answer(self, method: str, path: str, query: Json, body: Json) -> tuple[int, Json]:
        """Status and body of one request."""
        self.asked.append((method, path))
        name, _, rest = path[len(_PREFIX) :].strip("/").partition("/")
        if not path.startswith(_PREFIX) or rest.partition("/")[0] not in ("", "versions"):
            return 404, _error("ENDPOINT_NOT_FOUND", f"No API found for {method} {path}")
        if not name:
            if method == "GET":
                return 200, self._page("registered_models", list(self.models.values()), query)
            return 404, _error("ENDPOINT_NOT_FOUND", f"No API found for {method} {path}")
        if name not in self.models:
            return 404, _error("NOT_FOUND", f"Model not found: {name}")
        if not rest:
            return self._model(method, name, body)
        number = rest.partition("/")[2]
        if not number:
            return 200, self._page("model_versions", list(self.versions[name].values()), query)
        if int(number) not in self.versions[name]:
            return 404, _error("NOT_FOUND", f"Model version not found: {name}/{number}")
        return self._version(method, name, int(number), body)

    def _model(self, method: str, name: str, body: Json) -> tuple[int, Json]:
        if method == "PATCH":
            self.models[name]["comment"] = body["comment"]
        if method == "DELETE":
            del self.models[name], self.versions[name]
            return 200, {}
        return 200, self.models[name]

    def _version(self, method: str, name: str, number: int, body: Json) -> tuple[int, Json]:
        if method == "PATCH":
            self.versions[name][number]["comment"] = body["comment"]
        if method == "DELETE":
            del self.versions[name][number]
            return 200, {}
        return 200, self.versions[name][number]

    def _page(self, called: str, found: list[Json], query: Json) -> Json:
        start = int(query.get("page_token") or 0)
        end = start + min(self.page_size, int(query.get("max_results") or self.page_size))
        return {called: found[start:end], "next_page_token": str(end) if end < len(found) else ""}


def _error(code: str, message: str) -> Json:
    return {"error_code": code, "message": message}


@contextlib.contextmanager
def oss_catalog() -> Iterator[tuple[OssCatalog, str]]:
    """A catalog and the registry URI that leads to it, answering until the block ends."""
    catalog = OssCatalog()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query))
            status, body = catalog.answer(
                self.command, unquote(parts.path), query, json.loads(content) if content else {}
            )
            told = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)
            self.wfile.flush()

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield catalog, f"uc:http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
