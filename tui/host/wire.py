"""Frames between the deck and a host: a length and a pickle, over a socket.

``multiprocessing.connection`` does the same, but importing it costs more than the deck may spend before its first
frame.
"""

from __future__ import annotations

import contextlib
import pickle
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain import uris

if TYPE_CHECKING:
    from tui.config.launch import Launch


_HEAD = struct.Struct("!Q")


class Wire:
    """One end of a socket that carries Python values; sending is thread safe, receiving is for one thread."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._sending = threading.Lock()

    def send(self, message: object) -> int:
        """Send one message and answer its size in bytes; raises OSError when the other end is gone or stuffed."""
        body = pickle.dumps(message, protocol=5)
        with self._sending:
            self._end.sendall(_HEAD.pack(len(body)) + body if len(body) < 65536 else _HEAD.pack(len(body)))
            if len(body) >= 65536:
                self._end.sendall(body)
        return len(body)

    def receive(self) -> tuple[Any, int]:
        """The next message and its size in bytes; raises EOFError when the other end has closed, or OSError."""
        (length,) = _HEAD.unpack(self._exactly(_HEAD.size))
        return pickle.loads(self._exactly(length)), length

    def _exactly(self, length: int) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        at = 0
        while at < length:
            got = self._end.recv_into(view[at:])
            if not got:
                raise EOFError("the other end closed the connection")
            at += got
        return data

    def bound_sending(self, seconds: float) -> None:
        """Let a send to an end that does not read fail after ``seconds``, without touching how receiving waits."""
        whole = int(seconds)
        self._end.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", whole, int((seconds - whole) * 1e6))
        )

    def close(self) -> None:
        """Close this end at once, waking a receiver."""
        with contextlib.suppress(OSError):  # already gone
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()


# What a context's own process is told when it starts.


class Opening(NamedTuple):
    """What the deck is going to ask first of all, so that its process can read it while the screens are loaded."""

    experiments: str  # the filter of the list of experiments
    runs_of: str | None  # whose runs are shown first: "" is the first of the list; None where that is not known
    runs: int  # of their first page


@dataclass(frozen=True)
class HostSpec:
    """One context: where it leads, with which environment, and how many seconds a request may take.

    ``timeout_s`` bounds each HTTP request; what is asked of the host may take a few of them (a database is given a
    minute at least), from the moment that the host begins it.
    ``environment`` is laid over the deck's own.
    """

    tracking_uri: str = field(repr=False)
    registry_uri: str | None = field(repr=False)
    profile: str | None = None
    ssh: str = ""  # a host by way of which the server is reached
    forward: str = ""  # the server as that host knows it
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 8.0
    requests_a_second: float = 5.0  # to a Databricks workspace, where many things are asked for
    own_readers: bool = True
    opening: Opening | None = None

    @property
    def place(self) -> str:
        """The tracking URI as it may be shown."""
        if self.ssh:
            return f"{self.forward} by ssh {self.ssh}"
        return uris.shown(self.tracking_uri)


def spec_of(launch: Launch, opening: Opening | None = None) -> HostSpec:
    """What the process of a context is told."""
    environment = {"MLFLOW_ALLOW_FILE_STORE": "true"} if launch.file_store else {}
    if launch.workspace or uris.kind(launch.tracking_uri) in uris.HTTP_KINDS:
        environment["MLFLOW_WORKSPACE"] = launch.workspace  # "" too: that of the deck's own may be another server's
    return HostSpec(
        tracking_uri=launch.tracking_uri,
        registry_uri=launch.registry_uri,
        profile=launch.profile,
        ssh=launch.ssh,
        forward=launch.forward,
        environment=environment,
        timeout_s=launch.timeout_s,
        requests_a_second=launch.settings.requests_a_second,
        own_readers=launch.settings.readers != "client",
        opening=opening,
    )
