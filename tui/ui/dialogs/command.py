"""The command line (``:``): an action or a place by its name, with what matches beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.ui.dialogs.listing import ListModal


@dataclass(frozen=True)
class Command:
    """A command that can be given: its name, what it does, its keys, and whether words follow the name."""

    name: str
    help: str
    keys: str = ""
    takes: str = ""  # what follows the name ("PLACE"), "" for nothing; in brackets if it may be left out
    offers: tuple[str, ...] = ()  # completions of what follows


@dataclass(frozen=True)
class Given:
    """The command chosen, and the words after its name."""

    name: str
    argument: str = ""


class CommandModal(ListModal[Given]):
    """Type a command's name and what it takes; enter runs the one under the cursor."""

    title_text = "Command"
    hint_text = "type a name   up and down choose   enter run   esc leave"

    def __init__(self, commands: Sequence[Command], glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._commands = list(commands)

    def rows(self, query: str) -> Table:
        name, _, argument = query.strip().partition(" ")
        argument = argument.strip()
        found: list[tuple[Command, str]] = []
        exact = [command for command in self._commands if command.takes and command.name == name.lower()]
        if exact and (argument or query.endswith(" ")):
            command = exact[0]
            matching = [offer for offer in command.offers if argument.lower() in offer.lower()]
            if argument and argument not in matching:
                found.append((command, argument))
            found += [(command, offer) for offer in matching] or ([] if argument else [(command, "")])
        else:
            words = query.lower().split()
            ranked = [
                (0 if c.name.startswith(query.lower().strip()) else 1, number, c)
                for number, c in enumerate(self._commands)
                if all(word in f"{c.name} {c.help}".lower() for word in words)
            ]
            found = [(command, "") for _, _, command in sorted(ranked, key=lambda entry: entry[:2])]
        shown = [" ".join(part for part in (c.name, clean(given) or c.takes) if part) for c, given in found]
        keys = [command.keys for command, _ in found]
        helps = [command.help for command, _ in found]
        columns = (
            Column("name", "command", max([24, *(min(60, width(text)) for text in shown)]), frozen=True),
            Column("keys", "key", max([8, *(width(text) for text in keys)])),
            Column("help", "what it does", max([20, *(width(text) for text in helps)])),
        )
        accent: list[Tone] = ["accent"] * len(found)
        muted: list[Tone] = ["muted"] * len(found)
        cells = {"name": shown, "keys": keys, "help": helps}
        return RowsTable(
            columns, [f"{c.name} {given}".strip() for c, given in found], cells, {"keys": accent, "help": muted}
        )

    def chosen(self, row_key: str) -> Given | None:
        name, _, argument = row_key.partition(" ")
        command = next(command for command in self._commands if command.name == name)
        if command.takes and not command.takes.startswith("[") and not argument:
            # It cannot run without its words: complete the name, so that they can be typed.
            self.input.value = f"{name} "
            self.input.cursor_position = len(self.input.value)
            self.input.focus()
            return None
        return Given(name, argument)
