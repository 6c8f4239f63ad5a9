"""Reading the runs that are to be compared: from what is loaded, in one request where that can be, else one by one."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, RunDetail
from tui.gateway.ports import TrackingPort
from tui.services.pool import Pool

if TYPE_CHECKING:
    from tui.domain.diff.sheet import Sheet
    from tui.domain.runs.snapshot import FrameSnapshot

T = TypeVar("T")
MOST_RUNS = 500
_IDS_A_REQUEST = 100
_READERS = Pool(6, "readers")  # threads of their own: whoever waits for them is one of the deck's


@dataclass(frozen=True)
class RunsWanted:
    """Runs to compare, in order, and what is known of them already.

    ``experiments`` maps runs to their experiments: those of one experiment are read in one request.
    """

    run_ids: tuple[str, ...]
    snapshot: FrameSnapshot | None = None
    experiments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The runs that were read, those that are not there (any more), and the experiment of each that was read.

    Those that are missing of several contexts are told as ``CONTEXT:ID``.
    """

    sheet: Sheet
    missing: tuple[str, ...]
    experiments: Mapping[str, str]
    asked: bool  # whether a server was asked
    context: str = ""  # that they were read in, if not the open one


def read(tracking: TrackingPort, wanted: RunsWanted, *, context: str = "") -> Compared:
    """The runs as a sheet, in their order, each once. Raises Problem where nothing can be read for another reason.

    Runs that are loaded already are taken from there, without asking anybody.
    """
    from tui.domain.diff.sources import of_details, of_snapshot
    from tui.domain.filter.names import Field

    run_ids = tuple(dict.fromkeys(wanted.run_ids))
    snapshot = wanted.snapshot
    loaded = [run_id for run_id in run_ids if snapshot is not None and snapshot.row_of(run_id) is not None]
    parts = [of_snapshot(snapshot, loaded)] if snapshot is not None and loaded else []
    experiments = dict(wanted.experiments)
    if snapshot is not None and loaded:
        column = snapshot.texts(Field("attribute", "experiment"))
        for run_id in loaded:
            experiments[run_id] = column.at(snapshot.row_of(run_id) or 0) or ""
    there = set(loaded)
    rest = [run_id for run_id in run_ids if run_id not in there]
    missing: tuple[str, ...] = ()
    if rest:
        known = {run_id: experiments[run_id] for run_id in rest if run_id in experiments and _is_plain(run_id)}
        found = _searched(tracking, known) if len(known) > 1 else None
        if found is not None:
            parts.append(of_snapshot(found, [run_id for run_id in rest if run_id in known], context=context))
            rest = [run_id for run_id in rest if found.row_of(run_id) is None and run_id not in known]
            missing = tuple(run_id for run_id in known if found.row_of(run_id) is None)
        details = _each(tracking, rest)
        missing += tuple(run_id for run_id, detail in zip(rest, details, strict=True) if detail is None)
        kept = [detail for detail in details if detail is not None]
        experiments.update((detail.run_id, detail.experiment_id) for detail in kept)
        if kept or not parts:
            parts.append(of_details(kept, context=context))
    return Compared(
        _in_order(parts, run_ids), missing, experiments, bool(missing) or len(loaded) < len(run_ids), context
    )


def beside(first: Compared, others: Sequence[Compared]) -> Compared:
    """What was read in several contexts, as one: the runs of the first come first."""
    from tui.domain.diff.sheet import joined

    every = [first, *others]
    return Compared(
        joined([one.sheet for one in every if one.sheet.subjects] or [first.sheet]),
        tuple(f"{one.context}:{run_id}" if one.context else run_id for one in every for run_id in one.missing),
        first.experiments,
        any(one.asked for one in every),
    )


def _in_order(parts: Sequence[Sheet], run_ids: Sequence[str]) -> Sheet:
    from tui.domain.diff.sheet import joined

    sheet = joined(parts)
    place_of = {subject.run_id: column for column, subject in enumerate(sheet.subjects)}
    order = [place_of[run_id] for run_id in run_ids if run_id in place_of]
    return sheet if order == list(range(len(sheet.subjects))) else sheet.at(order)


def _is_plain(run_id: str) -> bool:
    return bool(run_id) and all(letter.isalnum() or letter in "-_" for letter in run_id)


def _searched(tracking: TrackingPort, experiments: Mapping[str, str]) -> FrameSnapshot | None:
    """The runs as columns; None where the server does not take such a search."""
    from tui.domain.runs.frame import RunsFrame

    frame = RunsFrame()
    ids = list(experiments)
    shares = [ids[at : at + _IDS_A_REQUEST] for at in range(0, len(ids), _IDS_A_REQUEST)]

    def search(share: Sequence[str]) -> None:
        names = ", ".join(f"'{run_id}'" for run_id in share)
        page = tracking.search_runs(
            sorted({experiments[run_id] for run_id in share}),
            filter_string=f"attributes.run_id IN ({names})",
            view=Lifecycle.ALL,
            max_results=len(share),
        )
        frame.append(page)

    try:
        gathered([lambda share=share: search(share) for share in shares])  # type: ignore[misc]
        frame.set_experiments(
            {known: tracking.get_experiment(known).name for known in sorted(set(experiments.values()))}
        )
    except Problem as problem:
        if problem.kind in (Kind.BAD_REQUEST, Kind.UNSUPPORTED, Kind.NOT_FOUND):
            return None
        raise
    return frame.snapshot()


def _each(tracking: TrackingPort, run_ids: Iterable[str]) -> list[RunDetail | None]:
    def one(run_id: str) -> RunDetail | None:
        try:
            return tracking.get_run(run_id)
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                return None
            raise

    return gathered([lambda run_id=run_id: one(run_id) for run_id in run_ids])  # type: ignore[misc]


def gathered(works: Sequence[Callable[[], T]]) -> list[T]:
    """The answers of several pieces of work done side by side, in their order; the first problem is raised."""
    if len(works) == 1:
        return [works[0]()]
    answers: queue.SimpleQueue[tuple[int, T | None, Problem | None]] = queue.SimpleQueue()
    tickets = [
        _READERS.submit(
            work,
            lambda answer, at=at: answers.put((at, answer, None)),  # type: ignore[misc]
            lambda problem, at=at: answers.put((at, None, problem)),  # type: ignore[misc]
        )
        for at, work in enumerate(works)
    ]
    found: dict[int, T] = {}
    for _ in works:
        at, answer, problem = answers.get()
        if problem is not None:
            for ticket in tickets:
                ticket.cancel()
            raise problem
        found[at] = answer  # type: ignore[assignment]
    return [found[at] for at in range(len(works))]
