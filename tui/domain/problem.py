"""The one family of errors that crosses layers: each says what was tried, what came back and what to do."""

from __future__ import annotations

from enum import Enum


class Kind(str, Enum):
    """What sort of trouble it is, so that a view can pick its face without reading sentences."""

    UNREACHABLE = "unreachable"  # refused, DNS, no route, connection cut
    TIMEOUT = "timeout"  # it accepted the connection and then said nothing in time
    TLS = "tls"
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404, or an id that does not exist
    THROTTLED = "throttled"  # busy: 429, or 503 with the word when to come again
    SERVER = "server"  # 5xx
    NOT_MLFLOW = "not_mlflow"  # an HTML page, or JSON that is no MLflow answer
    BAD_REQUEST = "bad_request"  # the server's parser refused it, a filter for instance
    SCHEMA = "schema"  # the database is of another MLflow version
    STORE_MISSING = "store_missing"  # there is no database or folder at that place
    STORE_UNREADABLE = "store_unreadable"  # no database, or not readable, or not writable
    UNSUPPORTED = "unsupported"  # this kind of store cannot do that
    CONFIG = "config"
    HOST_LOST = "host_lost"  # the context's own process ended or was ended at its deadline
    CANCELLED = "cancelled"
    INTERNAL = "internal"  # ours, or not understood


class Problem(Exception):
    """Something a person must be told: title, message and hint, each one plain sentence or less.

    ``title`` is what was tried ("Could not read runs"), ``message`` what came back, from whom,
    ``hint`` what to do. ``code`` is the server's own code (HTTP status or MLflow error code), if any; ``wait_s`` the
    seconds that a busy server asks to be left alone.
    The texts may hold words of a server: views pass them through ``domain.text.clean`` like any text from outside.
    """

    def __init__(
        self, kind: Kind, title: str, message: str, hint: str = "", *, code: str = "", wait_s: int = 0
    ) -> None:
        super().__init__(title, message, hint)
        self.kind = kind
        self.title = title
        self.message = message
        self.hint = hint
        self.code = code
        self.wait_s = wait_s

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.kind, self.title, self.message, self.hint, self.code, self.wait_s)

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.title}: {self.message}", self.hint) if part)

    def in_context(self, context: str) -> Problem:
        """The same problem, told of one of several contexts."""
        message = f"In the context {context}: {self.message}"
        return Problem(self.kind, self.title, message, self.hint, code=self.code, wait_s=self.wait_s)

    @property
    def is_connection(self) -> bool:
        """Whether the same request may well succeed later without anybody changing anything."""
        return self.kind in (Kind.UNREACHABLE, Kind.TIMEOUT, Kind.THROTTLED, Kind.SERVER, Kind.HOST_LOST)


def _rebuild(kind: Kind, title: str, message: str, hint: str, code: str, wait_s: int) -> Problem:
    return Problem(kind, title, message, hint, code=code, wait_s=wait_s)
