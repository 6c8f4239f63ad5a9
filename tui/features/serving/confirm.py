"""The panel through which a serving config is changed: what will be done, then what became of it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import Endpoint, Update
from tui.domain.serving.rows import serves
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.services.serving_changes import ServingChanges, ServingPlan
from tui.services.session import Session
from tui.services.writes import Outcome, Report
from tui.ui.asking import Asking

_WORDS = {
    Outcome.CONFLICT: "Nothing was changed: the endpoint serves something else by now than what is shown here.",
    Outcome.REFUSED: "The workspace refused it; nothing was changed.",
    Outcome.NOT_DONE: "Nothing was changed: the workspace could not be asked.",
    Outcome.OVERTAKEN: "Somebody else changed the endpoint at the same time; look at what it serves now.",
    Outcome.UNKNOWN: "Whether it was changed is not known: the workspace stopped answering. Look again.",
}


class ConfirmServingModal(ModalScreen["Report[Endpoint] | None"], Asking):
    """Shows a plan and carries it out; answers with the report where the workspace took the change on."""

    CSS_PATH = style_sheets("dialogues.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("escape", "leave", show=False),
        Binding("w", "unrecorded", show=False),
    ]

    def __init__(
        self, session: Session, changes: ServingChanges, plan: ServingPlan, consequences: tuple[str, ...] = ()
    ) -> None:
        super().__init__(classes="ask-modal")
        self._session = session
        self._changes = changes
        self._plan = plan
        self._consequences = consequences
        self._face = "shown"
        self._words = Static("", classes="words", markup=False)
        self._frame = Vertical(classes="dialogue")

    def compose(self) -> ComposeResult:
        with self._frame:
            yield self._words

    def on_mount(self) -> None:
        undoes = f", undoing number {self._plan.of}" if self._plan.of is not None else ""
        self._frame.border_title = Content(f" Change what {clean(self._plan.endpoint)} serves{undoes} ")
        lines: list[Content | tuple[str, str]] = [(f"{clean(line)}\n", "bold") for line in self._plan.words]
        lines += [Content(f"\n{clean(line)}") for line in self._consequences]
        self._show(lines, "enter does it   esc leave")

    def _show(self, parts: list[Content | tuple[str, str]], keys: str) -> None:
        self._words.update(Content.assemble(*parts))
        self._frame.border_subtitle = Content(f" {keys} ")

    def action_go_on(self) -> None:
        if self._face == "told":
            self.dismiss(None)
        elif self._face == "shown":
            self._do(unrecorded_ok=False)

    def action_unrecorded(self) -> None:
        if self._face == "unrecordable":
            self._do(unrecorded_ok=True)

    def _do(self, *, unrecorded_ok: bool) -> None:
        self._face = "doing"
        self._frame.border_subtitle = Content(" looking again, then changing … ")
        self.ask(
            self._session.pool,
            "change",
            lambda: self._changes.carry_out(self._plan, unrecorded_ok=unrecorded_ok),
            self._done,
            self._refused,
        )

    def _done(self, report: Report[Endpoint]) -> None:
        if report.outcome is Outcome.DONE:
            self.dismiss(report)
            return
        self._face = "told"
        words = _WORDS.get(report.outcome, report.outcome.value)
        found = report.results[0].found
        if report.outcome is Outcome.CONFLICT and found is not None and found.update is Update.RUNNING:
            words = f"Nothing was changed: somebody else is changing the endpoint just now{_to(found)}."
        parts: list[Content | tuple[str, str]] = [(words, "$error")]
        if report.problem is not None:
            parts.append(Content(f"\n\n{clean(str(report.problem))}"))
        self._show(parts, "enter, esc leave")

    def _refused(self, problem: Problem) -> None:
        unrecordable = problem.kind is Kind.STORE_UNREADABLE
        self._face = "unrecordable" if unrecordable else "told"
        keys = "w goes on without a record   esc leave" if unrecordable else "enter, esc leave"
        self._show([(clean(str(problem)), "$error")], keys)

    def action_leave(self) -> None:
        if self._face != "doing":
            self.dismiss(None)


def _to(endpoint: Endpoint) -> str:
    return f", to {serves(endpoint.pending)}" if endpoint.pending is not None else ""
