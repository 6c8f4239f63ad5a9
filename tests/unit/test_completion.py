"""Completion in the shells themselves, where they are installed; the help and the man page of every command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.support.command_line import command_line
from tests.support.stores import Store, make_store
from tests.support.terminal import Terminal
from tui import cli
from tui.console.completion import PATIENCE, SHELLS, script
from tui.console.manual import man_page

ROOT = Path(__file__).parents[2]
BASH = """
. ./script
COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; _mlflow_deck_completion mlflow-deck
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { true; }
compadd() { print -rl -- "${(@P)argv[-1]}"; }
_describe() { print -rl -- "${(@P)argv[3]}"; }
. ./script
words=("$@"); CURRENT=$#
_mlflow_deck_completion
"""
FISH = 'source ./script; complete -C "$(string join -- " " $argv)"'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = make_store(tmp_path_factory.mktemp("store"))
    for name in ("churn/weekly", "churn/backfill", "churn $(touch owned)", "churn\x1b[31m", "fraud"):
        made.add_experiment(name)
    client = made.client()
    client.create_registered_model("churn")
    client.create_model_version("churn", "file:///nowhere")
    client.set_registered_model_alias("churn", "champion", "1")
    return made


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def environment(store: Store, tmp_path: Path) -> dict[str, str]:
    """That of a shell which finds the program, two contexts and the store."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "mlflow-deck"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui "$@"\n')
    program.chmod(0o755)
    (tmp_path / "config.yaml").write_text(
        "contexts: {prod: {tracking_uri: 'http://h'}, dev: {tracking_uri: 'http://g'}}\n"
    )
    return {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "MLFLOW_TRACKING_URI": store.uri,
        "MLFLOW_DECK_CONFIG": str(tmp_path / "config.yaml"),
        "HOME": str(tmp_path),
        PATIENCE: "60",
    }


@pytest.fixture
def offered(shell: str, environment: dict[str, str], tmp_path: Path) -> Callable[..., set[str]]:
    """What a shell offers after some words, the last of which is not complete."""
    commands = {
        "bash": ["bash", "--norc", "-c", BASH, "bash"],
        "zsh": ["zsh", "-f", "-c", ZSH, "zsh"],
        "fish": ["fish", "--no-config", "-c", FISH],
    }

    # The script as the program gives it, once; each answer is asked of the program itself.
    given = tmp_path / "script"
    with given.open("wb") as output:
        program = tmp_path / "bin" / "mlflow-deck"
        subprocess.run([program, "completion", shell], stdout=output, check=True, cwd=tmp_path, env=environment)

    def offer(*words: str) -> set[str]:
        ended = subprocess.run(
            [*commands[shell], "mlflow-deck", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )
        assert not (tmp_path / "owned").exists()
        # A name may be followed by what it is: `name:what` in zsh, `name<tab>what` in fish.
        lines = (line.split("\t")[0] for line in ended.stdout.splitlines() if line)
        found = {line.split(":")[0] if shell == "zsh" and "models:/" not in line else line for line in lines}
        # Bash takes what is behind the last : or =, or from the last @, for the whole word.
        typed = re.sub(r"@?[^:@=]*\Z", "", words[-1]) if shell == "bash" else ""
        return {typed + name for name in found}

    return offer


def test_what_a_shell_offers(offered: Callable[..., set[str]]) -> None:
    assert {"runs"} <= offered("ru") <= {"runs"}
    assert offered("runs", "") == {"list", "get", "history"}
    assert offered("runs", "list", "chu") == {"churn/weekly", "churn/backfill"}
    assert offered("alias", "get", "ch") == {"churn"}
    assert offered("alias", "get", "churn@") == {"churn@champion"}
    assert offered("alias", "get", "models:/ch") == {"models:/churn"}
    assert offered("alias", "get", "models:/churn@c") == {"models:/churn@champion"}
    assert offered("alias", "set", "--if-c") == {"--if-currently"}
    assert offered("--context", "p") == {"prod"}
    assert offered("--context=p") == {"--context=prod"}
    assert offered("help", "alias", "un") == {"unset"}
    assert offered("--tracking-uri", "http://127.0.0.1:1", "runs", "list", "") == set()


KEYS = (
    ("versions chu", "versions churn"),
    ("alias get models:/churn@c", "alias get models:/churn@champion"),
    ("--context=p", "--context=prod"),
    ("--config ./conf", "--config ./config.yaml"),
)


def test_tab_in_a_shell_writes_the_rest_of_the_word(shell: str, environment: dict[str, str], tmp_path: Path) -> None:
    starts = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}
    if shell not in starts:
        pytest.skip("fish asks the terminal what it is; what it offers is asked of it above")
    with Terminal(starts[shell], environ={**environment, "PS1": "ready> "}, cwd=str(tmp_path)) as terminal:
        terminal.until("ready>")
        terminal.type("autoload -U compinit; compinit -u; " if shell == "zsh" else "")
        terminal.type(f'eval "$(mlflow-deck completion {shell})"; echo $((41 + 1))\r')
        terminal.until("\n42\n")
        for typed, whole in KEYS:
            terminal.type(f"mlflow-deck {typed}\t")
            terminal.until(f"mlflow-deck {whole}")
            terminal.press("ctrl+u")
            terminal.until_gone(f"mlflow-deck {whole}")


def test_what_a_command_is_for_is_told_whole() -> None:
    """A shell tells it beside the name; it neither ends in dots nor at a comma."""
    group = cli.cli
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        told = command.get_short_help_str()
        assert told and not told.endswith(".") and " ".join((command.help or "").split()).startswith(told)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_names_the_program(shell: str) -> None:
    made = script(cli.cli, shell)
    assert "mlflow-deck" in made and "_MLFLOW_DECK_COMPLETE" in made


def test_help_is_that_of_the_command() -> None:
    deck = command_line()
    assert deck("help").out == deck("--help").out
    assert deck("help", "alias", "set").out == deck("alias", "set", "--help").out
    assert deck("help", "nothing").status == 2


def test_the_man_page_holds_every_command_and_no_fault() -> None:
    page = man_page(cli.cli)
    assert command_line()("help", "--man").out == page

    def named(group: click.Group, path: str) -> None:
        for name, one in group.commands.items():
            if isinstance(one, click.Group):
                named(one, f"{path} {name}")
            elif not one.hidden:
                assert f".SS {path} {name} ".replace("-", "\\-") in page

    named(cli.cli, "mlflow-deck")
    if shutil.which("man") is not None:
        read = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page, capture_output=True, text=True, check=False
        )
        assert "mlflow-deck alias set" in read.stdout
        assert read.stderr == ""
