"""How texts are matched: folding of case, LIKE patterns and regular expressions."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence

from tui.domain.filter.bounded import refusal
from tui.domain.filter.nodes import FilterError

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
