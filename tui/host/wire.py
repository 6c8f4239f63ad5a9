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
from typing import Any

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
