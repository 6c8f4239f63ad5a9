"""Pictures by the Kitty graphics protocol, placed by characters of their own (U+10EEEE), which move like any text.

https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

from __future__ import annotations

import itertools
import os
from base64 import standard_b64encode
from functools import lru_cache

PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096  # the most letters of a picture that one escape sequence may hold
# The signs that number lines and columns, in the protocol's order (its table is rowcolumn-diacritics.txt).
_NUMBERS_IN_RANGES = (
    "305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 "
    "5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D "
    "73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F "
    "17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE "
    "20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 "
    "AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244 "
)


def _numbers() -> tuple[str, ...]:
    ranges = [part.partition("-") for part in _NUMBERS_IN_RANGES.split()]
    return tuple(chr(sign) for low, _, high in ranges for sign in range(int(low, 16), int(high or low, 16) + 1))


NUMBERS = _numbers()
MOST_CELLS = len(NUMBERS)
"""More columns or lines cannot be numbered."""
_serial = itertools.count()


def new_id() -> int:
    """A number for a picture, of 24 bits, as a colour can say it; other programs' are not likely to be the same."""
    return (os.getpid() & 0xFFFF) << 8 | (next(_serial) % 255 + 1)


def transmit(picture: int, png: bytes) -> str:
    """Give a picture to the terminal, which shows nothing of it yet and answers nothing."""
    data = standard_b64encode(png).decode("ascii")
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    last = len(chunks) - 1
    heads = [
        f"a=t,f=100,t=d,i={picture},q=2,m={int(last > 0)}",
        *(f"q=2,m={int(at < last)}" for at in range(1, last + 1)),
    ]
    return "".join(f"\x1b_G{head};{chunk}\x1b\\" for head, chunk in zip(heads, chunks, strict=True))


def place(picture: int, columns: int, rows: int) -> str:
    """Say how many cells the picture fills, wherever its placeholders stand; said again, it is another size."""
    return f"\x1b_Ga=p,U=1,i={picture},p=1,c={columns},r={rows},q=2\x1b\\"


def delete(picture: int) -> str:
    """Have the terminal forget a picture."""
    return f"\x1b_Ga=d,d=I,i={picture},q=2\x1b\\"


@lru_cache(maxsize=256)
def line(row: int, columns: int) -> str:
    """One line of placeholders; each tells its own place, so that any of them may be covered or sent alone."""
    return "".join(cells(row, columns))


@lru_cache(maxsize=256)
def cells(row: int, columns: int) -> tuple[str, ...]:
    """The same cell by cell: a text of them would be cut between a placeholder and its signs."""
    return tuple(PLACEHOLDER + NUMBERS[row] + NUMBERS[column] for column in range(columns))
