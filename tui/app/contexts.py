"""The open context, and going from it to another: each has its own session and its own stacks of screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.config.launch import Launch
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.domain.uris import DEFAULT_WORKSPACE, not_seen

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.domain.places import Place
    from tui.services.session import Session
    from tui.services.tunnel import Tunnel, Tunnels

Connect = Callable[[Launch], "Session"]


class Contexts:
    """Which context is open, as ``launch`` says, and how others are opened in its place."""

    def __init__(self, deck: DeckApp, launch: Launch, connect: Connect) -> None:
        self._deck = deck
        self._connect = connect
        self._serial = 0  # of the open one
        self.workspaces: tuple[str, ...] = ()  # those of an MLflow server that were seen last
        self.launch = launch
        self.tunnels: Tunnels | None = None  # of contexts that are reached by way of another host
        self.begin_problem: Problem | None = None  # why nothing could be opened at all

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
        self._look_at_workspace()

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
        from tui.config.choose import Options
        from tui.config.launch import resolve

        deck, before = self._deck, self._deck.session.launch
        try:
            # With the open context's URI said explicitly, an address of another server is refused rather than followed.
            options = Options(place=text, tracking_uri=before.tracking_uri)
            if before.ssh and before.context_name in before.settings.contexts:
                options = Options(place=text, context=before.context_name)  # no page has the address of a tunnel
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
        from tui.config.choose import Options
        from tui.config.launch import resolve

        deck = self._deck
        try:
            launch = resolve(Options(context=name), deck.environment, deck.folder, deck.session.launch.settings)
        except Problem as problem:
            deck.say(str(problem))
            return
        place = deck.page.place_here() if deck.page is not None else None
        if launch.ssh:
            deck.run_worker(self._open_behind(launch, place), exit_on_error=False, exclusive=True, group="tunnel")
        else:
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
            from tui.app.commands import ask_for_workspace

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

    # contexts behind another host

    @property
    def tunnel(self) -> Tunnel | None:
        """That of the open context, or of the one to be opened first."""
        return self.tunnels.of(self.launch) if self.tunnels is not None else None

    async def wait(self, tunnel: Tunnel) -> None:
        """Wait until a tunnel is open; raises Problem where it does not open."""
        from tui.services import tunnel as tunnels

        clock = asyncio.get_running_loop().time
        began = clock()
        while not tunnel.is_open():
            if clock() - began > tunnels.OPENS_WITHIN_S:
                raise tunnel.problem(f"nothing answered within {tunnels.OPENS_WITHIN_S:g} s")
            await asyncio.sleep(tunnels.LOOKED_EVERY_S)

    async def begin_behind(self, tunnel: Tunnel) -> None:
        """Open the first context when its tunnel is open; end with the reason where it does not open."""
        try:
            await self.wait(tunnel)
        except Problem as problem:
            self.begin_problem = problem
            self._deck.exit(2)
        else:
            await self._deck.begin()

    async def _open_behind(self, launch: Launch, place: Place | None) -> None:
        from tui.services.tunnel import Tunnels

        deck = self._deck
        if self.tunnels is None:
            self.tunnels = Tunnels(deck.environment)
        self.hear_tunnels()
        deck.say(f"Opening the tunnel by ssh to {clean(launch.ssh)}", stays=True)
        try:
            launch = self.tunnels.through(launch)
            tunnel = self.tunnels.of(launch)
            assert tunnel is not None  # it was begun just now
            await self.wait(tunnel)
        except Problem as problem:
            deck.say(str(problem), stays=True)
        else:
            self.open(launch, place)

    def hear_tunnels(self) -> None:
        if self.tunnels is not None:
            self.tunnels.on_end = lambda tunnel: self._deck.post_message(self._deck.TunnelEnded(tunnel))

    def tunnel_ended(self, tunnel: Tunnel) -> None:
        """ssh has ended without having been asked to."""
        if self._deck.begun and tunnel is self.tunnel:
            problem = tunnel.problem()
            self._deck.say(f"{problem.title} any more: {problem.message} r opens it again", stays=True)

    def open_again(self) -> bool:
        """Open the tunnel of the open context again, and read what is shown; False where nothing is amiss with it."""
        tunnel = self.tunnel
        if tunnel is None or tunnel.running:
            return False
        self._deck.run_worker(self._open_again(tunnel), exit_on_error=False, exclusive=True, group="tunnel")
        return True

    async def _open_again(self, tunnel: Tunnel) -> None:
        deck = self._deck
        try:
            tunnel.start()
            await self.wait(tunnel)
        except Problem as problem:
            deck.say(str(problem), stays=True)
        else:
            deck.say(f"The tunnel by ssh to {clean(tunnel.destination)} is open again")
            if deck.page is not None:
                deck.page.read_again()


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
