"""The packages that a store needs: which driver a URL loads is SQLAlchemy's to say, and how to install it is told."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tui.domain.problem import Kind, Problem
from tui.gateway import guard, problems

ROOT = Path(__file__).parents[2]


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Let these modules not be installed."""
    for name in modules:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize(
    ("uri", "module", "advice"),
    [
        ("postgresql://ana:hunter2@h/db", "psycopg", "pip install 'mlflow-deck[postgres]'"),
        ("postgresql+psycopg2://ana:hunter2@h/db", "psycopg2", "pip install psycopg2-binary"),
        ("mysql://ana:hunter2@h/db", "MySQLdb", "pip install mysqlclient"),
        ("mysql+pymysql://ana:hunter2@h/db", "pymysql", "pip install 'mlflow-deck[mysql]'"),
        ("mssql://ana:hunter2@h/db", "pyodbc", "pip install pyodbc"),
    ],
)
def test_the_driver_that_a_url_loads_is_named(
    monkeypatch: pytest.MonkeyPatch, uri: str, module: str, advice: str
) -> None:
    without(monkeypatch, module)
    with pytest.raises(Problem) as caught:
        guard.inspect(uri)
    problem = caught.value
    assert problem.kind is Kind.CONFIG
    assert module in problem.message and advice in problem.hint
    assert "hunter2" not in str(problem) and "install mlflow " not in problem.hint
    assert problems.driver_of(uri) is None


def test_a_driver_that_nobody_knows_is_told() -> None:
    with pytest.raises(Problem, match="does not know"):
        guard.inspect("postgresql+nope://ana@h/db")


@pytest.mark.parametrize(
    ("module", "advice"),
    [("boto3", "[s3]"), ("azure", "[azure]"), ("google.cloud.storage", "[gcs]"), ("pyspark", "pip install pyspark")],
)
def test_any_import_that_fails_names_its_module_and_what_brings_it(module: str, advice: str) -> None:
    error = ModuleNotFoundError(f"No module named {module!r}", name=module)
    wrapped = RuntimeError("could not list")
    wrapped.__cause__ = error
    problem = problems.of(wrapped, "Could not list the artifacts", "s3://bucket")
    assert problem.kind is Kind.CONFIG
    assert module.partition(".")[0] in problem.message and advice in problem.hint


def test_a_package_that_is_there_and_does_not_load_is_told_in_its_own_words() -> None:
    problem = problems.missing(ImportError("no pq wrapper available", name="psycopg"), "Could not open", "the database")
    assert "no pq wrapper available" in problem.message and "[postgres]" in problem.hint


def test_the_extras_that_are_named_exist() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for package, extra in problems._PACKAGES.values():
        if extra:
            found = re.search(rf"^{extra} = \[(.*)\]", project, re.MULTILINE)
            assert found and package in found[1], extra
