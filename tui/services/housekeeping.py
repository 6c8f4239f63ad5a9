"""Runs and experiments as a kind of write: what is read of them, and how each change is made. Every method blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, RunsPage
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Plan, Thing, ThingState, WriteVerb
from tui.gateway.ports import TrackingPort, WritesPort
from tui.services.ledger import Ledger
from tui.services.runs_query import ids_filter
from tui.services.write_flow import ChangeByChange, Found, unless_gone

ASKED_FOR_CHILDREN = 30  # runs whose children are asked for before some are deleted
PARENT_TAG = "mlflow.parentRunId"
READ_TOGETHER = 100
"""Runs that are read by one search rather than one by one, as soon as there are more than a few."""
ONE_BY_ONE = 4
DELETED_BEFORE = 1000
"""Runs deleted before their experiment was that are remembered, to be deleted again when that is taken back."""


class Housekeeping(ChangeByChange):
    """What is read and written of one context's experiments and runs; ``place`` is its address without credentials."""

    def __init__(self, tracking: TrackingPort, writes: WritesPort, ledger: Ledger, *, place: str) -> None:
        super().__init__(ledger, place)
        self._tracking = tracking
        self._writes = writes

    # looking

    def run(self, run_id: str) -> Found:
        """A run as it is now; None where there is none."""
        return unless_gone(lambda: ThingState.of_run(self._tracking.get_run(run_id)))

    def experiment(self, experiment_id: str) -> Found:
        """An experiment as it is now; None where there is none."""
        return unless_gone(lambda: ThingState.of_experiment(self._tracking.get_experiment(experiment_id)))

    def runs(self, run_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[ThingState]:
        """Runs as they are now, in that order; those that are gone are left out.

        Many are looked for together in the experiments that are said; one that is not there is asked for by itself.
        """
        found: dict[str, ThingState] = {}
        if len(run_ids) > ONE_BY_ONE and experiment_ids:
            for start in range(0, len(run_ids), READ_TOGETHER):
                wanted = run_ids[start : start + READ_TOGETHER]
                try:
                    page = self._tracking.search_runs(
                        experiment_ids,
                        filter_string=ids_filter(wanted),
                        view=Lifecycle.ALL,
                        max_results=READ_TOGETHER,
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

    def experiments(self, experiment_ids: Sequence[str]) -> list[ThingState]:
        """Experiments as they are now, in that order; those that are gone are left out."""
        return [known for each in experiment_ids if (known := self.experiment(each)) is not None]

    def deletion_of_runs(self, run_ids: Sequence[str], experiment_ids: Sequence[str]) -> Plan:
        """Delete runs, knowing how many runs below them stay, which MLflow does not delete with them."""
        plan = changes.deletion(self.runs(run_ids, experiment_ids))
        left, all_known = self._descendants([change.id for change in plan.changes], experiment_ids)
        if not left:
            return plan
        runs = f"{left} run{'' if left == 1 and all_known else 's'}{'' if all_known else ' or more'}"
        stays = "stays" if left == 1 and all_known else "stay"
        return replace(
            plan, remarks=(*plan.remarks, f"{runs} below {_it(run_ids)} {stays}: only what is named is deleted.")
        )

    def _descendants(self, run_ids: Sequence[str], experiment_ids: Sequence[str]) -> tuple[int, bool]:
        """How many active runs below some are none of them, and whether these are all; asked for level by level."""
        known, open_ones, asked = set(run_ids), list(run_ids), 0
        all_known = True
        while open_ones and experiment_ids:
            if asked == ASKED_FOR_CHILDREN:
                return len(known) - len(set(run_ids)), False
            asked += 1
            wanted = f"tags.`{PARENT_TAG}` = '{open_ones.pop(0)}'"
            page = self._tracking.search_runs(experiment_ids, filter_string=wanted, max_results=READ_TOGETHER)
            all_known = all_known and page.next_token is None
            fresh = [run_id for run_id in page.run_ids if run_id not in known]
            known.update(fresh)
            open_ones += fresh
        return len(known) - len(set(run_ids)), all_known

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

    def _deleted_runs(self, experiment_ids: Sequence[str]) -> list[ThingState]:
        """The deleted runs of experiments, one more than DELETED_BEFORE at most."""
        if not experiment_ids:
            return []
        most = DELETED_BEFORE + 1
        return _of_page(self._tracking.search_runs(experiment_ids, view=Lifecycle.DELETED, max_results=most))

    # writing

    def read(self, change: Change) -> Found:
        """What a change is about, as it is now."""
        if change.field == changes.CREATED:
            name = change.called
            return unless_gone(lambda: ThingState.of_experiment(self._tracking.get_experiment_by_name(name)))
        return self.run(change.id) if change.kind is Thing.RUN else self.experiment(change.id)

    def _write(self, change: Change) -> None:
        writes, verb = self._writes, change.verb
        if change.kind is Thing.EXPERIMENT:
            if verb is WriteVerb.CREATE:
                writes.create_experiment(change.called)
            elif verb is WriteVerb.RENAME:
                writes.rename_experiment(change.id, change.after or "")
            elif verb is WriteVerb.DELETE:
                writes.delete_experiment(change.id)
            elif verb is WriteVerb.RESTORE:
                writes.restore_experiment(change.id)
            else:
                writes.tag_experiment(change.id, change.key, change.after)
        elif verb is WriteVerb.RENAME:
            writes.rename_run(change.id, change.after or "")
        elif verb is WriteVerb.DELETE:
            writes.delete_run(change.id)
        elif verb is WriteVerb.RESTORE:
            writes.restore_run(change.id)
        else:
            writes.tag_run(change.id, change.key, change.after)


def _of_page(page: RunsPage) -> list[ThingState]:
    tags: list[dict[str, str]] = [{} for _ in page.run_ids]
    for key, texts in page.tags.items():
        for row, text in zip(texts.rows, texts.values, strict=True):
            tags[row][key] = text
    return [
        ThingState(Thing.RUN, run_id, page.names[row], page.lifecycles[row], tags[row], page.statuses[row])
        for row, run_id in enumerate(page.run_ids)
    ]


def _it(several: Sequence[object]) -> str:
    return "it" if len(several) == 1 else "them"
