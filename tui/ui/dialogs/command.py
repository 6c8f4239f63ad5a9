"""The command line (``:``): an action, a place or a known name, with what matches beneath and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.ui.dialogs.listing import ListModal

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
        helps = [row.help or row.command.help for row in found]
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
        begin = [command for command in self._commands if command.name.startswith(wanted)]
        rest = [
            command
            for command in self._commands
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
