"""The grid of a comparison: sideways it goes from run to run, not from column to column; only metrics are marked."""

from __future__ import annotations

from collections.abc import Iterable

from tui.domain.diff.arrangement import ShownRow, metric_of
from tui.domain.diff.table import CellWriter, subject_of, subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import named, width
from tui.ui.dialogs.listing import ListModal, narrowed
from tui.widgets.grid import Grid
from tui.widgets.grid.messages import GridMessage

_MARKING = frozenset({"mark", "mark_range", "leave_range"})


class CompareGrid(Grid):
    """A value and its change belong together: the cursor rests on values, and both are brought into view.

    ``marking`` says whether metrics can be marked, ``g_is_taken`` whether the key of the first row means the sets here.
    """

    class MarkRefused(GridMessage):
        """A row that is no metric was to be marked."""

    def __init__(self, *, glyphs: Glyphs) -> None:
        super().__init__(glyphs=glyphs)
        self.marking = True
        self.g_is_taken = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _MARKING and not self.marking:
            return False
        if action == "first_row" and self.g_is_taken:
            return False
        return super().check_action(action, parameters)

    @property
    def marked_metrics(self) -> tuple[str, ...]:
        """The metrics that are marked, in the order of marking, also where their rows are not shown now."""
        return tuple(metric for row in self.marks if (metric := metric_of(row)) is not None)

    def keep_marks(self, metrics: Iterable[str]) -> None:
        """Keep the marks of these metrics only."""
        there = set(metrics)
        kept = [row for row in self.marks if metric_of(row) in there]
        if len(kept) != len(self.marks):
            self.marks = kept

    def may_mark(self, key: str) -> bool:
        return metric_of(key) is not None

    def action_mark(self) -> None:
        key = self.cursor_key
        if key is not None and not self.may_mark(key):
            self.post_message(self.MarkRefused(self))
            return
        super().action_mark()

    def action_left(self) -> None:
        self._step(-1)

    def action_right(self) -> None:
        self._step(1)

    def action_last_column(self) -> None:
        super().action_last_column()
        self._step(-1) if self._is_change(self._column) else None

    def _is_change(self, index: int) -> bool:
        key = self._columns[index].key if 0 <= index < len(self._columns) else ""
        return subject_of(key) is not None and key[0] == "d"

    def _step(self, by: int) -> None:
        index = self._column + by
        while self._is_change(index):
            index += by
        if not 0 <= index < len(self._columns):
            return
        change = f"d{self._columns[index].key[1:]}"
        if index + 1 < len(self._columns) and self._columns[index + 1].key == change:
            self._move_to_column(index + 1)  # into view first, so that the value does not stand alone at the edge
        self._move_to_column(index)


# One row of a comparison in full: the value of every run under each other.


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
