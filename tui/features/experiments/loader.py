"""Loads the experiments for their pane: what was seen last, every page of them, and how many runs each has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.domain.experiments import Experiment, ExperimentPage, Lifecycle
from tui.domain.problem import Kind, Problem
from tui.services.pool import PREFETCH
from tui.services.runs_query import under_filter
from tui.services.session import Session
from tui.ui.list_pane import ListPane

# Where the list of experiments begins: a configured path, on Databricks the person's own folder, else everything.


SHARED, REPOS = "/Shared/", "/Repos/"
MOST_OUTSIDE = 20  # experiments of other folders than the one listed that are read again with it


class StartingPlaces:
    """The folders that the list can be of, and the one that it is of now (None: everything)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._settling = threading.Lock()
        self._configured = session.launch.experiment_path
        self._is_settled = session.catalog is None or self._configured is not None
        self._at = 0
        self._places: tuple[str | None, ...] = (None,)
        if self._configured is not None:
            self._places = (self._configured, None)
        if session.catalog is not None:
            self._places = (*dict.fromkeys((*self._places, SHARED, REPOS)),)

    @property
    def under(self) -> str | None:
        """The folder that is listed; None for everything, and until the workspace has said who one is."""
        return self._places[self._at]

    @property
    def following(self) -> str:
        """Where ``step`` leads, in words; "" where there is nowhere else."""
        if len(self._places) < 2:
            return ""
        return self._places[(self._at + 1) % len(self._places)] or "everywhere"

    def step(self) -> None:
        """Go to the next folder."""
        self._at = (self._at + 1) % len(self._places)

    def page(self, view: Lifecycle, token: str | None) -> ExperimentPage:
        """A page of the experiments of the folder; blocks. Raises Problem as the tracking port does."""
        self._settle()
        under = self.under
        page = self._session.tracking.search_experiments(view, token=token, filter_string=under_filter(under))
        if not under:
            return page
        # To the server's LIKE an underscore is any letter.
        return replace(page, experiments=tuple(e for e in page.experiments if e.name.startswith(under)))

    def again(self, experiments: Sequence[Experiment], view: Lifecycle) -> dict[str, Experiment | None]:
        """Each of these as it is now; None of one that is no more, or not what is looked at; blocks."""
        found: dict[str, Experiment | None] = {}
        for one in experiments:
            try:
                now = self._session.tracking.get_experiment(one.id)
            except Problem as problem:
                if problem.kind is Kind.NOT_FOUND:
                    found[one.id] = None
                continue  # what could not be asked stays as it was
            found[one.id] = now if view in (Lifecycle.ALL, Lifecycle(now.lifecycle)) else None
        return found

    def _settle(self) -> None:
        """Ask the workspace once where one's own folder is; where it does not say, everything is listed."""
        with self._settling:
            if self._is_settled or self._session.catalog is None:
                return
            try:
                home = self._session.catalog.home_folder()
            except Problem as problem:
                # Asked again with the next page where the workspace could not be asked at all.
                self._is_settled = not problem.is_connection
                return
            self._is_settled = True
            was_at_start = self._at == 0
            self._places = (home, *self._places)
            if not was_at_start:
                self._at += 1


class ExperimentsLoader:
    """Owns what is loaded. Lives on the event loop; asks through ``owner``, the list, and says of it how true it is.

    ``changed`` is called when there is something new to show, ``refused`` when a request has failed.
    """

    def __init__(
        self, owner: ListPane[Any], session: Session, changed: Callable[[], None], refused: Callable[[Problem], None]
    ) -> None:
        self._owner = owner
        self._state = owner.state
        self._session = session
        self._changed = changed
        self._refused = refused
        self._places = StartingPlaces(session)
        self.view = Lifecycle.ACTIVE
        self.experiments: dict[str, Experiment] = {}
        self.counts: dict[str, int] = {}
        self.complete = False
        self._come_to: dict[str, Experiment] = {}  # by other ways than the list
        self._is_read = False  # whether a first page has come since the list became another one

    @property
    def under(self) -> str | None:
        """The folder whose experiments are listed; None where all are."""
        return self._places.under

    @property
    def following(self) -> str:
        """The folder that comes next, in words; "" where there is no other."""
        return self._places.following

    def step_view(self) -> None:
        """Go on from active experiments to deleted ones, to all, and round again."""
        self.view = self.view.following
        self._forget()

    def step_place(self) -> None:
        """Go on to the next folder."""
        self._places.step()
        self._forget()

    def _forget(self) -> None:
        self.experiments, self.complete = {}, False
        self._come_to, self._is_read = {}, False

    def know(self, experiments: Sequence[Experiment]) -> None:
        """Take in experiments that have been come to by another way."""
        for experiment in experiments:
            self.experiments.setdefault(experiment.id, experiment)
            self._come_to[experiment.id] = experiment

    def recall(self) -> None:
        """Begin with what was seen last."""
        found = recalled(self._session.last_seen.get(memory_name(self._session.memory_key)))
        if found is not None:
            experiments, as_of_ms = found
            self.experiments = {experiment.id: experiment for experiment in experiments}
            self._state.freshness = self._state.freshness.remembered(as_of_ms)

    def read(self) -> None:
        """Read every experiment; what was loaded stays until the first page has come."""
        if self._state.freshness.as_of_ms is None:
            self._state.freshness = self._state.freshness.loading()
        self._ask_page(None)

    def _ask_page(self, token: str | None) -> None:
        places, view = self._places, self.view
        outside = self._outside()[:MOST_OUTSIDE] if token is None else []
        self._owner.ask(
            self._session.pool,
            "experiments",
            lambda: (places.page(view, token), places.again(outside, view)),
            lambda found: self._got(found[0], first=token is None, again=found[1]),
            self._failed,
            stops="the experiments",
        )

    def _got(self, page: ExperimentPage, *, first: bool, again: Mapping[str, Experiment | None] | None = None) -> None:
        if first:
            self.experiments = {}
        self.experiments.update((experiment.id, experiment) for experiment in page.experiments)
        if first:
            self._come_to = self._still_come_to(again or {})
            self.know(tuple(self._come_to.values()))
        self.complete = page.next_token is None
        self._state.freshness = self._state.freshness.live(self._session.clock.now_ms())
        self._changed()
        if page.next_token is not None:
            self._ask_page(page.next_token)
        else:
            self._remember()
        self._ask_counts([experiment.id for experiment in page.experiments])

    def _outside(self) -> list[Experiment]:
        """What was come to by another way and no page of this list holds: it lies in another folder."""
        under = self.under
        return [one for one in self._come_to.values() if under and not one.name.startswith(under)]

    def _still_come_to(self, again: Mapping[str, Experiment | None]) -> dict[str, Experiment]:
        """What stays in the list beside its pages; ``again`` is what was read of it anew, None where it is no more."""
        if not self._is_read:  # what a page will hold may have been come to before
            self._is_read = True
            return self._come_to
        read = ((one.id, again.get(one.id, one)) for one in self._outside())
        return {experiment_id: one for experiment_id, one in read if one is not None}

    def _failed(self, problem: Problem) -> None:
        self._state.freshness = self._state.freshness.failed(problem)
        self._refused(problem)

    def _ask_counts(self, wanted: Sequence[str]) -> None:
        if not wanted:
            return
        tracking = self._session.tracking
        self._owner.ask(
            self._session.pool,
            f"counts from {wanted[0]}",
            lambda: tracking.count_runs(wanted),
            self._got_counts,
            lambda _problem: None,  # a count is a courtesy: without it the column stays empty
            urgency=PREFETCH,
        )

    def _got_counts(self, counts: dict[str, int]) -> None:
        if counts:
            self.counts.update(counts)
            self._changed()

    def _remember(self) -> None:
        if self.view is not Lifecycle.ACTIVE:
            return  # the next start begins with the active ones, and must not take these for them
        last_seen, name = self._session.last_seen, memory_name(self._session.memory_key)
        value = seen(self.experiments.values(), self._state.freshness.as_of_ms)
        # A failure to remember takes nothing from what is shown; it is in the log file.
        self._owner.ask(
            self._session.pool, "seen", lambda: last_seen.put(name, value), lambda _kept: None, lambda _problem: None
        )


REMEMBERED = 200  # experiments shown at once next time


def memory_name(memory_key: str) -> str:
    """The name under which the list of a context is kept."""
    return f"{memory_key}:experiments"


def seen(experiments: Iterable[Experiment], as_of_ms: int | None) -> dict[str, Any]:
    """The first experiments of a list, to be kept."""
    first = list(experiments)[:REMEMBERED]
    return {"as_of_ms": as_of_ms, "experiments": [[e.id, e.name, e.lifecycle, e.updated_ms] for e in first]}


def recalled(kept: Mapping[str, Any]) -> tuple[list[Experiment], int] | None:
    """The experiments that were kept, and when they were read; None if there is nothing that fits."""
    entries, as_of_ms = kept.get("experiments"), kept.get("as_of_ms")
    if not isinstance(entries, list) or not isinstance(as_of_ms, int):
        return None
    found = [experiment for entry in entries if (experiment := _experiment(entry))]
    return (found, as_of_ms) if found else None


def _experiment(entry: object) -> Experiment | None:
    if isinstance(entry, list) and len(entry) == 4 and all(isinstance(text, str) for text in entry[:3]):
        updated = entry[3] if isinstance(entry[3], int) else None
        return Experiment(entry[0], entry[1], entry[2], None, updated, "", {})
    return None
