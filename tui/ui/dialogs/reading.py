"""What stands over a screen while something is asked before a write: keys typed meanwhile reach nothing beneath."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.resources import style_sheets
from tui.ui.breakpoints import BREAKPOINTS


class ReadingModal(ModalScreen[bool]):
    """Says what is being read; ends with True when it has been, with False where a person leaves."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(self, title: str, words: str) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._words = words
        self._over = False
        self._answered = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" esc leave ")
            yield Static(Content(self._words), classes="words")

    def end(self) -> None:
        """It has been read: go on as soon as nothing lies over this."""
        self._over = True
        if self.is_current:
            self._answer(read=True)

    def on_screen_resume(self) -> None:
        if self._over:
            self._answer(read=True)

    def action_leave(self) -> None:
        self._answer(read=False)

    def _answer(self, *, read: bool) -> None:
        """Answer once: what was read may be there before the screen is told that it is shown, or while one leaves."""
        if not self._answered:
            self._answered = True
            self.dismiss(read)
