"""What one span says: its messages as a conversation, what went in and came out, what went wrong, all it carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.columns import ColumnSpec, SpecTable
from tui.domain.glyphs import Glyphs
from tui.domain.text import clean
from tui.domain.traces.span_lines import SpanReader, TextLine
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import Assessment
from tui.services.session import Session
from tui.ui.list_pane import MARKING, ListPane, Show

ARRANGING = frozenset({"narrower", "wider", "move_left", "move_right"})  # what one column that fills the pane lacks


class SpanPane(ListPane[TextLine]):
    """Shows one span as lines that fold."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("span")]
    filter_hint = "words in the lines"
    nothing_to_ask = "Everything is here already"
    things = ("line", "lines")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="span", marks=False)
        self.grid.off = MARKING | ARRANGING
        self._tree = SpanTree(())
        self._number: int | None = None
        self._said: Sequence[Assessment] = ()
        self._turned: set[str] = set()
        self._lines: list[TextLine] = []

    def show_span(self, tree: SpanTree, number: int | None, said: Sequence[Assessment]) -> None:
        """Show a span of a trace, and what was said of it; the same one again stays as it is unfolded."""
        before = self._tree.nodes[self._number].span.id if self._number is not None else None
        after = tree.nodes[number].span.id if number is not None else None
        self._tree, self._number, self._said = tree, number, said
        if before != after:
            self._turned = set()
        self.fill()
        if before != after:
            self.grid.move_to_row(0)

    def specs(self) -> Sequence[ColumnSpec[TextLine]]:
        cells = max(16, self.size.width - 4)
        return (ColumnSpec("text", self._heading(), lambda line: (line.text, line.tone), least=cells, widest=cells),)

    def _heading(self) -> str:
        return clean(self._tree.nodes[self._number].span.name) if self._number is not None else "span"

    def rows(self) -> Sequence[TextLine]:
        return self._lines

    def key_of(self, row: TextLine) -> str:
        return row.key

    def searched(self, row: TextLine) -> str:
        return row.text

    def laying_out(self) -> Callable[[], Show]:
        if self._number is None:
            self._lines = []
        else:
            # The pane's border, the grid's gutter, and a cell to spare.
            cells = max(16, self.size.width - 6)
            reader = SpanReader(self._tree, self._number, self._said, self.glyphs, self.session.clock.zone, cells)
            self._lines = reader.lines(self._turned)
        query = self.query_text.lower().split()
        kept = [line for line in self._lines if all(word in line.text.lower() for word in query)]
        table = SpecTable(kept, self.key_of, self.specs(), self.arrangement, generation=self._generation, in_order=True)
        return lambda: lambda: self.show(table)

    def title_parts(self) -> Sequence[str]:
        return (self._heading(),)

    def count_words(self) -> str:
        return ""

    def line_here(self) -> TextLine | None:
        """The line under the cursor."""
        return next((line for line in self._lines if line.key == self.grid.cursor_key), None)

    def open_row(self, key: str) -> None:
        line = self.line_here()
        if line is None:
            return
        if line.folds:
            self._turned ^= {line.folds}
            self.fill()
        else:
            self.action_whole()

    def action_whole(self) -> None:
        """Open all of the text that the line under the cursor is of."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        line = self.line_here()
        if line is not None:
            self.app.push_screen(WholeTextModal(*(line.whole or (self._heading(), line.text))))

    def action_fold_all(self) -> None:
        """Unfold everything, or fold it as it was."""
        foldable = {line.folds for line in self._lines if line.folds}
        self._turned = set() if self._turned else foldable
        self.fill()

    def value_here(self) -> tuple[str, str] | None:
        line = self.line_here()
        if line is None:
            return None
        return line.whole or (self._heading(), line.text.strip())

    def on_resize(self) -> None:
        if self._number is not None:
            self.fill()
