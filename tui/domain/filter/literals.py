"""Numbers, durations and dates as people write them in a filter."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone, tzinfo

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
