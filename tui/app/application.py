"""The application: theme, the screens' stack, the open context, and what the screens ask of it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from textual.actions import ActionParseResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from tui.app.actions import BY_ID, Action, action_of, bindings, configured_keys, show_key, show_keys
from tui.app.first_frame import FirstFrame
from tui.app.look import Look
from tui.app.signals import heeded
from tui.app.themes import suited, themes_of, variable_defaults, with_accent
from tui.app.trail import Trail, Visit
from tui.config.choose import COMMAND_LINE
from tui.config.launch import Launch
from tui.config.model import AUTO, FAMILIES
from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.preview.values import draws_pictures
from tui.domain.problem import Problem
from tui.domain.quantities import duration
from tui.domain.text import clean, clean_block
from tui.resources import style_sheets
from tui.terminal.background import Question, listening
from tui.terminal.textual_compat import CalmApp
from tui.widgets.status_line import Status, Top

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from tui.domain.places import Place
    from tui.host import Host
    from tui.services.session import Session
    from tui.services.summaries import CopiedSummary
    from tui.services.write_flow import Overtaken, Touched, WriteResult
    from tui.ui.dialogs.command import Offer
    from tui.ui.page import Page
    from tui.ui.routes import Route
    from tui.ui.views import ViewsOfList

log = logging.getLogger(__name__)

MESSAGE_SHOWS_S = 4.0  # how long what was said stands where the hints are
SLOW_MS = 2000  # after which it is said what a request is for, how long it has lasted, and how to stop it
SLOW_TOLD_EVERY_S = 1.0
REQUEST_SHOWS_S = 0.2  # how long a request lasts before it is counted at the bottom
AGES_GROW_OLD_MS = 30_000
COPY_LIMIT = 74_000  # bytes of text that common terminals take by OSC 52

Connect = Callable[[Launch], "Session"]


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
        look: Look | None = None,
    ) -> None:
        settings = launch.settings
        self.environment = environment
        self.folder = folder
        self.session: Session  # of the open context; from ``_begin`` on
        self.glyphs: Glyphs = ASCII if settings.ascii else UNICODE
        self.keymap: Mapping[str, str] = settings.keys
        self.absolute_times = False
        self.message_seconds = MESSAGE_SHOWS_S
        self.done_last: CopiedSummary | None = None
        self.commands_said: list[str] = []
        self.begun = False
        self._launch = launch
        self._connect = connect
        self._ages_told_ms = 0
        self._off: Action | None = None  # the verb of the key just pressed, where it is off and nothing has said why
        self._requests_timer: Timer | None = None
        self._slow_timer: Timer | None = None
        self._seen_ms: dict[int, int] = {}  # of each request under way, when it was first heard of
        self._plain_signs: list[LineFilter] = []
        self.ended_by_signal = False
        self.second_look_s: Callable[[], float] | None = None  # after a write; None does not look
        self._heart: asyncio.AbstractEventLoop | None = None
        self.trail = Trail(Visit("browse"))
        self._routes: WeakKeyDictionary[Screen[Any], Route] = WeakKeyDictionary()  # how each page was come to
        self._serial = 0  # of the open context: each has its own stacks of screens
        super().__init__(css_path=style_sheets("base.tcss", "grid.tcss", "runs.tcss"))
        self.look = look or Look()
        self._themes = themes_of(settings.themes)
        for theme in self._themes.values():
            self.register_theme(theme)
        # Without its watcher, which would have every style sheet parsed again before the first frame. None is parsed
        # yet, so the theme's colours are given to them here.
        self.set_reactive(DeckApp.theme, self._worn(self.look.chosen or settings.theme))
        self.stylesheet.set_variables(self.get_css_variables())

        # A picture's number is told by a colour, which has to arrive as it is.
        exact = self.console.color_system == "truecolor" and not environment.get("NO_COLOR")
        plain = settings.ascii or settings.ssh
        self.draws_pictures = exact and not plain and draws_pictures(settings.images, environment)

    # the first frame, and what follows it

    def get_default_screen(self) -> Screen[None]:
        launch = self._launch
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
        self.ends_as_it_was(self.look.terminal_before)
        if self.glyphs is ASCII:
            from tui.widgets.plain_signs import PlainSigns

            self.add_class("-ascii")
            self._plain_signs = [PlainSigns()]
        self.set_class(self._launch.settings.ssh, "-ssh")

    async def first_drawn(self) -> None:
        """Load what the first frame did not need, and open the context."""
        self.set_keymap(dict(self.keymap))
        self.session = self._connect(self._launch)
        self.begun = True
        self._ages_told_ms = self.session.clock.now_ms()
        self._watch_requests()
        await self._show_context()
        # From here on there is garbage to collect; what has been loaded so far is none (``cli.main``).
        gc.freeze()
        gc.enable()
        self.keys_wait = False
        await self.give_held_keys()

    async def _show_context(self) -> None:
        """Make the top screens of the open context, and show the first."""
        from tui.app.tops import TOPS, top_screen

        for top in TOPS:
            self.add_mode(self._mode(top), top_screen(top, self.session))
        first = _top_of(self.session.launch.place)
        self.trail = Trail(Visit(first))
        await self.switch_mode(self._mode(first))

    # how it looks

    def _worn(self, wanted: str) -> str:
        """The name of the theme to wear for one asked for, which may be a pair's; it is made known to Textual."""
        theme = self._themes[suited(wanted, self._themes, light=self.look.light)]
        worn = with_accent(theme, self._launch.accent)
        self.register_theme(worn)
        return worn.name

    def wear(self, wanted: str = "") -> None:
        """Wear a theme, by its name or that of its pair; none named is the one chosen, or the configuration's."""
        self.theme = self._worn(wanted or self.look.chosen or self._launch.settings.theme)

    @dataclass
    class TerminalTold(Message):
        """The terminal has told of its background, after the first frame was made."""

        light: bool

    def on_deck_app_terminal_told(self, event: TerminalTold) -> None:
        if event.light != self.look.light:
            self.look.light = event.light
            self.wear()
        self.look.remember_light()

    def offers_theme(self) -> tuple[Offer, ...]:
        from tui.ui.dialogs.command import Offer

        return tuple(Offer(name, name, "theme") for name in (AUTO, *FAMILIES, *self._themes))

    def action_theme(self, name: str = "") -> None:
        """Wear the theme of a name, or choose one from a list that shows each as the cursor comes to it."""
        names = (AUTO, *FAMILIES, *self._themes)
        if name in names:
            self._choose_theme(name)
        elif name:
            self.say(f"There is no theme “{clean(name)}”: there are {', '.join(names)}")
        else:
            from tui.app.commands import ask_for_theme

            ask_for_theme(self, names)

    def _choose_theme(self, name: str) -> None:
        self.look.chosen = name
        self.wear()
        kept = self.look.remember_chosen()
        self.say(f"The theme is {self.theme}{', also from the next start on' if kept else ''}")

    # requests under way

    @dataclass
    class RequestsMoved(Message):
        """A request has begun or ended."""

    def _watch_requests(self) -> None:
        """Hear of the requests of the open context, on whatever thread they are made."""
        self.session.log.on_record = lambda: self.post_message(self.RequestsMoved())

    def on_deck_app_requests_moved(self) -> None:
        now = self.session.clock.now_ms()
        under_way = self.session.log.under_way
        self._seen_ms = {request.number: self._seen_ms.get(request.number, now) for request in under_way}
        # Most are over before anybody could read that they were made: only those that last are counted at the bottom.
        if self._requests_timer is None:
            self._requests_timer = self.set_timer(REQUEST_SHOWS_S, self._count_requests)

    def _count_requests(self) -> None:
        self._requests_timer = None
        page, log = self.page, self.session.log
        if page is None:
            return
        slow = self.slow_request
        stops = ", esc stops" if page.reading_may_stop else ""
        told = f"· {slow[0]} for {duration(slow[1])}{stops}" if slow else ""
        page.hint_line.count_requests(log.in_flight, log.waiting or told)
        if log.in_flight and self._slow_timer is None:
            self._slow_timer = self.set_timer(SLOW_TOLD_EVERY_S, self._tell_slow)

    def _tell_slow(self) -> None:
        self._slow_timer = None
        self._count_requests()

    @property
    def slow_request(self) -> tuple[str, int] | None:
        """What has been waited for longest, and for how many ms, where that is so long that it must be said."""
        now = self.session.clock.now_ms()
        for request in self.session.log.under_way:
            took = now - self._seen_ms.get(request.number, now)
            if took >= SLOW_MS:
                return request.operation.rpartition(".")[2].replace("_", " "), took
        return None

    # contexts, and the screens of each

    def _mode(self, top: str) -> str:
        return f"{self._serial}:{top}"

    @property
    def page(self) -> Page | None:
        """The full screen under any dialogue."""
        from tui.ui.page import Page

        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    @property
    def tops(self) -> tuple[Top, ...]:
        """The places at the top of the open context, by the keys that go there."""
        from tui.app.tops import TITLES

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
    def top_here(self) -> str:
        """The name of the place that everything open lies over."""
        return self.current_mode.partition(":")[2]

    def open_context(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context and open another in its place, at an experiment or a model where that is there too."""
        before, self.session = self.session, self._connect(launch)
        before.log.on_record = lambda: None
        self._watch_requests()
        self._launch = launch
        self.wear()
        left, self._serial = self._serial, self._serial + 1
        self.call_later(self._change_context, left, before, at)

    def _stay_at(self, place: Place) -> None:
        """Go to the experiment or model of that name, if this context has one."""
        session, model, top = self.session, place.model, _top_of(place)
        name = model or place.experiment

        def look() -> None:
            if top == "prompts":
                session.prompts.get_model(model)
            elif model:
                session.registry.get_model(model)
            else:
                session.tracking.get_experiment_by_name(name)

        def there() -> None:
            self.go_home(top)
            if self.page is not None:
                self.page.open_place(place)

        def not_there(problem: Problem) -> None:
            self.say(f"{clean(name)} is not here: {clean(problem.message)}")

        session.pool.submit(
            look,
            lambda _nothing: self.post_message(self.Looked(session, there)),
            lambda problem: self.post_message(self.Looked(session, lambda: not_there(problem))),
        )

    @dataclass
    class Looked(Message):
        """A worker has looked at something for the open context; ``tell`` says or does what follows from it."""

        session: Session
        tell: Callable[[], None]

    def on_deck_app_looked(self, event: Looked) -> None:
        if event.session is self.session:
            event.tell()

    def open_beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        return self._connect(launch)

    async def _change_context(self, left: int, before: Session, at: Place | None) -> None:
        from tui.app.tops import TOPS

        await self._show_context()
        if at is not None:
            self._stay_at(at)
        for top in TOPS:
            self.remove_mode(f"{left}:{top}")
        before.close()

    def written(self, touched: Touched) -> None:
        """Tell every open page of what may have been changed: it shows that as it is now."""
        from tui.app.tops import TOPS
        from tui.ui.page import Page

        if not touched:
            return
        for top in TOPS:
            with contextlib.suppress(KeyError):  # a top that has not been gone to shows nothing yet
                for screen in self.get_screen_stack(self._mode(top)):
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

        session.pool.submit(
            lambda: session.flow.look_again(told),
            lambda overtaken: self.post_message(self.Looked(session, lambda: found(overtaken))),
            lambda _problem: None,  # what was told of it was true when it was read back
        )

    def on_grid_range_begun(self) -> None:
        self.say("A range of marks begins here: move to its other end, then v again; esc leaves it")

    def register(self, *, run_id: str = "", uri: str = "") -> None:
        """Register a model of a run, or the one at an address, as a version."""
        from tui.app.routes import register

        if self.page is not None:
            register(self.page, run_id, uri)

    def go(self, route: Route) -> None:
        """Open a screen over this one."""
        self._name_visit()
        self._open(route)
        self.trail.went(Visit(self.top_here, route))

    def _open(self, route: Route) -> None:
        from tui.app.routes import screen_for

        screen = screen_for(route, self.session)
        self._routes[screen] = route
        self.push_screen(screen)

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of the context, closing what lies over it."""
        self._name_visit()
        self._go_home(top)
        self.trail.went(Visit(top))

    def _name_visit(self) -> None:
        """Remember what the open page is called, before another is."""
        if self.page is not None:
            self.trail.here.title = " › ".join(self.page.crumbs)

    def _go_home(self, top: str) -> None:
        if self.current_mode != self._mode(top):
            self.switch_mode(self._mode(top))
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def _step_on_trail(self, by: int) -> None:
        self._name_visit()
        visit = self.trail.step(by)
        if visit is None:
            self.say("There is no page before this one" if by < 0 else "There is no page to go forward to")
        elif by > 0 and visit.top == self.top_here and visit.route is not None:
            self._open(visit.route)  # over the page that it was come to from
        else:
            self._show_visit(visit)

    def _show_visit(self, visit: Visit) -> None:
        """Show a page that was gone to: the one that is open beneath as it was left, any other anew."""
        stack = self.screen_stack
        beneath = stack[-2] if len(stack) > 1 else None
        if beneath is not None and self.top_here == visit.top and self._routes.get(beneath) == visit.route:
            self.pop_screen()
            return
        self._go_home(visit.top)
        if visit.route is not None:
            self._open(visit.route)

    def _page_closed(self) -> None:
        """The page at the top was closed."""
        self.trail.closed(
            self.top_here, [route for screen in self.screen_stack if (route := self._routes.get(screen)) is not None]
        )

    def names_known(self) -> list[tuple[str, str, str]]:
        from tui.ui.page import Page

        stacks = (self._screen_stacks.get(self._mode(top.name), ()) for top in self.tops)
        tops = [stack[0] for stack in stacks if stack]
        return [entry for page in tops if isinstance(page, Page) for entry in page.names_known()]

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
        self.go_home(_top_of(place))
        if place is not None and self.page is not None:
            self.page.open_place(place)

    def open_named_context(self, name: str) -> None:
        """Open a context of the configuration by its name, at what is open here; an unknown one is said so."""
        from tui.config.choose import Options
        from tui.config.launch import resolve

        try:
            launch = resolve(Options(context=name), self.environment, self.folder, self.session.launch.settings)
        except Problem as problem:
            self.say(str(problem))
            return
        self.open_context(launch, self.page.place_here() if self.page is not None else None)

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
        plain = clean_block(text)
        if self.environment.get("TMUX"):
            said = f"Copying {called} through tmux"
            self._copy_through_tmux(called, plain)
        elif len(plain.encode()) > COPY_LIMIT:
            said = f"{called} is too long for the terminal's clipboard ({len(plain)} characters)"
        else:
            self.copy_to_clipboard(plain)
            said = self._copied(called, plain)
        self.say(said)
        return said

    def _copied(self, called: str, plain: str) -> str:
        return f"Copied {called}: {plain if len(plain) < 80 else plain[:79] + self.glyphs.ellipsis}"

    def _copy_through_tmux(self, called: str, plain: str) -> None:
        """Only what has arrived is said to be copied; else the setting is named that is in the way."""
        from tui.terminal import clipboard

        session = self.session

        def told(in_the_way: str) -> None:
            if in_the_way == clipboard.ALLOW_PASSTHROUGH:
                self.copy_to_clipboard(plain)
                self.say(f"{called} was sent past tmux, which passes it on after “{in_the_way}”")
            elif in_the_way:
                self.say(f"{called} is in tmux's buffer only; “{in_the_way}” lets it reach the terminal")
            else:
                self.say(self._copied(called, plain))

        session.pool.submit(
            lambda: clipboard.through_tmux(plain),
            lambda in_the_way: self.post_message(self.Looked(session, lambda: told(in_the_way))),
            lambda problem: self.post_message(self.Looked(session, lambda: self.say(str(problem)))),
        )

    def copy_to_clipboard(self, text: str) -> None:
        from tui.terminal.clipboard import sequences

        self._clipboard = text
        for part in sequences(text, self.environment):
            if self._driver is not None:
                self._driver.write(part)

    def leave_now(self, status: int) -> None:
        """Leave whatever is open, from a handler of a signal or a thread; before anything is open, end at once."""
        if self._heart is None:
            raise SystemExit(status)
        self.ended_by_signal = True
        self._heart.call_soon_threadsafe(lambda: self.exit(return_code=status))

    # the keys for everywhere

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
        if action == "board":
            return self.begun and self._has_other_contexts
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now, in a line; empty where that goes without saying."""
        if verb == "prompts":
            return self.session.capabilities.no_prompts
        if verb == "board":
            return "There is no context besides this one: name others under contexts in the configuration"
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
        from tui.ui.dialogs.command import Offer

        views = self._views_here()
        return tuple(Offer(view.name, view.name, view.where or "everywhere") for view in views.known()) if views else ()

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
            self._name_visit()
            self.pop_screen()
            self._page_closed()

    def action_earlier(self) -> None:
        self._step_on_trail(-1)

    def action_later(self) -> None:
        self._step_on_trail(1)

    def action_recent(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        self._name_visit()
        visits = self.trail.recent()
        if not visits:
            self.say("No other page has been gone to yet")
            return

        def picked(choice: Choice | None) -> None:
            if choice is not None:
                visit = visits[int(choice.id)]
                self._show_visit(visit)
                self.trail.went(Visit(visit.top, visit.route, visit.title))

        choices = [Choice(str(number), visit.title, "") for number, visit in enumerate(visits)]
        self.push_screen(ChoiceModal("Recent places", choices, self.glyphs), picked)

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
        if len(self.screen_stack) > 1:
            self._name_visit()
            self.pop_screen()
            self._page_closed()
        else:
            self.leave()


def refused_words(action: Action, launch: Launch) -> str:
    """What is refused where nothing may be written, by which setting, and what goes before that."""
    by = "--read-only" if launch.origins.get("read_only") == COMMAND_LINE else "read_only: true"
    return f"{action.title} refused: {launch.context_name} is read-only ({by}); --read-write overrides"


def _top_of(place: Place | None) -> str:
    """The name of the screen at the top that opens such a place."""
    kinds = {
        "models": "models",
        "model": "models",
        "prompts": "prompts",
        "prompt": "prompts",
        "traces": "traces",
        "trace": "traces",
    }
    return kinds.get(place.kind.value, "browse") if place is not None else "browse"


def run_deck(launch: Launch, host: Host, question: Question) -> int:
    """Run the deck on a context whose host has been started; answers the exit status."""
    unused = [host]  # the process that was started before Textual was loaded serves the first context

    def open_session(wanted: Launch) -> Session:
        from tui.services import connect

        return connect.open_session(wanted, unused.pop() if unused else None)

    def second_look_s() -> float:
        from tui.services import writes  # not on the way to the first frame

        return writes.second_look_s()

    look = Look.at_start(question, os.environ)
    app = DeckApp(launch, open_session, environment=os.environ, folder=Path.cwd(), look=look)
    listening(question, lambda light: app.post_message(app.TerminalTold(light)))
    app.second_look_s = second_look_s
    try:
        with heeded(app.leave_now):
            app.run(mouse=launch.settings.mouse)
    finally:
        if app.begun:
            app.session.close()
        else:
            host.close()
    # What is still being set up when a signal comes is torn down under itself: no fault to tell of.
    if app.fault is not None and not app.ended_by_signal:
        raise app.fault  # the command line tells of it, and keeps the traceback where that was asked for
    return app.return_code or 0
