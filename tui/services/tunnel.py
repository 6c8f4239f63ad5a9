"""A way to a server behind a bastion: the system's ``ssh`` forwards a port of this machine while the deck runs.

Keys, agents, jump hosts and known hosts are ssh's own matter; what it says where that fails is told. It is started by
a shell that ends it when its input closes: it does not outlive the deck, also where that is killed.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from tui.config.launch import Launch
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean

OPENS_WITHIN_S = 20.0
LOOKED_EVERY_S = 0.05
_LOOKS_S = 0.2  # for an answer of a port of this machine
_KEPT = 2000  # characters of what ssh says

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
    """One forwarded port; ``ended`` is called from a thread when ssh ends without having been asked to."""

    def __init__(
        self, destination: str, forward: str, environ: Mapping[str, str], ended: Callable[[Tunnel], object]
    ) -> None:
        self.destination = destination
        self.forward = forward
        self.port = free_port()
        self._environ = environ
        self._ended = ended
        self._process: subprocess.Popen[bytes] | None = None
        self._said = ""
        self._closing = False

    def start(self) -> None:
        """Have ssh connect; whether it could is known from ``is_open``. Raises Problem where there is no ssh."""
        self._said, self._closing = "", False
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
        threading.Thread(target=self._listen, args=(self._process,), name="tunnel", daemon=True).start()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_open(self) -> bool:
        """Whether the forwarded port answers by now; raises Problem where ssh has ended instead."""
        if not self.running:
            raise self.problem()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=_LOOKS_S):
                return True
        except OSError:
            return False

    def wait(self) -> None:
        """Wait until it is open; raises Problem where it does not open in time."""
        until = time.monotonic() + OPENS_WITHIN_S
        while not self.is_open():
            if time.monotonic() > until:
                raise self.problem(f"nothing answered within {OPENS_WITHIN_S:g} s")
            time.sleep(LOOKED_EVERY_S)

    def problem(self, reason: str = "") -> Problem:
        """Why there is no tunnel: what ssh said last, or a reason."""
        lines = [line for line in self._said.splitlines() if line.strip()]
        said = clean(lines[-1].strip()) if lines else reason or "ssh has ended and said nothing"
        hint = f"`ssh {self.destination}` shows more; it has to connect without asking anything (a key, an agent)."
        return Problem(Kind.UNREACHABLE, f"No tunnel by ssh to {self.destination}", f"{said.rstrip('.')}.", hint)

    def close(self) -> None:
        self._closing = True
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
        if not self._closing:
            self._ended(self)


class Tunnels:
    """The tunnels of the contexts that have been opened, by context."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._tunnels: dict[str, Tunnel] = {}
        self.on_end: Callable[[Tunnel], object] = lambda _tunnel: None

    def of(self, launch: Launch) -> Tunnel | None:
        return self._tunnels.get(launch.context_name) if launch.ssh else None

    def through(self, launch: Launch) -> Launch:
        """The context by way of its tunnel, which is begun; as it was where it has none. Raises Problem."""
        if not launch.ssh:
            return launch
        tunnel = self._tunnels.get(launch.context_name)
        if tunnel is None or (tunnel.destination, tunnel.forward) != (launch.ssh, launch.forward):
            tunnel = Tunnel(launch.ssh, launch.forward, self._environ, lambda ended: self.on_end(ended))
            self._tunnels[launch.context_name] = tunnel
        if not tunnel.running:
            tunnel.start()
        tracking = _by_port(launch.tracking_uri, tunnel.port)
        same = launch.registry_uri == launch.tracking_uri
        return replace(launch, tracking_uri=tracking, registry_uri=tracking if same else launch.registry_uri)

    def close(self) -> None:
        for tunnel in self._tunnels.values():
            tunnel.close()


def _by_port(uri: str, port: int) -> str:
    """The address with a port of this machine in place of its host."""
    parts = urlsplit(uri)
    credentials, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{port}"))
