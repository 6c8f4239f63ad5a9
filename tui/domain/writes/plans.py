"""Plans of alias moves, from which state to which, in which order; and of what is said of traces."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.models.values import alias_refusal, alias_twin
from tui.domain.traces.values import EXPECTATION, FEEDBACK, Assessment, EvaluationSet, TraceInfo, value_text
from tui.domain.writes.changes import ACTIVE, ASSESSED, IN_SET, UNDO, Change, Plan, Thing, ThingState

Aliases = Mapping[str, str]

MOVE, SWAP, SEVERAL = "move", "swap", "several"
"""What a plan is for, where it does not follow another one."""


@dataclass(frozen=True)
class AliasStep:
    """One write: point ``alias`` to version ``to``, or take it away (None); ``expected`` is where it was seen."""

    alias: str
    to: str | None
    expected: str | None

    @property
    def words(self) -> str:
        """``champion: v12 → v11``; none stands for an alias that points nowhere."""
        return f"{self.alias}: {shown(self.expected)} → {shown(self.to)}"

    @property
    def reversed(self) -> AliasStep:
        """The step that takes this one back."""
        return AliasStep(self.alias, self.expected, self.to)


@dataclass(frozen=True)
class AliasPlan:
    """Steps for one model, in the order in which they are done; ``of`` is the ledger's number of what it undoes."""

    model: str
    steps: tuple[AliasStep, ...]
    purpose: str = MOVE
    of: int | None = None

    @classmethod
    def of_changes(cls, plan: Plan, model: str) -> AliasPlan:
        """The moves of a model's aliases that a plan makes."""
        steps = tuple(AliasStep(change.alias, change.after, change.before) for change in plan.changes)
        return cls(model, steps, plan.purpose, plan.of)

    @property
    def words(self) -> str:
        return ", ".join(step.words for step in self.steps)

    @property
    def aliases(self) -> tuple[str, ...]:
        return tuple(step.alias for step in self.steps)


@dataclass(frozen=True)
class Moved:
    """An alias that is not where a plan has seen it."""

    alias: str
    expected: str | None
    found: str | None

    @property
    def words(self) -> str:
        return f"{self.alias} is on {shown(self.found)} now, not on {shown(self.expected)}"


def shown(version: str | None) -> str:
    """A version as people write it: ``v12``, or ``none``."""
    return "none" if version is None else f"v{version}"


def version_number(text: str) -> str:
    """What a person typed as a version in the one way in which a registry spells it; "" where it is no version.

    ``v12``, ``012`` and ``12`` are all version 12: written otherwise than the server answers it, a move that was done
    would be read back as another one.
    """
    digits = text.strip()
    digits = digits[1:] if digits[:1] in ("v", "V") else digits
    return str(int(digits)) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else ""


def plan(
    model: str, state: Aliases, wanted: Mapping[str, str | None], *, purpose: str = "", of: int | None = None
) -> AliasPlan:
    """The steps from a state to the wanted places (None takes an alias away); what is there already needs none.

    Whatever is set is set before anything is taken away, so that a failure midway leaves rather too many aliases than
    too few.
    """
    steps = [AliasStep(alias, to, state.get(alias)) for alias, to in wanted.items() if state.get(alias) != to]
    ordered = [step for step in steps if step.to is not None] + [step for step in steps if step.to is None]
    return AliasPlan(model, tuple(ordered), purpose or (MOVE if len(ordered) < 2 else SEVERAL), of)


def swap(model: str, state: Aliases, first: str, second: str) -> AliasPlan:
    """Exchange two aliases; where one of them points nowhere, the other one's place is handed over."""
    return plan(model, state, {first: state.get(second), second: state.get(first)}, purpose=SWAP)


def refusals(
    planned: AliasPlan, versions: Collection[str] | None = None, state: Aliases | None = None
) -> tuple[str, ...]:
    """Why a plan cannot be carried out at all, as sentences.

    ``versions`` are the model's, where all are known; ``state`` is where its aliases are, so that none is made that
    some servers would take for one in use.
    """
    if not planned.steps:
        return ("There is nothing to do: every alias is there already.",)
    found = []
    seen: set[str] = set()
    for step in planned.steps:
        if step.alias in seen:
            found.append(f"{step.alias} comes twice.")
        seen.add(step.alias)
        if step.to is None:
            continue
        # An alias that is in use may be moved and taken away, whatever the rules say by now.
        refusal = alias_refusal(step.alias) or alias_twin(step.alias, state or {}) if step.expected is None else ""
        if refusal:
            found.append(refusal)
        if versions is not None and step.to not in versions:
            found.append(f"There is no version {step.to}.")
    return tuple(found)


def conflicts(planned: AliasPlan, state: Aliases) -> tuple[Moved, ...]:
    """The aliases of a plan that have been moved since it was made."""
    return tuple(
        Moved(step.alias, step.expected, state.get(step.alias))
        for step in planned.steps
        if state.get(step.alias) != step.expected
    )


def after(planned: AliasPlan, state: Aliases) -> dict[str, str]:
    """The state that a plan leads to."""
    result = dict(state)
    for step in planned.steps:
        if step.to is None:
            result.pop(step.alias, None)
        else:
            result[step.alias] = step.to
    return result


def undo(model: str, steps: Sequence[AliasStep], number: int) -> AliasPlan:
    """What undoes the steps of the move ``number``; it expects each alias where that move left it."""
    return _backwards(model, steps, UNDO, number)


def _backwards(model: str, steps: Sequence[AliasStep], purpose: str, number: int | None) -> AliasPlan:
    back = [step.reversed for step in reversed(steps)]
    ordered = [step for step in back if step.to is not None] + [step for step in back if step.to is None]
    return AliasPlan(model, tuple(ordered), purpose, number)


# Plans of what is said of traces: assessments as texts that can be compared and written again, and their words.


_LINE = re.compile(
    r"\s*(?P<expects>expect\s+)?(?P<name>[^=#]+?)\s*=\s*(?P<value>.*?)\s*(?:#\s*(?P<why>.*))?\Z", re.DOTALL
)
LINE_HINT = "correctness = false # why   or   expect answer = 42"


def text_of(one: Assessment) -> str:
    """An assessment as a text, the same for the same value, source and reason, whatever its id."""
    said = {
        "kind": one.kind,
        "value": _settled(one.value),
        "source": one.source_type,
        "by": one.source_id,
        "why": one.rationale,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def of_text(name: str, text: str) -> Assessment:
    """The assessment that a text was made of, without an id."""
    said = json.loads(text)
    return Assessment("", name, said["kind"], said["value"], said["source"], said["by"], said["why"])


def assessed(text: str) -> str:
    """The text as a person reads it: ``false by judge (llm judge): it is late``."""
    one = of_text("", text)
    by = f" by {one.source_id}" if one.source_id else ""
    source = f" ({one.source_type.lower().replace('_', ' ')})" if one.source_type not in ("", "HUMAN") else ""
    why = f": {one.rationale}" if one.rationale else ""
    expected = "expected " if one.kind == EXPECTATION else ""
    return f"{expected}{value_text(one.value)}{by}{source}{why}"


def _settled(value: object) -> object:
    """A value as it comes back: servers make 4 of 4.0 and the other way round."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def parsed(line: str, who: str) -> Assessment | str:
    """What a typed line says, by a person; or why it says nothing."""
    found = _LINE.match(line)
    if found is None or not found["value"]:
        return f"A name, = and a value: {LINE_HINT}"
    text = found["value"]
    try:
        value: object = json.loads(text)
    except ValueError:
        value = {"true": True, "false": False}.get(text.lower(), text.strip("'\""))
    kind = EXPECTATION if found["expects"] else FEEDBACK
    name = found["name"].strip()
    if len(name) > 250:
        return f"The name is too long: {len(name)} characters, 250 is the most."
    if kind == EXPECTATION and found["why"]:
        return "An expectation has no reason: leave out what follows #."
    if kind == FEEDBACK and value is None:
        return "Feedback needs a value."
    return Assessment("", name, kind, value, "HUMAN", who, (found["why"] or "").strip())


def state_of(info: TraceInfo) -> ThingState:
    """What of a trace can be changed."""
    fields = {ASSESSED + name: text_of(one) for name, one in info.said.items()}
    return ThingState(
        Thing.TRACE, info.id, info.name or info.id[:11], ACTIVE, info.tags, "", info.experiment_id, fields
    )


def assessing(chosen: Sequence[ThingState], said: Assessment) -> Plan:
    """Say something of each trace, in place of what was said there under that name."""
    wanted = text_of(said)
    changes = [_change(one, ASSESSED + said.name, wanted) for one in chosen]
    changes = [change for change in changes if change.before != wanted]
    others = sum(1 for change in changes if change.before is not None and _by(change.before) != _by(wanted))
    remarks = []
    if others:
        many = "1 of them is" if others == 1 and len(changes) > 1 else "It is" if others == 1 else f"{others} are"
        remarks.append(f"{many} by somebody else: that one is kept as overwritten, and holds again if this is deleted.")
    return Plan(tuple(changes), tuple(remarks))


def unassessing(chosen: Sequence[ThingState], name: str) -> Plan:
    """Delete what holds under a name."""
    changes = [_change(one, ASSESSED + name, None) for one in chosen if one.value(ASSESSED + name) is not None]
    return Plan(tuple(changes))


def adding(chosen: Sequence[ThingState], to: EvaluationSet) -> Plan:
    """Add traces to an evaluation dataset, those that are not in it."""
    field = IN_SET + to.id
    changes = [_change(one, field, to.name) for one in chosen if one.value(field) is None]
    remarks = ["A record with the same inputs is updated: this cannot be taken back."] if changes else []
    already = len(chosen) - len(changes)
    if already and changes:
        remarks.append(f"{already} more {'is' if already == 1 else 'are'} in it already.")
    return Plan(tuple(changes), tuple(remarks))


def _change(one: ThingState, field: str, after: str | None) -> Change:
    return Change(Thing.TRACE, one.id, one.name, field, one.value(field), after)


def _by(text: str) -> tuple[str, str]:
    one = of_text("", text)
    return one.source_type, one.source_id
