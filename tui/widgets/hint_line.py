"""The line at the bottom: what can be done here, and how many requests are under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui.domain.text import clean, fit, width


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
