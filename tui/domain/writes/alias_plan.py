"""Plans of alias moves: what is to be set and taken away, in which order, from which state; and their undoing.

A state is a mapping from alias to version; an alias that is not in it points nowhere. Nothing here asks a server:
a plan says where each alias was when a person looked, and whoever carries it out compares before each write.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.models.values import alias_refusal, alias_twin
from tui.domain.writes.changes import UNDO

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
