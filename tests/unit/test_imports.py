"""What importing the deck loads: nothing heavy, so that the first frame does not wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("mlflow", "databricks", "pandas", "numpy", "pyarrow", "sqlalchemy", "requests")
CHECKERS = ("pydantic", "yaml", "tui.config.check")


def loaded(code: str, folder: Path, **environ: str) -> set[str]:
    """The modules that are loaded after some code has run in a Python of its own."""
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stderr.split())


@pytest.mark.parametrize(
    "module", ["tui.cli", "tui.app.application", "tui.host", "tui.demo.samples", "tui.app.actions"]
)
def test_importing_loads_nothing_heavy(module: str, tmp_path: Path) -> None:
    assert not loaded(f"import {module}", tmp_path) & set(HEAVY)


def test_the_command_line_loads_no_checker_and_no_textual(tmp_path: Path) -> None:
    assert not loaded("import tui.cli", tmp_path) & {*CHECKERS, "textual", "rich"}


RESOLVE = """
import os
from pathlib import Path
from tui import cli
cli.start.open_deck = lambda said, launch: None
try:
    cli.main([])
except SystemExit as ended:
    assert not ended.code, ended.code
"""


def test_a_start_without_a_file_loads_no_checker(tmp_path: Path) -> None:
    assert not loaded(RESOLVE, tmp_path) & {*CHECKERS, *HEAVY, "textual", "rich"}


def test_a_second_start_with_a_file_loads_no_checker(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("contexts: {prod: {tracking_uri: 'http://h'}}\nkeys: {runs.sort: f7}\n")
    first = loaded(RESOLVE, tmp_path, MLFLOW_DECK_CONFIG=str(file))
    assert {"yaml", "pydantic"} <= first
    assert not loaded(RESOLVE, tmp_path, MLFLOW_DECK_CONFIG=str(file)) & {*CHECKERS, *HEAVY, "tui.app.actions"}


def test_what_the_rows_last_seen_wait_for_is_little(tmp_path: Path) -> None:
    """Values of runs and models, routes and every other screen come after them; each costs milliseconds."""
    found = loaded("import tui.app.application, tui.services.session, tui.app.browse", tmp_path)
    later = {"tui.domain.values", "tui.ui.routes", "tui.app.routes", "tui.domain.artifacts"}
    assert not found & {*later, *HEAVY, *CHECKERS}
    assert {name for name in found if name.startswith("tui.ui.dialogs")} == set()


@pytest.mark.parametrize("module", ["tui.app.application", "tui.cli"])
def test_importing_writes_nothing(module: str, tmp_path: Path) -> None:
    loaded(f"import {module}", tmp_path)
    assert not list(tmp_path.iterdir())
