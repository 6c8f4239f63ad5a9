"""Groups of runs: how they are made, what they say, which params matter."""

from __future__ import annotations

import math

import pytest

from tests.support.fakes import run
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import of_details
from tui.domain.ranking import is_seed
from tui.domain.runs.groups import Grouping, RunGroups, best_metric, groupings, importances

LR = Grouping((("params", "lr"),), "param lr")


def sweep() -> Comparison:
    """Two learning rates, three seeds each, and one run without a metric."""
    details = []
    for at, (lr, seed) in enumerate((lr, seed) for lr in ("0.1", "1e-1", "0.01") for seed in (1, 2, 3)):
        auc = (0.8 if float(lr) == 0.1 else 0.9) + seed * 0.001
        params = {"lr": lr, "seed": str(seed), "optimizer": "adam" if float(lr) == 0.1 else "sgd", "note": f"n{at}"}
        details.append(run(at, params=params, metrics={"val_auc": auc, "loss": 1 - auc}, parent=f"p{at % 2}"))
    details.append(run(50, params={"lr": "0.01"}, metrics={"loss": math.nan}))
    return Comparison(of_details(details))


def test_runs_are_grouped_by_what_a_value_means() -> None:
    groups = RunGroups(sweep(), LR).groups
    assert [(one.title, len(one)) for one in groups] == [("0.1", 6), ("0.01", 4)]
    assert sorted(column for one in groups for column in one.columns) == list(range(10))


def test_figures_of_a_set() -> None:
    groups = RunGroups(sweep(), LR)
    auc = groups.summary("val_auc", groups.groups[1])
    assert (auc.n, auc.low, auc.high, auc.median) == (3, 0.901, 0.903, 0.902)
    assert auc.mean == pytest.approx(0.902)
    assert groups.summary("loss", groups.groups[1]).left_out == 1
    assert groups.metrics == ("loss", "val_auc")


def test_what_mlflow_measures_of_the_machine_is_offered_after_the_metrics() -> None:
    values = ({"system/cpu": 10.0 * at, "loss": 1.0 / at, "a": 1.0} for at in range(1, 5))
    details = [run(at, params={"lr": str(at)}, metrics=metrics) for at, metrics in enumerate(values)]
    comparison = Comparison(of_details(details))
    assert comparison.metrics == ("a", "loss", "system/cpu")
    assert best_metric(comparison, comparison.metrics) == "loss"
    assert [one.found.strength for one in importances(comparison, "system/cpu")] == [pytest.approx(1.0)]
    groups = RunGroups(comparison, LR)
    assert groups.metrics == ("a", "loss", "system/cpu")
    assert sorted(groups.values("system/cpu", one)[0] for one in groups.groups) == [10.0, 20.0, 30.0, 40.0]


def test_the_difference_of_two_sets() -> None:
    groups = RunGroups(sweep(), LR)
    found = groups.difference("val_auc", groups.groups[0], groups.groups[1])
    assert found is not None
    assert found.delta == pytest.approx(0.1)
    assert found.low < 0.1 < found.high
    assert found.p < 0.001
    assert (
        groups.difference(
            "val_auc", groups.groups[0], RunGroups(sweep(), Grouping((("params", "note"),), "")).groups[0]
        )
        is None
    )


def test_seeds_are_named() -> None:
    varying = RunGroups(sweep(), LR).varying
    assert [(one.name, one.seed) for one in varying] == [("seed", True), ("note", False), ("optimizer", False)]
    assert varying[0].values == 3
    assert is_seed("train.random_state")
    assert is_seed("data_seed")
    assert not is_seed("seeds_of_doubt")


def test_ways_to_group() -> None:
    found = [grouping.title for grouping in groupings(sweep())]
    assert found[0] == "every param that differs but seed, note"
    assert "parent run" in found
    assert "param lr" in found
    assert "param note" not in found, "every run alone is no set"


def test_runs_without_the_param_are_a_set_of_their_own() -> None:
    comparison = Comparison(of_details([run(1, params={"a": ""}), run(2, params={}), run(3, params={"a": "x"})]))
    titles = {one.title for one in RunGroups(comparison, Grouping((("params", "a"),), "")).groups}
    assert titles == {'""', "–", "x"}


def test_a_set_without_any_of_several_params_is_said_in_words() -> None:
    comparison = Comparison(of_details([run(1, params={"a": "1", "b": "1"}), run(2), run(3, metrics={"m": math.nan})]))
    groups = RunGroups(comparison, Grouping((("params", "a"), ("params", "b")), ""))
    assert {one.title for one in groups.groups} == {"1, 1", "without any of these"}
    assert groups.leaves_out
    assert not RunGroups(Comparison(of_details([run(1), run(2)])), Grouping((), "")).leaves_out


def test_which_params_matter() -> None:
    found = {one.param: one for one in importances(sweep(), "val_auc")}
    assert found["lr"].found.strength == pytest.approx(-0.85, abs=0.05)
    assert found["lr"].found.kind == "rho"
    assert found["optimizer"].found.kind == "groups"
    assert found["optimizer"].values == 2
    assert "note" not in found
    assert next(iter(found)) in ("lr", "optimizer")
    assert importances(sweep(), "nothing") == ()


def test_the_metric_to_begin_with() -> None:
    assert best_metric(sweep(), ("loss", "val_auc")) == "loss"  # the one that more runs have
    assert best_metric(Comparison(of_details([run(1, metrics={})])), ()) is None
    comparison = Comparison(of_details([run(1, metrics={"a": 1, "train_loss": 1, "val_loss": 2})]))
    assert best_metric(comparison, ("a", "train_loss", "val_loss")) == "val_loss"
