"""Moving aliases of models on the panel of writes: the evidence about the versions that the lines name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.models import move as model_move
from tui.domain.models.rows import KnownOfModels, Notation, by_whom, metric_of
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import AliasPlan
from tui.domain.writes.changes import Plan
from tui.services.session import Session
from tui.ui.write_panel import WritePanel
from tui.ui.write_parts import AliasLines, OneAlias, PanelLine

# The steps of a plan of alias moves as a table, with what is known of the versions that they point to.


def steps_table(plan: AliasPlan, state: alias_plan.Aliases, known: KnownOfModels, reading: Notation) -> RowsTable:
    """The steps of a plan in their order, with what is known of the version that each one points to."""
    metric = known.metric
    cells: dict[str, list[str]] = {
        "step": [str(number) for number, _ in enumerate(plan.steps, start=1)],
        "alias": [clean(step.alias) for step in plan.steps],
        "now": [alias_plan.shown(state.get(step.alias)) for step in plan.steps],
        "after": [alias_plan.shown(step.to) for step in plan.steps],
    }
    tones: dict[str, Sequence[Tone]] = {"after": ["warn" if step.to is None else "accent" for step in plan.steps]}
    targets = [known.version(plan.model, step.to) if step.to is not None else None for step in plan.steps]
    if any(targets):
        now = [known.version(plan.model, at) if (at := state.get(step.alias)) else None for step in plan.steps]
        states = [reading.status(made) if made is not None else ("", "") for made in targets]
        cells |= {
            "state": [text for text, _ in states],
            "created": [_made(made, known, reading) for made in targets],
        }
        tones["state"] = [tone for _, tone in states]
        values = [metric_of(known, made, metric) for made in targets]
        if any(value is not None for value in values):
            changes = [
                reading.change(value, metric_of(known, before, metric), known.better(metric))
                for value, before in zip(values, now, strict=True)
            ]
            cells |= {
                metric: [reading.number(value) if made else "" for value, made in zip(values, targets, strict=True)],
                "change": [text.partition("  ")[0] for text, _ in changes],
            }
            tones["change"] = [tone for _, tone in changes]
    return RowsTable(_columns(cells, {metric: named(metric), "change": ""}), cells["step"], cells, tones)


def _made(made: ModelVersion | None, known: KnownOfModels, reading: Notation) -> str:
    if made is None:
        return ""
    who = clean(by_whom(known, made))
    return f"{reading.when(made.created_ms)}{f' by {who}' if who else ''}"


def _columns(cells: dict[str, list[str]], titles: dict[str, str]) -> list[Column]:
    return [
        Column(key, (title := titles.get(key, key)), max([4, width(title), *map(width, texts)]))
        for key, texts in cells.items()
    ]


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
