"""Processes that need not import MLflow each: forked from one that has, for tests of what is asked of them.

These are the processes of contexts and ``mlflow server``. What is tested of such a process itself starts it as the deck
does, or a person.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

from tui.host import child
from tui.host.host import _MAIN

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1 << 20  # bytes of an environment
STORES = (
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.model_registry.sqlalchemy_store",
    "mlflow.tracking",
    "alembic.command",
)
NEEDED = {
    "host": ("tui.gateway.dispatch", "mlflow.store._unity_catalog.registry.rest_store", "databricks.sdk"),
    "server": (
        "uvicorn.loops.auto",  # before MLflow, which looks whether it is there
        "uvicorn.protocols.http.auto",
        "mlflow.cli",
        "mlflow.server.fastapi_app",
        "mlflow.server.sandbox",
        "mlflow.tracing.trace_rollup_service",
    ),
}
CAN_FORK = sys.platform == "linux"  # where the system lets one watch a process end that is no child of one's own


class Forked:
    """As much of ``subprocess.Popen`` as is asked of such a process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.stdout: Any = None
        self.returncode: int | None = None
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        if select.select([self._ended], [], [], 0)[0]:
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not select.select([self._ended], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        self.returncode = 0
        return 0


class Nursery:
    """The process that others of one kind are forked from, as seen from the tests."""

    def __init__(self, kind: str) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link = ours
        command = [sys.executable, "-m", "tests.support.warm", kind, str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        theirs.close()
        atexit.register(self.close)
        self._link.recv(1)  # when it has imported all

    def born(self, environ: Mapping[str, str], folder: str, words: list[str], descriptors: list[int]) -> Forked:
        """Fork one that prints to the first of the descriptors."""
        with self._lock:
            socket.send_fds(self._link, [pickle.dumps((dict(environ), folder, words))], descriptors)
            return Forked(int(pickle.loads(self._link.recv(LONGEST))))

    def close(self) -> None:
        self._link.close()
        self._process.wait()


_nurseries: dict[str, Nursery] = {}
_made = threading.Lock()


def _nursery(kind: str) -> Nursery:
    with _made:
        if kind not in _nurseries:
            _nurseries[kind] = Nursery(kind)
        return _nurseries[kind]


@contextlib.contextmanager
def warm_hosts(*, before: bool = True) -> Iterator[None]:
    """Let contexts that are opened meanwhile be served by forked processes, where that can be.

    What they are forked from is made before, so that nobody who waits for a context waits for it; or with the first.
    """
    if not CAN_FORK:
        yield
        return
    if before:
        _nursery("host")
    with mock.patch("tui.host.host.subprocess.Popen", _started):
        yield


_popen = subprocess.Popen


def _started(command: list[str], **given: Any) -> Any:
    return _host(**given) if command[1:2] == [_MAIN] else _popen(command, **given)


def _host(*, pass_fds: tuple[int], **_given: Any) -> Forked:
    reading, writing = os.pipe()
    host = _nursery("host").born(os.environ, os.getcwd(), [], [writing, pass_fds[0]])
    os.close(writing)
    host.stdout = os.fdopen(reading, "rb")
    return host


def warm_server(words: list[str], *, environ: Mapping[str, str], folder: Path, output: int) -> Forked:
    """``mlflow server`` with these words, of one worker."""
    return _nursery("server").born(environ, str(folder), words, [output])


def serve(kind: str, descriptor: int) -> None:
    """Fork whatever is asked for, until the tests are over."""
    for name in (*STORES, *NEEDED[kind]):
        importlib.import_module(name)
    importlib.import_module("sqlalchemy.orm").configure_mappers()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    asked = socket.socket(fileno=descriptor)
    asked.send(b"!")
    myself = os.getpid()
    while True:
        wanted, given, _, _ = socket.recv_fds(asked, LONGEST, 2)
        if not wanted:
            return
        pid = os.fork()
        if pid == 0:
            asked.close()
            environ, folder, words = pickle.loads(wanted)
            _become(environ, folder, words, given, myself)
        for passed in given:
            os.close(passed)
        asked.send(pickle.dumps(pid))


def _become(environ: dict[str, str], folder: str, words: list[str], given: list[int], parent: int) -> NoReturn:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    output, *rest = given
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    try:
        if rest:
            child.main(rest[0], parent)
        else:
            _be_server(words)
    finally:
        os._exit(0)


def _be_server(words: list[str]) -> None:
    """What ``mlflow server`` does, and in the same process what it starts."""
    import mlflow.cli
    import uvicorn

    def here(command: list[str], extra_env: dict[str, str], **_given: Any) -> None:
        os.environ.update(extra_env)
        assert command[:3] == [sys.executable, "-m", "uvicorn"], command
        uvicorn.main(command[3:], standalone_mode=False)
        os._exit(0)

    with mock.patch("mlflow.server._exec_cmd", here):
        mlflow.cli.cli(["server", *words], standalone_mode=False)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
