"""The right side of artifacts: the preview of a file, and the bar to search it by."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.glyphs import ASCII, Glyphs
from tui.ui.filterable import Filtered
from tui.widgets.preview.preview_view import PreviewView
from tui.widgets.preview.tree_grid import TreeGrid


class PreviewPart(Vertical, Filtered):
    """The right side: the preview and the bar to search it by."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("preview")]
    filter_hint = "text to find"
    nothing_to_ask = "A search is of what has been read; m reads more"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(classes="artifacts-preview")
        self.view = PreviewView(glyphs=glyphs, plain=glyphs is ASCII)
        self._text = ""

    def compose(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view.shown

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold_all":
            return isinstance(self.view.shown, TreeGrid)
        return True

    async def action_search(self) -> None:
        await self.open_bar()

    def action_fold_all(self) -> None:
        if isinstance(self.view.shown, TreeGrid):
            self.view.shown.fold_all()

    def filter_text(self) -> str:
        return self._text

    def filter_edited(self, text: str) -> None:
        self._text = text
        self.view.search(text)
        self.say_in_bar(self.view.match_words())

    def filter_dropped(self) -> bool:
        had, self._text = bool(self._text), ""
        self.view.search("")
        return had
