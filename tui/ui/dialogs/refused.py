"""Why something is not offered, and the statement to ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.domain.models.grants import Refusal
from tui.services.permissions import doubtful, statements, words
from tui.ui.deck import Deck
from tui.ui.dialogs.whole_text import WholeTextModal


class RefusedModal(WholeTextModal):
    """The reasons in full; ``y`` copies the statements, ``w`` goes on where all rests on a doubt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "go_on", show=False)]

    def __init__(self, title: str, found: tuple[Refusal, ...], go_on: Callable[[], None]) -> None:
        super().__init__(title, words(found))
        self._found = found
        self._go_on = go_on
        self._keys = "w try all the same   esc leave" if doubtful(found) else "esc leave"

    def action_go_on(self) -> None:
        """Let the server decide."""
        if doubtful(self._found):
            self.dismiss(None)
            self._go_on()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".dialogue").border_subtitle = Content(f" y copy the statement   {self._keys} ")

    def action_copy(self) -> None:
        said = cast(Deck, self.app).copy_text("the statement", statements(self._found))
        self.query_one(".dialogue").border_subtitle = Content(f" {said.splitlines()[0][:70]}   {self._keys} ")
