"""Changes of experiments and runs in words: what is about to be done, what was, each change as a row, as Python."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from itertools import groupby

from tui.domain.text import clean
from tui.domain.writes.changes import NOTE, TAG, Change, Plan, Sort, Verb

_DONE = {
    Verb.CREATE: "created",
    Verb.RENAME: "renamed",
    Verb.DELETE: "deleted",
    Verb.RESTORE: "restored",
    Verb.TAG: "tagged",
    Verb.NOTE: "changed the note of",
}
_TO_DO = {
    Verb.CREATE: "create",
    Verb.RENAME: "rename",
    Verb.DELETE: "delete",
    Verb.RESTORE: "restore",
    Verb.TAG: "tag",
    Verb.NOTE: "change the note of",
}
_METHODS = {
    (Sort.EXPERIMENT, Verb.CREATE): "create_experiment({after})",
    (Sort.EXPERIMENT, Verb.RENAME): "rename_experiment({id}, {after})",
    (Sort.EXPERIMENT, Verb.DELETE): "delete_experiment({id})",
    (Sort.EXPERIMENT, Verb.RESTORE): "restore_experiment({id})",
    (Sort.EXPERIMENT, Verb.TAG): "set_experiment_tag({id}, {key}, {after})",
    (Sort.RUN, Verb.RENAME): "update_run({id}, name={after})",
    (Sort.RUN, Verb.DELETE): "delete_run({id})",
    (Sort.RUN, Verb.RESTORE): "restore_run({id})",
    (Sort.RUN, Verb.TAG): "set_tag({id}, {key}, {after})",
}


def to_do(plan: Plan) -> str:
    """What a plan is about to do: ``Delete 3 runs``, ``Rename run ox-12``."""
    words = _said(plan.changes, _TO_DO) or "nothing to do"
    return words[0].upper() + words[1:]


def done(changes: Sequence[Change]) -> str:
    """What was done: ``deleted 3 runs``; of one rename with its names, ``renamed run ox-12 → ox``."""
    return _said(changes, _DONE)


def _said(changes: Sequence[Change], words: dict[Verb, str]) -> str:
    parts = []
    for (verb, kind), group in groupby(changes, key=lambda change: (change.verb, change.kind)):
        several = list(group)
        said = f"{words[verb]} {things(several)}"
        if verb is Verb.RENAME and len(several) == 1:
            said += f" → {clean(several[0].after or '')}"
        keys = list(dict.fromkeys(change.key for change in several))
        if verb is Verb.TAG:
            said += f": {clean(keys[0])}" if len(keys) == 1 else f": {len(keys)} tags"
        parts.append(said)
        assert kind is several[0].kind
    return " and ".join(parts)


def things(changes: Sequence[Change]) -> str:
    """``run ox-12`` or ``3 runs``."""
    kind = changes[0].kind.value
    ids = {change.id or change.called for change in changes}
    if len(ids) == 1:
        return f"{kind} {clean(changes[0].called) or changes[0].id}"
    return f"{len(ids)} {kind}s"


def what(change: Change) -> str:
    """What of a thing is changed."""
    if change.field == NOTE:
        return "note"
    return f"tag {clean(change.key)}" if change.key else "" if change.verb is Verb.CREATE else change.field


def value(change: Change, text: str | None, absent: str) -> str:
    """A value of a change's field on one line; a note by its first line and its size."""
    if text is None:
        return absent
    if text == "":
        return "(empty)" if change.field.startswith(TAG) else ""
    lines = text.strip("\n").split("\n")
    if len(lines) > 1:
        return f"{clean(lines[0][:60])} … {len(lines)} lines"
    return clean((lines[0] or text)[:400])


def difference(change: Change, text: str | None = None, *, found: bool = False) -> list[str]:
    """The lines that go (``-``), come (``+``) and stay, between two values of a text.

    Before and after, or, where ``found``, what was found on the server instead and what is wanted.
    """
    before = (text if found else change.before) or ""
    return [line for line in unified_diff(before.split("\n"), (change.after or "").split("\n"), n=2, lineterm="")][2:]


def needs_room(change: Change) -> bool:
    """Whether a line is too little for this change's values."""
    return any(text is not None and ("\n" in text or len(text) > 60) for text in (change.before, change.after))


def python(changes: Sequence[Change]) -> str:
    """The same as calls of MLflow's client."""
    lines = ["from mlflow import MlflowClient", "", "client = MlflowClient()"]
    for change in changes:
        verb = Verb.TAG if change.verb is Verb.NOTE else change.verb
        call = _METHODS[change.kind, verb]
        if verb is Verb.TAG and change.after is None:
            call = call.replace("set_", "delete_").replace(", {after}", "")
        said = call.format(id=repr(change.id), key=repr(change.key), after=repr(change.after))
        lines.append(f"client.{said}")
    return "\n".join(lines)
