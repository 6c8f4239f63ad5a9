"""``mlflow-deck experiments`` and ``mlflow-deck runs`` over a real store: every form, streams, hostile names."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import click
import pytest

from tests.support.command_line import Ended, command_line
from tests.support.stores import Store, make_store
from tui import cli
from tui.console import command
from tui.console.runs import _points
from tui.domain.series.history import HistoryPage, MetricHistory
from tui.services.session import Session

HOSTILE = 'evil \x1b[31m\u202ename, "quoted"\n=1+1'
ROOT = Path(__file__).parents[2]

Deck = Callable[..., Ended]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = make_store(tmp_path_factory.mktemp("store"))
    made.add_runs(made.add_experiment("churn"), 5)
    made.add_experiment("gone", lifecycle="deleted")
    made.add_experiment("café\x1b[31m\u202e")
    return made


@pytest.fixture(scope="module")
def odd_run(store: Store) -> str:
    """A run whose texts are hostile, and whose numbers are those that JSON lacks."""
    client = store.client()
    run_id: str = client.create_run(client.create_experiment("odd"), run_name=HOSTILE).info.run_id
    client.log_param(run_id, "text", HOSTILE)
    client.log_param(run_id, "empty", "")
    for step, value in enumerate((0.1, math.nan, math.inf, -math.inf, 1 / 3)):
        client.log_metric(run_id, "loss", value, timestamp=1000 + step, step=step)
    return run_id


@pytest.fixture
def deck(store: Store) -> Deck:
    return command_line(store)


def test_experiments_in_every_form(deck: Deck) -> None:
    said = deck("experiments", "list", "--json").json
    assert {one["name"] for one in said} >= {"churn", "café\x1b[31m\u202e"}
    assert {one["lifecycle"] for one in said} == {"active"}
    assert [one["name"] for one in deck("experiments", "list", "--lifecycle", "deleted", "--json").json] == ["gone"]
    assert [line["name"] for line in deck("experiments", "list", "--named", "CHU", "--csv").csv] == ["churn"]
    table = deck("experiments", "list").out
    assert "\x1b" not in table and "\u202e" not in table
    assert "café\\x1b[31m" in table


def test_nothing_found_is_told_apart_from_a_problem(deck: Deck) -> None:
    none = deck("experiments", "list", "--named", "nothing like it")
    assert (none.status, none.out, none.err) == (0, "", "There is no such experiment.\n")
    assert deck("experiments", "list", "--named", "nothing like it", "--json").json == []
    gone = deck("runs", "list", "nothing-like-it")
    assert gone.status == command.EXIT_PROBLEM and not gone.out


def test_runs_by_name_and_by_id_of_their_experiment(deck: Deck) -> None:
    by_name = deck("runs", "list", "churn", "--json").json
    assert [one["name"] for one in by_name] == ["run-4", "run-3", "run-2", "run-1", "run-0"]
    assert deck("runs", "list", f"experiments:/{by_name[0]['experiment_id']}", "--json").json == by_name
    assert set(by_name[0]["params"]) == {"param_0", "param_1", "param_2"}
    assert by_name[0]["start"] == "2025-10-09T08:57:20.000Z"


def test_the_filter_is_the_decks(deck: Deck) -> None:
    every = deck("runs", "list", "churn", "--json").json
    least = sorted(one["metrics"]["metric_0"] for one in every)[1]
    for text in (f"metrics.metric_0 > {least!r}", f"metric_0 > {least!r}", f"NOT metric_0 <= {least!r}"):
        found = deck("runs", "list", "churn", "--filter", text, "--json").json
        assert found == [one for one in every if one["metrics"]["metric_0"] > least], text
    unknown = deck("runs", "list", "churn", "--filter", "no_such_key > 1", "--json")
    assert unknown.status == 2
    assert "no_such_key" in unknown.said
    assert unknown.out == ""  # an array that was begun and not ended is no JSON
    assert deck("runs", "list", "churn", "--filter", "a = ", "--json").status == 2
    assert deck("runs", "list", "nobody", "--csv").out == ""


def test_columns_and_limit(deck: Deck) -> None:
    lines = deck("runs", "list", "churn", "--columns", "metrics.metric_0, params.none", "--limit", "2", "--csv").csv
    assert len(lines) == 2
    assert float(lines[0]["metrics.metric_0"]) == deck("runs", "list", "churn", "--json").json[0]["metrics"]["metric_0"]
    assert lines[0]["params.none"] == ""
    assert "is no column" in deck("runs", "list", "--columns", "auc").said


def test_two_forms_at_once_are_refused(deck: Deck) -> None:
    assert deck("runs", "list", "--json", "--csv").status == 2


def test_a_run_in_full(deck: Deck, odd_run: str) -> None:
    run = deck("runs", "get", f"runs:/{odd_run}", "--json").json
    assert run["name"] == run["params"]["text"] == HOSTILE
    assert run["params"]["empty"] == ""
    assert run["metrics"] == {"loss": 1 / 3}
    table = deck("runs", "get", odd_run).out
    assert "\x1b" not in table and "\u202e" not in table
    lines = {(line["group"], line["name"]): line["value"] for line in deck("runs", "get", odd_run, "--csv").csv}
    assert lines["params", "text"] == HOSTILE
    assert float(lines["metrics", "loss"]) == 1 / 3
    assert deck("runs", "get", "0" * 32).status == 2
    assert deck("runs", "get", "models:/churn").status == 2


def test_a_step_with_a_fraction_is_printed_as_it_was_recorded() -> None:
    history = MetricHistory("r", "m", array("d", [0.5, 1.0]), array("d", [1000.25, 1001.0]), array("d", [0.1, 0.2]))
    session = SimpleNamespace(history=SimpleNamespace(page=lambda *_asked, token: HistoryPage(history)))
    (points,) = _points(cast(Session, session), "r", "m")
    assert [(point.step, type(point.step)) for point in points] == [(0.5, float), (1, int)]


def test_a_history_in_full(deck: Deck, odd_run: str) -> None:
    points = deck("runs", "history", odd_run, "loss", "--json").json
    assert [point["value"] for point in points] == [0.1, "NaN", "Infinity", "-Infinity", 1 / 3]
    assert [point["step"] for point in points] == [0, 1, 2, 3, 4]
    assert points[0]["time"] == "1970-01-01T00:00:01.000Z"
    values = [float(line["value"]) for line in deck("runs", "history", odd_run, "loss", "--csv").csv]
    assert math.isnan(values[1]) and values[2:] == [math.inf, -math.inf, 1 / 3]
    assert "It has loss." in deck("runs", "history", odd_run, "auc").said


def test_rows_are_printed_as_pages_come(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [command.PrintedColumn[int]("n", lambda n: n)]
    seen = []

    def pages() -> object:
        for page in ([1, 2], [3]):
            yield page
            seen.append(capsys.readouterr().out)

    for form, first in (
        (command.JSON, '[\n{"n": 1},\n{"n": 2}'),
        (command.CSV, "n\n1\n2\n"),
        (command.TABLE, "n\n1\n2\n"),
    ):
        seen.clear()
        command.print_rows(form, fields, pages(), nothing="")  # type: ignore[arg-type]  # the pages of above
        assert seen[0] == first
        capsys.readouterr()


def test_no_page_is_asked_for_beyond_the_limit() -> None:
    asked = []

    def pages() -> object:
        for number in range(9):
            asked.append(number)
            yield [number, number]

    assert list(command.upto(pages(), 3)) == [[0, 0], [1]]  # type: ignore[arg-type]  # the pages of above
    assert asked == [0, 1]


def test_a_reader_that_goes_is_no_trouble(store: Store, tmp_path: Path) -> None:
    made = make_store(tmp_path)
    made.add_runs(made.add_experiment("many"), 3000, metrics=1, params=1, tags=1)
    running = subprocess.Popen(
        [sys.executable, "-m", "tui", "--tracking-uri", made.uri, "runs", "list", "many", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert running.stdout is not None and running.stderr is not None
    assert running.stdout.readline() == b"[\n"
    running.stdout.close()
    with running.stderr:
        assert running.stderr.read() == b""
    assert running.wait() == command.EXIT_PIPE


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, one in group.commands.items():
        found.append(((*path, name), one))
        if isinstance(one, click.Group):
            found += _commands(one, (*path, name))
    return found


EVERY = _commands(cli.cli)
SCRIPTS = [(" ".join(path), one) for path, one in EVERY if not one.hidden]


@pytest.mark.parametrize(("path", "one"), SCRIPTS, ids=[path for path, _ in SCRIPTS])
def test_the_help_of_a_command_is_one_screen_with_examples(
    path: str, one: command.CommandWithExamples | command.Group, deck: Deck
) -> None:
    lines = deck(*path.split(), "--help").out.splitlines()
    assert len(lines) <= (40 if path == "watch" else 32)  # each of its conditions and ways to tell is an option
    assert all(f"  {line}" in lines for example in one.examples for line in command.lines_of(example))
    assert all(len(line) <= 80 for line in lines)
    assert one.examples and all("mlflow-deck " in example for example in one.examples)


def test_no_sentence_of_a_help_is_cut(deck: Deck) -> None:
    groups: list[tuple[tuple[str, ...], click.Group]] = [((), cli.cli)]
    groups += [(path, one) for path, one in EVERY if isinstance(one, click.Group)]
    for path, group in groups:
        said = " ".join(deck(*path, "--help").out.split())
        assert "..." not in said.replace("[ARGS]...", "").replace("]...", "")
        for one in group.commands.values():
            short = one.get_short_help_str()
            assert one.hidden or (short and f"{short}." in said)
