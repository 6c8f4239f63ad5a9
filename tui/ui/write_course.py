"""Where a write is on its way through the panel: what was tried, what of it stands in part, and what can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from tui.domain.problem import Kind, Problem
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Plan
from tui.services.write_flow import Touched, WriteResult
from tui.services.writes import Outcome


class Face(Enum):
    """What the panel is showing."""

    READING = "reading"
    SHOWN = "shown"  # the plan, to go on or to leave
    ARMED = "armed"  # the next enter does it
    DOING = "doing"
    TOLD = "told"  # what became of it, where not all was done
    REFUSED = "refused"  # nothing was tried

    @property
    def asks(self) -> bool:
        """Whether lines can be typed in."""
        return self in (Face.SHOWN, Face.ARMED)


class Next(Enum):
    """What follows when a plan has been carried out."""

    CLOSE = "close"  # all is done
    BACK = "back"  # a part has been taken back, and one before it stands
    TELL = "tell"  # not all is done


@dataclass
class Course:
    """One opening of the panel. ``parts`` is what was done in part and stands, the latest last."""

    face: Face = Face.READING
    plan: Plan = field(default_factory=lambda: Plan(()))
    told: WriteResult | None = None
    problem: Problem | None = None
    touched: Touched = frozenset()
    parts: list[WriteResult] = field(default_factory=list)

    # going on

    def show(self, plan: Plan) -> None:
        """A plan that can be gone on with is shown."""
        self.plan, self.told = plan, None

    def refuse(self, problem: Problem) -> bool:
        """Nothing was tried; answers whether there is an earlier part that can be told of still."""
        if self.told is None and self.parts:
            self.told = self.parts[-1]
            return True
        self.problem = problem
        return False

    def take(self, told: WriteResult) -> Next:
        """A plan has been carried out; answers what follows."""
        self.told = told
        self.touched |= told.touched
        going_back = told.plan.purpose == changes.PUT_BACK and bool(self.parts)
        if told.outcome is Outcome.DONE:
            if not going_back or not self.parts[:-1]:
                return Next.CLOSE
            self.parts.pop()
            return Next.BACK
        if told.done and not going_back:
            self.parts.append(told)
        return Next.TELL

    @property
    def result(self) -> WriteResult | None:
        """What the panel answers when it is left; None where nothing was tried."""
        return self.told or (self.parts[-1] if self.parts else None)

    def settled(self, history: Sequence[WriteResult]) -> WriteResult | None:
        """What was tried, where its answer was lost and looking again has told that it was done after all."""
        tried = self.told.plan if self.told is not None else None
        return next((t for t in history if t.plan is tried and t.outcome is Outcome.DONE), None)

    # what can follow

    @property
    def finishes(self) -> bool:
        """Whether something is left to be done."""
        told = self.told
        return told is not None and bool(told.left) and told.plan.purpose != changes.PUT_BACK

    @property
    def goes_back(self) -> bool:
        """Whether what was told last is a putting back that is done in part."""
        told = self.told
        return told is not None and told.plan.purpose == changes.PUT_BACK and bool(told.done)

    @property
    def back(self) -> Plan | None:
        """What takes back the part that was done, the latest first; None where none stands."""
        plan = self.parts[-1].taken_back if self.parts else None
        return replace(plan, purpose=changes.PUT_BACK) if plan is not None else None

    @property
    def still_stands(self) -> bool:
        """Whether nothing came of the last plan, and a part of one before it stands."""
        told = self.told
        return told is not None and not told.done and bool(self.parts) and told.outcome is not Outcome.UNKNOWN

    @property
    def ledger_is_in_the_way(self) -> bool:
        """Whether it was the ledger that could not be written."""
        # A store that cannot be read is an outcome of a step; as a refusal of the whole it is the ledger's.
        return (
            self.face is Face.REFUSED
            and self.problem is not None
            and self.problem.kind is Kind.STORE_UNREADABLE
            and bool(self.plan.changes)
        )

    def change_at(self, row: int) -> Change | None:
        """The change of a row of the table."""
        return self.plan.changes[row] if row < len(self.plan.changes) else None
