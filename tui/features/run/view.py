"""One run in tabs, at the keys: turning tabs, narrowing them by a filter, opening and copying what is in them."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain.runs.made import model_of, version_of
from tui.domain.text import clean
from tui.features.run.contents import RunContents
from tui.features.run.params import RunParams
from tui.ui.deck import Deck
from tui.ui.routes import LoggedModelRoute, VersionRoute
from tui.widgets.grid import Grid, messages
from tui.widgets.tabs import TabLine


class RunView(RunContents, RunParams):
    """A pane that shows one run, with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("details")]
    filter_hint = "words in names or values"
    nothing_to_ask = "Everything of this run is here already: there is nothing to ask the server"

    # keys

    def step_tab(self, by: int) -> None:
        if isinstance(self.turns, RunView):
            self.turns.step_tab(by)
        else:
            self.open_tab(self._tabs[(self._tabs.index(self.tab) + by) % len(self._tabs)])

    def open_tab(self, tab: str) -> None:
        """Turn to one of the tabs."""
        self.tab = tab
        self.tab_line.show([], tab)
        self.show_tab()
        self.screen.refresh_bindings()

    def action_next_tab(self) -> None:
        self.step_tab(1)

    def action_previous_tab(self) -> None:
        self.step_tab(-1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "tree":
            return self.tab == "params" and self.detail is not None
        if action in ("fold", "fold_all"):
            return self.tab == "params" and self.folding.as_tree
        if action in ("next_tab", "previous_tab"):
            return len(self._tabs) > 1 or self.turns is not None
        if action == "filter":
            part = self._parts.get(self.tab)
            return self.tab not in ("note", "overview") and (part is None or part.narrows)
        return True

    @on(TabLine.Pressed)
    def _tab_pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.open_tab(event.id)

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        if self.tab == "params" and self.folding.as_tree and self.folding.is_folder(event.row_key):
            self.action_fold()
            return
        if self.tab == "overview" and self._open_made(event.row_key):
            return
        whole = self.value_of(event.row_key)
        if whole is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            self.app.push_screen(WholeTextModal(*whole))

    def _open_made(self, row_key: str) -> bool:
        """Open the logged model or the registered version that a row stands for; False if it is none."""
        model_id, version = model_of(row_key), version_of(row_key)
        if self.detail is not None and model_id is not None:
            known = next((model for model in self.made.models or () if model.model_id == model_id), None)
            cast(Deck, self.app).go(LoggedModelRoute(self.detail.run_id, model_id, known))
        elif version is not None:
            cast(Deck, self.app).go(VersionRoute(*version))
        return model_id is not None or version is not None

    def value_of(self, row_key: str | None) -> tuple[str, str] | None:
        """The name and the whole value of a row."""
        if row_key is None or self._facts is None or row_key not in self._facts.values:
            return None
        name = clean(row_key)
        if self.tab == "params":
            return name, self._facts.values[row_key]  # in the tree a row shows the last part of it only
        row = self._facts.table.row_of(row_key)
        if row is not None:
            name = self._facts.table.texts("name", row, row + 1)[0]
        return name, self._facts.values[row_key]

    def value_here(self) -> tuple[str, str] | None:
        """The name and value under the cursor, or the note."""
        if self.part is not None:
            return self.part.value_here()
        if self.tab == "note" and self.detail is not None and self.detail.note:
            return "note", self.detail.note
        return self.value_of(self.grid.cursor_key)

    def copies_here(self) -> list[tuple[str, str]]:
        """What can be copied of what is under the cursor."""
        if self.part is not None:
            return self.part.copies_here()
        here = self.value_here()
        return [here] if here else []

    def step_back(self) -> bool:
        """Go back one step inside it; False when there is none."""
        if self.part is not None and self.part.step_back():
            return True
        return self.drop_filter()

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self.show_tab()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self.show_tab()
        return had
