"""Plans of what is said of traces: assessments as texts that can be compared and written again, and their words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tui.domain.traces.values import EXPECTATION, FEEDBACK, Assessment, EvaluationSet, TraceInfo, value_text
from tui.domain.writes.changes import ACTIVE, ASSESSED, IN_SET, Change, Plan, Thing, ThingState

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


def shown(text: str) -> str:
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
    return ThingState(Thing.TRACE, info.id, info.name or info.id[:11], ACTIVE, info.tags, fields=fields)


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
