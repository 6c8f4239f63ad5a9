"""A short list of things to choose one of: what to copy, which child run to open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from textual import on

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.ui.dialogs.listing import ListModal, narrowed
from tui.widgets.grid import Grid, messages


@dataclass(frozen=True)
class Choice:
    """One thing to choose: an id, a short title, and a text that says more."""

    id: str
    title: str
    detail: str


class ChoiceModal(ListModal[Choice]):
    """A list of choices; answers with the one chosen."""

    def __init__(self, title: str, choices: Sequence[Choice], glyphs: Glyphs, *, hint: str = "") -> None:
        self.title_text = title
        if hint:
            self.hint_text = hint
        super().__init__(glyphs)
        self.on_cursor: Callable[[Choice], None] | None = None  # told of each choice that the cursor comes to
        self._choices = {choice.id: choice for choice in choices}
        self.when_seen: Callable[[], None] = lambda: None
        """Called when other choices may have come into view."""

    def rows(self, query: str) -> Table:
        every = list(self._choices.values())
        kept = [every[number] for number in narrowed(query, [f"{c.title} {c.detail}" for c in every])]
        titles = [named(choice.title) for choice in kept]
        details = [clean(choice.detail[:300]) for choice in kept]
        columns = (
            Column("title", "what", max([10, *(min(60, width(title)) for title in titles)]), frozen=True),
            Column("detail", "", max([20, *(width(detail) for detail in details)])),
        )
        muted: list[Tone] = ["muted"] * len(kept)
        cells = {"title": titles, "detail": details}
        return RowsTable(columns, [choice.id for choice in kept], cells, {"detail": muted})

    @on(Grid.CursorMoved)
    def _moved(self, event: messages.CursorMoved) -> None:
        if self.on_cursor is not None and event.row_key is not None:
            self.on_cursor(self._choices[event.row_key])
        self.when_seen()

    def tell(self, details: Mapping[str, str]) -> None:
        """Say more of choices, by their ids, than was known when the list was opened."""
        for key, text in details.items():
            if key in self._choices:
                known = self._choices[key]
                self._choices[key] = replace(known, detail=" · ".join(part for part in (text, known.detail) if part))
        if self.is_mounted:
            self.narrow(self.input.value)

    def in_view(self) -> Sequence[str]:
        """The ids of the choices that are on the screen; none once the list is closed."""
        table, top = self.grid.table, self.grid.scroll_offset.y
        if table is None or not self.is_current:
            return ()
        return [table.row_key(row) for row in range(top, min(table.row_count, top + self.grid.size.height))]

    def narrow(self, query: str) -> None:
        super().narrow(query)
        self.when_seen()

    def chosen(self, row_key: str) -> Choice:
        return self._choices[row_key]
