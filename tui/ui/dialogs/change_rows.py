"""The changes of a plan as rows: before they are made, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.domain.writes import words as change_words
from tui.domain.writes.changes import Change, Known, Plan, Verb
from tui.services.housekeeping import State, Told
from tui.services.writes import Outcome, Result

OUTCOMES: dict[Outcome, tuple[str, Tone]] = {
    Outcome.DONE: ("done", "good"),
    Outcome.CONFLICT: ("changed meanwhile", "bad"),
    Outcome.REFUSED: ("refused", "bad"),
    Outcome.NOT_DONE: ("not done", "bad"),
    Outcome.OVERTAKEN: ("changed since", "warn"),
    Outcome.UNKNOWN: ("not known", "warn"),
    Outcome.SKIPPED: ("not tried", "muted"),
}


def planned(plan: Plan, glyphs: Glyphs, room: int) -> RowsTable:
    """What is about to be done: for whom, what, now and then, within so many cells where that can be."""
    now = [change_words.value(change, change.before, glyphs.absent) for change in plan.changes]
    then = [change_words.value(change, change.after, glyphs.absent) for change in plan.changes]
    muted: list[Tone] = ["muted"] * len(now)
    accent: list[Tone] = ["accent" if change.after is not None else "warn" for change in plan.changes]
    cells, columns = _first_cells(plan.changes)
    columns += [_column("now", "now", now, 40), _column("then", "then", then, 60)]
    columns = _within(columns, room, ("now", "name", "what", "then"))
    return RowsTable(columns, _keys(plan.changes), {**cells, "now": now, "then": then}, {"now": muted, "then": accent})


def became(told: Told, glyphs: Glyphs, room: int) -> RowsTable:
    """What became of each change, and what is on the server instead."""
    outcomes: list[str] = []
    tones: list[Tone] = []
    for _, result in told.rows:
        word, tone = OUTCOMES.get(result.outcome, (result.outcome.value, ""))
        sign = {"good": glyphs.done, "bad": glyphs.failed, "warn": glyphs.warning}.get(tone, glyphs.absent)
        outcomes.append(f"{sign} {word}")
        tones.append(tone)
    wanted = [change_words.value(change, change.after, glyphs.absent) for change, _ in told.rows]
    found = [found_words(change, result, glyphs.absent) for change, result in told.rows]
    cells, columns = _first_cells(told.plan.changes)
    columns += [
        _column("outcome", "outcome", outcomes, 20),
        _column("found", "is now", found, 40),
        _column("wanted", "wanted", wanted, 40),
    ]
    columns = _within(columns, room, ("wanted", "what", "name", "found"))
    cells |= {"outcome": outcomes, "found": found, "wanted": wanted}
    muted: list[Tone] = ["muted"] * len(wanted)
    return RowsTable(columns, _keys(told.plan.changes), cells, {"outcome": tones, "wanted": muted})


def found_words(change: Change, result: Result[State], absent: str) -> str:
    """What the server says of a changed field now; empty where it was not looked at."""
    if result.outcome is Outcome.SKIPPED or (result.found is None and result.problem is not None):
        return ""
    known: Known | None = result.found
    if known is None:
        return "gone" if change.verb is not Verb.CREATE else absent
    if known.is_deleted and change.verb not in (Verb.DELETE, Verb.RESTORE):
        return "deleted"
    return change_words.value(change, change.value_in(known), absent)


def _first_cells(changes: Sequence[Change]) -> tuple[dict[str, list[str]], list[Column]]:
    names = [clean(change.called) or change.id for change in changes]
    whats = [change_words.what(change) for change in changes]
    kind = changes[0].kind.value if changes else ""
    columns = [_column("name", kind, names, 36, frozen=True)]
    if any(whats):
        columns.append(_column("what", "what", whats, 30))
    return {"name": names, "what": whats}, columns


def _keys(changes: Sequence[Change]) -> list[str]:
    return [str(number) for number in range(len(changes))]


def _column(key: str, title: str, texts: Sequence[str], most: int, *, frozen: bool = False) -> Column:
    widest = max((width(text) for text in texts[:2000]), default=0)
    return Column(key, title, max(width(title) + 1, min(most, widest)), frozen=frozen)


def _within(columns: Sequence[Column], room: int, shrinking: Sequence[str]) -> list[Column]:
    """The columns made narrower, in that order and to a least of 16 cells each, until they fit side by side."""
    fitting = {column.key: column for column in columns}
    over = sum(column.width + 2 for column in columns) - room
    for key in shrinking:
        column = fitting.get(key)
        if column is not None and over > 0:
            narrower = max(min(16, column.width), column.width - over)
            over -= column.width - narrower
            fitting[key] = replace(column, width=narrower)
    return list(fitting.values())
