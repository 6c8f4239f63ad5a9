"""The panel through which aliases are moved: what will change, the confirming, the doing, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain import alias_plan
from tui.domain.alias_plan import Plan
from tui.domain.model_rows import Reading
from tui.domain.model_values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.readiness import CHAMPION
from tui.domain.serving import move_consequences
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.screens.base.asking import Asking
from tui.screens.base.deck import Deck
from tui.services.alias_moves import MoveReport
from tui.services.ledger_rows import OUTCOME_WORDS
from tui.services.session import Session
from tui.services.writes import Outcome
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid


class Face(Enum):
    """What the panel is showing."""

    PLAN = "plan"  # to be looked at and changed
    ARMED = "armed"  # the next enter does it
    DOING = "doing"
    CONFLICT = "conflict"  # nothing was written: it has moved
    UNKNOWN = "unknown"
    PARTLY = "partly"
    UNRECORDED = "unrecorded"  # the ledger cannot be written; nothing was done
    OVER = "over"  # nothing more can be done here


class Field(Input):
    """A line of the panel; enter is the panel's."""


class PlanPanel(ModalScreen["MoveReport | None"], Asking):
    """Shows a plan, has it confirmed and carries it out; answers with what became of it.

    ``plan`` is made anew from what is on the panel; a subclass may let it be changed there.
    """

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+y", "copy", show=False),
        Binding("f", "finish", show=False),
        Binding("b", "put_back", show=False),
        Binding("w", "unrecorded", show=False),
        Binding("r", "look_again", show=False),
    ]

    def __init__(self, session: Session, model: RegisteredModel, *, title: str = "") -> None:
        super().__init__(classes="plan-modal")
        self.session = session
        self.model = model
        self.state: dict[str, str] = dict(model.aliases)
        self.face = Face.PLAN
        self.report: MoveReport | None = None
        self.grid = PlainGrid(glyphs=self.deck.glyphs)
        self.why = Field(placeholder=self._why_hint(), compact=True, id="why")
        self.typed = Field(placeholder="type the model's name", compact=True, id="typed")
        self._words = Static(classes="words")
        self._serving = Static(classes="words", id="serving-consequences")
        self._state = Static(classes="state")
        self._frame = Vertical(classes="dialogue")
        self._title_text = title
        self.fixed_plan: Plan | None = None

    def _why_hint(self) -> str:
        return "a reason, for the ledger" + ("" if self.session.desk.settings.reason_required else " (may be left out)")

    @property
    def deck(self) -> Deck:
        return cast(Deck, self.app)

    # what subclasses say

    def plan(self) -> Plan:
        """The plan as the panel stands."""
        assert self.fixed_plan is not None  # a panel without lines to change it by is given one
        return self.fixed_plan

    def refusal(self) -> str:
        """Why the panel cannot go on as it stands."""
        return " ".join(alias_plan.refusals(self.plan(), state=self.state))

    def heads(self) -> ComposeResult:
        """Lines above the table."""
        yield from ()

    def table(self) -> Table:
        """What the plan means, line by line."""
        return steps_table(self.plan(), self.state)

    def needs_name(self) -> bool:
        """Whether the model's name has to be typed."""
        return self.session.desk.is_protected(self.plan().aliases)

    def title_text(self) -> str:
        return self._title_text or f"Move aliases of {clean(self.model.name)}"

    def replan(self) -> None:
        """The state of the server has become another: take it over."""

    def first_field(self) -> Widget:
        return self.why

    # laying out

    def compose(self) -> ComposeResult:
        with self._frame:
            yield from self.heads()
            yield self.grid
            yield self._words
            yield self._serving
            with Horizontal(classes="field"):
                yield Static(Content("why"), classes="label")
                yield self.why
            with Horizontal(classes="field", id="name-field"):
                yield Static(Content("protected"), classes="label")
                yield self.typed
            yield self._state

    def on_mount(self) -> None:
        self._words.display = False
        self.show()
        health, name = self.session.desk.health, self.model.name
        self.ask(
            self.session.pool,
            "served",
            lambda: health.gather_served([name]),
            lambda _nothing: self.show(),
            lambda _problem: None,  # where it is served is worth knowing, and no reason to stop
        )
        self.first_field().focus()

    def reading(self) -> Reading:
        return Reading(self.session.clock.now_ms(), None, self.deck.glyphs)

    def show(self) -> None:
        """Draw the panel as it stands."""
        self._frame.border_title = Content(f" {self.title_text()} ")
        self._frame.border_subtitle = Content(f" {self._hints()} ")
        self.grid.table = self.table() if self.report is None else report_table(self.report)
        asked = self.face in (Face.PLAN, Face.ARMED)
        self._tell_serving(asked=asked)
        for field in self.query(Field):
            field.disabled = not asked
        self.query_one("#name-field").display = asked and self.needs_name()
        if self.face is Face.PLAN:
            refused = self.refusal()
            self.say(refused, "warn" if refused else "")
        if not asked:
            self.set_focus(self.grid)

    def _tell_serving(self, *, asked: bool) -> None:
        """What the plan means for endpoints that serve the model."""
        at = self.session.desk.health.served(self.model.name)
        steps = self.plan().steps if asked and at else ()
        lines = [line for step in steps for line in move_consequences(step.alias, step.to, at, CHAMPION)]
        self._serving.update(Content("\n".join(clean(line) for line in lines)))
        self._serving.display = bool(lines)

    def _hints(self) -> str:
        hints = {
            Face.PLAN: "enter go on   tab next line   ctrl+y copy as Python   esc leave",
            Face.ARMED: "enter do it   esc leave",
            Face.DOING: "writing …",
            Face.CONFLICT: "enter look at it as it is now   esc leave",
            Face.UNKNOWN: "r look again   esc leave",
            Face.PARTLY: "f finish   b put back   esc leave",
            Face.UNRECORDED: "w move without a record   esc leave",
            Face.OVER: "enter look at it as it is now   esc leave",
        }
        return hints[self.face]

    def say(self, text: str, tone: str = "") -> None:
        """A line at the bottom of the panel."""
        self._state.update(Content(clean(text)))
        self._state.set_class(tone == "warn", "-warn")
        self._state.set_class(tone == "bad", "-bad")
        self._state.set_class(tone == "armed", "-armed")

    def tell(self, text: str) -> None:
        """Sentences between the table and the lines."""
        self._words.update(Content(clean(text)))
        self._words.display = bool(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.edited(cast(Field, event.input))

    def edited(self, field: Field) -> None:
        """A line was edited: what was confirmed is no longer."""
        if self.face is Face.ARMED:
            self.face = Face.PLAN
        if self.face is Face.PLAN:
            self.show()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self.action_go_on()

    # confirming

    def action_go_on(self) -> None:
        if self.face is Face.PLAN:
            self._confirm()
        elif self.face is Face.ARMED:
            self._do(self.plan())
        elif self.face in (Face.CONFLICT, Face.OVER):
            self.action_look_again()

    def _confirm(self) -> None:
        refused = self.refusal()
        if refused:
            self.say(refused, "bad")
        elif self.session.desk.settings.reason_required and not self.why.value.strip():
            self.why.focus()
            self.say("This context wants a reason for each move: say why.", "warn")
        elif self.needs_name() and self.typed.value != self.model.name:
            self.typed.focus()
            self.say("This move is protected: type the model's name to go on.", "warn")
        else:
            self.face = Face.ARMED
            self.show()
            self.say(f"{self.plan().words}   enter does it", "armed")

    def _do(self, plan: Plan, *, unrecorded_ok: bool = False) -> None:
        moves, why = self.session.desk.moves, self.why.value
        self.face = Face.DOING
        self.show()
        self.say("Reading the server again, writing, reading back …")
        self.ask(
            self.session.pool,
            "move",
            lambda: moves.carry_out(plan, why, unrecorded_ok=unrecorded_ok),
            self._done,
            self._refused,
        )

    def _done(self, report: MoveReport) -> None:
        self.report = report
        if report.outcome is Outcome.DONE:
            self.dismiss(report)
            return
        if report.state is not None:
            self.state = dict(report.state)
        self.face = {
            Outcome.CONFLICT: Face.CONFLICT,
            Outcome.UNKNOWN: Face.UNKNOWN,
            Outcome.PARTLY: Face.PARTLY,
        }.get(report.outcome, Face.OVER)
        self.show()
        self.tell(explained(report))
        self.say(f"ledger #{report.number}" if report.number is not None else "not in the ledger")

    def _refused(self, problem: Problem) -> None:
        if problem.kind is Kind.STORE_UNREADABLE and self.report is None:
            self.face = Face.UNRECORDED
            self.show()
            self.tell(f"Nothing was moved: {problem.title[0].lower()}{problem.title[1:]}. {problem.message}")
            self.say("w moves without a record; nobody will see who did it, and u cannot undo it.", "warn")
            return
        self.face = Face.PLAN
        self.show()
        self.say(f"{problem.title}: {problem.message} {problem.hint}".strip(), "bad")

    # afterwards

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The letters mean something only while no line is typed in."""
        return {
            "finish": self.face is Face.PARTLY,
            "put_back": self.face is Face.PARTLY,
            "unrecorded": self.face is Face.UNRECORDED,
            "look_again": self.face in (Face.UNKNOWN, Face.CONFLICT, Face.OVER),
        }.get(action, True)

    def action_finish(self) -> None:
        if self.report is not None and self.report.finish is not None:
            self._again(self.report.finish)

    def action_put_back(self) -> None:
        if self.report is not None and self.report.put_back is not None:
            self._again(self.report.put_back)

    def _again(self, plan: Plan) -> None:
        self.report = None
        self.tell("")
        self.fixed_plan = plan
        self._do(plan)

    def action_unrecorded(self) -> None:
        self.tell("")
        self._do(self.plan(), unrecorded_ok=True)

    def action_look_again(self) -> None:
        """Read the server, settle what was not known, and begin anew from there."""
        moves, name = self.session.desk.moves, self.model.name
        unknown = self.face is Face.UNKNOWN
        self.say("Reading …")

        def look() -> dict[str, str]:
            if unknown:
                moves.settle(name)
            return moves.state(name)

        def got(state: dict[str, str]) -> None:
            settled = self.report
            self.state, self.report, self.face = state, None, Face.PLAN
            self.typed.value = ""  # what was confirmed by it was another state
            self.tell("")
            self.replan()
            self.show()
            if unknown and settled is not None:
                where = ", ".join(
                    f"{alias} is on {alias_plan.shown(state.get(alias))}" for alias in settled.plan.aliases
                )
                self.tell(f"The server can be read again: {where}. The ledger says so too.")
            self.first_field().focus()

        def failed(problem: Problem) -> None:
            self.say(f"{problem.title}: {problem.message}", "bad")

        self.ask(self.session.pool, "look", look, got, failed)

    def action_copy(self) -> None:
        from tui.services.copies import alias_python

        self.app.copy_to_clipboard(alias_python(self.session.launch.registry_uri, self.plan()))
        self.say("Copied as Python")

    def action_leave(self) -> None:
        if self.face is not Face.DOING:
            self.dismiss(self.report)


class FixedPlanPanel(PlanPanel):
    """A plan that is as it is: an undo, a swap, an alias to be taken away."""

    def __init__(self, session: Session, model: RegisteredModel, plan: Plan, *, title: str, words: str = "") -> None:
        super().__init__(session, model, title=title)
        self.fixed_plan = plan
        self._about = words

    def on_mount(self) -> None:
        super().on_mount()
        self.tell(self._about)

    def refusal(self) -> str:
        moved = alias_plan.conflicts(self.plan(), self.state)
        if moved:
            return f"{', '.join(entry.words for entry in moved)}: somebody has moved it since, so this is refused."
        return super().refusal()


def steps_table(plan: Plan, state: alias_plan.State) -> RowsTable:
    """The steps of a plan in their order."""
    cells = {
        "step": [str(number) for number, _ in enumerate(plan.steps, start=1)],
        "alias": [clean(step.alias) for step in plan.steps],
        "now": [alias_plan.shown(state.get(step.alias)) for step in plan.steps],
        "then": [alias_plan.shown(step.to) for step in plan.steps],
    }
    tones: dict[str, Sequence[Tone]] = {"then": ["warn" if step.to is None else "accent" for step in plan.steps]}
    return RowsTable(_columns(cells), cells["step"], cells, tones)


def report_table(report: MoveReport) -> RowsTable:
    """The steps with what became of each."""
    state = report.state or {}
    cells = {
        "step": [str(number) for number, _ in enumerate(report.steps, start=1)],
        "alias": [clean(step.alias) for step, _ in report.steps],
        "now": [
            alias_plan.shown(state.get(step.alias)) if report.state is not None else "?" for step, _ in report.steps
        ],
        "then": [alias_plan.shown(step.to) for step, _ in report.steps],
        "outcome": [OUTCOME_WORDS[result.outcome.value] for _, result in report.steps],
    }
    tones: dict[str, Sequence[Tone]] = {
        "outcome": [
            "good" if result.outcome is Outcome.DONE else "muted" if result.outcome is Outcome.SKIPPED else "bad"
            for _, result in report.steps
        ]
    }
    return RowsTable(_columns(cells, wanted="wanted"), cells["step"], cells, tones)


def _columns(cells: dict[str, list[str]], wanted: str = "then") -> list[Column]:
    titles = {"step": "step", "alias": "alias", "now": "now", "then": wanted, "outcome": "what became of it"}
    return [Column(key, titles[key], max([6, len(titles[key]), *map(width, texts)])) for key, texts in cells.items()]


def explained(report: MoveReport) -> str:
    """What happened, in sentences."""
    problem = f" {report.report.problem.message}" if report.report.problem is not None else ""
    if report.outcome is Outcome.CONFLICT:
        state = report.state or {}
        moved = ", ".join(entry.words for entry in alias_plan.conflicts(report.plan, state))
        if not moved:
            return f"Nothing was written. {' '.join(alias_plan.refusals(report.plan, state=state))}".strip()
        return f"Nothing was written. Somebody else has been here: {moved}."
    if report.outcome is Outcome.UNKNOWN:
        return f"The outcome is unknown: it may have been written, and the server could not be read back.{problem}"
    if report.outcome is Outcome.PARTLY:
        done = ", ".join(report.done)
        return f"Only a part was done: {done}.{problem} The rest can be finished, or what was done put back."
    if report.outcome is Outcome.OVERTAKEN:
        still = [step for step, _ in report.steps if (report.state or {}).get(step.alias) == step.expected]
        if still and len(still) == len(report.steps):
            return "The server took it, and yet it was read back as it was before: perhaps somebody put it back."
        return "It was written, and when it was read back somebody else had moved it on."
    if report.outcome is Outcome.REFUSED:
        return f"Nothing was written: the server refused.{problem}"
    return f"Nothing was written.{problem}"


def done_words(report: MoveReport, session: Session) -> str:
    """The one line that stays after a move: ``champion of churn: v12 → v11, read back 14:03:07, ledger #31``."""
    clock = session.clock
    at = datetime.fromtimestamp(clock.now_ms() / 1000, clock.zone).strftime("%H:%M:%S")
    steps = ", ".join(
        f"{step.alias} of {report.plan.model}: {alias_plan.shown(step.expected)} → {alias_plan.shown(step.to)}"
        if number == 0
        else step.words
        for number, (step, _) in enumerate(report.steps)
    )
    record = f"ledger #{report.number}" if report.number is not None else "not in the ledger"
    mirrored = f" · the tags could not be set: {report.mirrored}" if report.mirrored else ""
    undo = " · u undoes" if report.number is not None and report.plan.purpose != alias_plan.UNDO else ""
    return f"{steps}, read back {at}, {record}{undo}{mirrored}"
