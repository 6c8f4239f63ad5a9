"""The runs of some experiments as far as they are loaded: page by page into one frame, on worker threads."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tui.config.launch import FIRST_PAGE
from tui.domain.filter.names import Field
from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.series.history import Figures
from tui.domain.text import named
from tui.domain.values import GOING_ON, RunsPage
from tui.services.runs_query import PageSize, RunsQuery, first_page, ids_filter

if TYPE_CHECKING:
    from tui.gateway.ports import MetricHistoryPort, RegistryPort, TrackingPort

READ_WHOLE = 2000  # loaded runs up to which all are read again so that a restored one has its place
FIGURES_AT_ONCE = 1000  # runs of which figures are read in one go
REGISTERED_AT_ONCE = 1000  # runs of which is asked in one go what they are registered as
REREAD_AT_ONCE = 200  # runs that are read again by their ids in one go, which a server's parser can bear


@dataclass(frozen=True)
class Taken:
    """What a request brought: how many runs are loaded now, whether that is all, and which have come."""

    loaded: int
    complete: bool
    run_ids: tuple[str, ...]


class RunsStore:
    """Loads the runs of a query. Methods that ask the server block, and raise Problem; call one of them at a time."""

    def __init__(
        self, query: RunsQuery, tracking: TrackingPort, registry: RegistryPort, page_size: int, pace: PageSize
    ) -> None:
        self.query = query
        self._tracking = tracking
        self._registry = registry
        self._page_size = page_size
        self._pace = pace
        self._lock = threading.Lock()
        self._frame = self._new_frame()
        self._token: str | None = None
        self.complete = False
        self._figures_due: dict[str, frozenset[str]] = {}  # runs that go on, of which figures are to be read again

    def lacks_figures(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Of which loaded runs that have them these metrics' figures are not known, by metric."""
        snapshot = self.snapshot()
        lacking = {}
        for key in keys:
            known = self._frame.figures.get(key, {})
            _, present = snapshot.numbers(Field("metric", key))
            rows = np.flatnonzero(present & snapshot.alive).tolist()
            due = self._figures_due.get(key, frozenset())
            missing = [run_id for row in rows if (run_id := snapshot.run_id(row)) not in known or run_id in due]
            if missing:
                lacking[key] = missing
        return lacking

    def read_figures(self, keys: Sequence[str], history: MetricHistoryPort) -> int:
        """Learn what metrics came to over the lives of runs, some at a time; answers of how many runs more are wanted.

        A run that has ended has its figures for good; one that goes on is asked about again when it is read again.
        """
        lacking = self.lacks_figures(keys)
        if not lacking:
            return 0
        key = next(iter(lacking))
        wanted = lacking[key][:FIGURES_AT_ONCE]
        found = history.figures(wanted, key)
        # What has none after all is not asked for again.
        none = Figures(math.nan, math.nan, math.nan, math.nan, math.nan)
        self._frame.set_figures({key: {run_id: found.get(run_id, none) for run_id in wanted}})
        self._figures_due[key] = self._figures_due.get(key, frozenset()) - set(wanted)
        return sum(map(len, lacking.values())) - len(wanted)

    def _new_frame(self) -> RunsFrame:
        frame = RunsFrame()
        frame.set_experiments({experiment.id: experiment.name for experiment in self.query.experiments})
        return frame

    def _figures_of_going_on(self, page: RunsPage) -> None:
        """What metrics came to is to be read again of the runs that have been read and go on."""
        going_on = {run_id for run_id, status in zip(page.run_ids, page.statuses, strict=True) if status in GOING_ON}
        for key in self._frame.figures:
            self._figures_due[key] = self._figures_due.get(key, frozenset()) | going_on

    @property
    def loaded(self) -> int:
        return len(self._frame)

    @property
    def value_count(self) -> int:
        """How many values the loaded runs have, of which memory is a matter."""
        return self._frame.value_count

    @property
    def is_screenful(self) -> bool:
        """Whether what was asked for first is less than a first page, of which the rest is still to come."""
        return not self.complete and self.loaded < FIRST_PAGE <= self._page_size

    def snapshot(self) -> FrameSnapshot:
        return self._frame.snapshot()

    def _page(self, size: int, token: str | None) -> RunsPage:
        return self._tracking.search_runs(
            self.query.experiment_ids,
            filter_string=self.query.filter_string,
            view=self.query.view,
            max_results=size,
            token=token,
        )

    def _take(self, page: RunsPage) -> Taken:
        with self._lock:
            self._frame.append(page)
            self._token = page.next_token
            self.complete = page.next_token is None
            return Taken(len(self._frame), self.complete, tuple(page.run_ids))

    def first(self) -> Taken:
        """Load the first runs."""
        return self.begin(first_page(self.query, self._tracking, self._page_size, self._pace))

    def begin(self, page: RunsPage) -> Taken:
        """Take in the first runs, which have been read already."""
        return self._take(page)

    def more(self, *, to_the_end: bool = False) -> Taken:
        """Load the next page, if there is one; a larger one each time where all are wanted."""
        if self.complete:
            return Taken(self.loaded, True, ())

        def ask(size: int) -> RunsPage:
            return self._page(size, self._token)

        if to_the_end:
            return self._take(self._pace.long(ask, self._page_size))
        return self._take(self._pace.next(ask, FIRST_PAGE - self.loaded if self.is_screenful else self._page_size))

    def newest(self) -> Taken:
        """Read the latest runs again: new ones are added, known ones get their new values; nothing is taken away."""
        page = self._pace.first(lambda size: self._page(size, None), min(FIRST_PAGE, self._page_size))
        self._figures_of_going_on(page)
        with self._lock:
            self._frame.append(page)
            return Taken(len(self._frame), self.complete, tuple(page.run_ids))

    def reload(self) -> Taken:
        """Read again as many runs as are loaded; what is shown stays as it was until all of them have come."""
        wanted = max(self.loaded, 1)
        frame = self._new_frame()
        token: str | None = None
        seen: list[str] = []
        while True:
            size = min(FIRST_PAGE, self._page_size) if token is None and wanted <= FIRST_PAGE else self._page_size
            page = self._pace.long(partial(self._page, token=token), size, wanted - len(frame))
            frame.append(page)
            self._figures_of_going_on(page)
            seen += page.run_ids
            token = page.next_token
            if token is None or len(frame) >= wanted:
                break
        frame.set_figures(self._frame.figures)
        with self._lock:
            self._frame, self._token, self.complete = frame, token, token is None
            return Taken(len(frame), self.complete, tuple(seen))

    def read_changed(self, run_ids: Sequence[str]) -> frozenset[str]:
        """Read runs again that have been written to; those that the query's view no longer holds are taken out.

        Answers which were taken out. Where one comes new, a restored one, all are read, so that it has its place.
        """
        left: set[str] = set()
        is_new = False
        for start in range(0, len(run_ids), REREAD_AT_ONCE):
            wanted = run_ids[start : start + REREAD_AT_ONCE]
            page = self._tracking.search_runs(
                self.query.experiment_ids,
                filter_string=ids_filter(wanted),
                view=self.query.view,
                max_results=REREAD_AT_ONCE,
            )
            left |= set(wanted) - set(page.run_ids)
            with self._lock:
                is_new = is_new or any(run_id not in self._frame for run_id in page.run_ids)
                self._frame.append(page)
        with self._lock:
            self._frame.remove(left)
        if is_new and self.loaded <= READ_WHOLE:
            self.reload()
        return frozenset(left)

    def read_registered(self, run_ids: Sequence[str]) -> None:
        """Learn anew what runs are registered as: these, and those that were model versions when last asked."""
        wanted = list(dict.fromkeys((*run_ids, *self._frame.registered)))
        texts = dict.fromkeys(wanted, "")
        for start in range(0, len(wanted), REGISTERED_AT_ONCE):
            texts.update(self._registered_as(wanted[start : start + REGISTERED_AT_ONCE]))
        self._frame.set_registered(texts)

    def ask_registered(self, run_ids: Sequence[str]) -> int:
        """Learn which of these runs have become model versions; answers how many have."""
        known = 0
        for start in range(0, len(run_ids), REGISTERED_AT_ONCE):
            texts = self._registered_as(run_ids[start : start + REGISTERED_AT_ONCE])
            if texts:
                self._frame.set_registered(texts)
            known += len(texts)
        return known

    def _registered_as(self, run_ids: Sequence[str]) -> dict[str, str]:
        return {
            run_id: ", ".join(
                f"{named(version.model)} v{version.version}" + "".join(f" @{alias}" for alias in version.aliases)
                for version in versions
            )
            for run_id, versions in self._registry.registered_as(run_ids).items()
        }
