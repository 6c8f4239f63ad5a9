"""What does not yet hold, by row and question: each mending takes its entry away, for such a test must not pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pytest


class Row(Protocol):
    """One thing that every question is asked of."""

    @property
    def name(self) -> str: ...


def owed(reason: str, **rows: str) -> dict[tuple[str, str], str]:
    """By row and question, why an answer is owed; a question's rows are parted by commas."""
    return {(row.strip(), question): reason for question, names in rows.items() for row in names.split(",")}


def asked(rows: Sequence[Row], question: str, owed: dict[tuple[str, str], str]) -> list[Any]:
    """The rows as a test's parameters; those that owe this question's answer must fail."""
    return [
        pytest.param(
            row,
            id=row.name,
            marks=[pytest.mark.xfail(strict=True, reason=reason)] if (reason := owed.get((row.name, question))) else (),
        )
        for row in rows
    ]
