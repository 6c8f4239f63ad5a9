"""``mlflow-deck lint`` on a workspace: an endpoint that serves another version than the alias is told, and counts."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tui.cli import cli
from tui.demo.simulated.state import Workspace


def lint(profile: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--profile", profile, "lint", *arguments])


def served_elsewhere(result: Result) -> list[tuple[str, str, str]]:
    told = json.loads(result.output)
    return [
        (finding["model"], finding["severity"], finding["sentence"])
        for finding in told["findings"]
        if finding["rule"] == "served-elsewhere"
    ]


def test_drift_is_told(profile: str) -> None:
    found = lint(profile, "prod.ml.churn")
    assert "served-elsewhere" in found.output
    assert "champion is v12, churn-prod serves v11 90%, v10 10%." in found.output
    everything = lint(profile, "--json")
    assert served_elsewhere(everything) == [
        ("prod.ml.churn", "warning", "champion is v12, churn-prod serves v11 90%, v10 10%.")
    ]


def test_nothing_is_told_once_the_endpoint_serves_the_alias(profile: str, workspace: Workspace) -> None:
    workspace.models["prod.ml.churn"].aliases["champion"] = 11
    canary = workspace.endpoints.pop("churn-canary")
    assert served_elsewhere(lint(profile, "--json", "prod.ml.churn")) == []
    workspace.endpoints["churn-canary"] = canary
    assert [said for _, _, said in served_elsewhere(lint(profile, "--json"))] == [
        "champion is v11, churn-canary serves v12 100%."
    ]


def test_the_exit_status_tells_of_drift_where_that_is_graded_an_error(
    profile: str, workspace: Workspace, tmp_path: Path
) -> None:
    name = "prod.agents.helpdesk"
    assert lint(profile, name).exit_code == 0
    workspace.models[name].aliases["champion"] = 2  # while v3 goes on being served
    warned = lint(profile, name)
    assert "served-elsewhere" in warned.output and warned.exit_code == 0, "a warning fails nothing"
    file = tmp_path / "config.yaml"
    file.write_text("models:\n  rules:\n    served-elsewhere: error\n")
    failed = lint(profile, name, "--config", str(file))
    assert "served-elsewhere" in failed.output and failed.exit_code == 1
    as_json = lint(profile, name, "--json", "--config", str(file))
    assert as_json.exit_code == 1 and [grade for _, grade, _ in served_elsewhere(as_json)] == ["error"]
    file.write_text("models:\n  rules:\n    served-elsewhere: ignore\n")
    ignored = lint(profile, name, "--config", str(file))
    assert "served-elsewhere" not in ignored.output and ignored.exit_code == 0
