"""Points of metrics as they come from stores, made into histories; shared by the ways in which stores are read."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain.problem import Kind, Problem
from tui.domain.series.history import SAMPLE_POINTS, MetricHistory, recorded
from tui.gateway import problems
from tui.gateway.tracking.columns import LARGEST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_RUNS = 100  # that MLflow takes in one request for samples


def title_of(key: str) -> str:
    return f"Could not read the history of {key}"


def bounded(points: int) -> int:
    """A number of points that every store will give of one run."""
    return max(2, min(points, SAMPLE_POINTS))


def thinned(history: MetricHistory, points: int, *, whole: bool = True) -> MetricHistory:
    """At most ``points`` of a history: its ends, its extremes everywhere, and where it is not finite.

    ``whole`` is False where the history itself is only the beginning of a longer one.
    """
    if len(history) <= points and whole:
        return history
    import numpy as np

    from tui.domain.series.decimate import thin

    kept = thin(np.frombuffer(history.values, dtype=np.float64), points)

    def pick(column: array[Any]) -> array[Any]:
        taken = array(column.typecode)
        taken.frombytes(np.frombuffer(column, dtype=column.typecode)[kept].tobytes())
        return taken

    return MetricHistory(
        history.run_id,
        history.key,
        pick(history.steps),
        pick(history.timestamps_ms),
        pick(history.values),
        total=len(history) if whole else None,
        nans=history.nans,
        highs=history.highs,
        lows=history.lows,
        keeps_extremes=whole,
    )


@contextlib.contextmanager
def missing_left_out(title: str, place: str) -> Iterator[None]:
    """Run a request for one run; that the run is gone is no problem of the others."""
    try:
        with problems.raised_as(title, place):
            yield
    except Problem as problem:
        if problem.kind is not Kind.NOT_FOUND:
            raise


def from_points(run_id: str, key: str, points: Iterable[tuple[float, float, float]], whole: bool) -> MetricHistory:
    """A history of points of step, time and value."""
    steps: list[float] = []
    times: list[float] = []
    values = array("d")
    for step, time, value in points:
        steps.append(step)
        times.append(time)
        values.append(value)
    return recorded(
        run_id, key, steps, times, array("d", true_numbers(values).tobytes()), whole=whole, keeps_extremes=False
    )


def true_numbers(values: Sequence[float]) -> NDArray[np.float64]:
    """``columns.true_number`` of each."""
    import numpy as np

    numbers = np.array(values, dtype=np.float64)
    beyond = np.abs(numbers) >= LARGEST
    numbers[beyond] = np.copysign(np.inf, numbers[beyond])
    return numbers
