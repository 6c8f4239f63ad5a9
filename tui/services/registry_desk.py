"""What the screens of registered models share in one context: evidence, moves, writes, and what was there at first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.domain.models.news import ModelNews
from tui.domain.models.values import RegisteredModel
from tui.domain.writes.changes import Plan
from tui.services.alias_moves import AliasMoves, AliasWrites, Rules, place_of
from tui.services.holders import Holders
from tui.services.model_health import ModelHealth
from tui.services.registry_writes import RegistryWrites
from tui.services.serving_desk import ServingDesk

if TYPE_CHECKING:
    from tui.services.session import Session


class RegistryDesk:
    """One for each session."""

    def __init__(self, session: Session) -> None:
        launch = session.launch
        settings = launch.settings.models
        place = place_of(launch.registry_uri)
        can = session.capabilities
        self.settings = settings
        self.has_aliases = can.aliases
        self.protected_context = launch.protected
        serving = ServingDesk(session.serving, session.registry) if session.serving is not None else None
        self.moves = AliasMoves(
            session.registry,
            session.ledger,
            context=session.name,
            place=place,
            rules=Rules(session.read_only, settings.reason_required, settings.mirror_tags),
        )
        self.holders = Holders(self.moves, session.clock)
        self.health = ModelHealth(
            session.registry,
            session.clock,
            settings,
            launch.settings.metric_directions,
            serving,
            capabilities=can,
            holders=self.holders,
        )
        self.aliases = AliasWrites(self.moves)
        self.writes = RegistryWrites(session.registry, session.ledger, place=place, catalog=can.three_levels)
        self._registry = session.registry
        self.news = ModelNews()  # since the session began
        self.told: dict[str, list[str]] = {}  # of the news of each model, what was said already

    def take_models(self, models: Sequence[RegisteredModel], *, complete: bool = False) -> None:
        """Take models as they have just been read; ``complete`` says that there are no others."""
        self.news.remember(models, complete=complete)
        self.holders.observe([model for model in models if model.is_whole])

    def is_protected(self, aliases: Iterable[str]) -> bool:
        """Whether to move one of these the model's name is typed, however an alias is written."""
        protected = {alias.casefold() for alias in self.settings.protected_aliases}
        return self.protected_context or any(alias.casefold() in protected for alias in aliases)

    def undo(self, name: str) -> tuple[Plan | None, RegisteredModel, str]:
        """What takes back the last change of a model that can be, the model, and a later one that nothing takes back.

        Aliases, tags, descriptions and names alike, from the ledger, so that it is known after a restart too; blocks.
        """
        model = self._registry.get_model(name)
        moved = self.moves.undo_plan(name, model)
        alias = self.aliases.plan(moved, model) if moved is not None else None
        plans = [plan for plan in (alias, self.writes.undo(name)) if plan is not None]
        last = max(plans, key=lambda plan: plan.of or 0, default=None)
        return last, model, self.writes.last_that_stays(name)
