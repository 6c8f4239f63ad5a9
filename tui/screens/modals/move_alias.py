"""Moving one alias: where it is and where it would be side by side; and several of them in one plan."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain import alias_plan, model_move
from tui.domain.alias_plan import Plan
from tui.domain.model_names import alias_refusal, alias_twin
from tui.domain.model_values import READY, ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.readiness import CHALLENGER, CHAMPION, Fault, Judged, warnings_of_target
from tui.domain.table import Table
from tui.domain.text import clean
from tui.screens.modals.plan_panel import Face, Field, PlanPanel
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


class MoveAliasPanel(PlanPanel):
    """``versions`` are those loaded, newest first; ``to`` is the one that the cursor was on."""

    def __init__(
        self, session: Session, model: RegisteredModel, versions: list[ModelVersion], to: str, alias: str = ""
    ) -> None:
        super().__init__(session, model)
        self._versions = [made.version for made in versions]
        self._absent: set[str] = set()
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

    def on_mount(self) -> None:
        super().on_mount()
        self._look_up()

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
        if self._to in self._absent:
            return f"There is no version {self._to} of this model."
        if self.state.get(self._alias) == self._to:
            return f"{self._alias} is on v{self._to} already: choose another version, or another alias."
        return super().refusal()

    def needs_name(self) -> bool:
        made = self.session.desk.health.version(self.model.name, self._to)
        return super().needs_name() or (made is not None and made.status != READY)

    def replan(self) -> None:
        self.fixed_plan = None
        self._look_up()

    def edited(self, field: Field) -> None:
        super().edited(field)
        if field in (self.alias, self.to):
            self._look_up()

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

    def _look_up(self) -> None:
        """Learn what is not known yet of both sides."""
        health, registry, name = self.session.desk.health, self.session.registry, self.model.name
        wanted = [version for version in (self.state.get(self._alias), self._to) if version]

        def look() -> set[str]:
            missing = [(name, version) for version in wanted if health.version(name, version) is None]
            absent: set[str] = set()
            if missing:
                found = registry.get_versions(missing)
                health.take(found.values())
                absent = {version for key in missing if key not in found for version in key[1:]}
            sides = [made for version in wanted if (made := health.version(name, version)) is not None]
            health.gather_runs(made.run_id for made in sides)
            for made in sides:
                health.gather_facts(name, made.version)
            return absent

        def got(absent: set[str]) -> None:
            self._absent |= absent
            if self.face is Face.PLAN:
                self.show()

        def refused(problem: Problem) -> None:
            self.say(f"{problem.title}: {problem.message}", "warn")

        if wanted:
            self.ask(self.session.pool, "sides", look, got, refused)

    def _warnings(self) -> tuple[Fault, ...]:
        target = self._sides()[1]
        if target is None:
            return ()
        health = self.session.desk.health
        facts = health.facts(target.name, target.version)
        run = health.run(target.run_id)
        judged = Judged(
            self.model,
            {target.version: target},
            {target.run_id: run} if run is not None else {},
            {target.version: facts} if facts is not None else {},
        )
        return warnings_of_target(judged, target, health.settings.rules)

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
        return model_move.table(found, self._warnings(), reading)

    def show(self) -> None:
        names = sorted(self.state, key=lambda alias: (alias != CHAMPION, alias != CHALLENGER, alias))
        said = "  ".join(f"{clean(alias)} v{self.state[alias]}" for alias in names) or "none yet"
        self._in_use.update(Content(f"in use: {said}"))
        super().show()


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
