"""The open context, and going from it to another: each has its own session and its own stacks of screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual.message import Message
from textual.screen import Screen

from tui.config.launch import Launch
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.domain.uris import DEFAULT_WORKSPACE, not_seen

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.domain.capabilities import Capabilities
    from tui.domain.places import Place
    from tui.services.session import Session
    from tui.ui.dialogs.choices import Choice
    from tui.ui.routes import Route

Connect = Callable[[Launch], "Session"]


class Contexts:
    """Which context is open, as ``launch`` says, and how others are opened in its place."""

    @dataclass
    class Told(Message):
        """The open context's process has told what its stores can do."""

    def __init__(self, deck: DeckApp, launch: Launch, connect: Connect) -> None:
        self._deck = deck
        self._connect = connect
        self._could: Capabilities | None = None  # what the stores are taken to be able to do in what is shown
        self._serial = 0  # of the open one
        self.workspaces: tuple[str, ...] = ()  # those of an MLflow server that were seen last
        self.launch = launch

    def mode(self, top: str) -> str:
        """What the stack of screens over a top of the open context is called."""
        return f"{self._serial}:{top}"

    def begin(self) -> None:
        """Open the first context."""
        self._deck.session = self._connect(self.launch)
        self._listen()

    def _listen(self) -> None:
        """Hear what the open context's stores can do, on whatever thread it is told."""
        session = self._deck.session
        self._could = session.capabilities
        session.on_told = lambda: self._deck.post_message(self.Told())

    def told(self) -> None:
        """Show what the stores can do where that is not what was expected of them."""
        from tui.ui.list_pane import ListPane

        can = self._deck.session.capabilities
        if can == self._could:
            return
        self._could = can
        for page in self._deck.pages_here:
            page.show_status()
            page.refresh_bindings()
            for pane in page.query("ListPane"):
                if isinstance(pane, ListPane) and not pane.has_rows and pane.state.freshness.as_of_ms is not None:
                    pane.fill()  # what is said in an empty list depends on it

    async def show(self) -> None:
        """Make the top screens of the open context, and show the first."""
        from tui.app.browse import TOPS, top_screen

        for top in TOPS:
            self._deck.add_mode(self.mode(top), top_screen(top, self._deck.session))
        first = top_of(self._deck.session.launch.place)
        self._deck.pages.begin(first)
        await self._deck.switch_mode(self.mode(first))
        self._look_at_workspace()

    def open(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context for another, at an experiment or a model where that is there too."""
        deck = self._deck
        before, deck.session = deck.session, self._connect(launch)
        before.log.on_record = before.on_told = lambda: None
        deck.under_way.watch()
        self._listen()
        self.launch = launch
        deck.wear()
        left, self._serial = self._serial, self._serial + 1
        deck.call_later(self._change, left, before, at)

    async def _change(self, left: int, before: Session, at: Place | None) -> None:
        from tui.app.browse import TOPS

        await self.show()
        if at is not None:
            self._stay_at(at)
        for top in TOPS:
            self._deck.remove_mode(f"{left}:{top}")
        before.leave()

    def _stay_at(self, place: Place) -> None:
        """Go to the experiment or model of that name, if this context has one."""
        deck, model, top = self._deck, place.model, top_of(place)
        session = deck.session
        name = model or place.experiment

        def look() -> None:
            if top == "prompts":
                session.prompts.get_model(model)
            elif model:
                session.registry.get_model(model)
            else:
                session.tracking.get_experiment_by_name(name)

        def not_there(problem: Problem) -> None:
            deck.say(f"{clean(name)} is not here: {clean(problem.message)}")

        deck.look_at(look, lambda _nothing: self.go_to(place), not_there)

    def go_to(self, place: Place | None) -> None:
        self._deck.go_home(top_of(place))
        if place is not None and self._deck.page is not None:
            self._deck.page.open_place(place)

    def beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        return self._connect(launch)

    def open_place(self, text: str) -> None:
        """Go where a text names: a run, an experiment, the address of a page; what cannot be opened is said."""
        from tui.config.launch import Options, resolve

        deck, before = self._deck, self._deck.session.launch
        try:
            # With the open context's URI said explicitly, an address of another server is refused rather than followed.
            options = Options(place=text, tracking_uri=before.tracking_uri)
            if before.ssh and before.context_name in before.settings.contexts:
                options = Options(place=text, context=before.context_name)  # its way there is of the context
            place = resolve(options, deck.environment, deck.folder, before.settings).place
        except Problem as problem:
            deck.say(str(problem))
            return
        if place is not None and place.workspace and place.workspace != (before.workspace or DEFAULT_WORKSPACE):
            self.open(self._in_workspace(place.workspace, place))
        else:
            self.go_to(place)

    def open_named(self, name: str) -> None:
        """Open a context of the configuration by its name, at what is open here; an unknown one is said so."""
        from tui.config.launch import Options, resolve

        deck = self._deck
        try:
            launch = resolve(Options(context=name), deck.environment, deck.folder, deck.session.launch.settings)
        except Problem as problem:
            deck.say(str(problem))
            return
        place = deck.page.place_here() if deck.page is not None else None
        self.open(launch, place)

    # workspaces of an MLflow server

    def open_workspace(self, name: str) -> None:
        """Open another workspace of the server, at what is open here where it has that too; none named is chosen."""
        deck = self._deck
        diagnosis = deck.session.diagnosis
        if diagnosis is not None:
            deck.look_at(
                diagnosis.workspaces,
                lambda found: self._got_workspaces(name, found),
                lambda problem: deck.say(clean(problem.message) if problem.kind is Kind.UNSUPPORTED else str(problem)),
            )

    def _got_workspaces(self, name: str, found: Sequence[tuple[str, str]]) -> None:
        deck, here = self._deck, self._deck.session.workspace or DEFAULT_WORKSPACE
        self.workspaces = tuple(known for known, _ in found)
        if name == here:
            deck.say(f"The workspace {clean(name)} is open")
        elif name in self.workspaces or (name and deck.session.capabilities.hides):  # see below of the latter
            place = deck.page.place_here() if deck.page is not None else None
            self.open(self._in_workspace(name), place)
        elif name:
            deck.say(not_seen(name, self.workspaces, hides=False))
        else:
            from tui.app.routes import ask_for_workspace

            ask_for_workspace(deck, found, here)

    def _in_workspace(self, name: str, place: Place | None = None) -> Launch:
        return replace(
            self.launch, workspace=name, place=place, origins={**self.launch.origins, "workspace": ":workspace"}
        )

    def _look_at_workspace(self) -> None:
        """Tell where the workspace that is named is none of those that are listed: it would look empty."""
        deck, diagnosis, name = self._deck, self._deck.session.diagnosis, self.launch.workspace
        if not name or diagnosis is None:
            return

        def found(seen: Sequence[tuple[str, str]]) -> None:
            self.workspaces = tuple(known for known, _ in seen)
            if name not in self.workspaces:
                deck.say(not_seen(name, self.workspaces, hides=deck.session.capabilities.hides), stays=True)

        def failed(problem: Problem) -> None:
            if problem.kind is Kind.UNSUPPORTED:
                by = self.launch.origins.get("workspace", "")
                deck.say(f"{clean(problem.message)} {clean(name)} is asked for by {clean(by)}", stays=True)

        deck.look_at(diagnosis.workspaces, found, failed)


def top_of(place: Place | None) -> str:
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


# The places that were gone to in a context, as a browser has them: back, forward, and the recent ones.


MOST = 100


@dataclass(eq=False)
class Visit:
    """A page: the top that it lies over, and how it was come to; None for the top itself. ``title`` is its crumbs."""

    top: str
    route: Route | None = None
    title: str = ""

    def is_same(self, other: Visit) -> bool:
        return (self.top, self.route) == (other.top, other.route)


class Trail:
    """The visits in their order, and the one that is open; going on from an earlier one forgets those after it."""

    def __init__(self, first: Visit) -> None:
        self._visits = [first]
        self._at = 0

    @property
    def here(self) -> Visit:
        return self._visits[self._at]

    def went(self, visit: Visit) -> None:
        """A page was opened."""
        if visit.is_same(self.here):
            return
        self._visits = [*self._visits[: self._at + 1], visit][-MOST:]
        self._at = len(self._visits) - 1

    def step(self, by: int) -> Visit | None:
        """Go back (-1) or forward (1); None where there is no such visit."""
        if not 0 <= self._at + by < len(self._visits):
            return None
        self._at += by
        return self.here

    def closed(self, top: str, routes: list[Route]) -> None:
        """Pages were closed: over ``top`` lie these now. The visit before is the one that is open, if it is that."""
        now = Visit(top, routes[-1] if routes else None)
        if self._at and self._visits[self._at - 1].is_same(now):
            self._at -= 1
        else:
            self.went(now)

    def recent(self) -> list[Visit]:
        """Each place once, the last first, without the one that is open."""
        found: list[Visit] = []
        for visit in reversed(self._visits):
            if not visit.is_same(self.here) and not any(visit.is_same(one) for one in found):
                found.append(visit)
        return found


class Pages:
    """The pages over the tops of the open context: opened, closed, and gone back to along the trail."""

    def __init__(self, deck: DeckApp) -> None:
        self._deck = deck
        self._trail = Trail(Visit("browse"))
        self._pinning = Lock()
        self._routes: WeakKeyDictionary[Screen[Any], Route] = WeakKeyDictionary()  # how each page was come to

    def begin(self, top: str) -> None:
        """A context was opened at one of its tops."""
        self._trail = Trail(Visit(top))

    def go(self, route: Route) -> None:
        """Open a screen over this one."""
        self._name_visit()
        self._open(route)
        self._trail.went(Visit(self._deck.top_here, route))

    def go_home(self, top: str) -> None:
        """Go to one of the screens at the top of the context, closing what lies over it."""
        self._name_visit()
        self._go_home(top)
        self._trail.went(Visit(top))

    def close(self) -> bool:
        """Close the page over the others; False where there is none over a top."""
        deck = self._deck
        if len(deck.screen_stack) < 2:
            return False
        self._name_visit()
        deck.pop_screen()
        routes = [route for screen in deck.screen_stack if (route := self._routes.get(screen)) is not None]
        self._trail.closed(deck.top_here, routes)
        return True

    def step(self, by: int) -> None:
        """Go back (-1) or forward (1) along the trail."""
        self._name_visit()
        visit = self._trail.step(by)
        if visit is None:
            self._deck.say("There is no page before this one" if by < 0 else "There is no page to go forward to")
        elif by > 0 and visit.top == self._deck.top_here and visit.route is not None:
            self._open(visit.route)  # over the page that it was come to from
        else:
            self._show(visit)

    def choose_recent(self) -> None:
        """Go to one of the places that were gone to, chosen from a list."""
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        self._name_visit()
        visits, pins = self._trail.recent(), self._deck.session.pins
        if not visits and not pins:
            self._deck.say("No other page has been opened yet, and none is pinned: :pin pins this one")
            return

        def picked(choice: Choice | None) -> None:
            if choice is not None and choice.id in pins:
                self._deck.open_place(choice.id)
            elif choice is not None:
                visit = visits[int(choice.id)]
                self._show(visit)
                self._trail.went(Visit(visit.top, visit.route, visit.title))

        choices = [Choice(place, title, "pinned") for place, title in pins.items()]
        choices += [Choice(str(number), visit.title, "") for number, visit in enumerate(visits)]
        self._deck.push_screen(
            ChoiceModal("Pinned and recent places" if pins else "Recent places", choices, self._deck.glyphs), picked
        )

    def pin_here(self) -> None:
        """Pin the experiment, model, prompt or run that is open, or let it go where it is pinned."""
        deck = self._deck
        here = deck.page.pin_here() if deck.page is not None else None
        if here is None:
            deck.say("There is no experiment, model, prompt or run here that could be pinned")
            return
        title, place = here
        session = deck.session

        def turn() -> str:
            with self._pinning:
                pins = session.pins
                pinned = place not in pins
                pins = {**pins, place: title} if pinned else {one: said for one, said in pins.items() if one != place}
                name, kept = f"{session.memory_key}:pins", [[one, said] for one, said in pins.items()]
                if not session.views.put(name, {"pins": kept}):
                    return f"Pins cannot be kept: {session.views.failure}"
            return f"{named(title)} is {'pinned: :recent has it first' if pinned else 'not pinned any more'}"

        def told(said: str) -> None:
            deck.post_message(deck.Looked(session, lambda: tell(said)))

        def tell(said: str) -> None:
            deck.say(said)
            if deck.bottom is not None:
                deck.bottom.experiments.show_words()  # where they are told

        session.own_work.submit(turn, told, lambda problem: told(clean(str(problem))))

    def _name_visit(self) -> None:
        """Remember what the open page is called, before another is."""
        if self._deck.page is not None:
            self._trail.here.title = " › ".join(self._deck.page.crumbs)

    def _open(self, route: Route) -> None:
        from tui.app.routes import screen_for

        screen = screen_for(route, self._deck.session)
        self._routes[screen] = route
        self._deck.push_screen(screen)

    def _go_home(self, top: str) -> None:
        self._deck.show_top(top)
        while len(self._deck.screen_stack) > 1:
            self._deck.pop_screen()

    def _show(self, visit: Visit) -> None:
        """Show a page that was gone to: the one that is open beneath as it was left, any other anew."""
        stack = self._deck.screen_stack
        beneath = stack[-2] if len(stack) > 1 else None
        if beneath is not None and self._deck.top_here == visit.top and self._routes.get(beneath) == visit.route:
            self._deck.pop_screen()
            return
        self._go_home(visit.top)
        if visit.route is not None:
            self._open(visit.route)
