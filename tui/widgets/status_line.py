"""The line at the top: which context, where one is in it, and how true what is shown is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from textual.content import Content
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.text import clean, fit, width
from tui.domain.truth import State, Truth


@dataclass(frozen=True)
class Status:
    """Everything that the line shows."""

    context: str
    place: str
    crumbs: tuple[str, ...] = ()
    read_only: bool = False
    watching: bool = False
    truth: Truth = field(default_factory=Truth)


_TONES = {State.LIVE: "$success", State.OFFLINE: "$error", State.STALE: "$warning", State.BUSY: "$warning"}
RETRIES = "tries again by itself"
RETRIES_FROM = 110  # cells of a line from which on there is room to say so


def truth_words(truth: Truth, zone: tzinfo) -> str:
    """How true, in words: ``live 14:02``, ``as of 13:58 · loading``, ``offline · as of 14:01``."""
    as_of = ""
    if truth.as_of_ms is not None:
        as_of = datetime.fromtimestamp(truth.as_of_ms / 1000, zone).strftime("%H:%M")
    if truth.state is State.LIVE:
        return f"live {as_of}"
    if truth.state is State.CLOSED:
        return "not open"
    if truth.state in (State.WAITING, State.LOADING, State.REMEMBERED):
        return f"as of {as_of} · loading" if as_of else "loading"
    word = {State.OFFLINE: "offline", State.BUSY: "busy"}.get(truth.state, "stale")
    if truth.state is State.BUSY and truth.problem is not None and truth.problem.wait_s:
        word = f"busy, asks for {truth.problem.wait_s} s"
    return f"{word} · as of {as_of}" if as_of else word


class StatusLine(Widget):
    """One line, redrawn only when what it says changes."""

    def __init__(self, status: Status, glyphs: Glyphs, zone: tzinfo) -> None:
        super().__init__(id="status-line")
        self.status = status
        self._glyphs = glyphs
        self._zone = zone

    def show(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Content:
        status, glyphs = self.status, self._glyphs
        cells = self.size.width
        truth = status.truth
        sign = glyphs.live if truth.state is State.LIVE else glyphs.stale
        tone = _TONES.get(truth.state, "dim")
        right: list[tuple[str, str]] = []
        if status.watching:
            right.append(("watching   ", "$accent"))
        if status.read_only:
            right.append(("read-only   ", "bold"))
        again = f" · {RETRIES}" if truth.tries_again and cells >= RETRIES_FROM else ""
        right.append((f"{sign} {truth_words(truth, self._zone)}{again} ", tone))
        right_cells = sum(width(text) for text, _ in right)
        context = f" {clean(status.context)}"
        crumbs = f" {glyphs.separator} ".join(clean(crumb) for crumb in status.crumbs)
        place = f" {glyphs.bullet} {clean(status.place)}"
        room = max(0, cells - right_cells - width(context) - 4)
        # The trail matters most, then the place: on a narrow line the place gives way first.
        crumb_cells = min(width(crumbs), room)
        place_cells = min(width(place), max(0, room - crumb_cells - 3))
        if place_cells < 12:
            place_cells = 0
        gap = "   "
        left = [
            (context, "bold $accent"),
            (fit(place, place_cells, ellipsis=glyphs.ellipsis) if place_cells else "", "dim"),
            (gap, ""),
            (fit(crumbs, crumb_cells, ellipsis=glyphs.ellipsis), "bold"),
        ]
        used = sum(width(text) for text, _ in left)
        return Content.assemble(*left, " " * max(1, cells - used - right_cells), *right)
