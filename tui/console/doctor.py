"""``mlflow-deck doctor``: the checks of a context, for people and for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from tui.domain.checkup import Check, Verdict, fails, summary, took_words
from tui.domain.text import clean, fit

_SIGNS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAIL: "✗", Verdict.SKIPPED: "·"}
_ASCII_SIGNS = {Verdict.OK: "+", Verdict.WARNING: "!", Verdict.FAIL: "x", Verdict.SKIPPED: "-"}
_TITLE_WIDE, _TOOK_WIDE = 14, 9
_WIDEST, _NARROWEST = 120, 60


def line(check: Check, columns: int, *, unicode: bool = True) -> str:
    """One check as lines of a terminal: sign, title, time, what was found, and below it what to do."""
    sign = (_SIGNS if unicode else _ASCII_SIGNS)[check.verdict]
    took = took_words(check)
    head = f"{sign} {fit(check.title, _TITLE_WIDE)} {took:>{_TOOK_WIDE}}  "
    room = max(_NARROWEST, min(columns, _WIDEST)) - len(head)
    found = textwrap.wrap(clean(check.found), room, break_on_hyphens=False) or [""]
    arrow = "→ " if unicode else "> "
    remedy = textwrap.wrap(
        clean(check.remedy), room, initial_indent=arrow, subsequent_indent="  ", break_on_hyphens=False
    )
    lines = [head + found[0], *(" " * len(head) + words for words in (*found[1:], *remedy))]
    return "\n".join(text.rstrip() for text in lines)


def ending(checks: Sequence[Check]) -> str:
    """The last line."""
    return summary(checks) + "."


def as_json(context: str, checks: Sequence[Check]) -> str:
    """Everything as one JSON object."""
    told = {
        "context": context,
        "fails": fails(checks),
        "checks": [
            {
                **{name: value.value if isinstance(value, Verdict) else value for name, value in asdict(check).items()},
                "took_ms": None if check.took_ms is None else round(check.took_ms, 1),
            }
            for check in checks
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
