"""One run in tabs: overview, params, metrics, tags, datasets, note; narrowed by a filter, copied by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from tui.actions import bindings
from tui.domain import run_tables
from tui.domain.glyphs import Glyphs
from tui.domain.metric_rows import SYSTEM
from tui.domain.problem import Problem
from tui.domain.run_made import RunMade, model_of, version_of
from tui.domain.run_tables import Facts
from tui.domain.text import clean, clean_block
from tui.domain.values import RunDetail, RunReference
from tui.screens.base.deck import Deck
from tui.screens.base.filterable import FilterablePane
from tui.screens.base.routes import LoggedModelRoute, VersionRoute
from tui.screens.base.tab_part import TabPart
from tui.screens.panes.params_folding import ParamsFolding
from tui.services.clock import Clock
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid
from tui.widgets.tabs import Tab, TabLine

if TYPE_CHECKING:
    from textual.widgets import Markdown

NOTE_SHOWN = 100_000  # characters of a note that are laid out as Markdown


class RunView(FilterablePane):
    """A pane that shows one run, a tab at a time. ``tabs`` are ids among those of ``TITLES``."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("details")]
    filter_hint = "words in names or values"
    nothing_words = ""  # what is said before there is a run to show
    nothing_to_ask = "Everything of this run is here already: there is nothing to ask the server"
    TITLES: ClassVar[dict[str, str]] = {
        "overview": "Overview",
        "params": "Params",
        "metrics": "Metrics",
        "system": "System",
        "tags": "Tags",
        "datasets": "Datasets",
        "note": "Note",
        "artifacts": "Artifacts",
    }

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  Textual's own name for it
        clock: Clock,
        glyphs: Glyphs,
        tabs: Sequence[str],
        title: str = "",
        parts: Mapping[str, TabPart] | None = None,
    ) -> None:
        super().__init__(id=id)
        self._parts = dict(parts or {})
        self._clock = clock
        self._glyphs = glyphs
        self._tabs = tuple(tabs)
        self._fixed_title = title
        self.tab = self._tabs[0]
        self.query_text = ""
        self.detail: RunDetail | None = None
        self.children_known: tuple[RunReference, ...] | None = None
        self.made = RunMade()
        self.tab_line = TabLine()
        self.grid = PlainGrid(glyphs=glyphs)
        self.folding = ParamsFolding(glyphs)
        self._facts: Facts | None = None
        self._note: Markdown | None = None
        self._note_frame: VerticalScroll | None = None

    def body(self) -> ComposeResult:
        yield self.tab_line
        yield self.grid

    def on_mount(self) -> None:
        self.tab_line.display = len(self._tabs) > 1
        self.show_nothing(self.nothing_words)

    @property
    def part(self) -> TabPart | None:
        """The widget of the current tab, where that is one of its own."""
        part = self._parts.get(self.tab)
        return part if part is not None and part.is_attached and part.display else None

    def keys_target(self) -> Widget | None:
        if self.part is not None:
            return self.part.keys_target()
        return self._note_frame if self._note_frame is not None and self._note_frame.display else self.grid

    # what is shown

    def show_nothing(self, words: str) -> None:
        """Show no run, and say why."""
        self.detail = None
        self._facts = None
        self.notice.clear()
        self.grid.placeholder = words
        self.grid.table = None
        self.set_title(self._fixed_title or "Details")
        self.tab_line.show([Tab(tab, self.TITLES[tab]) for tab in self._tabs], self.tab)
        if self._note_frame is not None:
            self._note_frame.display = False
            self.grid.display = True

    def show_loading(self) -> None:
        """Another run is on its way: what stands here is dimmed until it comes."""
        self.grid.set_class(True, "stale")

    def show_problem(self, problem: Problem) -> None:
        self.grid.set_class(False, "stale")
        self.notice.problem(problem)

    def show_run(
        self, detail: RunDetail, children: tuple[RunReference, ...] | None = None, made: RunMade | None = None
    ) -> None:
        """Show a run; ``children`` is None while they are not known, and ``made`` while nothing is of what it made."""
        self.grid.set_class(False, "stale")
        self.notice.clear()
        self.detail, self.children_known, self.made = detail, children, made or RunMade()
        self.set_title(self._fixed_title or clean(detail.name) or clean(detail.run_id))
        self._show_tab()

    def show_made(self, made: RunMade) -> None:
        """More is known of what the run made."""
        self.made = made
        self._show_tab()

    def retick(self) -> None:
        """Write ages anew."""
        if self.detail is not None:
            self._show_tab()

    def _facts_of(self, tab: str) -> Facts:
        detail = self.detail
        assert detail is not None
        if tab == "params":
            if self.folding.as_tree:
                return self.folding.facts(detail, self.query_text)
            return run_tables.params(detail, self.query_text)
        if tab == "metrics":
            return run_tables.metrics(detail, self._clock.now_ms(), self.query_text)
        if tab == "tags":
            return run_tables.tags(detail, self.query_text)
        if tab == "datasets":
            return run_tables.datasets(detail, self.query_text)
        made = self.made.rows(detail.logged_model_ids)
        now_ms, zone = self._clock.now_ms(), self._clock.zone
        return run_tables.overview(detail, now_ms, zone, self._glyphs, self.children_known, made)

    def _show_tab(self) -> None:
        detail = self.detail
        if detail is None:
            return
        system = [metric for metric in detail.metrics if metric.key.startswith(SYSTEM)]
        counts = {
            "params": len(detail.params),
            "metrics": len(detail.metrics) - (len(system) if "system" in self._tabs else 0),
            "system": len(system),
            "tags": len([key for key in detail.tags if key != "mlflow.note.content"]),
            "datasets": len(detail.datasets),
            "note": 1 if detail.note else 0,
        }
        tabs = [
            Tab(tab, self.TITLES[tab], (None if tab == "note" and detail.note else counts.get(tab)))
            for tab in self._tabs
        ]
        self.tab_line.show(tabs, self.tab)
        if self._show_part(detail):
            return
        if self.tab == "note" and detail.note:
            self._show_note(detail.note)
            return
        had_focus = self._note_frame is not None and self._note_frame.has_focus
        if self._note_frame is not None:
            self._note_frame.display = False
        self.grid.display = True
        if had_focus:
            self.grid.focus()
        if self.tab == "note":
            self._facts = None
            self.grid.placeholder = "This run has no note."
            self.grid.table = None
            return
        self._facts = self._facts_of(self.tab)
        what = self.TITLES[self.tab].lower()
        if self.query_text and counts.get(self.tab):
            self.grid.placeholder = f"None of the {what} holds  {clean(self.query_text)}   esc clears the filter"
        else:
            self.grid.placeholder = f"This run has no {what}."
        self.grid.table = self._facts.table
        self.set_subtitle(f"filter: {clean(self.query_text)} · {len(self._facts.values)}" if self.query_text else "")

    def _show_part(self, detail: RunDetail) -> bool:
        """Show the current tab's own widget and hide the others; False where it has none."""
        wanted = self._parts.get(self.tab)
        had_focus = self.has_focus_within
        for part in self._parts.values():
            if part.is_attached:
                part.display = part is wanted
        if wanted is None:
            if had_focus and not self.grid.display and self._note_frame is None:
                self.grid.display = True
                self.grid.focus()
            return False
        if not wanted.is_attached:
            self.mount(wanted, after=self.grid)
        self.grid.display = False
        if self._note_frame is not None:
            self._note_frame.display = False
        self.set_subtitle("")
        wanted.show_run(detail)
        if wanted.narrows:
            wanted.narrow(self.query_text)
            self.set_subtitle(f"filter: {clean(self.query_text)}" if self.query_text else "")
        if had_focus:
            self.call_after_refresh(lambda: self.screen.set_focus(wanted.keys_target()))
        return True

    def _show_note(self, note: str) -> None:
        text = clean_block(note[:NOTE_SHOWN])
        if self._note is None:
            from textual.widgets import Markdown

            self._note = Markdown(text, open_links=False)
            self._note_frame = VerticalScroll(self._note, classes="note")
            self.mount(self._note_frame)
        else:
            self._note.update(text)
        assert self._note_frame is not None
        had_focus = self.grid.has_focus
        self._note_frame.display = True
        self.grid.display = False
        if had_focus:
            self._note_frame.focus()

    # keys

    def step_tab(self, by: int) -> None:
        self.open_tab(self._tabs[(self._tabs.index(self.tab) + by) % len(self._tabs)])

    def open_tab(self, tab: str) -> None:
        """Turn to one of the tabs."""
        self.tab = tab
        self.tab_line.show([], tab)
        self._show_tab()
        self.screen.refresh_bindings()

    def action_details_next_tab(self) -> None:
        self.step_tab(1)

    def action_details_previous_tab(self) -> None:
        self.step_tab(-1)

    def action_details_tree(self) -> None:
        self.folding.as_tree = not self.folding.as_tree
        self._show_params_at(self.grid.cursor_key)
        self.screen.refresh_bindings()

    def action_details_fold(self) -> None:
        path = self.folding.fold(self.grid.cursor_key)
        if path is not None:
            self._show_params_at(path)

    def action_details_fold_all(self) -> None:
        here = self.grid.cursor_key
        self.folding.fold_all()
        self._show_params_at(here)

    def _show_params_at(self, row_key: str | None) -> None:
        """Show the params anew, the cursor on that row or on the folder that it is in."""
        self._show_tab()
        at = self.folding.row_for(row_key) if self.folding.as_tree else row_key
        if at is not None:
            self.grid.move_to(at)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "details_tree":
            return self.tab == "params" and self.detail is not None
        if action in ("details_fold", "details_fold_all"):
            return self.tab == "params" and self.folding.as_tree
        if action in ("details_next_tab", "details_previous_tab"):
            return len(self._tabs) > 1
        if action == "details_filter":
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
            self.action_details_fold()
            return
        if self.tab == "overview" and self._open_made(event.row_key):
            return
        whole = self.value_of(event.row_key)
        if whole is not None:
            from tui.screens.modals.whole_text import WholeTextModal

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

    async def action_details_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self._show_tab()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self._show_tab()
        return had
