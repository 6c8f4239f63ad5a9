"""Whether the terminal draws pictures itself, and the bytes by which it is told to."""

from __future__ import annotations

import base64
import re

import pytest
from rich.cells import cell_len

from tui.domain.preview.values import cells_of, draws_pictures
from tui.widgets import picture_view


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, True),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1", "TERM_PROGRAM": "vscode"}, False),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-ghostty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, False),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-1/default,1,0"}, False),
        ({"TERM": "xterm-kitty", "STY": "1.pts"}, False),
        ({"TERM": "xterm-kitty", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
    ],
)
def test_by_the_environment(environ: dict[str, str], expected: bool) -> None:
    assert draws_pictures("auto", environ) is expected
    assert draws_pictures("kitty", environ), "what a person says counts"
    assert not draws_pictures("blocks", environ)


@pytest.mark.parametrize("size", [1, 3000, 3072, 3073, 20_000])
def test_a_picture_travels_in_pieces(size: int) -> None:
    png = bytes(number % 251 for number in range(size))
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", picture_view.transmit(77, png))
    assert "".join(f"\x1b_G{head};{data}\x1b\\" for head, data in pieces) == picture_view.transmit(77, png), (
        "nothing else"
    )
    assert base64.b64decode("".join(data for _, data in pieces)) == png
    assert all(len(data) <= 4096 for _, data in pieces)
    assert pieces[0][0] == f"a=t,f=100,t=d,i=77,q=2,m={int(len(pieces) > 1)}"
    assert [head for head, _ in pieces[1:]] == [f"q=2,m={int(left > 0)}" for left in reversed(range(len(pieces) - 1))]


def test_a_line_of_cells_tells_the_place_of_each() -> None:
    assert picture_view.line(1, 3) == "".join(f"\U0010eeee\u030d{column}" for column in ("\u0305", "\u030d", "\u030e"))
    assert cell_len(picture_view.line(0, picture_view.MOST_CELLS)) == picture_view.MOST_CELLS == 297
    assert picture_view.NUMBERS[-1] == "\U0001d244"


def test_numbers_of_pictures_fit_a_colour_and_differ() -> None:
    numbers = [picture_view.new_id() for _ in range(100)]
    assert len(set(numbers)) == 100
    assert all(0 < number < 1 << 24 for number in numbers)


@pytest.mark.parametrize(
    ("size", "room", "expected"),
    [
        ((300, 200), (100, 40), (30, 10)),
        ((6000, 4000), (90, 40), (90, 30)),
        ((6000, 4000), (200, 20), (60, 20)),
        ((1, 1), (80, 20), (1, 1)),
        ((10_000, 3), (80, 20), (80, 1)),
        ((3, 10_000), (80, 20), (1, 20)),
    ],
)
def test_cells_of_a_picture(size: tuple[int, int], room: tuple[int, int], expected: tuple[int, int]) -> None:
    assert cells_of(*size, *room) == expected
