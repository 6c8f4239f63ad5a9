"""The lines at the top and the bottom: where one is, how fresh that is, what can be done, what is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.glyphs import Glyphs
from tui.domain.text import clean, fit, width


@dataclass(frozen=True)
class Top:
    """One of the places at the top: its key, what it is called, and what goes there."""

    key: str
    title: str
    name: str = ""  # of the action that goes there


@dataclass(frozen=True)
class Status:
    """Everything that the line shows."""

    context: str
    place: str
    crumbs: tuple[str, ...] = ()
    read_only: bool = False
    watching: float = 0  # every how many seconds it is read again by itself; 0 where it is not
    freshness: Freshness = field(default_factory=Freshness)
    tops: tuple[Top, ...] = ()
    at: str = ""  # the name of the top under all pages
    word: str = ""  # before the context's name, so that it is not taken for another


_TONES = {
    FreshnessState.LIVE: "$success",
    FreshnessState.OFFLINE: "$error",
    FreshnessState.STALE: "$warning",
    FreshnessState.BUSY: "$warning",
}
RETRIES = "tries again by itself"
RETRIES_FROM = 110  # cells of a line from which on there is room to say so


def freshness_words(freshness: Freshness, zone: tzinfo) -> str:
    """How true, in words: ``live 14:02``, ``as of 13:58 · loading``, ``offline · as of 14:01``."""
    as_of = ""
    if freshness.as_of_ms is not None:
        as_of = datetime.fromtimestamp(freshness.as_of_ms / 1000, zone).strftime("%H:%M")
    if freshness.state is FreshnessState.LIVE:
        return f"live {as_of}"
    if freshness.state is FreshnessState.CLOSED:
        return "not open"
    if freshness.state in (FreshnessState.WAITING, FreshnessState.LOADING, FreshnessState.REMEMBERED):
        return f"as of {as_of} · loading" if as_of else "loading"
    word = {FreshnessState.OFFLINE: "offline", FreshnessState.BUSY: "busy"}.get(freshness.state, "stale")
    if freshness.state is FreshnessState.BUSY and freshness.problem is not None and freshness.problem.wait_s:
        word = f"busy, asks for {freshness.problem.wait_s} s"
    return f"{word} · as of {as_of}" if as_of else word


TRAIL_KEEPS = 12  # cells of the trail that stay before the names of the other places are cut
CRUMB_SHOWS = 4  # cells of a crumb under which it is left out rather than cut
CONTEXT_SHOWS = 8  # cells of the context's name that stay however little room there is
PLACE_NEEDS = 12  # cells under which the address is left out


class StatusLine(Widget):
    """One line, redrawn only when what it says changes; places and crumbs on it can be clicked."""

    @dataclass
    class TopPressed(Message):
        """One of the places at the top was clicked."""

        name: str

    @dataclass
    class CrumbPressed(Message):
        """A crumb was clicked: so many before the last."""

        before_last: int

    def __init__(self, status: Status, glyphs: Glyphs, zone: tzinfo) -> None:
        super().__init__(id="status-line")
        self.status = status
        self._glyphs = glyphs
        self._zone = zone
        self._targets: list[tuple[int, int, Message]] = []  # from and to which cell a click means what

    def show(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Content:
        status, glyphs = self.status, self._glyphs
        cells = self.size.width
        right = self._right(cells)
        right_cells = sum(width(text) for text, _ in right)
        word = f" {clean(status.word)} " if status.word else ""
        crumbs = self._trail()
        crumb_cells = sum(width(text) for text, _, _ in crumbs)
        room = cells - right_cells - width(word) - 3
        # A long name gives way to the place that is lit and to the keys of the others.
        least = sum(width(text) for text, _, _ in self._tops(0))
        context = fit(f" {clean(status.context)}", max(CONTEXT_SHOWS, room - least), ellipsis=glyphs.ellipsis).rstrip()
        parts: list[tuple[str, str, Message | None]] = [
            (word, "bold reverse $accent", None),
            (context, "bold $accent", None),
        ]
        room -= width(context)
        # The trail is cut before the places' names are left out, and of those the last go first.
        for named in range(len(status.tops), -1, -1):
            tops = self._tops(named)
            if sum(width(text) for text, _, _ in tops) + min(crumb_cells, TRAIL_KEEPS) <= room:
                break
        room -= sum(width(text) for text, _, _ in tops)
        # On a narrow line the address gives way to the trail.
        address = fit(
            f" {glyphs.bullet} {clean(status.place)}", max(0, room - crumb_cells - 3), ellipsis=glyphs.ellipsis
        ).rstrip()
        parts += [(address if width(address) >= PLACE_NEEDS else "", "dim", None), *tops, ("   ", "", None)]
        used = sum(width(text) for text, _, _ in parts)
        parts += _from_the_end(crumbs, max(0, cells - right_cells - used - 1), glyphs.ellipsis)
        self._targets = []
        at = 0
        for text, _, target in parts:
            if target is not None:
                self._targets.append((at, at + width(text), target))
            at += width(text)
        said = [(text, style) for text, style, _ in parts]
        return Content.assemble(*said, " " * max(1, cells - at - right_cells), *right)

    def _right(self, cells: int) -> list[tuple[str, str]]:
        status, glyphs = self.status, self._glyphs
        freshness = status.freshness
        sign = glyphs.live if freshness.state is FreshnessState.LIVE else glyphs.stale
        tone = _TONES.get(freshness.state, "dim")
        right: list[tuple[str, str]] = []
        if status.watching:
            right.append((f"watching {status.watching:g} s   ", "$accent"))
        if status.read_only:
            right.append(("read-only   ", "bold"))
        again = f" · {RETRIES}" if freshness.tries_again and cells >= RETRIES_FROM else ""
        right.append((f"{sign} {freshness_words(freshness, self._zone)}{again} ", tone))
        return right

    def _tops(self, named: int) -> list[tuple[str, str, Message | None]]:
        """The places at the top, the one here lit and in brackets, the first so many by name, the others by key."""
        parts: list[tuple[str, str, Message | None]] = []
        for number, top in enumerate(self.status.tops):
            here = top.name == self.status.at
            text = f"{top.key} {top.title}" if here or number < named else top.key
            text = f"[{text}]" if here else f" {text} "
            parts.append((text if parts else f"  {text}", "bold $accent" if here else "", self.TopPressed(top.name)))
        return parts

    def _trail(self) -> list[tuple[str, str, Message | None]]:
        parts: list[tuple[str, str, Message | None]] = []
        last = len(self.status.crumbs) - 1
        for number, crumb in enumerate(self.status.crumbs):
            if number:
                parts.append((f" {self._glyphs.separator} ", "bold", None))
            parts.append((clean(crumb), "bold", self.CrumbPressed(last - number) if number < last else None))
        return parts

    def on_click(self, event: Click) -> None:
        for start, end, target in self._targets:
            if start <= event.x < end:
                self.post_message(target)
                return


def _from_the_end(
    parts: list[tuple[str, str, Message | None]], room: int, ellipsis: str
) -> list[tuple[str, str, Message | None]]:
    """As many parts as fit, the last ones first: where one is matters more than where one came from."""
    every = sum(width(text) for text, _, _ in parts)
    if every <= room or not parts:
        return parts
    kept: list[tuple[str, str, Message | None]] = []
    room -= width(ellipsis)
    for text, style, target in reversed(parts):
        if width(text) > room:
            if not kept or room >= CRUMB_SHOWS:
                return [(fit(text, room + width(ellipsis), ellipsis=ellipsis), style, target), *kept]
            break
        kept.insert(0, (text, style, target))
        room -= width(text)
    return [(ellipsis, "dim", None), *kept]


# The line at the bottom: what can be done here, and how many requests are under way.


@dataclass(frozen=True)
class Hint:
    """A key as people write it, and what it does in a word or two."""

    key: str
    title: str
    pinned: bool = False  # has its room before the others

    @property
    def cells(self) -> int:
        return width(self.key) + 1 + width(self.title) + 3


class HintLine(Widget):
    """Hints by rank, as many as fit; a message takes their place for some ``seconds``, or until the next action.

    With 0 seconds a message stays until then.
    """

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(id="hint-line")
        self._seconds = seconds
        self._back: Timer | None = None
        self._hints: tuple[Hint, ...] = ()
        self._message, self._kept = "", ""
        self._requests = 0
        self._waits = ""
        self._progress = ""

    @property
    def message(self) -> str:
        return self._message + self._kept

    def show(self, hints: Sequence[Hint]) -> None:
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.refresh()

    def say(self, message: str, kept: str = "", *, stays: bool = False) -> None:
        """Show one line of text instead of the hints, until the next action if it ``stays``; an empty one ends that.

        Where there is no room for all of it, ``kept``, its end, stays whole: what can be done next.
        """
        if self._back is not None:
            self._back.stop()
        seconds = 0.0 if stays or not message else self._seconds
        self._back = self.set_timer(seconds, lambda: self.say("")) if seconds else None
        if (message, kept) != (self._message, self._kept):
            self._message, self._kept = message, kept
            self.refresh()

    def count_requests(self, under_way: int, waits: str = "") -> None:
        """Show how many requests are under way, and the words that follow on that."""
        if (under_way, waits) != (self._requests, self._waits):
            self._requests, self._waits = under_way, waits
            self.refresh()

    def show_progress(self, words: str) -> None:
        """Show what else goes on, and how far it has come."""
        if words != self._progress:
            self._progress = words
            self.refresh()

    def _fitting(self, room: int) -> list[Hint]:
        """The hints that there is room for, by rank; those pinned first, each at its place."""
        room += 3  # the last needs no gap after it
        reserved = sum(hint.cells for hint in self._hints if hint.pinned)
        fitting: list[Hint] = []
        full = False
        for hint in self._hints:
            if hint.pinned:
                reserved -= hint.cells
            elif full or hint.cells + reserved > room:
                full = True
                continue
            fitting.append(hint)
            room -= hint.cells
        return fitting

    def render(self) -> Content:
        cells = self.size.width
        right = ""
        if self._requests:
            right = f" {self._requests} request{'s' if self._requests > 1 else ''}{self._waits} "
        if self._progress:
            right = fit(f" {clean(self._progress)} ", min(cells // 2, width(self._progress) + 2)) + right
        said, kept = " " + clean(self._message), clean(self._kept)
        if self._message and width(said) + width(kept) + width(right) > cells:
            right = ""  # what was just said goes before what is under way
        room = cells - width(right)
        parts: list[tuple[str, str]] = []
        if self._message:
            if width(said) + width(kept) > room:
                said = fit(said, max(1, room - width(kept)))
            parts.append((fit(said + kept, room), "$text-accent"))
        else:
            used = 1
            parts.append((" ", ""))
            for number, hint in enumerate(self._fitting(room - used)):
                gap = "   " if number else ""
                parts += [(gap + hint.key, "bold $accent"), (f" {hint.title}", "$text-muted")]
                used += hint.cells if number else hint.cells - 3
            parts.append((" " * max(0, room - used), ""))
        return Content.assemble(*parts, (right, "$text-muted"))
