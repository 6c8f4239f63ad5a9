"""A text of several lines to edit in place or in one's own editor: a note, a tag's value."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.text import clean
from tui.domain.writes.changes import Thing, ThingState, noting, value_refusal
from tui.resources import style_sheets
from tui.services.editor import edited
from tui.services.session import Session
from tui.services.write_flow import WriteResult
from tui.services.writes import Outcome
from tui.ui.asking import Asking
from tui.ui.breakpoints import BREAKPOINTS
from tui.ui.deck import Deck
from tui.ui.write_panel import WritePanel
from tui.widgets.text_box import TextBox


class EditTextModal(ModalScreen[str | None], Asking):
    """Answers with the text, or None; leaving a changed text asks once more."""

    CSS_PATH = style_sheets("dialogues.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False),
        Binding("ctrl+o", "own_editor", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: str, text: str, *, sort: Thing) -> None:
        super().__init__(classes="edit-modal")
        self._title_text = title
        self._sort = sort
        self._first = text
        self._leaving = False
        self.box = TextBox(text)
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" ctrl+s go on   ctrl+o in $EDITOR   esc leave ")
            yield self.box
            yield self._state

    def on_mount(self) -> None:
        self.box.focus()
        self._count()

    @property
    def text(self) -> str:
        return self.box.text

    def start_from(self, text: str) -> None:
        """Begin with another text: what the server has now."""
        self._first = text
        self.box.load_text(text)
        self._count()

    def say(self, text: str, tone: str = "") -> None:
        """A line under the text."""
        self._state.update(Content(text))
        self._state.set_class(tone == "warn", "-warn")
        self._state.set_class(tone == "bad", "-bad")

    def _count(self) -> None:
        text = self.text
        odd = sum(1 for letter in text if not letter.isprintable() and letter not in "\n\t\r\u00a0")
        parts = [f"{count(len(text))} of {count(self._sort.longest_value)} characters"]
        if odd:
            parts.append(f"{count(odd)} that cannot be shown, each as one sign")
        self.say(" · ".join(parts), "bad" if len(text) > self._sort.longest_value else "")

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._leaving = False
        self._count()

    def action_accept(self) -> None:
        refused = value_refusal(self._sort, self.text)
        if refused:
            self.say(refused, "bad")
        else:
            self.accept(self.text)

    def accept(self, text: str) -> None:
        """The text is as it may be."""
        self.dismiss(text)

    def action_own_editor(self) -> None:
        """Give the terminal to the person's own editor until that has ended."""
        if self.box.disabled:
            return
        try:
            with self.app.suspend():
                text = edited(self.text, cast(Deck, self.app).environment)
        except SuspendNotSupported:
            self.say("This terminal cannot be handed to an editor.", "warn")
        except Problem as problem:
            self.say(clean(f"{problem.message} {problem.hint}".strip()), "bad")
        else:
            self.box.load_text(text)
            self._count()
        self.app.refresh()

    def action_leave(self) -> None:
        if self.text != self._first and not self._leaving:
            self._leaving = True
            self.say("The text is changed: esc once more throws the changes away, ctrl+s goes on.", "warn")
        else:
            self.dismiss(None)


class NoteModal(EditTextModal):
    """The note or description of a thing as the server has it now; stays until it is written or given up."""

    def __init__(
        self,
        session: Session,
        *,
        title: str,
        sort: Thing,
        read: Callable[[], ThingState | None],
        done: Callable[[WriteResult], object],
    ) -> None:
        super().__init__(title, "", sort=sort)
        self._session = session
        self._what = "note" if sort in (Thing.RUN, Thing.EXPERIMENT) else "description"
        self._read = read
        self._done = done
        self._known: ThingState | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.box.read_only = True
        self.say(f"Reading the {self._what} …")
        self.ask(self._session.pool, "known", self._read, self._got, self._refused)

    def _got(self, known: ThingState | None) -> None:
        if known is None:
            self._refused(Problem(Kind.NOT_FOUND, f"There is no {self._what}", "It is no longer there."))
            return
        self._known = known
        self.start_from(known.note or "")
        if known.is_deleted:
            self.say(f"It is deleted: it must be restored before its {self._what} can be changed.", "warn")
        else:
            self.box.read_only = False

    def _refused(self, problem: Problem) -> None:
        self.say(clean(f"{problem.title}: {problem.message} {problem.hint}".strip()), "bad")

    def accept(self, text: str) -> None:
        known = self._known
        if known is None or self.box.read_only:
            return
        if text == (known.note or ""):
            self.say(f"The {self._what} is as it was: there is nothing to write.", "warn")
            return
        # What is shown as old is what was read when the editing began: a note written meanwhile is not run over.
        panel = WritePanel(self._session, lambda: noting(known, text), title=self._title_text)
        self.app.push_screen(panel, self._told)

    def _told(self, told: WriteResult | None) -> None:
        if told is None:
            return
        self._done(told)
        if told.outcome is Outcome.DONE:
            self.dismiss(None)
            return
        found = told.report.results[0].found
        if found is not None:
            # The text that was typed stays; from here on it is compared with what is there now.
            self._known = found
            said = f"The {self._what} on the server is another one by now; ctrl+s shows both and writes over it."
            self.say(said, "warn")
