"""The README and the docs say what is so: keys, options, commands, settings, links."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import click
import pytest

from tests.support.readme import KEYS, README, blocks, commands, pages, with_keys
from tui.app.actions import ACTIONS
from tui.cli import cli
from tui.config.load import load
from tui.console.manual import markdown_table, plain_table
from tui.console.wanted import wanted_of
from tui.services.state_files import ViewFile

TEXT = README.read_text(encoding="utf-8")
PAGES = pages()
EVERYTHING = "\n".join(PAGES.values())
SETTINGS = [(name, block) for name, text in PAGES.items() for block in blocks(text, "yaml")]


def test_the_table_of_keys_is_that_of_the_actions() -> None:
    text = KEYS.read_text(encoding="utf-8")
    assert with_keys(text) == text, "`make readme` writes it anew"


def test_the_table_says_what_the_command_prints() -> None:
    printed = {line.split()[-1] for line in plain_table({}).splitlines() if line.startswith("  ")}
    written = set(re.findall(r"\| `([a-z_.]+)` \|$", markdown_table(), re.MULTILINE))
    assert printed == {action.id for action in ACTIONS}
    assert written == {action.verb for action in ACTIONS}


def test_the_readme_is_short() -> None:
    assert len(TEXT.encode()) < 9_000


def test_every_option_and_command_is_in_the_docs() -> None:
    for option in cli.params:
        assert isinstance(option, click.Option)
        if option.name != "version":
            assert any(f"  {name} " in PAGES["configuration.md"] for name in option.opts), option.opts
    for name, command in cli.commands.items():
        assert command.hidden or f"mlflow-deck {name}" in EVERYTHING, name


def test_every_command_that_is_named_is_there() -> None:
    words = set(re.findall(r"(?:`|\$ )mlflow-deck ([a-z]+)\b(?!:)", EVERYTHING))
    assert words >= {"runs", "alias", "diff", "doctor"}
    assert words <= set(cli.commands)


def test_every_link_leads_somewhere() -> None:
    for name, text in PAGES.items():
        folder = README.parent if name == README.name else KEYS.parent
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (folder / target).exists(), (name, target)
    for name in PAGES:
        assert name == README.name or f"](docs/{name})" in TEXT, f"the README leads to {name}"


@pytest.mark.parametrize(("name", "block"), SETTINGS, ids=[name for name, _ in SETTINGS])
def test_settings_that_are_shown_are_taken(name: str, block: str, tmp_path: Path) -> None:
    if block.startswith("# aliases.yaml\n"):
        assert wanted_of(block, name)
        return
    if block.startswith("# views.yaml\n"):
        views = tmp_path / "views.yaml"
        views.write_text(block, encoding="utf-8")
        assert (kept := ViewFile(views)).views() and not kept.faults
        return
    file = tmp_path / "config.yaml"
    file.write_text(block, encoding="utf-8")
    load(file, "the docs", lambda: ACTIONS)


def test_the_first_two_commands_are_one_line_each() -> None:
    first, second = commands(TEXT)[:2]
    assert "\n" not in first + second
    assert first.endswith("mlflow-deck demo")
    assert "pytest" in second


def test_ci_runs_the_readmes_second_command() -> None:
    script = README.parent / ".ci" / "run"
    assert "README.md" in script.read_text()
    assert os.stat(script).st_mode & stat.S_IXUSR
