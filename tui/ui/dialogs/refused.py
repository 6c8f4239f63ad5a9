"""Why something is not offered, and the statement to ask for."""

from __future__ import annotations

from typing import cast

from textual.content import Content

from tui.domain.models.grants import Refusal
from tui.services.permissions import statements, words
from tui.ui.deck import Deck
from tui.ui.dialogs.whole_text import WholeTextModal


class RefusedModal(WholeTextModal):
    """The reasons in full; ``y`` copies the statements."""

    def __init__(self, title: str, found: tuple[Refusal, ...]) -> None:
        super().__init__(title, words(found))
        self._found = found

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".dialogue").border_subtitle = Content(" y copy the statement   esc leave ")

    def action_copy(self) -> None:
        said = cast(Deck, self.app).copy_text("the statement", statements(self._found))
        self.query_one(".dialogue").border_subtitle = Content(f" {said.splitlines()[0][:70]}   esc leave ")
