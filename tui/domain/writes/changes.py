"""Plans of changes to whatever can be written: what is to become of each from what it was seen as; and their undoing.

A change names one thing, one of its fields, and the field's value before and after. Nothing here asks a server: a
plan says what a person saw, and whoever carries it out compares before each write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from tui.domain.glyphs import Glyphs
from tui.domain.models.values import ModelVersion, RegisteredModel, tag_key_refusal
from tui.domain.prompts import own_tags_left_out
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.values import GOING_ON, Experiment, RunDetail

ACTIVE, DELETED = "active", "deleted"
NAME, LIFECYCLE, CREATED, TAG = "name", "lifecycle", "created", "tags."
"""Fields of a thing; a tag's field is ``TAG`` and its key."""
DESCRIPTION, ITSELF, REGISTERED, COPIED, CARRIED, ALIAS, SERVED = (
    "description", "itself", "registered", "copied", "carried", "aliases.", "served",
)  # fmt: skip
"""More fields: of models and versions, whose ``ITSELF`` is what they hold and goes for good; of endpoints."""
ASSESSED, IN_SET = "assessments.", "datasets."
"""Fields of a trace: what holds of it under a name, and whether an evaluation dataset has a record of it."""
NOTE_KEY = "mlflow.note.content"
NOTE = TAG + NOTE_KEY
UNDO, FINISH, PUT_BACK = "undo", "finish", "put back"
"""What a plan is for, where it follows another one."""

_LONGEST_NAME = 500


class Thing(str, Enum):
    """What sort of thing it is."""

    EXPERIMENT = "experiment"
    RUN = "run"
    MODEL = "model"
    VERSION = "version"  # its id is that of its model, a slash and its number
    ENDPOINT = "endpoint"
    TRACE = "trace"
    PROMPT = "prompt"
    PROMPT_VERSION = "prompt version"  # its id is made as a model version's

    @property
    def is_version(self) -> bool:
        """Whether it is a version of something, which its id names before the slash."""
        return self in (Thing.VERSION, Thing.PROMPT_VERSION)

    @property
    def longest_value(self) -> int:
        """Letters of a tag that MLflow keeps; of a run's it cuts the rest off without a word."""
        return {Thing.RUN: 8_000, Thing.TRACE: 8_000, Thing.EXPERIMENT: 20_000}.get(self, 100_000)


class WriteVerb(str, Enum):
    """What a change does, as the ledger and the screens call it."""

    CREATE = "create"
    RENAME = "rename"
    DELETE = "delete"
    RESTORE = "restore"
    TAG = "tag"
    NOTE = "note"
    DESCRIBE = "describe"
    REGISTER = "register"
    COPY = "copy"
    CARRY = "carry"  # from another registry
    MOVE = "move"
    SERVE = "serve"
    ASSESS = "assess"
    ADD = "add"


_OF_FIELD = {
    CREATED: WriteVerb.CREATE,
    NAME: WriteVerb.RENAME,
    NOTE: WriteVerb.NOTE,
    ITSELF: WriteVerb.DELETE,
    DESCRIPTION: WriteVerb.DESCRIBE,
    REGISTERED: WriteVerb.REGISTER,
    COPIED: WriteVerb.COPY,
    CARRIED: WriteVerb.CARRY,
    SERVED: WriteVerb.SERVE,
}
_MADE = (CREATED, REGISTERED, COPIED, CARRIED)


@dataclass(frozen=True)
class ThingState:
    """What was read of a thing, as far as it can be changed; ``fields`` are those that only its kind has."""

    kind: Thing
    id: str
    name: str
    lifecycle: str
    tags: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    experiment_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_run(cls, run: RunDetail) -> ThingState:
        return cls(Thing.RUN, run.run_id, run.name, run.lifecycle, run.tags, run.status, run.experiment_id)

    @classmethod
    def of_experiment(cls, found: Experiment) -> ThingState:
        return cls(Thing.EXPERIMENT, found.id, found.name, found.lifecycle, found.tags)

    @classmethod
    def of_model(cls, model: RegisteredModel) -> ThingState:
        """What it holds is its newest version, where that is told, and its aliases."""
        held = [f"newest v{model.newest.version}"] if model.newest is not None else []
        held += [f"{alias} v{version}" for alias, version in sorted(model.aliases.items())]
        fields = {DESCRIPTION: model.description, ITSELF: ", ".join(held)}
        return cls(Thing.MODEL, model.name, model.name, ACTIVE, model.tags, fields=fields)

    @classmethod
    def of_version(cls, made: ModelVersion, aliases: Sequence[str]) -> ThingState:
        """What it holds are its aliases."""
        fields = {DESCRIPTION: made.description, ITSELF: ", ".join(sorted(aliases))}
        called = f"{made.name} v{made.version}"
        return cls(Thing.VERSION, f"{made.name}/{made.version}", called, ACTIVE, made.tags, fields=fields)

    @classmethod
    def of_prompt(cls, prompt: RegisteredModel) -> ThingState:
        """Without the tags in which MLflow keeps what a prompt is."""
        tags = own_tags_left_out(prompt.tags)
        return cls(Thing.PROMPT, prompt.name, prompt.name, ACTIVE, tags, fields={DESCRIPTION: prompt.description})

    @classmethod
    def of_prompt_version(cls, made: ModelVersion) -> ThingState:
        """Likewise; its commit message stays what it was registered with."""
        called = f"{made.name} v{made.version}"
        tags = own_tags_left_out(made.tags)
        return cls(Thing.PROMPT_VERSION, f"{made.name}/{made.version}", called, ACTIVE, tags)

    @property
    def note(self) -> str | None:
        """What is written of it: a run's or an experiment's note, the description of a model or a version."""
        return self.tags.get(NOTE_KEY) if self.kind in (Thing.RUN, Thing.EXPERIMENT) else self.fields.get(DESCRIPTION)

    @property
    def is_deleted(self) -> bool:
        return self.lifecycle == DELETED

    def value(self, name: str) -> str | None:
        """The value of a field; None for a tag that is not there."""
        if name.startswith(TAG):
            return self.tags.get(name[len(TAG) :])
        if name == LIFECYCLE:
            return self.lifecycle
        return self.name if name == NAME else self.fields.get(name)


@dataclass(frozen=True)
class Change:
    """One write. ``id`` is empty for an experiment that is to be made; ``called`` is the thing's name as seen."""

    kind: Thing
    id: str
    called: str
    field: str
    before: str | None
    after: str | None

    @property
    def verb(self) -> WriteVerb:
        if self.field == LIFECYCLE:
            return WriteVerb.DELETE if self.after == DELETED else WriteVerb.RESTORE
        begins = {ALIAS: WriteVerb.MOVE, ASSESSED: WriteVerb.ASSESS, IN_SET: WriteVerb.ADD}
        by_name = next((verb for start, verb in begins.items() if self.field.startswith(start)), WriteVerb.TAG)
        return _OF_FIELD.get(self.field, by_name)

    @property
    def makes(self) -> bool:
        """Whether it makes something, which has no id before that."""
        return self.field in _MADE

    @property
    def can_be_reversed(self) -> bool:
        """Whether it can be taken back: what a registry has made or deleted, it has for good; records were merged."""
        return (
            self.field != ITSELF
            and not self.field.startswith(IN_SET)
            and (not self.makes or self.kind is Thing.EXPERIMENT)
        )

    @property
    def alias(self) -> str:
        """The alias that is moved, "" for what is none."""
        return self.field[len(ALIAS) :] if self.field.startswith(ALIAS) else ""

    @property
    def key(self) -> str:
        """The tag's key, "" for what is no tag."""
        return self.field[len(TAG) :] if self.field.startswith(TAG) else ""

    def value_in(self, known: ThingState | None) -> str | None:
        """What the changed field says of a thing as it was read; None where that is not there."""
        return known.value(self.field) if known is not None else None

    def reversed(self, made_id: str = "") -> Change:
        """The change that takes this one back; ``made_id`` is the id of an experiment that this one made."""
        if self.field == CREATED:
            return Change(self.kind, made_id, self.called, LIFECYCLE, ACTIVE, DELETED)
        called = self.after if self.field == NAME and self.after is not None else self.called
        thing_id = called if self.field == NAME and self.kind is Thing.MODEL else self.id
        return replace(self, id=thing_id, called=called, before=self.after, after=self.before)


@dataclass(frozen=True)
class Plan:
    """Changes in the order in which they are made, and what else a person should know before.

    ``of`` is the ledger's number of what it follows; ``afterwards`` is to be done once more when this plan has been
    taken back. ``refused`` says why it cannot be carried out, ``typed`` is what has to be typed before it is, for the
    reason ``guard``, and ``why`` is a person's own reason, for the ledger, which it "may" or "must" have.
    """

    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()
    purpose: str = ""
    of: int | None = None
    afterwards: tuple[Change, ...] = ()
    refused: tuple[str, ...] = ()
    typed: str = ""
    guard: str = ""
    why: str = ""
    asks_why: str = ""
    promotes: str = ""  # the address of the version that the changes promote together, "" where they do no such thing

    @property
    def verbs(self) -> tuple[WriteVerb, ...]:
        """What it does, each once, in order."""
        return tuple(dict.fromkeys(change.verb for change in self.changes))

    @property
    def things(self) -> tuple[tuple[Thing, str], ...]:
        """Kind and id of each thing, once."""
        return tuple(dict.fromkeys((change.kind, change.id or change.called) for change in self.changes))


# making plans


def creation(name: str) -> Plan:
    """Make an experiment of that name."""
    return Plan((Change(Thing.EXPERIMENT, "", name, CREATED, None, name),))


def renaming(known: ThingState, name: str) -> Plan:
    """Give a thing another name; nothing to do where it has that name."""
    if name == known.name:
        return Plan(())
    return Plan((Change(known.kind, known.id, known.name, NAME, known.name, name),))


def deletion(chosen: Sequence[ThingState]) -> Plan:
    """Delete those that are active."""
    active = [known for known in chosen if not known.is_deleted]
    remarks = []
    running = sum(1 for known in active if known.status in GOING_ON)
    if running == 1:
        remarks.append(f"{'It' if len(active) == 1 else '1 of them'} is still running; it goes on, deleted.")
    elif running:
        remarks.append(f"{running} of them are still running; they go on, deleted.")
    if len(active) < len(chosen) and active:
        remarks.append(f"{len(chosen) - len(active)} more are deleted already.")
    return Plan(tuple(_marked(known, ACTIVE, DELETED) for known in active), tuple(remarks))


def restoration(chosen: Sequence[ThingState]) -> Plan:
    """Restore those that are deleted."""
    deleted = [known for known in chosen if known.is_deleted]
    return Plan(tuple(_marked(known, DELETED, ACTIVE) for known in deleted))


def _marked(known: ThingState, before: str, after: str) -> Change:
    return Change(known.kind, known.id, known.name, LIFECYCLE, before, after)


def tagging(chosen: Sequence[ThingState], edits: Mapping[str, str | None]) -> Plan:
    """Set tags of each thing, or take them away with None; what is so already needs no change."""
    changes = [
        Change(known.kind, known.id, known.name, TAG + key, known.tags.get(key), value)
        for known in chosen
        for key, value in edits.items()
        if known.tags.get(key) != value
    ]
    own = sorted({key for key in edits if key.startswith("mlflow.") and key != NOTE_KEY})
    remarks = [f"{', '.join(map(clean, own))}: MLflow's own, which its pages rely on."] if own else []
    twins = {
        key: other
        for known in chosen
        for key in edits
        if key not in known.tags and edits[key] is not None
        for other in known.tags
        if other.casefold() == key.casefold()
    }
    remarks += [
        f"There is a tag {clean(other)}: on MySQL and MariaDB {named(key)} is the same one, and overwrites it for good."
        for key, other in sorted(twins.items())
    ]
    return Plan(tuple(changes), tuple(remarks))


def noting(known: ThingState, note: str) -> Plan:
    """Give a thing another note, or another description; an empty one takes the note away."""
    if known.kind in (Thing.RUN, Thing.EXPERIMENT):
        return tagging([known], {NOTE_KEY: note or None})
    if note == known.note:
        return Plan(())
    return Plan((Change(known.kind, known.id, known.name, DESCRIPTION, known.note, note),))


def touching(chosen: Iterable[ThingState | None], field: str) -> tuple[Change, ...]:
    """A change of this field of each, by which one's permissions are asked about before it is known what it will say.

    Of what lies together, and so goes by the same permission, there is one; what is gone has none.
    """
    found = {
        (one.kind, one.experiment_id or (one.id.rpartition("/")[0] if one.kind.is_version else one.id)): one
        for one in chosen
        if one is not None
    }
    return tuple(Change(one.kind, one.id, one.name, field, None, "") for one in found.values())


# what cannot be


def refusals(plan: Plan) -> tuple[str, ...]:
    """Why a plan cannot be carried out at all, as sentences."""
    if not plan.changes:
        return plan.refused or ("There is nothing to change: it is so already.",)
    found: dict[str, None] = dict.fromkeys(plan.refused)
    for change in plan.changes:
        if change.verb in (WriteVerb.CREATE, WriteVerb.RENAME):
            refused = name_refusal(change.after or "")
        elif change.verb in (WriteVerb.TAG, WriteVerb.NOTE, WriteVerb.DESCRIBE):
            is_new = change.before is None and change.verb is not WriteVerb.DESCRIBE
            refused = key_refusal(change.key, change.kind) if is_new else ""
            refused = refused or value_refusal(change.kind, change.after or "")
        else:
            continue
        if refused:
            found[refused] = None
    return tuple(found)


def name_refusal(name: str) -> str:
    """Why something cannot be called so, or ""."""
    if not name.strip():
        return "A name is needed."
    if len(name) > _LONGEST_NAME:
        return f"The name is too long: {len(name)} characters, {_LONGEST_NAME} is the most."
    return _unprintable("The name", name)


def key_refusal(key: str, kind: Thing = Thing.RUN) -> str:
    """Why a tag cannot have that key, or ""."""
    if kind not in (Thing.RUN, Thing.EXPERIMENT):
        return tag_key_refusal(key)
    if not key.strip():
        return "A tag needs a key."
    if len(key) > 250:
        return f"The tag's key is too long: {len(key)} characters, 250 is the most."
    return _unprintable("The tag's key", key)


def value_refusal(kind: Thing, value: str) -> str:
    """Why a tag or note cannot have that text, or ""."""
    if len(value) <= kind.longest_value:
        return ""
    most = f"{kind.longest_value:,}".replace(",", " ")
    whose = f"an {kind.value}'s" if kind is Thing.EXPERIMENT else f"a {kind.value}'s"
    what = "note" if kind in (Thing.RUN, Thing.EXPERIMENT) else "description"
    said = f"The text has {len(value):,} characters; ".replace(",", " ")
    return f"{said}MLflow keeps {most} of {whose} tag or {what}."


def _unprintable(what: str, text: str) -> str:
    odd = next((letter for letter in text if not letter.isprintable()), "")
    return f"{what} holds {clean(odd)}, which nobody can see or type." if odd else ""


# following plans


def put_back(done: Iterable[tuple[Change, str]], number: int | None, purpose: str = PUT_BACK) -> Plan:
    """What takes changes back that were made, the last one first; each with the id of what it made, if anything."""
    back = [change.reversed(made) for change, made in reversed(list(done))]
    # No alias is taken away before all are set, so that a failure midway leaves rather too many than too few.
    back.sort(key=lambda change: bool(change.alias) and change.after is None)
    return Plan(tuple(back), purpose=purpose, of=number)


Now = Mapping[tuple[Thing, str, str], "ThingState | None"]
"""Things as they are, by kind, id and the field that was looked at."""


def renewed(changes: Sequence[Change], now: Now, number: int | None, plan: Plan) -> Plan:
    """What is left to do of changes, from what the things are now; those that are gone or as wanted are left out.

    What is left of an undo stays the undo of the same, and of what puts something back the putting back of it.
    """
    left: list[Change] = []
    gone: list[str] = []
    for change in changes:
        known = now.get((change.kind, change.id or change.called, change.field))
        if change.makes:
            if change.field != CREATED:
                left.append(replace(change, before=change.value_in(known)))
            elif known is None:
                left.append(change)
        elif known is None and change.field == ITSELF:
            continue
        elif known is None:
            gone.append(named(change.called) or change.id)
        elif change.value_in(known) != change.after:
            left.append(replace(change, before=change.value_in(known)))
    remarks = (f"No longer there: {', '.join(dict.fromkeys(gone))}.",) if gone else ()
    follows = plan.purpose in (UNDO, PUT_BACK)
    purpose, of = (plan.purpose, plan.of) if follows else (FINISH, number)
    return replace(plan, changes=tuple(left), remarks=remarks, purpose=purpose, of=of, refused=())


# The tags of one thing or of several, and what is to become of them: rows to edit, and the plan that comes of it.


_NAME_KEY = "mlflow.runName"
_SHOWN = 400


@dataclass(frozen=True)
class TagEdits:
    """Tags as they are, and the values that are to be: None takes a tag away. Notes and names are edited elsewhere."""

    chosen: tuple[ThingState, ...]
    edits: Mapping[str, str | None]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that there is or is to be: a person's own first, then MLflow's."""
        known = {key for one in self.chosen for key in one.tags} | self.edits.keys()
        return tuple(sorted(known - {NOTE_KEY, _NAME_KEY}, key=lambda key: (key.startswith("mlflow."), key)))

    def values(self, key: str) -> list[str]:
        """The different values that a tag has now."""
        return list(dict.fromkeys(one.tags[key] for one in self.chosen if key in one.tags))

    def having(self, key: str) -> int:
        """How many of the chosen have a tag."""
        return sum(1 for one in self.chosen if key in one.tags)

    def wanted(self, key: str) -> str | None:
        """What a tag is to be, or is where all have the same; None where it is not, or they differ."""
        if key in self.edits:
            return self.edits[key]
        values = self.values(key)
        return values[0] if len(values) == 1 and self.having(key) == len(self.chosen) else None

    def edited(self, key: str, value: str | None) -> TagEdits:
        """With another value; what comes to nothing is no edit."""
        edits = {**self.edits, key: value}
        if all(one.tags.get(key) == value for one in self.chosen):
            del edits[key]
        return TagEdits(self.chosen, edits)

    def unedited(self, key: str) -> TagEdits:
        """With that tag left as it is."""
        return TagEdits(self.chosen, {known: value for known, value in self.edits.items() if known != key})

    @property
    def plan(self) -> Plan:
        return tagging(self.chosen, self.edits)

    def table(self, glyphs: Glyphs) -> RowsTable:
        """One row a tag: its key, its value now, and, with a sign before it, the value that it is to have."""
        keys = self.keys
        names = [named(key) for key in keys]
        now = [self._now(key, glyphs.absent) for key in keys]
        then = [self._then(key) for key in keys]
        columns = (
            Column("key", "tag", max([12, *(min(36, width(name)) for name in names)]), frozen=True),
            Column("now", "now", max([16, *(min(28, width(text)) for text in now)])),
            Column("after", "after", max([16, *(min(60, width(text)) for text in then)])),
        )
        tones: list[Tone] = ["accent" if key in self.edits else "" for key in keys]
        name_tones: list[Tone] = ["muted" if key.startswith("mlflow.") else "" for key in keys]
        cells = {"key": names, "now": now, "after": then}
        return RowsTable(columns, keys, cells, {"after": tones, "key": name_tones})

    def _now(self, key: str, absent: str) -> str:
        values, having = self.values(key), self.having(key)
        if not values:
            return absent
        text = (clean(values[0][:_SHOWN]) or "(empty)") if len(values) == 1 else f"{len(values)} different values"
        return text if having == len(self.chosen) else f"{text}  ({having} of {len(self.chosen)})"

    def _then(self, key: str) -> str:
        if key not in self.edits:
            return ""
        value = self.edits[key]
        if value is None:
            return "- taken away"
        return f"{'~' if self.having(key) else '+'} {clean(value[:_SHOWN]) or '(empty)'}"
