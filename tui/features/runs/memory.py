"""What is kept of a runs table from one session to the next: how it was arranged, and the rows last seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

from tui.domain.table import Column, RowsTable, Table, Tone
from tui.services.runs_query import Query

SEEN_ROWS = 100
SEEN_COLUMNS = 40

Sort = tuple[tuple[str, bool], ...]  # of each column its key and whether it descends, the foremost first


@dataclass
class Arrangement:
    """How a person has arranged the table. ``columns`` empty means the automatic choice; keys as in ``Column.key``."""

    columns: tuple[str, ...] = ()
    widths: dict[str, int] = field(default_factory=dict)
    sort: Sort = ()
    tree: bool = True
    varying_only: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "widths": self.widths,
            "sort": [list(pair) for pair in self.sort],
            "tree": self.tree,
            "varying_only": self.varying_only,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], columns: Sequence[str] = ()) -> Arrangement:
        """As it was kept; what does not fit is left out. ``columns`` is the configured choice where none is kept."""
        chosen = [key for key in _list(kept.get("columns")) if isinstance(key, str)]
        widths = kept.get("widths")
        return cls(
            columns=tuple(chosen) or tuple(columns),
            widths={
                key: width
                for key, width in (widths.items() if isinstance(widths, dict) else ())
                if isinstance(key, str) and isinstance(width, int) and 2 <= width <= 1000
            },
            sort=_sort(kept.get("sort")),
            tree=kept.get("tree") is not False,
            varying_only=kept.get("varying_only") is True,
        )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _sort(kept: object) -> Sort:
    pairs = [pair for pair in _list(kept) if isinstance(pair, list) and len(pair) == 2]
    return tuple((key, bool(descending)) for key, descending in pairs if isinstance(key, str))


class Recalled(NamedTuple):
    """The rows last seen, when they were read, and what they are sorted by, whatever has been chosen since."""

    table: RowsTable
    as_of_ms: int
    sort: Sort


def memory_name(context: str, query: Query) -> str:
    """The name under which a query's arrangement is kept."""
    return f"{context}:runs:{','.join(sorted(query.experiment_ids))}"


def seen(table: Table, as_of_ms: int, sort: Sort) -> dict[str, Any]:
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
    return Recalled(table, as_of_ms, _sort(kept.get("sort")))


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
