"""The application: theme, the screens' stack, the open context, and what the screens ask of it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.actions import ActionParseResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tui.app.actions import (
    BY_ID,
    Action,
    action_of,
    bindings,
    configured_keys,
    key_of,
    show_key,
    show_keys,
    use_keymap,
    with_keys,
)
from tui.app.contexts import Connect, Contexts, Pages
from tui.app.first_frame import FirstFrame
from tui.app.plugins import OWN, Plugins
from tui.app.signals import Resuming, heeded
from tui.app.themes import Appearance, Wardrobe, variable_defaults
from tui.app.under_way import Copying, DesktopNotices, RequestsUnderWay
from tui.config.launch import COMMAND_LINE, Launch
from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.terminal.telling import Question, listening
from tui.terminal.textual_compat import CalmApp
from tui.widgets.pane import Notice
from tui.widgets.status_line import Status, Top

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from tui.app.browse import BrowseScreen
    from tui.domain.places import Place
    from tui.host.host import Host
    from tui.services.copies import CopiedSummary
    from tui.services.session import Session
    from tui.services.write_flow import Overtaken, Touched, WriteResult
    from tui.ui.dialogs.choices import Offer
    from tui.ui.page import Page
    from tui.ui.routes import Route
    from tui.ui.views import ViewsOfList
    from tui.widgets.grid import Grid

log = logging.getLogger(__name__)

MESSAGE_SHOWS_S = 4.0  # how long what was said stands where the hints are
AGES_GROW_OLD_MS = 30_000

T = TypeVar("T")


ONE_CONTEXT = """The board sets the models of several contexts side by side, and there is no context besides this one.

Name others in the configuration (mlflow-deck config path tells where it is, config init writes a first one):

contexts:
  staging:
    tracking_uri: https://mlflow.staging.example.com
  prod:
    tracking_uri: https://mlflow.example.com"""


class DeckApp(CalmApp[int]):
    """The deck over one open context, which another can take the place of, and the keys that work everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]

    ENABLE_COMMAND_PALETTE = False
    TITLE = "mlflow-deck"

    def __init__(
        self,
        launch: Launch,
        connect: Connect,
        *,
        environment: Mapping[str, str],
        folder: Path,
        look: Appearance | None = None,
    ) -> None:
        settings = launch.settings
        self.environment = environment
        self.folder = folder
        self.session: Session  # of the open context; from ``_begin`` on
        self.glyphs: Glyphs = ASCII if settings.ascii else UNICODE
        self.keymap: Mapping[str, str] = settings.keys
        use_keymap(self.keymap)
        Notice.worded = staticmethod(with_keys)
        self.absolute_times = False
        self.message_seconds = MESSAGE_SHOWS_S
        self.done_last: CopiedSummary | None = None
        self.commands_said: list[str] = []
        self.begun = False
        self._contexts = Contexts(self, launch, connect)
        self._ages_told_ms = 0
        self._off: Action | None = None  # the verb of the key just pressed, where it is off and nothing has said why
        self._plain_signs: list[LineFilter] = []
        self.ended_by_signal = False
        self.resuming: Resuming | None = None  # what a line that is cut leaves for the next session
        self.second_look_s: Callable[[], float] | None = None  # after a write; None does not look
        self._heart: asyncio.AbstractEventLoop | None = None
        self.pages = Pages(self)
        self._copying = Copying(self)
        self.under_way = RequestsUnderWay(self)
        self.notices = DesktopNotices(self)
        self.plugins = Plugins(self, settings.plugins)
        super().__init__(css_path=style_sheets("base.tcss", "grid.tcss", "runs.tcss"))
        self.wardrobe = Wardrobe(look or Appearance(), settings.themes, self.register_theme)
        # Without its watcher, which would have every style sheet parsed again before the first frame. None is parsed
        # yet, so the theme's colours are given to them here.
        self.set_reactive(DeckApp.theme, self.wardrobe.worn("", launch))
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def draws_pictures(self) -> bool:
        from tui.domain.preview.values import draws_pictures  # no frame before the first picture waits for it

        settings = self._contexts.launch.settings
        # A picture's number is told by a colour, which has to arrive as it is.
        exact = self.console.color_system == "truecolor" and not self.environment.get("NO_COLOR")
        return exact and not (settings.ascii or settings.ssh) and draws_pictures(settings.images, self.environment)

    # the first frame, and what follows it

    def get_default_screen(self) -> Screen[None]:
        launch = self._contexts.launch
        status = Status(launch.context_name, launch.place_shown, ("experiments",), launch.read_only, word=launch.word)
        frame = FirstFrame(status, self.glyphs)
        self.fit(frame)
        return frame

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._plain_signs]

    def on_load(self) -> None:
        self._heart = asyncio.get_running_loop()  # the terminal has not been touched yet

    def on_mount(self) -> None:
        self.keys_wait = True
        self.ends_as_it_was(self.wardrobe.look.terminal_before)
        if self.glyphs is ASCII:
            from tui.app.themes import PlainSigns

            self.add_class("-ascii")
            self._plain_signs = [PlainSigns()]
        self.set_class(bool(self._contexts.launch.settings.ssh), "-ssh")

    async def first_drawn(self) -> None:
        """Load what the first frame did not need, and open the context."""
        self.set_keymap(dict(self.keymap))
        for key in self.plugins.keys:
            self.bind(key, f"plugin_key('{key}')", show=False)
        self._contexts.begin()
        self.begun = True
        self._ages_told_ms = self.session.clock.now_ms()
        self.under_way.watch()
        await self._contexts.show()
        # From here on there is garbage to collect; what has been loaded so far is none (``cli.main``).
        gc.freeze()
        gc.enable()
        self.keys_wait = False
        await self.give_held_keys()
        if self._contexts.launch.origins.get("ssh") == "SSH_CONNECTION":
            self.say("Drawing less in this SSH session; --no-ssh, or ssh: false in the configuration, turns that off")
        if self.resuming is not None:
            self.resuming.begin()

    # how it looks

    def wear(self, wanted: str = "") -> None:
        """Wear a theme, by its name or that of its pair; none named is the one chosen, or the configuration's."""
        self.theme = self.wardrobe.worn(wanted, self._contexts.launch)

    @dataclass
    class TerminalTold(Message):
        """The terminal has told of its background, after the first frame was made."""

        light: bool

    def on_deck_app_terminal_told(self, event: TerminalTold) -> None:
        if self.wardrobe.terminal_told(event.light):
            self.wear()

    def offers_theme(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

        return tuple(Offer(name, name, "theme") for name in self.wardrobe.names)

    def action_theme(self, name: str = "") -> None:
        """Wear the theme of a name, or choose one from a list that shows each as the cursor comes to it."""
        names = self.wardrobe.names
        if name in names:
            kept = self.wardrobe.choose(name)
            self.wear()
            self.say(f"The theme is {self.theme}{', also from the next start on' if kept else ''}")
        elif name:
            self.say(f"There is no theme “{clean(name)}”: there are {', '.join(names)}")
        else:
            from tui.app.routes import ask_for_theme

            ask_for_theme(self, names)

    # notices, and commands of one's own

    def notice(self, kind: str, title: str, text: str) -> None:
        """Have the terminal tell the desktop of something that has ended, where that is wanted."""
        self.notices.send(kind, title, text)

    @dataclass
    class PluginMoved(Message):
        """One has printed something or has ended."""

        name: str

    def on_deck_app_plugin_moved(self, event: PluginMoved) -> None:
        self.plugins.moved(event.name)

    def action_plugin_key(self, key: str) -> None:
        page = self.page
        if page is not None and self.screen is page:
            self.plugins.pressed(key, page.places_here())

    def own_commands(self, places: Collection[str]) -> list[Action]:
        return self.plugins.at(places)

    def run_own_command(self, action_id: str) -> None:
        self.plugins.run(action_id.removeprefix(OWN))

    def now_ms(self) -> int:
        return self.session.clock.now_ms()

    def show_progress(self) -> None:
        """Show at the bottom what goes on beside what is asked of the server."""
        if self.page is not None:
            self.page.hint_line.show_progress(self.plugins.progress())

    # contexts, and the screens of each

    @property
    def page(self) -> Page | None:
        """The full screen under any dialogue."""
        from tui.ui.page import Page

        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    @property
    def tops(self) -> tuple[Top, ...]:
        """The places at the top of the open context, by the keys that go there."""
        from tui.app.browse import TITLES

        absent = {
            "serving": self.session.serving is None,
            "prompts": not self.session.capabilities.prompts,
            "board": not self._has_other_contexts,
        }
        here = [name for name in TITLES if not absent.get(name)]
        keys = [configured_keys(BY_ID[f"app.{TITLES[name][0]}"], self.keymap).split(",")[0] for name in here]
        return tuple(Top(show_key(key), TITLES[name][1], name) for key, name in zip(keys, here, strict=True))

    @property
    def _has_other_contexts(self) -> bool:
        return bool(set(self.session.launch.settings.contexts) - {self.session.name})

    @property
    def pages_here(self) -> list[Page]:
        """The page that is shown and those below it, down to the top that they lie over."""
        from tui.ui.page import Page

        return [screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)]

    @property
    def top_here(self) -> str:
        """The name of the place that everything open lies over."""
        return self.current_mode.partition(":")[2]

    def top_of(self, page: Widget) -> str:
        """The name of the place that a page lies over, also while another place is shown."""
        modes = (mode for mode, stack in self._screen_stacks.items() if page in stack)
        return next(modes, self.current_mode).partition(":")[2]

    def show_top(self, top: str) -> None:
        """Show one of the tops of the open context, with what lies over it."""
        if self.current_mode != self._contexts.mode(top):
            self.switch_mode(self._contexts.mode(top))

    def open_context(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context and open another in its place, at an experiment or a model where that is there too."""
        self._contexts.open(launch, at)

    @dataclass
    class Looked(Message):
        """A worker has looked at something for the open context; ``tell`` says or does what follows from it."""

        session: Session
        tell: Callable[[], None]

    def on_deck_app_looked(self, event: Looked) -> None:
        if event.session is self.session:
            event.tell()

    def look_at(
        self,
        look: Callable[[], T],
        found: Callable[[T], None],
        failed: Callable[[Problem], None] = lambda _problem: None,
    ) -> None:
        """Look at something on a worker's thread; what follows is done here, if the context is still open."""
        session = self.session

        def tell(what: Callable[[], None]) -> None:
            self.post_message(self.Looked(session, what))

        session.pool.submit(
            look, lambda value: tell(lambda: found(value)), lambda problem: tell(lambda: failed(problem))
        )

    def open_beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        return self._contexts.beside(launch)

    def written(self, touched: Touched) -> None:
        """Tell every open page of what may have been changed: it shows that as it is now."""
        from tui.app.browse import TOPS
        from tui.ui.page import Page

        if not touched:
            return
        for top in TOPS:
            with contextlib.suppress(KeyError):  # a top that has not been gone to shows nothing yet
                for screen in self.get_screen_stack(self._contexts.mode(top)):
                    if isinstance(screen, Page) and screen.is_mounted:
                        screen.written(touched)
                        screen.refresh_bindings()

    def look_again(self, told: WriteResult) -> None:
        """Look a little later whether somebody else has changed what was just written, and tell of it."""
        if self.second_look_s is not None:
            session = self.session
            self.set_timer(self.second_look_s(), lambda: self._look_again(session, told))

    def _look_again(self, session: Session, told: WriteResult) -> None:
        from tui.services.ledger_rows import overtaken_line

        def found(overtaken: tuple[Overtaken, ...]) -> None:
            if overtaken:
                self.bell()
                self.written(told.touched)
                self.say(overtaken_line(overtaken, session.clock.zone), stays=True)

        # What was told of it was true when it was read back: a look that fails changes nothing.
        if session is self.session:
            self.look_at(lambda: session.flow.look_again(told), found)

    def on_requests_under_way_moved(self) -> None:
        self.under_way.moved()

    def on_contexts_told(self) -> None:
        self._contexts.told()

    def on_grid_range_begun(self) -> None:
        self.say(
            f"A range of marks begins here: move to its other end, then {key_of('grid.mark_range')} again; "
            f"{key_of('app.back')} leaves it"
        )

    def register(self, *, run_id: str = "", uri: str = "") -> None:
        """Register a model of a run, or the one at an address, as a version."""
        from tui.app.routes import register

        if self.page is not None:
            register(self.page, run_id, uri)

    def go(self, route: Route) -> None:
        """Open a screen over this one."""
        self.pages.go(route)

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of the context, closing what lies over it."""
        self.pages.go_home(top)

    def names_known(self) -> list[tuple[str, str, str]]:
        from tui.ui.page import Page

        stacks = (self._screen_stacks.get(self._contexts.mode(top.name), ()) for top in self.tops)
        tops = [stack[0] for stack in stacks if stack]
        return [entry for page in tops if isinstance(page, Page) for entry in page.names_known()]

    def open_place(self, text: str) -> None:
        """Go where a text names: a run, an experiment, the address of a page; what cannot be opened is said."""
        self._contexts.open_place(text)

    def go_to_place(self, place: Place) -> None:
        """Go to a place, closing what lies over the top that shows it."""
        self._contexts.go_to(place)

    def leave(self) -> None:
        """Quit."""
        self.exit(0)

    # telling

    def say(self, message: str, kept: str = "", *, stays: bool = False) -> None:
        """One line at the bottom, for a few seconds or until the next action; ``kept``, its end, is never cut off.

        It is there until the next action in any case where it ``stays``.
        """
        if self.page is not None:
            self.page.hint_line.say(message, kept, stays=stays)

    def copy_text(self, called: str, text: str) -> str:
        """Copy to the terminal's clipboard, unless it is too long for that; answers what it said."""
        return self._copying.text(called, text)

    def copy_to_clipboard(self, text: str) -> None:
        from tui.terminal.telling import copy_sequences as sequences

        self._clipboard = text
        for part in sequences(text, self.environment):
            if self._driver is not None:
                self._driver.write(part)

    def leave_now(self, status: int) -> None:
        """Leave whatever is open, from a handler of a signal or a thread; before anything is open, end at once."""
        if self._heart is None:
            raise SystemExit(status)
        self.ended_by_signal = True
        self._heart.call_soon_threadsafe(self._exit_by_signal, status)

    def _exit_by_signal(self, status: int) -> None:
        if self.resuming is not None and self.begun:
            self.resuming.keep()
        self.exit(return_code=status)

    # the keys for everywhere

    def before_key(self) -> None:
        """What was said has been read; ages are told as of now."""
        self.say("")
        self._off = None
        now_ms = self.session.clock.now_ms()
        if self.page is not None and now_ms - self._ages_told_ms > AGES_GROW_OLD_MS:
            self._ages_told_ms = now_ms
            self.page.times_changed()

    def on_grid_counting(self, event: Grid.Counting) -> None:
        """Say what is being typed: its key alone would seem to do nothing."""
        event.stop()
        self.say(f"{event.digits or 'A number'} …  then a movement: j, k, G, ctrl+d, space; esc leaves it")

    def after_key(self) -> None:
        """A key whose verb is off, and that meant nothing to anything around it either, is answered all the same."""
        if self._off is not None and self.page is not None and not self.page.hint_line.message:
            keys = show_keys(configured_keys(self._off, self.keymap).partition(",")[0])
            self.say(f"{keys} ({self._off.title}) means nothing here just now")
        self._off = None

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
                if "\n" in reason:
                    from tui.ui.dialogs.whole_text import WholeTextModal

                    self.push_screen(WholeTextModal(bound.title, reason))
                elif reason:
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
        if action == "board":
            return self.begun and self._has_other_contexts
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now, in a line; empty where that goes without saying."""
        if verb == "prompts":
            return self.session.capabilities.no_prompts
        if verb == "board":
            return ONE_CONTEXT
        return "Serving endpoints are on Databricks, and this context is not" if verb == "serving" else ""

    # where to go

    def _go_to(self, top: str, what: str, name: str = "") -> None:
        self.go_home(top)
        if self.page is not None:
            self.page.go_to(what, name)

    def action_open_place(self, place: str) -> None:
        self.open_place(place)

    def action_context(self, name: str) -> None:
        self._contexts.open_named(name)

    def action_workspace(self, name: str = "") -> None:
        self._contexts.open_workspace(name)

    # what the command line completes names from

    def offers_workspace(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

        here = self.session.workspace
        return tuple(
            Offer(name, name, "is open" if name == here else "workspace") for name in self._contexts.workspaces
        )

    def offers_context(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

        here = self.session.name
        return tuple(
            Offer(name, name, "is open" if name == here else "context")
            for name in self.session.launch.settings.contexts
        )

    def offers_open_place(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

        return tuple(Offer(name, place, kind) for kind, name, place in self.names_known())

    def offers_experiments(self) -> tuple[Offer, ...]:
        return self._offers_of("experiment")

    def offers_models(self) -> tuple[Offer, ...]:
        return self._offers_of("model")

    def offers_prompts(self) -> tuple[Offer, ...]:
        return self._offers_of("prompt")

    def _offers_of(self, kind: str) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

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
        """To the traces of the experiment that is shown; where none is, as they were left, or of that in the runs."""
        wanted = name or _experiment_of(self.page)
        if not wanted and not self._screen_stacks.get(self._contexts.mode("traces")):
            wanted = _experiment_of(next(iter(self._screen_stacks.get(self._contexts.mode("browse"), ())), None))
        self._go_to("traces", "traces", wanted)

    def action_board(self) -> None:
        self._go_to("board", "board")

    def offers_traces(self) -> tuple[Offer, ...]:
        return self._offers_of("experiment")

    def action_view(self, name: str = "") -> None:
        """Open a named view of the list that has the keys; without a name, those there are to choose from."""
        views = self._views_here()
        if views is None:
            self.say("There is no list here that could have views")
        elif name:
            views.open(name)
        else:
            views.pick()

    def _views_here(self) -> ViewsOfList | None:
        from tui.ui.views import ViewsOfList, viewed_at

        page = self.page
        pane = page.current_pane() if page is not None else None
        viewed = viewed_at(page.focused) if page is not None else None
        viewed = viewed or viewed_at(pane.keys_target() if pane is not None else None)
        return ViewsOfList(viewed) if viewed is not None else None

    def offers_view(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.choices import Offer

        views = self._views_here()
        return tuple(Offer(view.name, view.name, view.where or "everywhere") for view in views.known()) if views else ()

    @property
    def bottom(self) -> BrowseScreen | None:
        """The experiments and runs, whatever lies over them."""
        from tui.app.browse import BrowseScreen

        with contextlib.suppress(KeyError):
            for screen in self.get_screen_stack(self._contexts.mode("browse")):
                if isinstance(screen, BrowseScreen):
                    return screen
        return None

    def go_on(self, kept: Mapping[str, object]) -> None:
        """Go where a session was that was cut off."""
        from tui.domain.places import Place, PlaceKind
        from tui.ui.routes import RunRoute, TraceRoute

        said = (str(kept.get(what) or "") for what in ("top", "experiment", "run", "trace", "model"))
        top, name, run_id, trace_id, model = said
        self.go_home(top if top in {known.name for known in self.tops} else "browse")
        if model and self.page is not None:
            kind = PlaceKind.PROMPT if top == "prompts" else PlaceKind.MODEL
            self.page.open_place(Place(kind, model, model=model))
        elif name and self.bottom is not None and self.top_here == "browse":
            listed = kept.get("list")
            self.bottom.go_on(name, listed if isinstance(listed, dict) else {})
        elif name and self.top_here == "traces":
            self.action_traces(name)
        if run_id:
            self.go(RunRoute(run_id))
        elif trace_id:
            self.go(TraceRoute(trace_id))

    def action_resume(self) -> None:
        if self.resuming is None or not self.resuming.go():
            self.say("There is no session to go back to: none has been cut off")

    def action_begin(self) -> None:
        from tui.domain.values import StoreCondition, StoreReport
        from tui.ui.routes import StoreRoute

        self.go(StoreRoute(StoreReport(StoreCondition.READY, "", self.session.launch.place_shown), lambda: None))

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
        if self.under_way.slow is not None and page.stop_all_reading():
            return
        if page.go_back():
            return
        self.pages.close()

    def action_earlier(self) -> None:
        self.pages.step(-1)

    def action_later(self) -> None:
        self.pages.step(1)

    def action_recent(self) -> None:
        self.pages.choose_recent()

    def action_pin_place(self) -> None:
        self.pages.pin_here()

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
            before, key = self.page.watch_pace, key_of("app.watch")
            watching = self.page.watch_toggle()
            self.page.show_status()
            if watching:
                self.say(f"Auto-refresh every {self.page.watch_pace:g} s; {key} stops")
            elif before:
                self.say(f"Auto-refresh is off: {key_of('app.refresh')} reads once, {key} begins again")
            else:
                self.say(f"This page is not read again by itself; {key_of('app.refresh')} reads it")

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
        self._copying.choose()

    def action_help(self) -> None:
        from tui.ui.dialogs.listing import Chosen, HelpModal

        page = self.page
        if page is None or self.screen is not page:
            return

        def run(chosen: Chosen | None) -> None:
            if chosen is not None:
                page.run_action_by_id(chosen.id)

        self.push_screen(HelpModal(self.glyphs, page.actions_here(), self.keymap), run)

    def action_command(self) -> None:
        from tui.app.routes import ask_for_command

        if self.page is not None and self.screen is self.page:
            ask_for_command(self, self.page)

    def action_requests(self) -> None:
        if self.screen is self.page and not self.page.is_log:
            from tui.ui.routes import RequestsRoute

            self.go(RequestsRoute())

    def action_help_quit(self) -> None:
        """Ctrl+c, where nothing is selected that could be copied: say how to leave."""
        keys = show_keys(configured_keys(BY_ID["app.leave"], self.keymap))
        self.say(f"{keys} leaves this page, and from the top quits")

    def action_leave(self) -> None:
        if not self.pages.close():
            self.leave()


def refused_words(action: Action, launch: Launch) -> str:
    """What is refused where nothing may be written, by which setting, and what goes before that."""
    by = "--read-only" if launch.origins.get("read_only") == COMMAND_LINE else "read_only: true"
    return f"{action.title} refused: {launch.context_name} is read-only ({by}); --read-write overrides"


def _experiment_of(page: object) -> str:
    """The experiment that a page is about, "" for none."""
    from tui.ui.page import Page

    place = page.place_here() if isinstance(page, Page) else None
    return place.experiment if place is not None else ""


def run_deck(launch: Launch, host: Host, question: Question, *, resume: bool = False) -> int:
    """Run the deck on a context whose host has been started; answers the exit status."""
    unused = [host]  # the process that was started before Textual was loaded serves the first context

    def open_session(wanted: Launch) -> Session:
        from tui.services import session

        return session.open_session(wanted, unused.pop() if unused else None)

    def second_look_s() -> float:
        from tui.services import write_flow  # not on the way to the first frame

        return write_flow.second_look_s()

    from tui.resources import state_dir

    look = Appearance.at_start(question, os.environ)
    app = DeckApp(launch, open_session, environment=os.environ, folder=Path.cwd(), look=look)
    listening(question, lambda light: app.post_message(app.TerminalTold(light)))
    app.second_look_s = second_look_s
    app.resuming = Resuming(app, state_dir() / "resume.json", wanted=resume)
    try:
        with heeded(app.leave_now):
            app.run(mouse=launch.settings.mouse)
    finally:
        app.plugins.close()
        if app.begun:
            app.session.leave()
        else:
            host.close()
    # What is still being set up when a signal comes is torn down under itself: no fault to tell of.
    if app.fault is not None and not app.ended_by_signal:
        raise app.fault  # the command line tells of it, and keeps the traceback where that was asked for
    return app.return_code or 0
