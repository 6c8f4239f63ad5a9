"""Moves of aliases as the ledger keeps them: what an entry meant, what became of it, and what has been taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.models.values import RegisteredModel
from tui.domain.writes import changes
from tui.domain.writes.alias_plan import Aliases, AliasPlan, AliasStep
from tui.domain.writes.changes import Thing, ThingState
from tui.services.ledger import OPEN, Entry
from tui.services.write_flow import Found
from tui.services.writes import Outcome, StepResult

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
