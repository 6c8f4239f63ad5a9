"""One line to type, with a question above it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.resources import BREAKPOINTS, style_sheets
from tui.widgets.inputs import CalmInput


class AskTextModal(ModalScreen[str | None]):
    """Answers with the line typed, or None."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(self, title: str, question: str, text: str = "", placeholder: str = "") -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._question = question
        self.input = CalmInput(text, placeholder=placeholder, compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" enter go on   esc leave ")
            yield Static(Content(self._question), classes="words")
            yield self.input

    def on_mount(self) -> None:
        self.input.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        self.dismiss(None)
