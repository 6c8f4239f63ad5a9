"""How the runs under the cursor or marked are renamed, tagged, noted, deleted and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.experiments import Lifecycle
from tui.ui.writing import Writer

if TYPE_CHECKING:
    from tui.domain.writes.changes import Plan
    from tui.features.runs.pane import RunsPane


class RunsWriting:
    """What the keys of the runs table that write do. What is marked counts, else what is under the cursor."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane
        self._writer = Writer(pane, pane.session)

    @property
    def can_take_back(self) -> bool:
        """Whether something was written from here that still stands."""
        from tui.domain.writes.changes import Thing

        return self._writer.can_take_back(Thing.RUN, Thing.EXPERIMENT)

    def _chosen(self) -> tuple[str, ...]:
        return self._pane.chosen()

    def _name_of(self, run_id: str) -> str:
        row = self._pane.view.snapshot.row_of(run_id) if self._pane.view is not None else None
        return self._pane.view.snapshot.run_name(row) if self._pane.view is not None and row is not None else ""

    @property
    def restores(self) -> bool:
        """Whether what is shown here under the cursor is deleted, so that the key for deleting restores."""
        if self._pane.asked.view is not Lifecycle.ALL:
            return self._pane.asked.view is Lifecycle.DELETED
        return self.lifecycle_here() == "deleted"

    def lifecycle_here(self) -> str:
        """The lifecycle of the run under the cursor, as it was read; "" where none is."""
        from tui.domain.filter.names import Field  # loaded by now, as there is a view

        here = self._pane.run_here()
        row = self._pane.view.snapshot.row_of(here) if self._pane.view is not None and here is not None else None
        if self._pane.view is None or row is None:
            return ""
        return self._pane.view.snapshot.texts(Field("attribute", "lifecycle")).at(row) or ""

    def rename(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self._pane.run_here()
        if self._writer.may_write() and here is not None:
            run = self._pane.session.housekeeping.run
            self._writer.rename(Thing.RUN, self._name_of(here) or here, lambda: run(here))

    def note(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self._pane.run_here()
        if self._writer.may_write() and here is not None:
            run = self._pane.session.housekeeping.run
            self._writer.edit_note(Thing.RUN, self._name_of(here) or here, lambda: run(here))

    def tags(self) -> None:
        from tui.domain.text import clean

        chosen, ids, housekeeping = self._chosen(), self._experiment_ids, self._pane.session.housekeeping
        if self._writer.may_write() and chosen:
            one = clean(self._name_of(chosen[0])) or chosen[0]
            title = f"Tags of run {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} runs"
            self._writer.edit_tags(title, lambda: housekeeping.runs(chosen, ids))

    def delete(self) -> None:
        """Delete, or restore where what is here is deleted."""
        from tui.domain.writes import changes

        chosen, ids, housekeeping, restores = (
            self._chosen(),
            self._experiment_ids,
            self._pane.session.housekeeping,
            self.restores,
        )

        def make() -> Plan:
            if restores:
                return changes.restoration(housekeeping.runs(chosen, ids))
            return housekeeping.deletion_of_runs(chosen, ids)

        if self._writer.may_write() and chosen:
            self._writer.confirm("Restore runs" if restores else "Delete runs", make)

    def undo(self) -> None:
        from tui.domain.writes.changes import Thing

        self._writer.take_back(Thing.RUN, Thing.EXPERIMENT)

    @property
    def _experiment_ids(self) -> tuple[str, ...]:
        return tuple(experiment.id for experiment in self._pane.experiments)
