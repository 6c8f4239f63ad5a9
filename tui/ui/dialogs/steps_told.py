"""What became of several writes of which not all were done: each by itself, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.table import Column, RowsTable
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.services.writes import Outcome, Result, S
from tui.ui.breakpoints import BREAKPOINTS
from tui.ui.deck import Deck
from tui.ui.write_words import OUTCOMES
from tui.widgets.plain_grid import PlainGrid

Answer = Literal["finish", "put back"]


class StepsToldModal(ModalScreen["Answer | None"]):
    """Answers what is to be done next. ``names`` say what each step was about, ``record`` where it was recorded.

    ``puts_back`` offers to take back what was done.
    """

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "finish", show=False),
        Binding("b", "put_back", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(
        self, title: str, names: Sequence[str], results: Sequence[Result[S]], record: str, *, puts_back: bool = False
    ) -> None:
        super().__init__(classes="plan-modal")
        self._title_text = title
        self._names = [clean(name) for name in names]
        self._results = results
        done = sum(result.outcome is Outcome.DONE for result in results)
        self._done = done
        self._finishes = done < len(results)
        self._puts_back = puts_back and done > 0
        self._record = record

    def compose(self) -> ComposeResult:
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
            frame.border_title = Content(f" {clean(self._title_text)}: {self._done} of {len(words)} done ")
            keys = ["f finish" if self._finishes else "", "b put back" if self._puts_back else "", "esc leave"]
            frame.border_subtitle = Content(f" {'   '.join(key for key in keys if key)} ")
            yield grid
            yield Static(Content(" · ".join(self._state_words())), classes="state")

    def _state_words(self) -> list[str]:
        words = [self._record]
        if any(result.outcome is Outcome.UNKNOWN for result in self._results):
            words.append("the server did not say whether it wrote: what is not known is read before anything else")
        if self._finishes:
            words.append("f reads what is left again and goes on with it")
        return words

    def on_mount(self) -> None:
        self.query_one(PlainGrid).focus()

    def action_finish(self) -> None:
        if self._finishes:
            self.dismiss("finish")

    def action_put_back(self) -> None:
        if self._puts_back:
            self.dismiss("put back")

    def action_leave(self) -> None:
        self.dismiss(None)
