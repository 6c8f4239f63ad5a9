"""Histories as training makes them, for charts in tests: always the same, without chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.support.fakes import FakeHistory


def falling(number: int, count: int = 600) -> list[float]:
    """A loss that falls, with a wobble of its own for each number."""
    return [
        0.2
        + 0.03 * number
        + (1.0 - 0.05 * number) * math.exp(-6 * at / count)
        + 0.03 * math.sin(at * (1.7 + number)) / 2
        for at in range(count)
    ]


def broken(count: int = 600) -> list[float]:
    """A loss that becomes NaN for a while, infinite once, and ends at minus infinity."""
    values = falling(0, count)
    values[count // 3 : count // 2] = [math.nan] * (count // 2 - count // 3)
    values[count * 2 // 3] = math.inf
    values[-1] = -math.inf
    return values


def record_many(history: FakeHistory, run_ids: Sequence[str], key: str = "loss") -> None:
    """A history for each run, each shorter than the one before."""
    for number, run_id in enumerate(run_ids):
        history.record(run_id, key, falling(number % 12, 600 - 40 * (number % 8)))
