"""Moving aliases: the only way by which an alias is written, undone and settled. Every method blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tui.domain import uris
from tui.domain.models.holders import mirror_tags
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.writes import alias_plan, changes
from tui.domain.writes.alias_plan import Aliases, AliasPlan, AliasStep
from tui.domain.writes.changes import Change, Thing, ThingState
from tui.gateway.ports import RegistryPort
from tui.services.alias_records import done_steps, intended, is_of_another, settled, steps_of, taken_back, told
from tui.services.ledger import UNSETTLED, Entry, Ledger
from tui.services.write_flow import Hand, WriteResult, read_only_refusal
from tui.services.writes import GuardedWrite, Intention, Outcome, StepResult, WriteReport, carry_out

WHAT = "aliases"
"""How moves of aliases are called in the ledger."""


@dataclass(frozen=True)
class Rules:
    """What a context demands of moves."""

    read_only: bool = False
    reason_required: bool = False
    mirror_tags: bool = False


@dataclass(frozen=True)
class MoveReport:
    """What became of a plan, step by step; ``state`` is where its aliases were last seen, None if nowhere.

    ``mirrored`` says what kept the tags of the versions from being written, "" where nothing did.
    """

    plan: AliasPlan
    report: WriteReport[Aliases]
    state: Aliases | None
    mirrored: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def number(self) -> int | None:
        return self.report.number

    @property
    def steps(self) -> tuple[tuple[AliasStep, StepResult[Aliases]], ...]:
        return tuple(zip(self.plan.steps, self.report.results, strict=True))

    @property
    def done(self) -> tuple[str, ...]:
        """The aliases that were moved."""
        return tuple(step.alias for step, result in self.steps if result.outcome is Outcome.DONE)

    @property
    def finish(self) -> AliasPlan | None:
        """What would finish it, where only a part was done."""
        return alias_plan.finish(self.plan, self.done, self.number) if self.outcome is Outcome.PARTLY else None

    @property
    def put_back(self) -> AliasPlan | None:
        """What would take back the part that was done."""
        return alias_plan.put_back(self.plan, self.done, self.number) if self.outcome is Outcome.PARTLY else None


class AliasMoves:
    """The moves of one context's registry; ``place`` is its address without credentials."""

    def __init__(
        self, registry: RegistryPort, ledger: Ledger, *, context: str, place: str, rules: Rules | None = None
    ) -> None:
        self._registry = registry
        self.ledger = ledger
        self._context = context
        self._place = place
        self.rules = rules or Rules()

    @property
    def place(self) -> str:
        """The registry's address as the ledger keeps it."""
        return self._place

    def state(self, model: str) -> dict[str, str]:
        """Where the model's aliases point now."""
        return dict(self._registry.get_model(model).aliases)

    def carry_out(
        self, plan: AliasPlan, why: str = "", *, unrecorded_ok: bool = False, made_ms: int | None = None
    ) -> MoveReport:
        """Carry a plan out; raises Problem where nothing was tried: read-only, no reason, no ledger, a bad plan.

        ``made_ms`` is when the model was made, as the server says it, for the ledger. Only the plan's aliases are
        read, which is quick however many versions there are; where one is new, all of them once.
        """
        self._refuse(plan, why)
        seen: list[Aliases] = []
        is_new = any(step.expected is None for step in plan.steps)

        def read() -> Aliases:
            whole = is_new and not seen
            seen.append(self.state(plan.model) if whole else self._registry.aliases_at(plan.model, plan.aliases))
            return seen[-1]

        def whole_plan_stands(state: Aliases) -> bool:
            return not alias_plan.conflicts(plan, state) and not alias_plan.refusals(plan, state=state)

        steps = [self._guard(plan, step, read) for step in plan.steps]
        # Before the first write, all of them must still be possible.
        steps[0] = replace(steps[0], stands=whole_plan_stands)
        intention = Intention(
            WHAT,
            self._context,
            self._place,
            plan.model,
            plan.purpose,
            plan.of,
            why.strip(),
            intended(plan, made_ms),
        )
        report = carry_out(
            self.ledger,
            intention,
            steps,
            tell=lambda results: told(plan, results),
            unrecorded_ok=unrecorded_ok,
        )
        mirrored = self._mirror(plan, report, why) if self.rules.mirror_tags else ""
        return MoveReport(plan, report, seen[-1] if seen else None, mirrored)

    def _refuse(self, plan: AliasPlan, why: str) -> None:
        title = "Nothing was moved"
        if self.rules.read_only:
            raise read_only_refusal(self._context)
        refused = alias_plan.refusals(plan)
        if refused:
            raise Problem(Kind.BAD_REQUEST, title, " ".join(refused))
        if self.rules.reason_required and not why.strip():
            raise Problem(Kind.BAD_REQUEST, title, "This context wants a reason for each move.", "Say why.")
        wanted = {step.to for step in plan.steps if step.to is not None}
        if len(plan.steps) > 1 and wanted:
            # One step the server refuses by itself; of several, some would be done by then.
            found = self._registry.get_versions([(plan.model, version) for version in sorted(wanted)])
            if missing := alias_plan.refusals(plan, {version for _, version in found}):
                raise Problem(Kind.BAD_REQUEST, title, " ".join(missing))

    def _guard(self, plan: AliasPlan, step: AliasStep, read: Any) -> GuardedWrite[Aliases]:
        def write() -> None:
            if step.to is None:
                self._registry.delete_alias(plan.model, step.alias)
            else:
                self._registry.set_alias(plan.model, step.alias, step.to)

        return GuardedWrite(
            read,
            lambda state: state.get(step.alias) == step.expected,
            write,
            lambda state: state.get(step.alias) == step.to,
        )

    def _mirror(self, plan: AliasPlan, report: WriteReport[Aliases], why: str) -> str:
        """Tell of the moves in tags of the versions; what goes wrong here leaves the moves as they are."""
        try:
            for step, result in zip(plan.steps, report.results, strict=True):
                if result.outcome is not Outcome.DONE or step.to is None:
                    continue
                at_ms = self.ledger.now_ms()
                told = mirror_tags(step.alias, self.ledger.actor, step.expected, why, at_ms)
                for key, value in told.items():
                    self._registry.tag_version(plan.model, step.to, key, value)
        except Problem as problem:
            return str(problem)
        return ""

    # looking back

    def entries(self, model: str | None = None) -> list[Entry]:
        """The moves recorded for this registry, oldest first; of one model, where that is said."""
        return [
            entry
            for entry in self.ledger.read().entries
            if entry.what == WHAT and entry.place == self._place and (model is None or entry.subject == model)
        ]

    def undo_plan(self, model: str, now: RegisteredModel | None = None) -> AliasPlan | None:
        """What undoes the last move of a model that has not been undone; None where there is none left.

        It expects each alias where the move left it, so that it is refused if somebody has moved it since. Open
        entries are settled first, by ``now``, the model as it has just been read.
        """
        now = now or self._registry.get_model(model)
        self._settle(now)
        entries = [entry for entry in self.entries(model) if not is_of_another(entry, now)]
        over = taken_back(entries)
        for entry in reversed(entries):
            if entry.purpose in (alias_plan.UNDO, alias_plan.PUT_BACK):
                continue
            steps = [step for step in done_steps(entry) if (entry.number, step.alias) not in over]
            if steps:
                return alias_plan.undo(model, steps, entry.number)
        return None

    def settle(self, model: str) -> list[Entry]:
        """Look at the server for what was left unknown or open, and record what it says; answers those entries."""
        if not self._unsettled(model):
            return []
        return self._settle(self._registry.get_model(model))

    def _unsettled(self, model: str) -> list[Entry]:
        return [entry for entry in self.entries(model) if entry.outcome in UNSETTLED]

    def _settle(self, model: RegisteredModel) -> list[Entry]:
        unsettled = [entry for entry in self._unsettled(model.name) if not is_of_another(entry, model)]
        for entry in unsettled:
            results = settled(entry, model.aliases)
            report: WriteReport[Aliases] = WriteReport(tuple(results), entry.number)
            record = told(AliasPlan(model.name, steps_of(entry), entry.purpose, entry.of), results)
            self.ledger.settle(entry.number, report.outcome.value, {**record, "settled": True})
        numbers = {entry.number for entry in unsettled}
        return [entry for entry in self.entries(model.name) if entry.number in numbers]


class AliasWrites:
    """Moves of aliases as a kind of write. What should be known before a move, the panel's own lines say."""

    def __init__(self, moves: AliasMoves) -> None:
        self._moves = moves
        self._made: dict[str, int | None] = {}  # when models were made, as the server says it, for the ledger

    def plan(self, planned: AliasPlan, model: RegisteredModel) -> changes.Plan:
        """A plan of this kind as the flow shows it and carries it out."""
        self._made[model.name] = model.created_ms
        steps = tuple(
            Change(Thing.MODEL, planned.model, planned.model, changes.ALIAS + step.alias, step.expected, step.to)
            for step in planned.steps
        )
        return changes.Plan(steps, purpose=planned.purpose, of=planned.of)

    def dress(self, plan: changes.Plan) -> changes.Plan:
        return plan

    def read(self, change: Change) -> ThingState:
        """The aliases of a change's model."""
        return _known(change.id, self._moves.state(change.id))

    def carry_out(self, plan: changes.Plan, hand: Hand) -> tuple[WriteReport[ThingState | None], str]:
        model = plan.changes[0].id
        steps = tuple(AliasStep(change.alias, change.after, change.before) for change in plan.changes)
        planned = AliasPlan(model, steps, plan.purpose or alias_plan.MOVE, plan.of)
        done = self._moves.carry_out(planned, plan.why, unrecorded_ok=hand.unrecorded_ok, made_ms=self._made.get(model))
        results: list[StepResult[ThingState | None]] = [
            StepResult(
                result.outcome, _known(model, result.found) if result.found is not None else None, result.problem
            )
            for result in done.report.results
        ]
        aside = f"the tags could not be set: {done.mirrored}" if done.mirrored else ""
        return WriteReport(tuple(results), done.number, done.report.unrecorded), aside

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        self._moves.settle(told.plan.changes[0].id)


def _known(model: str, state: Aliases) -> ThingState:
    fields = {changes.ALIAS + alias: version for alias, version in state.items()}
    return ThingState(Thing.MODEL, model, model, changes.ACTIVE, fields=fields)


def place_of(registry_uri: str) -> str:
    """A registry's address as the ledger keeps it: the same for everybody, with no account in it."""
    uri = uris.shown(uris.plain_sqlite_uri(registry_uri))
    scheme, divider, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{divider}{authority.rpartition('@')[2]}{slash}{path}".rstrip("/")
