"""The rows last seen of a runs table, kept so that they stand there at once the next time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from tui.domain.columns import SortOrder, sort_from_json
from tui.domain.table import Column, RowsTable, Table, Tone

SEEN_ROWS = 100
SEEN_COLUMNS = 40


class Recalled(NamedTuple):
    """The rows last seen, when they were read, and what they are sorted by, whatever has been chosen since."""

    table: RowsTable
    as_of_ms: int
    sort: SortOrder


def seen(table: Table, as_of_ms: int, sort: SortOrder) -> dict[str, Any]:
    """The first rows of a table as they are shown, to be kept with what they are sorted by."""
    columns = list(table.columns)[:SEEN_COLUMNS]
    rows = min(SEEN_ROWS, table.row_count)
    return {
        "as_of_ms": as_of_ms,
        "sort": [list(pair) for pair in sort],
        "columns": [[c.key, c.title, c.width, c.align, c.frozen, c.group, c.order] for c in columns],
        "keys": [table.row_key(row) for row in range(rows)],
        "cells": {c.key: list(table.texts(c.key, 0, rows)) for c in columns},
        "tones": {c.key: list(tones) for c in columns if (tones := table.tones(c.key, 0, rows)) is not None},
    }


def recalled(kept: Mapping[str, Any]) -> Recalled | None:
    """The rows that were kept, or None if there is nothing that fits."""
    try:
        columns = [
            Column(
                str(key),
                str(title),
                max(1, min(1000, int(width))),
                "right" if align == "right" else "left",
                bool(frozen),
                str(group),
                order if order in ("up", "down") else "",
            )
            for key, title, width, align, frozen, group, order in kept["columns"]
        ]
        keys = [str(key) for key in kept["keys"]]
        cells = {column.key: [str(text) for text in kept["cells"][column.key]] for column in columns}
        as_of_ms = int(kept["as_of_ms"])
    except (KeyError, TypeError, ValueError):
        return None
    if not keys or any(len(texts) != len(keys) for texts in cells.values()):
        return None
    table = RowsTable(columns, keys, cells, _tones(kept.get("tones"), cells, len(keys)))
    return Recalled(table, as_of_ms, sort_from_json(kept.get("sort")))


def _tones(kept: object, cells: Mapping[str, Sequence[str]], rows: int) -> dict[str, list[Tone]]:
    """The tones that were kept, as far as they are tones of these cells."""
    if not isinstance(kept, dict):
        return {}
    known = get_args(Tone)
    return {
        key: [tone if tone in known else "" for tone in tones]
        for key, tones in kept.items()
        if key in cells and isinstance(tones, list) and len(tones) == rows
    }
