"""A line of tabs, each with its count: ``[Params 14]  Metrics 9  Tags 6``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from tui.domain.text import width

if TYPE_CHECKING:
    from tui.domain.values import RunDetail


@dataclass(frozen=True)
class Tab:
    """One tab: an id, its title, and how many things are in it (None where counting means nothing)."""

    id: str
    title: str
    count: int | None = None

    @property
    def label(self) -> str:
        return self.title if self.count is None else f"{self.title} {self.count}"


class TabLine(Widget):
    """The tabs of a pane; the current one stands in brackets, so that it shows without colour."""

    @dataclass
    class Pressed(Message):
        """A tab was clicked."""

        id: str

    def __init__(self) -> None:
        super().__init__(classes="tab-line")
        self._tabs: tuple[Tab, ...] = ()
        self._current = ""

    def show(self, tabs: Sequence[Tab], current: str) -> None:
        if (tuple(tabs), current) != (self._tabs, self._current):
            self._tabs, self._current = tuple(tabs), current
            self.refresh()

    def _parts(self) -> list[tuple[str, str, str]]:
        parts = []
        for tab in self._tabs:
            here = tab.id == self._current
            empty = tab.count == 0
            style = "bold $accent" if here else ("$muted" if empty else "")
            parts.append((tab.id, f"[{tab.label}]" if here else f" {tab.label} ", style))
        return self._in_sight(parts)

    def _in_sight(self, parts: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """As many tabs as fit, the current one among them; a mark stands for those to the left, and to the right."""
        room = self.size.width
        if not room or sum(width(text) for _, text, _ in parts) <= room:
            return parts
        here = next((at for at, (tab, _, _) in enumerate(parts) if tab == self._current), 0)
        first, last = here, here
        while True:
            marks = (first > 0) + (last < len(parts) - 1)
            cells = sum(width(text) for _, text, _ in parts[first : last + 1])
            after = width(parts[last + 1][1]) if last + 1 < len(parts) else room
            before = width(parts[first - 1][1]) if first else room
            if cells + after + marks <= room:
                last += 1
            elif cells + before + marks <= room:
                first -= 1
            else:
                break
        left = [(parts[first - 1][0], "‹", "$accent")] if first else []
        right = [(parts[last + 1][0], "›", "$accent")] if last + 1 < len(parts) else []
        return [*left, *parts[first : last + 1], *right]

    def render(self) -> Content:
        parts = self._parts()
        cells = sum(width(text) for _, text, _ in parts)
        gap = " " if cells + len(parts) <= self.size.width else ""
        return Content.assemble(*((text + gap, style) for _, text, style in parts))

    def on_click(self, event: Click) -> None:
        parts = self._parts()
        cells = sum(width(text) for _, text, _ in parts)
        gap = 1 if cells + len(parts) <= self.size.width else 0
        start = 0
        for tab, text, _ in parts:
            start += width(text) + gap
            if event.x < start:
                self.post_message(self.Pressed(tab))
                return


# A tab of a run that is a widget of its own, with its own keys: what a pane of tabs asks of it.


class TabPart(Widget):
    """Shown in place of a pane's grid while its tab is the current one."""

    narrows = False  # whether the pane's filter narrows it

    @property
    def shown_count(self) -> int:
        """How many rows are shown."""
        return 0

    def narrow(self, query: str) -> None:
        """Show only what ``query`` leaves."""

    def show_run(self, detail: RunDetail) -> None:
        """The pane shows this run now; the same one again where it was read anew."""

    def read_again(self) -> None:
        """Refresh what is shown."""

    def keys_target(self) -> Widget | None:
        """The widget of it that takes the keys."""
        return next((child for child in self.query("*") if child.focusable), None)

    def step_back(self) -> bool:
        """Go back one step inside it; False when there is none."""
        return False

    def value_here(self) -> tuple[str, str] | None:
        """What ``y`` copies: what it is called, and its text."""
        return None

    def copies_here(self) -> list[tuple[str, str]]:
        """What ``Y`` offers besides what the run itself does."""
        here = self.value_here()
        return [here] if here else []
