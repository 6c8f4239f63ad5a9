"""What is written so that a text reaches the clipboard through what stands in between."""

from __future__ import annotations

import base64

from tui.terminal.telling import copy_sequences as sequences

TEXT = "é" * 2000
PLAIN = f"\x1b]52;c;{base64.b64encode(TEXT.encode()).decode()}\a"


def test_a_terminal_alone_gets_it_as_it_is() -> None:
    assert list(sequences(TEXT, {})) == [PLAIN]


def test_tmux_is_told_to_pass_it_on() -> None:
    assert list(sequences(TEXT, {"TMUX": "/tmp/x,1,0"})) == ["\x1bPtmux;\x1b" + PLAIN + "\x1b\\"]


def test_screen_passes_it_on_in_parts() -> None:
    parts = list(sequences(TEXT, {"STY": "1.pts-0.box"}))
    assert len(parts) > 1 and all(len(part) < 768 for part in parts)
    assert "".join(part.removeprefix("\x1bP").removesuffix("\x1b\\") for part in parts) == PLAIN
