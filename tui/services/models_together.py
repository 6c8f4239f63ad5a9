"""What the server says of several registered models before they are written to, and what goes when they are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.gateway.ports import RegistryPort

_COUNTED = 200  # versions of a model that are counted before it is deleted


@dataclass(frozen=True)
class Going:
    """A model that is to be deleted, as the server says it is now; ``more`` if not all its versions were counted."""

    model: RegisteredModel
    versions: int
    more: bool

    @property
    def versions_words(self) -> str:
        """``14, newest v14``."""
        newest = self.model.newest
        return f"{self.versions}{'+' if self.more else ''}{f', newest v{newest.version}' if newest else ''}"

    @property
    def aliases_words(self) -> str:
        """``champion v12, challenger v14, old v3``: what weighs most comes first; "" where there are none."""
        aliases = sorted(self.model.aliases.items(), key=lambda one: (one[0] != CHAMPION, one[0] != CHALLENGER, one[0]))
        return ", ".join(f"{alias} v{version}" for alias, version in aliases)


def as_they_are(registry: RegistryPort, names: Sequence[str]) -> tuple[RegisteredModel, ...]:
    """These models as the server says they are; those that are gone are left out. Blocks; raises Problem."""
    found = []
    for name in names:
        try:
            found.append(registry.get_model(name))
        except Problem as problem:
            if problem.kind is not Kind.NOT_FOUND:
                raise
    return tuple(found)


def going(registry: RegistryPort, names: Sequence[str]) -> tuple[Going, ...]:
    """What goes with each of these models when it is deleted; two requests each. Blocks; raises Problem."""
    found = []
    for model in as_they_are(registry, names):
        page = registry.search_versions(model.name, max_results=_COUNTED)
        found.append(Going(model, len(page.versions), page.next_token is not None))
    return tuple(found)
