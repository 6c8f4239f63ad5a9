"""How texts are matched: folding of case, LIKE patterns and regular expressions."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence

from tui.domain.filter.errors import FilterError

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
    pieces = [
        ".*" if sign == "%" else "." if sign == "_" else re.escape(sign)
        for sign in re.sub("%+", "%", fold(pattern) if any_case else pattern)
    ]
    match = re.compile("".join(pieces) + r"\Z", re.DOTALL).match
    if any_case:
        return lambda text: match(fold(text)) is not None
    return lambda text: match(text) is not None


def regex(pattern: str, position: int, *, at_end: bool) -> Test:
    """A test for a regular expression found anywhere, case ignored unless it says ``(?-i:…)``; raises FilterError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search = re.compile(pattern, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        hint = "Escape signs such as ( [ * + with a backslash."
        raise FilterError(f"not a regular expression: {error}", position, hint, incomplete=at_end) from None
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
