"""The keys by which the runs under the cursor or marked are renamed, tagged, noted, deleted and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.domain.experiments.views import Experiment, View
from tui.features.runs.loader import RunsLoader
from tui.services.runs_query import Query
from tui.services.session import Session
from tui.ui.writing import Writer
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable
    from tui.domain.writes.changes import Plan


class RunsWriting(Widget):
    """The part of the runs pane that writes. What is marked counts, else what is under the cursor."""

    _session: Session
    grid: Grid
    asked: Query
    experiments: tuple[Experiment, ...]
    loader: RunsLoader
    view: RunsTable | None

    @property
    def writer(self) -> Writer:
        """What the keys that write have in common."""
        return Writer(self, self._session)

    @property
    def can_take_back(self) -> bool:
        """Whether something was written from here that still stands."""
        from tui.domain.writes.changes import Sort

        return self.writer.can_take_back(Sort.RUN, Sort.EXPERIMENT)

    def _chosen(self) -> tuple[str, ...]:
        here = self.grid.cursor_key
        return self.grid.marks or ((here,) if here is not None else ())

    def _name_of(self, run_id: str) -> str:
        row = self.view.snapshot.row_of(run_id) if self.view is not None else None
        return self.view.snapshot.run_name(row) if self.view is not None and row is not None else ""

    @property
    def restores(self) -> bool:
        """Whether what is shown here under the cursor is deleted, so that the key for deleting restores."""
        if self.asked.view is not View.ALL:
            return self.asked.view is View.DELETED
        return self.lifecycle_here() == "deleted"

    def lifecycle_here(self) -> str:
        """The lifecycle of the run under the cursor, as it was read; "" where none is."""
        from tui.domain.filter.names import Field  # loaded by now, as there is a view

        here = self.grid.cursor_key
        row = self.view.snapshot.row_of(here) if self.view is not None and here is not None else None
        if self.view is None or row is None:
            return ""
        return self.view.snapshot.texts(Field("attribute", "lifecycle")).at(row) or ""

    def action_rename(self) -> None:
        from tui.domain.writes.changes import Sort

        here = self.grid.cursor_key
        if self.writer.may_write() and here is not None:
            run = self._session.housekeeping.run
            self.writer.rename(Sort.RUN, self._name_of(here) or here, lambda: run(here))

    def action_note(self) -> None:
        from tui.domain.writes.changes import Sort

        here = self.grid.cursor_key
        if self.writer.may_write() and here is not None:
            run = self._session.housekeeping.run
            self.writer.edit_note(Sort.RUN, self._name_of(here) or here, lambda: run(here))

    def action_tags(self) -> None:
        from tui.domain.text import clean

        chosen, ids, housekeeping = self._chosen(), self._experiment_ids, self._session.housekeeping
        if self.writer.may_write() and chosen:
            one = clean(self._name_of(chosen[0])) or chosen[0]
            title = f"Tags of run {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} runs"
            self.writer.edit_tags(title, lambda: housekeeping.runs(chosen, ids))

    def action_delete(self) -> None:
        """Delete, or restore where what is here is deleted."""
        from tui.domain.writes import changes

        chosen, ids, housekeeping, restores = (
            self._chosen(),
            self._experiment_ids,
            self._session.housekeeping,
            self.restores,
        )

        def make() -> Plan:
            known = housekeeping.runs(chosen, ids)
            return changes.restoration(known) if restores else changes.deletion(known)

        if self.writer.may_write() and chosen:
            self.writer.confirm("Restore runs" if restores else "Delete runs", make)

    def action_undo(self) -> None:
        from tui.domain.writes.changes import Sort

        self.writer.take_back(Sort.RUN, Sort.EXPERIMENT)

    @property
    def _experiment_ids(self) -> tuple[str, ...]:
        return tuple(experiment.id for experiment in self.experiments)

    def read_changed(self, run_ids: frozenset[str]) -> None:
        """Read again what has been changed; of runs that are no longer among those shown the marks go as well."""
        store = self.loader.store
        if store is None or not run_ids:
            return
        self.loader.read_changed(tuple(run_ids), self._changed_read)

    def _changed_read(self, gone: frozenset[str]) -> None:
        if gone & set(self.grid.marks):
            self.grid.marks = [run_id for run_id in self.grid.marks if run_id not in gone]
