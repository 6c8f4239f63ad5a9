"""The keys that work here, and what each does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.app.actions import PLACES, Action, configured_keys, show_keys
from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.ui.dialogs.listing import ListModal, narrowed

_LATER = {"grid": 1, "app": 2}


@dataclass(frozen=True)
class Chosen:
    """The id of the action to run."""

    id: str


class HelpModal(ListModal[Chosen]):
    """Every action of the places one is in, the nearest place first; choosing one runs it."""

    title_text = "Keys that work here"
    hint_text = "type to narrow   enter run it   esc leave"

    def __init__(self, glyphs: Glyphs, actions: Sequence[Action], keymap: Mapping[str, str]) -> None:
        super().__init__(glyphs)
        # What is particular to this place comes before how to move in any list, and that before what works everywhere.
        self._actions = sorted(actions, key=lambda action: _LATER.get(action.where, 0))
        self._keys = [show_keys(configured_keys(action, keymap)) for action in self._actions]

    def rows(self, query: str) -> Table:
        texts = [f"{keys} {a.title} {a.help} {a.where}" for a, keys in zip(self._actions, self._keys, strict=True)]
        kept = narrowed(query, texts)
        actions = [self._actions[number] for number in kept]
        keys = [self._keys[number] for number in kept]
        helps = [action.help for action in actions]
        columns = (
            Column("keys", "key", max([8, *map(len, keys)]), frozen=True),
            Column("help", "what it does", max([20, *map(len, helps)])),
            Column("where", "where", max(map(len, PLACES.values()))),
        )
        cells = {"keys": keys, "help": helps, "where": [PLACES[action.where] for action in actions]}
        accent: list[Tone] = ["accent"] * len(kept)
        muted: list[Tone] = ["muted"] * len(kept)
        return RowsTable(columns, [a.id for a in actions], cells, {"keys": accent, "where": muted})

    def chosen(self, row_key: str) -> Chosen:
        return Chosen(row_key)
