"""What differs between runs: the table of a comparison, and the keys that arrange it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings, with_keys
from tui.domain.columns import Look
from tui.domain.diff.arrangement import (
    ORDERS,
    Arranged,
    DiffArrangement,
    DiffOrder,
    ShownRow,
    arrange,
    metric_of,
)
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import COMMIT_ROW, FOLDER_COMMIT_ROW, METRICS
from tui.domain.diff.table import CellWriter, CompareTable, FlippedTable, Laid, subject_of, subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import named, width
from tui.features.compare import words as compare_words
from tui.features.compare.words import ComparisonAsides
from tui.services.compared_runs import diff
from tui.services.session import Session
from tui.ui.arranged_grid import ListMemory, Viewed, no_such_move
from tui.ui.asking import Asking, choose
from tui.ui.dialogs.listing import ListModal, narrowed
from tui.ui.list_parts import NOTHING, Export, ExportForm, FilterablePane
from tui.widgets.grid import Grid, GridMessage

# The grid of a comparison: sideways it goes from run to run, not from column to column; only metrics are marked.


_MARKING = frozenset({"mark", "mark_range", "leave_range"})


class CompareGrid(Grid):
    """A value and its change belong together: the cursor rests on values, and both are brought into view.

    ``marking`` says whether metrics can be marked, ``g_is_taken`` whether the key of the first row means the sets here.
    """

    class MarkRefused(GridMessage):
        """A row that is no metric was to be marked."""

    def __init__(self, *, glyphs: Glyphs) -> None:
        super().__init__(glyphs=glyphs)
        self.marking = True
        self.g_is_taken = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _MARKING and not self.marking:
            return False
        if action == "first_row" and self.g_is_taken:
            return False
        return super().check_action(action, parameters)

    @property
    def marked_metrics(self) -> tuple[str, ...]:
        """The metrics that are marked, in the order of marking, also where their rows are not shown now."""
        return tuple(metric for row in self.marks if (metric := metric_of(row)) is not None)

    def keep_marks(self, metrics: Iterable[str]) -> None:
        """Keep the marks of these metrics only."""
        there = set(metrics)
        kept = [row for row in self.marks if metric_of(row) in there]
        if len(kept) != len(self.marks):
            self.marks = kept

    def may_mark(self, key: str) -> bool:
        return metric_of(key) is not None

    def action_mark(self) -> None:
        key = self.cursor_key
        if key is not None and not self.may_mark(key):
            self.post_message(self.MarkRefused(self))
            return
        super().action_mark()

    def action_left(self) -> None:
        self._step(-1)

    def action_right(self) -> None:
        self._step(1)

    def action_last_column(self) -> None:
        super().action_last_column()
        self._step(-1) if self._is_change(self._column) else None

    def _is_change(self, index: int) -> bool:
        key = self._columns[index].key if 0 <= index < len(self._columns) else ""
        return subject_of(key) is not None and key[0] == "d"

    def _step(self, by: int) -> None:
        index = self._column + by
        while self._is_change(index):
            index += by
        if not 0 <= index < len(self._columns):
            return
        change = f"d{self._columns[index].key[1:]}"
        if index + 1 < len(self._columns) and self._columns[index + 1].key == change:
            self._move_to_column(index + 1)  # into view first, so that the value does not stand alone at the edge
        self._move_to_column(index)


# One row of a comparison in full: the value of every run under each other.


_SHOWN = 2000  # characters of a value in its line; the whole of it opens on enter


class ComparedRowModal(ListModal[int]):
    """The runs with their values of one row; enter on a run opens its value in full."""

    def __init__(self, shown: ShownRow, writer: CellWriter) -> None:
        super().__init__(writer.glyphs)
        self.title_text = named(shown.key)
        self.hint_text = "type to narrow   enter the whole value   esc leave"
        self._shown = shown
        self._writer = writer
        self._titles = subject_titles(writer.comparison)

    def rows(self, query: str) -> Table:
        section, row, writer = self._shown.section, self._shown.row, self._writer
        order = [writer.baseline, *(c for c in range(len(self._titles)) if c != writer.baseline)]
        values = [writer.value(section, row, column) for column in order]
        kept = narrowed(query, [f"{self._titles[column]} {value}" for column, value in zip(order, values, strict=True)])
        changes = [writer.change(section, row, order[at]) for at in kept]
        cells = {
            "run": [
                f"{self._glyphs.mark if order[at] == writer.baseline else ' '} {self._titles[order[at]]}" for at in kept
            ],
            "change": [writer.change_text(change) for change in changes],
            "value": [values[at][:_SHOWN] for at in kept],
        }
        columns = (
            Column("run", "run", max([12, *(min(32, width(text)) for text in cells["run"])]), frozen=True),
            Column("change", "change", max([8, *(width(text) for text in cells["change"])]), "right"),
            Column("value", "value", max([16, *(width(text) for text in cells["value"])])),
        )
        tones: list[Tone] = [change.tone for change in changes]
        return RowsTable(columns, [str(order[at]) for at in kept], cells, {"change": tones})

    def chosen(self, row_key: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        column = int(row_key)
        whole = self._writer.whole(self._shown.section, self._shown.row, column)
        there = self._shown.section.present[self._shown.row, column]
        text = whole if there else "This run has no such value."
        self.app.push_screen(WholeTextModal(f"{self._shown.key} · {self._titles[column]}", text))


_FLIPPED = "The columns are the rows of the comparison here: {compare.flip} turns it round, then this works"
Says = Callable[[Comparison, Arranged], Any]


class CompareRowsPane(FilterablePane, Asking, Viewed):
    """Rows by name with a column a thing, or the other way round.

    ``title`` and ``placeholder`` say what is compared; ``absent`` are verbs that mean nothing for such things.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]
    filter_hint = "words in names or values"
    nothing_to_ask = "Everything is here already: there is nothing to ask the server"

    @dataclass
    class Opened(Message):
        """A run is to be opened."""

        column: int

    @dataclass
    class Dropped(Message):
        """A run is to be taken out of the comparison."""

        column: int

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        *,
        title: Says = compare_words.title,
        placeholder: Says = compare_words.placeholder,
        absent: frozenset[str] = frozenset(),
        things: str = "runs",
    ) -> None:
        super().__init__(id="compare-rows")
        self.session = session
        self._things = things
        self._title, self._placeholder, self._absent = title, placeholder, absent
        self._memory = ListMemory(self, session, self.notice.tell_warning)
        self.glyphs = glyphs
        self.grid = CompareGrid(glyphs=glyphs)
        self.comparison: Comparison | None = None
        self.arrangement = DiffArrangement()
        self.flipped = False
        self.laid: Laid | None = None
        self._said = ComparisonAsides()
        self._ids: tuple[str, ...] = ()  # of what the arrangement is remembered for

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def on_mount(self) -> None:
        self.set_title("Compare")

    # what is shown

    def show_loading(self, words: str) -> None:
        """Runs are on their way: what stands here is dimmed until they come."""
        self.grid.set_class(True, "stale")
        if self.comparison is None:
            self.grid.placeholder = words

    def show_problem(self, problem: Problem) -> None:
        self.grid.set_class(False, "stale")
        self.notice.problem(problem)
        if self.comparison is None:
            self.grid.placeholder = "This could not be read."

    def show(self, comparison: Comparison, said: ComparisonAsides) -> None:
        """Show a comparison, arranged as the one before it was."""
        self.comparison, self._said = comparison, said
        self.notice.clear()
        ids = tuple(sorted(subject.id for subject in comparison.subjects))
        if ids != self._ids:
            self._ids = ids
            self.arrangement = self.arrangement.recalled(self._memory.recall(self._memory_name))
        self.grid.keep_marks(key for section in comparison.sections if section.group in METRICS for key in section.keys)
        absences = compare_words.absences(said)
        if said.missing:
            self.notice.tell_warning(f"{absences[0]}.")
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the table out anew, on a worker's thread."""
        self.grid.marking = "mark_metrics" not in self._absent and not self.flipped
        comparison, arrangement, flipped = self.comparison, self.arrangement, self.flipped
        if comparison is None:
            return
        glyphs, zone, room = self.glyphs, self.session.clock.zone, self.grid.size.width or self.app.size.width

        def work() -> Laid:
            arranged = arrange(comparison, arrangement)
            writer = CellWriter(comparison, arranged.baseline, glyphs, zone)
            table: CompareTable | FlippedTable
            if flipped:
                table = FlippedTable(comparison, arranged, writer)
            else:
                table = CompareTable(comparison, arranged, writer, room=room)
            return Laid(arranged, writer, table)

        self.ask(self.session.own_work, "layout", work, self._got_layout, self.show_problem)

    def _got_layout(self, laid: Laid) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        first = self.laid is None
        self.laid = laid
        arranged = laid.arranged
        self.grid.set_class(False, "stale")
        empty = not any(not row.is_heading for row in arranged.rows) and not arranged.groups
        self.grid.placeholder = self._placeholder(comparison, arranged)
        self.grid.table = laid.table if not empty else None
        self.show_words()
        if first and not self.flipped and arranged.rows:
            self.grid.move_to_row(1)
            self._to_first_other()
        self.refresh_bindings()

    def show_words(self) -> None:
        comparison, laid = self.comparison, self.laid
        if comparison is None or laid is None:
            return
        self.set_title(*self._title(comparison, laid.arranged))
        notes = compare_words.footnotes(comparison, laid.arranged, self._said, self.glyphs)
        self.set_subtitle(" · ".join([*compare_words.marked(len(self.grid.marked_metrics)), *notes]))

    def _to_first_other(self) -> None:
        """The cursor begins on the first run that is compared with the baseline."""
        others = [c.key for c in self.grid.table.columns if c.key[0] == "v" and not c.frozen] if self.grid.table else []
        if others:
            self.grid.move_to_column(others[0])

    def on_resize(self, event: events.Resize) -> None:
        # Few runs share the whole width.
        if self.laid is not None and event.size.width != getattr(self, "_laid_width", event.size.width):
            self.lay_out()
        self._laid_width = event.size.width

    # what is under the cursor

    def row_here(self) -> ShownRow | None:
        """The row under the cursor, or of the column under it where runs are rows."""
        if self.laid is None or self.grid.table is None:
            return None
        if isinstance(self.laid.table, FlippedTable):
            return self.laid.table.shown_at(self.grid.cursor_column)
        at = self.grid.cursor_row
        return self.laid.arranged.rows[at] if at < len(self.laid.arranged.rows) else None

    def run_here(self) -> int | None:
        """The run under the cursor, by its place among those compared."""
        if self.laid is None or self.grid.table is None:
            return None
        if isinstance(self.laid.table, FlippedTable):
            return self.laid.table.subject_at(self.grid.cursor_row) if self.grid.row_count else None
        return subject_of(self.grid.cursor_column)

    def value_here(self) -> tuple[str, str] | None:
        shown, column = self.row_here(), self.run_here()
        if shown is None or self.laid is None or shown.is_heading:
            return None
        if column is None:
            return "name", shown.key
        return shown.key, self.laid.writer.whole(shown.section, shown.row, column)

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in self._absent:
            return False
        several = self.comparison is not None and len(self.comparison.subjects) > 1
        if action in ("baseline", "next", "previous"):
            return several and not (action != "baseline" and self.flipped)
        if action in ("fold_group", "fold_all"):
            return not self.flipped
        if action == "commits":
            return "" not in (commits := self._commits()) and commits[0] != commits[1]
        if action == "drop":
            return several
        if action in ("system_tags", "mark_metrics"):
            wanted = "tags" if action == "system_tags" else "metrics"
            return self.comparison is not None and wanted in self.comparison.groups
        return True

    def action_drop(self) -> None:
        column = self.run_here()
        if column is not None:
            self.post_message(self.Dropped(column))

    def action_commits(self) -> None:
        folder, (old, new) = self.deck.folder, self._commits()

        def shown(text: str) -> None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            what = f"git diff {old[:10]} {new[:10]}"
            self.app.push_screen(WholeTextModal(what, text or "Nothing lies between these commits."))

        self.ask(self.session.pool, "commits", lambda: diff(folder, old, new), shown, self.say_problem)

    def _commits(self) -> tuple[str, str]:
        """The commits of the baseline and of the run under the cursor, "" where one is not recorded."""
        column, laid = self.run_here(), self.laid
        if self.comparison is None or column is None or laid is None:
            return "", ""
        for section in self.comparison.sections:
            if section.group != "source":
                continue
            rows = [section.keys.index(name) for name in (COMMIT_ROW, FOLDER_COMMIT_ROW) if name in section.keys]

            def commit(of: int) -> str:
                return next((text for row in rows if (text := section.text(row, of))), "")  # noqa: B023  used at once

            return commit(laid.arranged.baseline), commit(column)
        return "", ""

    def action_open_column(self) -> None:
        column = self.run_here()
        if column is not None:
            self.post_message(self.Opened(column))

    @on(Grid.Opened)
    def _row_opened(self, event: Grid.Opened) -> None:
        event.stop()
        shown = self.row_here()
        if shown is None or self.laid is None:
            return
        if shown.is_heading:
            self.fold(shown.section.group)
            return

        self.app.push_screen(ComparedRowModal(shown, self.laid.writer))

    # how it is arranged

    @property
    def _memory_name(self) -> str:
        return f"compare:{','.join(self._ids)}"

    def rearrange(self, **changes: Any) -> None:
        self.arrangement = replace(self.arrangement, **changes)
        if {"sort", "order", "places", "wider"} & changes.keys():
            self._memory.keep(self._memory_name, self.arrangement.to_kept())
        self.lay_out()

    @on(Grid.ColumnResized)
    def _resized_by_keys(self, event: Grid.ColumnResized) -> None:
        event.stop()
        column = next((c for c in self.grid.table.columns if c.key == event.key), None) if self.grid.table else None
        if column is not None:
            self.rearrange(wider=self.arrangement.wider + event.width - column.width)

    @on(Grid.ColumnMoved)
    def _column_moved(self, event: Grid.ColumnMoved) -> None:
        event.stop()
        table = self.laid.table if self.laid is not None else None
        if not isinstance(table, CompareTable):
            self.deck.say(with_keys(_FLIPPED))
            return
        places, here = table.others, subject_of(event.key)
        at = places.index(here) + event.by if here in places else -1
        if here is None or not 0 <= at < len(places):
            self.deck.say(no_such_move(event.by, len(places)))
            return
        places.remove(here)
        places.insert(at, here)
        subjects = table.comparison.subjects
        self.rearrange(places=tuple(subjects[place].id for place in places))

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: Grid.HeadingPressed) -> None:
        event.stop()
        self._sort_by_column(event.key)

    def action_sort(self) -> None:
        if self.grid.cursor_column is not None:
            self._sort_by_column(self.grid.cursor_column)

    def _sort_by_column(self, column: str) -> None:
        """Sort the rows of each group by a column; then the other way round; then not."""
        table = self.laid.table if self.laid is not None else None
        if not isinstance(table, CompareTable):
            self.deck.say(with_keys(_FLIPPED))
            return
        key, now = table.sort_key(column), dict(self.arrangement.sort)
        first = key.startswith("change")  # the largest change is looked at first
        if key not in now:
            self.rearrange(sort=((key, first),))
        else:
            self.rearrange(sort=((key, not first),) if now[key] is first else ())

    def action_sort_by(self) -> None:
        details: dict[DiffOrder, str] = {
            "name": "as names go, within each group",
            "change": "the largest |%Δ| from the baseline first, numbers before texts",
            "spread": "what is furthest apart across all the runs first",
        }
        choices = [(order, order, details[order]) for order in ORDERS]
        choose(self, "Sort rows by", choices, lambda order: self.rearrange(order=order, sort=()))

    def action_differences(self) -> None:
        self.rearrange(only_differences=not self.arrangement.only_differences)

    def action_system_tags(self) -> None:
        self.rearrange(system_tags=not self.arrangement.system_tags)

    def action_baseline(self) -> None:
        column = self.run_here()
        if self.comparison is not None and column is not None:
            self.rearrange(baseline=self.comparison.subjects[column].id)

    def action_flip(self) -> None:
        shown, column = self.row_here(), self.run_here()
        self.flipped = not self.flipped
        if self.comparison is not None and column is not None and shown is not None and self.flipped:
            self.grid.move_to(self.comparison.subjects[column].id)
        self.lay_out()

    def action_fold_group(self) -> None:
        """Fold or unfold the group of the row under the cursor."""
        shown = self.row_here()
        if shown is not None:
            self.fold(shown.section.group)

    def fold(self, group: str) -> None:
        self.grid.move_to(f"{group}:")
        self.rearrange(folded=self.arrangement.folded ^ {group})

    def action_fold_all(self) -> None:
        if self.comparison is not None:
            every = frozenset(self.comparison.groups)
            self.rearrange(folded=frozenset() if self.arrangement.folded else every)

    def action_next(self) -> None:
        self._go_to_difference(1)

    def action_previous(self) -> None:
        self._go_to_difference(-1)

    def _go_to_difference(self, by: int) -> None:
        if self.laid is None or self.comparison is None:
            return
        row = self.laid.arranged.next_difference(self.grid.cursor_row, by, self.comparison)
        if row is not None:
            self.grid.move_to_row(row)
        else:
            self.deck.say(f"There is no row {'below' if by > 0 else 'above'} in which something differs")

    def action_export(self) -> None:
        comparison, laid = self.comparison, self.laid
        if comparison is None or laid is None:
            self.deck.say(NOTHING)
            return
        from tui.domain.export import FORMATS, report

        def made(name: str) -> Callable[[], str]:
            return lambda: FORMATS[name].render(report(comparison, laid.arranged, laid.writer))

        forms = {name: ExportForm(form.title, form.ending, made(name)) for name, form in FORMATS.items()}
        Export(self, self.session, f"compare-{len(comparison.subjects)}-{self._things}", forms).offer()

    # which metrics are marked, for their curves

    def _marks_moved(self) -> None:
        self.show_words()
        self.refresh_bindings()

    def drop_marks(self) -> bool:
        """Take every mark away; False if there was none."""
        had = bool(self.grid.marks)
        if had:
            self.grid.marks = ()
            self._marks_moved()
        return had

    def action_mark_metrics(self) -> None:
        """Mark every metric that is shown, or take their marks away where all of them are marked."""
        laid = self.laid
        shown = [row.id for row in laid.arranged.rows if metric_of(row.id) is not None] if laid is not None else []
        if not shown:
            unfolds = "{compare.differences} shows all rows, {compare.fold_group} unfolds a group"
            self.deck.say(with_keys(f"No metric is shown here to be marked: {unfolds}"))
            return
        marks, here = self.grid.marks, set(shown)
        whole = here.issubset(marks)
        self.grid.marks = [row for row in marks if row not in here] if whole else dict.fromkeys((*marks, *shown))
        self._marks_moved()

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: Grid.MarksChanged) -> None:
        event.stop()
        self._marks_moved()

    @on(CompareGrid.MarkRefused)
    def _mark_refused(self, event: CompareGrid.MarkRefused) -> None:
        """Marking the heading of the metrics marks all that stand below it."""
        event.stop()
        if self.grid.cursor_key == "metrics:":
            self.action_mark_metrics()
        else:
            self.deck.say("Metrics can be marked here, for their curves (p): this row is none")

    # named views of it: how any comparison is looked at, without what belongs to the things compared here

    @property
    def view_kind(self) -> str:
        return "compare" if self._things == "runs" else f"compare {self._things}"

    def looked_at(self) -> Look:
        return self.arrangement.to_look(flipped=self.flipped)

    def take_look(self, look: Look) -> None:
        self.close_bar(keep=False)
        self.flipped = look.arrangement.flag("flipped", default=False)
        self.arrangement = self.arrangement.looked_at(look)
        self._memory.keep(self._memory_name, self.arrangement.to_kept())
        self.lay_out()

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.arrangement.query

    def filter_edited(self, text: str) -> None:
        if text.strip() != self.arrangement.query:
            self.rearrange(query=text.strip())

    def filter_dropped(self) -> bool:
        had = bool(self.arrangement.query)
        if had:
            self.rearrange(query="")
        return had
