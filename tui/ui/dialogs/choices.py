"""Small dialogues: a short list to choose one of, and one line to type, refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.resources import BREAKPOINTS, style_sheets
from tui.ui.dialogs.listing import ListModal, narrowed
from tui.widgets.grid import Grid
from tui.widgets.inputs import CalmInput


@dataclass(frozen=True)
class Choice:
    """One thing to choose: an id, a short title, and a text that says more."""

    id: str
    title: str
    detail: str


class ChoiceModal(ListModal[Choice]):
    """A list of choices; answers with the one chosen."""

    def __init__(self, title: str, choices: Sequence[Choice], glyphs: Glyphs, *, hint: str = "") -> None:
        self.title_text = title
        if hint:
            self.hint_text = hint
        super().__init__(glyphs)
        self.on_cursor: Callable[[Choice], None] | None = None  # told of each choice that the cursor comes to
        self._choices = {choice.id: choice for choice in choices}
        self.when_seen: Callable[[], None] = lambda: None
        """Called when other choices may have come into view."""

    def rows(self, query: str) -> Table:
        every = list(self._choices.values())
        kept = [every[number] for number in narrowed(query, [f"{c.title} {c.detail}" for c in every])]
        titles = [named(choice.title) for choice in kept]
        details = [clean(choice.detail[:300]) for choice in kept]
        columns = (
            Column("title", "what", max([10, *(min(60, width(title)) for title in titles)]), frozen=True),
            Column("detail", "", max([20, *(width(detail) for detail in details)])),
        )
        muted: list[Tone] = ["muted"] * len(kept)
        cells = {"title": titles, "detail": details}
        return RowsTable(columns, [choice.id for choice in kept], cells, {"detail": muted})

    @on(Grid.CursorMoved)
    def _moved(self, event: Grid.CursorMoved) -> None:
        if self.on_cursor is not None and event.row_key is not None:
            self.on_cursor(self._choices[event.row_key])
        self.when_seen()

    def tell(self, details: Mapping[str, str]) -> None:
        """Say more of choices, by their ids, than was known when the list was opened."""
        for key, text in details.items():
            if key in self._choices:
                known = self._choices[key]
                self._choices[key] = replace(known, detail=" · ".join(part for part in (text, known.detail) if part))
        if self.is_mounted:
            self.narrow(self.input.value)

    def in_view(self) -> Sequence[str]:
        """The ids of the choices that are on the screen; none once the list is closed."""
        table, top = self.grid.table, self.grid.scroll_offset.y
        if table is None or not self.is_current:
            return ()
        return [table.row_key(row) for row in range(top, min(table.row_count, top + self.grid.size.height))]

    def narrow(self, query: str) -> None:
        super().narrow(query)
        self.when_seen()

    def chosen(self, row_key: str) -> Choice:
        return self._choices[row_key]


# One line to type: a name, a key, a value; refused where it cannot be, with the reason beneath.


class AskLineModal(ModalScreen[str | None]):
    """Answers with the line, or None. ``refuse`` says why a line cannot be, "" where it can.

    ``accept`` is given the line in place of that, and the question stays until it is dismissed.

    A text that holds what cannot be shown as it is, is not offered for editing: it is to be written anew.
    """

    CSS_PATH = style_sheets("dialogs.tcss", "writes.tcss")
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(
        self,
        title: str,
        question: str,
        text: str = "",
        *,
        refuse: Callable[[str], str] = lambda line: "" if line.strip() else "Nothing is typed yet.",
        accept: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._question = question
        self._refuse = refuse
        self._accept = accept or self.dismiss
        plain = text if text.isprintable() else ""
        self.input = CalmInput(plain, placeholder=clean(text) if text and not plain else "", compact=True)
        self.input.select_on_focus = False
        self._state = Static(classes="state")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" enter go on   esc leave ")
            yield Static(Content(self._question), classes="words")
            yield self.input
            yield self._state

    def on_mount(self) -> None:
        self._state.display = False
        self.input.focus()

    def say(self, text: str) -> None:
        """Say why it does not go on; "" takes that back."""
        self._state.update(Content(text))
        self._state.display = bool(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        refused = self._refuse(event.value)
        if refused:
            self.say(refused)
        else:
            self._accept(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)


# The command line (``:``): an action, a place or a known name, with what matches beneath and what was said before.


OFFERS_SHOWN = 200  # names of which more than these would not be read
LETTERS_OF_A_NAME = 2  # from which on names are offered beside commands


@dataclass(frozen=True)
class Offer:
    """A name that can follow a command: as it is shown, what it stands for, and what kind of thing it is."""

    shown: str
    value: str
    kind: str = ""


@dataclass(frozen=True)
class Command:
    """A command that can be given: its name, what it does, its keys, and whether words follow the name."""

    name: str
    help: str
    keys: str = ""
    takes: str = ""  # what follows the name ("PLACE"), "" for nothing; in brackets if it may be left out
    offers: tuple[Offer, ...] = ()  # completions of what follows
    opens_names: bool = False  # whether its offers are found without its name too
    off: str = ""  # why it cannot be done here; such a one is found by its name only

    @property
    def needs_words(self) -> bool:
        return bool(self.takes) and not self.takes.startswith("[")


@dataclass(frozen=True)
class Given:
    """The command chosen, the words after its name, and the line as it can be said again."""

    name: str
    argument: str = ""
    line: str = ""


@dataclass(frozen=True)
class _Row:
    command: Command
    shown: str
    argument: str = ""
    help: str = ""


class CommandModal(ListModal[Given]):
    """Type a command's name and what it takes; enter runs the first match, or the one under the cursor."""

    title_text = "Command"
    hint_text = "type a name   ↑ said before   ↓ choose   enter run   esc leave"

    def __init__(self, commands: Sequence[Command], glyphs: Glyphs, history: Sequence[str] = ()) -> None:
        super().__init__(glyphs)
        self._commands = list(commands)
        self._history = list(history)
        self._recalled = 0  # how many lines back the one shown is; 0 is one's own
        self._found: dict[str, _Row] = {}

    def rows(self, query: str) -> Table:
        found = self._matching(query)
        self._found = {str(number): row for number, row in enumerate(found)}
        self.grid.placeholder = "" if found else self._nothing(query)
        shown = [row.shown for row in found]
        keys = [row.command.keys if not row.argument else "" for row in found]
        helps = [row.command.off or row.help or row.command.help for row in found]
        columns = (
            Column("name", "command", max([24, *(min(60, width(text)) for text in shown)]), frozen=True),
            Column("keys", "key", max([8, *(width(text) for text in keys)])),
            Column("help", "what it does", max([20, *(width(text) for text in helps)])),
        )
        accent: list[Tone] = ["accent"] * len(found)
        muted: list[Tone] = ["muted"] * len(found)
        cells = {"name": shown, "keys": keys, "help": helps}
        return RowsTable(columns, list(self._found), cells, {"keys": accent, "help": muted})

    def _matching(self, query: str) -> list[_Row]:
        """What fits the line, the best first."""
        name, _, typed = query.lstrip().partition(" ")
        argument = typed.strip()
        said = next((c for c in self._commands if c.takes and c.name == name.lower()), None)
        if said is not None and (argument or query.endswith(" ")):
            rows = [_offered(said, offer) for offer in _best(said.offers, argument)]
            if argument and argument not in (offer.shown for offer in said.offers):
                # The name at the end of a URI may end in a space, which is no less a part of it.
                whole = typed.lstrip() if ":/" in argument else argument
                rows.append(_Row(said, f"{said.name} {clean(whole)}", whole, "as it is typed"))
            return rows or [_plain(said)]
        wanted = query.lower().strip()
        words = wanted.split()
        here = [command for command in self._commands if not command.off]
        offered = self._commands if wanted else here
        begin = [command for command in offered if command.name.startswith(wanted)]
        rest = [
            command
            for command in here
            if command not in begin and all(word in f"{command.name} {command.help}".lower() for word in words)
        ]
        names = [
            _offered(command, offer)
            for command in self._commands
            if command.opens_names and len(wanted) >= LETTERS_OF_A_NAME
            for offer in _best(command.offers, query.strip())
        ]
        return [*map(_plain, begin), *names, *map(_plain, rest)]

    def _nothing(self, query: str) -> str:
        """What is said where nothing matches."""
        names = [command.name for command in self._commands]
        names += [offer.shown for command in self._commands for offer in command.offers[:OFFERS_SHOWN]]
        near = get_close_matches(query.strip(), names, n=1, cutoff=0.4)
        nearest = f" The nearest is “{clean(near[0])}”." if near else ""
        return f"There is no command and no known name like “{clean(query.strip())}”.{nearest}"

    def chosen(self, row_key: str) -> Given | None:
        row = self._found[row_key]
        if row.command.needs_words and not row.argument:
            # It cannot run without its words: complete the name, so that they can be typed.
            self._put(f"{row.command.name} ")
            self.input.focus()
            return None
        said = row.shown if row.argument else row.command.name
        return Given(row.command.name, row.argument, said)

    # what was said before

    def _put(self, line: str) -> None:
        self.input.value = line
        self.input.cursor_position = len(line)

    def step(self, rows: int) -> None:
        """Up, from the top of the list, goes back through what was said before; down comes back from there."""
        if rows == -1 and (self.grid.cursor_row == 0 or self._recalled):
            if self._recalled < len(self._history):
                self._recalled += 1
                self._put(self._history[-self._recalled])
        elif rows == 1 and self._recalled:
            self._recalled -= 1
            self._put(self._history[-self._recalled] if self._recalled else "")
        else:
            super().step(rows)


def _plain(command: Command) -> _Row:
    return _Row(command, " ".join(part for part in (command.name, command.takes) if part))


def _offered(command: Command, offer: Offer) -> _Row:
    return _Row(command, f"{command.name} {clean(offer.shown)}", offer.value, offer.kind)


def _best(offers: Sequence[Offer], typed: str) -> list[Offer]:
    """The offers that hold what was typed: those that begin with it first, then those with a part that does."""
    wanted = typed.lower()
    ranked = []
    for number, offer in enumerate(offers):
        name = offer.shown.lower()
        if wanted in name:
            at = name.index(wanted)
            ranked.append((0 if at == 0 else 1 if not name[at - 1].isalnum() else 2, number, offer))
    return [offer for _, _, offer in sorted(ranked, key=lambda entry: entry[:2])[:OFFERS_SHOWN]]
