"""What is written so that a text reaches the clipboard through what stands in between."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
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


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize(("kind", "arrives"), [("xterm-256color", True), ("vt220", False)])
def test_what_a_real_tmux_is_given_arrives_or_the_setting_is_named(tmp_path: Path, kind: str, arrives: bool) -> None:
    program = "from tui.terminal.telling import through_tmux; import sys; print('[', through_tmux('given'), ']')"
    inside = f'{sys.executable} -c "{program}"; read line'
    name = f"deck-{os.getpid()}-{kind}"
    command = ["env", f"TERM={kind}", "tmux", "-L", name, "-f", "/dev/null", "new-session", inside]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    try:
        with Terminal(command, environ=environ, cwd=str(tmp_path)) as terminal:
            terminal.until("[  ]" if arrives else f"[ tmux set -as terminal-features ,{kind}:clipboard ]")
            given = b"\x1b]52;;" + base64.b64encode(b"given")
            assert (given in bytes(terminal.drawn).replace(b"52;c;", b"52;;")) is arrives
    finally:
        subprocess.run(["tmux", "-L", name, "kill-server"], check=False, capture_output=True)
