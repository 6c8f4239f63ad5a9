"""What is asked of the server for a table of runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.config.launch import FIRST_PAGE
from tui.domain.experiments import Experiment, Lifecycle
from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from tui.domain.values import RunsPage
    from tui.gateway.ports import TrackingPort

SLOW_PAGE = 50  # runs: a screenful, where that will take long as well
_SLOW = 0.5  # of the time that a request may take, for whatever was asked last
_TOO_SLOW = 0.8  # the same, for a page: the next one might not come in time
_QUICK = 0.2  # the same, after which pages may grow again
LONG_PAGE = 20_000  # runs: the most that are asked for at a time where all are wanted
LONG_PAGE_VALUES = 500_000  # metrics, params and tags of them together, which memory and progress can bear
_GROWS = 4  # times as many at most as the page before
_LONG_PAGE_S = 1.0  # that such a page may take, so that how far it has come is seen


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


def under_filter(path: str | None) -> str:
    """MLflow's filter for the experiments whose names begin with a path."""
    if not path:
        return ""
    quote = "'" if "'" not in path else '"'
    return f"name LIKE {quote}{path.rstrip('%')}%{quote}"


class PageSize:
    """How many runs a server is asked for at a time: fewer where it has been slow.

    ``limit_s`` is how long a request may take, ``lately`` how many seconds the last one took, whatever it was.
    ``grows`` is for databases: how long a server takes cannot be seen where its next page is on its way already, and a
    long page keeps a worker so busy that its own supervisor ends it.
    """

    def __init__(
        self,
        limit_s: float,
        lately: Callable[[], float] = lambda: 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        grows: bool = False,
    ) -> None:
        self._limit_s = limit_s
        self._lately = lately
        self._monotonic = monotonic
        self._grows = grows
        self._most: int | None = None  # runs of a page, once it has been slow
        self._long = 0  # runs of the next page where all are wanted, if that is more than usual

    @property
    def is_slow(self) -> bool:
        """Whether the last request took long, whatever it was."""
        return self._lately() > self._limit_s * _SLOW

    def first(self, ask: Callable[[int], RunsPage], wanted: int) -> RunsPage:
        """The first page, of at most so many runs; blocks, and raises Problem."""
        self._long = 0  # these runs may have many more values
        return self._timed(ask, min(wanted, SLOW_PAGE) if self.is_slow else wanted)

    def long(self, ask: Callable[[int], RunsPage], wanted: int, most: int = LONG_PAGE) -> RunsPage:
        """``next`` where all, or ``most``, are wanted: pages grow to what comes in a second, so that few are drawn."""
        if not self._grows:
            return self.next(ask, wanted)
        began = self._monotonic()
        page = self.next(ask, max(wanted, min(self._long, most)))
        # No clock is so fine that nothing took no time at all.
        faster = _LONG_PAGE_S / max(self._monotonic() - began, 0.001)
        bearable = LONG_PAGE_VALUES * len(page) // max(1, page.value_count)
        self._long = min(int(len(page) * min(faster, _GROWS)), bearable, LONG_PAGE)
        return page

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


def first_page(query: RunsQuery, tracking: TrackingPort, size: int, pace: PageSize) -> RunsPage:
    """The first runs of a query; blocks, and raises Problem. Needs none of the libraries that keep them."""

    def ask(size: int) -> RunsPage:
        return tracking.search_runs(
            query.experiment_ids, filter_string=query.filter_string, view=query.view, max_results=size
        )

    return pace.first(ask, min(FIRST_PAGE, size))
