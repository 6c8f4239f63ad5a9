"""What the panel for writes is made of: lines, what is given before it is armed, a difference, the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import RegisteredModel, alias_refusal, alias_twin
from tui.domain.text import clean, named
from tui.domain.writes import change_words, plans
from tui.domain.writes.changes import Change, Plan
from tui.ui.asking import Asking, choose
from tui.widgets.inputs import CalmInput

if TYPE_CHECKING:
    from tui.domain.glyphs import Glyphs
    from tui.domain.problem import Problem
    from tui.services.alias_moves import AliasMoves
    from tui.services.session import Session
    from tui.ui.page import Page
    from tui.ui.write_panel import WritePanel

DIFFERENCE_SHOWN = 400  # lines of the difference between two texts


class PanelLine(CalmInput):
    """A line of the panel; enter is the panel's, and up and down go through what ``offers`` could stand in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, value: str = "", placeholder: str = "", line_id: str = "", *, round_again: bool = False) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, id=line_id)
        self.select_on_focus = False
        self.offers: list[str] = []
        self._round_again = round_again

    def action_step(self, by: int) -> None:
        if not self.offers:
            return
        at = self.offers.index(self.value.strip()) + by if self.value.strip() in self.offers else 0
        last = len(self.offers)
        self.value = self.offers[at % last if self._round_again else max(0, min(last - 1, at))]
        self.cursor_position = len(self.value)


class ConditionLines(Vertical):
    """What has to be given before a plan is armed: a reason, and the name of what is protected, typed."""

    def __init__(self) -> None:
        super().__init__(classes="conditions")
        self.why = PanelLine(line_id="why")
        self.typed = PanelLine(line_id="typed")
        self._plan = Plan(())

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field", id="why-field"):
            yield Static(Content("why"), classes="label")
            yield self.why
        with Horizontal(classes="field", id="typed-field"):
            yield Static(Content("type"), classes="label")
            yield self.typed

    def take(self, plan: Plan, *, anew: bool) -> None:
        """Ask for what a plan wants; what was typed for another plan is typed again if it is begun ``anew``."""
        self._plan = plan
        if anew:
            self.typed.value = ""
        self.typed.placeholder = f"type {named(plan.typed)} to go on"
        self.why.placeholder = "a reason, for the ledger" + ("" if plan.asks_why == "must" else " (may be left out)")

    def show(self, *, asked: bool) -> None:
        """Show the lines that the plan wants, where anything is asked at all."""
        fields = {"#why-field": bool(self._plan.asks_why), "#typed-field": bool(self._plan.typed)}
        for field, wanted in fields.items():
            self.query_one(field).display = asked and wanted
        self.display = asked and any(fields.values())

    @property
    def first(self) -> PanelLine | None:
        """The line that has the keys at first; None where nothing is asked for."""
        return self.typed if self._plan.typed else self.why if self._plan.asks_why else None

    @property
    def reason(self) -> str:
        return self.why.value.strip()

    def lacking(self) -> tuple[str, PanelLine] | None:
        """What has not been given, and in which line; None where nothing lacks."""
        wanted = self._plan.typed
        if self._plan.asks_why == "must" and not self.reason:
            return "This context wants a reason for each of these: say why.", self.why
        if wanted and not {self.typed.value, self.typed.value.strip()} & {wanted, named(wanted)}:
            why = "That is not it" if self.typed.value else self._plan.guard or "This cannot be undone"
            return f"{why}: type {named(wanted)} to go on.", self.typed
        return None


class RightsLine(Static, Asking):
    """What one may not do of what an editor was opened for, ``touches``; told as soon as it is known, or nothing is.

    ``touches`` answers the changes that it stands for, on a worker's thread.
    """

    def __init__(self, session: Session, touches: Callable[[], Sequence[Change]]) -> None:
        super().__init__(classes="rights")
        self._session = session
        self._touches = touches

    def on_mount(self) -> None:
        self.display = False
        flow, touches = self._session.flow, self._touches
        self.ask(self._session.pool, "rights", lambda: flow.lacking(touches()), self._got, lambda _problem: None)

    def _got(self, found: Plan) -> None:
        self.update(Content("\n".join(map(clean, (*found.refused, *found.remarks)))))
        self.display = bool(found.refused or found.remarks)


class TextDifference(VerticalScroll):
    """What a text that needs room will be, against what it is; nothing where a change has no such text."""

    def __init__(self) -> None:
        super().__init__(classes="difference", can_focus=False)
        self._lines = Static()

    def compose(self) -> ComposeResult:
        yield self._lines

    def show(self, change: Change | None, found: str | None, *, instead: bool) -> None:
        """Show it of a change; ``found`` is what was there where that was looked at (``instead``)."""
        self.display = change is not None and change_words.needs_room(change)
        if change is None or not self.display:
            return
        parts: list[tuple[str, str]] = []
        for line in change_words.difference(change, found, found=instead)[:DIFFERENCE_SHOWN]:
            tone = {"+": "$success", "-": "$error", "@": "$text-muted"}.get(line[:1], "")
            parts.append((("\n" if parts else "") + clean(line), tone))
        self._lines.update(Content.assemble(*parts))


class GoOn(Static, can_focus=True):
    """The button: enter on it goes on, up and down look through the rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.go_on", show=False),
        Binding("down,up,pagedown,pageup,j,k,home,end", "screen.look_through", show=False),
    ]

    async def on_click(self, event: Click) -> None:
        event.stop()
        await self.run_action("screen.go_on")


# The lines by which moves of aliases are said on the panel of writes, those of models and those of prompts.


FIRST = (CHAMPION, CHALLENGER)


class AliasLines(Protocol):
    """What is typed of a move; ``state`` is where the aliases of the model, or of the prompt, point."""

    def compose(self) -> ComposeResult:
        """The lines."""
        ...

    def first(self) -> Widget | None:
        """The line that has the keys at first."""
        ...

    def plan(self, model: str, state: Mapping[str, str]) -> plans.AliasPlan:
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
    """One alias, and the version that it is to point to; of the aliases in use those in ``first`` come first.

    ``before`` tells which version held an alias before, "" where nobody knows: of the version that holds the first of
    all, what is meant is most likely to put that one back.
    """

    def __init__(
        self,
        aliases: Mapping[str, str],
        versions: Sequence[str],
        to: str,
        before: Callable[[str], str] = lambda _alias: "",
        first: Sequence[str] = FIRST,
    ) -> None:
        self._before, self._first = before, first
        alias = next((one for one in first if aliases.get(one) != to), "")
        if first and aliases.get(first[0]) == to and (was := before(first[0])) and was != to:
            alias, to = first[0], was
        self.alias = PanelLine(alias, "alias", "alias", round_again=True)
        self.alias.select_on_focus = True
        self.to = PanelLine(to, "version", "to")
        self.to.offers = list(versions)
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
        return plans.version_number(self.to.value)

    def plan(self, model: str, state: Mapping[str, str]) -> plans.AliasPlan:
        return plans.plan(model, state, {self.named: self.number or None})

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
        self.alias.offers = _by_weight(state, self._first)
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

    def plan(self, model: str, state: Mapping[str, str]) -> plans.AliasPlan:
        return plans.plan(model, state, wanted_of(self.line.value)[0], purpose=plans.SEVERAL)

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

    def __init__(self, plan: plans.AliasPlan, title: str) -> None:
        self._plan = plan
        self._title = title

    def compose(self) -> ComposeResult:
        yield from ()

    def first(self) -> Widget | None:
        return None

    def plan(self, model: str, state: Mapping[str, str]) -> plans.AliasPlan:
        return self._plan

    def refusal(self, state: Mapping[str, str]) -> str:
        steps = self._plan.steps
        if steps and all(state.get(step.alias) == step.to for step in steps):
            return "There is nothing left to do: every alias is where this would put it."
        moved = plans.conflicts(self._plan, state)
        if moved:
            return f"{', '.join(entry.words for entry in moved)}: somebody has moved it since, so this is refused."
        return ""

    def title(self, model: str) -> str:
        return self._title

    def show(self, state: Mapping[str, str]) -> None:
        pass


class AliasForm:
    """A move of aliases of a model or a prompt as it is made on the panel; of what versions are, a subclass tells."""

    def __init__(self, session: Session, thing: RegisteredModel, lines: AliasLines, moves: AliasMoves) -> None:
        self.session = session
        self._moves = moves
        self.thing = thing
        self.typed = lines
        self.state: dict[str, str] = dict(thing.aliases)
        self.absent: set[str] = set()  # versions that were looked for and are not there
        self._panel: WritePanel | None = None

    def lines(self) -> ComposeResult:
        yield from self.typed.compose()

    def first(self) -> Widget | None:
        return self.typed.first()

    def title(self) -> str:
        return self.typed.title(self.thing.name)

    @property
    def panel(self) -> WritePanel:
        assert self._panel is not None  # it is told of before anything else is asked
        return self._panel

    @property
    def glyphs(self) -> Glyphs:
        return self.panel.deck.glyphs

    def opened(self, panel: WritePanel) -> None:
        self._panel = panel
        self.typed.show(self.state)
        self.look_up()

    def edited(self, line: PanelLine) -> None:
        self.look_up()

    def planned(self) -> plans.AliasPlan:
        return self.typed.plan(self.thing.name, self.state)

    def look_up(self) -> None:
        """Learn what is not known yet of the versions that the plan is about."""

    def look_again(self) -> Callable[[], object]:
        moves, name = self._moves, self.thing.name

        def look() -> None:
            self.state, self.absent = moves.state(name), set()

        return look

    def refused(self, problem: Problem) -> None:
        self.panel.say(clean(f"{problem.title}: {problem.message}"), "warn")


def take_away(
    page: Page, thing: RegisteredModel, aliases: Sequence[str], move: Callable[[plans.AliasPlan, str], object]
) -> None:
    """Ask which of these aliases of a model or prompt is taken away; ``move`` is given the plan and its title."""

    def take(chosen: Sequence[str]) -> None:
        plan = plans.plan(thing.name, thing.aliases, dict.fromkeys(chosen))
        what = chosen[0] if len(chosen) == 1 else f"{len(chosen)} aliases"
        move(plan, f"Take {what} of {thing.name} away")

    if len(aliases) == 1:
        take(aliases)
        return
    offered = [("", "all of them", ", ".join(map(clean, aliases)))]
    offered += [(alias, alias, f"v{thing.aliases[alias]}") for alias in aliases]
    choose(page, "Which alias", offered, lambda alias: take([alias] if alias else aliases))


def _by_weight(state: Mapping[str, str], first: Sequence[str] = FIRST) -> list[str]:
    return sorted(state, key=lambda alias: (first.index(alias) if alias in first else len(first), alias))


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
        number = plans.version_number(version)
        if not sign or not alias or (version and not number):
            return {}, f"“{word}” is not ALIAS=VERSION."
        if alias in wanted:
            return {}, f"{alias} comes twice."
        wanted[alias] = number or None
    return wanted, ""
