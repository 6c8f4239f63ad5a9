"""What the board learns of the models in view, once the cursor rests: what the rules need, and how many versions."""

from __future__ import annotations

from textual.timer import Timer

from tui.domain.models.board import BoardTable
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Problem
from tui.services.pool import PREFETCH
from tui.services.registry_desk import RegistryDesk
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.widgets.grid import Grid
from tui.widgets.pane import Notice

REST_SECONDS = 0.1
JUDGED_AT_ONCE = 25


class ModelsEvidence(Asking):
    """The part of the board that gathers evidence."""

    _session: Session
    _desk: RegistryDesk
    grid: Grid
    notice: Notice
    models: dict[str, RegisteredModel]
    counts: dict[str, int]
    prompts: bool
    faults_only: bool
    _drawn_of: int
    _rest: Timer | None = None

    def fill(self) -> None:
        """Lay the table out anew."""

    def _want_evidence(self) -> None:
        if self._rest is None and not self.is_asking("evidence"):
            self._rest = self.set_timer(REST_SECONDS, self._ask_evidence)

    def _ask_evidence(self) -> None:
        self._rest = None
        if self.prompts or self.is_asking("evidence"):
            return
        health = self._desk.health
        wanted = [model for model in self._in_view() if not (health.is_complete(model) and self._is_counted(model))]
        facts = all(health.is_complete(model, facts=False) for model in wanted)
        if not wanted and self.faults_only:
            wanted = [model for model in self.models.values() if not health.is_complete(model)]
            facts = True
        wanted = wanted[:JUDGED_AT_ONCE]
        if not wanted:
            if self._drawn_of != health.learnt:
                self.fill()  # somebody else has learnt something meanwhile
            return

        uncounted = [model for model in wanted if not self._is_counted(model)]

        def learn() -> None:
            # What the list needs comes first, what lies in files after it.
            health.gather_numbers(uncounted)
            health.gather(wanted, facts=facts)

        self.ask(
            self._session.pool,
            "evidence",
            learn,
            lambda _nothing: self.fill(),
            self._no_evidence,
            urgency=PREFETCH,
        )

    def _is_counted(self, model: RegisteredModel) -> bool:
        return model.name in self.counts or self._desk.health.is_counted(model)

    def look_again(self) -> None:
        """Something may have been learnt of the models by way of their versions."""
        if self._drawn_of != self._desk.health.learnt:
            self._want_evidence()

    def _no_evidence(self, problem: Problem) -> None:
        self.notice.problem(problem)

    def _in_view(self) -> list[RegisteredModel]:
        table = self.grid.table
        if not isinstance(table, BoardTable):
            return []
        top = self.grid.scroll_offset.y
        return table.models[top : top + max(1, self.grid.size.height)]
