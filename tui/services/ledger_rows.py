"""The ledger as people read it: a line for each entry, on a terminal or in a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.table import Tone
from tui.domain.text import named
from tui.domain.writes import change_words, changes
from tui.domain.writes.changes import Change, Plan, WriteVerb
from tui.services.alias_moves import OF_PROMPTS, WHAT, outcomes_of, steps_of
from tui.services.downloads import export
from tui.services.ledger import OPEN, Entry
from tui.services.serving_desk import BEGUN
from tui.services.write_flow import Outcome, Overtaken, of_record

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


def row(entry: Entry, zone: tzinfo = timezone.utc) -> LedgerRow:
    """An entry in words: ``champion v12 → v11``, ``done``."""
    tone: Tone = "" if entry.outcome in _GOOD else "warn" if entry.outcome in _WARN else "bad"
    outcome = _overtaken_words(entry, zone) or OUTCOME_WORDS.get(entry.outcome, entry.outcome)
    return LedgerRow(entry, what_words(entry), outcome, tone)


def overtaken(done_ms: int, seen_ms: int, by: str, zone: tzinfo) -> str:
    """``done at 03:11:21, overtaken at 03:11:23 by v2``."""
    done, seen = (datetime.fromtimestamp(ms / 1000, zone).strftime("%H:%M:%S") for ms in (done_ms, seen_ms))
    return f"done at {done}, overtaken at {seen} by {by}"


def overtaken_line(found: Sequence[Overtaken], zone: tzinfo) -> str:
    """``champion of churn: done at 03:11:21, overtaken at 03:11:23 by v2 · 1 more``."""
    first = found[0]
    change = first.change
    by = "its deletion" if first.now is None else change_words.value(change, first.now, "nothing")
    more = f" · {count(len(found) - 1)} more" if len(found) > 1 else ""
    of = change_words.what(change)
    name = named(change.called) or change.id
    return f"{f'{of} of ' if of else ''}{name}: {overtaken(first.done_ms, first.seen_ms, by, zone)}{more}"


def _overtaken_words(entry: Entry, zone: tzinfo) -> str:
    """What a second look has told of an entry; "" where it was as it had been left, or was not looked at."""
    steps = entry.result.get("steps")
    for step in steps if isinstance(steps, list) else ():
        done_ms = step.get("done_ms") if isinstance(step, dict) else None
        if isinstance(done_ms, int) and entry.ended_ms is not None:
            found = step.get("found")
            by = "its deletion" if found is None else f"v{found}" if entry.what == WHAT else _brief(found)
            return overtaken(done_ms, entry.ended_ms, by, zone)
    return ""


def what_words(entry: Entry) -> str:
    """What was meant to be done; of several steps, with what became of each where not all were done."""
    prefix = ""
    if entry.purpose in (changes.UNDO, changes.PUT_BACK, changes.FINISH) and entry.of is not None:
        prefix = f"{entry.purpose} #{entry.of}: "
    if entry.what not in (WHAT, OF_PROMPTS):
        made = _changes_of(entry)
        said = ", ".join(f"{key} {_brief(value)}" for key, value in entry.details.items())
        what = f"{entry.what.replace('.', ' ').replace('_', ' ')}{f': {said}' if said else ''}"
        return prefix + (_changes_words(made) if made else what)
    steps = steps_of(entry)
    outcomes = outcomes_of(entry)
    told = len(set(outcomes)) > 1
    parts = [
        step.words.replace(":", "", 1) + (f" ({outcome})" if told else "")
        for step, outcome in zip(steps, outcomes, strict=True)
    ]
    return prefix + ", ".join(parts)


def _changes_of(entry: Entry) -> list[Change]:
    """The changes that an entry meant to make; none where it does not say them in a way that is known."""
    steps = entry.details.get("steps")
    try:
        return [of_record(step) for step in steps] if isinstance(steps, list) else []
    except (AttributeError, ValueError):
        return []


def _changes_words(made: list[Change]) -> str:
    """``tag model churn: owner  ana → ops``; of several only what is done to how many."""
    said = change_words.to_do(Plan(tuple(made)))
    said = said[0].lower() + said[1:]
    (first, *others) = made
    if others or first.makes or first.verb in (WriteVerb.RENAME, WriteVerb.MOVE):
        return said
    before, after = (change_words.value(first, text, "none") for text in (first.before, first.after))
    return f"{said}  {_brief(before)} → {_brief(after)}"


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


# Ledgers of several machines: handed on as JSON lines, and merged without doubles into a file beside one's own.
#
# What others have written is kept apart from what was written here: undoing and settling look at the own ledger alone.


MERGED = "ledger-merged.jsonl"
_TEXTS = ("what", "context", "place", "subject", "actor", "purpose", "why", "outcome")


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Entries as they are handed on, one JSON object a line."""
    for entry in entries:
        yield json.dumps(as_plain(entry), ensure_ascii=True) + "\n"


def merged(folder: Path) -> list[Entry]:
    """What has been merged on this machine, oldest first. Raises Problem where it cannot be read."""
    file = folder / MERGED
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise _unreadable(file, str(error)) from None
    return read(text, str(file))


def read(text: str, called: str) -> list[Entry]:
    """The entries in what was handed on, oldest first. Raises Problem where a line is none."""
    found: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _unreadable(called, f"Line {number} is no entry of a ledger") from None
    return sorted(found, key=lambda entry: (entry.at_ms, entry.number))


def merge(folder: Path, own: Iterable[Entry], others: Iterable[Entry]) -> tuple[int, int]:
    """Add entries to those merged before; answers how many are new, and how many were known.

    One that is known but had not ended when it was handed on takes its end from the later one.
    """
    mine = {identity(entry) for entry in own}
    before = {identity(entry): entry for entry in merged(folder)}
    known = dict(before)
    new = doubles = 0
    for entry in others:
        key = identity(entry)
        earlier = known.get(key)
        if key in mine or (earlier is not None and (entry.ended_ms or 0) <= (earlier.ended_ms or 0)):
            doubles += 1
            continue
        new += earlier is None
        known[key] = entry
    if known != before:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ordered = sorted(known.values(), key=lambda entry: (entry.at_ms, entry.actor, entry.number))
        file = export("".join(lines(ordered)), MERGED, folder, replace=True)
        file.chmod(0o600)
    return new, doubles


def identity(entry: Entry) -> str:
    """What is the same of one entry in every ledger: everything that was recorded before the write but its number."""
    begun = [entry.at_ms, entry.actor, entry.what, entry.place, entry.subject, entry.why, dict(entry.details)]
    return hashlib.sha256(json.dumps(begun, sort_keys=True).encode()).hexdigest()


def _entry(said: Mapping[str, Any]) -> Entry:
    number, at_ms, of, ended_ms = said["number"], said["at_ms"], said.get("of"), said.get("ended_ms")
    if not (type(number) is int and type(at_ms) is int):
        raise ValueError("number")
    details, result = said.get("details") or {}, said.get("result") or {}
    if not (isinstance(details, dict) and isinstance(result, dict)):
        raise ValueError("details")
    texts: dict[str, Any] = {name: str(said.get(name) or "") for name in _TEXTS}
    return Entry(
        number=number,
        at_ms=at_ms,
        of=of if type(of) is int else None,
        details=details,
        ended_ms=ended_ms if type(ended_ms) is int else None,
        result=result,
        **texts,
    )


def _unreadable(what: object, why: str) -> Problem:
    return Problem(
        Kind.STORE_UNREADABLE,
        "The ledger was not read",
        f"{what}: {why}.",
        "mlflow-deck export ledger writes what can be merged.",
    )
