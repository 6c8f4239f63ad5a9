"""The details of the run under the cursor, read once the cursor has rested, and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from textual.timer import Timer

from tui.domain.problem import Problem
from tui.domain.values import RunDetail
from tui.features.run.view import RunView
from tui.services.pool import PREFETCH
from tui.services.session import Session

REST_SECONDS = 0.1  # how long the cursor rests before it counts
NOTHING = "No run is under the cursor."
TABS = ("params", "metrics", "tags", "datasets", "note", "overview")
KEPT = 64  # runs whose details are kept


class RunFollower:
    """Has a pane show the run under the cursor of the runs table."""

    def __init__(self, pane: RunView, session: Session) -> None:
        self._pane = pane
        self._session = session
        self._kept: OrderedDict[str, RunDetail] = OrderedDict()
        self._rest: Timer | None = None
        self.run_id: str | None = None

    def follow(self, run_id: str | None, neighbours: Sequence[str] = ()) -> None:
        """Show a run as soon as the cursor has rested on it; ``neighbours`` are read ahead when there is time."""
        if run_id == self.run_id and (self._pane.detail is not None or run_id is None):
            return
        self.run_id = run_id
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        self._pane.forget("detail")
        if run_id is None:
            self._pane.show_nothing(NOTHING)
            return
        known = self._kept.get(run_id)
        if known is not None:
            self._kept.move_to_end(run_id)
            self._pane.show_run(known)
        else:
            if self._pane.detail is None:
                self._pane.show_nothing("Reading this run …")
            self._pane.show_loading()
        self._rest = self._pane.set_timer(REST_SECONDS, lambda: self._rested(run_id, tuple(neighbours)))

    def known(self, run_id: str) -> RunDetail | None:
        """The details of a run, if they have been read."""
        return self._kept.get(run_id)

    def read_again(self) -> None:
        """Forget what is kept, and read the run under the cursor anew."""
        self._kept.clear()
        if self.run_id is not None:
            self._rested(self.run_id, ())

    def read_changed(self, run_ids: frozenset[str]) -> None:
        """Forget what is kept of these runs; the one under the cursor is read anew if it is among them."""
        for run_id in run_ids:
            self._kept.pop(run_id, None)
        if self.run_id in run_ids and self.run_id is not None:
            self._rested(self.run_id, ())

    def _rested(self, run_id: str, neighbours: tuple[str, ...]) -> None:
        self._rest = None
        tracking = self._session.tracking
        known = self._kept.get(run_id)
        if known is not None:
            if self._pane.detail is None or self._pane.detail.run_id != run_id:
                self._pane.show_run(known)  # it was read ahead and has come since
        else:
            self._pane.ask(self._session.pool, "detail", lambda: tracking.get_run(run_id), self._got, self._refused)
        for number, neighbour in enumerate(neighbours):
            if neighbour not in self._kept:
                self._pane.ask(
                    self._session.pool,
                    f"ahead-{number}",
                    lambda neighbour=neighbour: tracking.get_run(neighbour),  # type: ignore[misc]
                    self._keep,
                    lambda _problem: None,  # it was only read ahead: the run itself will say it when it is reached
                    urgency=PREFETCH,
                )

    def _keep(self, detail: RunDetail) -> None:
        self._kept[detail.run_id] = detail
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _got(self, detail: RunDetail) -> None:
        self._keep(detail)
        if detail.run_id == self.run_id:
            self._pane.show_run(detail)

    def _refused(self, problem: Problem) -> None:
        if self._pane.detail is not None and self._pane.detail.run_id != self.run_id:
            # What stands here is of another run.
            self._pane.show_nothing("")
        self._pane.grid.placeholder = "Nothing could be read of this run."
        self._pane.show_problem(problem)
