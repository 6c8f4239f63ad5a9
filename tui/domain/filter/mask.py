"""Which rows match a filter, a column at a time; the meaning is told in ``query``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import reduce

import numpy as np
import numpy.typing as npt

from tui.domain.filter import nodes
from tui.domain.filter.names import Field, resolve
from tui.domain.filter.nodes import (
    POSITIVE,
    And,
    Compare,
    FilterColumns,
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
    TextColumn,
    Word,
)
from tui.domain.filter.texts import STATUS_LABELS, Holds, Test, like, names_of, regex, status_test

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_ORDERINGS: dict[str, Callable[[Floats, float], Bools]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}\Z")
_WORD_FIELDS = ("name", "user", "source", "dataset", "registered")


def evaluate(query: Query, columns: FilterColumns, now_ms: int, zone: tzinfo) -> Bools:
    """See ``Query.mask``."""
    if query.node is None or columns.row_count == 0:
        return np.ones(columns.row_count, dtype=np.bool_)
    return _Evaluation(query, columns, now_ms, zone).of(query.node)


class _Evaluation:
    def __init__(self, query: Query, columns: FilterColumns, now_ms: int, zone: tzinfo) -> None:
        self.length = len(query.text)
        self.columns = columns
        self.names = columns.names()
        self.now_ms = now_ms
        self.zone = zone

    def of(self, node: Node) -> Bools:
        if isinstance(node, And):
            return reduce(np.logical_and, map(self.of, node.items))
        if isinstance(node, Or):
            return reduce(np.logical_or, map(self.of, node.items))
        if isinstance(node, Not):
            return np.logical_not(self.of(node.item))
        if isinstance(node, Word):
            return self.anywhere(Holds(node.text), Holds(node.text, begins=True))
        if isinstance(node, Pattern):
            found = regex(node.text, node.position, at_end=node.end >= self.length)
            return self.anywhere(found, found)
        if isinstance(node, Null):
            present = self.present(self.field(node.key))
            return present if node.negated else ~present
        if isinstance(node, InList):
            field = self.field(node.key)
            matches = [self.compare(field, "=", value) for value in node.values]
            found_any: Bools = reduce(np.logical_or, matches)
            return self.present(field) & ~found_any if node.negated else found_any
        return self.comparison(node)

    def field(self, key: KeyRef) -> Field:
        field = resolve(key, self.names, self.length)
        if (field.kind == "dataset" and field.key == "context") or field.key == "artifact_uri":
            raise FilterError(f"only the server can filter by {key}", key.position, server_only=True)
        return field

    def comparison(self, node: Compare) -> Bools:
        field = self.field(node.key)
        positive = POSITIVE.get(node.operator)
        if positive is None:
            return self.compare(field, node.operator, node.value)
        if field.kind == "dataset":
            return self.compare(field, node.operator, node.value)
        return self.present(field) & ~self.compare(field, positive, node.value)

    def compare(self, field: Field, operator: Operator, value: Literal_) -> Bools:
        """A positive comparison (of a dataset's name or digest, any comparison)."""
        if field.kind == "dataset":
            return self.dataset(field, operator, value)
        measure = field.measure
        if measure == "text":
            return self.text(field, operator, value)
        if measure == "status":
            return _take(self.columns.texts(field), status_test(operator, value, self.length))
        if operator in ("~", "LIKE", "ILIKE"):
            raise FilterError(f"{field} is a number, which {operator} cannot match", value.position, "Say <, = or >.")
        if measure == "time":
            return self.instant(field, operator, value)
        if measure in ("duration", "age"):
            return self.span(field, operator, value)
        return _compare_numbers(*self.columns.numbers(field), operator, value, self.length)

    # --- presence -----------------------------------------------------------------------------------------------

    def present(self, field: Field) -> Bools:
        if field.kind == "dataset":
            field = Field("attribute", "dataset")
        measure = field.measure
        if measure in ("text", "status"):
            return np.asarray(self.columns.texts(field).codes >= 0)
        if measure in ("duration", "age"):
            return self.elapsed(field)[1]
        values, present = self.columns.numbers(field)
        return present & (values > 0) if field == Field("attribute", "models") else present

    def elapsed(self, field: Field) -> tuple[Floats, Bools]:
        """How long runs took, or how long ago they started, in milliseconds."""
        start, started = self.columns.numbers(Field("attribute", "start"))
        if field.key == "age":
            return self.now_ms - start, started
        end, ended = self.columns.numbers(Field("attribute", "end"))
        return np.where(ended, end, float(self.now_ms)) - start, started

    # --- one kind of comparison each ----------------------------------------------------------------------------

    def instant(self, field: Field, operator: Operator, value: Literal_) -> Bools:
        first, last = instants(value, self.now_ms, self.zone, self.length)
        values, present = self.columns.numbers(field)
        if operator in _ORDERINGS:
            return _both(present, _ORDERINGS[operator](values, float(first)))
        return _both(present, values >= first, values <= last)

    def span(self, field: Field, operator: Operator, value: Literal_) -> Bools:
        wanted = nodes.duration_ms(value.text)
        if wanted is None:
            hint = "For example 90s, 5m, 1h30m or 2d."
            raise FilterError(f"{value.text} is no duration", value.position, hint, incomplete=value.end >= self.length)
        values, present = self.elapsed(field)
        if operator in _ORDERINGS:
            return _both(present, _ORDERINGS[operator](values, wanted))
        return _both(present, values == wanted)

    def dataset(self, field: Field, operator: Operator, value: Literal_) -> Bools:
        """Whether any dataset of a run has such a name or digest: also != asks for any that differs, as in MLflow."""
        positive = POSITIVE.get(operator)
        test = _text_test(positive or operator, value, self.length)
        which = 0 if field.key == "name" else 1

        def any_matches(text: str) -> bool:
            return any(test(names[which]) is (positive is None) for names in names_of(text))

        return _take(self.columns.texts(Field("attribute", "dataset")), any_matches)

    def text(self, field: Field, operator: Operator, value: Literal_) -> Bools:
        column = self.columns.texts(field)
        wanted = nodes.number(value.text)
        ordering = operator in _ORDERINGS
        by_value = ordering or (operator == "=" and not value.quoted)
        if wanted is not None and field.kind in ("param", "tag") and by_value:
            numbers, are_numbers = column.numbers()
            return _spread(column, _compare_numbers(numbers, are_numbers, operator, value, self.length))
        if field == Field("attribute", "version") and operator == "=" and _ABBREVIATED.match(value.text):
            return _take(column, lambda text: text.startswith(value.text))
        test = _text_test(operator, value, self.length)
        if field == Field("attribute", "experiment"):
            names = self.columns.experiment_names()
            return _take(column, lambda text: test(text) or (text in names and test(names[text])))
        return _take(column, test)

    def anywhere(self, test: Test, begins: Test) -> Bools:
        """Rows with a text that a person would look for: by ``begins`` at the beginning of ids and commits."""
        found = [_take(self.columns.texts(Field("attribute", name)), test) for name in _WORD_FIELDS]
        found += [_take(self.columns.texts(Field("attribute", name)), begins) for name in ("id", "version")]
        status = self.columns.texts(Field("attribute", "status"))
        found.append(_take(status, lambda text: test(text) or test(STATUS_LABELS.get(text, text))))
        return reduce(np.logical_or, found)


def instants(value: Literal_, now_ms: int, zone: tzinfo, length: int) -> tuple[int, int]:
    """The span of instants that ``value`` means; raises FilterError where it is no date."""
    span = nodes.instants_ms(value.text, now_ms, zone)
    if span is not None:
        return span
    hint = "For example 2026-11-01, 2026-11-01T09:30, today or -2h."
    if nodes.duration_ms(value.text) is not None:
        hint = f"For how long ago, say age < {value.text}, or -{value.text}."
    begun = value.end >= length and nodes.is_begun_date(value.text)
    raise FilterError(f"{value.text} is no date", value.position, hint, incomplete=begun)


def _text_test(operator: Operator, value: Literal_, length: int) -> Test:
    wanted = value.text
    if operator == "=":
        return lambda text: text == wanted
    if operator == ":":
        return Holds(wanted)
    if operator == "~":
        return regex(wanted, value.position, at_end=value.end >= length)
    if operator in ("LIKE", "ILIKE"):
        return like(wanted, any_case=operator == "ILIKE")
    if operator == "<":
        return lambda text: text < wanted
    if operator == "<=":
        return lambda text: text <= wanted
    return (lambda text: text > wanted) if operator == ">" else (lambda text: text >= wanted)


def _compare_numbers(values: Floats, present: Bools, operator: Operator, value: Literal_, length: int) -> Bools:
    wanted = nodes.number(value.text)
    if wanted is None:
        begun = value.end >= length and nodes.is_begun_number(value.text)
        raise FilterError(f"{value.text} is no number", value.position, incomplete=begun)
    if np.isnan(wanted):
        return present & np.isnan(values) if operator in ("=", ":") else np.zeros(len(values), dtype=np.bool_)
    if operator == ":" and np.isfinite(wanted):
        margin = nodes.precision(value.text)
        return present & (values >= wanted - margin) & (values <= wanted + margin)
    return _both(present, _ORDERINGS.get(operator, np.equal)(values, wanted))


def _both(*conditions: Bools) -> Bools:
    return reduce(np.logical_and, conditions)


def _take(column: TextColumn, test: Test) -> Bools:
    """``test`` for each row, asked once for each text; a row without a text fails."""
    texts: Sequence[str] = column.texts
    if isinstance(test, Holds):
        texts = texts[: len(texts)]  # of a list that may be growing
        return _spread(column, np.array(test.each(texts), dtype=np.bool_))
    answers = np.fromiter(map(test, texts), dtype=np.bool_, count=len(texts))
    return _spread(column, answers)


def _spread(column: TextColumn, answers: Bools) -> Bools:
    """Answers by code, spread over the rows; the last place is for rows without a text, whose code is -1."""
    by_code = np.zeros(len(answers) + 1, dtype=np.bool_)
    by_code[: len(answers)] = answers
    return by_code[column.codes]
