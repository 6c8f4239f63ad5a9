"""The keys that work everywhere: where to go, refreshing, times, copying, help, commands, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.actions import ActionParseResult
from textual.binding import BindingType
from textual.dom import DOMNode

from tui.app.actions import BY_ID, Action, action_of, bindings, configured_keys, show_keys
from tui.config.choose import COMMAND_LINE
from tui.domain.glyphs import Glyphs
from tui.terminal.textual_compat import CalmApp

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.config.launch import Launch
    from tui.services.session import Session
    from tui.services.summaries import CopiedSummary
    from tui.ui.dialogs.command import Offer
    from tui.ui.page import Page
    from tui.ui.routes import Route

AGES_GROW_OLD_MS = 30_000


class KeysForEverywhere(CalmApp[int]):
    """The part of the application that answers keys, whatever screen is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]

    session: Session
    glyphs: Glyphs
    keymap: Mapping[str, str]
    absolute_times: bool
    begun: bool
    done_last: CopiedSummary | None
    _ages_told_ms: int
    _off: Action | None = None  # the verb of the key just pressed, where it is off and nothing has said why

    @property
    def slow_request(self) -> tuple[str, int] | None:
        raise NotImplementedError  # pragma: no cover  the application says it

    @property
    def page(self) -> Page | None:
        """The full screen under any dialogue."""
        raise NotImplementedError  # pragma: no cover

    def go(self, route: Route) -> None:
        """Open a screen over this one."""

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of the context."""

    def say(self, message: str, kept: str = "") -> None:
        """One line at the bottom."""

    def copy_text(self, called: str, text: str) -> str:
        """Copy to the terminal's clipboard."""
        raise NotImplementedError  # pragma: no cover

    def leave(self) -> None:
        """Quit."""

    def before_key(self) -> None:
        """What was said has been read; ages are told as of now."""
        self.say("")
        self._off = None
        now_ms = self.session.clock.now_ms()
        if self.page is not None and now_ms - self._ages_told_ms > AGES_GROW_OLD_MS:
            self._ages_told_ms = now_ms
            self.page.times_changed()

    def after_key(self) -> None:
        """A key whose verb is off, and that meant nothing to anything around it either, is answered all the same."""
        if self._off is not None and self.page is not None and not self.page.hint_line.message:
            keys = show_keys(configured_keys(self._off, self.keymap).partition(",")[0])
            self.say(f"{keys} ({self._off.title}) means nothing here just now")
        self._off = None

    def open_place(self, text: str) -> None:
        """Go where a text names."""

    def open_named_context(self, name: str) -> None:
        """Open a context of the configuration by its name."""

    # verbs: each that is off, or refused, says so here

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        owner = self if default_namespace is None else default_namespace
        _, name, parameters = ("", action, ()) if isinstance(action, str) else action
        bound = action_of(type(owner), name)
        if bound is not None and self.begun:
            if bound.writes and self.page is not None and self.page.session.read_only:
                self.say(refused_words(bound, self.page.session.launch))
                return True
            if not owner.check_action(name, parameters):
                # A widget that says nothing leaves the key to what is around it.
                why = getattr(owner, "why_off", None)
                reason = why(name) if why is not None else ""
                if reason:
                    self.say(reason)
                else:
                    self._off = bound
                return bool(reason)
        self._off = None
        return await super().run_action(action, default_namespace, namespaces)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "serving":
            return self.begun and self.session.serving is not None
        if action == "prompts":
            return self.begun and self.session.capabilities.prompts
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now, in a line; empty where that goes without saying."""
        if verb == "prompts":
            return self.session.capabilities.no_prompts
        return "Serving endpoints are on Databricks, and this context is not" if verb == "serving" else ""

    # where to go

    def _go_to(self, top: str, what: str, name: str = "") -> None:
        self.go_home(top)
        if self.page is not None:
            self.page.go_to(what, name)

    def action_open_place(self, place: str) -> None:
        self.open_place(place)

    def action_context(self, name: str) -> None:
        self.open_named_context(name)

    # what the command line completes names from

    def names_known(self) -> list[tuple[str, str, str]]:
        """What kind each thing is that has been read here, its name, and the place that it opens."""
        raise NotImplementedError  # pragma: no cover

    def offers_context(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.command import Offer

        here = self.session.name
        return tuple(
            Offer(name, name, "is open" if name == here else "context")
            for name in self.session.launch.settings.contexts
        )

    def offers_open_place(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.command import Offer

        return tuple(Offer(name, place, kind) for kind, name, place in self.names_known())

    def offers_experiments(self) -> tuple[Offer, ...]:
        return self._offers_of("experiment")

    def offers_models(self) -> tuple[Offer, ...]:
        return self._offers_of("model")

    def offers_prompts(self) -> tuple[Offer, ...]:
        return self._offers_of("prompt")

    def _offers_of(self, kind: str) -> tuple[Offer, ...]:
        from tui.ui.dialogs.command import Offer

        return tuple(Offer(name, name, kind) for known, name, _ in self.names_known() if known == kind)

    def action_runs(self) -> None:
        self._go_to("browse", "runs")

    def action_experiments(self, name: str = "") -> None:
        self._go_to("browse", "experiments", name)

    def action_models(self, name: str = "") -> None:
        self._go_to("models", "models", name)

    def action_serving(self, name: str = "") -> None:
        self._go_to("serving", "serving", name)

    def action_prompts(self, name: str = "") -> None:
        self._go_to("prompts", "prompts", name)

    def action_traces(self, name: str = "") -> None:
        """To the traces; of the experiment that is shown, where there is one."""
        place = self.page.place_here() if self.page is not None and not name else None
        self._go_to("traces", "traces", name or (place.experiment if place is not None else ""))

    def offers_traces(self) -> tuple[Offer, ...]:
        return self._offers_of("experiment")

    def action_doctor(self) -> None:
        from tui.ui.routes import DoctorRoute

        self.go(DoctorRoute())

    # the page

    def action_next_pane(self) -> None:
        if self.page is not None:
            self.page.step_pane(1)

    def action_previous_pane(self) -> None:
        if self.page is not None:
            self.page.step_pane(-1)

    async def action_back(self) -> None:
        page = self.page
        if page is None:
            return
        if self.slow_request is not None and page.stop_all_reading():
            return
        if page.go_back():
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_zoom(self) -> None:
        if self.page is not None:
            self.page.zoom()

    def action_refresh(self) -> None:
        if self.page is not None:
            self.page.read_again()

    def action_redraw(self) -> None:
        self.draw_anew()

    def action_watch(self) -> None:
        if self.page is not None:
            watching = self.page.watch_toggle()
            self.page.show_status()
            seconds = self.session.launch.settings.watch_seconds
            self.say(f"Auto-refresh every {seconds:g} s; w stops" if watching else "Auto-refresh off")

    def action_times(self) -> None:
        self.absolute_times = not self.absolute_times
        from tui.ui.page import Page

        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.times_changed()

    def action_copy(self) -> None:
        here = self.page.value_here() if self.page is not None else None
        if here is None:
            self.say("There is nothing here to copy")
        else:
            self.copy_text(*here)

    def action_copy_as(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        # What is under the cursor may be among what its page offers anyway.
        offers = list(dict.fromkeys([*self.page.copies_here(), *self._done_last()])) if self.page is not None else []
        if not offers:
            self.say("There is nothing here to copy")
            return
        choices = [Choice(str(number), title, text) for number, (title, text) in enumerate(offers)]

        def copy(choice: Choice | None) -> None:
            if choice is not None:
                self.copy_text(choice.title, choice.detail)

        self.push_screen(ChoiceModal("Copy", choices, self.glyphs, hint="enter copy   esc leave"), copy)

    def _done_last(self) -> list[tuple[str, str]]:
        """The summary of what was written last."""
        return self.done_last.offers("what was done last") if self.done_last is not None else []

    def action_help(self) -> None:
        from tui.ui.dialogs.help import Chosen, HelpModal

        page = self.page
        if page is None or self.screen is not page:
            return

        def run(chosen: Chosen | None) -> None:
            if chosen is not None:
                page.run_action_by_id(chosen.id)

        self.push_screen(HelpModal(self.glyphs, page.actions_here(), self.keymap), run)

    def action_command(self) -> None:
        from tui.app.commands import ask_for_command

        if self.page is not None and self.screen is self.page:
            ask_for_command(cast("DeckApp", self), self.page)

    def action_requests(self) -> None:
        if self.screen is self.page and not self.page.is_log:
            from tui.ui.routes import RequestsRoute

            self.go(RequestsRoute())

    def action_help_quit(self) -> None:
        """Ctrl+c, where nothing is selected that could be copied: say how to leave."""
        keys = show_keys(configured_keys(BY_ID["app.leave"], self.keymap))
        self.say(f"{keys} leaves this page, and from the top quits")

    def action_leave(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.leave()


def refused_words(action: Action, launch: Launch) -> str:
    """What is refused where nothing may be written, by which setting, and what goes before that."""
    by = "--read-only" if launch.origins.get("read_only") == COMMAND_LINE else "read_only: true"
    return f"{action.title} refused: {launch.context_name} is read-only ({by}); --read-write overrides"
