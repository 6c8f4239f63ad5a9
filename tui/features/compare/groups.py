"""Groups of the runs compared: grouped by params, tags or the parent, each group against a baseline group."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count, matches
from tui.domain.runs.groups import Grouping, Importance, RunGroups, best_metric, grouping_by, groupings, importances
from tui.domain.runs.groups_table import GroupRows, GroupsTable, group_title, importance_table
from tui.domain.runs.run_facts import SYSTEM
from tui.domain.text import clean, named
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import Asking, choose
from tui.ui.list_parts import SiftedPane
from tui.widgets.pane import Pane


class CompareGroupsPane(SiftedPane, Asking):
    """Groups as rows, or metrics: mean ± standard deviation, and how each group differs from the baseline group."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_groups")]
    filter_hint = "words in names of metrics"
    nothing_to_ask = "The groups are made of what is here: there is nothing to ask the server"

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-groups")
        self._session = session
        self.glyphs = glyphs
        self.grid = ArrangedGrid(session, glyphs, name="compare.groups")
        self.grid.off |= {"first_row", "columns", "open", "sort", "sort_by"}  # these keys mean the groups here
        self.comparison: Comparison | None = None
        self.choices: tuple[Grouping, ...] | None = None
        self.groups: RunGroups | None = None
        self.baseline = 0
        self.turned = False  # whether the metrics are the rows
        self.first = ""  # the metric that comes first: the one last sorted by

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    group_by: tuple[str, ...] = ()  # the columns by which the runs were grouped that are compared

    def on_mount(self) -> None:
        self.set_title("Groups")
        self.grid.placeholder = "Looking for groups of runs …"

    def take(self, comparison: Comparison) -> None:
        """Take in another comparison; the grouping stays where it still makes groups."""
        self.comparison = comparison
        self.choices = None

    def start(self) -> None:
        """Make the groups, unless they are there."""
        comparison = self.comparison
        if comparison is None or self.choices is not None:
            return
        wanted = self.groups.grouping if self.groups is not None else grouping_by(self.group_by)

        def work() -> tuple[tuple[Grouping, ...], RunGroups | None]:
            found = groupings(comparison)
            if wanted is not None and wanted not in found and len(RunGroups(comparison, wanted).groups) > 1:
                found = (wanted, *found)
            chosen = wanted if wanted is not None and wanted in found else next(iter(found), None)
            return found, RunGroups(comparison, chosen) if chosen is not None else None

        def got(answer: tuple[tuple[Grouping, ...], RunGroups | None]) -> None:
            self.choices, self.groups = answer
            self.baseline = 0
            self.fill()

        self.ask(self._session.own_work, "groups", work, got, self.notice.problem)

    def fill(self) -> None:
        """Draw the groups anew."""
        groups = self.groups
        if groups is None:
            self.grid.table = None
            self.grid.placeholder = (
                "No param, tag or parent run sorts these runs into groups: nothing differs, or every run does.\n"
                f"{key_of('app.back')} goes back; compare more runs"
            )
            self.set_title("Groups")
            self.set_subtitle("")
            return
        words = self.query_text.lower().split()
        metrics = [metric for metric in groups.metrics if all(word in metric.lower() for word in words)]
        self.grid.placeholder = (
            f"No metric holds  {clean(self.query_text)}\nesc clears the filter"
            if words
            else "These runs have no metrics."
        )
        metrics.sort(key=lambda metric: metric != self.first)
        by_metric = GroupsTable(groups, self.baseline, metrics, self.glyphs, sort=self.sort)
        self.grid.table = by_metric if self.turned or not metrics else GroupRows(by_metric)
        many = len(groups.groups)
        found = f"{matches(len(metrics))} of {count(len(groups.metrics))}" if words else ""
        self.set_title(
            f"{count(many)} group{'s' if many > 1 else ''} by {clean(groups.grouping.title)}",
            f"baseline {group_title(groups, self.baseline, self.baseline)}",
            *([f"{named(self.sort[0])} {self.glyphs.down if self.sort[1] else self.glyphs.up}"] if self.sort else []),
            found,
        )
        self.set_subtitle(" · ".join(self._notes(groups)))
        self.refresh_bindings()

    def _notes(self, groups: RunGroups) -> list[str]:
        notes = []
        for words, seeds in (("repeated over", True), ("varies inside", False)):
            found = [one for one in groups.varying if one.seed is seeds]
            if found:
                shown = ", ".join(f"{named(one.name)} ({one.values})" for one in found[:3])
                notes.append(f"{words}: {shown}" + (f" and {len(found) - 3} more" if len(found) > 3 else ""))
        several = f", not corrected for {len(groups.groups) - 1} comparisons" if len(groups.groups) > 2 else ""
        notes.append(f"Welch's t-test, two-sided{several}: assumes independent runs and means near normal")
        if groups.leaves_out:
            notes.append("n 3+1: one more is not finite, and left out")
        notes.append("an interval needs two values a group, and some spread")
        return notes

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "baseline":
            return self.groups is not None and len(self.groups.groups) > 1
        if action in ("sort", "flip"):
            return self.groups is not None
        if action == "group":
            return bool(self.choices)
        return True

    @property
    def sort(self) -> tuple[str, bool] | None:
        """A metric, and whether its mean descends, as it was left."""
        kept, metrics = self.grid.arrangement.more.get("by"), self.groups.metrics if self.groups is not None else ()
        if isinstance(kept, list) and len(kept) == 2 and kept[0] in metrics:
            return str(kept[0]), bool(kept[1])
        return None

    @property
    def metric_here(self) -> str | None:
        """The metric under the cursor; on what is none, the first."""
        table = self.grid.made
        if isinstance(table, GroupRows):
            return table.metric_of(self.grid.cursor_column) or next(iter(table.turned.metrics), None)
        return self.grid.cursor_key

    def groups_of(self, run_ids: Set[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Title and runs of each group, in the order in which they stand, as far as these runs go."""
        table, comparison = self.grid.table, self.comparison
        turned = table.turned if isinstance(table, GroupRows) else table
        if self.groups is None or comparison is None or not isinstance(turned, GroupsTable):
            return ()
        found = []
        for number in turned.order:
            one = self.groups.groups[number]
            runs = [comparison.subjects[column].run_id for column in one.columns]
            title = group_title(self.groups, number, self.baseline)
            found.append((title, tuple(run_id for run_id in runs if run_id in run_ids)))
        return tuple(group for group in found if group[1])

    def action_baseline(self) -> None:
        table, one = self.grid.made, None
        if isinstance(table, GroupsTable):
            one = table.set_of(self.grid.cursor_column)
        elif isinstance(table, GroupRows) and self.grid.cursor_key is not None:
            one = int(self.grid.cursor_key)
        if one is not None:
            self.baseline = one
            self.fill()

    def action_flip(self) -> None:
        self.turned = not self.turned
        self.grid.table = None  # the cursor begins at the top: its row is a column now
        self.fill()

    def action_sort(self) -> None:
        """Sort the groups by the mean of the metric here, its better end first; again the other way, then not."""
        metric, groups = self.metric_here, self.groups
        if metric is None or groups is None:
            return
        better_first = groups.direction(metric).better != "lower"
        sort: tuple[str, bool] | None
        if self.sort is None or self.sort[0] != metric:
            sort, self.first = (metric, better_first), metric
        else:
            sort = (metric, not better_first) if self.sort[1] == better_first else None
        self.grid.rearrange(self.grid.arrangement.with_more(by=list(sort) if sort else []))
        self.fill()
        table = self.grid.made
        if isinstance(table, GroupRows):
            self.grid.move_to_row(0)
            self.grid.move_to_column(f"m{table.turned.metrics.index(metric)}")

    def action_group(self) -> None:
        comparison, choices = self.comparison, self.choices
        if comparison is None or not choices:
            return
        offered = []
        for number, grouping in enumerate(choices):
            sizes = [len(one) for one in RunGroups(comparison, grouping).groups]
            shown = ", ".join(map(str, sizes[:8])) + (" …" if len(sizes) > 8 else "")
            offered.append((str(number), grouping.title, f"{len(sizes)} groups of {shown} runs"))

        def picked(number: str) -> None:
            if self.choices is not None:
                self.groups, self.baseline = RunGroups(comparison, self.choices[int(number)]), 0
                self.fill()

        choose(self, "Group the runs by", offered, picked)

    def value_here(self) -> tuple[str, str] | None:
        """The column's title and the text under the cursor."""
        table, key, column = self.grid.table, self.grid.cursor_key, self.grid.cursor_column
        if table is None or key is None or column is None:
            return None
        row = table.row_of(key)
        if row is None:
            return None
        called = table.texts("name", row, row + 1)[0].strip()
        return called, table.texts(column, row, row + 1)[0]

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()


# Which params matter: how each goes with a metric over the runs compared.


LEAST_RUNS = 3


class CompareParamsPane(Pane, Asking):
    """Params by the strength of their rank correlation with a metric."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_params")]

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-params")
        self._session = session
        self.glyphs = glyphs
        self.grid = ArrangedGrid(session, glyphs, name="compare.params")
        self.grid.off |= {"first_row", "open"}  # its key is that of the groups, and rows lead nowhere
        self.comparison: Comparison | None = None
        self.metric: str | None = None
        self.scope = ""  # which runs these are, where others have been left out
        self.found: tuple[Importance, ...] = ()
        self._stale = True

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("Param importance")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics there are, by name."""
        return self.comparison.metrics if self.comparison is not None else ()

    def take(self, comparison: Comparison) -> None:
        """Take in another comparison; the metric stays where it is still there."""
        self.comparison, self._stale = comparison, True
        if self.metric not in self.metrics:
            self.metric = best_metric(comparison, self.metrics)

    def start(self) -> None:
        """Compute what is not known yet."""
        comparison, metric = self.comparison, self.metric
        if comparison is None or not self._stale:
            return
        self._stale = False
        if metric is None:
            self._show(())
            return
        self.ask(self._session.pool, "params", lambda: importances(comparison, metric), self._show, self.notice.problem)

    def _show(self, found: tuple[Importance, ...]) -> None:
        self.found = found
        runs = len(self.comparison.subjects) if self.comparison is not None else 0
        if self.metric is None:
            self.grid.placeholder = "These runs have no metric that params could matter for."
        elif runs < LEAST_RUNS:
            self.grid.placeholder = f"A rank correlation needs {LEAST_RUNS} runs, and here are {runs}: mark more runs"
        else:
            self.grid.placeholder = (
                f"No param that varies can be held against {named(self.metric)} here.\nm chooses another metric"
            )
        self.grid.table = importance_table(found, self.metric or "", self.glyphs) if found else None
        self.set_title("Param importance", named(self.metric or ""), f"over {count(runs)} runs")
        notes = [self.scope] if self.scope else []
        if found:
            notes.append("each param by itself, over ranks: what goes together need not be the cause")
            if len(found) > 1:
                notes.append(f"p not corrected for {count(len(found))} params")
        self.set_subtitle(" · ".join(notes))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "metric" or len(self.metrics) > 1

    def action_metric(self) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        runs = len(comparison.subjects)

        def detail(metric: str) -> str:
            found = comparison.measured(metric)
            have = int(found[0].present[found[1]].sum()) if found is not None else 0
            return f"{have} of {runs} runs" + (f", {SYSTEM_METRICS}" if metric.startswith(SYSTEM) else "")

        choices = [(metric, metric, detail(metric)) for metric in self.metrics]

        def picked(metric: str) -> None:
            self.metric, self._stale = metric, True
            self.start()

        choose(self, "Params against which metric", choices, picked)

    def value_here(self) -> tuple[str, str] | None:
        """The param under the cursor and its strength."""
        one = next((one for one in self.found if one.param == self.grid.cursor_key), None)
        return (one.param, f"{one.found.strength:+.4f} (p {one.found.p:.3g}, {one.found.n} runs)") if one else None
