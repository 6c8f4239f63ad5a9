"""Notices by way of the terminal: how each terminal is told, and that nothing in them ends a sequence early; paces."""

from __future__ import annotations

import pytest

from tui.domain.quantities import pace, time_left
from tui.terminal.telling import notice_sequences as sequences
from tui.terminal.telling import ways


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-kitty"}, "osc9"),
        ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, "osc9"),
        ({"TERM_PROGRAM": "ghostty"}, "osc9"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({"TERM": "xterm-256color"}, "bell"),
        ({"TERM": "linux"}, "bell"),
        ({}, "bell"),
    ],
)
def test_each_terminal_is_told_as_it_understands(environ: dict[str, str], way: str) -> None:
    assert ways(("auto",), environ) == (way,)
    assert ways(("auto", "bell"), environ) == tuple(dict.fromkeys((way, "bell")))
    assert ways((), environ) == ()


@pytest.mark.parametrize("way", ["osc9", "osc777"])
def test_nothing_in_a_notice_ends_it_early_or_begins_another(way: str) -> None:
    (said,) = sequences("run;x\a\x1b]52;c;aGk=\a", "4;1;50\x07\x1b\\\n" + "x" * 1000, way, {})
    assert said.count("\x1b") == 1 and said.count("\a") == 1 and said.endswith("\a") and "\n" not in said
    assert len(said) < 500
    assert said.count(";") == (1 if way == "osc9" else 3)
    assert not said.startswith("\x1b]9;4")


def test_a_notice_passes_tmux_and_screen() -> None:
    assert list(sequences("a", "b", "osc9", {"TMUX": "1"})) == ["\x1bPtmux;\x1b\x1b]9;a: b\a\x1b\\"]
    assert list(sequences("a", "b", "osc777", {"STY": "1"})) == ["\x1bP\x1b]777;notify;a;b\a\x1b\\"]
    assert list(sequences("a", "b", "bell", {"TMUX": "1"})) == ["\a"]


def test_a_pace_says_how_far_how_fast_and_how_long_yet() -> None:
    assert pace(2000, 10_000, 2000, 2000) == "2 000 of 10 000 · 1 000/s · 8s left"
    assert pace(2000, None, 1500, 1000) == "2 000 so far · 1 500/s"
    assert pace(2, 10, 2, 60_000) == "2 of 10 · 2/min · 4m00s left"
    assert pace(10, 100, 10, 900) == "10 of 100", "a pace of less than a second says nothing"
    assert pace(100, 100, 50, 5000).startswith("100 of 100 · 10/s") and "left" not in pace(100, 100, 50, 5000)
    assert time_left(0, 10, 5000) == ""
