"""The ledger: everything written from this machine, newest first."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.quantities import count, stamp
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import LedgerRow, as_plain, matching
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.filterable import SiftedPane
from tui.ui.page import Page
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

_TITLES = {
    "number": "#", "at": "when", "subject": "of", "what": "what", "outcome": "outcome", "why": "why",
    "context": "context", "actor": "by",
}  # fmt: skip
_WIDEST = {"what": 70, "why": 60, "subject": 40}


class LedgerPane(SiftedPane, Asking):
    """The entries; of one subject, or of all."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("ledger")]
    filter_hint = "words in names, aliases, outcomes, reasons"
    nothing_to_ask = "The ledger is kept on this machine: there is nothing to ask a server"

    def __init__(self, session: Session, subject: str) -> None:
        super().__init__(id="ledger")
        self._session = session
        self.subject = subject
        self.everything = not subject
        self.grid = PlainGrid()
        self.contents = Contents((), ())
        self._rows: dict[str, LedgerRow] = {}

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.grid.placeholder = "Reading the ledger …"
        self.set_title("Ledger")
        self.read_again()

    def read_again(self) -> None:
        """Read the file anew."""
        ledger = self._session.ledger
        self.ask(self._session.pool, "ledger", ledger.read, self._got, self.notice.problem)

    def _got(self, contents: Contents) -> None:
        self.contents = contents
        self.notice.clear()
        if contents.faults:
            more = f" and {len(contents.faults) - 1} more" if len(contents.faults) > 1 else ""
            self.notice.tell_warning(f"{contents.faults[0]}{more}")
        if not any(entry.subject == self.subject for entry in contents.entries):
            self.everything = True
        self.fill()

    def fill(self) -> None:
        """Show the entries that are wanted."""
        entries = [entry for entry in self.contents.entries if self.everything or entry.subject == self.subject]
        rows = matching(entries, self.query_text)
        self._rows = {str(row.entry.number): row for row in rows}
        zone = self._session.clock.zone
        cells = {
            "number": [f"#{row.entry.number}" for row in rows],
            "at": [stamp(row.entry.at_ms, zone)[:16] for row in rows],
            "context": [clean(row.entry.context) for row in rows],
            "subject": [clean(row.entry.subject) for row in rows],
            "what": [clean(row.what) for row in rows],
            "outcome": [clean(row.outcome) for row in rows],
            "why": [clean(row.entry.why) for row in rows],
            "actor": [clean(row.entry.actor) for row in rows],
        }
        columns = [
            Column(
                key,
                title,
                min(_WIDEST.get(key, 44), max([len(title), 4, *map(width, cells[key][:500])])),
                "right" if key == "number" else "left",
                key == "number",
            )
            for key, title in _TITLES.items()
            if self.everything or key != "subject"  # of one model, the title says which
        ]
        muted: list[Tone] = ["muted"] * len(rows)
        tones = {"outcome": [row.tone for row in rows], "number": muted, "at": muted, "actor": muted}
        self.grid.placeholder = (
            f"No entry matches  {clean(self.query_text)}\nesc clears the filter"
            if self.query_text
            else "Nothing has been written from here yet."
        )
        self.grid.table = RowsTable(columns, list(self._rows), cells, tones)
        whose = "everything" if self.everything else clean(self.subject)
        said = f"{count(len(rows))} of {count(len(self.contents.entries))}"
        self.set_title("Ledger", whose, said, f"filter: {clean(self.query_text)}" if self.query_text else "")
        self.set_subtitle(clean(str(self._session.ledger.file)))

    @property
    def entry_here(self) -> Entry | None:
        row = self._rows.get(self.grid.cursor_key or "")
        return row.entry if row is not None else None

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        import json

        from tui.ui.dialogs.whole_text import WholeTextModal

        entry = self._rows[event.row_key].entry
        text = json.dumps(as_plain(entry), indent=2, ensure_ascii=False)
        self.app.push_screen(WholeTextModal(f"Ledger #{entry.number}", text))

    def action_all_entries(self) -> None:
        self.everything = not self.everything
        self.fill()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.subject) if action == "all_entries" else True

    async def action_filter(self) -> None:
        await self.open_bar()


class LedgerScreen(Page):
    """The page; of ``subject`` at first, where it has entries."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session, subject: str = "") -> None:
        super().__init__(session)
        self.pane = LedgerPane(session, subject)

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("ledger")
        self.set_truth(self.truth.live(self.session.clock.now_ms()))
        self.focus_pane(self.pane)

    def read_again(self) -> None:
        self.pane.read_again()

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        import json

        entry = self.pane.entry_here
        return (f"ledger #{entry.number}", json.dumps(as_plain(entry))) if entry is not None else None
