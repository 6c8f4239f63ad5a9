"""How the deck looks: its themes, a person's own, and the one that was chosen; and plain signs, where asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from tui.config.launch import Launch
from tui.config.model import ACCENTS, AUTO, FAMILIES, ThemeSettings
from tui.terminal.telling import Question, light_by_environment

LEAST_CONTRAST = 4.5  # of text on its background, WCAG 2.2's AA; of the pair of high contrast HIGH_CONTRAST
HIGH_CONTRAST = 7.0  # WCAG 2.2's AAA


def _luminance(color: Color) -> float:
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    """WCAG's ratio of contrast, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def legible(color: Color, ground: Color, least: float) -> Color:
    """The colour, made lighter or darker until it stands out from its ground by such a ratio."""
    towards = Color.parse("#ffffff" if _luminance(ground) < 0.18 else "#000000")
    steps = (color.blend(towards, step / 20) for step in range(21))
    return next((each for each in steps if contrast(each, ground) >= least), towards)


def _theme(
    name: str,
    ground: tuple[str, str, str],
    ink: tuple[str, str],
    tones: tuple[str, str, str, str],
    quiet: dict[str, str],
) -> Theme:
    """A theme of a ground (background, surface, panel), ink (text, secondary), tones (accent, good, odd, bad)."""
    background, surface, panel = ground
    accent, success, warning, error = tones
    rule, muted = quiet["rule"], quiet["muted"]
    return Theme(
        name=name,
        primary=accent,
        secondary=ink[1],
        accent=accent,
        foreground=ink[0],
        background=background,
        surface=surface,
        panel=panel,
        success=success,
        warning=warning,
        error=error,
        dark=name.endswith("dark"),
        variables={
            "border-blurred": rule,
            "block-cursor-text-style": "none",
            # Scroll bars are as quiet as rules, on the ground that they stand on.
            "scrollbar": rule,
            "scrollbar-hover": muted,
            "scrollbar-active": muted,
            "scrollbar-background": background,
            **quiet,
        },
    )


DARK = _theme(
    "deck-dark",
    ("#0f1318", "#151a20", "#1c232b"),
    ("#d5dbe1", "#8b949e"),
    ("#6cb6ff", "#6bc46d", "#daaa3f", "#f47067"),
    {
        "border-blurred": "#3a4048",
        "input-selection-background": "#2f5d8a 60%",
        "cursor": "#1f2d3d",
        "cursor-blurred": "#1a2029",
        "rule": "#333b45",
        "muted": "#7d8894",
    },
)

LIGHT = _theme(
    "deck-light",
    ("#fbfbfa", "#f3f4f5", "#e9ebee"),
    ("#1f2328", "#57606a"),
    ("#0a58a8", "#14692d", "#8a5a00", "#c2281d"),
    {
        "input-selection-background": "#9cc3f0 60%",
        "cursor": "#d6e6f8",
        "cursor-blurred": "#e6eaee",
        "rule": "#c4cad1",
        "muted": "#5c656f",
    },
)

_CONTRAST_DARK = _theme(
    "contrast-dark",
    ("#000000", "#000000", "#161616"),
    ("#ffffff", "#e0e0e0"),
    ("#7fd4ff", "#7cf07c", "#ffd75f", "#ff9d96"),
    {
        "input-selection-background": "#1d5fa8",
        "cursor": "#0b2545",
        "cursor-blurred": "#2a2a2a",
        "rule": "#9a9a9a",
        "muted": "#d4d4d4",
        "text-muted": "#d4d4d4",
        "text-disabled": "#c4c4c4",
    },
)

_CONTRAST_LIGHT = _theme(
    "contrast-light",
    ("#ffffff", "#ffffff", "#f0f0f0"),
    ("#000000", "#1c1c1c"),
    ("#003a80", "#004d14", "#5a3600", "#8c0000"),
    {
        "input-selection-background": "#a8d0ff",
        "cursor": "#cfe4ff",
        "cursor-blurred": "#e4e4e4",
        "rule": "#5e5e5e",
        "muted": "#2e2e2e",
        "text-muted": "#2e2e2e",
        "text-disabled": "#3c3c3c",
    },
)

# Blue, yellow and vermilion (purple on light ground) stay apart for those who do not tell red from green
# (https://jfly.uni-koeln.de/color/, Okabe and Ito), also by how light they are.
_SAFE_DARK = replace(
    DARK, name="safe-dark", primary="#a9c7ff", accent="#a9c7ff", success="#4aa8e8", warning="#f0e442", error="#ff7f3f"
)
_SAFE_LIGHT = replace(
    LIGHT, name="safe-light", primary="#3c3c9c", accent="#3c3c9c", success="#005fb8", warning="#7a5c00", error="#8f005f"
)


def _of_terminal(name: str, cursor: str, blurred: str, muted: str, warning: str) -> Theme:
    """The terminal's own sixteen colours, as the person has set them."""
    return Theme(
        name=name,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        accent="ansi_cyan" if name.endswith("dark") else "ansi_blue",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        success="ansi_green",
        warning=warning,
        error="ansi_red",
        dark=name.endswith("dark"),
        variables={
            **BUILTIN_THEMES["ansi-dark" if name.endswith("dark") else "ansi-light"].variables,
            "border-blurred": "ansi_bright_black",
            "block-cursor-text-style": "none",
            "input-selection-background": "ansi_blue",
            "scrollbar": "ansi_bright_black",
            "scrollbar-hover": muted,
            "scrollbar-active": muted,
            "scrollbar-background": "ansi_default",
            "cursor": cursor,
            "cursor-blurred": blurred,
            "rule": "ansi_bright_black",
            "muted": muted,
            "text-muted": muted,
            "text-accent": "ansi_cyan" if name.endswith("dark") else "ansi_blue",
            "text-success": "ansi_green",
            "text-warning": warning,
            "text-error": "ansi_red",
        },
    )


_TERMINAL_DARK = _of_terminal("terminal-dark", "ansi_blue", "ansi_black", "ansi_white", "ansi_yellow")
_TERMINAL_LIGHT = _of_terminal("terminal-light", "ansi_white", "ansi_default", "ansi_bright_black", "ansi_magenta")

THEMES = {
    theme.name: theme
    for theme in (
        DARK, LIGHT, _CONTRAST_DARK, _CONTRAST_LIGHT, _SAFE_DARK, _SAFE_LIGHT, _TERMINAL_DARK, _TERMINAL_LIGHT,
    )
}  # fmt: skip

_HUES = dict(
    zip(
        ACCENTS,
        ("#ff7b72", "#f0883e", "#d8b13a", "#6bc46d", "#4ec9c9", "#6cb6ff", "#b794f6", "#f082b8"),
        strict=True,
    )
)
_ANSI_HUES = dict(
    zip(
        ACCENTS,
        ("red", "bright_red", "yellow", "green", "cyan", "blue", "magenta", "bright_magenta"),
        strict=True,
    )
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


def of_person(name: str, said: ThemeSettings) -> Theme:
    """A theme of the configuration: one of the deck's with other colours."""
    base = THEMES[said.base]
    own: dict[str, Any] = {colour: value for colour, value in vars(said).items() if colour != "base" and value}
    variables: dict[str, str] = {colour: own.pop(colour) for colour in ("cursor", "rule", "muted") if colour in own}
    if "accent" in own:
        own["primary"] = own["accent"]
    return replace(base, name=name, variables={**base.variables, **variables}, **own)


def themes_of(own: Mapping[str, ThemeSettings]) -> dict[str, Theme]:
    """Every theme that can be worn, by name."""
    return {**THEMES, **{name: of_person(name, said) for name, said in own.items()}}


def suited(wanted: str, known: Iterable[str], *, light: bool) -> str:
    """The name of the theme to wear: of a pair, the one that suits the terminal."""
    if wanted in (AUTO, *FAMILIES):
        family = "deck" if wanted == AUTO else wanted
        return f"{family}-{'light' if light else 'dark'}"
    return wanted if wanted in known else suited(AUTO, known, light=light)


def with_accent(theme: Theme, accent: str) -> Theme:
    """The theme with another accent, as legible there as its text has to be."""
    if not accent:
        return theme
    name = f"{theme.name} {accent}"
    if theme.ansi:
        colour = f"ansi_{_ANSI_HUES[accent]}" if accent in _ANSI_HUES else accent
        return replace(theme, name=name, accent=colour, variables={**theme.variables, "text-accent": colour})
    least = HIGH_CONTRAST if theme.name.startswith("contrast") else LEAST_CONTRAST
    # The brightest ground that the accent is written on is the panel of the line at the top.
    ground = Color.parse(theme.panel or theme.background or "#000000")
    colour = legible(Color.parse(_HUES.get(accent, accent)), ground, least).hex
    return replace(theme, name=name, primary=colour, accent=colour)


# How the deck looks from one start to the next: the theme chosen, and how light the terminal is.


@dataclass
class Appearance:
    """What is known of the terminal and chosen by the person; without files nothing is remembered."""

    light: bool = False  # whether the terminal's background is
    chosen: str = ""  # the theme that ``:theme`` was last told
    terminal_before: list[Any] | None = None  # the terminal's settings before it was made silent for the deck
    light_file: Path | None = None
    chosen_file: Path | None = None

    @classmethod
    def at_start(cls, question: Question, environ: Mapping[str, str]) -> Appearance:
        """What the terminal has answered by now, what the environment says, or what it answered the last time."""
        from tui import resources

        light_file, chosen_file = resources.cache_dir() / "background", resources.state_dir() / "theme"
        light = question.answer()
        look = cls(bool(light), _read(chosen_file), question.before, light_file, chosen_file)
        if light is not None:
            look.remember_light()
            return look
        by_environment = light_by_environment(environ)
        look.light = _read(light_file) == "light" if by_environment is None else by_environment
        return look

    def remember_light(self) -> None:
        """Begin with the right theme also where the terminal answers late."""
        word = "light" if self.light else "dark"
        if self.light_file is not None and _read(self.light_file) != word:
            _write(self.light_file, word)

    def remember_chosen(self) -> bool:
        """Keep the theme chosen for the next start; False where it cannot be."""
        return self.chosen_file is not None and _write(self.chosen_file, self.chosen)


class Wardrobe:
    """The themes that there are, and which of them is worn; each is made known to Textual as it is first worn."""

    def __init__(self, look: Appearance, own: Mapping[str, ThemeSettings], make_known: Callable[[Theme], None]) -> None:
        self.look = look
        self._themes = themes_of(own)
        self._make_known = make_known
        for theme in self._themes.values():
            make_known(theme)

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for: a theme, or a pair of which the terminal decides."""
        return (AUTO, *FAMILIES, *self._themes)

    def worn(self, wanted: str, launch: Launch) -> str:
        """The name of the theme to wear in a context; none wanted is the one chosen, or the configuration's."""
        asked = wanted or self.look.chosen or launch.settings.theme
        theme = with_accent(self._themes[suited(asked, self._themes, light=self.look.light)], launch.accent)
        self._make_known(theme)
        return theme.name

    def choose(self, name: str) -> bool:
        """Choose a theme for good; False where that cannot be kept for the next start."""
        self.look.chosen = name
        return self.look.remember_chosen()

    def terminal_told(self, light: bool) -> bool:
        """The terminal has told of its background; True where that is another than was thought."""
        news = light != self.look.light
        self.look.light = light
        self.look.remember_light()
        return news


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")[:100].strip()
    except (OSError, ValueError):
        return ""


def _write(file: Path, word: str) -> bool:
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(word + "\n", encoding="utf-8")
        return True
    return False


# Signs in what the screens say, each put as a plain ASCII one of the same width where those are asked for.


_PLAIN = str.maketrans("·…→←↑↓×–−“”‘’│─├└┊▸▾●○◆›‹▪≠≤≥÷", "-~><^v*--\"\"''|-|`|>v*o*><-!<>/")


class PlainSigns(LineFilter):
    """Replaces the signs that the deck itself uses; letters of names and values stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_plain(segment) for segment in segments]


def _plain(segment: Segment) -> Segment:
    if segment.control or segment.text.isascii():
        return segment
    return Segment(segment.text.translate(_PLAIN), segment.style)
