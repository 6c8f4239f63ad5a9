"""``mlflow-deck lint`` and ``mlflow-deck ledger``: what they print, and how they end."""

from __future__ import annotations

import json
from datetime import timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.fake_registry import FakeRegistry, cut_before, forbidden
from tests.support.fakes import FrozenClock
from tests.support.flows import Mover
from tests.support.stores import Store, make_store
from tui import cli
from tui.config.model import ModelSettings
from tui.console.command import asked_twice
from tui.console.report import ledger_table, lint, lint_json, lint_table, rules_table
from tui.domain.columns import sifted
from tui.domain.models.values import ModelFacts, Signature, SourceRun
from tui.domain.problem import Kind, Problem
from tui.domain.writes import plans
from tui.services.alias_moves import place_of
from tui.services.ledger import Ledger
from tui.services.ledger_rows import row, searched
from tui.services.model_health import ModelHealth


@pytest.fixture
def registry() -> FakeRegistry:
    fake = FakeRegistry()
    fake.add("churn", 14, aliases={"champion": "12", "challenger": "14"}, description="About")
    fake.add("pricing\x1b[31m", 1)
    for number, auc in ((12, 0.93), (14, 0.94)):
        fake.change_version("churn", str(number), run_id=f"r{number}")
        fake.runs[f"r{number}"] = SourceRun(f"r{number}", status="FINISHED", metrics={"auc": auc, "loss": 0.1})
        fake.facts["churn", str(number)] = ModelFacts(Signature(), "input.json", requirements=("a==1",))
    return fake


def test_lint_looks_at_everything_and_says_what_to_do(registry: FakeRegistry) -> None:
    report = lint(registry, ModelHealth(registry, FrozenClock()), ())
    assert report.models == 2 and report.fails
    table = lint_table(report)
    assert "churn\n  warning  challenger-better  Challenger v14 beats champion v12 on auc: 0.94 against 0.93." in table
    assert "pricing\\x1b[31m\n  error    no-champion" in table
    assert table.endswith("2 models: 1 error, 1 warning, 1 note")
    said = json.loads(lint_json(report))
    assert said["counts"] == {"error": 1, "warning": 1, "note": 1}
    assert {finding["rule"] for finding in said["findings"]} == {"challenger-better", "no-champion", "no-description"}


def test_a_line_that_is_cut_once_stops_no_gate(registry: FakeRegistry, capsys: pytest.CaptureFixture[str]) -> None:
    port = asked_twice(registry)
    registry.strike("search_models", cut_before)
    report = lint(port, ModelHealth(port, FrozenClock()), ())
    assert report == lint(registry, ModelHealth(registry, FrozenClock()), ())
    assert capsys.readouterr().err == "The connection was cut. It is asked once more.\n"
    for trouble in (cut_before, cut_before):
        registry.strike("search_models", trouble)
    with pytest.raises(Problem, match="cut"):
        lint(port, ModelHealth(port, FrozenClock()), ())
    registry.strike("search_models", forbidden)
    with pytest.raises(Problem) as refused:
        lint(port, ModelHealth(port, FrozenClock()), ())
    assert refused.value.kind is Kind.FORBIDDEN, "what was refused is not asked twice"


def test_lint_of_some_and_as_configured(registry: FakeRegistry) -> None:
    settings = ModelSettings(metric="loss", rules={"no-description": "ignore", "no-champion": "note"})
    report = lint(registry, ModelHealth(registry, FrozenClock(), settings), ("churn",))
    assert (report.models, report.findings) == (1, ())
    report = lint(registry, ModelHealth(registry, FrozenClock(), settings), ())
    assert [finding.severity for finding in report.findings] == ["note"] and not report.fails
    assert "no-champion        note     a version is champion  (configured; by itself error)" in rules_table(
        settings.rules
    )
    with pytest.raises(Problem) as caught:
        lint(registry, ModelHealth(registry, FrozenClock()), ("absent",))
    assert caught.value.kind is Kind.NOT_FOUND


def test_evidence_is_asked_for_once(registry: FakeRegistry) -> None:
    health = ModelHealth(registry, FrozenClock())
    model = registry.get_model("churn")
    assert not health.is_complete(model)
    health.gather([model], facts=True)
    calls = len(registry.calls)
    health.gather([model], facts=True)
    assert len(registry.calls) == calls and health.is_complete(model)
    assert health.metric == "auc" and health.better("auc") == "higher"
    health.choose_metric("loss")
    assert health.metric == "loss" and health.better("loss") == "lower"
    health.forget("churn")
    assert not health.is_complete(model)


def test_a_version_that_is_gone_is_told_as_dangling(registry: FakeRegistry) -> None:
    registry.models["churn"] = registry.models["churn"].__class__("churn", aliases={"champion": "99"})
    report = lint(registry, ModelHealth(registry, FrozenClock()), ("churn",))
    assert "dangling-alias" in {finding.rule for finding in report.findings}


def test_the_command_on_a_real_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Store = make_store(tmp_path)
    client = store.client()
    client.create_registered_model("empty")
    run = CliRunner().invoke(cli.cli, ["lint", "--tracking-uri", store.uri, "--json"])
    assert run.exit_code == 1, run.output
    assert json.loads(run.output)["counts"]["error"] == 1
    client.delete_registered_model("empty")
    run = CliRunner().invoke(cli.cli, ["lint", "--tracking-uri", store.uri])
    assert run.exit_code == 1, "a gate does not open on nothing"
    assert "No model was seen" in run.stderr
    run = CliRunner().invoke(cli.cli, ["lint", "--tracking-uri", store.uri, "--allow-empty"])
    assert run.exit_code == 0 and run.output.strip() == "0 models: 0 errors, 0 warnings, 0 notes"
    run = CliRunner().invoke(cli.cli, ["lint", "--rules"])
    assert run.exit_code == 0 and "no-signature" in run.output


def test_the_ledger_in_print(registry: FakeRegistry, tmp_path: Path) -> None:
    from tui.resources import state_dir

    assert CliRunner().invoke(cli.cli, ["ledger"]).output == "Nothing has been written from here.\n"
    ledger = Ledger(state_dir() / "ledger.jsonl", FrozenClock(), "ana@bastion")
    moves = Mover(registry, ledger)
    moves.carry_out(plans.plan("churn", moves.state("churn"), {"champion": "11"}), "latency\x1b[2J")
    undo = moves.undo_plan("churn")
    assert undo is not None
    moves.carry_out(undo)
    with open(ledger.file, "a") as file:
        file.write('{"torn')
    printed = CliRunner().invoke(cli.cli, ["ledger"])
    first, second = printed.stdout.splitlines()
    assert first.startswith("#1  2026-11-23 14:00:00  prod  ana@bastion  churn  champion v12 → v11")
    assert first.endswith("done  “latency\\x1b[2J”")
    assert "undo #1: champion v11 → v12" in second
    assert "is torn; it was skipped" in printed.stderr
    said = json.loads(CliRunner().invoke(cli.cli, ["ledger", "--json"]).stdout)
    assert [entry["outcome"] for entry in said] == ["done", "done"]
    assert CliRunner().invoke(cli.cli, ["ledger", "other"]).stdout == "Nothing has been written to other from here.\n"
    entries = list(ledger.read().entries)
    rows = [row(entry) for entry in entries]
    assert [found.entry.number for found in sifted(rows, "undo CHURN", searched)] == [2]
    assert [found.entry.number for found in sifted(rows, "", searched)] == [1, 2]
    assert ledger_table(entries, timezone.utc).count("\n") == 1


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("https://ana:secret@h:8080/prefix/", "https://h:8080/prefix"),
        ("https://ana@h", "https://h"),
        ("sqlite:////srv/mlflow.db", "sqlite:////srv/mlflow.db"),
        ("databricks-uc://prod", "databricks-uc://prod"),
        ("databricks-uc", "databricks-uc"),
        ("postgresql://u:p@h/db", "postgresql://h/db"),
    ],
)
def test_the_place_in_the_ledger_holds_no_account(uri: str, place: str) -> None:
    assert place_of(uri) == place
