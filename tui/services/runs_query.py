"""What is asked of the server for a table of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.experiments.views import Experiment, Lifecycle

if TYPE_CHECKING:
    from tui.domain.values import RunsPage
    from tui.gateway.ports import TrackingPort

FIRST_PAGE = 200  # runs: a screenful and some, so that the first rows are soon there


@dataclass(frozen=True)
class RunsQuery:
    """What is asked of the server: whose runs, which of them, in which lifecycle stage."""

    experiments: tuple[Experiment, ...]
    filter_string: str = ""
    view: Lifecycle = Lifecycle.ACTIVE

    @property
    def experiment_ids(self) -> tuple[str, ...]:
        return tuple(experiment.id for experiment in self.experiments)


def ids_filter(run_ids: Sequence[str]) -> str:
    """MLflow's filter for these runs; ids that could not be ids are left out."""
    plain = [run_id for run_id in run_ids if run_id.replace("-", "").replace("_", "").isalnum()]
    return f"attributes.run_id IN ({', '.join(repr(run_id) for run_id in plain)})"


def first_page(query: RunsQuery, tracking: TrackingPort, page_size: int) -> RunsPage:
    """The first runs of a query; blocks, and raises Problem. Needs none of the libraries that keep them."""
    return tracking.search_runs(
        query.experiment_ids,
        filter_string=query.filter_string,
        view=query.view,
        max_results=min(FIRST_PAGE, page_size),
    )
