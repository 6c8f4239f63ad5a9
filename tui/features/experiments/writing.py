"""The keys by which experiments are created, renamed, tagged, noted, deleted and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.glyphs import Glyphs
from tui.services.session import Session
from tui.ui.writing import Writing

if TYPE_CHECKING:
    from tui.domain.experiments.views import Experiment
    from tui.domain.writes.changes import Plan
    from tui.services.housekeeping import Told


class ExperimentsWriting(Writing):
    """The part of the experiments pane that writes. What is marked counts, else what is under the cursor."""

    _session: Session
    _glyphs: Glyphs

    @property
    def writes_in(self) -> Session:
        return self._session

    @property
    def under(self) -> str | None:
        """The folder whose experiments are listed; None where all are."""
        raise NotImplementedError  # pragma: no cover

    def experiment_here(self) -> Experiment | None:
        """The experiment under the cursor."""

    def marked(self) -> tuple[Experiment, ...]:
        """The experiments marked."""
        raise NotImplementedError  # pragma: no cover

    def _chosen(self) -> tuple[Experiment, ...]:
        here = self.experiment_here()
        return self.marked() or ((here,) if here is not None else ())

    @property
    def restores(self) -> bool:
        """Whether the key for deleting restores, because what is chosen is deleted."""
        chosen = self._chosen()
        return bool(chosen) and all(experiment.lifecycle == "deleted" for experiment in chosen)

    def action_create(self) -> None:
        from tui.domain.writes.changes import creation
        from tui.ui.dialogs.ask_line import NameModal

        if not self.may_write():
            return
        here = self.experiment_here()
        folder = here.name.rpartition("/")[0] if here is not None else (self.under or "").rstrip("/")
        self.app.push_screen(
            NameModal(
                self._session,
                self._glyphs,
                title="Create an experiment",
                question="Its name; what stands before the last / is its folder:",
                text=f"{folder}/" if folder else "",
                make=creation,
                done=self._created,
            )
        )

    def _created(self, told: Told) -> None:
        self.written(told)
        found = told.report.results[0].found
        if told.done and found is not None:
            self.look_at(found.id)

    def look_at(self, experiment_id: str) -> None:
        """Put the cursor on an experiment as soon as it has been read."""

    def action_rename(self) -> None:
        from tui.domain.writes.changes import Sort

        here = self.experiment_here()
        if self.may_write() and here is not None:
            self.rename(Sort.EXPERIMENT, here.id, here.name)

    def action_tags(self) -> None:
        from tui.domain.text import clean

        chosen, housekeeping = self._chosen(), self._session.housekeeping
        if self.may_write() and chosen:
            ids = [experiment.id for experiment in chosen]
            one = clean(chosen[0].name)
            title = f"Tags of experiment {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} experiments"
            self.edit_tags(title, lambda: housekeeping.experiments(ids))

    def edit_note_here(self) -> None:
        """Edit the note of the experiment under the cursor."""
        from tui.domain.writes.changes import Sort

        here = self.experiment_here()
        if here is not None:
            self.edit_note(Sort.EXPERIMENT, here.id, here.name)

    def action_delete(self) -> None:
        """Delete, or restore where what is chosen is deleted."""
        ids, housekeeping, restores = (
            [experiment.id for experiment in self._chosen()],
            self._session.housekeeping,
            self.restores,
        )

        def make() -> Plan:
            if restores:
                return housekeeping.restoration_of_experiments(ids)
            return housekeeping.deletion_of_experiments(ids)

        if self.may_write() and ids:
            self.confirm("Restore experiments" if restores else "Delete experiments", make)

    def action_undo(self) -> None:
        self.take_back()
