"""What the screens of registered models share in one context: evidence, moves, writes, and what was there at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui.domain.model_values import RegisteredModel
from tui.services.alias_moves import AliasMoves, Rules, place_of
from tui.services.model_health import ModelHealth
from tui.services.model_writes import ModelWrites
from tui.services.serving_desk import ServingDesk

if TYPE_CHECKING:
    from tui.services.session import Session

_CATALOG_KINDS = ("databricks-uc", "uc")


class RegistryDesk:
    """One for each session."""

    def __init__(self, session: Session) -> None:
        launch = session.launch
        settings = launch.settings.models
        place = place_of(launch.registry_uri)
        catalog = launch.registry_uri.partition(":")[0] in _CATALOG_KINDS
        self.settings = settings
        self.protected_context = launch.protected
        serving = ServingDesk(session.serving, session.registry) if session.serving is not None else None
        self.health = ModelHealth(session.registry, session.clock, settings, launch.settings.metric_directions, serving)
        self.moves = AliasMoves(
            session.registry,
            session.ledger,
            context=session.name,
            place=place,
            rules=Rules(session.read_only, settings.reason_required, settings.mirror_tags),
        )
        self.writes = ModelWrites(
            session.registry,
            session.ledger,
            context=session.name,
            place=place,
            read_only=session.read_only,
            catalog=catalog,
        )
        self._at_first: dict[str, tuple[Mapping[str, str], str]] = {}
        self._complete_at_first = False

    def is_protected(self, aliases: Iterable[str]) -> bool:
        """Whether to move one of these the model's name is typed."""
        return self.protected_context or any(alias in self.settings.protected_aliases for alias in aliases)

    # what has changed since the session began

    def remember(self, models: Iterable[RegisteredModel], *, complete: bool = False) -> None:
        """Keep how models were when they were first seen; ``complete`` says that there are no others."""
        for model in models:
            if model.name not in self._at_first and not self._complete_at_first:
                self._at_first[model.name] = (dict(model.aliases), _newest(model))
        self._complete_at_first = self._complete_at_first or complete

    def changes(self, model: RegisteredModel) -> list[str]:
        """What has changed of a model since the session began, as clauses."""
        before = self._at_first.get(model.name)
        if before is None:
            return ["is new"] if self._complete_at_first else []
        aliases, newest = before
        found = []
        for alias in sorted({*aliases, *model.aliases}):
            was, now = aliases.get(alias), model.aliases.get(alias)
            if was != now:
                found.append(f"{alias} {f'v{was}' if was else 'none'} → {f'v{now}' if now else 'none'}")
        if _newest(model) != newest and model.newest is not None:
            found.append(f"v{model.newest.version} was added")
        return found

    def new_versions(self, model: RegisteredModel) -> int:
        """The newest version's number when the session began; -1 where the model was not there."""
        before = self._at_first.get(model.name)
        return int(before[1]) if before is not None and before[1].isdecimal() else -1


def _newest(model: RegisteredModel) -> str:
    return model.newest.version if model.newest is not None else ""
