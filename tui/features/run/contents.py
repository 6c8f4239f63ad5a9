"""What a pane shows of one run, a tab at a time: facts in a grid, a note, or a widget of the tab's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.runs import tables as run_tables
from tui.domain.runs import tabs as run_tabs
from tui.domain.runs.made import RunMade
from tui.domain.runs.tables import Facts
from tui.domain.text import clean, named
from tui.domain.values import RunDetail, RunReference
from tui.features.run.folding import ParamsFolding
from tui.services.clock import Clock
from tui.ui.filterable import FilterablePane
from tui.ui.tab_part import TabPart
from tui.widgets.note import NoteText, stand_in
from tui.widgets.plain_grid import PlainGrid
from tui.widgets.tabs import Tab, TabLine


class RunContents(FilterablePane):
    """A pane that shows one run. ``tabs`` are ids among those of ``run_tabs.TITLES``, ``parts`` their own widgets."""

    nothing_words = ""  # what is said before there is a run to show

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
        self.note = NoteText()
        self.folding = ParamsFolding(glyphs)
        self.turns: RunContents | None = None  # whose tabs the keys turn, where this has none of its own
        self._facts: Facts | None = None

    def body(self) -> ComposeResult:
        yield self.tab_line
        yield self.grid
        yield self.note

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
        return self.note if self.note.display else self.grid

    # which run

    def show_nothing(self, words: str) -> None:
        """Show no run, and say why."""
        self.detail = None
        self._facts = None
        self.notice.clear()
        self.grid.placeholder = words
        self.grid.table = None
        self.set_title(self._fixed_title or "Details")
        self.tab_line.show([Tab(tab, run_tabs.TITLES[tab]) for tab in self._tabs], self.tab)
        if self.note.display:
            stand_in(self.grid, self.note)

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
        self.set_title(self._fixed_title or named(detail.name) or clean(detail.run_id))
        self.show_tab()

    def show_made(self, made: RunMade) -> None:
        """More is known of what the run made."""
        self.made = made
        self.show_tab()

    def retick(self) -> None:
        """Write ages anew."""
        if self.detail is not None:
            self.show_tab()

    # the current tab of it

    def show_tab(self) -> None:
        """Show what the current tab holds."""
        detail = self.detail
        if detail is None:
            return
        counts = run_tabs.counts(detail, self._tabs)
        self.tab_line.show([Tab(tab, run_tabs.TITLES[tab], counts[tab]) for tab in self._tabs], self.tab)
        if self._show_part(detail):
            return
        if self.tab == "note" and detail.note:
            self.note.show(detail.note)
            stand_in(self.note, self.grid)
            return
        stand_in(self.grid, self.note)
        if self.tab == "note":
            self._facts = None
            self.grid.placeholder = "This run has no note."
            self.grid.table = None
            return
        self._facts = self._facts_of(detail)
        what = run_tabs.TITLES[self.tab].lower()
        if self.query_text and counts[self.tab]:
            self.grid.placeholder = f"None of the {what} holds  {clean(self.query_text)}   esc clears the filter"
        else:
            self.grid.placeholder = f"This run has no {what}."
        self.grid.table = self._facts.table
        self.set_subtitle(f"filter: {clean(self.query_text)} · {len(self._facts.values)}" if self.query_text else "")

    def _facts_of(self, detail: RunDetail) -> Facts:
        if self.tab == "params" and self.folding.as_tree:
            return self.folding.facts(detail, self.query_text)
        if self.tab == "params":
            return run_tables.params(detail, self.query_text)
        if self.tab == "metrics":
            return run_tables.metrics(detail, self._clock.now_ms(), self.query_text)
        if self.tab == "tags":
            return run_tables.tags(detail, self.query_text)
        if self.tab == "datasets":
            return run_tables.datasets(detail, self.query_text)
        made = self.made.rows(detail.logged_model_ids)
        now_ms, zone = self._clock.now_ms(), self._clock.zone
        return run_tables.overview(detail, now_ms, zone, self._glyphs, self.children_known, made)

    def _show_part(self, detail: RunDetail) -> bool:
        """Show the current tab's own widget and hide the others; False where it has none."""
        wanted = self._parts.get(self.tab)
        had_keys = self.has_focus_within and not self.bar_open
        for part in self._parts.values():
            if part.is_attached:
                part.display = part is wanted
        if wanted is None:
            if had_keys and not self.grid.display and not self.note.display:
                self.grid.display = True
                self.screen.set_focus(self.grid)
            return False
        if not wanted.is_attached:
            self.mount(wanted, after=self.grid)
        self.grid.display = self.note.display = False
        self.set_subtitle("")
        wanted.show_run(detail)
        if wanted.narrows:
            wanted.narrow(self.query_text)
            self.set_subtitle(f"filter: {clean(self.query_text)}" if self.query_text else "")
        if had_keys:
            self.call_after_refresh(lambda: self.screen.set_focus(wanted.keys_target()))
        return True
