"""A program on a real pseudo-terminal: keys go in as bytes, and what it draws is read as a terminal would show it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

PATIENCE = 60.0  # seconds; only a test that fails waits this long
KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "backspace": "\x7f", "delete": "\x1b[3~",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "shift+tab": "\x1b[Z", "f1": "\x1bOP", "f3": "\x1bOR",
}  # fmt: skip
_DISPOSED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP, signal.SIGCONT)
_MODES_OFF_AT_END = {
    "the alternate screen": (b"?1049", "off"),
    "the mouse": (b"?1000", "off"),
    "mouse movements": (b"?1003", "off"),
    "bracketed paste": (b"?2004", "off"),
    "the cursor": (b"?25", "on"),
}


def _of_terminal(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with a terminal's own part in it; its size is asked of the terminal, not of COLUMNS."""
    elsewhere = ("COLUMNS", "LINES", "SSH_CONNECTION", "SSH_TTY")  # of whoever runs the tests
    kept = {name: value for name, value in environ.items() if name not in elsewhere}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


def _state(pid: int) -> str:
    """One letter for what a process is doing, of Linux: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]


class Terminal:
    """One program on one pseudo-terminal, ended at the latest when the ``with`` block ends."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 36),
        environ: Mapping[str, str],
        cwd: str,
        ignored: Collection[signal.Signals] = (),
    ) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.drawn = bytearray()
        self.status: int | None = None
        self._open_end: int | None = None
        self._unread = b""
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the program's side
            try:
                for number in _DISPOSED:  # as a shell in a terminal has them, whatever the tests were started by
                    signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
                os.chdir(cwd)
                os.execvpe(command[0], list(command), _of_terminal(environ))
            finally:
                os._exit(127)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)
        if self._open_end is not None:
            os.close(self._open_end)

    def text(self) -> str:
        """What the terminal shows, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        """Send keys, by name (``enter``, ``ctrl+s``) or as the character itself."""
        for key in keys:
            code = KEYS.get(key) or (chr(ord(key[5:].upper()) & 0x1F) if key.startswith("ctrl+") else key)
            os.write(self._fd, code.encode())

    def wipe(self) -> None:
        """Lose all that the terminal shows, as when something else has written over it."""
        self.screen.erase_in_display(2)

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size; what it shows is lost meanwhile."""
        self.screen.resize(rows, columns)
        self.wipe()
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stop_and_continue(self) -> None:
        """Put the program in the background, as ctrl+z of a shell does, lose what is shown, and bring it back."""
        os.kill(self.pid, signal.SIGTSTP)
        self.until_stopped()
        self.wipe()
        os.kill(self.pid, signal.SIGCONT)

    def until_stopped(self) -> None:
        """Wait until the program is in the background."""
        self._wait(lambda: _state(self.pid) == "T", "it has stopped", PATIENCE)

    def settings(self) -> list[object]:
        """What the terminal is set to: echo, whole lines and the like."""
        return list(termios.tcgetattr(self._fd))

    def hang_up(self) -> None:
        """Close the terminal under the program, as a lost connection does."""
        silent, open_end = os.pipe()
        os.dup2(silent, self._fd)  # nothing more is heard of it
        os.close(silent)
        self._open_end = open_end

    def type(self, text: str) -> None:
        """Send a text as it is."""
        os.write(self._fd, text.encode())

    def until(self, text: str, *, patience: float = PATIENCE) -> None:
        """Wait until the terminal shows a text; fails with what it shows if it never does."""
        self._wait(lambda: text in self.text(), f"it shows “{text}”", patience)

    def until_match(self, pattern: str, *, patience: float = PATIENCE) -> re.Match[str]:
        """Wait until what the terminal shows matches a pattern, and answer the match."""
        self._wait(lambda: re.search(pattern, self.text()) is not None, f"it matches {pattern!r}", patience)
        found = re.search(pattern, self.text())
        assert found is not None
        return found

    def until_sent(self, sequence: bytes, *, patience: float = PATIENCE) -> None:
        """Wait until the program has sent these bytes, shown or not."""
        self._wait(lambda: sequence in self.drawn, f"it has sent {sequence!r}", patience)

    def until_gone(self, text: str, *, patience: float = PATIENCE) -> None:
        """Wait until the terminal no longer shows a text."""
        self._wait(lambda: text not in self.text(), f"it no longer shows “{text}”", patience)

    def until_holds(self, predicate: Callable[[], bool], description: str, *, patience: float = PATIENCE) -> None:
        """Wait until something is true of what was drawn."""
        self._wait(predicate, description, patience)

    def wait_for_end(self, *, patience: float = PATIENCE) -> int:
        """Wait until the program has ended, and answer its exit status (negative: the signal that ended it)."""
        self._wait(lambda: self.status is not None, "it ends", patience)
        assert self.status is not None
        return self.status

    def left_on(self) -> list[str]:
        """What the program changed in the terminal and did not put back."""
        wrong = []
        for what, (mode, wanted) in _MODES_OFF_AT_END.items():
            said = re.findall(rb"\x1b\[" + re.escape(mode) + rb"([hl])", bytes(self.drawn))
            if said and said[-1] != (b"l" if wanted == "off" else b"h"):
                wrong.append(f"{what} is not {wanted}")
        return wrong

    def _wait(self, predicate: Callable[[], bool], description: str, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not predicate():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain until {description}; it shows:\n{self.text()}")
            if not self._take(0.05) and self.status is not None and not predicate():
                raise AssertionError(f"it ended (status {self.status}) before {description}; it shows:\n{self.text()}")

    def _feed(self, data: bytes) -> None:
        """Show what was drawn without the pictures in it (APC sequences), of which pyte knows nothing."""
        rest = re.sub(rb"\x1b_.*?\x1b\\", b"", self._unread + data, flags=re.DOTALL)
        begun = rest.find(b"\x1b_")
        if begun < 0:
            begun = len(rest) - rest.endswith(b"\x1b")
        self._unread = rest[begun:]
        self._stream.feed(rest[:begun])

    def _take(self, patience: float) -> bool:
        """Read what the program has drawn by now; False if it drew nothing."""
        if select.select([self._fd], [], [], patience)[0]:
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:  # Linux says so when the other side has closed
                data = b""
            if data:
                self.drawn += data
                self._feed(data)
                if b"\x1b[?2026$p" in data:  # a question that today's terminals answer: yes, drawing can be held back
                    os.write(self._fd, b"\x1b[?2026;2$y")
                return True
        if self.status is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.status = os.waitstatus_to_exitcode(status)
        return False
