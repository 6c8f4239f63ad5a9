"""What was written from this machine, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.columns import ColumnSpec
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count, stamp
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import LedgerRow, as_plain, row, searched
from tui.services.session import Session
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
