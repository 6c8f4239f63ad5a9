"""How runs stand in their table: folded, grouped, pinned; which columns are offered; where the cursor goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.columns import SortOrder
from tui.domain.quantities import count, counted
from tui.features.runs.words import AS_SERVED
from tui.ui.arranged_grid import ask_columns

if TYPE_CHECKING:
    from tui.features.runs.pane import RunsPane
    from tui.ui.dialogs.listing import Pickable
_HIGH_FIRST = frozenset({"start", "end", "took", "models"})


class Following:
    """What the cursor waits for; loads what it waits for."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane
        self.to_top = False  # whether it goes to the first row when the table has been laid out anew
        self._on_top_from: str | None = None  # where it waits for the parents of orphans to be loaded
        self._best: str | None = None  # the row at the top of a part, where better ones may still come above it
        self._to_end_from: str | None = None  # where it waits for the last run to be loaded

    def forget(self) -> None:
        """Other runs are to be shown."""
        self.to_top, self._on_top_from, self._best, self._to_end_from = False, None, None, None

    def keep_top(self) -> None:
        """Rows last seen are shown: the cursor that nobody moves is on the newest run once runs have come."""
        self._best = self._pane.grid.cursor_key

    def near_end(self) -> None:
        """Load more, where the next runs will be at this end."""
        pane = self._pane
        # A filter may leave so little that the end is always near, and in another order than the server's the end is
        # not where the next runs will be: then more is loaded only when asked for.
        in_order = pane.arrangement.sort in AS_SERVED
        if in_order and not pane.filter.said and pane.view is not None and pane.grid.table is pane.view:
            pane.loader.more()

    def end_wanted(self) -> None:
        """Load all, and go to the last one then."""
        self._to_end_from = None if self._pane.loader.complete else self._pane.grid.cursor_key
        self._pane.loader.load_all(by_hand=True)

    def load_parents(self) -> None:
        """Parents begin before their children, so the next page is where those of orphans are."""
        self._on_top_from = self._pane.grid.cursor_key if self._pane.grid.cursor_row == 0 else None
        self._pane.loader.more()

    def shown(self) -> None:
        """The table has been laid out anew."""
        self._go_to_end()
        self._go_to_top()

    def _go_to_top(self) -> None:
        """Keep the cursor that nobody has moved at the beginning of another order, and above parents that have come."""
        grid = self._pane.grid
        if self._on_top_from is not None and not self._pane.loader.loading:
            self.to_top = self.to_top or grid.cursor_key == self._on_top_from
            self._on_top_from = None
        self.to_top = self.to_top or (self._best is not None and grid.cursor_key == self._best)
        self._best = None
        if self.to_top:
            self.to_top = False
            grid.move_to_row(0)
            pane = self._pane
            if pane.arrangement.sort and (pane.loader.loading_all or pane.is_behind or not pane.loader.complete):
                self._best = grid.cursor_key

    def _go_to_end(self) -> None:
        """Once all runs are loaded, take the cursor to the last one, if it has waited for that."""
        pane = self._pane
        if self._to_end_from is None or pane.loader.loading_all or pane.is_behind:
            return
        waited, self._to_end_from = pane.grid.cursor_key == self._to_end_from, None
        if waited and pane.loader.complete:
            pane.grid.move_to_row(pane.grid.row_count - 1)


class RunsStanding:
    """How the runs stand: which are folded under a parent or in a group, which are pinned above, which are hidden."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane
        self.all_folded = False
        self.folded_but: frozenset[str] = frozenset()

    def forget(self) -> None:
        """Other runs are to be shown."""
        self.all_folded, self.folded_but = False, frozenset()

    def put(self, where: str, not_where: str) -> None:
        """Pin or hide the run under the cursor, or those marked; again, let them go."""
        chosen = self._pane.chosen()
        there, other = self._pane.arrangement.texts(where), self._pane.arrangement.texts(not_where)
        kept = [run_id for run_id in there if run_id not in chosen]
        if len(kept) + len(set(chosen)) != len(there):  # some are not there yet
            kept = [*there, *(run_id for run_id in chosen if run_id not in there)]
        else:
            chosen = ()
        said = {where: kept, not_where: [run_id for run_id in other if run_id not in chosen]}
        shown = bool(said["hidden"]) and self._pane.arrangement.flag("show_hidden", default=False)
        self._pane.rearrange(self._pane.arrangement.with_more(**said, show_hidden=shown))

    def fold_here(self) -> str | None:
        """The run whose children fold with the one under the cursor: itself, or its parent where it has none."""
        view, key = self._pane.view, self._pane.grid.cursor_key
        row = view.row_of(key) if view is not None and key is not None else None
        if view is None or row is None:
            return None
        found = row if view.can_fold(row) else view.parent_row(row)
        return view.row_key(found) if found is not None else None

    def fold(self) -> None:
        """Fold or unfold the run under the cursor; on one without children, its parent."""
        if self._pane.groups is not None:
            self.turn(self._pane.groups.group_at(self._pane.grid.cursor_key or ""))
            return
        run_id = self.fold_here()
        if run_id is not None:
            self.folded_but = self.folded_but ^ {run_id}
            self._pane.grid.move_to(run_id)
            self._pane.fill()

    def turn(self, key: str) -> None:
        """Fold or unfold a group."""
        self.folded_but = self.folded_but ^ {key}
        self._pane.grid.move_to(key)
        self._pane.fill()

    def choose_groups(self) -> None:
        """Choose by what the runs are grouped: one column or several, or none."""
        from tui.domain.runs.view import may_group

        offers = [offer for offer in self._pane.pickable() if may_group(offer.key)]

        def picked(keys: tuple[str, ...]) -> None:
            self.all_folded, self.folded_but = bool(keys), frozenset()
            self._pane.rearrange(self._pane.arrangement.with_more(group_by=list(keys)))

        ask_columns(
            self._pane.app, offers, self._pane.arrangement.texts("group_by"), self._pane.glyphs, picked, to_group=True
        )

    def fold_every(self) -> None:
        self.all_folded = not (self.all_folded or self.folded_but)
        self.folded_but = frozenset()
        view, key = self._pane.view, self._pane.grid.cursor_key
        row = view.row_of(key) if view is not None and key is not None else None
        if self.all_folded and view is not None and row is not None:
            # The cursor's own row is about to go: it stays with what stands for it.
            while (above := view.parent_row(row)) is not None:
                row = above
            self._pane.grid.move_to(view.row_key(row))
        self._pane.fill()


class OfferedColumns:
    """The columns that there are to choose and to sort by, and what sorting by them brings first."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane

    def high_first(self, key: str) -> bool:
        # Metrics are looked at from the better end, other numbers of a run from the high end, texts from A.
        section, dot, metric = key.partition(".")
        if section in ("metrics", "min", "max", "first"):
            return self.better(metric) != "lower"
        return key in _HIGH_FIRST or (bool(dot) and section in ("step", "time"))

    def lead(self, sort: SortOrder) -> str:
        """What stands first as the rows are sorted."""
        key, descending = sort[0] if sort else ("start", True)
        section, _, metric = key.partition(".")
        if section != "metrics":
            return "first"
        better = self.better(metric)
        if better:
            return "best" if descending == (better == "higher") else "worst"
        return "highest" if descending else "lowest"

    def by_child(self, sort: SortOrder) -> bool:
        """Whether parents stand where the best of their children would."""
        counts = self._pane.view.counts if self._pane.view is not None else None
        nested = counts is not None and counts.roots < counts.rows + counts.folded_away
        return nested and bool(sort) and sort[0][0].startswith("metrics.")

    def better(self, metric: str) -> str:
        from tui.domain.ranking import direction_of

        return direction_of(metric, self._pane.session.launch.settings.metric_directions).better

    def pickable(self) -> list[Pickable]:
        from tui.domain.runs.table import FIGURES, columns
        from tui.ui.dialogs.listing import Pickable

        view = self._pane.view
        if view is None:
            return []
        every = view.counts.loaded

        def detail(fill: int, constant: bool) -> str:
            have = "every run" if fill == every else f"{count(fill)} of {count(every)} runs"
            return f"{have}, all the same" if constant else have

        infos = columns(view.snapshot, system_tags=True)
        offers = [
            Pickable(info.key, info.title, info.group, detail(info.fill, info.constant), self.high_first(info.key))
            for info in infos
        ]
        for info in infos:
            if info.group == "metrics":
                metric = info.key.partition(".")[2]
                keys = [(figure, f"{figure}.{metric}") for figure in FIGURES]
                told = f"of its whole history: {self._price(info.fill)}"
                offers += [
                    Pickable(key, f"{figure} {info.title}", "over time", told, self.high_first(key))
                    for figure, key in keys
                ]
        return offers

    def sortable(self) -> list[Pickable]:
        shown = self.shown_columns()
        return [offer for offer in self.pickable() if offer.group != "over time" or offer.key in shown]

    def _price(self, runs: int) -> str:
        """What it costs to read a metric over the lives of so many runs."""
        can = self._pane.session.capabilities
        asked = counted(-(-runs // can.histories_at_once), "request" if can.signs_in or can.workspace else "statement")
        return asked if can.whole_histories else f"{asked}, of samples where it is long"

    def shown_columns(self) -> tuple[str, ...]:
        """The keys of the columns chosen, by a person or by what there is, those folded included."""
        from tui.domain.runs.table import default_columns

        if self._pane.arrangement.columns or self._pane.view is None:
            return self._pane.arrangement.columns
        return default_columns(self._pane.view.snapshot)
