"""HTTP requests to a plain MLflow server as MLflow would make them: credentials, TLS, headers and proxies alike."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from tui.domain import uris
from tui.gateway import guard

if TYPE_CHECKING:
    import requests


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 3  # requests that a server is asked at the same time
_TRUE, _FALSE = ("true", "1"), ("false", "0", "")
# What only MLflow knows how to do: other ways of signing in, and headers of a Databricks cluster.
_MLFLOWS_OWN = ("MLFLOW_TRACKING_AUTH", "_MLFLOW_DATABRICKS_TRAFFIC_ID", "DATABRICKS_RUNTIME_VERSION")
_STORE_PLUGINS = ("mlflow.tracking_store", "mlflow.model_registry_store")


def is_plain(uri: str) -> bool:
    """Whether a server can be asked without MLflow: an http(s) address, and nothing in the environment beside it."""
    insecure = os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower()
    return (
        uris.kind(uri) in uris.HTTP_KINDS
        and not any(os.environ.get(name) for name in _MLFLOWS_OWN)
        and os.environ.get("MLFLOW_TRACKING_AWS_SIGV4", "").lower() in _FALSE
        and insecure in (*_TRUE, *_FALSE)
        and not (insecure in _TRUE and os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") is not None)
        and bool(guard.mlflow_version())
        and not guard.plugins("mlflow.request_header_provider")
        and not any(uris.kind(uri) in guard.plugins(group) for group in _STORE_PLUGINS)
    )


class Transport:
    """One kept connection for each thread, and never more than three requests at the same time."""

    def __init__(self, uri: str) -> None:
        self._host = uri.removesuffix("/")
        self._own = threading.local()
        self._gate = threading.BoundedSemaphore(AT_ONCE)
        self.answered = False  # whether any answer has come, whatever it said

    def request(
        self,
        endpoint: str,
        method: str,
        *,
        seconds: float,
        patience: float,
        extra_headers: Mapping[str, str] | None = None,
        **how: Any,
    ) -> requests.Response:
        """One request, sent once; any status is answered as it came. ``extra_headers`` is MLflow's name for them.

        Raises requests' exceptions where there was no answer in ``seconds``, or no turn within ``patience``.
        """
        import requests

        if not self._gate.acquire(timeout=patience):
            raise requests.Timeout("earlier requests have not been answered")
        try:
            answer = self._session().request(
                method,
                self._host + endpoint,
                headers={**_headers(endpoint), **(extra_headers or {})},
                verify=_verify(),
                cert=os.environ.get("MLFLOW_TRACKING_CLIENT_CERT_PATH"),
                timeout=seconds,
                allow_redirects=os.environ.get("MLFLOW_ALLOW_HTTP_REDIRECTS", "true").lower() in _TRUE,
                **how,
            )
        finally:
            self._gate.release()
        self.answered = True
        return answer

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            import requests

            session = self._own.session = requests.Session()
        return session


def at_once(ask: Callable[[Asked], Answer], wanted: Sequence[Asked]) -> list[Answer]:
    """An answer for each of these, in their order, of as many requests at a time as a server is asked for.

    The first failure is raised; what has not been asked by then is not asked.
    """
    from concurrent.futures import ThreadPoolExecutor

    if len(wanted) < 2:
        return [ask(one) for one in wanted]
    pool = ThreadPoolExecutor(min(AT_ONCE, len(wanted)), "at-once")
    try:
        # Each with the limits in time of whoever asks.
        asked = [pool.submit(copy_context().run, ask, one) for one in wanted]
        return [one.result() for one in asked]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _headers(endpoint: str) -> dict[str, str]:
    version = guard.mlflow_version()
    headers = {"User-Agent": f"mlflow-python-client/{version}", "X-MLflow-Client-Version": version}
    workspace = os.environ.get("MLFLOW_WORKSPACE", "").strip()
    if workspace and "/mlflow/workspaces" not in endpoint:  # which workspaces there are is asked from none of them
        headers["X-MLFLOW-WORKSPACE"] = workspace
    username, password = _credentials()
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if username and password:
        headers["Authorization"] = "Basic " + base64.standard_b64encode(f"{username}:{password}".encode()).decode()
    elif token:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _credentials() -> tuple[str | None, str | None]:
    """Username and password from the environment, each else from the file that ``mlflow.login`` writes."""
    names = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")
    said = [os.environ.get(name) for name in names]
    path = os.path.expanduser("~/.mlflow/credentials")
    if not all(said) and os.path.exists(path):
        import configparser

        config = configparser.ConfigParser()
        config.read(path)
        if "mlflow" in config:
            said = [value or config["mlflow"].get(name.lower()) for value, name in zip(said, names, strict=True)]
    return said[0], said[1]


def _verify() -> bool | str:
    bundle = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
    if bundle is not None:
        return bundle
    return os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() not in _TRUE


# JSON as servers send it, read quickly.


Json = Mapping[str, Any]


def whole(value: object) -> int | None:
    """A whole number, which comes as such or, by the rules of protocol buffers, as text; None where there is none.

    Steps and times with a fraction, as other programs than MLflow may send, are rounded, as databases do it.
    """
    if isinstance(value, int):
        return value
    if not isinstance(value, (float, str)):
        return None
    try:
        return int(value) if isinstance(value, str) else round(value)
    except (ValueError, OverflowError):
        pass
    try:
        return round(float(value))
    except (ValueError, OverflowError):
        return None  # no number at all


def object_in(content: bytes) -> Json | None:
    """The object that an answer holds, or None where it holds none."""
    import orjson

    try:
        found = orjson.loads(content)
    except ValueError:
        # NaN as such, halves of surrogate pairs and numbers of any length: the standard library reads them.
        try:
            found = json.loads(content)
        except ValueError:
            return None
    return found if isinstance(found, dict) else None
