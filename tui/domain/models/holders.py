"""Since when an alias points where it does, who moved it there, and where it pointed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

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
