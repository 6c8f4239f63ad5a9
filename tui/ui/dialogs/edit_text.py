"""A text of several lines, and tags of one thing or of several as a list, edited here and applied together."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
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
from tui.domain.text import clean, named
from tui.domain.writes.changes import TagEdits, Thing, ThingState, key_refusal, noting, value_refusal
from tui.resources import BREAKPOINTS, style_sheets
from tui.services.session import Session
from tui.services.write_flow import Outcome, WriteResult
from tui.ui.asking import Asking, Deck
from tui.ui.dialogs.choices import AskLineModal
from tui.ui.write_panel import WritePanel
from tui.widgets.grid import Grid, PlainGrid
from tui.widgets.inputs import TextBox

# A text handed to a person's own editor ($VISUAL, else $EDITOR) and taken back; nothing of it stays on the disk.


_TITLE = "Could not edit it there"


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command that edits a file; raises Problem where none is set or it cannot be read as a command."""
    said = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        command = shlex.split(said)
    except ValueError:
        raise Problem(Kind.CONFIG, _TITLE, f"“{said}” is no command.", "Set EDITOR, to vim for instance.") from None
    if not command:
        raise Problem(Kind.CONFIG, _TITLE, "No editor is set.", "Set EDITOR, to vim for instance.")
    return command


def edited(text: str, environ: Mapping[str, str], name: str = "note.md") -> str:
    """The text as it is when the editor has ended. Blocks; raises Problem, and then nothing has been changed.

    It lies in a folder that only its owner may read, which is removed afterwards.
    """
    command = editor_command(environ)
    with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        try:
            status = subprocess.run([*command, str(file)], check=False, env=dict(environ)).returncode
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Problem(Kind.CONFIG, _TITLE, f"{command[0]}: {reason}.", "Check EDITOR.") from None
        if status:
            raise Problem(Kind.CANCELLED, _TITLE, f"{command[0]} ended with status {status}; the text stays as it was.")
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                changed = lines.read()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(Kind.BAD_REQUEST, _TITLE, f"What it left could not be read: {error}.") from None
    # Editors end a file with a line feed whether or not the text had one.
    return changed[:-1] if changed.endswith("\n") and not text.endswith("\n") else changed


class EditTextModal(ModalScreen[str | None], Asking):
    """Answers with the text, or None, or gives it to its ``source``; leaving a changed text asks once more."""

    CSS_PATH = style_sheets("dialogs.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False),
        Binding("ctrl+o", "own_editor", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: str, text: str, *, sort: Thing, source: NoteSource | None = None) -> None:
        super().__init__(classes="edit-modal")
        self._title_text = title
        self._source = source
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
        if self._source is not None:
            self._source.opened(self)

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
        elif self._source is not None:
            self._source.accept(self, self.text)
        else:
            self.dismiss(self.text)

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


class NoteSource:
    """The note or description of a thing as the server has it now; the dialog stays until it is written or given up."""

    def __init__(
        self,
        session: Session,
        *,
        title: str,
        sort: Thing,
        read: Callable[[], ThingState | None],
        done: Callable[[WriteResult], object],
    ) -> None:
        self._session = session
        self._title = title
        self._what = "note" if sort in (Thing.RUN, Thing.EXPERIMENT) else "description"
        self._read = read
        self._done = done
        self._known: ThingState | None = None

    def opened(self, modal: EditTextModal) -> None:
        """Begin with what the server has."""
        modal.box.read_only = True
        modal.say(f"Reading the {self._what} …")

        def got(known: ThingState | None) -> None:
            if known is None:
                refused(Problem(Kind.NOT_FOUND, f"There is no {self._what}", "It is no longer there."))
                return
            self._known = known
            modal.start_from(known.note or "")
            if known.is_deleted:
                modal.say(f"It is deleted: it must be restored before its {self._what} can be changed.", "warn")
            else:
                modal.box.read_only = False

        def refused(problem: Problem) -> None:
            modal.say(clean(f"{problem.title}: {problem.message} {problem.hint}".strip()), "bad")

        modal.ask(self._session.pool, "known", self._read, got, refused)

    def accept(self, modal: EditTextModal, text: str) -> None:
        """Show what writing the text would change, and do it."""
        known = self._known
        if known is None or modal.box.read_only:
            return
        if text == (known.note or ""):
            modal.say(f"The {self._what} is as it was: there is nothing to write.", "warn")
            return

        def told(result: WriteResult | None) -> None:
            if result is None:
                return
            self._done(result)
            if result.outcome is Outcome.DONE:
                modal.dismiss(None)
                return
            found = result.report.results[0].found
            if found is not None:
                # The text that was typed stays; from here on it is compared with what is there now.
                self._known = found
                said = f"The {self._what} on the server is another one by now; ctrl+s shows both and writes over it."
                modal.say(said, "warn")

        # What is shown as old is what was read when the editing began: a note written meanwhile is not run over.
        modal.app.push_screen(WritePanel(self._session, lambda: noting(known, text), title=self._title), told)


# The tags of one thing or of several marked ones as a list: edited here, applied together.


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
                " enter change   a add   X take away   u revert   ctrl+s go on   esc leave "
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
    def _opened(self, event: Grid.Opened) -> None:
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
