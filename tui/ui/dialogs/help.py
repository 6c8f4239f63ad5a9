"""The keys that work here, and what each does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.app.actions import FIRST_VERBS, PLACES, USES, Action, configured_keys, show_keys, use_of
from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.ui.dialogs.listing import ListModal, narrowed

_LATER = {"grid": 1, "app": 2}
_HEADING = "use:"  # how the keys of headings begin


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
        # What is particular to this place comes before what works in any list, and that before what works everywhere.
        nearest = sorted(actions, key=lambda action: _LATER.get(action.where, 0))
        first = {verb: next((a for a in nearest if a.verb == verb), None) for verb in FIRST_VERBS}
        chosen = {action.id for action in first.values() if action is not None}
        self._uses = {action.id: "begin" if action.id in chosen else use_of(action) for action in nearest}
        place = {verb: number for number, verb in enumerate(FIRST_VERBS)}
        uses = list(USES)
        self._actions = sorted(
            nearest,
            key=lambda a: (uses.index(self._uses[a.id]), place.get(a.verb, 0) if a.id in chosen else 0),
        )
        self._keys = [show_keys(configured_keys(action, keymap)) for action in self._actions]

    def rows(self, query: str) -> Table:
        texts = [f"{keys} {a.title} {a.help} {a.where}" for a, keys in zip(self._actions, self._keys, strict=True)]
        kept = narrowed(query, texts)
        actions = [self._actions[number] for number in kept]
        keys = [self._keys[number] for number in kept]
        helps = [action.help for action in actions]
        if not query.strip():
            # Headings, which a query would only be mixed with.
            whole: list[Action | str] = []
            for number, action in enumerate(actions):
                use = self._uses[action.id]
                if not number or use != self._uses[actions[number - 1].id]:
                    whole.append(use)
                whole.append(action)
            return self._with_headings(whole, dict(zip([a.id for a in actions], keys, strict=True)))
        columns = (
            Column("keys", "key", max([8, *map(len, keys)]), frozen=True),
            Column("help", "what it does", max([20, *map(len, helps)])),
            Column("where", "where", max(map(len, PLACES.values()))),
        )
        cells = {"keys": keys, "help": helps, "where": [PLACES[action.where] for action in actions]}
        accent: list[Tone] = ["accent"] * len(kept)
        muted: list[Tone] = ["muted"] * len(kept)
        return RowsTable(columns, [a.id for a in actions], cells, {"keys": accent, "where": muted})

    def _with_headings(self, rows: Sequence[Action | str], keys: Mapping[str, str]) -> Table:
        """The rows as a table, a heading for each use."""
        shown = [keys[row.id] if isinstance(row, Action) else "" for row in rows]
        helps = [row.help if isinstance(row, Action) else USES[row] for row in rows]
        where = [PLACES[row.where] if isinstance(row, Action) else "" for row in rows]
        columns = (
            Column("keys", "key", max([8, *map(len, shown)]), frozen=True),
            Column("help", "what it does", max([20, *map(len, helps)])),
            Column("where", "where", max(map(len, PLACES.values()))),
        )
        heads: list[Tone] = ["" if isinstance(row, Action) else "accent" for row in rows]
        accent: list[Tone] = ["accent"] * len(rows)
        muted: list[Tone] = ["muted"] * len(rows)
        ids = [row.id if isinstance(row, Action) else _HEADING + row for row in rows]
        cells = {"keys": shown, "help": helps, "where": where}
        return RowsTable(columns, ids, cells, {"keys": accent, "help": heads, "where": muted})

    def chosen(self, row_key: str) -> Chosen | None:
        return None if row_key.startswith(_HEADING) else Chosen(row_key)
