"""The keys by which experiments are created, renamed, tagged, noted, deleted and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.services.session import Session
from tui.ui.writing import Writer

if TYPE_CHECKING:
    from tui.domain.experiments.views import Experiment
    from tui.domain.writes.changes import Plan
    from tui.services.write_flow import Told


class ExperimentsWriting(Widget):
    """The part of the experiments pane that writes. What is marked counts, else what is under the cursor."""

    _session: Session

    @property
    def writer(self) -> Writer:
        """What the keys that write have in common."""
        return Writer(self, self._session)

    @property
    def can_take_back(self) -> bool:
        """Whether something was written from here that still stands."""
        from tui.domain.writes.changes import Sort

        return self.writer.can_take_back(Sort.RUN, Sort.EXPERIMENT)

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

        here = self.experiment_here()
        folder = here.name.rpartition("/")[0] if here is not None else (self.under or "").rstrip("/")
        question = "Its name; what stands before the last / is its folder:"
        text = f"{folder}/" if folder else ""
        self.writer.ask_name("Create an experiment", question, text, creation, done=self._created)

    def _created(self, told: Told) -> None:
        self.writer.told(told)
        found = told.report.results[0].found
        if told.done and found is not None:
            self.look_at(found.id)

    def look_at(self, experiment_id: str) -> None:
        """Put the cursor on an experiment as soon as it has been read."""

    def action_rename(self) -> None:
        from tui.domain.writes.changes import Sort

        here = self.experiment_here()
        if self.writer.may_write() and here is not None:
            experiment = self._session.housekeeping.experiment
            self.writer.rename(Sort.EXPERIMENT, here.name, lambda: experiment(here.id))

    def action_tags(self) -> None:
        from tui.domain.text import clean

        chosen, housekeeping = self._chosen(), self._session.housekeeping
        if self.writer.may_write() and chosen:
            ids = [experiment.id for experiment in chosen]
            one = clean(chosen[0].name)
            title = f"Tags of experiment {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} experiments"
            self.writer.edit_tags(title, lambda: housekeeping.experiments(ids))

    def edit_note_here(self) -> None:
        """Edit the note of the experiment under the cursor."""
        from tui.domain.writes.changes import Sort

        here = self.experiment_here()
        if here is not None:
            experiment = self._session.housekeeping.experiment
            self.writer.edit_note(Sort.EXPERIMENT, here.name, lambda: experiment(here.id))

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

        if self.writer.may_write() and ids:
            self.writer.confirm("Restore experiments" if restores else "Delete experiments", make)

    def action_undo(self) -> None:
        from tui.domain.writes.changes import Sort

        self.writer.take_back(Sort.RUN, Sort.EXPERIMENT)
