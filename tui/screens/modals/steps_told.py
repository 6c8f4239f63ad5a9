"""What became of several writes of which not all were done: each by itself, with the offer to finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.table import Column, RowsTable
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.screens.base.breakpoints import BREAKPOINTS
from tui.screens.base.deck import Deck
from tui.screens.modals.change_rows import OUTCOMES
from tui.services.writes import Outcome, Report, S
from tui.widgets.plain_grid import PlainGrid


class StepsToldModal(ModalScreen[bool]):
    """Answers True where what is left is to be finished. ``names`` say what each step of the report was about."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "finish", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: str, names: Sequence[str], report: Report[S]) -> None:
        super().__init__(classes="plan-modal")
        self._title_text = title
        self._names = [clean(name) for name in names]
        self._results = report.results
        self._record = f"ledger #{report.number}" if report.number is not None else "not in the ledger"

    def compose(self) -> ComposeResult:
        done = sum(result.outcome is Outcome.DONE for result in self._results)
        words, tones, why = [], [], []
        for result in self._results:
            word, tone = OUTCOMES.get(result.outcome, (result.outcome.value, ""))
            words.append(word)
            tones.append(tone)
            why.append(clean(result.problem.message) if result.problem is not None else "")
        cells = {"what": self._names, "outcome": words, "why": why}
        columns = [
            Column(key, key, max(width(text) for text in (key, *texts)) + 1, frozen=key == "what")
            for key, texts in cells.items()
        ]
        grid = PlainGrid(glyphs=cast(Deck, self.app).glyphs)
        grid.table = RowsTable(columns, [str(row) for row in range(len(words))], cells, {"outcome": tones})
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {clean(self._title_text)}: {done} of {len(words)} done ")
            frame.border_subtitle = Content(" f finish   esc leave ")
            yield grid
            yield Static(Content(f"{self._record} · f reads what is left again and goes on with it"), classes="state")

    def on_mount(self) -> None:
        self.query_one(PlainGrid).focus()

    def action_finish(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
