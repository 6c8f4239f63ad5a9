"""A person's note, rendered as Markdown, that stands where otherwise a list does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widget import Widget

from tui.domain.text import clean_block

if TYPE_CHECKING:
    from textual.widgets import Markdown

NOTE_SHOWN = 100_000  # characters of a note that are laid out


class NoteText(VerticalScroll):
    """Scrolls a note; not on the screen before it is asked for."""

    def __init__(self) -> None:
        super().__init__(classes="note")
        self.display = False
        self._text: Markdown | None = None
        self._shown = ""

    def show(self, note: str) -> None:
        """Show another note; the same one stays as it is, scrolled to where it was."""
        if note == self._shown and self._text is not None:
            return
        self._shown = note
        text = clean_block(note[:NOTE_SHOWN])
        if self._text is None:
            from textual.widgets import Markdown

            self._text = Markdown(text, open_links=False)
            self.mount(self._text)
        else:
            self._text.update(text)


def stand_in(shown: Widget, hidden: Widget) -> None:
    """Put one widget where the other was, with the keys if that had them."""
    had_focus = hidden.has_focus
    shown.display = True
    hidden.display = False
    if had_focus:
        shown.focus()
