"""A text handed to an editor and taken back, with nothing left behind."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tui.domain.problem import Problem
from tui.ui.dialogs.edit_text import edited


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """An environment whose folder for temporary files is the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return {**os.environ, "VISUAL": "", "EDITOR": "true"}


def program(folder: Path, code: str) -> str:
    script = folder / "an editor.py"
    script.write_text(f"import os, pathlib, stat, sys\npath = pathlib.Path(sys.argv[-1])\n{code}\n")
    return f"{sys.executable} '{script}' --wait"


@pytest.mark.parametrize("text", ["", "one line", "two\nlines\n", "漢字 \x1b[31m \r\nend"])
def test_a_text_comes_back_as_it_went(environ: Mapping[str, str], tmp_path: Path, text: str) -> None:
    assert edited(text, environ) == text
    adds = program(tmp_path, "path.write_bytes(path.read_bytes() + b'more\\n')")
    expected = f"{text}more\n" if text.endswith("\n") else f"{text}more"
    assert edited(text, {**environ, "VISUAL": adds}) == expected
    assert not list((tmp_path / "temporary").iterdir())


def test_nobody_else_may_read_it(environ: Mapping[str, str], tmp_path: Path) -> None:
    tells = program(tmp_path, "path.write_text(oct(stat.S_IMODE(path.parent.stat().st_mode)))")
    assert edited("", {**environ, "EDITOR": tells}) == "0o700"


@pytest.mark.parametrize(
    ("editor", "word"),
    [("", "No editor"), ("'", "no command"), ("/no/such/program", "No such file"), ("false", "status 1")],
)
def test_an_editor_that_cannot_be(environ: Mapping[str, str], tmp_path: Path, editor: str, word: str) -> None:
    with pytest.raises(Problem) as caught:
        edited("text", {**environ, "EDITOR": editor})
    assert word in str(caught.value)
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("code", ["path.unlink()", "path.write_bytes(b'\\xff\\xfe')"])
def test_what_cannot_be_read_back_is_told(environ: Mapping[str, str], tmp_path: Path, code: str) -> None:
    with pytest.raises(Problem, match="could not be read"):
        edited("text", {**environ, "EDITOR": program(tmp_path, code)})
