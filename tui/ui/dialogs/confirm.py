"""Confirming a write: by enter what only adds, by typing a name what cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.text import clean
from tui.resources import style_sheets
from tui.widgets.calm_input import CalmInput


class TypeNameModal(ModalScreen[bool]):
    """Answers True when ``name`` has been typed and entered; ``lines`` say what goes with it."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, lines: Sequence[str], name: str) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._lines = tuple(lines)
        self._wanted = name
        self.input = CalmInput(placeholder="type the name", compact=True)
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {clean(self._title_text)} ")
            frame.border_subtitle = Content(" enter delete   esc leave ")
            for line in self._lines:
                yield Static(Content(clean(line)), classes="words")
            yield Static(Content.assemble("To go on, type  ", (clean(self._wanted), "bold")), classes="words")
            yield self.input
            yield self._state

    def on_mount(self) -> None:
        self._state.display = False
        self.input.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # A name that holds what nobody can type is typed as it is shown.
        if event.value in (self._wanted, clean(self._wanted)):
            self.dismiss(True)
        else:
            self._state.update(Content("That is not the name."))
            self._state.display = True

    def action_leave(self) -> None:
        self.dismiss(False)


class ConfirmPlanModal(ModalScreen[bool]):
    """Shows what will be done, a sentence a line; answers True when it is entered."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: str, plan: str, lines: Sequence[str]) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._plan = plan
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {clean(self._title_text)} ")
            frame.border_subtitle = Content(" enter does it   esc leave ")
            yield Static(Content.assemble((clean(self._plan), "bold")), classes="words")
            for line in self._lines:
                yield Static(Content(clean(line)), classes="words")

    def action_go_on(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
