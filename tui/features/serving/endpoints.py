"""The serving endpoints of a workspace: listed at once, then read whole, then compared with what aliases say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.serving.endpoints import Drift, Endpoint, Update, served
from tui.domain.serving.rows import endpoints_table, matches
from tui.domain.text import clean
from tui.domain.truth import Truth
from tui.services.pool import PREFETCH
from tui.services.serving_desk import WHOLE_AT_ONCE, ServingDesk, ServingView
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.filterable import SiftedPane
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

FOLLOW_SECONDS = 2.0  # between two looks at an endpoint that is being updated


class EndpointsPane(SiftedPane, Asking):
    """The list. What is shown of an endpoint grows as it is read; one that is being updated is looked at again."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("serving_list")]
    filter_hint = "words in the name, the model or the state"
    nothing_to_ask = "Every endpoint is listed here already: there is nothing to ask the server"

    @dataclass
    class Followed(Message):
        """The endpoint under the cursor is another one, or more is known of it."""

        endpoint: Endpoint | None

    @dataclass
    class Opened(Message):
        """The details of the endpoint under the cursor are wanted."""

    @dataclass
    class TruthChanged(Message):
        """How true the list is has changed; with the problem, if there is one."""

        problem: Problem | None

    def __init__(self, session: Session, glyphs: Glyphs, model: str = "") -> None:
        super().__init__(id="endpoints")
        assert session.serving is not None
        self._session = session
        self._serving = session.serving
        self._desk = ServingDesk(session.serving, session.registry)
        self._glyphs = glyphs
        self.grid = PlainGrid(glyphs=glyphs)
        self.truth = Truth()
        self.query_text = model
        self._endpoints: dict[str, Endpoint] = {}
        self._aliases: dict[str, Mapping[str, str]] = {}
        self._generation = 0

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.grid.placeholder = "Reading the serving endpoints …"
        self.fill()
        self.set_interval(FOLLOW_SECONDS, self._follow_updates)
        self.read_again()

    # reading

    def read_again(self) -> None:
        """Read everything anew; what is shown stays until then."""
        self.truth = self.truth.loading()
        self.post_message(self.TruthChanged(None))
        self.ask(self._session.pool, "list", self._serving.endpoints, self._got, self._refused)

    def _got(self, listed: tuple[Endpoint, ...]) -> None:
        before = self._endpoints
        # What a list does not tell stays as it was last read, until it is read again.
        self._endpoints = {e.name: _grown(before.get(e.name), e) for e in listed}
        self.truth = self.truth.live(self._session.clock.now_ms())
        self.notice.clear()
        self.fill()
        self.post_message(self.TruthChanged(None))
        self._read_whole(list(listed))
        self._read_aliases()

    def aliases_moved(self, models: Collection[str]) -> None:
        """Aliases of these models may point elsewhere: read them again where versions of them are served."""
        if any(model in self.view.aliases for model in models):
            self._read_aliases()

    def _read_aliases(self) -> None:
        models = sorted(served(self._endpoints.values()))
        self.ask(
            self._session.pool,
            "aliases",
            lambda: self._desk.aliases(models),
            self._got_aliases,
            lambda _problem: (
                None
            ),  # without aliases there is no drift to show, and the endpoints stay as true as before
            urgency=PREFETCH,
        )

    def _read_whole(self, left: list[Endpoint]) -> None:
        some, rest = left[:WHOLE_AT_ONCE], left[WHOLE_AT_ONCE:]
        if not some:
            return

        def got(whole: tuple[Endpoint, ...]) -> None:
            self.take(whole)
            self._read_whole(rest)

        self.ask(self._session.pool, "whole", lambda: self._desk.whole(some), got, self._refused, urgency=PREFETCH)

    def _got_aliases(self, aliases: dict[str, Mapping[str, str]]) -> None:
        self._aliases = aliases
        self.fill()

    def _refused(self, problem: Problem) -> None:
        self.truth = self.truth.failed(problem)
        self.grid.placeholder = "" if self._endpoints else "No serving endpoints could be read."
        self.notice.problem(problem)
        self.fill()
        self.post_message(self.TruthChanged(problem))

    def look_at(self, name: str) -> None:
        """Read one endpoint again, now."""
        self.ask(
            self._session.pool,
            f"endpoint {name}",
            lambda: self._serving.endpoint(name),
            lambda endpoint: self.take([endpoint]),
            self._refused,
        )

    def _follow_updates(self) -> None:
        for endpoint in self._endpoints.values():
            if endpoint.update is Update.RUNNING and not self.is_asking(f"endpoint {endpoint.name}"):
                self.look_at(endpoint.name)

    def take(self, endpoints: Sequence[Endpoint]) -> None:
        """Show what was read of these endpoints."""
        for endpoint in endpoints:
            if endpoint.name in self._endpoints:
                self._endpoints[endpoint.name] = endpoint
        self.fill()

    # showing

    @property
    def view(self) -> ServingView:
        return ServingView(tuple(self._endpoints.values()), self._aliases)

    def drifts(self) -> dict[str, tuple[Drift, ...]]:
        """Drift by endpoint."""
        columns = self._session.launch.settings.models.alias_columns
        return self.view.drifts(columns[0] if columns else "champion")

    def fill(self) -> None:
        words = self.query_text.lower().split()
        shown = [endpoint for endpoint in self._endpoints.values() if matches(endpoint, words)]
        shown.sort(key=lambda endpoint: endpoint.name.lower())
        drifts = self.drifts()
        self._generation += 1
        clock = self._session.clock
        if self._endpoints and words:
            self.grid.placeholder = f"No endpoint serves or is called  {clean(self.query_text)}\nesc shows them all"
        elif self.truth.as_of_ms is not None:
            self.grid.placeholder = "There are no serving endpoints that you may see."
        self.grid.table = endpoints_table(
            shown,
            drifts,
            self._glyphs,
            now_ms=clock.now_ms(),
            zone=clock.zone if getattr(self.app, "absolute_times", False) else None,
            generation=self._generation,
        )
        parts = [count(len(self._endpoints))] if self._endpoints else []
        if words:
            parts.append(f"{len(shown)} match")
        if drifts:
            parts.append(f"{len(drifts)} off their alias")
        self.set_title("Serving", *parts)
        self.post_message(self.Followed(self.endpoint_here()))

    def endpoint_here(self) -> Endpoint | None:
        """The endpoint under the cursor."""
        return self._endpoints.get(self.grid.cursor_key or "")

    @property
    def aliases(self) -> Mapping[str, Mapping[str, str]]:
        return self._aliases

    @on(Grid.CursorMoved)
    def _moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self.post_message(self.Followed(self.endpoint_here()))

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()


def _grown(known: Endpoint | None, listed: Endpoint) -> Endpoint:
    """What a list tells now, with what is known of the rest as long as nothing has changed."""
    if known is None or not known.is_whole or known.updated_ms != listed.updated_ms:
        return listed
    return replace(
        known,
        ready=listed.ready,
        update=listed.update,
        is_stopped=listed.is_stopped,
        system_update_failed=listed.system_update_failed,
    )
