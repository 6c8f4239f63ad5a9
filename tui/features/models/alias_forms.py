"""Moving aliases on the panel of writes: the lines by which a move is said, and the evidence about what they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.glyphs import Glyphs
from tui.domain.models import move as model_move
from tui.domain.models.names import alias_refusal, alias_twin
from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.table import Table
from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.domain.writes.changes import Plan
from tui.features.models.plan_tables import steps_table
from tui.services.session import Session
from tui.ui.write_panel import WritePanel
from tui.ui.write_parts import PanelLine


class AliasLines(Protocol):
    """What is typed of a move; ``state`` is where the model's aliases point."""

    def compose(self) -> ComposeResult:
        """The lines."""
        ...

    def first(self) -> Widget | None:
        """The line that has the keys at first."""
        ...

    def plan(self, model: str, state: Mapping[str, str]) -> alias_plan.AliasPlan:
        """The plan as the lines stand."""
        ...

    def refusal(self, state: Mapping[str, str]) -> str:
        """Why it is no plan, as the lines stand; "" where it is one."""
        ...

    def title(self, model: str) -> str:
        """What the panel is called."""
        ...

    def show(self, state: Mapping[str, str]) -> None:
        """Aliases point here now."""
        ...


class OneAlias:
    """One alias, and the version that it is to point to.

    ``before`` tells which version held an alias before, "" where nobody knows: of the champion itself, what is meant is
    most likely to put it back there.
    """

    def __init__(
        self, model: RegisteredModel, versions: list[ModelVersion], to: str, before: Callable[[str], str]
    ) -> None:
        self._before = before
        alias = _likely(model, to)
        if model.aliases.get(CHAMPION) == to and (was := before(CHAMPION)) and was != to:
            alias, to = CHAMPION, was
        self.alias = PanelLine(alias, "alias", "alias", round_again=True)
        self.alias.select_on_focus = True
        self.to = PanelLine(to, "version", "to")
        self.to.offers = [made.version for made in versions]
        self._in_use = Static(classes="in-use")

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static(Content("alias"), classes="label")
            yield self.alias
            yield Static(Content("to version"), classes="label")
            yield self.to
        yield self._in_use

    def first(self) -> Widget:
        return self.alias

    @property
    def named(self) -> str:
        """The alias as it is typed."""
        return self.alias.value.strip()

    @property
    def number(self) -> str:
        """The version as a registry spells it; "" where what is typed is none."""
        return alias_plan.version_number(self.to.value)

    def plan(self, model: str, state: Mapping[str, str]) -> alias_plan.AliasPlan:
        return alias_plan.plan(model, state, {self.named: self.number or None})

    def refusal(self, state: Mapping[str, str]) -> str:
        if self.named not in state and (refused := alias_refusal(self.named) or alias_twin(self.named, state)):
            return refused
        if not self.to.value.strip():
            return "Which version? Its number is to be typed; up and down go through them."
        if not self.number:
            return f"“{self.to.value.strip()}” is no version: versions are numbers."
        if state.get(self.named) == self.number:
            return f"{self.named} is on v{self.number} already: choose another version, or another alias."
        return ""

    def title(self, model: str) -> str:
        return f"Move {self.named or 'an alias'} of {model}"

    def show(self, state: Mapping[str, str]) -> None:
        self.alias.offers = _by_weight(state)
        _tell_in_use(self._in_use, state, self._before)


class SeveralAliases:
    """Several moves in one line: ``champion=14 challenger=12 old=`` (nothing after the sign takes it away)."""

    def __init__(self) -> None:
        self.line = PanelLine(placeholder="champion=14 challenger=12 old=", line_id="several")
        self._in_use = Static(classes="in-use")

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static(Content("aliases"), classes="label")
            yield self.line
        yield self._in_use

    def first(self) -> Widget:
        return self.line

    def plan(self, model: str, state: Mapping[str, str]) -> alias_plan.AliasPlan:
        return alias_plan.plan(model, state, wanted_of(self.line.value)[0], purpose=alias_plan.SEVERAL)

    def refusal(self, state: Mapping[str, str]) -> str:
        wanted, wrong = wanted_of(self.line.value)
        if not wanted and not wrong:
            return "Write each as ALIAS=VERSION; nothing after = takes the alias away."
        return wrong

    def title(self, model: str) -> str:
        return f"Move several aliases of {model}"

    def show(self, state: Mapping[str, str]) -> None:
        _tell_in_use(self._in_use, state)


class FixedMove:
    """A plan that is as it is: an undo, a swap, aliases to be taken away."""

    def __init__(self, plan: alias_plan.AliasPlan, title: str) -> None:
        self._plan = plan
        self._title = title

    def compose(self) -> ComposeResult:
        yield from ()

    def first(self) -> Widget | None:
        return None

    def plan(self, model: str, state: Mapping[str, str]) -> alias_plan.AliasPlan:
        return self._plan

    def refusal(self, state: Mapping[str, str]) -> str:
        steps = self._plan.steps
        if steps and all(state.get(step.alias) == step.to for step in steps):
            return "There is nothing left to do: every alias is where this would put it."
        moved = alias_plan.conflicts(self._plan, state)
        if moved:
            return f"{', '.join(entry.words for entry in moved)}: somebody has moved it since, so this is refused."
        return ""

    def title(self, model: str) -> str:
        return self._title

    def show(self, state: Mapping[str, str]) -> None:
        pass


class AliasForm:
    """A move of aliases as it is made on the panel: lines, what is known of the versions that they name, and the plan.

    What is not known yet is learnt while the panel is open, and shown as it comes.
    """

    def __init__(
        self, session: Session, model: RegisteredModel, lines: AliasLines, versions: list[ModelVersion] | None = None
    ) -> None:
        self._session = session
        self._desk = session.desk
        self._health = session.desk.health
        self.model = model
        self.lines_typed = lines
        self.state: dict[str, str] = dict(model.aliases)
        self._absent: set[str] = set()  # versions that were looked for and are not there
        self._panel: WritePanel | None = None
        if versions:
            self._health.take(versions)

    # what the panel asks of a form

    def lines(self) -> ComposeResult:
        yield from self.lines_typed.compose()

    def first(self) -> Widget | None:
        return self.lines_typed.first()

    def title(self) -> str:
        return self.lines_typed.title(self.model.name)

    def opened(self, panel: WritePanel) -> None:
        self._panel = panel
        name = self.model.name
        self.lines_typed.show(self.state)
        panel.ask(
            self._session.pool,
            "served",
            lambda: self._health.gather_served([name]),
            lambda _nothing: panel.form_changed(),
            lambda _problem: None,  # where it is served is worth knowing, and no reason to stop
        )
        self.look_up()

    def edited(self, line: PanelLine) -> None:
        self.look_up()

    def _planned(self) -> alias_plan.AliasPlan:
        return self.lines_typed.plan(self.model.name, self.state)

    def plan(self) -> Plan:
        self.lines_typed.show(self.state)
        planned = self._planned()
        glyphs = self._glyphs
        return self._desk.guarded(
            planned,
            self.model,
            self.state,
            absent=self._absent,
            refused=self.lines_typed.refusal(self.state),
            signs={"error": glyphs.failed, "warning": glyphs.warning},
        )

    @property
    def _glyphs(self) -> Glyphs:
        assert self._panel is not None
        return self._panel.deck.glyphs

    def look_again(self) -> Callable[[], object]:
        moves, name = self._desk.moves, self.model.name

        def look() -> None:
            self.state, self._absent = moves.state(name), set()

        return look

    def table(self, plan: Plan) -> Table | None:
        if isinstance(self.lines_typed, OneAlias):
            return self._both_sides(self.lines_typed)
        return steps_table(self._planned(), self.state, self._health, self._reading()) if plan.changes else None

    # what is known

    def _reading(self) -> Notation:
        return Notation(self._session.clock.now_ms(), None, self._glyphs)

    def look_up(self) -> None:
        """Learn what is not known yet of the versions that the plan is about."""
        panel, desk, planned = self._panel, self._desk, self._planned()
        if panel is None or not planned.steps:
            return

        def got(absent: set[str]) -> None:
            self._absent |= absent
            panel.form_changed()

        def refused(problem: Problem) -> None:
            panel.say(clean(f"{problem.title}: {problem.message}"), "warn")

        panel.ask(self._session.pool, "sides", lambda: desk.learn(planned), got, refused)

    def _both_sides(self, lines: OneAlias) -> Table:
        assert self._panel is not None
        health, name = self._health, self.model.name
        at_now, at_then = self.state.get(lines.named, ""), lines.number
        now = health.version(name, at_now) if at_now else None
        found = model_move.rows(
            now,
            health.version(name, at_then),
            health,
            self._reading(),
            aliases_now=[alias for alias, at in sorted(self.state.items()) if at == at_now and alias != lines.named],
            aliases_then=[alias for alias, at in sorted(self.state.items()) if at == at_then],
            holding=health.holding(replace(self.model, aliases=self.state), lines.named),
        )
        if now is None and at_now:  # not read yet, or not there any more
            gone = ", which is gone" if at_now in self._absent else ""
            found[0] = replace(found[0], now=f"{alias_plan.shown(at_now)}{gone}")
        return model_move.table(found, self._panel.room)


def _likely(model: RegisteredModel, to: str) -> str:
    """The alias that is probably meant: champion, unless the version has it already."""
    if model.aliases.get(CHAMPION) != to:
        return CHAMPION
    return CHALLENGER if model.aliases.get(CHALLENGER) != to else ""


def _by_weight(state: Mapping[str, str]) -> list[str]:
    return sorted(state, key=lambda alias: (alias != CHAMPION, alias != CHALLENGER, alias))


def _tell_in_use(static: Static, state: Mapping[str, str], before: Callable[[str], str] = lambda _alias: "") -> None:
    def at(alias: str) -> str:
        was = before(alias)
        return f"{clean(alias)} v{clean(state[alias])}{f' (was v{clean(was)})' if was else ''}"

    said = "  ".join(map(at, _by_weight(state))) or "none yet"
    static.update(Content(f"in use: {said}"))


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
