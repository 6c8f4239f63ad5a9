"""The housekeeping of runs and experiments: the only way by which they are changed. Every method blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.values import RunsPage, View
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Known, Plan, Sort, Verb
from tui.gateway.ports import TrackingPort, WritesPort
from tui.services.clock import Clock
from tui.services.ledger import Ledger
from tui.services.runs_query import ids_filter
from tui.services.writes import GuardedWrite, Intention, Outcome, Report, Result, carry_out

READ_TOGETHER = 100
"""Runs that are read by one search rather than one by one, as soon as there are more than a few."""
ONE_BY_ONE = 4
DELETED_BEFORE = 1000
"""Runs deleted before their experiment was that are remembered, to be deleted again when that is taken back."""

State = Known | None


@dataclass(frozen=True)
class Told:
    """What became of a plan; ``at_ms`` is when that was read back."""

    plan: Plan
    report: Report[State]
    at_ms: int

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def rows(self) -> tuple[tuple[Change, Result[State]], ...]:
        return tuple(zip(self.plan.changes, self.report.results, strict=True))

    @property
    def done(self) -> tuple[Change, ...]:
        """The changes that were made."""
        return tuple(change for change, result in self.rows if result.outcome is Outcome.DONE)

    @property
    def left(self) -> tuple[Change, ...]:
        """The changes that were not made, or of which that is not known."""
        return tuple(change for change, result in self.rows if result.outcome is not Outcome.DONE)

    @property
    def touched(self) -> frozenset[tuple[Sort, str]]:
        """Kind and id of all that may have been changed."""
        found = set()
        for change, result in self.rows:
            if result.outcome is not Outcome.SKIPPED:
                found.add((change.kind, change.id or (result.found.id if result.found is not None else "")))
        return frozenset(found)

    @property
    def taken_back(self) -> Plan | None:
        """What takes back all that was done; None where nothing was."""
        done = [
            (change, result.found.id if result.found is not None else "")
            for change, result in self.rows
            if result.outcome is Outcome.DONE
        ]
        if not done:
            return None
        purpose = changes.UNDO if self.outcome is Outcome.DONE else changes.PUT_BACK
        back = changes.put_back(done, self.report.number, purpose)
        if self.outcome is not Outcome.DONE or not self.plan.afterwards:
            return back
        return replace(back, changes=(*back.changes, *self.plan.afterwards))


class Housekeeping:
    """The changes of one context's experiments and runs; ``place`` is its address without credentials.

    ``told`` holds what became of each plan since the context was opened, ``history`` those of which something stands
    that can be taken back; the latest is the last.
    """

    def __init__(
        self,
        tracking: TrackingPort,
        writes: WritesPort,
        ledger: Ledger,
        clock: Clock,
        *,
        context: str,
        place: str,
        read_only: bool,
    ) -> None:
        self._tracking = tracking
        self._writes = writes
        self.ledger = ledger
        self._clock = clock
        self._context = context
        self._place = place
        self._read_only = read_only
        self.history: list[Told] = []
        self.told: list[Told] = []

    # looking

    def run(self, run_id: str) -> State:
        """A run as it is now; None where there is none."""
        return _unless_gone(lambda: Known.of_run(self._tracking.get_run(run_id)))

    def experiment(self, experiment_id: str) -> State:
        """An experiment as it is now; None where there is none."""
        return _unless_gone(lambda: Known.of_experiment(self._tracking.get_experiment(experiment_id)))

    def runs(self, run_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[Known]:
        """Runs as they are now, in that order; those that are gone are left out.

        Many are looked for together in the experiments that are said; one that is not there is asked for by itself.
        """
        found: dict[str, Known] = {}
        if len(run_ids) > ONE_BY_ONE and experiment_ids:
            for start in range(0, len(run_ids), READ_TOGETHER):
                wanted = run_ids[start : start + READ_TOGETHER]
                try:
                    page = self._tracking.search_runs(
                        experiment_ids, filter_string=ids_filter(wanted), view=View.ALL, max_results=READ_TOGETHER
                    )
                except Problem as problem:
                    if problem.kind is not Kind.BAD_REQUEST:
                        raise
                    break  # this server does not know the filter
                found.update((known.id, known) for known in _of_page(page))
        for run_id in run_ids:
            if run_id not in found and (known := self.run(run_id)) is not None:
                found[run_id] = known
        return [found[run_id] for run_id in run_ids if run_id in found]

    def experiments(self, experiment_ids: Sequence[str]) -> list[Known]:
        """Experiments as they are now, in that order; those that are gone are left out."""
        return [known for each in experiment_ids if (known := self.experiment(each)) is not None]

    def deletion_of_experiments(self, experiment_ids: Sequence[str]) -> Plan:
        """Delete experiments, knowing what goes with them and what was deleted in them before."""
        plan = changes.deletion(self.experiments(experiment_ids))
        ids = [change.id for change in plan.changes]
        counts = self._tracking.count_runs(ids)
        remarks = [*plan.remarks]
        if counts:
            many = sum(counts.values())
            remarks.append(f"{many} active run{'' if many == 1 else 's'} will be deleted with {_it(ids)}.")
        elif ids:
            remarks.append(f"Every run in {_it(ids)} will be deleted as well.")
        before = self._deleted_runs(ids)
        if len(before) > DELETED_BEFORE:
            remarks.append(
                f"More than {DELETED_BEFORE} runs in {_it(ids)} are deleted already: restoring makes these active too."
            )
            before = []
        elif before:
            said = "1 run is" if len(before) == 1 else f"{len(before)} runs are"
            remarks.append(f"{said} deleted in {_it(ids)} already; u right afterwards leaves them so.")
        again = changes.deletion([replace(known, lifecycle=changes.ACTIVE) for known in before])
        return replace(plan, remarks=tuple(remarks), afterwards=again.changes)

    def restoration_of_experiments(self, experiment_ids: Sequence[str]) -> Plan:
        """Restore experiments; MLflow restores every run in them, whenever it was deleted."""
        plan = changes.restoration(self.experiments(experiment_ids))
        many = len(self._deleted_runs([change.id for change in plan.changes]))
        if not many:
            return plan
        least = "more than " if many > DELETED_BEFORE else ""
        said = f"{least}{min(many, DELETED_BEFORE)} run{'' if many == 1 else 's'}"
        remark = f"{said} will become active with {_it(plan.changes)}, those deleted earlier by themselves included."
        return replace(plan, remarks=(*plan.remarks, remark))

    def _deleted_runs(self, experiment_ids: Sequence[str]) -> list[Known]:
        """The deleted runs of experiments, one more than DELETED_BEFORE at most."""
        if not experiment_ids:
            return []
        most = DELETED_BEFORE + 1
        return _of_page(self._tracking.search_runs(experiment_ids, view=View.DELETED, max_results=most))

    # writing

    @property
    def refusal(self) -> Problem | None:
        """Why nothing may be written here; None where it may."""
        if not self._read_only:
            return None
        return Problem(
            Kind.FORBIDDEN,
            "Nothing was changed",
            f"The context {self._context} is read-only.",
            "Open it with --read-write, if that is allowed to you.",
        )

    def carry_out(
        self,
        plan: Plan,
        *,
        stopped: Callable[[], bool] = lambda: False,
        progress: Callable[[int], object] = lambda _steps: None,
        unrecorded_ok: bool = False,
    ) -> Told:
        """Carry a plan out, change by change, until one is not done or ``stopped``.

        Raises Problem where nothing was tried: read-only, no ledger, a plan that cannot be.
        """
        refused = self.refusal
        if refused is not None:
            raise refused
        reasons = changes.refusals(plan)
        if reasons:
            raise Problem(Kind.BAD_REQUEST, "Nothing was changed", " ".join(reasons))
        first = plan.changes[0]
        things = plan.things
        intention = Intention(
            what=f"{first.kind.value}.{first.verb.value}",
            context=self._context,
            place=self._place,
            subject=things[0][1] if len(things) == 1 else f"{len(things)} {first.kind.value}s",
            purpose=plan.purpose,
            of=plan.of,
            details={"steps": [_recorded(change) for change in plan.changes]},
        )
        report = carry_out(
            self.ledger,
            intention,
            [self._guard(change) for change in plan.changes],
            tell=lambda results: {"steps": _told(plan, results)},
            unrecorded_ok=unrecorded_ok,
            stopped=stopped,
            progress=progress,
        )
        told = Told(plan, report, self._clock.now_ms())
        self._remember(told)
        return told

    def _remember(self, told: Told) -> None:
        self.told.append(told)
        if told.plan.purpose in (changes.UNDO, changes.PUT_BACK):
            # What has been taken back is not to be taken back once more; without a record it is the last that was done.
            if told.outcome is Outcome.DONE and self.history:
                numbers = [each.report.number for each in self.history]
                del self.history[numbers.index(told.plan.of) if told.plan.of in numbers else -1]
        elif told.done:
            self.history.append(told)

    def finishing(self, told: Told) -> Plan:
        """What is left of a plan, from what the things are now; also after they have been changed by somebody else."""
        now = {(change.kind, change.id or change.called): self._read(change) for change in told.left}
        return changes.renewed(told.left, now, told.report.number)

    def _read(self, change: Change) -> State:
        if change.field == changes.CREATED:
            name = change.called
            return _unless_gone(lambda: Known.of_experiment(self._tracking.get_experiment_by_name(name)))
        return self.run(change.id) if change.kind is Sort.RUN else self.experiment(change.id)

    def _guard(self, change: Change) -> GuardedWrite[State]:
        if change.field == changes.CREATED:
            return GuardedWrite(
                lambda: self._read(change),
                lambda state: state is None,
                lambda: self._write(change),
                lambda state: state is not None and not state.is_deleted,
            )
        # Only what is active can be renamed or tagged; what is gone is not as it was shown.
        of_lifecycle = change.field == changes.LIFECYCLE
        return GuardedWrite(
            lambda: self._read(change),
            lambda state: state is not None and change.value_in(state) == change.before,
            lambda: self._write(change),
            lambda state: state is not None and change.value_in(state) == change.after,
            lambda state: of_lifecycle or (state is not None and not state.is_deleted),
        )

    def _write(self, change: Change) -> None:
        writes, verb = self._writes, change.verb
        if change.kind is Sort.EXPERIMENT:
            if verb is Verb.CREATE:
                writes.create_experiment(change.called)
            elif verb is Verb.RENAME:
                writes.rename_experiment(change.id, change.after or "")
            elif verb is Verb.DELETE:
                writes.delete_experiment(change.id)
            elif verb is Verb.RESTORE:
                writes.restore_experiment(change.id)
            else:
                writes.tag_experiment(change.id, change.key, change.after)
        elif verb is Verb.RENAME:
            writes.rename_run(change.id, change.after or "")
        elif verb is Verb.DELETE:
            writes.delete_run(change.id)
        elif verb is Verb.RESTORE:
            writes.restore_run(change.id)
        else:
            writes.tag_run(change.id, change.key, change.after)


def _unless_gone(read: Callable[[], Known]) -> State:
    try:
        return read()
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return None
        raise


def _of_page(page: RunsPage) -> list[Known]:
    tags: list[dict[str, str]] = [{} for _ in page.run_ids]
    for key, texts in page.tags.items():
        for row, text in zip(texts.rows, texts.values, strict=True):
            tags[row][key] = text
    return [
        Known(Sort.RUN, run_id, page.names[row], page.lifecycles[row], tags[row], page.statuses[row])
        for row, run_id in enumerate(page.run_ids)
    ]


def _it(several: Sequence[object]) -> str:
    return "it" if len(several) == 1 else "them"


def _recorded(change: Change) -> Mapping[str, Any]:
    return {
        "kind": change.kind.value,
        "id": change.id,
        "name": change.called,
        "field": change.field,
        "from": change.before,
        "to": change.after,
    }


def _told(plan: Plan, results: Sequence[Result[State]]) -> list[Mapping[str, Any]]:
    """What the ledger keeps of the results: for each change its outcome, what was found instead, and the trouble."""
    told: list[Mapping[str, Any]] = []
    for change, result in zip(plan.changes, results, strict=True):
        said: dict[str, Any] = {"id": change.id, "outcome": result.outcome.value}
        if change.field == changes.CREATED and result.found is not None:
            said["id"] = result.found.id
        if result.outcome is not Outcome.DONE and result.found is not None:
            said["found"] = change.value_in(result.found)
        if result.problem is not None:
            said["problem"] = str(result.problem)
        told.append(said)
    return told
