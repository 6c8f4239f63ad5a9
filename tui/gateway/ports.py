"""What a context's gateway can be asked, as protocols that know nothing of mlflow.

The same signatures are implemented by the gateway in the host process and by its proxy in the deck.
Every method may raise ``domain.problem.Problem`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui.domain.values import (
    Experiment,
    ExperimentPage,
    RegisteredAs,
    RunDetail,
    RunReference,
    RunsPage,
    ServerInfo,
    StoreReport,
    View,
)


class StorePort(Protocol):
    """The store as a place, before anything is read from it; answers without importing mlflow where it can."""

    def inspect(self) -> StoreReport:
        """What is at the tracking URI; changes nothing there."""
        ...

    def create(self) -> StoreReport:
        """Create the missing store, by MLflow's own rules."""
        ...

    def migrated_copy(self, folder: str) -> str:
        """Copy an older SQLite store into ``folder``, migrate the copy, answer its URI; the store is untouched."""
        ...

    def upgrade(self) -> str:
        """Back an older SQLite store up beside itself, then migrate it; answers the path of the backup."""
        ...


class TrackingPort(Protocol):
    """Experiments and runs."""

    def server(self) -> ServerInfo: ...

    def search_experiments(
        self, view: View = View.ACTIVE, *, max_results: int = 1000, token: str | None = None, filter_string: str = ""
    ) -> ExperimentPage:
        """Experiments, last updated first."""
        ...

    def get_experiment(self, experiment_id: str) -> Experiment: ...

    def get_experiment_by_name(self, name: str) -> Experiment: ...

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        """Active runs of each experiment where that is cheap to know (a local SQL store); else an empty dict."""
        ...

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: View = View.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        """A page of runs, latest start first. The server's refusal of ``filter_string`` is a BAD_REQUEST problem."""
        ...

    def get_run(self, run_id: str) -> RunDetail: ...

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        """Runs whose ``mlflow.parentRunId`` is this run."""
        ...


class RegistryPort(Protocol):
    """Registered models."""

    def registered_as(self, run_ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        """Versions made from these runs; runs without one are absent."""
        ...
