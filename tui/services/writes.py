"""The one way in which anything is written to a server: look again, refuse if it moved, write, read back, record.

What a person has been shown is ``expected``. A write is done once and never tried again by itself: where its answer
is lost, reading back tells what became of it, and where even that fails the outcome is unknown and is said to be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from tui.domain.problem import Kind, Problem
from tui.services.ledger import Ledger

S = TypeVar("S")
_SECOND_LOOK_S = 2.0
_SECOND_LOOK_JITTER_S = 0.5


class Outcome(str, Enum):
    """What became of one write, or of several as a whole."""

    DONE = "done"  # written, and read back as wanted
    CONFLICT = "conflict"  # the server had moved: nothing was written
    REFUSED = "refused"  # the server said no: nothing was written
    NOT_DONE = "not done"  # the server could not be asked, or it was read back as it was before
    OVERTAKEN = "overtaken"  # written, or perhaps, and read back as something else again: somebody moved it since
    UNKNOWN = "unknown"  # whether it was written cannot be told until the server can be read again
    SKIPPED = "skipped"  # not tried, because a step before it was not done
    PARTLY = "partly"  # some steps were done and some not


@dataclass(frozen=True)
class GuardedWrite(Generic[S]):
    """One write and how to tell what became of it. ``read`` and ``write`` may raise Problem."""

    read: Callable[[], S]
    expected: Callable[[S], bool]  # whether the server is as it was shown
    write: Callable[[], object]
    reached: Callable[[S], bool]  # whether the server is as it is wanted
    stands: Callable[[S], bool] = lambda _state: True  # what else must hold before: the steps that are to follow


@dataclass(frozen=True)
class StepResult(Generic[S]):
    """What became of one write; ``found`` is the server's last known state, None where it could not be read."""

    outcome: Outcome
    found: S | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Intention:
    """What is about to be done, as the ledger keeps it."""

    what: str
    context: str
    place: str
    subject: str
    purpose: str = ""
    of: int | None = None
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WriteReport(Generic[S]):
    """What became of several writes; ``number`` is the ledger's, None where nothing was recorded.

    ``unrecorded`` says what was in the way of recording, if anything was.
    """

    results: tuple[StepResult[S], ...]
    number: int | None = None
    unrecorded: Problem | None = None

    @property
    def outcome(self) -> Outcome:
        """One word for all: unknown and partly above the rest."""
        outcomes = [result.outcome for result in self.results]
        if all(outcome is Outcome.DONE for outcome in outcomes):
            return Outcome.DONE
        if Outcome.UNKNOWN in outcomes:
            return Outcome.UNKNOWN
        if Outcome.DONE in outcomes:
            return Outcome.PARTLY
        return next((outcome for outcome in outcomes if outcome is not Outcome.SKIPPED), Outcome.SKIPPED)

    @property
    def problem(self) -> Problem | None:
        return next((result.problem for result in self.results if result.problem is not None), None)


def second_look_s() -> float:
    """How long after a write was read back it is read once more; two who wrote at once do not look at once."""
    return _SECOND_LOOK_S + random.uniform(0, _SECOND_LOOK_JITTER_S)


# A request that was given up may still arrive; one that was cut off has been dealt with by the time it is read back.
_MAY_STILL_ARRIVE = (Kind.TIMEOUT, Kind.HOST_LOST, Kind.CANCELLED)


def guarded(step: GuardedWrite[S]) -> StepResult[S]:
    """Do one write under guard; never raises Problem."""
    try:
        before = step.read()
    except Problem as problem:
        return StepResult(Outcome.NOT_DONE, None, problem)
    if not (step.expected(before) and step.stands(before)):
        return StepResult(Outcome.CONFLICT, before)
    failure: Problem | None = None
    try:
        step.write()
    except Problem as problem:
        failure = problem
    try:
        found = step.read()
    except Problem as problem:
        if failure is not None and not _may_have_been_written(failure):
            return StepResult(Outcome.REFUSED, before, failure)
        return StepResult(Outcome.UNKNOWN, None, failure or problem)
    if failure is not None and not _may_have_been_written(failure):
        return StepResult(Outcome.REFUSED, found, failure)
    if step.reached(found):
        return StepResult(Outcome.DONE, found)
    if failure is None:
        return StepResult(Outcome.OVERTAKEN, found)
    if not step.expected(found):
        return StepResult(Outcome.OVERTAKEN, found, failure)
    return StepResult(Outcome.UNKNOWN if failure.kind in _MAY_STILL_ARRIVE else Outcome.NOT_DONE, found, failure)


def _may_have_been_written(failure: Problem) -> bool:
    """Whether a failed request may have had its effect all the same: anything but a clear no."""
    return failure.is_connection or failure.kind in (Kind.CANCELLED, Kind.INTERNAL, Kind.NOT_MLFLOW, Kind.TLS)


def carry_out(
    ledger: Ledger,
    intention: Intention,
    steps: Sequence[GuardedWrite[S]],
    *,
    tell: Callable[[Sequence[StepResult[S]]], Mapping[str, Any]] = lambda _results: {},
    unrecorded_ok: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int], object] = lambda _steps: None,
) -> WriteReport[S]:
    """Record the intention, do the steps until one is not done, and record what became of each.

    Raises Problem (STORE_UNREADABLE) before anything is written where the ledger cannot be, unless ``unrecorded_ok``.
    ``tell`` says what the ledger keeps of the results. ``stopped`` is asked before each step and ends the sequence;
    ``progress`` is told how many steps are over.
    """
    number: int | None = None
    unrecorded: Problem | None = None
    try:
        number = ledger.begin(
            what=intention.what,
            context=intention.context,
            place=intention.place,
            subject=intention.subject,
            purpose=intention.purpose,
            of=intention.of,
            why=intention.why,
            details=intention.details,
        )
    except Problem as problem:
        if not unrecorded_ok:
            raise
        unrecorded = problem
    results: list[StepResult[S]] = []
    for step in steps:
        at_end = stopped() or (bool(results) and results[-1].outcome is not Outcome.DONE)
        results.append(StepResult(Outcome.SKIPPED) if at_end else guarded(step))
        progress(len(results))
    report = WriteReport(tuple(results), number, unrecorded)
    if number is not None:
        try:
            ledger.end(number, report.outcome.value, tell(results))
        except Problem as problem:
            # The intention is on record and open: it is settled when the ledger can be written again.
            report = WriteReport(report.results, number, problem)
    return report
