"""What became of a plan, in words: a title and sentences where not all was done, and one line where it was."""

from __future__ import annotations

from datetime import datetime, tzinfo

from tui.domain.quantities import count
from tui.domain.text import clean
from tui.domain.writes import words as change_words
from tui.domain.writes.changes import PUT_BACK, UNDO, Verb
from tui.services.housekeeping import Told
from tui.services.writes import Outcome


def outcome_line(told: Told, zone: tzinfo) -> str:
    """``Deleted 3 runs, read back 14:03:07, ledger #31 · u restores them``."""
    changes = told.done
    if not changes:
        return told_title(told)
    said = change_words.done(changes)
    if told.plan.purpose in (UNDO, PUT_BACK) and changes[0].verb is not Verb.RESTORE:
        earlier = f" ledger #{told.plan.of}" if told.plan.of is not None else ""
        said = f"taken back{earlier}: {change_words.things(changes)}"
    parts = [said[0].upper() + said[1:]]
    if told.left:
        parts[0] += f", {count(len(told.left))} of {count(len(told.plan.changes))} not"
    parts.append(f"read back {datetime.fromtimestamp(told.at_ms / 1000, zone):%H:%M:%S}")
    number, unrecorded = told.report.number, told.report.unrecorded
    if number is not None:
        parts.append(f"ledger #{number}")
    if unrecorded is not None:
        parts.append(f"not recorded: {clean(unrecorded.message)}")
    line = ", ".join(parts)
    if told.plan.purpose:
        return line
    deleted = all(change.verb is Verb.DELETE for change in changes)
    them = "it" if len(told.plan.things) == 1 else "them"
    return f"{line} · {f'u restores {them}' if deleted else 'u takes it back'}"


def told_title(told: Told) -> str:
    """What became of a plan of which not all was done."""
    every = len(told.plan.changes)
    if told.done:
        return f"{count(len(told.done))} of {count(every)} changes were made"
    return "Nothing was changed" if told.outcome is not Outcome.UNKNOWN else "It is not known whether it was written"


def told_words(told: Told) -> str:
    """Why not all was done, in a sentence or two."""
    change, result = next(row for row in told.rows if row[1].outcome is not Outcome.DONE)
    name = clean(change.called) or change.id
    words = {
        Outcome.SKIPPED: "It was stopped before anything was written.",
        Outcome.CONFLICT: f"{name} is not as it was shown: somebody has changed it meanwhile. f shows it as it is now.",
        Outcome.REFUSED: f"The server refused to {change.verb.value} {name}.",
        Outcome.NOT_DONE: f"The server did not do it: {name}.",
        Outcome.OVERTAKEN: f"{name} was written, and was found changed again when it was read back.",
        Outcome.UNKNOWN: f"Whether {name} was written cannot be told until the server can be read; f looks again.",
    }[result.outcome]
    if result.outcome is Outcome.SKIPPED and told.done:
        words = "It was stopped; what is marked as done stays done."
    if result.outcome is Outcome.CONFLICT and result.found is None and change.verb is not Verb.CREATE:
        words = f"{name} is no longer there."
    if result.outcome is Outcome.CONFLICT and change.verb is Verb.CREATE and result.found is not None:
        deleted = (
            " It is deleted: it can be restored from the deleted experiments (i)." if result.found.is_deleted else ""
        )
        words = f"There is an experiment of that name already.{deleted}"
    elif result.found is not None and result.found.is_deleted and change.verb not in (Verb.DELETE, Verb.RESTORE):
        words = f"{name} is deleted: it must be restored before it can be changed."
    if result.problem is not None:
        words += f" {clean(result.problem.message)} {clean(result.problem.hint)}".rstrip()
    if told.report.unrecorded is not None:
        words += f" The ledger could not be written: {clean(told.report.unrecorded.message)}"
    return words
