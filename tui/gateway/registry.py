"""Registered models through MlflowClient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs
from tui.gateway import address, problems
from tui.gateway.session import Session

# Ids in one IN (…): short enough for the address of a GET request (32 letters each), few enough round trips.
_RUNS_ASKED = 50
_VERSIONS_READ = 1000


class ClientRegistry:
    """RegistryPort over a session's MlflowClient."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def registered_as(self, run_ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        """Versions made from these runs, newest first, each with the aliases that point to it.

        Unity Catalog cannot be searched by run: the answer there is empty.
        """
        place = address.shown(self._session.registry_uri or self._session.tracking_uri)
        registry_kind = address.kind(self._session.registry_uri or self._session.tracking_uri)
        if registry_kind in address.DATABRICKS_KINDS and self._session.registry_uri != "databricks":
            return {}
        wanted = [run_id for run_id in dict.fromkeys(run_ids) if run_id.replace("-", "").isalnum()]
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        aliases: dict[str, dict[str, list[str]]] = {}
        try:
            with problems.told(
                "Could not read which models were made from these runs", place, explain=self._session.explain
            ):
                for at in range(0, len(wanted), _RUNS_ASKED):
                    for run_id, model, version in self._versions(wanted[at : at + _RUNS_ASKED]):
                        found[run_id].append((model, version))
                for model in {model for made in found.values() for model, _ in made}:
                    aliases[model] = self._aliases(model)
        except Problem as problem:
            if problem.kind is Kind.UNSUPPORTED:
                return {}
            raise
        return {
            run_id: tuple(
                RegisteredAs(model, version, tuple(sorted(aliases[model].get(version, ())))) for model, version in made
            )
            for run_id, made in found.items()
        }

    def _versions(self, run_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        client = self._session.client()
        asked = ", ".join(f"'{run_id}'" for run_id in run_ids)
        versions: list[tuple[str, str, str]] = []
        token: str | None = None
        while True:
            page = client.search_model_versions(f"run_id IN ({asked})", max_results=_VERSIONS_READ, page_token=token)
            versions += [(str(made.run_id), str(made.name), str(made.version)) for made in page]
            token = page.token or None
            if token is None:
                return versions

    def _aliases(self, model: str) -> dict[str, list[str]]:
        # Versions that come from a search carry no aliases; only the model itself does.
        named: dict[str, list[str]] = defaultdict(list)
        for alias, version in self._session.client().get_registered_model(model).aliases.items():
            named[str(version)].append(alias)
        return named
