"""One context's connection to MLflow: its URIs, its client, and the checks that come before the first request."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.capabilities import Capabilities, expected, may_be_parted, of_server
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreReport
from tui.gateway import guard
from tui.gateway.environment import deadline_of
from tui.gateway.rest.transport import Transport, is_plain, object_in
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.utils.rest_utils import MlflowHostCreds
    from requests import Response

    from tui.gateway.databricks.sdk import Workspace

_logger = logging.getLogger(__name__)
_PROBE_SECONDS = 3.0
_WORD_SECONDS = 5.0  # with the above, a silent workspace is told of in 8 s
# A failed probe answers for those who ask at the same time; after that the world is looked at again.
_FAILURE_KEPT_SECONDS = 1.0
_LEAST_PATIENCE = 0.1
_TELLING_SECONDS = 0.5  # for a failure to be told before the deck takes the process for hung


_limit: ContextVar[float | None] = ContextVar("limit", default=None)
_until: ContextVar[float | None] = ContextVar("until", default=None)  # by the monotonic clock


def all_of(ask: Callable[..., Any]) -> Iterator[Any]:
    """What MLflow's client lists, page after page; ``ask`` is given the ``page_token`` of the one before."""
    token: str | None = None
    while True:
        page = ask(page_token=token)
        yield from page
        token = page.token or None
        if token is None:
            return


@dataclass
class Connection:
    """A context as its own process sees it; made before mlflow is imported, thread safe."""

    tracking_uri: str
    registry_uri: str | None = None
    timeout_s: float = 8.0
    own_readers: bool = True  # whether what can be read without MlflowClient is
    requests_a_second: float = 5.0  # to a Databricks workspace, where many things are asked for
    called: str = ""  # where it leads, if its URI is only a port of this machine
    before_client: Callable[[], None] = field(default=lambda: None, repr=False)  # waits until mlflow is imported
    tell: Callable[[Capabilities], object] = field(default=lambda can: None, repr=False)  # whenever they are known
    _client: MlflowClient | None = field(default=None, init=False, repr=False)
    _building: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _probing: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _reached: bool = field(default=False, init=False, repr=False)
    _safe: bool = field(default=False, init=False, repr=False)
    _transport: Transport | None = field(default=None, init=False, repr=False)
    _transport_made: bool = field(default=False, init=False, repr=False)
    _workspace: Workspace | None = field(default=None, init=False, repr=False)
    _unreached: tuple[float, Problem] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.tracking_uri = uris.plain_sqlite_uri(self.tracking_uri)
        # Said even where it follows the tracking URI: Databricks' registry is another one than its tracking.
        self.registry_uri = uris.plain_sqlite_uri(self.registry_uri or uris.default_registry(self.tracking_uri))

    @property
    def kind(self) -> str:
        return uris.kind(self.tracking_uri)

    @property
    def place(self) -> str:
        """The tracking URI as it may be shown, with the workspace that it leads to where it does not say so itself."""
        if self.called:
            return self.called
        host = guard.databricks_host(self.tracking_uri) if self.kind == "databricks" else ""
        return f"{host} ({self.tracking_uri})" if host else uris.shown(self.tracking_uri)

    @property
    def sqlite_path(self) -> str | None:
        """The file of a local SQLite store, else None."""
        return uris.sqlite_path(self.tracking_uri) if self.kind == "sqlite" else None

    @property
    def request_seconds(self) -> float:
        """How long one HTTP request may take."""
        return _limit.get() or self.timeout_s

    @property
    def is_silent(self) -> bool:
        """Whether a server that is asked without MLflow has not answered anything yet."""
        return self.transport is not None and not self.transport.answered

    @contextmanager
    def within(self, seconds: float, deadline_s: float | None = None) -> Iterator[None]:
        """Let each HTTP request of this thread take so long, instead of the context's own limit.

        ``deadline_s`` is how long all of them may take together, turns that they wait for included.
        """
        token = _limit.set(seconds)
        end = _until.set(_until.get() if deadline_s is None else time.monotonic() + deadline_s)
        try:
            yield
        finally:
            _limit.reset(token)
            _until.reset(end)

    @property
    def _patience(self) -> float:
        """How long a request may wait for its turn, so that its own time still fits before the deadline."""
        until = _until.get()
        left = deadline_of(self.timeout_s) if until is None else until - time.monotonic()
        return max(_LEAST_PATIENCE, left - self.request_seconds - _TELLING_SECONDS)

    def inspect(self) -> StoreReport:
        """What is at the tracking URI, without importing mlflow; changes nothing."""
        return guard.inspect(self.tracking_uri)

    def client(self) -> MlflowClient:
        """The client, built on first use; raises Problem where opening the store would change it or cannot work."""
        client = self._client
        if client is None:
            with self._building:
                client = self._client
                if client is None:
                    client = self._client = self._build()
        return client

    def reach(self) -> None:
        """Raise Problem where the server's host cannot be reached in seconds; cheap once something has answered."""
        if self._has_reached():
            return
        with self._probing:
            if self._has_reached():  # by whoever held the lock before
                return
            if self._unreached and time.monotonic() - self._unreached[0] < _FAILURE_KEPT_SECONDS:
                raise self._unreached[1]
            try:
                connecting = min(_PROBE_SECONDS, self.timeout_s * 0.4)
                guard.reach(self.tracking_uri, connecting, min(_WORD_SECONDS, self.timeout_s - connecting))
            except Problem as problem:
                self._unreached = time.monotonic(), problem
                raise
            self._reached = True

    def request(self, endpoint: str, method: str, **how: Any) -> Response:
        """One HTTP request to the server, with its credentials, sent once; any status is answered as it came.

        Raises requests' or MLflow's exceptions where there was no answer.
        """
        if self.kind == "databricks" and not self._secret_scope:
            return self._databricks().request(endpoint, method, seconds=self.request_seconds, **how)
        if self.transport is not None:
            seconds, patience = self.request_seconds, self._patience
            return self.transport.request(endpoint, method, seconds=seconds, patience=patience, **how)
        self.before_client()
        from mlflow.utils.rest_utils import http_request

        answer: Response = http_request(  # type: ignore[no-untyped-call]  # MLflow declares no types here
            self._credentials(),
            endpoint,
            method,
            max_retries=0,
            raise_on_status=False,
            timeout=self.request_seconds,
            **how,
        )
        return answer

    def server_version(self) -> str:
        """The version that a plain server tells of itself; empty where it tells none. Raises as ``request`` does."""
        answer = self.request("/version", "GET")
        text = answer.text.strip() if answer.status_code == 200 else ""
        return text if text[:1].isdigit() and len(text) <= 40 else ""

    def capabilities(self) -> Capabilities:
        """What the context's stores can do, told before it is answered.

        A plain server is asked which version it is, others are known.
        """
        can = self._capabilities()
        self.tell(can)
        return can

    def _capabilities(self) -> Capabilities:
        registry = self.registry_uri or self.tracking_uri
        found = expected(self.tracking_uri, registry)
        if self.kind not in uris.HTTP_KINDS or not uris.same_place(self.tracking_uri, registry):
            return found
        # A server that somebody signs in to filters what is searched, silently.
        found = replace(found, hides=any(os.environ.get(f"MLFLOW_TRACKING_{name}") for name in ("USERNAME", "TOKEN")))
        try:
            self.reach()
            version = self.server_version()
            if version:
                answers.note_version(self.place, version)
            # Where one is asked for that is not there, even the version is refused.
            parted = (not version or may_be_parted(version)) and self._tells_workspaces()
            return replace(of_server(found, version), hides=found.hides, parted=parted)
        except Exception:  # whoever asks the server for something is told what is wrong with it
            _logger.debug("the server did not tell its version", exc_info=True)
            return found

    def _tells_workspaces(self) -> bool:
        answer = self.request("/api/3.0/mlflow/server-info", "GET")
        told = object_in(answer.content) if answer.status_code == 200 else None
        return told is not None and told.get("workspaces_enabled") is True

    def warm(self) -> None:
        """Import and build what the first request would; raises Problem as it would."""
        self.client()
        if self.kind == "databricks" and not self._secret_scope:
            self._databricks()

    def explain(self, status: int) -> Response | None:
        """Ask once more for the answer of which MLflow has lost all but a ``status``: what came this time, or None."""
        if self.kind not in (*uris.HTTP_KINDS, "databricks"):
            return None
        try:
            answer = self.request("/api/2.0/mlflow/registered-models/search", "GET", params={"max_results": 1})
        except Exception:  # the first failure is the one to tell, whatever the second one is
            _logger.debug("HTTP %s could not be asked about again", status, exc_info=True)
            return None
        return answer if answer.status_code == status else None

    def lost(self) -> None:
        """Note that the server no longer answers, so that the next request looks first whether its host is there."""
        self._reached = False

    def forget(self) -> None:
        """Drop the client, after the store under it was made or changed."""
        with self._building:
            self._client = None
            self._safe = False

    @property
    def transport(self) -> Transport | None:
        """How a plain server is asked without MLflow; None for any other store."""
        if not self._transport_made:
            if self.own_readers and is_plain(self.tracking_uri):
                self._transport = Transport(self.tracking_uri)
            self._transport_made = True
        return self._transport

    @property
    def _secret_scope(self) -> bool:
        """Whether a Databricks URI names a scope and a prefix of secrets, which MLflow knows how to read."""
        return ":" in self.tracking_uri.partition("://")[2]

    def _databricks(self) -> Workspace:
        with self._building:
            if self._workspace is None:
                from tui.gateway.databricks.sdk import Workspace

                self._workspace = Workspace(self.tracking_uri)
            return self._workspace

    def _credentials(self) -> MlflowHostCreds:
        found: MlflowHostCreds
        if self.kind == "databricks":
            from mlflow.utils.databricks_utils import get_databricks_host_creds

            found = get_databricks_host_creds(self.tracking_uri)  # type: ignore[no-untyped-call]  # as above
        else:
            from mlflow.utils.credentials import get_default_host_creds

            found = get_default_host_creds(self.tracking_uri)  # type: ignore[no-untyped-call]  # as above
        return found

    def _has_reached(self) -> bool:
        return self._reached

    def require_open(self) -> None:
        """Raise Problem where the stores may not be opened or the server is not there; cheap once all was well."""
        if not self._safe:
            require_safe(self.tracking_uri)
            registry = self.registry_uri
            if registry and registry != self.tracking_uri and uris.kind(registry) not in uris.DATABRICKS_KINDS:
                require_safe(registry)
            self._safe = True
        self.reach()

    def _build(self) -> MlflowClient:
        self._safe = False  # MLflow creates and migrates unasked: the world is looked at just before
        self.require_open()
        return build_client(self.tracking_uri, self.registry_uri)


def require_safe(uri: str, *, ask: bool = True) -> None:
    """Raise Problem where opening a store would create, migrate or fail; ``ask`` also asks a database server."""
    problem = guard.problem_of(guard.inspect(uri))
    if problem:
        raise problem
    if ask and uris.kind(uri) in uris.SQL_KINDS and uris.kind(uri) != "sqlite":
        require_current_schema(uri)


def build_client(tracking_uri: str, registry_uri: str | None) -> MlflowClient:
    """An MlflowClient whose URIs are also the process's global ones, because MLflow's artifact code looks there."""
    import mlflow.tracking

    registry = registry_uri or uris.default_registry(tracking_uri)
    mlflow.tracking.set_tracking_uri(tracking_uri)
    mlflow.tracking.set_registry_uri(registry)
    return mlflow.tracking.MlflowClient(tracking_uri=tracking_uri, registry_uri=registry)


def require_current_schema(uri: str) -> None:
    """Raise Problem unless a database server's schema is the installed MLflow's: opening another would migrate it."""
    import sqlalchemy

    from tui.gateway import guard

    expected = guard.installed().head
    engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.pool.NullPool)
    try:
        with engine.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table("alembic_version"):
                found: list[str] = []
            else:
                rows = connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version"))
                found = [str(row[0]) for row in rows]
    finally:
        engine.dispose()
    if not found:
        raise Problem(
            Kind.STORE_MISSING,
            "Did not open the store",
            f"The database {uris.shown(uri)} holds no MLflow tables; opening it would create them.",
            "Check the database's name, or let the owner of the database run mlflow server on it once.",
        )
    if found != [expected]:
        raise Problem(
            Kind.SCHEMA,
            "Did not open the store",
            f"The database {uris.shown(uri)} has the schema {', '.join(found)}, the installed MLflow wants "
            f"{expected}; opening it might migrate it.",
            "Use the MLflow version that the database is run with, or connect to its MLflow server.",
        )
