"""What is copied leads back to the same run, runs as it stands, and gives no password away."""

from __future__ import annotations

import ast
import shlex

import pytest

from tui.services.copies import experiment_copies, in_workspace, python_in, run_copies, trace_copies, web_address

RUN = "0f" * 16
SECRET = "https://ana:s3cret@mlflow.example.com:8443/base/"


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://localhost:5000/", "http://localhost:5000"),
        (SECRET, "https://mlflow.example.com:8443/base"),
        ("https://[::1]:5000", "https://[::1]:5000"),
        ("https://h?token=abc#x", "https://h"),
        ("sqlite:////tmp/mlflow.db", None),
        ("databricks", None),
        ("databricks://prod", None),
        ("", None),
    ],
)
def test_only_servers_have_an_address_in_the_web(uri: str, address: str | None) -> None:
    assert web_address(uri) == address


def test_a_run_of_a_server() -> None:
    offers = dict(run_copies(SECRET, RUN, "7"))
    assert offers["run id"] == RUN
    assert offers["run URI"] == f"runs:/{RUN}"
    assert offers["link"] == f"https://mlflow.example.com:8443/base/#/experiments/7/runs/{RUN}"
    address = f"https://mlflow.example.com:8443/base/api/2.0/mlflow/runs/get?run_id={RUN}"
    assert shlex.split(offers["curl"]) == ["curl", "-s", address]


def test_a_run_of_a_local_store_has_no_link() -> None:
    assert [title for title, _ in run_copies("sqlite:////tmp/mlflow.db", RUN, "7")] == ["run id", "run URI", "Python"]


@pytest.mark.parametrize("uri", [SECRET, "postgresql://ana:s3cret@db/mlflow", "sqlite:////tmp/o'hara\".db"])
def test_no_password_is_copied_and_python_is_python(uri: str) -> None:
    for title, text in [*run_copies(uri, RUN, "7"), *experiment_copies(uri, "7", "churn")]:
        assert "s3cret" not in text, title
        if title == "Python":
            ast.parse(text)


def test_an_experiment_with_an_odd_name_and_id() -> None:
    name = 'o\'hara "the"\n\x1b[31m'
    offers = dict(experiment_copies(SECRET, "7'; rm -rf /", name))
    assert offers["experiment name"] == name
    assert offers["experiment id"] == "7'; rm -rf /"
    ast.parse(offers["Python"])
    assert len(shlex.split(offers["curl"])) == 3
    assert "rm -rf" not in offers["link"]


def test_what_is_copied_of_a_workspace_leads_to_that_workspace() -> None:
    offers = run_copies("http://h:5000", "r1", "7")
    assert in_workspace(offers, "") == offers
    made = dict(in_workspace(offers, "team-a"))
    assert made["link"] == "http://h:5000/#/experiments/7/runs/r1?workspace=team-a"
    assert made["curl"].startswith("curl -s -H 'X-MLFLOW-WORKSPACE: team-a' 'http://h:5000/")
    assert made["Python"].startswith("import mlflow\nmlflow.set_workspace('team-a')\nmlflow.set_tracking_uri(")
    assert made["run id"] == "r1"
    trace = dict(in_workspace(trace_copies("http://h:5000", "tr-1", "7"), "team-a"))
    assert trace["link"].endswith("traces?selectedEvaluationId=tr-1&workspace=team-a")
    lines = python_in("from mlflow import MlflowClient\n\nclient = MlflowClient()", "team-a")
    assert lines.startswith("import mlflow\nfrom mlflow import MlflowClient\nmlflow.set_workspace('team-a')\n")
    ast.parse(lines)
