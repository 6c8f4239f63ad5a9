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

from tests.support.kitty_screen import given, picture_is_covered, picture_is_whole
from tests.support.stores import make_store
from tests.support.terminal import Terminal
from tui.widgets import picture_view

ROOT = Path(__file__).parents[2]
OUTER = ("TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "SSH_TTY", "KITTY_WINDOW_ID", "NO_COLOR", "MLFLOW_TRACKING_URI")
_GRAPHICS = re.compile(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")


def opening_files_of(tmp_path: Path, size: tuple[int, int]) -> list[str]:
    """Opens a run with a picture of that size in pixels and a text."""
    store = make_store(tmp_path)
    client = store.client()
    run_id = client.create_run(store.add_experiment("plots")).info.run_id
    picture = tmp_path / "a.png"
    Image.effect_noise(size, 60).convert("RGB").save(picture)
    text = tmp_path / "b.txt"
    text.write_text("words and no picture\n")
    for file in (picture, text):
        client.log_artifact(run_id, str(file))
    return [sys.executable, "-m", "tui", "--tracking-uri", store.uri, run_id]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    return opening_files_of(tmp_path, (300, 200))


@pytest.fixture
def wide(tmp_path: Path) -> list[str]:
    """The picture is as large as the screen has room for."""
    return opening_files_of(tmp_path, (1500, 1000))


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
        terminal.until(picture_view.PLACEHOLDER)
        assert actions(terminal) == ["t", "p"]
        said = told(terminal)
        number = said[0][0]["i"]
        whole = Image.open(io.BytesIO(base64.b64decode(b"".join(data for _, data in said))))
        assert whole.size == (300, 200)
        assert [head["m"] for head, _ in said[:-1]] == ["1"] * (len(said) - 2) + ["0"]
        assert said[-1][0] == {"a": "p", "U": "1", "i": number, "p": "1", "c": "30", "r": "10", "q": "2"}
        terminal.until_sent(picture_view.line(9, 30).encode())
        red, green, blue = int(number).to_bytes(3, "big")
        assert f"38;2;{red};{green};{blue}".encode() in terminal.drawn
        sent = bytes(terminal.drawn)
        assert sent.index(b"a=p,U=1") < sent.index(picture_view.PLACEHOLDER.encode()), (
            "the picture is there before its cells"
        )
        assert all(sent.count(picture_view.line(row, 30).encode()) == 1 for row in range(10))

        terminal.press("j")
        terminal.until("words and no picture")
        terminal.until_sent(f"a=d,d=I,i={number}".encode())
        assert picture_view.PLACEHOLDER not in terminal.text()

        terminal.press("k")
        terminal.until_sent(f"a=p,U=1,i={int(number) + 1},".encode())
        terminal.until(picture_view.PLACEHOLDER)
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


def test_a_dialogue_hides_what_it_covers_and_nothing_else(
    wide: list[str], environ: dict[str, str], tmp_path: Path
) -> None:
    with Terminal(wide, size=(121, 37), environ=environ, cwd=str(tmp_path)) as terminal:
        open_files(terminal)
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        for key, words in (("?", "Keys that work here"), ("D", "Into the folder"), ("Y", "Copy")):
            terminal.press(key)
            terminal.until(words)
            terminal.until_holds(lambda: picture_is_covered(terminal), "what is beside the dialogue is to be seen")
            terminal.press("esc")
            terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        assert actions(terminal) == ["t", "p"], "the terminal had it all along"


def test_a_picture_fits_the_terminal_whatever_size_that_becomes(
    wide: list[str], environ: dict[str, str], tmp_path: Path
) -> None:
    with Terminal(wide, size=(120, 36), environ=environ, cwd=str(tmp_path)) as terminal:
        open_files(terminal)
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        sizes: list[tuple[int, int] | None] = []
        for size in ((160, 45), (100, 30), (200, 50)):
            terminal.resize(*size)
            terminal.until_holds(lambda: picture_is_whole(terminal), f"the picture is whole at {size}")
            sizes += given(bytes(terminal.drawn)).sizes.values()
        # How often it is told depends on how many of the sizes are drawn: some may be passed over.
        assert actions(terminal)[0] == "t" and set(actions(terminal)[1:]) == {"p"}, "it is not sent again"
        first, second, third = (size or (0, 0) for size in sizes)
        assert second < first < third
        terminal.resize(80, 24)  # where there is no room for a preview
        terminal.until_holds(lambda: not given(bytes(terminal.drawn)).sizes, "the terminal has no picture")
        terminal.until_gone(picture_view.PLACEHOLDER)
        terminal.resize(120, 36)
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="whether a program is stopped is read from /proc")
def test_a_picture_is_back_after_the_deck_was_in_the_background(
    wide: list[str], environ: dict[str, str], tmp_path: Path
) -> None:
    with Terminal(wide, size=(120, 36), environ=environ, cwd=str(tmp_path)) as terminal:
        open_files(terminal)
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        terminal.stop_and_continue()
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        assert actions(terminal) == ["t", "p", "d", "t", "p"]

        terminal.press("?")
        terminal.until("Keys that work here")
        terminal.stop_and_continue()
        terminal.until("Keys that work here")
        terminal.until_holds(lambda: picture_is_covered(terminal), "what is beside the dialogue is to be seen")
        terminal.press("esc")
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")

        terminal.press("@")  # another page over it
        terminal.until_gone(picture_view.PLACEHOLDER)
        terminal.stop_and_continue()
        terminal.until("Requests")
        terminal.press("esc")
        terminal.until_holds(lambda: picture_is_whole(terminal), "the picture is whole")
        assert given(bytes(terminal.drawn)).at_most == 1, "each is taken back before the next is given"
        terminal.press("q", "q", "q")
        assert terminal.wait_for_end() == 0
        assert given(bytes(terminal.drawn)).sizes == {}


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
