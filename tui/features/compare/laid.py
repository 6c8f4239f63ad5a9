"""A comparison laid out: made on a worker's thread, shown by the rows pane, handed on by the export."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.cells import CellWriter
from tui.domain.diff.table import CompareTable, FlippedTable


@dataclass(frozen=True)
class Laid:
    """The rows of a comparison in their order, what writes its cells, and the table that shows them."""

    arranged: Arranged
    writer: CellWriter
    table: CompareTable | FlippedTable
