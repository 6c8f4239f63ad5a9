"""Settings from a configuration file: from the cache if this very content has been checked before, else checked now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.model import Settings
from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from tui.config.keymap import BoundAction


def load(file: Path, named_by: str, actions: Callable[[], Iterable[BoundAction]]) -> Settings:
    """The settings in a file; the defaults where there is none and nobody named it.

    ``named_by`` is who named the file, "" if nobody did; ``actions`` gives the actions that keys can be set for, and
    is asked only when the file has to be checked. Raises Problem (CONFIG) for a file that cannot be read or used.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        if not named_by:
            return Settings()
        raise _unreadable(file, f"there is no such file ({named_by} names it)") from None
    except OSError as error:
        raise _unreadable(file, f"{(error.strerror or str(error)).lower()}") from None
    from tui.config import cache

    if (known := cache.recall(file, content)) is not None:
        return known
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, f"line {line} is not UTF-8") from None
    from tui.config.check import check

    settings = check(text, file, actions)
    cache.remember(file, content, settings)
    return settings


def _unreadable(file: Path, message: str) -> Problem:
    hint = "`mlflow-deck config init` writes a commented example to the usual place."
    return Problem(Kind.CONFIG, "The configuration cannot be read", f"{file}: {message}.", hint)
