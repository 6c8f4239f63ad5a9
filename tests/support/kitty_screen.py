"""What a terminal that draws pictures by Kitty's protocol has of them, and which part each of its cells shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.terminal import Terminal
from tui.widgets.picture_view import NUMBERS, PLACEHOLDER

_SAID = re.compile(rb"\x1b_G([^;\x1b]*);?[^\x1b]*\x1b\\|\x1b\[\?1049h")
_NUMBER_OF = {sign: number for number, sign in enumerate(NUMBERS)}

Cells = set[tuple[int, int]]


@dataclass
class Given:
    """The pictures that a terminal has: how many columns and rows each fills, once that has been said."""

    sizes: dict[int, tuple[int, int] | None] = field(default_factory=dict)
    at_most: int = 0  # that it had at any time


def given(drawn: bytes) -> Given:
    """What a terminal has after all that was sent; entering the other screen clears the pictures there."""
    found = Given()
    for said in _SAID.finditer(drawn):
        if said[1] is None:
            found.sizes.clear()
            continue
        head = dict(part.split("=") for part in said[1].decode().split(","))
        number = int(head.get("i", 0))
        if head.get("a") == "t":
            found.sizes[number] = None
            found.at_most = max(found.at_most, len(found.sizes))
        elif head.get("a") == "p":
            assert number in found.sizes, f"picture {number} is placed, which the terminal does not have"
            found.sizes[number] = int(head["c"]), int(head["r"])
        elif head.get("a") == "d":
            found.sizes.pop(number, None)
    return found


def parts_shown(terminal: Terminal) -> Mapping[int, Cells]:
    """The parts of each picture that are on the screen, by row and column; fails where a cell shows what is wrong."""
    sizes = given(bytes(terminal.drawn)).sizes
    parts: dict[int, Cells] = {}
    origins: dict[int, tuple[int, int]] = {}
    for y in range(terminal.screen.lines):
        for x in range(terminal.screen.columns):
            cell = terminal.screen.buffer[y][x]
            if not set(cell.data) & {PLACEHOLDER, *_NUMBER_OF}:
                continue
            where = f"the cell at column {x} of line {y}"
            assert cell.data[0] == PLACEHOLDER and len(cell.data) == 3, f"{where} holds {cell.data!r}"
            number, row, column = int(cell.fg, 16), _NUMBER_OF[cell.data[1]], _NUMBER_OF[cell.data[2]]
            assert number in sizes, f"{where} shows picture {number}; the terminal has {list(sizes)}"
            size = sizes[number]
            assert size is not None and column < size[0] and row < size[1], f"{where} shows {row, column} of {size}"
            assert origins.setdefault(number, (y - row, x - column)) == (y - row, x - column), (
                f"{where} is out of place"
            )
            parts.setdefault(number, set()).add((row, column))
    return parts


def shown(terminal: Terminal) -> Mapping[int, Cells] | None:
    """``parts_shown``, or None where a cell shows what is wrong, as while half of a frame has arrived."""
    try:
        return parts_shown(terminal)
    except AssertionError:
        return None


def picture_is_whole(terminal: Terminal) -> bool:
    """Whether exactly one picture is in the terminal's memory, and all of it is on the screen."""
    sizes = given(bytes(terminal.drawn)).sizes
    wholes = {
        number: {(row, column) for row in range(size[1]) for column in range(size[0])}
        for number, size in sizes.items()
        if size is not None
    }
    return len(wholes) == 1 == len(sizes) and shown(terminal) == wholes


def picture_is_covered(terminal: Terminal) -> bool:
    """Whether some of the one picture is hidden, and what is to the right of that is to be seen."""
    ((number, size),) = given(bytes(terminal.drawn)).sizes.items()
    parts = (shown(terminal) or {}).get(number)
    if not parts or size is None:
        return False
    columns, rows = size
    return len(parts) < rows * columns and all((row, columns - 1) in parts for row in range(rows))
