"""What is sent to the terminal: played on an emulator, updates leave what drawing everything anew would leave."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tui.terminal.textual_compat import Piece, TerminalMemory

COLUMNS, LINES = 24, 5
SIZE = (COLUMNS, LINES)
TRUE = ColorSystem.TRUECOLOR

STYLES = [
    None,
    Style(),
    Style.parse("#ff0000"),
    Style.parse("#ff0000 on #001122"),
    Style.parse("on #001122"),
    Style.parse("bold"),
    Style.parse("bold underline #00ff00"),
    Style.parse("reverse on #334455"),
    Style.parse("default on default"),
]
words = st.text(alphabet="ab01 │–✓日本", max_size=10)
segments = st.lists(st.tuples(words, st.sampled_from(STYLES)), max_size=4)
pieces = st.lists(st.tuples(st.integers(0, LINES - 1), st.integers(0, COLUMNS - 1), segments), max_size=8)
frames = st.lists(st.lists(segments, min_size=LINES, max_size=LINES), min_size=1, max_size=4)


def fitted(parts: list[tuple[str, Style | None]], columns: int) -> list[Segment]:
    """Segments that fill exactly so many columns."""
    return Segment.adjust_line_length([Segment(text, style) for text, style in parts], columns)


def emulator() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(COLUMNS, LINES)
    return screen, pyte.Stream(screen)


def shown(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell with its look."""
    return [[tuple(screen.buffer[y][x]) for x in range(COLUMNS)] for y in range(LINES)]


@settings(max_examples=150, deadline=None)
@given(frames=frames, partial=pieces)
def test_updates_leave_what_drawing_anew_would(
    frames: list[list[list[tuple[str, Style | None]]]], partial: list[tuple[int, int, list[tuple[str, Style | None]]]]
) -> None:
    memory = TerminalMemory()
    screen, stream = emulator()
    # Half of a wide character is nothing that a compositor sends, so the last frame is made of whole lines.
    steps: list[list[Piece]] = [[(y, 0, fitted(line, COLUMNS)) for y, line in enumerate(frame)] for frame in frames]
    steps.append([(y, 0, fitted(parts, COLUMNS)) for y, _, parts in partial])
    lines: dict[int, list[Segment]] = {}
    for step in steps:
        stream.feed(memory.update(step, SIZE, TRUE))
        lines.update({y: list(line) for y, _, line in step})
    anew, stream_anew = emulator()
    stream_anew.feed(TerminalMemory().update([(y, 0, line) for y, line in lines.items()], SIZE, TRUE))
    assert shown(screen) == shown(anew)
    plainly, stream_plainly = emulator()
    for y, line in lines.items():
        text = "".join(style.render(text) if style else text for text, style, _ in line)
        stream_plainly.feed(f"\x1b[{y + 1};1H{text}")
    assert shown(screen) == shown(plainly)


def test_what_is_shown_already_is_not_sent() -> None:
    memory = TerminalMemory()
    line = [Segment("churn", Style.parse("bold")), Segment(" weekly")]
    assert "churn" in memory.update([(1, 2, line)], SIZE, TRUE)
    assert memory.update([(1, 2, line)], SIZE, TRUE) == ""


def test_one_cell_that_differs_costs_one_cell() -> None:
    memory = TerminalMemory()
    memory.update([(0, 0, [Segment("│ 0.9312 │ 0.2201 │")])], SIZE, TRUE)
    assert memory.update([(0, 0, [Segment("│ 0.9312 │ 0.2202 │")])], SIZE, TRUE) == "\x1b[1;17H2"


def test_a_short_gap_is_written_over() -> None:
    memory = TerminalMemory()
    memory.update([(0, 0, [Segment("abcdefghijklmnopqrst")])], SIZE, TRUE)
    assert memory.update([(0, 0, [Segment("XbcXefghijklmnopqrsX")])], SIZE, TRUE) == "\x1b[1;1HXbcX\x1b[15CX"


def test_only_the_colour_that_changes_is_sent() -> None:
    red, green = Style.parse("#ff0000 on #001122"), Style.parse("#00ff00 on #001122")
    text = TerminalMemory().update([(0, 0, [Segment("a", red), Segment("b", green)])], SIZE, TRUE)
    assert text == "\x1b[1;1H\x1b[38;2;255;0;0;48;2;0;17;34ma\x1b[38;2;0;255;0mb\x1b[39;49m"


def test_colours_are_those_that_the_terminal_has() -> None:
    text = TerminalMemory().update([(0, 0, [Segment("a", Style.parse("#ff0000"))])], SIZE, ColorSystem.EIGHT_BIT)
    assert "38;5;196" in text


def test_a_wide_character_is_sent_whole() -> None:
    memory = TerminalMemory()
    memory.update([(0, 0, [Segment("a日b")])], SIZE, TRUE)
    assert memory.update([(0, 0, [Segment("a本b")])], SIZE, TRUE) == "\x1b[1;2H本"
    assert memory.update([(0, 0, [Segment("axyb")])], SIZE, TRUE) == "\x1b[1;2Hxy"
    assert memory.update([(0, 0, [Segment("a本b")])], SIZE, TRUE) == "\x1b[1;2H本"


def test_clusters_are_sent_with_all_that_follows_and_the_cursor_is_placed_anew() -> None:
    memory = TerminalMemory()
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"
    memory.update([(0, 0, [Segment(f"{family} one")])], SIZE, TRUE)
    again = memory.update([(0, 0, [Segment(f"{family} two")]), (0, 12, [Segment("x")])], SIZE, TRUE)
    assert again == f"\x1b[1;1H{family} two\x1b[1;13Hx"
    # and what comes in its place is sent whole as well
    assert memory.update([(0, 0, [Segment("plain two")])], SIZE, TRUE).endswith("plain two")


def test_control_sequences_are_sent_each_time_as_they_are() -> None:
    memory = TerminalMemory()
    controls = [Segment("\x1bPq#0\x1b\\", None, [(1,)])]  # type: ignore[list-item]
    for _ in range(2):
        assert memory.update([(2, 0, controls)], SIZE, TRUE) == "\x1b[3;1H\x1bPq#0\x1b\\"
    memory.update([(2, 0, [Segment("after")])], SIZE, TRUE)
    assert memory.update([(2, 0, [Segment("after")])], SIZE, TRUE) == ""


def test_all_is_sent_again_after_forgetting_and_in_another_size() -> None:
    memory = TerminalMemory()
    line = [Segment("churn")]
    memory.update([(0, 0, line)], SIZE, TRUE)
    memory.forget()
    assert "churn" in memory.update([(0, 0, line)], SIZE, TRUE)
    assert "churn" in memory.update([(0, 0, line)], (COLUMNS + 1, LINES), TRUE)


def test_what_lies_outside_is_left_out() -> None:
    memory = TerminalMemory()
    assert memory.update([(LINES, 0, [Segment("below")])], SIZE, TRUE) == ""
    assert memory.update([(0, COLUMNS - 2, [Segment("wide")])], SIZE, TRUE) == f"\x1b[1;{COLUMNS - 1}Hwi"


def test_links_begin_and_end() -> None:
    style = Style(link="https://mlflow.example.com")
    text = TerminalMemory().update([(0, 0, [Segment("a", style), Segment("b")])], SIZE, TRUE)
    assert text == "\x1b[1;1H\x1b]8;;https://mlflow.example.com\x1b\\a\x1b]8;;\x1b\\b"
