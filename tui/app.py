"""The application: theme, keymap, the screens' stack, and the keys that work everywhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from tui._textual_compat import CalmApp
from tui.actions import bindings
from tui.config.launch import Launch
from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.problem import Problem
from tui.domain.text import clean_block
from tui.host import Host
from tui.resources import style_sheets
from tui.screens.browse import BrowseScreen
from tui.screens.page import Page
from tui.services.connect import open_session
from tui.services.session import Session
from tui.themes import THEMES

log = logging.getLogger(__name__)

COPY_LIMIT = 74_000  # bytes of text that common terminals take by OSC 52

Connect = Callable[[Launch], Session]


class DeckApp(CalmApp[int]):
    """The deck over one open context; another can be opened in its place."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "mlflow-deck"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]

    def __init__(self, session: Session, connect: Connect, *, environment: Mapping[str, str], folder: Path) -> None:
        settings = session.launch.settings
        self.environment = environment
        self.folder = folder
        self.session = session
        self.glyphs: Glyphs = ASCII if settings.ascii else UNICODE
        self.keymap: Mapping[str, str] = settings.keys
        self.absolute_times = False
        self._connect = connect
        super().__init__(css_path=style_sheets("base.tcss", "grid.tcss", "browse.tcss", "dialogues.tcss"))
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = settings.theme

    def get_default_screen(self) -> Screen[None]:
        return BrowseScreen(self.session)

    def on_mount(self) -> None:
        self.set_keymap(dict(self.keymap))

    @property
    def browse_screen(self) -> BrowseScreen:
        """The first screen, whatever lies over it."""
        return next(screen for screen in self.screen_stack if isinstance(screen, BrowseScreen))

    @property
    def page_below(self) -> Page | None:
        """The full screen under the topmost one."""
        pages = [screen for screen in self.screen_stack if isinstance(screen, Page)]
        return pages[-2] if len(pages) > 1 else None

    @property
    def page(self) -> Page | None:
        """The full screen under any dialogue."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    # contexts

    def open_context(self, launch: Launch) -> None:
        """Leave the open context and open another in its place."""
        before, self.session = self.session, self._connect(launch)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_screen(BrowseScreen(self.session))
        before.close()

    def open_place(self, text: str) -> None:
        """Go where a text names: a run, an experiment, the address of a page; what cannot be opened is said."""
        from tui.config.choose import Options
        from tui.config.launch import resolve

        before = self.session.launch
        try:
            # With the open context's URI said explicitly, an address of another server is refused rather than followed.
            options = Options(place=text, tracking_uri=before.tracking_uri)
            place = resolve(options, self.environment, self.folder, before.settings).place
        except Problem as problem:
            self.say(str(problem))
            return
        if place is not None:
            self.action_app_browse()
            self.browse_screen.open_place(place)

    # telling

    def say(self, message: str) -> None:
        """One line at the bottom, which stays until the next action."""
        if self.page is not None:
            self.page.hint_line.say(message)

    def copy_text(self, called: str, text: str) -> None:
        """Copy to the terminal's clipboard by OSC 52; says so, and says when it is too long for that."""
        plain = clean_block(text)
        if len(plain.encode()) > COPY_LIMIT:
            self.say(f"{called} is too long for the terminal's clipboard ({len(plain)} characters)")
            return
        self.copy_to_clipboard(plain)
        self.say(f"Copied {called}: {plain if len(plain) < 80 else plain[:79] + '…'}")

    # the keys for everywhere

    def action_app_browse(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

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

    def action_app_watch(self) -> None:
        if self.page is not None:
            watching = self.page.watch_toggle()
            self.page.show_status()
            seconds = self.session.launch.settings.watch_seconds
            self.say(f"Refreshing every {seconds:g} s; w stops" if watching else "No longer refreshing by itself")

    def action_app_times(self) -> None:
        self.absolute_times = not self.absolute_times
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
        from tui.screens.modals.choices import Choice, ChoiceModal

        offers = self.page.copies_here() if self.page is not None else []
        if not offers:
            self.say("There is nothing here to copy")
            return
        choices = [Choice(str(number), title, text) for number, (title, text) in enumerate(offers)]

        def copy(choice: Choice | None) -> None:
            if choice is not None:
                self.copy_text(choice.title, choice.detail)

        self.push_screen(ChoiceModal("Copy", choices, self.glyphs, hint="enter copy   esc leave"), copy)

    def action_app_help(self) -> None:
        from tui.screens.modals.help import Chosen, HelpModal

        page = self.page
        if page is None or self.screen is not page:
            return

        def run(chosen: Chosen | None) -> None:
            if chosen is not None:
                page.run_action_by_id(chosen.id)

        self.push_screen(HelpModal(self.glyphs, page.actions_here(), self.keymap), run)

    def action_app_command(self) -> None:
        from tui.screens.commands import ask_for_command

        if self.page is not None and self.screen is self.page:
            ask_for_command(self, self.page)

    def action_app_requests(self) -> None:
        from tui.screens.requests import RequestsScreen

        if not isinstance(self.screen, RequestsScreen) and self.screen is self.page:
            self.push_screen(RequestsScreen(self.session))

    def action_app_quit(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.exit(0)


def run_deck(launch: Launch, host: Host, log_file: Path | None = None) -> int:
    """Run the deck on a context whose host has been started; answers the exit status."""
    session = open_session(launch, host)

    def connect(other: Launch) -> Session:
        return open_session(other, None)

    app = DeckApp(session, connect, environment=os.environ, folder=Path.cwd())
    try:
        app.run(mouse=launch.settings.mouse)
    finally:
        app.session.close()
    if app.fault is not None:
        raise app.fault  # the command line tells of it, and keeps the traceback where that was asked for
    return app.return_code or 0
