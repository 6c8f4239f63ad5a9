"""A line to type in whose cursor stands still: an idle screen sends nothing, a slow line least of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static, TextArea

from tui.domain.text import clean


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


# The bar in which a filter is typed: live at each key, with its error beside it for as long as it is wrong.


Complete = Callable[[str, int], tuple[str, int] | None]
"""From a text and a cursor position to the completed text and where the cursor then belongs, or None."""


class FilterInput(CalmInput):
    """The line itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "keep", id="bar.accept", show=False),
        Binding("ctrl+s", "server", "ask the server", id="bar.server", show=False),
        Binding("escape", "clear", "clear", id="bar.clear", show=False),
        Binding("tab", "complete", "complete", id="bar.complete", show=False),
    ]

    def action_accept(self) -> None:
        self.post_message(FilterBar.Kept(self.value))

    def action_server(self) -> None:
        self.post_message(FilterBar.Asked(self.value))

    def action_clear(self) -> None:
        self.post_message(FilterBar.Dropped())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        bar = next((above for above in self.ancestors if isinstance(above, FilterBar)), None)
        return not (action == "server" and bar is not None and bar.never_asks)

    def why_off(self, verb: str) -> str:
        """Why nothing can be asked of the server."""
        return self.query_ancestor(FilterBar).never_asks

    def action_complete(self) -> None:
        bar = self.query_ancestor(FilterBar)
        completed = bar.complete(self.value, self.cursor_position) if bar.complete else None
        if completed is not None:
            self.value, self.cursor_position = completed


class FilterBar(Vertical):
    """One line to type in, and under it a line that says what is wrong or what was sent where."""

    @dataclass
    class Edited(Message):
        """The text changed."""

        text: str

    @dataclass
    class Kept(Message):
        """The text is to stay, and the focus to go back to the list."""

        text: str

    @dataclass
    class Asked(Message):
        """The text is to be sent to the server."""

        text: str

    @dataclass
    class Dropped(Message):
        """The filter is to be taken away."""

    def __init__(
        self, text: str = "", *, placeholder: str = "", complete: Complete | None = None, never_asks: str = ""
    ) -> None:
        super().__init__(classes="filter-bar")
        self.complete = complete
        self.never_asks = never_asks  # why there is nothing to ask a server for; "" where there is
        self.input = FilterInput(
            text, placeholder=placeholder, compact=True, select_on_focus=False, classes="filter-input"
        )
        self._word = Static(Content.styled("/", "bold $accent"), classes="filter-sign")
        self._note = Static("", classes="filter-note", markup=False)
        self._note.display = False

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter-row"):
            yield self._word
            yield self.input
        yield self._note

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.value))

    def note(self, text: str, tone: str = "") -> None:
        """Say something under the line until it is said otherwise; ``tone`` is "", "warn" or "bad"."""
        self._note.set_class(tone == "bad", "-bad")
        self._note.set_class(tone == "warn", "-warn")
        self._note.update(Content(clean(text)))
        self._note.display = bool(text)

    @property
    def noted(self) -> str:
        """What is said under the line now."""
        return str(self._note.content) if self._note.display else ""
