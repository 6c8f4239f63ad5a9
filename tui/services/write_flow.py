"""The one way from a plan to what became of it: carried out under guard, told, finished, put back, taken back.

A new kind of write is made so: give ``Change`` a field and ``domain.writes.change_words`` its verb; write a class that
is a ``WriteKind`` (what is read of a thing, its steps under guard and what the ledger keeps of them, what a person
should know before), most simply a ``ChangeByChange``; name it in ``Session.flow``. A screen then makes plans, on a
worker's thread, and hands them to ``ui.write_panel``: showing, arming, the ledger and an offer to go on without it,
stopping, finishing, putting back, ``u`` and telling every open page that shows the thing are the flow's and come with
that.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from tui.domain.problem import Kind, Problem
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Plan, Thing, ThingState, WriteVerb
from tui.services.clock import Clock
from tui.services.ledger import UNSETTLED, Ledger

# The one way in which anything is written to a server: look again, refuse if it moved, write, read back, record.
#
# What a person has been shown is ``expected``. A write is done once and never tried again by itself: where its answer
# is lost, reading back tells what became of it, and where even that fails the outcome is unknown and is said to be.


S = TypeVar("S")
T = TypeVar("T")
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


Found = ThingState | None
Touched = frozenset[tuple[Thing, str]]
"""Kind and id of all that may have been changed."""

NOTHING = "Nothing was changed"
_LOOKED_AT_AGAIN = 20  # changes of a plan


@dataclass(frozen=True)
class WriteResult:
    """What became of a plan; ``at_ms`` is when that was read back, ``aside`` what went wrong beside it."""

    plan: Plan
    report: WriteReport[Found]
    at_ms: int
    aside: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def rows(self) -> tuple[tuple[Change, StepResult[Found]], ...]:
        return tuple(zip(self.plan.changes, self.report.results, strict=True))

    @property
    def done(self) -> tuple[Change, ...]:
        """The changes that were made, each with the id and the name of what it made."""
        return tuple(
            replace(change, id=result.found.id, called=result.found.name)
            if change.makes and result.found is not None
            else change
            for change, result in self.rows
            if result.outcome is Outcome.DONE
        )

    @property
    def left(self) -> tuple[Change, ...]:
        """The changes that were not made, or of which that is not known."""
        return tuple(change for change, result in self.rows if result.outcome is not Outcome.DONE)

    @property
    def touched(self) -> Touched:
        """Kind and id of all that may have been changed."""
        found = set()
        for change, result in self.rows:
            if result.outcome is not Outcome.SKIPPED:
                found.add((change.kind, change.id or (result.found.id if result.found is not None else "")))
                if change.kind is Thing.MODEL and change.field == changes.NAME:
                    found.add((change.kind, change.after or ""))
        return frozenset(found)

    @property
    def taken_back(self) -> Plan | None:
        """What takes back all that was done and can be; None where there is nothing of it."""
        done = [(change, change.id) for change in self.done if change.can_be_reversed]
        if not done:
            return None
        purpose = changes.UNDO if self.outcome is Outcome.DONE else changes.PUT_BACK
        back = changes.put_back(done, self.report.number, purpose)
        if self.outcome is not Outcome.DONE or not self.plan.afterwards:
            return back
        return replace(back, changes=(*back.changes, *self.plan.afterwards))


@dataclass(frozen=True)
class Overtaken:
    """A change that was done, and that somebody else has changed since to ``now``, None for nothing; times in ms."""

    change: Change
    now: str | None
    done_ms: int
    seen_ms: int


@dataclass(frozen=True)
class Prepared:
    """A plan ready to be carried out: each change under guard, and what the ledger keeps of it before and after.

    ``purpose`` is the ledger's word for it where that is not the plan's. ``over`` is called when all is recorded, and
    answers what went wrong beside it ("" for nothing).
    """

    what: str
    place: str
    subject: str
    details: Mapping[str, Any]
    guards: Sequence[GuardedWrite[Found]]
    tell: Callable[[Sequence[StepResult[Found]]], Mapping[str, Any]]
    purpose: str = ""
    over: Callable[[WriteReport[Found]], str] = lambda _report: ""


class WriteKind(Protocol):
    """What one kind of write gives; every method blocks and may raise Problem."""

    def dress(self, plan: Plan) -> Plan:
        """The plan with what a person should know before it, why it is refused, and what has to be typed."""
        ...

    def read(self, change: Change) -> Found:
        """What a change is about, as it is now; None where there is none."""
        ...

    def prepare(self, plan: Plan) -> Prepared:
        """The plan as it is to be carried out, change by change; raises Problem where nothing may be tried."""
        ...

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        """Record what looking again has told of changes whose outcome was not known."""
        ...


class WriteFlow:
    """The writes of one context; ``kinds`` makes each kind when it is first written to, ``rights`` says of a plan
    what the server will refuse.

    ``history`` holds what became of the plans since the context was opened of which something stands that can be taken
    back; the latest is the last.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        kinds: Mapping[str, Callable[[], WriteKind]],
        *,
        context: str,
        read_only: bool,
        rights: Callable[[Plan], Plan] = lambda plan: plan,
    ) -> None:
        self._rights = rights
        self.ledger = ledger
        self._clock = clock
        self._kinds = kinds
        self._context = context
        self._read_only = read_only
        self.history: list[WriteResult] = []
        self._latest: dict[tuple[Thing, str, str], Plan] = {}  # of each field, the plan that wrote it last from here

    def kind_of(self, change: Change) -> WriteKind:
        """Who writes such a change."""
        return self._kinds[f"{change.kind.value} alias" if change.alias else change.kind.value]()

    def _kind_of_plan(self, plan: Plan) -> WriteKind:
        """Who writes a plan: the kind of its changes, or of several kinds together what promotes a version."""
        serves = any(change.kind is Thing.ENDPOINT for change in plan.changes)
        together = serves and any(change.alias for change in plan.changes)  # as what takes a promotion back
        return self._kinds["promotion"]() if plan.promotes or together else self.kind_of(plan.changes[0])

    @property
    def refusal(self) -> Problem | None:
        """Why nothing may be written here; None where it may."""
        return read_only_refusal(self._context) if self._read_only else None

    def dressed(self, plan: Plan) -> Plan:
        """The plan as it is shown; blocks, and may raise Problem."""
        return self._rights(self._kind_of_plan(plan).dress(plan)) if plan.changes else plan

    def lacking(self, made: Sequence[Change]) -> Plan:
        """The changes with nothing but what one's own permissions do not allow of them; blocks."""
        return self._rights(Plan(tuple(made)))

    def carry_out(
        self,
        plan: Plan,
        *,
        stopped: Callable[[], bool] = lambda: False,
        progress: Callable[[int], object] = lambda _steps: None,
        unrecorded_ok: bool = False,
    ) -> WriteResult:
        """Carry a plan out, change by change, until one is not done or ``stopped``.

        Raises Problem where nothing was tried: read-only, no ledger, a plan that cannot be.
        """
        refused = self.refusal
        if refused is not None:
            raise refused
        reasons = changes.refusals(plan)
        if reasons:
            raise Problem(Kind.BAD_REQUEST, NOTHING, " ".join(reasons))
        ready = self._kind_of_plan(plan).prepare(plan)
        purpose = ready.purpose or plan.purpose
        self._latest.update(((change.kind, change.id, change.field), plan) for change in plan.changes)
        report = carry_out(
            self.ledger,
            Intention(
                ready.what, self._context, ready.place, ready.subject, purpose, plan.of, plan.why.strip(), ready.details
            ),
            ready.guards,
            tell=ready.tell,
            unrecorded_ok=unrecorded_ok,
            stopped=stopped,
            progress=progress,
        )
        told = WriteResult(plan, report, self._clock.now_ms(), ready.over(report))
        self._remember(told)
        return told

    def _remember(self, told: WriteResult) -> None:
        if told.plan.purpose in (changes.UNDO, changes.PUT_BACK):
            # What has been taken back is not to be taken back once more; without a record it is the last that was done.
            if told.outcome is Outcome.DONE and self.history:
                numbers = [each.report.number for each in self.history]
                del self.history[numbers.index(told.plan.of) if told.plan.of in numbers else -1]
        elif told.taken_back is not None:
            self.history.append(told)

    def look_again(self, told: WriteResult) -> tuple[Overtaken, ...]:
        """Read once more what was written a while ago; answers, and records, what somebody else has changed since.

        Where two write within the same moments, both may read back what they wrote: no store compares and sets. Of
        many changes only the first are looked at. Raises Problem where they cannot be read.
        """
        overtaken: list[Overtaken] = []
        found: dict[int, str | None] = {}
        for at, (change, result) in enumerate(told.rows[:_LOOKED_AT_AGAIN]):
            if result.outcome is not Outcome.DONE or change.makes or change.verb is WriteVerb.SERVE:
                continue
            state = self.kind_of(change).read(change)
            if self._latest.get((change.kind, change.id, change.field)) is not told.plan:
                continue  # it has been written once more from here
            if not judged(change, lambda: None, lambda: None).reached(state):
                found[at] = change.value_in(state) if state is not None else None
                overtaken.append(Overtaken(change, found[at], told.at_ms, self._clock.now_ms()))
        if overtaken and told.report.number is not None:
            self._record(told, found)
        return tuple(overtaken)

    def _record(self, told: WriteResult, found: Mapping[int, str | None]) -> None:
        number = told.report.number
        assert number is not None
        entry = next(entry for entry in self.ledger.read().entries if entry.number == number)
        steps = [dict(step) for step in entry.result.get("steps", ())]
        for at, value in found.items():
            steps[at] |= {"outcome": Outcome.OVERTAKEN.value, "found": value, "done_ms": told.at_ms}
        results = [
            StepResult[Found](Outcome.OVERTAKEN) if at in found else result for at, (_, result) in enumerate(told.rows)
        ]
        outcome = WriteReport(tuple(results)).outcome
        self.ledger.end(number, outcome.value, {**entry.result, "steps": steps})

    def last(self, kinds: Sequence[Thing]) -> WriteResult | None:
        """The last that was written to things of these kinds, and stands."""
        mine = (told for told in reversed(self.history) if told.plan.changes[0].kind in kinds)
        return next(mine, None)

    def finishing(self, told: WriteResult) -> Plan:
        """What is left of a plan, from what the things are now; also after they have been changed by somebody else."""
        now = {
            (change.kind, change.id or change.called, change.field): self.kind_of(change).read(change)
            for change in told.left
        }
        if any(result.outcome is Outcome.UNKNOWN for result in told.report.results):
            if told.report.number is not None:
                self._kind_of_plan(told.plan).settle(told, now)
            settled = replace(
                told, report=WriteReport(looked_at(told, now), told.report.number, told.report.unrecorded)
            )
            if settled.done != told.done:
                self.history = [each for each in self.history if each is not told]
                self._remember(settled)
        return self.dressed(changes.renewed(told.left, now, told.report.number, told.plan))


def read_only_refusal(context: str) -> Problem:
    """Why nothing may be written in a read-only context, and what overrides it."""
    return Problem(
        Kind.FORBIDDEN,
        NOTHING,
        f"The context {context} is read-only.",
        "Its setting read_only, or --read-only, says so; --read-write overrides both.",
    )


def in_steps(plan: Plan, place: str, guards: Sequence[GuardedWrite[Found]]) -> Prepared:
    """A plan with each change and what became of it in the ledger, as most kinds keep it."""
    first, things = plan.changes[0], plan.things
    whole = {name for _, name in things} if not first.kind.is_version else {model_of(c) for c in plan.changes}
    return Prepared(
        what=f"{first.kind.value}.{first.verb.value}",
        place=place,
        subject=next(iter(whole)) if len(whole) == 1 else f"{len(whole)} {first.kind.value}s",
        details={"steps": [recorded(change) for change in plan.changes]},
        guards=guards,
        tell=lambda results: {"steps": recorded_results(plan, results)},
    )


def judged(change: Change, read: Callable[[], Found], write: Callable[[], object]) -> GuardedWrite[Found]:
    """A change that is as it was shown if its field is, and done if its field is as wanted."""
    if change.field == changes.CREATED:
        return GuardedWrite(
            read, lambda state: state is None, write, lambda state: state is not None and not state.is_deleted
        )
    if change.field == changes.ITSELF:
        return GuardedWrite(
            read,
            lambda state: state is not None and change.value_in(state) == change.before,
            write,
            lambda state: state is None,
        )
    # Only what is active can be renamed or tagged; what is gone is not as it was shown.
    of_lifecycle = change.field == changes.LIFECYCLE
    return GuardedWrite(
        read,
        lambda state: state is not None and change.value_in(state) == change.before,
        write,
        lambda state: state is not None and change.value_in(state) == change.after,
        lambda state: of_lifecycle or (state is not None and not state.is_deleted),
    )


def unless_gone(read: Callable[[], T]) -> T | None:
    """What is read; None where it is not there."""
    try:
        return read()
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return None
        raise


def model_of(change: Change) -> str:
    """The model, or the prompt, that a change of one of its versions is about."""
    return change.id.rpartition("/")[0] if change.kind.is_version and change.id else change.id or change.called


def recorded(change: Change) -> Mapping[str, Any]:
    """A change as the ledger keeps it before it is made."""
    return {
        "kind": change.kind.value,
        "id": change.id,
        "name": change.called,
        "field": change.field,
        "from": change.before,
        "to": change.after,
    }


def of_record(step: Mapping[str, Any]) -> Change:
    """A change that the ledger has kept."""
    before, after = (None if step.get(end) is None else str(step[end]) for end in ("from", "to"))
    kind, rest = Thing(str(step.get("kind"))), [str(step.get(key, "")) for key in ("id", "name", "field")]
    return Change(kind, rest[0], rest[1], rest[2], before, after)


def recorded_results(plan: Plan, results: Sequence[StepResult[Found]]) -> list[Mapping[str, Any]]:
    """What the ledger keeps of the results: for each change its outcome, what was found instead, and the trouble."""
    told: list[Mapping[str, Any]] = []
    for change, result in zip(plan.changes, results, strict=True):
        said: dict[str, Any] = {"id": change.id, "outcome": result.outcome.value}
        if change.makes and result.found is not None:
            said["id"] = result.found.id
        if result.outcome is not Outcome.DONE and result.found is not None:
            said["found"] = change.value_in(result.found)
        if result.problem is not None:
            said["problem"] = str(result.problem)
        told.append(said)
    return told


def looked_at(told: WriteResult, now: changes.Now) -> tuple[StepResult[Found], ...]:
    """What became of each change, where that was not known as far as the fields tell it now."""
    results: list[StepResult[Found]] = []
    for change, result in told.rows:
        # Whether what is there now was made by this write, nothing tells.
        if result.outcome is not Outcome.UNKNOWN or (change.makes and change.field != changes.CREATED):
            results.append(result)
            continue
        found = now.get((change.kind, change.id or change.called, change.field))
        guard = judged(change, lambda: None, lambda: None)
        done, same = guard.reached(found), guard.expected(found)
        results.append(StepResult(Outcome.DONE if done else Outcome.NOT_DONE if same else Outcome.OVERTAKEN, found))
    return tuple(results)


def settle_steps(ledger: Ledger, told: WriteResult, now: changes.Now) -> None:
    """Record what became of changes of which that was not known, as far as their fields tell it now."""
    results = looked_at(told, now)
    report: WriteReport[Found] = WriteReport(results, told.report.number)
    if told.report.number is not None and report.outcome.value not in UNSETTLED:
        record = {"steps": recorded_results(told.plan, results), "settled": True}
        ledger.settle(told.report.number, report.outcome.value, record)


class ChangeByChange(ABC):
    """A kind of write whose changes are made one by one; ``place`` is the context's address without credentials."""

    def __init__(self, ledger: Ledger, place: str) -> None:
        self._ledger = ledger
        self._place = place

    def dress(self, plan: Plan) -> Plan:
        """The plan as it is: what a person should know before is said where it is made."""
        return plan

    @abstractmethod
    def read(self, change: Change) -> Found:
        """What a change is about, as it is now."""

    def prepare(self, plan: Plan) -> Prepared:
        """Each change under guard."""
        return in_steps(plan, self._place, [self._guard(change) for change in plan.changes])

    def _guard(self, change: Change) -> GuardedWrite[Found]:
        return judged(change, lambda: self.read(change), lambda: self._write(change))

    @abstractmethod
    def _write(self, change: Change) -> None: ...

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        """Record what looking again has told."""
        settle_steps(self._ledger, told, now)
