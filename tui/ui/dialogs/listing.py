"""The ground of every dialogue that is a list: a title, a line to narrow it by, and a grid."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.glyphs import Glyphs
from tui.domain.table import Table
from tui.domain.text import clean
from tui.resources import BREAKPOINTS, style_sheets
from tui.widgets.grid import Grid, messages
from tui.widgets.inputs import CalmInput

Answer = TypeVar("Answer")


class NarrowInput(CalmInput):
    """A line whose up and down move through the list beside it; ``taken`` keys mean something there and are no text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_list(1)", show=False),
        Binding("up", "to_list(-1)", show=False),
        Binding("ctrl+n", "to_list(1)", show=False),
        Binding("pagedown", "to_list(10)", show=False),
        Binding("pageup", "to_list(-10)", show=False),
    ]

    taken: frozenset[str] = frozenset()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key not in self.taken and super().check_consume_key(key, character)

    def action_to_list(self, rows: int) -> None:
        cast(ListModal[object], self.screen).step(rows)


class ListModal(ModalScreen[Answer | None], Generic[Answer]):
    """A list to choose from: type to narrow it, up and down to move, enter to choose, esc to leave."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    title_text = ""
    hint_text = "enter choose   esc leave"
    taken: frozenset[str] = frozenset()  # keys of letters and signs that are not typed, but bound with priority

    def __init__(self, glyphs: Glyphs, *, query: str = "") -> None:
        super().__init__(classes="list-modal")
        self._glyphs = glyphs
        self._query = query
        self.grid = Grid(glyphs=glyphs)
        self.input = NarrowInput(query, placeholder="type to narrow", compact=True)
        self.input.taken = self.taken

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self.title_text} ")
            frame.border_subtitle = Content(f" {self.hint_text} ")
            yield self.input
            yield self.grid
            yield from self.extras()

    def extras(self) -> ComposeResult:
        """More widgets under the list."""
        yield from ()

    def on_mount(self) -> None:
        self.narrow(self._query)
        self.input.focus()  # whatever is typed narrows the list

    @abstractmethod
    def rows(self, query: str) -> Table:
        """The rows that a query leaves; an empty one leaves all."""

    @abstractmethod
    def chosen(self, row_key: str) -> Answer | None:
        """What choosing that row means; None keeps the dialogue open."""

    def step(self, rows: int) -> None:
        """Move so many rows in the list, from the line."""
        if self.grid.row_count:
            self.grid.move_to_row(max(0, min(self.grid.row_count - 1, self.grid.cursor_row + rows)))

    def narrow(self, query: str) -> None:
        """Show the rows that ``query`` leaves."""
        self._query = query
        self.grid.placeholder = f"Nothing here holds  {clean(query.strip())}" if query.strip() else ""
        self.grid.table = self.rows(query)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.narrow(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose(self.grid.cursor_key)

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self._choose(event.row_key)

    def _choose(self, row_key: str | None) -> None:
        if row_key is None:
            return
        answer = self.chosen(row_key)
        if answer is not None:
            self.dismiss(answer)

    def action_leave(self) -> None:
        self.dismiss(None)


class Words(Static):
    """A line of plain words, never parsed as markup."""

    def __init__(self, text: str, *, classes: str = "words") -> None:
        super().__init__(Content(text), classes=classes)


def narrowed(query: str, texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that hold every word of ``query``, whatever the case."""
    words = query.lower().split()
    return [number for number, text in enumerate(texts) if all(word in text.lower() for word in words)]
