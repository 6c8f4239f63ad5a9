"""The deck's side of a context: a child process that answers requests, replaced when it hangs or dies."""

from __future__ import annotations

import collections
import contextlib
import itertools
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, cast

from tui.domain import uris
from tui.domain.capabilities import Capabilities
from tui.domain.problem import Kind, Problem
from tui.gateway.environment import LIMITS_S, deadline_of
from tui.host import wire
from tui.host.wire import HostSpec

if TYPE_CHECKING:
    from tui.gateway.dispatch import Gateway


# One child process and the requests that are on their way to it.


_MAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
_OUTPUT_LINES = 200
_LINE_BYTES = 2000
_SEND_SECONDS = 5.0
_EXIT_SECONDS = 1.0
# An import of mlflow without compiled files on a busy machine takes a quarter of this.
START_SECONDS = 90.0

ProgressListener = Callable[[int, int, str], None]


@dataclass(eq=False)
class Call:
    """A request: sent, perhaps begun, and at last answered by a value or a problem."""

    number: int
    op: str
    limit_s: float
    on_progress: ProgressListener | None = None
    sent_at: float = field(default_factory=time.monotonic)
    started_at: float | None = None
    waits_since: float | None = None  # for mlflow or a tunnel, which counts as the host's start
    answered: bool = False
    value: Any = None
    problem: Problem | None = None
    bytes: int = 0
    reader: str = ""  # who answered: MlflowClient, or which reader of our own
    on_waiting: Callable[[str], None] | None = None


class ProcessLink:
    """A child process, its socket, and what its output said last; ends when the child does.

    Everything that changes is changed under ``changed``, which is notified; ``on_told`` is called without it, when it
    has told what its stores can do.
    """

    def __init__(self, spec: HostSpec, changed: threading.Condition, on_told: Callable[[], None]) -> None:
        self._spec = spec
        self._changed = changed
        self._on_told = on_told
        self._calls: dict[int, Call] = {}
        self._output: collections.deque[str] = collections.deque(maxlen=_OUTPUT_LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self.born = time.monotonic()
        self.heard_at = self.born
        self.ready_at: float | None = None
        self.capabilities: Capabilities | None = None
        self.ended = False
        self.reaped = False
        self.reason = ""
        self._kind = Kind.HOST_LOST
        ours, self._theirs = socket.socketpair()
        self._wire = wire.Wire(ours)
        self._wire.bound_sending(_SEND_SECONDS)
        self._wire.send(spec)
        # The child asks the kernel to end with the *thread* that started it, so the thread that does lives as long.
        threading.Thread(target=self._keep, name="host-keeper", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The child's process id, None before it has one."""
        return self._process.pid if self._process else None

    @property
    def output(self) -> tuple[str, ...]:
        """The last lines that the child printed, which nobody else sees."""
        return tuple(self._output)

    @property
    def busy(self) -> tuple[Call, ...]:
        """The calls not yet answered."""
        return tuple(self._calls.values())

    def send(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Put a call on its way; where the child is gone the call is answered with HOST_LOST instead."""
        with self._changed:
            if self.ended:
                self._answer(call, problem=self._lost(call))
                return
            self._calls[call.number] = call
        try:
            self._wire.send((call.number, call.op, call.limit_s, args, kwargs))
        except OSError:
            self.end("it no longer read its requests")

    def remaining(self, call: Call) -> float:
        """Seconds until a call's deadline.

        The time counts from when the host began it. A call that waits for others counts from the host's last sign of
        life, and none counts before the host is ready or while it waits for what has to be there first.
        """
        if call.waits_since is not None:
            since = call.waits_since + START_SECONDS
        elif call.started_at is not None:
            since = call.started_at + call.limit_s
        elif self.ready_at is None:
            since = self.born + START_SECONDS
        else:
            since = max(call.sent_at, self.ready_at, self.heard_at) + call.limit_s
        return since - time.monotonic()

    def end(self, reason: str, kind: Kind = Kind.HOST_LOST) -> None:
        """Kill the child, with whatever it has started; calls not answered become problems of that kind."""
        with self._changed:
            if not self.reason:
                self.reason, self._kind = reason, kind
        self._kill()
        self._wire.close()
        self._finish()

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _keep(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, _MAIN, str(self._theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(self._theirs.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            self.reason = f"it could not be started: {error.strerror}"
            self._finish()
            return
        finally:
            self._theirs.close()
        threading.Thread(target=self._drain, args=(self._process,), name="host-output", daemon=True).start()
        if self.ended:  # closed before it was born
            self.end(self.reason)
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            while not self.ended:
                self._on(*self._wire.receive())
        try:
            status = self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
            status = self._process.wait()
        self.reaped = True
        self._wire.close()
        with self._changed:
            if not self.reason:
                self.reason = _said(status)
        self._finish()

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            while line := lines.readline(_LINE_BYTES):
                self._output.append(line.decode(errors="replace").rstrip("\n"))

    def _on(self, message: tuple[Any, ...], size: int) -> None:
        what = message[0]
        now = time.monotonic()
        if what == "ready":
            with self._changed:
                self.ready_at = self.heard_at = now
                self._changed.notify_all()
            return
        if what == "capabilities":
            self.capabilities, self.heard_at = message[1], now
            self._on_told()
            return
        with self._changed:
            self.heard_at = now
            call = self._calls.get(message[1])
            if call is None:
                return  # given up meanwhile
            if what == "waiting":
                call.waits_since = now
                self._changed.notify_all()
            elif what == "started":
                call.started_at, call.waits_since = now, None
                self._changed.notify_all()
            elif what == "result":
                call.reader = message[3]
                self._answer(call, value=message[2], size=size)
            elif what == "problem":
                self._answer(call, problem=message[2], size=size)
        if what == "waiting" and call.on_waiting:
            call.on_waiting(*message[2:])
        if what == "progress" and call.on_progress:
            call.on_progress(*message[2:])

    def give_up(self, call: Call) -> None:
        """Forget a call; its late answer will be dropped."""
        with self._changed:
            self._calls.pop(call.number, None)

    def _answer(self, call: Call, *, value: Any = None, problem: Problem | None = None, size: int = 0) -> None:
        self._calls.pop(call.number, None)
        call.value, call.problem, call.bytes, call.answered = value, problem, size, True
        self._changed.notify_all()

    def _finish(self) -> None:
        with self._changed:
            self.ended = True
            for call in self.busy:
                self._answer(call, problem=self._lost(call))
            self._changed.notify_all()

    def _lost(self, call: Call) -> Problem:
        why = self.reason or "it ended"
        if self._kind is Kind.CANCELLED:
            return Problem(Kind.CANCELLED, "Did not wait for the answer", f"The context was closed ({call.op}).")
        return Problem(
            Kind.HOST_LOST,
            f"Lost the process that talks to {self._spec.place}",
            f"{why[0].upper()}{why[1:]} before it answered ({call.op}).",
            "The next request starts another one.",
        )


def _said(status: int) -> str:
    if status < 0:
        try:
            return f"it was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"it was ended by signal {-status}"
    return f"it ended with status {status}"


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
    LOST = "lost"  # it died, or hung and was ended; the next request starts another
    CLOSED = "closed"


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


Recorder = Callable[[RequestRecord], None]


class Host:
    """One context's process and the requests to it; every method is thread safe.

    ``on_request`` and ``on_told`` are called from whichever thread notices, and must be quick.
    """

    def __init__(self, spec: HostSpec, *, on_request: Recorder | None = None) -> None:
        self.spec = spec
        self.on_request = on_request
        self.on_told: Callable[[], object] = lambda: None  # on the thread that reads answers
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._generation = 1
        self._closed = False
        self._link = ProcessLink(spec, self._changed, self._has_told)
        self.ports = cast("Gateway", RemoteGateway(self.call))

    @classmethod
    def start(cls, spec: HostSpec, *, on_request: Recorder | None = None) -> Host:
        """Start a context's process and return at once; requests may be sent before it is ready."""
        return cls(spec, on_request=on_request)

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
            call.on_waiting = lambda why="": record(replace(sent, message=why or WAITS))
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
            # What the deck asks first of all has been asked of the first process.
            again = replace(self.spec, opening=None)
            self._link = ProcessLink(again, self._changed, self._has_told)
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
        if not self._closed:
            self._replace(link)

    def _has_told(self) -> None:
        try:
            self.on_told()
        except Exception:  # a worker meets the app: what a view does wrong must not stop the reading of answers
            _logger.exception("what %s told could not be handed on", self.spec.place)
