"""How a pane or a page writes: each key opens the panel, and afterwards one line tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from tui.ui.asking import Deck

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.domain.writes.changes import Plan, Thing, ThingState
    from tui.services.session import Session
    from tui.services.write_flow import WriteResult
    from tui.ui.write_panel import Form


NOTHING_TO_UNDO = "Nothing was changed from here that could be undone"


class Writer:
    """What the keys of ``owner`` that write have in common; every page that shows what was written is told of it."""

    def __init__(self, owner: Widget, session: Session) -> None:
        self._owner = owner
        self._session = session

    @property
    def _deck(self) -> Deck:
        return cast(Deck, self._owner.app)

    def may_write(self) -> bool:
        """Whether this context may be written to; says why not."""
        refusal = self._session.flow.refusal if self._session.read_only else None
        if refusal is not None:
            self._deck.say(str(refusal))
        return refusal is None

    def confirm(
        self,
        title: str,
        make: Callable[[], Plan] | None = None,
        *,
        form: Form | None = None,
        at_once: bool = False,
        done: Callable[[WriteResult], object] | None = None,
    ) -> None:
        """Show a plan and carry it out; ``make`` reads the server, on a worker's thread, or ``form`` makes it."""
        from tui.ui.write_panel import WritePanel

        def left(told: WriteResult | None) -> None:
            if told is not None:
                (done or self.say_result)(told)

        if self.may_write():
            panel = WritePanel(self._session, make, title=title, form=form, at_once=at_once)
            self._owner.app.push_screen(panel, left)

    def say_result(self, told: WriteResult) -> None:
        """Tell in one line what was done; it stays until the next action."""
        from tui.ui.write_words import outcome_line

        self._deck.say(*outcome_line(told, self._session.clock.zone))

    def ask_name(
        self,
        title: str,
        question: str,
        text: str,
        make: Callable[[str], Plan],
        *,
        refuse: Callable[[str], str] | None = None,
        before: Callable[[str, Callable[[], None]], object] = lambda _name, go_on: go_on(),
        done: Callable[[WriteResult], object] | None = None,
    ) -> None:
        """Ask for a name, and show what it changes; ``make`` reads the server, on a worker's thread.

        ``before`` is given the name and what goes on with it, so that something else may be asked first.
        """
        from tui.domain.writes.changes import name_refusal
        from tui.services.write_flow import Outcome
        from tui.ui.dialogs.choices import AskLineModal

        def accept(line: str) -> None:
            name = line.strip()
            before(name, lambda: self.confirm(title, lambda: make(name), done=told))

        def told(what: WriteResult) -> None:
            if what.outcome is Outcome.DONE:
                asking.dismiss(None)
            (done or self.say_result)(what)

        def refused(line: str) -> str:
            return (refuse or name_refusal)(line.strip())

        if self.may_write():
            asking = AskLineModal(title, question, text, refuse=refused, accept=accept)
            self._owner.app.push_screen(asking)

    def rename(
        self,
        sort: Thing,
        name: str,
        read: Callable[[], ThingState | None],
        *,
        refuse: Callable[[str], str] | None = None,
        done: Callable[[WriteResult], object] | None = None,
    ) -> None:
        """Ask for another name of what ``read`` answers."""
        from tui.domain.text import named
        from tui.domain.writes.changes import renaming

        def make(to: str) -> Plan:
            return renaming(there(read(), sort), to)

        question = f"{named(name)} is to be called:"
        self.ask_name(f"Rename {sort.value}", question, name, make, refuse=refuse, done=done)

    def edit_note(self, sort: Thing, name: str, read: Callable[[], ThingState | None]) -> None:
        """Edit the note, or the description, as the server has it now."""
        from tui.domain.text import named
        from tui.domain.writes.changes import Thing
        from tui.ui.dialogs.edit_text import EditTextModal, NoteSource

        if self.may_write():
            what = "Note" if sort in (Thing.RUN, Thing.EXPERIMENT) else "Description"
            title = f"{what} of {sort.value} {named(name)}"
            source = NoteSource(self._session, title=title, sort=sort, read=read, done=self.say_result)
            self._owner.app.push_screen(EditTextModal(title, "", sort=sort, source=source))

    def edit_tags(self, title: str, read: Callable[[], Sequence[ThingState]]) -> None:
        """Edit the tags of what ``read`` answers, on a worker's thread."""
        from tui.ui.dialogs.edit_text import TagsModal

        if self.may_write():
            self._owner.app.push_screen(TagsModal(self._session, title=title, read=read, done=self.say_result))

    # taking back

    def can_take_back(self, *sorts: Thing) -> bool:
        """Whether something of these kinds was written since the context was opened that still stands."""
        return "flow" in vars(self._session) and self._session.flow.last(sorts) is not None

    def take_back(self, *sorts: Thing) -> None:
        """Take the last plan back: at once where that restores what was deleted, else after showing it."""
        from tui.domain.writes.changes import LIFECYCLE
        from tui.domain.writes.words import to_do

        if not self.may_write():
            return
        last = self._session.flow.last(sorts)
        back = last.taken_back if last is not None else None
        if back is not None:
            # What was deleted has just been told with this key beside it: to restore it nothing is overwritten.
            harmless = back.changes[0].field == LIFECYCLE and back.changes[0].after == "active"
            self.confirm(to_do(back), lambda: back, at_once=harmless)


def there(known: ThingState | None, sort: Thing) -> ThingState:
    """What was read; raises Problem where it is gone or deleted, and so cannot be changed."""
    from tui.domain.problem import Kind, Problem

    if known is None:
        raise Problem(Kind.NOT_FOUND, "Nothing was changed", f"The {sort.value} is no longer there.")
    if known.is_deleted:
        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", "It is deleted: it must be restored first.")
    return known
