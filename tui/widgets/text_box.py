"""A box to edit a text of several lines in, which shows what would act on a terminal as a sign."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

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
