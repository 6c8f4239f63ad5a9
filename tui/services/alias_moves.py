"""Moving aliases: the only way by which an alias is written, undone and settled. Every method blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from tui.domain import uris
from tui.domain.models.holders import mirror_tags
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.writes import alias_plan, changes
from tui.domain.writes.alias_plan import Aliases, AliasPlan, AliasStep
from tui.domain.writes.changes import Change, Thing, ThingState
from tui.services.ledger import OPEN, UNSETTLED, Entry, Ledger
from tui.services.write_flow import Found, Prepared, WriteResult, judged
from tui.services.writes import Outcome, StepResult, WriteReport

# Moves of aliases as the ledger keeps them: what an entry meant, what became of it, and what has been taken back.


_SURE = frozenset(outcome.value for outcome in Outcome) - {Outcome.UNKNOWN.value}


def steps_of(entry: Entry) -> tuple[AliasStep, ...]:
    """The steps that an entry of the ledger meant to do."""
    steps = entry.details.get("steps")
    return tuple(
        AliasStep(str(step.get("alias", "")), _version(step.get("to")), _version(step.get("from")))
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
    )


def _version(said: Any) -> str | None:
    return None if said is None else str(said)


def outcomes_of(entry: Entry) -> tuple[str, ...]:
    """What became of each step, in their order; OPEN for those of which nothing is recorded."""
    said = entry.result.get("steps")
    outcomes = [
        str(step.get("outcome", OPEN)) if isinstance(step, dict) else OPEN
        for step in (said if isinstance(said, list) else ())
    ]
    steps = steps_of(entry)
    return tuple((*outcomes, *([OPEN] * len(steps)))[: len(steps)])


def done_steps(entry: Entry) -> tuple[AliasStep, ...]:
    """The steps that were done."""
    pairs = zip(steps_of(entry), outcomes_of(entry), strict=True)
    return tuple(step for step, outcome in pairs if outcome == Outcome.DONE.value)


def taken_back(entries: Sequence[Entry]) -> set[tuple[int, str]]:
    """Pairs of an entry's number and an alias of which the move has been undone or put back."""
    by_number = {entry.number: entry for entry in entries}
    taken: set[tuple[int, str]] = set()
    for entry in entries:
        if entry.purpose not in (changes.UNDO, changes.PUT_BACK) or entry.of is None:
            continue
        before = by_number.get(entry.of)
        for step in done_steps(entry):
            taken.add((entry.of, step.alias))
            if before is not None and before.purpose == changes.UNDO and before.of is not None:
                # An undo that was put back: what it had undone stands again.
                taken.discard((before.of, step.alias))
    return taken


def recorded_moves(aliases: Sequence[str], results: Sequence[StepResult[Found]]) -> Mapping[str, Any]:
    """What the ledger keeps of the results: for each step its outcome, where the alias was found, and the trouble."""
    return {
        "steps": [
            {
                "alias": alias,
                "outcome": result.outcome.value,
                **({"found": result.found.fields.get(changes.ALIAS + alias)} if result.found is not None else {}),
                **({"problem": str(result.problem)} if result.problem is not None else {}),
            }
            for alias, result in zip(aliases, results, strict=True)
        ]
    }


def intended(plan: AliasPlan, made_ms: int | None) -> Mapping[str, Any]:
    """What the ledger keeps of a plan before it is begun; with when the model was made, as the server says it."""
    made = {"model_made_ms": made_ms} if made_ms is not None else {}
    return {"steps": [{"alias": step.alias, "from": step.expected, "to": step.to} for step in plan.steps], **made}


def is_of_another(entry: Entry, model: RegisteredModel) -> bool:
    """Whether an entry tells of a model that had this name before: deleted, and another one made in its place.

    Version numbers begin anew there, so that what was recorded of the first would say something wrong of the second.
    """
    said = entry.details.get("model_made_ms")
    return isinstance(said, int) and model.created_ms is not None and said != model.created_ms


def settled(entry: Entry, model: str, aliases: Aliases) -> list[StepResult[Found]]:
    """What became of each step, where that was not known as far as the aliases tell it now."""
    found = aliases_of(model, aliases)
    results: list[StepResult[Found]] = []
    for step, outcome in zip(steps_of(entry), outcomes_of(entry), strict=True):
        at = aliases.get(step.alias)
        told_now = Outcome.DONE if at == step.to else Outcome.NOT_DONE if at == step.expected else Outcome.OVERTAKEN
        results.append(StepResult(Outcome(outcome) if outcome in _SURE else told_now, found))
    return results


def aliases_of(model: str, aliases: Aliases, thing: Thing = Thing.MODEL) -> ThingState:
    """Where the aliases of a model point, as the state of what is written."""
    fields = {changes.ALIAS + alias: version for alias, version in aliases.items()}
    return ThingState(thing, model, model, changes.ACTIVE, fields=fields)


PROTECTED = "This move is protected"
WHAT, OF_PROMPTS = "aliases", "prompt aliases"
"""How moves of aliases are called in the ledger, those of models and those of prompts."""


class AliasesPort(Protocol):
    """What moves of aliases ask of a registry, of models or of prompts; as in ``gateway.ports``."""

    def get_model(self, name: str) -> RegisteredModel: ...

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]: ...

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]: ...

    def set_alias(self, name: str, alias: str, version: str) -> None: ...

    def delete_alias(self, name: str, alias: str) -> None: ...

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None: ...


@dataclass(frozen=True)
class Rules:
    """What a context demands of moves."""

    reason_required: bool = False
    mirror_tags: bool = False


class AliasMoves:
    """Moves of one context's aliases as a kind of write, and those on record; ``place`` is the registry's address.

    What should be known before a move, the panel's own lines say.
    """

    def __init__(
        self,
        registry: AliasesPort,
        ledger: Ledger,
        *,
        place: str,
        rules: Rules | None = None,
        is_protected: Callable[[Sequence[str]], bool] = lambda _aliases: False,
        of_prompts: bool = False,
    ) -> None:
        self._registry = registry
        self.ledger = ledger
        self.place = place
        self.rules = rules or Rules()
        self._is_protected = is_protected
        self._what, self._thing = (OF_PROMPTS, Thing.PROMPT) if of_prompts else (WHAT, Thing.MODEL)
        self._made: dict[str, int | None] = {}  # when models were made, as the server says it, for the ledger

    def state(self, model: str) -> dict[str, str]:
        """Where the model's aliases point now."""
        return dict(self._registry.get_model(model).aliases)

    # the kind

    def plan(self, planned: AliasPlan, model: RegisteredModel) -> changes.Plan:
        """A plan of this kind as the flow shows it and carries it out."""
        self._made[model.name] = model.created_ms
        steps = tuple(
            Change(self._thing, planned.model, planned.model, changes.ALIAS + step.alias, step.expected, step.to)
            for step in planned.steps
        )
        return changes.Plan(steps, purpose=planned.purpose, of=planned.of)

    def dress(self, plan: changes.Plan) -> changes.Plan:
        """What follows another plan asks for what that one did: the name of what is protected, and a reason."""
        asks_why = "must" if self.rules.reason_required else plan.asks_why or "may"
        if plan.typed or not self._is_protected([change.alias for change in plan.changes]):
            return replace(plan, asks_why=asks_why)
        return replace(plan, asks_why=asks_why, typed=plan.changes[0].id, guard=PROTECTED)

    def read(self, change: Change) -> ThingState:
        """The alias of a change, and none of its model's others: quick, however many versions there are."""
        return aliases_of(change.id, self._registry.aliases_at(change.id, [change.alias]), self._thing)

    def prepare(self, plan: changes.Plan) -> Prepared:
        """Each move under guard; raises Problem where a reason or a version is missing, or a name is refused.

        Only the plan's aliases are read, which is quick however many versions there are; where one is new, all of
        them once.
        """
        model = plan.changes[0].id
        steps = tuple(AliasStep(change.alias, change.after, change.before) for change in plan.changes)
        planned = AliasPlan(model, steps, plan.purpose or alias_plan.MOVE, plan.of)
        self._refuse(planned, plan.why)
        seen: list[Aliases] = []
        is_new = any(step.expected is None for step in steps)

        def read() -> ThingState:
            whole = is_new and not seen
            seen.append(self.state(model) if whole else self._registry.aliases_at(model, planned.aliases))
            return aliases_of(model, seen[-1], self._thing)

        def whole_plan_stands(_found: Found) -> bool:
            return not alias_plan.conflicts(planned, seen[-1]) and not alias_plan.refusals(planned, state=seen[-1])

        guards = [
            judged(change, read, partial(self._write, model, step))
            for change, step in zip(plan.changes, steps, strict=True)
        ]
        # Before the first write, all of them must still be possible.
        guards[0] = replace(guards[0], stands=whole_plan_stands)
        return Prepared(
            what=self._what,
            place=self.place,
            subject=model,
            details=intended(planned, self._made.get(model)),
            guards=guards,
            tell=lambda results: recorded_moves(planned.aliases, results),
            purpose=planned.purpose,
            over=lambda report: self._mirror(planned, report, plan.why) if self.rules.mirror_tags else "",
        )

    def _refuse(self, plan: AliasPlan, why: str) -> None:
        title = "Nothing was moved"
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

    def _write(self, model: str, step: AliasStep) -> None:
        if step.to is None:
            self._registry.delete_alias(model, step.alias)
        else:
            self._registry.set_alias(model, step.alias, step.to)

    def _mirror(self, plan: AliasPlan, report: WriteReport[Found], why: str) -> str:
        """Tell of the moves in tags of the versions; what goes wrong here leaves the moves as they are."""
        try:
            for step, result in zip(plan.steps, report.results, strict=True):
                if result.outcome is not Outcome.DONE or step.to is None:
                    continue
                at_ms = self.ledger.now_ms()
                tags = mirror_tags(step.alias, self.ledger.actor, step.expected, why.strip(), at_ms)
                for key, value in tags.items():
                    self._registry.tag_version(plan.model, step.to, key, value)
        except Problem as problem:
            return f"the tags could not be set: {problem}"
        return ""

    def settle(self, recorded_moves: WriteResult, now: changes.Now) -> None:
        self.settle_model(recorded_moves.plan.changes[0].id)

    # looking back

    def entries(self, model: str | None = None) -> list[Entry]:
        """The moves recorded for this registry, oldest first; of one model, where that is said."""
        return [
            entry
            for entry in self.ledger.read().entries
            if entry.what == self._what and entry.place == self.place and (model is None or entry.subject == model)
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
            if entry.purpose in (changes.UNDO, changes.PUT_BACK):
                continue
            steps = [step for step in done_steps(entry) if (entry.number, step.alias) not in over]
            if steps:
                return alias_plan.undo(model, steps, entry.number)
        return None

    def settle_model(self, model: str) -> list[Entry]:
        """Look at the server for what was left unknown or open, and record what it says; answers those entries."""
        if not self._unsettled(model):
            return []
        return self._settle(self._registry.get_model(model))

    def _unsettled(self, model: str) -> list[Entry]:
        return [entry for entry in self.entries(model) if entry.outcome in UNSETTLED]

    def _settle(self, model: RegisteredModel) -> list[Entry]:
        unsettled = [entry for entry in self._unsettled(model.name) if not is_of_another(entry, model)]
        for entry in unsettled:
            results = settled(entry, model.name, model.aliases)
            report: WriteReport[Found] = WriteReport(tuple(results), entry.number)
            record = recorded_moves([step.alias for step in steps_of(entry)], results)
            self.ledger.settle(entry.number, report.outcome.value, {**record, "settled": True})
        numbers = {entry.number for entry in unsettled}
        return [entry for entry in self.entries(model.name) if entry.number in numbers]


def place_of(registry_uri: str, workspace: str = "") -> str:
    """A registry's address as the ledger keeps it: the same for everybody, with no account in it."""
    uri = uris.shown(uris.plain_sqlite_uri(registry_uri))
    scheme, divider, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return uris.in_workspace(f"{scheme}{divider}{authority.rpartition('@')[2]}{slash}{path}".rstrip("/"), workspace)
