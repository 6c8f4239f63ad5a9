"""How the deck looks from one start to the next: the theme chosen, and how light the terminal is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui.app.themes import suited, themes_of, with_accent
from tui.config.launch import Launch
from tui.config.model import AUTO, FAMILIES, ThemeSettings
from tui.terminal.background import Question, light_by_environment


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
        from tui.config import paths

        light_file, chosen_file = paths.cache_dir() / "background", paths.state_dir() / "theme"
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
