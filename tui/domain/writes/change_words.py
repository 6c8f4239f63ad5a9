"""Changes in words: what is about to be done, what was, each change as a row, as Python."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from itertools import groupby

from tui.domain.text import clean, named
from tui.domain.writes import plans
from tui.domain.writes.changes import (
    ALIAS,
    ASSESSED,
    CREATED,
    IN_SET,
    ITSELF,
    NOTE,
    SERVED,
    TAG,
    Change,
    Plan,
    Thing,
    WriteVerb,
)

_DONE = {
    WriteVerb.CREATE: "created",
    WriteVerb.RENAME: "renamed",
    WriteVerb.DELETE: "deleted",
    WriteVerb.RESTORE: "restored",
    WriteVerb.TAG: "tagged",
    WriteVerb.NOTE: "changed the note of",
    WriteVerb.DESCRIBE: "described",
    WriteVerb.REGISTER: "registered",
    WriteVerb.COPY: "copied",
    WriteVerb.CARRY: "carried",
    WriteVerb.MOVE: "moved",
    WriteVerb.SERVE: "changed",
    WriteVerb.ASSESS: "assessed",
    WriteVerb.ADD: "added",
}
_TO_DO = {
    WriteVerb.CREATE: "create",
    WriteVerb.RENAME: "rename",
    WriteVerb.DELETE: "delete",
    WriteVerb.RESTORE: "restore",
    WriteVerb.TAG: "tag",
    WriteVerb.NOTE: "change the note of",
    WriteVerb.DESCRIBE: "describe",
    WriteVerb.REGISTER: "register",
    WriteVerb.COPY: "copy",
    WriteVerb.CARRY: "carry",
    WriteVerb.MOVE: "move",
    WriteVerb.SERVE: "change",
    WriteVerb.ASSESS: "assess",
    WriteVerb.ADD: "add",
}
_METHODS = {
    (Thing.EXPERIMENT, WriteVerb.CREATE): "create_experiment({after})",
    (Thing.EXPERIMENT, WriteVerb.RENAME): "rename_experiment({id}, {after})",
    (Thing.EXPERIMENT, WriteVerb.DELETE): "delete_experiment({id})",
    (Thing.EXPERIMENT, WriteVerb.RESTORE): "restore_experiment({id})",
    (Thing.EXPERIMENT, WriteVerb.TAG): "set_experiment_tag({id}, {key}, {after})",
    (Thing.RUN, WriteVerb.RENAME): "update_run({id}, name={after})",
    (Thing.RUN, WriteVerb.DELETE): "delete_run({id})",
    (Thing.RUN, WriteVerb.RESTORE): "restore_run({id})",
    (Thing.RUN, WriteVerb.TAG): "set_tag({id}, {key}, {after})",
    (Thing.TRACE, WriteVerb.TAG): "set_trace_tag({id}, {key}, {after})",
    (Thing.MODEL, WriteVerb.CREATE): "create_registered_model({after})",
    (Thing.MODEL, WriteVerb.RENAME): "rename_registered_model({id}, {after})",
    (Thing.MODEL, WriteVerb.DELETE): "delete_registered_model({id})",
    (Thing.MODEL, WriteVerb.TAG): "set_registered_model_tag({id}, {key}, {after})",
    (Thing.MODEL, WriteVerb.DESCRIBE): "update_registered_model({id}, description={after})",
    (Thing.MODEL, WriteVerb.MOVE): "set_registered_model_alias({id}, {alias}, {after})",
    (Thing.VERSION, WriteVerb.REGISTER): "create_model_version({id}, {after})",
    (Thing.VERSION, WriteVerb.COPY): "copy_model_version({after}, {id})",
    (Thing.VERSION, WriteVerb.DELETE): "delete_model_version({id}, {part})",
    (Thing.VERSION, WriteVerb.TAG): "set_model_version_tag({id}, {part}, {key}, {after})",
    (Thing.PROMPT, WriteVerb.TAG): "set_prompt_tag({id}, {key}, {after})",
    (Thing.PROMPT, WriteVerb.MOVE): "set_prompt_alias({id}, {alias}, {after})",
    (Thing.PROMPT_VERSION, WriteVerb.TAG): "set_prompt_version_tag({id}, {part}, {key}, {after})",
    (Thing.VERSION, WriteVerb.DESCRIBE): "update_model_version({id}, {part}, description={after})",
}


def to_do(plan: Plan) -> str:
    """What a plan is about to do: ``Delete 3 runs``, ``Rename run ox-12``."""
    words = _said(plan.changes, _TO_DO) or "nothing to do"
    return words[0].upper() + words[1:]


def done(changes: Sequence[Change]) -> str:
    """What was done: ``deleted 3 runs``; of one rename with its names, ``renamed run ox-12 → ox``."""
    return _said(changes, _DONE)


def _said(changes: Sequence[Change], words: dict[WriteVerb, str]) -> str:
    parts = []
    for (verb, _kind), group in groupby(changes, key=lambda change: (change.verb, change.kind)):
        several = list(group)
        keys = list(dict.fromkeys(change.key for change in several))
        if verb is WriteVerb.TAG and all(change.after is None for change in several):
            took = "took" if words is _DONE else "take"
            tags = f"tag {named(keys[0])}" if len(keys) == 1 else f"{len(keys)} tags"
            parts.append(f"{took} {tags} from {things(several)}")
            continue
        said = f"{words[verb]} {things(several)}"
        if verb is WriteVerb.RENAME and len(several) == 1:
            said += f" → {clean(several[0].after or '')}"
        elif verb is WriteVerb.TAG:
            said += f": {named(keys[0])}" if len(keys) == 1 else f": {len(keys)} tags"
        elif verb in (WriteVerb.REGISTER, WriteVerb.COPY, WriteVerb.CARRY):
            # Which number it will have is known afterwards.
            made = f"a version of {named(several[0].called)}" if words is _TO_DO else things(several)
            said = f"{words[verb]} {clean(several[0].after or '')} as {made}"
        elif verb is WriteVerb.MOVE:
            one = len(several) == 1
            said += ": " + ", ".join(f"{'' if one else clean(c.alias) + ' '}{arrow(c)}" for c in several)
        elif verb is WriteVerb.ASSESS:
            if all(change.after is None for change in several):
                took = "took" if words is _DONE else "take"
                said = f"{took} {named(several[0].field[len(ASSESSED) :])} from {things(several)}"
            else:
                said += f": {named(several[0].field[len(ASSESSED) :])}"
        elif verb is WriteVerb.ADD:
            said += f" to dataset {named(several[0].after or '')}"
        elif verb is WriteVerb.SERVE:
            said = f"{words[verb]} what {named(several[0].called)} serves"
        parts.append(said)
    return " and ".join(parts)


def arrow(change: Change) -> str:
    """From what to what a change leads."""
    return f"{value(change, change.before, 'none')} → {value(change, change.after, 'none')}"


def things(changes: Sequence[Change]) -> str:
    """``run ox-12`` or ``3 runs``."""
    kind = changes[0].kind.value
    if aliases := [clean(change.alias) for change in changes if change.alias]:
        many = aliases[0] if len(aliases) == 1 else f"{len(aliases)} aliases"
        return f"{many} of {named(changes[0].called)}"
    ids = {change.id or change.called for change in changes}
    if len(ids) == 1:
        return f"{kind} {named(changes[0].called) or changes[0].id}"
    return f"{len(ids)} {kind}s"


def what(change: Change) -> str:
    """What of a thing is changed."""
    if change.field == NOTE:
        return "note"
    if change.field in (CREATED, ITSELF):
        return ""
    if change.field.startswith(ASSESSED):
        return clean(change.field[len(ASSESSED) :])
    if change.field.startswith(IN_SET):
        return "dataset"
    return f"tag {named(change.key)}" if change.key else clean(change.alias) or change.field


def value(change: Change, text: str | None, absent: str) -> str:
    """A value of a change's field on one line; a note by its first line and its size."""
    if text is None:
        return absent
    if change.field.startswith(ALIAS):
        return f"v{clean(text)}"
    if change.field == SERVED:
        return ", ".join(served_lines(text))
    if change.field.startswith(ASSESSED):
        return clean(plans.assessed(text)[:400])
    if text == "":
        return "(empty)" if change.field.startswith(TAG) else ""
    lines = text.strip("\n").split("\n")
    if len(lines) > 1:
        return f"{clean(lines[0][:60])} … {len(lines)} lines"
    return clean((lines[0] or text)[:400])


def served_lines(text: str) -> list[str]:
    """What an endpoint serves, a line for each served entity: ``prod.ml.churn v11 90%``."""
    shares = [line.split("\t") for line in text.split("\n") if line]
    return [f"{clean(entity)}{f' v{version}' if version else ''} {percent}%" for _, entity, version, percent in shares]


def whole(change: Change, text: str | None) -> list[str]:
    """A value of a change's field in all its lines, as they are compared; they are not cleaned yet."""
    if change.field == SERVED:
        return served_lines(text or "")
    if change.field.startswith(ASSESSED):
        return plans.assessed(text).split("\n") if text else [""]
    return (text or "").split("\n")


def difference(change: Change, text: str | None = None, *, found: bool = False) -> list[str]:
    """The lines that go (``-``), come (``+``) and stay, between two values of a text.

    Before and after, or, where ``found``, what was found on the server instead and what is wanted.
    """
    before = whole(change, text if found else change.before)
    return [line for line in unified_diff(before, whole(change, change.after), n=2, lineterm="")][2:]


def needs_room(change: Change) -> bool:
    """Whether a line is too little for this change's values."""
    ends = (change.before, change.after)
    if change.field.startswith(ASSESSED):
        ends = tuple(plans.assessed(text) if text else text for text in ends)  # type: ignore[assignment]  # two still
    return any(text is not None and ("\n" in text or len(text) > 60) for text in ends)


def python(changes: Sequence[Change], registry: str = "") -> str:
    """The same as calls of MLflow's client, whose arguments are in ``registry``; "" where it has no such call."""
    lines = ["from mlflow import MlflowClient", "", f"client = MlflowClient({registry})"]
    for change in changes:
        verb = WriteVerb.TAG if change.verb is WriteVerb.NOTE else change.verb
        call = _METHODS.get((change.kind, verb))
        if call is None:
            return ""
        if verb in (WriteVerb.TAG, WriteVerb.MOVE) and change.after is None:
            call = call.replace("set_", "delete_").replace(", {after}", "")
        name, _, part = change.id.rpartition("/") if change.kind.is_version else (change.id, "", "")
        said = {
            "id": name or change.id or change.called,
            "part": part,
            "key": change.key,
            "alias": change.alias,
            "after": change.after,
        }
        lines.append(f"client.{call.format(**{key: repr(value) for key, value in said.items()})}")
    return "\n".join(lines)
