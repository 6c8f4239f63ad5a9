"""The one panel through which anything is written: what will be done, the arming, the doing, what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.table import Table
from tui.domain.text import clean, named
from tui.domain.writes import changes
from tui.domain.writes import words as change_words
from tui.domain.writes.changes import Change, Plan, Thing, WriteVerb
from tui.resources import style_sheets
from tui.services.copies import shown_uri
from tui.services.session import Session
from tui.services.write_flow import Touched, WriteResult
from tui.services.writes import Outcome
from tui.ui import write_words
from tui.ui.asking import Asking
from tui.ui.breakpoints import BREAKPOINTS
from tui.ui.deck import Deck
from tui.ui.write_words import told_title, told_words
from tui.widgets.calm_input import CalmInput
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

FEW = 12  # changes that are named one by one in what is shown of a plan
DIFFERENCE_SHOWN = 400  # lines of the difference between two texts
_FEWEST_ROWS = 4  # of the table, its title included
_WIDEST, _FRAME = 124, 4  # columns of the panel, and of its frame
WITHOUT_RECORD = "w writes without a record: nobody will see who did it."


class Face(Enum):
    """What the panel is showing."""

    READING = "reading"
    SHOWN = "shown"  # the plan, to go on or to leave
    ARMED = "armed"  # the next enter does it
    DOING = "doing"
    TOLD = "told"  # what became of it, where not all was done
    REFUSED = "refused"  # nothing was tried

    @property
    def asks(self) -> bool:
        """Whether lines can be typed in."""
        return self in (Face.SHOWN, Face.ARMED)


class Line(CalmInput):
    """A line of the panel; enter is the panel's, and up and down go through what ``offers`` could stand in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, value: str = "", placeholder: str = "", line_id: str = "", *, round_again: bool = False) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, id=line_id)
        self.select_on_focus = False
        self.offers: list[str] = []
        self._round_again = round_again

    def action_step(self, by: int) -> None:
        if not self.offers:
            return
        at = self.offers.index(self.value.strip()) + by if self.value.strip() in self.offers else 0
        last = len(self.offers)
        self.value = self.offers[at % last if self._round_again else max(0, min(last - 1, at))]
        self.cursor_position = len(self.value)


class GoOn(Static, can_focus=True):
    """The button: enter on it goes on, up and down look through the rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.go_on", show=False),
        Binding("down,up,pagedown,pageup,j,k,home,end", "screen.look_through", show=False),
    ]

    def on_click(self, event: Click) -> None:
        event.stop()
        cast(WritePanel, self.screen).action_go_on()


class Form(Protocol):
    """Lines at the top of the panel by which the plan is made there, and what is known of what they name."""

    def lines(self) -> ComposeResult:
        """The lines."""
        ...

    def opened(self, panel: WritePanel) -> None:
        """The panel is there: learn what is not known yet, and have it drawn again as that comes."""
        ...

    def first(self) -> Widget | None:
        """The line that has the keys at first; None where there is none."""
        ...

    def edited(self, line: Line) -> None:
        """A line was edited."""
        ...

    def plan(self) -> Plan:
        """The plan as the lines stand, from what is known without asking."""
        ...

    def table(self, plan: Plan) -> Table | None:
        """What the plan means, row by row; None for its changes as they are."""
        ...

    def title(self) -> str:
        """What the panel is called while the plan is made."""
        ...

    def look_again(self) -> Callable[[], object]:
        """What reads the server anew, on a worker's thread; the plan is made from that afterwards."""
        ...


class WritePanel(ModalScreen["WriteResult | None"], Asking):
    """Shows a plan, has it armed, and carries it out; answers with what became of it, or None where nothing was tried.

    ``make`` reads the server and answers the plan, on a worker's thread; it may raise Problem. In its place a ``form``
    makes the plan on the panel. ``at_once`` is for the taking back of what has just been told: it is not armed.
    """

    CSS_PATH = style_sheets("dialogues.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f,r", "finish", show=False),
        Binding("b", "put_back", show=False),
        Binding("w", "unrecorded", show=False),
        Binding("y", "copy_here", show=False),
        Binding("ctrl+y", "copy", show=False),
    ]

    @dataclass
    class Stepped(Message, bubble=False):
        """So many changes are over."""

        steps: int

    def __init__(
        self,
        session: Session,
        make: Callable[[], Plan] | None = None,
        *,
        title: str,
        form: Form | None = None,
        at_once: bool = False,
    ) -> None:
        super().__init__(classes="write-panel")
        self.session = session
        self._make = make
        self.form = form
        self._title_text = title
        self._at_once = at_once
        self._formed = form is not None
        self._stop = threading.Event()
        self.face = Face.READING
        self.plan = Plan(())
        self.told: WriteResult | None = None
        self._parts: list[WriteResult] = []  # what was done in part and stands, the latest last
        self._problem: Problem | None = None
        self._touched: Touched = frozenset()
        self.grid = PlainGrid(glyphs=self.deck.glyphs)
        self.why = Line(line_id="why")
        self.typed = Line(line_id="typed")
        self._words = Static(classes="words")
        self._difference = Static()
        self._remarks = Static(classes="remarks")
        self._state = Static(classes="state")
        self.button = GoOn(classes="go-on")

    @property
    def deck(self) -> Deck:
        return cast(Deck, self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue"):
            yield self._words
            if self.form is not None:
                yield from self.form.lines()
            yield self.grid
            with VerticalScroll(classes="difference", can_focus=False):
                yield self._difference
            yield self._remarks
            with Horizontal(classes="field", id="why-field"):
                yield Static(Content("why"), classes="label")
                yield self.why
            with Horizontal(classes="field", id="typed-field"):
                yield Static(Content("type"), classes="label")
                yield self.typed
            yield self._state
            yield self.button

    def on_mount(self) -> None:
        if self.form is None:
            assert self._make is not None
            self._read(self._make, self._title_text)
        else:
            self.form.opened(self)
            self._take_plan(self.form.plan())

    # reading

    def _read(self, make: Callable[[], Plan], title: str) -> None:
        flow = self.session.flow
        self._formed = False
        self._show(Face.READING, title)
        self.ask(self.session.pool, "plan", lambda: flow.dressed(make()), self._made, self._not_made)

    def _made(self, plan: Plan) -> None:
        reasons = changes.refusals(plan)
        if not plan.changes and (settled := self._settled()) is not None:
            self._close(settled)
        elif reasons:
            self.plan = plan
            self._not_made(Problem(Kind.BAD_REQUEST, "Nothing is changed", " ".join((*reasons, *plan.remarks))))
        elif self._at_once:
            self._at_once = False
            self.plan = plan
            self._do()
        else:
            self._take_plan(plan)

    def _settled(self) -> WriteResult | None:
        """What was tried, where its answer was lost and looking again has told that it was done after all."""
        tried = self.told.plan if self.told is not None else None
        return next((t for t in self.session.flow.history if t.plan is tried and t.outcome is Outcome.DONE), None)

    def _not_made(self, problem: Problem) -> None:
        self._problem = problem
        self._show(Face.REFUSED, self._title_text)

    def _take_plan(self, plan: Plan) -> None:
        """Show a plan that can be gone on with."""
        self.plan, self.told = plan, None
        self.typed.value = ""  # what was typed for another plan is typed again
        self.typed.placeholder = f"type {named(plan.typed)} to go on"
        self.why.placeholder = "a reason, for the ledger" + ("" if plan.asks_why == "must" else " (may be left out)")
        self._show(Face.SHOWN, self._title_of(plan))
        self._first().focus()

    def _title_of(self, plan: Plan) -> str:
        return self.form.title() if self.form is not None and self._is_formed else change_words.to_do(plan)

    @property
    def _is_formed(self) -> bool:
        """Whether the plan is the one that the form makes, and not one that follows it."""
        return self.form is not None and self._formed

    def _first(self) -> Widget:
        first = self.form.first() if self.form is not None and self._is_formed else None
        if first is not None:
            return first
        return self.typed if self.plan.typed else self.why if self.plan.asks_why else self.button

    def form_changed(self) -> None:
        """More is known of what the form names, or its lines are others: make its plan anew."""
        if self.form is not None and self.face.asks and self._is_formed:
            before, self.plan = self.plan, self.form.plan()
            changed = before.changes != self.plan.changes or before.typed != self.plan.typed
            self.typed.placeholder = f"type {named(self.plan.typed)} to go on"
            self._show(Face.SHOWN if changed else self.face, self.form.title())

    # arming and doing

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        line = cast(Line, event.input)
        if not self.face.asks:
            return
        if self.face is Face.ARMED:
            self._show(Face.SHOWN, self._title_of(self.plan))
        if self.form is not None and line not in (self.why, self.typed):
            self.form.edited(line)
            self.form_changed()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        """Enter in the rows shows one in full: only the button and the lines arm."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        event.stop()
        row = self.grid.cursor_row
        table = self.grid.table
        shown = self.form.table(self.plan) if self.form is not None and self.told is None else None
        if table is not None and shown is not None:
            cells = [(column.title, table.texts(column.key, row, row + 1)[0]) for column in table.columns]
            text = "\n".join(f"{title}: {cell}" if title else cell for title, cell in cells if cell)
            self.app.push_screen(WholeTextModal(cells[0][1], text))
        elif row < len(self.plan.changes):
            plan = self.told.plan if self.told is not None else self.plan
            whole = write_words.whole_row(plan, self.told, row, self.deck.glyphs.absent)
            self.app.push_screen(WholeTextModal(*whole))

    def action_look_through(self) -> None:
        self.grid.focus()

    def action_go_on(self) -> None:
        """Arm, and once it is armed do it; where it was tried, look at how things are now."""
        if self.face is Face.SHOWN:
            self._arm()
        elif self.face is Face.ARMED:
            self._do()
        elif self.face is Face.TOLD:
            self.action_finish()
        elif self.face is Face.REFUSED and not self._ledger_is_in_the_way:
            self.action_leave()

    def _arm(self) -> None:
        reasons = changes.refusals(self.plan)
        wanted = self.plan.typed
        if reasons:
            self.say(" ".join(reasons), "bad")
        elif self.plan.asks_why == "must" and not self.why.value.strip():
            self.why.focus()
            self.say("This context wants a reason for each of these: say why.", "warn")
        elif wanted and not {self.typed.value, self.typed.value.strip()} & {wanted, named(wanted), named(wanted)}:
            self.say(f"{self._why_typed()}: type {named(wanted)} to go on.", "warn")
            self.typed.focus()
        else:
            self._show(Face.ARMED, self._title_of(self.plan))
            self.button.focus()

    def _why_typed(self) -> str:
        return "That is not it" if self.typed.value else self.plan.guard or "This cannot be undone"

    def _do(self, *, unrecorded_ok: bool = False) -> None:
        self._stop.clear()
        self.plan = replace(self.plan, why=self.why.value.strip())
        self._show(Face.DOING, change_words.to_do(self.plan))
        plan, stop, flow = self.plan, self._stop, self.session.flow

        def work() -> WriteResult:
            return flow.carry_out(
                plan,
                stopped=stop.is_set,
                progress=lambda steps: self.post_message(self.Stepped(steps)),
                unrecorded_ok=unrecorded_ok,
            )

        self.ask(self.session.pool, "writing", work, self._done, self._not_tried)

    @on(Stepped)
    def _stepped(self, event: Stepped) -> None:
        if self.face is Face.DOING:
            self.say(self._progress(event.steps))

    def _progress(self, steps: int) -> str:
        every = len(self.plan.changes)
        if every == 1:
            return "looking again, writing, and reading back …"
        ends = "stopping after the one under way" if self._stop.is_set() else "esc stops"
        return f"{count(steps)} of {count(every)} done and read back · {ends}"

    def _not_tried(self, problem: Problem) -> None:
        if self.told is None and self._parts:
            self.told = self._parts[-1]
            self._show(Face.TOLD, told_title(self.told))
            self.say(clean(str(problem)), "bad")
        else:
            self._not_made(problem)

    def _done(self, told: WriteResult) -> None:
        self.told = told
        self._touched |= told.touched
        going_back = told.plan.purpose == changes.PUT_BACK and bool(self._parts)
        if told.outcome is Outcome.DONE and not (going_back and self._parts[:-1]):
            self._close(told)
        elif told.outcome is Outcome.DONE:
            self._parts.pop()
            self._show_back()
        else:
            if told.done and not going_back:
                self._parts.append(told)
            self._show(Face.TOLD, told_title(told))

    # showing

    def _show(self, face: Face, title: str) -> None:
        self.face = face
        frame = self.query_one(".dialogue")
        frame.border_title = Content(f" {clean(title)} ")
        self.grid.table = self._table()
        self.grid.display = self.grid.row_count > 0
        asked = face.asks
        self._put(self._words, self._words_of(face))
        self._put(self._remarks, "\n".join(map(clean, self.plan.remarks)) if face.asks or face is Face.DOING else "")
        for line in self.query(Line):
            line.disabled = not asked
        self.query_one("#why-field").display = asked and bool(self.plan.asks_why)
        self.query_one("#typed-field").display = asked and bool(self.plan.typed)
        self.say(*self._state_of(face))
        self._show_difference()
        self.show_keys()
        if face is Face.TOLD or face is Face.REFUSED:
            self.button.focus()
        self.call_after_refresh(self._fit)

    @staticmethod
    def _put(static: Static, text: str) -> None:
        static.update(Content(text))
        static.display = bool(text)

    def _table(self) -> Table | None:
        if self.face is Face.TOLD and self.told is not None:
            return write_words.became(self.told, self.deck.glyphs, self.room)
        if self.face is Face.READING:
            return None
        formed = self.form.table(self.plan) if self.form is not None and self._is_formed else None
        if formed is None and self.plan.changes and self.face is not Face.REFUSED:
            return write_words.planned(self.plan, self.deck.glyphs, self.room)
        return formed

    @property
    def room(self) -> int:
        """The cells beside each other in the panel that rows can take."""
        return min(_WIDEST, self.app.size.width * 96 // 100) - _FRAME

    def _words_of(self, face: Face) -> str:
        if face not in (Face.SHOWN, Face.ARMED, Face.DOING) or self._is_formed:
            return ""
        lines = [f"{clean(self.session.name)} {self.deck.glyphs.bullet} {clean(self.session.launch.place_shown)}"]
        if len(self.plan.changes) > FEW:
            names = [named(change.called) or change.id for change in self.plan.changes]
            first = ", ".join(dict.fromkeys(names[:4]))
            lines.append(f"{count(len(self.plan.changes))} changes: {first} and more; all are listed here.")
        if self.plan.verbs == (WriteVerb.DELETE,) and self.plan.changes[0].kind in (
            Thing.RUN,
            Thing.EXPERIMENT,
        ):
            them = "It" if len(self.plan.things) == 1 else "They"
            lines.append(f"{them} can be restored until the server's owner clears what is deleted.")
        return "\n".join(lines)

    def _state_of(self, face: Face) -> tuple[str, str]:
        if face is Face.READING:
            return "Reading how it is now …", ""
        if face is Face.SHOWN:
            refused = " ".join(changes.refusals(self.plan))
            return clean(refused), "warn" if refused else ""
        if face is Face.ARMED:
            return f"{change_words.to_do(self.plan)}   enter does it", "armed"
        if face is Face.DOING:
            return self._progress(0), ""
        if face is Face.REFUSED and self._problem is not None:
            problem = self._problem
            if self._ledger_is_in_the_way:
                return clean(f"{problem.title}: {problem.message} {WITHOUT_RECORD}"), "warn"
            return clean(" ".join(part for part in (f"{problem.title}:", problem.message, problem.hint) if part)), "bad"
        if face is Face.TOLD and self.told is not None:
            number = self.told.report.number
            record = f" ledger #{number}" if number is not None else ""
            return told_words(self.told) + self._still_open() + record, "warn" if self._parts else "bad"
        return "", ""

    def _still_open(self) -> str:
        if self.told is None or self.told.done or not self._parts or self.told.outcome is Outcome.UNKNOWN:
            return ""
        return " What was done before stands: it can be finished still, or put back."

    def say(self, text: str, tone: str = "") -> None:
        """A line at the bottom of the panel."""
        self._put(self._state, text)
        for name in ("warn", "bad", "armed"):
            self._state.set_class(tone == name, f"-{name}")
        self.call_after_refresh(self._fit)

    def show_keys(self) -> None:
        """The button and the keys of the face."""
        verb, keys = "", "esc leave"
        if self.face is Face.SHOWN:
            verb, keys = f"enter go on: {self._verb()}", "tab next   enter in the rows shows one in full   esc leave"
        elif self.face is Face.ARMED:
            verb, keys = f"enter {self._verb()}", "esc leave"
        elif self.face is Face.DOING:
            keys = "esc stop"
        elif self.face is Face.TOLD and self.told is not None:
            anew = "f look at it as it is now" if self.form is not None and not self._parts else "f finish"
            parts = [anew if self._finishes else "", self._back_key(), "esc leave"]
            keys = "   ".join(part for part in parts if part)
        elif self._ledger_is_in_the_way:
            keys = "w write without a record   esc leave"
        if self.face is Face.SHOWN and self._python():
            letter = "ctrl+y" if isinstance(self.focused, Input) else "y"
            keys = f"tab next   {letter} copy as Python   esc leave"
        self._put(self.button, f"[ {verb} ]" if verb else "")
        if not verb:
            # What has no button keeps the keys on the panel itself.
            self.button.display = True
            self.button.update(Content(""))
        self.query_one(".dialogue").border_subtitle = Content(f" {keys} ")

    def _verb(self) -> str:
        verbs = self.plan.verbs
        return verbs[0].value if len(verbs) == 1 and verbs[0] not in (WriteVerb.NOTE, WriteVerb.SERVE) else "write"

    def _back_key(self) -> str:
        if not self._parts:
            return ""
        going_back = self.told is not None and self.told.plan.purpose == changes.PUT_BACK and bool(self.told.done)
        return "b put the rest back" if going_back else "b put back" if self._back_plan() is not None else ""

    @property
    def _finishes(self) -> bool:
        told = self.told
        return told is not None and bool(told.left) and told.plan.purpose != changes.PUT_BACK

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

    def _fit(self) -> None:
        """Leave the table as many rows as the rest of the panel does not need, so that nothing is cut off."""
        if not self.is_attached:
            return
        frame = self.query_one(".dialogue")
        others = [child for child in frame.children if child is not self.grid and child.display]
        margins = sum(child.styles.margin.height for child in (*others, self.grid))
        needed = sum(child.outer_size.height for child in others) + margins + frame.gutter.height
        rows = max(_FEWEST_ROWS, self.size.height - needed)
        if (given := self.grid.styles.max_height) is None or given.value != rows:
            self.grid.styles.max_height = rows

    @on(Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._fit)

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The letters mean something only where nothing is typed."""
        return {
            "finish": self.face is Face.TOLD and self._finishes,
            "put_back": self.face is Face.TOLD and bool(self._parts) and self._back_plan() is not None,
            "unrecorded": self._ledger_is_in_the_way,
            "copy_here": not isinstance(self.focused, Input),
        }.get(action, True)

    def action_unrecorded(self) -> None:
        self._do(unrecorded_ok=True)

    def action_finish(self) -> None:
        """Show what is left, from how things are now; a form that was refused is asked anew."""
        told, form, flow = self.told, self.form, self.session.flow
        if told is None:
            return
        if form is None or self._parts:
            self._read(lambda: flow.finishing(told), "Finish")
            return
        look = form.look_again()

        def work() -> None:
            if told.outcome is Outcome.UNKNOWN:
                flow.finishing(told)  # which puts on record what became of it
            look()

        def got(_nothing: None) -> None:
            self._formed = True
            self._take_plan(form.plan())
            if told.outcome is Outcome.UNKNOWN:
                again = "The server can be read again: this is how it is now, and the ledger says so too."
                self.say(" ".join((again, *map(clean, changes.refusals(self.plan)))))

        self._show(Face.READING, self._title_text)
        self.ask(self.session.pool, "plan", work, got, self._not_made)

    def _back_plan(self) -> Plan | None:
        return self._parts[-1].taken_back if self._parts else None

    def action_put_back(self) -> None:
        """Show what takes back the part that was done, the latest first."""
        self._show_back()

    def _show_back(self) -> None:
        told, flow = self.told, self.session.flow
        if told is not None and told.plan.purpose == changes.PUT_BACK and told.done and told.left:
            self._read(lambda: flow.finishing(told), "Put back")
            return
        back = self._back_plan()
        if back is not None:
            self._read(lambda: replace(back, purpose=changes.PUT_BACK), "Put back")

    def _python(self) -> str:
        registry = f"registry_uri={shown_uri(self.session.launch.registry_uri)!r}"
        of_models = bool(self.plan.changes) and self.plan.changes[0].kind in (Thing.MODEL, Thing.VERSION)
        return change_words.python(self.plan.changes, registry if of_models else "")

    def action_copy_here(self) -> None:
        self.action_copy()

    def action_copy(self) -> None:
        python = self._python()
        if self.face.asks and python:
            said = self.deck.copy_text("Python", python)
            self.query_one(".dialogue").border_subtitle = Content(f" {clean(said)[:60]}   esc leave ")

    def action_leave(self) -> None:
        """Stop what is under way, else leave."""
        if self.face is Face.DOING:
            self._stop.set()
            self.say("stopping after the one under way …")
        else:
            self._close(self.told or (self._parts[-1] if self._parts else None))

    def _close(self, told: WriteResult | None) -> None:
        """Leave the screen to the pages, each of which shows what was written as it is now."""
        self.dismiss(told)
        self.deck.written(self._touched)
