"""What the commands that write share: the plan shown, the consent asked for, and what became of it.

Plans are made by the services that the keys use too, and carried out by the same flow: read again before each write,
read back after it, in the ledger.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from tui.console.command import EXIT_UNDONE, Decorated, asked_wrongly, instant, print_json, write
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.domain.writes import change_words, changes
from tui.domain.writes.changes import Change, Plan

if TYPE_CHECKING:
    from tui.services.session import Session
    from tui.services.write_flow import Overtaken, WriteResult

ABSENT = "none"
SIGNS: Mapping[str, str] = {"error": "error", "warning": "warning"}
"""How findings about what is written are marked, by their severity."""


@dataclass(frozen=True)
class Consent:
    """What was said on the command line of doing it."""

    yes: bool = False
    name: str = ""  # repeated, for what is protected
    reason: str = ""
    dry_run: bool = False
    as_json: bool = False
    looks_again: bool = True


second_look_option = click.option(
    "--second-look/--no-second-look",
    "looks_again",
    default=True,
    help="Read it once more after 2 s, and end with 3 where somebody else has changed it by then.",
)


def write_options(function: Decorated) -> Decorated:
    """``--yes``, ``--name``, ``--reason``, ``--dry-run``, ``--json`` and whether it is read once more afterwards.

    The command is given them as ``consent``.
    """

    @wraps(function)
    def consenting(
        *given: Any, yes: bool, name: str, reason: str, dry_run: bool, as_json: bool, looks_again: bool, **named: Any
    ) -> Any:
        return function(*given, consent=Consent(yes, name, reason, dry_run, as_json, looks_again), **named)

    options = (
        click.option("--reason", metavar="TEXT", default="", help="Why, for the ledger."),
        click.option("--yes", is_flag=True, help="Do it without asking."),
        click.option("--name", metavar="NAME", default="", help="The model's name again: with --yes, if protected."),
        click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        second_look_option,
    )
    decorated: Callable[..., Any] = consenting
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[return-value]  # the same but for the consent


def refuse_read_only(session: Session) -> None:
    """Raise Problem where nothing may be written, before anything is read for it."""
    refused = session.flow.refusal
    if refused is not None:
        raise refused


def carried_out(session: Session, plan: Plan, consent: Consent) -> int:
    """Show a plan, have it confirmed, carry it out and print what became of it; answers the exit status.

    Raises Problem where nothing was tried: it is refused, no reason is said, nobody consents.
    """
    refuse_read_only(session)
    if reasons := changes.refusals(plan):
        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", " ".join(map(clean, (*reasons, *plan.remarks))))
    if plan.asks_why == "must" and not consent.reason.strip() and not consent.dry_run:
        raise asked_wrongly("Nothing was changed", "This context wants a reason for each move.", "Say it by --reason.")
    if consent.dry_run:
        if consent.as_json:
            print_json({"outcome": "dry run", "steps": [step_as_plain(one) for one in plan.changes], **_guards(plan)})
        else:
            write("\n".join(plan_lines(plan)) + "\n")
        return 0
    # The plan goes to stderr: stdout has what became of it.
    if not consent.yes or sys.stderr.isatty():
        click.echo("\n".join(plan_lines(plan)), err=True)
    _confirmed(plan, consent)
    told = session.flow.carry_out(replace(plan, why=consent.reason.strip()))
    if not consent.as_json:
        write("\n".join(told_lines(told, session)) + "\n")
    overtaken = looked_again(session, [told], consent.looks_again, quiet=consent.as_json)
    if consent.as_json:
        print_json(as_plain(told, overtaken))
    from tui.services.write_flow import Outcome

    return 0 if told.outcome is Outcome.DONE and not overtaken else EXIT_UNDONE


def looked_again(
    session: Session, results: Sequence[WriteResult], wanted: bool, *, quiet: bool
) -> tuple[Overtaken, ...]:
    """What somebody else has changed within moments of it, after a wait; printed, unless ``quiet``.

    No store compares and sets: two who write at once may both read back what they wrote.
    """
    from tui.domain.writes.changes import WriteVerb
    from tui.services.ledger_rows import overtaken_line
    from tui.services.write_flow import second_look_s

    if not wanted or not any(change.verb is not WriteVerb.SERVE for told in results for change in told.done):
        return ()
    time.sleep(second_look_s())
    try:
        found = tuple(one for told in results for one in session.flow.look_again(told))
    except Problem as problem:
        # What was told of it was true when it was read back.
        click.echo(f"It could not be read once more: {clean(str(problem))}", err=True)
        return ()
    if found and not quiet:
        write("\n".join(overtaken_line([one], session.clock.zone) for one in found) + "\n")
    return found


def plan_lines(plan: Plan) -> list[str]:
    """A plan in lines: what it is, each change from what to what, and what should be known before."""
    lines = [change_words.to_do(plan)]
    if len(plan.changes) > 1 or not plan.changes[0].alias:
        lines += [f"  {_named(change)}: {_arrow(change)}" for change in plan.changes]
    lines += [f"  {clean(remark)}" for remark in plan.remarks]
    if plan.typed:
        lines.append(f"  {plan.guard}.")
    return lines


def told_lines(told: WriteResult, session: Session) -> list[str]:
    """What became of a plan, in lines."""
    from tui.services.write_flow import Outcome

    number = f", ledger #{told.report.number}" if told.report.number is not None else ", not in the ledger"
    at = f"{datetime.fromtimestamp(told.at_ms / 1000, session.clock.zone):%H:%M:%S}"
    lines = []
    if told.done:
        said = change_words.done(told.done)
        lines.append(f"{said[0].upper()}{said[1:]}, read back {at}{number}")
    else:
        lines.append(f"Nothing was changed{number}")
    for change, result in told.rows:
        if result.outcome is Outcome.DONE:
            continue
        found = ""
        if result.found is not None:
            found = f", is now {change_words.value(change, change.value_in(result.found), ABSENT)}"
        trouble = f": {clean(str(result.problem))}" if result.problem is not None else ""
        lines.append(f"  {_named(change)} {_arrow(change)}: {_WORDS.get(result.outcome.value, '')}{found}{trouble}")
    if told.aside:
        lines.append(f"  {clean(told.aside)}")
    if told.report.unrecorded is not None:
        lines.append(f"  {clean(str(told.report.unrecorded))}")
    return lines


_WORDS = {
    "conflict": "not done, somebody had changed it",
    "refused": "refused by the server",
    "not done": "not done",
    "overtaken": "changed by somebody else since",
    "unknown": "not known, the server could not be read; look again",
    "skipped": "not tried",
}


def as_plain(told: WriteResult, overtaken: Sequence[Overtaken] = ()) -> dict[str, Any]:
    """What became of a plan as plain data, for scripts; of what was ``overtaken`` since, what it is by now."""
    from tui.services.write_flow import Outcome

    since = {id(one.change): one.now for one in overtaken}
    steps = []
    for change, result in told.rows:
        outcome = Outcome.OVERTAKEN if id(change) in since else result.outcome
        said = {**step_as_plain(change), "outcome": outcome.value}
        said["found"] = change.value_in(result.found) if result.found is not None else None
        said["found"] = since.get(id(change), said["found"])
        said["problem"] = str(result.problem) if result.problem is not None else None
        steps.append(said)
    return {
        "outcome": Outcome.OVERTAKEN.value if any(s["outcome"] == "overtaken" for s in steps) else told.outcome.value,
        "ledger": told.report.number,
        "read_back": instant(told.at_ms),
        "reason": told.plan.why,
        "steps": steps,
        "aside": told.aside or None,
    }


def step_as_plain(change: Change) -> dict[str, Any]:
    """One change of a plan as plain data."""
    return {
        "kind": change.kind.value,
        "name": change.called or change.id,
        "field": f"alias {change.alias}" if change.alias else f"tag {change.key}" if change.key else change.field,
        "before": change.before,
        "after": change.after,
    }


def _guards(plan: Plan) -> dict[str, Any]:
    return {"remarks": list(plan.remarks), "protected": plan.typed or None}


def _named(change: Change) -> str:
    return f"{named(change.called) or change.id} {change_words.what(change)}".strip()


def _arrow(change: Change) -> str:
    before, after = (change_words.value(change, text, ABSENT) for text in (change.before, change.after))
    return f"{before} → {after}"


def _confirmed(plan: Plan, consent: Consent) -> None:
    """Raise Problem unless it is to be done."""
    if plan.typed:
        if consent.yes and consent.name == plan.typed:
            return
        if consent.yes or consent.name:
            said = f"“{clean(consent.name)}” is not its name" if consent.name else "--yes alone does not do it"
            raise _not_confirmed(f"{plan.guard}, and {said}.", f"Repeat the name: --yes --name {named(plan.typed)}")
        if not sys.stdin.isatty():
            raise _not_confirmed(
                f"{plan.guard}, and nobody is there to type the name.",
                f"Repeat the name: --yes --name {named(plan.typed)}",
            )
        if asked(f"Type {named(plan.typed)} to go on: ") != plan.typed:
            raise _not_confirmed("That is not its name.", "Do it again, and type the name.")
        return
    if consent.yes:
        return
    if not sys.stdin.isatty():
        raise _not_confirmed("Nobody is there to confirm it.", "Say --yes, or --dry-run to see what would be done.")
    if asked("Go on? [y/N] ").casefold() not in ("y", "yes"):
        raise _not_confirmed("It was not confirmed.", "Answer y, or say --yes.")


def asked(question: str) -> str:
    """What a person answers on the terminal."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _not_confirmed(message: str, hint: str) -> Problem:
    return Problem(Kind.CANCELLED, "Nothing was changed", message, hint)
