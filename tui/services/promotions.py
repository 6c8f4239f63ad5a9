"""A version copied to another model, an alias pointed at the copy, an endpoint that serves it: as one plan.

Each step is planned, judged and written by its own kind; here they are put one after the other, and the later ones
see to it that the version they mean is the copy and not one that somebody else has made meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tui.domain.models.values import ModelVersion, alias_refusal, model_name_refusal
from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import to_version
from tui.domain.writes import alias_plan, changes
from tui.domain.writes.changes import Change, Plan, Thing
from tui.gateway.ports import RegistryPort
from tui.services.alias_moves import AliasMoves
from tui.services.registry_writes import STAY, RegistryWrites
from tui.services.serving_changes import BEGUN, PROMOTED, ServingPlan, ServingWrites
from tui.services.write_flow import (
    Found,
    Prepared,
    WriteKind,
    WriteResult,
    recorded,
    recorded_results,
    settle_steps,
)
from tui.services.writes import GuardedWrite, Outcome, WriteReport

_BUILDS = "The endpoint's new version is built first; until that is done, what serves now goes on serving."
_WANTED = re.compile(r"\s*(?P<to>.*?)(?:\s+@(?P<alias>\S+))?(?:\s+on\s+(?P<endpoint>\S+))?\s*")


@dataclass(frozen=True)
class Promotion:
    """What a version is copied to, which alias is to point at the copy, and which endpoint is to serve it."""

    to: str
    alias: str = ""
    endpoint: str = ""


def wanted_of(line: str) -> Promotion:
    """``prod.ml.churn @champion on churn-prod``: the alias and the endpoint may be left out."""
    found = _WANTED.fullmatch(line)
    assert found is not None  # every part of it may be empty
    return Promotion(found["to"], found["alias"] or "", found["endpoint"] or "")


def line_refusal(line: str, *, catalog: bool, serves: bool) -> str:
    """Why a line names nothing that can be done, as a sentence; "" where it does."""
    wanted = wanted_of(line)
    refused = model_name_refusal(wanted.to, catalog=catalog)
    if not refused and wanted.alias:
        refused = alias_refusal(wanted.alias)
    if not refused and wanted.endpoint and not serves:
        refused = "Serving endpoints are on Databricks, and this context is not."
    return refused


class Promotions:
    """The kind of write; ``serving`` makes the changes of endpoints, None where there are none."""

    def __init__(
        self,
        registry: RegistryPort,
        copies: RegistryWrites,
        moves: AliasMoves,
        serving: Callable[[], ServingWrites] | None,
    ) -> None:
        self._registry = registry
        self._copies = copies
        self._moves = moves
        self._serving = serving

    # plans

    def plan(self, made: ModelVersion, wanted: Promotion) -> Plan:
        """Copy a version, and what is wanted of the copy; blocks, and raises Problem where it cannot be."""
        copied = self._copies.copy(made, wanted.to)
        (copy,) = copied.changes
        if not wanted.alias and not wanted.endpoint:
            return copied
        number = str(max([0, *(int(one) for one in (copy.before or "").split(",") if one.isdecimal())]) + 1)
        steps = [copy]
        if wanted.alias:
            steps.append(self._move(wanted, number))
        if wanted.endpoint:
            steps.append(self._serve(wanted, number))
        return replace(copied, changes=tuple(steps), promotes=copy.after or "")

    def _move(self, wanted: Promotion, number: str) -> Change:
        try:
            now = self._registry.aliases_at(wanted.to, [wanted.alias]).get(wanted.alias)
        except Problem as problem:
            if problem.kind is not Kind.NOT_FOUND:
                raise
            now = None  # the model comes with the copy
        return Change(Thing.MODEL, wanted.to, wanted.to, changes.ALIAS + wanted.alias, now, number)

    def _serve(self, wanted: Promotion, number: str) -> Change:
        title = f"Could not serve the copy on {wanted.endpoint}"
        if self._serving is None:
            raise Problem(Kind.UNSUPPORTED, title, "This context has no serving endpoints.")
        serving = self._serving()
        endpoint = serving.made.endpoint(wanted.endpoint)
        refused = serving.made.refusal(endpoint)
        if refused is not None:
            raise refused
        served = [entity for entity in endpoint.config.entities if entity.entity == wanted.to and entity.version]
        if not served:
            raise Problem(Kind.BAD_REQUEST, title, f"{wanted.endpoint} serves no version of {wanted.to}.")
        most = max(served, key=lambda entity: entity.traffic or 0)
        before = endpoint.config.split
        plan = serving.plan(ServingPlan(endpoint.name, before, to_version(before, most.name, number)))
        return plan.changes[0]

    # the kind

    def _parts(self, plan: Plan) -> Iterator[tuple[WriteKind, Plan]]:
        """The steps of each kind, one after the other, each with the kind that writes them."""
        bare = replace(plan, remarks=(), refused=(), typed="", guard="")
        for kind, steps in groupby(plan.changes, self._kind_of):
            yield kind, replace(bare, changes=tuple(steps))

    def _kind_of(self, change: Change) -> WriteKind:
        if change.kind is Thing.ENDPOINT:
            assert self._serving is not None  # where there are endpoints to be changed, there are writes of them
            return self._serving()
        return self._moves if change.alias else self._copies

    def dress(self, plan: Plan) -> Plan:
        """What each kind says of its own steps; what is to be typed is what one of them asks for."""
        remarks, refused = dict.fromkeys(plan.remarks), dict.fromkeys(plan.refused)
        typed, guard, asks_why = plan.typed, plan.guard, plan.asks_why
        for kind, part in self._parts(plan):
            dressed = kind.dress(part)
            remarks.update(dict.fromkeys(dressed.remarks))
            refused.update(dict.fromkeys(dressed.refused))
            if dressed.typed and not typed:
                typed, guard = dressed.typed, dressed.guard
            asks_why = dressed.asks_why if asks_why != "must" and dressed.asks_why else asks_why
        if any(change.alias for change in plan.changes):
            remarks = {line: None for line in remarks if not line.startswith(STAY)}
        if any(change.kind is Thing.ENDPOINT for change in plan.changes):
            remarks[_BUILDS] = None
        return replace(
            plan, remarks=tuple(remarks), refused=tuple(refused), typed=typed, guard=guard, asks_why=asks_why
        )

    def read(self, change: Change) -> Found:
        return self._kind_of(change).read(change)

    def prepare(self, plan: Plan) -> Prepared:
        """Every step under its own kind's guard; raises Problem where one of them may not even be tried."""
        guards: list[GuardedWrite[Found]] = []
        bare: list[GuardedWrite[Found]] = []
        is_forward = bool(plan.promotes) and plan.purpose not in (changes.UNDO, changes.PUT_BACK)
        for kind, part in self._parts(plan):
            purpose = part.purpose or (alias_plan.MOVE if kind is self._moves else "")
            ready = kind.prepare(replace(part, purpose=purpose))
            bare += ready.guards
            guards += [
                self._sure(guard, plan.promotes, change) if is_forward and not change.makes else guard
                for guard, change in zip(ready.guards, part.changes, strict=True)
            ]
        guards[0] = _if_all_stand(guards[0], bare[1:])
        first = plan.changes[0]
        subject = first.called if first.makes else next((c.id for c in plan.changes if c.alias), first.id)
        return Prepared(
            what=PROMOTED,
            place=self._moves.place,
            subject=subject,
            details={"steps": [recorded(change) for change in plan.changes]},
            guards=guards,
            tell=lambda results: {"steps": recorded_results(plan, results)},
            over=lambda report: self._over(plan, report),
        )

    def _over(self, plan: Plan, report: WriteReport[Found]) -> str:
        """An endpoint that has taken its step on is followed to its end; until then the plan is but begun."""
        coming = [
            change
            for change, result in zip(plan.changes, report.results, strict=True)
            if change.kind is Thing.ENDPOINT and result.outcome is Outcome.DONE
            if change.value_in(result.found) != change.after
        ]
        if not coming or report.number is None or report.outcome is not Outcome.DONE:
            return ""
        try:
            self._moves.ledger.end(report.number, BEGUN, {"steps": recorded_results(plan, report.results)})
        except Problem as problem:
            return f"the ledger takes it for done already: {problem}"
        return ""

    def _sure(self, guard: GuardedWrite[Found], source: str, change: Change) -> GuardedWrite[Found]:
        """The same step, which is not done where the version that it means is not the copy."""
        sure: list[bool] = []

        def read() -> Found:
            if not sure:
                for name, version in _versions_meant(change):
                    made = self._registry.get_versions([(name, version)]).get((name, version))
                    if made is None or made.source.rstrip("/") != source:
                        said = f"v{version} of {name} is not the copy of {source.removeprefix('models:/')}."
                        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", said, "Look which version is.")
                sure.append(True)
            return guard.read()

        return replace(guard, read=read)

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        settle_steps(self._moves.ledger, told, now)


def _stands(step: GuardedWrite[Found]) -> bool:
    """Whether a later step is as it was shown; of a model that comes with the first there is nothing to be seen yet."""
    try:
        return step.expected(step.read())
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return True
        raise


def _if_all_stand(first: GuardedWrite[Found], others: Sequence[GuardedWrite[Found]]) -> GuardedWrite[Found]:
    """The first step, which is not done either where what a later one changes is no longer as it was shown."""
    stand: list[bool] = []

    def read() -> Found:
        if not stand:
            stand.append(all(map(_stands, others)))
        return first.read()

    return replace(first, read=read, stands=lambda state: stand[0] and first.stands(state))


def _versions_meant(change: Change) -> list[tuple[str, str]]:
    """The versions that a step brings in which were not there before: model and number."""
    if change.alias:
        return [(change.id, change.after)] if change.after is not None else []
    shares = [
        [tuple(line.split("\t")[1:3]) for line in (text or "").split("\n") if line]
        for text in (change.before, change.after)
    ]
    return [(name, version) for name, version in shares[1] if (name, version) not in shares[0] and version]
