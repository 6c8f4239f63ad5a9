"""Which regular expressions can be let loose on any text: matching cannot be stopped once it has begun."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

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
