"""Who holds an alias since when, and who held it before: by the ledger, the tags that others set, and what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.models.holders import UNKNOWN, Holding, KnownMove, Tenure, mirrored, mirrored_move, tenures
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.services.alias_moves import done_steps, is_of_another
from tui.services.clock import Clock

if TYPE_CHECKING:
    from tui.services.alias_moves import AliasMoves
    from tui.services.ledger import Entry
    from tui.services.session import Session


@dataclass(frozen=True)
class _Move:
    """One move of an alias; None is no version. One that was seen happened between ``after_ms`` and ``at_ms``."""

    at_ms: int
    by: str
    was: str | None
    to: str | None
    after_ms: int = 0


class Holders:
    """One registry's aliases. ``learn`` reads the ledger and blocks; everything else answers at once."""

    def __init__(self, moves: AliasMoves, clock: Clock) -> None:
        self._moves = moves
        self._clock = clock
        self._recorded: dict[tuple[str, str], list[tuple[Entry, _Move]]] = {}
        self._seen: dict[str, tuple[int, dict[str, str]]] = {}  # by model: when it was read last, and its aliases
        self._watched: dict[tuple[str, str], _Move] = {}

    def learn(self) -> None:
        """Read what the ledger has of moves here; where it cannot be read, nothing is known from it."""
        recorded: dict[tuple[str, str], list[tuple[Entry, _Move]]] = {}
        try:
            entries = self._moves.entries()
        except Problem:  # who writes is told of it; who looks need not be
            entries = []
        for entry in entries:
            for step in done_steps(entry):
                move = _Move(entry.ended_ms or entry.at_ms, entry.actor, step.expected, step.to)
                recorded.setdefault((entry.subject, step.alias), []).append((entry, move))
        self._recorded = recorded

    def observe(self, models: Iterable[RegisteredModel]) -> None:
        """Take models as they have just been read: an alias that points elsewhere than before was moved meanwhile."""
        now_ms = self._clock.now_ms()
        for model in models:
            now = dict(model.aliases)
            last_ms, before = self._seen.get(model.name, (now_ms, now))
            self._seen[model.name] = (now_ms, now)
            for alias in {*before, *now}:
                if before.get(alias) != now.get(alias):
                    self._watched[model.name, alias] = _Move(now_ms, "", before.get(alias), now.get(alias), last_ms)

    def holding(self, model: RegisteredModel, alias: str, made: ModelVersion | None) -> Holding:
        """What is known of an alias where it points now; ``made`` is the version there, if it is known."""
        at = model.aliases.get(alias)
        if at is None:
            return UNKNOWN
        recorded = self._last(model, alias)
        seen = self._watched.get((model.name, alias))
        if seen is not None and seen.to != at:
            seen = None
        if recorded is not None and recorded.to == at and (seen is None or seen.after_ms <= recorded.at_ms):
            return Holding(recorded.at_ms, recorded.by, recorded.was or "")
        told = mirrored(alias, made.tags) if made is not None else UNKNOWN
        earliest = seen.after_ms if seen is not None else recorded.at_ms if recorded is not None else 0
        if told.since_ms is not None and told.since_ms // 1000 < earliest // 1000:
            told = UNKNOWN  # of an earlier time: it has been moved away and back since
        if seen is not None:
            return Holding(told.since_ms or seen.at_ms, told.by, seen.was or "")
        # The last that we know of it is that it was elsewhere: whoever held it then held it before.
        was = recorded.to or "" if recorded is not None and recorded.to != at else None
        return Holding(told.since_ms, told.by, told.was if told.was is not None else was)

    def _last(self, model: RegisteredModel, alias: str) -> _Move | None:
        moves = [move for entry, move in self._recorded.get((model.name, alias), ()) if not is_of_another(entry, model)]
        return moves[-1] if moves else None


def history_of(session: Session, model: RegisteredModel, alias: str) -> tuple[Tenure, ...]:
    """All that the ledgers and the tags of versions tell of an alias; reads every version, and blocks."""
    from tui.config.paths import state_dir
    from tui.services.alias_moves import WHAT
    from tui.services.ledger_rows import merged

    moves = session.desk.moves
    others = [e for e in merged(state_dir()) if (e.what, e.place, e.subject) == (WHAT, moves.place, model.name)]
    known = [
        KnownMove(entry.ended_ms or entry.at_ms, step.expected, step.to, entry.actor, entry.why, source)
        for entries, source in ((moves.entries(model.name), "ledger"), (others, "merged ledger"))
        for entry in entries
        if not is_of_another(entry, model)
        for step in done_steps(entry)
        if step.alias == alias
    ]
    token: str | None = None
    while True:
        page = session.registry.search_versions(model.name, token=token)
        told = (mirrored_move(alias, made.version, made.tags) for made in page.versions)
        known += [move for move in told if move is not None]
        token = page.next_token
        if token is None:
            return tenures(known, model.aliases.get(alias))
