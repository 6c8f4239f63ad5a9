"""The runs of the chosen experiments: the big table, how it is arranged, and what is under its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.experiments.views import Experiment
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.table import Table
from tui.domain.truth import State, Truth
from tui.features.runs import words as runs_words
from tui.features.runs.arranging import RunsArranging
from tui.features.runs.comparing import RunsComparing
from tui.features.runs.curves import RunsCurves
from tui.features.runs.filter import RunsFilter, refusal, word_of
from tui.features.runs.filtering import RunsFiltering
from tui.features.runs.following import RunsFollowing
from tui.features.runs.loader import RunsLoader
from tui.features.runs.memory import Arrangement, Sort, memory_name, recalled, seen
from tui.features.runs.writing import RunsWriting
from tui.services.runs_query import Query
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.watch import Watch
from tui.widgets.grid import Grid, messages

if TYPE_CHECKING:
    from tui.domain.filter import FilterError
    from tui.domain.filter import Query as LocalQuery
    from tui.domain.runs.table import RunsTable


class RunsPane(RunsFiltering, RunsArranging, RunsFollowing, RunsCurves, RunsComparing, RunsWriting, Asking):
    """Shows the runs of some experiments; tells which run is under the cursor and which one is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("runs")]

    @dataclass
    class Followed(Message):
        """Another run is under the cursor, or none; its neighbours may be read ahead."""

        run_id: str | None
        neighbours: tuple[str, ...]

    @dataclass
    class Opened(Message):
        """A run is to be opened."""

        run_id: str

    @dataclass
    class TruthChanged(Message):
        """How true the table is has changed."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="runs")
        self._session = session
        self.glyphs = glyphs
        self.grid = Grid(glyphs=glyphs)
        self.experiments: tuple[Experiment, ...] = ()
        self.asked = Query(())
        self.wanted = self.asked  # what the server has been asked for last; what is shown is of ``asked``
        self.filter = RunsFilter()
        self.arrangement = Arrangement()
        self._sort_shown: Sort = ()  # of the rows in the table; the arrangement's as soon as they are laid out anew
        self.all_folded = False
        self.folded_but: frozenset[str] = frozenset()
        self.loader = RunsLoader(self, session, self._loader_changed, self._refused)
        self.view: RunsTable | None = None
        self._view_wanted = False
        self._watch = Watch(self, session.launch.settings.watch_seconds, lambda: self.loader.newest())
        self._told_unkept = False

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("Runs")
        self.nothing_chosen(failed=False)

    def nothing_chosen(self, *, failed: bool) -> None:
        """Say what to do while no experiment has been chosen; ``failed`` if there are none to choose from."""
        if not self.experiments:
            wait = "There is nothing to choose from yet.\nr tries again · @ shows what was asked"
            self.grid.placeholder = wait if failed else "Choose an experiment to see its runs."

    @property
    def truth(self) -> Truth:
        return self.loader.truth

    # which runs

    def show_experiments(
        self, experiments: Sequence[Experiment], *, server_filter: str = "", marks: Sequence[str] = ()
    ) -> None:
        """Show the runs of these experiments, arranged as before; nothing happens if they are shown already."""
        query = Query(tuple(experiments), server_filter, self.asked.view)
        if query.experiment_ids == self.asked.experiment_ids and not server_filter and not marks:
            return
        self.close_bar(keep=False)
        self.filter.clear()
        self._to_top, self._on_top_from, self._to_end_from = False, None, None
        self.all_folded, self.folded_but = False, frozenset()
        self._forget_view()
        self.grid.table = None  # so that the cursor begins at the top
        self.loader.forget()
        self.experiments, self.asked, self.wanted = tuple(experiments), query, query
        self.grid.marks = marks
        kept = self._session.views.get(memory_name(self._session.memory_key, query))
        self.arrangement = Arrangement.from_json(kept, self._session.launch.columns)
        remembered = None if server_filter else recalled(self._session.last_seen.get(self._seen_name))
        if remembered is not None:
            self.loader.truth = Truth(State.REMEMBERED, remembered.as_of_ms)
            self._sort_shown = remembered.sort
            self.grid.set_class(True, "stale")
            self.grid.table = remembered.table
        else:
            self._sort_shown = self.arrangement.sort
            self.grid.placeholder = "Reading runs …"
        self.notice.clear()
        self.loader.open(query, opened=self._query_opened)

    @property
    def _seen_name(self) -> str:
        return f"{memory_name(self._session.memory_key, self.asked)}:{self.asked.view.value}"

    def _query_opened(self) -> None:
        self.notice.clear()
        self._forget_view()

    def _forget_view(self) -> None:
        """What is being laid out is of other runs by now."""
        self.forget("view")
        self._view_wanted = False
        self.view = None

    def change_query(self, query: Query, local_text: str | None = None) -> None:
        """Ask the server for something else of the same experiments; what is shown stays until it has come.

        ``local_text`` is what is left to filter here then; None leaves the filter as it is.
        """

        def opened() -> None:
            self.asked = query
            if local_text is not None:
                self.filter.edit(local_text)
            self._query_opened()

        def failed(problem: Problem) -> None:
            self.wanted = self.asked
            if problem.kind is Kind.BAD_REQUEST and self.bar_open:
                # The filter is wrong, not what is shown: that stays as true as it was.
                self.loader.truth = self.loader.before
                self.say_word(refusal(problem))
                self.grid.set_class(False, "stale")
                self._loader_changed()
            else:
                self.loader.truth = self.loader.before.failed(problem)
                self._refused(problem)

        self.wanted = query
        self.grid.set_class(True, "stale")
        self.loader.open(query, opened=opened, failed=failed)

    def _loader_changed(self) -> None:
        if self.loader.store is not None:
            self.want_view()
        self.show_words()
        self.refresh_bindings()
        self.post_message(self.TruthChanged())

    def _refused(self, problem: Problem) -> None:
        self.grid.set_class(False, "stale")
        self.notice.problem(problem)
        if not self.grid.row_count:
            self.grid.placeholder = "No runs could be read."
        self.show_words()
        self.post_message(self.TruthChanged())

    # the view: sorted, filtered and laid out on a worker's thread

    def want_view(self) -> None:
        """Lay the table out anew; while that is under way, once more afterwards."""
        store = self.loader.store
        if store is None:
            return
        if self.is_asking("view"):
            self._view_wanted = True
            return
        self._view_wanted = False
        arrangement, query = self.arrangement, self.filter.query
        sort = arrangement.sort
        all_folded, but = self.all_folded, self.folded_but
        now_ms, zone, glyphs = self._session.clock.now_ms(), self._session.clock.zone, self.glyphs
        absolute = bool(getattr(self.app, "absolute_times", False))

        def got(answer: RunsTable | FilterError) -> None:
            self._got_view(answer, query, sort)

        def work() -> RunsTable | FilterError:
            from tui.domain.filter import FilterError
            from tui.domain.runs.sorting import SortKey
            from tui.domain.runs.view import Folds, RunsViewSpec, build_view

            spec = RunsViewSpec(
                columns=arrangement.columns or None,
                widths=dict(arrangement.widths),
                sort=tuple(SortKey(key, descending) for key, descending in sort),
                query=query,
                tree=arrangement.tree,
                folds=Folds(all_folded, but),
                fold_constants=arrangement.varying_only,
                now_ms=now_ms,
                zone=zone,
                absolute_times=absolute,
                glyphs=glyphs,
            )
            try:
                return build_view(store.snapshot(), spec)
            except FilterError as error:
                return error

        self.ask(self._session.pool, "view", work, got, self._refused)

    def _got_view(self, answer: RunsTable | FilterError, query: LocalQuery | None, sort: Sort) -> None:
        from tui.domain.filter import FilterError  # loaded by now: the worker needed it

        if isinstance(answer, FilterError):
            self.filter.refuse(query, answer)
            self.say_word(word_of(answer))
            self.grid.placeholder = runs_words.placeholder(self._shown())
            self.show_words()
        else:
            first, resorted = self.view is None, sort != self._sort_shown
            self.view, self._sort_shown = answer, sort
            if self.loader.truth.problem is None and self.notice.has_class("-bad"):
                self.notice.clear()
            self.grid.set_class(False, "stale")
            self.grid.placeholder = runs_words.placeholder(self._shown())
            self.grid.table = answer
            self.show_words()
            self._go_to_end()
            self._go_to_top()
            if first or resorted:
                self._remember_seen()
            if first and answer.counts.orphans and not self.loader.complete:
                # Parents begin before their children, so the next page is where they are.
                self._on_top_from = self.grid.cursor_key if self.grid.cursor_row == 0 else None
                self.loader.more()
        if self._view_wanted:
            self.want_view()

    def _shown(self) -> runs_words.Shown:
        return runs_words.Shown(
            experiments=self.experiments,
            query=self.asked,
            loader=self.loader,
            arrangement=self.arrangement,
            counts=self.view.counts if self.view is not None else None,
            sort=self._sort_shown,
            filter_text=self.filter.said,
            filter_fails=self.filter.fails(typing=self.bar_open),
            bar_open=self.bar_open,
            marks=len(self.grid.marks),
            restorable=self.asked.view.value == "deleted" and self.loader.loaded > 0 and not self._session.read_only,
        )

    def show_words(self) -> None:
        """Write the title and the footnotes anew."""
        shown = self._shown()
        self.set_title(*runs_words.title(shown, self.glyphs))
        self.set_subtitle(" · ".join(runs_words.footnotes(shown)))

    # remembering

    def remember_arrangement(self) -> None:
        """Keep how the table is arranged; says once if that fails."""
        views, name = self._session.views, memory_name(self._session.memory_key, self.asked)
        value = self.arrangement.to_json()

        def told(kept: bool) -> None:
            if not kept and not self._told_unkept and views.failure:
                self._told_unkept = True
                self.notice.tell_warning(f"How this table is arranged cannot be kept: {views.failure}")

        self.ask(self._session.pool, "remember", lambda: views.put(name, value), told, lambda _problem: None)

    def _remember_seen(self) -> None:
        view, as_of_ms = self.view, self.loader.truth.as_of_ms
        if view is None or as_of_ms is None or self.filter.said or self.asked.filter_string:
            return
        last_seen, name, sort = self._session.last_seen, self._seen_name, self._sort_shown

        def work() -> bool:
            return last_seen.put(name, seen(view, as_of_ms, sort))

        # A failure to remember takes nothing from what is shown; it is in the log file.
        self.ask(self._session.pool, "seen", work, lambda _kept: None, lambda _problem: None)

    # the cursor

    def run_here(self) -> str | None:
        """The run under the cursor."""
        return self.grid.cursor_key

    def experiment_of(self, run_id: str) -> str:
        """The id of a loaded run's experiment."""
        row = self.view.row_of(run_id) if self.view is not None else None
        if len(self.experiments) > 1 and self.view is not None and row is not None:
            return self.view.experiment_id(row)
        return self.experiments[0].id if self.experiments else ""

    def value_here(self) -> tuple[str, str] | None:
        """What the column under the cursor is called, and the whole value there."""
        key, column, table = self.grid.cursor_key, self.grid.cursor_column, self.grid.table
        row = table.row_of(key) if table is not None and key is not None else None
        if table is None or row is None or column is None:
            return None
        title = next((c.title for c in table.columns if c.key == column), column)
        if self.view is not None and table is self.view:
            return title, self.view.value(column, row)
        return title, table.texts(column, row, row + 1)[0]

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        table = self.grid.table
        neighbours = _neighbours(table, event.row) if table is not None and event.row_key is not None else ()
        self.post_message(self.Followed(event.row_key, neighbours))

    @on(Grid.Opened)
    def _run_opened(self, event: messages.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(event.row_key))

    # the keys for everywhere

    def go_back(self) -> bool:
        """Stop loading, else take back the local filter, the server's, the marks; False if there is nothing."""
        if self.loader.stop():
            self.wanted = self.asked
            return True
        if self.drop_filter():
            return True
        if self.asked.filter_string:
            self.change_query(replace(self.asked, filter_string=""))
            return True
        if self.grid.marks:
            self.action_unmark()
            return True
        return False

    def read_again(self) -> None:
        """Read again as many runs as are loaded."""
        if self.loader.store is not None:
            self.loader.reload()
        elif self.experiments:
            self.loader.open(self.asked, opened=self._query_opened)

    @property
    def watching(self) -> bool:
        return self._watch.is_on

    def watch_toggle(self) -> bool:
        """Begin or stop to read the latest runs every few seconds."""
        return self._watch.toggle()

    def rearrange(self, **changes: Any) -> None:
        """Change how the table is arranged, lay it out anew, and keep that."""
        if "sort" in changes and self.grid.cursor_row == 0:
            self._to_top = True  # it was at the best of one order, and goes to the best of the other
        self.arrangement = replace(self.arrangement, **changes)
        self.want_view()
        self.show_words()
        self.remember_arrangement()


def _neighbours(table: Table, row: int) -> tuple[str, ...]:
    """The runs above and below a row, the one below first."""
    return tuple(table.row_key(near) for near in (row + 1, row - 1) if 0 <= near < table.row_count)
