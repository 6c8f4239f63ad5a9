"""How a pane asks: its session, in the pool and in series; the application; and for what is to be written."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import key_of
from tui.config.launch import Launch
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.services.pool import DEMAND, Pool, Ticket
from tui.services.session import Session
from tui.widgets.status_line import Top

if TYPE_CHECKING:
    from tui.app.actions import Action
    from tui.domain.places import Place
    from tui.domain.writes.changes import Change, Plan, Thing, ThingState
    from tui.services.copies import CopiedSummary
    from tui.services.watching import Happening
    from tui.services.write_flow import Touched, WriteResult
    from tui.ui.routes import Route
    from tui.ui.write_panel import Form


T = TypeVar("T")


class Asking(Widget):
    """A widget that asks. Of each series only the newest request counts; an older one's answer is dropped."""

    @dataclass
    class Delivered(Message, bubble=False):
        """An answer has come; ``deliver`` takes it in, on the event loop."""

        series: str
        token: int
        deliver: Callable[[], None]

    _tokens: Counter[str]
    _tickets: dict[str, Ticket]
    _stoppable: dict[str, tuple[str, Callable[[Problem], None]]]

    @property
    def deck(self) -> Deck:
        """The application."""
        return cast(Deck, self.app)

    def say_problem(self, problem: Problem) -> None:
        """Say in one line what went wrong."""
        self.deck.say(clean(str(problem)))

    def ask(
        self,
        pool: Pool,
        series: str,
        work: Callable[[], T],
        got: Callable[[T], None],
        refused: Callable[[Problem], None],
        *,
        urgency: int = DEMAND,
        stops: str = "",
    ) -> None:
        """Run ``work`` on a thread; ``got`` or ``refused`` is called on the event loop, unless superseded.

        ``stops`` is what is being read ("the runs") where ``stop_reading`` may end the wait for it.
        """
        if not hasattr(self, "_tokens"):
            self._tokens, self._tickets, self._stoppable = Counter(), {}, {}
        self.forget(series)
        if stops:
            self._stoppable[series] = stops, refused
        token = self._tokens[series]
        self._tickets[series] = pool.submit(
            work,
            lambda answer: self._post(self.Delivered(series, token, lambda: got(answer))),
            lambda problem: self._post(self.Delivered(series, token, lambda: refused(problem))),
            urgency=urgency,
        )

    def _post(self, message: Message) -> None:
        # A widget that has left the screen knows no app any more; the thread that brings the answer must not die of it.
        with contextlib.suppress(RuntimeError):
            self.post_message(message)

    def forget(self, series: str) -> None:
        """No longer want the answer of the request under way in this series, if there is one."""
        if not hasattr(self, "_tokens"):
            return
        self._tokens[series] += 1
        self._stoppable.pop(series, None)
        ticket = self._tickets.pop(series, None)
        if ticket is not None:
            ticket.cancel()

    def is_asking(self, series: str) -> bool:
        """Whether a request of this series is under way."""
        return hasattr(self, "_tickets") and series in self._tickets

    @property
    def can_stop_reading(self) -> bool:
        """Whether something is being read that may be stopped."""
        return bool(getattr(self, "_stoppable", None))

    def stop_reading(self) -> bool:
        """Wait no longer for what is being read: whoever asked is told so, as of any failure; False if nothing is."""
        stopped = dict(getattr(self, "_stoppable", ()))
        for series, (what, refused) in stopped.items():
            self.forget(series)
            refused(
                Problem(
                    Kind.CANCELLED,
                    f"Stopped reading {what}",
                    "It took long, and was stopped.",
                    f"{key_of('app.refresh')} reads it again",
                )
            )
        return bool(stopped)

    def on_asking_delivered(self, event: Delivered) -> None:
        if event.token != self._tokens[event.series]:
            return
        self._tickets.pop(event.series, None)
        self._stoppable.pop(event.series, None)
        event.deliver()


class Rest:
    """A short wait of ``owner``'s, begun anew at each move; ``over`` is called once nothing has moved so long."""

    def __init__(self, owner: MessagePump, seconds: float, over: Callable[[], object]) -> None:
        self._owner = owner
        self._seconds = seconds
        self._over = over
        self._timer: Timer | None = None

    @property
    def is_on(self) -> bool:
        return self._timer is not None

    def begin(self) -> None:
        self.end()
        self._timer = self._owner.set_timer(self._seconds, self._is_over)

    def end(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _is_over(self) -> None:
        self._timer = None
        self._over()


# Refreshing by itself, every few seconds, until it is stopped.


class AutoRefresh:
    """A timer of ``owner``'s that can be begun and stopped.

    ``tick`` is called every so many ``seconds``, and every so many ``running_seconds`` while what is watched runs.
    """

    def __init__(
        self, owner: MessagePump, seconds: float, tick: Callable[[], object], *, running_seconds: float | None = None
    ) -> None:
        self._owner = owner
        self._seconds = seconds
        self._running_seconds = seconds if running_seconds is None else running_seconds
        self._running = False
        self._tick = tick
        self._timer: Timer | None = None

    @property
    def is_on(self) -> bool:
        return self._timer is not None

    @property
    def pace(self) -> float:
        """Every how many seconds it refreshes now; 0 where it does not."""
        return (self._running_seconds if self._running else self._seconds) if self.is_on else 0

    def is_running(self, running: bool) -> None:
        """Whether what is watched runs: it is looked at more often while it does."""
        if running != self._running:
            self._running = running
            if self.is_on:
                self.toggle()
                self.toggle()

    def toggle(self) -> bool:
        """Begin or stop; answers whether it goes on now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        else:
            self._timer = self._owner.set_interval(
                self._running_seconds if self._running else self._seconds, self._tick
            )
        return self.is_on


# What screens may ask of the application, so that they need not import it.


class Notices(Protocol):
    """What ends while one looks elsewhere."""

    def saw_run(self, run_id: str, name: str, status: str) -> None:
        """A run has been read; one that was seen running and has ended is told of."""
        ...

    def begun(self, found: Sequence[Happening]) -> None:
        """Conditions have begun to hold, of which the terminal is to tell the desktop."""
        ...

    @property
    def runs_going(self) -> tuple[str, ...]:
        """The runs that were seen running the last time."""
        ...


class Deck(Protocol):
    """The application, as screens see it."""

    glyphs: Glyphs
    keymap: Mapping[str, str]
    absolute_times: bool
    environment: Mapping[str, str]
    folder: Path
    draws_pictures: bool  # whether the terminal takes pictures
    done_last: CopiedSummary | None  # what was written last, as it can be told to others
    message_seconds: float  # after which the hints take the place of what was said; 0 waits for the next key

    @property
    def tops(self) -> tuple[Top, ...]:
        """The places at the top of the open context."""
        ...

    @property
    def top_here(self) -> str:
        """The name of the one under all pages."""
        ...

    def top_of(self, page: Widget) -> str:
        """The name of the one that a page lies over, also while another is shown."""
        ...

    def say(self, message: str, kept: str = "") -> None:
        """One line at the bottom, for a few seconds or until the next action; ``kept``, its end, is never cut off."""
        ...

    def copy_text(self, called: str, text: str) -> str:
        """Copy to the terminal's clipboard; answers what it said."""
        ...

    def written(self, touched: Touched) -> None:
        """These may have been changed: every page that shows them, open beneath or on another top, reads them again."""
        ...

    def look_again(self, told: WriteResult) -> None:
        """Look a little later whether somebody else has changed what was just written, and tell of it."""
        ...

    def register(self, *, run_id: str = "", uri: str = "") -> None:
        """Register a model of a run, or the one at an address, as a version: which, and as what, is asked."""
        ...

    def go(self, route: Route) -> None:
        """Open a screen over this one."""
        ...

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of a context ("browse"), closing what lies over it."""
        ...

    def go_to_place(self, place: Place) -> None:
        """Go to a place, closing what lies over the top that shows it."""
        ...

    def open_context(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context and open another in its place, at an experiment or a model that is there too."""
        ...

    def open_beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        ...

    @property
    def notices(self) -> Notices:
        """What tells of runs that were seen running and have ended."""
        ...

    def notice(self, kind: str, title: str, text: str) -> None:
        """Have the terminal tell the desktop of something of a kind (``NOTICE_KINDS``)."""
        ...

    def own_commands(self, places: Collection[str]) -> list[Action]:
        """The commands of the person's own that hold in these places."""
        ...

    def run_own_command(self, action_id: str) -> None:
        """Run one of them, by the id of its action."""
        ...

    def now_ms(self) -> int:
        """The time by the deck's clock."""
        ...

    def leave(self) -> None:
        """Quit."""
        ...


def choose(
    owner: Widget,
    title: str,
    offered: Iterable[tuple[str, str, str]],
    go_on: Callable[[str], object],
    *,
    does: str = "",
) -> ModalScreen[Any]:
    """Ask which of these is meant; ``go_on`` is given its id. Each is an id, a title and what says more of it.

    ``does`` is what enter does ("enter open"). Answers what asks.
    """
    from tui.ui.dialogs.choices import Choice, ChoiceModal

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            go_on(choice.id)

    hint = f"{does}   esc leave" if does else ""
    choices = [Choice(*each) for each in offered]
    asking = ChoiceModal(title, choices, cast(Deck, owner.app).glyphs, hint=hint)
    owner.app.push_screen(asking, chosen)
    return asking


# How a pane or a page writes: each key opens the panel, and afterwards one line tells of it.


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
        touches: Sequence[Change] = (),
        at_once: bool = False,
        done: Callable[[WriteResult], object] | None = None,
    ) -> None:
        """Show a plan and carry it out; ``make`` reads the server, on a worker's thread, or ``form`` makes it.

        ``touches`` are changes like those that the form will plan.
        """
        from tui.ui.write_panel import WritePanel

        def left(told: WriteResult | None) -> None:
            if told is not None:
                (done or self.say_result)(told)

        if self.may_write():
            panel = WritePanel(self._session, make, title=title, form=form, touches=touches, at_once=at_once)
            self._owner.app.push_screen(panel, left)

    def open_editor(self, editor: ModalScreen[Any], touches: Callable[[], Sequence[Change]]) -> None:
        """Open what a change is written in; it says what one's own permissions on the server do not allow of it."""
        self._owner.app.push_screen(editor)
        self.say_lacking(editor, touches)

    def say_lacking(self, editor: ModalScreen[Any], touches: Callable[[], Sequence[Change]]) -> None:
        """The same on an editor that has just been opened."""
        if not self._session.capabilities.tells_permissions:
            return
        from tui.ui.write_parts import RightsLine

        rights = RightsLine(self._session, touches)
        editor.call_after_refresh(lambda: editor.query_one(".dialogue").mount(rights))

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
        touches: Callable[[], Sequence[Change]] = lambda: (),
    ) -> None:
        """Ask for a name, and show what it changes; ``make`` and ``touches`` read the server, on a worker's thread.

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
            self.open_editor(asking, touches)

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
        from tui.domain.writes.changes import NAME, renaming, touching

        def make(to: str) -> Plan:
            return renaming(there(read(), sort), to)

        question = f"{named(name)} is to be called:"
        self.ask_name(
            f"Rename {sort.value}",
            question,
            name,
            make,
            refuse=refuse,
            done=done,
            touches=lambda: touching([read()], NAME),
        )

    def edit_note(self, sort: Thing, name: str, read: Callable[[], ThingState | None]) -> None:
        """Edit the note, or the description, as the server has it now."""
        from tui.domain.writes.changes import NOTE, Thing, touching
        from tui.ui.dialogs.edit_text import EditTextModal, NoteSource

        if self.may_write():
            what = "Note" if sort in (Thing.RUN, Thing.EXPERIMENT) else "Description"
            title = f"{what} of {sort.value} {named(name)}"
            source = NoteSource(self._session, title=title, sort=sort, read=read, done=self.say_result)
            self.open_editor(EditTextModal(title, "", sort=sort, source=source), lambda: touching([read()], NOTE))

    def edit_tags(self, title: str, read: Callable[[], Sequence[ThingState]]) -> None:
        """Edit the tags of what ``read`` answers, on a worker's thread."""
        from tui.domain.writes.changes import TAG, touching
        from tui.ui.dialogs.edit_text import TagsModal

        if self.may_write():
            editor = TagsModal(self._session, title=title, read=read, done=self.say_result)
            self.open_editor(editor, lambda: touching(read(), TAG))

    # taking back

    @property
    def has_written(self) -> bool:
        """Whether anything has been written since the context was opened."""
        return "flow" in vars(self._session)

    def can_take_back(self, *sorts: Thing) -> bool:
        """Whether something of these kinds was written since the context was opened that still stands."""
        return self.has_written and self._session.flow.last(sorts) is not None

    @property
    def can_take_back_runs(self) -> bool:
        """Whether something of runs or experiments was written from here that still stands."""
        if not self.has_written:
            return False  # every hint asks: what changes are is loaded with the first one
        from tui.domain.writes.changes import Thing

        return self.can_take_back(Thing.RUN, Thing.EXPERIMENT)

    def take_back_runs(self) -> None:
        """Take back the last plan about runs or experiments."""
        from tui.domain.writes.changes import Thing

        self.take_back(Thing.RUN, Thing.EXPERIMENT)

    def take_back(self, *sorts: Thing) -> None:
        """Take the last plan back: at once where that restores what was deleted, else after showing it."""
        from tui.domain.writes.change_words import to_do
        from tui.domain.writes.changes import LIFECYCLE

        if not self.may_write():
            return
        last = self._session.flow.last(sorts)
        back = last.taken_back if last is not None else None
        if back is not None:
            # What was deleted has just been told with this key beside it: to restore it nothing is overwritten.
            harmless = back.changes[0].field == LIFECYCLE and back.changes[0].after == "active"
            self.confirm(to_do(back), lambda: back, at_once=harmless)


def tags_title(names: Sequence[str], many: str, name: str, versions: Sequence[str]) -> str:
    """What tags are edited of: versions of one model or prompt, or else several of these by name."""
    if versions:
        said = named(name)
        return f"Tags of {said} v{versions[0]}" if len(versions) == 1 else f"Tags of {len(versions)} versions of {said}"
    return f"Tags of {named(names[0]) if len(names) == 1 else f'{len(names)} {many}'}"


def there(known: ThingState | None, sort: Thing) -> ThingState:
    """What was read; raises Problem where it is gone or deleted, and so cannot be changed."""
    from tui.domain.problem import Kind, Problem

    if known is None:
        raise Problem(Kind.NOT_FOUND, "Nothing was changed", f"The {sort.value} is no longer there.")
    if known.is_deleted:
        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", "It is deleted: it must be restored first.")
    return known
