"""What was found when a context was looked over: checks, each with a verdict, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tui.domain.quantities import count


class Verdict(str, Enum):
    """How a check ended; ``SKIPPED`` where there is nothing to check, or something before it failed."""

    OK = "ok"
    WARNING = "warning"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One thing looked at. ``found`` and ``remedy`` are a sentence or two; ``took_ms`` is None where nobody waited."""

    id: str
    title: str
    verdict: Verdict
    found: str
    remedy: str = ""
    took_ms: float | None = None


def fails(checks: Sequence[Check]) -> bool:
    """Whether something that a person needs does not work."""
    return any(check.verdict is Verdict.FAIL for check in checks)


def summary(checks: Sequence[Check]) -> str:
    """``9 ok, 2 warnings, 1 failure``; what was skipped is not counted."""
    words = []
    for verdict, one, many in (
        (Verdict.OK, "ok", "ok"),
        (Verdict.WARNING, "warning", "warnings"),
        (Verdict.FAIL, "failure", "failures"),
    ):
        count = sum(1 for check in checks if check.verdict is verdict)
        if count:
            words.append(f"{count} {one if count == 1 else many}")
    return ", ".join(words)


def took_words(check: Check) -> str:
    """How long a check took, ``1 204 ms``; "" of what takes no time."""
    return f"{count(round(check.took_ms))} ms" if check.took_ms is not None and check.took_ms >= 1 else ""


def without(check: Check, secrets: Sequence[str]) -> Check:
    """The check with every one of these texts hidden."""
    found, remedy = check.found, check.remedy
    for secret in secrets:
        found, remedy = found.replace(secret, "***"), remedy.replace(secret, "***")
    return replace(check, found=found, remedy=remedy)
