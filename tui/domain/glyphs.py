"""The few signs that the screens use, in Unicode and in plain ASCII."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Glyphs:
    """One set of signs; each is exactly one cell wide."""

    ellipsis: str = "…"
    absent: str = "–"
    done: str = "✓"
    failed: str = "✗"
    running: str = "↻"
    scheduled: str = "◷"
    killed: str = "⊘"
    deleted: str = "⌫"
    mark: str = "◆"
    cursor: str = "▸"
    folded: str = "▸"
    unfolded: str = "▾"
    branch: str = "├"
    last_branch: str = "└"
    stem: str = "│"
    rule: str = "┊"
    up: str = "↑"
    down: str = "↓"
    live: str = "●"
    stale: str = "○"
    warning: str = "⚠"
    separator: str = "›"
    bullet: str = "▪"
    times: str = "×"
    more_left: str = "‹"
    more_right: str = "›"
    thumb: str = "▐"
    pinned: str = "▴"


UNICODE = Glyphs()
ASCII = Glyphs(
    ellipsis="~", absent="-", done="+", failed="x", running="@", scheduled="?", killed="/", deleted="D", mark="*",
    cursor=">", folded=">", unfolded="v", branch="|", last_branch="`", stem="|", rule="|", up="^", down="v",
    live="*", stale="o", warning="!", separator=">", bullet="-", times="x",
    more_left="<", more_right=">", thumb="#", pinned="^",
)  # fmt: skip

assert all(len(getattr(ASCII, f.name)) == 1 for f in fields(ASCII))
