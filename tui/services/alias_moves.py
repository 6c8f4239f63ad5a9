"""Moving aliases: the only way by which an alias is written, undone and settled. Every method blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.domain import alias_plan
from tui.domain.alias_plan import Plan, State, Step
from tui.domain.problem import Kind, Problem
from tui.gateway import address
from tui.gateway.ports import RegistryPort
from tui.services.ledger import OPEN, Entry, Ledger
from tui.services.writes import GuardedWrite, Intention, Outcome, Report, Result, carry_out

WHAT = "aliases"
"""How moves of aliases are called in the ledger."""

_MIRROR = "deck.alias"


@dataclass(frozen=True)
class Rules:
    """What a context demands of moves."""

    read_only: bool = False
    reason_required: bool = False
    mirror_tags: bool = False


@dataclass(frozen=True)
class MoveReport:
    """What became of a plan, step by step; ``state`` is where the aliases were last seen, None if nowhere.

    ``mirrored`` says what kept the tags of the versions from being written, "" where nothing did.
    """

    plan: Plan
    report: Report[State]
    state: State | None
    mirrored: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def number(self) -> int | None:
        return self.report.number

    @property
    def steps(self) -> tuple[tuple[Step, Result[State]], ...]:
        return tuple(zip(self.plan.steps, self.report.results, strict=True))

    @property
    def done(self) -> tuple[str, ...]:
        """The aliases that were moved."""
        return tuple(step.alias for step, result in self.steps if result.outcome is Outcome.DONE)

    @property
    def finish(self) -> Plan | None:
        """What would finish it, where only a part was done."""
        return alias_plan.finish(self.plan, self.done, self.number) if self.outcome is Outcome.PARTLY else None

    @property
    def put_back(self) -> Plan | None:
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

    def carry_out(self, plan: Plan, why: str = "", *, unrecorded_ok: bool = False) -> MoveReport:
        """Carry a plan out; raises Problem where nothing was tried: read-only, no reason, no ledger, a bad plan."""
        self._refuse(plan, why)
        seen: list[State] = []

        def read() -> State:
            state = self.state(plan.model)
            seen.append(state)
            return state

        def whole_plan_stands(state: State) -> bool:
            return not alias_plan.conflicts(plan, state)

        steps = [self._guard(plan, step, read) for step in plan.steps]
        if len(steps) > 1:
            # Before the first write of several, all of them must still be possible.
            steps[0] = replace(steps[0], stands=whole_plan_stands)
        intention = Intention(
            WHAT,
            self._context,
            self._place,
            plan.model,
            plan.purpose,
            plan.of,
            why.strip(),
            {"steps": [{"alias": step.alias, "from": step.expected, "to": step.to} for step in plan.steps]},
        )
        report = carry_out(
            self.ledger, intention, steps, tell=lambda results: _told(plan, results), unrecorded_ok=unrecorded_ok
        )
        mirrored = self._mirror(plan, report, why) if self.rules.mirror_tags else ""
        return MoveReport(plan, report, seen[-1] if seen else None, mirrored)

    def _refuse(self, plan: Plan, why: str) -> None:
        title = "Nothing was moved"
        if self.rules.read_only:
            raise Problem(
                Kind.FORBIDDEN,
                title,
                f"The context {self._context} is read-only.",
                "Open it with --read-write, if that is allowed to you.",
            )
        refused = alias_plan.refusals(plan)
        if refused:
            raise Problem(Kind.BAD_REQUEST, title, " ".join(refused))
        if self.rules.reason_required and not why.strip():
            raise Problem(Kind.BAD_REQUEST, title, "This context wants a reason for each move.", "Say why.")

    def _guard(self, plan: Plan, step: Step, read: Any) -> GuardedWrite[State]:
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

    def _mirror(self, plan: Plan, report: Report[State], why: str) -> str:
        """Tell of the moves in tags of the versions; what goes wrong here leaves the moves as they are."""
        try:
            for step, result in zip(plan.steps, report.results, strict=True):
                if result.outcome is not Outcome.DONE or step.to is None:
                    continue
                about = {"moved_by": self.ledger.actor, "moved_from": step.expected or "", "why": why.strip()}
                for key, value in about.items():
                    if value:
                        self._registry.tag_version(plan.model, step.to, f"{_MIRROR}.{step.alias}.{key}", value)
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

    def undo_plan(self, model: str) -> Plan | None:
        """What undoes the last move of a model that has not been undone; None where there is none left.

        It expects each alias where the move left it, so that it is refused if somebody has moved it since. Open
        entries are settled first.
        """
        self.settle(model)
        entries = self.entries(model)
        taken_back = _taken_back(entries)
        for entry in reversed(entries):
            if entry.purpose in (alias_plan.UNDO, alias_plan.PUT_BACK):
                continue
            steps = [step for step in done_steps(entry) if (entry.number, step.alias) not in taken_back]
            if steps:
                return alias_plan.undo(model, steps, entry.number)
        return None

    def settle(self, model: str) -> list[Entry]:
        """Look at the server for what was left unknown or open, and record what it says; answers those entries."""
        unsettled = [entry for entry in self.entries(model) if entry.outcome in (OPEN, Outcome.UNKNOWN.value)]
        if not unsettled:
            return []
        state = self.state(model)
        for entry in unsettled:
            results = _settled(entry, state)
            report: Report[State] = Report(tuple(results), entry.number)
            told = _told(Plan(model, steps_of(entry), entry.purpose, entry.of), results)
            self.ledger.end(entry.number, report.outcome.value, {**told, "settled": True})
        numbers = {entry.number for entry in unsettled}
        return [entry for entry in self.entries(model) if entry.number in numbers]


def place_of(registry_uri: str) -> str:
    """A registry's address as the ledger keeps it: the same for everybody, with no account in it."""
    uri = address.shown(address.plain_sqlite_uri(registry_uri))
    scheme, divider, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{divider}{authority.rpartition('@')[2]}{slash}{path}".rstrip("/")


def steps_of(entry: Entry) -> tuple[Step, ...]:
    """The steps that an entry of the ledger meant to do."""
    steps = entry.details.get("steps")
    return tuple(
        Step(str(step.get("alias", "")), step.get("to"), step.get("from"))
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
    )


def outcomes_of(entry: Entry) -> tuple[str, ...]:
    """What became of each step, in their order; OPEN for those of which nothing is recorded."""
    said = entry.result.get("steps")
    outcomes = [str(step.get("outcome", OPEN)) for step in said if isinstance(step, dict)] if said else []
    steps = steps_of(entry)
    return tuple((*outcomes, *([OPEN] * len(steps)))[: len(steps)])


def done_steps(entry: Entry) -> tuple[Step, ...]:
    """The steps that were done."""
    pairs = zip(steps_of(entry), outcomes_of(entry), strict=True)
    return tuple(step for step, outcome in pairs if outcome == Outcome.DONE.value)


def _taken_back(entries: Sequence[Entry]) -> set[tuple[int, str]]:
    """Pairs of an entry's number and an alias of which the move has been undone or put back."""
    by_number = {entry.number: entry for entry in entries}
    taken: set[tuple[int, str]] = set()
    for entry in entries:
        if entry.purpose not in (alias_plan.UNDO, alias_plan.PUT_BACK) or entry.of is None:
            continue
        before = by_number.get(entry.of)
        for step in done_steps(entry):
            taken.add((entry.of, step.alias))
            if before is not None and before.purpose == alias_plan.UNDO and before.of is not None:
                # An undo that was put back: what it had undone stands again.
                taken.discard((before.of, step.alias))
    return taken


def _told(plan: Plan, results: Sequence[Result[State]]) -> Mapping[str, Any]:
    """What the ledger keeps of the results: for each step its outcome, where the alias was found, and the trouble."""
    return {
        "steps": [
            {
                "alias": step.alias,
                "outcome": result.outcome.value,
                **({"found": result.found.get(step.alias)} if result.found is not None else {}),
                **({"problem": str(result.problem)} if result.problem is not None else {}),
            }
            for step, result in zip(plan.steps, results, strict=True)
        ]
    }


def _settled(entry: Entry, state: State) -> list[Result[State]]:
    results: list[Result[State]] = []
    for step, outcome in zip(steps_of(entry), outcomes_of(entry), strict=True):
        if outcome not in (OPEN, Outcome.UNKNOWN.value):
            results.append(Result(Outcome(outcome), state))
        elif state.get(step.alias) == step.to:
            results.append(Result(Outcome.DONE, state))
        elif state.get(step.alias) == step.expected:
            results.append(Result(Outcome.NOT_DONE, state))
        else:
            results.append(Result(Outcome.OVERTAKEN, state))
    return results
