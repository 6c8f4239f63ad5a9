"""Handing on what a comparison shows: to a file of the person's choice, or to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.domain.diff.comparison import Comparison
from tui.domain.export import csv_text, markdown
from tui.domain.export.formats import FORMATS
from tui.domain.export.report import report
from tui.domain.problem import Problem
from tui.domain.table import Table
from tui.features.compare.laid import Laid
from tui.ui.asking import Asking
from tui.ui.page import Page


@dataclass(frozen=True)
class Offered:
    """One form in which something can be handed on; ``make`` writes it, on a worker's thread."""

    title: str
    ending: str
    make: Callable[[], str]


class ExportingPage(Page, Asking):
    """A page that can ask for work to be done."""


def comparison_texts(comparison: Comparison, laid: Laid) -> Mapping[str, Offered]:
    """The forms of a comparison, with the rows as they are arranged; groups that are folded stay out."""

    def made(name: str) -> Callable[[], str]:
        return lambda: FORMATS[name].render(report(comparison, laid.arranged, laid.writer))

    return {name: Offered(form.title, form.ending, made(name)) for name, form in FORMATS.items()}


def table_texts(table: Table) -> Mapping[str, Offered]:
    """The forms of any table, as it is shown."""
    return {
        "md": Offered("Markdown", "md", lambda: markdown.table(table)),
        "csv": Offered("CSV", "csv", lambda: csv_text.table(table)),
    }


def offer(page: ExportingPage, name: str, texts: Mapping[str, Offered]) -> None:
    """Ask for form and place, then write; ``name`` is the file's name without its ending."""
    from tui.ui.dialogs.choices import Choice, ChoiceModal

    choices = [Choice(f"copy {form}", f"copy {o.title}", "to the terminal's clipboard") for form, o in texts.items()]
    choices += [Choice(f"file {form}", f"{o.title} file", f"{name}.{o.ending}") for form, o in texts.items()]

    def picked(choice: Choice | None) -> None:
        if choice is None:
            return
        where, _, form = choice.id.partition(" ")
        offered = texts[form]
        if where == "copy":
            _make(page, offered, lambda text: _copied(page, offered, text))
        else:
            _make(page, offered, lambda text: _ask_where(page, text, f"{name}.{offered.ending}"))

    page.app.push_screen(ChoiceModal("Export", choices, page.deck.glyphs), picked)


def _make(page: ExportingPage, offered: Offered, done: Callable[[str], None]) -> None:
    page.ask(page.session.pool, "export", offered.make, done, lambda problem: page.deck.say(str(problem)))


def _copied(page: ExportingPage, offered: Offered, text: str) -> None:
    page.deck.copy_text(f"the comparison as {offered.title}", text)


def _ask_where(page: ExportingPage, text: str, name: str) -> None:
    from tui.ui.dialogs.ask_text import AskTextModal

    question = f"Write it to which file? A relative name counts from {page.deck.folder}"

    def answered(typed: str | None) -> None:
        if typed is not None:
            _write(page, text, typed, replace=False)

    page.app.push_screen(AskTextModal("Export", question, name), answered)


def _write(page: ExportingPage, text: str, name: str, *, replace: bool) -> None:
    from tui.services.export_file import AlreadyThere, export

    folder = page.deck.folder

    def work() -> str | None:
        try:
            return str(export(text, name, folder, replace=replace))
        except AlreadyThere:
            return None

    def written(file: str | None) -> None:
        if file is None:
            _ask_to_replace(page, text, name)
        else:
            page.deck.say(f"Wrote {file}")

    def refused(problem: Problem) -> None:
        page.deck.say(str(problem))

    page.ask(page.session.pool, "export", work, written, refused)


def _ask_to_replace(page: ExportingPage, text: str, name: str) -> None:
    from tui.ui.dialogs.choices import Choice, ChoiceModal

    choices = [
        Choice("other", "another name", "leave that file as it is"),
        Choice("replace", "replace it", f"{name} is there already"),
    ]

    def picked(choice: Choice | None) -> None:
        if choice is not None and choice.id == "replace":
            _write(page, text, name, replace=True)
        elif choice is not None:
            _ask_where(page, text, name)

    page.app.push_screen(ChoiceModal(f"{name} is there already", choices, page.deck.glyphs), picked)
