"""A made-up table of runs of any size: numbers in arrays, texts made when asked for."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence

from tui.domain.glyphs import UNICODE
from tui.domain.table import Column, Tone

_WORDS = ("gallant", "brave", "calm", "dapper", "eager", "fancy", "grumpy", "honest", "jolly", "kind")
_BEASTS = ("ox", "elk", "bee", "auk", "yak", "newt", "crane", "mule", "stork", "wren")
_STATES: tuple[tuple[str, Tone], ...] = (
    ("✓ done", ""),
    ("✓ done", ""),
    ("✓ done", ""),
    ("✗ failed", "bad"),
    ("↻ running", "accent"),
)


class MadeUpRuns:
    """Runs with a name, a state, two times and as many metrics and params as wanted; one param in eight is sparse."""

    def __init__(self, rows: int, columns: int, *, seed: int = 7, state_tones: bool = True) -> None:
        self.row_count = rows
        self.generation = 0
        self._state_tones = state_tones
        numbers = max(0, columns - 4)
        metrics = numbers // 2
        self.columns: Sequence[Column] = (
            Column("name", "run", 18, frozen=True),
            Column("state", "state", 9),
            Column("started", "started", 7, "right"),
            Column("took", "took", 7, "right"),
            *(Column(f"metrics.{n}", f"val_{n:03d}", 9, "right", group="metrics") for n in range(metrics)),
            *(Column(f"params.{n}", f"param_{n:03d}", 9, "right", group="params") for n in range(numbers - metrics)),
        )
        numbers_made = random.Random(seed)
        self._pool = array("d", (numbers_made.random() for _ in range(8192)))
        self._offset = {column.key: index * 131 for index, column in enumerate(self.columns)}

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        rows = range(start, stop)
        if key == "name":
            return [f"{_WORDS[row % 10]}-{_BEASTS[row // 10 % 10]}-{row}" for row in rows]
        if key == "state":
            return [_STATES[row % 5][0] for row in rows]
        if key == "started":
            return [f"{row % 59 + 1}m" for row in rows]
        if key == "took":
            return [f"{row % 9 + 1}m{row % 60:02d}s" for row in rows]
        offset, pool = self._offset[key], self._pool
        if key.startswith("params.") and key.endswith("7"):
            return [f"{pool[(row + offset) % 8192]:.4f}" if row % 3 else UNICODE.absent for row in rows]
        return [f"{pool[(row * 7 + offset) % 8192]:.4f}" for row in rows]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        if key == "state" and self._state_tones:
            return [_STATES[row % 5][1] for row in range(start, stop)]
        return None

    def row_key(self, row: int) -> str:
        return str(row)

    def row_of(self, row_key: str) -> int | None:
        row = int(row_key)
        return row if row < self.row_count else None
