"""How experiments are created, renamed, tagged, noted, deleted and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.ui.asking import Writer

if TYPE_CHECKING:
    from tui.domain.experiments import Experiment
    from tui.domain.writes.changes import Plan
    from tui.features.experiments.pane import ExperimentsPane
    from tui.services.write_flow import WriteResult


class ExperimentsWriting:
    """What the keys of the list that write do. What is marked counts, else what is under the cursor."""

    def __init__(self, pane: ExperimentsPane) -> None:
        self._pane = pane
        self._writer = Writer(pane, pane.session)

    @property
    def can_take_back(self) -> bool:
        """Whether something was written from here that still stands."""
        if not self._writer.has_written:
            return False  # every hint asks: what changes are is loaded with the first one
        from tui.domain.writes.changes import Thing

        return self._writer.can_take_back(Thing.RUN, Thing.EXPERIMENT)

    def chosen(self) -> tuple[Experiment, ...]:
        """The experiments marked, else the one under the cursor."""
        here = self._pane.experiment_here()
        return self._pane.marked() or ((here,) if here is not None else ())

    @property
    def restores(self) -> bool:
        """Whether the key for deleting restores, because what is chosen is deleted."""
        chosen = self.chosen()
        return bool(chosen) and all(experiment.lifecycle == "deleted" for experiment in chosen)

    def create(self) -> None:
        from tui.domain.writes.changes import creation

        here = self._pane.experiment_here()
        folder = here.name.rpartition("/")[0] if here is not None else (self._pane.under or "").rstrip("/")
        question = "Its name; what stands before the last / is its folder:"
        text = f"{folder}/" if folder else ""
        self._writer.ask_name("Create an experiment", question, text, creation, done=self._created)

    def _created(self, told: WriteResult) -> None:
        self._writer.say_result(told)
        found = told.report.results[0].found
        if told.done and found is not None:
            self._pane.look_at(found.id)

    def rename(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self._pane.experiment_here()
        if self._writer.may_write() and here is not None:
            experiment = self._pane.session.housekeeping.experiment
            self._writer.rename(Thing.EXPERIMENT, here.name, lambda: experiment(here.id))

    def tags(self) -> None:
        from tui.domain.text import named

        chosen, housekeeping = self.chosen(), self._pane.session.housekeeping
        if self._writer.may_write() and chosen:
            ids = [experiment.id for experiment in chosen]
            one = named(chosen[0].name)
            title = f"Tags of experiment {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} experiments"
            self._writer.edit_tags(title, lambda: housekeeping.experiments(ids))

    def note(self) -> None:
        """Edit the note of the experiment under the cursor."""
        from tui.domain.writes.changes import Thing

        here = self._pane.experiment_here()
        if here is not None:
            experiment = self._pane.session.housekeeping.experiment
            self._writer.edit_note(Thing.EXPERIMENT, here.name, lambda: experiment(here.id))

    def delete(self) -> None:
        """Delete, or restore where what is chosen is deleted."""
        ids, housekeeping, restores = (
            [experiment.id for experiment in self.chosen()],
            self._pane.session.housekeeping,
            self.restores,
        )

        def make() -> Plan:
            if restores:
                return housekeeping.restoration_of_experiments(ids)
            return housekeeping.deletion_of_experiments(ids)

        if self._writer.may_write() and ids:
            self._writer.confirm("Restore experiments" if restores else "Delete experiments", make)

    def undo(self) -> None:
        from tui.domain.writes.changes import Thing

        self._writer.take_back(Thing.RUN, Thing.EXPERIMENT)
