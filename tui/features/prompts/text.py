"""What a version of a prompt says, beside its facts and who used it; and two versions word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.columns import Arrangement, ColumnSpec, SpecTable
from tui.domain.diff.text_change import LEAST_BESIDE, pieces
from tui.domain.glyphs import Glyphs
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import (
    PromptDifference,
    Template,
    Use,
    Uses,
    about_version,
    author,
    difference,
    lost_variables,
    prompt_uri,
    template_of,
    text_of_template,
    use_columns,
)
from tui.domain.runs.run_facts import Facts
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes import plans
from tui.domain.writes.changes import Plan
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import PromptDiffRoute
from tui.ui.write_parts import AliasForm, AliasLines, OneAlias
from tui.widgets.grid import Grid, PlainGrid
from tui.widgets.pane import Pane, Tab, TabLine
from tui.widgets.text_view import TextView

TEXT, ABOUT, USES = "text", "about", "uses"
_TITLES = {TEXT: "Text", ABOUT: "About", USES: "Used by"}
REST_SECONDS = 0.15


class PromptTextPane(Pane, Asking):
    """Shows one version; who used it is asked for when that tab is first looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt_text")]

    @dataclass
    class UseOpened(Message):
        """This run or trace is to be opened."""

        use: Use

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="prompt-text")
        self.session = session
        self._glyphs = glyphs
        self.tab = TEXT
        self.prompt: RegisteredModel | None = None
        self.made: ModelVersion | None = None
        self.tab_line = TabLine()
        self.view = TextView()
        self.grid = PlainGrid(glyphs=glyphs)
        self._facts: Facts | None = None
        self._uses: dict[tuple[str, str], Uses] = {}
        self._unread = ""
        self._cells = 0

    def body(self) -> ComposeResult:
        yield self.tab_line
        yield self.view
        yield self.grid

    def on_mount(self) -> None:
        self.show(None, None)

    def keys_target(self) -> Widget | None:
        return self.view if self.tab == TEXT else self.grid

    def show(self, prompt: RegisteredModel | None, made: ModelVersion | None) -> None:
        """Show a version of a prompt, or that there is none."""
        same = self.made is not None and made is not None and self._key(self.made) == self._key(made)
        self.prompt, self.made = prompt, made
        if not same:
            self._unread = ""
            self.notice.clear()
        self._draw(same_place=same)

    @staticmethod
    def _key(made: ModelVersion) -> tuple[str, str]:
        return made.name, made.version

    def _draw(self, *, same_place: bool = False) -> None:
        made, prompt = self.made, self.prompt
        uses = self._uses.get(self._key(made)) if made is not None else None
        counts = {USES: len(uses.found) if uses is not None else None}
        self.tab_line.show([Tab(tab, title, counts.get(tab)) for tab, title in _TITLES.items()], self.tab)
        had_keys = self.view.has_focus or self.grid.has_focus
        self.view.display, self.grid.display = self.tab == TEXT, self.tab != TEXT
        target = self.keys_target()
        if had_keys and target is not None and not target.has_focus:
            target.focus()
        if made is None or prompt is None:
            self.set_title("Prompt")
            self.set_subtitle("")
            self.view.show(text_of_template(template_of(ModelVersion("", "0")), 40))
            self.grid.table = None
            self.grid.placeholder = "No version is under the cursor."
            return
        said = template_of(made)
        self.set_title(f"{named(made.name)} v{made.version}", said.kind, *self._counted(said.variables))
        if self.tab == TEXT:
            self._cells = max(20, (self.view.size.width or self.size.width - 4) - 1)
            self.view.show(text_of_template(said, self._cells), same_place=same_place)
            self.set_subtitle("")
        elif self.tab == ABOUT:
            reading = Notation(self.session.clock.now_ms(), self._zone, self._glyphs)
            self._facts = about_version(prompt, made, reading)
            self.grid.table = self._facts.table
            self.set_subtitle("")
        else:
            self._show_uses(made, uses)

    @staticmethod
    def _counted(variables: Sequence[str]) -> tuple[str, ...]:
        return (f"{len(variables)} variable{'' if len(variables) == 1 else 's'}",) if variables else ()

    @property
    def _zone(self) -> tzinfo | None:
        return self.session.clock.zone if getattr(self.app, "absolute_times", False) else None

    # who used it

    def _show_uses(self, made: ModelVersion, uses: Uses | None) -> None:
        if uses is None:
            self.grid.table = None
            self.grid.placeholder = self._unread or "Looking for runs and traces that used it …"
            self.set_subtitle("")
            if not self._unread:
                prompts = self.session.prompts
                self.ask(
                    self.session.pool,
                    "uses",
                    lambda: prompts.uses(made.name, made.version),
                    lambda found: self._got_uses(made, found),
                    self._refused,
                )
            return
        reading = Notation(self.session.clock.now_ms(), self._zone, self._glyphs)
        columns: Sequence[ColumnSpec[Use]] = use_columns(reading)
        self.grid.placeholder = "No run and no trace is known to have used it."
        table: Table = SpecTable(uses.found, lambda use: f"{use.kind}:{use.id}", columns, Arrangement())
        self.grid.table = table
        self.set_subtitle(uses.unread or ("the latest; there are more" if uses.more else ""))

    def _got_uses(self, made: ModelVersion, found: Uses) -> None:
        self._uses[self._key(made)] = found
        self._draw()

    def _refused(self, problem: Problem) -> None:
        self._unread = "Who used it could not be read."
        self.notice.problem(problem)
        self._draw()

    def read_again(self) -> None:
        """What was read of uses may be others by now."""
        self._uses.clear()
        self._unread = ""
        self._draw(same_place=True)

    def use_here(self) -> Use | None:
        """The run or trace under the cursor."""
        uses = self._uses.get(self._key(self.made)) if self.made is not None and self.tab == USES else None
        key = self.grid.cursor_key
        return next((use for use in uses.found if f"{use.kind}:{use.id}" == key), None) if uses is not None else None

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        event.stop()
        use = self.use_here()
        if use is not None:
            self.post_message(self.UseOpened(use))
        elif self._facts is not None and event.row_key in self._facts.values:
            self.app.push_screen(WholeTextModal(event.row_key, self._facts.values[event.row_key]))

    # keys

    def action_next_tab(self) -> None:
        self._step(1)

    def action_previous_tab(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        tabs = list(_TITLES)
        self.turn_to(tabs[(tabs.index(self.tab) + by) % len(tabs)])

    def turn_to(self, tab: str) -> None:
        """Show another tab."""
        self.tab = tab
        self._draw()

    @on(TabLine.Pressed)
    def _pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.turn_to(event.id)

    @on(Resize)
    def _resized(self, _event: Resize) -> None:
        self.call_after_refresh(self._fold_again)

    def _fold_again(self) -> None:
        if self.tab == TEXT and self.view.size.width and self.view.size.width - 1 != self._cells:
            self._draw(same_place=True)

    def value_here(self) -> tuple[str, str] | None:
        """What ``y`` copies: the text, a fact, or the id of a run or trace."""
        if self.made is None:
            return None
        if self.tab == TEXT:
            return f"text of {prompt_uri(self.made.name, self.made.version)}", template_of(self.made).text
        use = self.use_here()
        if use is not None:
            return f"{use.kind} id", use.id
        key = self.grid.cursor_key
        if self.tab == ABOUT and self._facts is not None and key in self._facts.values:
            return str(key), self._facts.values[str(key)]
        return None


# Two versions of prompts held against each other, word by word.


class PromptDiffPane(Pane):
    """The difference, in one text or beside each other."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt_diff")]

    def __init__(self) -> None:
        super().__init__(id="prompt-diff")
        self.view = TextView()
        self.side_by_side = False
        self.shown: PromptDifference | None = None
        self._pair: tuple[ModelVersion, ModelVersion] | None = None
        self._cells = 0

    def body(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view

    def put(self, before: ModelVersion, after: ModelVersion) -> None:
        """Show these two."""
        self._pair = before, after
        self.draw()

    def draw(self) -> None:
        """Draw the difference as wide as there is room."""
        if self._pair is None:
            return
        before, after = self._pair
        self._cells = max(20, self.view.size.width - 1)
        beside = self.side_by_side and self._cells >= LEAST_BESIDE
        self.shown = difference(template_of(before), template_of(after), self._cells, side_by_side=beside)
        self.view.show(self.shown.body, same_place=True)
        number = len(self.shown.starts)
        other = f"{named(after.name)} " if after.name != before.name else ""
        said = f"{number} change{'' if number == 1 else 's'}" if number else "nothing differs"
        self.set_title(f"{named(before.name)} v{before.version} against {other}v{after.version}", said)
        narrow = f"side by side takes {LEAST_BESIDE} columns" if self.side_by_side and not beside else ""
        self.set_subtitle(" · ".join(note for note in (*self.shown.notes, narrow) if note))

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._fold_again)

    def _fold_again(self) -> None:
        if self.view.size.width and self.view.size.width - 1 != self._cells:
            self.draw()

    # keys

    def action_beside(self) -> None:
        self.side_by_side = not self.side_by_side
        self.draw()

    def action_next(self) -> None:
        self._go(1)

    def action_previous(self) -> None:
        self._go(-1)

    def _go(self, by: int) -> None:
        starts = self.shown.starts if self.shown is not None else ()
        top = self.view.scroll_offset.y
        beyond = [at for at in starts[::by] if (at - top) * by > 0]
        if beyond:
            self.view.scroll_to(y=beyond[0], animate=False, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.shown is not None

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "The versions have not been read" if self.shown is None else ""


class PromptDiffScreen(Page, Asking):
    """Reads both versions and shows what differs."""

    CSS_PATH = style_sheets("artifacts.tcss", "prompts.tcss")

    def __init__(self, session: Session, route: PromptDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pane = PromptDiffPane()

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        route = self.route
        other = f"{named(route.other_name)} " if route.other_name != route.name else ""
        self.set_crumbs("prompts", named(route.name), f"v{route.baseline} against {other}v{route.other}")
        self.pane.set_title("Reading both versions …")
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        prompts, route = self.session.prompts, self.route
        wanted = [(route.name, route.baseline), (route.other_name, route.other)]

        def work() -> tuple[ModelVersion, ModelVersion]:
            found = prompts.get_versions(wanted)
            for name, version in wanted:
                if (name, version) not in found:
                    said = f"There is no version {version} of {name}."
                    raise Problem(Kind.NOT_FOUND, "Could not compare the versions", said)
            return found[wanted[0]], found[wanted[1]]

        self.ask(self.session.pool, "diff", work, self._got, self._refused)

    def _got(self, pair: tuple[ModelVersion, ModelVersion]) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.notice.clear()
        self.pane.put(*pair)
        self.refresh_bindings()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.notice.problem(problem)

    def value_here(self) -> tuple[str, str] | None:
        shown = self.pane.shown
        return ("difference", "\n".join(shown.body.lines)) if shown is not None else None


# Moving aliases of prompts on the panel of writes: what both versions say, and what callers lose by the move.


class PromptAliasForm(AliasForm):
    """A move of a prompt's aliases; versions not known yet are read while the panel is open."""

    def __init__(
        self, session: Session, prompt: RegisteredModel, lines: AliasLines, versions: Sequence[ModelVersion]
    ) -> None:
        super().__init__(session, prompt, lines, session.prompt_desk.moves)
        self._desk = session.prompt_desk
        self._known = {made.version: made for made in versions}

    def plan(self) -> Plan:
        self.typed.show(self.state)
        planned = self.planned()
        return replace(
            self._desk.moves.plan(planned, self.thing),
            remarks=tuple(self._consequences(planned)),
            refused=self._refused(planned),
            typed=self.thing.name if self._desk.is_protected(planned.aliases) else "",
            guard="This move is protected",
            asks_why="must" if self._desk.reason_required else "may",
        )

    def _refused(self, planned: plans.AliasPlan) -> tuple[str, ...]:
        if refused := self.typed.refusal(self.state):
            return (refused,)
        if reasons := plans.refusals(planned, state=self.state):
            return reasons
        missing = [step.to for step in planned.steps if step.to in self.absent]
        return tuple(f"There is no version {version} of this prompt." for version in dict.fromkeys(missing))

    def _consequences(self, planned: plans.AliasPlan) -> list[str]:
        """What whoever loads the prompt by an alias finds changed."""
        warning = self.glyphs.warning
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

    def table(self, plan: Plan) -> Table | None:
        if not isinstance(self.typed, OneAlias):
            return None
        now, then = self.state.get(self.typed.named, ""), self.typed.number
        return self._both_sides(now, then)

    def _both_sides(self, at_now: str, at_then: str) -> Table:
        reading = Notation(self.session.clock.now_ms(), None, self.glyphs)
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
        room = max(12, (self.panel.room - 24) // 2)
        columns = (
            Column("name", "", max(14, *(width(text) for text in cells["name"])), frozen=True),
            Column("now", "now", min(room, max(12, *(width(text) for text in cells["now"])))),
            Column("then", "then", min(room, max(12, *(width(text) for text in cells["then"])))),
        )
        tones: dict[str, Sequence[Tone]] = {"name": ["muted"] * len(rows)}
        return RowsTable(columns, [str(number) for number in range(len(rows))], cells, tones)

    def look_up(self) -> None:
        """Read the versions that the plan is about and that are not known yet."""
        name, prompts = self.thing.name, self.session.prompts
        sides = (version for step in self.planned().steps for version in (step.expected, step.to))
        missing = [version for version in dict.fromkeys(sides) if version is not None and version not in self._known]
        if not missing:
            return

        def got(found: dict[tuple[str, str], ModelVersion]) -> None:
            self._known.update((made.version, made) for made in found.values())
            self.absent |= {version for version in missing if (name, version) not in found}
            self.panel.form_changed()

        wanted = [(name, version) for version in missing]
        self.panel.ask(self.session.pool, "sides", lambda: prompts.get_versions(wanted), got, self.refused)


def _made(made: ModelVersion | None, reading: Notation) -> str:
    if made is None:
        return ""
    who = clean(author(made))
    return f"{reading.when(made.created_ms)}{f' by {who}' if who else ''}"
