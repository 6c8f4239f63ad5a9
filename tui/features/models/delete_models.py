"""Confirming that several models are deleted: what goes with each is shown, and how many they are is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.services.models_together import Going
from tui.ui.breakpoints import BREAKPOINTS
from tui.ui.deck import Deck
from tui.widgets.calm_input import CalmInput
from tui.widgets.plain_grid import PlainGrid

_NAME_WIDEST = 40


class DeleteModelsModal(ModalScreen[bool]):
    """Answers True when the phrase has been typed: ``3 models``, or the name where only one is left."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "turn", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, models: Sequence[Going]) -> None:
        super().__init__(classes="plan-modal")
        self._models = models
        self.phrase = models[0].model.name if len(models) == 1 else f"{len(models)} models"
        self.input = CalmInput(placeholder="type it", compact=True)
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        glyphs = cast(Deck, self.app).glyphs
        cells = {
            "model": [clean(one.model.name) for one in self._models],
            "versions": [one.versions_words for one in self._models],
            "aliases": [clean(one.aliases_words) or glyphs.absent for one in self._models],
        }
        titles = {"model": "model", "versions": "versions", "aliases": "aliases that go with it"}
        columns = [
            Column(
                key,
                titles[key],
                min(_NAME_WIDEST if key == "model" else 200, max(map(width, (titles[key], *texts)))) + 1,
                frozen=key == "model",
            )
            for key, texts in cells.items()
        ]
        tones: dict[str, list[Tone]] = {"aliases": ["warn" if one.model.aliases else "muted" for one in self._models]}
        grid = PlainGrid(glyphs=glyphs)
        grid.table = RowsTable(columns, [one.model.name for one in self._models], cells, tones)
        words = "These are deleted for good, with all their versions; this cannot be undone."
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" Delete {len(self._models)} model{'' if len(self._models) == 1 else 's'} ")
            frame.border_subtitle = Content(" enter delete   tab the list   esc leave ")
            yield Static(Content(words), classes="words")
            yield grid
            yield Static(Content.assemble("To go on, type  ", (clean(self.phrase), "bold")), classes="words")
            yield self.input
            yield self._state

    def on_mount(self) -> None:
        self.input.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # A name that holds what nobody can type is typed as it is shown.
        if event.value.strip() in (self.phrase, clean(self.phrase)):
            self.dismiss(True)
        else:
            self._state.update(Content("That is not it."))
            self._state.add_class("-bad")

    def action_turn(self) -> None:
        grid = self.query_one(PlainGrid)
        (self.input if grid.has_focus else grid).focus()

    def action_leave(self) -> None:
        self.dismiss(False)
