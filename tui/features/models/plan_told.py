"""What became of a plan of alias moves, in sentences."""

from __future__ import annotations

from datetime import datetime

from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.services.alias_moves import MoveReport
from tui.services.session import Session
from tui.services.writes import Outcome

_LONGEST_ANSWER = 160  # of a server's sentences about a failure; the ledger keeps them whole


def explained(report: MoveReport) -> str:
    """What happened, and what can be done, before what the server said."""
    said = _answer(report)
    state = report.state or {}
    if report.outcome is Outcome.CONFLICT:
        moved = ", ".join(entry.words for entry in alias_plan.conflicts(report.plan, state))
        if not moved:
            return f"Nothing was written. {' '.join(alias_plan.refusals(report.plan, state=state))}".strip()
        return f"Nothing was written. Somebody else has been here: {moved}."
    if report.outcome is Outcome.UNKNOWN:
        return f"The outcome is unknown: it may have been written, and the server could not be read back.{said}"
    if report.outcome is Outcome.PARTLY:
        done = ", ".join(report.done)
        return f"Only a part was done: {done}. The rest can be finished, or what was done put back.{said}"
    if report.outcome is Outcome.OVERTAKEN:
        still = [step for step, _ in report.steps if state.get(step.alias) == step.expected]
        if len(still) == len(report.steps):
            return "The server took it, and yet it was read back as it was before: perhaps somebody put it back."
        return "It was written, and when it was read back somebody else had moved it on."
    if report.outcome is Outcome.REFUSED:
        return f"Nothing was written: the server refused.{said}"
    return f"Nothing was written.{said}"


def _answer(report: MoveReport) -> str:
    problem = report.report.problem
    if problem is None:
        return ""
    words = " ".join(problem.message.split())
    return f" {words}" if len(words) <= _LONGEST_ANSWER else f" {words[: _LONGEST_ANSWER - 1].rstrip()}…"


def still_open(report: MoveReport) -> str:
    """What is said where finishing or putting back came to nothing, and both can still be tried."""
    return f"{explained(report)} What was done before stands: it can be finished still, or put back."


def where_now(report: MoveReport, state: alias_plan.State) -> str:
    """Where the aliases of a move of unknown outcome were found when the server could be read again."""
    found = ", ".join(f"{clean(alias)} is on {alias_plan.shown(state.get(alias))}" for alias in report.plan.aliases)
    return f"The server can be read again: {found}. The ledger says so too."


def done_words(report: MoveReport, session: Session) -> str:
    """The one line that stays after a move: ``champion of churn: v12 → v11, read back 14:03:07, ledger #31``."""
    clock = session.clock
    at = datetime.fromtimestamp(clock.now_ms() / 1000, clock.zone).strftime("%H:%M:%S")
    steps = ", ".join(
        f"{step.alias} of {report.plan.model}: {alias_plan.shown(step.expected)} → {alias_plan.shown(step.to)}"
        if number == 0
        else step.words
        for number, (step, _) in enumerate(report.steps)
    )
    record = f"ledger #{report.number}" if report.number is not None else "not in the ledger"
    mirrored = f" · the tags could not be set: {report.mirrored}" if report.mirrored else ""
    undo = " · u undoes" if report.number is not None and report.plan.purpose != alias_plan.UNDO else ""
    return f"{steps}, read back {at}, {record}{undo}{mirrored}"
