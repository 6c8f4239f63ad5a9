"""How texts are matched: folding of case, LIKE patterns and regular expressions."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from tui.domain.filter.nodes import FilterError, Literal_, Operator

# Which regular expressions can be let loose on any text: matching cannot be stopped once it has begun.


# What the standard library itself reads patterns with; it has no types, and another name before Python 3.11.
_SINCE_3_11 = sys.version_info >= (3, 11)
sre: Any = import_module("re._constants" if _SINCE_3_11 else "sre_constants")
sre_parser: Any = import_module("re._parser" if _SINCE_3_11 else "sre_parse")

_MOST_OPEN = 6  # repeats without an end, one after the other: each multiplies the time by the length of the text
_OFTEN = 3  # a repeat that ends so soon multiplies little


def refusal(pattern: str) -> str:
    """Why a pattern might take for ever on some text, or "".

    Python's engine tries every way to share a text out among repeats: with a repeat inside a repeat these are
    exponentially many. Such patterns are refused by their shape, also where a text that lets them run away is rare.
    """
    parsed = sre_parser.parse(pattern)
    if _runs_away(parsed, inside=False):
        return "it repeats what repeats or can be read in several ways"
    if sum(1 for _ in _open_repeats(parsed)) > _MOST_OPEN:
        return f"it has more than {_MOST_OPEN} of * and +"
    return ""


def _runs_away(parsed: Any, *, inside: bool) -> bool:
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, body = argument
            if inside and most != least:
                return True
            if _runs_away(body, inside=inside or most > _OFTEN):
                return True
        elif operator is sre.BRANCH:
            alternatives = argument[1]
            if inside and not _told_apart(alternatives):
                return True
            if any(_runs_away(alternative, inside=inside) for alternative in alternatives):
                return True
        elif any(_runs_away(body, inside=inside) for body in _bodies(operator, argument)):
            return True
    return False


def _told_apart(alternatives: Any) -> bool:
    """Whether the first character already decides between them."""
    if any(not len(alternative) or alternative[0][0] is not sre.LITERAL for alternative in alternatives):
        return False
    signs = [chr(alternative[0][1]).lower() for alternative in alternatives]
    return len(set(signs)) == len(signs)


def _open_repeats(parsed: Any) -> Iterator[None]:
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            if argument[1] == sre.MAXREPEAT:
                yield None
            yield from _open_repeats(argument[2])
        elif operator is sre.BRANCH:
            for alternative in argument[1]:
                yield from _open_repeats(alternative)
        else:
            for body in _bodies(operator, argument):
                yield from _open_repeats(body)


def _bodies(operator: Any, argument: Any) -> list[Any]:
    """The patterns inside a group, a look-around or a condition."""
    if not isinstance(argument, (tuple, list)):
        return [argument] if isinstance(argument, sre_parser.SubPattern) else []
    return [part for part in argument if isinstance(part, sre_parser.SubPattern)]


Test = Callable[[str], bool]

# Lower case of these is, or begins with, a plain ASCII letter. Servers fold ASCII only, and what is found here must be
# found there too, so they keep to themselves.
_APART = "\u0130\u212a"


def fold(text: str) -> str:
    """``text`` without case; no character becomes an ASCII letter that was not one."""
    if text.isascii():
        return text.lower()
    return "".join(sign if sign in _APART else sign.lower() for sign in text)


class Holds:
    """A test for a text that is found in another, or with ``begins`` at its beginning, without minding case."""

    def __init__(self, needle: str, *, begins: bool = False) -> None:
        self._needle = fold(needle)
        self._begins = begins

    def __call__(self, text: str) -> bool:
        folded = fold(text)
        return folded.startswith(self._needle) if self._begins else self._needle in folded

    def each(self, texts: Sequence[str]) -> list[bool]:
        """The answer for each of ``texts``, several times faster than asking one by one."""
        needle = self._needle
        folded = map(str.lower if "".join(texts).isascii() else fold, texts)
        if self._begins:
            return [text.startswith(needle) for text in folded]
        return [needle in text for text in folded]


def like(pattern: str, *, any_case: bool) -> Test:
    """A test for SQL's LIKE, or ILIKE: ``%`` is any text, ``_`` any one character, nothing escapes them."""
    pieces = re.split("%+", fold(pattern) if any_case else pattern)
    last_length = len(pieces[-1])
    first, *others = [
        re.compile("".join("." if sign == "_" else re.escape(sign) for sign in piece), re.DOTALL) for piece in pieces
    ]

    def matches(text: str) -> bool:
        # Each piece where it first occurs: that leaves the most to those after it, so nothing is tried twice.
        found = first.match(text)
        for piece in others[:-1]:
            found = found and piece.search(text, found.end())
        if found is None or not others:
            return found is not None and found.end() == len(text)
        # A piece has no repeats: it is as long as its signs are many, and the last one must end the text.
        start = len(text) - last_length
        return start >= found.end() and others[-1].match(text, start) is not None

    if any_case:
        return lambda text: matches(fold(text))
    return matches


def regex(pattern: str, position: int, *, at_end: bool) -> Test:
    """A test for a regular expression found anywhere, case ignored unless it says ``(?-i:…)``; raises FilterError.

    One that could run away on some text is refused as well: no answer to it could be stopped.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search = re.compile(pattern, re.IGNORECASE).search
            why = refusal(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        hint = "Escape signs such as ( [ * + with a backslash."
        raise FilterError(f"not a regular expression: {error}", position, hint, incomplete=at_end) from None
    if why:
        hint = "Take a + or * out of it, or look for a part with  :"
        raise FilterError(f"this expression could take for ever: {why}.", position, hint)
    return lambda text: search(text) is not None


def names_of(dataset_text: str) -> list[tuple[str, str]]:
    """The (name, digest) of each dataset in a text such as "iris@1a2b, wine@3c4d"; a name may hold a comma itself."""
    found: list[tuple[str, str]] = []
    begun = ""
    for piece in dataset_text.split(", "):
        whole = f"{begun}, {piece}" if begun else piece
        name, at, digest = whole.rpartition("@")
        if at:
            found.append((name, digest))
            begun = ""
        else:
            begun = whole
    return [*found, (begun, "")] if begun else found


# Comparing a run's status, which goes by MLflow's name and by the word that screens show.


STATUS_LABELS = {
    "FINISHED": "done", "FAILED": "failed", "RUNNING": "running", "KILLED": "killed", "SCHEDULED": "scheduled",
}  # fmt: skip
"""MLflow's statuses and the word that screens show for each."""

_STATUS_WORDS = {label: status for status, label in STATUS_LABELS.items()} | {
    "ok": "FINISHED", "success": "FINISHED", "error": "FAILED", "stopped": "KILLED", "pending": "SCHEDULED",
}  # fmt: skip


def status_named(word: str) -> str:
    """MLflow's status that ``word`` names, in any case: "done" and "Finished" are FINISHED."""
    return _STATUS_WORDS.get(word.lower(), word.upper())


def status_test(operator: Operator, value: Literal_, length: int) -> Test:
    """The test of a positive comparison with a status; raises FilterError. ``length`` is that of the whole filter."""
    if operator == "=":
        wanted = status_named(value.text)
        return lambda status: status.upper() == wanted
    if operator in ("LIKE", "ILIKE"):
        return like(value.text, any_case=operator == "ILIKE")
    if operator == ":":
        needle = fold(value.text)
        return lambda status: needle in fold(status) or needle in STATUS_LABELS.get(status, "")
    if operator == "~":
        found = regex(value.text, value.position, at_end=value.end >= length)
        return lambda status: found(status) or found(STATUS_LABELS.get(status, status))
    raise FilterError(f"a status has no order for {operator}", value.position, "Say status = failed, for example.")
