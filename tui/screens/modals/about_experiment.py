"""What an experiment is: its facts, tags and note, from where the note can be edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.modals.whole_text import WholeTextModal


class AboutExperimentModal(WholeTextModal):
    """The text to read; ``edit`` is called once this is closed by the key for the note."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "edit the note", show=False)]

    def __init__(self, title: str, text: str, edit: Callable[[], object], *, may_edit: bool) -> None:
        super().__init__(title, text)
        self._edit = edit
        self._may_edit = may_edit

    def on_mount(self) -> None:
        super().on_mount()
        if self._may_edit:
            self.query_one(".dialogue").border_subtitle = Content(" e edit the note   y copy   esc leave ")

    def action_edit(self) -> None:
        self.dismiss(None)
        self._edit()
