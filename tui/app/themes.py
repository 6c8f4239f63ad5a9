"""The deck's own themes: dark and light, one accent each. The only place where colours have numbers."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

_QUIET = {
    "border-blurred": "#3a4048",
    "block-cursor-text-style": "none",
    "input-selection-background": "#2f5d8a 60%",
}


def _bars(ground: str, bar: str, touched: str) -> dict[str, str]:
    """Scroll bars as quiet as rules, on the ground that they stand on."""
    return {
        "scrollbar": bar,
        "scrollbar-hover": touched,
        "scrollbar-active": touched,
        "scrollbar-background": ground,
    }


DARK = Theme(
    name="deck-dark",
    primary="#6cb6ff",
    secondary="#8b949e",
    accent="#6cb6ff",
    foreground="#d5dbe1",
    background="#0f1318",
    surface="#151a20",
    panel="#1c232b",
    success="#6bc46d",
    warning="#daaa3f",
    error="#f47067",
    dark=True,
    variables={
        **_QUIET,
        **_bars("#0f1318", "#333b45", "#7d8894"),
        "cursor": "#1f2d3d",
        "cursor-blurred": "#1a2029",
        "rule": "#333b45",
        "muted": "#7d8894",
    },
)

LIGHT = Theme(
    name="deck-light",
    primary="#0a58a8",
    secondary="#57606a",
    accent="#0a58a8",
    foreground="#1f2328",
    background="#fbfbfa",
    surface="#f3f4f5",
    panel="#e9ebee",
    success="#1a7f37",
    warning="#8a5a00",
    error="#c2281d",
    dark=False,
    variables={
        **_QUIET,
        **_bars("#fbfbfa", "#c4cad1", "#68727d"),
        "border-blurred": "#c4cad1",
        "input-selection-background": "#9cc3f0 60%",
        "cursor": "#d6e6f8",
        "cursor-blurred": "#e6eaee",
        "rule": "#c4cad1",
        "muted": "#68727d",
    },
)


def variable_defaults(theme: Theme) -> dict[str, str]:
    """The variables of ours that another theme does not know, made from the colours that it does."""
    if theme.ansi:
        return {
            "cursor": "ansi_bright_black",
            "cursor-blurred": "ansi_black",
            "rule": "ansi_bright_black",
            "muted": "ansi_white",
        }
    colours = theme.to_color_system().generate()
    ground, front = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    accent = Color.parse(colours["primary"])
    return {
        "cursor": ground.blend(accent, 0.25).hex,
        "cursor-blurred": ground.blend(front, 0.08).hex,
        "rule": ground.blend(front, 0.2).hex,
        "muted": ground.blend(front, 0.55).hex,
    }


THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
