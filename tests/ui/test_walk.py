"""A walk through the sample store on a real pseudo-terminal, with the keys that a person would press."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.sample import sample
from tests.support.terminal import PATIENCE, Terminal
from tui.demo.samples import Sample, default_folder

__all__ = ["sample"]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def demo(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command that opens the sample store, which is in its usual place already."""
    monkeypatch.setenv("XDG_DATA_HOME", str(sample.folder.parents[1]))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert default_folder() == sample.folder
    return [sys.executable, "-m", "tui", "demo"]


@pytest.mark.parametrize("size", [(120, 36), (200, 50)], ids=["120x36", "200x50"])
def test_from_the_start_to_a_run_and_back(demo: list[str], tmp_path: Path, size: tuple[int, int]) -> None:
    with Terminal(demo, size=size, environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("weekly")
        terminal.press("enter")  # opens the experiment under the cursor
        terminal.until_match(r"Runs · churn/weekly · \d+")
        terminal.until("gallant-ox-12")

        terminal.press("l", "l", "l", "s")  # sorts by the column that the cursor has come to
        terminal.until_match(r"Runs · .* · took ↓")

        terminal.press("/")
        terminal.until("keep")
        terminal.type("gallant-ox and status = done")
        terminal.until_match(r"Runs · .* · 1 match")
        terminal.press("enter")
        terminal.until_gone("keep")

        terminal.press("space")
        terminal.until("1 marked")
        assert "◆ gallant-ox-12" in terminal.text()

        terminal.press("enter")
        terminal.until("churn/weekly › gallant-ox-12")
        terminal.until("run id")

        terminal.press("q")  # leaves the run's page
        terminal.until_match(r"Runs · .* · 1 marked")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == []
    assert not list(tmp_path.iterdir()), "nothing is left behind in the working folder"


def test_in_plain_ascii_and_without_colour(demo: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    command = [*demo[:-1], "--ascii", "--no-mouse", "--ssh", demo[-1]]
    with Terminal(command, size=(80, 24), environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("weekly")
        terminal.press("enter")
        terminal.until("gallant-ox-12")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == []
    assert b"\x1b[?1000h" not in terminal.drawn, "the mouse is the terminal's own"
    shades = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.drawn))
    assert all(red == green == blue for red, green, blue in shades), "greys only"


def test_the_screen_is_whole_again_whatever_became_of_the_terminal(demo: list[str], tmp_path: Path) -> None:
    with Terminal(demo, size=(120, 36), environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("gallant-ox-12")
        terminal.wipe()
        terminal.press("ctrl+l")
        terminal.until("gallant-ox-12")
        terminal.until("Experiments")
        terminal.resize(160, 45)
        terminal.until("gallant-ox-12")
        terminal.until("Experiments")
        if Path("/proc/self/stat").exists():
            terminal.stop_and_continue()
            terminal.until("gallant-ox-12")
            terminal.until("Experiments")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == []


def test_a_terminal_that_answers_light_is_worn_light_and_no_answer_is_a_key(demo: list[str], tmp_path: Path) -> None:
    answer, ground = "\x1b]11;rgb:fbfb/fbfb/fafa\x1b\\", b"48;2;251;251;250"
    with Terminal(demo, environ=os.environ, cwd=str(tmp_path)) as terminal:
        before = terminal.settings()
        terminal.until_sent(b"\x1b]11;?\x1b\\")
        terminal.until("gallant-ox-12")
        assert ground not in terminal.drawn, "it has not answered yet"
        terminal.type(answer[:9])
        terminal.type(answer[9:])
        terminal.until_sent(ground)
        terminal.press("?")
        terminal.until("Keys that work here")
        assert "rgb" not in terminal.text() and "fbfb" not in terminal.text()
        terminal.press("esc")
        terminal.until_gone("Keys that work here")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.settings() == before
    with Terminal(demo, environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("gallant-ox-12")
        assert b"48;2;15;19;24" not in terminal.drawn, "the last answer counts until the next"
        terminal.press("q")
        assert terminal.wait_for_end() == 0


def test_a_tunnel_that_does_not_open_is_told_with_what_ssh_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ssh").write_text("#!/bin/sh\necho 'ana@bastion: Permission denied (publickey).' >&2; exit 255\n")
    (folder / "ssh").chmod(0o755)
    config = tmp_path / "config.yaml"
    config.write_text("contexts: {behind: {tracking_uri: 'http://mlflow.internal:5000', ssh: ana@bastion}}")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "tui", "--config", str(config)]
    with Terminal(command, environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("No tunnel by ssh to ana@bastion")
        terminal.until("(publickey).")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == []
    asked = subprocess.run([*command, "runs", "list"], capture_output=True, text=True, check=False, cwd=tmp_path)
    said = " ".join(asked.stderr.replace("│", " ").split())
    assert asked.returncode == 2 and "Permission denied (publickey)." in said, "commands go by the same tunnel"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=["term", "hup", "int"])
@pytest.mark.parametrize("moment", ["a list", "a dialogue"])
def test_a_signal_to_end_leaves_the_terminal_as_it_was(
    demo: list[str], tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    with Terminal(demo, environ=os.environ, cwd=str(tmp_path)) as terminal:
        before = terminal.settings()
        terminal.until("gallant-ox-12")
        if moment == "a dialogue":
            terminal.press("?")
            terminal.until("Keys that work here")
        os.kill(terminal.pid, number)
        ended = terminal.wait_for_end()
        assert ended == (0 if number is signal.SIGINT else 128 + number)
        assert terminal.left_on() == []
        assert terminal.settings() == before
    assert not list(tmp_path.iterdir())


def test_a_terminal_that_goes_away_takes_the_deck_with_it(demo: list[str], tmp_path: Path) -> None:
    with Terminal(demo, environ=os.environ, cwd=str(tmp_path)) as terminal:
        terminal.until("gallant-ox-12")
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP


def test_it_does_so_too_where_the_signal_for_that_is_ignored(demo: list[str], tmp_path: Path) -> None:
    """As for what nohup, some process managers and containers start."""
    with Terminal(demo, environ=os.environ, cwd=str(tmp_path), ignored=(signal.SIGHUP,)) as terminal:
        terminal.until("gallant-ox-12")
        started = [
            pid for file in Path(f"/proc/{terminal.pid}/task").glob("*/children") for pid in file.read_text().split()
        ]
        assert started or not Path("/proc").exists()
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP
    deadline = time.monotonic() + PATIENCE
    while not all(map(_is_gone, started)):
        assert time.monotonic() < deadline, "the contexts' processes are still there"


def _is_gone(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True
