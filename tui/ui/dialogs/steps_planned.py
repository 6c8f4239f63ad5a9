"""What is about to be written to several things, each with what it has now and what it will have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.ui.breakpoints import BREAKPOINTS
from tui.ui.deck import Deck
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

_WIDEST = 40


class Step(NamedTuple):
    """One thing, and its value now and then; None where there is none."""

    name: str
    now: str | None
    then: str | None


class StepsPlannedModal(ModalScreen[bool]):
    """Answers True where the steps are to be gone."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, what: str, steps: Sequence[Step]) -> None:
        super().__init__(classes="plan-modal")
        self._title_text = title
        self._what = what
        self._steps = steps

    def compose(self) -> ComposeResult:
        glyphs = cast(Deck, self.app).glyphs
        cells = {
            "name": [clean(step.name) for step in self._steps],
            "now": [glyphs.absent if step.now is None else clean(step.now) for step in self._steps],
            "then": [glyphs.absent if step.then is None else clean(step.then) for step in self._steps],
        }
        titles = {"name": self._what, "now": "now", "then": "then"}
        columns = [
            Column(key, titles[key], min(_WIDEST, max(map(width, (titles[key], *texts)))) + 1, frozen=key == "name")
            for key, texts in cells.items()
        ]
        then: list[Tone] = [
            "muted" if step.now == step.then else "warn" if step.then is None else "accent" for step in self._steps
        ]
        grid = PlainGrid(glyphs=glyphs)
        rows = [str(row) for row in range(len(self._steps))]
        grid.table = RowsTable(columns, rows, cells, {"now": ["muted"] * len(rows), "then": then})
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {clean(self._title_text)} ")
            frame.border_subtitle = Content(" enter write   esc leave ")
            yield grid

    def on_mount(self) -> None:
        self.query_one(PlainGrid).focus()

    @on(Grid.Opened)
    def _gone_on(self, event: messages.Opened) -> None:
        event.stop()
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
