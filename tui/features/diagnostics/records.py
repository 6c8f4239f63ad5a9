"""What was written from this machine, newest first; and what was asked of the server, how long that took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.columns import Cell, ColumnSpec
from tui.domain.glyphs import Glyphs
from tui.domain.models.grants import Account
from tui.domain.problem import Problem
from tui.domain.quantities import count, size, stamp
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import LedgerRow, as_plain, row, searched
from tui.services.session import LoggedRequest, Session
from tui.ui.list_pane import ListPane
from tui.ui.page import Page

if TYPE_CHECKING:
    from tui.services.write_flow import Touched


class LedgerPane(ListPane[LedgerRow]):
    """The entries; of one subject, or of all."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("ledger")]
    filter_hint = "words in names, aliases, outcomes, reasons"
    nothing_to_ask = "The ledger is kept on this machine: there is nothing to ask a server"
    things = ("entry", "entries")

    def __init__(self, session: Session, glyphs: Glyphs, subject: str) -> None:
        super().__init__(session, glyphs, id="ledger", marks=False)
        self.subject = subject
        self.everything = not subject
        self.contents = Contents((), ())
        self._rows: list[LedgerRow] = []

    def on_mount(self) -> None:
        self.recall()
        self.grid.placeholder = "Reading the ledger …"
        self.set_title("Ledger")
        self.read_again()

    def read_again(self) -> None:
        """Read the file anew."""
        self.ask(self.session.pool, "ledger", self.session.ledger.read, self._got, self._refused)

    def _refused(self, problem: Problem) -> None:
        self.notice.problem(problem)
        self.grid.placeholder = "The ledger could not be read."

    def _got(self, contents: Contents) -> None:
        self.contents = contents
        self.notice.clear()
        if contents.faults:
            more = f" and {len(contents.faults) - 1} more" if len(contents.faults) > 1 else ""
            self.notice.tell_warning(f"{contents.faults[0]}{more}")
        if not any(entry.subject == self.subject for entry in contents.entries):
            self.everything = True
        self._tell_rows()

    def _tell_rows(self) -> None:
        """Put into words what is wanted, newest first, and show it."""
        shown = [entry for entry in self.contents.entries if self.everything or entry.subject == self.subject]
        self._rows = [row(entry, self.session.clock.zone) for entry in reversed(shown)]
        self.fill()

    def specs(self) -> Sequence[ColumnSpec[LedgerRow]]:
        zone = self.session.clock.zone
        every: tuple[ColumnSpec[LedgerRow], ...] = (
            ColumnSpec("number", "#", lambda row: (f"#{row.entry.number}", "muted"),
                                  lambda row: row.entry.number, better="higher", align="right", frozen=True),
            ColumnSpec("at", "when", lambda row: (stamp(row.entry.at_ms, zone)[:16], "muted"),
                       lambda row: row.entry.at_ms, means="time", better="higher"),
            ColumnSpec("subject", "of", lambda row: clean(row.entry.subject), widest=40),
            ColumnSpec("what", "what", lambda row: clean(row.what), widest=70),
            ColumnSpec("outcome", "outcome", lambda row: (clean(row.outcome), row.tone)),
            ColumnSpec("why", "why", lambda row: clean(row.entry.why), widest=60),
            ColumnSpec("context", "context", lambda row: clean(row.entry.context)),
            ColumnSpec("actor", "by", lambda row: (clean(row.entry.actor), "muted")),
        )  # fmt: skip
        # Of one model, the title says which.
        return [spec for spec in every if self.everything or spec.key != "subject"]

    def rows(self) -> Sequence[LedgerRow]:
        return self._rows

    def key_of(self, row: LedgerRow) -> str:
        return str(row.entry.number)

    def searched(self, row: LedgerRow) -> str:
        return searched(row)

    def title_parts(self) -> Sequence[str]:
        return "Ledger", "everything" if self.everything else clean(self.subject)

    def count_words(self) -> str:
        return f"{count(len(self._rows))} of {count(len(self.contents.entries))}"

    def notes(self) -> Sequence[str]:
        return (clean(str(self.session.ledger.file)),)

    def empty_words(self) -> str:
        return "Nothing has been written from here yet."

    def entry_at(self, key: str | None) -> Entry | None:
        return next((entry for entry in self.contents.entries if str(entry.number) == key), None)

    @property
    def entry_here(self) -> Entry | None:
        return self.entry_at(self.grid.cursor_key)

    def open_row(self, key: str) -> None:
        import json

        from tui.ui.dialogs.whole_text import WholeTextModal

        entry = self.entry_at(key)
        if entry is not None:
            text = json.dumps(as_plain(entry), indent=2, ensure_ascii=False)
            self.app.push_screen(WholeTextModal(f"Ledger #{entry.number}", text))

    def action_all_entries(self) -> None:
        self.everything = not self.everything
        self._tell_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.subject) if action == "all_entries" else True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "Every entry is shown" if verb == "all_entries" else ""


class LedgerScreen(Page):
    """The page; of ``subject`` at first, where it has entries."""

    CSS_PATH = style_sheets("diagnostics.tcss")

    def __init__(self, session: Session, subject: str = "") -> None:
        super().__init__(session)
        self.only_list = self.pane = LedgerPane(session, self.deck.glyphs, subject)

    def on_mount(self) -> None:
        self.set_crumbs("ledger")
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.focus_pane(self.pane)

    def shows(self, touched: Touched) -> bool:
        return True  # every write is in it

    def read_again(self) -> None:
        self.pane.read_again()

    def value_here(self) -> tuple[str, str] | None:
        import json

        entry = self.pane.entry_here
        return (f"ledger #{entry.number}", json.dumps(as_plain(entry))) if entry is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        from tui.services.copies import of_entry

        entry = self.pane.entry_here
        return [*super().copies_here(), *of_entry(entry).offers()] if entry is not None else []


# The log of requests made: what was asked of the server, how long it took, how it ended.


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
