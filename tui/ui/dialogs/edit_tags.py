"""The tags of one thing or of several marked ones as a list: edited here, applied together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.domain.writes.changes import TagEdits, Thing, ThingState, key_refusal
from tui.resources import BREAKPOINTS, style_sheets
from tui.services.session import Session
from tui.services.write_flow import WriteResult
from tui.services.writes import Outcome
from tui.ui.asking import Asking
from tui.ui.deck import Deck
from tui.ui.dialogs.ask_line import AskLineModal
from tui.ui.dialogs.edit_text import EditTextModal
from tui.ui.write_panel import WritePanel
from tui.widgets.grid import Grid, messages
from tui.widgets.grid.grid import PlainGrid


class TagsModal(ModalScreen[None], Asking):
    """Reads the tags, lets them be edited, and stays until the changes are written or given up.

    ``read`` answers those whose tags they are, on a worker's thread.
    """

    CSS_PATH = style_sheets("dialogs.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,n,insert", "add", show=False),
        Binding("X,x,d,delete", "take_away", show=False),
        Binding("u", "leave_as_it_is", show=False),
        Binding("ctrl+s", "go_on", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(
        self,
        session: Session,
        *,
        title: str,
        read: Callable[[], Sequence[ThingState]],
        done: Callable[[WriteResult], object],
    ) -> None:
        super().__init__(classes="edit-modal")
        self._session = session
        self._glyphs = cast(Deck, self.app).glyphs
        self._title_text = title
        self._read = read
        self._done = done
        self._leaving = False
        self.tags = TagEdits((), {})
        self.grid = PlainGrid(glyphs=self._glyphs, placeholder="Reading tags …")
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(
                " enter change   a add   X take away   u leave it   ctrl+s go on   esc leave "
            )
            yield self.grid
            yield self._state

    def on_mount(self) -> None:
        self.grid.focus()
        self._state.display = False
        self.ask(self._session.pool, "known", self._read, self._got, self._refused)

    def _got(self, chosen: Sequence[ThingState]) -> None:
        able = tuple(known for known in chosen if not known.is_deleted)
        self.tags = TagEdits(able, self.tags.edits)
        self.grid.placeholder = "There are no tags.\na adds one"
        if not able:
            self.grid.placeholder = "Deleted runs and experiments cannot be tagged.\nrestore them first"
        elif len(able) < len(chosen):
            self.say(f"{len(chosen) - len(able)} of them are deleted and keep their tags.", "warn")
        self._fill()

    def _refused(self, problem: Problem) -> None:
        self.grid.placeholder = "No tags could be read."
        self.say(clean(f"{problem.title}: {problem.message} {problem.hint}".strip()), "bad")

    def _fill(self) -> None:
        self._leaving = False
        self.grid.table = self.tags.table(self._glyphs)

    def say(self, text: str, tone: str = "") -> None:
        """A line under the list; "" takes it away."""
        self._state.update(Content(text))
        self._state.set_class(tone == "warn", "-warn")
        self._state.set_class(tone == "bad", "-bad")
        self._state.display = bool(text)

    # keys

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self._edit_value(event.row_key)

    def action_add(self) -> None:
        if not self.tags.chosen:
            return

        sort = self._sort

        def refused(key: str) -> str:
            return key_refusal(key.strip(), sort)

        def named(key: str | None) -> None:
            if key is not None:
                self._edit_value(key.strip())

        self.app.push_screen(AskLineModal("Add a tag", "Its key:", refuse=refused), named)

    def _edit_value(self, key: str) -> None:
        if not self.tags.chosen:
            return
        text = self.tags.wanted(key) or ""
        title = f"Tag {named(key)}"

        def written(value: str | None) -> None:
            if value is not None:
                self.tags = self.tags.edited(key, value)
                self._fill()
                self.grid.move_to(key)

        if text.isprintable():
            self.app.push_screen(AskLineModal(title, "Its value:", text, refuse=lambda _value: ""), written)
        else:
            self.app.push_screen(EditTextModal(title, text, sort=self._sort), written)

    @property
    def _sort(self) -> Thing:
        return self.tags.chosen[0].kind

    def action_take_away(self) -> None:
        """Take the tag under the cursor away; one that was only just added goes without a trace."""
        key = self.grid.cursor_key
        if key is not None:
            self.tags = self.tags.edited(key, None)
            self._fill()

    def action_leave_as_it_is(self) -> None:
        key = self.grid.cursor_key
        if key is not None:
            self.tags = self.tags.unedited(key)
            self._fill()

    def action_go_on(self) -> None:
        if not self.tags.edits:
            self.say("No tag is changed: there is nothing to write.", "warn")
            return
        tags = self.tags
        panel = WritePanel(self._session, lambda: tags.plan, title=self._title_text)
        self.app.push_screen(panel, self._told)

    def _told(self, told: WriteResult | None) -> None:
        if told is None:
            return
        self._done(told)
        if told.outcome is Outcome.DONE:
            self.dismiss(None)
        else:
            # What is left to change is shown beside what the tags are by now.
            self.say("Not all was written; the tags are shown as they are now.", "warn")
            self.ask(self._session.pool, "known", self._read, self._got_again, self._refused)

    def _got_again(self, chosen: Sequence[ThingState]) -> None:
        edits = self.tags.edits
        self.tags = TagEdits(tuple(known for known in chosen if not known.is_deleted), {})
        for key, value in edits.items():
            self.tags = self.tags.edited(key, value)
        self._fill()

    def action_leave(self) -> None:
        if self.tags.edits and not self._leaving:
            self._leaving = True
            self.say("Tags are changed: esc once more throws the changes away, ctrl+s goes on.", "warn")
        else:
            self.dismiss(None)
