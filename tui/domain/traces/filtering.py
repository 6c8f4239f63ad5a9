"""The filter of traces: the deck's own language over what a trace has, applied here, and as far as it goes there.

    status = error AND took > 4s AND (tokens > 7000 OR cost > 0.02) AND correctness = false
    has:session   text ~ refund|return   tags.tier = gold   age < 1h   NOT user = ana

A name that is no field of a trace is that of an assessment. ``= true`` and ``= false`` also hold of the "yes" and "no"
that judges say. What a trace does not have matches no comparison, not even ``!=``; ``NOT (cost = 1)`` does match it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timezone, tzinfo
from typing import Any

from tui.domain.filter import nodes
from tui.domain.filter.nodes import (
    POSITIVE,
    And,
    Compare,
    FilterError,
    InList,
    KeyRef,
    Literal_,
    Node,
    Not,
    Null,
    Operator,
    Or,
    Pattern,
    Word,
    quoted_value,
)
from tui.domain.filter.parser import parse_nodes
from tui.domain.filter.texts import Holds, like, regex
from tui.domain.traces.values import STATE_LABELS, TraceInfo, value_text

Test = Callable[[TraceInfo], bool]
Get = Callable[[TraceInfo], Any]

_YES, _NO = ("true", "yes", "pass", "passed"), ("false", "no", "fail", "failed")


@dataclass(frozen=True)
class TraceField:
    """What a trace has: how it is compared, its value, its other names, and what MLflow's filters call it."""

    measure: str  # "text", "number", "duration", "time", "age", "state"
    get: Get
    aliases: tuple[str, ...] = ()
    server: str = ""
    slow: bool = False  # whether a server reads every span for it


def _words(info: TraceInfo) -> str:
    return f"{info.name}\n{info.request}\n{info.response}"


FIELDS: dict[str, TraceField] = {
    "status": TraceField("state", lambda i: i.state, ("state",), "trace.status"),
    "took": TraceField("duration", lambda i: i.took_ms, ("duration", "latency"), "trace.execution_time_ms"),
    "tokens": TraceField("number", lambda i: i.tokens, ("total_tokens",)),
    "input_tokens": TraceField("number", lambda i: i.input_tokens),
    "output_tokens": TraceField("number", lambda i: i.output_tokens),
    "cost": TraceField("number", lambda i: i.cost),
    "spans": TraceField("number", lambda i: i.spans),
    "name": TraceField("text", lambda i: i.name or None, (), "trace.name"),
    "session": TraceField("text", lambda i: i.session or None, (), "metadata.`mlflow.trace.session`"),
    "user": TraceField("text", lambda i: i.user or None, (), "metadata.`mlflow.trace.user`"),
    "request": TraceField("text", lambda i: i.request or None, ("input", "inputs")),
    "response": TraceField("text", lambda i: i.response or None, ("output", "outputs")),
    "text": TraceField("text", _words, (), "trace.text", slow=True),
    "started": TraceField("time", lambda i: i.started_ms, ("start", "time"), "trace.timestamp_ms"),
    "age": TraceField("age", lambda i: i.started_ms),
    "run": TraceField("text", lambda i: i.run_id or None, ("run_id",), "metadata.`mlflow.sourceRun`"),
    "model": TraceField("text", lambda i: i.model_id or None, ("model_id",), "metadata.`mlflow.modelId`"),
    "prompt": TraceField("text", lambda i: " ".join(f"{n}/{v}" for n, v in i.prompts) or None, (), "prompt"),
    "id": TraceField("text", lambda i: i.id, ("trace_id",), "trace.id"),
    "experiment": TraceField("text", lambda i: i.experiment_id, ("experiment_id",)),
}
"""Canonical names first; a bare name is looked for here before it is taken for that of an assessment."""
_ALIASES = {alias: name for name, known in FIELDS.items() for alias in (name, *known.aliases)}
_OF_SPANS = ("span.name", "span.type", "span.status", "span.content", "span.attributes.")


@dataclass(frozen=True)
class TraceFilter:
    """A filter that was understood: ``test`` says of one trace whether it matches."""

    text: str
    node: Node | None
    test: Test

    def __call__(self, infos: Iterable[TraceInfo]) -> list[TraceInfo]:
        """The traces that match, in their order."""
        return list(infos) if self.node is None else [info for info in infos if self.test(info)]


@dataclass(frozen=True)
class Pushed:
    """What a server is sent, what it cannot be told, and whether it will read every span for it."""

    filter_string: str
    left: str  # the filter that stays here
    left_out: tuple[str, ...]
    slow: tuple[str, ...]


def understood(
    text: str, assessments: Collection[str] = (), *, now_ms: int = 0, zone: tzinfo = timezone.utc
) -> TraceFilter:
    """The filter that a text is; raises FilterError. ``assessments`` are the names of those that there are."""
    node = parse_nodes(text) if text.strip() else None
    if node is None:
        return TraceFilter(text, None, lambda _info: True)
    return TraceFilter(text, node, _Compiler(assessments, now_ms, zone).test(node))


def pushed(text: str, *, now_ms: int = 0, zone: tzinfo = timezone.utc) -> Pushed:
    """What of a filter MLflow's own can say: comparisons joined by AND. Raises FilterError where it is no filter."""
    node = parse_nodes(text) if text.strip() else None
    if node is None:
        return Pushed("", "", (), ())
    clauses: list[str] = []
    left: list[str] = []
    slow: list[str] = []
    for part in node.items if isinstance(node, And) else (node,):
        clause, is_slow = _said_by_servers(part, now_ms, zone)
        if not clause:
            left.append(str(part))
            continue
        clauses.append(clause)
        if is_slow:
            slow.append(clause)
    return Pushed(" AND ".join(clauses), " AND ".join(left), tuple(left), tuple(slow))


class _Compiler:
    """Turns nodes into tests, once for all traces."""

    def __init__(self, assessments: Collection[str], now_ms: int, zone: tzinfo) -> None:
        self._assessments = assessments
        self._now_ms = now_ms
        self._zone = zone

    def test(self, node: Node) -> Test:
        if isinstance(node, And):
            return _every([self.test(item) for item in node.items])
        if isinstance(node, Or):
            return _any([self.test(item) for item in node.items])
        if isinstance(node, Not):
            inner = self.test(node.item)
            return lambda info: not inner(info)
        if isinstance(node, Word):
            return self._word(Holds(node.text))
        if isinstance(node, Pattern):
            return self._word(regex(node.text, node.position, at_end=False))
        if isinstance(node, Null):
            get = self._get(node.key)
            if node.negated:
                return lambda info: get(info) is not None
            return lambda info: get(info) is None
        if isinstance(node, InList):
            some = _any([self._compare(node.key, "=", value) for value in node.values])
            if not node.negated:
                return some
            there = self._get(node.key)
            return lambda info: there(info) is not None and not some(info)
        return self._compare(node.key, node.operator, node.value)

    def _word(self, holds: Callable[[str], bool]) -> Test:
        def test(info: TraceInfo) -> bool:
            return (
                holds(info.name)
                or holds(info.request)
                or holds(info.response)
                or holds(info.session)
                or holds(info.user)
                or holds(info.id)
            )

        return test

    def _get(self, key: KeyRef) -> Get:
        field = _field(key)
        if field is not None:
            return field.get
        name, source = _named(key)
        if source in ("tags", "metadata"):
            return lambda info: getattr(info, source).get(name)
        self._require(key, name)

        def said(info: TraceInfo) -> object:
            one = info.said.get(name)
            return None if one is None else (one.value if one.value is not None else one.error or None)

        return said

    def _require(self, key: KeyRef, name: str) -> None:
        if key.key.startswith(_OF_SPANS):
            raise FilterError("spans are not loaded here", key.position, server_only=True)
        if name in self._assessments or (not self._assessments and key.key != name):
            return
        near = difflib.get_close_matches(name.lower(), [*_ALIASES, *self._assessments], n=1)
        hint = f"Did you mean {near[0]}?" if near else "Names are those of columns, of assessments, tags.X, metadata.X."
        raise FilterError(f"no trace has {name}", key.position, hint, incomplete=any(
            each.startswith(name.lower()) for each in (*_ALIASES, *self._assessments)
        ))  # fmt: skip

    def _compare(self, key: KeyRef, operator: Operator, value: Literal_) -> Test:
        get = self._get(key)
        field = _field(key)
        measure = field.measure if field is not None else "said" if not _named(key)[1] else "text"
        if operator in POSITIVE:
            same = self._matching(measure, POSITIVE[operator], value)
            return lambda info: (found := get(info)) is not None and not same(found)
        matching = self._matching(measure, operator, value)
        return lambda info: (found := get(info)) is not None and matching(found)

    def _matching(self, measure: str, operator: Operator, value: Literal_) -> Callable[[Any], bool]:
        """What one value must be, of which it is known that it is there."""
        if measure == "state":
            return _state(operator, value)
        if operator in ("~", ":", "LIKE", "ILIKE") and measure != "number":
            test = _text(operator, value)
            return lambda found: test(found if isinstance(found, str) else value_text(found))
        if measure == "duration":
            ms = nodes.duration_ms(value.text)
            if ms is None:
                raise FilterError("not a duration", value.position, "For example 4s, 250ms or 1m30s.", incomplete=True)
            return _ordered(operator, ms, value)
        if measure == "number":
            number = nodes.number(value.text.lstrip("$"))
            if number is None:
                begun = nodes.is_begun_number(value.text)
                raise FilterError("not a number", value.position, incomplete=begun)
            if operator == ":":
                near = nodes.precision(value.text.lstrip("$"))
                return lambda found: bool(abs(found - number) <= near)
            return _ordered(operator, number, value)
        if measure == "age":
            ms = nodes.duration_ms(value.text)
            if ms is None:
                raise FilterError("not an age", value.position, "For example 2h or 7d.", incomplete=True)
            older = _ordered(operator, ms, value)
            return lambda found: older(self._now_ms - found)
        if measure == "time":
            return self._time(operator, value)
        return _said(operator, value) if measure == "said" else _equal(operator, value)

    def _time(self, operator: Operator, value: Literal_) -> Callable[[Any], bool]:
        span = nodes.instants_ms(value.text, self._now_ms, self._zone)
        if span is None:
            begun = nodes.is_begun_date(value.text)
            raise FilterError("not a time", value.position, "For example 2026-11-29, today or -2h.", incomplete=begun)
        first, last = span
        if operator == "=":
            return lambda found: bool(first <= found <= last)
        return _ordered(operator, last if operator in (">", "<=") else first, value)


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda info: first(info) and second(info)
    return lambda info: all(test(info) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda info: first(info) or second(info)
    return lambda info: any(test(info) for test in tests)


def _bare(key: KeyRef) -> str:
    return key.key.removeprefix("trace.") if key.prefix in ("", "attributes") else ""


def _field(key: KeyRef) -> TraceField | None:
    name = _ALIASES.get(_bare(key).lower())
    return FIELDS[name] if name is not None else None


def _named(key: KeyRef) -> tuple[str, str]:
    """A name and what it is looked up in: "tags", "metadata", or "" for assessments."""
    if key.prefix == "tags":
        return key.key, "tags"
    for prefix, source in (("metadata.", "metadata"), ("feedback.", ""), ("expectation.", ""), ("assessment.", "")):
        if not key.prefix and key.key.startswith(prefix):
            return key.key[len(prefix) :], source
    if key.prefix not in ("", "attributes"):
        raise FilterError(f"traces have no {key.prefix}", key.position, "They have tags, metadata and assessments.")
    return key.key, ""


def _ordered(operator: Operator, bound: float, value: Literal_) -> Callable[[Any], bool]:
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda found: bool(found == bound),
        "<": lambda found: bool(found < bound),
        "<=": lambda found: bool(found <= bound),
        ">": lambda found: bool(found > bound),
        ">=": lambda found: bool(found >= bound),
    }
    if operator not in tests:
        raise FilterError(f"{operator} does not go with a number", value.position)
    return tests[operator]


def _text(operator: Operator, value: Literal_) -> Callable[[str], bool]:
    if operator == "~":
        return regex(value.text, value.position, at_end=False)
    if operator == ":":
        return Holds(value.text)
    return like(value.text, any_case=operator == "ILIKE")


def _equal(operator: Operator, value: Literal_) -> Callable[[Any], bool]:
    if operator == "=":
        return lambda found: bool(found == value.text)
    number = nodes.number(value.text)
    if number is None:
        raise FilterError(f"{operator} needs a number", value.position)
    ordered = _ordered(operator, number, value)

    def test(found: str) -> bool:
        held = nodes.number(found)
        return held is not None and ordered(held)

    return test


def _said(operator: Operator, value: Literal_) -> Callable[[Any], bool]:
    """Compares what an assessment says, whatever kind of value that is."""
    word = value.text.lower()
    if operator == "=" and not value.quoted and word in ("true", "false"):
        wanted, words = word == "true", _YES if word == "true" else _NO
        return lambda found: found is wanted or (isinstance(found, str) and found.lower() in words)
    number = nodes.number(value.text)
    if operator == "=":

        def same(found: Any) -> bool:
            if number is not None and isinstance(found, (int, float)) and not isinstance(found, bool):
                return bool(found == number)
            return value_text(found) == value.text

        return same
    if number is None:
        raise FilterError(f"{operator} needs a number", value.position, incomplete=True)
    ordered = _ordered(operator, number, value)

    def test(found: Any) -> bool:
        held = nodes.number(found) if isinstance(found, str) else found
        return isinstance(held, (int, float)) and not isinstance(held, bool) and math.isfinite(held) and ordered(held)

    return test


def _state(operator: Operator, value: Literal_) -> Callable[[Any], bool]:
    word = value.text.lower()
    if operator == "=":
        states = {state for state, label in STATE_LABELS.items() if word in (label, state.lower())}
        if not states:
            known = (*STATE_LABELS.values(), *(state.lower() for state in STATE_LABELS))
            begun = any(each.startswith(word) for each in known)
            raise FilterError("no such state", value.position, "It is ok, error or running.", incomplete=begun)
        return lambda found: found in states
    if operator not in ("~", ":", "LIKE", "ILIKE"):
        raise FilterError(f"{operator} does not go with a state", value.position)
    test = _text(operator, value)
    return lambda found: test(STATE_LABELS.get(found, found)) or test(found)


# what servers can say


def _said_by_servers(node: Node, now_ms: int, zone: tzinfo) -> tuple[str, bool]:
    """A clause of MLflow's own, "" where there is none, and whether it is slow there."""
    if isinstance(node, Word):
        return f"trace.text ILIKE {quoted_value(f'%{node.text}%')}", True
    if isinstance(node, InList) and not node.negated and _field(node.key) is FIELDS["status"]:
        states = [state for value in node.values for state in _states(value)]
        return f"trace.status IN ({', '.join(quoted_value(state) for state in states)})" if states else "", False
    if not isinstance(node, Compare):
        return "", False
    key, operator, value = node.key, node.operator, node.value
    if not key.prefix and key.key.startswith(_OF_SPANS):
        server = {":": "ILIKE", "~": ""}.get(operator, operator)
        text = f"%{value.text}%" if operator == ":" else value.text
        return (f"{key.key} {server} {quoted_value(text)}", True) if server else ("", False)
    field = _field(key)
    if field is None:
        return _other(key, operator, value), False
    if field.measure == "age":
        ms = nodes.duration_ms(value.text)
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, "")
        return (f"trace.timestamp_ms {turned} {now_ms - round(ms)}" if ms is not None and turned else ""), False
    if not field.server:
        return "", False
    if field.measure == "state":
        states = _states(value)
        return (f"trace.status {operator} {quoted_value(states[0])}" if states and operator in "=!=" else ""), False
    if field.measure == "duration":
        ms = nodes.duration_ms(value.text)
        return (f"{field.server} {operator} {round(ms)}" if ms is not None and operator in _ORDER else ""), False
    if field.measure == "time":
        span = nodes.instants_ms(value.text, now_ms, zone)
        if span is None or operator not in (">", ">=", "<", "<="):
            return "", False
        return f"{field.server} {operator} {span[1] if operator in ('>', '<=') else span[0]}", False
    if field.slow:
        if operator not in (":", "LIKE", "ILIKE"):
            return "", False
        pattern = f"%{value.text}%" if operator == ":" else value.text
        return f"{field.server} {'ILIKE' if operator == ':' else operator} {quoted_value(pattern)}", True
    if field.server == "prompt":
        return (f"prompt = {quoted_value(value.text)}" if operator == "=" else ""), False
    return (f"{field.server} {operator} {quoted_value(value.text)}" if operator in ("=", "!=") else ""), False


_ORDER = ("=", "!=", "<", "<=", ">", ">=")


def _other(key: KeyRef, operator: Operator, value: Literal_) -> str:
    """A clause about a tag, about metadata, or about what a judge has said."""
    if operator not in ("=", "!="):
        return ""
    try:
        name, source = _named(key)
    except FilterError:
        return ""
    if "`" in name:
        return ""
    if source:
        return f"{'tag' if source == 'tags' else source}.`{name}` {operator} {quoted_value(value.text)}"
    # Stores compare what they hold letter by letter, and a yes may be held as true or "yes", a 3 as 3 or 3.0.
    plain = nodes.number(value.text) is None and (value.quoted or value.text.lower() not in ("true", "false"))
    if key.key.startswith("feedback.") and plain:
        return f"feedback.`{name}` {operator} {quoted_value(value.text)}"
    return ""


def _states(value: Literal_) -> list[str]:
    word = value.text.lower()
    return [state for state, label in STATE_LABELS.items() if word in (label, state.lower())]
