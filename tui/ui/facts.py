"""Tabs of names and values about a model or a version, and its description as Markdown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import matches
from tui.domain.runs.run_facts import Facts
from tui.domain.text import clean
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.list_parts import SiftedPane
from tui.widgets.grid import Grid
from tui.widgets.pane import NoteText, Tab, TabLine, stand_in


class TabbedFacts(SiftedPane):
    """Names and values, or a note, one tab at a time; a subclass says in ``show_tab`` what the current one holds."""

    filter_hint = "words in names or values"

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        *,
        id: str,  # noqa: A002  Textual's own name for it
        tabs: Sequence[str],
        title: str,
        memory: str,
    ) -> None:
        super().__init__(id=id)
        self._tabs = tuple(tabs)
        self._fixed_title = title
        self.tab = self._tabs[0]
        self.tab_line = TabLine()
        self.tab_line.display = len(self._tabs) > 1
        self.grid = ArrangedGrid(session, glyphs, name=f"{memory}.{self.tab}")
        self.note = NoteText()
        self._facts: Facts | None = None
        self.turns: TabbedFacts | None = None  # whose tabs the keys turn, where this has none of its own

    def body(self) -> ComposeResult:
        yield self.tab_line
        yield self.grid
        yield self.note

    def keys_target(self) -> Widget | None:
        return self.note if self.note.display else self.grid

    @abstractmethod
    def show_tab(self) -> None:
        """Draw the tabs and the current one's content."""

    def show_found(self, shown: int, every: int) -> None:
        """Say how much the filter leaves."""
        found = f"filter: {clean(self.query_text)} · {matches(shown)} of {every}"
        self.set_subtitle(found if self.query_text else "")

    # keys

    def action_next_tab(self) -> None:
        self.step_tab(1)

    def action_previous_tab(self) -> None:
        self.step_tab(-1)

    def step_tab(self, by: int) -> None:
        if self.turns is not None:
            self.turns.step_tab(by)
        else:
            self.open_tab(self._tabs[(self._tabs.index(self.tab) + by) % len(self._tabs)])

    def open_tab(self, tab: str) -> None:
        """Turn to one of the tabs."""
        self.tab = tab
        self.show_tab()
        self.screen.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._tabs) > 1 or self.turns is not None or action not in ("next_tab", "previous_tab")

    @on(TabLine.Pressed)
    def _tab_pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.open_tab(event.id)

    @on(Grid.Opened)
    def _row_opened(self, event: Grid.Opened) -> None:
        event.stop()
        self.open_row(event.row_key)

    def open_row(self, row_key: str) -> None:
        """Show the whole of what a row is of."""
        whole = self.value_of(row_key)
        if whole is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            self.app.push_screen(WholeTextModal(*whole))

    def value_of(self, row_key: str | None) -> tuple[str, str] | None:
        """The name and the whole value of a row."""
        if row_key is None or self._facts is None or row_key not in self._facts.values:
            return None
        row = self._facts.table.row_of(row_key)
        name = self._facts.table.texts("name", row, row + 1)[0] if row is not None else clean(row_key)
        return name, self._facts.values[row_key]

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def fill(self) -> None:
        self.show_tab()


Content = Callable[[str], Facts] | str
"""What a tab holds: names and values for a query, or Markdown."""


class FactsPane(TabbedFacts):
    """Shows one tab at a time; a tab's content may come later than the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("facts")]
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
        super().__init__(session, glyphs, id=id, tabs=tuple(tabs), title=title, memory=f"facts.{title.lower()}")
        self._titles = dict(tabs)
        self._contents: dict[str, Content] = {}
        self._waiting: dict[str, str] = {}

    def on_mount(self) -> None:
        self.set_title(self._fixed_title)
        self.show_tab()

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
        if not self.is_mounted:
            return
        lengths = {
            tab: (len(content("")) if callable(content) else (1 if content.strip() else 0))
            for tab, content in self._contents.items()
        }
        self.tab_line.show(
            [
                Tab(tab, title, None if isinstance(self._contents.get(tab), str) else lengths.get(tab))
                for tab, title in self._titles.items()
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
        self.show_found(len(self._facts or ()), lengths.get(self.tab, 0))

    def value_here(self) -> tuple[str, str] | None:
        content = self._contents.get(self.tab)
        if isinstance(content, str):
            return "description", content
        return self.value_of(self.grid.cursor_key)
