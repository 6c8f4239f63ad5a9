"""A plan, its way through the panel and what became of it, as rows and in sentences: the same whatever is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import Enum

from tui.app.actions import key_of
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count, pace
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes import change_words, changes
from tui.domain.writes.changes import PUT_BACK, UNDO, Change, Plan, Thing, ThingState, WriteVerb, refusals
from tui.services.write_flow import Found, Outcome, StepResult, Touched, WriteResult

# Where a write is on its way through the panel: what was tried, what of it stands in part, and what can follow.


class Face(Enum):
    """What the panel is showing."""

    READING = "reading"
    SHOWN = "shown"  # the plan, to go on or to leave
    ARMED = "armed"  # the next enter does it
    DOING = "doing"
    TOLD = "told"  # what became of it, where not all was done
    REFUSED = "refused"  # nothing was tried

    @property
    def asks(self) -> bool:
        """Whether lines can be typed in."""
        return self in (Face.SHOWN, Face.ARMED)


class Next(Enum):
    """What follows when a plan has been carried out."""

    CLOSE = "close"  # all is done
    BACK = "back"  # a part has been taken back, and one before it stands
    TELL = "tell"  # not all is done


@dataclass
class Course:
    """One opening of the panel. ``parts`` is what was done in part and stands, the latest last."""

    face: Face = Face.READING
    plan: Plan = field(default_factory=lambda: Plan(()))
    told: WriteResult | None = None
    problem: Problem | None = None
    touched: Touched = frozenset()
    parts: list[WriteResult] = field(default_factory=list)

    # going on

    def show(self, plan: Plan) -> None:
        """A plan that can be gone on with is shown."""
        self.plan, self.told = plan, None

    def refuse(self, problem: Problem) -> bool:
        """Nothing was tried; answers whether there is an earlier part that can be told of still."""
        if self.told is None and self.parts:
            self.told = self.parts[-1]
            return True
        self.problem = problem
        return False

    def take(self, told: WriteResult) -> Next:
        """A plan has been carried out; answers what follows."""
        self.told = told
        self.touched |= told.touched
        going_back = told.plan.purpose == changes.PUT_BACK and bool(self.parts)
        if told.outcome is Outcome.DONE:
            if not going_back or not self.parts[:-1]:
                return Next.CLOSE
            self.parts.pop()
            return Next.BACK
        if told.done and not going_back:
            self.parts.append(told)
        return Next.TELL

    @property
    def result(self) -> WriteResult | None:
        """What the panel answers when it is left; None where nothing was tried."""
        return self.told or (self.parts[-1] if self.parts else None)

    def settled(self, history: Sequence[WriteResult]) -> WriteResult | None:
        """What was tried, where its answer was lost and looking again has told that it was done after all."""
        tried = self.told.plan if self.told is not None else None
        return next((t for t in history if t.plan is tried and t.outcome is Outcome.DONE), None)

    # what can follow

    @property
    def finishes(self) -> bool:
        """Whether something is left to be done."""
        told = self.told
        return told is not None and bool(told.left) and told.plan.purpose != changes.PUT_BACK

    @property
    def goes_back(self) -> bool:
        """Whether what was told last is a putting back that is done in part."""
        told = self.told
        return told is not None and told.plan.purpose == changes.PUT_BACK and bool(told.done)

    @property
    def back(self) -> Plan | None:
        """What takes back the part that was done, the latest first; None where none stands."""
        plan = self.parts[-1].taken_back if self.parts else None
        return replace(plan, purpose=changes.PUT_BACK) if plan is not None else None

    @property
    def still_stands(self) -> bool:
        """Whether nothing came of the last plan, and a part of one before it stands."""
        told = self.told
        return told is not None and not told.done and bool(self.parts) and told.outcome is not Outcome.UNKNOWN

    @property
    def ledger_is_in_the_way(self) -> bool:
        """Whether it was the ledger that could not be written."""
        # A store that cannot be read is an outcome of a step; as a refusal of the whole it is the ledger's.
        return (
            self.face is Face.REFUSED
            and self.problem is not None
            and self.problem.kind is Kind.STORE_UNREADABLE
            and bool(self.plan.changes)
        )

    def change_at(self, row: int) -> Change | None:
        """The change of a row of the table."""
        return self.plan.changes[row] if row < len(self.plan.changes) else None


FEW = 12  # changes that are named one by one in what is shown of a plan
WITHOUT_RECORD = "w writes without a record: nobody will see who did it."

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
    going = all(change.after is None for change in plan.changes)  # what goes is what has to be read
    columns += [_column("now", "now", now, 90 if going else 40), _column("after", "after", then, 60)]
    columns = _within(columns, room, ("now", "name", "what", "after"))
    return RowsTable(
        columns, _keys(plan.changes), {**cells, "now": now, "after": then}, {"now": muted, "after": accent}
    )


def became(told: WriteResult, glyphs: Glyphs, room: int) -> RowsTable:
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


def whole_row(plan: Plan, told: WriteResult | None, row: int, absent: str) -> tuple[str, str]:
    """One change in full: what it is about, and every value of it; of one that was tried, what became of it too."""
    change = plan.changes[row]
    title = f"{change.kind.value} {named(change.called) or change.id}"
    parts = [change_words.what(change)]
    if told is not None:
        result = told.report.results[row]
        parts.append(f"{OUTCOMES.get(result.outcome, (result.outcome.value, ''))[0]}")
        parts += [str(result.problem)] if result.problem is not None else []
        parts.append(f"is now: {found_words(change, result, absent)}")
    for called, text in (("now" if told is None else "was shown as", change.before), ("after", change.after)):
        lines = change_words.whole(change, text) if text is not None else [absent]
        parts.append(f"{called}: " + ("\n" if len(lines) > 1 else "") + "\n".join(lines))
    return title, "\n\n".join(part for part in parts if part)


def found_words(change: Change, result: StepResult[Found], absent: str) -> str:
    """What the server says of a changed field now; empty where it was not looked at."""
    if result.outcome is Outcome.SKIPPED or (result.found is None and result.problem is not None):
        return ""
    known: ThingState | None = result.found
    if known is None:
        return "gone" if not change.makes else absent
    if known.is_deleted and change.verb not in (WriteVerb.DELETE, WriteVerb.RESTORE):
        return "deleted"
    return change_words.value(change, change.value_in(known), absent)


def _first_cells(changes: Sequence[Change]) -> tuple[dict[str, list[str]], list[Column]]:
    names = [named(change.called) or change.id for change in changes]
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


def outcome_line(told: WriteResult, zone: tzinfo) -> tuple[str, str]:
    """``Deleted 3 runs, read back 14:03:07, ledger #31`` and `` · u restores them``, which is never cut off."""
    changes = told.done
    if not changes:
        return result_title(told), ""
    said = change_words.done(changes)
    if told.plan.purpose in (UNDO, PUT_BACK) and changes[0].verb is not WriteVerb.RESTORE:
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
    aside = f" · {clean(told.aside)}" if told.aside else ""
    return ", ".join(parts) + aside, _way_back(told)


def _way_back(told: WriteResult) -> str:
    """What can be done about what was done, at the end of the line that tells of it."""
    changes = told.done
    if told.plan.purpose in (UNDO, PUT_BACK):
        return ""
    undo = key_of("runs.undo")
    if changes[0].verb is WriteVerb.SERVE:
        return " · it is looked at until that is over"
    if told.taken_back is None:
        deleted = changes[0].verb is WriteVerb.DELETE
        return " · it cannot be taken back" if deleted else f" · {undo} cannot take it back"
    if all(change.verb is WriteVerb.DELETE for change in changes):
        return f" · {undo} restores {'it' if len(told.plan.things) == 1 else 'them'}"
    return f" · {undo} takes it back"


def _moved(change: Change, result: StepResult[Found]) -> str:
    """How a thing is another one than was shown."""
    found = result.found
    if found is not None and found.status and change.verb is WriteVerb.SERVE:
        return clean(found.status)
    now, before = (change_words.value(change, text, "none") for text in (change.value_in(found), change.before))
    if now == before or change_words.needs_room(change):
        return "somebody has changed it meanwhile"
    return f"{change_words.what(change) or 'it'} is {now} now, not {before}"


def result_title(told: WriteResult) -> str:
    """What became of a plan of which not all was done."""
    every = len(told.plan.changes)
    if told.done:
        return f"{count(len(told.done))} of {count(every)} changes were made"
    return "Nothing was changed" if told.outcome is not Outcome.UNKNOWN else "It is not known whether it was written"


def result_words(told: WriteResult) -> str:
    """Why not all was done, in a sentence or two."""
    change, result = next(row for row in told.rows if row[1].outcome is not Outcome.DONE)
    name = change_words.things([change]) if change.alias else named(change.called) or change.id
    words = {
        Outcome.SKIPPED: "It was stopped before anything was written.",
        Outcome.CONFLICT: f"{name} is not as it was shown: {_moved(change, result)}. f shows it as it is now.",
        Outcome.REFUSED: f"The server refused to {change.verb.value} {name}.",
        Outcome.NOT_DONE: f"The server did not do it: {name}.",
        Outcome.OVERTAKEN: f"{name} was written, and was found changed again when it was read back.",
        Outcome.UNKNOWN: f"Whether {name} was written cannot be told until the server can be read; f looks again.",
    }[result.outcome]
    if result.outcome is Outcome.SKIPPED and told.done:
        words = "It was stopped; what is marked as done stays done."
    if result.outcome is Outcome.CONFLICT and result.found is None and not change.makes:
        words = f"{name} is no longer there."
    if result.outcome is Outcome.CONFLICT and change.verb is WriteVerb.CREATE and result.found is not None:
        deleted = (
            " It is deleted: it can be restored from the deleted experiments (i)." if result.found.is_deleted else ""
        )
        article = "an" if change.kind is Thing.EXPERIMENT else "a"
        words = f"There is {article} {change.kind.value} of that name already.{deleted}"
    elif (
        result.found is not None
        and result.found.is_deleted
        and change.verb not in (WriteVerb.DELETE, WriteVerb.RESTORE)
    ):
        words = f"{name} is deleted: it must be restored before it can be changed."
    if result.problem is not None:
        words += f" {clean(result.problem.message)} {clean(result.problem.hint)}".rstrip()
    if told.report.unrecorded is not None:
        words += f" The ledger could not be written: {clean(told.report.unrecorded.message)}"
    return words


# what the panel says


def introduction(plan: Plan, place: str) -> str:
    """Where it is written, and of many changes the first; what of it can be restored."""
    lines = [place]
    if len(plan.changes) > FEW:
        names = [named(change.called) or change.id for change in plan.changes]
        first = ", ".join(dict.fromkeys(names[:4]))
        lines.append(f"{count(len(plan.changes))} changes: {first} and more; all are listed here.")
    if plan.verbs == (WriteVerb.DELETE,) and plan.changes[0].kind in (Thing.RUN, Thing.EXPERIMENT):
        them = "It" if len(plan.things) == 1 else "They"
        lines.append(f"{them} can be restored until the server's owner clears what is deleted.")
    return "\n".join(lines)


def progress(plan: Plan, steps: int, passed_ms: int, *, stopping: bool) -> str:
    """How far it is, how fast that goes and how long the rest takes."""
    every = len(plan.changes)
    if every == 1:
        return "looking again, writing, and reading back …"
    ends = "stopping after the one under way" if stopping else "esc stops"
    so_far = f"{count(steps)} of {count(every)}"
    return f"{so_far} done and read back{pace(steps, every, steps, passed_ms).removeprefix(so_far)} · {ends}"


def state(course: Course, progress: str) -> tuple[str, str]:
    """The line at the bottom of the panel and its tone."""
    face, problem, told = course.face, course.problem, course.told
    if face is Face.READING:
        return "Reading how it is now …", ""
    if face is Face.SHOWN:
        refused = " ".join(refusals(course.plan))
        return clean(refused), "warn" if refused else ""
    if face is Face.ARMED:
        return f"{change_words.to_do(course.plan)}   enter does it", "armed"
    if face is Face.DOING:
        return progress, ""
    if face is Face.REFUSED and problem is not None:
        if course.ledger_is_in_the_way:
            return clean(f"{problem.title}: {problem.message} {WITHOUT_RECORD}"), "warn"
        return clean(" ".join(part for part in (f"{problem.title}:", problem.message, problem.hint) if part)), "bad"
    if face is Face.TOLD and told is not None:
        stands = " What was done before stands: it can be finished still, or put back." if course.still_stands else ""
        record = f" ledger #{told.report.number}" if told.report.number is not None else ""
        return result_words(told) + stands + record, "warn" if course.parts else "bad"
    return "", ""


_PUTS = (WriteVerb.TAG.value, WriteVerb.ASSESS.value, WriteVerb.MOVE.value)  # what takes away where nothing is put


def keys(course: Course, *, formed: bool, fixed: bool, python: str) -> tuple[str, str]:
    """The button's words, and the keys of the face; ``python`` is the key that copies the plan, "" where none does.

    What is refused and ``fixed``, as nothing in its panel can be chosen otherwise, has no button.
    """
    face, plan = course.face, course.plan
    verb = plan.verbs[0].value if len(plan.verbs) == 1 else "write"
    verb = "write" if verb in (WriteVerb.NOTE.value, WriteVerb.SERVE.value) else verb
    if verb in _PUTS and all(change.after is None for change in plan.changes):
        verb = "take away"
    if face is Face.SHOWN:
        keys = f"tab next   {python} copy as Python" if python else "tab next   enter in the rows shows one in full"
        return "" if fixed and refusals(plan) else f"enter go on: {verb}", f"{keys}   esc leave"
    if face is Face.ARMED:
        return f"enter {verb}", "esc leave"
    if face is Face.DOING:
        return "", "esc stop"
    if face is Face.TOLD:
        anew = "f look at it as it is now" if formed and not course.parts else "f finish"
        back = "b put the rest back" if course.goes_back else "b put back"
        offered = [anew if course.finishes else "", back if course.back is not None else "", "esc leave"]
        return "", "   ".join(part for part in offered if part)
    return "", "w write without a record   esc leave" if course.ledger_is_in_the_way else "esc leave"
