"""The runs that were loaded, by column: pages go in, snapshots come out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from tui.domain.filter.names import IN_PAGE
from tui.domain.runs.snapshot import (
    Chunk,
    Codes,
    FrameSnapshot,
    KeyTable,
    KeyView,
    RowColumns,
    SnapshotSection,
    TextPool,
    bounds,
    merged,
    numbers_chunk,
    texts_chunk,
)
from tui.domain.series.history import Figures
from tui.domain.values import GOING_ON, RunsPage

_ROOM = 1024
_MOST_CHUNKS = 256
_SMALL_POOL = 4096
_DEAD = -1


class RunsFrame:
    """A column store of runs; one run is one row, in order of first appearance.

    A run that comes again, because pages shifted or because it was read anew, keeps its row and gets the later page's
    data, all of it. Values are kept sparse as they came; a snapshot makes whole columns of them when asked.
    Methods may be called from any thread; a snapshot never changes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._empty()
        self._version = 0
        self._experiments: dict[str, str] = {}
        self._registered: dict[str, str] = {}
        self._figures: dict[str, Mapping[str, Figures]] = {}

    def _empty(self) -> None:
        self._count = 0
        self._row_of: dict[str, int] = {}
        self._ids: list[str] = []
        self._names: list[str] = []
        self._rows = RowColumns.blank(_ROOM)
        self._removed = 0
        self._pools = {name: TextPool() for name in ("experiment", "status", "lifecycle", "dataset", *IN_PAGE)}
        self._sections = {name: _OpenSection() for name in ("metrics", "params", "tags")}
        self._stamp = 0
        self._superseded: dict[int, int] = {}
        self._snapshot: FrameSnapshot | None = None

    def __len__(self) -> int:
        """How many runs there are."""
        return self._count - self._removed

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._row_of

    @property
    def value_count(self) -> int:
        """How many metrics, params and tags all runs have together."""
        with self._lock:
            return sum(int(section.keys.fills.sum()) for section in self._sections.values())

    # --- changing -----------------------------------------------------------------------------------------------

    def append(self, page: RunsPage) -> None:
        """Take in a page: new runs are added at the end, known ones get the page's data."""
        with self._lock:
            self._changed()
            self._take_in(page)

    def remove(self, run_ids: Iterable[str]) -> int:
        """Forget these runs; the number of those that were there."""
        with self._lock:
            self._changed()
            rows = [row for row in map(self._row_of.get, run_ids) if row is not None]
            leaving = set(rows)
            self._row_of = {run_id: row for run_id, row in self._row_of.items() if row not in leaving}
            found = np.unique(np.array(rows, dtype=np.int32))
            if len(found):
                self._supersede(found)
                self._rows.stamps[found] = _DEAD
                self._removed += len(found)
            return len(found)

    def clear(self) -> None:
        """Forget every run; names of experiments and registered versions stay."""
        with self._lock:
            self._empty()
            self._version += 1

    @property
    def registered(self) -> Mapping[str, str]:
        """What runs are registered as, by run id; runs that are no version are absent."""
        return self._registered

    def set_registered(self, texts: Mapping[str, str]) -> None:
        """Say what runs are registered as, by run id; an empty text takes it back; other runs keep theirs."""
        with self._lock:
            self._changed()
            told = {**self._registered, **texts}
            self._registered = {run_id: text for run_id, text in told.items() if text}

    @property
    def figures(self) -> Mapping[str, Mapping[str, Figures]]:
        """What is known of metrics over the life of runs: by metric and run id."""
        return self._figures

    def set_figures(self, told: Mapping[str, Mapping[str, Figures]]) -> None:
        """Say what metrics came to over the life of runs; of runs not named what is known stays."""
        with self._lock:
            self._changed()
            self._figures = {**self._figures, **{key: {**self._figures.get(key, {}), **of} for key, of in told.items()}}

    def set_experiments(self, names: Mapping[str, str]) -> None:
        """Say what experiments are called, by experiment id."""
        with self._lock:
            self._changed()
            self._experiments = {**self._experiments, **names}

    def snapshot(self) -> FrameSnapshot:
        """The runs as they are now; the same object until something changes."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = FrameSnapshot(
                    version=self._version,
                    count=self._count,
                    alive=self._count - self._removed,
                    ids=self._ids,
                    names=self._names,
                    row_of=self._row_of,
                    rows=self._rows.first(self._count),
                    pools=dict(self._pools),
                    sections={name: section.closed() for name, section in self._sections.items()},
                    superseded=frozenset(self._superseded),
                    experiments=self._experiments,
                    registered=self._registered,
                    figures=self._figures,
                )
            return self._snapshot

    # --- inside the lock ----------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._version += 1
        self._snapshot = None

    def _take_in(self, page: RunsPage) -> None:
        last = {run_id: at for at, run_id in enumerate(page.run_ids)}
        known = [run_id for run_id in last if run_id in self._row_of]
        if known:
            self._supersede(np.array([self._row_of[run_id] for run_id in known], dtype=np.int32))
            self._names = list(self._names)
        for run_id, at in last.items():
            if run_id not in self._row_of:
                self._row_of[run_id] = self._count
                self._ids.append(run_id)
                self._names.append("")
                self._count += 1
            self._names[self._row_of[run_id]] = page.names[at]
        self._rows = self._rows.with_room(self._count)
        rows = np.array([self._row_of[run_id] for run_id in page.run_ids], dtype=np.int32)
        if len(last) < len(page):
            rows[[at for at, run_id in enumerate(page.run_ids) if last[run_id] != at]] = -1
        self._write_rows(page, rows)
        self._write_values(page, rows)
        self._tidy()

    def _write_rows(self, page: RunsPage, rows: Codes) -> None:
        at = np.flatnonzero(rows >= 0)
        rows = rows[at]
        target = self._rows
        self._stamp += 1
        target.stamps[rows] = self._stamp
        target.starts[rows] = np.array(page.starts_ms, dtype=np.int64)[at]
        goes_on = np.fromiter((status in GOING_ON for status in page.statuses), np.bool_, len(page.statuses))
        target.ends[rows] = np.where(goes_on, -1, np.array(page.ends_ms, dtype=np.int64))[at]
        target.models[rows] = np.array(page.models, dtype=np.int64)[at]
        for name, texts in (
            ("experiment", page.experiment_ids),
            ("status", page.statuses),
            ("lifecycle", page.lifecycles),
            *((name, page.info[name]) for name in IN_PAGE),
        ):
            pool = self._pools[name]
            codes = np.array(pool.codes(texts), dtype=np.int32)
            # An empty text says no more than an absent one.
            codes[[place for place, text in enumerate(texts) if not text]] = -1
            target.codes(name)[rows] = codes[at]
        datasets = np.full(len(page), -1, dtype=np.int32)
        datasets[np.array(page.datasets.rows, dtype=np.int64)] = self._pools["dataset"].codes(page.datasets.values)
        target.dataset[rows] = datasets[at]

    def _write_values(self, page: RunsPage, rows: Codes) -> None:
        metrics = self._sections["metrics"]
        for section, chunk in (
            (metrics, numbers_chunk(self._stamp, page.metrics, metrics.keys, rows)),
            *(
                (self._sections[name], texts_chunk(self._stamp, columns, self._sections[name].keys, rows))
                for name, columns in (("params", page.params), ("tags", page.tags))
            ),
        ):
            section.keys.grow()
            if len(chunk.keys):
                section.chunks = (*section.chunks, chunk)
                section.keys.count(chunk.keys, chunk.sizes())
                if section is metrics:
                    section.keys.widen(chunk.keys, *bounds(chunk))

    def _supersede(self, rows: Codes) -> None:
        """Take what is known of these rows out of the counts, and part with what snapshots share before writing."""
        stamps = self._rows.stamps
        stamps_of_rows, counts = np.unique(stamps[rows], return_counts=True)
        for stamp, count in zip(stamps_of_rows.tolist(), counts.tolist(), strict=True):
            self._superseded[stamp] = self._superseded.get(stamp, 0) + count
        leaving = np.zeros(self._count, dtype=np.bool_)
        leaving[rows] = True
        touched = set(stamps_of_rows.tolist())
        for section in self._sections.values():
            for chunk in section.chunks:
                if chunk.stamp in touched:
                    gone = leaving[chunk.rows] & (stamps[chunk.rows] == chunk.stamp)
                    keys, amounts = np.unique(chunk.key_of_values()[gone], return_counts=True)
                    section.keys.count(keys, -amounts)
        self._rows = self._rows.copied()

    def _tidy(self) -> None:
        """Drop values that no longer count once they are half of a chunk, and join chunks once they are many."""
        stamps = self._rows.stamps
        alive = dict(zip(*(x.tolist() for x in np.unique(stamps[: self._count], return_counts=True)), strict=True))
        wasteful = {stamp for stamp, gone in self._superseded.items() if gone >= alive.get(stamp, 0)}
        if wasteful:
            for section in self._sections.values():
                section.chunks = tuple(
                    chunk if chunk.stamp not in wasteful else chunk.only(stamps[chunk.rows] == chunk.stamp)
                    for chunk in section.chunks
                    if chunk.stamp not in wasteful or alive.get(chunk.stamp, 0)
                )
            for stamp in wasteful:
                del self._superseded[stamp]
        for section in (self._sections["params"], self._sections["tags"]):
            section.shrink_pools(stamps, self._stamp)
        if len(alive) > _MOST_CHUNKS:
            self._join(sorted(alive, key=alive.__getitem__)[: len(alive) // 2])

    def _join(self, stamps: list[int]) -> None:
        self._stamp += 1
        self._rows = self._rows.copied()
        joining = {stamp for stamp in stamps if stamp != _DEAD}
        rows_of = self._rows.stamps
        for section in self._sections.values():
            parts = [chunk for chunk in section.chunks if chunk.stamp in joining]
            live = [chunk.only(rows_of[chunk.rows] == chunk.stamp) for chunk in parts]
            kept = tuple(chunk for chunk in section.chunks if chunk.stamp not in joining)
            section.chunks = (*kept, merged(self._stamp, live)) if live else kept
        rows_of[np.isin(rows_of[: self._count], list(joining)).nonzero()] = self._stamp
        for stamp in joining:
            self._superseded.pop(stamp, None)


class _OpenSection:
    """The metrics, params or tags of a frame that is still growing."""

    def __init__(self) -> None:
        self.keys = KeyTable()
        self.chunks: tuple[Chunk, ...] = ()

    def closed(self) -> SnapshotSection:
        return SnapshotSection(KeyView(self.keys), self.chunks)

    def shrink_pools(self, stamps: Codes, grown: int) -> None:
        """Make the pools anew that page ``grown`` added to and that hold mostly texts which no run has any more."""
        for key_number in [key for chunk in self.chunks if chunk.stamp == grown for key in chunk.keys.tolist()]:
            pool = self.keys.pools[key_number]
            if len(pool) > max(_SMALL_POOL, 2 * int(self.keys.fills[key_number])):
                self._renew(key_number, pool, stamps)

    def _renew(self, key_number: int, old: TextPool, stamps: Codes) -> None:
        fresh = TextPool()
        chunks = list(self.chunks)
        for at, chunk in enumerate(chunks):
            where = chunk.of(key_number)
            if where is not None:
                values = chunk.values.copy()
                live = stamps[chunk.rows[where]] == chunk.stamp
                # Values that no longer count need some code that exists.
                codes = np.zeros(len(live), dtype=np.int32)
                codes[live] = fresh.codes(old.texts[code] for code in values[where][live].tolist())
                values[where] = codes
                chunks[at] = replace(chunk, values=values)
        self.chunks = tuple(chunks)
        pools = list(self.keys.pools)
        pools[key_number] = fresh
        self.keys.pools = pools
