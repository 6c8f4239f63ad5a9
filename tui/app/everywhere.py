"""The keys that work everywhere: where to go, refreshing, times, copying, help, commands, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType

from tui.app.actions import BY_ID, bindings, configured_keys, show_keys
from tui.domain.glyphs import Glyphs
from tui.terminal.textual_compat import CalmApp

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.services.session import Session
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
    _ages_told_ms: int

    @property
    def page(self) -> Page | None:
        """The full screen under any dialogue."""
        raise NotImplementedError  # pragma: no cover

    def go(self, route: Route) -> None:
        """Open a screen over this one."""

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of the context."""

    def say(self, message: str) -> None:
        """One line at the bottom."""

    def copy_text(self, called: str, text: str) -> str:
        """Copy to the terminal's clipboard."""
        raise NotImplementedError  # pragma: no cover

    def leave(self) -> None:
        """Quit."""

    def before_key(self) -> None:
        """What was said has been read; ages are told as of now."""
        self.say("")
        now_ms = self.session.clock.now_ms()
        if self.page is not None and now_ms - self._ages_told_ms > AGES_GROW_OLD_MS:
            self._ages_told_ms = now_ms
            self.page.times_changed()

    def action_app_browse(self) -> None:
        self.go_home("browse")

    def action_app_models(self) -> None:
        self.go_home("models")

    def action_app_serving(self) -> None:
        self.go_home("serving")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "app_serving":
            return self.begun and self.session.serving is not None
        return super().check_action(action, parameters)

    def action_app_next_pane(self) -> None:
        if self.page is not None:
            self.page.step_pane(1)

    def action_app_previous_pane(self) -> None:
        if self.page is not None:
            self.page.step_pane(-1)

    def action_app_back(self) -> None:
        page = self.page
        if page is None or page.go_back():
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_app_zoom(self) -> None:
        if self.page is not None:
            self.page.zoom()

    def action_app_refresh(self) -> None:
        if self.page is not None:
            self.page.read_again()

    def action_app_redraw(self) -> None:
        self.draw_anew()

    def action_app_watch(self) -> None:
        if self.page is not None:
            watching = self.page.watch_toggle()
            self.page.show_status()
            seconds = self.session.launch.settings.watch_seconds
            self.say(f"Refreshing every {seconds:g} s; w stops" if watching else "No longer refreshing by itself")

    def action_app_times(self) -> None:
        self.absolute_times = not self.absolute_times
        from tui.ui.page import Page

        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.times_changed()

    def action_app_copy(self) -> None:
        here = self.page.value_here() if self.page is not None else None
        if here is None:
            self.say("There is nothing here to copy")
        else:
            self.copy_text(*here)

    def action_app_copy_as(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        # What is under the cursor may be among what its page offers anyway.
        offers = list(dict.fromkeys(self.page.copies_here())) if self.page is not None else []
        if not offers:
            self.say("There is nothing here to copy")
            return
        choices = [Choice(str(number), title, text) for number, (title, text) in enumerate(offers)]

        def copy(choice: Choice | None) -> None:
            if choice is not None:
                self.copy_text(choice.title, choice.detail)

        self.push_screen(ChoiceModal("Copy", choices, self.glyphs, hint="enter copy   esc leave"), copy)

    def action_app_help(self) -> None:
        from tui.ui.dialogs.help import Chosen, HelpModal

        page = self.page
        if page is None or self.screen is not page:
            return

        def run(chosen: Chosen | None) -> None:
            if chosen is not None:
                page.run_action_by_id(chosen.id)

        self.push_screen(HelpModal(self.glyphs, page.actions_here(), self.keymap), run)

    def action_app_command(self) -> None:
        from tui.app.commands import ask_for_command

        if self.page is not None and self.screen is self.page:
            ask_for_command(cast("DeckApp", self), self.page)

    def action_app_requests(self) -> None:
        if self.screen is self.page and not self.page.is_log:
            from tui.ui.routes import RequestsRoute

            self.go(RequestsRoute())

    def action_help_quit(self) -> None:
        """Ctrl+c, where nothing is selected that could be copied: say how to leave."""
        keys = show_keys(configured_keys(BY_ID["app.quit"], self.keymap))
        self.say(f"{keys} leaves this page, and from the top quits")

    def action_app_quit(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.leave()
