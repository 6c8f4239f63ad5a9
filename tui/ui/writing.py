"""How panes and pages change runs and experiments: each key opens a panel, and afterwards one line tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from tui.services.session import Session
from tui.ui.deck import Deck

if TYPE_CHECKING:
    from tui.domain.writes.changes import Known, Plan, Sort
    from tui.services.housekeeping import Told


NOTHING_TO_UNDO = "Nothing was changed from here that could be undone"


class Writing(Widget):
    """A widget with keys that write. What shows runs or experiments reads again by itself: see ``WritesSeen``."""

    @property
    def writes_in(self) -> Session:
        """The session that is written to."""
        raise NotImplementedError  # pragma: no cover  every owner has one

    def may_write(self) -> bool:
        """Whether this context may be written to; says why not."""
        if self.writes_in.read_only:
            refusal = self.writes_in.housekeeping.refusal
            cast(Deck, self.app).say(str(refusal))
        return not self.writes_in.read_only

    def confirm(self, title: str, make: Callable[[], Plan], *, at_once: bool = False) -> None:
        """Show a plan and let it be carried out; ``make`` reads the server, on a worker's thread."""
        from tui.ui.dialogs.confirm_changes import ChangesModal

        if self.may_write():
            panel = ChangesModal(self.writes_in, cast(Deck, self.app).glyphs, make, title=title, at_once=at_once)
            self.app.push_screen(panel, self._told_or_left)

    def _told_or_left(self, told: Told | None) -> None:
        if told is not None:
            self.written(told)

    def written(self, told: Told) -> None:
        """Tell in one line what was done; it stays until the next action."""
        from tui.ui.dialogs.change_told import outcome_line

        cast(Deck, self.app).say(outcome_line(told, self.writes_in.clock.zone))

    def rename(self, sort: Sort, thing_id: str, name: str) -> None:
        """Ask for another name."""
        from tui.domain.text import clean
        from tui.domain.writes.changes import renaming
        from tui.ui.dialogs.ask_line import NameModal

        if not self.may_write():
            return
        session = self.writes_in

        def make(to: str) -> Plan:
            return renaming(there(self._read(sort, thing_id), sort), to)

        question = f"{clean(name) or thing_id} is to be called:"
        glyphs = cast(Deck, self.app).glyphs
        title = f"Rename {sort.value}"
        self.app.push_screen(
            NameModal(session, glyphs, title=title, question=question, text=name, make=make, done=self.written)
        )

    def edit_note(self, sort: Sort, thing_id: str, name: str) -> None:
        """Edit the note as the server has it now."""
        from tui.domain.text import clean
        from tui.ui.dialogs.edit_text import NoteModal

        if self.may_write():
            title = f"Note of {sort.value} {clean(name) or thing_id}"
            glyphs = cast(Deck, self.app).glyphs
            self.app.push_screen(
                NoteModal(
                    self.writes_in,
                    glyphs,
                    title=title,
                    sort=sort,
                    read=lambda: self._read(sort, thing_id),
                    done=self.written,
                )
            )

    def edit_tags(self, title: str, read: Callable[[], Sequence[Known]]) -> None:
        """Edit the tags of what ``read`` answers, on a worker's thread."""
        from tui.ui.dialogs.edit_tags import TagsModal

        if self.may_write():
            glyphs = cast(Deck, self.app).glyphs
            self.app.push_screen(TagsModal(self.writes_in, glyphs, title=title, read=read, done=self.written))

    def _read(self, sort: Sort, thing_id: str) -> Known | None:
        housekeeping = self.writes_in.housekeeping
        return housekeeping.run(thing_id) if sort.value == "run" else housekeeping.experiment(thing_id)

    # taking back

    @property
    def can_take_back(self) -> bool:
        """Whether something was written from here that still stands."""
        return bool(self.writes_in.changes_told and self.writes_in.housekeeping.history)

    def take_back(self) -> None:
        """Take the last plan back: at once where that restores what was deleted, else after showing it."""
        from tui.domain.writes.changes import LIFECYCLE
        from tui.domain.writes.words import to_do

        if not self.may_write() or not self.can_take_back:
            return
        back = self.writes_in.housekeeping.history[-1].taken_back
        if back is not None:
            # What was deleted has just been told with this key beside it: to restore it nothing is overwritten.
            harmless = back.changes[0].field == LIFECYCLE and back.changes[0].after == "active"
            self.confirm(to_do(back), lambda: back, at_once=harmless)


def there(known: Known | None, sort: Sort) -> Known:
    """What was read; raises Problem where it is gone or deleted, and so cannot be changed."""
    from tui.domain.problem import Kind, Problem

    if known is None:
        raise Problem(Kind.NOT_FOUND, "Nothing was changed", f"The {sort.value} is no longer there.")
    if known.is_deleted:
        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", "It is deleted: it must be restored first.")
    return known
