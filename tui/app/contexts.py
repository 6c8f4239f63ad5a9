"""The open context, and going from it to another: each has its own session and its own stacks of screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.config.launch import Launch
from tui.domain.problem import Problem
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.domain.places import Place
    from tui.services.session import Session

Connect = Callable[[Launch], "Session"]


class Contexts:
    """Which context is open, as ``launch`` says, and how others are opened in its place."""

    def __init__(self, deck: DeckApp, launch: Launch, connect: Connect) -> None:
        self._deck = deck
        self._connect = connect
        self._serial = 0  # of the open one
        self.launch = launch

    def mode(self, top: str) -> str:
        """What the stack of screens over a top of the open context is called."""
        return f"{self._serial}:{top}"

    def begin(self) -> None:
        """Open the first context."""
        self._deck.session = self._connect(self.launch)

    async def show(self) -> None:
        """Make the top screens of the open context, and show the first."""
        from tui.app.tops import TOPS, top_screen

        for top in TOPS:
            self._deck.add_mode(self.mode(top), top_screen(top, self._deck.session))
        first = top_of(self._deck.session.launch.place)
        self._deck.pages.begin(first)
        await self._deck.switch_mode(self.mode(first))

    def open(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context for another, at an experiment or a model where that is there too."""
        deck = self._deck
        before, deck.session = deck.session, self._connect(launch)
        before.log.on_record = lambda: None
        deck.under_way.watch()
        self.launch = launch
        deck.wear()
        left, self._serial = self._serial, self._serial + 1
        deck.call_later(self._change, left, before, at)

    async def _change(self, left: int, before: Session, at: Place | None) -> None:
        from tui.app.tops import TOPS

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

        deck.look_at(look, lambda _nothing: self._go_to(place), not_there)

    def _go_to(self, place: Place | None) -> None:
        self._deck.go_home(top_of(place))
        if place is not None and self._deck.page is not None:
            self._deck.page.open_place(place)

    def beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        return self._connect(launch)

    def open_place(self, text: str) -> None:
        """Go where a text names: a run, an experiment, the address of a page; what cannot be opened is said."""
        from tui.config.choose import Options
        from tui.config.launch import resolve

        deck, before = self._deck, self._deck.session.launch
        try:
            # With the open context's URI said explicitly, an address of another server is refused rather than followed.
            options = Options(place=text, tracking_uri=before.tracking_uri)
            place = resolve(options, deck.environment, deck.folder, before.settings).place
        except Problem as problem:
            deck.say(str(problem))
            return
        self._go_to(place)

    def open_named(self, name: str) -> None:
        """Open a context of the configuration by its name, at what is open here; an unknown one is said so."""
        from tui.config.choose import Options
        from tui.config.launch import resolve

        deck = self._deck
        try:
            launch = resolve(Options(context=name), deck.environment, deck.folder, deck.session.launch.settings)
        except Problem as problem:
            deck.say(str(problem))
            return
        self.open(launch, deck.page.place_here() if deck.page is not None else None)


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
