"""Notices to the desktop by way of the terminal: OSC 9, OSC 777 or the bell, also from inside tmux and screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui.domain.text import clean

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


def sequences(title: str, text: str, way: str, environ: Mapping[str, str]) -> Iterator[str]:
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
