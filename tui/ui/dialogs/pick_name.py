"""A name: one of those that there are, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from textual.app import ComposeResult

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, named, width
from tui.ui.dialogs.listing import ListModal, Words, narrowed

_NEW = "new "


class PickNameModal(ListModal[str]):
    """What is typed narrows the names there are, and is offered as a new one; ``refuse`` says why it cannot be.

    ``levels`` are beginnings of names ("prod.", "prod.ml."), each with what it is: one that is chosen is the answer,
    and whoever asked shows what lies in it.
    """

    hint_text = "type to narrow, or a new name   enter choose   esc leave"

    def __init__(
        self,
        title: str,
        words: str,
        names: Sequence[str],
        glyphs: Glyphs,
        *,
        refuse: Callable[[str], str],
        levels: Mapping[str, str] = MappingProxyType({}),
        query: str = "",
    ) -> None:
        self.title_text = title
        super().__init__(glyphs, query=query)
        self._within = query  # the level that has been gone down to, no name yet
        self.input.select_on_focus = False  # what is typed goes on after the level
        self._levels = levels
        self._words = words
        self._names = list(names)
        self._refuse = refuse

    def extras(self) -> ComposeResult:
        yield Words(self._words)

    def rows(self, query: str) -> Table:
        names = [self._names[number] for number in narrowed(query, self._names)]
        keys, titles, details = list(names), [named(name) for name in names], ["a new version of it"] * len(names)
        typed = query.strip()
        # A level that has been typed, or chosen, is not offered again.
        deeper = [level for level in self._levels if typed.lower() in level.lower() and level != typed]
        keys += deeper
        titles += [clean(level) for level in deeper]
        details += [self._levels[level] for level in deeper]
        tones: list[Tone] = ["muted"] * len(keys)
        just_come = typed == self._within  # a level is no wrong name yet
        if typed and typed not in names and not (just_come and keys):
            refused = "type the name after it" if just_come else self._refuse(typed)
            keys.append(f"{_NEW}{typed}")
            titles.append(clean(typed))
            details.append(refused or "a new model")
            tones.append("muted" if just_come else "bad" if refused else "accent")
        columns = (
            Column("name", "model", max([16, *(min(60, width(title)) for title in titles)]), frozen=True),
            Column("detail", "", max([20, *map(width, details)])),
        )
        return RowsTable(columns, keys, {"name": titles, "detail": details}, {"detail": tones})

    def chosen(self, row_key: str) -> str | None:
        if row_key in self._names or row_key in self._levels:
            return row_key
        typed = row_key[len(_NEW) :]
        return None if self._refuse(typed) else typed
