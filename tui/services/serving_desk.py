"""What the serving screen and those of models share: endpoints whole, the aliases of what they serve, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import Drift, Endpoint, ServedAt, drifts, served
from tui.gateway.databricks.ports import ServingPort
from tui.gateway.ports import RegistryPort

WHOLE_AT_ONCE = 20  # endpoints that are read between two looks at what came
_NO_MODEL = (Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.BAD_REQUEST, Kind.UNSUPPORTED)


@dataclass(frozen=True)
class ServingView:
    """What is known of what serves; ``aliases`` maps each model that is served to its aliases."""

    endpoints: tuple[Endpoint, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def drifts(self, alias: str) -> dict[str, tuple[Drift, ...]]:
        """Drift by endpoint, against ``alias`` where the endpoint names none itself."""
        found: dict[str, list[Drift]] = {}
        for model, at in served(self.endpoints).items():
            for drift in drifts(model, self.aliases.get(model, {}), at, alias):
                found.setdefault(drift.endpoint, []).append(drift)
        return {endpoint: tuple(each) for endpoint, each in found.items()}

    def of_model(self, model: str) -> tuple[ServedAt, ...]:
        """Where versions of a model are served."""
        return served(self.endpoints).get(model, ())


class ServingDesk:
    """Reads what serves; every method blocks, and raises Problem as its ports do."""

    def __init__(self, serving: ServingPort, registry: RegistryPort) -> None:
        self._serving = serving
        self._registry = registry

    def whole(self, endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
        """These endpoints with traffic and workloads; one that is gone meanwhile stays as it was listed.

        So does one that could not be read, which says why.
        """
        found = {endpoint.name: endpoint for endpoint in self._serving.details([e.name for e in endpoints])}

        def grown(listed: Endpoint) -> Endpoint:
            whole = found.get(listed.name, listed)
            return replace(listed, unread=whole.unread) if whole.unread else whole

        return tuple(map(grown, endpoints))

    def aliases(self, models: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The aliases of models; those that may not be read, or are of another registry, have none."""
        found: dict[str, Mapping[str, str]] = {}
        for model in models:
            try:
                found[model] = self._registry.get_model(model).aliases
            except Problem as problem:
                if problem.kind not in _NO_MODEL:
                    raise
                found[model] = {}
        return found

    def serving(self, models: Sequence[str]) -> dict[str, tuple[ServedAt, ...]]:
        """Where versions of these models are served, with their shares of the traffic; models not served are absent."""
        wanted = set(models)
        listed = [
            endpoint
            for endpoint in self._serving.endpoints()
            if any(entity.entity in wanted for entity in endpoint.config.entities)
        ]
        return {model: at for model, at in served(self.whole(listed)).items() if model in wanted}
