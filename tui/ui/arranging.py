"""How a list is arranged by keys, whatever it is a list of: what is remembered of it, and the pickers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from tui.domain.columns import Arrangement, Look, SortOrder
from tui.domain.glyphs import Glyphs
from tui.services.session import Session
from tui.ui.asking import Asking

if TYPE_CHECKING:
    from tui.ui.dialogs.pick import Pickable


class ListMemory:
    """Where the arrangement of a list is kept from one session to the next; ``warn`` is told once if it cannot be."""

    def __init__(self, owner: Asking, session: Session, warn: Callable[[str], None]) -> None:
        self._owner = owner
        self._session = session
        self._warn = warn
        self._told_unkept = False

    def name(self, what: str) -> str:
        """What an arrangement is kept under in this context."""
        return f"{self._session.memory_key}:{what}"

    def recall(self, what: str, columns: Sequence[str] = ()) -> Arrangement:
        """As it was left; ``columns`` is the configured choice where none is kept."""
        return Arrangement.from_json(self._session.views.get(self.name(what)), columns)

    def recall_look(self, what: str, narrowing: str, columns: Sequence[str] = ()) -> Look | None:
        """As it was left, with its filter and marks, kept under ``narrowing``; None where nothing is kept."""
        views = self._session.views
        kept, narrowed = views.get(self.name(what)), views.get(self.name(f"narrowing:{narrowing}"))
        if not kept and not narrowed:
            return None
        return Look.from_narrowing(narrowed, Arrangement.from_json(kept, columns))

    def keep(self, what: str, arrangement: Arrangement) -> None:
        """Keep how it is arranged."""
        self._keep("remember", what, arrangement.to_json())

    def keep_narrowing(self, what: str, narrowing: dict[str, Any]) -> None:
        """Keep its filter and its marks."""
        self._keep("remember filter", f"narrowing:{what}", narrowing)

    def _keep(self, series: str, what: str, value: dict[str, Any]) -> None:
        views, name = self._session.views, self.name(what)

        def told(kept: bool) -> None:
            if not kept and not self._told_unkept and views.failure:
                self._told_unkept = True
                self._warn(f"How this table is arranged cannot be kept: {views.failure}")

        self._owner.ask(self._session.own_work, series, lambda: views.put(name, value), told, lambda _problem: None)


def no_such_move(by: int, movable: int) -> str:
    """Why a column did not change its place."""
    if movable < 2:
        return (
            f"There is no other column to the {'right' if by > 0 else 'left'} with which this one could change places"
        )
    return "This is the last column already" if by > 0 else "This is the first column that moves already"


def ask_sort(
    app: App[Any], columns: list[Pickable], sort: SortOrder, glyphs: Glyphs, picked: Callable[[SortOrder], None]
) -> None:
    """Let a person choose what to sort by, one column or several."""
    from tui.ui.dialogs.pick import PickSortModal, SortPicked

    def answered(answer: SortPicked | None) -> None:
        if answer is not None:
            picked(answer.keys)

    if columns:
        app.push_screen(PickSortModal(columns, sort, glyphs), answered)


def ask_columns(
    app: App[Any],
    columns: list[Pickable],
    shown: tuple[str, ...],
    glyphs: Glyphs,
    picked: Callable[[tuple[str, ...]], None],
) -> None:
    """Let a person choose columns and their order."""
    from tui.ui.dialogs.pick import PickColumnsModal, Picked

    def answered(answer: Picked | None) -> None:
        if answer is not None:
            picked(answer.keys)

    if columns:
        app.push_screen(PickColumnsModal(columns, shown, glyphs), answered)
