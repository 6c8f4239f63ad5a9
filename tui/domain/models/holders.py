"""Since when an alias points where it does and who moved it there, now and at any time that is known of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise

MIRROR = "deck.alias"
"""What the tags begin with in which moves are told to others: ``deck.alias.champion.moved_by`` and the like."""


@dataclass(frozen=True)
class Holding:
    """What is known of one alias where it points now; None and "" where nothing is.

    ``was`` is the version it pointed to before, "" for none, None where that is not known.
    """

    since_ms: int | None = None
    by: str = ""
    was: str | None = None


UNKNOWN = Holding()


def mirror_tags(alias: str, by: str, was: str | None, why: str, at_ms: int) -> dict[str, str]:
    """The tags of a version that tell others who moved an alias to it, from where, when and why."""
    at = datetime.fromtimestamp(at_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {"moved_by": by, "moved_at": at, "moved_from": was or "", "why": why.strip()}
    return {f"{MIRROR}.{alias}.{key}": value for key, value in said.items() if value}


def mirrored(alias: str, tags: Mapping[str, str]) -> Holding:
    """What the tags of the version that an alias points to tell of the move that brought it there."""
    said = {key: tags.get(f"{MIRROR}.{alias}.{key}", "") for key in ("moved_by", "moved_at", "moved_from")}
    try:
        at = datetime.strptime(said["moved_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        since = round(at.timestamp() * 1000)
    except ValueError:
        since = None
    return Holding(since, said["moved_by"], said["moved_from"] or None)


@dataclass(frozen=True)
class KnownMove:
    """One move of an alias that something tells of; None is no version.

    ``before`` counts only where ``tells_before``: tags leave out where an alias came from.
    """

    at_ms: int
    before: str | None
    after: str | None
    by: str
    why: str
    source: str  # "ledger", "merged ledger", "tags"
    tells_before: bool = True


@dataclass(frozen=True)
class Tenure:
    """A stretch of time in which an alias was on one version, or nobody knows on which.

    ``held`` is the version, None for none; of a gap it is all that is known of: what it was on before and after it.
    ``since_ms`` None is a beginning that nothing tells of, ``until_ms`` None is now.
    """

    held: tuple[str | None, ...]
    since_ms: int | None
    until_ms: int | None
    is_gap: bool = False
    by: str = ""
    why: str = ""
    source: str = ""


def tenures(moves: Iterable[KnownMove], now: str | None) -> tuple[Tenure, ...]:
    """Who held an alias from when to when, the oldest first, up to where it points ``now``.

    A move that two sources tell of counts once. Where one move does not begin where the one before it ended, somebody
    else moved the alias in between, and that stretch is a gap.
    """
    known: list[KnownMove] = []
    for move in sorted(moves, key=lambda move: (move.at_ms, move.source)):
        again = known and known[-1].after == move.after and move.at_ms // 1000 - known[-1].at_ms // 1000 <= _SAME_S
        if not again:
            known.append(move)
        elif move.tells_before and not known[-1].tells_before:
            known[-1] = move
    if not known:
        return (Tenure((now,), None, None),)
    first, last = known[0], known[-1]
    found = [Tenure((first.before,), None, first.at_ms)] if first.tells_before else []
    for move, following in pairwise(known):
        joined = following.tells_before and following.before == move.after
        held = (move.after,) if joined or not following.tells_before else (move.after, following.before)
        found.append(_tenure(move, held, following.at_ms, is_gap=not joined))
    found.append(
        _tenure(last, (last.after,) if last.after == now else (last.after, now), None, is_gap=last.after != now)
    )
    return tuple(found)


_SAME_S = 1  # seconds: tags have no finer time


def _tenure(move: KnownMove, held: tuple[str | None, ...], until_ms: int | None, *, is_gap: bool) -> Tenure:
    return Tenure(held, move.at_ms, until_ms, is_gap, move.by, move.why, move.source)


def tenure_at(known: Iterable[Tenure], at_ms: int) -> Tenure | None:
    """The stretch that a moment lies in; None before all that is known of."""
    for one in known:
        if (one.since_ms is None or one.since_ms <= at_ms) and (one.until_ms is None or at_ms < one.until_ms):
            return one
    return None


def mirrored_move(alias: str, version: str, tags: Mapping[str, str]) -> KnownMove | None:
    """The last move to a version that its tags tell of."""
    told = mirrored(alias, tags)
    if told.since_ms is None:
        return None
    why = tags.get(f"{MIRROR}.{alias}.why", "")
    return KnownMove(told.since_ms, told.was, version, told.by, why, "tags", tells_before=told.was is not None)
