"""Settings from a configuration file: from the cache if this very content has been checked before, else checked now."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui import __version__, resources
from tui.config.model import (
    ContextSettings,
    ModelSettings,
    NoticeSettings,
    PluginSettings,
    PromptSettings,
    Settings,
    ThemeSettings,
    WatchSettings,
)
from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from tui.config.keymap import BoundAction

DECIDE = (
    *("config/model.py", "config/check.py", "config/keymap.py", "app/actions.py"),
    *("domain/models/readiness.py", "domain/prompts.py", "domain/filter/names.py"),
)
"""The code that decides what a file may say."""


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

    if (known := recall(file, content)) is not None:
        return known
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, f"line {line} is not UTF-8") from None
    from tui.config.check import check

    settings = check(text, file, actions)
    remember(file, content, settings)
    return settings


def _unreadable(file: Path, message: str) -> Problem:
    hint = "`mlflow-deck config init` writes a commented example to the usual place."
    return Problem(Kind.CONFIG, "The configuration cannot be read", f"{file}: {message}.", hint)


# A checked configuration, kept as JSON, so that a start with a file needs neither its parser nor its checker.
#
# Nothing here is ever a reason to stop: what cannot be read or written is as good as absent.


_NAMED: dict[str, Callable[..., Any]] = {
    "contexts": ContextSettings,
    "themes": ThemeSettings,
    "plugins": PluginSettings,
}
_GROUPS: dict[str, Callable[..., Any]] = {
    "models": ModelSettings,
    "prompts": PromptSettings,
    "notices": NoticeSettings,
    "watch": WatchSettings,
}


def _tuples(value: Any) -> Any:
    """The value with tuples for JSON's lists, as settings have them."""
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    return {name: _tuples(one) for name, one in value.items()} if isinstance(value, dict) else value


def recall(file: Path, content: bytes) -> Settings | None:
    """The settings that this content of this file gave when it was last checked by this version."""
    try:
        kept = json.loads(_place(file).read_bytes())
        if kept["key"] != _key(content):
            return None
        values = {name: _tuples(value) for name, value in kept["settings"].items()}
        for name, named in _NAMED.items():
            values[name] = {called: named(**said) for called, said in values[name].items()}
        for name, group in _GROUPS.items():
            values[name] = group(**values[name])
        return Settings(**values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def remember(file: Path, content: bytes, settings: Settings) -> None:
    """Keep checked settings for the next start, readable by their owner only."""
    place = _place(file)
    with contextlib.suppress(OSError, TypeError, ValueError):
        resources.write_whole(place, json.dumps({"key": _key(content), "settings": asdict(settings)}))


def _place(file: Path) -> Path:
    return resources.cache_dir() / f"settings-{hashlib.sha256(os.fsencode(file)).hexdigest()[:16]}.json"


def _key(content: bytes) -> str:
    """Changes with the file, and with the code that decides what a file may say."""
    package = Path(__file__).parents[1]
    stamps = [(package / name).stat().st_mtime_ns for name in DECIDE if (package / name).exists()]
    return hashlib.sha256(content + f"\n{__version__} {stamps}".encode()).hexdigest()
