"""A comparison as JSON, for programs."""

from __future__ import annotations

import json
import math

from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.export.report import Cell, ComparisonReport


def comparison(made: ComparisonReport) -> str:
    """One object: ``runs``, ``baseline``, ``tolerance``, ``counts`` and ``rows``.

    A row's ``values`` are one a run: a number for metrics, a text for what was recorded as one, null where absent;
    NaN and infinities are the texts "NaN", "Infinity" and "-Infinity", since JSON has no numbers for them.
    """
    runs = [
        {"id": run_id, "name": title, "experiment": origin}
        for run_id, title, origin in zip(made.ids, made.titles, made.origins, strict=True)
    ]
    rows = [
        {
            "group": row.group,
            "name": row.name,
            **({"part_of": row.part_of} if row.part_of else {}),
            **({"better": row.better, "guessed": row.guessed} if row.better else {}),
            "differs": row.differs,
            "values": [_value(cell, row.group) for cell in row.cells],
            "deltas": [cell.delta for cell in row.cells],
            "shares": [cell.share for cell in row.cells],
            **({"verdicts": [cell.change.verdict or None for cell in row.cells]} if row.better else {}),
        }
        for row in made.rows
    ]
    whole = {
        "runs": runs,
        "baseline": made.ids[made.baseline] if made.ids else None,
        "tolerance": made.tolerance,
        "counts": {group: {"rows": many, "differing": differing} for group, (many, differing) in made.groups.items()},
        "rows": rows,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _value(cell: Cell, group: str) -> str | float | None:
    if cell.whole is None or group not in ("metrics", SYSTEM_METRICS) or cell.number is None:
        return cell.whole
    if math.isfinite(cell.number):
        return cell.number
    return "NaN" if math.isnan(cell.number) else "Infinity" if cell.number > 0 else "-Infinity"
