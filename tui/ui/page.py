"""What every full screen shares: the status line above, the hints below, panes, zoom, and the keys for everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import BY_ID, Action, show_key
from tui.domain.freshness import Freshness
from tui.resources import BREAKPOINTS, HEIGHTS, NARROW
from tui.services.session import Session
from tui.ui.asking import Asking, AutoRefresh, Deck
from tui.widgets.pane import Pane
from tui.widgets.status_line import Hint, HintLine, Status, StatusLine

if TYPE_CHECKING:
    from tui.domain.places import Place
    from tui.services.write_flow import Touched
    from tui.ui.list_pane import ListPane


PINNED = ("help", "leave")  # the hints that have their room before all others
RETRY_SECONDS = 20.0  # after which a server that could not be reached is tried again by itself
MOST_RETRY_SECONDS = 600.0  # however long it asks to be left alone


class Page(Screen[None], inherit_bindings=False):
    """A full screen of the deck. Subclasses say what is on it in ``content`` and what it is called in ``crumbs``."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    VERTICAL_BREAKPOINTS = HEIGHTS
    # Textual's own go from widget to widget with tab; here it goes from pane to pane, also where only one is shown.
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,super+c", "screen.copy_text", show=False)]
    is_log = False  # whether this is the log of requests, which is not opened over itself
    refreshing: AutoRefresh | None = None  # what reads it again by itself, where that can be begun and stopped
    only_list: ListPane[Any] | None = None  # the list that is all there is on it; the keys for everywhere go to that

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.freshness = Freshness()
        self._zoomed = False
        self._retry: Timer | None = None
        self._crumbs: tuple[str, ...] = ()
        launch = session.launch
        status = Status(session.called, launch.place_shown, read_only=session.read_only, word=launch.word)
        self.status_line = StatusLine(status, self.deck.glyphs, session.clock.zone)
        self.hint_line = HintLine(self.deck.message_seconds)

    @property
    def deck(self) -> Deck:
        """The application."""
        return cast(Deck, self.app)

    def compose(self) -> ComposeResult:
        yield self.status_line
        yield from self.content()
        yield self.hint_line

    def content(self) -> ComposeResult:
        """The widgets between the two lines."""
        if self.only_list is not None:
            yield self.only_list

    # what the lines say

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Where this page is, from the top on."""
        return self._crumbs

    def set_crumbs(self, *crumbs: str) -> None:
        self._crumbs = crumbs
        self.show_status()

    @property
    def watch_pace(self) -> float:
        """Every how many seconds what is shown is read again by itself; 0 where it is not."""
        return self.refreshing.pace if self.refreshing is not None else 0

    @property
    def is_seen(self) -> bool:
        """Whether it is on top, or beneath dialogues only; Textual takes the page beneath any other for current too."""
        stack = self.app.screen_stack
        return self in stack and all(screen.is_modal for screen in stack[stack.index(self) + 1 :])

    def set_freshness(self, freshness: Freshness) -> None:
        self.freshness = freshness
        self.show_status()
        if self._retry is not None:
            self._retry.stop()
        asked = freshness.problem.wait_s if freshness.problem is not None else 0
        pause = max(RETRY_SECONDS, min(asked, MOST_RETRY_SECONDS))
        self._retry = self.set_timer(pause, self._try_again) if freshness.tries_again else None

    def _try_again(self) -> None:
        """Read again what could not be reached; what is behind another page waits for its turn."""
        self._retry = None
        if self.is_seen:
            self.read_again()
        elif self.freshness.tries_again:
            self._retry = self.set_timer(RETRY_SECONDS, self._try_again)

    def show_status(self) -> None:
        self.status_line.show(
            Status(
                self.session.called,
                self.session.launch.place_shown,
                self._crumbs,
                self.session.read_only,
                self.watch_pace,
                self.freshness,
                self.deck.tops,
                self.deck.top_of(self),
                self.session.launch.word,
            )
        )

    def actions_here(self) -> list[Action]:
        """The actions that can be done now, the nearest place first, each once."""
        return [*(BY_ID[action_id] for action_id in self._keys_here()), *self.deck.own_commands(self.places_here())]

    def places_here(self) -> frozenset[str]:
        """The places of the registry that one is in, by their names."""
        ids = (active.binding.id for active in self.active_bindings.values())
        return frozenset(BY_ID[each].where for each in ids if each is not None and each in BY_ID)

    def names_here(self) -> dict[str, str | tuple[str, ...]]:
        """What a command of the person's own is given, by the names of ``PLUGIN_VALUES``."""
        place = self.place_here()
        return {"EXPERIMENT": place.experiment} if place is not None and place.experiment else {}

    def _keys_here(self) -> dict[str, str]:
        """The first key of each action that can be done now, by the action's id, the nearest place first."""
        found: dict[str, str] = {}
        focused = self.focused
        for key, active in self.active_bindings.items():
            action_id = active.binding.id
            if action_id is None or action_id not in BY_ID or not active.enabled:
                continue
            if BY_ID[action_id].writes and self.session.read_only:
                continue  # whoever presses its key all the same is told why
            if focused is not None and active.node is not focused and _is_typed(focused, key):
                continue
            found.setdefault(action_id, key)
        return found

    def run_action_by_id(self, action_id: str) -> bool:
        """Do an action by its id on whatever of this screen offers it; False if nothing does."""
        if action_id not in BY_ID:
            self.deck.run_own_command(action_id)
            return True
        for active in self.active_bindings.values():
            if active.binding.id == action_id and active.enabled:
                self.app.call_later(self.app.run_action, active.binding.action, active.node)
                return True
        return False

    def show_hints(self) -> None:
        keys = self._keys_here()
        ranked = sorted((BY_ID[action_id] for action_id in keys if BY_ID[action_id].hint), key=lambda a: a.hint)
        self.hint_line.show([Hint(show_key(keys[a.id]), self.hint_title(a), a.verb in PINNED) for a in ranked])

    def hint_title(self, action: Action) -> str:
        """What the hint line calls an action just now."""
        return action.title

    def on_mount(self) -> None:
        # Textual calls this of every class, a page's own first: what has the focus by now is taken in here.
        self.bindings_updated_signal.subscribe(self, lambda _: self.show_hints())
        self.watch(self, "focused", self._focus_moved)
        self._arrange()

    def _focus_moved(self, focused: Widget | None) -> None:
        if focused is None:
            return
        pane = (
            focused if isinstance(focused, Pane) else next((a for a in focused.ancestors if isinstance(a, Pane)), None)
        )
        if pane is not None:
            self._set_current(pane)
        self.show_hints()

    def _set_current(self, pane: Pane) -> None:
        for other in self.query(Pane):
            other.set_class(other is pane, "-current")
            self.set_class(other is pane, f"-at-{other.id}")

    # panes

    def panes(self) -> list[Pane]:
        """The panes that ``tab`` goes through, in order."""
        return [pane for pane in self.query(Pane) if not pane.disabled]

    def current_pane(self) -> Pane | None:
        return next((pane for pane in self.panes() if pane.has_class("-current")), None)

    def focus_pane(self, pane: Pane) -> None:
        """Show a pane where only one fits, and give it the keys."""
        self._set_current(pane)
        target = pane.keys_target()
        if target is not None:
            self.set_focus(target)

    def step_pane(self, by: int) -> None:
        panes = self.panes()
        current = self.current_pane()
        if panes:
            start = panes.index(current) if current in panes else 0
            self.focus_pane(panes[(start + by) % len(panes)])

    @property
    def is_narrow(self) -> bool:
        return self.app.size.width < NARROW

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self.set_class(self._zoomed or self.is_narrow, "-one-pane")

    def zoom(self) -> None:
        self._zoomed = not self._zoomed
        self._arrange()

    # clicks on the line at the top

    def on_status_line_top_pressed(self, event: StatusLine.TopPressed) -> None:
        event.stop()
        self.deck.go_home(event.name)

    def on_status_line_crumb_pressed(self, event: StatusLine.CrumbPressed) -> None:
        """Go back so many crumbs: pages first, then inside the one at the top."""
        event.stop()
        pages = min(event.before_last, len(self.app.screen_stack) - 1)
        for _ in range(pages):
            self.app.pop_screen()
        if not pages:
            self.go_back()

    # what has been written

    def shows(self, touched: Touched) -> bool:
        """Whether something of what may have been changed is shown here."""
        return False

    def written(self, touched: Touched) -> None:
        """Something was written, here or on a page over this one or beside it: show it as it is now."""
        if self.shows(touched):
            self.read_again()

    # what the keys for everywhere ask of a screen

    @property
    def reading_may_stop(self) -> bool:
        """Whether something is being read here that may be stopped."""
        return any(asking.can_stop_reading for asking in self._asking())

    def stop_all_reading(self) -> bool:
        """Wait no longer for what is being read here; False if that is nothing."""
        return any([asking.stop_reading() for asking in self._asking()])

    def _asking(self) -> list[Asking]:
        here = [self] if isinstance(self, Asking) else []
        return [*here, *(widget for widget in self.walk_children() if isinstance(widget, Asking))]

    def go_back(self) -> bool:
        """Go back one step inside this screen; False when there is none, and the screen itself may go."""
        return self.only_list is not None and self.only_list.go_back()

    def open_place(self, place: Place) -> None:
        """Go where a place names; only the screens at the top of a context know how."""

    def go_to(self, what: str, name: str = "") -> None:
        """Go to a part of this screen by its name ("runs"), or to one thing in it."""

    def place_here(self) -> Place | None:
        """The experiment or model that is shown, as another context may have it too."""
        return None

    def pin_here(self) -> tuple[str, str] | None:
        """What is open here as it can be pinned: what it is called, and its place."""
        place = self.place_here()
        scheme = {"experiment": "experiments", "model": "models", "prompt": "prompts"}
        if place is None or place.kind.value not in scheme:
            return None
        name = place.model or place.experiment
        return f"{place.kind.value} {name}", f"{scheme[place.kind.value]}:/{name}"

    def names_known(self) -> list[tuple[str, str, str]]:
        """What the command line completes names from: what kind each is, the name, and the place that it opens."""
        return []

    def read_again(self) -> None:
        """Refresh what is shown."""

    def watch_toggle(self) -> bool:
        """Begin or stop to refresh by itself; answers whether it does now."""
        return self.refreshing is not None and self.refreshing.toggle()

    def value_here(self) -> tuple[str, str] | None:
        """What ``y`` copies: what it is called, and its text."""
        return self.only_list.value_here() if self.only_list is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        """What ``Y`` offers: pairs of what it is called, and its text."""
        here = self.value_here()
        return [here] if here else []

    def times_changed(self) -> None:
        """Ages have become dates, or dates ages."""
        if self.only_list is not None:
            self.only_list.retick()


def _is_typed(widget: Widget, key: str) -> bool:
    """Whether a line to type in takes a key as text."""
    character = show_key(key)
    return len(character) == 1 and widget.check_consume_key(key, character)
