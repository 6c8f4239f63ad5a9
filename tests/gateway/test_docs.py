"""Every command in the README and the docs, run over the sample store as it stands there."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import command_line
from tests.support.readme import blocks, pages
from tests.support.sample import sample
from tui.demo.samples import Sample

__all__ = ["sample"]  # a fixture

SHOWN = [
    (name, [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")])
    for name, text in pages().items()
    for block in blocks(text, "console")
]


@pytest.mark.parametrize(("name", "lines"), SHOWN, ids=[f"{name}-{at}" for at, (name, _) in enumerate(SHOWN)])
def test_commands_do_what_they_are_shown_for(
    name: str, lines: list[str], sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command ends with 0, or with what stands behind it: ``# ends with 3``."""
    store = tmp_path / "mlflow.db"
    shutil.copyfile(sample.folder / "mlflow.db", store)
    for block in blocks(pages()[name], "yaml"):
        if block.startswith("# aliases.yaml\n"):
            (tmp_path / "aliases.yaml").write_text(block)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}")
    monkeypatch.chdir(tmp_path)
    deck = command_line()
    assert lines
    for line in lines:
        command, _, wanted = line.partition("  # ends with ")
        program, *arguments = shlex.split(command)
        assert program == "mlflow-deck"
        ended = deck(*arguments)
        assert ended.status == int(wanted or 0), (line, ended.err)
