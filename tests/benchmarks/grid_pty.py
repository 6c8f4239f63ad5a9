"""A program on a pseudo-terminal: keys in, bytes timed, and the screen that they make."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pyte

Cells = list[list[pyte.screens.Char]]


@dataclass(frozen=True)
class Drawn:
    """What one key caused: seconds to the last byte, bytes, and how the screen changed."""

    seconds: float
    size: int
    changed: int  # cells that look otherwise than before
    touched: int  # cells of the lines in which any does


class Program:
    """A child on its own pseudo-terminal, with true colour and synchronised output as today's terminals have them."""

    def __init__(self, argv: Sequence[str], columns: int, lines: int) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._unread = bytearray()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
            os.environ.pop("NO_COLOR", None)
            os.execv(argv[0], list(argv))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, timeout: float) -> bool:
        if not select.select([self._fd], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError as error:
            raise RuntimeError("the program ended:\n" + self.text()) from error
        if b"\x1b[?2026$p" in data:
            os.write(self._fd, b"\x1b[?2026;2$y")
        self._unread += data
        return True

    def _parse(self) -> None:
        self._stream.feed(bytes(self._unread))
        self._unread.clear()

    def text(self) -> str:
        """The screen as lines of text."""
        self._parse()
        return "\n".join(self._screen.display)

    def cells(self) -> Cells:
        """Every cell of the screen with its look."""
        self._parse()
        columns = range(self._screen.columns)
        return [[self._screen.buffer[y][x] for x in columns] for y in range(self._screen.lines)]

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until ``text`` is on the screen and the program has fallen silent."""
        end = time.perf_counter() + seconds
        while text not in self.text():
            if time.perf_counter() > end:
                raise RuntimeError(f"{text!r} did not come:\n{self.text()}")
            self._read(0.05)
        while self._read(0.5):
            pass

    def press(self, keys: str, quiet: float = 0.06) -> Drawn:
        """Send keys and take in what they cause, until no byte has come for ``quiet`` seconds (at first ten times)."""
        before = self.cells()
        begin = last = time.perf_counter()
        os.write(self._fd, keys.encode())
        patience = quiet * 10
        while self._read(max(0.0, last + patience - time.perf_counter())):
            last = time.perf_counter()
            patience = quiet
        size = len(self._unread)
        after = self.cells()
        changed = [sum(a != b for a, b in zip(old, new, strict=True)) for old, new in zip(before, after, strict=True)]
        return Drawn(last - begin, size, sum(changed), self._screen.columns * sum(map(bool, changed)))

    def send(self, keys: str, seconds: float) -> None:
        """Send keys and take in what comes for so many seconds."""
        os.write(self._fd, keys.encode())
        self.idle(seconds)

    def idle(self, seconds: float) -> int:
        """How many bytes come while nobody does anything."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)
        size = len(self._unread)
        self._parse()
        return size

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


def module(name: str, *arguments: str) -> list[str]:
    """The command line of a module under this Python."""
    return [sys.executable, "-m", name, *arguments]
