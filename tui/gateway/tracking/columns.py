"""Runs as sparse columns: what a page of entities or of JSON becomes before it crosses to the deck."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from sys import intern

from tui.domain.filter.names import IN_PAGE
from tui.domain.values import RunsPage, SparseNumbers, SparseTexts

# What SQL stores record for ±Inf.
LARGEST = 1.7976931348623157e308


def true_number(value: float) -> float:
    """The number that was logged: a SQL store's stand-in for infinity becomes infinity again."""
    if abs(value) >= LARGEST:
        return math.inf if value > 0 else -math.inf
    return value


class RunColumns:
    """Collects runs one after another into the columns of a page.

    Keys and repeated values are interned: a page of a thousand runs names the same few hundred strings again and
    again, and pickle then writes each of them once.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._experiments: list[str] = []
        self._names: list[str] = []
        self._statuses: list[str] = []
        self._info: dict[str, list[str]] = {name: [] for name in IN_PAGE}
        self._starts: array[int] = array("q")
        self._ends: array[int] = array("q")
        self._lifecycles: list[str] = []
        self._params: dict[str, SparseTexts] = {}
        self._metrics: dict[str, SparseNumbers] = {}
        self._tags: dict[str, SparseTexts] = {}
        self._datasets = SparseTexts(array("I"), [])
        self._models: array[int] = array("I")
        self._seen: dict[str, str] = {}

    def add(
        self,
        *,
        run_id: str,
        experiment_id: str,
        name: str,
        status: str,
        start_ms: int | None,
        end_ms: int | None,
        lifecycle: str,
        info: Mapping[str, str],
        params: Iterable[tuple[str, str]],
        metrics: Iterable[tuple[str, float]],
        tags: Iterable[tuple[str, str]],
        datasets: Iterable[tuple[str, str]],
        models: int,
    ) -> None:
        """Append one run; ``info`` has the keys of ``IN_PAGE``, ``datasets`` are pairs of name and digest."""
        row = len(self._ids)
        once = self._once
        self._ids.append(run_id)
        self._experiments.append(once(experiment_id))
        self._names.append(name)
        self._statuses.append(once(status))
        for key, text in info.items():
            self._info[key].append(once(text))
        self._starts.append(-1 if start_ms is None else start_ms)
        self._ends.append(end_ms if end_ms else -1)
        self._lifecycles.append(once(lifecycle))
        for columns, pairs in ((self._params, params), (self._tags, tags)):
            for key, text in pairs:
                texts = columns.get(key)
                if texts is None:
                    texts = columns[intern(key)] = SparseTexts(array("I"), [])
                texts.rows.append(row)
                texts.values.append(once(text))
        for key, number in metrics:
            numbers = self._metrics.get(key)
            if numbers is None:
                numbers = self._metrics[intern(key)] = SparseNumbers(array("I"), array("d"))
            numbers.rows.append(row)
            numbers.values.append(true_number(number))
        used = ", ".join(f"{name}@{digest}" if digest else name for name, digest in datasets)
        if used:
            self._datasets.rows.append(row)
            self._datasets.values.append(once(used))
        self._models.append(models)

    def page(self, next_token: str | None) -> RunsPage:
        """What was collected, as a page."""
        return RunsPage(
            run_ids=self._ids,
            experiment_ids=self._experiments,
            names=self._names,
            statuses=self._statuses,
            info=self._info,
            starts_ms=self._starts,
            ends_ms=self._ends,
            lifecycles=self._lifecycles,
            params=self._params,
            metrics=self._metrics,
            tags=self._tags,
            datasets=self._datasets,
            models=self._models,
            next_token=next_token or None,
        )

    def _once(self, text: str) -> str:
        return self._seen.setdefault(text, text)
