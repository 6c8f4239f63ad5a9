"""Moving one alias: where it is and where it would be side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.models import move as model_move
from tui.domain.models.names import alias_refusal, alias_twin
from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.table import Table
from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import Plan
from tui.features.models.plan_layout import Field
from tui.features.models.plan_panel import PlanPanel
from tui.services.session import Session


class AliasField(Field):
    """The alias; up and down go through those in use."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.step_alias(1)", show=False),
        Binding("up", "screen.step_alias(-1)", show=False),
    ]


class VersionField(Field):
    """The version; up and down go through those that are known."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.step_version(1)", show=False),
        Binding("up", "screen.step_version(-1)", show=False),
    ]


_WIDEST, _FRAME = 124, 4  # columns of the panel, and of its frame


class MoveAliasPanel(PlanPanel):
    """``versions`` are those loaded, newest first; ``to`` is the one that the cursor was on."""

    def __init__(
        self, session: Session, model: RegisteredModel, versions: list[ModelVersion], to: str, alias: str = ""
    ) -> None:
        super().__init__(session, model)
        self._versions = [made.version for made in versions]
        self.alias = AliasField(alias or self._likely(to), placeholder="alias", compact=True, id="alias")
        self.to = VersionField(to, placeholder="version", compact=True, id="to")
        self.alias.select_on_focus = True
        self._in_use = Static(classes="in-use")
        session.desk.health.take(versions)

    def _likely(self, to: str) -> str:
        """The alias that is probably meant: champion, unless the version has it already."""
        if self.model.aliases.get(CHAMPION) != to:
            return CHAMPION
        if self.model.aliases.get(CHALLENGER) != to:
            return CHALLENGER
        return ""

    def title_text(self) -> str:
        return f"Move {clean(self.alias.value.strip()) or 'an alias'} of {clean(self.model.name)}"

    def heads(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static(Content("alias"), classes="label")
            yield self.alias
            yield Static(Content("to version"), classes="label")
            yield self.to
        yield self._in_use

    def first_field(self) -> Widget:
        return self.alias

    # the plan

    @property
    def _alias(self) -> str:
        return self.alias.value.strip()

    @property
    def _to(self) -> str:
        return alias_plan.version_number(self.to.value)

    def plan(self) -> Plan:
        if self.fixed_plan is not None:
            return self.fixed_plan
        return alias_plan.plan(self.model.name, self.state, {self._alias: self._to or None})

    def refusal(self) -> str:
        if self.fixed_plan is not None:
            return super().refusal()
        if self._alias not in self.state and (
            refused := alias_refusal(self._alias) or alias_twin(self._alias, self.state)
        ):
            return refused
        if not self.to.value.strip():
            return "Which version? Its number is to be typed; up and down go through them."
        if not self._to:
            return f"“{self.to.value.strip()}” is no version: versions are numbers."
        if self.state.get(self._alias) == self._to:
            return f"{self._alias} is on v{self._to} already: choose another version, or another alias."
        return super().refusal()

    def replan(self) -> None:
        self.fixed_plan = None

    def edited(self, field: Field) -> None:
        super().edited(field)
        if field in (self.alias, self.to):
            self.look_up()

    def action_step_alias(self, by: int) -> None:
        names = sorted(self.state, key=lambda alias: (alias != CHAMPION, alias != CHALLENGER, alias))
        if names:
            at = names.index(self._alias) + by if self._alias in names else 0
            self.alias.value = names[at % len(names)]
            self.alias.cursor_position = len(self.alias.value)

    def action_step_version(self, by: int) -> None:
        if self._versions:
            at = self._versions.index(self._to) + by if self._to in self._versions else 0
            self.to.value = self._versions[max(0, min(len(self._versions) - 1, at))]
            self.to.cursor_position = len(self.to.value)

    # both sides

    def _sides(self) -> tuple[ModelVersion | None, ModelVersion | None]:
        health, name = self.session.desk.health, self.model.name
        now = self.state.get(self._alias)
        return health.version(name, now) if now is not None else None, health.version(name, self._to)

    def table(self) -> Table:
        if self.fixed_plan is not None:
            return super().table()
        now, then = self._sides()
        known, reading = self.session.desk.health, self.reading()
        at_now, at_then = self.state.get(self._alias, ""), self._to
        found = model_move.rows(
            now,
            then,
            known,
            reading,
            aliases_now=[alias for alias, at in sorted(self.state.items()) if at == at_now and alias != self._alias],
            aliases_then=[alias for alias, at in sorted(self.state.items()) if at == at_then],
        )
        if now is None and at_now:  # not read yet, or not there any more
            gone = ", which is gone" if at_now in self.absent else ""
            found[0] = replace(found[0], now=f"{alias_plan.shown(at_now)}{gone}")
        return model_move.table(found, min(_WIDEST, self.app.size.width * 96 // 100) - _FRAME)

    def show(self) -> None:
        names = sorted(self.state, key=lambda alias: (alias != CHAMPION, alias != CHALLENGER, alias))
        said = "  ".join(f"{clean(alias)} v{self.state[alias]}" for alias in names) or "none yet"
        self._in_use.update(Content(f"in use: {said}"))
        super().show()
