"""``mlflow-deck diff`` over several contexts: which run is of which, and what a problem says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.fakes import FakeTracking, experiment, run
from tests.unit.test_diff_command import named
from tui.config.launch import Launch
from tui.console.diff import DiffOptions, GivenRun, comparison_of, given_runs, launches_of, sheet_across, written
from tui.domain.export import FORMATS
from tui.domain.problem import Kind, Problem
from tui.services.clock import SystemClock

ONE, TWO = run(1).run_id, run(2).run_id


def tracking(lr: str) -> FakeTracking:
    fake = FakeTracking([experiment(1, "churn")], [run(1, name="one", params={"lr": lr}), run(2, params={"lr": "9"})])
    fake.server_filter = named
    return fake


def test_a_context_is_one_that_there_is() -> None:
    contexts = {"prod": 1, "dev": 2, "runs": 3}
    given = given_runs((f"prod:{ONE}", "prod:runs:/x", "other:one", f"runs:/{ONE}", "one", "prod:", "one"), contexts)
    assert given == (
        GivenRun("prod", ONE),
        GivenRun("prod", "runs:/x"),
        GivenRun("", "other:one"),
        GivenRun("", f"runs:/{ONE}"),
        GivenRun("", "one"),
        GivenRun("", "prod:"),
    )


def launch(name: str, uri: str) -> Launch:
    return cast(Launch, SimpleNamespace(context_name=name, tracking_uri=uri, place_shown=uri))


def test_the_open_context_may_be_one_of_those_named() -> None:
    known = {"": launch("prod", "http://a"), "prod": launch("prod", "http://a"), "dev": launch("dev", "http://b")}
    runs, launches = launches_of(given_runs(("one", "prod:one", "dev:one"), known), known.__getitem__)
    assert runs == (GivenRun("prod", "one"), GivenRun("dev", "one")), "the same run twice is one"
    assert set(launches) == {"prod", "dev"}
    known[""] = launch("prod", "http://elsewhere")
    runs, launches = launches_of(given_runs(("one", "prod:one"), known), known.__getitem__)
    assert runs == (GivenRun("http://elsewhere", "one"), GivenRun("prod", "one"))
    runs, launches = launches_of(given_runs(("dev:one",), known), {"dev": known["dev"]}.__getitem__)
    assert set(launches) == {"dev"}, "the open one is not even looked for"


def test_runs_of_two_contexts_stand_in_their_order() -> None:
    trackings = {"prod": tracking("0.1"), "dev": tracking("0.01")}
    sheet = sheet_across(trackings, (GivenRun("prod", "one"), GivenRun("dev", ONE), GivenRun("prod", TWO)))
    assert [subject.id for subject in sheet.subjects] == [f"prod:{ONE}", f"dev:{ONE}", f"prod:{TWO}"]
    made = comparison_of(sheet, DiffOptions(), 1e-9, {})
    table = written(made, DiffOptions(), SystemClock().zone, None)
    assert "◆ prod: one" in table.splitlines()[0]
    assert "÷10" in next(line for line in table.splitlines() if line.startswith("  lr "))
    for form in FORMATS:
        assert f"dev:{ONE}" in written(made, DiffOptions(form=form), SystemClock().zone, None) or form in ("md", "csv")


def test_the_baseline_of_one_of_several_contexts() -> None:
    sheet = sheet_across(
        {"prod": tracking("0.1"), "dev": tracking("0.01")}, (GivenRun("prod", "one"), GivenRun("dev", "one"))
    )
    made = comparison_of(sheet, DiffOptions(), 1e-9, {})
    assert "×10" in written(made, DiffOptions(baseline="dev:one"), SystemClock().zone, None)
    assert "×10" in written(made, DiffOptions(baseline=f"dev:runs:/{ONE}"), SystemClock().zone, None)
    with pytest.raises(Problem, match=f"prod:{ONE} or dev:{ONE}"):
        written(made, DiffOptions(baseline="one"), SystemClock().zone, None)


def test_a_problem_names_its_context() -> None:
    there, broken = tracking("0.1"), tracking("0.1")
    broken.problem = Problem(Kind.UNREACHABLE, "Could not read runs", "Nobody answered.", "Is it running?")
    with pytest.raises(Problem, match="In the context dev: Nobody answered"):
        sheet_across({"prod": there, "dev": broken}, (GivenRun("prod", ONE), GivenRun("dev", ONE)))
    with pytest.raises(Problem, match="In the context prod: There is no run “nothing”") as caught:
        sheet_across({"prod": there}, (GivenRun("prod", "nothing"),))
    assert caught.value.kind is Kind.NOT_FOUND
