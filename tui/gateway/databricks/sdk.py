"""The Databricks SDK's client of a context: made once, impatient, and with its errors said as problems."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway import guard, problems
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    import requests
    from databricks.sdk import WorkspaceClient


_LONGEST_WAIT_S = 2.0
_RETRIES_END_S = 4
_SIGN_IN = (400, 401, 403)
_once: ContextVar[bool] = ContextVar("once", default=False)

# The SDK keeps no status with its errors: their classes stand for it.
_STATUS = {
    "BadRequest": 400,
    "Unauthenticated": 401,
    "PermissionDenied": 403,
    "NotFound": 404,
    "ResourceConflict": 409,
    "TooManyRequests": 429,
    "InternalError": 500,
    "NotImplemented": 501,
    "TemporarilyUnavailable": 503,
    "DeadlineExceeded": 504,
}


class _NotWaited(Exception):
    """The SDK wanted to wait longer than a person would."""


class Impatience:
    """The SDK's clock: short waits before it tries again, none before a write, and never what a server asks for.

    Left alone it sleeps as long as a ``Retry-After`` says, whatever its own limits are.
    """

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        if _once.get() or seconds > _LONGEST_WAIT_S:
            raise _NotWaited
        time.sleep(seconds)


class Sdk:
    """The workspace of a context, through the Databricks SDK."""

    def __init__(self, session: Connection, uri: str = "") -> None:
        """The workspace of a session, or that of one of its URIs."""
        self._session = session
        self._client: WorkspaceClient | None = None
        self._building = threading.Lock()
        self.uri = uri or next(
            (uri for uri in (session.tracking_uri, session.registry_uri or "") if uris.kind(uri) in _WORKSPACES), ""
        )

    @property
    def place(self) -> str:
        host = guard.databricks_host(self._plain_uri) if self.uri else ""
        return host or uris.shown(self.uri or self._session.tracking_uri)

    @property
    def _plain_uri(self) -> str:
        return "databricks" + self.uri.partition("databricks")[2].removeprefix("-uc")

    @property
    def client(self) -> WorkspaceClient:
        """The SDK's client; raises Problem where the context has no workspace, or nothing to sign in with."""
        with self._building:
            if self._client is None:
                self._client = self._build()
            return self._client

    @property
    def workspace(self) -> str:
        """The number of the workspace, "" where it is not told."""
        number = getattr(self.client.config, "workspace_id", None)
        return str(number) if number else ""

    def _build(self) -> WorkspaceClient:
        if not self.uri or ":" in self._plain_uri.partition("://")[2]:
            raise Problem(
                Kind.UNSUPPORTED,
                "Could not ask a workspace",
                f"{uris.shown(self._session.tracking_uri)} is no Databricks workspace that can be asked for this.",
            )
        if self._session.kind == "databricks":
            self._session.reach()
        else:
            guard.reach(self._plain_uri, min(3.0, self._session.timeout_s * 0.4))
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.core import Config

        ask_hosts_once()
        profile = self._plain_uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE", "")
        named: dict[str, Any] = {"profile": profile} if profile else {}
        try:
            config = Config(
                clock=Impatience(),  # type: ignore[arg-type]  # the SDK's own class of clocks has these two methods
                http_timeout_seconds=self._session.timeout_s,
                retry_timeout_seconds=_RETRIES_END_S,
                **named,
            )
            return WorkspaceClient(config=config)
        except ValueError as error:
            raise not_signed_in(error, profile) from error

    @contextmanager
    def raised_as(self, title: str, *, once: bool = False) -> Iterator[WorkspaceClient]:
        """The client, with whatever is raised within turned into Problem; ``once`` never sends anything again."""
        token = _once.set(once)
        try:
            yield self.client
        except Problem:
            raise
        except Exception as error:  # where the SDK's exceptions become ours
            raise self._problem(error, title) from error
        finally:
            _once.reset(token)

    def _problem(self, error: BaseException, title: str) -> Problem:
        from databricks.sdk.errors.base import DatabricksError

        cause: BaseException | None = error
        if isinstance(error, (_NotWaited, TimeoutError)):
            cause = error.__cause__ or error.__context__ or error
        if isinstance(cause, DatabricksError):
            return self._of_answer(cause, title)
        if isinstance(cause, ValueError) and "JSONDecodeError" in type(cause).__name__:
            return self._no_workspace(title)
        problem = problems.of(cause or error, title, f"{self.place} ({self.uri})")
        if problem.is_connection:
            self._session.lost()
        return problem

    def _of_answer(self, error: Any, title: str) -> Problem:
        names = [kind.__name__ for kind in type(error).__mro__]
        status = next((_STATUS[name] for name in names if name in _STATUS), 0)
        said = str(error)
        if status == 401 and "Request log:" in said:
            # A page, as a gateway before the workspace sends it.
            return Problem(
                Kind.UNAUTHENTICATED,
                title,
                f"{self.place} answered 401 with a page.",
                answers.hint(Kind.UNAUTHENTICATED, self.uri),
                code="401",
            )
        if "Request log:" in said or "PrivateLinkValidationError" in names:
            return self._no_workspace(title)
        code = str(error.error_code or "")
        if code == answers.NO_METASTORE or "No metastore assigned" in said:
            return answers.no_catalog(title, self.place)
        nobody = answers.sign_in(said, title, f"{self.place} ({self.uri})", code=code) if status in _SIGN_IN else None
        if nobody is not None:
            return nobody
        problem = answers.of_code(code, said, title, self.place, status=status)
        if problem.kind is Kind.UNAUTHENTICATED:
            return Problem(
                problem.kind, title, problem.message, answers.hint(problem.kind, self.uri), code=problem.code
            )
        wait = getattr(error, "retry_after_secs", None)
        if problem.kind is Kind.THROTTLED and wait:
            return problems.throttled(problem, float(wait))
        return problem

    def _no_workspace(self, title: str) -> Problem:
        return Problem(
            Kind.NOT_MLFLOW,
            title,
            f"{self.place} answered with something else than a Databricks workspace does.",
            "Check the host of the profile: it is the workspace's address, without a path.",
        )


def asked(
    client: WorkspaceClient,
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The JSON of an answer as the workspace gave it: the SDK's classes leave out what they do not know."""
    headers = {"Accept": "application/json"}
    number = getattr(client.config, "workspace_id", None)
    if number:
        headers["X-Databricks-Workspace-Id"] = str(number)
    sent = dict(body) if body is not None else None
    found = client.api_client.do(method, path, query=dict(query or {}), headers=headers, body=sent)
    return found if isinstance(found, dict) else {}


def asked_text(client: WorkspaceClient, path: str, most: int) -> str:
    """The plain text of an answer, as much of it as ``most`` bytes."""
    headers = {"Accept": "text/plain"}
    number = getattr(client.config, "workspace_id", None)
    if number:
        headers["X-Databricks-Workspace-Id"] = str(number)
    found: Any = client.api_client.do("GET", path, headers=headers, raw=True)
    with found["contents"] as contents:
        return bytes(contents.read(most)).decode("utf-8", "replace")


_WORKSPACES = ("databricks", "databricks-uc")


# How fast a workspace is asked for many things: a few at once and a few a second, whoever asks.


T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 4
A_SECOND = 5.0
# What goes wrong with all of a series alike, so that a page of rows that say so would tell nothing.
_OF_ALL = (Kind.UNREACHABLE, Kind.TIMEOUT, Kind.TLS, Kind.UNAUTHENTICATED, Kind.NOT_MLFLOW, Kind.UNSUPPORTED)


class Pace:
    """Turns for requests of a series; who asks for one waits until it is theirs.

    ``burst`` turns are given at once after a pause, then ``a_second`` of them.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        a_second: float = A_SECOND,
        burst: int = 5,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._a_second = a_second
        self._ahead_s = (burst - 1) / a_second
        self._now = now
        self._wait = wait
        self._lock = threading.Lock()
        self._next_s = 0.0  # when the next turn would be, were they given evenly

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request's turn."""
        with self._places:
            with self._lock:
                now = self._now()
                due = max(self._next_s, now - self._ahead_s)
                self._next_s = due + 1 / self._a_second
            if due > now:
                self._wait(due - now)
            yield

    def each(self, things: Sequence[T], read: Callable[[T], R], unread: Callable[[T, Problem], R]) -> tuple[R, ...]:
        """Each of these read, or what ``unread`` makes of one that could not be; one that is gone is left out.

        Once the workspace asks to be left alone it is: what has not been read by then is as little read as that one.
        """
        busy: list[Problem] = []

        def one(thing: T) -> tuple[R, ...]:
            try:
                with self.turn():
                    if busy:
                        raise busy[0]
                    return (read(thing),)
            except Problem as problem:
                if problem.kind is Kind.NOT_FOUND:
                    return ()
                if problem.kind in _OF_ALL:
                    raise
                if problem.kind is Kind.THROTTLED:
                    busy.append(problem)
                return (unread(thing, problem),)

        if not things:
            return ()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="paced") as threads:
            return tuple(found for some in threads.map(one, things) for found in some)


# HTTP requests to a workspace, signed by the SDK and sent once. Through MLflow or the SDK itself a workspace that is
# silent or busy is asked again and again for minutes, whatever they are told, and the status of its answer is lost.


# The SDK asks a workspace about itself before the first request. It does without the answer, so it need not wait long.
_ABOUT_SECONDS = 1.5


class Workspace:
    """One workspace and the account it is used with; raises Problem where there are no credentials to be found."""

    def __init__(self, uri: str) -> None:
        import requests
        from databricks.sdk.core import Config

        ask_hosts_once()
        # Naming no profile leaves the SDK's other ways open, which naming None would shut.
        self._profile = uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE", "")
        named: dict[str, Any] = {"profile": self._profile} if self._profile else {}
        try:
            self._config = Config(http_timeout_seconds=_ABOUT_SECONDS, retry_timeout_seconds=1, **named)
        except ValueError as error:
            raise not_signed_in(error, self._profile) from error
        self._connections = requests.Session()
        self._connections.verify = not getattr(self._config, "skip_verify", False)

    def request(
        self,
        endpoint: str,
        method: str,
        *,
        seconds: float,
        extra_headers: Mapping[str, str] | None = None,
        **how: Any,
    ) -> requests.Response:
        """One request, sent once; any status is answered as it came. Raises requests' exceptions, or Problem."""
        try:
            headers = {**self._config.authenticate(), **(extra_headers or {})}
        except ValueError as error:
            raise not_signed_in(error, self._profile) from error
        number = getattr(self._config, "workspace_id", None)
        if number:
            headers["x-databricks-org-id"] = str(number)
        return self._connections.request(
            method, f"{self._config.host}{endpoint}", headers=headers, timeout=seconds, **how
        )


def ask_hosts_once() -> None:
    """Let the SDK ask each host about itself once in a process, and one that did not answer at most once a minute.

    It does so for every client that it makes, and MLflow makes one for every request. What a host has told when it was
    looked for is not asked again.
    """
    from databricks.sdk import config

    ask = getattr(config, "get_host_metadata", None)
    if ask is None or getattr(ask, "asks_once", False):
        return  # an SDK that does not ask at all, or one that has been told already
    from databricks.sdk.oauth import HostMetadata

    def once(host: str, *args: Any, **how: Any) -> Any:
        with _asking:
            found, at_s = _told.get(host, (None, 0.0))
            if found is None or (isinstance(found, ValueError) and time.monotonic() - at_s > _ASK_AGAIN_SECONDS):
                about = guard.said_of_itself(host)
                try:
                    found = HostMetadata.from_dict(about) if about is not None else ask(host, *args, **how)
                except ValueError as error:  # what the SDK's own caller expects, and does without
                    found = error
                _told[host] = found, time.monotonic()
        if isinstance(found, ValueError):
            raise found
        return found

    once.asks_once = True  # type: ignore[attr-defined]  # how it is known again
    config.get_host_metadata = once  # type: ignore[attr-defined]  # which the module uses and does not export


_asking = threading.Lock()
_told: dict[str, tuple[Any, float]] = {}
_ASK_AGAIN_SECONDS = 60.0


def not_signed_in(error: ValueError, profile: str) -> Problem:
    """The problem of a profile, or an environment, that signs nobody in."""
    # What follows the first sentence is the SDK's account of its settings.
    said = answers.one_line(error).split(". Config:")[0].split(" See https://")[0]
    login = f"databricks auth login --profile {profile}" if profile else "databricks auth login"
    return Problem(
        Kind.UNAUTHENTICATED,
        "Could not sign in to Databricks",
        answers.sentence(uris.without_secrets(said)),
        f"Run {login}, or check the profile in ~/.databrickscfg and DATABRICKS_HOST and DATABRICKS_TOKEN.",
    )
