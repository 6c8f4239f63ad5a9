"""The files of two runs of a comparison: a list of both, and what differs in the one that is opened."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.diff.files import FileChange, FilePair, files_table
from tui.domain.diff.text_change import LEAST_BESIDE
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.preview.values import TextBody
from tui.domain.problem import Problem
from tui.domain.quantities import count, matches
from tui.domain.table import Table
from tui.domain.text import clean, named
from tui.features.compare import words
from tui.services.compared_files import ComparedFiles, ReadPair, Side, listed, read_pair
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import Asking
from tui.ui.list_parts import SiftedPane, export_table
from tui.widgets.grid import Grid
from tui.widgets.preview import PreviewView
from tui.widgets.text_view import TextView

_FRAME = 4  # columns of the frame and of the scroll bar


class CompareFilesPane(SiftedPane, Asking):
    """A row a path; opened, what differs between the baseline's file and the other's."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_files")]
    filter_hint = "words in the path"
    nothing_to_ask = "Every file is here already."

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="compare-files")
        self._session = session
        self.grid = ArrangedGrid(session, glyphs, name="compare.files")
        self.grid.off |= {"first_row"}  # its key is that of the groups
        self.preview = PreviewView(glyphs=glyphs, plain=glyphs is ASCII)
        self.preview.display = False
        self.sides: tuple[Side, Side] | None = None
        self.names = ("", "")
        self.files: ComparedFiles | None = None
        self.opened: FilePair | None = None
        self.read: ReadPair | None = None
        self.only_differences = True
        self.beside = False
        self._may_be_old = False
        self._starts: tuple[int, ...] = ()

    def body(self) -> ComposeResult:
        yield self.grid
        yield self.preview

    def keys_target(self) -> Widget | None:
        return (self.preview.shown or self) if self.opened is not None else self.grid

    def on_mount(self) -> None:
        self.set_title("Files")
        self.grid.placeholder = "Listing the files of both runs …"

    # which two runs

    def take(self, sides: tuple[Side, Side] | None, names: tuple[str, str]) -> None:
        """Show the files of these two runs; None where there is only one."""
        again = self.files is not None and sides == self.sides
        if again and not self._may_be_old:
            return
        self.close()
        self.notice.clear()
        self.forget("files")
        self.sides, self.names = sides, names
        if not again:
            self.files = self.grid.table = None
        if sides is None:
            self.grid.placeholder = "There is no other run whose files could be compared.   a adds a run"
            return
        first, second = sides
        self.grid.placeholder = "Listing the files of both runs …"
        self.ask(self._session.pool, "files", lambda: listed(first, second), self._got, self._refused)

    def forget_files(self) -> None:
        """What was listed may be old: it is listed anew when it is next looked at, and stays until that has come."""
        self._may_be_old = True

    def _refused(self, problem: Problem) -> None:
        self.grid.placeholder = "The files could not be listed." if self.files is None else self.grid.placeholder
        self.notice.problem(problem)
        self._fill_border()

    def _got(self, files: ComparedFiles) -> None:
        self.files, self._may_be_old = files, False
        self.fill()
        if files.notes:
            self.notice.tell(words.notes(files.notes), "warn")

    @property
    def pairs(self) -> tuple[FilePair, ...]:
        """The rows shown."""
        if self.files is None:
            return ()
        wanted = self.query_text.lower().split()
        return tuple(
            pair
            for pair in self.files.pairs
            if (not self.only_differences or pair.state != "same") and all(word in pair.path.lower() for word in wanted)
        )

    @property
    def table_shown(self) -> Table | None:
        """The list, or the table of differences of the file that is open; None where that is none."""
        shown = self.preview.shown if self.opened is not None else self.grid
        return shown.table if isinstance(shown, Grid) else None

    def fill(self) -> None:
        """Lay the list out anew."""
        files = self.files
        if files is None:
            return
        pairs = self.pairs
        if self.query_text:
            self.grid.placeholder = f"No file matches  {clean(self.query_text)}\nesc clears the filter"
        elif files.pairs:
            self.grid.placeholder = (
                f"No file differs between these two.   {key_of('compare_files.differences')} shows all of them"
            )
        else:
            self.grid.placeholder = "Neither run has files."
        self.grid.table = files_table(pairs, self.names, self.size.width or self.app.size.width) if pairs else None
        differing = sum(pair.is_difference for pair in files.pairs)
        self.set_title(
            "Files",
            f"{named(self.names[0])} against {named(self.names[1])}",
            f"{count(differing)} of {count(len(files.pairs))} differ",
            matches(len(pairs)) if self.query_text else "",
        )
        self._fill_border()

    def _fill_border(self) -> None:
        old = "as last listed" if self._may_be_old and self.files is not None else ""
        self.set_subtitle(" · ".join(part for part in (old, "" if self.only_differences else "all files") if part))

    # one of them

    @on(Grid.Opened)
    def _row_opened(self, event: Grid.Opened) -> None:
        event.stop()
        if self.opened is not None or self.sides is None or not self.grid.row_count:
            return
        pair = next(pair for pair in self.pairs if pair.path == event.row_key)
        if pair.first is None or pair.second is None:
            self.notice.tell_warning(words.one_side(pair, self.names))
            return
        self.notice.clear()
        self.opened = pair
        # Where nothing of the file can be shown, the pane itself takes the keys.
        self.can_focus = True
        self.focus()
        self.grid.display, self.preview.display = False, True
        self._read_pair(pair, self.sides)

    def _read_pair(self, pair: FilePair, sides: tuple[Side, Side], *, however_large: bool = False) -> None:
        self.read = None
        self.preview.show_loading(clean(pair.path))
        self.ask(
            self._session.pool,
            "pair",
            lambda: read_pair(*sides, pair, however_large=however_large),
            self._got_pair,
            self._pair_refused,
        )

    def _pair_refused(self, problem: Problem) -> None:
        if self.opened is not None:
            self.preview.show_problem(self.opened.path, problem)
            self.call_after_refresh(self._focus_shown)

    def _got_pair(self, read: ReadPair) -> None:
        self.read = read
        if self.files is not None and self.opened is not None and read.same is not None:
            known = replace(self.opened, same=read.same)
            self.files = replace(
                self.files, pairs=tuple(known if pair.path == known.path else pair for pair in self.files.pairs)
            )
        self.show_pair()

    def show_pair(self) -> None:
        """Show what differs in the file that is open."""
        read, pair = self.read, self.opened
        if read is None or pair is None:
            return
        everything, tolerance = not self.only_differences, self._session.launch.settings.tolerance
        columns = self._columns_beside
        self.ask(
            self._session.pool,
            "change",
            lambda: read.change(everything=everything, tolerance=tolerance, columns=columns),
            lambda change: self._show_change(read, pair, change),
            self._pair_refused,
        )

    @property
    def _columns_beside(self) -> int:
        """The columns in which two texts stand beside each other; 0 where they do not, or there is no room."""
        room = self.size.width - _FRAME
        return room if self.beside and room >= LEAST_BESIDE else 0

    def _show_change(self, read: ReadPair, pair: FilePair, change: FileChange) -> None:
        self._starts = change.starts
        heading = words.heading(pair, read, change, narrow=self.beside and not self._columns_beside)
        called = f"{pair.path} {bool(self._columns_beside)} {self.only_differences}"
        self.preview.show_body(heading, words.with_names(change.body, self.names), called=called)
        self.call_after_refresh(self._focus_shown)
        self.refresh_bindings()

    def on_resize(self) -> None:
        if self.opened is None:
            self.fill()
        elif self.beside:
            self.show_pair()

    def _focus_shown(self) -> None:
        target, focused = self.preview.shown, self.screen.focused
        # Whoever has gone to another view meanwhile stays there.
        if self.opened is not None and (focused is None or self in focused.ancestors_with_self):
            (target if target is not None and target.focusable else self).focus()

    def close(self) -> bool:
        """Go back from a file to the list; False if the list is shown."""
        if self.opened is None:
            return False
        self.forget("pair")
        self.forget("change")
        path, self.opened, self.read, self._starts = self.opened.path, None, None, ()
        self.preview.display, self.grid.display = False, True
        self.fill()
        self.grid.move_to(path)
        self.grid.focus()
        self.can_focus = False
        return True

    # keys

    def action_differences(self) -> None:
        self.only_differences = not self.only_differences
        self.show_pair() if self.opened is not None else self.fill()

    async def action_filter(self) -> None:
        await self.open_bar()

    def action_beside(self) -> None:
        self.beside = not self.beside
        self.show_pair()

    def action_export(self) -> None:
        export_table(self, self._session, "file", self.table_shown)

    def action_more(self) -> None:
        if self.opened is not None and self.sides is not None:
            self._read_pair(self.opened, self.sides, however_large=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "more":
            return self.read is not None and self.read.is_asked
        if action == "filter":
            return self.opened is None
        if action == "beside":
            read = self.read
            return read is not None and isinstance(read.first.body, TextBody) and isinstance(read.second.body, TextBody)
        return True

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        shown = self.preview.shown
        if self.opened is None:
            table = self.grid.table
            rows = (table.row_of(pair.path) for pair in self.pairs if pair.is_difference) if table is not None else ()
            starts = tuple(sorted(row for row in rows if row is not None))
            self._step_in(self.grid, starts, by)
        elif isinstance(shown, TextView):
            here = shown.scroll_offset.y
            ahead = [at for at in self._starts if (at > here if by > 0 else at < here)]
            if ahead:
                shown.scroll_to(y=ahead[0] if by > 0 else ahead[-1], animate=False, force=True)
        elif isinstance(shown, Grid):
            self._step_in(shown, self._starts, by)

    @staticmethod
    def _step_in(grid: Grid, starts: tuple[int, ...], by: int) -> None:
        here = grid.cursor_row
        ahead = [at for at in starts if (at > here if by > 0 else at < here)]
        if ahead:
            grid.move_to_row(ahead[0] if by > 0 else ahead[-1])

    def value_here(self) -> tuple[str, str] | None:
        if self.opened is not None:
            return "path", clean(self.opened.path)
        path = self.grid.cursor_key
        return ("path", clean(path)) if path is not None else None
