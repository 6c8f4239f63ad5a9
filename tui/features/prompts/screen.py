"""Prompts, the fourth screen: the list, the versions of the prompt under the cursor, and what the version here says.

The page of one prompt is the same without the list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tui.app.actions import bindings, verbs_at
from tui.domain.models.readiness import whole_text
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import prompt_uri
from tui.domain.text import clean, named
from tui.domain.writes import plans
from tui.domain.writes.changes import ALIAS, Plan, Thing, ThingState, touching
from tui.features.prompts.panes import PromptsPane, PromptVersionsPane
from tui.features.prompts.text import PromptTextPane
from tui.resources import style_sheets
from tui.services.copies import prompt_copies
from tui.services.session import Session
from tui.services.write_flow import Touched
from tui.ui.asking import Asking, Writer, tags_title
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import LedgerRoute, PromptDiffRoute, PromptRoute, RunRoute, TraceRoute, TracesRoute
from tui.ui.write_parts import AliasLines

_VERBS = verbs_at("prompt")


class PromptsScreen(Page, Asking):
    """All prompts, or with ``name`` the page of one; the cursor is put on ``version``, or where ``alias`` points."""

    CSS_PATH = style_sheets("artifacts.tcss", "prompts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt")]

    def __init__(self, session: Session, name: str = "", version: str = "", alias: str = "") -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.prompt_name = name
        self._at, self._alias = version, alias
        self.list = PromptsPane(session, glyphs)
        self.versions = PromptVersionsPane(session, glyphs)
        self.text = PromptTextPane(session, glyphs)
        self._writer = Writer(self, session)
        self._placed = False

    def content(self) -> ComposeResult:
        with Horizontal(id="prompts-body"):
            with Vertical(id="prompts-column"):
                yield self.list
                yield self.versions
            yield self.text

    def on_mount(self) -> None:
        self.set_crumbs("prompts", *([named(self.prompt_name)] if self.prompt_name else []))
        self._learn_holders()
        if self.prompt_name:
            self.list.display = False
            self.list.disabled = True
            self.focus_pane(self.versions)
            self.read_again()
            return
        self.focus_pane(self.list)
        self.list.start()
        place = self.session.launch.place
        if place is not None and not self._placed:
            self._placed = True
            self.call_after_refresh(self.open_place, place)

    # reading, and from prompts to versions to what they say

    def read_again(self) -> None:
        self.text.read_again()
        if not self.prompt_name:
            self.list.read_again()
            self.versions.read_again()
            return
        self.set_freshness(self.freshness.loading())
        prompts, name = self.session.prompts, self.prompt_name
        self.ask(self.session.pool, "prompt", lambda: prompts.get_model(name), self._got, self._refused)

    def _got(self, prompt: RegisteredModel) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.versions.notice.clear()
        first, version = self.versions.prompt is None, self._at
        self.versions.follow(prompt, at_once=True)
        if first and self._alias:
            version = prompt.aliases.get(self._alias, "")
            if not version and self._alias == "latest" and prompt.newest is not None:
                version = prompt.newest.version
            if not version:
                held = ", ".join(sorted(prompt.aliases)) or "none"
                self.deck.say(clean(f"{prompt.name} has no alias {self._alias}; it has {held}"))
        if first and version:
            self.versions.point_at(version)
        self.refresh_bindings()

    def _learn_holders(self) -> None:
        """Read in the ledger who held aliases before."""
        holders = self.session.prompt_desk.holders
        self.ask(self.session.own_work, "holders", holders.learn, lambda _done: None, self.say_problem)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.versions.notice.problem(problem)
        if self.versions.prompt is None:
            self.versions.grid.placeholder = "Nothing could be read of this prompt."

    @on(ListPane.Followed, "#prompts")
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        prompt = self.list.here()
        self.versions.follow(prompt)
        self.set_crumbs("prompts", *([named(prompt.name)] if prompt is not None else []))
        self.refresh_bindings()

    @on(ListPane.FreshnessChanged, "#prompts")
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.list.state.freshness)

    @on(ListPane.Followed, "#prompt-versions")
    def _version_followed(self, event: ListPane.Followed) -> None:
        event.stop()
        self.text.show(self.versions.prompt, self.versions.here())
        self.refresh_bindings()

    @on(ListPane.FreshnessChanged, "#prompt-versions")
    def _versions_fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.refresh_bindings()

    @on(PromptVersionsPane.Opened)
    def _version_opened(self, event: PromptVersionsPane.Opened) -> None:
        event.stop()
        self.focus_pane(self.text)

    @on(PromptTextPane.UseOpened)
    def _use_opened(self, event: PromptTextPane.UseOpened) -> None:
        event.stop()
        if event.use.kind == "run":
            self.deck.go(RunRoute(event.use.id))
        else:
            self.deck.go(TraceRoute(event.use.id))

    # what the keys mean

    def prompt_here(self) -> RegisteredModel | None:
        """The prompt that the keys mean."""
        return self.versions.prompt if self.prompt_name else self.list.here()

    def version_here(self) -> ModelVersion | None:
        """The version that the keys mean; None where they mean the prompt."""
        return None if self.current_pane() is self.list else self.versions.here()

    def _versions_meant(self) -> list[ModelVersion]:
        here = self.version_here()
        return (self.versions.marked() or [here]) if here is not None else []

    def _aliases_meant(self) -> tuple[str, ...]:
        prompt = self.prompt_here()
        if prompt is None:
            return ()
        return tuple(alias for made in self._versions_meant() for alias in prompt.aliases_of(made.version))

    @property
    def _prompt(self) -> RegisteredModel:
        prompt = self.prompt_here()
        assert prompt is not None  # check_action keeps the keys away where there is none
        return prompt

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a prompt there is nothing to do."""
        if action not in _VERBS or action == "ledger":
            return True
        if self.prompt_here() is None:
            return False
        return bool(self._aliases_meant()) if action == "take_away" else True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb not in _VERBS:
            return ""
        if self.prompt_here() is None:
            return self.session.capabilities.no_prompts or "No prompt is under the cursor"
        here = self.version_here()
        return f"No alias points to v{here.version}" if here is not None else "Go to the version it points to"

    # descriptions and tags

    def action_note(self) -> None:
        name, writes = self._prompt.name, self.session.prompt_desk.writes
        self._writer.edit_note(Thing.PROMPT, name, lambda: writes.prompt(name))

    def action_tags(self) -> None:
        name, writes = self._prompt.name, self.session.prompt_desk.writes
        numbers = [made.version for made in self._versions_meant()]
        names = [prompt.name for prompt in self.list.marked()] or [name]
        title = tags_title(names, "prompts", name, numbers)
        self._writer.edit_tags(title, lambda: writes.versions(name, numbers) if numbers else writes.some(names))

    # aliases

    def action_move_alias(self) -> None:
        from tui.ui.write_parts import OneAlias

        prompt, here = self._prompt, self.version_here()
        known = sorted(self.versions.held.values(), key=lambda made: -made.number)
        to = here.version if here is not None else prompt.newest.version if prompt.newest is not None else ""
        # The alias that stands for production here is offered first.
        named_so = self.session.prompt_desk.settings.production_aliases
        first = tuple(dict.fromkeys((*(alias for alias in named_so if alias in prompt.aliases), *named_so)))
        holders, versions = self.session.prompt_desk.holders, self.versions.held

        def was(alias: str) -> str:
            return holders.holding(prompt, alias, versions.get(prompt.aliases.get(alias, ""))).was or ""

        self._move(lambda: OneAlias(prompt.aliases, [made.version for made in known], to, was, first))

    def action_several_aliases(self) -> None:
        from tui.ui.write_parts import SeveralAliases

        self._move(SeveralAliases)

    def action_take_away(self) -> None:
        from tui.ui.write_parts import take_away

        take_away(self, self._prompt, self._aliases_meant(), self._move_as)

    def _move_as(self, plan: plans.AliasPlan, title: str) -> None:
        from tui.ui.write_parts import FixedMove

        self._move(lambda: FixedMove(plan, title))

    def _move(self, lines: Callable[[], AliasLines]) -> None:
        from tui.features.prompts.text import PromptAliasForm

        if self._writer.may_write():
            form = PromptAliasForm(self.session, self._prompt, lines(), list(self.versions.held.values()))
            touches = touching([ThingState.of_prompt(self._prompt)], ALIAS)
            self._writer.confirm(form.title(), form=form, touches=touches)

    def action_undo(self) -> None:
        """Look up the last change in the ledger and the server's state, and show what takes it back."""
        desk, name = self.session.prompt_desk, self._prompt.name

        def got(found: tuple[Plan | None, RegisteredModel]) -> None:
            plan, prompt = found
            if plan is None:
                self.deck.say(clean(f"Nothing was changed of {name} from here that could be undone"))
            elif plan.changes[0].alias:
                moves = plans.AliasPlan.of_changes(plan, prompt.name)
                self._move_as(moves, f"Undo #{plan.of}: aliases of {name}")
            else:
                self._writer.confirm(f"Undo #{plan.of}", lambda: plan)

        if self._writer.may_write():
            self.ask(self.session.pool, "undo", lambda: desk.undo(name), got, self.say_problem)

    # looking

    def action_diff(self) -> None:
        """The marked two, or the version here with what is in production, else with the one before it; older first."""
        prompt = self._prompt
        marked = [made.version for made in self.versions.marked()]
        if len(marked) > 2:
            self.deck.say(f"Two versions are compared, and {len(marked)} are marked: U takes the marks away")
            return
        production = self.session.prompt_desk.settings.production_aliases
        held = next((prompt.aliases[alias] for alias in production if alias in prompt.aliases), "")
        known = sorted((made.number for made in self.versions.held.values()), reverse=True)
        here = self.version_here() or prompt.newest
        if len(marked) == 2:
            pair = (marked[0], marked[1])
        elif here is None:
            pair = ("", "")
        elif held and held != here.version:
            pair = (held, here.version)
        else:
            pair = (next((str(number) for number in known if number < here.number), ""), here.version)
        if not all(pair):
            self.deck.say("There is only one version to look at: nothing to compare it with")
            return
        older, newer = sorted(pair, key=int)
        self.deck.go(PromptDiffRoute(prompt.name, older, prompt.name, newer))

    def action_why(self) -> None:
        """What the rules find in the prompt, in one text."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        prompt, judging = self._prompt, self.session.prompt_desk.judging

        def gathered(_nothing: None) -> None:
            words = whole_text(judging.findings(prompt))
            self.app.push_screen(WholeTextModal(f"Rules about {prompt.name}", words))

        self.ask(self.session.pool, "why", lambda: judging.gather(prompt), gathered, self.say_problem)

    def action_its_traces(self) -> None:
        """The traces that used this version, in whatever experiment."""
        version = self.version_here()
        if version is None:
            self.deck.say("No version has been read here yet")
            return
        from tui.domain.traces.values import TraceScope

        self.deck.go(TracesRoute(TraceScope((), prompt=f"{version.name}/{version.version}")))

    def action_ledger(self) -> None:
        prompt = self.prompt_here()
        self.deck.go(LedgerRoute(prompt.name if prompt is not None else ""))

    # what has been written

    def written(self, touched: Touched) -> None:
        names = {name for thing, name in touched if thing is Thing.PROMPT}
        names |= {name.rpartition("/")[0] for thing, name in touched if thing is Thing.PROMPT_VERSION}
        self._learn_holders()
        for name in names:
            self._changed(name)

    def _changed(self, name: str) -> None:
        """Something of a prompt was written: show it as it is now."""
        if self.prompt_name:
            if name == self.prompt_name:
                self.read_again()
            return
        prompts = self.session.prompts

        def got(prompt: RegisteredModel) -> None:
            self.list.take(prompt)
            if self.versions.prompt is not None and self.versions.prompt.name == name:
                self.versions.follow(prompt, at_once=True)

        def refused(problem: Problem) -> None:
            if problem.kind is Kind.NOT_FOUND:
                self.list.read_again()
            else:
                self.list.notice.problem(problem)

        self.ask(self.session.pool, f"changed {name}", lambda: prompts.get_model(name), got, refused)

    # places

    def open_place(self, place: Place) -> None:
        """Go to a prompt, to one of its versions, or to that which an alias names."""
        if place.kind is PlaceKind.PROMPT:
            self.list.point_at(place.model)
            self.deck.go(PromptRoute(place.model, place.version, place.alias))

    def place_here(self) -> Place | None:
        prompt = self.prompt_here()
        return Place(PlaceKind.PROMPT, prompt.name, model=prompt.name) if prompt is not None else None

    def go_to(self, what: str, name: str = "") -> None:
        """What the command ``:prompts NAME`` does."""
        if name:
            self.list.point_at(name)
            self.list.filter_edited(name)
            self.focus_pane(self.list)

    # the keys for everywhere

    def go_back(self) -> bool:
        pane = self.current_pane()
        if pane is self.text and (self.is_narrow or not self.prompt_name):
            self.focus_pane(self.versions)
            return True
        if pane is self.versions and not self.prompt_name:
            if not self.versions.go_back():
                self.focus_pane(self.list)
            return True
        return self.versions.go_back() if self.prompt_name else self.list.go_back()

    def names_known(self) -> list[tuple[str, str, str]]:
        return [("prompt", name, prompt_uri(name)) for name in self.list.held]

    def times_changed(self) -> None:
        self.list.retick()
        self.versions.retick()
        self.text.show(self.text.prompt, self.text.made)

    def value_here(self) -> tuple[str, str] | None:
        prompt, version = self.prompt_here(), self.version_here()
        if self.current_pane() is self.text:
            return self.text.value_here()
        if version is not None:
            return "prompt URI", prompt_uri(version.name, version.version)
        return ("prompt name", prompt.name) if prompt is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        prompt, version = self.prompt_here(), self.version_here()
        if prompt is None:
            return []
        uri = self.session.launch.registry_uri
        if version is None:
            return prompt_copies(uri, prompt.name, aliases=sorted(prompt.aliases))
        return prompt_copies(uri, prompt.name, version, prompt.aliases_of(version.version))
