"""The command line as a person meets it: what is printed, on which stream, and with which exit status."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tui import __version__, cli
from tui.app.actions import ACTIONS, VERBS
from tui.config.launch import Launch
from tui.config.load import load
from tui.console.command import fault, panel
from tui.console.manual import markdown_table, plain_table
from tui.demo.samples import Progress, Sample
from tui.domain.places import PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.text import width

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line here; answers exit status, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0 if code is None else 1), out, err

    return call


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Launch]:
    """Collects what would be opened, instead of opening it."""
    launches: list[Launch] = []
    monkeypatch.setattr("tui.app.start.open_deck", lambda said, launch: launches.append(launch))
    return launches


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"mlflow-deck {__version__}\n", "")


def test_help_names_every_command(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    assert "mlflow-deck [OPTIONS] [PLACE]" in out
    for command in ("demo", "keys", "config"):
        assert f"  {command} " in out


def test_nothing_said_opens_what_mlflow_would(run: Run, opened: list[Launch]) -> None:
    assert run()[0] == 0
    assert opened[0].origins["tracking_uri"] == "MLflow's default"
    assert opened[0].place is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("--read-only", "--tracking-uri", "http://h", "runs:/abc"),
        ("runs:/abc", "--read-only", "--tracking-uri", "http://h"),
        ("--tracking-uri", "http://h", "runs:/abc", "--read-only"),
        ("--tracking-uri", "http://other", "runs:/abc", "--read-only", "--tracking-uri", "http://h"),
        ("--read-write", "runs:/abc", "--read-only", "--tracking-uri", "http://h"),
    ],
)
def test_options_may_stand_before_and_after_the_place(
    run: Run, opened: list[Launch], arguments: tuple[str, ...]
) -> None:
    assert run(*arguments)[0] == 0
    (launch,) = opened
    assert launch.tracking_uri == "http://h"
    assert launch.read_only
    assert launch.place is not None
    assert launch.place.kind is PlaceKind.RUN


def test_read_write_after_the_place_wins(run: Run, opened: list[Launch]) -> None:
    run("--read-only", "runs:/abc", "--read-write")
    assert not opened[0].read_only


def test_an_address_is_a_place(run: Run, opened: list[Launch]) -> None:
    run("http://h:5000/#/experiments/1/runs/abc")
    assert opened[0].tracking_uri == "http://h:5000"


def test_ascii_and_mouse(run: Run, opened: list[Launch]) -> None:
    run("--ascii", "--no-mouse")
    assert opened[0].settings.ascii
    assert not opened[0].settings.mouse


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing-like-it",), "names nothing that can be opened"),
        (("--context", "prod"), "There is no context “prod”"),
        (("--tracking-uri", "ftp://h"), "no store of the kind “ftp:”"),
        (("--config", "none.yaml"), "there is no such file"),
        (("http://h:1/#/endpoints",), "opens experiments, runs, logged and registered models, prompts and traces"),
        (("--log-file", "/nowhere/at/all.log", "keys"), "no such file or directory"),
    ],
)
def test_a_problem_is_one_panel_on_stderr_and_status_2(run: Run, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())
    assert err.count("╭") == 1
    assert "Traceback" not in err
    assert "\x1b" not in err


def test_several_places_are_refused_in_words_of_what_was_typed(run: Run, opened: list[Launch]) -> None:
    status, _, err = run("experiments:/ten", "thousand")
    assert status == 2
    assert "One place can be opened, and these are 2: experiments:/ten, thousand." in " ".join(err.split())
    assert "mlflow-deck open" not in err
    assert opened == []


def test_a_misspelt_command_names_the_nearest(run: Run) -> None:
    status, _, err = run("dmeo")
    assert status == 2
    assert "Did you mean “demo”?" in err


def test_without_a_terminal_it_says_so(run: Run) -> None:
    status, _, err = run("--tracking-uri", "http://h")
    assert status == 2
    assert "no terminal" in err


def test_a_fault_of_ours_is_a_panel_too_and_the_log_has_the_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("http://ana:hunter2@h \x1b[31mred")

    monkeypatch.setattr("tui.app.start.open_deck", broken)
    log = tmp_path / "deck.log"
    status, _, err = run("--log-file", str(log))
    assert status == 1
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert "hunter2" not in err
    kept = log.read_text()
    assert "Traceback" in kept
    assert "hunter2" not in kept
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_fault_without_a_log_prints_no_traceback(tmp_path: Path) -> None:
    code = (
        "from tui import cli\n"
        "def broken(*_): import logging; logging.getLogger('x').info('unheard'); raise ZeroDivisionError\n"
        "cli.start.open_deck = broken\ncli.main([])"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=environ, check=False
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("╰")


def test_keys_as_configured(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("keys")
    assert status == 0
    assert out == plain_table({}) + "\n"
    for action in ACTIONS:
        assert action.id in out
        assert action.help in out
    file = tmp_path / "config.yaml"
    file.write_text("keys: {runs.sort: f7}\nplugins: {jira: {run: [jira, view, $RUN_ID], key: f8, at: [runs, run]}}\n")
    _, out, _ = run("--config", str(file), "keys")
    assert any(line.split()[0] == "f7" and line.endswith("runs.sort") for line in out.splitlines() if line.strip())
    assert out.splitlines()[-2:][0] == "Commands of your own"
    own = out.splitlines()[-1]
    assert own.split()[0] == "f8" and "Run jira view '$RUN_ID'" in own
    assert own.endswith("plugins.jira (runs, a run's page)")


def test_the_markdown_table_has_every_verb() -> None:
    assert markdown_table().count("\n") == len(VERBS) + 1


def test_config_path(run: Run, monkeypatch: pytest.MonkeyPatch, calm_environment: Path) -> None:
    assert run("config", "path")[1] == f"{calm_environment}/.config/mlflow-deck/config.yaml\n"
    monkeypatch.setenv("MLFLOW_DECK_CONFIG", "/a.yaml")
    assert run("config", "path")[1] == "/a.yaml\n"
    assert run("--config", "/b.yaml", "config", "path")[1] == "/b.yaml\n"


def test_config_init_writes_once_what_can_be_used(run: Run, calm_environment: Path) -> None:
    file = calm_environment / ".config" / "mlflow-deck" / "config.yaml"
    assert run("config", "init") == (0, f"Wrote {file}\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("config", "show")[0] == 0
    status, _, err = run("config", "init")
    assert status == 2
    assert "is there already" in " ".join(err.replace("│", " ").split())


def test_config_init_asks_two_questions_where_there_is_a_terminal(
    run: Run, calm_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = calm_environment / ".config" / "mlflow-deck" / "config.yaml"
    told = iter(["https://ana:pw@mlflow.example.com", "gopher://x", "https://mlflow.example.com", "prod ; [x]"])
    asked: list[str] = []

    def prompt(question: str, **_options: object) -> str:
        asked.append(question)
        return next(told)

    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr("tui.cli.in_a_terminal", lambda: True)
    status, out, err = run("config", "init")
    assert (status, err) == (0, "")
    assert "holds a password" in out and "prod ; [x]" in out
    assert asked == ["Tracking URI"] * 3 + ["What is it called"]
    settings = load(file, "", lambda: ACTIONS)
    assert settings.context == "prod ; [x]"
    assert settings.contexts["prod ; [x]"].tracking_uri == "https://mlflow.example.com"
    assert "password" not in file.read_text().split("contexts:")[1].splitlines()[2]


def test_config_show_tells_where_each_setting_comes_from(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("contexts: {prod: {tracking_uri: 'https://h', read_only: true}}\nwatch_seconds: 9")
    status, out, _ = run("--config", str(file), "--ascii", "config", "show")
    assert status == 0
    shown = {line.split()[0]: line for line in out.splitlines() if line}
    assert "https://h" in shown["tracking_uri"]
    assert f"context prod in {file}" in shown["read_only"]
    assert "yes" in shown["read_only"]
    assert shown["watch_seconds"].endswith(str(file))
    assert shown["ascii"].endswith("command line")
    assert shown["theme"].endswith("default")


def test_config_show_hides_passwords(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ana:hunter2@h")
    _, out, _ = run("config", "show")
    assert "hunter2" not in out
    assert "http://ana:***@h" in out


def test_demo_opens_the_sample_store_whatever_is_configured(
    run: Run, opened: list[Launch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[bool] = []

    def ensure(*, fresh: bool, report: Callable[[Progress], None]) -> Sample:
        asked.append(fresh)
        report(Progress("sweeping", 1, 2))
        return Sample("sqlite:////sample/mlflow.db", Path("/sample"))

    monkeypatch.setattr("tui.demo.samples.ensure_sample", ensure)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere")
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "http://elsewhere")
    file = tmp_path / "config.yaml"
    file.write_text("contexts: {prod: {tracking_uri: 'http://h', read_only: true}}\ntheme: deck-light")
    status, out, _ = run("--config", str(file), "--ascii", "demo", "--fresh")
    assert status == 0
    assert "sweeping" in out
    (launch,) = opened
    assert asked == [True]
    assert (launch.context_name, launch.read_only) == ("demo", False)
    assert launch.tracking_uri == launch.registry_uri == "sqlite:////sample/mlflow.db"
    assert (launch.settings.theme, launch.settings.ascii) == ("deck-light", True)


def test_demo_refuses_another_store(run: Run, opened: list[Launch]) -> None:
    status, _, err = run("--tracking-uri", "http://h", "demo")
    assert status == 2
    assert "leave out --tracking-uri" in err
    assert not opened


class _Stream:
    def __init__(self, encoding: str, terminal: bool) -> None:
        self.encoding = encoding
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def _panel(problem: Problem, encoding: str = "utf-8", terminal: bool = False) -> str:
    return panel(problem, _Stream(encoding, terminal))  # type: ignore[arg-type]


def test_a_panel_is_a_box_whatever_the_text() -> None:
    hostile = Problem(
        Kind.SERVER, "Read 日本\x1b[2J it", "日本語 " * 40 + "\u202eevil [red]x[/red]\n" + "x" * 300, "do\tthis"
    )
    for line in (lines := _panel(hostile).splitlines()):
        assert "\x1b" not in line
        assert "\u202e" not in line
    assert lines[0].startswith("╭─ Read 日本\\x1b[2J it ")
    assert len({width(line) for line in lines}) == 1
    assert "[red]x[/red]" in "".join(lines)


def test_a_panel_has_colour_only_for_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(Kind.CONFIG, "title", "message", "hint")
    assert "\x1b[31m" in _panel(problem, terminal=True)
    assert "\x1b" not in _panel(problem)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in _panel(problem, terminal=True)


def test_a_panel_is_plain_where_lines_cannot_be_drawn() -> None:
    box = _panel(Problem(Kind.CONFIG, "title", "message"), encoding="ascii").splitlines()
    assert box[0].startswith("+- title -")
    assert box[-1] == "+" + "-" * (len(box[0]) - 2) + "+"


def test_a_fault_without_words_is_named_by_its_type() -> None:
    assert "RecursionError" in fault(RecursionError())


def test_the_module_can_be_run_and_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m tui keys | head -1"
    environ = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    ended = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path, env=environ, check=False)
    assert (ended.stdout, ended.stderr) == ("Everywhere\n", "")


def test_every_option_of_the_group_is_one_of_the_place() -> None:
    group = {name for option in cli.cli.params for name in option.opts} - {"--version"}
    place = {
        name for option in cli.cli.commands["open"].params if isinstance(option, click.Option) for name in option.opts
    }
    assert group == place - {"--json"}
