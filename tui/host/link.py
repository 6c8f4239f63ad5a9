"""One child process and the requests that are on their way to it."""

from __future__ import annotations

import collections
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tui.domain.capabilities import Capabilities
from tui.domain.problem import Kind, Problem
from tui.host import wire
from tui.host.wire import HostSpec

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
    waits_since: float | None = None  # for mlflow to be imported, which counts as the host's start
    answered: bool = False
    value: Any = None
    problem: Problem | None = None
    bytes: int = 0
    reader: str = ""  # who answered: MlflowClient, or which reader of our own
    on_waiting: Callable[[], None] | None = None


class ProcessLink:
    """A child process, its socket, and what its output said last; ends when the child does.

    Everything that changes is changed under ``changed``, which is notified; ``on_change`` is called without it.
    """

    def __init__(self, spec: HostSpec, changed: threading.Condition, on_change: Callable[[ProcessLink], None]) -> None:
        self._spec = spec
        self._changed = changed
        self._on_change = on_change
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
        life, and none counts before the host is ready or while mlflow is being imported for it.
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
            self._on_change(self)
            return
        if what == "capabilities":
            self.capabilities, self.heard_at = message[1], now
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
            call.on_waiting()
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
            first = not self.ended
            self.ended = True
            for call in self.busy:
                self._answer(call, problem=self._lost(call))
            self._changed.notify_all()
        if first:
            self._on_change(self)

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
