"""What an experiment is: its facts, tags and note, from where the note can be edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.domain import quantities
from tui.domain.experiments import Experiment
from tui.ui.dialogs.whole_text import WholeTextModal


class AboutExperimentModal(WholeTextModal):
    """The text to read; ``edit`` is called once this is closed by the key for the note."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "edit the note", show=False)]

    def __init__(self, title: str, text: str, edit: Callable[[], object], *, may_edit: bool) -> None:
        super().__init__(title, text)
        self._edit = edit
        self._may_edit = may_edit

    def on_mount(self) -> None:
        super().on_mount()
        if self._may_edit:
            self.query_one(".dialogue").border_subtitle = Content(" e edit the note   y copy   esc leave ")

    def action_edit(self) -> None:
        self.dismiss(None)
        self._edit()


def experiment_words(experiment: Experiment, zone: tzinfo) -> str:
    """An experiment's facts, tags and note, as lines of text."""
    lines = [
        f"id            {experiment.id}",
        f"lifecycle     {experiment.lifecycle}",
        f"created       {_stamp(experiment.created_ms, zone)}",
        f"last update   {_stamp(experiment.updated_ms, zone)}",
        f"artifacts at  {experiment.artifact_location}",
        "",
    ]
    tags = [(key, value) for key, value in sorted(experiment.tags.items()) if key != "mlflow.note.content"]
    lines += [f"tag  {key} = {value}" for key, value in tags] or ["no tags"]
    lines += ["", experiment.note or "no note"]
    return "\n".join(lines)


def _stamp(time_ms: int | None, zone: tzinfo) -> str:
    return quantities.stamp(time_ms, zone) if time_ms is not None else "not known"
