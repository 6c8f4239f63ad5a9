"""The ledger as people read it: a line for each entry, on a terminal or in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.domain.table import Tone
from tui.domain.writes import alias_plan
from tui.services.alias_moves import WHAT
from tui.services.alias_records import outcomes_of, steps_of
from tui.services.ledger import OPEN, Entry
from tui.services.serving_changes import BEGUN
from tui.services.writes import Outcome

OUTCOME_WORDS = {
    OPEN: "not known: the program ended in between",
    Outcome.DONE.value: "done",
    Outcome.CONFLICT.value: "not done: somebody had moved it",
    Outcome.REFUSED.value: "refused by the server",
    Outcome.NOT_DONE.value: "not done",
    Outcome.OVERTAKEN.value: "moved on by somebody else",
    Outcome.UNKNOWN.value: "not known: the server could not be read",
    Outcome.SKIPPED.value: "not tried",
    Outcome.PARTLY.value: "partly done",
    BEGUN: "begun: what became of it is not known yet",
}
_GOOD = (Outcome.DONE.value,)
_WARN = (Outcome.CONFLICT.value, Outcome.NOT_DONE.value, Outcome.OVERTAKEN.value, Outcome.REFUSED.value, BEGUN)


@dataclass(frozen=True)
class LedgerRow:
    """One entry in words; texts are not cleaned yet."""

    entry: Entry
    what: str
    outcome: str
    tone: Tone


def row(entry: Entry) -> LedgerRow:
    """An entry in words: ``champion v12 → v11``, ``done``."""
    tone: Tone = "" if entry.outcome in _GOOD else "warn" if entry.outcome in _WARN else "bad"
    return LedgerRow(entry, what_words(entry), OUTCOME_WORDS.get(entry.outcome, entry.outcome), tone)


def what_words(entry: Entry) -> str:
    """What was meant to be done; of several steps, with what became of each where not all were done."""
    if entry.what != WHAT:
        said = ", ".join(f"{key} {_brief(value)}" for key, value in entry.details.items())
        return f"{entry.what.replace('.', ' ').replace('_', ' ')}{f': {said}' if said else ''}"
    steps = steps_of(entry)
    outcomes = outcomes_of(entry)
    told = len(set(outcomes)) > 1
    parts = [
        step.words.replace(":", "", 1) + (f" ({outcome})" if told else "")
        for step, outcome in zip(steps, outcomes, strict=True)
    ]
    prefix = ""
    if entry.purpose in (alias_plan.UNDO, alias_plan.PUT_BACK, alias_plan.FINISH) and entry.of is not None:
        prefix = f"{entry.purpose} #{entry.of}: "
    return prefix + ", ".join(parts)


def _brief(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def searched(found: LedgerRow) -> str:
    """What the words of a filter are looked for in."""
    entry = found.entry
    said = f"{entry.subject} {found.what} {found.outcome} {entry.actor} {entry.context} {entry.why}"
    return f"{said} #{entry.number}"


def as_plain(entry: Entry) -> dict[str, Any]:
    """An entry as plain data, for scripts."""
    return {
        "number": entry.number,
        "at_ms": entry.at_ms,
        "what": entry.what,
        "context": entry.context,
        "place": entry.place,
        "subject": entry.subject,
        "actor": entry.actor,
        "purpose": entry.purpose,
        "of": entry.of,
        "why": entry.why,
        "details": dict(entry.details),
        "outcome": entry.outcome,
        "ended_ms": entry.ended_ms,
        "result": dict(entry.result),
    }
