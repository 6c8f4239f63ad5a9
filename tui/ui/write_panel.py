"""The one panel through which anything is written: what will be done, the arming, the doing, what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain.problem import Kind, Problem
from tui.domain.table import Table
from tui.domain.text import clean
from tui.domain.writes import change_words, changes
from tui.domain.writes.changes import Change, Plan, Thing
from tui.resources import BREAKPOINTS, style_sheets
from tui.services.copies import python_in, shown_uri
from tui.services.session import Session
from tui.services.write_flow import Outcome, WriteResult
from tui.ui import write_words
from tui.ui.asking import Asking
from tui.ui.write_parts import ConditionLines, GoOn, PanelLine, TextDifference
from tui.ui.write_words import Course, Face, Next, result_title
from tui.widgets.grid import Grid, PlainGrid

_FEWEST_ROWS = 4  # of the table, its title included
_WIDEST, _FRAME = 124, 4  # columns of the panel, and of its frame


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

    def edited(self, line: PanelLine) -> None:
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
    makes the plan on the panel; ``touches`` are changes like those that it will plan. ``at_once`` is for the taking
    back of what has just been told: it is not armed.
    """

    CSS_PATH = style_sheets("dialogs.tcss", "writes.tcss")
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
        touches: Sequence[Change] = (),
        at_once: bool = False,
    ) -> None:
        super().__init__(classes="write-panel")
        self.session = session
        self._make = make
        self.form = form
        self._title_text = title
        self._at_once = at_once
        self._touches = tuple(touches)
        self._formed = form is not None
        self._lacking: dict[tuple[object, ...], Plan] = {}  # by what is asked for, what one may not do of it
        self._stop = threading.Event()
        self._began_ms = 0
        self.course = Course()
        self.grid = PlainGrid(glyphs=self.deck.glyphs)
        self.conditions = ConditionLines()
        self._words = Static(classes="words")
        self._difference = TextDifference()
        self._remarks = Static(classes="remarks")
        self._state = Static(classes="state")
        self.button = GoOn(classes="go-on")

    @property
    def face(self) -> Face:
        return self.course.face

    @property
    def plan(self) -> Plan:
        return self.course.plan

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue"):
            yield self._words
            if self.form is not None:
                yield from self.form.lines()
            yield self.grid
            yield self._difference
            yield self._remarks
            yield self.conditions
            yield self._state
            yield self.button

    def on_mount(self) -> None:
        if self.form is None:
            assert self._make is not None
            self._read(self._make, self._title_text)
        else:
            self.form.opened(self)
            self._take_plan(self._plan_of(self.form))

    # reading

    def _read(self, make: Callable[[], Plan], title: str) -> None:
        flow = self.session.flow
        self._formed = False
        self._show(Face.READING, title)
        self.ask(self.session.pool, "plan", lambda: flow.dressed(make()), self._made, self._not_made)

    def _made(self, plan: Plan) -> None:
        reasons = changes.refusals(plan)
        if not plan.changes and (settled := self.course.settled(self.session.flow.history)) is not None:
            self._close(settled)
        elif reasons:
            self.course.plan = plan
            self._not_made(Problem(Kind.BAD_REQUEST, "Nothing is changed", " ".join((*reasons, *plan.remarks))))
        elif self._at_once:
            self._at_once = False
            self.course.plan = plan
            self._do()
        else:
            self._take_plan(plan)

    def _not_made(self, problem: Problem) -> None:
        self.course.problem = problem
        self._show(Face.REFUSED, self._title_text)

    def _take_plan(self, plan: Plan) -> None:
        """Show a plan that can be gone on with."""
        self.course.show(plan)
        self.conditions.take(plan, anew=True)
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
        return self.conditions.first or self.button

    def _plan_of(self, form: Form) -> Plan:
        """The form's plan, with what one may not do of it, which is asked once and shown when it is known."""
        plan = form.plan()
        asked = plan.changes or self._touches
        if not asked or not self.session.capabilities.tells_permissions:
            return plan
        key = tuple((one.kind, one.id, one.verb, one.after is None) for one in asked)
        known = self._lacking.get(key)
        if known is None:
            known = self._lacking[key] = Plan(())  # it is being asked for

            def got(found: Plan) -> None:
                self._lacking[key] = found
                self.form_changed()

            flow = self.session.flow
            ask = lambda: flow.lacking(asked)  # noqa: E731  one line, used once
            self.ask(self.session.pool, f"rights {len(self._lacking)}", ask, got, lambda _problem: None)
        return replace(plan, refused=(*plan.refused, *known.refused), remarks=(*plan.remarks, *known.remarks))

    def form_changed(self) -> None:
        """More is known of what the form names, or its lines are others: make its plan anew."""
        if self.form is not None and self.face.asks and self._is_formed:
            before, self.course.plan = self.plan, self._plan_of(self.form)
            asked = [(plan.changes, plan.typed, plan.refused) for plan in (before, self.plan)]
            changed = asked[0] != asked[1]
            self.conditions.take(self.plan, anew=False)
            self._show(Face.SHOWN if changed else self.face, self.form.title())

    # arming and doing

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        line = cast(PanelLine, event.input)
        if not self.face.asks:
            return
        if self.face is Face.ARMED:
            self._show(Face.SHOWN, self._title_of(self.plan))
        if self.form is not None and line not in (self.conditions.why, self.conditions.typed):
            self.form.edited(line)
            self.form_changed()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        """Enter in the rows shows one in full: only the button and the lines arm."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        event.stop()
        row = self.grid.cursor_row
        table = self.grid.table
        shown = self.form.table(self.plan) if self.form is not None and self.course.told is None else None
        if table is not None and shown is not None:
            cells = [(column.title, table.texts(column.key, row, row + 1)[0]) for column in table.columns]
            text = "\n".join(f"{title}: {cell}" if title else cell for title, cell in cells if cell)
            self.app.push_screen(WholeTextModal(cells[0][1], text))
        elif row < len(self.plan.changes):
            told = self.course.told
            plan = told.plan if told is not None else self.plan
            whole = write_words.whole_row(plan, told, row, self.deck.glyphs.absent)
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
        elif self.face is Face.REFUSED and not self.course.ledger_is_in_the_way:
            self.action_leave()

    def _arm(self) -> None:
        lacking = self.conditions.lacking()
        if reasons := changes.refusals(self.plan):
            self.say(" ".join(reasons), "bad")
        elif lacking is not None:
            said, line = lacking
            line.focus()
            self.say(said, "warn")
        else:
            self._show(Face.ARMED, self._title_of(self.plan))
            self.button.focus()

    def _do(self, *, unrecorded_ok: bool = False) -> None:
        self._stop.clear()
        self._began_ms = self.session.clock.now_ms()
        self.course.plan = replace(self.plan, why=self.conditions.reason)
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
        passed_ms = self.session.clock.now_ms() - self._began_ms
        return write_words.progress(self.plan, steps, passed_ms, stopping=self._stop.is_set())

    def _not_tried(self, problem: Problem) -> None:
        if self.course.refuse(problem) and self.course.told is not None:
            self._show(Face.TOLD, result_title(self.course.told))
            self.say(clean(str(problem)), "bad")
        else:
            self._show(Face.REFUSED, self._title_text)

    def _done(self, told: WriteResult) -> None:
        follows = self.course.take(told)
        if told.done:
            self.deck.look_again(told)
        if follows is Next.CLOSE:
            self._close(told)
        elif follows is Next.BACK:
            self.action_put_back()
        else:
            self._show(Face.TOLD, result_title(told))

    # showing

    def _show(self, face: Face, title: str) -> None:
        self.course.face = face
        frame = self.query_one(".dialogue")
        frame.border_title = Content(f" {clean(title)} ")
        self.grid.table = self._table()
        self.grid.display = self.grid.row_count > 0
        asked = face.asks
        introduced = face in (Face.SHOWN, Face.ARMED, Face.DOING) and not self._is_formed
        self._put(self._words, write_words.introduction(self.plan, self._place) if introduced else "")
        self._put(self._remarks, "\n".join(map(clean, self.plan.remarks)) if face.asks or face is Face.DOING else "")
        for line in self.query(PanelLine):
            line.disabled = not asked
        self.conditions.show(asked=asked)
        self.say(*write_words.state(self.course, self._progress(0)))
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
        if self.face is Face.TOLD and self.course.told is not None:
            return write_words.became(self.course.told, self.deck.glyphs, self.room)
        if self.face is Face.READING:
            return None
        formed = self.form.table(self.plan) if self.form is not None and self._is_formed else None
        if formed is None and self.plan.changes and self.face is not Face.REFUSED:
            return write_words.planned(self.plan, self.deck.glyphs, self.room)
        return formed

    @property
    def _place(self) -> str:
        return f"{clean(self.session.called)} {self.deck.glyphs.bullet} {clean(self.session.launch.place_shown)}"

    @property
    def room(self) -> int:
        """The cells beside each other in the panel that rows can take."""
        return min(_WIDEST, self.app.size.width * 96 // 100) - _FRAME

    def say(self, text: str, tone: str = "") -> None:
        """A line at the bottom of the panel."""
        self._put(self._state, text)
        for name in ("warn", "bad", "armed"):
            self._state.set_class(tone == name, f"-{name}")
        self.call_after_refresh(self._fit)

    def show_keys(self) -> None:
        """The button and the keys of the face."""
        python = "ctrl+y" if isinstance(self.focused, Input) else "y" if self._python() else ""
        verb, keys = write_words.keys(
            self.course,
            formed=self.form is not None,
            fixed=self.form is None or not self._is_formed or self.form.first() is None,
            python=python if self._python() else "",
        )
        self._put(self.button, f"[ {verb} ]" if verb else "")
        if not verb:
            # What has no button keeps the keys on the panel itself.
            self.button.display = True
            self.button.update(Content(""))
        self.query_one(".dialogue").border_subtitle = Content(f" {keys} ")

    def _show_difference(self) -> None:
        told, row = self.course.told, self.grid.cursor_row
        change = self.course.change_at(row) if self.grid.row_count else None
        found, instead = None, False
        if self.face is Face.TOLD and told is not None and change is not None:
            result = told.report.results[row]
            found, instead = change.value_in(result.found), result.found is not None
        self._difference.show(change, found, instead=instead)

    @on(Grid.CursorMoved)
    def _moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self._show_difference()

    def _fit(self) -> None:
        """Leave the table as many rows as the rest of the panel does not need, so that nothing is cut off."""
        if not (frames := self.query(".dialogue")):
            return  # it is not there yet, or not any more
        frame = frames.first()
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
        course = self.course
        return {
            "finish": self.face is Face.TOLD and course.finishes,
            "put_back": self.face is Face.TOLD and course.back is not None,
            "unrecorded": course.ledger_is_in_the_way,
            "copy_here": not isinstance(self.focused, Input),
        }.get(action, True)

    def action_unrecorded(self) -> None:
        self._do(unrecorded_ok=True)

    def action_finish(self) -> None:
        """Show what is left, from how things are now; a form that was refused is asked anew."""
        told, form, flow = self.course.told, self.form, self.session.flow
        if told is None:
            return
        if form is None or self.course.parts:
            self._read(lambda: flow.finishing(told), "Finish")
            return
        look = form.look_again()

        def work() -> None:
            if told.outcome is Outcome.UNKNOWN:
                flow.finishing(told)  # which puts on record what became of it
            look()

        def got(_nothing: None) -> None:
            self._formed = True
            self._take_plan(self._plan_of(form))
            if told.outcome is Outcome.UNKNOWN:
                again = "The server can be read again: this is how it is now, and the ledger says so too."
                self.say(" ".join((again, *map(clean, changes.refusals(self.plan)))))

        self._show(Face.READING, self._title_text)
        self.ask(self.session.pool, "plan", work, got, self._not_made)

    def action_put_back(self) -> None:
        """Show what takes back the part that was done, the latest first; of a putting back, what is left of it."""
        told, flow, back = self.course.told, self.session.flow, self.course.back
        if told is not None and self.course.goes_back and told.left:
            self._read(lambda: flow.finishing(told), "Put back")
        elif back is not None:
            self._read(lambda: back, "Put back")

    def _python(self) -> str:
        registry = f"registry_uri={shown_uri(self.session.launch.registry_uri)!r}"
        registered = (Thing.MODEL, Thing.VERSION, Thing.PROMPT, Thing.PROMPT_VERSION)
        of_models = bool(self.plan.changes) and self.plan.changes[0].kind in registered
        made = change_words.python(self.plan.changes, registry if of_models else "")
        return python_in(made, self.session.launch.apart) if made else ""

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
            self._close(self.course.result)

    def _close(self, told: WriteResult | None) -> None:
        """Leave the screen to the pages, each of which shows what was written as it is now."""
        if told is not None:
            from tui.services.copies import of_written

            # Made now: what is known of the versions may be forgotten once they are read anew.
            actor, where = self.session.ledger.actor, self.session.where
            self.deck.done_last = of_written(told, self.session.desk.health, actor=actor, place=where)
        self.dismiss(told)
        self.deck.written(self.course.touched)
