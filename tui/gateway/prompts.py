"""Prompts through MlflowClient, which hides them from every call about models; searches that name their tag find them.

Each method that writes is one request of MLflow's prompt registry, never tried twice, as in ``gateway.registry``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tui.domain import uris
from tui.domain.models.values import PROMPT_TAG, ModelsPage, ModelVersion, RegisteredModel, VersionsPage
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import RUNS_TAG, Use, Uses
from tui.gateway import problems
from tui.gateway.databricks.catalog import no_prompts
from tui.gateway.registry import model_of, version_of
from tui.gateway.session import Connection

_IS_PROMPT = f"tag.`{PROMPT_TAG}` = 'true'"
_LINKS = "mlflow.linkedPrompts"  # the tag of a run that names the versions which it used
_EXPERIMENTS = 200  # latest experiments in which uses are looked for
_COUNTED = 500  # traces that servers give in a page, and as far as is counted
_QUOTED = re.compile(r"['\"\\%]")


class ClientPrompts:
    """PromptsPort over a connection's MlflowClient; ``client`` may be a reader that answers its searches."""

    def __init__(self, connection: Connection, client: Callable[[], Any] | None = None) -> None:
        self._connection = connection
        self._client = client or connection.client
        uri = connection.registry_uri or connection.tracking_uri
        self._kind = uris.kind(uri)
        self._place = uris.shown(uri)

    @contextmanager
    def _raised_as(self, title: str) -> Iterator[None]:
        with problems.raised_as(title, self._place, explain=self._connection.explain):
            if self._kind in uris.DATABRICKS_KINDS:
                raise no_prompts(self._place)
            yield

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        """A page of prompts by name; the client's own search of prompts leaves their aliases out."""
        with self._raised_as("Could not list the prompts"):
            page = self._client().search_registered_models(
                filter_string=_IS_PROMPT + (f" AND {filter_string}" if filter_string else ""),
                max_results=max_results,
                order_by=["name ASC"],
                page_token=token,
            )
            return ModelsPage(tuple(map(model_of, page)), page.token or None)

    def get_model(self, name: str) -> RegisteredModel:
        with self._raised_as(f"Could not read the prompt {name}"):
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
