"""One row of a comparison in full: the value of every run under each other."""

from __future__ import annotations

from tui.domain.diff.arrangement import ShownRow
from tui.domain.diff.table import CellWriter, subject_titles
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import named, width
from tui.ui.dialogs.listing import ListModal, narrowed

_SHOWN = 2000  # characters of a value in its line; the whole of it opens on enter


class ComparedRowModal(ListModal[int]):
    """The runs with their values of one row; enter on a run opens its value in full."""

    def __init__(self, shown: ShownRow, writer: CellWriter) -> None:
        super().__init__(writer.glyphs)
        self.title_text = named(shown.key)
        self.hint_text = "type to narrow   enter the whole value   esc leave"
        self._shown = shown
        self._writer = writer
        self._titles = subject_titles(writer.comparison)

    def rows(self, query: str) -> Table:
        section, row, writer = self._shown.section, self._shown.row, self._writer
        order = [writer.baseline, *(c for c in range(len(self._titles)) if c != writer.baseline)]
        values = [writer.value(section, row, column) for column in order]
        kept = narrowed(query, [f"{self._titles[column]} {value}" for column, value in zip(order, values, strict=True)])
        changes = [writer.change(section, row, order[at]) for at in kept]
        cells = {
            "run": [
                f"{self._glyphs.mark if order[at] == writer.baseline else ' '} {self._titles[order[at]]}" for at in kept
            ],
            "change": [writer.change_text(change) for change in changes],
            "value": [values[at][:_SHOWN] for at in kept],
        }
        columns = (
            Column("run", "run", max([12, *(min(32, width(text)) for text in cells["run"])]), frozen=True),
            Column("change", "change", max([8, *(width(text) for text in cells["change"])]), "right"),
            Column("value", "value", max([16, *(width(text) for text in cells["value"])])),
        )
        tones: list[Tone] = [change.tone for change in changes]
        return RowsTable(columns, [str(order[at]) for at in kept], cells, {"change": tones})

    def chosen(self, row_key: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        column = int(row_key)
        whole = self._writer.whole(self._shown.section, self._shown.row, column)
        there = self._shown.section.present[self._shown.row, column]
        text = whole if there else "This run has no such value."
        self.app.push_screen(WholeTextModal(f"{self._shown.key} · {self._titles[column]}", text))
