"""What a signal to end does to the deck: it leaves as if by its own key, so that the terminal is as it was before."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_S = 5.0
_OF_SHELLS = 128  # a program that a signal has ended is said to have ended with this and the signal's number


@contextmanager
def heeded(leave: Callable[[int], None]) -> Iterator[None]:
    """While this lasts, SIGTERM and SIGHUP call ``leave`` with an exit status, in the main thread.

    A deck that has not left by then, its terminal gone perhaps, is ended all the same. A signal that is ignored, as
    ``nohup`` has it, stays so.
    """

    def heed(number: int, _frame: FrameType | None) -> None:
        status = _OF_SHELLS + number
        last_resort = threading.Timer(PATIENCE_S, os._exit, (status,))
        last_resort.daemon = True
        last_resort.start()
        leave(status)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, heed)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
