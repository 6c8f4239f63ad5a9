"""The gateway's ports as the deck sees them: each method is a request to the context's process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

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
