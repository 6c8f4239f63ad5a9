"""What lists and comparisons have besides rows: a filter bar, the same everywhere, and handing on what is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from tui.app.actions import key_of, with_keys
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import pace
from tui.domain.table import Table
from tui.services.session import Session
from tui.ui.asking import Asking, Deck, choose
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.widgets.inputs import Complete, FilterBar


class Filtered(Widget):
    """Subclasses say what an edit means (``filter_edited``) and what it means to take the filter away."""

    filter_hint = ""
    nothing_to_ask = ""  # what is said where the server has nothing more to be asked for
    bar: FilterBar | None = None

    @abstractmethod
    def keys_target(self) -> Widget | None:
        """What has the keys while the bar is closed."""

    def filter_text(self) -> str:
        """The text that the bar opens with."""
        return ""

    def filter_edited(self, text: str) -> None:
        """The text has become this."""

    def filter_dropped(self) -> bool:
        """The filter is to go; False if there was none."""
        return False

    def filter_asked(self, text: str) -> None:
        """The text is to be sent to the server; what never asks one leaves this as it is."""

    def filter_closed(self) -> None:
        """The bar has been hidden or taken away."""

    def filter_completion(self) -> Complete | None:
        """What completes the text on ``tab``."""
        return None

    @property
    def bar_open(self) -> bool:
        return self.bar is not None and self.bar.display

    async def open_bar(self) -> None:
        """Show the bar and give it the keys; it has them when this returns."""
        from tui.widgets.inputs import FilterBar

        if self.bar is None:
            asks = type(self).filter_asked is not Filtered.filter_asked
            self.bar = FilterBar(
                self.filter_text(),
                placeholder=with_keys(self.filter_hint),
                complete=self.filter_completion(),
                never_asks="" if asks else with_keys(self.nothing_to_ask),
            )
            await self.mount(self.bar)
        self.bar.display = True
        self.screen.set_focus(self.bar.input)

    def say_in_bar(self, text: str, tone: str = "") -> None:
        if self.bar is not None:
            self.bar.note(text, tone)

    def close_bar(self, *, keep: bool) -> None:
        """Hide the bar, or take it away with its text; the keys go back to the list."""
        bar = self.bar
        if bar is None:
            return
        if bar.input.has_focus:
            self.screen.set_focus(self.keys_target())
        if keep:
            bar.display = False
        else:
            self.bar = None
            bar.remove()
        self.filter_closed()

    def drop_filter(self) -> bool:
        """Take the filter and its bar away; False if there was neither."""
        had_bar = self.bar is not None
        self.close_bar(keep=False)
        return self.filter_dropped() or had_bar

    def on_filter_bar_edited(self, event: FilterBar.Edited) -> None:
        event.stop()
        self.filter_edited(event.text)

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        event.stop()
        self.close_bar(keep=bool(event.text.strip()))

    def on_filter_bar_asked(self, event: FilterBar.Asked) -> None:
        event.stop()
        self.filter_asked(event.text)

    def on_filter_bar_dropped(self, event: FilterBar.Dropped) -> None:
        event.stop()
        self.drop_filter()


class FilterablePane(Pane, Filtered):
    """A pane with a filter bar."""

    @abstractmethod
    def keys_target(self) -> Widget | None:
        """What has the keys while the bar is closed."""


class SiftedPane(FilterablePane):
    """A pane whose rows are sifted at each key by the words in ``query_text``."""

    query_text = ""

    def fill(self) -> None:
        """Show the rows that the words leave; what shows rows says how."""

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self.fill()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self.fill()
        return had


# Handing on what a list or a comparison shows: to a file of the person's choice, or to the terminal's clipboard.


if TYPE_CHECKING:
    from tui.domain.export import Gauge

NOTHING = "There are no rows here to export"
_TOLD_EVERY_S = 1.0


@dataclass(frozen=True)
class ExportForm:
    """One form in which something can be handed on; ``make`` writes it, on a worker's thread. Bytes are not copied."""

    title: str
    ending: str
    make: Callable[[], str | bytes]
    is_text: bool = True
    gauge: Gauge | None = None  # how far ``make`` has come, where it tells


def table_forms(table: Table, keys: str = "") -> Mapping[str, ExportForm]:
    """The forms of any table, as it is shown; ``keys`` names the column of what identifies its rows."""
    from tui.domain.export import Gauge, as_csv, as_json, can_write_parquet, parquet, sheet_of, table_markdown

    gauge = Gauge(table.row_count)
    forms = {
        "csv": ExportForm("CSV", "csv", lambda: as_csv(sheet_of(table, keys, gauge)), gauge=gauge),
        "json": ExportForm("JSON", "json", lambda: as_json(sheet_of(table, keys, gauge)), gauge=gauge),
        "md": ExportForm("Markdown", "md", lambda: table_markdown(table, gauge), gauge=gauge),
    }
    if can_write_parquet():
        make = lambda: parquet(sheet_of(table, keys, gauge))  # noqa: E731  one of the four
        forms["parquet"] = ExportForm("Parquet", "parquet", make, is_text=False, gauge=gauge)
    return forms


class Export:
    """One export: asks for form and place, then writes. ``name`` is the file's name without its ending."""

    def __init__(self, owner: Asking, session: Session, name: str, forms: Mapping[str, ExportForm]) -> None:
        self._owner = owner
        self._session = session
        self._name = name
        self._forms = forms

    @property
    def _deck(self) -> Deck:
        return cast(Deck, self._owner.app)

    def offer(self) -> None:
        """Ask for the form, and whether it is copied or written."""
        choices = [
            (f"copy {key}", f"copy {form.title}", "to the terminal's clipboard")
            for key, form in self._forms.items()
            if form.is_text
        ]
        choices += [
            (f"file {key}", f"{form.title} file", f"{self._name}.{form.ending}") for key, form in self._forms.items()
        ]

        def picked(what: str) -> None:
            where, _, key = what.partition(" ")
            form = self._forms[key]
            self._make(form, self._copied if where == "copy" else self._ask_where)

        choose(self._owner, "Export", choices, picked)

    def _make(self, form: ExportForm, done: Callable[[ExportForm, str | bytes], None]) -> None:
        """Write it, and say how far that is once it takes longer than a second."""
        gauge, clock = form.gauge, self._session.clock
        began_ms = clock.now_ms()
        if gauge is not None:
            gauge.done, gauge.stopped = 0, False

        def tell() -> None:
            if gauge is not None:
                far = pace(gauge.done, gauge.total, gauge.done, clock.now_ms() - began_ms)
                self._deck.say(f"Writing {form.title}: {far} rows, {key_of('app.back')} stops")

        timer = self._owner.set_interval(_TOLD_EVERY_S, tell)

        def made(answer: str | bytes) -> None:
            timer.stop()
            done(form, answer)

        def refused(problem: Problem) -> None:
            timer.stop()
            if gauge is not None:
                gauge.stopped = True
            self._refused(problem)

        self._owner.ask(self._session.pool, "export", form.make, made, refused, stops="the export")

    def _refused(self, problem: Problem) -> None:
        stopped = problem.kind is Kind.CANCELLED
        self._deck.say("The export was stopped: nothing was written" if stopped else str(problem))

    def _copied(self, form: ExportForm, made: str | bytes) -> None:
        assert isinstance(made, str)  # nothing else is offered to be copied
        self._deck.copy_text(f"what is shown as {form.title}", made)

    def _ask_where(self, form: ExportForm, made: str | bytes, name: str = "") -> None:
        from tui.ui.dialogs.choices import AskLineModal

        question = f"Write it to which file? A relative name counts from {self._deck.folder}"

        def answered(typed: str | None) -> None:
            if typed is not None:
                self._write(form, made, typed.strip(), replace=False)

        self._owner.app.push_screen(AskLineModal("Export", question, name or f"{self._name}.{form.ending}"), answered)

    def _write(self, form: ExportForm, made: str | bytes, name: str, *, replace: bool) -> None:
        from tui.services.downloads import AlreadyThere, export

        folder = self._deck.folder

        def work() -> str | None:
            try:
                return str(export(made, name, folder, replace=replace))
            except AlreadyThere:
                return None

        def written(file: str | None) -> None:
            if file is None:
                self._ask_to_replace(form, made, name)
            else:
                self._deck.say(f"Wrote {file}")

        self._owner.ask(self._session.pool, "export", work, written, self._refused)

    def _ask_to_replace(self, form: ExportForm, made: str | bytes, name: str) -> None:
        choices = (
            ("other", "another name", "leave that file as it is"),
            ("replace", "replace it", f"{name} is there already"),
        )

        def picked(what: str) -> None:
            if what == "replace":
                self._write(form, made, name, replace=True)
            else:
                self._ask_where(form, made, name)

        choose(self._owner, f"{name} is there already", choices, picked)


def export_table(owner: Asking, session: Session, name: str, table: Table | None, keys: str = "") -> None:
    """Offer a table's rows as they are shown."""
    if table is None or not table.row_count:
        cast(Deck, owner.app).say(NOTHING)
    else:
        Export(owner, session, name, table_forms(table, keys)).offer()
