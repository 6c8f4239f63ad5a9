"""``mlflow-deck diff``: which runs are meant, what is printed, and how it ends."""

from __future__ import annotations

from datetime import timezone
from pathlib import Path

import pytest

from tests.support.command_line import command_line
from tests.support.fakes import FakeTracking, experiment, run
from tests.support.stores import make_store
from tui import cli
from tui.config.model import Settings
from tui.console.diff import FORMATS, DiffOptions, compared, found, written
from tui.domain.diff.comparison import Comparison
from tui.domain.export import FORMATS as EXPORTS
from tui.domain.problem import Kind, Problem
from tui.domain.values import RunDetail


def tracking() -> FakeTracking:
    fake = FakeTracking(
        [experiment(1, "churn"), experiment(2, "fraud")],
        [
            run(1, name="one", params={"lr": "1e-3"}),
            run(2, name="two", params={"lr": "0.001"}, experiment_id="2"),
            run(3, name="twin", params={"lr": "0.01"}),
            run(4, name="twin", params={"lr": "0.01"}, experiment_id="2"),
        ],
    )
    fake.server_filter = named
    return fake


def named(filter_string: str, one: RunDetail) -> bool:
    return f"'{one.name}'" in filter_string or one.run_id in filter_string


def comparison(*runs: str, options: DiffOptions | None = None) -> Comparison:
    return compared(tracking(), runs, options or DiffOptions(), 1e-9, {})


def text(made: Comparison, options: DiffOptions, cells: int | None = None) -> str:
    return written(made, options, timezone.utc, cells)


def test_runs_by_id_by_uri_and_by_name() -> None:
    ids = found(tracking(), (run(1).run_id, f"runs:/{run(2).run_id}", "one"))
    assert list(ids.values()) == [run(1).run_id, run(2).run_id, run(1).run_id]


def test_a_name_of_two_runs_is_not_guessed() -> None:
    with pytest.raises(Problem) as caught:
        comparison("one", "twin")
    assert caught.value.kind is Kind.BAD_REQUEST
    assert run(3).run_id in caught.value.message


@pytest.mark.parametrize("given", ["nothing", "f" * 32, 'it\'s "so"'])
def test_a_run_that_is_not_there_is_a_problem(given: str) -> None:
    with pytest.raises(Problem) as caught:
        comparison("one", given)
    assert caught.value.kind is Kind.NOT_FOUND


def test_the_table_says_what_differs() -> None:
    made = comparison("one", run(3).run_id)
    printed = text(made, DiffOptions(only_differences=True))
    assert "◆ one" in printed.splitlines()[0]
    assert "×10" in next(line for line in printed.splitlines() if line.startswith("  lr "))
    assert "1 of 1 params differ" in printed
    assert "source.name" not in printed
    assert "train.py" in text(made, DiffOptions())


def test_the_baseline_is_one_of_the_runs() -> None:
    made = comparison("one", run(3).run_id)
    assert "÷10" in text(made, DiffOptions(baseline=run(3).run_id))
    assert "÷10" in text(made, DiffOptions(baseline="twin"))
    with pytest.raises(Problem):
        text(made, DiffOptions(baseline="other"))


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_printed(form: str) -> None:
    assert "lr" in text(comparison("one", "two", options=DiffOptions(form=form)), DiffOptions(form=form))


def test_the_forms_are_those_of_the_exports() -> None:
    assert set(FORMATS) == {"table", *EXPORTS}
    option = next(p for p in cli.cli.commands["diff"].params if p.name == "form")
    assert tuple(option.type.choices) == FORMATS  # type: ignore[attr-defined]


def test_numbers_that_mean_the_same_do_not_differ() -> None:
    made = comparison("one", "two")
    assert made.count("params").differing == 0
    assert comparison("one", "two", options=DiffOptions(tolerance=0.5)).tolerance == 0.5
    assert made.tolerance == Settings().tolerance


def test_on_a_real_store(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    first, second = store.add_runs(store.add_experiment("churn"), 2)

    ended = command_line(store)
    answer = ended("diff", first, second, "--format", "json", "--exit-code")
    assert answer.status == 1, answer.err
    assert [one["id"] for one in answer.json["runs"]] == [first, second]
    gone = ended("diff", first, "0" * 32)
    assert gone.status == 2
    assert not gone.out
    assert "There is no run" in gone.err
