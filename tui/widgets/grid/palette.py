"""What the grid's colours are, by the theme's variables.

Component classes would say the same in a style sheet, but Textual applies each of them again for every grid at every
change of focus or class: with a dozen of them and three grids that was a third of the time to the first frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.color import Color


@dataclass(frozen=True)
class _Look:
    """Names of theme variables, and attributes; an empty name leaves what lies under it."""

    colour: str = ""
    ground: str = ""
    bold: bool = False
    underline: bool = False
    reverse: bool = False


_LOOKS: Mapping[str, _Look] = {
    "row": _Look("foreground"),
    "heading": _Look("muted"),
    "current": _Look("foreground", bold=True, underline=True),
    "cursor": _Look("foreground", "cursor-blurred"),
    "cell": _Look("foreground", "cursor-blurred", bold=True),
    "pointer": _Look("muted", bold=True),
    "mark": _Look("accent", bold=True),
    "thumb": _Look("muted"),
    "muted": _Look("muted"),
    "strong": _Look(bold=True),
    "accent": _Look("accent"),
    "good": _Look("success"),
    "warn": _Look("warning"),
    "bad": _Look("error"),
}
_FOCUSED: Mapping[str, _Look] = {
    "current": _Look("accent", bold=True, underline=True),
    "cursor": _Look("foreground", "cursor"),
    "cell": _Look("accent", "background", bold=True, reverse=True),
    "pointer": _Look("accent", bold=True),
}
_STALE = frozenset({"row", "cursor", "strong", "accent", "good", "warn", "bad", "mark"})
"""What loses its colour while something newer is on its way."""


def look(name: str, variables: Mapping[str, str], *, focused: bool, stale: bool) -> Style:
    """The style of a part by its name ("row", "cursor", "muted" …) under a theme's variables."""
    found = _FOCUSED.get(name) if focused else None
    found = found or _LOOKS[name]
    colour = "muted" if stale and name in _STALE else found.colour
    return _style(
        variables[colour] if colour else "",
        variables[found.ground] if found.ground else "",
        found.bold,
        found.underline,
        found.reverse,
    )


@lru_cache(maxsize=256)
def _style(colour: str, ground: str, bold: bool, underline: bool, reverse: bool) -> Style:
    return Style(
        color=Color.parse(colour).rich_color if colour else None,
        bgcolor=Color.parse(ground).rich_color if ground else None,
        bold=bold or None,
        underline=underline or None,
        reverse=reverse or None,
    )
