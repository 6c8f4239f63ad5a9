"""The part of a filter that MLflow's own filter strings can say.

MLflow joins comparisons by AND and knows no OR, NOT or parentheses. Whatever is sent lets through every run that the
filter matches, and perhaps more; the filter is still to be applied to the answer unless ``exact``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone, tzinfo

from tui.domain.filter import nodes
from tui.domain.filter.names import ATTRIBUTES, Field, Names, explicit, resolve
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
    Query,
    Word,
    quoted_value,
)
from tui.domain.filter.texts import STATUS_LABELS, status_test

_SAID_BY_SERVERS = frozenset({"=", "!=", "LIKE", "ILIKE"})
_UPSIDE_DOWN: dict[str, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}\Z")
# A backslash escapes in the LIKE of some databases, a bracket opens a set in that of others, and a text of control
# signs or lone surrogates does not reach every database as it is.
_UNSURE = re.compile(r"[\\\[\x00-\x1f\x7f\ud800-\udfff]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_LONGEST = 400
MOST_CLAUSES = 55
"""Conditions that are sent: each on another key is a join, of which SQLite takes 63 in all and MariaDB 60."""
_HUGE = 1.7e308  # near it stands for infinity in the stores


@dataclass(frozen=True)
class Pushdown:
    """What to send to the server: ``left_out`` says in words which parts it will not, or only roughly, apply."""

    filter_string: str
    exact: bool
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Said:
    """Clauses to be joined by AND; ``short`` says why they are not all that was meant, "" where they are."""

    clauses: tuple[str, ...]
    short: str = ""


def pushdown(query: Query, names: Names | None = None, *, now_ms: int = 0, zone: tzinfo = timezone.utc) -> Pushdown:
    """What of ``query`` the server can apply; bare keys are looked up in ``names``. Never raises."""
    if query.node is None:
        return Pushdown("", True, ())
    saying = _Saying(query, names or Names(), now_ms, zone)
    clauses: list[str] = []
    left_out: list[str] = []
    for part in _conjuncts(query.node, negated=False):
        node, negated = part
        said = saying.of(node, negated)
        if len({*clauses, *said.clauses}) > MOST_CLAUSES:
            said = _Said((), f"a server takes {MOST_CLAUSES} conditions at most")
        clauses.extend(clause for clause in said.clauses if clause not in clauses)
        if said.short:
            left_out.append(f"{Not(node) if negated else node}: {said.short}")
    return Pushdown(" AND ".join(clauses), not left_out, tuple(left_out))


def _conjuncts(node: Node, negated: bool) -> list[tuple[Node, bool]]:
    """The parts that must all hold, each with whether it is negated."""
    if isinstance(node, Not):
        return _conjuncts(node.item, not negated)
    if (isinstance(node, And) and not negated) or (isinstance(node, Or) and negated):
        return [part for item in node.items for part in _conjuncts(item, negated)]
    return [(node, negated)]


class _Saying:
    def __init__(self, query: Query, names: Names, now_ms: int, zone: tzinfo) -> None:
        self.names = names
        self.length = len(query.text)
        self.now_ms = now_ms
        self.zone = zone

    def of(self, node: Node, negated: bool) -> _Said:
        try:
            by_status = self.only_status(node)
            if by_status is not None:
                return _statuses([status for status in STATUS_LABELS if by_status(status) is not negated])
            if isinstance(node, (Word, Pattern)):
                return _Said((), "servers search no text everywhere; say name:…, for example")
            if isinstance(node, (And, Or)):
                return _Said((), "servers know no OR")
            assert not isinstance(node, Not)
            return self.test(node, negated)
        except FilterError as error:
            return _Said((), error.message)

    def only_status(self, node: Node) -> Callable[[str], bool] | None:
        """A test of the status alone, where ``node`` is about nothing else."""
        if isinstance(node, Not):
            inner = self.only_status(node.item)
            return None if inner is None else lambda status: not inner(status)
        if isinstance(node, (And, Or)):
            tests = [self.only_status(item) for item in node.items]
            known = [test for test in tests if test is not None]
            if len(known) < len(tests):
                return None
            join = all if isinstance(node, And) else any
            return lambda status: join(test(status) for test in known)
        if isinstance(node, (Compare, InList)) and self.field(node.key) == Field("attribute", "status"):
            if isinstance(node, InList):
                each = [status_test("=", value, self.length) for value in node.values]
                return lambda status: any(test(status) for test in each) is not node.negated
            positive = POSITIVE.get(node.operator)
            test = status_test(positive or node.operator, node.value, self.length)
            return test if positive is None else lambda status: not test(status)
        return None

    def field(self, key: KeyRef) -> Field:
        try:
            return resolve(key, self.names, self.length)
        except FilterError:
            # The server may know runs that have it.
            found = explicit(key)
            if found is None:
                raise
            return found

    def test(self, node: Compare | InList | Null, negated: bool) -> _Said:
        field = self.field(node.key)
        name = _name(field, node.key)
        if not name:
            return _Said((), f"servers have no filter for {node.key}")
        if isinstance(node, Null):
            return _presence(field, name, node.negated is not negated, literally=not node.short)
        if negated:
            return self.negation(node, field, name)
        if isinstance(node, InList):
            return _one_of(node, field, name)
        if field.measure == "number":
            return _number(name, node.operator, node.value)
        if field.measure in ("time", "age"):
            return self.instant(field, name, node)
        return _text(field, name, node.operator, node.value)

    def negation(self, node: Compare | InList, field: Field, name: str) -> _Said:
        """NOT of a test also matches runs without the key, which a server's != does not."""
        return _Said((), "servers know no NOT, and their != passes over runs without the key")

    def instant(self, field: Field, name: str, node: Compare) -> _Said:
        operator: Operator = node.operator
        if field.key == "age":
            age = nodes.duration_ms(node.value.text)
            turned = _UPSIDE_DOWN.get(operator)
            if age is None or turned is None:
                return _Said((), "servers compare times, and this cannot be told as one")
            # Rounded outwards, so that nothing is lost.
            bound = self.now_ms - age
            whole = math.floor(bound) if turned in (">", ">=") else math.ceil(bound)
            return _Said((f"{name} {turned} {whole}",), "" if whole == bound else "rounded to a millisecond")
        span = nodes.instants_ms(node.value.text, self.now_ms, self.zone)
        if span is None:
            return _Said((), f"{node.value.text} is no date")
        first, last = span
        if operator in _UPSIDE_DOWN:
            return _Said((f"{name} {operator} {first}",))
        if operator in ("=", ":"):
            return _Said((f"{name} = {first}",) if first == last else (f"{name} >= {first}", f"{name} <= {last}"))
        if operator == "!=" and first == last:
            return _Said((f"{name} != {first}",))
        return _Said((), "servers cannot leave out a span of time")


def _name(field: Field, key: KeyRef) -> str:
    """What the server calls a field, "" where it has no word for it."""
    if field.kind == "attribute":
        if field.key == "age":
            return ATTRIBUTES["start"].server
        # Runs tell their user in two places, of which servers look at one: only who names that place means it.
        literally = field.key == "user" and key.key == "user_id"
        return "attributes.user_id" if literally else ATTRIBUTES[field.key].server
    if field.kind == "dataset":
        return f"dataset.{field.key}"
    if _UNSURE.search(field.key):
        return ""
    if "`" in field.key:
        return f'{field.kind}s."{field.key}"' if '"' not in field.key else ""
    return f"{field.kind}s.`{field.key}`"


def _statuses(wanted: list[str]) -> _Said:
    if len(wanted) == 1:
        return _Said((f"attributes.status = '{wanted[0]}'",))
    return _Said(tuple(f"attributes.status != '{status}'" for status in STATUS_LABELS if status not in wanted))


def _presence(field: Field, name: str, present: bool, *, literally: bool) -> _Said:
    if not name.startswith(("params.", "tags.")):
        return _Said((), "servers tell only of params and tags whether they are there")
    if literally:
        return _Said((f"{name} IS NOT NULL" if present else f"{name} IS NULL",))
    if present:
        return _Said((f"{name} LIKE '%'",))  # as good as IS NOT NULL, which older servers refuse
    return _Said((), "not every server can ask for what is absent; say IS NULL to try")


def _one_of(node: InList, field: Field, name: str) -> _Said:
    if len(node.values) == 1 and not node.negated and field.measure == "text":
        return _text(field, name, "=", node.values[0])
    if field != Field("attribute", "id") or node.negated:
        return _Said((), "servers know IN for run_id only")
    if any(_UNSURE.search(value.text) or "'" in value.text for value in node.values):
        return _Said((), "these values cannot be quoted for a server")
    return _Said((f"{name} IN ({', '.join(quoted_value(value.text) for value in node.values)})",))


def _number(name: str, operator: Operator, value: Literal_) -> _Said:
    wanted = nodes.number(value.text)
    if wanted is None:
        return _Said((), f"{value.text} is no number")
    if not abs(wanted) < _HUGE:
        return _Said((), "servers compare only with finite numbers")
    if operator == ":":
        margin = nodes.precision(value.text)
        low, high = wanted - margin, wanted + margin
        if not (math.isfinite(low) and math.isfinite(high)):
            return _Said((), "servers compare only with finite numbers")
        return _Said((f"{name} >= {_written(low)}", f"{name} <= {_written(high)}"))
    if operator == "!=" and wanted == 0:
        return _Said((), "servers have kept NaN as 0")
    if operator in _UPSIDE_DOWN or operator in ("=", "!="):
        return _Said((f"{name} {operator} {_written(wanted)}",))
    return _Said((), f"servers know no {operator} for numbers")


def _written(value: float) -> str:
    """A number as MLflow's grammar reads it: no plus sign in an exponent."""
    return repr(value).replace("e+", "e")


def _text(field: Field, name: str, operator: Operator, value: Literal_) -> _Said:
    if field.kind in ("param", "tag") and nodes.number(value.text) is not None:
        by_value = operator in _UPSIDE_DOWN or (operator in ("=", "!=") and not value.quoted)
        if by_value:
            return _Said((), f"servers compare {field.kind}s as texts, not by value")
    if field == Field("attribute", "version") and operator in ("=", "!=") and _ABBREVIATED.match(value.text):
        if operator == "=":
            return _Said((f"{name} LIKE '{value.text}%'",))
        return _Said((), "servers cannot leave out what begins so")
    if operator == ":":
        return _pattern(name, "ILIKE", f"%{_literal_pattern(value.text)}%", value.text)
    if operator not in _SAID_BY_SERVERS:
        spelled = "regular expressions" if operator in ("~", "!~") else f"{operator} for texts"
        return _Said((), f"servers know no {spelled}")
    if operator in ("LIKE", "ILIKE"):
        return _pattern(name, operator, value.text, None)
    if _quotable(value.text) and not _UNSURE.search(value.text) and len(value.text) <= _LONGEST:
        short = "servers may see an empty text as another" if not value.text else ""
        return _Said((f"{name} {operator} {_quoted(value.text)}",), short)
    if operator == "!=":
        return _Said((), "this value cannot be quoted for a server")
    return _pattern(name, "LIKE", _literal_pattern(value.text), value.text)


def _literal_pattern(text: str) -> str:
    """A LIKE pattern that ``text`` matches, and little else: there is no way to escape its % and _."""
    return text[:_LONGEST] + ("%" if len(text) > _LONGEST else "")


def _pattern(name: str, operator: Operator, pattern: str, literal: str | None) -> _Said:
    """A clause with a LIKE or ILIKE pattern; signs that servers disagree about become wildcards.

    ``literal`` is the text meant where the pattern is to be found as it stands, with its % and _ as such.
    """
    safe = _UNSURE.sub("_", pattern) if not re.search("[\ud800-\udfff]", pattern) else _UNSURE.sub("%", pattern)
    if not _quotable(safe):
        safe = safe.replace("'", "_")
    if operator == "ILIKE":
        # Servers ignore case in ASCII at least, and which other letters they know differs.
        safe = _FOREIGN.sub("%", safe)
    safe = re.sub("%+", "%", safe)
    loose = safe != re.sub("%+", "%", pattern) or (literal is not None and ("%" in literal or "_" in literal))
    loose = loose or (literal is not None and len(literal) > _LONGEST)
    if safe == "%" and loose:
        return _Said((), "no server can look for this text without minding case")
    return _Said(
        (f"{name} {operator} {_quoted(safe)}",), "sent more loosely, as servers have no escape" if loose else ""
    )


def _quotable(text: str) -> bool:
    return "'" not in text or '"' not in text


def _quoted(text: str) -> str:
    return f"'{text}'" if "'" not in text else f'"{text}"'
