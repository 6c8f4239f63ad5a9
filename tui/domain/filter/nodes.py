"""A parsed filter: what it is made of, how each part is written back as text, and what it can be asked."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tui.domain.filter.names import Field, Names

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int32]


Prefix = Literal["", "attributes", "metrics", "params", "tags", "dataset"]
Operator = Literal[
    "=", "!=", "<", "<=", ">", ">=", "~", "!~", ":", "LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"
]  # fmt: skip

POSITIVE: dict[Operator, Operator] = {"!=": "=", "!~": "~", "NOT LIKE": "LIKE", "NOT ILIKE": "ILIKE"}
"""Operators that match what is present and does not match another."""

PREFIXES: dict[str, Prefix] = {
    "metric": "metrics", "metrics": "metrics",
    "param": "params", "params": "params", "parameter": "params", "parameters": "params",
    "tag": "tags", "tags": "tags",
    "attribute": "attributes", "attributes": "attributes", "attr": "attributes", "run": "attributes",
    "dataset": "dataset", "datasets": "dataset",
}  # fmt: skip
"""Every spelling that MLflow takes before the dot, and the one meant."""

KEYWORDS = frozenset({"and", "or", "not", "like", "ilike", "is", "in", "has"})


@dataclass(frozen=True)
class KeyRef:
    """A key as it was written: ``prefix`` is "" for a bare key."""

    prefix: Prefix
    key: str
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.prefix}.{quoted_key(self.key)}" if self.prefix else quoted_key(self.key, bare=True)


@dataclass(frozen=True)
class Literal_:
    """A value as it was written, without its quotes."""

    text: str
    quoted: bool = False
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return quoted_value(self.text) if self.quoted else self.text


@dataclass(frozen=True)
class Word:
    """A text to be found anywhere a person would look for it."""

    text: str
    quoted: bool = field(default=False, compare=False)
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        # Beside others, a word that begins with a slash could be taken for a regular expression.
        return quoted_value(self.text) if self.quoted or self.text.startswith("/") else self.text


@dataclass(frozen=True)
class Pattern:
    """A regular expression, looked for in the same places as a word."""

    text: str
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return "/" + self.text.replace("/", "\\/") + "/"


@dataclass(frozen=True)
class Compare:
    """A key compared with one value."""

    key: KeyRef
    operator: Operator
    value: Literal_

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {self.value}"


@dataclass(frozen=True)
class InList:
    """A key that has, or has not, one of several values."""

    key: KeyRef
    values: tuple[Literal_, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.key} {'NOT IN' if self.negated else 'IN'} ({', '.join(map(str, self.values))})"


@dataclass(frozen=True)
class Null:
    """A key that is absent, or with ``negated`` present; ``has:key`` is the same as IS NOT NULL."""

    key: KeyRef
    negated: bool = False
    short: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        if self.short and self.negated:
            return f"has:{self.key}"
        return f"{self.key} {'IS NOT NULL' if self.negated else 'IS NULL'}"


@dataclass(frozen=True)
class Not:
    """What does not match ``item``."""

    item: Node

    def __str__(self) -> str:
        return f"NOT {_grouped(self.item)}"


@dataclass(frozen=True)
class And:
    """What matches every item; at least two."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(map(_grouped, self.items))


@dataclass(frozen=True)
class Or:
    """What matches any item; at least two."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(map(_grouped, self.items))


Node: TypeAlias = Word | Pattern | Compare | InList | Null | Not | And | Or


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, (And, Or)) else str(node)


_PLAIN_KEY = re.compile(r"[^\W\d][\w./@#%+*-]*\Z")


def quoted_key(key: str, *, bare: bool = False) -> str:
    """``key`` as it may be written in a filter: as it is where that is unmistakable, else in backticks or quotes.

    ``bare`` keys stand without a prefix, so that a word of the language or a prefix in them needs backticks too.
    """
    plain = _PLAIN_KEY.match(key) is not None and not key.endswith(".")
    if plain and bare:
        plain = key.lower() not in KEYWORDS and key.partition(".")[0].lower() not in PREFIXES
    if plain:
        return key
    return f"`{key}`" if "`" not in key else quoted_value(key)


def quoted_value(text: str) -> str:
    """``text`` in the quotes that it does not hold itself; where it holds both kinds, the single ones doubled."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


class FilterError(ValueError):
    """A filter that cannot be understood or applied: what is wrong, where, and what to do.

    ``position`` counts characters from the start of the text. ``incomplete`` is true while the text may still become
    right by typing on at its end, ``server_only`` where the text is right but only the server has what it asks about.
    """

    def __init__(
        self, message: str, position: int, hint: str = "", *, incomplete: bool = False, server_only: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.incomplete = incomplete
        self.server_only = server_only

    def __str__(self) -> str:
        return ". ".join(part for part in (self.message.rstrip("."), self.hint) if part)


# Numbers, durations and dates as people write them in a filter.


_BEGUN_NUMBER = re.compile(r"[+-]?(?:\.?|(?:\d+\.?\d*|\.\d+)e[+-]?)\Z", re.ASCII | re.I)
_UNITS_MS = {
    "ms": 1, "s": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000,
    "d": 86_400_000, "w": 604_800_000, "mo": 2_629_800_000, "y": 31_557_600_000,
}  # fmt: skip
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|mo|min|sec|[smhdwy])", re.ASCII | re.I)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?\Z",
    re.ASCII | re.I,
)
_BEGUN_DATE = re.compile(r"[\dT:. +-]*\Z|t(?:o(?:d(?:ay?)?)?)?\Z|y(?:e(?:s\w*)?)?\Z|no?\Z", re.ASCII | re.I)
_LONGEST = 400


def number(text: str) -> float | None:
    """The number that ``text`` is, NaN and infinities included; None where it is no number."""
    try:
        value = float(text)
    except ValueError:
        return None
    # Python also takes other scripts' digits and underscores between digits, which nobody means.
    return value if text.isascii() and "_" not in text and len(text) <= _LONGEST else None


def is_begun_number(text: str) -> bool:
    """Whether ``text`` may become a number by typing on."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    named = any(name.startswith(unsigned.lower()) for name in ("infinity", "nan"))
    return named or _BEGUN_NUMBER.match(text) is not None


def precision(text: str) -> float:
    """Half of the last decimal place that ``text``, a number, is written to: 0.005 for "0.93", 0.5 for "12"."""
    mantissa, _, exponent = text.strip().lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    try:
        return 0.5 * 10.0 ** (int(exponent or "0") - decimals)
    except OverflowError:
        return math.inf


def duration_ms(text: str) -> float | None:
    """The milliseconds in "250ms", "90s", "5m", "1h30m", "2d"; a bare number is seconds; None where it is none."""
    text = text.strip()
    seconds = number(text)
    if seconds is not None:
        return seconds * 1000 if math.isfinite(seconds) else None
    at, total = 0, 0.0
    while at < len(text) <= _LONGEST:
        part = _DURATION_PART.match(text, at)
        if part is None:
            return None
        total += float(part.group(1)) * _UNITS_MS[part.group(2).lower()]
        at = part.end()
        while text[at : at + 1] == " ":
            at += 1
    return total if at and math.isfinite(total) else None


def is_begun_date(text: str) -> bool:
    """Whether ``text`` may become a date by typing on."""
    return _BEGUN_DATE.match(text) is not None


def instants_ms(text: str, now_ms: int, zone: tzinfo) -> tuple[int, int] | None:
    """The span [first, last] of instants that a date means, in milliseconds since the epoch; None where it is no date.

    A year, month, day, minute or second spans all of itself; ``today``, ``yesterday`` and ``now`` are taken at
    ``now_ms`` in ``zone``, ``-2h`` is two hours before now; a number with more than four digits is milliseconds since
    the epoch, as MLflow writes times.
    """
    text = text.strip()
    lowered = text.lower()
    if lowered == "now":
        return now_ms, now_ms
    if lowered in ("today", "yesterday"):
        return _day(now_ms, zone, 0 if lowered == "today" else -1)
    if text.startswith("-"):
        back = duration_ms(text[1:]) if number(text) is None else None
        if back is None or back > 4e12:
            return None
        return now_ms - round(back), now_ms - round(back)
    count = number(text)
    if count is not None and (len(text) != 4 or not text.isdigit()):
        return (round(count), round(count)) if math.isfinite(count) and abs(count) < 9e15 else None
    return _span(text, zone)


def _day(now_ms: int, zone: tzinfo, offset: int) -> tuple[int, int]:
    here = datetime.fromtimestamp(now_ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = here + timedelta(days=offset)
    return _ms(first), _ms(first + timedelta(days=1)) - 1


def _span(text: str, zone: tzinfo) -> tuple[int, int] | None:
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    where = _offset(offset) if offset else zone
    try:
        first = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")), tzinfo=where,
        )  # fmt: skip
        if month is None:
            after = first.replace(year=first.year + 1)
        elif day is None:
            after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        elif hour is None:
            after = first + timedelta(days=1)
        elif second is None:
            after = first + timedelta(minutes=1)
        else:
            after = first + timedelta(milliseconds=1) if fraction else first + timedelta(seconds=1)
        return _ms(first), max(_ms(first), _ms(after) - 1)
    except (ValueError, OverflowError, OSError):
        return None


def _offset(text: str) -> tzinfo:
    if text.upper() == "Z":
        return timezone.utc
    digits = text[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta) if delta < timedelta(days=1) else timezone.utc


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


# A parsed filter, and what it can be asked.
#
# Meaning, where a reader might wonder:
#
# - A run without the key matches no comparison, not even ``!=``, as in MLflow; ``NOT (lr = 1)`` does match it.
# - NaN is a value: it matches ``!= number`` and no other comparison with a number; ``= nan`` and ``!= nan`` tell NaN
# from numbers.
# - Params and tags are texts. An unquoted number is compared by value ('1e-3' equals 0.001; texts that are no number
# match only ``!=``); a quoted value is compared as text by = and !=, as MLflow does.
# - ``=`` minds case, as in MLflow; ``:``, words, phrases, ``~``, ILIKE and every comparison of a status do not.
# - ``:`` on a number means as much as is written: ``auc : 0.93`` is 0.925 to 0.935.
# - A date stands for its first instant with < <= > >=, for all of it with = != and ``:``.
# - ``took`` of a run that has not ended is the time until now; bare numbers are seconds.
# - ``version = 1a2b3c4``, seven hexadecimal digits or more, matches by beginning, as commits are shown abbreviated.
# - Words are looked for in name, user, status, source, dataset and registered names, and as the beginning of the run's
# id or commit.


class TextColumn(Protocol):
    """Texts by code: row i has ``texts[codes[i]]``, or nothing where the code is negative. Texts may repeat."""

    @property
    def codes(self) -> Codes: ...

    @property
    def texts(self) -> Sequence[str]: ...

    def numbers(self) -> tuple[Floats, Bools]:
        """The number that each of ``texts`` is, and whether it is one."""
        ...


class FilterColumns(Protocol):
    """What a filter is applied to; rows are in the caller's order."""

    @property
    def row_count(self) -> int: ...

    def names(self) -> Names:
        """The keys that a bare word may mean."""
        ...

    def numbers(self, field: Field) -> tuple[Floats, Bools]:
        """Values, and where there is one, of a metric or of the attributes start, end (ms since the epoch), models."""
        ...

    def texts(self, field: Field) -> TextColumn:
        """A param, a tag, or any other attribute; ``experiment`` gives ids."""
        ...

    def experiment_names(self) -> dict[str, str]:
        """Names of experiments by id, as far as they are known."""
        ...


@dataclass(frozen=True)
class Query:
    """A filter that was understood; ``node`` is None where it says nothing and so matches everything."""

    text: str
    node: Node | None

    def __str__(self) -> str:
        return "" if self.node is None else str(self.node)

    @property
    def is_empty(self) -> bool:
        return self.node is None

    def mask(self, columns: FilterColumns, *, now_ms: int = 0, zone: tzinfo = timezone.utc) -> Bools:
        """Which rows match; raises FilterError for an unknown key or a value that does not suit its key."""
        from tui.domain.filter.mask import evaluate  # numpy stays unloaded until there are rows

        try:
            return evaluate(self, columns, now_ms, zone)
        except FilterError as error:
            from tui.domain.filter.names import naming_quoted

            raise naming_quoted(error, self.text, columns.names()) from None


def parse(text: str, names: Names | None = None) -> Query:
    """Understand ``text``; raises FilterError, with ``incomplete`` set where typing on may still make it right.

    ``names`` are the keys that there are; an error names the one that needs quotes.
    """
    if not text.strip():
        return Query(text, None)
    from tui.domain.filter.parser import parse_nodes  # not before a first frame, which has nothing to filter

    try:
        return Query(text, parse_nodes(text))
    except FilterError as error:
        if names is None:
            raise
        from tui.domain.filter.names import naming_quoted

        raise naming_quoted(error, text, names) from None
