"""The difference of two commits, in a repository made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tui.domain.problem import Kind, Problem
from tui.services.compared_runs import diff


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *names, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def commits(tmp_path: Path) -> tuple[str, str]:
    git(tmp_path, "init", "-q")
    found = []
    for text in ("lr = 0.1\n", "lr = 0.01\n"):
        (tmp_path / "train.py").write_text(text)
        git(tmp_path, "add", "train.py")
        git(tmp_path, "commit", "-q", "-m", "Change it")
        found.append(git(tmp_path, "rev-parse", "HEAD"))
    return found[0], found[1]


def test_what_lies_between(tmp_path: Path, commits: tuple[str, str]) -> None:
    text = diff(tmp_path, *commits)
    assert "train.py | 2 +-" in text
    assert "-lr = 0.1\n+lr = 0.01\n" in text


def test_no_program_of_the_repository_is_run(tmp_path: Path, commits: tuple[str, str]) -> None:
    git(tmp_path, "config", "diff.external", f"touch {tmp_path / 'run'}")
    git(tmp_path, "config", "diff.x.textconv", f"touch {tmp_path / 'run'}; cat")
    (tmp_path / ".gitattributes").write_text("*.py diff=x\n")
    diff(tmp_path, *commits)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("commit", "kind"),
    [("f" * 40, Kind.NOT_FOUND), ("--output=x", Kind.BAD_REQUEST), ("", Kind.BAD_REQUEST), ("HEAD", Kind.BAD_REQUEST)],
)
def test_commits_that_are_not_there(tmp_path: Path, commits: tuple[str, str], commit: str, kind: Kind) -> None:
    with pytest.raises(Problem) as caught:
        diff(tmp_path, commits[0], commit)
    assert caught.value.kind is kind


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        diff(tmp_path, "a" * 40, "b" * 40)
    assert caught.value.kind is Kind.NOT_FOUND
