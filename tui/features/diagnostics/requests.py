"""The log of requests made: what was asked of the server, how long it took, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.columns import Cell, ColumnSpec
from tui.domain.glyphs import Glyphs
from tui.domain.models.grants import Account
from tui.domain.quantities import count, size
from tui.domain.text import clean
from tui.services.session import LoggedRequest, Session
from tui.ui.list_pane import ListPane
from tui.ui.page import Page

if TYPE_CHECKING:
    pass


LOOK_SECONDS = 0.5  # how often the log is looked at for something new while it is on the screen


class RequestsPane(ListPane[LoggedRequest]):
    """The list, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("requests")]
    filter_hint = "words in the request"
    nothing_to_ask = "This log is kept here: there is nothing to ask the server"
    things = ("request", "requests")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="requests", marks=False)
        self._seen = -1
        self._where = ""

    def on_mount(self) -> None:
        self.recall()
        self.look()
        catalog = self.session.catalog
        if catalog is not None:
            # Who is signed in was asked for long ago, as a rule: that is kept.
            self.ask(self.session.pool, "account", catalog.me, self._got_account, lambda _problem: None)
        self.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> None:
        """Show what is new; draws nothing when nothing is."""
        if self.session.log.generation != self._seen:
            self._seen = self.session.log.generation
            self.fill()

    def _got_account(self, account: Account) -> None:
        self._where = account.where
        self.show_words()

    def notes(self) -> Sequence[str]:
        """To whom all this goes, and as whom: a profile may be another one than one thinks."""
        return (clean(self._where),)

    def specs(self) -> Sequence[ColumnSpec[LoggedRequest]]:
        zone = self.session.clock.zone

        def at(request: LoggedRequest) -> str:
            return datetime.fromtimestamp(request.started_ms / 1000, zone).strftime("%H:%M:%S")

        return (
            ColumnSpec("number", "#", lambda r: str(r.number), lambda r: r.number, better="higher", align="right",
                       frozen=True, least=5),
            ColumnSpec("at", "at", at, lambda r: r.started_ms, means="time", better="higher", least=8),
            ColumnSpec("operation", "operation", lambda r: clean(r.operation), least=24),
            ColumnSpec("took", "took", lambda r: f"{count(round(r.took_ms))} ms" if r.took_ms is not None else "",
                       lambda r: r.took_ms, means="number", better="higher", align="right", least=10),
            ColumnSpec("size", "size", lambda r: size(r.size) if r.size else "", lambda r: r.size or None,
                       better="higher", align="right", least=9),
            ColumnSpec("outcome", "outcome", _outcome, least=16),
            ColumnSpec("reader", "by", lambda r: r.reader, least=6),
            ColumnSpec("summary", "what was asked", lambda r: clean(_asked(r)), least=40, widest=400),
        )  # fmt: skip

    def rows(self) -> Sequence[LoggedRequest]:
        return self.session.log.all()[::-1]

    def key_of(self, row: LoggedRequest) -> str:
        return str(row.number)

    def searched(self, row: LoggedRequest) -> str:
        return f"{row.operation} {row.summary} {row.outcome} {row.message}"

    def count_words(self) -> str:
        log = self.session.log
        return f"{count(log.total)} made" + (f" · {log.in_flight} under way" if log.in_flight else "")

    def empty_words(self) -> str:
        return "Nothing has been asked yet."

    def request_at(self, key: str | None) -> LoggedRequest | None:
        return next((request for request in self.session.log.all() if str(request.number) == key), None)

    def open_row(self, key: str) -> None:
        request = self.request_at(key)
        if request is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            lines = [request.operation, request.summary, f"outcome: {request.outcome or 'under way'}", request.message]
            self.app.push_screen(WholeTextModal(f"Request {request.number}", "\n".join(line for line in lines if line)))


def _outcome(request: LoggedRequest) -> Cell:
    if not request.outcome:
        return "under way"
    return request.outcome.replace("_", " "), "good" if request.outcome == "ok" else "bad"


def _asked(request: LoggedRequest) -> str:
    return " ".join(part for part in (request.summary, request.message) if part)


class RequestsScreen(Page):
    """The log as a page of its own."""

    is_log = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.only_list = self.pane = RequestsPane(session, self.deck.glyphs)

    def on_mount(self) -> None:
        self.set_crumbs("requests")
        below = [screen for screen in self.app.screen_stack if isinstance(screen, Page) and screen is not self]
        if below:
            self.set_freshness(below[-1].freshness)
        self.focus_pane(self.pane)

    def read_again(self) -> None:
        self.pane.fill()

    def value_here(self) -> tuple[str, str] | None:
        request = self.pane.request_at(self.pane.grid.cursor_key)
        if request is None:
            return None
        return "request", " ".join(part for part in (request.operation, request.summary, request.message) if part)
