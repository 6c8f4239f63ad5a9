"""The machine that the deck runs on, as the doctor tells it: terminal, folders, and the secrets not to be shown."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SECRET_ENDINGS = ("TOKEN", "PASSWORD", "SECRET", "_KEY")
_SECRET_KEYS = ("token", "password", "client_secret", "azure_client_secret", "google_credentials")
_SHORTEST_SECRET = 4  # a shorter one would hide half of what is said
_IMAGES = {"WezTerm": "iTerm2's", "iTerm.app": "iTerm2's", "ghostty": "kitty's", "vscode": "iTerm2's"}
_OSC52 = ("WezTerm", "iTerm.app", "ghostty", "vscode", "Apple_Terminal", "mintty")


@dataclass(frozen=True)
class Terminal:
    """A terminal as its environment describes it."""

    colours: str
    unicode: bool
    images: str = ""  # whose protocol, "" for none that is known
    clipboard: str = ""  # what is known of OSC 52; "" where nothing is
    columns: int = 0
    rows: int = 0
    name: str = ""

    @property
    def words(self) -> str:
        size = f"{self.columns}×{self.rows}, " if self.columns else ""
        letters = "Unicode" if self.unicode else "no Unicode"
        images = f"images by {self.images} protocol" if self.images else "no images that are known of"
        clipboard = self.clipboard or "whether it takes the clipboard (OSC 52) is not known"
        return f"{self.name or 'unnamed'}: {size}{self.colours}, {letters}, {images}; {clipboard}."


@dataclass(frozen=True)
class Surroundings:
    """What of a machine is looked at."""

    terminal: Terminal
    state: Path
    cache: Path
    config_file: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def terminal_of(environ: Mapping[str, str], encoding: str, size: tuple[int, int] = (0, 0)) -> Terminal:
    """What the environment says of a terminal; nothing is asked of the terminal itself."""
    name, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if "NO_COLOR" in environ:
        colours = "no colours (NO_COLOR)"
    elif environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or name.endswith("-direct"):
        colours = "16 million colours"
    elif "256color" in name:
        colours = "256 colours"
    else:
        colours = "no colours" if name in ("", "dumb") else "16 colours"
    images = _IMAGES.get(program, "")
    if environ.get("KITTY_WINDOW_ID") or "kitty" in name:
        images = "kitty's"
    clipboard = ""
    if program in _OSC52 or "kitty" in name or environ.get("WT_SESSION"):
        clipboard = "it takes the clipboard (OSC 52)"
    if environ.get("TMUX"):
        images, clipboard = "", "tmux passes the clipboard on with `set -g set-clipboard on`"
    called = f"{name} in {program}" if program and name else name or program
    unicode = "utf" in encoding.lower()
    return Terminal(colours, unicode, images, clipboard, *size, called)


def secrets_of(environ: Mapping[str, str], profile: str | None) -> tuple[str, ...]:
    """Texts that must never be shown: passwords and tokens of the environment and of the profile, longest first."""
    found = {value for name, value in environ.items() if name.upper().endswith(_SECRET_ENDINGS)}
    file = Path(environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        parser = configparser.ConfigParser()
    for section in {profile or environ.get("DATABRICKS_CONFIG_PROFILE") or "DEFAULT", "DEFAULT"}:
        for key in _SECRET_KEYS:
            found.add(parser.get(section, key, fallback=""))
    return tuple(sorted((value for value in found if len(value) >= _SHORTEST_SECRET), key=len, reverse=True))


def here(profile: str | None, config_file: Path | None = None) -> Surroundings:
    """This machine, as it is now."""
    from tui.config.paths import cache_dir, state_dir

    try:
        columns, rows = os.get_terminal_size(sys.__stdout__.fileno()) if sys.__stdout__ else (0, 0)
    except (OSError, ValueError):
        columns, rows = 0, 0
    encoding = getattr(sys.__stdout__, "encoding", None) or sys.getfilesystemencoding()
    return Surroundings(
        terminal_of(os.environ, encoding, (columns, rows)),
        state_dir(),
        cache_dir(),
        config_file,
        secrets_of(os.environ, profile),
        dict(os.environ),
    )
