"""The child's side: answers requests from a few threads, imports mlflow for those that need it, ends with the deck.

What a reader of our own answers needs no mlflow, so that mlflow is imported when something else is asked for, or when
the first rows are there and nothing has been asked for a while.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.gateway import environment, problems, readers
from tui.gateway.environment import BEFORE_READY, LIMITS_S
from tui.gateway.readers import CLIENT, First, answered_by
from tui.gateway.session import Connection, require_safe
from tui.host import wire
from tui.host.ahead import ReadAhead
from tui.host.tunnel import Tunnel, by_port
from tui.host.wire import HostSpec

_THREADS = 6
_QUIET_SECONDS = 1.0  # without a request, after which mlflow is imported for what may come
_LOW_PRIORITY = 10  # of the import while nobody waits for it, as a nice value
_LINUX_PR_SET_PDEATHSIG = 1
_AHEAD_SECONDS = 0.5  # in which what is asked first may be read from a database before anything else is loaded

_logger = logging.getLogger("tui.host")


def main(descriptor: int, parent: int) -> None:
    """Serve the deck at the other end of the socket ``descriptor`` until it closes; ``parent`` is its process id."""
    _die_with(parent)
    link = wire.Wire(socket.socket(fileno=descriptor))
    spec, _size = link.receive()
    tunnel = None
    if spec.ssh:
        tunnel = Tunnel(spec.ssh, spec.forward, dict(os.environ))
        here = by_port(spec.tracking_uri, tunnel.port)
        same = spec.registry_uri in (None, spec.tracking_uri)
        spec = replace(spec, tracking_uri=here, registry_uri=here if same else spec.registry_uri)
    environment.prepare(
        tracking_uri=spec.tracking_uri,
        registry_uri=spec.registry_uri,
        profile=spec.profile,
        extra=spec.environment,
        timeout_s=spec.timeout_s,
    )
    Child(spec, link, tunnel).run()


class Child:
    """One context's gateway and the threads that ask it."""

    def __init__(self, spec: HostSpec, link: wire.Wire, tunnel: Tunnel | None = None) -> None:
        self._link = link
        self._tunnel = tunnel
        self._session = Connection(
            spec.tracking_uri, spec.registry_uri, spec.timeout_s, spec.own_readers, spec.requests_a_second
        )
        self._waiting: queue.SimpleQueue[tuple[int, str, float, tuple[Any, ...], dict[str, Any]]] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._unimportable: Problem | None = None
        self._operations: dict[str, Callable[..., Any]] = {}
        self._loaded = threading.Event()  # whether they are all there
        self._changed = threading.Condition()
        self._demanded = False  # whether something waits for mlflow
        self._looked = False  # whether something has been read without it
        self._busy = 0
        self._last = time.monotonic()
        self._number: ContextVar[int] = ContextVar("number")
        self._session.before_client = self._await_mlflow
        self._session.tell = lambda can: self._send(("capabilities", can))
        self._session.called = tunnel.called if tunnel is not None else ""
        self._opening = spec.opening
        self._ahead = ReadAhead(self._session)

    def run(self) -> None:
        """Import mlflow on this, the main thread, while others take requests; returns never."""
        gc.disable()  # nothing of what an import makes is garbage
        threading.Thread(target=self._reader, name="reader", daemon=True).start()
        threading.Thread(target=self._warm_probe, name="warm-probe", daemon=True).start()
        first = self._read_ahead()
        for number in range(_THREADS):
            threading.Thread(target=self._worker, name=f"worker-{number}", daemon=True).start()
        if first is not None:  # a server on this machine would be slowed down as well as what reads a database
            self._ahead.done.wait(_AHEAD_SECONDS)
        from tui.gateway import dispatch

        self._operations = dict(dispatch.operations(self._session, first))
        gc.freeze()
        gc.enable()
        self._loaded.set()
        reads_alone = any(isinstance(operation, First) for operation in self._operations.values())
        if reads_alone:
            self._send(("ready",))
            if self._tunnel is None:  # else they are told when it is open
                self._tell_capabilities()
            self._hold_back()
        try:
            # Nothing of what an import makes is garbage; looking for some takes a quarter of its time.
            gc.disable()
            self._import()
        except ImportError as error:
            self._unimportable = problems.missing(error, "Could not start MLflow", "MLflow")
        finally:
            gc.freeze()
            gc.enable()
        self._ready.set()
        if not reads_alone:
            self._send(("ready",))
            if self._tunnel is None:
                self._tell_capabilities()
        threading.Event().wait()

    def _read_ahead(self) -> readers.FirstReads | None:
        """Begin with what the deck asks first, which is answered before the rest of the gateway is loaded."""
        if self._opening is None or not self._session.own_readers:
            return None
        first = readers.first_reads(self._session)
        if first is not None:
            self._ahead.begin(self._opening, first)
        return first

    def _later(self, op: str, *args: Any, **kwargs: Any) -> Any:
        """Ask for what has not been read ahead after all."""
        self._loaded.wait()
        return self._operations[op](*args, **kwargs)

    def _hold_back(self) -> None:
        """Wait until mlflow is to be imported: something waits for it, or what was read is read and all is quiet."""
        with self._changed:
            while not self._demanded:
                left = self._last + _QUIET_SECONDS - time.monotonic()
                if self._looked and not self._busy and left <= 0:
                    break
                self._changed.wait(max(left, 0.01) if self._looked and not self._busy else None)
            if not self._demanded and sys.platform == "linux":
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)

    def _await_mlflow(self) -> None:
        """Have mlflow imported, wait for it, and let the deck know that this request does."""
        if not self._ready.is_set():
            number = self._number.get()
            self._send(("waiting", number))
            with self._changed:
                self._demanded = True
                self._changed.notify_all()
            self._ready.wait()
            self._send(("started", number))
        if self._unimportable:
            raise self._unimportable

    def _import(self) -> None:
        import mlflow.tracking  # noqa: F401

        with contextlib.suppress(Problem):
            # The first request would do this; whoever asks it then hears the problem.
            self._session.warm()

    def _tell_capabilities(self) -> None:
        if self._unimportable is None:
            self._session.capabilities()

    def _warm_probe(self) -> None:
        with contextlib.suppress(Problem):
            self._go_through()
            self._session.reach()

    def _go_through(self, number: int | None = None) -> None:
        """Have the tunnel open, where there is one; raises Problem. Once it is, what the server can do is told."""
        tunnel = self._tunnel
        if tunnel is None or tunnel.stands():
            return
        if number is not None:
            self._send(("waiting", number, tunnel.waits))
        if tunnel.through():
            threading.Thread(target=self._tell_capabilities, name="capabilities", daemon=True).start()

    def _reader(self) -> None:
        try:
            while True:
                message, _size = self._link.receive()
                self._waiting.put(message)
        except (EOFError, OSError):
            os._exit(0)

    def _worker(self) -> None:
        while True:
            self._answer(*self._waiting.get())

    def _answer(self, number: int, op: str, limit_s: float, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._number.set(number)
        with self._changed:
            self._busy += 1
        try:
            early = self._ahead.has(op, args, kwargs) and not self._loaded.is_set()
            if early:
                operation: Callable[..., Any] = partial(self._later, op)
                how_far: AbstractContextManager[object] = contextlib.nullcontext()
            else:
                self._loaded.wait()
                from tui.gateway.dispatch import unknown
                from tui.gateway.ports import reported_to

                if op not in self._operations:
                    raise unknown(op)
                operation = self._operations[op]
                how_far = reported_to(lambda *told: self._send(("progress", number, *told)))
            self._go_through(number)
            alone = early or isinstance(operation, First)
            if not alone and op not in BEFORE_READY and not self._ready.is_set():
                # What is known already need not wait for the import: an unreachable server, a store not to be opened.
                problem = self._known_problem(op)
                if problem:
                    raise problem
                self._await_mlflow()
            self._send(("started", number))
            if self._unimportable and not alone and op not in BEFORE_READY:
                raise self._unimportable
            answered_by.set("" if op in BEFORE_READY or op.startswith("store.") else CLIENT)
            seconds = request_seconds(op, limit_s, self._session.timeout_s, is_silent=self._session.is_silent)
            with self._session.within(seconds, limit_s), how_far:
                value = self._ahead.answer(op, args, kwargs, operation)
            self._send(("result", number, value, answered_by.get()))
            self._looked = self._looked or alone
        except Problem as problem:
            if problem.is_connection:
                self._session.lost()
                if self._tunnel is not None:
                    problem = self._tunnel.instead_of(problem)
            self._send(("problem", number, problem))
        except Exception:  # a worker meets the deck here; anything else is a mistake of ours
            _logger.exception("%s failed", op)
            self._send(("problem", number, _mistake(op)))
        finally:
            with self._changed:
                self._busy -= 1
                self._last = time.monotonic()
                self._changed.notify_all()

    def _known_problem(self, op: str) -> Problem | None:
        if op.startswith("store."):
            return None
        try:
            require_safe(self._session.tracking_uri, ask=False)
            self._session.reach()
        except Problem as problem:
            return problem
        return None

    def _send(self, message: tuple[object, ...]) -> None:
        with contextlib.suppress(OSError):  # the reader notices that the deck is gone
            self._link.send(message)


def request_seconds(op: str, limit_s: float, own_s: float, *, is_silent: bool) -> float:
    """What one HTTP request may take: the context's own limit, or its share of more where that was given.

    What takes long by nature has more, but not of a server that has not answered anything yet.
    """
    share = environment.share_of(limit_s)
    has_more = (op in LIMITS_S and not is_silent) or limit_s > max(environment.deadline_of(own_s), LIMITS_S.get(op, 0))
    return share if has_more else min(own_s, share)


def _mistake(op: str) -> Problem:
    error = sys.exc_info()[1]
    return Problem(
        Kind.INTERNAL,
        "Something went wrong in mlflow-deck",
        f"{op} failed with {type(error).__name__}.",
        "Start with --log-file FILE to keep the details, and report it.",
    )


def _die_with(parent: int) -> None:
    """End with the deck, however it ends; the closing of the socket does the same where there is no such signal."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_LINUX_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
