"""Moving aliases of prompts on the panel of writes: what both versions say, and what callers lose by the move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.widget import Widget

from tui.domain.diff.text_change import pieces
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.prompts import Template, author, lost_variables, template_of
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.domain.writes import plans
from tui.domain.writes.changes import Plan
from tui.services.session import Session
from tui.ui.write_panel import WritePanel
from tui.ui.write_parts import AliasLines, OneAlias, PanelLine


class PromptAliasForm:
    """A move of a prompt's aliases as it is made on the panel; versions not known yet are read while it is open."""

    def __init__(
        self, session: Session, prompt: RegisteredModel, lines: AliasLines, versions: Sequence[ModelVersion]
    ) -> None:
        self._session = session
        self._desk = session.prompt_desk
        self.prompt = prompt
        self.lines_typed = lines
        self.state: dict[str, str] = dict(prompt.aliases)
        self._known = {made.version: made for made in versions}
        self._absent: set[str] = set()
        self._panel: WritePanel | None = None

    def lines(self) -> ComposeResult:
        yield from self.lines_typed.compose()

    def first(self) -> Widget | None:
        return self.lines_typed.first()

    def title(self) -> str:
        return self.lines_typed.title(self.prompt.name)

    def opened(self, panel: WritePanel) -> None:
        self._panel = panel
        self.lines_typed.show(self.state)
        self._look_up()

    def edited(self, line: PanelLine) -> None:
        self._look_up()

    def _planned(self) -> plans.AliasPlan:
        return self.lines_typed.plan(self.prompt.name, self.state)

    def plan(self) -> Plan:
        self.lines_typed.show(self.state)
        planned = self._planned()
        return replace(
            self._desk.moves.plan(planned, self.prompt),
            remarks=tuple(self._consequences(planned)),
            refused=self._refused(planned),
            typed=self.prompt.name if self._desk.is_protected(planned.aliases) else "",
            guard="This move is protected",
            asks_why="must" if self._desk.reason_required else "may",
        )

    def _refused(self, planned: plans.AliasPlan) -> tuple[str, ...]:
        if refused := self.lines_typed.refusal(self.state):
            return (refused,)
        if reasons := plans.refusals(planned, state=self.state):
            return reasons
        missing = [step.to for step in planned.steps if step.to in self._absent]
        return tuple(f"There is no version {version} of this prompt." for version in dict.fromkeys(missing))

    def _consequences(self, planned: plans.AliasPlan) -> list[str]:
        """What whoever loads the prompt by an alias finds changed."""
        assert self._panel is not None
        warning = self._panel.deck.glyphs.warning
        told = []
        for step in planned.steps:
            now, then = self._said(step.expected), self._said(step.to)
            if then is not None and then.broken:
                told.append(f"{warning} v{step.to}: {then.broken}")
            if now is None or then is None:
                continue
            if lost := lost_variables(now, then):
                told.append(f"{warning} {step.alias}: {', '.join(lost)} is passed by callers and no longer used.")
            if new := lost_variables(then, now):
                told.append(f"{warning} {step.alias}: callers must pass {', '.join(new)} as well.")
        return told

    def _said(self, version: str | None) -> Template | None:
        made = self._known.get(version or "")
        return template_of(made) if made is not None else None

    def look_again(self) -> Callable[[], object]:
        moves, name = self._desk.moves, self.prompt.name

        def look() -> None:
            self.state, self._absent = moves.state(name), set()

        return look

    def table(self, plan: Plan) -> Table | None:
        if not isinstance(self.lines_typed, OneAlias):
            return None
        now, then = self.state.get(self.lines_typed.named, ""), self.lines_typed.number
        return self._both_sides(now, then)

    def _both_sides(self, at_now: str, at_then: str) -> Table:
        assert self._panel is not None
        reading = Notation(self._session.clock.now_ms(), None, self._panel.deck.glyphs)
        sides = [self._known.get(at_now), self._known.get(at_then)]
        said = [template_of(made) if made is not None else None for made in sides]
        rows: list[tuple[str, ...]] = [
            ("version", f"v{at_now}" if at_now else "none", f"v{at_then}" if at_then else "")
        ]
        rows.append(("registered", *(_made(made, reading) for made in sides)))
        rows.append(("commit message", *(clean(made.description.split("\n")[0]) if made else "" for made in sides)))
        rows.append(("kind", *(each.kind if each else "" for each in said)))
        rows.append(("variables", *(clean(" ".join(each.variables)) if each else "" for each in said)))
        models = [(each.settings or {}).get("model_name", "") if each else "" for each in said]
        if any(models):
            rows.append(("model", *map(clean, models)))
        if said[0] is not None and said[1] is not None:
            found = pieces(said[0].text, said[1].text)
            gone, come = (sum(len(text.split()) for side, text in found if side == sign) for sign in "-+")
            rows.append(("text", "", "the same" if not gone and not come else f"{gone} words go, {come} come"))
        cells = {key: [row[at] for row in rows] for at, key in enumerate(("name", "now", "then"))}
        room = max(12, (self._panel.room - 24) // 2)
        columns = (
            Column("name", "", max(14, *(width(text) for text in cells["name"])), frozen=True),
            Column("now", "now", min(room, max(12, *(width(text) for text in cells["now"])))),
            Column("then", "then", min(room, max(12, *(width(text) for text in cells["then"])))),
        )
        tones: dict[str, Sequence[Tone]] = {"name": ["muted"] * len(rows)}
        return RowsTable(columns, [str(number) for number in range(len(rows))], cells, tones)

    def _look_up(self) -> None:
        """Read the versions that the plan is about and that are not known yet."""
        panel, name, prompts = self._panel, self.prompt.name, self._session.prompts
        sides = (version for step in self._planned().steps for version in (step.expected, step.to))
        missing = [version for version in dict.fromkeys(sides) if version is not None and version not in self._known]
        if panel is None or not missing:
            return

        def got(found: dict[tuple[str, str], ModelVersion]) -> None:
            self._known.update((made.version, made) for made in found.values())
            self._absent |= {version for version in missing if (name, version) not in found}
            panel.form_changed()

        def refused(problem: Problem) -> None:
            panel.say(clean(f"{problem.title}: {problem.message}"), "warn")

        panel.ask(
            self._session.pool,
            "sides",
            lambda: prompts.get_versions([(name, version) for version in missing]),
            got,
            refused,
        )


def _made(made: ModelVersion | None, reading: Notation) -> str:
    if made is None:
        return ""
    who = clean(author(made))
    return f"{reading.when(made.created_ms)}{f' by {who}' if who else ''}"
