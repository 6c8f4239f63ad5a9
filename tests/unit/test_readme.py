"""The README says what is so: the table of keys, the options, the commands."""

from __future__ import annotations

import os
import re
import stat

import click

from tests.support.readme import README, commands, with_keys
from tui.app.actions import ACTIONS
from tui.cli import cli
from tui.console.listing import markdown_table, plain_table

TEXT = README.read_text(encoding="utf-8")


def test_the_table_of_keys_is_that_of_the_actions() -> None:
    assert with_keys(TEXT) == TEXT, "`make readme` writes it anew"


def test_the_table_says_what_the_command_prints() -> None:
    printed = {line.split()[-1] for line in plain_table({}).splitlines() if line.startswith("  ")}
    written = set(re.findall(r"\| `([a-z_.]+)` \|$", markdown_table(), re.MULTILINE))
    assert printed == {action.id for action in ACTIONS}
    assert written == {action.verb for action in ACTIONS}


def test_every_option_and_command_is_in_the_readme() -> None:
    for option in cli.params:
        assert isinstance(option, click.Option)
        if option.name != "version":
            assert any(f"  {name} " in TEXT for name in option.opts), option.opts
    for name, command in cli.commands.items():
        assert command.hidden or f"mlflow-deck {name}" in TEXT


def test_the_first_two_commands_are_one_line_each() -> None:
    first, second = commands(TEXT)[:2]
    assert "\n" not in first + second
    assert first.endswith("mlflow-deck demo")
    assert "pytest" in second


def test_ci_runs_the_readmes_second_command() -> None:
    script = README.parent / ".ci" / "run"
    assert "README.md" in script.read_text()
    assert os.stat(script).st_mode & stat.S_IXUSR
