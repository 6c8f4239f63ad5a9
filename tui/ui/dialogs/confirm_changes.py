"""The one panel through which runs and experiments are changed: what will be done, the doing, what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.text import clean
from tui.domain.writes import changes
from tui.domain.writes import words as change_words
from tui.domain.writes.changes import Change, Plan, Verb
from tui.resources import style_sheets
from tui.services.housekeeping import Told
from tui.services.session import Session
from tui.services.writes import Outcome
from tui.ui.asking import Asking
from tui.ui.breakpoints import BREAKPOINTS, NARROW
from tui.ui.deck import Deck
from tui.ui.dialogs import change_rows
from tui.ui.dialogs.change_told import told_title, told_words
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

FEW = 12  # changes up to which the panel is as high as they are
DIFFERENCE_SHOWN = 400  # lines of the difference between two texts


class Face(Enum):
    """What the panel is showing."""

    READING = "reading"
    SHOWN = "shown"  # the plan, to go on or to leave
    DOING = "doing"
    TOLD = "told"  # what became of it, where not all was done
    REFUSED = "refused"  # nothing was tried


class ChangesModal(ModalScreen["Told | None"], Asking):
    """Shows a plan and carries it out; answers with what became of it, or None where nothing was tried.

    ``make`` reads the server and answers the plan, on a worker's thread; it may raise Problem. ``at_once`` is for the
    taking back of what has just been told: it goes on without being asked again.
    """

    CSS_PATH = style_sheets("dialogues.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("escape", "leave", show=False),
        Binding("f", "finish", show=False),
        Binding("b", "put_back", show=False),
        Binding("w", "unrecorded", show=False),
        Binding("y", "copy", show=False),
    ]

    @dataclass
    class Stepped(Message, bubble=False):
        """So many changes are over."""

        steps: int

    def __init__(
        self, session: Session, glyphs: Glyphs, make: Callable[[], Plan], *, title: str, at_once: bool = False
    ) -> None:
        super().__init__(classes="changes-modal")
        self._session = session
        self._glyphs = glyphs
        self._make = make
        self._title_text = title
        self._at_once = at_once
        self._stop = threading.Event()
        self.face = Face.READING
        self.plan = Plan(())
        self.told: Told | None = None
        self._problem: Problem | None = None
        self.grid = PlainGrid(glyphs=glyphs)
        self._words = Static(classes="words")
        self._difference = Static()
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue"):
            yield self._words
            yield self.grid
            with VerticalScroll(classes="difference", can_focus=False):
                yield self._difference
            yield self._state

    def on_mount(self) -> None:
        self.grid.focus()
        self._read(self._make, self._title_text)

    # reading

    def _read(self, make: Callable[[], Plan], title: str) -> None:
        self._show(Face.READING, title)
        self.ask(self._session.pool, "plan", make, self._made, self._not_made)

    def _made(self, plan: Plan) -> None:
        self.plan = plan
        reasons = changes.refusals(plan)
        if reasons:
            self._not_made(Problem(Kind.BAD_REQUEST, "Nothing is changed", " ".join((*reasons, *plan.remarks))))
        elif self._at_once:
            self._at_once = False
            self._do()
        else:
            self._show(Face.SHOWN, change_words.to_do(plan))

    def _not_made(self, problem: Problem) -> None:
        self._problem = problem
        self._show(Face.REFUSED, self._title_text)

    # doing

    def _do(self, *, unrecorded_ok: bool = False) -> None:
        self._stop.clear()
        self._show(Face.DOING, change_words.to_do(self.plan))
        plan, stop, housekeeping = self.plan, self._stop, self._session.housekeeping

        def work() -> Told:
            return housekeeping.carry_out(
                plan,
                stopped=stop.is_set,
                progress=lambda steps: self.post_message(self.Stepped(steps)),
                unrecorded_ok=unrecorded_ok,
            )

        self.ask(self._session.pool, "writing", work, self._done, self._not_made)

    @on(Stepped)
    def _stepped(self, event: Stepped) -> None:
        if self.face is Face.DOING:
            self._state.update(Content(self._progress(event.steps)))

    def _progress(self, steps: int) -> str:
        every = len(self.plan.changes)
        if every == 1:
            return "writing, and reading back …"
        ends = "stopping after the one under way" if self._stop.is_set() else "esc stops"
        return f"{count(steps)} of {count(every)} done and read back · {ends}"

    def _done(self, told: Told) -> None:
        self.told = told
        if told.outcome is Outcome.DONE:
            self.dismiss(told)
        else:
            self._show(Face.TOLD, told_title(told))

    # showing

    def _show(self, face: Face, title: str) -> None:
        self.face = face
        frame = self.query_one(".dialogue")
        frame.border_title = Content(f" {title} ")
        if face is Face.TOLD and self.told is not None:
            self.grid.table = change_rows.became(self.told, self._glyphs, self._room)
        elif face in (Face.SHOWN, Face.DOING):
            self.grid.table = change_rows.planned(self.plan, self._glyphs, self._room)
        elif face is Face.READING or not self.plan.changes:
            self.grid.table = None
        frame.set_class(self.grid.row_count <= FEW, "-few")
        self.grid.styles.height = self.grid.row_count + 1 if 0 < self.grid.row_count <= FEW else None
        self.grid.display = self.grid.row_count > 0
        words = self._words_of(face)
        self._words.update(Content(words))
        self._words.display = bool(words)
        state, tone = self._state_of(face)
        self._state.update(Content(state))
        self._state.set_class(tone == "warn", "-warn")
        self._state.set_class(tone == "bad", "-bad")
        self._state.display = bool(state)
        self._show_difference()
        self._show_keys()

    @property
    def _room(self) -> int:
        """The cells beside each other in the panel that rows can take."""
        width = self.app.size.width
        return (width if width < NARROW else min(110, width * 8 // 10)) - 6

    def _words_of(self, face: Face) -> str:
        if face not in (Face.SHOWN, Face.DOING):
            return ""
        where = f"{clean(self._session.name)} {self._glyphs.bullet} {clean(self._session.launch.place_shown)}"
        lines = [where]
        if len(self.plan.changes) > FEW:
            names = [clean(change.called) or change.id for change in self.plan.changes]
            first = ", ".join(dict.fromkeys(names[:4]))
            lines.append(f"{count(len(self.plan.changes))} changes: {first} and more; all are listed here.")
        lines += self.plan.remarks
        if self.plan.verbs == (Verb.DELETE,):
            them = "It" if len(self.plan.things) == 1 else "They"
            lines.append(f"{them} can be restored until the server's owner clears what is deleted.")
        return "\n".join(lines)

    def _state_of(self, face: Face) -> tuple[str, str]:
        if face is Face.READING:
            return "Reading how it is now …", ""
        if face is Face.DOING:
            return self._progress(0), ""
        if face is Face.REFUSED and self._problem is not None:
            problem = self._problem
            return clean(" ".join(part for part in (f"{problem.title}:", problem.message, problem.hint) if part)), "bad"
        if face is Face.TOLD and self.told is not None:
            return told_words(self.told), "warn" if self.told.done else "bad"
        return "", ""

    def _show_keys(self) -> None:
        keys = {
            Face.READING: "esc leave",
            Face.SHOWN: f"enter {self._verb()}   y copy as Python   esc leave",
            Face.DOING: "esc stop",
            Face.REFUSED: "esc leave",
        }.get(self.face, "")
        if self.face is Face.TOLD and self.told is not None:
            parts = ["f finish" if self.told.left else "", "b put back" if self.told.taken_back else "", "esc leave"]
            keys = "   ".join(part for part in parts if part)
        elif self._ledger_is_in_the_way:
            keys = "w write without a record   esc leave"
        self.query_one(".dialogue").border_subtitle = Content(f" {keys} ")

    def _verb(self) -> str:
        verbs = self.plan.verbs
        return verbs[0].value if len(verbs) == 1 and verbs[0] is not Verb.NOTE else "write"

    @property
    def _ledger_is_in_the_way(self) -> bool:
        # A store that cannot be read is an outcome of a step; as a refusal of the whole it is the ledger's.
        return (
            self.face is Face.REFUSED
            and self._problem is not None
            and self._problem.kind is Kind.STORE_UNREADABLE
            and bool(self.plan.changes)
        )

    def _show_difference(self) -> None:
        place = self.query_one(".difference")
        change = self._change_here()
        place.display = change is not None and change_words.needs_room(change)
        if change is None or not place.display:
            return
        found, instead = None, False
        if self.face is Face.TOLD and self.told is not None:
            result = self.told.report.results[self.grid.cursor_row]
            found, instead = change.value_in(result.found), result.found is not None
        lines = change_words.difference(change, found, found=instead)
        parts: list[tuple[str, str]] = []
        for line in lines[:DIFFERENCE_SHOWN]:
            tone = {"+": "$success", "-": "$error", "@": "$text-muted"}.get(line[:1], "")
            parts.append((("\n" if parts else "") + clean(line), tone))
        self._difference.update(Content.assemble(*parts))

    def _change_here(self) -> Change | None:
        row = self.grid.cursor_row
        return self.plan.changes[row] if self.grid.row_count and row < len(self.plan.changes) else None

    @on(Grid.CursorMoved)
    def _moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self._show_difference()

    # keys

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        if self.face is Face.SHOWN:
            self._do()

    def action_unrecorded(self) -> None:
        if self._ledger_is_in_the_way:
            self._do(unrecorded_ok=True)

    def action_finish(self) -> None:
        """Show what is left, from how things are now."""
        told = self.told
        if self.face is Face.TOLD and told is not None and told.left:
            housekeeping = self._session.housekeeping
            self._read(lambda: housekeeping.finishing(told), "Finish")

    def action_put_back(self) -> None:
        """Show what takes back the part that was done."""
        back = self.told.taken_back if self.told is not None else None
        if self.face is Face.TOLD and back is not None:
            self._read(lambda: back, "Put back")

    def action_copy(self) -> None:
        if self.face is Face.SHOWN:
            said = cast(Deck, self.app).copy_text("Python", change_words.python(self.plan.changes))
            self.query_one(".dialogue").border_subtitle = Content(f" {clean(said)[:60]}   esc leave ")

    def action_leave(self) -> None:
        """Stop what is under way, else leave."""
        if self.face is Face.DOING:
            self._stop.set()
            self._state.update(Content("stopping after the one under way …"))
        else:
            self.dismiss(self.told)
