"""Pages of runs from a database, straight into the columns that cross to the deck."""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.values import Lifecycle, RunsPage, SparseNumbers, SparseTexts
from tui.gateway.problems import Elsewhere
from tui.gateway.sql import tokens
from tui.gateway.sql.database import Reading, Row
from tui.gateway.sql.filters import Where
from tui.gateway.tracking.client import NAME_TAG, USER_TAG
from tui.gateway.tracking.columns import LARGEST

STAGES = {
    Lifecycle.ACTIVE: ("active",),
    Lifecycle.DELETED: ("deleted",),
    Lifecycle.ALL: ("active", "deleted"),
}

_RUNS = (
    "run_uuid",
    "experiment_id",
    "name",
    "status",
    "user_id",
    "start_time",
    "end_time",
    "lifecycle_stage",
)
_KEPT_SECONDS = 120.0
_MOST_KEPT = 3


@dataclass(frozen=True)
class Asked:
    """Which runs a page is of: a condition that holds its own variables, and the stages that a view shows."""

    experiments: tuple[int, ...]
    view: Lifecycle
    where: Where

    @property
    def condition(self) -> str:
        stages = ", ".join(f"'{stage}'" for stage in STAGES[self.view])
        ids = ", ".join(map(str, self.experiments))
        return f"experiment_id IN ({ids}) AND lifecycle_stage IN ({stages}) AND {self.where.text}"


@dataclass
class _Listing:
    """The runs that come after a first page, by id and in order, so that further pages need not sort them again."""

    first: int  # the place of the first of them among all runs that were asked for
    ids: list[str]
    used: float


class Listings:
    """The listings of the last few queries whose pages are being asked for, by a number that their tokens carry."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, _Listing] = {}
        self._last = 0

    def of(self, number: int | None) -> _Listing | None:
        with self._lock:
            now = time.monotonic()
            self._kept = {at: kept for at, kept in self._kept.items() if now - kept.used < _KEPT_SECONDS}
            found = self._kept.get(number) if number is not None else None
            if found is not None:
                found.used = now
            return found

    def keep(self, first: int, ids: list[str]) -> int:
        with self._lock:
            self._last += 1
            self._kept[self._last] = _Listing(first, ids, time.monotonic())
            for oldest in sorted(self._kept)[:-_MOST_KEPT]:
                del self._kept[oldest]
            return self._last

    def drop(self, number: int | None) -> None:
        with self._lock:
            self._kept.pop(number or 0, None)


def page(reading: Reading, listings: Listings, asked: Asked, most: int, token: str | None) -> RunsPage:
    """A page of ``most`` runs, latest start first and then by id, from where the page of ``token`` ended."""
    if not token:
        ids = _ordered(reading, asked, "", {}, most + 1)
        following = tokens.made(most, after=_place_of(reading, ids[most - 1])) if len(ids) > most else None
        return columns(reading, asked.view, ids[:most]).page(following)
    came = tokens.read(token)
    listing, number = listings.of(came.listing), came.listing
    if listing is None or came.offset < listing.first:
        listing = _Listing(came.offset, _rest(reading, asked, came), 0.0)
        number = None
    at = came.offset - listing.first
    ids, is_last = listing.ids[at : at + most], at + most >= len(listing.ids)
    if is_last:
        listings.drop(number)
        return columns(reading, asked.view, ids).page(None)
    if number is None:
        number = listings.keep(listing.first, listing.ids)
    following = tokens.made(came.offset + most, after=_place_of(reading, ids[-1]), listing=number)
    return columns(reading, asked.view, ids).page(following)


def _rest(reading: Reading, asked: Asked, came: tokens.Token) -> list[str]:
    if came.after is None:
        return _ordered(reading, asked, "", {}, None)[came.offset :]
    start, run_id = came.after
    # Runs without a start come last, but in PostgreSQL, which counts them as the latest.
    blank = "FALSE" if reading.kind == "postgresql" else "start_time IS NULL"
    if start is None:
        later = "TRUE" if reading.kind == "postgresql" else "FALSE"
        beyond = f"(start_time IS NULL AND run_uuid > :after_id) OR (start_time IS NOT NULL AND {later})"
        return _ordered(reading, asked, f" AND ({beyond})", {"after_id": run_id}, None)
    beyond = f"start_time < :after_start OR {blank} OR (start_time = :after_start AND run_uuid > :after_id)"
    return _ordered(reading, asked, f" AND ({beyond})", {"after_start": start, "after_id": run_id}, None)


def _ordered(reading: Reading, asked: Asked, beyond: str, variables: dict[str, object], limit: int | None) -> list[str]:
    rows = reading.rows(
        f"SELECT run_uuid FROM runs WHERE {asked.condition}{beyond} ORDER BY start_time DESC, run_uuid"
        + (f" LIMIT {limit}" if limit is not None else ""),
        **asked.where.variables,
        **variables,
    )
    return [run_id for (run_id,) in rows]


def _place_of(reading: Reading, run_id: str) -> tuple[int | None, str]:
    """Where a run stands in the order, to go on from."""
    for (start,) in reading.rows("SELECT start_time FROM runs WHERE run_uuid = :run_id", run_id=run_id):
        return start, run_id
    raise Elsewhere("the run that a page ends with is gone")


class Columns:
    """What was read of some runs, as a page."""

    def __init__(self, runs: Sequence[Row]) -> None:
        self.ids = [str(row[1]) for row in runs]
        self._runs = runs
        self._seen: dict[str, str] = {}
        self.metrics: dict[str, SparseNumbers] = {}
        self.params: dict[str, SparseTexts] = {}
        self.tags: dict[str, SparseTexts] = {}
        self.datasets = SparseTexts(array("I"), [])
        self.models = array("I", bytes(4 * len(runs)))

    def texts(self, rows: Iterable[Row]) -> dict[str, SparseTexts]:
        """Rows of place, key and text as columns, by key in order of appearance."""
        adding: dict[str, tuple[Callable[[Any], None], Callable[[Any], None], list[int], list[str]]] = {}
        once = self._seen.setdefault
        for place, key, text in rows:
            column = adding.get(key)
            if column is None:
                places: list[int] = []
                values: list[str] = []
                column = adding[key] = places.append, values.append, places, values
            text = text or ""
            column[0](place)
            column[1](once(text, text))
        return {key: SparseTexts(array("I", places), values) for key, (_, _, places, values) in adding.items()}

    def page(self, next_token: str | None) -> RunsPage:
        names = _by_place(self.tags.get(NAME_TAG))
        users = _by_place(self.tags.get(USER_TAG))
        once = self._seen.setdefault
        runs = self._runs
        experiments = {row[2]: str(row[2]) for row in runs}
        return RunsPage(
            run_ids=self.ids,
            experiment_ids=[experiments[row[2]] for row in runs],
            names=[row[3] or names.get(at) or "" for at, row in enumerate(runs)],
            statuses=[once(row[4] or "", row[4] or "") for row in runs],
            info={"user": [once(u, u) for at, row in enumerate(runs) for u in (row[5] or users.get(at, ""),)]},
            starts_ms=array("q", [-1 if row[6] is None else row[6] for row in runs]),
            ends_ms=array("q", [row[7] or -1 for row in runs]),
            lifecycles=[once(row[8], row[8]) for row in runs],
            params=self.params,
            metrics=self.metrics,
            tags=self.tags,
            datasets=self.datasets,
            models=self.models,
            next_token=next_token,
        )


def columns(reading: Reading, view: Lifecycle, ids: Sequence[str]) -> Columns:
    """What is recorded of these runs, but for those that have left the view meanwhile."""
    found = [row for row in reading.placed("runs", "run_uuid", _RUNS, ids) if row[8] in STAGES[view]]
    if any(None in (row[4], row[5], row[6]) for row in found):
        raise Elsewhere("MLflow refuses runs without a status, a user or a start")
    made = Columns(found)
    if not found:
        return made
    try:
        made.metrics = _numbers(reading.placed("latest_metrics", "run_uuid", ("key", "value", "is_nan"), made.ids))
        made.params = made.texts(reading.placed("params", "run_uuid", ("key", "value"), made.ids))
        made.tags = made.texts(reading.placed("tags", "run_uuid", ("key", "value"), made.ids))
        made.datasets = _datasets(reading, made.ids)
        _count_models(reading, made)
    except (TypeError, OverflowError) as error:
        raise Elsewhere("something is recorded that is of another kind than its column") from error
    return made


def _numbers(rows: Iterable[Row]) -> dict[str, SparseNumbers]:
    adding: dict[str, tuple[Callable[[Any], None], Callable[[Any], None], list[int], list[float]]] = {}
    for place, key, value, is_nan in rows:
        column = adding.get(key)
        if column is None:
            places: list[int] = []
            values: list[float] = []
            column = adding[key] = places.append, values.append, places, values
        column[0](place)
        column[1](true_value(value, is_nan) if is_nan or not -LARGEST < value < LARGEST else value)
    return {
        key: SparseNumbers(array("I", places), array("d", values)) for key, (_, _, places, values) in adding.items()
    }


def true_value(value: float, is_nan: object) -> float:
    """The number that was logged, of which a database keeps a stand-in where it is not finite."""
    if is_nan:
        return math.nan
    return value if -LARGEST < value < LARGEST else math.copysign(math.inf, value)


def _by_place(texts: SparseTexts | None) -> dict[int, str]:
    return dict(zip(texts.rows, texts.values, strict=True)) if texts is not None else {}


def _datasets(reading: Reading, ids: Sequence[str]) -> SparseTexts:
    place = {run_id: at for at, run_id in enumerate(ids)}
    used: dict[int, dict[str, str]] = {}
    for run_id, dataset, name, digest in reading.among(
        ids,
        "SELECT destination_id, dataset_uuid, name, digest FROM inputs JOIN datasets ON source_id = dataset_uuid "
        "WHERE destination_type = 'RUN' AND destination_id IN (:among)",
    ):
        used.setdefault(place[run_id], {}).setdefault(dataset, f"{name}@{digest}" if digest else name)
    places = sorted(used)
    return SparseTexts(array("I", places), [", ".join(used[at].values()) for at in places])


def _count_models(reading: Reading, made: Columns) -> None:
    if not reading.known.has_logged_models:
        return
    place = {run_id: at for at, run_id in enumerate(made.ids)}
    for run_id, count in reading.among(
        made.ids,
        "SELECT source_id, COUNT(*) FROM inputs WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT' "
        "AND source_id IN (:among) GROUP BY source_id",
    ):
        made.models[place[run_id]] = count
