"""How the deck looks from one start to the next: the theme chosen, and how light the terminal is."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.terminal.background import Question, light_by_environment


@dataclass
class Look:
    """What is known of the terminal and chosen by the person; without files nothing is remembered."""

    light: bool = False  # whether the terminal's background is
    chosen: str = ""  # the theme that ``:theme`` was last told
    terminal_before: list[Any] | None = None  # the terminal's settings before it was made silent for the deck
    light_file: Path | None = None
    chosen_file: Path | None = None

    @classmethod
    def at_start(cls, question: Question, environ: Mapping[str, str]) -> Look:
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
