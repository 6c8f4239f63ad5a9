"""Commands of one's own: hostile values stay one argument, scripts get them by environment, runs are stopped."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest

from tests.unit.test_config_file import checked, refusal
from tui.config.model import PLUGIN_VALUES, PluginSettings, Settings
from tui.domain.problem import Problem
from tui.services.plugins import PluginRun, arguments, environment

HOSTILE = [
    "; echo x",
    "$(id)",
    "`id`",
    "a\nb",
    "'\"",
    "--help",
    "$HOME",
    "",
    "* ? ~",
    "\x1b[31mred",
    "a b  c",
    "${RUN_ID}",
]
ECHO = (sys.executable, "-c", "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ.get('RUN_NAME')]))")


def ended(run: PluginRun) -> PluginRun:
    run.start()
    waited = threading.Event()
    while run.running and not waited.wait(0.01):
        pass
    return run


def run_of(settings: PluginSettings, values: dict[str, str | tuple[str, ...]], tmp_path: Path) -> PluginRun:
    command = arguments("mine", settings, values)
    environ = environment({"PATH": "/usr/bin:/bin"}, values, "http://h", "")
    return ended(PluginRun("mine", command, environ, tmp_path, lambda: None))


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_a_value_is_one_argument_whatever_it_holds(name: str, tmp_path: Path) -> None:
    settings = PluginSettings(run=(*ECHO, "$RUN_NAME", "--name=${RUN_NAME}", "$$RUN_NAME", "plain"))
    run = run_of(settings, {"RUN_NAME": name}, tmp_path)
    assert run.status == 0
    assert json.loads(run.printed) == [[name, f"--name={name}", "$RUN_NAME", "plain"], name]
    assert not list(tmp_path.iterdir())


def test_several_values_are_as_many_arguments(tmp_path: Path) -> None:
    settings = PluginSettings(run=(*ECHO, "$RUN_IDS", "--all=$RUN_IDS"))
    run = run_of(settings, {"RUN_IDS": ("a; b", "$(c)"), "RUN_NAME": "x"}, tmp_path)
    assert json.loads(run.printed)[0] == ["a; b", "$(c)", "--all=a; b,$(c)"]


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_a_script_gets_values_by_its_environment_and_never_in_its_text(name: str, tmp_path: Path) -> None:
    settings = PluginSettings(run=('printf "%s|" "$RUN_NAME"',), shell=True)
    assert "RUN_NAME" in arguments("mine", settings, {"RUN_NAME": name})[2]
    run = run_of(settings, {"RUN_NAME": name}, tmp_path)
    assert run.status == 0 and run._printed == f"{name}|"


def test_what_there_is_none_of_here_is_told_and_nothing_is_run() -> None:
    for settings in (PluginSettings(run=("true", "$MODEL")), PluginSettings(run=("echo $MODEL",), shell=True)):
        with pytest.raises(Problem, match="There is no model here"):
            arguments("mine", settings, {"RUN_ID": "1"})
    with pytest.raises(Problem, match="NUL"):
        arguments("mine", PluginSettings(run=("true", "$RUN_NAME")), {"RUN_NAME": "a\0b"})
    assert arguments("mine", PluginSettings(run=("echo $HOME",), shell=True), {})[2] == "echo $HOME"


def test_how_it_ends_is_known_and_what_was_written_over_is_gone(tmp_path: Path) -> None:
    script = "print('10 %', end='\\r'); print('100 %'); print(b'\\xff'); raise SystemExit(3)"
    run = run_of(PluginSettings(run=(sys.executable, "-c", script)), {}, tmp_path)
    assert run.status == 3 and run.printed.startswith("100 %\n") and run.last_line.startswith("b'")
    with pytest.raises(Problem, match="No such file"):
        run_of(PluginSettings(run=("no-such-program-anywhere",)), {}, tmp_path)


def test_it_is_stopped_with_all_that_it_has_started(tmp_path: Path) -> None:
    script = "echo ready; sleep 600 & echo $!; wait"
    said = threading.Event()
    run = PluginRun("mine", ["/bin/sh", "-c", script], {"PATH": "/usr/bin:/bin"}, tmp_path, said.set)
    run.start()
    while run.printed.count("\n") < 2:
        said.wait(1)
    run.stop()
    while run.running:
        said.wait(0.05)
    assert run.stopped and run.status == -15
    child = int(run.printed.split()[1])
    stat = Path(f"/proc/{child}/stat")
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        said.wait(0.01)


# the configuration


def test_a_line_is_parted_as_a_shell_does_and_a_place_stands_alone() -> None:
    settings = checked(
        """
        plugins:
          retrain: {key: ctrl+r, at: runs, run: "python 'my file.py' --run $RUN_ID"}
          sizes: {at: [run, app], shell: true, run: 'ls "$RUN_ID" | sort', dangerous: true, confirm: true}
        """
    )
    assert settings == Settings(
        plugins={
            "retrain": PluginSettings(run=("python", "my file.py", "--run", "$RUN_ID"), at=("runs",), key="ctrl+r"),
            "sizes": PluginSettings(
                run=('ls "$RUN_ID" | sort',), at=("run", "app"), shell=True, dangerous=True, confirm=True
            ),
        }
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("x: {run: [a], at: rans}", "there is no place “rans”"),
        ("x: {run: [a], key: foo+x}", "“foo+x” is no key"),
        ("x: {run: [a], at: runs, key: c}", "“c” is the key of “runs.compare” too"),
        ("x: {run: [a], at: run, key: q}", "“q” is the key of “app.leave” too"),
        ("x: {run: [a, $RUN_IDD]}", "there is no value “$RUN_IDD”"),
        ("x: {run: 'a \"b'}", "“run” of x is no command"),
        ("x: {run: []}", "“run” of x names no program"),
        ("compare: {run: [a]}", "“compare” is a command of the deck's own"),
        ("X y: {run: [a]}", "“X y” is no name of a plugin"),
        ("x: {runs: [a]}", "there is no setting “runs”"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(said: str, message: str) -> None:
    assert message in str(refusal(f"plugins:\n  {said}"))


def test_every_value_has_words_for_its_absence() -> None:
    assert all(PLUGIN_VALUES.values())
