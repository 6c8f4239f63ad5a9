"""Tabs of names and values about a model or a version, and its description as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.runs.tables import Facts
from tui.domain.text import clean
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.list_pane import matches
from tui.ui.list_parts import SiftedPane
from tui.widgets.grid import Grid
from tui.widgets.pane import NoteText, Tab, TabLine, stand_in

Content = Callable[[str], Facts] | str
"""What a tab holds: names and values for a query, or Markdown."""


class FactsPane(SiftedPane):
    """Shows one tab at a time; a tab's content may come later than the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("facts")]
    filter_hint = "words in names or values"
    nothing_to_ask = "Everything is here already: there is nothing to ask the server"

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        *,
        id: str,  # noqa: A002  Textual's own name for it
        tabs: Mapping[str, str],
        title: str,
    ) -> None:
        super().__init__(id=id)
        self._tabs = dict(tabs)
        self._fixed_title = title
        self.tab = next(iter(tabs))
        self.tab_line = TabLine()
        self.grid = ArrangedGrid(session, glyphs, name=f"facts.{title.lower()}.{self.tab}")
        self.note = NoteText()
        self._contents: dict[str, Content] = {}
        self._waiting: dict[str, str] = {}
        self._facts: Facts | None = None
        self.turns: FactsPane | None = None  # whose tabs the keys turn, where this has none of its own

    def body(self) -> ComposeResult:
        yield self.tab_line
        yield self.grid
        yield self.note

    def on_mount(self) -> None:
        self.tab_line.display = len(self._tabs) > 1
        self.set_title(self._fixed_title)
        self.show_tab()

    def keys_target(self) -> Widget | None:
        return self.note if self.note.display else self.grid

    # what is shown

    def put(self, tab: str, content: Content) -> None:
        """A tab's content has come."""
        self._contents[tab] = content
        self._waiting.pop(tab, None)
        self.show_tab()

    def say_of(self, tab: str, words: str) -> None:
        """A tab has no content, and why."""
        self._contents.pop(tab, None)
        self._waiting[tab] = words
        self.show_tab()

    def show_problem(self, problem: Problem) -> None:
        self.notice.problem(problem)

    def show_tab(self) -> None:
        """Draw the tabs and the current one's content."""
        if not self.is_mounted:
            return
        lengths = {
            tab: (len(content("")) if callable(content) else (1 if content.strip() else 0))
            for tab, content in self._contents.items()
        }
        self.tab_line.show(
            [
                Tab(tab, title, None if isinstance(self._contents.get(tab), str) else lengths.get(tab))
                for tab, title in self._tabs.items()
            ],
            self.tab,
        )
        content = self._contents.get(self.tab)
        if isinstance(content, str) and content.strip():
            self._facts = None
            self.note.show(content)
            stand_in(self.note, self.grid)
            return
        stand_in(self.grid, self.note)
        self._facts = content(self.query_text) if callable(content) else None
        self.grid.remember_as(f"facts.{self._fixed_title.lower()}.{self.tab}")
        if self.query_text and lengths.get(self.tab):
            self.grid.placeholder = (
                f"Nothing here holds  {clean(self.query_text)}   {key_of('app.back')} clears the filter"
            )
        else:
            self.grid.placeholder = self._waiting.get(
                self.tab, f"There {'are' if self.tab.endswith('s') else 'is'} no {self.tab}."
            )
        self.grid.table = self._facts.table if self._facts is not None else None
        shown, every = len(self._facts or ()), lengths.get(self.tab, 0)
        found = f"filter: {clean(self.query_text)} · {matches(shown)} of {every}"
        self.set_subtitle(found if self.query_text else "")

    # keys

    def action_next_tab(self) -> None:
        self._step(1)

    def action_previous_tab(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.turns is not None:
            self.turns._step(by)
            return
        tabs = list(self._tabs)
        self.tab = tabs[(tabs.index(self.tab) + by) % len(tabs)]
        self.show_tab()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._tabs) > 1 or self.turns is not None or action not in ("next_tab", "previous_tab")

    @on(TabLine.Pressed)
    def _pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.tab = event.id
        self.show_tab()

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        whole = self.value_of(event.row_key)
        if whole is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            self.app.push_screen(WholeTextModal(*whole))

    def value_of(self, row_key: str | None) -> tuple[str, str] | None:
        """The name and the whole value of a row."""
        if row_key is None or self._facts is None or row_key not in self._facts.values:
            return None
        row = self._facts.table.row_of(row_key)
        name = self._facts.table.texts("name", row, row + 1)[0] if row is not None else row_key
        return name, self._facts.values[row_key]

    def value_here(self) -> tuple[str, str] | None:
        content = self._contents.get(self.tab)
        if isinstance(content, str):
            return "description", content
        return self.value_of(self.grid.cursor_key)

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def fill(self) -> None:
        self.show_tab()
