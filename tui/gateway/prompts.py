"""Prompts through MlflowClient, which hides them from every call about models; searches that name their tag find them.

Each method that writes is one request of MLflow's prompt registry, never tried twice, as in ``gateway.registry``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from tui.domain import uris
from tui.domain.models.values import PROMPT_TAG, ModelsPage, ModelVersion, RegisteredModel, VersionsPage
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import CHAT, FORMAT_TAG, RUNS_TAG, SETTINGS_TAG, TEXT_TAG, TYPE_TAG, Use, Uses
from tui.gateway import problems
from tui.gateway.databricks.catalog import SdkCatalog, name_filter, no_prompts, unread
from tui.gateway.databricks.sdk import Pace, Sdk
from tui.gateway.registry import model_of, version_of
from tui.gateway.session import Connection, all_of

_IS_PROMPT = f"tag.`{PROMPT_TAG}` = 'true'"
_LINKS = "mlflow.linkedPrompts"  # the tag of a run that names the versions which it used
_EXPERIMENTS = 200  # latest experiments in which uses are looked for
_COUNTED = 500  # traces that servers give in a page, and as far as is counted
_QUOTED = re.compile(r"['\"\\%]")
_IN_CATALOG = 100  # prompts, or versions, that Unity Catalog is asked for at a time
_SCHEMAS = 20  # that are looked through for one page
_OWN_CATALOGS = ("system", "__databricks_internal", "samples")  # Databricks' own, in which nobody keeps prompts


class ClientPrompts:
    """PromptsPort over a connection's MlflowClient; ``client`` may be a reader that answers its searches."""

    def __init__(
        self, connection: Connection, client: Callable[[], Any] | None = None, pace: Pace | None = None
    ) -> None:
        self._connection = connection
        self._client = client or connection.client
        uri = connection.registry_uri or connection.tracking_uri
        self._kind = uris.kind(uri)
        self._place = uris.shown(uri)
        in_catalog = self._kind == "databricks-uc"
        self._catalog = CatalogPrompts(connection, uri, pace or Pace()) if in_catalog else None

    @contextmanager
    def _raised_as(self, title: str) -> Iterator[None]:
        with problems.raised_as(title, self._place, explain=self._connection.explain):
            if self._kind in ("databricks", "uc"):
                raise no_prompts(self._place, self._kind)
            yield

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        """A page of prompts by name; the client's own search of prompts leaves their aliases out."""
        with self._raised_as("Could not list the prompts"):
            if self._catalog is not None:
                return self._catalog.page(filter_string, token)
            page = self._client().search_registered_models(
                filter_string=_IS_PROMPT + (f" AND {filter_string}" if filter_string else ""),
                max_results=max_results,
                order_by=["name ASC"],
                page_token=token,
            )
            return ModelsPage(tuple(map(model_of, page)), page.token or None)

    def get_model(self, name: str) -> RegisteredModel:
        with self._raised_as(f"Could not read the prompt {name}"):
            if self._catalog is not None:
                return self._catalog.prompt(name)
            page = self._client().search_registered_models(
                filter_string=f"name = {_quoted(name)} AND {_IS_PROMPT}", max_results=10
            )
            for found in page:
                if found.name == name:
                    return model_of(found)
        raise Problem(Kind.NOT_FOUND, f"Could not read the prompt {name}", f"There is no prompt named {name}.")

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        """Where these aliases point; one that points nowhere is absent."""
        at = self.get_model(name).aliases
        return {alias: at[alias] for alias in aliases if alias in at}

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        with self._raised_as(f"Could not list the versions of {name}"):
            if self._catalog is not None:
                return self._catalog.versions(name)
            page = self._client().search_model_versions(
                f"name = {_quoted(name)} AND {_IS_PROMPT}",
                max_results=max_results,
                order_by=["version_number DESC"],
                page_token=token,
            )
            if not page:
                self.get_model(name)
            return VersionsPage(tuple(map(version_of, page)), page.token or None)

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """These versions, by (prompt, version); those that do not exist are absent."""
        found: dict[tuple[str, str], ModelVersion] = {}
        for name, version in wanted:
            if not (version.isascii() and version.isdecimal()):
                continue
            with self._raised_as(f"Could not read version {version} of {name}"):
                if self._catalog is not None:
                    found.update(((name, version), made) for made in self._catalog.version(name, version))
                    continue
                page = self._client().search_model_versions(
                    f"name = {_quoted(name)} AND version_number = {int(version)} AND {_IS_PROMPT}", max_results=1
                )
                found.update(((name, version), version_of(made)) for made in page)
        return found

    # who uses them

    def uses(self, name: str, version: str, *, most: int = 100) -> Uses:
        """Runs by the tag that links them, traces by MLflow's own filter, in the experiments updated last."""
        with self._raised_as(f"Could not read who uses version {version} of {name}"):
            client = self._connection.client()
            places, beyond = self._experiments(client)
            pair = f'"name": "{name}", "version": "{version}"'
            runs = client.search_runs(
                places,
                filter_string=f"tags.`{_LINKS}` LIKE '%{pair}%'",
                max_results=most,
                order_by=["attributes.start_time DESC"],
            )
            found = [_run(run) for run in runs]
            # What MLflow linked before it had that tag stands in the version.
            made = self.get_versions([(name, version)]).get((name, version))
            known = {use.id for use in found}
            for run_id in (made.tags.get(RUNS_TAG, "") if made is not None else "").split(","):
                if run_id.strip() and run_id.strip() not in known:
                    found.append(Use("run", run_id.strip(), "", "", None))
            more = bool(runs.token)
            unread = f"Only the {_EXPERIMENTS} experiments updated last were searched." if beyond else ""
            try:
                traces = self._traces(client, places, f"prompt = '{name}/{version}'", most)
                found += [_trace(trace) for trace in traces]
                more = more or bool(traces.token)
            except Exception as error:  # servers of before the filter: what is known of runs is no less true
                unread = problems.of(error, "Could not read the traces", self._place).message
            found.sort(key=lambda use: -(use.at_ms or 0))
            return Uses(tuple(found), more, unread)

    def recent_uses(self, name: str, versions: Sequence[str], since_ms: int) -> dict[str, int]:
        """How many traces since then used each version, counted up to 500."""
        with self._raised_as(f"Could not count who used {name}"):
            client = self._connection.client()
            places, _ = self._experiments(client)
            since = f"trace.timestamp_ms > {since_ms}"
            return {
                version: len(self._traces(client, places, f"prompt = '{name}/{version}' AND {since}", _COUNTED))
                for version in versions
            }

    def _experiments(self, client: Any) -> tuple[list[str], bool]:
        page = client.search_experiments(max_results=_EXPERIMENTS, order_by=["last_update_time DESC"])
        return [str(found.experiment_id) for found in page], bool(page.token)

    @staticmethod
    def _traces(client: Any, places: list[str], filter_string: str, most: int) -> Any:
        return client.search_traces(
            locations=places,
            filter_string=filter_string,
            max_results=most,
            order_by=["timestamp_ms DESC"],
            include_spans=False,
        )

    # writes

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version; MLflow takes the last writer's word, whatever it pointed to."""
        with self._raised_as(f"Could not set {alias} of {name}"):
            self._connection.client().set_prompt_alias(name, alias, int(version))

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away; MLflow says nothing where there is none."""
        with self._raised_as(f"Could not take {alias} of {name} away"):
            self._connection.client().delete_prompt_alias(name, alias)

    def describe_model(self, name: str, description: str) -> None:
        with self._raised_as(f"Could not describe {name}"):
            if self._catalog is not None:
                raise Problem(
                    Kind.UNSUPPORTED,
                    f"Could not describe {name}",
                    "MLflow's client cannot describe a prompt of Unity Catalog once it is made.",
                    "Tags can be set, and each version has a commit message.",
                )
            # MLflow's client has no call for it: that for models refuses prompts.
            registry: Any = self._connection.client()._get_registry_client()  # type: ignore[no-untyped-call]  # MLflow's
            registry.update_registered_model(name, description)

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self._raised_as(f"Could not tag {name}"):
            if value is None:
                self._connection.client().delete_prompt_tag(name, key)
            else:
                self._connection.client().set_prompt_tag(name, key, value)

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self._raised_as(f"Could not tag version {version} of {name}"):
            if value is None:
                self._connection.client().delete_prompt_version_tag(name, version, key)
            else:
                self._connection.client().set_prompt_version_tag(name, version, key, value)


class CatalogPrompts:
    """Reads prompts of Unity Catalog by MLflow's client, which tells them of one schema at a time.

    What it tells of a prompt leaves out aliases and times: those come with its versions, which are read too.
    """

    def __init__(self, connection: Connection, uri: str, pace: Pace) -> None:
        self._connection = connection
        self._sdk = Sdk(connection, uri)
        self._schemas_of = SdkCatalog(self._sdk)
        self._pace = pace
        self._schemas: tuple[str, ...] = ()

    def page(self, filter_string: str, token: str | None) -> ModelsPage:
        """The prompts of the first schemas that have some, and where the rest begins: a schema, and a page in it."""
        fits, prefix = name_filter(filter_string, self._sdk.place, "prompts")
        if token is None or not self._schemas:
            self._schemas = self._in_scope(prefix.split(".")[:-1])
        schema, _, inner = (token or "").partition(" ")
        at = self._schemas.index(schema) if schema in self._schemas else 0
        names: list[str] = []
        looked = 0
        while at < len(self._schemas) and not names and looked < _SCHEMAS:
            found, inner = self._listed(self._schemas[at], inner)
            names += [name for name in found if fits(name)]
            at, looked = at + (not inner), looked + 1
        following = f"{self._schemas[at]} {inner}" if at < len(self._schemas) else None
        return ModelsPage(self._pace.each(names, self.prompt, unread), following)

    def _in_scope(self, scope: list[str]) -> tuple[str, ...]:
        """The schemas that one may see, or the one that a filter names."""
        if len(scope) >= 2:
            return (".".join(scope[:2]),)
        catalogs = scope or [each for each in self._schemas_of.catalogs() if each not in _OWN_CATALOGS]
        return tuple(
            f"{catalog}.{schema}"
            for catalog in catalogs
            for schema in self._schemas_of.schemas(catalog)
            if schema != "information_schema"
        )

    def _listed(self, schema: str, token: str) -> tuple[list[str], str]:
        catalog, _, name = schema.partition(".")
        try:
            found = self._connection.client().search_prompts(
                f"catalog = {_quoted(catalog)} AND schema = {_quoted(name)}", _IN_CATALOG, token or None
            )
        except Exception as error:  # what one may not see is left out of a list, as it is of models
            problem = problems.of(error, "Could not list the prompts", self._sdk.place)
            if problem.kind not in (Kind.FORBIDDEN, Kind.NOT_FOUND):
                raise problem from error
            return [], ""
        return [prompt.name for prompt in found], found.token or ""

    def prompt(self, name: str) -> RegisteredModel:
        title = f"Could not read the prompt {name}"
        with problems.raised_as(title, self._sdk.place, explain=self._connection.explain):
            found = self._connection.client().get_prompt(name)
            if found is None:
                raise Problem(Kind.NOT_FOUND, title, f"There is no prompt named {name}.")
            aliases: dict[str, str] = {}
            made = []
            for version in self._versions(name):
                aliases.update((alias, str(version.version)) for alias in version.aliases)
                made.append(self._made(version))
            made.sort(key=lambda version: -version.number)
            moments = [version.created_ms for version in made if version.created_ms]
            return RegisteredModel(
                name,
                min(moments, default=None),
                max(moments, default=None),
                found.description or "",
                {**found.tags, PROMPT_TAG: "true"},
                aliases,
                tuple(made[:1]),
            )

    def versions(self, name: str) -> VersionsPage:
        """Every version, newest first: the interface has no order to ask for."""
        made = [self._made(version) for version in self._versions(name)]
        return VersionsPage(tuple(sorted(made, key=lambda version: -version.number)), None)

    def _versions(self, name: str) -> Iterator[Any]:
        return all_of(partial(self._connection.client().search_prompt_versions, name, _IN_CATALOG))

    def version(self, name: str, version: str) -> tuple[ModelVersion, ...]:
        """That version, if it is there: of one alone the client tells less than of all of them."""
        return tuple(self._made(made) for made in self._versions(name) if str(made.version) == version)

    @staticmethod
    def _made(found: Any) -> ModelVersion:
        """A version with what it says in the tags in which MLflow's own registries keep it."""
        is_chat = not isinstance(found.template, str)
        own = {
            PROMPT_TAG: "true",
            TYPE_TAG: CHAT if is_chat else "text",
            TEXT_TAG: json.dumps(found.template) if is_chat else found.template,
            **({FORMAT_TAG: json.dumps(found.response_format)} if found.response_format else {}),
            **({SETTINGS_TAG: json.dumps(found.model_config)} if found.model_config else {}),
        }
        made = found.creation_timestamp  # which the client hands on as it came: a protocol buffer's timestamp
        return ModelVersion(
            found.name,
            str(found.version),
            made.ToMilliseconds() if hasattr(made, "ToMilliseconds") else made,
            description=found.commit_message or "",
            tags={**found.tags, **own},
        )


def _quoted(name: str) -> str:
    """A name as a filter holds it; raises Problem for one that no prompt can have."""
    if _QUOTED.search(name):
        raise Problem(Kind.NOT_FOUND, f"Could not read the prompt {name}", "No prompt can have such a name.")
    return f"'{name}'"


def _run(run: Any) -> Use:
    info = run.info
    return Use("run", info.run_id, info.run_name or "", str(info.experiment_id), info.start_time, info.status)


def _trace(trace: Any) -> Use:
    info = trace.info
    name = info.tags.get("mlflow.traceName", "")
    return Use("trace", info.trace_id, name, str(info.experiment_id or ""), info.request_time, info.state.value)
