"""Pictures that the terminal draws itself: what arrives there, on a pseudo-terminal that is said to be Ghostty's."""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.stores import make_store
from tests.support.terminal import Terminal
from tui.widgets.preview import kitty

ROOT = Path(__file__).parents[2]
OUTER = ("TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "SSH_TTY", "KITTY_WINDOW_ID", "NO_COLOR", "MLFLOW_TRACKING_URI")
_GRAPHICS = re.compile(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Opens a run with a picture and a text."""
    store = make_store(tmp_path)
    client = store.client()
    run_id = client.create_run(store.add_experiment("plots")).info.run_id
    picture = tmp_path / "a.png"
    Image.effect_noise((300, 200), 60).convert("RGB").save(picture)
    text = tmp_path / "b.txt"
    text.write_text("words and no picture\n")
    for file in (picture, text):
        client.log_artifact(run_id, str(file))
    return [sys.executable, "-m", "tui", "--tracking-uri", store.uri, run_id]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OUTER}
    places = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {**kept, **places, "PYTHONPATH": str(ROOT), "TERM_PROGRAM": "ghostty"}


def told(terminal: Terminal) -> list[tuple[dict[str, str], bytes]]:
    """What was said to the terminal about pictures, in order."""
    found = _GRAPHICS.findall(bytes(terminal.drawn))
    return [(dict(part.split("=") for part in head.decode().split(",")), data) for head, data in found]


def actions(terminal: Terminal) -> list[str]:
    return [head["a"] for head, _ in told(terminal) if "a" in head]


def open_files(terminal: Terminal) -> None:
    terminal.until("run id")
    terminal.press("A")
    terminal.until("a.png")


def test_a_picture_is_given_once_drawn_by_its_cells_and_taken_back(
    command: list[str], environ: dict[str, str], tmp_path: Path
) -> None:
    with Terminal(command, size=(120, 36), environ=environ, cwd=str(tmp_path)) as terminal:
        open_files(terminal)
        terminal.until(kitty.PLACEHOLDER)
        assert actions(terminal) == ["t", "p"]
        said = told(terminal)
        number = said[0][0]["i"]
        whole = Image.open(io.BytesIO(base64.b64decode(b"".join(data for _, data in said))))
        assert whole.size == (300, 200)
        assert [head["m"] for head, _ in said[:-1]] == ["1"] * (len(said) - 2) + ["0"]
        assert said[-1][0] == {"a": "p", "U": "1", "i": number, "p": "1", "c": "30", "r": "10", "q": "2"}
        terminal.until_sent(kitty.line(9, 30).encode())
        red, green, blue = int(number).to_bytes(3, "big")
        assert f"38;2;{red};{green};{blue}".encode() in terminal.drawn
        sent = bytes(terminal.drawn)
        assert sent.index(b"a=p,U=1") < sent.index(kitty.PLACEHOLDER.encode()), "the picture is there before its cells"
        assert all(sent.count(kitty.line(row, 30).encode()) == 1 for row in range(10))

        terminal.press("j")
        terminal.until("words and no picture")
        terminal.until_sent(f"a=d,d=I,i={number}".encode())
        assert kitty.PLACEHOLDER not in terminal.text()

        terminal.press("k")
        terminal.until_sent(f"a=p,U=1,i={int(number) + 1},".encode())
        terminal.until(kitty.PLACEHOLDER)
        assert actions(terminal) == ["t", "p", "d", "t", "p"]
        terminal.press("ctrl+l")  # a terminal that has lost its text may have lost the picture
        terminal.until_sent(f"a=p,U=1,i={int(number) + 2},".encode())
        terminal.press("?")
        terminal.until("Keys that work here")
        assert actions(terminal) == ["t", "p", "d", "t", "p", "d", "t", "p"]
        terminal.press("esc")
        terminal.until_gone("Keys that work here")
        terminal.press("q", "q", "q")
        assert terminal.wait_for_end() == 0
        assert actions(terminal)[-1] == "d", "none is left in the terminal"
        assert actions(terminal).count("t") == actions(terminal).count("d")
        assert terminal.left_on() == []


@pytest.mark.parametrize("other", [{"TERM_PROGRAM": "xterm"}, {"TMUX": "/tmp/tmux,1,0"}, {"NO_COLOR": "1"}])
def test_elsewhere_it_is_half_blocks(
    command: list[str], environ: dict[str, str], tmp_path: Path, other: dict[str, str]
) -> None:
    with Terminal(command, size=(120, 36), environ={**environ, **other}, cwd=str(tmp_path)) as terminal:
        open_files(terminal)
        terminal.until("▀")
        terminal.press("q", "q", "q")
        assert terminal.wait_for_end() == 0
        assert told(terminal) == []
