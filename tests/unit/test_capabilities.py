"""What stores can do: by their URIs, and by the version that a server tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.domain.capabilities import Capabilities, Numbers, expected, may_be_parted, of_server

SERVER = "http://mlflow.example.com:5000"
ROOT = Path(__file__).parents[2]


def test_a_plain_server_has_what_mlflow_has() -> None:
    can = expected(SERVER, SERVER)
    assert can == Capabilities(
        histories_at_once=100, whole_histories=False, long_pages=False, signs_in=True, numbers=Numbers.NEWEST_TOLD
    )
    assert expected("sqlite:///a.db", "sqlite:///a.db") == Capabilities(trace_batches=True)


def test_a_workspace_has_accounts_serving_and_privileges() -> None:
    can = expected("databricks://prod", "databricks-uc://prod")
    assert can.workspace and can.serving and can.three_levels and can.grants and can.aliases
    assert can.prompts
    legacy = expected("databricks", "databricks")
    assert legacy.legacy_registry and not legacy.prompts and not legacy.grants


def test_the_open_source_catalog_has_no_aliases_and_says_so() -> None:
    can = expected(SERVER, "uc:http://catalog.example.com")
    assert not (can.aliases or can.server_filter or can.prompts)
    assert can.three_levels and not can.grants and not can.workspace
    assert can.lacks == "its interface has no aliases, tags or renaming"


TAGS_AND_SETS = ("removal of an experiment's tags", "assessments", "evaluation datasets")


@pytest.mark.parametrize(
    ("version", "lacking"),
    [
        ("2.9.2", ("prompts", "traces", "logged models", *TAGS_AND_SETS)),
        ("2.16.2", ("prompts", "logged models", *TAGS_AND_SETS)),
        ("2.22.0", ("logged models", *TAGS_AND_SETS)),
        ("3.1.4", ("assessments", "evaluation datasets")),
        ("3.2.0", ("evaluation datasets",)),
        ("3.4.0", ()),
        ("3.17.2", ()),
        ("not a version", ()),
        ("", ()),
    ],
)
def test_an_old_server_lacks_what_came_later(version: str, lacking: tuple[str, ...]) -> None:
    can = of_server(expected(SERVER, SERVER), version)
    assert can.lacking == lacking
    assert can.prompts is ("prompts" not in lacking) and bool(can.no_prompts) is not can.prompts
    assert can.traces is ("traces" not in lacking) and bool(can.no_traces) is not can.traces
    assert can.logged_models is ("logged models" not in lacking)
    assert can.assessments is ("assessments" not in lacking) and bool(can.no_assessments) is not can.assessments
    assert can.evaluation_sets is ("evaluation datasets" not in lacking)
    assert bool(can.no_evaluation_sets) is not can.evaluation_sets


def test_spans_of_several_traces_come_at_once_from_databases_and_newer_servers() -> None:
    server = expected(SERVER, SERVER)
    batches = [of_server(server, version).trace_batches for version in ("2.22.0", "3.5.1", "3.6.0", "3.17.2", "")]
    assert batches == [False, False, True, True, False]
    assert (
        expected("sqlite:///x", "sqlite:///x").trace_batches and not expected("databricks", "databricks").trace_batches
    )


def test_why_there_are_no_workspaces_is_told() -> None:
    server = expected(SERVER, SERVER)
    assert of_server(server, "2.22.0").no_workspaces == "MLflow 2.22.0 has no workspaces: they came with 3.10"
    assert "--enable-workspaces" in of_server(server, "3.17.2").no_workspaces
    assert "MLflow servers have them" in expected("sqlite:///x", "sqlite:///x").no_workspaces
    assert Capabilities(parted=True).no_workspaces == ""
    assert [may_be_parted(version) for version in ("3.9.0", "3.10.1", "", "?")] == [False, True, False, False]


def test_one_thing_that_is_lacking_is_told_without_a_list() -> None:
    assert Capabilities(lacking=("prompts",)).lacks == "its interface has no prompts"
    old = of_server(expected(SERVER, SERVER), "2.22.0")
    lacking = "logged models, removal of an experiment's tags, assessments or evaluation datasets"
    assert old.lacks == f"MLflow 2.22.0 has no {lacking}"
    assert Capabilities().lacks == ""


def test_no_screen_and_no_service_guesses_from_the_text_of_a_uri() -> None:
    guesses = re.compile(r"\bkind\([^)]*uri|is_databricks|uri\w*\.(startswith|partition|split)\(")
    # Two are about addresses for people: the ledger's way of naming a place, and the address of a page. The third
    # starts the context's process, before anything can be asked what it can do.
    spared = {"tui/services/alias_moves.py", "tui/services/copies.py", "tui/app/start.py"}
    for layer in ("features", "ui", "services", "app", "widgets"):
        for file in (ROOT / "tui" / layer).rglob("*.py"):
            name = file.relative_to(ROOT).as_posix()
            if name not in spared:
                assert not guesses.search(file.read_text(encoding="utf-8")), name
