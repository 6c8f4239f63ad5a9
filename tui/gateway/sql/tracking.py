"""Experiments and runs from a database whose schema is known."""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import ge
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.values import (
    DatasetInput,
    Experiment,
    ExperimentPage,
    Lifecycle,
    MetricValue,
    RunDetail,
    RunReference,
    RunsPage,
    SparseNumbers,
    SparseTexts,
)
from tui.gateway import problems
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database, Reading, Row, Token, Where, of_runs, read_token, token_text
from tui.gateway.tracking.answers import LARGEST
from tui.gateway.tracking.client import CONTEXT_TAG, NAME_TAG, PARENT_TAG, USER_TAG, children_filter

if TYPE_CHECKING:
    from tui.domain.artifacts import LoggedModel, LoggedModelsPage


# Pages of runs from a database, straight into the columns that cross to the deck.


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
_LONG = 5000  # runs of a page
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
        following = token_text(most, after=_place_of(reading, ids[most - 1])) if len(ids) > most else None
        return columns(reading, asked.view, ids[:most]).page(following)
    came = read_token(token)
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
    following = token_text(came.offset + most, after=_place_of(reading, ids[-1]), listing=number)
    return columns(reading, asked.view, ids).page(following)


def _rest(reading: Reading, asked: Asked, came: Token) -> list[str]:
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

    def texts(self, groups: Iterable[tuple[str, list[int], list[str | None]]]) -> dict[str, SparseTexts]:
        """Keys with the places of their runs and their texts as columns."""
        once = self._seen.setdefault
        found = {}
        for key, places, values in groups:
            if any(map(ge, places, islice(places, 1, None))):
                order = sorted(range(len(places)), key=places.__getitem__)
                places, values = [places[at] for at in order], [values[at] for at in order]
            texts = [value or "" for value in values]
            found[key] = SparseTexts(array("I", places), list(map(once, texts, texts)))
        return found

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
    if len(ids) > _LONG:
        reading.look_all_over()
    found = [row for row in reading.placed("runs", "run_uuid", _RUNS, ids) if row[8] in STAGES[view]]
    if any(None in (row[4], row[5], row[6]) for row in found):
        raise Elsewhere("MLflow refuses runs without a status, a user or a start")
    made = Columns(found)
    if not found:
        return made
    try:
        made.metrics = _numbers(reading.placed("latest_metrics", "run_uuid", ("key", "value", "is_nan"), made.ids))
        made.params = made.texts(reading.grouped("params", "run_uuid", made.ids))
        made.tags = made.texts(reading.grouped("tags", "run_uuid", made.ids))
        made.datasets = _datasets_of_runs(reading, made.ids)
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
        column[1](math.nan if is_nan else value)
    return {key: SparseNumbers(array("I", places), _true(values)) for key, (_, _, places, values) in adding.items()}


def _true(values: list[float]) -> array[float]:
    # Where a NaN hides the least or the largest, none is taken for granted.
    if min(values) > -LARGEST and max(values) < LARGEST:
        return array("d", values)
    return array("d", [true_value(value, math.isnan(value)) for value in values])


def true_value(value: float, is_nan: object) -> float:
    """The number that was logged, of which a database keeps a stand-in where it is not finite."""
    if is_nan:
        return math.nan
    return value if -LARGEST < value < LARGEST else math.copysign(math.inf, value)


def _by_place(texts: SparseTexts | None) -> dict[int, str]:
    return dict(zip(texts.rows, texts.values, strict=True)) if texts is not None else {}


def _datasets_of_runs(reading: Reading, ids: Sequence[str]) -> SparseTexts:
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


_MOST = 50_000  # that MLflow gives in a page
_EXPERIMENT = "experiment_id, name, lifecycle_stage, creation_time, last_update_time, artifact_location"


class SqlTracking:
    """The reads of TrackingPort that a database answers itself; Elsewhere is raised for those that it does not."""

    def __init__(self, session: Connection, database: Database) -> None:
        self._session = session
        self._database = database
        self._listings = Listings()

    def search_experiments(
        self,
        view: Lifecycle = Lifecycle.ACTIVE,
        *,
        max_results: int = 1000,
        token: str | None = None,
        filter_string: str = "",
    ) -> ExperimentPage:
        if filter_string or not 0 < max_results <= _MOST:
            raise Elsewhere("MLflow's own parser is to read this filter")
        offset = read_token(token).offset
        stages = ", ".join(f"'{stage}'" for stage in STAGES[view])
        with (
            problems.raised_as("Could not list the experiments", self._session.place),
            self._database.reading() as reading,
        ):
            rows = list(
                reading.rows(
                    f"SELECT {_EXPERIMENT} FROM experiments WHERE lifecycle_stage IN ({stages}) "
                    f"ORDER BY last_update_time DESC, experiment_id DESC LIMIT {max_results + 1} OFFSET {offset}"
                )
            )
            following = token_text(offset + max_results) if len(rows) > max_results else None
            return ExperimentPage(_experiments(reading, rows[:max_results]), following)

    def get_experiment(self, experiment_id: str) -> Experiment:
        title = f"Could not read experiment {experiment_id}"
        with problems.raised_as(title, self._session.place), self._database.reading() as reading:
            return _one_experiment(reading, "experiment_id = :wanted", _number(experiment_id))

    def get_experiment_by_name(self, name: str) -> Experiment:
        with (
            problems.raised_as(f"Could not read experiment {name}", self._session.place),
            self._database.reading() as reading,
        ):
            return _one_experiment(reading, "name = :wanted", name)

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        if self._database.kind != "sqlite" or not experiment_ids:
            raise Elsewhere("runs are not counted there")
        counts = dict.fromkeys(experiment_ids, 0)
        with problems.raised_as("Could not count the runs", self._session.place), self._database.reading() as reading:
            for experiment_id, count in reading.among(
                [_number(experiment_id) for experiment_id in experiment_ids],
                "SELECT experiment_id, COUNT(*) FROM runs WHERE lifecycle_stage = 'active' "
                "AND experiment_id IN (:among) GROUP BY experiment_id",
            ):
                counts[str(experiment_id)] = count
        return counts

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        if not experiment_ids or not 0 < max_results <= _MOST:
            raise Elsewhere("MLflow has words for this")
        where = of_runs(filter_string, self._database.kind)
        asked = Asked(tuple(_number(experiment_id) for experiment_id in experiment_ids), view, where)
        with problems.raised_as("Could not read the runs", self._session.place), self._database.reading() as reading:
            return page(reading, self._listings, asked, max_results, token)

    def get_run(self, run_id: str) -> RunDetail:
        with (
            problems.raised_as(f"Could not read run {run_id}", self._session.place),
            self._database.reading() as reading,
        ):
            return _detail(reading, run_id)

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        where = of_runs(children_filter(run_id), self._database.kind)
        asked = Asked((_number(experiment_id),), Lifecycle.ALL, where)
        title = f"Could not read the child runs of {run_id}"
        with problems.raised_as(title, self._session.place), self._database.reading() as reading:
            rows = reading.rows(
                "SELECT run_uuid, coalesce(nullif(name, ''), (SELECT value FROM tags WHERE tags.run_uuid = "
                "runs.run_uuid AND [key] = :name_tag), ''), status, lifecycle_stage, user_id, start_time FROM runs "
                f"WHERE {asked.condition} ORDER BY start_time DESC, run_uuid LIMIT {max_results}",
                name_tag=NAME_TAG,
                **where.variables,
            )
            found = list(rows)
            if any(None in (row[2], row[4], row[5]) for row in found):
                raise Elsewhere("MLflow refuses runs without a status, a user or a start")
            return tuple(RunReference(*row[:4]) for row in found)

    def logged_models(self, run_id: str, *, told: bool = False) -> tuple[LoggedModel, ...]:
        """``ArtifactsPort.logged_models``; ``told`` is for servers that have none."""
        with (
            problems.raised_as("Could not read the logged models", self._session.place),
            self._database.reading() as reading,
        ):
            return _logged_models(reading, run_id)

    def models_of(
        self, experiment_ids: Sequence[str], *, max_results: int = 100, token: str | None = None
    ) -> LoggedModelsPage:
        """``ArtifactsPort.models_of``, whose tokens are MLflow's own."""
        if not experiment_ids or not 0 < max_results <= _MOST:
            raise Elsewhere("MLflow has words for this")
        offset, listed = read_token(token).offset, ", ".join(str(_number(one)) for one in experiment_ids)
        with (
            problems.raised_as("Could not read the logged models", self._session.place),
            self._database.reading() as reading,
        ):
            _require_logged_models(reading)
            rows = list(
                reading.rows(
                    f"SELECT {_MODEL} FROM logged_models WHERE lifecycle_stage != 'deleted' AND experiment_id IN "
                    f"({listed}) ORDER BY creation_timestamp_ms DESC, model_id LIMIT {max_results + 1} OFFSET {offset}"
                )
            )
            more = len(rows) > max_results
            following = token_text(offset + max_results, experiment_ids=experiment_ids) if more else None
            from tui.domain.artifacts import LoggedModelsPage

            return LoggedModelsPage(tuple(_models(reading, rows[:max_results])), following)

    def logged_model(self, model_id: str) -> LoggedModel:
        """``ArtifactsPort.logged_model``."""
        with (
            problems.raised_as("Could not read the logged model", self._session.place),
            self._database.reading() as reading,
        ):
            _require_logged_models(reading)
            asked = f"SELECT {_MODEL} FROM logged_models WHERE lifecycle_stage != 'deleted' AND model_id = :wanted"
            rows = list(reading.rows(asked, wanted=model_id))
            if len(rows) != 1 or rows[0][0] != model_id:
                raise Elsewhere("there is no such model")
            return _models(reading, rows)[0]


def _number(experiment_id: str) -> int:
    if not (experiment_id.isascii() and experiment_id.isdecimal() and len(experiment_id) < 19):
        raise Elsewhere("that is no id of an experiment")
    return int(experiment_id)


def _one_experiment(reading: Reading, condition: str, wanted: object) -> Experiment:
    rows = list(reading.rows(f"SELECT {_EXPERIMENT} FROM experiments WHERE {condition}", wanted=wanted))
    if len(rows) != 1:
        raise Elsewhere("there is no such experiment")
    return _experiments(reading, rows)[0]


def _experiments(reading: Reading, rows: Sequence[Row]) -> tuple[Experiment, ...]:
    tags: dict[int, dict[str, str]] = defaultdict(dict)
    for experiment_id, key, value in reading.among(
        [row[0] for row in rows],
        "SELECT experiment_id, [key], value FROM experiment_tags WHERE experiment_id IN (:among)",
    ):
        tags[experiment_id][key] = value or ""
    return tuple(
        Experiment(
            id=str(row[0]),
            name=row[1],
            lifecycle=row[2],
            created_ms=row[3],
            updated_ms=row[4],
            artifact_location=row[5] or "",
            tags=tags[row[0]],
        )
        for row in rows
    )


def _detail(reading: Reading, run_id: str) -> RunDetail:
    found = list(
        reading.rows(
            "SELECT run_uuid, runs.experiment_id, experiments.name, runs.name, status, user_id, start_time, end_time, "
            "runs.lifecycle_stage, artifact_uri FROM runs JOIN experiments "
            "ON experiments.experiment_id = runs.experiment_id WHERE run_uuid = :run_id",
            run_id=run_id,
        )
    )
    if len(found) != 1:
        raise Elsewhere("there is no such run")
    _, experiment, experiment_name, name, status, user, start, end, lifecycle, artifact_uri = found[0]
    if status is None or user is None or start is None:
        raise Elsewhere("MLflow refuses runs without a status, a user or a start")
    tags = dict(_pairs(reading, "tags", run_id))
    return RunDetail(
        run_id=run_id,
        experiment_id=str(experiment),
        experiment_name=experiment_name,
        name=name or tags.get(NAME_TAG, ""),
        status=status,
        user=user or tags.get(USER_TAG, ""),
        start_ms=start,
        end_ms=end or None,
        lifecycle=lifecycle,
        artifact_uri=artifact_uri or "",
        params=dict(_pairs(reading, "params", run_id)),
        metrics=tuple(
            MetricValue(key, true_value(value, is_nan), step or 0, timestamp or 0)
            for key, value, is_nan, step, timestamp in reading.rows(
                "SELECT [key], value, is_nan, step, timestamp FROM latest_metrics WHERE run_uuid = :run_id",
                run_id=run_id,
            )
        ),
        tags=tags,
        datasets=_datasets(reading, run_id),
        logged_model_ids=_outputs(reading, run_id),
        parent_id=tags.get(PARENT_TAG) or None,
    )


def _pairs(reading: Reading, table: str, run_id: str) -> list[tuple[str, str]]:
    rows = reading.rows(f"SELECT [key], value FROM {table} WHERE run_uuid = :run_id", run_id=run_id)
    return [(key, value or "") for key, value in rows]


def _datasets(reading: Reading, run_id: str) -> tuple[DatasetInput, ...]:
    used: dict[str, DatasetInput] = {}
    for dataset, name, digest, source_type, source, schema, profile, context in reading.rows(
        "SELECT dataset_uuid, datasets.name, digest, dataset_source_type, dataset_source, dataset_schema, "
        "dataset_profile, input_tags.value FROM inputs JOIN datasets ON source_id = dataset_uuid LEFT JOIN input_tags "
        "ON input_tags.input_uuid = inputs.input_uuid AND input_tags.name = :context "
        "WHERE destination_type = 'RUN' AND destination_id = :run_id",
        run_id=run_id,
        context=CONTEXT_TAG,
    ):
        used.setdefault(
            dataset,
            DatasetInput(
                name=name,
                digest=digest or "",
                source_type=source_type or "",
                source=source or "",
                schema=schema or "",
                profile=profile or "",
                context=context or "",
            ),
        )
    return tuple(used.values())


def _outputs(reading: Reading, run_id: str) -> tuple[str, ...]:
    if not reading.known.has_logged_models:
        return ()
    rows = reading.rows(
        "SELECT destination_id FROM inputs WHERE source_type = 'RUN_OUTPUT' AND source_id = :run_id "
        "AND destination_type = 'MODEL_OUTPUT'",
        run_id=run_id,
    )
    return tuple(model_id for (model_id,) in rows)


_MODEL = "model_id, name, status, creation_timestamp_ms, artifact_location, model_type, source_run_id, experiment_id"


def _require_logged_models(reading: Reading) -> None:
    if not reading.known.has_logged_models:
        raise Elsewhere("this schema has no logged models")


def _logged_models(reading: Reading, run_id: str) -> tuple[LoggedModel, ...]:
    _require_logged_models(reading)
    runs = list(reading.rows("SELECT experiment_id FROM runs WHERE run_uuid = :run_id", run_id=run_id))
    if len(runs) != 1 or not run_id.isalnum():
        raise Elsewhere("there is no such run")
    found = {
        row[0]: row
        for row in reading.among(
            ("", *_outputs(reading, run_id)),
            f"SELECT {_MODEL} FROM logged_models WHERE lifecycle_stage != 'deleted' AND (model_id IN (:among) "
            "OR (source_run_id = :run_id AND experiment_id = :experiment))",
            run_id=run_id,
            experiment=runs[0][0],
        )
    }
    models = _models(reading, list(found.values()))
    return tuple(sorted(models, key=lambda model: (model.created_ms or 0, model.model_id)))


def _models(reading: Reading, rows: Sequence[Row]) -> list[LoggedModel]:
    """Logged models with their params, tags and metrics, by rows of ``_MODEL``."""
    from tui.domain.artifacts import LoggedModel, ModelMetric  # the first rows need neither

    ids = [row[0] for row in rows]
    params: dict[str, dict[str, str]] = defaultdict(dict)
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    metrics: dict[str, list[ModelMetric]] = defaultdict(list)
    for held, table, key in ((params, "logged_model_params", "param"), (tags, "logged_model_tags", "tag")):
        for model_id, name, value in reading.among(
            ids, f"SELECT model_id, {key}_key, {key}_value FROM {table} WHERE model_id IN (:among)"
        ):
            held[model_id][name] = str(value)
    for model_id, name, value, step, dataset, digest, run, time_ms in reading.among(
        ids,
        "SELECT model_id, metric_name, metric_value, metric_step, dataset_name, dataset_digest, run_id, "
        "metric_timestamp_ms FROM logged_model_metrics WHERE model_id IN (:among)",
    ):
        if value is None:
            raise Elsewhere("a metric has no value")
        metrics[model_id].append(
            ModelMetric(name, true_value(value, False), int(step or 0), dataset or "", digest or "", run or "", time_ms)
        )
    return [
        LoggedModel(
            model_id=model_id,
            name=name or "",
            status=_model_status(status),
            created_ms=created,
            place=uris.shown(location or ""),
            model_type=model_type or "",
            source_run_id=source or "",
            params=params[model_id],
            metrics=tuple(metrics[model_id]),
            tags=tags[model_id],
            experiment_id=str(experiment),
        )
        for model_id, name, status, created, location, model_type, source, experiment in rows
    ]


def _model_status(status: int) -> str:
    named = {1: "PENDING", 2: "READY", 3: "FAILED"}.get(status)
    if named is None:
        raise Elsewhere("MLflow has words for such a status")
    return named
