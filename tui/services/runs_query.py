"""What is asked of the server for a table of runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.experiments import Experiment, Lifecycle
from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from tui.domain.values import RunsPage
    from tui.gateway.ports import TrackingPort

FIRST_PAGE = 200  # runs: a screenful and some, so that the first rows are soon there
SLOW_PAGE = 50  # runs: a screenful, where that will take long as well
_SLOW = 0.5  # of the time that a request may take, for whatever was asked last
_TOO_SLOW = 0.8  # the same, for a page: the next one might not come in time
_QUICK = 0.2  # the same, after which pages may grow again


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


class PageSize:
    """How many runs a server is asked for at a time: fewer where it has been slow.

    ``limit_s`` is how long a request may take, ``lately`` how many seconds the last one took, whatever it was.
    """

    def __init__(
        self,
        limit_s: float,
        lately: Callable[[], float] = lambda: 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit_s = limit_s
        self._lately = lately
        self._monotonic = monotonic
        self._most: int | None = None  # runs of a page, once it has been slow

    def first(self, ask: Callable[[int], RunsPage], wanted: int) -> RunsPage:
        """The first page, of at most so many runs; blocks, and raises Problem."""
        return self._timed(ask, min(wanted, SLOW_PAGE) if self._lately() > self._limit_s * _SLOW else wanted)

    def next(self, ask: Callable[[int], RunsPage], wanted: int) -> RunsPage:
        """A further page, asked for again as a smaller one where it has not come in time; raises Problem."""
        size = self._size(wanted)
        try:
            return self._timed(ask, size)
        except Problem as problem:
            if problem.kind is not Kind.TIMEOUT or self._size(wanted) >= size:
                raise
            return self._timed(ask, wanted)

    def _size(self, wanted: int) -> int:
        return wanted if self._most is None else min(wanted, self._most)

    def _timed(self, ask: Callable[[int], RunsPage], wanted: int) -> RunsPage:
        size = self._size(wanted)
        began = self._monotonic()
        try:
            page = ask(size)
        except Problem as problem:
            if problem.kind is Kind.TIMEOUT:
                self._most = max(SLOW_PAGE, size // 4)
            raise
        took = self._monotonic() - began
        if took > self._limit_s * _TOO_SLOW and size > FIRST_PAGE:
            self._most = max(FIRST_PAGE, size // 2)
        elif self._most is not None and took < self._limit_s * _QUICK:
            self._most *= 2
        return page


def first_page(query: RunsQuery, tracking: TrackingPort, page_size: int, pace: PageSize) -> RunsPage:
    """The first runs of a query; blocks, and raises Problem. Needs none of the libraries that keep them."""

    def ask(size: int) -> RunsPage:
        return tracking.search_runs(
            query.experiment_ids, filter_string=query.filter_string, view=query.view, max_results=size
        )

    return pace.first(ask, min(FIRST_PAGE, page_size))
