"""What is asked of the server for a table of runs."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.experiments import Experiment, View


@dataclass(frozen=True)
class Query:
    """What is asked of the server: whose runs, which of them, in which lifecycle stage."""

    experiments: tuple[Experiment, ...]
    filter_string: str = ""
    view: View = View.ACTIVE

    @property
    def experiment_ids(self) -> tuple[str, ...]:
        return tuple(experiment.id for experiment in self.experiments)
