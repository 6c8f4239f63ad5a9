"""A line to type in whose cursor stands still: an idle screen sends nothing, a slow line least of all."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual.widgets import Input, TextArea


class CalmInput(Input):
    """Textual's line without its blinking, which would send a few cells twice a second."""

    def __init__(self, value: str | None = None, **rest: Any) -> None:
        super().__init__(value, **rest)
        self.set_reactive(Input.cursor_blink, False)


_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x09} | {0x7F: "\u2421"}


class TextBox(TextArea):
    """A TextArea whose control and invisible characters each show as one sign; the text itself keeps them."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, soft_wrap=True, show_line_numbers=False, compact=True, tab_behavior="focus")
        self.set_reactive(TextArea.cursor_blink, False)  # an idle screen sends nothing

    def get_line(self, line_index: int) -> Text:
        return Text(shown(self.document.get_line(line_index)), end="", no_wrap=True)


def shown(line: str) -> str:
    """A line with a sign for each character that is not to reach a terminal; as long as it was."""
    if line.isprintable():
        return line
    return "".join(
        letter if letter.isprintable() or letter in "\t\u00a0" else _PICTURES.get(ord(letter), "\ufffd")
        for letter in line
    )
