"""Moving several aliases of a model as one plan, written in one line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.models.values import RegisteredModel
from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import Plan
from tui.features.models.plan_layout import Field
from tui.features.models.plan_panel import PlanPanel
from tui.services.session import Session


class SeveralPanel(PlanPanel):
    """Several moves in one line: ``champion=14 challenger=12 old=`` (nothing after the sign takes it away)."""

    def __init__(self, session: Session, model: RegisteredModel, text: str = "") -> None:
        super().__init__(session, model, title=f"Move several aliases of {clean(model.name)}")
        self.line = Field(text, placeholder="champion=14 challenger=12 old=", compact=True, id="several")
        self.line.select_on_focus = False
        self._in_use = Static(classes="in-use")

    def heads(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static(Content("aliases"), classes="label")
            yield self.line
        yield self._in_use

    def first_field(self) -> Widget:
        return self.line

    def plan(self) -> Plan:
        if self.fixed_plan is not None:
            return self.fixed_plan
        return alias_plan.plan(self.model.name, self.state, wanted_of(self.line.value)[0], purpose=alias_plan.SEVERAL)

    def refusal(self) -> str:
        wanted, wrong = wanted_of(self.line.value)
        if wrong and self.fixed_plan is None:
            return wrong
        if not wanted and self.fixed_plan is None:
            return "Write each as ALIAS=VERSION; nothing after = takes the alias away."
        return super().refusal()

    def edited(self, field: Field) -> None:
        super().edited(field)
        if field is self.line:
            self.look_up()

    def replan(self) -> None:
        self.fixed_plan = None

    def show(self) -> None:
        said = "  ".join(f"{clean(alias)} v{version}" for alias, version in sorted(self.state.items())) or "none yet"
        self._in_use.update(Content(f"in use: {said}"))
        super().show()


def wanted_of(text: str) -> tuple[dict[str, str | None], str]:
    """The places that a line of several moves wants, and what is wrong with it."""
    wanted: dict[str, str | None] = {}
    for word in text.split():
        alias, sign, version = word.partition("=")
        number = alias_plan.version_number(version)
        if not sign or not alias or (version and not number):
            return {}, f"“{word}” is not ALIAS=VERSION."
        if alias in wanted:
            return {}, f"{alias} comes twice."
        wanted[alias] = number or None
    return wanted, ""
