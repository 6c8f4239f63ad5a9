"""The deck's side of a context: a child process that answers requests, replaced when it hangs or dies."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from tui.domain import uris
from tui.domain.capabilities import Capabilities
from tui.domain.problem import Kind, Problem
from tui.gateway.environment import LIMITS_S, deadline_of
from tui.host.link import Call, ProcessLink, ProgressListener
from tui.host.wire import HostSpec

if TYPE_CHECKING:
    from tui.gateway.dispatch import Gateway


# The gateway's ports as the deck sees them: each method is a request to the context's process.
#
# A port is made of its name alone, so that starting a context loads none of the values that its answers consist of:
# they come with the first answer, after the first frame.


_SHOWN = 60  # letters of an argument in the log of requests


class Ask(Protocol):
    """``Host.call``."""

    def __call__(self, op: str, *args: Any, **kwargs: Any) -> Any: ...


class RemoteGateway:
    """``gateway.dispatch.Gateway`` from afar: ``tracking.get_run(x)`` of it asks ``tracking.get_run``.

    Whoever makes one casts it to that class, where the ports are, with their signatures and errors.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def __getattr__(self, port: str) -> RemotePort:
        if port.startswith("_"):
            raise AttributeError(port)
        found = self.__dict__[port] = RemotePort(self._ask, port)
        return found


class RemotePort:
    """One port of it, by its name."""

    def __init__(self, ask: Ask, name: str) -> None:
        self._ask = ask
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        ask, op = self._ask, f"{self._name}.{method}"

        def request(*args: Any, **kwargs: Any) -> Any:
            return ask(op, *args, **kwargs)

        self.__dict__[method] = request
        return request


def summary(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """The arguments of a request on one short line; what is empty or left at its default is not said."""
    said = [_brief(value) for value in args if value not in ("", None)]
    said += [f"{key}={_brief(value)}" for key, value in kwargs.items() if value not in ("", None)]
    return " ".join(said)


def _brief(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (list, tuple)):
        if len(value) == 1:
            return _brief(value[0])
        return f"{len(value)} ids"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


_logger = logging.getLogger(__name__)

# A database is slow for honest reasons, a cold disk for instance, and no network is in between that could fall silent.
_DATABASE_SECONDS = 60.0


WAITS = "waits for MLflow to be imported"


class HostState(str, Enum):
    """Where a context's process stands."""

    STARTING = "starting"  # requests wait
    READY = "ready"
    LOST = "lost"  # it died; the next request starts another
    REPLACED = "replaced"  # it hung past a deadline and was ended; another is starting
    CLOSED = "closed"


@dataclass(frozen=True)
class HostEvent:
    """A change of a context's process; ``reason`` is a clause ("it was ended by SIGKILL") or empty."""

    state: HostState
    generation: int
    reason: str = ""


@dataclass(frozen=True)
class RequestRecord:
    """A request as the log of requests shows it; times in milliseconds, ``outcome`` "ok" or a Kind's value.

    It is told when it is sent (``outcome`` empty, ``took_ms`` None), perhaps while it waits, and when it has ended.
    """

    number: int
    op: str
    summary: str
    started_ms: int
    took_ms: float | None
    outcome: str
    bytes: int
    message: str = ""  # of the problem, if there was one; or what it waits for
    reader: str = ""  # who answered


Listener = Callable[[HostEvent], None]
Recorder = Callable[[RequestRecord], None]


class Host:
    """One context's process and the requests to it; every method is thread safe.

    Listeners and the recorder are called from whichever thread notices, and must be quick.
    """

    def __init__(self, spec: HostSpec, *, on_request: Recorder | None = None, on_event: Listener | None = None) -> None:
        self.spec = spec
        self.on_request = on_request
        self._on_event = on_event
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._generation = 1
        self._closed = False
        self._link = ProcessLink(spec, self._changed, self._on_change)
        self.ports = cast("Gateway", RemoteGateway(self.call))

    @classmethod
    def start(cls, spec: HostSpec, *, on_request: Recorder | None = None, on_event: Listener | None = None) -> Host:
        """Start a context's process and return at once; requests may be sent before it is ready."""
        return cls(spec, on_request=on_request, on_event=on_event)

    @property
    def generation(self) -> int:
        """1 for the first process, one more for each that took over."""
        return self._generation

    @property
    def state(self) -> HostState:
        """Where the present process stands."""
        if self._closed:
            return HostState.CLOSED
        if self._link.ended:
            return HostState.LOST
        return HostState.STARTING if self._link.ready_at is None else HostState.READY

    @property
    def pid(self) -> int | None:
        """The present process's id, None before it has one."""
        return self._link.pid

    @property
    def ended(self) -> bool:
        """Whether the present process has been waited for: nothing of it is left."""
        return self._link.reaped

    @property
    def capabilities(self) -> Capabilities | None:
        """What the context's stores can do, once its process has told."""
        return self._link.capabilities

    def diagnostics(self) -> tuple[str, ...]:
        """The last lines that the process printed: warnings, tracebacks, what MLflow says to nobody."""
        return self._link.output

    def call(
        self,
        op: str,
        *args: Any,
        timeout: float | None = None,
        on_progress: ProgressListener | None = None,
        **kwargs: Any,
    ) -> Any:
        """Ask, and wait for the answer; raises Problem.

        ``timeout`` is in seconds from when the host begins the request (its own start does not count). A host that is
        silent for longer is ended, and the next one starts at once; the problem is then TIMEOUT, and HOST_LOST for
        other requests that were on their way.
        """
        call = Call(next(self._numbers), op, self._limit(op) if timeout is None else timeout, on_progress)
        began, at = time.time(), time.monotonic()
        record = self.on_request
        if record:
            sent = RequestRecord(call.number, op, summary(args, kwargs), int(began * 1000), None, "", 0)
            record(sent)
            call.on_waiting = partial(record, replace(sent, message=WAITS))
        try:
            link = self._present_link()
            link.send(call, args, kwargs)
            self._wait(link, call)
        except Problem as problem:
            call.problem = problem
        if record:
            outcome = call.problem.kind.value if call.problem else "ok"
            took = (time.monotonic() - at) * 1000
            message = str(call.problem) if call.problem else ""
            ended = replace(sent, took_ms=took, outcome=outcome, bytes=call.bytes, message=message)
            record(replace(ended, reader=call.reader))
        if call.problem:
            raise call.problem
        return call.value

    def close(self) -> None:
        """End the process at once, whatever it is doing."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
        self._link.end("it was closed", Kind.CANCELLED)
        self._tell(HostEvent(HostState.CLOSED, self._generation))

    def _limit(self, op: str) -> float:
        """Seconds for a request that was given none of its own."""
        if op in LIMITS_S:
            return LIMITS_S[op]
        if uris.kind(self.spec.tracking_uri) in uris.SQL_KINDS and not op.startswith("store."):
            return max(self.spec.timeout_s, _DATABASE_SECONDS)
        return deadline_of(self.spec.timeout_s)

    def _present_link(self) -> ProcessLink:
        with self._changed:
            if self._closed:
                raise Problem(Kind.CANCELLED, "Did not ask", "The context is closed.")
            if not self._link.ended:
                return self._link
        return self._replace(self._link)

    def _replace(self, link: ProcessLink) -> ProcessLink:
        with self._changed:
            if self._link is not link or self._closed:  # somebody else was quicker
                return self._link
            self._generation += 1
            self._link = ProcessLink(self.spec, self._changed, self._on_change)
            event = HostEvent(HostState.STARTING, self._generation, link.reason)
        self._tell(event)
        return self._link

    def _wait(self, link: ProcessLink, call: Call) -> None:
        with self._changed:
            while not call.answered:
                remaining = link.remaining(call)
                if remaining <= 0:
                    break
                self._changed.wait(remaining)
            if call.answered:
                return
            link.give_up(call)
            spared = any(other.op in LIMITS_S and link.remaining(other) > 0 for other in link.busy)
        starting = call.waits_since is not None or (link.ready_at is None and call.started_at is None)
        doing = "was not ready" if starting else "gave no answer"
        waited = time.monotonic() - (call.waits_since or link.born) if starting else call.limit_s
        call.problem = Problem(
            Kind.TIMEOUT,
            "Gave up waiting",
            f"The process that talks to {self.spec.place} {doing} within {waited:.3g} s ({call.op}).",
            "Try again, or give the context a longer timeout: in the configuration.",
        )
        if spared:
            return  # a database is being migrated by it; only this one request is given up
        link.end("it hung past a deadline and was ended")
        self._tell(HostEvent(HostState.REPLACED, self._generation, link.reason))
        if not self._closed:
            self._replace(link)

    def _on_change(self, link: ProcessLink) -> None:
        if link is not self._link or self._closed:
            return
        state = HostState.LOST if link.ended else HostState.READY
        if state is HostState.LOST and link.reason.startswith("it hung"):
            return  # told as REPLACED by whoever ended it
        self._tell(HostEvent(state, self._generation, link.reason))

    def _tell(self, event: HostEvent) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:  # a worker meets the app: what a view does wrong must not stop the reading of answers
            _logger.exception("a listener to %s failed", self.spec.place)
