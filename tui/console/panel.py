"""A problem as a box of text on a terminal that the deck does not hold."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from tui.domain.problem import Problem
from tui.domain.text import clean, fit
from tui.domain.text import width as cells
from tui.domain.uris import without_secrets

_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"
_WIDEST = 100


def panel(problem: Problem, stream: TextIO | None = None) -> str:
    """Title, what came back and what to do, in a box; coloured only for a terminal that wants colour."""
    return _box(problem.title, [problem.message, problem.hint], stream or sys.stderr)


def fault(error: BaseException, stream: TextIO | None = None) -> str:
    """The box for a fault of the deck's own: the error's last line, and how to keep the whole of it."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "This is a fault of mlflow-deck. With --log-file FILE the whole of it is kept there."
    return _box("mlflow-deck stopped", [said, hint], stream or sys.stderr)


def _box(title: str, paragraphs: list[str], stream: TextIO) -> str:
    width = min(_WIDEST, max(40, shutil.get_terminal_size().columns)) - 4
    top, side, bottom = ("╭─ {} {}╮", "│", "╰{}╯") if _draws_lines(stream) else ("+- {} {}+", "|", "+{}+")
    line = top[1]
    title = clean(title)
    title = fit(title, min(width - 4, cells(title)))
    colour = stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    red, bold, plain = (_RED, _BOLD, _PLAIN) if colour else ("", "", "")
    heading = top.format(f"{bold}{title}{plain}{red}", line * (width - cells(title) - 1))
    rows = [f"{red}{heading}{plain}"]
    for paragraph in filter(None, paragraphs):
        wrapped = _wrapped(clean(without_secrets(paragraph)), width)
        rows += [f"{red}{side}{plain} {fit(text, width)} {red}{side}{plain}" for text in wrapped]
    rows.append(f"{red}{bottom.format(line * (width + 2))}{plain}")
    return "\n".join(rows)


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` cells, broken at spaces where that can be."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = ""
        for character in word:
            if cells(line + character) > width:
                lines.append(line)
                line = ""
            line += character
    return [*lines, line]


def _draws_lines(stream: TextIO) -> bool:
    try:
        "╭─│".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
