"""The wheel as a person installs it: in an environment of its own, away from the checkout.

The environment is made without pip and gets the dependencies by a ``.pth`` file that names the folder in which the
tests found theirs: the wheel alone is installed, which takes seconds and no package index, and every file of the deck
comes out of the wheel.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.stores import make_store
from tests.support.terminal import Terminal
from tui import __version__

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout by the build back end that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
        *("--no-deps", "--no-index", "--disable-pip-version-check", wheel),
        cwd=folder,
    )
    own = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def test_the_wheel_carries_what_the_deck_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        example = archive.read("tui/config/config.example.yaml").decode()
    sheets = {f"tui/styles/{sheet.name}" for sheet in (ROOT / "styles").glob("*.tcss")}
    assert sheets
    assert sheets <= names
    assert "tui/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert example == (ROOT / "config.example.yaml").read_text()
    assert {name.split("/")[0] for name in names} == {"tui", f"mlflow_deck-{__version__}.dist-info"}


def test_the_installed_deck_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = "import tui, tui.resources; print(tui.__file__); print(tui.resources.style_sheets('base.tcss')[0])"
    places = run(installed / "python", "-c", code, cwd=tmp_path).splitlines()
    assert all(place.startswith(str(installed.parent)) for place in places), places


def test_the_installed_command_answers(installed: Path, tmp_path: Path) -> None:
    deck = installed / "mlflow-deck"
    assert run(deck, "--version", cwd=tmp_path) == f"mlflow-deck {__version__}\n"
    file = tmp_path / "config.yaml"
    run(deck, "--config", file, "config", "init", cwd=tmp_path)
    assert file.read_text() == (ROOT / "config.example.yaml").read_text()


def test_the_installed_deck_opens_a_store(installed: Path, tmp_path: Path) -> None:
    store = make_store(tmp_path)
    store.add_experiment("of-wheel")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [str(installed / "mlflow-deck"), "--tracking-uri", store.uri]
    with Terminal(command, environ=os.environ, cwd=str(elsewhere)) as terminal:
        terminal.until("of-wheel")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == []
    assert not list(elsewhere.iterdir()), "nothing is left behind in the working folder"
