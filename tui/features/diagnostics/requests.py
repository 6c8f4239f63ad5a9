"""The log of requests made: what was asked of the server, how long it took, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.quantities import count, size
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.services.request_log import LoggedRequest
from tui.services.session import Session
from tui.ui.filterable import SiftedPane
from tui.ui.page import Page
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

LOOK_SECONDS = 0.5  # how often the log is looked at for something new while it is on the screen


class RequestsPane(SiftedPane):
    """The list, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("requests")]
    filter_hint = "words in the request"
    nothing_to_ask = "This log is kept here: there is nothing to ask the server"

    def __init__(self, session: Session, grid: Grid) -> None:
        super().__init__(id="requests")
        self._session = session
        self.grid = grid
        self.shown: dict[str, LoggedRequest] = {}
        self._generation = -1

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.look()
        self.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> None:
        """Show what is new; draws nothing when nothing is."""
        log = self._session.log
        if log.generation != self._generation:
            self._generation = log.generation
            self.fill()

    def fill(self) -> None:
        log = self._session.log
        words = self.query_text.lower().split()
        requests = [
            request
            for request in reversed(log.all())
            if all(
                word in f"{request.operation} {request.summary} {request.outcome} {request.message}".lower()
                for word in words
            )
        ]
        zone = self._session.clock.zone
        ended = ["under way" if not r.outcome else r.outcome.replace("_", " ") for r in requests]
        texts = {
            "number": [str(r.number) for r in requests],
            "at": [datetime.fromtimestamp(r.started_ms / 1000, zone).strftime("%H:%M:%S") for r in requests],
            "operation": [clean(r.operation) for r in requests],
            "took": [f"{count(round(r.took_ms))} ms" if r.took_ms is not None else "" for r in requests],
            "size": [size(r.size) if r.size else "" for r in requests],
            "outcome": ended,
            "reader": [r.reader for r in requests],
            "summary": [clean(" ".join(part for part in (r.summary, r.message) if part)) for r in requests],
        }
        tones: list[Tone] = ["" if not r.outcome else "good" if r.outcome == "ok" else "bad" for r in requests]
        columns = (
            Column("number", "#", 5, "right", frozen=True),
            Column("at", "at", 8),
            Column("operation", "operation", max([24, *map(width, texts["operation"])])),
            Column("took", "took", 10, "right"),
            Column("size", "size", 9, "right"),
            Column("outcome", "outcome", 16),
            Column("reader", "by", 6),
            Column("summary", "what was asked", max([40, *map(width, texts["summary"])])),
        )
        self.shown = {str(r.number): r for r in requests}
        self.grid.placeholder = "No request holds these words." if words else "Nothing has been asked yet."
        self.grid.table = RowsTable(columns, list(self.shown), texts, {"outcome": tones}, generation=self._generation)
        parts = [f"{count(log.total)} made"]
        if log.in_flight:
            parts.append(f"{log.in_flight} under way")
        if words:
            parts.append(f"{len(requests)} match")
        self.set_title("Requests", *parts)

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        request = self.shown.get(event.row_key)
        if request is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            lines = [request.operation, request.summary, f"outcome: {request.outcome or 'under way'}", request.message]
            self.app.push_screen(WholeTextModal(f"Request {request.number}", "\n".join(line for line in lines if line)))

    async def action_filter(self) -> None:
        await self.open_bar()


class RequestsScreen(Page):
    """The log as a page of its own."""

    is_log = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.pane = RequestsPane(session, PlainGrid(glyphs=self.deck.glyphs))

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("requests")
        below = [screen for screen in self.app.screen_stack if isinstance(screen, Page) and screen is not self]
        if below:
            self.set_truth(below[-1].truth)
        self.focus_pane(self.pane)

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def read_again(self) -> None:
        self.pane.fill()

    def value_here(self) -> tuple[str, str] | None:
        request = self.pane.shown.get(self.pane.grid.cursor_key or "")
        if request is None:
            return None
        return "request", " ".join(part for part in (request.operation, request.summary, request.message) if part)
