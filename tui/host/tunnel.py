"""A way to a server behind a bastion: the system's ``ssh`` forwards a port of this machine for a context's process.

Keys, agents, jump hosts and known hosts are ssh's own matter; what it says where that fails is told. It is started by
a shell that ends it when its input closes: it does not outlive that process, also where that is killed.
"""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

from tui.domain.problem import Kind, Problem
from tui.domain.text import clean

OPENS_WITHIN_S = 20.0
LOOKED_EVERY_S = 0.05
_LOOKS_S = 0.2  # for an answer of a port of this machine
_LAST_WORDS_S = 1.0  # after its end, for what ssh said before
_KEPT = 2000  # characters of what ssh says
_FAILURE_KEPT_S = 1.0  # those who ask while it fails are told the same; who asks later has it tried again
_UNREACHED = re.compile(r"open failed: (.*)")
_REFUSED = re.compile(r"Permission denied|Host key verification failed|Too many authentication|Could not resolve")

# What ends with its input: the watcher reads until that closes, then ends ssh; where ssh ends first, so does the shell.
_SHELL = (
    'exec 3<&0; "$@" </dev/null 3<&- & child=$!;'
    ' { while read -r line; do :; done <&3; kill "$child"; } >/dev/null 2>&1 &'
    ' exec 3<&-; wait "$child"'
)


def command(destination: str, forward: str, port: int) -> Sequence[str]:
    """What is run: nothing is asked for, nothing is done at the other end, and a port that is taken is a failure."""
    options = ("BatchMode=yes", "ExitOnForwardFailure=yes", "ServerAliveInterval=15", "ServerAliveCountMax=3")
    said = [part for option in options for part in ("-o", option)]
    return ["ssh", "-N", "-T", *said, "-L", f"127.0.0.1:{port}:{forward}", "--", destination]


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Tunnel:
    """One forwarded port, opened when it is first needed and again after ssh has ended."""

    def __init__(self, destination: str, forward: str, environ: Mapping[str, str]) -> None:
        self.destination = destination
        self.forward = forward
        self.port = free_port()
        self._environ = environ
        self._opening = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._open = False
        self._said = ""
        self._failed: tuple[float, Problem] | None = None

    @property
    def called(self) -> str:
        """Where it leads, as a person is told."""
        return f"{self.forward} by ssh {self.destination}"

    @property
    def waits(self) -> str:
        """What a request waits for that is made before it is open."""
        return f"waits for the tunnel by ssh to {clean(self.destination)}"

    def stands(self) -> bool:
        """Whether it was opened and ssh has not ended since; it costs nothing to ask."""
        return self._open and self.running

    def through(self) -> bool:
        """Open it where it is not open, and wait for that; whether it had to be. Raises Problem."""
        if self.stands():
            return False
        with self._opening:
            if self.stands():  # by whoever held the lock before
                return False
            if self._failed is not None and time.monotonic() - self._failed[0] < _FAILURE_KEPT_S:
                raise self._failed[1]
            try:
                if not self.running:
                    self._start()
                self._wait()
            except Problem as problem:
                self._failed = time.monotonic(), problem
                raise
            self._open, self._failed = True, None
            return True

    def _start(self) -> None:
        self._said, self._open = "", False
        run = command(self.destination, self.forward, self.port)
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SHELL, "tunnel", *run],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=dict(self._environ),
                start_new_session=True,  # ctrl+c is for the deck alone
            )
        except OSError as error:
            raise self.problem(error.strerror or str(error)) from None
        self._listener = threading.Thread(target=self._listen, args=(self._process,), name="tunnel", daemon=True)
        self._listener.start()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        if not self.running:
            raise self.problem()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=_LOOKS_S):
                return True
        except OSError:
            return False

    def _wait(self) -> None:
        until = time.monotonic() + OPENS_WITHIN_S
        while not self._answers():
            if time.monotonic() > until:
                raise self.problem(f"nothing answered within {OPENS_WITHIN_S:g} s")
            time.sleep(LOOKED_EVERY_S)

    def problem(self, reason: str = "") -> Problem:
        """Why there is no tunnel: what ssh said last, or a reason."""
        if self._listener is not None and not self.running:
            self._listener.join(_LAST_WORDS_S)  # what ssh said at its end may be on its way still
        lines = [line for line in self._said.splitlines() if line.strip()]
        said = clean(lines[-1].strip()) if lines else reason or "ssh has ended and said nothing"
        hint = f"`ssh {self.destination}` shows more; it has to connect without asking anything (a key, an agent)."
        # What is refused is not asked for again by itself: servers shut out those who do.
        kind = Kind.UNAUTHENTICATED if _REFUSED.search(said) else Kind.UNREACHABLE
        return Problem(kind, f"No tunnel by ssh to {self.destination}", f"{said.rstrip('.')}.", hint)

    def instead_of(self, problem: Problem) -> Problem:
        """What to tell of a connection that was lost: why there is no tunnel, or what it could not reach at its end."""
        if not self.running:
            return self.problem()
        refused, self._said = _UNREACHED.findall(self._said), ""
        if not refused:
            return problem
        message = f"{self.destination} cannot reach {self.forward}: {clean(refused[-1].strip())}."
        hint = "Correct forward: in the context, or see whether the server runs there."
        return Problem(Kind.UNREACHABLE, problem.title, message, hint)

    def close(self) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._said = (self._said + line.decode("utf-8", "replace"))[-_KEPT:]
        process.stderr.close()
        process.wait()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()


def by_port(uri: str, port: int) -> str:
    """The address with a port of this machine in place of its host."""
    parts = urlsplit(uri)
    credentials, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{port}"))
