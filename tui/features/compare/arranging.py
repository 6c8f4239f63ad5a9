"""How a comparison is arranged by keys: what is shown of it, in which order, against what, which way round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.widget import Widget

from tui.domain.diff.arrangement import ORDERS, DiffArrangement, Order, ShownRow
from tui.domain.diff.comparison import Comparison
from tui.domain.glyphs import Glyphs
from tui.features.compare.grid import CompareGrid
from tui.features.compare.laid import Laid


class CompareArranging(Widget):
    """The part of the rows pane that arranges."""

    grid: CompareGrid
    glyphs: Glyphs
    comparison: Comparison | None
    arrangement: DiffArrangement
    flipped: bool
    laid: Laid | None

    def lay_out(self) -> None:
        """Lay the table out anew."""
        raise NotImplementedError  # pragma: no cover

    def row_here(self) -> ShownRow | None:
        """The row under the cursor."""
        raise NotImplementedError  # pragma: no cover

    def run_here(self) -> int | None:
        """The run under the cursor."""
        raise NotImplementedError  # pragma: no cover

    def rearrange(self, **changes: Any) -> None:
        self.arrangement = replace(self.arrangement, **changes)
        self.lay_out()

    def action_differences(self) -> None:
        self.rearrange(only_differences=not self.arrangement.only_differences)

    def action_system_tags(self) -> None:
        self.rearrange(system_tags=not self.arrangement.system_tags)

    def action_baseline(self) -> None:
        column = self.run_here()
        if self.comparison is not None and column is not None:
            self.rearrange(baseline=self.comparison.subjects[column].id)

    def action_flip(self) -> None:
        shown, column = self.row_here(), self.run_here()
        self.flipped = not self.flipped
        if self.comparison is not None and column is not None and shown is not None and self.flipped:
            self.grid.move_to(self.comparison.subjects[column].id)
        self.lay_out()

    def action_fold_group(self) -> None:
        """Fold or unfold the group of the row under the cursor."""
        shown = self.row_here()
        if shown is not None:
            self.fold(shown.section.group)

    def fold(self, group: str) -> None:
        self.grid.move_to(f"{group}:")
        self.rearrange(folded=self.arrangement.folded ^ {group})

    def action_fold_all(self) -> None:
        if self.comparison is not None:
            every = frozenset(self.comparison.groups)
            self.rearrange(folded=frozenset() if self.arrangement.folded else every)

    def action_next(self) -> None:
        self._go_to_difference(1)

    def action_previous(self) -> None:
        self._go_to_difference(-1)

    def _go_to_difference(self, by: int) -> None:
        if self.laid is None or self.comparison is None:
            return
        row = self.laid.arranged.next_difference(self.grid.cursor_row, by, self.comparison)
        if row is not None:
            self.grid.move_to_row(row)

    def action_sort(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        details: dict[Order, tuple[str, str]] = {
            "name": ("name", "as names go, within each group"),
            "change": ("change", "the largest |%Δ| from the baseline first, numbers before texts"),
            "spread": ("spread", "what is furthest apart across all the runs first"),
        }
        choices = [Choice(order, *details[order]) for order in ORDERS]

        def picked(choice: Choice | None) -> None:
            if choice is not None:
                self.rearrange(order=choice.id)

        self.app.push_screen(ChoiceModal("Sort rows by", choices, self.glyphs), picked)
