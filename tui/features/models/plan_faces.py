"""The faces of the panel through which aliases are moved, and the keys that each of them offers."""

from __future__ import annotations

from enum import Enum


class Face(Enum):
    """What the panel is showing."""

    PLAN = "plan"  # to be looked at and changed
    ARMED = "armed"  # the next enter does it
    DOING = "doing"
    CONFLICT = "conflict"  # nothing was written: it has moved
    UNKNOWN = "unknown"
    PARTLY = "partly"
    UNRECORDED = "unrecorded"  # the ledger cannot be written; nothing was done
    OVER = "over"  # nothing more can be done here

    @property
    def asks(self) -> bool:
        """Whether lines can be typed in."""
        return self in (Face.PLAN, Face.ARMED)


HINTS = {
    Face.PLAN: "enter go on   tab next line   ctrl+y copy as Python   esc leave",
    Face.ARMED: "enter do it   esc leave",
    Face.DOING: "writing …",
    Face.CONFLICT: "enter look at it as it is now   esc leave",
    Face.UNKNOWN: "r look again   esc leave",
    Face.PARTLY: "f finish   b put back   esc leave",
    Face.UNRECORDED: "w move without a record   esc leave",
    Face.OVER: "enter look at it as it is now   esc leave",
}
REFUSED_HINT = "ctrl+y copy as Python   esc leave"  # where a plan cannot be changed and is refused
