"""Whether the terminal is told to draw pictures itself, by what a person says and what the environment tells."""

from __future__ import annotations

from collections.abc import Mapping

_INSIDE_ANOTHER = ("TMUX", "STY", "ZELLIJ")  # these keep what they draw themselves and pass no pictures on
_OTHERS = ("TERM_PROGRAM", "VTE_VERSION", "KONSOLE_VERSION", "XTERM_VERSION", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE")
_FAR_AWAY = ("SSH_CONNECTION", "SSH_TTY")


def draws_pictures(said: str, environ: Mapping[str, str]) -> bool:
    """Whether pictures are sent by the Kitty protocol with placeholders; ``said`` is the setting ``images``.

    Nothing is asked of the terminal: an answer that comes late would be taken for keys. Other terminals that know the
    protocol (WezTerm, Konsole) do not know its placeholders, so they get half blocks.
    """
    if said != "auto":
        return said == "kitty"
    term = environ.get("TERM", "")
    if any(environ.get(name) for name in (*_INSIDE_ANOTHER, *_FAR_AWAY)) or term.startswith(("tmux", "screen")):
        return False
    # Another terminal that was started from Kitty inherits this, but most tell their own name as well.
    of_kitty = bool(environ.get("KITTY_WINDOW_ID")) and not any(environ.get(name) for name in _OTHERS)
    return term in ("xterm-kitty", "xterm-ghostty") or environ.get("TERM_PROGRAM") == "ghostty" or of_kitty
