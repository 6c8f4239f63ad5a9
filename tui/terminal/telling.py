"""What reaches a person by way of the terminal: its clipboard and notices on the desktop, from inside tmux too."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from tui.domain.text import clean

TMUX_PATIENCE_S = 5.0
_SCREEN_TAKES = 500  # characters that screen passes on at once

SET_CLIPBOARD = "tmux set -g set-clipboard on"
ALLOW_PASSTHROUGH = "tmux set -g allow-passthrough on"


def copy_sequences(text: str, environment: Mapping[str, str]) -> Iterator[str]:
    """What is written to the terminal: OSC 52, wrapped so that what stands in between passes it on."""
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if environment.get("TMUX"):
        yield "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    elif environment.get("STY"):
        for start in range(0, len(plain), _SCREEN_TAKES):
            yield f"\x1bP{plain[start : start + _SCREEN_TAKES]}\x1b\\"
    else:
        yield plain


def through_tmux(text: str) -> str:
    """Give a text to tmux, which hands it to its terminal; answers the setting that is in the way, "" if none is."""
    try:
        loaded = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode(),
            capture_output=True,
            timeout=TMUX_PATIENCE_S,
            check=False,
        )
        if loaded.returncode != 0:
            return ALLOW_PASSTHROUGH  # before 3.2 it does not hand buffers on
        asked = ["tmux", "show-options", "-gv", "set-clipboard"]
        shown = subprocess.run(asked, capture_output=True, timeout=TMUX_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ALLOW_PASSTHROUGH
    return SET_CLIPBOARD if shown.stdout.strip() == b"off" else ""


# Notices to the desktop by way of the terminal: OSC 9, OSC 777 or the bell, also from inside tmux and screen.


_MOST = 200  # characters; what shows notices cuts them sooner
_OSC_9 = ("iterm.app", "wezterm", "ghostty", "kitty")
_OSC_777 = ("foot", "rxvt", "konsole", "contour")


def ways(said: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """How notices are sent; ``auto`` is what the terminal is known to show, and the bell where none is."""
    found: list[str] = []
    for way in said:
        if way != "auto":
            found.append(way)
            continue
        terminal = f"{environ.get('TERM_PROGRAM', '')} {environ.get('TERM', '')}".lower()
        if any(name in terminal for name in _OSC_9):
            found.append("osc9")
        elif any(name in terminal for name in _OSC_777):
            found.append("osc777")
        else:
            found.append("bell")
    return tuple(dict.fromkeys(found))


def notice_sequences(title: str, text: str, way: str, environ: Mapping[str, str]) -> Iterator[str]:
    """What is sent for one notice in one way; nothing in it can end the sequence early or begin another."""
    if way == "bell":
        yield "\a"
        return
    # A semicolon parts fields, and OSC 9 takes numbers at its beginning for something else.
    said, called = (clean(part)[:_MOST].replace(";", ",") for part in (text, title))
    body = f"9;{called}: {said}" if way == "osc9" else f"777;notify;{called};{said}"
    plain = f"\x1b]{body}\a"
    if environ.get("TMUX"):
        yield "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    elif environ.get("STY"):
        yield f"\x1bP{plain}\x1b\\"
    else:
        yield plain
