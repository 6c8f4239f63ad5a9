"""One serving endpoint: how it stands, what went wrong, and each thing that it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.glyphs import Glyphs
from tui.domain.serving.endpoints import Drift, Endpoint, ServedEntity
from tui.domain.serving.rows import PENDING, entities_table, facts
from tui.domain.text import named
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.widgets.grid import Grid, messages
from tui.widgets.pane import Pane

_STYLES = {"good": "", "warn": "$warning", "bad": "$error", "muted": "$muted"}


class EntitiesPane(Pane):
    """The details of an endpoint; asks nothing itself."""

    @dataclass
    class Opened(Message):
        """A served entity is to be opened."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="entities")
        self._session = session
        self._glyphs = glyphs
        self.words = Static("", id="serving-words", markup=False)
        self.grid = ArrangedGrid(session, glyphs, name="entities")
        self._endpoint: Endpoint | None = None
        self._generation = 0

    def body(self) -> ComposeResult:
        yield self.words
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def show(
        self, endpoint: Endpoint | None, aliases: Mapping[str, Mapping[str, str]], drifts: Sequence[Drift]
    ) -> None:
        """Show an endpoint, or none."""
        self._endpoint = endpoint
        self._generation += 1
        if endpoint is None:
            self.set_title("Endpoint")
            self.words.update("")
            self.grid.placeholder = ""
            self.grid.table = None
            return
        lines = facts(endpoint, drifts, self._session.clock.now_ms())
        self.words.update(Content("\n").join(Content.styled(text, _STYLES.get(tone, "")) for text, tone in lines))
        self.set_title(named(endpoint.name), "" if endpoint.is_whole else "reading …")
        self.grid.placeholder = "It serves nothing yet."
        self.grid.table = entities_table(endpoint, aliases, self._glyphs, generation=self._generation)

    def entity_here(self) -> ServedEntity | None:
        """The served entity under the cursor, also one that is on its way."""
        key, endpoint = self.grid.cursor_key, self._endpoint
        if key is None or endpoint is None:
            return None
        if key.startswith(PENDING):
            pending = endpoint.pending.entities if endpoint.pending is not None else ()
            return next((entity for entity in pending if PENDING + entity.name == key), None)
        return self.current_here()

    def current_here(self) -> ServedEntity | None:
        """The served entity under the cursor, if it serves now."""
        endpoint, key = self._endpoint, self.grid.cursor_key
        return next((e for e in (endpoint.config.entities if endpoint else ()) if e.name == key), None)

    @on(Grid.CursorMoved)
    def _moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())
