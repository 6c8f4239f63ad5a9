"""The places that were gone to in a context, as a browser has them: back, forward, and the recent ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual.screen import Screen

from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.ui.dialogs.choices import Choice
    from tui.ui.routes import Route

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
        visits, pins = self._trail.recent(), self._pins()
        if not visits and not pins:
            self._deck.say("No other page has been gone to yet, and none is pinned: :pin pins one")
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
        deck, pins = self._deck, self._pins()
        here = deck.page.pin_here() if deck.page is not None else None
        if here is None:
            deck.say("There is no experiment, model, prompt or run here that could be pinned")
            return
        title, place = here
        pinned = place not in pins
        pins = {**pins, place: title} if pinned else {one: said for one, said in pins.items() if one != place}
        session, kept = deck.session, [[one, said] for one, said in pins.items()]
        session.views.put(f"{session.memory_key}:pins", {"pins": kept})
        deck.say(
            f"{clean(title)} is pinned: :recent has it first" if pinned else f"{clean(title)} is not pinned any more"
        )

    def _pins(self) -> dict[str, str]:
        """The places pinned in this context, and what they are called, as they were pinned."""
        session = self._deck.session
        kept = session.views.get(f"{session.memory_key}:pins").get("pins")
        pairs = [pair for pair in kept if isinstance(pair, list) and len(pair) == 2] if isinstance(kept, list) else []
        return {str(place): str(title) for place, title in pairs}

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
