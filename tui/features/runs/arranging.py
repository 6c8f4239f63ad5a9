"""The keys by which the runs table is arranged: sort, columns, folding, marks, lifecycle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count
from tui.features.runs.loader import RunsLoader
from tui.features.runs.memory import Arrangement
from tui.services.runs_query import Query
from tui.services.session import Session
from tui.ui.writing import NOTHING_TO_UNDO
from tui.widgets.grid import Grid, messages

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable
    from tui.ui.dialogs.pick_columns import Pickable

_HIGH_FIRST = frozenset({"start", "end", "took", "models"})


class RunsArranging(Widget):
    """The part of the runs pane that turns keys into another arrangement."""

    glyphs: Glyphs
    grid: Grid
    loader: RunsLoader
    wanted: Query
    arrangement: Arrangement
    view: RunsTable | None
    all_folded: bool
    folded_but: frozenset[str]

    can_take_back: bool
    _session: Session

    def rearrange(self, **changes: Any) -> None:
        """Change how the table is arranged."""

    def want_view(self) -> None:
        """Lay the table out anew."""

    def show_words(self) -> None:
        """Write the title and the footnotes anew."""

    def change_query(self, query: Query, local_text: str | None = None) -> None:
        """Ask the server for something else."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "load_all":
            return not self.loader.complete and (self.loader.store is not None or self.loader.loading)
        if action in ("fold", "fold_all"):
            return self.arrangement.tree
        if action in ("tags", "note", "rename", "delete"):
            return self.loader.loaded > 0
        if action == "undo":
            return self.can_take_back
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb in ("fold", "fold_all"):
            return "Runs stand in one list: there is nothing to fold"
        if verb == "undo":
            return NOTHING_TO_UNDO
        return "All runs are loaded" if verb == "load_all" and self.loader.complete else "No run is loaded"

    # marks

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: messages.MarksChanged) -> None:
        event.stop()
        self.show_words()

    def action_unmark(self) -> None:
        self.grid.marks = []
        self.show_words()

    def action_next(self) -> None:
        self._go_to_mark(1)

    def action_previous(self) -> None:
        self._go_to_mark(-1)

    def _go_to_mark(self, by: int) -> None:
        table = self.grid.table
        if table is None:
            return
        rows = sorted(row for key in self.grid.marks if (row := table.row_of(key)) is not None)
        if by < 0:
            rows.reverse()
        here = self.grid.cursor_row
        beyond = [row for row in rows if (row > here if by > 0 else row < here)]
        if beyond or rows:
            self.grid.move_to_row((beyond or rows)[0])

    # sort

    def action_sort(self) -> None:
        if self.grid.cursor_column is not None:
            self._turn_sort(self.grid.cursor_column)

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: messages.HeadingPressed) -> None:
        event.stop()
        self._turn_sort(event.key)

    def _turn_sort(self, key: str) -> None:
        """Sort by a column; then the other way round; then as the server gave the runs."""
        sort = self.arrangement.sort
        # Numbers are looked at from the high end, texts from A.
        first = key.startswith("metrics.") or key in _HIGH_FIRST
        if len(sort) == 1 and sort[0][0] == key:
            sort = ((key, not first),) if sort[0][1] == first else ()
        else:
            sort = ((key, first),)
        self.rearrange(sort=sort)

    def action_sort_by(self) -> None:
        from tui.ui.dialogs.pick_sort import PickSortModal, SortPicked

        def picked(answer: SortPicked | None) -> None:
            if answer is not None:
                self.rearrange(sort=answer.keys)

        if self.view is not None:
            self.app.push_screen(PickSortModal(self._pickable(), self.arrangement.sort, self.glyphs), picked)

    # columns

    def _pickable(self) -> list[Pickable]:
        from tui.domain.diff.directions import direction_of
        from tui.domain.runs.catalogue import columns
        from tui.ui.dialogs.pick_columns import Pickable

        view = self.view
        if view is None:
            return []
        every = view.counts.loaded

        def detail(fill: int, constant: bool) -> str:
            have = "every run" if fill == every else f"{count(fill)} of {count(every)} runs"
            return f"{have}, all the same" if constant else have

        def high_first(key: str) -> bool:
            section, _, metric = key.partition(".")
            return direction_of(metric).better == "higher" if section == "metrics" else key in _HIGH_FIRST

        return [
            Pickable(info.key, info.title, info.group, detail(info.fill, info.constant), high_first(info.key))
            for info in columns(view.snapshot, system_tags=True)
        ]

    def chosen_columns(self) -> tuple[str, ...]:
        """The keys of the columns chosen, by a person or by what there is, those folded included."""
        from tui.domain.runs.catalogue import default_columns

        if self.arrangement.columns or self.view is None:
            return self.arrangement.columns
        return default_columns(self.view.snapshot)

    def action_columns(self) -> None:
        from tui.ui.dialogs.pick_columns import PickColumnsModal, Picked

        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self.rearrange(columns=answer.keys)

        if self.view is not None:
            self.app.push_screen(PickColumnsModal(self._pickable(), self.chosen_columns(), self.glyphs), picked)

    @on(Grid.ColumnResized)
    def _column_resized(self, event: messages.ColumnResized) -> None:
        event.stop()
        self.rearrange(widths={**self.arrangement.widths, event.key: event.width})

    @on(Grid.ColumnMoved)
    def _column_moved(self, event: messages.ColumnMoved) -> None:
        event.stop()
        order = list(self.chosen_columns())
        if event.key in order:
            at = order.index(event.key)
            target = max(0, min(len(order) - 1, at + event.by))
            order.insert(target, order.pop(at))
            self.rearrange(columns=tuple(order))

    def action_differences(self) -> None:
        self.rearrange(varying_only=not self.arrangement.varying_only)

    # the tree

    def action_tree(self) -> None:
        self.rearrange(tree=not self.arrangement.tree)

    def action_fold(self) -> None:
        """Fold or unfold the run under the cursor; on one without children, its parent."""
        view, key = self.view, self.grid.cursor_key
        row = view.row_of(key) if view is not None and key is not None else None
        if view is None or row is None:
            return
        if not view.can_fold(row):
            row = view.parent_row(row)
        if row is not None:
            run_id = view.row_key(row)
            self.folded_but = self.folded_but ^ {run_id}
            self.grid.move_to(run_id)
            self.want_view()

    def action_fold_all(self) -> None:
        self.all_folded = not (self.all_folded or self.folded_but)
        self.folded_but = frozenset()
        view, key = self.view, self.grid.cursor_key
        row = view.row_of(key) if view is not None and key is not None else None
        if self.all_folded and view is not None and row is not None:
            # The cursor's own row is about to go: it stays with what stands for it.
            while (above := view.parent_row(row)) is not None:
                row = above
            self.grid.move_to(view.row_key(row))
        self.want_view()

    # which runs

    def action_lifecycle(self) -> None:
        if self.wanted.experiments:
            self.change_query(replace(self.wanted, view=self.wanted.view.following))

    def action_load_all(self) -> None:
        self.loader.load_all()

    def retick(self) -> None:
        """Write ages anew."""
        self.want_view()
