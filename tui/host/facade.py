"""The gateway's ports as the deck sees them: each method is a request to the context's process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from tui.domain.model_values import (
    ModelFacts,
    ModelsPage,
    ModelVersion,
    RegisteredModel,
    Registrable,
    SourceRun,
    VersionsPage,
)
from tui.domain.values import (
    Experiment,
    ExperimentPage,
    RegisteredAs,
    RunDetail,
    RunReference,
    RunsPage,
    ServerInfo,
    StoreReport,
    View,
)

# Seconds for what takes long by nature. Such a request is never cut off by the deadline of another one.
LIMITS_S: Mapping[str, float] = {"store.create": 120.0, "store.migrated_copy": 3600.0, "store.upgrade": 3600.0}

_SHOWN = 60  # letters of an argument in the log of requests


class Ask(Protocol):
    """``Host.call``."""

    def __call__(self, op: str, *args: Any, **kwargs: Any) -> Any: ...


def summary(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """The arguments of a request on one short line; what is empty or left at its default is not said."""
    said = [_brief(value) for value in args if value not in ("", None)]
    said += [f"{key}={_brief(value)}" for key, value in kwargs.items() if value not in ("", None)]
    return " ".join(said)


def _brief(value: object) -> str:
    if isinstance(value, View):
        return value.value
    if isinstance(value, (list, tuple)):
        if len(value) == 1:
            return _brief(value[0])
        return f"{len(value)} ids"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class StoreProxy:
    """StorePort through a host."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def inspect(self) -> StoreReport:
        return cast(StoreReport, self._ask("store.inspect"))

    def create(self) -> StoreReport:
        return cast(StoreReport, self._ask("store.create"))

    def migrated_copy(self, folder: str) -> str:
        return cast(str, self._ask("store.migrated_copy", folder))

    def upgrade(self) -> str:
        return cast(str, self._ask("store.upgrade"))


class TrackingProxy:
    """TrackingPort through a host."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def server(self) -> ServerInfo:
        return cast(ServerInfo, self._ask("tracking.server"))

    def search_experiments(
        self, view: View = View.ACTIVE, *, max_results: int = 1000, token: str | None = None, filter_string: str = ""
    ) -> ExperimentPage:
        answer = self._ask(
            "tracking.search_experiments", view, max_results=max_results, token=token, filter_string=filter_string
        )
        return cast(ExperimentPage, answer)

    def get_experiment(self, experiment_id: str) -> Experiment:
        return cast(Experiment, self._ask("tracking.get_experiment", experiment_id))

    def get_experiment_by_name(self, name: str) -> Experiment:
        return cast(Experiment, self._ask("tracking.get_experiment_by_name", name))

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        return cast("dict[str, int]", self._ask("tracking.count_runs", list(experiment_ids)))

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: View = View.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        answer = self._ask(
            "tracking.search_runs",
            list(experiment_ids),
            filter_string=filter_string,
            view=view,
            max_results=max_results,
            token=token,
        )
        return cast(RunsPage, answer)

    def get_run(self, run_id: str) -> RunDetail:
        return cast(RunDetail, self._ask("tracking.get_run", run_id))

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        answer = self._ask("tracking.child_runs", run_id, experiment_id, max_results=max_results)
        return cast("tuple[RunReference, ...]", answer)


class RegistryProxy:
    """RegistryPort through a host."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def registered_as(self, run_ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        return cast("dict[str, tuple[RegisteredAs, ...]]", self._ask("registry.registered_as", list(run_ids)))

    def search_models(
        self, *, filter_string: str = "", max_results: int = 200, token: str | None = None, prompts: bool = False
    ) -> ModelsPage:
        answer = self._ask(
            "registry.search_models", filter_string=filter_string, max_results=max_results, token=token, prompts=prompts
        )
        return cast(ModelsPage, answer)

    def get_model(self, name: str) -> RegisteredModel:
        return cast(RegisteredModel, self._ask("registry.get_model", name))

    def count_versions(self, names: Sequence[str]) -> dict[str, int]:
        return cast("dict[str, int]", self._ask("registry.count_versions", list(names)))

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        return cast(VersionsPage, self._ask("registry.search_versions", name, max_results=max_results, token=token))

    def get_version(self, name: str, version: str) -> ModelVersion:
        return cast(ModelVersion, self._ask("registry.get_version", name, version))

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        return cast("dict[tuple[str, str], ModelVersion]", self._ask("registry.get_versions", list(wanted)))

    def version_facts(self, name: str, version: str) -> ModelFacts:
        return cast(ModelFacts, self._ask("registry.version_facts", name, version))

    def source_runs(self, run_ids: Sequence[str]) -> dict[str, SourceRun]:
        return cast("dict[str, SourceRun]", self._ask("registry.source_runs", list(run_ids)))

    def registrable(self, run_id: str) -> tuple[Registrable, ...]:
        return cast("tuple[Registrable, ...]", self._ask("registry.registrable", run_id))

    def set_alias(self, name: str, alias: str, version: str) -> None:
        self._ask("registry.set_alias", name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        self._ask("registry.delete_alias", name, alias)

    def create_model(self, name: str, description: str = "") -> None:
        self._ask("registry.create_model", name, description)

    def rename_model(self, name: str, new_name: str) -> None:
        self._ask("registry.rename_model", name, new_name)

    def describe_model(self, name: str, description: str) -> None:
        self._ask("registry.describe_model", name, description)

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        self._ask("registry.tag_model", name, key, value)

    def delete_model(self, name: str) -> None:
        self._ask("registry.delete_model", name)

    def create_version(
        self, name: str, uri: str, *, run_id: str = "", model_id: str = "", description: str = ""
    ) -> str:
        answer = self._ask(
            "registry.create_version", name, uri, run_id=run_id, model_id=model_id, description=description
        )
        return cast(str, answer)

    def copy_version(self, name: str, version: str, to: str) -> str:
        return cast(str, self._ask("registry.copy_version", name, version, to))

    def describe_version(self, name: str, version: str, description: str) -> None:
        self._ask("registry.describe_version", name, version, description)

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        self._ask("registry.tag_version", name, version, key, value)

    def delete_version(self, name: str, version: str) -> None:
        self._ask("registry.delete_version", name, version)
