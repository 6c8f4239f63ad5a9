"""Registered models through MlflowClient.

Each method that writes is one request, never tried twice: who calls it has shown what will happen and has looked at
the server just before (``services.writes``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tui.domain import uris
from tui.domain.models.values import (
    ELSEWHERE,
    MISSING,
    NO_STAGE,
    PROMPT_TAG,
    CarriedVersion,
    ModelFacts,
    ModelsPage,
    ModelVersion,
    RegisteredModel,
    Registrable,
    SourceModel,
    SourceRun,
    VersionsPage,
)
from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs, commit_of
from tui.gateway import model_files, problems
from tui.gateway.carried import fetched, put_into
from tui.gateway.databricks.catalog import CatalogModels, SdkCatalog, no_filters
from tui.gateway.databricks.sdk import Pace, Sdk
from tui.gateway.session import Connection
from tui.gateway.tracking.answers import true_number

if TYPE_CHECKING:
    from mlflow.entities import Run


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

# Ids in one IN (…): short enough for the address of a GET request (32 letters each), few enough round trips.
_RUNS_ASKED = 50
_VERSIONS_READ = 1000
# SQLite allows 999 variables in a statement where it was built long ago.
_VARIABLES = 900
_USER_TAG = "mlflow.user"
_EVERY_LIFECYCLE = 3  # MLflow's ViewType.ALL
_MLFLOWS = ("sqlite", "postgresql", "mysql", "mssql", "http", "https")  # MLflow's own: a missing alias is told apart
_BY_ONE = 3  # up to so many are asked for one by one; more of them at once
_LISTED = 4  # versions changed last that are looked through for each of many that are wanted
_NO_ALIAS = "INVALID_PARAMETER_VALUE"  # what MLflow's stores say of an alias that is not there


class AtOnce(Protocol):
    """``rest.transport.at_once``."""

    def __call__(self, ask: Callable[[Asked], Answer], wanted: Sequence[Asked]) -> list[Answer]: ...


class ClientRegistry:
    """RegistryPort over a session's MlflowClient."""

    def __init__(
        self,
        session: Connection,
        client: Callable[[], Any] | None = None,
        pace: Pace | None = None,
        at_once: AtOnce | None = None,
    ) -> None:
        """``at_once`` lets the client be asked for several things at the same time; it is asked for one else."""
        self._session = session
        self._at_once = at_once
        self._client = client or session.client
        self.uri = session.registry_uri or session.tracking_uri
        self.kind = uris.kind(self.uri)
        self.place = uris.shown(self.uri)
        sdk = Sdk(session, self.uri if self.kind == "databricks-uc" else "")
        tracking = Sdk(session) if session.kind == "databricks" else None
        self._in_catalog = CatalogModels(
            sdk, SdkCatalog(sdk), pace or Pace(), lambda: tracking.workspace if tracking else ""
        )

    @property
    def client(self) -> Any:
        return self._client()

    @contextmanager
    def raised_as(self, title: str) -> Iterator[None]:
        with problems.raised_as(title, self.place, explain=self._session.explain):
            yield

    @property
    def is_catalog(self) -> bool:
        """Unity Catalog takes neither an order nor most filters."""
        return self.kind in ("databricks-uc", "uc")

    # models

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        """A page of registered models by name, without the prompts among them."""
        with self.raised_as("Could not list the registered models"):
            if self.kind == "databricks-uc":
                return self._in_catalog.page(filter_string, max_results, token)
            if self.kind == "uc" and filter_string:
                raise no_filters(self.place)
            wanted = filter_string
            if self.kind in _MLFLOWS:
                # MLflow's client adds a filter on the prompts' tag, which a server of before 2.21 takes for one that
                # no model passes. It adds none where the filter names that tag; prompts are left out below.
                wanted = (f"{filter_string} AND " if filter_string else "") + f"name != '{PROMPT_TAG}'"
            how: dict[str, Any] = {} if self.is_catalog else {"order_by": ["name ASC"]}
            page = self.client.search_registered_models(
                filter_string=wanted or None, max_results=max_results, page_token=token, **how
            )
            models = tuple(model for model in map(model_of, page) if not model.is_prompt)
            return ModelsPage(models, page.token or None)

    def get_model(self, name: str) -> RegisteredModel:
        if self.kind == "databricks-uc":
            return self._in_catalog.model(name)
        with self.raised_as(f"Could not read the model {name}"):
            return model_of(self.client.get_registered_model(name))

    def get_models(self, names: Sequence[str]) -> tuple[RegisteredModel, ...]:
        """These models whole, or with the reason why one could not be read; those that are gone are absent."""
        if self.kind == "databricks-uc":
            return self._in_catalog.whole(names)
        found = []
        for name in names:
            try:
                found.append(self.get_model(name))
            except Problem as problem:
                if problem.kind is not Kind.NOT_FOUND:
                    raise
        return tuple(found)

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        """Where these aliases of a model point; one that points nowhere is absent.

        Asked one by one: MLflow answers for a whole model only after it has read every version of it, 3.8 s where
        there are 200 000 in SQLite, against 10 ms for one alias.
        """
        if self.kind not in _MLFLOWS or len(aliases) > _BY_ONE:
            return self._aliases_of_model(name, aliases)
        found: dict[str, str] = {}
        with self.raised_as(f"Could not read the aliases of {name}"):
            for alias in aliases:
                try:
                    found[alias] = str(self.client.get_model_version_by_alias(name, alias).version)
                except Exception as error:  # only an alias that is not there is no failure
                    code = getattr(error, "error_code", "")
                    if code == _NO_ALIAS:
                        continue
                    if code == "RESOURCE_DOES_NOT_EXIST":  # the version that it points to, or the model
                        return self._aliases_of_model(name, aliases)
                    raise
        return found

    def _aliases_of_model(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        at = self.get_model(name).aliases
        return {alias: at[alias] for alias in aliases if alias in at}

    def count_versions(self, names: Sequence[str]) -> dict[str, int]:
        """How many versions each model has, where that is cheap to know (a local SQL store); else an empty dict."""
        path = uris.sqlite_path(self.uri) if self.kind == "sqlite" else None
        if path is None or not names:
            return {}
        with self.raised_as("Could not count the versions"):
            self.client  # noqa: B018  nothing is read from a store that may not be opened
            return _counted(path, names)

    # versions

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        """A page of a model's versions, newest first (in the server's order where it takes none)."""
        if self.kind == "databricks-uc":
            return self._in_catalog.versions(name, max_results, token)
        with self.raised_as(f"Could not list the versions of {name}"):
            quote = "'" if "'" not in name else '"'
            how: dict[str, Any] = {} if self.is_catalog else {"order_by": ["version_number DESC"]}
            page = self.client.search_model_versions(
                f"name={quote}{name}{quote}", max_results=max_results, page_token=token, **how
            )
            return VersionsPage(tuple(version_of(found) for found in page), page.token or None)

    def get_version(self, name: str, version: str) -> ModelVersion:
        if self.kind == "databricks-uc":
            return self._in_catalog.version(name, version)
        with self.raised_as(f"Could not read version {version} of {name}"):
            return version_of(self.client.get_model_version(name, version))

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """These versions, by (model, version); those that do not exist are absent."""
        found = self._among_the_latest(wanted)
        missing = [pair for pair in dict.fromkeys(wanted) if pair not in found]
        made = self._each(self._version_or_none, missing)
        return found | {pair: version for pair, version in zip(missing, made, strict=True) if version is not None}

    def _version_or_none(self, pair: tuple[str, str]) -> ModelVersion | None:
        try:
            return self.get_version(*pair)
        except Problem as problem:
            # A name that the server's own rules forbid by now cannot be asked for either.
            if problem.kind not in (Kind.NOT_FOUND, Kind.BAD_REQUEST):
                raise
            return None

    def _among_the_latest(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """Many versions that are wanted, as far as they are among those changed last: one request for all of them."""
        if self._at_once is None or len(wanted) <= _BY_ONE:
            return {}
        pairs = set(wanted)
        try:
            with self.raised_as("Could not list versions"):
                page = self.client.search_model_versions(max_results=_LISTED * len(wanted))
                listed = [version_of(made) for made in page]
        except Problem as problem:
            if problem.is_connection:
                raise
            return {}  # whatever the server has against a list, each can be asked for
        return {pair: made for made in listed if (pair := (made.name, made.version)) in pairs}

    def _each(self, ask: Callable[[Asked], Answer], wanted: Sequence[Asked]) -> list[Answer]:
        """An answer for each of these, in their order; the first failure is raised."""
        if self._at_once is None:
            return [ask(one) for one in wanted]
        return self._at_once(ask, wanted)

    def version_facts(self, name: str, version: str) -> ModelFacts:
        """What the version's files say; where they cannot be read the answer says why, and nothing is raised for it."""
        with self.raised_as(f"Could not read what version {version} of {name} is made of"):
            made = self.get_version(name, version)
            return model_files.of_version(self.client, made, self._session.tracking_uri, self.kind)

    def input_example(self, name: str, version: str) -> str:
        with self.raised_as(f"Could not read the input example of version {version} of {name}"):
            made = self.get_version(name, version)
            return model_files.example_of(self.client, made, self._session.tracking_uri, self.kind)

    # runs and what is made from them

    def source_runs(self, run_ids: Sequence[str]) -> dict[str, SourceRun]:
        """Runs by id, deleted ones too; one that is not there has the lifecycle MISSING.

        One of which a version told that it lies in another workspace is not looked for: its lifecycle is ELSEWHERE.
        The first is read to learn its experiment, the others of that experiment with one search, and so on.
        """
        away = self._in_catalog.elsewhere
        found = {
            run_id: SourceRun(run_id, lifecycle=ELSEWHERE, workspace=away[run_id])
            for run_id in run_ids
            if run_id in away
        }
        waiting = [run_id for run_id in dict.fromkeys(run_ids) if run_id and run_id not in found]
        with problems.raised_as("Could not read the source runs", self._session.place, explain=self._session.explain):
            while waiting:
                first = waiting.pop(0)
                try:
                    run = self.client.get_run(first)
                except Exception as error:  # only that it is not there is an answer; the rest is told
                    problem = problems.of(error, "Could not read the source run", self._session.place)
                    if problem.kind not in (Kind.NOT_FOUND, Kind.BAD_REQUEST):
                        raise
                    found[first] = SourceRun(first, lifecycle=MISSING)
                    continue
                found[first] = _source_run(run)
                plain = [run_id for run_id in waiting if run_id.replace("-", "").isalnum()]
                parts = [plain[at : at + _RUNS_ASKED] for at in range(0, len(plain), _RUNS_ASKED)]
                for page in self._each(partial(self._runs_of, run.info.experiment_id), parts):
                    found.update((other.info.run_id, _source_run(other)) for other in page)
                waiting = [run_id for run_id in waiting if run_id not in found]
        return found

    def _runs_of(self, experiment_id: str, run_ids: Sequence[str]) -> Sequence[Run]:
        """Those of these runs that are in an experiment, deleted ones too."""
        asked = ", ".join(f"'{run_id}'" for run_id in run_ids)
        found: Sequence[Run] = self.client.search_runs(
            [experiment_id],
            filter_string=f"attributes.run_id IN ({asked})",
            run_view_type=_EVERY_LIFECYCLE,
            max_results=_RUNS_ASKED,
        )
        return found

    def source_models(self, model_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> dict[str, SourceModel]:
        """Logged models by id, with their metrics; one that is gone has the status MISSING."""
        with problems.raised_as("Could not read the logged models", self._session.place, explain=self._session.explain):
            return model_files.source_models(self.client, model_ids, experiment_ids)

    def registrable(self, run_id: str) -> tuple[Registrable, ...]:
        """What of a run can be registered: its logged models, then model folders among its artifacts."""
        with problems.raised_as(f"Could not read the models of run {run_id}", self._session.place):
            return model_files.registrable(self.client, run_id, self._session.tracking_uri)

    def registrable_at(self, uri: str) -> Registrable | None:
        """The model at ``runs:/ID/PATH`` or ``models:/m-ID``; None where no model is there."""
        with problems.raised_as(f"Could not read what is at {uri}", self._session.place):
            return model_files.registrable_at(self.client, uri, self._session.tracking_uri)

    def registered_as(self, ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        if not self.is_catalog:
            return model_files.made_of(self.client, ids, self.raised_as)
        run_ids = [one for one in ids if not model_files.logged_model_of(f"models:/{one}")]
        # A Unity Catalog cannot be searched by run; of a single one, its logged models may name what was made of them.
        found_by_tag = self._named_by_models(run_ids[0]) if len(run_ids) == 1 else ()
        if found_by_tag:
            return {run_ids[0]: found_by_tag}
        raise Problem(
            Kind.UNSUPPORTED,
            "Could not read which models were made from these runs",
            "Unity Catalog cannot be asked by run.",
            "Look on the models page: each version there names its run.",
        )

    def _named_by_models(self, run_id: str) -> tuple[RegisteredAs, ...]:
        try:
            return model_files.of_run(self.client, run_id, self.place, has_aliases=self.kind != "uc")
        except Problem:  # a server of before MLflow 3 has none, and what they tell is a courtesy
            return ()

    def _has(self, lacking: str) -> None:
        """Refuse what the open-source Unity Catalog's interface does not have, in words."""
        if self.kind == "uc":
            raise Problem(
                Kind.UNSUPPORTED,
                "Not done",
                f"The open-source Unity Catalog has {lacking}.",
                "What it has is models, versions and their descriptions.",
            )

    # aliases

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version; MLflow takes the last writer's word, whatever it pointed to."""
        with self.raised_as(f"Could not set {alias} of {name}"):
            self._has("no aliases")
            self.client.set_registered_model_alias(name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away; MLflow says nothing where there is none."""
        with self.raised_as(f"Could not take {alias} of {name} away"):
            self._has("no aliases")
            self.client.delete_registered_model_alias(name, alias)

    # models

    def create_model(self, name: str, description: str = "") -> None:
        with self.raised_as(f"Could not create the model {name}"):
            self.client.create_registered_model(name, description=description or None)

    def rename_model(self, name: str, new_name: str) -> None:
        with self.raised_as(f"Could not rename {name}"):
            self._has("no renaming of models")
            self.client.rename_registered_model(name, new_name)

    def describe_model(self, name: str, description: str) -> None:
        with self.raised_as(f"Could not describe {name}"):
            self.client.update_registered_model(name, description)

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self.raised_as(f"Could not tag {name}"):
            self._has("no tags")
            if value is None:
                self.client.delete_registered_model_tag(name, key)
            else:
                self.client.set_registered_model_tag(name, key, value)

    def delete_model(self, name: str) -> None:
        """Delete a model with all its versions and aliases."""
        with self.raised_as(f"Could not delete {name}"):
            self.client.delete_registered_model(name)

    # versions

    def create_version(
        self, name: str, uri: str, *, run_id: str = "", model_id: str = "", description: str = ""
    ) -> str:
        """A new version made from ``runs:/ID/PATH``, ``models:/m-ID`` or any source; answers its number at once.

        The version may still be PENDING_REGISTRATION when this returns.
        """
        with self.raised_as(f"Could not register {uri} as {name}"):
            made = self.client.create_model_version(
                name,
                model_files.source_of(uri),
                run_id=run_id or None,
                description=description or None,
                await_creation_for=0,
                model_id=model_id or model_files.logged_model_of(uri) or None,
            )
            return str(made.version)

    def copy_version(self, name: str, version: str, to: str) -> str:
        """Copy a version to another model, which is made where it is missing; answers the new version's number."""
        with self.raised_as(f"Could not copy version {version} of {name} to {to}"):
            self._has("no copying of versions")
            # MLflow makes the other model first, and only then notices that there is nothing to copy.
            source = self.client.get_model_version(name, version)
            if self.is_catalog and not source.model_id:
                return self._copied_in_catalog(source, to)
            return str(self.client.copy_model_version(f"models:/{name}/{version}", to).version)

    def _copied_in_catalog(self, source: Any, to: str) -> str:
        """What ``copy_model_version`` does, for a version of Unity Catalog that was made from no logged model.

        Of such a version MLflow's client hands an empty ``model_id`` on, and then refuses that itself:
        https://github.com/mlflow/mlflow/issues/22012
        """
        try:
            self.client.create_registered_model(to)
        except Exception as error:  # only that it is there already is no failure
            if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
                raise
        made = self.client.create_model_version(
            to,
            f"models:/{source.name}/{source.version}",
            run_id=source.run_id or None,
            tags=dict(source.tags),
            description=source.description or None,
            await_creation_for=0,
        )
        return str(made.version)

    def fetch_version(self, name: str, version: str, folder: str) -> dict[str, str]:
        """Bring a version's files into a folder; answers the SHA-256 of each by its path."""
        with self.raised_as(f"Could not fetch version {version} of {name}"):
            source = f"models:/{name}/{version}"
            if not self.is_catalog:
                source = self.client.get_model_version_download_uri(name, version)
            return fetched(source, folder, self._session.tracking_uri, self.uri)

    def source_params(self, run_id: str) -> dict[str, str]:
        try:
            with self.raised_as("Could not read the params of the source run"):
                return dict(self.client.get_run(run_id).data.params)
        except Problem as problem:
            if problem.kind not in (Kind.NOT_FOUND, Kind.BAD_REQUEST):
                raise
        return {}

    def carry_version(self, to: str, carried: CarriedVersion, source: SourceRun | None = None) -> str:
        """A version with files from another registry, whose hashes are compared before it is made; its number."""
        with self.raised_as(f"Could not carry {carried.origin} to {to}"):
            at = (self._session.tracking_uri, self.uri)
            return put_into(self.client, to, carried, source, at, self.place)

    def describe_version(self, name: str, version: str, description: str) -> None:
        with self.raised_as(f"Could not describe version {version} of {name}"):
            self.client.update_model_version(name, version, description)

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self.raised_as(f"Could not tag version {version} of {name}"):
            self._has("no tags")
            if value is None:
                self.client.delete_model_version_tag(name, version, key)
            else:
                self.client.set_model_version_tag(name, version, key, value)

    def delete_version(self, name: str, version: str) -> None:
        """Delete a version; its aliases go with it."""
        with self.raised_as(f"Could not delete version {version} of {name}"):
            self.client.delete_model_version(name, version)


def _counted(path: str, names: Sequence[str]) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    uri = uris.read_only_file_uri(path, immutable=False)
    with closing(sqlite3.connect(uri, uri=True, timeout=2.0)) as connection:
        for at in range(0, len(names), _VARIABLES):
            some = list(names[at : at + _VARIABLES])
            counts.update(
                connection.execute(
                    "SELECT name, COUNT(*) FROM model_versions WHERE current_stage != 'Deleted_Internal' AND name IN "
                    f"({','.join('?' * len(some))}) GROUP BY name",
                    some,
                )
            )
    return counts


def _plain(read: Callable[[], object]) -> Any:
    """What an attribute holds; Unity Catalog's search results have methods that raise in some of their places."""
    try:
        value = read()
    except Exception:  # whatever it raises, it means that the server did not say
        return None
    return None if callable(value) else value


def model_of(found: Any) -> RegisteredModel:
    """A registered model as MLflow's client, or a reader that answers as it does, tells it."""
    # The public dictionary leaves out the tags by which MLflow tells prompts from models.
    tags: Mapping[str, str] = _plain(lambda: found._tags) or _plain(lambda: found.tags) or {}
    aliases: Mapping[str, object] = _plain(lambda: found.aliases) or {}
    latest: Sequence[Any] = _plain(lambda: found.latest_versions) or ()
    return RegisteredModel(
        name=str(found.name),
        created_ms=found.creation_timestamp,
        updated_ms=found.last_updated_timestamp,
        description=found.description or "",
        tags={key: value or "" for key, value in tags.items()},
        aliases={alias: str(version) for alias, version in aliases.items()},
        latest=tuple(version_of(made) for made in latest),
    )


def version_of(found: Any) -> ModelVersion:
    """A version as they tell it."""
    source = found.source or ""
    stage = _plain(lambda: found.current_stage) or ""
    return ModelVersion(
        name=str(found.name),
        version=str(found.version),
        created_ms=found.creation_timestamp,
        updated_ms=found.last_updated_timestamp,
        status=found.status or "",
        status_message=found.status_message or "",
        user=found.user_id or "",
        source=source,
        run_id=found.run_id or "",
        model_id=_plain(lambda: found.model_id) or model_files.model_behind(source),
        description=found.description or "",
        tags={key: value or "" for key, value in (_plain(lambda: found.tags) or {}).items()},
        stage="" if stage in NO_STAGE else stage,
    )


def _source_run(run: Run) -> SourceRun:
    tags = run.data.tags
    return SourceRun(
        run_id=run.info.run_id,
        name=run.info.run_name or "",
        status=run.info.status,
        lifecycle=run.info.lifecycle_stage,
        user=run.info.user_id or tags.get(_USER_TAG, ""),
        experiment_id=str(run.info.experiment_id),
        start_ms=run.info.start_time,
        metrics={key: true_number(value) for key, value in run.data.metrics.items()},
        commit=commit_of(tags),
    )
