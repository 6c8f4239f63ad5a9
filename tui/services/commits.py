"""What lies between two commits, where the repository is at hand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tui.domain.problem import Kind, Problem

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}\Z")
_SECONDS = 20.0
_MOST = 2_000_000  # characters of a diff that are kept
_TITLE = "The commits were not compared"


def diff(folder: Path, old: str, new: str) -> str:
    """``git diff`` of two commits of the repository that ``folder`` is in; runs no program that it configures.

    Raises Problem where git, the repository or one of the commits is not there.
    """
    for commit in (old, new):
        if not _COMMIT.match(commit):
            raise Problem(Kind.BAD_REQUEST, _TITLE, f"“{commit}” is no commit's id.")
    if _git(folder, "rev-parse", "--show-toplevel").returncode != 0:
        hint = "Start mlflow-deck in a clone of the repository."
        raise Problem(Kind.NOT_FOUND, _TITLE, f"{folder} is not inside a git repository.", hint)
    for commit in (old, new):
        if _git(folder, "cat-file", "-e", f"{commit}^{{commit}}").returncode != 0:
            hint = "Fetch it, or start mlflow-deck in a clone of the repository that the runs come from."
            raise Problem(Kind.NOT_FOUND, _TITLE, f"The repository at {folder} has no commit {commit}.", hint)
    shown = _git(folder, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--stat", "--patch", old, new)
    if shown.returncode != 0:
        raise Problem(Kind.INTERNAL, _TITLE, f"git said: {shown.stderr.strip()[:300]}")
    return shown.stdout[:_MOST]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "core.fsmonitor=", "-c", "core.pager=", "-C", str(folder), *arguments]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise Problem(Kind.UNSUPPORTED, _TITLE, "git is not installed here.", "Install git.") from None
    except subprocess.TimeoutExpired:
        raise Problem(Kind.TIMEOUT, _TITLE, f"git took longer than {_SECONDS:g} s.") from None
