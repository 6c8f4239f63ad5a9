"""The runs of the chosen experiments: the big table, how it is arranged, and what is under its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings, key_of, with_keys
from tui.domain.columns import Arrangement, Look, SortOrder
from tui.domain.experiments import Experiment, Lifecycle
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.table import Table
from tui.features.runs import words
from tui.features.runs.acts import Onward, RunsWriting, reference
from tui.features.runs.loader import FilterHint, RunsFilter, RunsLoader, ServerRequest, recalled, refusal, seen, word_of
from tui.features.runs.standing import Following, OfferedColumns, RunsStanding
from tui.services.pool import PREFETCH
from tui.services.runs_query import RunsQuery
from tui.services.session import Session
from tui.ui.asking import NOTHING_TO_UNDO, AutoRefresh
from tui.ui.list_pane import OF_MARKS, ListPane, Show
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.filter import FilterError, Query
    from tui.domain.runs.table import RunsTable
    from tui.domain.runs.view import GroupedRuns
    from tui.domain.web_views import WebKind
    from tui.services.watching import Happening, SeenRun
    from tui.ui.dialogs.listing import Pickable
    from tui.widgets.inputs import Complete

_LIFECYCLES = frozenset(one.value for one in Lifecycle)

MOST_FOLLOWED = 200  # running runs of which it is told when they end
MOST_JUDGED = 100  # of which the histories are judged, with those that are shown first


class RunsPane(ListPane[str]):
    """Shows the runs of some experiments; tells which run is under the cursor and which one is to be opened.

    Its cells are made in bulk, a column at a time, on a worker's thread: ``view`` is what came of that last.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("runs")]
    things = ("run", "runs")
    comes_back = True
    export_keys = "run_id"
    filter_hint = "words, val_auc > 0.9, lr < 0.01 and not failed, has:note; {bar.server} asks the server"

    @dataclass
    class Followed(Message):
        """Another run is under the cursor, or none; its neighbours may be read ahead."""

        run_id: str | None
        neighbours: tuple[str, ...]

    @dataclass
    class TracesFound(Message):
        """Where traces lie, in words, of experiments that have no runs; "" where that is not known."""

        said: str

    @dataclass
    class Opened(Message):
        """A run is to be opened."""

        run_id: str

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="runs")
        self.experiments: tuple[Experiment, ...] = ()
        self.asked = RunsQuery(())
        self.wanted = self.asked  # what the server has been asked for last; what is shown is of ``asked``
        self.filter = RunsFilter()
        self._sort_shown: SortOrder = ()  # of the rows in the table; the arrangement's once they are laid out anew
        self._traces = ""  # how to see the traces of these experiments, where they have some and no runs
        self.loader = RunsLoader(self, session, self._loader_changed, self._refused)
        self.following = Following(self)
        self.standing = RunsStanding(self)
        self.offered = OfferedColumns(self)
        self.onward = Onward(self)
        self.writing = RunsWriting(self)
        self._judging, self._judged = False, Freshness()  # whether histories are, and those of what was read when
        self._unjudged = ""  # why they could not be
        self.view: RunsTable | None = None
        self.groups: GroupedRuns | None = None  # of the runs in the view, where they stand in groups
        settings = session.launch.settings
        self._watch = AutoRefresh(self, settings.watch_seconds, lambda: self.loader.newest())
        self.ticks = AutoRefresh(self, settings.watch_running_seconds, self.tick)

    def on_mount(self) -> None:
        self.set_title("Runs")
        self.nothing_chosen(failed=False)

    def nothing_chosen(self, *, failed: bool) -> None:
        """Say what to do while no experiment has been chosen; ``failed`` if there are none to choose from."""
        if not self.experiments:
            again = with_keys("{app.refresh} tries again · {app.requests} shows what was asked")
            wait = f"There is nothing to choose from yet.\n{again}"
            self.grid.placeholder = wait if failed else "Choose an experiment to see its runs."

    @property
    def freshness(self) -> Freshness:
        return self.state.freshness

    # which runs

    def show_experiments(
        self, experiments: Sequence[Experiment], *, server_filter: str = "", marks: Sequence[str] = ()
    ) -> None:
        """Show the runs of these experiments, arranged as before; nothing happens if they are shown already."""
        query = RunsQuery(tuple(experiments), server_filter, self.asked.view)
        if query.experiment_ids == self.asked.experiment_ids and not server_filter and not marks:
            return
        self._narrowing = None  # what is kept of the runs shown so far stays
        self.close_bar(keep=False)
        self.filter.clear()
        self.following.forget()
        self.standing.forget()
        self._traces = ""
        self.post_message(self.TracesFound(""))
        self._forget_view()
        self.groups = None
        self.grid.table = None  # so that the cursor begins at the top
        self.loader.forget()
        self.experiments, self.asked, self.wanted = tuple(experiments), query, query
        self.grid.marks = marks
        self.recall(self.session.launch.columns, narrowed=not server_filter and not marks)
        self._narrowing = self._narrowing or {}
        self.standing.all_folded = bool(
            self.arrangement.texts("group_by")
        )  # groups are shown by their figures at first
        query = self.asked
        narrowed = query.filter_string or self.filter.said
        remembered = None if narrowed else recalled(self.session.last_seen.get(self._seen_name))
        if remembered is not None:
            self.state.freshness = Freshness(FreshnessState.REMEMBERED, remembered.as_of_ms)
            self._sort_shown = remembered.sort
            self.grid.set_class(True, "stale")
            self.grid.table = remembered.table
            self.following.keep_top()
        else:
            self._sort_shown = self.arrangement.sort
            self.grid.placeholder = "Reading runs …"
        self.notice.clear()
        self._want_rest()
        self.following.to_top = bool(self.arrangement.sort)
        self.loader.open(query, opened=self._query_opened)

    @property
    def memory_name(self) -> str:
        return f"runs:{','.join(sorted(self.asked.experiment_ids))}"

    # views

    @property
    def view_place(self) -> str:
        return self.experiments[0].name if len(self.experiments) == 1 else ""

    @property
    def web_views(self) -> tuple[WebKind, str] | None:
        from tui.domain.web_views import RUNS

        return (RUNS, self.experiments[0].id) if len(self.experiments) == 1 else None

    def looked_at(self) -> Look:
        arrangement = self.arrangement
        if charts := self.session.chart_look:
            arrangement = arrangement.with_more(charts=dict(charts))
        view = self.asked.view
        lifecycle = "" if view is Lifecycle.ACTIVE else view.value
        return Look(arrangement, self.filter.said, self.asked.filter_string, lifecycle, tuple(self.grid.marks))

    def web_look(self) -> tuple[Look, str]:
        look = self.looked_at()
        if not look.filter or self.filter.error is not None:
            return look, look.filter
        names = self.view.snapshot.names() if self.view is not None else None
        clock = self.session.clock
        answer = self.filter.for_server(look.filter, names, clock.now_ms(), clock.zone)
        if not isinstance(answer, ServerRequest):
            return look, look.filter
        server, here = look.server_filter, answer.filter_string
        both = here if here.startswith(server) else f"{server} AND {here}"
        return replace(look, filter=answer.local_text, server_filter=both), answer.local_text

    def come_back(self, look: Look) -> None:
        """Filter and mark the runs as they were, or as a view says; they have not been asked for yet."""
        if look.filter:
            self.filter.edit(look.filter)
        self.grid.marks = look.marks
        lifecycle = Lifecycle(look.lifecycle) if look.lifecycle in _LIFECYCLES else self.asked.view
        self.asked = self.wanted = replace(self.asked, filter_string=look.server_filter, view=lifecycle)
        self._take_charts(look.arrangement)

    def take_look(self, look: Look) -> None:
        self._take_charts(look.arrangement)
        super().take_look(look)
        lifecycle = Lifecycle(look.lifecycle) if look.lifecycle in _LIFECYCLES else Lifecycle.ACTIVE
        query = replace(self.asked, filter_string=look.server_filter, view=lifecycle)
        if query != self.asked:
            self.change_query(query)

    def _take_charts(self, arrangement: Arrangement) -> None:
        charts = arrangement.more.get("charts")
        if isinstance(charts, dict):
            self.session.chart_look = dict(charts)

    @property
    def _seen_name(self) -> str:
        return f"{self.memory.name(self.memory_name)}:{self.asked.view.value}"

    def _query_opened(self) -> None:
        self.notice.clear()
        self._forget_view()

    def _forget_view(self) -> None:
        """What is being laid out is of other runs by now."""
        self.forget_layout()
        self.view = None

    def change_query(self, query: RunsQuery, local_text: str | None = None) -> None:
        """Ask the server for something else of the same experiments; what is shown stays until it has come.

        ``local_text`` is what is left to filter here then; None leaves the filter as it is.
        """

        def opened() -> None:
            self.asked = query
            if local_text is not None:
                self.filter.edit(local_text)
            self._want_rest()
            self._query_opened()

        def failed(problem: Problem) -> None:
            self.wanted = self.asked
            if problem.kind is Kind.BAD_REQUEST and self.bar_open:
                # The filter is wrong, not what is shown: that stays as true as it was.
                self.state.freshness = self.loader.before
                self.say_word(refusal(problem))
                self.grid.set_class(False, "stale")
                self._loader_changed()
            else:
                self.state.freshness = self.loader.before.failed(problem)
                self._refused(problem)

        self.wanted = query
        self.grid.set_class(True, "stale")
        self.loader.open(query, opened=opened, failed=failed)

    def _loader_changed(self) -> None:
        self.fill()
        self.show_words()
        self.refresh_bindings()
        self.state.tell(self.state.freshness)

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "No runs could be read.", self.state.freshness)
        self.show_words()

    # the view: sorted, filtered and laid out on a worker's thread

    @property
    def has_rows(self) -> bool:
        return bool(self.grid.row_count)

    @property
    def is_large(self) -> bool:
        return True

    def fill(self) -> None:
        if self.loader.store is not None:
            super().fill()

    def key_of(self, row: str) -> str:
        return row

    def laying_out(self) -> Callable[[], Show]:
        store = self.loader.store
        assert store is not None  # ``fill`` waits for it
        arrangement, query = self.arrangement, self.filter.query
        all_folded, but = self.standing.all_folded, self.standing.folded_but
        now_ms, zone, glyphs = self.session.clock.now_ms(), self.session.clock.zone, self.glyphs
        absolute, troubles = self.zone is not None, self._troubles()

        def lay_out() -> Show:
            from tui.domain.filter import FilterError
            from tui.domain.runs.view import Folds, RunsViewSpec, SortKey, build_view, grouped

            spec = RunsViewSpec(
                columns=arrangement.columns or None,
                widths=dict(arrangement.widths),
                sort=tuple(SortKey(key, descending) for key, descending in arrangement.sort),
                query=query,
                tree=arrangement.flag("tree", default=True),
                folds=Folds(all_folded, but),
                fold_constants=arrangement.flag("varying_only", default=False),
                group_by=arrangement.texts("group_by"),
                pinned=frozenset(arrangement.texts("pinned")),
                troubles=troubles,
                hidden=frozenset(arrangement.texts("hidden")),
                show_hidden=arrangement.flag("show_hidden", default=False),
                now_ms=now_ms,
                zone=zone,
                absolute_times=absolute,
                glyphs=glyphs,
            )
            try:
                view = build_view(store.snapshot(), spec)
            except FilterError as error:
                refused = error
                return lambda: self._filter_unsuited(query, refused)
            groups = grouped(view, spec) if spec.group_by else None
            return lambda: self._show_view(view, arrangement.sort, groups)

        return lay_out

    def layout_refused(self, problem: Problem) -> None:
        self._refused(problem)

    def _filter_unsuited(self, query: Query | None, error: FilterError) -> None:
        """What was understood of the filter does not suit the runs."""
        self.filter.refuse(query, error)
        self.say_word(word_of(error))
        self.grid.placeholder = words.placeholder(self._shown())
        self.show_words()

    def _show_view(self, view: RunsTable, sort: SortOrder, groups: GroupedRuns | None) -> None:
        first, resorted = self.view is None, sort != self._sort_shown
        self.view, self._sort_shown = view, sort
        if self.state.freshness.state is FreshnessState.LIVE:
            self._tell_of_running(view)
        if self.state.freshness.problem is None and self.notice.has_class("-bad"):
            self.notice.clear()
        self.grid.set_class(False, "stale")
        self.grid.placeholder = words.placeholder(self._shown())
        self.groups = groups
        self.grid.table = groups or view
        self.bring_into_view()
        self.loader.want_figures(self._figures_shown())
        self.show_words()
        self.following.shown()
        if (first or resorted) and groups is None:
            self._remember_seen()
        if first:
            self.loader.fill_up()
        if first and not view.counts.loaded and self.loader.complete:
            self._look_for_traces()
        if first and view.counts.orphans and not self.loader.complete:
            self.following.load_parents()

    def _figures_shown(self) -> tuple[str, ...]:
        """The metrics of which columns tell more than the last value."""
        from tui.domain.runs.table import field_of

        keys = (*self.arrangement.columns, *(key for key, _ in self.arrangement.sort))
        fields = [field for key in keys if "." in key and (field := field_of(key)) is not None and field.figure]
        return tuple(dict.fromkeys(field.key for field in fields))

    def _sampled(self) -> int:
        """Of how many runs such a column was taken from a sample."""
        if self.view is None:
            return 0  # before the rows last seen are drawn nothing is loaded that lays others out
        known = self.view.snapshot.figures
        runs = {r for key in self._figures_shown() for r, figures in known.get(key, {}).items() if not figures.is_whole}
        return len(runs)

    def _tell_of_running(self, view: RunsTable) -> None:
        """Have it told where a run that was seen running has ended."""
        notices = self.deck.notices
        for run_id in dict.fromkeys([*notices.runs_going, *view.snapshot.going_on(MOST_FOLLOWED)]):
            known = reference(view, run_id)
            if known is not None:
                notices.saw_run(run_id, known.name, known.status)
        if not self.session.launch.settings.watch.of_runs:
            return
        from tui.services.watching import SeenRun

        watched = self.session.watched
        before = watched.kinds("runs")
        going = []
        for run_id in view.snapshot.going_on(MOST_FOLLOWED):
            known, values = reference(view, run_id), view.snapshot.values_of(run_id)
            if known is not None and values is not None and known.status == "RUNNING":
                going.append((SeenRun(run_id, known.name, known.status), values.metrics))
        notices.begun(watched.runs(going, self.session.clock.now_ms()))
        if watched.kinds("runs") != before:
            self.fill()  # with the marks
        if watched.in_histories.of_runs and not self._judging and self._judged is not self.state.freshness:
            self._judged = self.state.freshness  # once for what was read, however often it is laid out
            shown = [view.row_key(row) for row in range(min(view.row_count, MOST_JUDGED))]
            self._judge([run for run, _ in going], shown)

    def _judge(self, going: Sequence[SeenRun], shown: Sequence[str]) -> None:
        """Have the histories of runs under way judged, held against those that are shown first."""
        session, watched = self.session, self.session.watched
        from tui.services.watching import of_histories

        def look() -> list[Happening]:
            now_ms = session.clock.now_ms()
            return of_histories(session, watched.in_histories, going[:MOST_JUDGED], shown, now_ms)

        def got(found: list[Happening]) -> None:
            self._judging, self._unjudged = False, ""
            before = watched.kinds("histories")
            self.deck.notices.begun(watched.histories(found))
            if watched.kinds("histories") != before:
                self.fill()  # with the marks

        def refused(problem: Problem) -> None:
            self._judging = False
            if problem.message != self._unjudged:
                self._unjudged = problem.message  # told once, and not at every refresh
                self.deck.say(f"Plateaus and runs behind are not judged: {problem}")

        self._judging = True
        self.ask(session.pool, "histories", look, got, refused, urgency=PREFETCH)

    def _troubles(self) -> dict[str, str]:
        """What holds of runs, where something is looked for."""
        if not self.session.launch.settings.watch.of_runs:
            return {}
        return self.session.watched.kinds("runs", "histories")

    def _look_for_traces(self) -> None:
        """Where there are no runs, there may be traces: it is said where these are seen."""
        session, ids = self.session, self.asked.experiment_ids
        if not session.capabilities.traces or self.asked.filter_string or not ids:
            return

        def got(found: tuple[bool, str]) -> None:
            here, said = found
            if said:
                there = "" if here else "there "
                self._traces = f"\n{said}: {key_of('app.traces')} {there}shows traces."
                self.post_message(self.TracesFound(f"{said}: {key_of('app.traces')}"))
                self.grid.placeholder = words.placeholder(self._shown())

        def look() -> tuple[bool, str]:
            from tui.services.trace_desk import lying_elsewhere, lying_in  # not before the first rows

            known = {one.id: one.name for one in self.experiments}
            here = lying_in(session.traces, {key: known.get(key, key) for key in ids})
            if here or session.capabilities.workspace:
                return True, here
            return False, lying_elsewhere(session.tracking, session.traces, ids)

        self.ask(session.pool, "traces", look, got, lambda _problem: None)

    def retick(self) -> None:
        self.fill()

    def _shown(self) -> words.RunsInView:
        return words.RunsInView(
            experiments=self.experiments,
            query=self.asked,
            loader=self.loader,
            freshness=self.state.freshness,
            arrangement=self.arrangement,
            counts=self.view.counts if self.view is not None else None,
            sort=self._sort_shown,
            filter_text=self.filter.said,
            filter_fails=self.filter.fails(typing=self.bar_open),
            bar_open=self.bar_open,
            marks=len(self.grid.marks),
            lead=self.offered.lead(self._sort_shown),
            by_child=self.offered.by_child(self._sort_shown),
            traces=self._traces,
            sampled=self._sampled(),
            groups=len(self.groups.groups) if self.groups is not None else 0,
            of_some=self.groups is not None and self.groups.is_of_some,
            hides=self.session.capabilities.hides,
            restorable=self.asked.view.value == "deleted" and self.loader.loaded > 0 and not self.session.read_only,
        )

    def show_words(self) -> None:
        """Write the title and the footnotes anew."""
        shown = self._shown()
        self.set_title(*words.title(shown, self.glyphs))
        self.set_subtitle(" · ".join(words.footnotes(shown)))
        self.keep_narrowing()

    # remembering

    def _remember_seen(self) -> None:
        view, as_of_ms = self.view, self.state.freshness.as_of_ms
        if view is None or as_of_ms is None or self.filter.said or self.asked.filter_string:
            return
        last_seen, name, sort = self.session.last_seen, self._seen_name, self._sort_shown

        def work() -> bool:
            return last_seen.put(name, seen(view, as_of_ms, sort))

        # A failure to remember takes nothing from what is shown; it is in the log file.
        self.ask(self.session.own_work, "seen", work, lambda _kept: None, lambda _problem: None)

    # the cursor

    def run_here(self) -> str | None:
        """The run under the cursor; None on a group."""
        key = self.grid.cursor_key
        return None if self.groups is not None and key is not None and self.groups.run_ids(key) else key

    def chosen(self) -> tuple[str, ...]:
        """The runs marked, else the one under the cursor or those of the group there."""
        here = self.grid.cursor_key
        if self.grid.marks or here is None:
            return tuple(self.grid.marks)
        return (self.groups.run_ids(here) if self.groups is not None else ()) or (here,)

    @on(Grid.MarksChanged)
    def _group_marked(self, event: Grid.MarksChanged) -> None:
        """A mark on a group is one on each of its runs; where all of them have one, they lose it."""
        groups, marks = self.groups, self.grid.marks
        if groups is None or not any(groups.run_ids(key) for key in marks):
            return
        kept = [key for key in marks if not groups.run_ids(key)]
        for key in marks:
            members = groups.run_ids(key)
            if members and set(members) <= set(kept):
                kept = [run_id for run_id in kept if run_id not in members]
            else:
                kept += [run_id for run_id in members if run_id not in kept]
        self.grid.marks = kept
        self.show_words()

    def experiment_of(self, run_id: str) -> str:
        """The id of a loaded run's experiment."""
        row = self.view.row_of(run_id) if self.view is not None else None
        if len(self.experiments) > 1 and self.view is not None and row is not None:
            return self.view.experiment_id(row)
        return self.experiments[0].id if self.experiments else ""

    def whole_value(self, column: str, row: int, table: Table) -> str:
        if self.view is not None and table is self.view:
            return self.view.value(column, row)
        return super().whole_value(column, row, table)

    def moved(self) -> None:
        table, here = self.grid.table, self.run_here()
        neighbours = _neighbours(table, self.grid.cursor_row) if table is not None and here is not None else ()
        self.post_message(self.Followed(here, tuple(key for key in neighbours if not self._is_group(key))))

    def _is_group(self, key: str) -> bool:
        return self.groups is not None and bool(self.groups.run_ids(key))

    def near_end(self) -> None:
        self.following.near_end()

    def end_wanted(self) -> None:
        self.following.end_wanted()

    def open_row(self, key: str) -> None:
        if self._is_group(key):
            self.standing.turn(key)
        else:
            self.post_message(self.Opened(key))

    # the filter: what is typed narrows the loaded runs, or is sent to the server

    def filter_text(self) -> str:
        return self.filter.text or self.asked.filter_string

    def filter_completion(self) -> Complete | None:
        return self._complete

    def _complete(self, text: str, cursor: int) -> tuple[str, int] | None:
        from tui.domain.filter.names import completions

        if self.view is None:
            return None
        offers = completions(text, cursor, self.view.snapshot.names())
        self.say_in_bar("   ".join(offer.shown for offer in offers[:8]) if len(offers) > 1 else "")
        if not offers:
            return None
        return offers[0].apply(text), offers[0].start + len(offers[0].text)

    def say_word(self, word: FilterHint) -> None:
        self.say_in_bar(word.text, word.tone)

    def filter_edited(self, text: str) -> None:
        if text == self.filter.text:
            return
        names = self.view.snapshot.names() if self.view is not None else None
        self.say_word(self.filter.edit(text, names))
        if self.filter.error is None:
            self.fill()
        self._want_rest()
        self.show_words()

    def filter_dropped(self) -> bool:
        had = self.filter.clear()
        if had:
            self._want_rest()
            self.fill()
        return had

    def filter_closed(self) -> None:
        self.show_words()

    def filter_asked(self, text: str) -> None:
        names = self.view.snapshot.names() if self.view is not None else None
        clock = self.session.clock
        answer = self.filter.for_server(text, names, clock.now_ms(), clock.zone)
        if isinstance(answer, ServerRequest):
            self.say_word(answer.word)
            self.change_query(replace(self.asked, filter_string=answer.filter_string), answer.local_text)
        else:
            self.say_word(answer)

    # how it is arranged

    def rearrange(self, arrangement: Arrangement) -> None:
        if arrangement.sort != self.arrangement.sort:
            self.following.to_top = True  # the best of the new order is what it was sorted for
        super().rearrange(arrangement)
        self._want_rest()
        self.show_words()

    def _want_rest(self) -> None:
        """The best of all, and all that match, are only known when all are loaded."""
        filtered = bool(self.filter.said) and not self.filter.fails(typing=self.bar_open)
        self.loader.want_rest(filtered or self.arrangement.sort not in words.AS_SERVED)

    def high_first(self, key: str) -> bool:
        return self.offered.high_first(key)

    def pickable(self) -> list[Pickable]:
        return self.offered.pickable()

    def sortable(self) -> list[Pickable]:
        return self.offered.sortable()

    def shown_columns(self) -> tuple[str, ...]:
        return self.offered.shown_columns()

    def action_differences(self) -> None:
        varying = self.arrangement.flag("varying_only", default=False)
        self.rearrange(self.arrangement.with_more(varying_only=not varying))

    def action_pin(self) -> None:
        self.standing.put("pinned", "hidden")

    def action_hide_run(self) -> None:
        self.standing.put("hidden", "pinned")

    def action_show_hidden(self) -> None:
        shown = self.arrangement.flag("show_hidden", default=False)
        self.rearrange(self.arrangement.with_more(show_hidden=not shown))

    def action_tree(self) -> None:
        self.rearrange(self.arrangement.with_more(tree=not self.arrangement.flag("tree", default=True)))

    def action_fold(self) -> None:
        self.standing.fold()

    def action_fold_all(self) -> None:
        self.standing.fold_every()

    def action_group_by(self) -> None:
        self.standing.choose_groups()

    # which runs

    def action_lifecycle(self) -> None:
        if self.wanted.experiments:
            self.change_query(replace(self.wanted, view=self.wanted.view.following))

    def action_load_all(self) -> None:
        self.loader.load_all(by_hand=True)

    # verbs

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "load_all":
            return not self.loader.complete and (self.loader.store is not None or self.loader.loading)
        if action in ("fold", "fold_all") and self.groups is not None:
            return True
        if action == "fold":
            return self.arrangement.flag("tree", default=True) and self.standing.fold_here() is not None
        if action == "fold_all":
            return self.arrangement.flag("tree", default=True)
        if action in ("tags", "note", "rename", "delete", "pin", "hide_run"):
            return self.loader.loaded > 0
        if action == "group_by":
            return self.view is not None
        if action == "show_hidden":
            return bool(self.arrangement.texts("hidden"))
        if action == "undo":
            return self.writing.writer.can_take_back_runs
        if action in ("evaluation", "logged_models"):
            return bool(self.experiments)
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb == "fold" and self.arrangement.flag("tree", default=True):
            return "This run has no child runs here, nor a parent"
        if verb in ("fold", "fold_all"):
            return "Runs stand in one list: there is nothing to fold"
        if verb == "show_hidden":
            return f"No run is hidden here: {key_of('runs.hide_run')} hides one"
        if verb == "undo":
            return NOTHING_TO_UNDO
        if verb in OF_MARKS:
            return super().why_off(verb)
        return "All runs are loaded" if verb == "load_all" and self.loader.complete else "No run is loaded"

    def action_compare(self) -> None:
        self.onward.compare()

    def action_importance(self) -> None:
        self.onward.matter()

    def action_plots(self) -> None:
        self.onward.plots()

    def action_curves(self) -> None:
        self.onward.curves()

    def action_evaluation(self) -> None:
        from tui.ui.routes import EvaluationsRoute

        self.deck.go(EvaluationsRoute(tuple(one.id for one in self.experiments), self._called()))

    def action_logged_models(self) -> None:
        from tui.ui.routes import LoggedModelsRoute

        self.deck.go(LoggedModelsRoute(tuple(one.id for one in self.experiments), self._called()))

    def _called(self) -> str:
        return self.experiments[0].name if len(self.experiments) == 1 else f"{len(self.experiments)} experiments"

    def action_images(self) -> None:
        self.onward.images()

    def action_all_curves(self) -> None:
        self.onward.all_curves()

    def action_rename(self) -> None:
        self.writing.rename()

    def action_note(self) -> None:
        self.writing.note()

    def action_tags(self) -> None:
        self.writing.tags()

    def action_delete(self) -> None:
        self.writing.delete()

    def action_undo(self) -> None:
        self.writing.writer.take_back_runs()

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
        self._want_rest()
        if self.loader.store is not None:
            self.loader.reload()
        elif self.experiments:
            self.loader.open(self.asked, opened=self._query_opened)

    @property
    def watch_pace(self) -> float:
        return self._watch.pace

    def watch_toggle(self) -> bool:
        """Begin or stop to read the latest runs every few seconds.

        In between the runs in sight that go on tell how long they have taken; over a slow line only what is read does.
        """
        goes_on = self._watch.toggle()
        if goes_on != self.ticks.is_on and not (goes_on and self.session.launch.settings.ssh):
            self.ticks.toggle()
        return goes_on

    def tick(self) -> None:
        """Tell how long runs in sight that go on have taken by now."""
        from tui.domain.runs.table import TOOK

        table, grid = self.groups or self.view, self.grid
        is_live = (
            self.freshness.state is FreshnessState.LIVE
        )  # of what does not answer nobody knows if it still goes on
        if table is not None and table is grid.table and self.screen.is_current and is_live:
            grid.refresh_cells(TOOK, table.tick(self.session.clock.now_ms(), grid.cells_in_view(TOOK)))

    def read_changed(self, run_ids: frozenset[str]) -> None:
        """Read again what has been changed; of runs that are no longer among those shown the marks go as well."""
        store = self.loader.store
        if store is None or not run_ids:
            return
        self.loader.read_changed(tuple(run_ids), self._changed_read)

    def _changed_read(self, gone: frozenset[str]) -> None:
        if gone & set(self.grid.marks):
            self.grid.marks = [run_id for run_id in self.grid.marks if run_id not in gone]


def _neighbours(table: Table, row: int) -> tuple[str, ...]:
    """The runs above and below a row, the one below first."""
    return tuple(table.row_key(near) for near in (row + 1, row - 1) if 0 <= near < table.row_count)
