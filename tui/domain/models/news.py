"""What has changed of registered models since they were first seen: aliases moved, versions added, gone or failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui.domain.models.values import FAILED, ModelVersion, RegisteredModel


@dataclass
class _Seen:
    """A model at first: its aliases, its newest version's number (-1 without one), the states of versions read.

    ``failed`` are the versions that have failed since.
    """

    aliases: Mapping[str, str]
    newest: int
    is_whole: bool = True  # whether the aliases are known
    settled: bool = False  # whether ``newest`` is known, not only absent
    by_reading: bool = False  # whether it is known from the versions, as the model does not tell it
    now: int = -1  # the newest version read, where that counts
    states: dict[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()  # never changed in place: tables are laid out on other threads


class ModelNews:
    """Keeps how models were when they were first seen."""

    def __init__(self) -> None:
        self._at_first: dict[str, _Seen] = {}
        self._complete = False

    def remember(self, models: Iterable[RegisteredModel], *, complete: bool = False) -> None:
        """Take models as they were read; ``complete`` says that there are no others."""
        for model in models:
            if model.name not in self._at_first:
                if self._complete:
                    continue
                self._at_first[model.name] = _Seen(dict(model.aliases), _number(model), model.is_whole)
            seen = self._at_first[model.name]
            if model.is_whole and not seen.is_whole:
                seen.aliases, seen.is_whole = dict(model.aliases), True
            if model.latest:
                seen.settled = True
                self.take_versions(model.name, model.latest)
        self._complete = self._complete or complete

    def take_versions(self, name: str, versions: Iterable[ModelVersion]) -> None:
        """Take versions of a model as they were read: one that had not failed at first and has now is news."""
        seen = self._at_first.get(name)
        if seen is None:
            return
        versions = list(versions)
        if not seen.settled:
            # A registry that does not tell the newest version with the model: the first page of versions does.
            seen.newest, seen.settled = max((made.number for made in versions), default=-1), True
            seen.by_reading = True
        if seen.by_reading and versions:
            seen.now = max(seen.now, *(made.number for made in versions))
        for made in versions:
            first = seen.states.setdefault(made.version, made.status if made.number <= seen.newest else "")
            if made.status == FAILED and first != FAILED:
                seen.failed |= {made.version}
            else:
                seen.failed -= {made.version}

    def changes(self, model: RegisteredModel) -> list[str]:
        """What has changed of a model, as clauses."""
        seen = self._at_first.get(model.name)
        if seen is None:
            return ["is new"] if self._complete else []
        found = [f"{alias} {_at(was)} → {_at(now)}" for alias, was, now in self._moves(seen, model)]
        newest = max(_number(model), seen.now) if seen.by_reading else _number(model)
        if newest > seen.newest:
            found.append(f"v{newest} was added")
        elif newest < seen.newest and not seen.by_reading:
            found.append(f"v{seen.newest} is gone")
        found += [f"v{version} failed to register" for version in sorted(seen.failed, key=_order)]
        return found

    def changed_versions(self, model: RegisteredModel, versions: Iterable[ModelVersion]) -> frozenset[str]:
        """Those of the versions that were added or have failed, or that an alias has come to."""
        seen = self._at_first.get(model.name)
        if seen is None:
            return frozenset(made.version for made in versions) if self._complete else frozenset()
        moved = {now for _, _, now in self._moves(seen, model) if now is not None}
        return frozenset(
            made.version
            for made in versions
            if (seen.settled and made.number > seen.newest) or made.version in moved or made.version in seen.failed
        )

    @staticmethod
    def _moves(seen: _Seen, model: RegisteredModel) -> list[tuple[str, str | None, str | None]]:
        if not (seen.is_whole and model.is_whole):
            return []  # its aliases were, or are, not known
        pairs = [
            (alias, seen.aliases.get(alias), model.aliases.get(alias)) for alias in {*seen.aliases, *model.aliases}
        ]
        return sorted((pair for pair in pairs if pair[1] != pair[2]), key=lambda pair: pair[0])


def _number(model: RegisteredModel) -> int:
    return model.newest.number if model.newest is not None else -1


def _order(version: str) -> tuple[int, str]:
    return (int(version) if version.isdecimal() else -1, version)


def _at(version: str | None) -> str:
    return f"v{version}" if version else "none"
