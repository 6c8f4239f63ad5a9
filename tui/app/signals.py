"""What ends the deck from outside, a signal or a terminal that is gone; and going on from there the next time."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.problem import Problem
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.config.launch import Launch


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


# Going on after the line was cut: the place, the filter and the marks are kept when a signal ends the deck.


class Resuming:
    """What the last session left when it was cut off, and what this one leaves then."""

    def __init__(self, deck: DeckApp, file: Path, *, wanted: bool = False) -> None:
        self._deck = deck
        self._file = file
        self._wanted = wanted

    def keep(self) -> None:
        """Keep where one is; never a reason not to end."""
        page, session, top = self._deck.page, self._deck.session, self._deck.top_here
        browse = self._deck.bottom
        kept: dict[str, Any] = {
            "context": session.name,
            "server": _server(session.launch),
            "top": top,
            "run": getattr(page, "run_id", ""),
            "trace": getattr(page, "trace_id", ""),
            "list": browse.kept_here() if browse is not None else {},
        }
        # Over which experiment's runs or traces one is, or on which model's page: in a list, the cursor is on one only.
        pages = self._deck.pages_here
        over = [place for at in (browse if top == "browse" else None, *pages) if at and (place := at.place_here())]
        kept["experiment"] = next((place.experiment for place in over if place.experiment), "")
        kept["model"] = next((place.model for place in over if place.model), "") if len(pages) > 1 else ""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._file.with_suffix(".part")
            with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
                json.dump(kept, stream)
            os.replace(part, self._file)
        except (OSError, ValueError):
            return

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        here = self._deck.session
        known = isinstance(kept, dict) and kept.get("context") == here.name
        return kept if known and kept.get("server") == _server(here.launch) else {}

    def begin(self) -> None:
        """Go on at once where that was asked for; else offer it."""
        if self._wanted:
            if not self.go():
                self._deck.say("There is nothing to go back to: no session of this context has been cut off")
            return
        kept = self._read()
        if kept:
            where = clean(str(kept.get("model") or kept.get("experiment") or kept.get("top") or "the last place"))
            self._deck.say(f"The last session was cut off at {where}: :resume goes back to it", stays=True)

    def go(self) -> bool:
        """Go back to where the last session was; False where none was cut off."""
        kept = self._read()
        if not kept:
            return False
        self._file.unlink(missing_ok=True)
        try:
            self._deck.go_on(kept)
        except Problem as problem:
            self._deck.say(str(problem))
        return True


def _server(launch: Launch) -> str:
    return uris.in_workspace(uris.masked(launch.tracking_uri), launch.apart)
