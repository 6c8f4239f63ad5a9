"""A plan of alias moves that is as it is: an undo, a swap, aliases to be taken away."""

from __future__ import annotations

from tui.domain.models.values import RegisteredModel
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import Plan
from tui.features.models.plan_faces import REFUSED_HINT, Face
from tui.features.models.plan_panel import PlanPanel
from tui.services.session import Session


class FixedPlanPanel(PlanPanel):
    """Shows the steps with what is known of their versions, and warns of those that are not ready."""

    def __init__(self, session: Session, model: RegisteredModel, plan: Plan, *, title: str, words: str = "") -> None:
        super().__init__(session, model, title=title)
        self.fixed_plan = plan
        self._about = words

    def on_mount(self) -> None:
        super().on_mount()
        self.tell(self._about)

    def refusal(self) -> str:
        plan = self.plan()
        if plan.steps and all(self.state.get(step.alias) == step.to for step in plan.steps):
            return "There is nothing left to do: every alias is where this would put it."
        moved = alias_plan.conflicts(plan, self.state)
        if moved:
            return f"{', '.join(entry.words for entry in moved)}: somebody has moved it since, so this is refused."
        return super().refusal()

    def hints(self) -> str:
        return REFUSED_HINT if self.face is Face.PLAN and self.refusal() else super().hints()
