"""What the terminal is asked and told: whether it is light or dark, texts for its clipboard, notices on the desktop."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tui.domain.text import clean

TMUX_PATIENCE_S = 5.0
_SCREEN_TAKES = 500  # characters that screen passes on at once

_TERMINAL = re.compile(r"^Terminal \d+: (\S+) for (\S+),")
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
        asked = (("display-message", "-p", "#{client_tty}"), ("show-messages", "-T"))
        told = [
            subprocess.run(["tmux", *one], capture_output=True, text=True, timeout=TMUX_PATIENCE_S, check=False).stdout
            for one in asked
        ]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ALLOW_PASSTHROUGH
    name = _without_clipboard(told[1], told[0].strip())
    return f"tmux set -as terminal-features ,{name}:clipboard" if name else ""


def _without_clipboard(terminals: str, at: str) -> str:
    """The kind of the terminal at a device that tmux knows of no way to its clipboard, "" where it knows one.

    Whatever ``set-clipboard`` says: that is for programs, and not for what tmux hands on itself.
    """
    name, here = "", False
    for line in terminals.splitlines():
        if found := _TERMINAL.match(line):
            name, here = found[1], found[2] == at
        elif here and " Ms: " in line:
            return name if "[missing]" in line else ""
    return ""


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


# Whether the terminal is light or dark: it is asked while the screen is still being loaded, and nobody waits for it.
#
# The question (OSC 11) goes out before Textual has the terminal, which is silent from then on, so that an answer is
# never printed. What has come when the first frame is made decides how that looks; an answer that comes later is
# taken out of the keys by ``AnswerAside``, and none of it is ever taken for something typed.


ASKED = "\x1b]11;?\x1b\\"
_ANSWER = re.compile(r"\x1b\]11;([^\x07\x1b]{0,64})(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?)?\Z")
_CHANNELS = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_SILENT = ("", "dumb", "linux", "unknown")  # kinds of terminal that print the question, or answer none
HELD_S = 0.1  # how long what may be the beginning of an answer waits for the rest
EXPECTED_S = 10.0  # after which an answer is not expected any more


def is_light(answer: str) -> bool | None:
    """Whether the colour that a terminal answers is light; None where that cannot be read."""
    found = _CHANNELS.match(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16.0 ** len(part) - 1) for part in found.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5


def light_by_environment(environ: Mapping[str, str]) -> bool | None:
    """What ``COLORFGBG`` says ("15;0": white on black); None where it says nothing."""
    last = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(last) in (7, *range(9, 16)) if last.isdecimal() and int(last) < 16 else None


class AnswerAside:
    """Takes the answer out of what comes in; what may be the beginning of one is held for a moment."""

    def __init__(self, told: Callable[[bool], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._told = told
        self._clock = clock
        self._held = ""
        self._since = self._until = 0.0

    def expect(self, held: str = "") -> None:
        """An answer may come from now on; ``held`` came before anybody could take it."""
        self._held, self._since, self._until = held, self._clock(), self._clock() + EXPECTED_S

    def passed_on(self, data: str) -> str:
        """What comes in without the answer."""
        if not self._until:
            return data
        data, self._held = self._held + data, ""
        found = _ANSWER.search(data)
        if found is not None:
            self._until = 0.0
            if (light := is_light(found[1])) is not None:
                self._told(light)
            return data[: found.start()] + data[found.end() :]
        if self._clock() > self._until:
            self._until = 0.0
            return data
        begun = _BEGUN.search(data)
        if begun is not None:
            self._held, self._since = begun[0], self._clock()
            return data[: begun.start()]
        return data

    def overdue(self) -> str:
        """What was held long enough to be no answer, but keys."""
        if not self._held or self._clock() - self._since < HELD_S:
            return ""
        held, self._held = self._held, ""
        return held


class Question:
    """The question to the terminal, which makes it silent until ``settle`` or ``restore``."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.before: list[Any] | None = None
        self.typed = ""  # ahead, before the deck could take keys
        self.asked = environ.get("TERM", "") not in _SILENT and os.isatty(0) and os.isatty(2)
        if self.asked:
            with contextlib.suppress(ImportError):
                self._ask()

    def _ask(self) -> None:
        import termios

        with contextlib.suppress(OSError, termios.error):
            self._ask_silently(termios)

    def _ask_silently(self, termios: Any) -> None:
        self.before = termios.tcgetattr(0)
        silent = termios.tcgetattr(0)
        silent[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(0, termios.TCSANOW, silent)
        os.write(2, ASKED.encode())

    def answer(self) -> bool | None:
        """Whether the terminal is light, if it has said so by now; nothing is waited for."""
        if self.before is None:
            return None
        came = b""
        with contextlib.suppress(OSError):
            while select.select([0], [], [], 0)[0] and (part := os.read(0, 4096)):
                came += part
        text = came.decode("utf-8", "replace")
        found = _ANSWER.search(text)
        if found is None:
            self.typed = text
            return None
        self.typed, self.asked = text[: found.start()] + text[found.end() :], False
        return is_light(found[1])

    def restore(self) -> None:
        """Let the terminal be as it was."""
        if self.before is not None:
            import termios

            # A terminal that has gone needs nothing any more.
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(0, termios.TCSANOW, self.before)


def listening(question: Question, told: Callable[[bool], object]) -> None:
    """Have Textual's reader of keys hand a late answer to ``told``, and what was typed ahead to the deck."""
    from textual._xterm_parser import XTermParser
    from textual.drivers import linux_driver
    from textual.message import Message

    aside = AnswerAside(told)
    if question.asked or question.typed:
        aside.expect(question.typed)

    class Parser(XTermParser):
        """Textual's parser, which would take an answer that it does not know for keys."""

        def feed(self, data: str) -> Iterable[Message]:
            if not data:
                return super().feed(data)  # the end
            data = aside.passed_on(data)
            return super().feed(data) if data else ()

        def tick(self) -> Iterable[Message]:
            held = aside.overdue()
            return [*(super().feed(held) if held else ()), *super().tick()]

    setattr(linux_driver, "XTermParser", Parser)  # noqa: B010  it is not meant to be exchanged
