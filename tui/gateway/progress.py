"""How far a long operation has come: reported by whoever does it, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]
"""Called with what is done, of how much (0 where unknown), and what is being done."""

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


@contextmanager
def reported_to(listener: Listener) -> Iterator[None]:
    """Within this block, in this thread, ``report`` reaches ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(done: int, total: int, doing: str) -> None:
    """Say how far the present operation has come; nothing happens where nobody listens."""
    listener = _listener.get()
    if listener:
        listener(done, total, doing)
