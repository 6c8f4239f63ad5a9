"""Registered models, versions and aliases from a database whose schema is known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tui.domain import uris
from tui.domain.artifacts import ModelMetric
from tui.domain.models.measures import latest_metrics
from tui.domain.models.values import (
    MISSING,
    NO_STAGE,
    PROMPT_TAG,
    ModelsPage,
    ModelVersion,
    RegisteredModel,
    SourceModel,
    SourceRun,
    VersionsPage,
)
from tui.domain.values import RegisteredAs
from tui.gateway import problems
from tui.gateway.model_files import MOST_METRICS, logged_model_of, model_behind
from tui.gateway.problems import Elsewhere
from tui.gateway.session import Connection
from tui.gateway.sql.database import Database, Reading, Row, of_models, read_token, token_text
from tui.gateway.sql.tracking import true_value
from tui.gateway.tracking.client import NAME_TAG, USER_TAG

_COMMIT_TAG = "mlflow.source.git.commit"
_MOST_MODELS = 1000  # that MLflow gives in a page
_MOST_VERSIONS = 200_000
_ALIAS = re.compile(r"[\w\-]{1,255}\Z")
_ODD = re.compile(r"[/:\\'\"\x00-\x1f\x7f]")
_VERSION = (
    "version",
    "creation_time",
    "last_updated_time",
    "status",
    "status_message",
    "user_id",
    "source",
    "run_id",
    "description",
    "current_stage",
)
_SELECT_VERSION = f"name, {', '.join(_VERSION)}"
_STATUS = {1: "PENDING", 2: "READY", 3: "FAILED"}  # of logged models, as MLflow numbers them
_THERE = "current_stage != 'Deleted_Internal'"


class SqlRegistry:
    """The reads of RegistryPort that a database answers itself; Elsewhere is raised for those that it does not."""

    def __init__(self, session: Connection, models: Database, runs: Database) -> None:
        self._session = session
        self._models = models
        self._runs = runs
        self._place = uris.shown(session.registry_uri or session.tracking_uri)

    @contextmanager
    def _reading(self, title: str) -> Iterator[Reading]:
        with problems.raised_as(title, self._place), self._models.reading() as reading:
            yield reading

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        return self.page(filter_string, max_results, token, prompts=False)

    def page(self, filter_string: str, max_results: int, token: str | None, *, prompts: bool) -> ModelsPage:
        """A page of models, or of the prompts among them."""
        if not 0 < max_results <= _MOST_MODELS:
            raise Elsewhere("MLflow has words for this")
        where = of_models(filter_string, self._models.kind)
        offset = read_token(token).offset
        title = "Could not list the prompts" if prompts else "Could not list the registered models"
        with self._reading(title) as reading:
            kept = "SELECT name FROM registered_model_tags WHERE [key] = :prompt_tag AND value = 'true'"
            rows = list(
                reading.rows(
                    "SELECT name, creation_time, last_updated_time, description FROM registered_models "
                    f"WHERE {where.text} AND name {'' if prompts else 'NOT '}IN ({kept}) "
                    f"ORDER BY name LIMIT {max_results + 1} OFFSET {offset}",
                    prompt_tag=PROMPT_TAG,
                    **where.variables,
                )
            )
            models = _models(reading, rows[:max_results], by_stage=True)
            if not prompts:
                models = tuple(model for model in models if not model.is_prompt)
            return ModelsPage(models, token_text(offset + max_results) if len(rows) > max_results else None)

    def get_model(self, name: str) -> RegisteredModel:
        with self._reading(f"Could not read the model {name}") as reading:
            return _model(reading, _plain(name))

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        if not all(_ALIAS.match(alias) and alias.lower() != "latest" for alias in aliases):
            raise Elsewhere("MLflow has words for such an alias")
        with self._reading(f"Could not read the aliases of {name}") as reading:
            _require_model(reading, _plain(name))
            at = dict(_aliases(reading, [name])[name])
            if self._models.kind == "mysql":
                # It folds the case of names: what it takes for the same alias, it would overwrite.
                for alias in set(aliases) - at.keys():
                    taken = reading.rows(_ALIAS_AS_TAKEN, name=name, alias=alias)
                    at.update((alias, str(version)) for (version,) in taken)
            return {alias: at[alias] for alias in aliases if alias in at}

    def count_versions(self, names: Sequence[str]) -> dict[str, int]:
        if self._models.kind != "sqlite" or not names:
            raise Elsewhere("versions are not counted there")
        counts = dict.fromkeys(names, 0)
        with self._reading("Could not count the versions") as reading:
            counts.update(
                (name, count)
                for name, count in reading.among(
                    names,
                    f"SELECT name, COUNT(*) FROM model_versions WHERE {_THERE} AND name IN (:among) GROUP BY name",
                )
            )
        return counts

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        return self.versions(name, max_results, token, prompts=False)

    def versions(self, name: str, max_results: int, token: str | None, *, prompts: bool) -> VersionsPage:
        """A page of versions of a model, or of a prompt; of the other kind there are none."""
        if not 0 < max_results <= _MOST_VERSIONS or self._models.kind == "mysql":
            raise Elsewhere("MLflow has words for this")
        offset = read_token(token).offset
        with self._reading(f"Could not list the versions of {name}") as reading:
            rows = list(
                reading.rows(
                    f"SELECT {_SELECT_VERSION} FROM model_versions WHERE name = :name AND {_THERE} AND name "
                    f"{'' if prompts else 'NOT '}IN (SELECT name FROM model_version_tags WHERE [key] = :prompt_tag "
                    "AND value = 'true') "
                    f"ORDER BY version DESC, name LIMIT {max_results + 1} OFFSET {offset}",
                    name=_plain(name),
                    prompt_tag=PROMPT_TAG,
                )
            )
            following = token_text(offset + max_results) if len(rows) > max_results else None
            return VersionsPage(_versions(reading, rows[:max_results]), following)

    def get_version(self, name: str, version: str) -> ModelVersion:
        with self._reading(f"Could not read version {version} of {name}") as reading:
            found = _some_versions(reading, _plain(name), [_number(version)])
            if len(found) != 1:
                raise Elsewhere("there is no such version")
            _require_model(reading, name)
            return found[0]

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """These versions, by (model, version); those that do not exist are absent."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for name, version in wanted:
            numbers[_plain(name)].append(_number(version))
        with self._reading("Could not read the versions") as reading:
            return {
                (name, made.version): made
                for name, some in numbers.items()
                for made in _some_versions(reading, name, some)
            }

    def registered_as(self, ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        wanted = [one for one in dict.fromkeys(ids) if one.replace("-", "").isalnum()]
        models = [one for one in wanted if logged_model_of(f"models:/{one}")]
        sources = {f"models:/{one}{end}": one for one in models for end in ("", "/")} | self._folders(models)
        asked = {one: one for one in wanted} | sources
        made: dict[str, list[tuple[str, str]]] = defaultdict(list)
        with self._reading("Could not read which models were made from these runs") as reading:
            for column, values in (("run_id", wanted), ("source", list(sources))):
                for value, name, version in reading.among(
                    values,
                    f"SELECT {column}, name, version FROM model_versions WHERE {column} IN (:among) AND {_THERE} "
                    "AND name NOT IN (SELECT name FROM model_version_tags WHERE [key] = :prompt_tag AND value = 'true')"
                    " ORDER BY last_updated_time DESC, name, version DESC",
                    prompt_tag=PROMPT_TAG,
                ):
                    if value in asked:
                        made[asked[value]].append((name, str(version)))
            aliases = _aliases(reading, sorted({name for some in made.values() for name, _ in some}))
        return {
            run_id: tuple(
                RegisteredAs(
                    name, version, tuple(sorted(alias for alias, at in aliases[name].items() if at == version))
                )
                for name, version in some
            )
            for run_id, some in made.items()
        }

    def _folders(self, model_ids: Sequence[str]) -> dict[str, str]:
        """Logged models by where their files lie, in each way in which a source may say that."""
        with self._runs.reading() as reading:
            if not model_ids or not reading.known.has_logged_models:
                return {}
            asked = "SELECT model_id, artifact_location FROM logged_models WHERE model_id IN (:among)"
            places = [
                (str(model_id), str(place or "").rstrip("/")) for model_id, place in reading.among(model_ids, asked)
            ]
        return {
            f"{said}{end}": model_id
            for model_id, place in places
            if place
            for said in {place, place.removeprefix("file://"), f"file://{place}" if place.startswith("/") else place}
            for end in ("", "/")
        }

    def source_runs(self, run_ids: Sequence[str]) -> dict[str, SourceRun]:
        wanted = [run_id for run_id in dict.fromkeys(run_ids) if run_id]
        found: dict[str, SourceRun] = {}
        title = "Could not read the source runs"
        with problems.raised_as(title, self._session.place), self._runs.reading() as reading:
            metrics: dict[str, dict[str, float]] = defaultdict(dict)
            for run_id, key, value, is_nan in reading.among(
                wanted, "SELECT run_uuid, [key], value, is_nan FROM latest_metrics WHERE run_uuid IN (:among)"
            ):
                metrics[run_id][key] = true_value(value, is_nan)
            tags: dict[str, dict[str, str]] = defaultdict(dict)
            for run_id, key, value in reading.among(
                wanted,
                "SELECT run_uuid, [key], value FROM tags WHERE run_uuid IN (:among) "
                "AND [key] IN (:name_tag, :user_tag, :commit_tag)",
                name_tag=NAME_TAG,
                user_tag=USER_TAG,
                commit_tag=_COMMIT_TAG,
            ):
                tags[run_id][key] = value or ""
            for run_id, experiment, name, status, lifecycle, user, start in reading.among(
                wanted,
                "SELECT run_uuid, experiment_id, name, status, lifecycle_stage, user_id, start_time FROM runs "
                "WHERE run_uuid IN (:among)",
            ):
                if status is None or user is None or start is None:
                    raise Elsewhere("MLflow refuses runs without a status, a user or a start")
                told = tags[run_id]
                found[run_id] = SourceRun(
                    run_id=run_id,
                    name=name or told.get(NAME_TAG, ""),
                    status=status,
                    lifecycle=lifecycle,
                    user=user or told.get(USER_TAG, ""),
                    experiment_id=str(experiment),
                    start_ms=start,
                    metrics=metrics[run_id],
                    commit=told.get(_COMMIT_TAG, ""),
                )
        return {run_id: found.get(run_id) or SourceRun(run_id, lifecycle=MISSING) for run_id in wanted}

    def source_models(self, model_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> dict[str, SourceModel]:
        wanted = [model_id for model_id in dict.fromkeys(model_ids) if model_id]
        found = {model_id: SourceModel(model_id, status=MISSING) for model_id in wanted}
        title = "Could not read the logged models"
        with problems.raised_as(title, self._session.place), self._runs.reading() as reading:
            if not reading.known.has_logged_models:
                return found
            metrics: dict[str, list[ModelMetric]] = defaultdict(list)
            # Of each metric on each dataset the last step only: what was recorded on the way there may be much.
            for model_id, key, value, step, dataset, digest, run_id, time_ms in reading.among(
                wanted,
                "SELECT found.model_id, metric_name, metric_value, metric_step, dataset_name, dataset_digest, run_id, "
                "metric_timestamp_ms FROM logged_model_metrics AS found JOIN (SELECT model_id AS of_model, "
                "metric_name AS of_name, COALESCE(dataset_name, '') AS of_data, COALESCE(dataset_digest, '') AS "
                "of_digest, MAX(metric_step) AS last FROM logged_model_metrics WHERE model_id IN (:among) "
                "GROUP BY model_id, metric_name, COALESCE(dataset_name, ''), COALESCE(dataset_digest, '')) AS newest "
                "ON of_model = found.model_id AND of_name = metric_name AND of_data = COALESCE(dataset_name, '') AND "
                "of_digest = COALESCE(dataset_digest, '') AND last = metric_step",
            ):
                metrics[model_id].append(
                    ModelMetric(key, true_value(value, False), step or 0, dataset or "", digest or "", run_id, time_ms)
                )
            for model_id, name, status, run_id in reading.among(
                wanted,
                "SELECT model_id, name, status, source_run_id FROM logged_models WHERE model_id IN (:among) "
                "AND lifecycle_stage != 'deleted'",
            ):
                told = latest_metrics(metrics[model_id])[:MOST_METRICS]
                found[model_id] = SourceModel(model_id, name or "", _STATUS.get(status, ""), run_id or "", told)
        return found


class SqlPrompts:
    """The reads of PromptsPort that a database answers itself."""

    def __init__(self, registry: SqlRegistry) -> None:
        self._registry = registry

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        return self._registry.page(filter_string, max_results, token, prompts=True)

    def get_model(self, name: str) -> RegisteredModel:
        found = self._registry.get_model(name)
        if not found.is_prompt:
            raise Elsewhere("there is no such prompt")
        return found

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        at = self.get_model(name).aliases
        return {alias: at[alias] for alias in aliases if alias in at}

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        page = self._registry.versions(name, max_results, token, prompts=True)
        if not page.versions:
            self.get_model(name)
        return page

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        found = self._registry.get_versions(wanted)
        return {key: made for key, made in found.items() if made.tags.get(PROMPT_TAG) == "true"}


_ALIAS_AS_TAKEN = "SELECT version FROM registered_model_aliases WHERE name = :name AND alias = :alias"


def _plain(name: str) -> str:
    """A model's name in which there is nothing that MLflow would refuse or read in a way of its own."""
    if not name.strip() or name in (".", "..") or name.startswith("..") or _ODD.search(name):
        raise Elsewhere("MLflow has words for such a name")
    return name


def _number(version: str) -> int:
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise Elsewhere("MLflow has words for such a version")
    return int(version)


def _require_model(reading: Reading, name: str) -> None:
    if len(list(reading.rows("SELECT name FROM registered_models WHERE name = :name", name=name))) != 1:
        raise Elsewhere("there is no such model")


def _model(reading: Reading, name: str) -> RegisteredModel:
    rows = list(
        reading.rows(
            "SELECT name, creation_time, last_updated_time, description FROM registered_models WHERE name = :name",
            name=name,
        )
    )
    if len(rows) != 1 or rows[0][0] != name:
        raise Elsewhere("there is no such model")
    return _models(reading, rows, by_stage=False)[0]


def _models(reading: Reading, rows: Sequence[Row], *, by_stage: bool) -> tuple[RegisteredModel, ...]:
    names = [row[0] for row in rows]
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    for name, key, value in reading.among(
        names, "SELECT name, [key], value FROM registered_model_tags WHERE name IN (:among)"
    ):
        tags[name][key] = value or ""
    aliases = _aliases(reading, names)
    latest: dict[str, list[ModelVersion]] = defaultdict(list)
    newest = list(
        reading.among(
            names,
            f"SELECT {_SELECT_VERSION} FROM model_versions AS made JOIN (SELECT name AS of_model, current_stage AS "
            f"of_stage, MIN(version) AS first, MAX(version) AS last FROM model_versions WHERE {_THERE} "
            "AND name IN (:among) GROUP BY name, current_stage) AS newest ON of_model = name AND last = version "
            f"ORDER BY name, {'current_stage' if by_stage else 'first'}",
        )
    )
    for made in _versions(reading, newest):
        latest[made.name].append(made)
    return tuple(
        RegisteredModel(
            name=name,
            created_ms=created,
            updated_ms=updated,
            description=description or "",
            tags=tags[name],
            aliases=aliases[name],
            latest=tuple(latest[name]),
        )
        for name, created, updated, description in rows
    )


def _aliases(reading: Reading, names: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, alias, version in reading.among(
        names, "SELECT name, alias, version FROM registered_model_aliases WHERE name IN (:among)"
    ):
        found[name][alias] = str(version)
    return found


def _some_versions(reading: Reading, name: str, numbers: Sequence[int]) -> tuple[ModelVersion, ...]:
    rows = reading.among(
        numbers,
        f"SELECT {_SELECT_VERSION} FROM model_versions WHERE name = :name AND version IN (:among) AND {_THERE}",
        name=name,
    )
    return _versions(reading, [row for row in rows if row[0] == name])


def _versions(reading: Reading, rows: Sequence[Row]) -> tuple[ModelVersion, ...]:
    tags: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for name, version, key, value in reading.among_pairs(
        [(row[0], row[1]) for row in rows],
        "SELECT name, version, [key], value FROM model_version_tags WHERE (name, version) IN (:among)",
    ):
        tags[name, version][key] = value or ""
    return tuple(_version(row, tags[row[0], row[1]]) for row in rows)


def _version(row: Row, tags: dict[str, str]) -> ModelVersion:
    name, version, created, updated, status, message, user, source, run_id, description, stage = row
    return ModelVersion(
        name=name,
        version=str(version),
        created_ms=created,
        updated_ms=updated,
        status=status or "",
        status_message=message or "",
        user=user or "",
        source=source or "",
        run_id=run_id or "",
        model_id=model_behind(source or ""),
        description=description or "",
        tags=tags,
        stage="" if (stage or "") in NO_STAGE else stage,
    )
