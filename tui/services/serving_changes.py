"""Changes of what endpoints serve: the only way by which a serving config is written and undone. Every method blocks.

What was served before is kept in the ledger as names, versions and shares of the traffic; sizes and environments, in
which there may be secrets, never leave the workspace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import Endpoint, Share, Split, Update, change_words, split_refusals
from tui.gateway.databricks.ports import ServingPort
from tui.services.ledger import UNSETTLED, Entry, Ledger
from tui.services.writes import GuardedWrite, Intention, Outcome, Report, Result, carry_out

WHAT = "serving.config"
BEGUN = "begun"  # in the ledger: the workspace has taken it on, and what becomes of it is not known yet
VERSION, TRAFFIC, UNDO = "version", "traffic", "undo"
_TITLE = "Nothing was changed"


@dataclass(frozen=True)
class ServingPlan:
    """From what an endpoint serves to what it is to serve; ``of`` is the ledger's number of what it undoes."""

    endpoint: str
    before: Split
    after: Split
    purpose: str = VERSION
    of: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """A line for each served entity."""
        if len(self.before) != len(self.after):
            return tuple(f"{share.entity} v{share.version}  {share.percent} %" for share in self.after)
        return change_words(self.before, self.after)


class ServingChanges:
    """Carries plans out for one context."""

    def __init__(self, serving: ServingPort, ledger: Ledger, *, context: str, place: str, read_only: bool) -> None:
        self._serving = serving
        self._ledger = ledger
        self._context = context
        self._place = place
        self._read_only = read_only

    def refusal(self, endpoint: Endpoint) -> Problem | None:
        """Why nothing of an endpoint can be changed from here, known without trying."""
        if self._read_only:
            return Problem(
                Kind.FORBIDDEN,
                _TITLE,
                f"The context {self._context} is read-only.",
                "Open it with --read-write, if that is allowed to you.",
            )
        if not endpoint.may_manage:
            have = endpoint.permission.replace("_", " ")
            return Problem(
                Kind.FORBIDDEN,
                _TITLE,
                f"It needs CAN MANAGE on the endpoint {endpoint.name}; you have {have}.",
                f"Ask {endpoint.creator or 'its creator'} for it, in the endpoint's permissions.",
            )
        if endpoint.update is Update.RUNNING:
            return Problem(
                Kind.BAD_REQUEST, _TITLE, "The endpoint is being updated just now.", "Wait until that is over."
            )
        return None

    def carry_out(self, plan: ServingPlan, *, unrecorded_ok: bool = False) -> Report[Endpoint]:
        """Look again, refuse if something else is served by now, begin, and record; raises Problem before any of it.

        Done means that the workspace has taken the change on: whether it comes up shows later (``settle``).
        """
        if self._read_only:
            raise Problem(Kind.FORBIDDEN, _TITLE, f"The context {self._context} is read-only.")
        refused = split_refusals(plan.before, plan.after)
        if refused:
            raise Problem(Kind.BAD_REQUEST, _TITLE, " ".join(refused))
        intention = Intention(
            WHAT,
            self._context,
            self._place,
            plan.endpoint,
            plan.purpose,
            plan.of,
            details={"before": _kept(plan.before), "after": _kept(plan.after)},
        )
        seen: list[Endpoint] = []

        def read() -> Endpoint:
            seen.append(self._serving.endpoint(plan.endpoint))
            return seen[-1]

        def reached(now: Endpoint) -> bool:
            """Whether it serves that, or is on its way there; a failed attempt of before is shown as pending too."""
            pending, was = now.pending, seen[0].pending
            if now.config.split == plan.after:
                return True
            if pending is None or pending.split != plan.after:
                return False
            return now.update is Update.RUNNING or was is None or was.started_ms != pending.started_ms

        step: GuardedWrite[Endpoint] = GuardedWrite(
            read=read,
            expected=lambda now: now.update is not Update.RUNNING and now.config.split == plan.before,
            write=lambda: self._serving.change(plan.endpoint, plan.before, plan.after),
            reached=reached,
        )
        report = carry_out(self._ledger, intention, [step], tell=_told, unrecorded_ok=unrecorded_ok)
        found = report.results[0].found
        if report.outcome is Outcome.DONE and report.number is not None and found and found.config.split != plan.after:
            self._ledger.end(report.number, BEGUN, _told(report.results))
        return report

    def settle(self, number: int | None, plan: ServingPlan) -> tuple[Outcome | None, Endpoint]:
        """What became of a change that was taken on, recorded once it is known (None until then), and what is there.

        The endpoint is read for it: what a screen knows of it may have been read before the change.
        """
        now = self._serving.endpoint(plan.endpoint)
        if now.update is Update.RUNNING:
            return None, now
        outcome = Outcome.DONE if now.config.split == plan.after else Outcome.OVERTAKEN
        if outcome is Outcome.OVERTAKEN and now.config.split == plan.before:
            outcome = Outcome.NOT_DONE
        if number is not None:
            told = {"state": now.state, "failures": list(now.failures) if outcome is not Outcome.DONE else []}
            self._ledger.end(number, outcome.value, told)
        return outcome, now

    def entries(self, endpoint: str = "") -> list[Entry]:
        """The changes of an endpoint, or of every one, that are on record here, oldest first."""
        return [
            entry
            for entry in self._ledger.read().entries
            if entry.what == WHAT and entry.place == self._place and endpoint in ("", entry.subject)
        ]

    def begun(self) -> dict[str, tuple[int, ServingPlan]]:
        """By endpoint, the changes that were under way when they were last heard of; the deck may have ended since."""
        latest = {entry.subject: entry for entry in self.entries()}
        return {
            name: (entry.number, _plan_of(entry))
            for name, entry in latest.items()
            if entry.outcome in (BEGUN, *UNSETTLED)
        }

    def undo_plan(self, endpoint: str) -> ServingPlan | None:
        """What takes back the last change that was done and not taken back yet; None where there is none.

        It expects what that change led to, so that it is refused if the endpoint has been changed since.
        """
        entries = self.entries(endpoint)
        undone = {entry.of for entry in entries if entry.purpose == UNDO and entry.outcome == Outcome.DONE.value}
        for entry in reversed(entries):
            if entry.purpose == UNDO or entry.number in undone or entry.outcome != Outcome.DONE.value:
                continue
            done = _plan_of(entry)
            return ServingPlan(endpoint, done.after, done.before, UNDO, entry.number)
        return None


def _plan_of(entry: Entry) -> ServingPlan:
    before, after = _split(entry.details.get("before")), _split(entry.details.get("after"))
    return ServingPlan(entry.subject, before, after, entry.purpose, entry.of)


def _kept(split: Split) -> list[dict[str, Any]]:
    return [{"name": s.name, "entity": s.entity, "version": s.version, "percent": s.percent} for s in split]


def _split(kept: object) -> Split:
    return tuple(
        Share(str(s.get("name", "")), str(s.get("entity", "")), str(s.get("version", "")), int(s.get("percent", 0)))
        for s in (kept if isinstance(kept, list) else ())
        if isinstance(s, dict)
    )


def _told(results: Sequence[Result[Endpoint]]) -> Mapping[str, Any]:
    (result,) = results
    found = {"state": result.found.state} if result.found is not None else {}
    return {**found, **({"problem": str(result.problem)} if result.problem is not None else {})}
