"""What the panel for writes is made of: lines, what is given before it is armed, a difference, the button."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from tui.domain.text import clean, named
from tui.domain.writes import words as change_words
from tui.domain.writes.changes import Change, Plan
from tui.widgets.inputs import CalmInput

DIFFERENCE_SHOWN = 400  # lines of the difference between two texts


class PanelLine(CalmInput):
    """A line of the panel; enter is the panel's, and up and down go through what ``offers`` could stand in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, value: str = "", placeholder: str = "", line_id: str = "", *, round_again: bool = False) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, id=line_id)
        self.select_on_focus = False
        self.offers: list[str] = []
        self._round_again = round_again

    def action_step(self, by: int) -> None:
        if not self.offers:
            return
        at = self.offers.index(self.value.strip()) + by if self.value.strip() in self.offers else 0
        last = len(self.offers)
        self.value = self.offers[at % last if self._round_again else max(0, min(last - 1, at))]
        self.cursor_position = len(self.value)


class Conditions(Vertical):
    """What has to be given before a plan is armed: a reason, and the name of what is protected, typed."""

    def __init__(self) -> None:
        super().__init__(classes="conditions")
        self.why = PanelLine(line_id="why")
        self.typed = PanelLine(line_id="typed")
        self._plan = Plan(())

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field", id="why-field"):
            yield Static(Content("why"), classes="label")
            yield self.why
        with Horizontal(classes="field", id="typed-field"):
            yield Static(Content("type"), classes="label")
            yield self.typed

    def take(self, plan: Plan, *, anew: bool) -> None:
        """Ask for what a plan wants; what was typed for another plan is typed again if it is begun ``anew``."""
        self._plan = plan
        if anew:
            self.typed.value = ""
        self.typed.placeholder = f"type {named(plan.typed)} to go on"
        self.why.placeholder = "a reason, for the ledger" + ("" if plan.asks_why == "must" else " (may be left out)")

    def show(self, *, asked: bool) -> None:
        """Show the lines that the plan wants, where anything is asked at all."""
        fields = {"#why-field": bool(self._plan.asks_why), "#typed-field": bool(self._plan.typed)}
        for field, wanted in fields.items():
            self.query_one(field).display = asked and wanted
        self.display = asked and any(fields.values())

    @property
    def first(self) -> PanelLine | None:
        """The line that has the keys at first; None where nothing is asked for."""
        return self.typed if self._plan.typed else self.why if self._plan.asks_why else None

    @property
    def reason(self) -> str:
        return self.why.value.strip()

    def lacking(self) -> tuple[str, PanelLine] | None:
        """What has not been given, and in which line; None where nothing lacks."""
        wanted = self._plan.typed
        if self._plan.asks_why == "must" and not self.reason:
            return "This context wants a reason for each of these: say why.", self.why
        if wanted and not {self.typed.value, self.typed.value.strip()} & {wanted, named(wanted)}:
            why = "That is not it" if self.typed.value else self._plan.guard or "This cannot be undone"
            return f"{why}: type {named(wanted)} to go on.", self.typed
        return None


class TextDifference(VerticalScroll):
    """What a text that needs room will be, against what it is; nothing where a change has no such text."""

    def __init__(self) -> None:
        super().__init__(classes="difference", can_focus=False)
        self._lines = Static()

    def compose(self) -> ComposeResult:
        yield self._lines

    def show(self, change: Change | None, found: str | None, *, instead: bool) -> None:
        """Show it of a change; ``found`` is what was there where that was looked at (``instead``)."""
        self.display = change is not None and change_words.needs_room(change)
        if change is None or not self.display:
            return
        parts: list[tuple[str, str]] = []
        for line in change_words.difference(change, found, found=instead)[:DIFFERENCE_SHOWN]:
            tone = {"+": "$success", "-": "$error", "@": "$text-muted"}.get(line[:1], "")
            parts.append((("\n" if parts else "") + clean(line), tone))
        self._lines.update(Content.assemble(*parts))


class GoOn(Static, can_focus=True):
    """The button: enter on it goes on, up and down look through the rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.go_on", show=False),
        Binding("down,up,pagedown,pageup,j,k,home,end", "screen.look_through", show=False),
    ]

    async def on_click(self, event: Click) -> None:
        event.stop()
        await self.run_action("screen.go_on")
