"""Comparing a run's status, which goes by MLflow's name and by the word that screens show."""

from __future__ import annotations

from tui.domain.filter.nodes import FilterError, Literal_, Operator
from tui.domain.filter.texts import Test, fold, like, regex

STATUS_LABELS = {
    "FINISHED": "done", "FAILED": "failed", "RUNNING": "running", "KILLED": "killed", "SCHEDULED": "scheduled",
}  # fmt: skip
"""MLflow's statuses and the word that screens show for each."""

_STATUS_WORDS = {label: status for status, label in STATUS_LABELS.items()} | {
    "ok": "FINISHED", "success": "FINISHED", "error": "FAILED", "stopped": "KILLED", "pending": "SCHEDULED",
}  # fmt: skip


def status_named(word: str) -> str:
    """MLflow's status that ``word`` names, in any case: "done" and "Finished" are FINISHED."""
    return _STATUS_WORDS.get(word.lower(), word.upper())


def status_test(operator: Operator, value: Literal_, length: int) -> Test:
    """The test of a positive comparison with a status; raises FilterError. ``length`` is that of the whole filter."""
    if operator == "=":
        wanted = status_named(value.text)
        return lambda status: status.upper() == wanted
    if operator in ("LIKE", "ILIKE"):
        return like(value.text, any_case=operator == "ILIKE")
    if operator == ":":
        needle = fold(value.text)
        return lambda status: needle in fold(status) or needle in STATUS_LABELS.get(status, "")
    if operator == "~":
        found = regex(value.text, value.position, at_end=value.end >= length)
        return lambda status: found(status) or found(STATUS_LABELS.get(status, status))
    raise FilterError(f"a status has no order for {operator}", value.position, "Say status = failed, for example.")
