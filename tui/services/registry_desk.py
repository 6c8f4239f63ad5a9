"""What the screens of registered models share in one context: evidence, moves, writes, and what was there at first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.domain.models.news import ModelNews
from tui.services.alias_moves import AliasMoves, Rules, place_of
from tui.services.model_health import ModelHealth, Numbers
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
        self.has_aliases = not launch.registry_uri.startswith("uc:")
        self.protected_context = launch.protected
        serving = ServingDesk(session.serving, session.registry) if session.serving is not None else None
        self.health = ModelHealth(
            session.registry,
            session.clock,
            settings,
            launch.settings.metric_directions,
            serving,
            has_aliases=self.has_aliases,
            numbers=_numbers(launch.registry_uri, catalog),
        )
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
        self.news = ModelNews()  # since the session began
        self.told: dict[str, list[str]] = {}  # of the news of each model, what was said already

    def is_protected(self, aliases: Iterable[str]) -> bool:
        """Whether to move one of these the model's name is typed, however an alias is written."""
        protected = {alias.casefold() for alias in self.settings.protected_aliases}
        return self.protected_context or any(alias.casefold() in protected for alias in aliases)


def _numbers(uri: str, catalog: bool) -> Numbers:
    if catalog:
        return Numbers.UNTOLD
    return Numbers.NEWEST_TOLD if uri.startswith(("http:", "https:")) else Numbers.COUNTED
