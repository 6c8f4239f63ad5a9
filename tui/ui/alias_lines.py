"""The lines by which moves of aliases are said on the panel of writes, those of models and those of prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import alias_refusal, alias_twin
from tui.domain.text import clean
from tui.domain.writes import alias_plan
from tui.ui.write_parts import PanelLine

FIRST = (CHAMPION, CHALLENGER)


class AliasLines(Protocol):
    """What is typed of a move; ``state`` is where the aliases of the model, or of the prompt, point."""

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
        number = alias_plan.version_number(version)
        if not sign or not alias or (version and not number):
            return {}, f"“{word}” is not ALIAS=VERSION."
        if alias in wanted:
            return {}, f"{alias} comes twice."
        wanted[alias] = number or None
    return wanted, ""
