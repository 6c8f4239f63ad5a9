"""One line to type: a name, a key, a value; refused where it cannot be, with the reason beneath."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.text import clean
from tui.resources import BREAKPOINTS, style_sheets
from tui.widgets.inputs import CalmInput


class AskLineModal(ModalScreen[str | None]):
    """Answers with the line, or None. ``refuse`` says why a line cannot be, "" where it can.

    ``accept`` is given the line in place of that, and the question stays until it is dismissed.

    A text that holds what cannot be shown as it is, is not offered for editing: it is to be written anew.
    """

    CSS_PATH = style_sheets("dialogs.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(
        self,
        title: str,
        question: str,
        text: str = "",
        *,
        refuse: Callable[[str], str] = lambda line: "" if line.strip() else "Nothing is typed yet.",
        accept: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._question = question
        self._refuse = refuse
        self._accept = accept or self.dismiss
        plain = text if text.isprintable() else ""
        self.input = CalmInput(plain, placeholder=clean(text) if text and not plain else "", compact=True)
        self.input.select_on_focus = False
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" enter go on   esc leave ")
            yield Static(Content(self._question), classes="words")
            yield self.input
            yield self._state

    def on_mount(self) -> None:
        self._state.display = False
        self.input.focus()

    def say(self, text: str) -> None:
        """Say why it does not go on; "" takes that back."""
        self._state.update(Content(text))
        self._state.display = bool(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        refused = self._refuse(event.value)
        if refused:
            self.say(refused)
        else:
            self._accept(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)
