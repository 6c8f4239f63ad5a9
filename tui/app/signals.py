"""What ends the deck from outside: a signal, or a terminal that is gone. It leaves as if by its own key."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_S = 5.0
GONE_PATIENCE_S = 1.0  # no terminal is left to be put back as it was
_OF_SHELLS = 128  # a program that a signal has ended is said to have ended with this and the signal's number


@contextmanager
def heeded(leave: Callable[[int], None]) -> Iterator[None]:
    """While this lasts, SIGTERM and SIGHUP call ``leave`` with an exit status, in the main thread.

    So does the end of the terminal on standard input. That a signal is ignored, as ``nohup`` has it, stays so; a
    terminal that is gone is the end nevertheless. A deck that has not left in time is ended all the same.
    """

    def heed(number: int, _frame: FrameType | None = None) -> None:
        _end_after(PATIENCE_S, _OF_SHELLS + number)
        leave(_OF_SHELLS + number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, heed)
    _watch_terminal(leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_after(seconds: float, status: int) -> None:
    last_resort = threading.Timer(seconds, os._exit, (status,))
    last_resort.daemon = True
    last_resort.start()


def _watch_terminal(leave: Callable[[int], None]) -> None:
    """Wait, on a thread of its own and without a cost, until nobody is at the other end of the terminal any more."""
    if not hasattr(select, "poll") or not sys.stdin.isatty():
        return
    hung_up = select.poll()
    hung_up.register(sys.stdin.fileno(), 0)  # errors and the end are told unasked
    status = _OF_SHELLS + signal.SIGHUP

    def watch() -> None:
        hung_up.poll()
        _end_after(GONE_PATIENCE_S, status)
        leave(status)

    threading.Thread(target=watch, name="terminal-watch", daemon=True).start()
