"""Handing on what a list or a comparison shows: to a file of the person's choice, or to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from tui.domain.problem import Problem
from tui.domain.table import Table
from tui.services.session import Session
from tui.ui.asking import Asking, Deck

NOTHING = "There are no rows here to export"


@dataclass(frozen=True)
class ExportForm:
    """One form in which something can be handed on; ``make`` writes it, on a worker's thread. Bytes are not copied."""

    title: str
    ending: str
    make: Callable[[], str | bytes]
    is_text: bool = True


def table_forms(table: Table, keys: str = "") -> Mapping[str, ExportForm]:
    """The forms of any table, as it is shown; ``keys`` names the column of what identifies its rows."""
    from tui.domain.export import as_csv, as_json, can_write_parquet, parquet, sheet_of, table_markdown

    forms = {
        "csv": ExportForm("CSV", "csv", lambda: as_csv(sheet_of(table, keys))),
        "json": ExportForm("JSON", "json", lambda: as_json(sheet_of(table, keys))),
        "md": ExportForm("Markdown", "md", lambda: table_markdown(table)),
    }
    if can_write_parquet():
        make = lambda: parquet(sheet_of(table, keys))  # noqa: E731  one of the four
        forms["parquet"] = ExportForm("Parquet", "parquet", make, is_text=False)
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
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        choices = [
            Choice(f"copy {key}", f"copy {form.title}", "to the terminal's clipboard")
            for key, form in self._forms.items()
            if form.is_text
        ]
        choices += [
            Choice(f"file {key}", f"{form.title} file", f"{self._name}.{form.ending}")
            for key, form in self._forms.items()
        ]

        def picked(choice: Choice | None) -> None:
            if choice is None:
                return
            where, _, key = choice.id.partition(" ")
            form = self._forms[key]
            done = self._copied if where == "copy" else self._ask_where
            self._owner.ask(self._session.pool, "export", form.make, lambda made: done(form, made), self._refused)

        self._owner.app.push_screen(ChoiceModal("Export", choices, self._deck.glyphs), picked)

    def _refused(self, problem: Problem) -> None:
        self._deck.say(str(problem))

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
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        choices = [
            Choice("other", "another name", "leave that file as it is"),
            Choice("replace", "replace it", f"{name} is there already"),
        ]

        def picked(choice: Choice | None) -> None:
            if choice is not None and choice.id == "replace":
                self._write(form, made, name, replace=True)
            elif choice is not None:
                self._ask_where(form, made, name)

        self._owner.app.push_screen(ChoiceModal(f"{name} is there already", choices, self._deck.glyphs), picked)


def export_table(owner: Asking, session: Session, name: str, table: Table | None, keys: str = "") -> None:
    """Offer a table's rows as they are shown."""
    if table is None or not table.row_count:
        cast(Deck, owner.app).say(NOTHING)
    else:
        Export(owner, session, name, table_forms(table, keys)).offer()
