"""The runs of some experiments as far as they are loaded: page by page into one frame, on worker threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.values import RunsPage
from tui.gateway.ports import RegistryPort, TrackingPort
from tui.services.runs_query import FIRST_PAGE, PageSize, RunsQuery, first_page, ids_filter

READ_WHOLE = 2000  # loaded runs up to which all are read again so that a restored one has its place
REGISTERED_AT_ONCE = 200  # runs asked about in one go


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

    def _new_frame(self) -> RunsFrame:
        frame = RunsFrame()
        frame.set_experiments({experiment.id: experiment.name for experiment in self.query.experiments})
        return frame

    @property
    def loaded(self) -> int:
        return len(self._frame)

    @property
    def value_count(self) -> int:
        """How many values the loaded runs have, of which memory is a matter."""
        return self._frame.value_count

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

    def more(self) -> Taken:
        """Load the next page, if there is one."""
        if self.complete:
            return Taken(self.loaded, True, ())
        return self._take(self._pace.next(lambda size: self._page(size, self._token), self._page_size))

    def newest(self) -> Taken:
        """Read the latest runs again: new ones are added, known ones get their new values; nothing is taken away."""
        page = self._pace.first(lambda size: self._page(size, None), min(FIRST_PAGE, self._page_size))
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
            page = self._pace.next(partial(self._page, token=token), size)
            frame.append(page)
            seen += page.run_ids
            token = page.next_token
            if token is None or len(frame) >= wanted:
                break
        with self._lock:
            self._frame, self._token, self.complete = frame, token, token is None
            return Taken(len(frame), self.complete, tuple(seen))

    def read_changed(self, run_ids: Sequence[str]) -> frozenset[str]:
        """Read runs again that have been written to; those that the query's view no longer holds are taken out.

        Answers which were taken out. Where one comes new, a restored one, all are read, so that it has its place.
        """
        left: set[str] = set()
        is_new = False
        for start in range(0, len(run_ids), REGISTERED_AT_ONCE):
            wanted = run_ids[start : start + REGISTERED_AT_ONCE]
            page = self._tracking.search_runs(
                self.query.experiment_ids,
                filter_string=ids_filter(wanted),
                view=self.query.view,
                max_results=REGISTERED_AT_ONCE,
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
                f"{version.model} v{version.version}" + "".join(f" @{alias}" for alias in version.aliases)
                for version in versions
            )
            for run_id, versions in self._registry.registered_as(run_ids).items()
        }
