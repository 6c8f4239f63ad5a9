"""Processes of contexts that need not import MLflow each: forked from one that has, for tests of what is asked of them.

What is tested of such a process itself starts it as the deck does.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tui.host import child
from tui.host.host import _MAIN

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1 << 20  # bytes of an environment


class Forked:
    """As much of ``subprocess.Popen`` as the deck asks of a context's process."""

    def __init__(self, command: list[str], *, pass_fds: tuple[int], **_given: Any) -> None:
        reading, writing = os.pipe()
        self.pid = _nursery().born(pass_fds[0], writing)
        os.close(writing)
        self.stdout = os.fdopen(reading, "rb")
        self._ended = os.pidfd_open(self.pid) if sys.platform == "linux" else -1

    def poll(self) -> int | None:
        return 0 if select.select([self._ended], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        if not select.select([self._ended], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("a context's process", timeout or 0)
        return 0


class Nursery:
    """The process that others are forked from, as seen from the tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link = ours
        command = [sys.executable, "-m", "tests.support.warm_host", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        theirs.close()
        atexit.register(self.close)

    def born(self, descriptor: int, output: int) -> int:
        """Fork one that serves the deck by a socket and prints to ``output``; answers its process id."""
        with self._lock:
            wanted = pickle.dumps((dict(os.environ), os.getcwd()))
            socket.send_fds(self._link, [wanted], [descriptor, output])
            return int(pickle.loads(self._link.recv(LONGEST)))

    def close(self) -> None:
        self._link.close()
        self._process.wait()


_nursery = functools.cache(Nursery)


@contextlib.contextmanager
def warm_hosts() -> Iterator[None]:
    """Let contexts that are opened meanwhile be served by forked processes, where the system can watch them end."""
    if sys.platform != "linux":
        yield
        return
    with mock.patch("tui.host.host.subprocess.Popen", _started):
        yield


_popen = subprocess.Popen


def _started(command: list[str], **given: Any) -> Any:
    return Forked(command, **given) if command[1:2] == [_MAIN] else _popen(command, **given)


def serve(descriptor: int) -> None:
    """Fork whatever is asked for, until the tests are over."""
    import mlflow.store.tracking.sqlalchemy_store
    import mlflow.tracking  # noqa: F401  as a context's process does

    import tui.gateway.dispatch  # noqa: F401  likewise

    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    asked = socket.socket(fileno=descriptor)
    myself = os.getpid()
    while True:
        wanted, given, _, _ = socket.recv_fds(asked, LONGEST, 2)
        if not wanted:
            return
        pid = os.fork()
        if pid == 0:
            asked.close()
            environ, folder = pickle.loads(wanted)
            _be_one(environ, folder, given[0], given[1], myself)
        for passed in given:
            os.close(passed)
        asked.send(pickle.dumps(pid))


def _be_one(environ: dict[str, str], folder: str, served: int, output: int, parent: int) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    child.main(served, parent)
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
