"""Moving aliases of models on the panel of writes, and what agents have proposed: with the evidence about both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.models import model_facts
from tui.domain.models.rows import KnownOfModels, Notation, by_whom, metric_of
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.quantities import ago
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes import plans
from tui.domain.writes.changes import Plan
from tui.domain.writes.plans import AliasPlan
from tui.services.registry_desk import Proposal, Proposals
from tui.services.session import Session
from tui.ui.asking import choose
from tui.ui.write_panel import WritePanel
from tui.ui.write_parts import AliasForm, AliasLines, OneAlias

if TYPE_CHECKING:
    from tui.domain.models.values import RegisteredModel
    from tui.features.models.registry_page import RegistryPage
    from tui.services.write_flow import WriteResult


# The steps of a plan of alias moves as a table, with what is known of the versions that they point to.


def steps_table(plan: AliasPlan, state: plans.Aliases, known: KnownOfModels, reading: Notation) -> RowsTable:
    """The steps of a plan in their order, with what is known of the version that each one points to."""
    metric = known.metric
    cells: dict[str, list[str]] = {
        "step": [str(number) for number, _ in enumerate(plan.steps, start=1)],
        "alias": [clean(step.alias) for step in plan.steps],
        "now": [plans.shown(state.get(step.alias)) for step in plan.steps],
        "after": [plans.shown(step.to) for step in plan.steps],
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


class ModelAliasForm(AliasForm):
    """A move of aliases of a model; what is not known yet is learnt while the panel is open, and shown as it comes."""

    def __init__(
        self, session: Session, model: RegisteredModel, lines: AliasLines, versions: list[ModelVersion] | None = None
    ) -> None:
        super().__init__(session, model, lines, session.desk.moves)
        self._desk = session.desk
        self._health = session.desk.health
        if versions:
            self._health.take(versions)

    def opened(self, panel: WritePanel) -> None:
        super().opened(panel)
        panel.ask(
            self.session.pool,
            "served",
            lambda: self._health.gather_served([self.thing.name]),
            lambda _nothing: panel.form_changed(),
            lambda _problem: None,  # where it is served is worth knowing, and no reason to stop
        )

    def plan(self) -> Plan:
        self.typed.show(self.state)
        glyphs = self.glyphs
        return self._desk.guarded(
            self.planned(),
            self.thing,
            self.state,
            absent=self.absent,
            refused=self.typed.refusal(self.state),
            signs={"error": glyphs.failed, "warning": glyphs.warning},
        )

    def table(self, plan: Plan) -> Table | None:
        if isinstance(self.typed, OneAlias):
            return self._both_sides(self.typed)
        return steps_table(self.planned(), self.state, self._health, self._reading()) if plan.changes else None

    # what is known

    def _reading(self) -> Notation:
        return Notation(self.session.clock.now_ms(), None, self.glyphs)

    def look_up(self) -> None:
        desk, planned = self._desk, self.planned()
        if not planned.steps:
            return

        def got(absent: set[str]) -> None:
            self.absent |= absent
            self.panel.form_changed()

        self.panel.ask(self.session.pool, "sides", lambda: desk.learn(planned), got, self.refused)

    def _both_sides(self, lines: OneAlias) -> Table:
        health, name = self._health, self.thing.name
        at_now, at_then = self.state.get(lines.named, ""), lines.number
        now = health.version(name, at_now) if at_now else None
        found = model_facts.rows(
            now,
            health.version(name, at_then),
            health,
            self._reading(),
            aliases_now=[alias for alias, at in sorted(self.state.items()) if at == at_now and alias != lines.named],
            aliases_then=[alias for alias, at in sorted(self.state.items()) if at == at_then],
            holding=health.holding(replace(self.thing, aliases=self.state), lines.named),
        )
        if now is None and at_now:  # not read yet, or not there any more
            gone = ", which is gone" if at_now in self.absent else ""
            found[0] = replace(found[0], now=f"{plans.shown(at_now)}{gone}")
        return model_facts.table(found, self.panel.room)


# What agents have proposed of a registry: told when it is new, shown with its evidence, confirmed or refused here.


class Deciding:
    """The proposals of a page's registry."""

    def __init__(self, page: RegistryPage) -> None:
        self._page = page
        self._kept = Proposals(page.session.ledger.file.parent)
        self._told: set[str] = set()

    def tell(self) -> None:
        """Say that proposals wait which were not told of before."""
        session = self._page.session

        def got(waiting: list[Proposal]) -> None:
            fresh = [one for one in waiting if one.id not in self._told]
            self._told |= {one.id for one in fresh}
            if fresh:
                models = ", ".join(dict.fromkeys(named(one.model) for one in fresh))
                many = f"{len(waiting)} proposals wait" if len(waiting) > 1 else "A proposal waits"
                self._page.deck.say(f"{many} for a person: K on {models}")

        work = lambda: self._kept.waiting(session.desk.moves.place)  # noqa: E731  one line, used once
        self._page.ask(session.own_work, "proposals", work, got, lambda _problem: None)

    def show(self, model: RegisteredModel) -> None:
        """Those of a model, to choose one of."""

        page = self._page

        def got(waiting: list[Proposal]) -> None:
            if not waiting:
                page.deck.say(f"Nothing is proposed of {named(model.name)}")
                return
            by_id = {one.id: one for one in waiting}
            now_ms = page.session.clock.now_ms()
            choices = [
                (
                    one.id,
                    f"{one.alias} {plans.shown(one.before)} → {plans.shown(one.to)}",
                    f"{ago(one.at_ms, now_ms)} by {one.by}: {one.why}",
                )
                for one in waiting
            ]

            title = f"Proposed of {named(model.name)}"
            choose(page, title, choices, lambda key: self._decide(model, by_id[key]), does="enter look")

        place = page.session.desk.moves.place
        page.ask(
            page.session.own_work, "proposals", lambda: self._kept.waiting(place, model.name), got, page.say_problem
        )

    def _decide(self, model: RegisteredModel, one: Proposal) -> None:
        page = self._page
        choices = [
            ("confirm", "confirm", "shows the move, which is written when it is confirmed there"),
            ("refuse", "refuse", "nothing is moved, and that you refused it is kept"),
            *((f"evidence {number}", "evidence", line) for number, line in enumerate(one.evidence)),
        ]

        def chosen(what: str) -> None:
            if what == "refuse":
                self._keep(one, "refused")
                page.deck.say(f"Refused: {clean(one.alias)} stays where it is")
            elif what == "confirm":
                self._confirm(model, one)
            else:
                from tui.ui.dialogs.whole_text import WholeTextModal

                page.app.push_screen(WholeTextModal("Evidence", "\n".join(one.evidence)))

        title = f"{named(one.alias)} of {named(one.model)} to {plans.shown(one.to)}: {clean(one.why)}"
        choose(page, title, choices, chosen, does="enter choose")

    def _confirm(self, model: RegisteredModel, one: Proposal) -> None:
        step = plans.AliasStep(one.alias, to=one.to, expected=one.before)
        title = f"Proposed by {one.by}: {one.alias} of {one.model} to {plans.shown(one.to)}"

        def done(told: WriteResult) -> None:
            if told.done:
                self._keep(one, "confirmed")

        self._page.move_as(model, plans.AliasPlan(model.name, (step,)), title, done)

    def _keep(self, one: Proposal, decided: str) -> None:
        try:
            self._kept.decide(one, decided, self._page.session.clock.now_ms())
        except Problem as problem:
            self._page.say_problem(problem)
